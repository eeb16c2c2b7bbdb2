/* HTTP/2 on a server connection. */
#include "reactor/http_serving.h"

#include "reactor/base/mem.h"

#include <nghttp2/nghttp2.h>
#include <stdio.h>

enum {
    STREAM_WINDOW = 256 << 10,
    CONNECTION_WINDOW = 4 << 20,
    /* Streams that a client opens and resets at once cost us their handlers: so many at a time, so many a second. */
    RESET_BURST = 500,
    RESET_RATE = 50,
    /* A reply that ends before its request does (413, 408): the client is told to send no further, but not at once,
     * since curl then forgets to read the reply. */
    LATE_RESET_MS = 1000,
};

typedef struct h2 {
    nghttp2_session *session;
    size_t undrained;      /* exchanges with that flag, at least */
    int64_t headers_since; /* a header block is under way; 0: none */
    int64_t idle_since;
} h2_t;

static http_exchange_t *exchange_of(nghttp2_session *session, const server_conn_t *sc, int32_t id) {
    return sc->server ? nghttp2_session_get_stream_user_data(session, id) : NULL;
}

static int verdict(const server_conn_t *sc) {
    return sc->server ? 0 : NGHTTP2_ERR_CALLBACK_FAILURE;
}

/* ---- requests ---- */

static int on_begin_headers(nghttp2_session *session, const nghttp2_frame *frame, void *arg) {
    server_conn_t *sc = arg;
    h2_t *h = sc->state;
    if (!sc->server)
        return verdict(sc);
    h->headers_since = loop_now(sc->server->loop);
    if (frame->hd.type != NGHTTP2_HEADERS || frame->headers.cat != NGHTTP2_HCAT_REQUEST)
        return 0;
    http_exchange_t *x = exchange_create(sc);
    if (!x)
        return NGHTTP2_ERR_TEMPORAL_CALLBACK_FAILURE;
    x->id = frame->hd.stream_id;
    nghttp2_session_set_stream_user_data(session, x->id, x);
    return 0;
}

static void take_pseudo(http_exchange_t *x, str_t name, str_t value) {
    if (str_eqc(name, ":method")) {
        x->method = arena_str(x->arena, value);
    } else if (str_eqc(name, ":authority")) {
        exchange_add_header(x, STR("host"), value);
    } else if (str_eqc(name, ":path")) {
        str_cut(arena_str(x->arena, value), '?', &x->path, &x->query);
    }
}

static int on_header(nghttp2_session *session, const nghttp2_frame *frame, const uint8_t *name, size_t name_n,
                     const uint8_t *value, size_t value_n, uint8_t flags, void *arg) {
    (void)flags;
    server_conn_t *sc = arg;
    http_exchange_t *x = exchange_of(session, sc, frame->hd.stream_id);
    if (!x || x->too_large || frame->headers.cat != NGHTTP2_HCAT_REQUEST)
        return verdict(sc);
    x->header_bytes += name_n + value_n + 32; /* as RFC 9113 counts, and about what it takes here */
    if (x->header_bytes > sc->server->max_header_bytes || !exchange_hold(x, name_n + value_n + 32))
        x->too_large = true;
    else if (name[0] == ':')
        take_pseudo(x, str_n((const char *)name, name_n), str_n((const char *)value, value_n));
    else
        exchange_add_header(x, str_n((const char *)name, name_n), str_n((const char *)value, value_n));
    return 0;
}

static void headers_whole(server_conn_t *sc, http_exchange_t *x) {
    int64_t length;
    if (x->too_large)
        exchange_refuse(x, 431, "the headers are too long");
    else if (!x->path.n || (x->path.p[0] != '/' && !str_eqc(x->path, "*")))
        exchange_refuse(x, 400, "malformed request target");
    else if (str_int(http_request_header(x, STR("content-length")), &length) && length > 0 &&
             (uint64_t)length > sc->server->max_body)
        exchange_refuse(x, 413, "the body is too large");
}

static int on_frame(nghttp2_session *session, const nghttp2_frame *frame, void *arg) {
    server_conn_t *sc = arg;
    h2_t *h = sc->state;
    if (frame->hd.type != NGHTTP2_HEADERS && frame->hd.type != NGHTTP2_DATA)
        return verdict(sc);
    h->headers_since = 0;
    http_exchange_t *x = exchange_of(session, sc, frame->hd.stream_id);
    if (!x)
        return verdict(sc);
    if (frame->hd.type == NGHTTP2_HEADERS && frame->headers.cat == NGHTTP2_HCAT_REQUEST)
        headers_whole(sc, x);
    if ((frame->hd.flags & NGHTTP2_FLAG_END_STREAM) && !x->ended && !x->whole)
        exchange_whole(x);
    return verdict(sc);
}

static int on_data(nghttp2_session *session, uint8_t flags, int32_t id, const uint8_t *p, size_t n, void *arg) {
    (void)flags;
    server_conn_t *sc = arg;
    http_exchange_t *x = exchange_of(session, sc, id);
    if (!x || x->ended)
        return verdict(sc);
    int status = exchange_add_body(x, str_n((const char *)p, n));
    if (status)
        exchange_refuse(x, status, status == 413 ? "the body is too large" : "too many requests in memory");
    return 0;
}

static int on_stream_close(nghttp2_session *session, int32_t id, uint32_t code, void *arg) {
    (void)code;
    server_conn_t *sc = arg;
    http_exchange_t *x = exchange_of(session, sc, id);
    if (!x)
        return verdict(sc);
    ((h2_t *)sc->state)->idle_since = loop_now(sc->server->loop);
    nghttp2_session_set_stream_user_data(session, id, NULL);
    exchange_free(x);
    return verdict(sc);
}

static int on_frame_sent(nghttp2_session *session, const nghttp2_frame *frame, void *arg) {
    if ((frame->hd.type != NGHTTP2_HEADERS && frame->hd.type != NGHTTP2_DATA) ||
        !(frame->hd.flags & NGHTTP2_FLAG_END_STREAM))
        return 0;
    http_exchange_t *x = exchange_of(session, arg, frame->hd.stream_id);
    if (x) {
        x->end_sent = true;
        x->progress = loop_now(x->sc->server->loop);
    }
    return 0;
}

/* ---- replies ---- */

static ssize_t read_reply(nghttp2_session *session, int32_t id, uint8_t *to, size_t n, uint32_t *flags,
                          nghttp2_data_source *source, void *arg) {
    (void)source;
    server_conn_t *sc = arg;
    http_exchange_t *x = exchange_of(session, sc, id);
    if (!x || buf_failed(&x->out))
        return NGHTTP2_ERR_TEMPORAL_CALLBACK_FAILURE;
    size_t left = x->out.n - x->sent;
    if (!left && !x->ended) {
        x->deferred = true;
        return NGHTTP2_ERR_DEFERRED;
    }
    if (n > left)
        n = left;
    memcpy(to, x->out.p ? x->out.p + x->sent : "", n);
    x->sent += n;
    x->progress = loop_now(sc->server->loop);
    if (x->sent == x->out.n) {
        x->sent = 0;
        if (x->out.cap > CONN_FILL)
            buf_release(&x->out);
        else
            buf_clear(&x->out);
        if (x->ended)
            *flags |= NGHTTP2_DATA_FLAG_EOF;
    }
    return (ssize_t)n;
}

static nghttp2_nv nv_of(str_t name, str_t value) {
    return (nghttp2_nv){.name = (uint8_t *)(uintptr_t)name.p,
                        .namelen = name.n,
                        .value = (uint8_t *)(uintptr_t)(value.p ? value.p : ""),
                        .valuelen = value.n};
}

/* HTTP/2 forbids these (RFC 9113, 8.2.2). */
static bool is_hop_header(str_t name) {
    return str_eqc(name, "connection") || str_eqc(name, "transfer-encoding") || str_eqc(name, "keep-alive") ||
           str_eqc(name, "upgrade");
}

static void start(http_exchange_t *x, const http_header_t *headers, size_t n) {
    h2_t *h = x->sc->state;
    nghttp2_nv *nv = arena_array(x->arena, nghttp2_nv, n + 1);
    char status[12];
    snprintf(status, sizeof status, "%d", x->status);
    size_t k = 0;
    nv[k++] = nv_of(STR(":status"), str_c(status));
    for (size_t i = 0; i < n; i++)
        if (!is_hop_header(headers[i].name))
            nv[k++] = nv_of(headers[i].name, headers[i].value);
    /* A streamed reply without a body still ends by a frame of its own, so that x lives until its end was told. */
    nghttp2_data_provider body = {.read_callback = read_reply};
    bool has_body = !(x->bodyless && x->ended);
    if (nghttp2_submit_response(h->session, x->id, nv, k, has_body ? &body : NULL) != 0)
        nghttp2_submit_rst_stream(h->session, NGHTTP2_FLAG_NONE, x->id, NGHTTP2_INTERNAL_ERROR);
}

static void more(http_exchange_t *x) {
    h2_t *h = x->sc->state;
    if (x->undrained)
        h->undrained++;
    if (x->deferred && (x->ended || x->out.n > x->sent)) {
        x->deferred = false;
        nghttp2_session_resume_data(h->session, x->id);
    }
    conn_kick(x->sc->conn);
}

static void reset(http_exchange_t *x) {
    h2_t *h = x->sc->state;
    nghttp2_submit_rst_stream(h->session, NGHTTP2_FLAG_NONE, x->id, NGHTTP2_INTERNAL_ERROR);
    conn_kick(x->sc->conn);
}

/* ---- the connection ---- */

static bool begin(server_conn_t *sc) {
    h2_t *h = mem_alloc(sizeof *h);
    nghttp2_session_callbacks *cb = NULL;
    nghttp2_option *opt = NULL;
    if (!h || nghttp2_session_callbacks_new(&cb) || nghttp2_option_new(&opt)) {
        nghttp2_session_callbacks_del(cb);
        mem_free(h);
        return false;
    }
    nghttp2_session_callbacks_set_on_begin_headers_callback(cb, on_begin_headers);
    nghttp2_session_callbacks_set_on_header_callback(cb, on_header);
    nghttp2_session_callbacks_set_on_frame_recv_callback(cb, on_frame);
    nghttp2_session_callbacks_set_on_data_chunk_recv_callback(cb, on_data);
    nghttp2_session_callbacks_set_on_stream_close_callback(cb, on_stream_close);
    nghttp2_session_callbacks_set_on_frame_send_callback(cb, on_frame_sent);
    nghttp2_option_set_no_closed_streams(opt, 1);
    nghttp2_option_set_stream_reset_rate_limit(opt, RESET_BURST, RESET_RATE);
    int rc = nghttp2_session_server_new2(&h->session, cb, sc, opt);
    nghttp2_session_callbacks_del(cb);
    nghttp2_option_del(opt);
    const nghttp2_settings_entry settings[] = {{NGHTTP2_SETTINGS_MAX_CONCURRENT_STREAMS, sc->server->max_streams},
                                               {NGHTTP2_SETTINGS_INITIAL_WINDOW_SIZE, STREAM_WINDOW},
                                               {NGHTTP2_SETTINGS_MAX_HEADER_LIST_SIZE,
                                                (uint32_t)sc->server->max_header_bytes}};
    if (rc || nghttp2_submit_settings(h->session, NGHTTP2_FLAG_NONE, settings, 3) ||
        nghttp2_session_set_local_window_size(h->session, NGHTTP2_FLAG_NONE, 0, CONNECTION_WINDOW)) {
        nghttp2_session_del(h->session);
        mem_free(h);
        return false;
    }
    h->idle_since = loop_now(sc->server->loop);
    sc->state = h;
    return true;
}

static void release(server_conn_t *sc) {
    h2_t *h = sc->state;
    nghttp2_session_del(h->session);
    mem_free(h);
}

static void input(server_conn_t *sc, const char *p, size_t n) {
    h2_t *h = sc->state;
    ssize_t rc = nghttp2_session_mem_recv(h->session, (const uint8_t *)p, n);
    if (sc->server && rc < 0)
        server_conn_close(sc);
}

/* The socket has taken all that there was: who wrote it may write more. */
static void tell_drained(server_conn_t *sc, h2_t *h) {
    if (!h->undrained)
        return;
    h->undrained = 0;
    for (link_t *l = sc->exchanges.next; l != &sc->exchanges; l = l->next) {
        http_exchange_t *x = LIST_OWNER(l, http_exchange_t, link);
        if (x->undrained && x->out.n == x->sent)
            exchange_drained(x);
        else if (x->undrained)
            h->undrained++;
    }
}

static void fill(server_conn_t *sc, buf_t *out) {
    h2_t *h = sc->state;
    while (sc->server && out->n < CONN_FILL) {
        const uint8_t *p;
        ssize_t n = nghttp2_session_mem_send(h->session, &p);
        if (n < 0 && sc->server)
            server_conn_close(sc);
        if (n <= 0)
            break;
        buf_addn(out, p, (size_t)n);
    }
    if (!sc->server || out->n)
        return;
    tell_drained(sc, h);
    if (!nghttp2_session_want_read(h->session) && !nghttp2_session_want_write(h->session))
        server_conn_finish(sc);
}

static void drain(server_conn_t *sc) {
    h2_t *h = sc->state;
    nghttp2_submit_goaway(h->session, NGHTTP2_FLAG_NONE, nghttp2_session_get_last_proc_stream_id(h->session),
                          NGHTTP2_NO_ERROR, NULL, 0);
    conn_kick(sc->conn);
}

/* A request whose body is late gets 408; a reply whose reader gives no window is reset. */
static void check_exchange(server_conn_t *sc, http_exchange_t *x, int64_t now) {
    h2_t *h = sc->state;
    if (!x->whole && !x->ended && now - x->began >= sc->server->body_ms)
        exchange_refuse(x, 408, "the body came too slowly");
    else if (x->end_sent && now - x->progress >= LATE_RESET_MS)
        nghttp2_submit_rst_stream(h->session, NGHTTP2_FLAG_NONE, x->id, NGHTTP2_NO_ERROR);
    else if (x->ended && now - x->progress >= sc->server->body_ms)
        nghttp2_submit_rst_stream(h->session, NGHTTP2_FLAG_NONE, x->id, NGHTTP2_CANCEL);
    else
        return;
    conn_kick(sc->conn);
}

static bool tick(server_conn_t *sc, int64_t now) {
    const http_server_t *s = sc->server;
    h2_t *h = sc->state;
    if (h->headers_since && now - h->headers_since >= s->headers_ms)
        return false;
    for (link_t *l = sc->exchanges.next; l != &sc->exchanges; l = l->next)
        check_exchange(sc, LIST_OWNER(l, http_exchange_t, link), now);
    if (sc->nexchanges == 0 && now - h->idle_since >= s->idle_ms && now - sc->last_in >= s->idle_ms && !sc->draining) {
        sc->draining = true;
        drain(sc);
    }
    return true;
}

const protocol_t HTTP2_SERVER = {begin, input, fill, start, more, reset, drain, NULL, tick, release};
