#include "test/integration/proxy.h"

#include "config/kubeconfig.h"
#include "reactor/base/mem.h"
#include "reactor/fiber.h"
#include "test/suite.h"

enum { MOST_HEADERS = 32, MOST_BODY = 64 << 20 };

struct proxy {
    loop_t *loop;
    http_server_t *server;
    http_client_t *upstream;
    int64_t hold_ms;
    link_t flows;
};

/* One request on its way through. */
typedef struct flow {
    link_t link;
    proxy_t *p;
    http_exchange_t *x; /* NULL: the client is gone */
    http_stream_t *stream;
    loop_timer_t *timer;
    link_t held; /* data that waits */
    bool ended, started;
} flow_t;

typedef struct held {
    link_t link;
    int64_t due;
    size_t n;
    char p[];
} held_t;

static bool is_hop(str_t name) {
    static const char *const hops[] = {"connection", "host", "content-length", "transfer-encoding", "accept-encoding"};
    for (size_t i = 0; i < sizeof hops / sizeof *hops; i++)
        if (str_eqc(name, hops[i]))
            return true;
    return false;
}

static size_t forward_headers(http_exchange_t *x, http_header_t *out) {
    static const char *const names[] = {"accept", "authorization", "content-type", "user-agent"};
    size_t n = 0;
    for (size_t i = 0; i < sizeof names / sizeof *names; i++) {
        str_t value = http_request_header(x, str_c(names[i]));
        if (value.n)
            out[n++] = (http_header_t){str_c(names[i]), value};
    }
    return n;
}

static str_t target(http_exchange_t *x) {
    str_t query = http_query(x);
    return query.n ? arena_printf(http_arena(x), STR_FMT "?" STR_FMT, STR_ARG(http_path(x)), STR_ARG(query))
                   : http_path(x);
}

static void flow_free(flow_t *f) {
    while (!list_empty(&f->held)) {
        held_t *h = LIST_OWNER(f->held.next, held_t, link);
        list_remove(&h->link);
        mem_free(h);
    }
    loop_timer_destroy(f->timer);
    list_remove(&f->link);
    mem_free(f);
}

static flow_t *flow_create(proxy_t *p, http_exchange_t *x) {
    flow_t *f = mem_alloc(sizeof *f);
    f->p = p;
    f->x = x;
    list_init(&f->held);
    list_append(&p->flows, &f->link);
    return f;
}

/* ---- plain requests ---- */

static void reply(flow_t *f, int status, const http_header_t *headers, size_t n, str_t body) {
    http_header_t kept[MOST_HEADERS];
    size_t nkept = 0;
    for (size_t i = 0; i < n && nkept < MOST_HEADERS; i++)
        if (!is_hop(headers[i].name))
            kept[nkept++] = headers[i];
    if (f->x)
        http_reply(f->x, status, kept, nkept, body);
}

static void request_fiber(void *arg) {
    flow_t *f = arg;
    http_header_t headers[MOST_HEADERS];
    arena_t *a = arena_create();
    http_response_t r;
    err_t err = ERROR_INIT;
    http_request_t q = {.method = arena_str(a, http_method(f->x)),
                        .path = arena_str(a, target(f->x)),
                        .headers = headers,
                        .nheaders = forward_headers(f->x, headers),
                        .body = arena_str(a, http_body(f->x))};
    for (size_t i = 0; i < q.nheaders; i++)
        headers[i].value = arena_str(a, headers[i].value);
    if (http_do(f->p->upstream, &q, a, MOST_BODY, &r, &err))
        reply(f, r.status, r.headers, r.nheaders, r.body);
    else
        reply(f, 502, NULL, 0, str_c(error_text(&err)));
    error_release(&err);
    arena_destroy(a);
}

static void request_done(void *arg) {
    flow_free(arg);
}

static void client_gone(void *arg) {
    flow_t *f = arg;
    f->x = NULL;
    if (f->stream) {
        http_stream_cancel(f->stream);
        flow_free(f);
    } else if (f->started) {
        flow_free(f);
    }
}

/* ---- watches ---- */

static void let_go(void *arg) {
    flow_t *f = arg;
    while (f->x && !list_empty(&f->held)) {
        held_t *h = LIST_OWNER(f->held.next, held_t, link);
        int64_t wait = h->due - loop_clock();
        if (wait > 0) {
            loop_timer_start(f->timer, wait, false);
            return;
        }
        http_reply_write(f->x, str_n(h->p, h->n));
        list_remove(&h->link);
        mem_free(h);
    }
    if (f->ended) {
        if (f->x)
            http_reply_end(f->x);
        flow_free(f);
    }
}

static void stream_headers(void *arg, int status, const http_header_t *headers, size_t n) {
    flow_t *f = arg;
    http_header_t kept[MOST_HEADERS];
    size_t nkept = 0;
    for (size_t i = 0; i < n && nkept < MOST_HEADERS; i++)
        if (!is_hop(headers[i].name))
            kept[nkept++] = headers[i];
    http_reply_start(f->x, status, kept, nkept);
}

static void stream_data(void *arg, const char *p, size_t n) {
    flow_t *f = arg;
    held_t *h = mem_alloc(sizeof *h + n);
    memcpy(h->p, p, n);
    h->n = n;
    h->due = loop_clock() + f->p->hold_ms;
    list_append(&f->held, &h->link);
    http_stream_consumed(f->stream, n);
    if (!loop_timer_armed(f->timer))
        loop_timer_start(f->timer, f->p->hold_ms, false);
}

static void stream_closed(void *arg, const err_t *err) {
    (void)err;
    flow_t *f = arg;
    f->stream = NULL;
    f->ended = true;
    if (list_empty(&f->held))
        let_go(f);
}

static void begin_watch(flow_t *f) {
    static const http_stream_events_t events = {stream_headers, stream_data, stream_closed};
    http_header_t headers[MOST_HEADERS];
    http_request_t q = {.method = STR("GET"),
                        .path = target(f->x),
                        .headers = headers,
                        .nheaders = forward_headers(f->x, headers)};
    f->started = true;
    f->timer = loop_timer_create(f->p->loop, LOOP_IO, let_go, f);
    f->stream = http_stream_open(f->p->upstream, &q, &events, f, NULL);
    ck_assert_ptr_nonnull(f->stream);
}

static void handle(http_exchange_t *x, void *arg) {
    flow_t *f = flow_create(arg, x);
    http_on_close(x, client_gone, f);
    if (str_find(http_query(x), STR("watch=")) >= 0)
        begin_watch(f);
    else
        fiber_start(f->p->loop, "proxy", request_fiber, f, request_done, f);
}

/* ---- */

static void write_kubeconfig(const char *path, uint16_t port, const char *ca, str_t token) {
    buf_t b;
    char server[64];
    snprintf(server, sizeof server, "https://127.0.0.1:%u", port);
    const kubeconfig_t k = {.server = str_c(server), .ca_data = str_c(ca), .token = token};
    buf_init(&b);
    kubeconfig_write(&b, &k, STR("proxy"));
    FILE *f = fopen(path, "w");
    ck_assert_ptr_nonnull(f);
    fwrite(b.p, 1, b.n, f);
    fclose(f);
    buf_release(&b);
}

proxy_t *proxy_create(loop_t *l, const char *kubeconfig, const char *path, int64_t hold_ms) {
    err_t err = ERROR_INIT;
    arena_t *a = arena_create();
    kubeconfig_t k;
    ck_assert_msg(kubeconfig_load(a, kubeconfig, NULL, &k, &err), "%s", error_text(&err));
    str_t host, port;
    int64_t number = 0;
    str_cut(str_from(k.server, strlen("https://")), ':', &host, &port);
    ck_assert(str_int(port, &number));

    proxy_t *p = mem_alloc(sizeof *p);
    *p = (proxy_t){.loop = l, .hold_ms = hold_ms};
    list_init(&p->flows);
    tls_pair_t ca, pair;
    ck_assert(tls_make_pair(NULL, "proxy ca", NULL, NULL, 1, false, &ca, &err));
    ck_assert(tls_make_pair(&ca, "proxy", NULL, "IP:127.0.0.1", 1, true, &pair, &err));
    const tls_server_options_t so = {.cert = str_c(pair.cert), .key = str_c(pair.key)};
    const tls_client_options_t co = {.ca = k.ca_data};
    tls_t *server_tls = tls_server_create(&so, &err), *client_tls = tls_client_create(&co, &err);
    const http_server_options_t s = {.address = STR("127.0.0.1:0"), .tls = server_tls};
    const http_client_options_t c = {.host = host, .port = (uint16_t)number, .tls = client_tls, .max_connections = 16};
    p->upstream = http_client_create(l, &c, &err);
    p->server = http_server_create(l, &s, handle, p, &err);
    ck_assert_msg(p->upstream && p->server, "%s", error_text(&err));
    write_kubeconfig(path, http_server_port(p->server), ca.cert, k.token);
    tls_release(server_tls);
    tls_release(client_tls);
    tls_pair_release(&ca);
    tls_pair_release(&pair);
    arena_destroy(a);
    return p;
}

void proxy_destroy(proxy_t *p) {
    http_server_destroy(p->server);
    http_client_destroy(p->upstream);
    mem_free(p);
}
