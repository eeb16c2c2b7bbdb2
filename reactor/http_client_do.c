/* One exchange, for a fiber. */
#include "reactor/h2_client.h"

#include "reactor/base/mem.h"
#include "reactor/fiber.h"

#include <zlib.h>

typedef struct exchange {
    fiber_t *fiber;
    bool done, may_zip;
    size_t max_body;
    int status;
    buf_t text, list, body; /* heap: callbacks must not jump to the guard of a fiber's arena */
    bool zipped, zip_ended;
    z_stream zip;
    http_stream_t *stream;
    err_t err;
} exchange_t;

static void wake(exchange_t *x) {
    x->done = true;
    fiber_wake(x->fiber);
}

/* We have seen enough of it. */
static void stop(exchange_t *x) {
    http_stream_cancel(x->stream);
    x->stream = NULL;
    wake(x);
}

static bool keep_header(exchange_t *x, const http_header_t *h) {
    if (x->zipped && (str_eqc(h->name, "content-encoding") || str_eqc(h->name, "content-length")))
        return true; /* no longer true of the body that we hand out */
    http_header_t copy = {{(const char *)(uintptr_t)x->text.n, h->name.n}, {NULL, h->value.n}};
    buf_add(&x->text, h->name);
    copy.value.p = (const char *)(uintptr_t)x->text.n;
    buf_add(&x->text, h->value);
    buf_addn(&x->list, &copy, sizeof copy);
    return !buf_failed(&x->text) && !buf_failed(&x->list);
}

static void on_headers(void *arg, int status, const http_header_t *headers, size_t n) {
    exchange_t *x = arg;
    x->status = status;
    x->zipped = x->may_zip && str_eqc(http_header(headers, n, STR("content-encoding")), "gzip");
    bool ok = !x->zipped || inflateInit2(&x->zip, 15 + 16) == Z_OK;
    if (!ok)
        x->zipped = false;
    for (size_t i = 0; ok && i < n; i++)
        ok = keep_header(x, &headers[i]);
    int64_t length;
    if (ok && !x->zipped && str_int(http_header(headers, n, STR("content-length")), &length) && length > 0 &&
        (uint64_t)length <= x->max_body)
        ok = buf_reserve(&x->body, (size_t)length) != NULL;
    if (!ok) {
        error_memory(&x->err);
        stop(x);
    }
}

static bool add_plain(exchange_t *x, const void *p, size_t n) {
    if (n > x->max_body - x->body.n)
        return error_set(&x->err, ERR_LIMIT, "the response is larger than %zu bytes", x->max_body);
    buf_addn(&x->body, p, n);
    return !buf_failed(&x->body) || error_memory(&x->err);
}

static bool add_zipped(exchange_t *x, const char *p, size_t n) {
    unsigned char out[4096];
    x->zip.next_in = (unsigned char *)(uintptr_t)p;
    x->zip.avail_in = (unsigned)n;
    do {
        x->zip.next_out = out;
        x->zip.avail_out = sizeof out;
        int rc = x->zip_ended ? Z_DATA_ERROR : inflate(&x->zip, Z_NO_FLUSH);
        if (rc != Z_OK && rc != Z_STREAM_END && rc != Z_BUF_ERROR)
            return error_set(&x->err, ERR_IO, "broken gzip data in the response");
        x->zip_ended = rc == Z_STREAM_END;
        if (!add_plain(x, out, sizeof out - x->zip.avail_out))
            return false;
    } while (x->zip.avail_in || (!x->zip_ended && x->zip.avail_out == 0));
    return true;
}

static void on_data(void *arg, const char *p, size_t n) {
    exchange_t *x = arg;
    if (!(x->zipped ? add_zipped(x, p, n) : add_plain(x, p, n)))
        stop(x);
}

static void on_closed(void *arg, const err_t *err) {
    exchange_t *x = arg;
    x->stream = NULL;
    if (err->code)
        error_set(&x->err, err->code, "%s", error_text(err));
    else if (x->zipped && !x->zip_ended && x->zip.total_in)
        error_set(&x->err, ERR_IO, "gzip data in the response ends early");
    wake(x);
}

static bool wait_for_it(exchange_t *x, http_client_t *c, int64_t ms, err_t *err) {
    int64_t deadline = loop_clock() + ms;
    while (!x->done) {
        int64_t left = deadline - loop_clock();
        if (fiber_park(left > 0 ? left : 0, err) || x->done)
            continue;
        http_stream_cancel(x->stream);
        if (err && err->code == ERR_TIMEOUT && loop_clock() >= deadline)
            error_set(err, ERR_TIMEOUT, "%s: no response within %lld ms", c->peer, (long long)ms);
        return false;
    }
    if (err)
        error_release(err); /* of a park that was overtaken by the response */
    if (x->err.code == ERR_NONE)
        return true;
    if (err)
        error_move(err, &x->err);
    return false;
}

/* From the heap to the arena. An arena that is over its limit makes this an error, since what lies on the heap must be
 * freed before anything jumps. */
static bool hand_out(exchange_t *x, arena_t *a, http_response_t *out, err_t *err) {
    jmp_buf env;
    jmp_buf *old = arena_guard(a, &env);
    if (setjmp(env)) {
        arena_guard(a, old);
        return error_set(err, arena_over_limit(a) ? ERR_LIMIT : ERR_MEMORY, "no room for the response (%zu bytes)",
                         x->body.n);
    }
    const http_header_t *from = (const http_header_t *)(const void *)x->list.p;
    size_t n = x->list.n / sizeof *from;
    char *text = arena_bytes(a, x->text.n + 1);
    memcpy(text, x->text.p ? x->text.p : "", x->text.n);
    http_header_t *headers = arena_array(a, http_header_t, n + 1);
    for (size_t i = 0; i < n; i++) {
        headers[i].name = str_n(text + (uintptr_t)from[i].name.p, from[i].name.n);
        headers[i].value = str_n(text + (uintptr_t)from[i].value.p, from[i].value.n);
    }
    *out = (http_response_t){x->status, headers, n, arena_str(a, buf_str(&x->body))};
    arena_guard(a, old);
    return true;
}

static bool asks_for_gzip(const http_request_t *r) {
    return str_find(http_header(r->headers, r->nheaders, STR("accept-encoding")), STR("gzip")) >= 0;
}

bool http_do(http_client_t *c, const http_request_t *r, arena_t *a, size_t max_body, http_response_t *out, err_t *err) {
    static const http_stream_events_t events = {on_headers, on_data, on_closed};
    *out = (http_response_t){0};
    exchange_t *x = mem_alloc(sizeof *x); /* not on the fiber's stack: z_stream and all */
    if (!x)
        return error_memory(err);
    x->fiber = fiber_current();
    x->max_body = max_body;
    x->may_zip = asks_for_gzip(r);
    x->stream = client_open(c, r, &events, x, true, err);
    bool ok = x->stream != NULL;
    ok = ok && wait_for_it(x, c, r->timeout_ms ? r->timeout_ms : 30000, err);
    ok = ok && hand_out(x, a, out, err);
    if (x->zipped)
        inflateEnd(&x->zip);
    buf_release(&x->text);
    buf_release(&x->list);
    buf_release(&x->body);
    error_release(&x->err);
    mem_free(x);
    return ok;
}
