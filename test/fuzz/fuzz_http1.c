/* HTTP/1.1 requests: whatever the bytes, a head and a body read in one piece and in small pieces give the same. */
#include "reactor/base/buf.h"
#include "reactor/http1.h"

#include <stdlib.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

/* Reads the body in pieces of `step`: its content, then how it ended and how much was left over. */
static void read_body(const http1_head_t *head, str_t all, size_t step, buf_t *out) {
    http1_body_t b;
    http1_body_init(&b, head);
    http1_result_t r = HTTP1_MORE;
    size_t at = 0;
    do {
        str_t in = str_sub(all, at, step), piece;
        size_t n = in.n;
        while ((r = http1_body_next(&b, &in, &piece)) == HTTP1_DATA)
            buf_add(out, piece);
        at += n - in.n;
    } while (r == HTTP1_MORE && at < all.n);
    buf_printf(out, "|%d %zu", r, r == HTTP1_END ? all.n - at : 0);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
    str_t in = str_n((const char *)data, size);
    size_t scanned = 0, whole = http1_head_size(in, &scanned), bytewise = 0;
    scanned = 0;
    for (size_t n = 1; n <= size && !bytewise && n < 2000; n++)
        bytewise = http1_head_size(str_sub(in, 0, n), &scanned);
    if (bytewise != whole && size < 2000)
        abort();
    if (!whole)
        return 0;
    arena_t *a = arena_create();
    char *text = arena_bytes(a, whole);
    memcpy(text, data, whole);
    http1_head_t head;
    const char *why = NULL;
    int status = http1_parse_head(text, whole, a, &head, &why);
    if (status && !why)
        abort();
    if (!status) {
        buf_t once = {0}, often = {0};
        str_t rest = str_from(in, whole);
        read_body(&head, rest, rest.n + 1, &once);
        read_body(&head, rest, 1 + size % 7, &often);
        if (!str_eq(buf_str(&once), buf_str(&often)))
            abort();
        buf_release(&once);
        buf_release(&often);
    }
    arena_destroy(a);
    return 0;
}
