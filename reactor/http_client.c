/* The pool of connections, and what waits for one. */
#include "reactor/h2_client.h"

#include "reactor/base/mem.h"

#include <stdio.h>
#include <sys/random.h>

enum { MAX_HEADER_BYTES = 256 * 1024, BACKOFF_MS = 50, MAX_BACKOFF_MS = 5000 };

/* ---- streams ---- */

static void free_stream(http_stream_t *s) {
    loop_timer_destroy(s->timer);
    buf_release(&s->header_text);
    buf_release(&s->header_list);
    error_release(&s->err);
    s->client->stats.streams--;
    mem_free(s);
}

void stream_end(http_stream_t *s, const err_t *err) {
    s->ended = true;
    if (s->timer)
        loop_timer_stop(s->timer);
    http_client_t *c = s->client;
    c->busy++;
    s->ev.closed(s->arg, err);
    free_stream(s);
    client_release(c);
}

static void copy_error(err_t *to, const err_t *from) {
    error_set(to, from->code, "%s", error_text(from));
}

void stream_doom(http_stream_t *s, const err_t *err) {
    copy_error(&s->err, err);
    list_append(&s->client->doomed, &s->link);
    loop_post(s->client->loop, &s->client->bury);
}

static void bury(void *arg) {
    http_client_t *c = arg;
    c->busy++;
    while (!list_empty(&c->doomed)) {
        http_stream_t *s = LIST_OWNER(c->doomed.next, http_stream_t, link);
        list_remove(&s->link);
        err_t err = ERROR_INIT;
        error_move(&err, &s->err);
        stream_end(s, &err);
        error_release(&err);
    }
    client_release(c);
}

bool stream_add_header(http_stream_t *s, str_t name, str_t value) {
    if (s->header_text.n + name.n + value.n + s->header_list.n > MAX_HEADER_BYTES)
        return false;
    size_t at = s->header_text.n;
    buf_add(&s->header_text, name);
    buf_add(&s->header_text, value);
    http_header_t h = {{(const char *)(uintptr_t)at, name.n}, {(const char *)(uintptr_t)(at + name.n), value.n}};
    buf_addn(&s->header_list, &h, sizeof h);
    return !buf_failed(&s->header_text) && !buf_failed(&s->header_list);
}

void stream_deliver_headers(http_stream_t *s) {
    s->has_headers = true;
    if (s->timer)
        loop_timer_stop(s->timer);
    http_header_t *h = (http_header_t *)(void *)s->header_list.p;
    size_t n = s->header_list.n / sizeof *h;
    for (size_t i = 0; i < n; i++) {
        h[i].name.p = s->header_text.p + (uintptr_t)h[i].name.p;
        h[i].value.p = s->header_text.p + (uintptr_t)h[i].value.p;
    }
    /* The callback may cancel the stream, and the headers live through it. */
    buf_t text = s->header_text, list = s->header_list;
    buf_init(&s->header_text);
    buf_init(&s->header_list);
    s->ev.headers(s->arg, s->status, h, n);
    buf_release(&text);
    buf_release(&list);
}

static void on_headers_late(void *arg) {
    http_stream_t *s = arg;
    err_t err = ERROR_INIT;
    error_set(&err, ERR_TIMEOUT, "%s: no response within %lld ms", s->client->peer, (long long)s->timeout);
    if (s->conn)
        h2_forget(s);
    else
        list_remove(&s->link);
    stream_end(s, &err);
    error_release(&err);
}

static nghttp2_nv put_header(char **at, str_t name, str_t value) {
    nghttp2_nv nv = {.namelen = name.n, .valuelen = value.n};
    nv.name = (uint8_t *)memcpy(*at, name.p, name.n);
    nv.value = (uint8_t *)(*at + name.n);
    if (value.n)
        memcpy(nv.value, value.p, value.n);
    *at += name.n + value.n;
    return nv;
}

/* The stream, its header array and their text in one piece, since it may be sent a second time. */
static http_stream_t *make_stream(http_client_t *c, const http_request_t *r) {
    char length[24] = "";
    bool has_length =
        r->body.n || str_eqc(r->method, "POST") || str_eqc(r->method, "PUT") || str_eqc(r->method, "PATCH");
    if (has_length)
        snprintf(length, sizeof length, "%zu", r->body.n);
    const http_header_t first[] = {{STR(":method"), r->method},
                                   {STR(":scheme"), STR("https")},
                                   {STR(":authority"), str_c(c->peer)},
                                   {STR(":path"), r->path},
                                   {STR("content-length"), str_c(length)}};
    size_t nfirst = has_length ? 5 : 4, text = 0, n = nfirst + r->nheaders;
    for (size_t i = 0; i < n; i++) {
        const http_header_t *h = i < nfirst ? &first[i] : &r->headers[i - nfirst];
        text += h->name.n + h->value.n;
    }
    http_stream_t *s = mem_alloc(sizeof *s + n * sizeof *s->nv + text);
    if (!s)
        return NULL;
    s->nv = (nghttp2_nv *)(s + 1);
    s->nnv = n;
    char *at = (char *)(s->nv + n);
    for (size_t i = 0; i < n; i++) {
        const http_header_t *h = i < nfirst ? &first[i] : &r->headers[i - nfirst];
        s->nv[i] = put_header(&at, h->name, h->value);
    }
    s->client = c;
    s->body = r->body;
    list_init(&s->link);
    return s;
}

http_stream_t *client_open(http_client_t *c, const http_request_t *r, const http_stream_events_t *ev, void *arg,
                           bool consume, err_t *err) {
    http_stream_t *s = make_stream(c, r);
    if (!s) {
        error_memory(err);
        return NULL;
    }
    s->ev = *ev;
    s->arg = arg;
    s->consume = consume;
    c->stats.requests++;
    c->stats.streams++;
    list_append(&c->waiting, &s->link);
    client_pump(c);
    return s;
}

http_stream_t *http_stream_open(http_client_t *c, const http_request_t *r, const http_stream_events_t *ev, void *arg,
                                err_t *err) {
    http_stream_t *s = client_open(c, r, ev, arg, false, err);
    if (!s)
        return NULL;
    s->timeout = r->timeout_ms ? r->timeout_ms : 30000;
    s->timer = loop_timer_create(c->loop, LOOP_IO, on_headers_late, s);
    if (!s->timer) {
        http_stream_cancel(s);
        error_memory(err);
        return NULL;
    }
    loop_timer_start(s->timer, s->timeout, false);
    return s;
}

void http_stream_consumed(http_stream_t *s, size_t n) {
    if (s->conn && !s->ended && n)
        h2_consumed(s, n);
}

void http_stream_cancel(http_stream_t *s) {
    if (s->ended)
        return;
    if (s->conn)
        h2_forget(s);
    else
        list_remove(&s->link);
    free_stream(s);
}

/* ---- the pool ---- */

static h2_conn_t *pick(http_client_t *c) {
    for (link_t *l = c->conns.next; l != &c->conns; l = l->next)
        if (h2_has_room(h2_from_link(l)))
            return h2_from_link(l);
    return NULL;
}

static size_t usable(const http_client_t *c) {
    size_t n = 0;
    for (link_t *l = c->conns.next; l != &c->conns; l = l->next)
        n += h2_usable(h2_from_link(l));
    return n;
}

static bool connecting(const http_client_t *c) {
    for (link_t *l = c->conns.next; l != &c->conns; l = l->next)
        if (h2_is_connecting(h2_from_link(l)))
            return true;
    return false;
}

static void doom_waiting(http_client_t *c, const err_t *err) {
    while (!list_empty(&c->waiting)) {
        http_stream_t *s = LIST_OWNER(c->waiting.next, http_stream_t, link);
        list_remove(&s->link);
        stream_doom(s, err);
    }
}

static void connect_more(http_client_t *c) {
    if (connecting(c) || usable(c) >= c->max_connections)
        return;
    int64_t now = loop_clock();
    if (now < c->connect_at) {
        if (!loop_timer_armed(c->reconnect))
            loop_timer_start(c->reconnect, c->connect_at - now, false);
        return;
    }
    if (h2_open(c))
        return;
    err_t err = ERROR_INIT;
    error_memory(&err);
    doom_waiting(c, &err);
    error_release(&err);
}

void client_pump(http_client_t *c) {
    if (c->destroyed)
        return;
    while (!list_empty(&c->waiting)) {
        h2_conn_t *h = pick(c);
        if (!h) {
            connect_more(c);
            return;
        }
        http_stream_t *s = LIST_OWNER(c->waiting.next, http_stream_t, link);
        list_remove(&s->link);
        if (h2_submit(h, s))
            continue;
        if (h2_usable(h)) { /* not that it is used up: out of memory */
            err_t err = ERROR_INIT;
            error_memory(&err);
            stream_doom(s, &err);
            error_release(&err);
        } else {
            list_prepend(&c->waiting, &s->link);
        }
    }
}

static void on_reconnect(void *arg) {
    client_pump(arg);
}

/* Half to the whole of base << failures: many clients of one server must not come back at one moment. */
static int64_t backoff(unsigned failures) {
    int64_t ms = BACKOFF_MS << (failures > 8 ? 8 : failures - 1);
    if (ms > MAX_BACKOFF_MS)
        ms = MAX_BACKOFF_MS;
    uint32_t random = 0;
    if (getrandom(&random, sizeof random, GRND_NONBLOCK) != sizeof random)
        random = (uint32_t)loop_clock();
    return ms / 2 + (int64_t)(random % (uint32_t)(ms / 2 + 1));
}

void client_lost(http_client_t *c, bool useless, const err_t *err) {
    if (c->destroyed)
        return;
    if (useless) {
        c->failures++;
        c->connect_at = loop_clock() + backoff(c->failures);
    }
    if (usable(c) == 0 && useless)
        doom_waiting(c, err);
    client_pump(c);
}

http_client_t *http_client_create(loop_t *l, const http_client_options_t *o, err_t *err) {
    http_client_t *c = mem_alloc(sizeof *c);
    if (!c) {
        error_memory(err);
        return NULL;
    }
    c->loop = l;
    c->port = o->port;
    c->tls = tls_ref(o->tls);
    c->urgent = o->urgent;
    c->max_connections = o->max_connections ? o->max_connections : 4;
    c->connect_timeout = o->connect_timeout_ms ? o->connect_timeout_ms : 10000;
    c->ping_idle = o->ping_idle_ms ? o->ping_idle_ms : 30000;
    c->ping_timeout = o->ping_timeout_ms ? o->ping_timeout_ms : 15000;
    list_init(&c->conns);
    list_init(&c->waiting);
    list_init(&c->doomed);
    loop_task_init(&c->bury, bury, c);
    buf_t peer = {0};
    buf_printf(&peer, str_chr(o->host, ':') >= 0 ? "[" STR_FMT "]:%u" : STR_FMT ":%u", STR_ARG(o->host), o->port);
    c->peer = buf_take(&peer);
    c->host = mem_strndup(o->host.p, o->host.n);
    c->reconnect = loop_timer_create(l, LOOP_IO, on_reconnect, c);
    if (c->peer && c->host && c->reconnect)
        return c;
    error_memory(err);
    http_client_destroy(c);
    return NULL;
}

void client_release(http_client_t *c) {
    if (--c->busy || !c->destroyed)
        return;
    tls_release(c->tls);
    loop_timer_destroy(c->reconnect);
    mem_free(c->host);
    mem_free(c->peer);
    mem_free(c);
}

static void cancel_all(http_client_t *c, link_t *list) {
    err_t err = ERROR_INIT;
    error_set(&err, ERR_CANCELLED, "%s: the client is closed", c->peer ? c->peer : "");
    while (!list_empty(list)) {
        http_stream_t *s = LIST_OWNER(list->next, http_stream_t, link);
        list_remove(&s->link);
        s->conn = NULL;
        stream_end(s, &err);
    }
    error_release(&err);
}

void http_client_destroy(http_client_t *c) {
    if (!c || c->destroyed)
        return;
    c->destroyed = true;
    c->busy++;
    loop_task_cancel(&c->bury);
    loop_timer_stop(c->reconnect);
    while (!list_empty(&c->conns))
        h2_close(h2_from_link(c->conns.next));
    cancel_all(c, &c->waiting);
    cancel_all(c, &c->doomed);
    client_release(c);
}

void http_client_set_tls(http_client_t *c, tls_t *tls) {
    tls_t *old = c->tls;
    c->tls = tls_ref(tls);
    tls_release(old);
    c->connect_at = 0;
    for (link_t *l = c->conns.next, *next; l != &c->conns; l = next) {
        next = l->next;
        h2_drain(h2_from_link(l));
    }
    client_pump(c);
}

http_client_stats_t http_client_stats(const http_client_t *c) {
    http_client_stats_t st = c->stats;
    st.connections = c->nconns;
    for (link_t *l = c->conns.next; l != &c->conns; l = l->next) {
        st.bytes_in += h2_bytes(h2_from_link(l), true);
        st.bytes_out += h2_bytes(h2_from_link(l), false);
    }
    return st;
}
