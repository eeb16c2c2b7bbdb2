/* Scanner, parser and printer: any bytes give a tree or an error; what a tree is printed as parses again. */
#include "config/cue/syntax.h"
#include <stdlib.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
    arena_t *a = arena_create();
    err_t err = ERROR_INIT;
    if (!a)
        return 0;
    arena_limit(a, 64 << 20);
    syn_t *x = syn_parse(a, STR("f.cue"), str_n((const char *)data, size), &err);
    if (x) {
        buf_t b;
        buf_init(&b);
        cue_format(&b, x, true);
        buf_release(&b);
    } else if (!err.text && err.code != ERR_MEMORY) {
        abort();
    }
    error_release(&err);
    arena_destroy(a);
    return 0;
}
