#include "kubeapi/events.h"
#include "test/kubeapi/mini.h"

typedef struct cluster {
    char log[16384];
    int forget, away, creates, patches;
    recorder_t *r;
} cluster_t;

static void serve(http_exchange_t *x, void *arg) {
    cluster_t *c = ((mini_t *)arg)->data;
    arena_t *a = http_arena(x);
    jv_t *v = jv_parse(a, http_body(x), NULL);
    size_t n = strlen(c->log);
    int64_t count = 0;
    bool creates = str_eqc(http_method(x), "POST");
    if (c->away > 0) {
        c->away--;
        http_reply(x, 500, NULL, 0, STR("away"));
        return;
    }
    if (!creates && c->forget) {
        c->forget--;
        mini_json(x, 404, "{\"kind\":\"Status\",\"message\":\"not found\"}");
        return;
    }
    *(creates ? &c->creates : &c->patches) += 1;
    jv_as_int(jv_getc(v, "count"), &count);
    snprintf(c->log + n, sizeof c->log - n, STR_FMT " %d " STR_FMT "\n", STR_ARG(http_method(x)), (int)count,
             STR_ARG(jv_str(jv_getc(v, "message"))));
    if (creates) {
        str_t name = jv_path_str(v, "metadata", "name", NULL);
        ck_assert(str_starts(name, STR("app.")) && name.n == 20);
        ck_assert(str_eqc(http_path(x), "/api/v1/namespaces/default/events"));
        ck_assert(str_eqc(jv_path_str(v, "involvedObject", "kind", NULL), "Application"));
        ck_assert(str_eqc(jv_path_str(v, "involvedObject", "uid", NULL), "u1"));
        ck_assert(str_eqc(jv_path_str(v, "source", "component", NULL), "Application"));
        ck_assert(str_eqc(jv_str(jv_getc(v, "reportingComponent")), "Application"));
        ck_assert(str_eqc(jv_str(jv_getc(v, "apiVersion")), "v1") && jv_getc(v, "eventTime"));
        ck_assert(jv_str(jv_getc(v, "firstTimestamp")).n == 20);
    } else {
        ck_assert(str_eqc(http_request_header(x, STR("content-type")), "application/strategic-merge-patch+json"));
        ck_assert_uint_eq(jv_count(v), 3);
    }
    mini_json(x, 200, "{}");
}

static const recorder_object_t app = {.api_version = STR("core.oam.dev/v1beta1"),
                                      .kind = STR("Application"),
                                      .ns = STR("default"),
                                      .name = STR("app"),
                                      .uid = STR("u1"),
                                      .resource_version = STR("5")};

static void run(cluster_t *c, void (*body)(mini_t *m)) {
    mini_t m = {.data = c};
    api_config_t config = {0};
    mini_listen(&m, serve, &config);
    c->r = recorder_create(m.api, STR("Application"));
    mini_run(&m, body);
    recorder_destroy(c->r);
    for (int i = 0; i < 3; i++) { /* its fiber ends */
        loop_stop(m.loop);
        loop_run(m.loop);
    }
    mini_end(&m);
}

static void record(cluster_t *c, const char *message) {
    recorder_event(c->r, &app, false, STR("Parsed"), str_c(message));
}

static void counted(mini_t *m) {
    cluster_t *c = m->data;
    record(c, "Parsed successfully");
    record(c, "Parsed successfully"); /* before the first is written: one request */
    record(c, "something else");
    ck_assert(recorder_flush(c->r, 5000, NULL));
    ck_assert_str_eq(c->log, "POST 2 Parsed successfully\nPOST 1 something else\n");
    c->log[0] = 0;
    for (int i = 0; i < 5; i++)
        record(c, "Parsed successfully"); /* counts are written now and then */
    ck_assert(fiber_sleep(100, NULL));
    ck_assert_str_eq(c->log, "");
    ck_assert_uint_eq(recorder_stats(c->r).waiting, 1);
    ck_assert(recorder_flush(c->r, 5000, NULL));
    ck_assert_str_eq(c->log, "PATCH 7 Parsed successfully\n");
    c->log[0] = 0;
    c->forget = 1; /* the server forgot it */
    record(c, "Parsed successfully");
    ck_assert(recorder_flush(c->r, 5000, NULL));
    ck_assert_str_eq(c->log, "POST 8 Parsed successfully\n");
}

START_TEST(equal_events_are_counted_in_one) {
    cluster_t c = {0};
    run(&c, counted);
}
END_TEST

static void many(mini_t *m) {
    cluster_t *c = m->data;
    char text[32];
    for (int i = 0; i < 25; i++) {
        snprintf(text, sizeof text, "failure %d", i);
        record(c, text);
    }
    ck_assert(recorder_flush(c->r, 10000, NULL));
    ck_assert_int_eq(c->creates, 11);
    ck_assert_ptr_nonnull(strstr(c->log, "POST 15 (combined from similar events): failure 24\n"));
}

START_TEST(many_similar_events_are_combined) {
    cluster_t c = {0};
    run(&c, many);
}
END_TEST

static void again(mini_t *m) {
    cluster_t *c = m->data;
    c->away = 1;
    record(c, "hello");
    ck_assert(recorder_flush(c->r, 8000, NULL));
    ck_assert_str_eq(c->log, "POST 1 hello\n");
    jv_t *object = jv_parse(m->a,
                            STR("{\"kind\":\"Application\",\"apiVersion\":\"core.oam.dev/v1beta1\",\"metadata\":{"
                                "\"name\":\"app\",\"namespace\":\"default\",\"uid\":\"u1\"}}"),
                            NULL);
    recorder_eventf(c->r, object, true, "Failed", "%d things", 3);
    ck_assert(recorder_flush(c->r, 8000, NULL));
    ck_assert_str_eq(c->log, "POST 1 hello\nPOST 1 3 things\n");
    c->away = 1000;
    record(c, "lost");
    err_t err = ERROR_INIT;
    ck_assert(!recorder_flush(c->r, 200, &err));
    ck_assert_int_eq(err.code, ERR_TIMEOUT);
    error_release(&err);
}

START_TEST(what_did_not_reach_the_server_is_written_again) {
    cluster_t c = {0};
    run(&c, again);
}
END_TEST

static void flood(mini_t *m) {
    cluster_t *c = m->data;
    char uid[16];
    recorder_object_t o = app;
    for (int i = 0; i < 3000; i++) {
        snprintf(uid, sizeof uid, "u%d", i);
        o.uid = str_c(uid);
        recorder_event(c->r, &o, true, STR("Flood"), STR("x"));
    }
    ck_assert_uint_le(recorder_stats(c->r).known, 1024);
    ck_assert_uint_eq(recorder_stats(c->r).dropped, 3000 - 1024);
    ck_assert_int_eq(m->over, false);
}

START_TEST(a_flood_is_bounded) {
    cluster_t c = {.away = 100000};
    run(&c, flood);
}
END_TEST

SUITE(events, equal_events_are_counted_in_one, many_similar_events_are_combined,
      what_did_not_reach_the_server_is_written_again, a_flood_is_bounded)
