#include "test/apiserver/client.h"

#define MAPS "/api/v1/namespaces/default/configmaps"
#define CRDS "/apis/apiextensions.k8s.io/v1/customresourcedefinitions"
#define THINGS "/apis/x.example/v1/namespaces/default/things"

static const char crd[] =
    "{\"apiVersion\":\"apiextensions.k8s.io/v1\",\"kind\":\"CustomResourceDefinition\",\"metadata\":{\"name\":"
    "\"things.x.example\"},\"spec\":{\"group\":\"x.example\",\"scope\":\"Namespaced\",\"names\":{\"kind\":\"Thing\","
    "\"plural\":\"things\"},\"versions\":[{\"name\":\"v1\",\"served\":true,\"storage\":true,\"subresources\":{"
    "\"scale\":{"
    "\"specReplicasPath\":\".spec.n\",\"statusReplicasPath\":\".status.n\"}},\"schema\":{\"openAPIV3Schema\":{\"type\":"
    "\"object\",\"properties\":{\"spec\":{\"type\":\"object\",\"properties\":{\"n\":{\"type\":\"integer\",\"default\":"
    "2,"
    "\"maximum\":5},\"list\":{\"type\":\"array\",\"x-kubernetes-list-type\":\"map\",\"x-kubernetes-list-map-keys\":["
    "\"k\"],\"items\":{\"type\":\"object\",\"properties\":{\"k\":{\"type\":\"string\"},\"v\":{\"type\":\"string\"}}}}}}"
    ","
    "\"status\":{\"type\":\"object\",\"x-kubernetes-preserve-unknown-fields\":true}}}}}]}}";

static jv_t *make_map(client_t *c, const char *name, const char *more) {
    return client_send(c, "POST", MAPS,
                       arena_cstr(c->arena, arena_printf(c->arena, "{\"metadata\":{\"name\":\"%s\"%s}}", name, more)));
}

static const char *owned_by(client_t *c, const jv_t *owner, bool blocks) {
    return arena_cstr(c->arena,
                      arena_printf(c->arena,
                                   ",\"ownerReferences\":[{\"apiVersion\":\"v1\",\"kind\":\"ConfigMap\",\"name\":"
                                   "\"o\",\"uid\":\"" STR_FMT "\",\"blockOwnerDeletion\":%s}]",
                                   STR_ARG(jv_path_str(owner, "metadata", "uid", NULL)), blocks ? "true" : "false"));
}

static bool is_there(client_t *c, const char *name) {
    client_send(c, "GET", arena_cstr(c->arena, arena_printf(c->arena, MAPS "/%s", name)), NULL);
    return c->reply.status == 200;
}

START_TEST(a_watch_tells_what_happens_and_resumes) {
    client_t c = client_open(false, 8);
    lines_t l;
    str_t type;
    jv_t *v = make_map(&c, "one", "");
    str_t from = jv_path_str(v, "metadata", "resourceVersion", NULL);
    apiserver_watch_t *w = client_watch(&c, MAPS "?watch=1&labelSelector=on", &l);
    ck_assert_uint_eq(lines_count(&l), 0);
    client_send(&c, "PATCH", MAPS "/one", "{\"metadata\":{\"labels\":{\"on\":\"1\"}}}");
    lines_event(&c, &l, 0, &type);
    EXPECT_STR(type, "ADDED");
    client_send(&c, "PATCH", MAPS "/one", "{\"data\":{\"x\":\"1\"}}");
    lines_event(&c, &l, 1, &type);
    EXPECT_STR(type, "MODIFIED");
    client_send(&c, "PATCH", MAPS "/one", "{\"metadata\":{\"labels\":{\"on\":null}}}");
    v = lines_event(&c, &l, 2, &type);
    EXPECT_STR(type, "DELETED");
    EXPECT_STR(jv_path_str(v, "metadata", "labels", "on", NULL), "1");
    apiserver_watch_close(w);
    buf_release(&l.text);
    const char *resume =
        arena_cstr(c.arena, arena_printf(c.arena, MAPS "?watch=1&resourceVersion=" STR_FMT, STR_ARG(from)));
    w = client_watch(&c, resume, &l);
    ck_assert_uint_eq(lines_count(&l), 3);
    apiserver_watch_close(w);
    buf_release(&l.text);
    for (int i = 0; i < 10; i++)
        make_map(&c, arena_cstr(c.arena, arena_printf(c.arena, "m%d", i)), "");
    client_watch(&c, resume, &l);
    v = lines_event(&c, &l, 0, &type);
    EXPECT_STR(type, "ERROR");
    EXPECT_INT(jv_getc(v, "code"), 410);
    ck_assert(l.closed);
    buf_release(&l.text);
    client_close(&c);
}
END_TEST

START_TEST(a_watch_has_bookmarks_and_an_end) {
    client_t c = client_open(false, 0);
    lines_t l;
    str_t type;
    make_map(&c, "one", "");
    client_watch(&c,
                 MAPS "?watch=1&sendInitialEvents=true&resourceVersionMatch=NotOlderThan&allowWatchBookmarks=true&"
                      "timeoutSeconds=90",
                 &l);
    jv_t *v = lines_event(&c, &l, 1, &type);
    EXPECT_STR(type, "BOOKMARK");
    EXPECT_STR(jv_path_str(v, "metadata", "annotations", "k8s.io/initial-events-end", NULL), "true");
    client_wait(&c, 61 * 1000);
    lines_event(&c, &l, 2, &type);
    EXPECT_STR(type, "BOOKMARK");
    client_wait(&c, 30 * 1000);
    ck_assert(l.closed);
    buf_release(&l.text);
    client_close(&c);
}
END_TEST

START_TEST(dependents_follow_their_owner) {
    client_t c = client_open(false, 0);
    jv_t *o = make_map(&c, "o", "");
    make_map(&c, "child", owned_by(&c, o, false));
    client_send(&c, "DELETE", MAPS "/o", NULL);
    ck_assert(is_there(&c, "child"));
    client_wait(&c, 1000);
    ck_assert(!is_there(&c, "child"));
    client_close(&c);
}
END_TEST

START_TEST(foreground_waits_for_blocking_dependents) {
    client_t c = client_open(false, 0);
    jv_t *o = make_map(&c, "o", "");
    make_map(&c, "child",
             arena_cstr(c.arena, arena_printf(c.arena, ",\"finalizers\":[\"x.example/y\"]%s", owned_by(&c, o, true))));
    client_send(&c, "DELETE", MAPS "/o?propagationPolicy=Foreground", NULL);
    client_wait(&c, 2000);
    ck_assert(is_there(&c, "o") && is_there(&c, "child"));
    client_send(&c, "PATCH", MAPS "/child", "{\"metadata\":{\"finalizers\":null}}");
    client_wait(&c, 1000);
    ck_assert(!is_there(&c, "o") && !is_there(&c, "child"));
    client_close(&c);
}
END_TEST

START_TEST(orphans_stay_without_their_owner) {
    client_t c = client_open(false, 0);
    jv_t *o = make_map(&c, "o", "");
    make_map(&c, "child", owned_by(&c, o, false));
    client_send(&c, "DELETE", MAPS "/o?propagationPolicy=Orphan", NULL);
    client_wait(&c, 2000);
    ck_assert(!is_there(&c, "o"));
    jv_t *v = client_send(&c, "GET", MAPS "/child", NULL);
    EXPECT(c, 200);
    ck_assert_ptr_null(jv_path(v, "metadata", "ownerReferences", NULL));
    client_close(&c);
}
END_TEST

START_TEST(an_owner_that_never_was_keeps_nothing) {
    client_t c = client_open(false, 0);
    jv_t *nobody = jv_object(c.arena);
    jv_set_path(c.arena, nobody, jv_string(c.arena, STR("no-such-uid")), "metadata", "uid", NULL);
    make_map(&c, "child", owned_by(&c, nobody, false));
    client_wait(&c, 3000);
    ck_assert(!is_there(&c, "child"));
    client_close(&c);
}
END_TEST

START_TEST(a_namespace_goes_when_it_is_empty) {
    client_t c = client_open(false, 0);
    client_send(&c, "POST", "/api/v1/namespaces", "{\"metadata\":{\"name\":\"n\"}}");
    client_send(&c, "POST", "/api/v1/namespaces/n/configmaps",
                "{\"metadata\":{\"name\":\"held\",\"finalizers\":[\"x.example/y\"]}}");
    jv_t *v = client_send(&c, "DELETE", "/api/v1/namespaces/n", NULL);
    EXPECT_STR(jv_path_str(v, "status", "phase", NULL), "Terminating");
    v = client_send(&c, "POST", "/api/v1/namespaces/n/configmaps", "{\"metadata\":{\"name\":\"late\"}}");
    EXPECT(c, 403);
    client_wait(&c, 2000);
    client_send(&c, "GET", "/api/v1/namespaces/n", NULL);
    EXPECT(c, 200);
    client_send(&c, "PATCH", "/api/v1/namespaces/n/configmaps/held", "{\"metadata\":{\"finalizers\":null}}");
    client_wait(&c, 1000);
    client_send(&c, "GET", "/api/v1/namespaces/n", NULL);
    EXPECT(c, 404);
    client_send(&c, "POST", "/api/v1/namespaces/n/configmaps", "{\"metadata\":{\"name\":\"late\"}}");
    EXPECT(c, 404);
    client_close(&c);
}
END_TEST

START_TEST(a_crd_is_served_at_once_and_established) {
    client_t c = client_open(false, 0);
    client_send(&c, "POST", CRDS, crd);
    EXPECT(c, 201);
    jv_t *v = client_send(&c, "POST", THINGS,
                          "{\"apiVersion\":\"x.example/v1\",\"kind\":\"Thing\",\"metadata\":{\"name\":\"t\"},\"spec\":{"
                          "\"unknown\":1}}");
    EXPECT(c, 201);
    EXPECT_INT(jv_path(v, "spec", "n", NULL), 2);
    ck_assert_ptr_null(jv_path(v, "spec", "unknown", NULL));
    client_wait(&c, 100);
    v = client_send(&c, "GET", CRDS "/things.x.example", NULL);
    EXPECT_STR(jv_path_str(jv_at(jv_path(v, "status", "conditions", NULL), 1), "type", NULL), "Established");
    v = client_send(&c, "PATCH", THINGS "/t/scale", "{\"spec\":{\"replicas\":4}}");
    EXPECT(c, 200);
    client_send(&c, "PATCH", THINGS "/t", "{\"spec\":{\"n\":6}}");
    EXPECT(c, 422);
    client_send(&c, "DELETE", CRDS "/things.x.example", NULL);
    client_wait(&c, 1000);
    client_send(&c, "GET", THINGS, NULL);
    EXPECT(c, 404);
    client_close(&c);
}
END_TEST

START_TEST(watches_of_a_crd_end_with_it) {
    client_t c = client_open(false, 0);
    lines_t l;
    client_send(&c, "POST", CRDS, crd);
    client_wait(&c, 100);
    client_watch(&c, THINGS "?watch=1", &l);
    client_send(&c, "PATCH", CRDS "/things.x.example", "{\"metadata\":{\"labels\":{\"a\":\"b\"}}}");
    ck_assert(!l.closed);
    client_send(&c, "DELETE", CRDS "/things.x.example", NULL);
    client_wait(&c, 1000);
    ck_assert(l.closed);
    buf_release(&l.text);
    client_close(&c);
}
END_TEST

START_TEST(appliers_share_a_list_and_conflict_over_a_field) {
    client_t c = client_open(false, 0);
    client_send(&c, "POST", CRDS, crd);
#define HEAD "apiVersion: x.example/v1\nkind: Thing\nmetadata: {name: t}\nspec: "
    client_apply(&c, THINGS "/t?fieldManager=a", HEAD "{list: [{k: one, v: x}]}");
    EXPECT(c, 201);
    jv_t *v = client_apply(&c, THINGS "/t?fieldManager=b", HEAD "{list: [{k: two, v: q}], \"n\": 3}");
    EXPECT(c, 200);
    ck_assert_uint_eq(jv_count(jv_path(v, "spec", "list", NULL)), 2);
    v = client_apply(&c, THINGS "/t?fieldManager=a", HEAD "{list: [{k: two, v: z}], \"n\": 4}");
    EXPECT(c, 409);
    EXPECT_STR(jv_path_str(v, "message", NULL),
               "Apply failed with 2 conflicts: conflicts with \"b\":\n- .spec.list[k=\"two\"].v\n- .spec.n");
    v = client_apply(&c, THINGS "/t?fieldManager=a&force=true", HEAD "{list: [{k: two, v: z}]}");
    EXPECT(c, 200);
    ck_assert_uint_eq(jv_count(jv_path(v, "spec", "list", NULL)), 1);
    v = client_apply(&c, THINGS "/t?fieldManager=b", HEAD "{}");
    EXPECT_INT(jv_path(v, "spec", "n", NULL), 2);
    ck_assert_uint_eq(jv_count(jv_path(v, "spec", "list", NULL)), 1);
    client_close(&c);
}
END_TEST

START_TEST(a_plain_write_takes_fields_that_an_apply_then_conflicts_with) {
    client_t c = client_open(false, 0);
    client_apply(&c, MAPS "/m?fieldManager=a", "apiVersion: v1\nkind: ConfigMap\ndata: {x: '1'}");
    EXPECT(c, 201);
    client_send(&c, "PATCH", MAPS "/m?fieldManager=hand", "{\"data\":{\"x\":\"2\"}}");
    jv_t *v = client_apply(&c, MAPS "/m?fieldManager=a", "apiVersion: v1\nkind: ConfigMap\ndata: {x: '1'}");
    EXPECT(c, 409);
    EXPECT_STR(jv_path_str(v, "message", NULL),
               "Apply failed with 1 conflict: conflict with \"hand\" using v1: .data.x");
    client_close(&c);
}
END_TEST

START_TEST(the_kubelet_makes_workloads_ready) {
    client_t c = client_open(true, 0);
    static const char template[] =
        "\"selector\":{\"matchLabels\":{\"a\":\"b\"}},\"template\":{\"metadata\":{\"labels\":{"
        "\"a\":\"b\"}},\"spec\":{\"containers\":[{\"name\":\"m\",\"image\":\"i:1\"}]}}";
    static const char *const kinds[] = {"deployments", "statefulsets", "daemonsets"};
    for (size_t i = 0; i < 3; i++) {
        const char *path = arena_cstr(c.arena, arena_printf(c.arena, "/apis/apps/v1/namespaces/default/%s", kinds[i]));
        client_send(&c, "POST", path,
                    arena_cstr(c.arena,
                               arena_printf(c.arena, "{\"metadata\":{\"name\":\"w\"},\"spec\":{%s}}", template)));
        EXPECT(c, 201);
    }
    client_wait(&c, 1000);
    jv_t *v = client_send(&c, "GET", "/apis/apps/v1/namespaces/default/deployments/w", NULL);
    EXPECT_INT(jv_path(v, "status", "readyReplicas", NULL), 1);
    EXPECT_INT(jv_path(v, "status", "observedGeneration", NULL), 1);
    v = client_send(&c, "GET", "/apis/apps/v1/namespaces/default/statefulsets/w", NULL);
    EXPECT_INT(jv_path(v, "status", "readyReplicas", NULL), 1);
    v = client_send(&c, "GET", "/apis/apps/v1/namespaces/default/daemonsets/w", NULL);
    EXPECT_INT(jv_path(v, "status", "numberReady", NULL), 1);
    client_send(&c, "PATCH", "/apis/apps/v1/namespaces/default/deployments/w", "{\"spec\":{\"replicas\":3}}");
    client_wait(&c, 1000);
    v = client_send(&c, "GET", "/apis/apps/v1/namespaces/default/deployments/w", NULL);
    EXPECT_INT(jv_path(v, "status", "availableReplicas", NULL), 3);
    EXPECT_INT(jv_path(v, "status", "observedGeneration", NULL), 2);
    client_close(&c);
}
END_TEST

SUITE(life, a_watch_tells_what_happens_and_resumes, a_watch_has_bookmarks_and_an_end, dependents_follow_their_owner,
      foreground_waits_for_blocking_dependents, orphans_stay_without_their_owner, an_owner_that_never_was_keeps_nothing,
      a_namespace_goes_when_it_is_empty, a_crd_is_served_at_once_and_established, watches_of_a_crd_end_with_it,
      appliers_share_a_list_and_conflict_over_a_field, a_plain_write_takes_fields_that_an_apply_then_conflicts_with,
      the_kubelet_makes_workloads_ready)
