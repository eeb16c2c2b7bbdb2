/* Streams for informers: opened from the loop; a plugin's credentials are waited for on a fiber of their own. */
#include "kubeapi/api_inner.h"
#include "reactor/base/mem.h"
#include "reactor/fiber.h"

enum { REFUSAL_MAX = 64 * 1024 };

struct api_stream {
    api_t *api;
    api_verb_t verb;
    char *path, *accept, *resource;
    api_stream_events_t ev;
    void *arg;
    http_stream_t *http;
    fiber_t *waiting; /* for credentials */
    bool cancelled;
    int status;
    int64_t retry_after;
    buf_t refusal;
};

static void stream_free(api_stream_t *s) {
    buf_release(&s->refusal);
    mem_free(s->path);
    mem_free(s->accept);
    mem_free(s->resource);
    mem_free(s);
}

static void on_headers(void *arg, int status, const http_header_t *headers, size_t n) {
    api_stream_t *s = arg;
    s->status = status;
    api_count(s->api, s->verb, str_c(s->resource), status);
    str_int(http_header(headers, n, STR("retry-after")), &s->retry_after);
    if (status == 401)
        auth_renew(s->api);
    if (status == 200)
        s->ev.opened(s->arg);
}

static void on_data(void *arg, const char *p, size_t n) {
    api_stream_t *s = arg;
    if (s->status == 200) {
        s->ev.data(s->arg, p, n);
        return;
    }
    if (s->refusal.n + n <= REFUSAL_MAX)
        buf_addn(&s->refusal, p, n);
    http_stream_consumed(s->http, n);
}

/* Tells the end, with the refusal parsed, and frees the stream. */
static void finish(api_stream_t *s, const err_t *err) {
    arena_t *a = s->status && s->status != 200 ? arena_create() : NULL;
    api_status_t refusal = {0};
    err_t said = ERROR_INIT;
    if (a) {
        http_response_t r = {.status = s->status, .body = buf_str(&s->refusal)};
        api_refuse(a, STR("GET"), str_c(s->path), &r, &refusal, &said);
        if (s->retry_after > 0)
            refusal.retry_after_s = s->retry_after;
    }
    if (err->code == ERR_IO)
        api_reload(s->api); /* for the next one */
    if (!s->status)
        api_count(s->api, s->verb, str_c(s->resource), 0);
    s->ev.closed(s->arg, a ? &refusal : NULL, a ? &said : err);
    error_release(&said);
    arena_destroy(a);
    stream_free(s);
}

static void on_closed(void *arg, const err_t *err) {
    finish(arg, err);
}

static bool open_http(api_stream_t *s, err_t *err) {
    static const http_stream_events_t events = {on_headers, on_data, on_closed};
    http_header_t headers[API_MAX_HEADERS];
    str_t authorization;
    arena_t *a = arena_create();
    if (!a)
        return error_memory(err);
    if (auth_header(s->api, a, &authorization, err)) {
        http_request_t r = {.method = STR("GET"),
                            .path = str_c(s->path),
                            .headers = headers,
                            .nheaders = api_headers(s->api, str_c(s->accept), authorization, STR_NONE, headers),
                            .timeout_ms = s->api->timeout_ms};
        s->http = http_stream_open(s->api->watches, &r, &events, s, err);
    }
    arena_destroy(a);
    return s->http != NULL;
}

static void wait_then_open(void *arg) {
    api_stream_t *s = arg;
    err_t err = ERROR_INIT;
    bool ok = auth_wait(s->api, &err);
    s->waiting = NULL;
    if (s->cancelled)
        stream_free(s);
    else if (!ok || !open_http(s, &err))
        finish(s, &err);
    error_release(&err);
}

api_stream_t *api_stream_open(api_t *api, api_verb_t verb, str_t resource, str_t path, str_t accept,
                              const api_stream_events_t *ev, void *arg, err_t *err) {
    api_stream_t *s = mem_alloc(sizeof *s);
    if (!s) {
        error_memory(err);
        return NULL;
    }
    *s = (api_stream_t){.api = api, .verb = verb, .ev = *ev, .arg = arg};
    buf_init(&s->refusal);
    s->path = mem_alloc(api->prefix.n + path.n + 1);
    s->accept = mem_strndup(accept.p, accept.n);
    s->resource = mem_strndup(resource.p, resource.n);
    bool ok = s->path && s->accept && s->resource;
    if (ok) {
        memcpy(s->path, api->prefix.p ? api->prefix.p : "", api->prefix.n);
        memcpy(s->path + api->prefix.n, path.p, path.n);
    } else {
        error_memory(err);
    }
    if (ok && auth_ready(api))
        ok = open_http(s, err);
    else if (ok && !(s->waiting = fiber_start(api->loop, "credentials", wait_then_open, s, NULL, NULL)))
        ok = error_memory(err);
    if (ok)
        return s;
    stream_free(s);
    return NULL;
}

void api_stream_consumed(api_stream_t *s, size_t n) {
    http_stream_consumed(s->http, n);
}

void api_stream_cancel(api_stream_t *s) {
    if (s->waiting) {
        s->cancelled = true; /* the fiber frees it */
        fiber_cancel(s->waiting);
        return;
    }
    http_stream_cancel(s->http);
    stream_free(s);
}
