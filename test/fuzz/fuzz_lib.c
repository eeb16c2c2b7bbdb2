/* The functions of CUE's packages that parse text. The first byte chooses one, the rest are its string arguments with
 * NUL between them; other parameters get small fixed values. Bytes out, or an error: never a crash. */
#include "config/cue/lib.h"

#include <stdlib.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static const char *const functions[][2] = {{"text/template", "Execute"},
                                           {"time", "Parse"},
                                           {"time", "FormatString"},
                                           {"time", "ParseDuration"},
                                           {"encoding/csv", "Decode"},
                                           {"encoding/json", "Indent"},
                                           {"encoding/json", "Unmarshal"},
                                           {"encoding/json", "UnmarshalStream"},
                                           {"encoding/yaml", "UnmarshalStream"},
                                           {"encoding/yaml", "Marshal"},
                                           {"encoding/hex", "Decode"},
                                           {"encoding/hex", "Dump"},
                                           {"net", "IPCIDR"},
                                           {"net", "SplitHostPort"},
                                           {"net", "FQDN"},
                                           {"net", "PathUnescape"},
                                           {"path", "Match"},
                                           {"path", "Rel"},
                                           {"path", "Clean"},
                                           {"path", "Base"},
                                           {"path", "SplitList"},
                                           {"strconv", "Unquote"},
                                           {"strconv", "Quote"},
                                           {"strconv", "ParseFloat"},
                                           {"strconv", "ParseInt"},
                                           {"strings", "Replace"},
                                           {"strings", "SplitN"},
                                           {"strings", "Fields"},
                                           {"strings", "ToTitle"},
                                           {"text/tabwriter", "Write"},
                                           {"html", "Unescape"},
                                           {"uuid", "Parse"}};

/* A system for path, a struct for the template. */
static cdata_t *other_argument(arena_t *a, const lib_func_t *f, size_t i, uint8_t choice) {
    static const char *const systems[] = {"unix", "windows", "plan9"};
    cdata_t *v = NULL;
    if (strcmp(f->package, "path") == 0)
        return cdata_string(a, str_c(systems[choice % 3]));
    if (f->params[i] == LIB_INT)
        return cdata_int(a, choice % 4 * 16);
    cdata_parse_json(a, STR("{\"a\":[1,\"x\",{\"b\":null}],\"n\":1.5,\"s\":\"text\",\"t\":true}"), &v, NULL);
    return v;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
    if (size < 2 || size > 4096)
        return 0;
    size_t which = data[0] % (sizeof functions / sizeof *functions);
    const lib_func_t *f = lib_find(str_c(functions[which][0]), str_c(functions[which][1]));
    arena_t *a = arena_create();
    str_t rest = str_n((const char *)data + 2, size - 2), part = rest;
    cdata_t *args[LIB_MAX_PARAMS] = {NULL}, *out = NULL;
    if (!f)
        abort();
    for (size_t i = 0; i < lib_params(f); i++) {
        bool is_system = strcmp(f->package, "path") == 0 && i + 1 == lib_params(f);
        bool text = (f->params[i] & LIB_STRING) && !is_system && !(i && f->params[i] == LIB_ANY);
        if (text && !str_cut(rest, '\0', &part, &rest))
            rest = STR("");
        args[i] = text ? cdata_string(a, part) : other_argument(a, f, i, data[1]);
    }
    err_t err = ERROR_INIT;
    lib_call_t call = {.arena = a, .err = &err, .max_bytes = 1 << 20};
    bool ok = lib_invoke(f, &call, args, &out);
    if (ok != (out != NULL) && ok)
        abort();
    if (!ok && err.code == ERR_NONE)
        abort();
    error_release(&err);
    arena_destroy(a);
    return 0;
}
