/* The scanner and the walkers of lists and lines: never a crash; what is kept of an object that is JSON is JSON again;
 * what the parser takes is taken, and a list reads the same wherever it is cut, which the first byte says. */
#include "config/json/jv.h"
#include "kubeapi/scan.h"
#include "reactor/base/mem.h"

#include <stdlib.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static bool on_item(void *arg, str_t item, err_t *err) {
    (void)arg;
    scan_object_t o;
    return scan_object(item, NULL, &o, err);
}

static bool on_line(void *arg, str_t line, err_t *err) {
    (void)arg;
    (void)err;
    scan_object_t o;
    scan_type_t type;
    scan_event(line, NULL, &type, &o, NULL);
    return true;
}

static void check_object(str_t text) {
    const str_t labels[] = {STR("a"), STR("app")};
    scan_want_t want = {labels, 2};
    scan_object_t o;
    err_t err = ERROR_INIT;
    arena_t *a = arena_create();
    bool parses = jv_is(jv_parse(a, text, NULL), JV_OBJECT), ok = scan_object(text, &want, &o, &err);
    if (parses && !ok && err.code != ERR_LIMIT)
        abort();
    error_release(&err);
    if (ok && parses) {
        char *kept = arena_bytes(a, scan_kept(&o, o.json) + 1);
        str_t left = str_n(kept, (size_t)(scan_copy_kept(kept, &o, o.json) - kept));
        if (left.n != scan_kept(&o, o.json) || !jv_parse(a, left, NULL))
            abort();
    }
    if (ok && parses && o.metadata.p && !jv_parse(a, o.metadata, NULL))
        abort();
    arena_destroy(a);
}

static void check_list(str_t text, size_t cut) {
    scan_list_t whole, parts;
    str_t v1, c1, v2, c2;
    scan_list_init(&whole, 1 << 20);
    scan_list_init(&parts, 1 << 20);
    bool one = scan_list_feed(&whole, text.p, text.n, on_item, NULL, NULL) && scan_list_end(&whole, &v1, &c1, NULL);
    bool two = scan_list_feed(&parts, text.p, cut, on_item, NULL, NULL) &&
               scan_list_feed(&parts, text.p + cut, text.n - cut, on_item, NULL, NULL) &&
               scan_list_end(&parts, &v2, &c2, NULL);
    if (one != two || (one && (!str_eq(v1, v2) || !str_eq(c1, c2))))
        abort();
    scan_list_release(&whole);
    scan_list_release(&parts);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
    if (size < 1)
        return 0;
    str_t text = str_n((const char *)data + 1, size - 1);
    check_object(text);
    check_list(text, text.n ? data[0] % (text.n + 1) : 0);
    scan_lines_t lines;
    scan_lines_init(&lines, 1 << 20);
    scan_lines_feed(&lines, text.p, text.n, on_line, NULL, NULL);
    scan_lines_release(&lines);
    return 0;
}
