/* The listener, its connections and their deadlines. */
#include "reactor/http_serving.h"

#include "reactor/base/mem.h"
#include "reactor/tls_ssl.h"

#include <arpa/inet.h>
#include <errno.h>
#include <netinet/tcp.h>
#include <sys/socket.h>
#include <unistd.h>

enum { ACCEPT_BATCH = 32, LINGER_MS = 2000, MIN_HELD = 64 << 20 };

/* ---- connections ---- */

static void release(server_conn_t *sc) {
    if (sc->proto)
        sc->proto->release(sc);
    buf_release(&sc->peer);
    mem_free(sc);
}

void server_conn_enter(server_conn_t *sc) {
    sc->busy++;
}

void server_conn_leave(server_conn_t *sc) {
    if (--sc->busy == 0 && !sc->server)
        release(sc);
}

static void maybe_drained(http_server_t *s) {
    if (s->draining && s->nconns == 0 && s->drained)
        loop_post(s->loop, &s->drained_task);
}

void server_conn_close(server_conn_t *sc) {
    http_server_t *s = sc->server;
    if (!s)
        return;
    sc->busy++;
    list_remove(&sc->link);
    s->nconns--;
    for (link_t *l = sc->exchanges.next; l != &sc->exchanges; l = l->next)
        s->held -= LIST_OWNER(l, http_exchange_t, link)->held;
    maybe_drained(s);
    sc->server = NULL; /* an on_close below may destroy the server */
    conn_destroy(sc->conn);
    sc->conn = NULL;
    while (!list_empty(&sc->exchanges))
        exchange_free(LIST_OWNER(sc->exchanges.next, http_exchange_t, link));
    server_conn_leave(sc);
}

void server_conn_finish(server_conn_t *sc) {
    if (!sc->finish_at)
        sc->finish_at = loop_now(sc->server->loop) + LINGER_MS;
    conn_finish(sc->conn);
}

static void on_open(void *arg) {
    server_conn_t *sc = arg;
    struct ssl_st *ssl = conn_ssl(sc->conn);
    if (ssl)
        tls_peer_names(ssl, &sc->peer);
    const protocol_t *proto = ssl && tls_speaks_h2(ssl) ? &HTTP2_SERVER : &HTTP1_SERVER;
    sc->began = sc->last_in = loop_now(sc->server->loop);
    if (!proto->begin(sc)) {
        server_conn_close(sc);
        return;
    }
    sc->proto = proto;
    if (sc->draining)
        proto->drain(sc);
}

static void on_input(void *arg, const char *p, size_t n) {
    server_conn_t *sc = arg;
    sc->last_in = loop_now(sc->server->loop);
    server_conn_enter(sc);
    sc->proto->input(sc, p, n);
    server_conn_leave(sc);
}

static void on_fill(void *arg, buf_t *out) {
    server_conn_t *sc = arg;
    server_conn_enter(sc);
    sc->proto->fill(sc, out);
    server_conn_leave(sc);
}

static void on_closed(void *arg, const err_t *err) {
    (void)err;
    server_conn_close(arg);
}

static bool on_half_closed(void *arg) {
    server_conn_t *sc = arg;
    return sc->proto->half_closed && sc->proto->half_closed(sc);
}

void server_accept(http_server_t *s, int fd) {
    static const conn_events_t events = {on_open, on_input, on_fill, on_closed, on_half_closed};
    int on = 1;
    setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
    server_conn_t *sc = mem_alloc(sizeof *sc);
    if (!sc) {
        close(fd);
        return;
    }
    sc->server = s;
    sc->began = sc->last_in = loop_now(s->loop);
    list_init(&sc->exchanges);
    conn_options_t o = {.priority = LOOP_IO, .tls = s->tls, .peer = "client"};
    sc->conn = conn_create(s->loop, fd, &o, &events, sc, NULL);
    if (!sc->conn) {
        mem_free(sc);
        return;
    }
    list_append(&s->conns, &sc->link);
    s->nconns++;
    if (!loop_timer_armed(s->tick))
        loop_timer_start(s->tick, s->tick_ms, true);
}

static void pause_accepting(http_server_t *s) {
    s->full = true;
    loop_io_want(s->io, 0);
    if (!loop_timer_armed(s->tick))
        loop_timer_start(s->tick, s->tick_ms, true);
}

static void on_acceptable(int listener, int events, void *arg) {
    (void)events;
    http_server_t *s = arg;
    for (int i = 0; i < ACCEPT_BATCH; i++) {
        if (s->nconns >= s->max_connections) {
            pause_accepting(s);
            return;
        }
        int fd = accept4(listener, NULL, NULL, SOCK_NONBLOCK | SOCK_CLOEXEC);
        if (fd >= 0) {
            server_accept(s, fd);
            continue;
        }
        if (errno == EMFILE || errno == ENFILE || errno == ENOBUFS || errno == ENOMEM)
            pause_accepting(s); /* the poller would report it again at once */
        if (errno != ECONNABORTED && errno != EINTR)
            return;
    }
}

/* ---- deadlines ---- */

/* False: it is to be closed. */
static bool check(http_server_t *s, server_conn_t *sc, int64_t now) {
    if (!sc->proto)
        return now - sc->began < s->handshake_ms;
    if (sc->finish_at && now >= sc->finish_at)
        return false;
    if (conn_pending(sc->conn) && now - conn_progress(sc->conn) >= s->body_ms)
        return false; /* takes nothing of what it asked for */
    return sc->proto->tick(sc, now);
}

static void on_tick(void *arg) {
    http_server_t *s = arg;
    int64_t now = loop_now(s->loop);
    link_t *l = s->conns.next;
    while (l != &s->conns) {
        server_conn_t *sc = LIST_OWNER(l, server_conn_t, link);
        server_conn_enter(sc);
        if (!check(s, sc, now))
            server_conn_close(sc);
        if (sc->server) {
            l = l->next;
            server_conn_leave(sc);
        } else { /* its callbacks may have closed any other, or destroyed the server: look again next time */
            server_conn_leave(sc);
            return;
        }
    }
    if (s->full && s->nconns < s->max_connections && s->io) {
        s->full = false;
        loop_io_want(s->io, LOOP_READ);
    }
    if (s->nconns == 0 && !s->full)
        loop_timer_stop(s->tick);
}

/* ---- listening ---- */

typedef union address {
    struct sockaddr any;
    struct sockaddr_in v4;
    struct sockaddr_in6 v6;
} address_t;

/* "127.0.0.1:80", "[::1]:80", "localhost:80", ":80". *wild: every address was meant. */
static bool parse_address(str_t text, address_t *out, bool *wild, err_t *err) {
    ptrdiff_t colon = str_rchr(text, ':');
    int64_t port = -1;
    if (colon < 0 || !str_int(str_from(text, (size_t)colon + 1), &port) || port < 0 || port > 65535)
        return error_set(err, ERR_INVALID, "listen on " STR_FMT ": not HOST:PORT", STR_ARG(text));
    str_t host = str_sub(text, 0, (size_t)colon);
    if (host.n >= 2 && host.p[0] == '[' && host.p[host.n - 1] == ']')
        host = str_sub(host, 1, host.n - 2);
    char name[64];
    *wild = host.n == 0;
    if (host.n >= sizeof name)
        host = STR("?");
    memcpy(name, host.p ? host.p : "", host.n);
    name[host.n] = 0;
    if (str_eqc(host, "localhost"))
        strcpy(name, "127.0.0.1");
    memset(out, 0, sizeof *out);
    if (inet_pton(AF_INET, name, &out->v4.sin_addr) == 1) {
        out->v4.sin_family = AF_INET;
        out->v4.sin_port = htons((uint16_t)port);
        return true;
    }
    out->v6.sin6_family = AF_INET6;
    out->v6.sin6_port = htons((uint16_t)port);
    if (*wild || inet_pton(AF_INET6, name, &out->v6.sin6_addr) == 1)
        return true;
    return error_set(err, ERR_INVALID, "listen on " STR_FMT ": not an address of this machine", STR_ARG(text));
}

static int bind_and_listen(const address_t *a) {
    bool v4 = a->any.sa_family == AF_INET;
    int fd = socket(a->any.sa_family, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0), on = 1, off = 0;
    if (fd < 0)
        return -1;
    setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, &on, sizeof on);
    if (!v4)
        setsockopt(fd, IPPROTO_IPV6, IPV6_V6ONLY, &off, sizeof off);
    if (bind(fd, &a->any, v4 ? sizeof a->v4 : sizeof a->v6) == 0 && listen(fd, 512) == 0)
        return fd;
    int saved = errno;
    close(fd);
    errno = saved;
    return -1;
}

static bool open_listener(http_server_t *s, str_t text, err_t *err) {
    address_t a;
    bool wild = false;
    if (!parse_address(text, &a, &wild, err))
        return false;
    s->fd = bind_and_listen(&a);
    if (s->fd < 0 && wild && (errno == EAFNOSUPPORT || errno == EADDRNOTAVAIL)) { /* a machine without IPv6 */
        in_port_t port = a.v6.sin6_port;
        a = (address_t){.v4 = {.sin_family = AF_INET, .sin_port = port}};
        s->fd = bind_and_listen(&a);
    }
    if (s->fd < 0)
        return error_errno(err, "listen on " STR_FMT, STR_ARG(text));
    socklen_t n = sizeof a;
    if (getsockname(s->fd, &a.any, &n) == 0)
        s->port = ntohs(a.any.sa_family == AF_INET ? a.v4.sin_port : a.v6.sin6_port);
    return true;
}

static void on_drained(void *arg) {
    http_server_t *s = arg;
    loop_fn fn = s->drained;
    s->drained = NULL;
    if (fn)
        fn(s->drained_arg);
}

static int64_t or_default(int64_t v, int64_t d) {
    return v > 0 ? v : d;
}

static void set_limits(http_server_t *s, const http_server_options_t *o) {
    s->max_body = o->max_body ? o->max_body : 3 << 20;
    s->max_header_bytes = o->max_header_bytes ? o->max_header_bytes : 64 << 10;
    s->max_connections = o->max_connections ? o->max_connections : 1000;
    s->max_streams = o->max_streams ? o->max_streams : 250;
    s->handshake_ms = or_default(o->handshake_ms, 10000);
    s->headers_ms = or_default(o->headers_ms, 10000);
    s->body_ms = or_default(o->body_ms, 30000);
    s->idle_ms = or_default(o->idle_ms, 90000);
    s->max_held = s->max_body > MIN_HELD / 4 ? s->max_body * 4 : MIN_HELD;
    int64_t shortest = s->handshake_ms;
    const int64_t others[] = {s->headers_ms, s->body_ms, s->idle_ms};
    for (size_t i = 0; i < 3; i++)
        shortest = others[i] < shortest ? others[i] : shortest;
    s->tick_ms = shortest / 4 > 1000 ? 1000 : shortest / 4 < 10 ? 10 : shortest / 4;
}

http_server_t *http_server_create(loop_t *l, const http_server_options_t *o, http_handler_fn fn, void *arg,
                                  err_t *err) {
    http_server_t *s = mem_alloc(sizeof *s);
    if (!s) {
        error_memory(err);
        return NULL;
    }
    s->loop = l;
    s->fd = -1;
    s->fn = fn;
    s->arg = arg;
    s->tls = o->tls ? tls_ref(o->tls) : NULL;
    list_init(&s->conns);
    loop_task_init(&s->drained_task, on_drained, s);
    set_limits(s, o);
    bool ok = open_listener(s, o->address, err);
    if (ok) {
        s->tick = loop_timer_create(l, LOOP_IO, on_tick, s);
        s->io = loop_io_create(l, s->fd, LOOP_IO, on_acceptable, s);
        ok = (s->tick && s->io) || error_memory(err);
    }
    if (!ok) {
        http_server_destroy(s);
        return NULL;
    }
    loop_io_want(s->io, LOOP_READ);
    return s;
}

uint16_t http_server_port(const http_server_t *s) {
    return s->port;
}

void http_server_set_tls(http_server_t *s, tls_t *tls) {
    tls_t *old = s->tls;
    s->tls = tls ? tls_ref(tls) : NULL;
    tls_release(old);
}

static void stop_listening(http_server_t *s) {
    loop_io_destroy(s->io);
    s->io = NULL;
    if (s->fd >= 0)
        close(s->fd);
    s->fd = -1;
}

void http_server_drain(http_server_t *s, loop_fn drained, void *arg) {
    s->drained = drained;
    s->drained_arg = arg;
    s->draining = true;
    stop_listening(s);
    for (link_t *l = s->conns.next; l != &s->conns; l = l->next) {
        server_conn_t *sc = LIST_OWNER(l, server_conn_t, link);
        sc->draining = true;
        if (sc->proto)
            sc->proto->drain(sc);
    }
    maybe_drained(s);
}

void http_server_destroy(http_server_t *s) {
    if (!s)
        return;
    stop_listening(s);
    s->drained = NULL;
    loop_task_cancel(&s->drained_task);
    loop_timer_destroy(s->tick);
    s->tick = NULL;
    while (!list_empty(&s->conns))
        server_conn_close(LIST_OWNER(s->conns.next, server_conn_t, link));
    tls_release(s->tls);
    mem_free(s);
}
