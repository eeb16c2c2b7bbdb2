#include "test/reactor/rig.h"

static void get_sizes(void *arg) {
    rig_t *r = arg;
    static const size_t sizes[] = {0, 1, 100, 16383, 16384, 16385, 65535, 300000, 1 << 20, 5 << 20};
    for (size_t i = 0; i < sizeof sizes / sizeof *sizes; i++) {
        arena_t *a = arena_create();
        err_t err = ERROR_INIT;
        char path[40];
        snprintf(path, sizeof path, "/size/%zu", sizes[i]);
        str_t body;
        int status = rig_get(r->client, path, a, &body, &err);
        ck_assert_msg(status == 200, "%s: %d %s", path, status, error_text(&err));
        ck_assert_msg(is_pattern(body, sizes[i]), "%s: %zu bytes", path, body.n);
        arena_destroy(a);
    }
}

START_TEST(bodies_of_every_size_arrive_whole) {
    rig_t r;
    rig_init(&r, (http_server_options_t){0}, false);
    rig_run(&r, get_sizes, &r);
    ck_assert_uint_eq(http_client_stats(r.client).connects, 1);
    rig_release(&r);
}
END_TEST

static void post_much(void *arg) {
    rig_t *r = arg;
    arena_t *a = arena_create();
    err_t err = ERROR_INIT;
    http_request_t q = {.method = STR("POST"), .path = STR("/echo"), .body = pattern(a, 4000000)};
    http_response_t p;
    ck_assert_msg(http_do(r->client, &q, a, 1 << 20, &p, &err), "%s", error_text(&err));
    ck_assert_int_eq(p.status, 413);
    q.body.n = 3 << 20;
    ck_assert_msg(http_do(r->client, &q, a, 4 << 20, &p, &err), "%s", error_text(&err));
    ck_assert_int_eq(p.status, 201);
    ck_assert(is_pattern(p.body, 3 << 20));
    arena_destroy(a);
}

START_TEST(a_request_body_past_the_limit_is_answered_with_413) {
    rig_t r;
    rig_init(&r, (http_server_options_t){0}, false);
    rig_run(&r, post_much, &r);
    ck_assert_int_eq(r.handled, 1);
    rig_release(&r);
}
END_TEST

SUITE(http_client, bodies_of_every_size_arrive_whole, a_request_body_past_the_limit_is_answered_with_413)
