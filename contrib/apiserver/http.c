#include "contrib/apiserver/http.h"

#include "reactor/base/mem.h"

/* A watcher that lets this much pile up is cut off; it will list again. */
enum { BACKLOG_MAX = 64 * 1024 * 1024, BODY_MAX = 3 * 1024 * 1024, PEER_GROUPS = 16 };

struct apiserver_http {
    loop_t *loop;
    apiserver_t *api;
    http_server_t *server;
    loop_timer_t *timer;
};

/* A watch and the exchange that carries it: whichever ends first takes the other along. */
typedef struct stream {
    http_exchange_t *exchange;
    apiserver_watch_t *watch;
    loop_task_t cut; /* ends a stream that lags, from the loop */
} stream_t;

static void tick(void *arg) {
    apiserver_http_t *h = arg;
    int64_t now = loop_clock(), next = apiserver_tick(h->api, now);
    if (next >= 0)
        loop_timer_start(h->timer, next > now ? next - now : 0, false);
}

static void on_due(void *arg) {
    apiserver_http_t *h = arg;
    loop_timer_start(h->timer, 0, false);
}

/* ---- watches ---- */

static void cut_off(void *arg) {
    stream_t *st = arg;
    apiserver_watch_close(st->watch);
    http_on_close(st->exchange, NULL, NULL);
    http_reply_reset(st->exchange);
    mem_free(st);
}

typedef struct watcher {
    stream_t stream;
    loop_t *loop;
    bool cutting;
} watcher_t;

static void on_line(void *arg, str_t line) {
    watcher_t *w = arg;
    if (w->cutting)
        return;
    http_reply_write(w->stream.exchange, line);
    if (http_reply_pending(w->stream.exchange) > BACKLOG_MAX) {
        w->cutting = true;
        loop_post(w->loop, &w->stream.cut);
    }
}

static void on_end(void *arg) {
    watcher_t *w = arg;
    loop_task_cancel(&w->stream.cut);
    http_on_close(w->stream.exchange, NULL, NULL);
    http_reply_end(w->stream.exchange);
    mem_free(w);
}

static void on_gone(void *arg) {
    watcher_t *w = arg;
    loop_task_cancel(&w->stream.cut);
    apiserver_watch_close(w->stream.watch);
    mem_free(w);
}

static const apiserver_watch_events_t watch_events = {on_line, on_end};

static void start_watch(apiserver_http_t *h, http_exchange_t *x, const apiserver_reply_t *reply) {
    watcher_t *w = mem_alloc(sizeof *w);
    if (!w) {
        apiserver_watch_close(reply->watch);
        http_reply(x, 503, NULL, 0, STR_NONE);
        return;
    }
    const http_header_t headers[] = {{STR("content-type"), str_c(reply->content_type)},
                                     {STR("cache-control"), STR("no-cache, private")}};
    w->stream = (stream_t){.exchange = x, .watch = reply->watch};
    w->loop = h->loop;
    loop_task_init(&w->stream.cut, cut_off, &w->stream);
    http_reply_start(x, reply->status, headers, 2);
    http_on_close(x, on_gone, w);
    apiserver_watch_attach(reply->watch, &watch_events, w);
    if (!loop_timer_armed(h->timer))
        on_due(h);
}

/* ---- requests ---- */

static void on_request(http_exchange_t *x, void *arg) {
    apiserver_http_t *h = arg;
    str_t groups[PEER_GROUPS];
    size_t n = 0;
    while (n < PEER_GROUPS && (groups[n] = http_peer_organization(x, n)).p)
        n++;
    apiserver_request_t r = {
        .method = http_method(x),
        .path = http_path(x),
        .query = http_query(x),
        .accept = http_request_header(x, STR("accept")),
        .content_type = http_request_header(x, STR("content-type")),
        .authorization = http_request_header(x, STR("authorization")),
        .user_agent = http_request_header(x, STR("user-agent")),
        .body = http_body(x),
        .peer_name = http_peer_name(x),
        .peer_organizations = groups,
        .npeer_organizations = n,
    };
    arena_t *a = http_arena(x);
    apiserver_reply_t reply;
    apiserver_clock(h->api, loop_clock());
    apiserver_handle(h->api, &r, a, &reply);
    if (reply.watch) {
        start_watch(h, x, &reply);
        return;
    }
    http_header_t *headers = arena_array(a, http_header_t, reply.nwarnings + 2);
    headers[0] = (http_header_t){STR("content-type"), str_c(reply.content_type)};
    headers[1] = (http_header_t){STR("cache-control"), STR("no-cache, private")};
    for (size_t i = 0; i < reply.nwarnings; i++)
        headers[i + 2] = (http_header_t){STR("warning"), reply.warnings[i]};
    http_reply(x, reply.status, headers, reply.nwarnings + 2, reply.body);
}

apiserver_http_t *apiserver_http_create(loop_t *l, apiserver_t *s, str_t address, tls_t *tls, err_t *err) {
    apiserver_http_t *h = mem_alloc(sizeof *h);
    if (!h || !(h->timer = loop_timer_create(l, LOOP_WORK, tick, h))) {
        mem_free(h);
        error_memory(err);
        return NULL;
    }
    h->loop = l;
    h->api = s;
    http_server_options_t o = {.address = address, .tls = tls, .max_body = BODY_MAX, .max_streams = 250};
    h->server = http_server_create(l, &o, on_request, h, err);
    if (!h->server) {
        loop_timer_destroy(h->timer);
        mem_free(h);
        return NULL;
    }
    apiserver_on_due(s, on_due, h);
    tick(h);
    return h;
}

uint16_t apiserver_http_port(const apiserver_http_t *h) {
    return http_server_port(h->server);
}

void apiserver_http_destroy(apiserver_http_t *h) {
    if (!h)
        return;
    apiserver_on_due(h->api, NULL, NULL);
    loop_timer_destroy(h->timer);
    http_server_destroy(h->server);
    mem_free(h);
}
