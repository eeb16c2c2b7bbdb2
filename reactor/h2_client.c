/* One connection of the HTTP/2 client. */
#include "reactor/h2_client.h"

#include "reactor/base/mem.h"
#include "reactor/conn.h"
#include "reactor/dial.h"
#include "reactor/tls_ssl.h"

enum {
    STREAM_WINDOW = 1 << 20,
    CONNECTION_WINDOW = 16 << 20,
    /* Streams before the server's SETTINGS have told its limit: what is refused is sent again, but only once. */
    FIRST_STREAMS = 10,
};

struct h2_conn {
    link_t link;
    http_client_t *client; /* NULL: closed, waiting for `busy` to end */
    dial_t *dial;
    conn_t *conn;
    nghttp2_session *session;
    loop_timer_t *timer; /* the handshake's deadline, then PING */
    link_t streams;
    size_t nstreams; /* by nghttp2's count: also those forgotten here but not reset there yet */
    int64_t last_in, last_use, ping_sent;
    int busy;
    bool settled, draining, useful, freed_room;
    uint32_t goaway;
};

h2_conn_t *h2_from_link(link_t *l) {
    return LIST_OWNER(l, h2_conn_t, link);
}

size_t h2_streams(const h2_conn_t *h) {
    return h->nstreams;
}

uint64_t h2_bytes(const h2_conn_t *h, bool in) {
    return !h->conn ? 0 : in ? conn_bytes_in(h->conn) : conn_bytes_out(h->conn);
}

bool h2_usable(const h2_conn_t *h) {
    return !h->draining;
}

bool h2_is_connecting(const h2_conn_t *h) {
    return !h->session;
}

bool h2_has_room(const h2_conn_t *h) {
    if (!h->session || h->draining || !nghttp2_session_check_request_allowed(h->session))
        return false;
    uint32_t max = FIRST_STREAMS;
    if (h->settled)
        max = nghttp2_session_get_remote_settings(h->session, NGHTTP2_SETTINGS_MAX_CONCURRENT_STREAMS);
    return h->nstreams < max;
}

static void release(h2_conn_t *h) {
    dial_cancel(h->dial);
    conn_destroy(h->conn);
    nghttp2_session_del(h->session);
    loop_timer_destroy(h->timer);
    mem_free(h);
}

static void detach(h2_conn_t *h) {
    http_client_t *c = h->client;
    if (h->conn) {
        c->stats.bytes_in += conn_bytes_in(h->conn);
        c->stats.bytes_out += conn_bytes_out(h->conn);
    }
    list_remove(&h->link);
    c->nconns--;
    h->client = NULL;
}

void h2_close(h2_conn_t *h) {
    while (!list_empty(&h->streams)) {
        http_stream_t *s = LIST_OWNER(h->streams.next, http_stream_t, link);
        list_remove(&s->link);
        s->conn = NULL;
        list_append(&h->client->waiting, &s->link);
    }
    detach(h);
    dial_cancel(h->dial);
    h->dial = NULL;
    conn_destroy(h->conn);
    h->conn = NULL;
    loop_timer_stop(h->timer);
    if (!h->busy)
        release(h);
}

static void leave(h2_conn_t *h) {
    if (--h->busy == 0 && !h->client)
        release(h);
}

/* The connection is over: its streams end with err, and so may what waits for one. */
static void lose(h2_conn_t *h, const err_t *err) {
    http_client_t *c = h->client;
    h->busy++;
    c->busy++;
    h->draining = true;
    while (h->client && !list_empty(&h->streams)) {
        http_stream_t *s = LIST_OWNER(h->streams.next, http_stream_t, link);
        list_remove(&s->link);
        s->conn = NULL;
        stream_end(s, err);
    }
    if (h->client) {
        h2_close(h);
        client_lost(c, !h->useful, err);
    }
    leave(h);
    client_release(c);
}

/* Takes err. */
static void fail(h2_conn_t *h, err_t *err) {
    lose(h, err);
    error_release(err);
}

/* After nghttp2 has run: what it freed is used, and a drained connection goes. Not from inside nghttp2. */
static void settle(h2_conn_t *h) {
    if (!h->client)
        return;
    http_client_t *c = h->client;
    bool room = h->freed_room;
    h->freed_room = false;
    if (h->draining && h->nstreams == 0) {
        h2_close(h);
        room = true;
    }
    if (room)
        client_pump(c);
}

/* ---- what nghttp2 tells ---- */

/* The stream, or NULL when nobody wants to know any more. */
static http_stream_t *stream_of(nghttp2_session *session, const h2_conn_t *h, int32_t id) {
    http_stream_t *s = h->client ? nghttp2_session_get_stream_user_data(session, id) : NULL;
    return s && s->err.code == ERR_NONE ? s : NULL;
}

static int verdict(const h2_conn_t *h) {
    return h->client ? 0 : NGHTTP2_ERR_CALLBACK_FAILURE;
}

/* We break a stream off for a reason of ours; it ends when nghttp2 closes it. */
static void break_off(h2_conn_t *h, http_stream_t *s, error_code_t code, const char *why) {
    error_set(&s->err, code, "%s: %s", h->client->peer, why);
    nghttp2_submit_rst_stream(h->session, NGHTTP2_FLAG_NONE, s->id, NGHTTP2_CANCEL);
}

static int on_header(nghttp2_session *session, const nghttp2_frame *frame, const uint8_t *name, size_t name_n,
                     const uint8_t *value, size_t value_n, uint8_t flags, void *arg) {
    (void)flags;
    h2_conn_t *h = arg;
    http_stream_t *s = stream_of(session, h, frame->hd.stream_id);
    if (!s || s->has_headers) /* trailers */
        return 0;
    str_t n = str_n((const char *)name, name_n), v = str_n((const char *)value, value_n);
    if (n.p[0] == ':') {
        int64_t status;
        if (str_eqc(n, ":status") && str_int(v, &status))
            s->status = (int)status;
    } else if (!stream_add_header(s, n, v)) {
        break_off(h, s, ERR_LIMIT, "the response's headers are too large");
    }
    return 0;
}

static void headers_complete(nghttp2_session *session, h2_conn_t *h, int32_t id) {
    http_stream_t *s = stream_of(session, h, id);
    if (!s || s->has_headers)
        return;
    if (s->status < 200) { /* 100, 103: the real ones follow */
        buf_clear(&s->header_text);
        buf_clear(&s->header_list);
        return;
    }
    h->useful = true;
    h->client->failures = 0;
    stream_deliver_headers(s);
}

/* The whole answer came before we had sent the whole request: what is left of it interests nobody. */
static void stop_sending(nghttp2_session *session, const nghttp2_frame *frame) {
    if ((frame->hd.flags & NGHTTP2_FLAG_END_STREAM) &&
        nghttp2_session_get_stream_local_close(session, frame->hd.stream_id) == 0)
        nghttp2_submit_rst_stream(session, NGHTTP2_FLAG_NONE, frame->hd.stream_id, NGHTTP2_NO_ERROR);
}

static int on_frame(nghttp2_session *session, const nghttp2_frame *frame, void *arg) {
    h2_conn_t *h = arg;
    if (!h->client)
        return verdict(h);
    switch (frame->hd.type) {
    case NGHTTP2_HEADERS:
        headers_complete(session, h, frame->hd.stream_id);
        stop_sending(session, frame);
        break;
    case NGHTTP2_DATA:
        stop_sending(session, frame);
        break;
    case NGHTTP2_SETTINGS:
        if (!(frame->hd.flags & NGHTTP2_FLAG_ACK))
            h->settled = h->freed_room = true;
        break;
    case NGHTTP2_GOAWAY:
        h->client->stats.goaways++;
        h->draining = true;
        h->goaway = frame->goaway.error_code;
        break;
    case NGHTTP2_RST_STREAM:
        h->client->stats.resets++;
        break;
    default:
        break;
    }
    return verdict(h);
}

static int on_data(nghttp2_session *session, uint8_t flags, int32_t id, const uint8_t *p, size_t n, void *arg) {
    (void)flags;
    h2_conn_t *h = arg;
    /* The connection's window opens at once: only a stream is held back by who is slow. */
    nghttp2_session_consume_connection(session, n);
    http_stream_t *s = stream_of(session, h, id);
    if (!s)
        return verdict(h);
    if (s->consume)
        nghttp2_session_consume_stream(session, id, n);
    s->ev.data(s->arg, (const char *)p, n); /* s may be gone */
    return verdict(h);
}

static void explain_close(const h2_conn_t *h, const http_stream_t *s, uint32_t code, err_t *err) {
    const char *peer = h->client->peer;
    if (code != NGHTTP2_NO_ERROR)
        error_set(err, ERR_IO, "%s: stream reset (%s)", peer, nghttp2_http2_strerror(code));
    else if (!s->has_headers)
        error_set(err, ERR_IO, "%s: stream closed without a response", peer);
}

static int on_stream_close(nghttp2_session *session, int32_t id, uint32_t code, void *arg) {
    h2_conn_t *h = arg;
    h->nstreams--;
    h->freed_room = true;
    if (!h->client)
        return verdict(h);
    h->last_use = h->last_in;
    http_stream_t *s = nghttp2_session_get_stream_user_data(session, id);
    if (!s)
        return 0;
    list_remove(&s->link);
    s->conn = NULL;
    if (s->err.code == ERR_NONE && code == NGHTTP2_REFUSED_STREAM && !s->has_headers && !s->retried) {
        s->retried = true;
        s->body_sent = 0;
        s->status = 0;
        list_prepend(&h->client->waiting, &s->link);
        return 0;
    }
    err_t err = ERROR_INIT;
    if (s->err.code)
        error_move(&err, &s->err);
    else
        explain_close(h, s, code, &err);
    stream_end(s, &err);
    error_release(&err);
    return verdict(h);
}

static ssize_t read_body(nghttp2_session *session, int32_t id, uint8_t *to, size_t n, uint32_t *flags,
                         nghttp2_data_source *source, void *arg) {
    (void)source;
    h2_conn_t *h = arg;
    http_stream_t *s = stream_of(session, h, id);
    if (!s)
        return NGHTTP2_ERR_TEMPORAL_CALLBACK_FAILURE;
    size_t left = s->body.n - s->body_sent;
    if (n > left)
        n = left;
    memcpy(to, s->body.p + s->body_sent, n);
    s->body_sent += n;
    if (s->body_sent == s->body.n)
        *flags |= NGHTTP2_DATA_FLAG_EOF;
    return (ssize_t)n;
}

static bool make_session(h2_conn_t *h) {
    nghttp2_session_callbacks *cb = NULL;
    nghttp2_option *opt = NULL;
    if (nghttp2_session_callbacks_new(&cb) || nghttp2_option_new(&opt)) {
        nghttp2_session_callbacks_del(cb);
        return false;
    }
    nghttp2_session_callbacks_set_on_header_callback(cb, on_header);
    nghttp2_session_callbacks_set_on_frame_recv_callback(cb, on_frame);
    nghttp2_session_callbacks_set_on_data_chunk_recv_callback(cb, on_data);
    nghttp2_session_callbacks_set_on_stream_close_callback(cb, on_stream_close);
    nghttp2_option_set_no_auto_window_update(opt, 1);
    nghttp2_option_set_no_closed_streams(opt, 1);
    int rc = nghttp2_session_client_new2(&h->session, cb, h, opt);
    nghttp2_session_callbacks_del(cb);
    nghttp2_option_del(opt);
    const nghttp2_settings_entry settings[] = {{NGHTTP2_SETTINGS_ENABLE_PUSH, 0},
                                               {NGHTTP2_SETTINGS_INITIAL_WINDOW_SIZE, STREAM_WINDOW}};
    return rc == 0 && nghttp2_submit_settings(h->session, NGHTTP2_FLAG_NONE, settings, 2) == 0 &&
           nghttp2_session_set_local_window_size(h->session, NGHTTP2_FLAG_NONE, 0, CONNECTION_WINDOW) == 0;
}

/* ---- what the connection tells ---- */

static void on_open(void *arg) {
    h2_conn_t *h = arg;
    err_t err = ERROR_INIT;
    h->last_in = h->last_use = loop_now(h->client->loop);
    if (!tls_speaks_h2(conn_ssl(h->conn)))
        error_set(&err, ERR_IO, "%s: server speaks only HTTP/1.1, not HTTP/2", h->client->peer);
    else if (!make_session(h))
        error_memory(&err);
    if (err.code) {
        fail(h, &err);
        return;
    }
    h->client->stats.connects++;
    loop_timer_start(h->timer, h->client->ping_idle, false);
    h->freed_room = true;
    settle(h);
}

static void on_input(void *arg, const char *p, size_t n) {
    h2_conn_t *h = arg;
    h->last_in = loop_now(h->client->loop);
    h->ping_sent = 0;
    h->busy++;
    ssize_t rc = nghttp2_session_mem_recv(h->session, (const uint8_t *)p, n);
    if (h->client && rc < 0) {
        err_t err = ERROR_INIT;
        error_set(&err, ERR_IO, "%s: HTTP/2: %s", h->client->peer, nghttp2_strerror((int)rc));
        fail(h, &err);
    }
    settle(h);
    leave(h);
}

static void on_fill(void *arg, buf_t *out) {
    h2_conn_t *h = arg;
    h->busy++;
    while (h->client && out->n < CONN_FILL) {
        const uint8_t *p;
        ssize_t n = nghttp2_session_mem_send(h->session, &p);
        if (n <= 0)
            break;
        buf_addn(out, p, (size_t)n);
    }
    if (h->client && !nghttp2_session_want_read(h->session) && !nghttp2_session_want_write(h->session) && !out->n) {
        err_t err = ERROR_INIT;
        error_set(&err, ERR_IO, "%s: connection closed (%s)", h->client->peer, nghttp2_http2_strerror(h->goaway));
        fail(h, &err);
    }
    settle(h);
    leave(h);
}

static void on_closed(void *arg, const err_t *err) {
    h2_conn_t *h = arg;
    if (err->code) {
        lose(h, err);
        return;
    }
    err_t own = ERROR_INIT;
    error_set(&own, ERR_IO, "%s: connection closed by the server", h->client->peer);
    fail(h, &own);
}

static void on_timer(void *arg) {
    h2_conn_t *h = arg;
    http_client_t *c = h->client;
    err_t err = ERROR_INIT;
    if (!conn_is_open(h->conn)) {
        error_set(&err, ERR_TIMEOUT, "TLS handshake with %s: timed out after %lld ms", c->peer,
                  (long long)c->connect_timeout);
        fail(h, &err);
        return;
    }
    int64_t now = loop_clock(), idle = now - h->last_in;
    if (h->ping_sent && now - h->ping_sent >= c->ping_timeout) {
        error_set(&err, ERR_TIMEOUT, "%s: no answer to a PING within %lld ms", c->peer, (long long)c->ping_timeout);
        fail(h, &err);
    } else if (h->ping_sent) {
        loop_timer_start(h->timer, h->ping_sent + c->ping_timeout - now, false);
    } else if (h->nstreams == 0 && c->nconns > 1 && now - h->last_use >= c->ping_idle) {
        h2_close(h); /* opened for a rush that is over */
    } else if (idle >= c->ping_idle) {
        c->stats.pings++;
        h->ping_sent = now;
        nghttp2_submit_ping(h->session, NGHTTP2_FLAG_NONE, NULL);
        conn_kick(h->conn);
        loop_timer_start(h->timer, c->ping_timeout, false);
    } else {
        loop_timer_start(h->timer, c->ping_idle - idle, false);
    }
}

static void on_dialled(void *arg, int fd, const err_t *dial_err) {
    h2_conn_t *h = arg;
    http_client_t *c = h->client;
    h->dial = NULL;
    if (fd < 0) {
        lose(h, dial_err);
        return;
    }
    static const conn_events_t events = {on_open, on_input, on_fill, on_closed, NULL};
    conn_options_t o = {.priority = c->urgent ? LOOP_URGENT : LOOP_IO,
                        .tls = c->tls,
                        .host = str_c(c->host),
                        .peer = c->peer};
    err_t err = ERROR_INIT;
    h->conn = conn_create(c->loop, fd, &o, &events, h, &err);
    if (h->conn)
        loop_timer_start(h->timer, c->connect_timeout, false);
    else
        lose(h, &err);
    error_release(&err);
}

h2_conn_t *h2_open(http_client_t *c) {
    h2_conn_t *h = mem_alloc(sizeof *h);
    if (!h)
        return NULL;
    h->client = c;
    list_init(&h->streams);
    h->timer = loop_timer_create(c->loop, c->urgent ? LOOP_URGENT : LOOP_IO, on_timer, h);
    h->dial = h->timer ? dial_start(c->loop, c->host, c->port, c->connect_timeout, on_dialled, h) : NULL;
    if (!h->dial) {
        release(h);
        return NULL;
    }
    list_append(&c->conns, &h->link);
    c->nconns++;
    return h;
}

void h2_drain(h2_conn_t *h) {
    h->draining = true;
    if (h->nstreams == 0 && !h->busy)
        h2_close(h);
}

/* ---- streams ---- */

bool h2_submit(h2_conn_t *h, http_stream_t *s) {
    nghttp2_data_provider body = {.read_callback = read_body};
    int32_t id = nghttp2_submit_request(h->session, NULL, s->nv, s->nnv, s->body.n ? &body : NULL, s);
    if (id < 0) {
        if (id == NGHTTP2_ERR_STREAM_ID_NOT_AVAILABLE)
            h->draining = true;
        return false;
    }
    s->id = id;
    s->conn = h;
    h->nstreams++;
    list_append(&h->streams, &s->link);
    conn_kick(h->conn);
    return true;
}

void h2_forget(http_stream_t *s) {
    h2_conn_t *h = s->conn;
    list_remove(&s->link);
    s->conn = NULL;
    nghttp2_session_set_stream_user_data(h->session, s->id, NULL);
    nghttp2_submit_rst_stream(h->session, NGHTTP2_FLAG_NONE, s->id, NGHTTP2_CANCEL);
    if (h->conn)
        conn_kick(h->conn);
}

void h2_consumed(http_stream_t *s, size_t n) {
    if (nghttp2_session_consume_stream(s->conn->session, s->id, n) == 0 && nghttp2_session_want_write(s->conn->session))
        conn_kick(s->conn->conn);
}
