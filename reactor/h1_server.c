/* HTTP/1.1 on a server connection: one request after another. */
#include "reactor/http_serving.h"

#include "reactor/base/mem.h"
#include "reactor/http1.h"

#include <stdio.h>

/* What a client may send ahead of the reply to its last request before it is no longer read from. */
enum { MAX_AHEAD = 64 * 1024 };

typedef enum { HEAD, BODY, BUSY, CLOSING } state_t;

typedef struct h1 {
    state_t state;
    buf_t in;
    size_t scanned; /* of in, by http1_head_size */
    buf_t out;      /* heads */
    http1_head_t head;
    http1_body_t body;
    http_exchange_t *x;
    int64_t since; /* when what we wait for began */
    bool served, keep_alive, chunks, terminated, eof;
} h1_t;

static bool begin(server_conn_t *sc) {
    h1_t *h = mem_alloc(sizeof *h);
    if (!h)
        return false;
    h->since = loop_now(sc->server->loop);
    sc->state = h;
    return true;
}

static void release(server_conn_t *sc) {
    h1_t *h = sc->state;
    buf_release(&h->in);
    buf_release(&h->out);
    mem_free(h);
}

/* ---- requests ---- */

static http_exchange_t *new_exchange(server_conn_t *sc, h1_t *h) {
    h->terminated = false;
    h->x = exchange_create(sc);
    if (!h->x)
        server_conn_close(sc);
    return h->x;
}

/* Answers what can't be taken; the connection closes after it, since where the next request begins is not known. */
static void refuse(server_conn_t *sc, int status, const char *why) {
    h1_t *h = sc->state;
    if (!h->x && !new_exchange(sc, h))
        return;
    h->state = BUSY;
    h->keep_alive = false;
    buf_clear(&h->in);
    exchange_refuse(h->x, status, why);
}

static void dispatch(h1_t *h) {
    h->state = BUSY;
    exchange_whole(h->x);
}

/* Where in the first `n` bytes a head too long has its fault. */
static void refuse_long_head(server_conn_t *sc, str_t in) {
    if (str_chr(in, '\n') < 0)
        refuse(sc, 414, "the request line is too long");
    else
        refuse(sc, 431, "the headers are too long");
}

static bool begin_body(server_conn_t *sc, h1_t *h) {
    if (h->head.length > 0 && (uint64_t)h->head.length > sc->server->max_body) {
        refuse(sc, 413, "the body is too large");
        return false;
    }
    http1_body_init(&h->body, &h->head);
    h->state = BODY;
    h->since = loop_now(sc->server->loop);
    if (h->head.expects_continue && h->in.n == 0) {
        buf_addc(&h->out, "HTTP/1.1 100 Continue\r\n\r\n");
        conn_kick(sc->conn);
    }
    return true;
}

static const char TOO_MANY[] = "too many requests in memory";
static const char PREFACE[] = "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n";

/* Whether a client that knows that we speak HTTP/2 without TLS (curl --http2-prior-knowledge) has begun, or may have:
 * then the connection is HTTP/2's, or waits for more. */
static bool is_http2(server_conn_t *sc, h1_t *h) {
    size_t n = h->in.n < sizeof PREFACE - 1 ? h->in.n : sizeof PREFACE - 1;
    if (h->served || n < 4 || memcmp(h->in.p, PREFACE, n) != 0)
        return false;
    if (n < sizeof PREFACE - 1)
        return true;
    buf_t in = h->in;
    buf_init(&h->in);
    sc->proto = NULL;
    release(sc);
    if (HTTP2_SERVER.begin(sc)) {
        sc->proto = &HTTP2_SERVER;
        sc->proto->input(sc, in.p, in.n);
    } else {
        server_conn_close(sc);
    }
    buf_release(&in);
    return true;
}

/* True when a head was taken off the input. */
static bool take_head(server_conn_t *sc, h1_t *h) {
    size_t blank = 0;
    while (blank < h->in.n && (h->in.p[blank] == '\r' || h->in.p[blank] == '\n'))
        blank++;
    if (blank) {
        buf_drop(&h->in, blank);
        h->scanned = 0;
    }
    if (!h->in.n)
        return false;
    if (is_http2(sc, h))
        return false;
    if ((unsigned char)h->in.p[0] < 'A' || h->in.p[0] > 'z') { /* such as a TLS handshake */
        refuse(sc, 400, "this is not an HTTP request");
        return false;
    }
    size_t n = http1_head_size(buf_str(&h->in), &h->scanned);
    if (n > sc->server->max_header_bytes || (!n && h->in.n > sc->server->max_header_bytes)) {
        refuse_long_head(sc, buf_str(&h->in));
        return false;
    }
    if (!n || !new_exchange(sc, h))
        return false;
    if (!exchange_hold(h->x, n)) {
        refuse(sc, 503, TOO_MANY);
        return false;
    }
    char *text = arena_bytes(h->x->arena, n);
    memcpy(text, h->in.p, n);
    buf_drop(&h->in, n);
    h->scanned = 0;
    const char *why = "";
    int status = http1_parse_head(text, n, h->x->arena, &h->head, &why);
    h->x->method = h->head.method;
    h->keep_alive = h->head.keep_alive && !sc->draining;
    if (status) {
        refuse(sc, status, why);
        return false;
    }
    h->x->path = h->head.path;
    h->x->query = h->head.query;
    h->x->headers = h->head.headers;
    h->x->nheaders = h->head.nheaders;
    return begin_body(sc, h);
}

/* True when the body is whole. */
static bool take_body(server_conn_t *sc, h1_t *h) {
    str_t in = buf_str(&h->in), data;
    http1_result_t r;
    int status = 0;
    while (!status && (r = http1_body_next(&h->body, &in, &data)) == HTTP1_DATA)
        status = exchange_add_body(h->x, data);
    if (status) {
        refuse(sc, status, status == 413 ? "the body is too large" : TOO_MANY);
        return false;
    }
    buf_drop(&h->in, h->in.n - in.n);
    if (r == HTTP1_BAD)
        refuse(sc, 400, "malformed chunk");
    return r == HTTP1_END;
}

static void process(server_conn_t *sc, h1_t *h) {
    if (h->state == HEAD && !take_head(sc, h))
        return;
    if (h->state == BODY && take_body(sc, h))
        dispatch(h);
}

static void input(server_conn_t *sc, const char *p, size_t n) {
    h1_t *h = sc->state;
    if (h->state == CLOSING)
        return;
    if (h->state == HEAD && !h->in.n)
        h->since = loop_now(sc->server->loop);
    buf_addn(&h->in, p, n);
    if (buf_failed(&h->in)) {
        server_conn_close(sc);
        return;
    }
    process(sc, h);
    if (sc->server && sc->proto == &HTTP1_SERVER && h->state == BUSY && h->in.n > MAX_AHEAD)
        conn_pause(sc->conn, true);
}

/* ---- replies ---- */

static bool is_framing(str_t name) {
    return str_eqc(name, "transfer-encoding") || str_eqc(name, "connection");
}

static void start(http_exchange_t *x, const http_header_t *headers, size_t n) {
    h1_t *h = x->sc->state;
    bool has_length = false;
    buf_printf(&h->out, "HTTP/1.1 %d %s\r\n", x->status, http_status_text(x->status));
    for (size_t i = 0; i < n; i++) {
        if (is_framing(headers[i].name))
            continue; /* ours to say */
        has_length = has_length || str_eqc(headers[i].name, "content-length");
        buf_add(&h->out, headers[i].name);
        buf_addc(&h->out, ": ");
        buf_add(&h->out, headers[i].value);
        buf_addc(&h->out, "\r\n");
    }
    h->chunks = !has_length && !x->bodyless && h->head.minor >= 1;
    if (!has_length && !x->bodyless && !h->chunks)
        h->keep_alive = false; /* HTTP/1.0: the end of the connection is the end of the body */
    if (x->sc->draining)
        h->keep_alive = false;
    if (h->chunks)
        buf_addc(&h->out, "transfer-encoding: chunked\r\n");
    if (!h->keep_alive)
        buf_addc(&h->out, "connection: close\r\n");
    else if (h->head.minor == 0)
        buf_addc(&h->out, "connection: keep-alive\r\n");
    buf_addc(&h->out, "\r\n");
}

static void more(http_exchange_t *x) {
    conn_kick(x->sc->conn);
}

static void reset(http_exchange_t *x) {
    server_conn_close(x->sc);
}

/* Moves what the handler wrote to the connection, framed. */
static void move_body(h1_t *h, http_exchange_t *x, buf_t *out) {
    size_t n = x->out.n - x->sent;
    if (n > CONN_FILL)
        n = CONN_FILL;
    if (n && h->chunks)
        buf_printf(out, "%zx\r\n", n);
    if (n)
        buf_addn(out, x->out.p + x->sent, n);
    if (n && h->chunks)
        buf_addc(out, "\r\n");
    x->sent += n;
    if (x->sent < x->out.n)
        return;
    x->sent = 0;
    if (x->out.cap > CONN_FILL)
        buf_release(&x->out);
    else
        buf_clear(&x->out);
    if (!x->ended || h->terminated)
        return;
    h->terminated = true;
    if (h->chunks)
        buf_addc(out, "0\r\n\r\n");
}

static void next_request(server_conn_t *sc, h1_t *h) {
    exchange_free(h->x);
    h->x = NULL;
    h->served = true;
    h->since = loop_now(sc->server->loop);
    if (!h->keep_alive || sc->draining) {
        h->state = CLOSING;
        server_conn_finish(sc);
        return;
    }
    h->state = HEAD;
    conn_pause(sc->conn, false);
    if (h->in.n == 0)
        buf_release(&h->in);
    process(sc, h);
    if (h->eof && h->state != BUSY && sc->server) {
        h->state = CLOSING;
        server_conn_finish(sc);
    }
}

static void fill(server_conn_t *sc, buf_t *out) {
    h1_t *h = sc->state;
    http_exchange_t *x = h->x;
    buf_add(out, buf_str(&h->out));
    buf_release(&h->out);
    if (!x || !x->started)
        return;
    if (buf_failed(&x->out)) {
        server_conn_close(sc); /* the body has a hole in it */
        return;
    }
    move_body(h, x, out);
    if (out->n)
        return;
    if (h->terminated)
        next_request(sc, h);
    else if (x->undrained)
        exchange_drained(x);
}

/* Who has sent his requests and shut his side down (printf … | nc) still wants the replies, for a while: one who is
 * gone for good looks the same. A stream of unknown length ends with its reader. */
static bool half_closed(server_conn_t *sc) {
    h1_t *h = sc->state;
    h->eof = true;
    h->since = loop_now(sc->server->loop);
    return h->state == BUSY && (!h->x->started || h->x->ended);
}

static void drain(server_conn_t *sc) {
    h1_t *h = sc->state;
    if (h->state != HEAD || h->in.n)
        return; /* closes after its reply */
    h->state = CLOSING;
    server_conn_finish(sc);
}

static bool tick(server_conn_t *sc, int64_t now) {
    const http_server_t *s = sc->server;
    h1_t *h = sc->state;
    int64_t waited = now - h->since;
    if (h->eof && h->state == BUSY && waited >= s->body_ms && !conn_pending(sc->conn))
        return false;
    if (h->state == HEAD && !h->in.n)
        return waited < (h->served ? s->idle_ms : s->headers_ms);
    if (h->state == HEAD && waited >= s->headers_ms)
        refuse(sc, 408, "the headers came too slowly");
    else if (h->state == BODY && waited >= s->body_ms)
        refuse(sc, 408, "the body came too slowly");
    return true;
}

const protocol_t HTTP1_SERVER = {begin, input, fill, start, more, reset, drain, half_closed, tick, release};
