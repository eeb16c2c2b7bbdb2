#include "config/json/jv.h"

#include <stdlib.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

/* What parses is written and parses again; from then on the text stays the same (-1e-999 is written -0, and that 0). */
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
    arena_t *a = arena_create();
    err_t err = ERROR_INIT;
    jv_t *v = jv_parse(a, str_n((const char *)data, size), &err);
    if (v) {
        str_t text = jv_text(a, v);
        jv_t *again = jv_parse(a, text, &err);
        str_t second = jv_text(a, again);
        if (!again || !str_eq(second, jv_text(a, jv_parse(a, second, &err))) || !jv_equal(v, jv_copy(a, v)))
            abort();
        buf_t b;
        buf_init(&b);
        jv_write_pretty(&b, v, 2, false);
        buf_release(&b);
        double d;
        int64_t i;
        for (size_t k = 0; k < jv_count(v); k++) {
            jv_as_int(jv_at(v, k), &i);
            jv_as_double(jv_at(v, k), &d);
        }
    } else if (err.code == ERR_NONE) {
        abort();
    }
    error_release(&err);
    arena_destroy(a);
    return 0;
}
