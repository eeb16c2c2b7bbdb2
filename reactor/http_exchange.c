/* A request and its reply, as handlers see them. */
#include "reactor/http_serving.h"

#include "reactor/base/mem.h"
#include "reactor/http1.h"

#include <stdio.h>
#include <time.h>

static void run(void *arg) {
    http_exchange_t *x = arg;
    server_conn_t *sc = x->sc;
    sc->server->fn(x, sc->server->arg);
}

static void drain(void *arg) {
    http_exchange_t *x = arg;
    if (x->on_drain)
        x->on_drain(x->on_drain_arg);
}

http_exchange_t *exchange_create(server_conn_t *sc) {
    http_exchange_t *x = mem_alloc(sizeof *x);
    if (!x)
        return NULL;
    x->arena = arena_create();
    if (!x->arena) {
        mem_free(x);
        return NULL;
    }
    x->sc = sc;
    x->began = x->progress = loop_now(sc->server->loop);
    loop_task_init(&x->run, run, x);
    loop_task_init(&x->drain, drain, x);
    list_append(&sc->exchanges, &x->link);
    sc->nexchanges++;
    return x;
}

void exchange_free(http_exchange_t *x) {
    server_conn_t *sc = x->sc;
    list_remove(&x->link);
    sc->nexchanges--;
    if (sc->server)
        sc->server->held -= x->held;
    loop_task_cancel(&x->run);
    loop_task_cancel(&x->drain);
    if (!x->ended && x->on_close)
        x->on_close(x->on_close_arg);
    buf_release(&x->body);
    buf_release(&x->out);
    arena_destroy(x->arena);
    mem_free(x);
}

void exchange_drained(http_exchange_t *x) {
    x->undrained = false;
    if (x->on_drain && !x->ended)
        loop_post(x->sc->server->loop, &x->drain);
}

void exchange_add_header(http_exchange_t *x, str_t name, str_t value) {
    if (x->nheaders == x->header_room) {
        size_t have = x->header_room * sizeof *x->headers;
        x->header_room = x->header_room ? x->header_room * 2 : 16;
        x->headers = arena_grow(x->arena, x->headers, have, x->header_room * sizeof *x->headers);
    }
    x->headers[x->nheaders++] = (http_header_t){arena_str(x->arena, name), arena_str(x->arena, value)};
}

bool exchange_hold(http_exchange_t *x, size_t n) {
    http_server_t *s = x->sc->server;
    if (n > s->max_held - s->held)
        return false;
    s->held += n;
    x->held += n;
    return true;
}

int exchange_add_body(http_exchange_t *x, str_t piece) {
    if (piece.n > x->sc->server->max_body - x->body.n)
        return 413;
    if (!exchange_hold(x, piece.n))
        return 503;
    buf_add(&x->body, piece);
    return buf_failed(&x->body) ? 503 : 0;
}

void exchange_whole(http_exchange_t *x) {
    x->whole = true;
    loop_post(x->sc->server->loop, &x->run);
}

void exchange_refuse(http_exchange_t *x, int status, const char *why) {
    const http_header_t type = {STR("content-type"), STR("text/plain; charset=utf-8")};
    char text[200];
    int n = snprintf(text, sizeof text, "%d %s: %s\n", status, http_status_text(status), why);
    http_reply(x, status, &type, 1, str_n(text, n < (int)sizeof text ? (size_t)n : sizeof text - 1));
}

/* ---- the request ---- */

str_t http_method(const http_exchange_t *x) {
    return x->method;
}

str_t http_path(const http_exchange_t *x) {
    return x->path;
}

str_t http_query(const http_exchange_t *x) {
    return x->query;
}

str_t http_request_header(const http_exchange_t *x, str_t name) {
    return http_header(x->headers, x->nheaders, name);
}

str_t http_body(const http_exchange_t *x) {
    return buf_str(&x->body);
}

/* The ith of the names that tls_peer_names gave. */
static str_t peer_part(const http_exchange_t *x, size_t i) {
    str_t rest = buf_str(&x->sc->peer), one;
    while (str_cut(rest, 0, &one, &rest))
        if (i-- == 0)
            return one;
    return STR_NONE;
}

str_t http_peer_name(const http_exchange_t *x) {
    return peer_part(x, 0);
}

str_t http_peer_organization(const http_exchange_t *x, size_t i) {
    return peer_part(x, i + 1);
}

arena_t *http_arena(http_exchange_t *x) {
    return x->arena;
}

void http_on_close(http_exchange_t *x, loop_fn fn, void *arg) {
    x->on_close = fn;
    x->on_close_arg = arg;
}

/* ---- the reply ---- */

static str_t date(void) {
    static char text[40];
    static time_t at;
    time_t now = time(NULL);
    if (now != at) {
        struct tm tm;
        gmtime_r(&now, &tm);
        strftime(text, sizeof text, "%a, %d %b %Y %H:%M:%S GMT", &tm);
        at = now;
    }
    return str_c(text);
}

/* A line break in a header would let whoever chose the text write headers of his own: such a header is left out. */
static bool is_clean(str_t s) {
    for (size_t i = 0; i < s.n; i++)
        if (s.p[i] == '\r' || s.p[i] == '\n' || s.p[i] == 0)
            return false;
    return true;
}

/* The connection is being taken down, and x with it, while somebody's on_close still replies. */
static bool is_gone(const http_exchange_t *x) {
    return !x->sc->server;
}

/* length -1: not known */
static void start(http_exchange_t *x, int status, const http_header_t *headers, size_t n, int64_t length) {
    http_header_t *all = arena_array(x->arena, http_header_t, n + 2);
    size_t k = 0;
    bool has_length = false;
    for (size_t i = 0; i < n; i++) {
        if (!is_clean(headers[i].name) || !is_clean(headers[i].value))
            continue;
        has_length = has_length || str_eqc(headers[i].name, "content-length");
        all[k++] = headers[i];
    }
    all[k++] = (http_header_t){STR("date"), date()};
    if (length >= 0 && !has_length && status != 204 && status != 304)
        all[k++] = (http_header_t){STR("content-length"), arena_printf(x->arena, "%lld", (long long)length)};
    x->status = status;
    x->started = true;
    x->bodyless = str_eqc(x->method, "HEAD") || status == 204 || status == 304 || length == 0;
    x->progress = loop_now(x->sc->server->loop);
    x->sc->proto->start(x, all, k);
}

void http_reply(http_exchange_t *x, int status, const http_header_t *headers, size_t n, str_t body) {
    x->ended = true;
    if (is_gone(x))
        return;
    start(x, status, headers, n, (int64_t)body.n);
    if (!x->bodyless)
        buf_add(&x->out, body);
    x->sc->proto->more(x);
}

void http_reply_start(http_exchange_t *x, int status, const http_header_t *headers, size_t n) {
    if (is_gone(x))
        return;
    start(x, status, headers, n, -1);
    x->sc->proto->more(x);
}

void http_reply_write(http_exchange_t *x, str_t data) {
    if (x->bodyless || !data.n || is_gone(x))
        return;
    if (x->sent && x->sent >= x->out.n / 2) {
        buf_drop(&x->out, x->sent);
        x->sent = 0;
    }
    buf_add(&x->out, data);
    x->undrained = true;
    x->sc->proto->more(x);
}

void http_reply_end(http_exchange_t *x) {
    x->ended = true;
    if (!is_gone(x))
        x->sc->proto->more(x);
}

void http_reply_reset(http_exchange_t *x) {
    x->ended = true;
    if (!is_gone(x))
        x->sc->proto->reset(x);
}

size_t http_reply_pending(const http_exchange_t *x) {
    size_t own = x->out.n - x->sent;
    return x->undrained && x->sc->conn ? own + conn_pending(x->sc->conn) : own;
}

void http_on_drain(http_exchange_t *x, loop_fn fn, void *arg) {
    x->on_drain = fn;
    x->on_drain_arg = arg;
}
