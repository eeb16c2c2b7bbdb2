#include "test/apiserver/client.h"

#define MAPS "/api/v1/namespaces/default/configmaps"
#define DEPLOYMENTS "/apis/apps/v1/namespaces/default/deployments"
#define MAP(name)                                                                                                      \
    "{\"apiVersion\":\"v1\",\"kind\":\"ConfigMap\",\"metadata\":{\"name\":\"" name "\"},\"data\":{\"a\":\"1\"}}"
#define DEPLOYMENT                                                                                                     \
    "{\"apiVersion\":\"apps/v1\",\"kind\":\"Deployment\",\"metadata\":{\"name\":\"d\"},\"spec\":{\"selector\":"        \
    "{\"matchLabels\":{\"app\":\"d\"}},\"template\":{\"metadata\":{\"labels\":{\"app\":\"d\"}},\"spec\":{"             \
    "\"containers\":[{\"name\":\"main\",\"image\":\"nginx\"}]}}}}"

START_TEST(an_object_is_created_read_changed_and_deleted) {
    client_t c = client_open(false, 0);
    jv_t *v = client_send(&c, "POST", MAPS, MAP("one"));
    EXPECT(c, 201);
    ck_assert(jv_path_str(v, "metadata", "uid", NULL).n == 36);
    client_send(&c, "POST", MAPS, MAP("one"));
    EXPECT(c, 409);
    v = client_send(&c, "PATCH", MAPS "/one", "{\"data\":{\"b\":\"2\"}}");
    EXPECT(c, 200);
    EXPECT_STR(jv_path_str(v, "data", "b", NULL), "2");
    str_t version = jv_path_str(v, "metadata", "resourceVersion", NULL);
    v = client_send(&c, "PATCH", MAPS "/one", "{\"data\":{\"b\":\"2\"}}");
    ck_assert_msg(str_eq(version, jv_path_str(v, "metadata", "resourceVersion", NULL)), "a patch without change wrote");
    client_send(&c, "DELETE", MAPS "/one", NULL);
    EXPECT(c, 200);
    client_send(&c, "GET", MAPS "/one", NULL);
    EXPECT(c, 404);
    client_close(&c);
}
END_TEST

START_TEST(a_stale_version_conflicts) {
    client_t c = client_open(false, 0);
    client_send(&c, "POST", MAPS, MAP("one"));
    jv_t *v = client_send(&c, "PUT", MAPS "/one",
                          "{\"metadata\":{\"name\":\"one\",\"resourceVersion\":\"1\"},\"data\":{\"a\":\"2\"}}");
    EXPECT(c, 409);
    EXPECT_STR(jv_path_str(v, "reason", NULL), "Conflict");
    client_close(&c);
}
END_TEST

START_TEST(defaults_are_those_of_the_kind) {
    client_t c = client_open(false, 0);
    jv_t *v = client_send(&c, "POST", DEPLOYMENTS, DEPLOYMENT);
    EXPECT(c, 201);
    EXPECT_INT(jv_path(v, "spec", "replicas", NULL), 1);
    EXPECT_STR(jv_path_str(v, "spec", "strategy", "rollingUpdate", "maxSurge", NULL), "25%");
    jv_t *container = jv_at(jv_path(v, "spec", "template", "spec", "containers", NULL), 0);
    EXPECT_STR(jv_path_str(container, "imagePullPolicy", NULL), "Always");
    ck_assert(jv_is(jv_path(v, "spec", "template", "metadata", "creationTimestamp", NULL), JV_NULL));
    ck_assert(jv_is(jv_getc(v, "status"), JV_OBJECT));
    client_close(&c);
}
END_TEST

START_TEST(only_a_change_of_the_spec_makes_a_generation) {
    client_t c = client_open(false, 0);
    client_send(&c, "POST", DEPLOYMENTS, DEPLOYMENT);
    jv_t *v = client_send(&c, "PATCH", DEPLOYMENTS "/d", "{\"metadata\":{\"labels\":{\"x\":\"y\"}}}");
    EXPECT_INT(jv_path(v, "metadata", "generation", NULL), 1);
    v = client_send(&c, "PATCH", DEPLOYMENTS "/d/scale", "{\"spec\":{\"replicas\":3}}");
    EXPECT(c, 200);
    EXPECT_STR(jv_path_str(v, "kind", NULL), "Scale");
    v = client_send(&c, "PATCH", DEPLOYMENTS "/d/status", "{\"spec\":{\"replicas\":9},\"status\":{\"replicas\":3}}");
    EXPECT_INT(jv_path(v, "metadata", "generation", NULL), 2);
    EXPECT_INT(jv_path(v, "spec", "replicas", NULL), 3);
    EXPECT_INT(jv_path(v, "status", "replicas", NULL), 3);
    client_close(&c);
}
END_TEST

START_TEST(unknown_fields_are_refused_warned_of_or_ignored) {
    client_t c = client_open(false, 0);
    static const char body[] = "{\"metadata\":{\"name\":\"x\"},\"data\":{},\"extra\":1,\"data\":{}}";
    jv_t *v = client_send(&c, "POST", MAPS "?fieldValidation=Strict", body);
    EXPECT(c, 400);
    EXPECT_STR(jv_path_str(v, "message", NULL), "ConfigMap in version \"v1\" cannot be handled as a ConfigMap: strict "
                                                "decoding error: duplicate field \"data\", unknown field \"extra\"");
    client_send(&c, "POST", MAPS "?fieldValidation=Ignore&dryRun=All", body);
    EXPECT(c, 201);
    ck_assert_uint_eq(c.reply.nwarnings, 0);
    client_send(&c, "POST", MAPS, body);
    EXPECT(c, 201);
    ck_assert_uint_eq(c.reply.nwarnings, 2);
    client_close(&c);
}
END_TEST

START_TEST(types_are_checked_in_go_s_words) {
    client_t c = client_open(false, 0);
    jv_t *v = client_send(&c, "POST", DEPLOYMENTS, "{\"metadata\":{\"name\":\"d\"},\"spec\":{\"replicas\":\"x\"}}");
    EXPECT(c, 400);
    EXPECT_STR(jv_path_str(v, "message", NULL),
               "Deployment in version \"v1\" cannot be handled as a Deployment: json: cannot unmarshal string into Go "
               "struct field DeploymentSpec.spec.replicas of type int32");
    client_close(&c);
}
END_TEST

START_TEST(lists_are_paged_in_order_and_selected) {
    client_t c = client_open(false, 0);
    for (int i = 9; i >= 0; i--) {
        char body[200];
        snprintf(body, sizeof body, "{\"metadata\":{\"name\":\"m%d\",\"labels\":{\"odd\":\"%d\"}}}", i, i % 2);
        client_send(&c, "POST", MAPS, body);
    }
    jv_t *v = client_send(&c, "GET", MAPS "?limit=4", NULL);
    ck_assert_uint_eq(jv_count(jv_getc(v, "items")), 4);
    EXPECT_STR(jv_path_str(jv_at(jv_getc(v, "items"), 3), "metadata", "name", NULL), "m3");
    EXPECT_INT(jv_path(v, "metadata", "remainingItemCount", NULL), 6);
    str_t token = jv_path_str(v, "metadata", "continue", NULL);
    v = client_send(&c, "GET",
                    arena_cstr(c.arena, arena_printf(c.arena, MAPS "?limit=9&continue=" STR_FMT, STR_ARG(token))),
                    NULL);
    ck_assert_uint_eq(jv_count(jv_getc(v, "items")), 6);
    EXPECT_STR(jv_path_str(jv_at(jv_getc(v, "items"), 0), "metadata", "name", NULL), "m4");
    v = client_send(&c, "GET", MAPS "?labelSelector=odd+in+(1,2)", NULL);
    ck_assert_uint_eq(jv_count(jv_getc(v, "items")), 5);
    v = client_send(&c, "GET", MAPS "?fieldSelector=metadata.name%3Dm7", NULL);
    ck_assert_uint_eq(jv_count(jv_getc(v, "items")), 1);
    client_send(&c, "GET", MAPS "?labelSelector=a==,,", NULL);
    EXPECT(c, 400);
    client_close(&c);
}
END_TEST

START_TEST(who_shows_no_token_may_see_health_alone) {
    client_t c = client_open(false, 0);
    apiserver_request_t r = {.method = STR("GET"), .path = STR("/healthz")};
    apiserver_handle(c.server, &r, c.arena, &c.reply);
    EXPECT(c, 200);
    r.path = STR(MAPS);
    apiserver_handle(c.server, &r, c.arena, &c.reply);
    EXPECT(c, 403);
    r.authorization = STR("Bearer wrong");
    apiserver_handle(c.server, &r, c.arena, &c.reply);
    EXPECT(c, 401);
    str_t masters = STR("system:masters");
    r.authorization = STR_NONE;
    r.peer_name = STR("someone");
    r.peer_organizations = &masters;
    r.npeer_organizations = 1;
    apiserver_handle(c.server, &r, c.arena, &c.reply);
    EXPECT(c, 200);
    client_close(&c);
}
END_TEST

START_TEST(an_event_shows_in_both_groups) {
    client_t c = client_open(false, 0);
    client_send(&c, "POST", "/api/v1/namespaces/default/events",
                "{\"metadata\":{\"name\":\"e\"},\"involvedObject\":{\"kind\":\"Pod\",\"name\":\"p\",\"namespace\":"
                "\"default\"},\"message\":\"hello\",\"reason\":\"R\"}");
    EXPECT(c, 201);
    jv_t *v = client_send(&c, "GET", "/apis/events.k8s.io/v1/namespaces/default/events/e", NULL);
    EXPECT_STR(jv_path_str(v, "note", NULL), "hello");
    EXPECT_STR(jv_path_str(v, "regarding", "name", NULL), "p");
    client_close(&c);
}
END_TEST

START_TEST(an_autoscaler_of_v1_is_one_of_v2) {
    client_t c = client_open(false, 0);
    client_send(&c, "POST", "/apis/autoscaling/v1/namespaces/default/horizontalpodautoscalers",
                "{\"metadata\":{\"name\":\"h\"},\"spec\":{\"maxReplicas\":3,\"targetCPUUtilizationPercentage\":70,"
                "\"scaleTargetRef\":{\"kind\":\"Deployment\",\"name\":\"d\"}}}");
    EXPECT(c, 201);
    jv_t *v = client_send(&c, "GET", "/apis/autoscaling/v2/namespaces/default/horizontalpodautoscalers/h", NULL);
    jv_t *metric = jv_at(jv_path(v, "spec", "metrics", NULL), 0);
    EXPECT_INT(jv_path(metric, "resource", "target", "averageUtilization", NULL), 70);
    v = client_send(&c, "GET", "/apis/autoscaling/v1/namespaces/default/horizontalpodautoscalers/h", NULL);
    EXPECT_INT(jv_path(v, "spec", "targetCPUUtilizationPercentage", NULL), 70);
    client_close(&c);
}
END_TEST

START_TEST(requests_are_counted_by_verb_resource_and_agent) {
    client_t c = client_open(false, 0);
    client_send(&c, "POST", MAPS, MAP("one"));
    client_send(&c, "GET", MAPS "/one", NULL);
    client_send(&c, "GET", MAPS "/one", NULL);
    jv_t *v = client_send(&c, "GET", "/debug/requests", NULL), *rows = jv_getc(v, "requests");
    EXPECT_INT(jv_getc(v, "total"), 3);
    ck_assert_uint_eq(jv_count(rows), 2);
    EXPECT_STR(jv_path_str(jv_at(rows, 1), "verb", NULL), "get");
    EXPECT_STR(jv_path_str(jv_at(rows, 1), "resource", NULL), "configmaps");
    EXPECT_STR(jv_path_str(jv_at(rows, 1), "agent", NULL), "tester");
    EXPECT_INT(jv_path(jv_at(rows, 1), "count", NULL), 2);
    client_close(&c);
}
END_TEST

START_TEST(nesting_without_end_is_refused) {
    client_t c = client_open(false, 0);
    enum { DEEP = 100000 };
    char *body = malloc(2 * DEEP + 64);
    size_t n = (size_t)sprintf(body, "{\"metadata\":{\"name\":\"x\"},\"data\":");
    memset(body + n, '[', DEEP);
    memset(body + n + DEEP, ']', DEEP);
    strcpy(body + n + 2 * DEEP, "}");
    client_send(&c, "POST", MAPS, body);
    EXPECT(c, 400);
    client_send(&c, "PATCH", MAPS "/x", body);
    ck_assert_int_ge(c.reply.status, 400);
    client_apply(&c, MAPS "/x?fieldManager=m", body);
    EXPECT(c, 400);
    free(body);
    client_close(&c);
}
END_TEST

START_TEST(protobuf_bodies_are_read) {
    client_t c = client_open(false, 0);
    /* Unknown{TypeMeta{v1, ConfigMap}, raw: ConfigMap{metadata{name: pb}, data{k: v}}} */
    static const char body[] = "k8s\0\x0a\x0f\x0a\x02v1\x12\x09"
                               "ConfigMap\x12\x10\x0a\x04\x0a\x02pb\x12\x08\x0a\x01k\x12\x03v\xc3\xa9";
    apiserver_request_t r = {.method = STR("POST"),
                             .path = STR(MAPS),
                             .authorization = STR("Bearer secret"),
                             .content_type = STR("application/vnd.kubernetes.protobuf"),
                             .body = {body, sizeof body - 1}};
    apiserver_handle(c.server, &r, c.arena, &c.reply);
    EXPECT(c, 201);
    jv_t *v = client_send(&c, "GET", MAPS "/pb", NULL);
    EXPECT_STR(jv_path_str(v, "data", "k", NULL), "v\xc3\xa9");
    for (size_t n = 0; n < sizeof body - 1; n++) {
        r.body.n = n;
        apiserver_handle(c.server, &r, c.arena, &c.reply);
        ck_assert_int_ge(c.reply.status, 400);
    }
    client_close(&c);
}
END_TEST

SUITE(requests, an_object_is_created_read_changed_and_deleted, a_stale_version_conflicts,
      defaults_are_those_of_the_kind, only_a_change_of_the_spec_makes_a_generation,
      unknown_fields_are_refused_warned_of_or_ignored, types_are_checked_in_go_s_words,
      lists_are_paged_in_order_and_selected, who_shows_no_token_may_see_health_alone, an_event_shows_in_both_groups,
      an_autoscaler_of_v1_is_one_of_v2, requests_are_counted_by_verb_resource_and_agent, nesting_without_end_is_refused,
      protobuf_bodies_are_read)
