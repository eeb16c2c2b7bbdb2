/* Two ends in one process on one loop: a server whose handler knows a few routes, and a fiber that asks. */
#ifndef TEST_REACTOR_RIG_H
#define TEST_REACTOR_RIG_H

#include "reactor/base/buf.h"
#include "reactor/base/mem.h"
#include "reactor/fiber.h"
#include "reactor/http_client.h"
#include "reactor/http_server.h"
#include "test/suite.h"

typedef struct rig {
    loop_t *loop;
    tls_pair_t ca, server_pair, client_pair;
    tls_t *server_tls, *client_tls;
    http_server_t *server;
    http_client_t *client;
    int handled, closed, running; /* requests seen, on_close calls, handlers at work now */
    int most_running;
    size_t last_body;
    bool timed_out;
} rig_t;

/* One reply that takes its time. */
typedef struct slow_reply {
    rig_t *rig;
    http_exchange_t *x;
    loop_timer_t *timer;
    size_t left; /* bytes to stream, or 0 for a whole reply */
} slow_reply_t;

static inline void slow_free(slow_reply_t *s) {
    s->rig->running--;
    loop_timer_destroy(s->timer);
    mem_free(s);
}

static inline void slow_closed(void *arg) {
    slow_reply_t *s = arg;
    s->rig->closed++;
    slow_free(s);
}

static inline void slow_due(void *arg) {
    slow_reply_t *s = arg;
    http_reply(s->x, 200, NULL, 0, STR("late"));
    slow_free(s);
}

static inline void pump_stream(void *arg) {
    slow_reply_t *s = arg;
    static char block[16384];
    while (s->left && http_reply_pending(s->x) < 64 * 1024) {
        size_t n = s->left < sizeof block ? s->left : sizeof block;
        http_reply_write(s->x, str_n(block, n));
        s->left -= n;
    }
    if (s->left)
        return;
    http_reply_end(s->x);
    slow_free(s);
}

static inline slow_reply_t *slow_start(rig_t *rig, http_exchange_t *x) {
    slow_reply_t *s = mem_alloc(sizeof *s);
    s->rig = rig;
    s->x = x;
    s->timer = loop_timer_create(rig->loop, LOOP_WORK, slow_due, s);
    rig->running++;
    if (rig->running > rig->most_running)
        rig->most_running = rig->running;
    http_on_close(x, slow_closed, s);
    return s;
}

static inline char pattern_at(size_t i) {
    return (char)('a' + (i * 7 + i / 251) % 26);
}

static inline str_t pattern(arena_t *a, size_t n) {
    char *p = arena_bytes(a, n + 1);
    for (size_t i = 0; i < n; i++)
        p[i] = pattern_at(i);
    return str_n(p, n);
}

static inline bool is_pattern(str_t s, size_t n) {
    if (s.n != n)
        return false;
    for (size_t i = 0; i < n; i++)
        if (s.p[i] != pattern_at(i))
            return false;
    return true;
}

/* The number at the end of "/size/123". */
static inline size_t number_in(str_t path) {
    int64_t n = 0;
    str_int(str_from(path, (size_t)str_rchr(path, '/') + 1), &n);
    return (size_t)n;
}

static inline void rig_handler(http_exchange_t *x, void *arg) {
    rig_t *rig = arg;
    str_t path = http_path(x);
    rig->handled++;
    rig->last_body = http_body(x).n;
    if (str_starts(path, STR("/size/"))) {
        http_reply(x, 200, NULL, 0, pattern(http_arena(x), number_in(path)));
    } else if (str_eqc(path, "/echo")) {
        http_header_t h = {STR("x-method"), http_method(x)};
        http_reply(x, 201, &h, 1, http_body(x));
    } else if (str_eqc(path, "/query")) {
        http_reply(x, 200, NULL, 0, http_query(x));
    } else if (str_starts(path, STR("/slow/"))) {
        slow_reply_t *s = slow_start(rig, x);
        loop_timer_start(s->timer, (int64_t)number_in(path), false);
    } else if (str_eqc(path, "/never")) {
        slow_start(rig, x);
    } else if (str_starts(path, STR("/stream/"))) {
        slow_reply_t *s = slow_start(rig, x);
        s->left = number_in(path);
        http_reply_start(x, 200, NULL, 0);
        http_on_drain(x, pump_stream, s);
        pump_stream(s);
    } else if (str_eqc(path, "/open")) { /* a stream that says one thing and stays */
        slow_start(rig, x);
        http_reply_start(x, 200, NULL, 0);
        http_reply_write(x, STR("hello\n"));
    } else if (str_eqc(path, "/broken")) {
        http_reply_start(x, 200, NULL, 0);
        http_reply_write(x, STR("half of "));
        http_reply_reset(x);
    } else if (str_eqc(path, "/who")) {
        str_t name = http_peer_name(x), o1 = http_peer_organization(x, 0), o2 = http_peer_organization(x, 1);
        http_reply(x, 200, NULL, 0,
                   arena_printf(http_arena(x), STR_FMT "/" STR_FMT "/" STR_FMT, STR_ARG(name), STR_ARG(o1),
                                STR_ARG(o2)));
    } else {
        http_reply(x, 404, NULL, 0, STR("nothing here"));
    }
}

static inline tls_t *rig_client_tls(const tls_pair_t *ca, const tls_pair_t *me) {
    tls_client_options_t o = {.ca = str_c(ca->cert)};
    if (me) {
        o.cert = str_c(me->cert);
        o.key = str_c(me->key);
    }
    err_t err = ERROR_INIT;
    tls_t *t = tls_client_create(&o, &err);
    ck_assert_msg(t != NULL, "%s", error_text(&err));
    return t;
}

static inline tls_t *rig_server_tls(const tls_pair_t *pair, const tls_pair_t *client_ca) {
    tls_server_options_t o = {.cert = str_c(pair->cert), .key = str_c(pair->key)};
    if (client_ca)
        o.client_ca = str_c(client_ca->cert);
    err_t err = ERROR_INIT;
    tls_t *t = tls_server_create(&o, &err);
    ck_assert_msg(t != NULL, "%s", error_text(&err));
    return t;
}

static inline http_client_t *rig_client(rig_t *r, http_client_options_t o) {
    if (!o.host.n)
        o.host = STR("127.0.0.1");
    if (!o.port)
        o.port = http_server_port(r->server);
    if (!o.tls)
        o.tls = r->client_tls;
    err_t err = ERROR_INIT;
    http_client_t *c = http_client_create(r->loop, &o, &err);
    ck_assert_msg(c != NULL, "%s", error_text(&err));
    return c;
}

/* so: limits; its address and TLS are the rig's. plain: no TLS, no client. */
static inline void rig_init(rig_t *r, http_server_options_t so, bool plain) {
    *r = (rig_t){0};
    err_t err = ERROR_INIT;
    r->loop = loop_create(&err);
    ck_assert(r->loop != NULL);
    ck_assert(tls_make_pair(NULL, "test ca", NULL, NULL, 1, true, &r->ca, &err));
    ck_assert(tls_make_pair(&r->ca, "server", NULL, "IP:127.0.0.1,DNS:localhost", 1, true, &r->server_pair, &err));
    ck_assert(tls_make_pair(&r->ca, "alice", "devs,system:masters", NULL, 1, false, &r->client_pair, &err));
    r->server_tls = rig_server_tls(&r->server_pair, &r->ca);
    r->client_tls = rig_client_tls(&r->ca, NULL);
    so.address = STR("127.0.0.1:0");
    if (!plain)
        so.tls = r->server_tls;
    r->server = http_server_create(r->loop, &so, rig_handler, r, &err);
    ck_assert_msg(r->server != NULL, "%s", error_text(&err));
    if (!plain)
        r->client = rig_client(r, (http_client_options_t){0});
}

static inline void rig_stop(void *arg) {
    loop_stop(((rig_t *)arg)->loop);
}

static inline void rig_late(void *arg) {
    rig_t *r = arg;
    r->timed_out = true;
    loop_stop(r->loop);
}

/* Runs fn on a fiber until it returns. */
static inline void rig_run(rig_t *r, fiber_fn fn, void *arg) {
    loop_timer_t *guard = loop_timer_create(r->loop, LOOP_URGENT, rig_late, r);
    loop_timer_start(guard, getenv("VELELLA_VALGRIND") ? 240000 : 30000, false);
    ck_assert(fiber_start(r->loop, "test", fn, arg, rig_stop, r) != NULL);
    loop_run(r->loop);
    loop_timer_destroy(guard);
    ck_assert_msg(!r->timed_out, "the test's fiber does not end");
}

static inline void rig_release(rig_t *r) {
    http_client_destroy(r->client);
    http_server_destroy(r->server);
    tls_release(r->server_tls);
    tls_release(r->client_tls);
    tls_pair_release(&r->ca);
    tls_pair_release(&r->server_pair);
    tls_pair_release(&r->client_pair);
    fiber_pool_drain();
    loop_destroy(r->loop);
}

/* GET path; the status, or -1 with err. */
static inline int rig_get(http_client_t *c, const char *path, arena_t *a, str_t *body, err_t *err) {
    http_request_t q = {.method = STR("GET"), .path = str_c(path), .timeout_ms = 20000};
    http_response_t r;
    if (!http_do(c, &q, a, 64 << 20, &r, err))
        return -1;
    if (body)
        *body = r.body;
    return r.status;
}

#endif
