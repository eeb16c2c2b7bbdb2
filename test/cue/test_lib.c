#include "config/cue/cue.h"
#include "config/cue/lib.h"
#include "reactor/base/table.h"
#include "test/suite.h"

#include <ctype.h>
#include <dirent.h>

/* Rows of test/cue/packages/NAME.txt: an expression, and what cue 0.9.2 says. */

static const char *import_of(str_t name) {
    static const char *const long_names[] = {"encoding/json", "encoding/yaml", "encoding/base64", "encoding/hex",
                                             "encoding/csv",  "math/bits",     "crypto/md5",      "crypto/sha1",
                                             "crypto/sha256", "crypto/sha512", "crypto/hmac",     "text/template",
                                             "text/tabwriter"};
    static char plain[40];
    for (size_t i = 0; i < sizeof long_names / sizeof *long_names; i++)
        if (str_eqc(name, strrchr(long_names[i], '/') + 1))
            return long_names[i];
    snprintf(plain, sizeof plain, STR_FMT, STR_ARG(name));
    return plain;
}

/* `import "p"` for each p.Name of the expression, then `x: EXPR`. */
static str_t source_of(arena_t *a, str_t e) {
    buf_t b;
    buf_init_arena(&b, a);
    table_t *seen = table_create();
    for (size_t i = 1; i + 1 < e.n; i++) {
        size_t from = i;
        if (e.p[i] != '.' || !isupper((unsigned char)e.p[i + 1]))
            if (!(e.p[i] == '.' && str_starts(e, STR("uuid."))))
                continue;
        while (from > 0 && (islower((unsigned char)e.p[from - 1]) || isdigit((unsigned char)e.p[from - 1])))
            from--;
        str_t name = str_sub(e, from, i - from);
        bool package = name.n && islower((unsigned char)name.p[0]) &&
                       (from == 0 || (e.p[from - 1] != '.' && e.p[from - 1] != '"'));
        if (!package || !lib_package_known(str_c(import_of(name))) || table_get(seen, name))
            continue;
        table_put(seen, name, a, NULL);
        buf_printf(&b, "import \"%s\"\n", import_of(name));
    }
    table_destroy(seen);
    buf_addc(&b, "x: ");
    buf_add(&b, e);
    return buf_str(&b);
}

/* "= JSON" or "! first line of the error". */
static str_t answer(arena_t *a, str_t e) {
    err_t err = ERROR_INIT;
    buf_t b;
    buf_init_arena(&b, a);
    cue_source_t source = {STR("x.cue"), source_of(a, e)};
    cue_program_t *p = cue_compile(&source, 1, NULL, &err);
    cue_eval_t *eval = p ? cue_eval_start(p, NULL, &err) : NULL;
    cue_value_t *v = eval ? cue_lookup(eval, "x", &err) : NULL;
    jv_t *json = v && cue_ok(v, &err) ? cue_export_json(v, a, &err) : NULL;
    if (json) {
        buf_addc(&b, "= ");
        jv_write_pretty(&b, json, 0, false);
    } else {
        str_t first, rest;
        str_cut(str_c(error_text(&err)), '\n', &first, &rest);
        buf_printf(&b, "! " STR_FMT, STR_ARG(first));
    }
    str_t out = arena_str(a, buf_str(&b));
    if (eval)
        cue_eval_end(eval);
    cue_program_release(p);
    error_release(&err);
    return out;
}

/* JSON by value of numbers' text, so "1.0" is not "1". */
static bool same(arena_t *a, str_t got, str_t want) {
    if (str_eq(got, want))
        return true;
    jv_t *x = got.p[0] == '=' && want.p[0] == '=' ? jv_parse(a, str_from(got, 2), NULL) : NULL;
    jv_t *y = x ? jv_parse(a, str_from(want, 2), NULL) : NULL;
    if (!y)
        return false;
    buf_t p, q;
    buf_init_arena(&p, a);
    buf_init_arena(&q, a);
    jv_write_pretty(&p, x, 0, false);
    jv_write_pretty(&q, y, 0, false);
    return str_eq(buf_str(&p), buf_str(&q));
}

static int check_file(const char *path) {
    arena_t *a = arena_create();
    FILE *f = fopen(path, "rb");
    static char line[1 << 16];
    int bad = 0, rows = 0;
    str_t expression = STR("");
    ck_assert_msg(f, "%s is not there", path);
    while (fgets(line, sizeof line, f)) {
        str_t s = str_c(line);
        s.n -= s.n && s.p[s.n - 1] == '\n';
        if (!s.n || s.p[0] == '#')
            continue;
        bool is_answer = s.n > 1 && (s.p[0] == '=' || s.p[0] == '!') && s.p[1] == ' ';
        if (!is_answer) {
            expression = arena_str(a, s);
            continue;
        }
        str_t want = arena_str(a, s), got = answer(a, expression);
        rows++;
        if (same(a, got, want))
            continue;
        bad++;
        printf("%s: " STR_FMT "\n  want " STR_FMT "\n  got  " STR_FMT "\n", path, STR_ARG(expression), STR_ARG(want),
               STR_ARG(got));
    }
    fclose(f);
    arena_destroy(a);
    ck_assert_msg(rows > 0, "%s has no rows", path);
    return bad;
}

START_TEST(packages_answer_as_cue_does) {
    const char *folder = "test/cue/packages";
    DIR *d = opendir(folder);
    int bad = 0, files = 0;
    ck_assert_msg(d, "%s is not there", folder);
    for (struct dirent *e; (e = readdir(d));) {
        char path[400];
        if (e->d_name[0] == '.')
            continue;
        snprintf(path, sizeof path, "%s/%s", folder, e->d_name);
        bad += check_file(path);
        files++;
    }
    closedir(d);
    ck_assert_int_eq(bad, 0);
    ck_assert_int_gt(files, 20);
}
END_TEST

/* One call without the evaluator. Arguments as CUE data in JSON. */
static bool call(arena_t *a, const char *package, const char *name, const char *args, size_t max, cdata_t **out,
                 err_t *err) {
    const lib_func_t *f = lib_find(str_c(package), str_c(name));
    cdata_t *list, *given[LIB_MAX_PARAMS + 1] = {NULL};
    ck_assert_msg(f, "%s.%s", package, name);
    ck_assert(cdata_parse_json(a, str_c(args), &list, err));
    ck_assert_uint_eq(list->n, lib_params(f));
    for (size_t i = 0; i < list->n; i++)
        given[i] = list->items[i];
    lib_call_t c = {.arena = a, .err = err, .max_bytes = max};
    return lib_invoke(f, &c, given, out);
}

START_TEST(results_past_the_limit_are_refused) {
    static const char *const rows[][3] = {
        {"strings", "Repeat", "[\"0123456789\", 1000000000000]"},
        {"strings", "Repeat", "[\"0123456789\", 101]"},
        {"strings", "Replace",
         "[\"aaaaaaaaaaaaaaaaaaaa\", \"a\", \"aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa\", -1]"},
        {"list", "Repeat", "[[1,2,3], 1000000000]"},
        {"list", "Range", "[0, 1e15, 1]"},
        {"list", "Range", "[0, 1, 1e-30]"},
        {"math/bits", "Lsh", "[1, 100000000]"},
        {"math/bits", "Set", "[1, 1000000000000, 1]"},
        {"strconv", "FormatFloat", "[1.5, 102, 100000000, 64]"},
        {"text/template", "Execute",
         "[\"{{range .}}{{range $}}{{range $}}{{.}}0123456789{{end}}{{end}}{{end}}\", [1,2,3,4,5,6,7]]"},
        {"text/template", "Execute",
         "[\"{{define \\\"a\\\"}}{{template \\\"a\\\"}}{{end}}{{template \\\"a\\\"}}\", 1]"},
        {"text/template", "Execute", "[\"{{range 100000000}}{{end}}\", 1]"},
        {"regexp", "ReplaceAll",
         "[\"\", \"aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa\", \"01234567890123456789\"]"},
        {"text/tabwriter", "Write",
         "[["
         "\"aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa\\tb\","
         "\"a\\tb\",\"a\\tb\",\"a\\tb\",\"a\\tb\",\"a\\tb\",\"a\\tb\",\"a\\tb\",\"a\\tb\",\"a\\tb\",\"a\\tb\","
         "\"a\\tb\"]]"},
    };
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        arena_t *a = arena_create();
        err_t err = ERROR_INIT;
        cdata_t *out;
        ck_assert_msg(!call(a, rows[i][0], rows[i][1], rows[i][2], 1000, &out, &err), "%s.%s goes on", rows[i][0],
                      rows[i][1]);
        ck_assert_msg(err.code == ERR_LIMIT, "%s.%s: %s", rows[i][0], rows[i][1], error_text(&err));
        ck_assert_msg(arena_used(a) < 64 << 20, "%s.%s took %zu bytes", rows[i][0], rows[i][1], arena_used(a));
        error_release(&err);
        arena_destroy(a);
    }
}
END_TEST

START_TEST(deep_input_is_an_error_and_no_crash) {
    static char text[200001];
    static const char *const functions[][2] = {{"encoding/json", "Unmarshal"},
                                               {"encoding/json", "Compact"},
                                               {"encoding/json", "UnmarshalStream"},
                                               {"encoding/yaml", "Unmarshal"}};
    for (size_t i = 0; i < sizeof functions / sizeof *functions; i++) {
        arena_t *a = arena_create();
        err_t err = ERROR_INIT;
        memset(text, '[', sizeof text - 1);
        cdata_t *out, *arg[LIB_MAX_PARAMS] = {cdata_string(a, str_c(text))};
        lib_call_t c = {.arena = a, .err = &err};
        ck_assert(!lib_invoke(lib_find(str_c(functions[i][0]), str_c(functions[i][1])), &c, arg, &out));
        ck_assert(err.code != ERR_NONE);
        error_release(&err);
        arena_destroy(a);
    }
    arena_t *a = arena_create();
    err_t err = ERROR_INIT;
    for (size_t i = 0; i + 1 < sizeof text; i++)
        text[i] = "{{(((("[i < 2 ? i : 2];
    cdata_t *out, *args[LIB_MAX_PARAMS] = {cdata_string(a, str_c(text)), cdata_null(a)};
    lib_call_t c = {.arena = a, .err = &err};
    ck_assert(!lib_invoke(lib_find(STR("text/template"), STR("Execute")), &c, args, &out));
    ck_assert_int_eq(err.code, ERR_LIMIT);
    error_release(&err);
    arena_destroy(a);
}
END_TEST

START_TEST(what_is_not_here_is_not_found) {
    arena_t *a = arena_create();
    ck_assert(!lib_find(STR("strings"), STR("Nope")) && !lib_find(STR("tool/http"), STR("Get")));
    ck_assert(!lib_find(STR("json"), STR("Marshal")) && lib_find(STR("encoding/json"), STR("Marshal")));
    ck_assert(lib_package_known(STR("struct")) && lib_package_known(STR("crypto/hmac")) &&
              !lib_package_known(STR("tool/exec")));
    ck_assert(!lib_const(a, STR("math"), STR("Nope")) && lib_const(a, STR("math"), STR("Pi"))->kind == LIB_FLOAT);
    ck_assert(lib_const(a, STR("uuid"), STR("ns"))->kind == LIB_STRUCT && !lib_const(a, STR("uuid"), STR("n")));
    const lib_func_t *f = lib_find(STR("path"), STR("Base"));
    ck_assert_uint_eq(lib_params(f), 2);
    ck_assert_uint_eq(lib_least_params(f), 1);
    arena_destroy(a);
}
END_TEST

SUITE(lib, packages_answer_as_cue_does, results_past_the_limit_are_refused, deep_input_is_an_error_and_no_crash,
      what_is_not_here_is_not_found)
