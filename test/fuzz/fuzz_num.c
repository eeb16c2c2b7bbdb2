/* Number literals and arithmetic: the first byte is the operation, the rest two literals with a NUL between. */
#include "config/cue/num.h"

#include <stdlib.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
    if (size < 2)
        return 0;
    str_t text = str_n((const char *)data + 1, size - 1), left, right;
    if (!str_cut(text, '\0', &left, &right))
        right = left;
    arena_t *a = arena_create();
    num_t x, y, z;
    if (a && num_parse(a, left, &x, NULL) && num_parse(a, right, &y, NULL)) {
        num_op_t op = data[0] % (NUM_REM + 1);
        if (op >= NUM_DIV && (x.kind != NUM_INT || y.kind != NUM_INT))
            op = NUM_ADD;
        if (num_op(a, op, x, y, &z, NULL)) {
            num_t again;
            if (!num_parse(a, num_text(a, z), &again, NULL) || num_cmp(z, again) != 0)
                abort();
        }
        if (num_cmp(x, y) != -num_cmp(y, x))
            abort();
        num_to_double(x);
    }
    arena_destroy(a);
    return 0;
}
