/* A small API server in the test's own process and loop, and a client of it: a test gives the handler and the body of
 * its fiber. */
#ifndef TEST_KUBEAPI_MINI_H
#define TEST_KUBEAPI_MINI_H

#include "kubeapi/api.h"
#include "reactor/base/mem.h"
#include "reactor/fiber.h"
#include "reactor/http_server.h"
#include "test/suite.h"

typedef struct mini {
    loop_t *loop;
    http_server_t *server;
    tls_pair_t ca, leaf;
    tls_t *tls;
    api_t *api;
    arena_t *a; /* for the test's fiber */
    void (*body)(struct mini *m);
    bool over;
    int requests;
    void *data; /* the test's own */
} mini_t;

static inline void mini_over(void *arg) {
    mini_t *m = arg;
    m->over = true;
    loop_stop(m->loop);
}

static inline void mini_fiber(void *arg) {
    mini_t *m = arg;
    m->body(m);
}

static inline void mini_late(void *arg) {
    (void)arg;
    ck_abort_msg("the test's fiber does not end");
}

/* Starts the server with a handler; `config` gets its address and CA (the caller may add to it before). */
static inline void mini_listen(mini_t *m, http_handler_fn handler, api_config_t *config) {
    err_t err = ERROR_INIT;
    m->loop = loop_create(&err);
    ck_assert(tls_make_pair(NULL, "test authority", NULL, "", 1, false, &m->ca, &err));
    ck_assert(tls_make_pair(&m->ca, "server", NULL, "IP:127.0.0.1", 1, true, &m->leaf, &err));
    tls_server_options_t t = {.cert = str_c(m->leaf.cert), .key = str_c(m->leaf.key), .client_ca = str_c(m->ca.cert)};
    m->tls = tls_server_create(&t, &err);
    ck_assert_msg(m->tls != NULL, "%s", error_text(&err));
    http_server_options_t o = {.address = STR("127.0.0.1:0"), .tls = m->tls};
    m->server = http_server_create(m->loop, &o, handler, m, &err);
    ck_assert_msg(m->server != NULL, "%s", error_text(&err));
    m->a = arena_create();
    config->server = arena_printf(m->a, "https://127.0.0.1:%d" STR_FMT, http_server_port(m->server),
                                  STR_ARG(config->server)); /* what the caller put there is the prefix */
    config->ca = str_c(m->ca.cert);
    m->api = api_create(m->loop, config, &err);
    ck_assert_msg(m->api != NULL, "%s", error_text(&err));
}

/* Runs the fiber to its end, at most 20 s. */
static inline void mini_run(mini_t *m, void (*body)(mini_t *m)) {
    loop_timer_t *late = loop_timer_create(m->loop, LOOP_URGENT, mini_late, m);
    loop_timer_start(late, 20000, false);
    m->body = body;
    m->over = false;
    ck_assert_ptr_nonnull(fiber_start(m->loop, "test", mini_fiber, m, mini_over, m));
    while (!m->over)
        loop_run(m->loop);
    loop_timer_destroy(late);
}

static inline void mini_end(mini_t *m) {
    api_destroy(m->api);
    http_server_destroy(m->server);
    tls_release(m->tls);
    loop_destroy(m->loop);
    tls_pair_release(&m->ca);
    tls_pair_release(&m->leaf);
    arena_destroy(m->a);
    fiber_pool_drain();
}

static inline void mini_json(http_exchange_t *x, int status, const char *body) {
    http_header_t type = {STR("content-type"), STR("application/json")};
    http_reply(x, status, &type, 1, str_c(body));
}

#endif
