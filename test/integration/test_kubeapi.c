/* kubeapi against the embedded API server: what the suites of test/kubeapi show on a scripted server, on a real one. */
#include "kubeapi/connect.h"
#include "kubeapi/events.h"
#include "kubeapi/lease.h"
#include "reactor/base/mem.h"
#include "test/integration/cluster.h"

#include <signal.h>

static const api_resource_t maps = {.version = STR("v1"),
                                    .plural = STR("configmaps"),
                                    .kind = STR("ConfigMap"),
                                    .namespaced = true};

static const str_t indexes[] = {STR("team")};

typedef struct watched {
    informer_t *i;
    int added, updated, deleted;
} watched_t;

static void changed(void *arg, informer_t *i, const store_entry_t *before, const store_entry_t *after) {
    watched_t *w = arg;
    (void)i;
    w->added += !before;
    w->updated += before && after;
    w->deleted += !after;
}

static const informer_events_t handlers = {.changed = changed};

static void watch(informers_t *set, watched_t *w, store_form_t form, const char *selector) {
    err_t err = ERROR_INIT;
    informer_spec_t spec = {.resource = &maps,
                            .ns = STR("default"),
                            .label_selector = str_c(selector),
                            .form = form,
                            .indexes = indexes,
                            .nindexes = 1};
    w->i = informer_start(set, &spec, &err);
    ck_assert_msg(w->i && informer_on(w->i, &handlers, w) && informer_wait(w->i, 5000, &err), "%s", error_text(&err));
}

static void make(cluster_t *c, const char *name, const char *team, const char *value) {
    cluster_create(
        c,
        "{\"apiVersion\":\"v1\",\"kind\":\"ConfigMap\",\"metadata\":{\"name\":\"%s\",\"namespace\":\"default\","
        "\"labels\":{\"team\":\"%s\"}},\"data\":{\"v\":\"%s\"}}",
        name, team, value);
}

static bool caught_up(cluster_t *c, void *arg) {
    (void)c;
    return store_stats(informer_store(((watched_t *)arg)->i)).ahead == 0;
}

/* ---- the same bytes by list and by watch ---- */

static void same(cluster_t *c, const watched_t *a, const watched_t *b) {
    size_t at = 0;
    const store_entry_t *e;
    ck_assert_uint_eq(informer_count(a->i), informer_count(b->i));
    while ((e = informer_next(a->i, &at))) {
        const store_entry_t *o = informer_find(b->i, entry_ns(e), entry_name(e));
        ck_assert_ptr_nonnull(o);
        ck_assert(o->version == e->version && store_uid_eq(o->uid, e->uid));
        ck_assert_msg(str_eq(store_text(e, c->a), store_text(o, c->a)), STR_FMT "\nis not\n" STR_FMT,
                      STR_ARG(store_text(e, c->a)), STR_ARG(store_text(o, c->a)));
    }
}

static bool has_1200(cluster_t *c, void *arg) {
    (void)c;
    return informer_count(((watched_t *)arg)->i) == 1200;
}

static void lists_and_watches(cluster_t *c) {
    informers_t *set = informers_create(c->api), *later = NULL;
    watched_t by_watch = {0}, meta_watch = {0}, by_list = {0}, meta_list = {0};
    watch(set, &by_watch, STORE_WHOLE, "team");
    watch(set, &meta_watch, STORE_METADATA, "team");
    api_set_observer(c->api, NULL, NULL); /* what the watch says, and nothing else */
    char name[32];
    for (int i = 0; i < 1200; i++) { /* three pages */
        snprintf(name, sizeof name, "map-%d", i);
        make(c, name, i % 2 ? "red" : "blue", "<&>\\u2028");
    }
    cluster_until(c, has_1200, &by_watch, 5000, "the watch has all");
    cluster_until(c, has_1200, &meta_watch, 5000, "the metadata watch has all");
    later = informers_create(c->api);
    watch(later, &by_list, STORE_WHOLE, "team in (red,blue)");
    watch(later, &meta_list, STORE_METADATA, "team in (red,blue)");
    ck_assert_uint_eq(informer_stats(by_list.i).lists, 3);
    same(c, &by_watch, &by_list);
    same(c, &meta_watch, &meta_list);
    int red = 0;
    for (const store_entry_t *e = informer_first(meta_list.i, 0, STR("red")); e; e = informer_next_same(e, 0))
        red++;
    ck_assert_int_eq(red, 600);
    store_stats_t s = informer_stats(by_list.i).store;
    printf("1200 objects of %zu bytes: %zu bytes each besides\n", s.body_bytes / s.objects,
           (s.bytes - s.body_bytes) / s.objects);
    informers_destroy(later);
    informers_destroy(set);
}

START_TEST(an_object_is_the_same_bytes_by_list_and_by_watch) {
    cluster_run(lists_and_watches);
}
END_TEST

/* ---- our own writes ---- */

static bool is_confirmed_gone(cluster_t *c, void *arg) {
    (void)c;
    return store_stats(informer_store(((watched_t *)arg)->i)).tombstones == 0;
}

static bool has_only_new(cluster_t *c, void *arg) {
    const watched_t *w = arg;
    (void)c;
    return informer_count(w->i) == 1 && informer_find(w->i, STR("default"), STR("after")) != NULL;
}

static void own_writes(cluster_t *c) {
    informers_t *set = informers_create(c->api);
    watched_t w = {0};
    watch(set, &w, STORE_WHOLE, "team=red");
    for (int i = 0; i < 20; i++) { /* never older than the last write, whatever the watch does meanwhile */
        char name[16], merge[64];
        snprintf(name, sizeof name, "own-%d", i);
        make(c, name, "red", "1");
        ck_assert_ptr_nonnull(informer_find(w.i, STR("default"), str_c(name)));
        for (int k = 2; k < 6; k++) {
            snprintf(merge, sizeof merge, "{\"data\":{\"v\":\"%d\"}}", k);
            cluster_patch(c, "v1", "ConfigMap", "default", name, merge);
            jv_t *v = informer_get(w.i, STR("default"), str_c(name), c->a, NULL);
            ck_assert_int_eq(jv_path_str(v, "data", "v", NULL).p[0] - '0', k);
        }
        if (i % 2)
            cluster_delete(c, "v1", "ConfigMap", "default", name);
        else
            cluster_patch(c, "v1", "ConfigMap", "default", name, "{\"metadata\":{\"labels\":{\"team\":\"blue\"}}}");
        ck_assert_ptr_null(informer_find(w.i, STR("default"), str_c(name)));
    }
    cluster_until(c, caught_up, &w, 3000, "all writes are confirmed");
    cluster_until(c, is_confirmed_gone, &w, 3000, "all deletions are confirmed");
    ck_assert_uint_eq(informer_count(w.i), 0);
    ck_assert_int_eq(w.added, w.deleted);
    informers_destroy(set);
}

START_TEST(own_writes_show_at_once) {
    cluster_run(own_writes);
}
END_TEST

/* ---- a server that comes back empty ---- */

static void restarted(cluster_t *c) {
    err_t err = ERROR_INIT;
    api_t *api = connect_api(c->loop, c->kubeconfig, STR("test"), 0, 0, &err); /* the cluster's own is made anew */
    ck_assert_msg(api != NULL, "%s", error_text(&err));
    informers_t *set = informers_create(api);
    watched_t w = {0};
    make(c, "before", "red", "1");
    watch(set, &w, STORE_WHOLE, "team=red");
    ck_assert_int_eq(w.added, 1);
    cluster_restart_server(c);
    make(c, "after", "red", "1");
    jv_t *body = jv_parse(c->a, STR("{\"metadata\":{\"name\":\"stale\"}}"), NULL);
    ck_assert_ptr_null(api_create_object(api, &maps, STR("default"), body, NULL, c->a, &err));
    ck_assert_msg(err.code == ERR_IO || err.code == ERR_CONFLICT, "%s", error_text(&err)); /* made of old knowledge */
    error_release(&err);
    cluster_until(c, has_only_new, &w, 10000, "the list of the new server");
    ck_assert_int_eq(w.deleted, 1);
    ck_assert_ptr_null(cluster_get(c, "v1", "ConfigMap", "default", "stale"));
    ck_assert_ptr_nonnull(api_create_object(api, &maps, STR("default"), body, NULL, c->a, &err));
    informers_destroy(set);
    api_destroy(api);
}

START_TEST(a_server_restarted_empty_is_relisted) {
    cluster_run(restarted);
}
END_TEST

/* ---- discovery ---- */

static void discovery(cluster_t *c) {
    err_t err = ERROR_INIT;
    const api_resource_t *r = mapping_find(c->mapping, STR("apps/v1"), STR("Deployment"), &err);
    ck_assert_msg(r != NULL, "%s", error_text(&err));
    ck_assert(r->status && r->scale && r->namespaced);
    ck_assert_ptr_null(mapping_find(c->mapping, STR("test.oam.dev/v1"), STR("Widget"), &err));
    ck_assert_str_eq(error_text(&err), "no matches for kind \"Widget\" in version \"test.oam.dev/v1\"");
    error_release(&err);
    cluster_create(
        c, "{\"apiVersion\":\"apiextensions.k8s.io/v1\",\"kind\":\"CustomResourceDefinition\",\"metadata\":{"
           "\"name\":\"widgets.test.oam.dev\"},\"spec\":{\"group\":\"test.oam.dev\",\"scope\":\"Cluster\","
           "\"names\":{\"plural\":\"widgets\",\"kind\":\"Widget\"},\"versions\":[{\"name\":\"v1\",\"served\":true,"
           "\"storage\":true,\"schema\":{\"openAPIV3Schema\":{\"type\":\"object\"}}}]}}");
    mapping_invalidate(c->mapping);
    r = mapping_find(c->mapping, STR("test.oam.dev/v1"), STR("Widget"), &err);
    ck_assert_msg(r && !r->namespaced, "%s", error_text(&err));
    const mapping_version_t *v = mapping_server_version(c->mapping, &err);
    ck_assert(v && str_eqc(v->major, "1") && v->git_version.n);
}

START_TEST(a_new_kind_is_discovered) {
    cluster_run(discovery);
}
END_TEST

/* ---- leases and events ---- */

typedef struct candidate {
    bool started, ended;
    lease_t *l;
} candidate_t;

static void started(void *arg) {
    ((candidate_t *)arg)->started = true;
}
static void stopped(void *arg, const err_t *why) {
    (void)arg;
    ck_abort_msg("the lease was lost: %s", error_text(why));
}
static void ended(void *arg) {
    ((candidate_t *)arg)->ended = true;
}
static bool leads(cluster_t *c, void *arg) {
    (void)c;
    return ((candidate_t *)arg)->started;
}
static bool has_ended(cluster_t *c, void *arg) {
    (void)c;
    return ((candidate_t *)arg)->ended;
}

static void handover(cluster_t *c) {
    static const lease_events_t ev = {.started = started, .stopped = stopped};
    candidate_t one = {0}, two = {0};
    lease_options_t o = {.ns = STR("default"), .name = STR("kubevela"), .retry_ms = 200};
    one.l = lease_start(c->api, &o, &ev, &one, NULL);
    cluster_until(c, leads, &one, 3000, "the first leads");
    two.l = lease_start(c->api, &o, &ev, &two, NULL);
    ck_assert(fiber_sleep(1000, NULL));
    ck_assert(!two.started && lease_held(one.l) && !lease_held(two.l));
    ck_assert(str_eq(lease_holder(two.l), lease_identity(one.l)));
    lease_stop(one.l, ended, &one);
    cluster_until(c, has_ended, &one, 2000, "the first has ended");
    int64_t ms = cluster_until(c, leads, &two, 3000, "the second leads");
    ck_assert_int_lt(ms, 2000); /* it was given up, not waited for */
    lease_stop(two.l, ended, &two);
    cluster_until(c, has_ended, &two, 2000, "the second has ended");
    lease_destroy(one.l);
    lease_destroy(two.l);

    recorder_t *r = recorder_create(c->api, STR("Application"));
    jv_t *about = cluster_get(c, "v1", "Namespace", "", "default");
    for (int i = 0; i < 3; i++) {
        recorder_eventf(r, about, false, "Parsed", "Parsed successfully");
        err_t err = ERROR_INIT;
        ck_assert_msg(recorder_flush(r, 3000, &err), "%s", error_text(&err));
    }
    jv_t *events = api_list(c->api, &(api_resource_t){.version = STR("v1"), .plural = STR("events")}, STR("default"),
                            NULL, c->a, NULL);
    const jv_t *e = NULL;
    for (size_t i = 0; i < jv_count(jv_getc(events, "items")); i++)
        if (str_eqc(jv_path_str(jv_at(jv_getc(events, "items"), i), "reason", NULL), "Parsed"))
            e = jv_at(jv_getc(events, "items"), i);
    int64_t count = 0;
    ck_assert(jv_as_int(jv_getc(e, "count"), &count) && count == 3);
    ck_assert(str_eqc(jv_path_str(e, "involvedObject", "kind", NULL), "Namespace"));
    recorder_destroy(r);
    ck_assert(fiber_sleep(20, NULL));
}

START_TEST(a_lease_is_handed_over_and_events_are_counted) {
    cluster_run(handover);
}
END_TEST

SUITE(kubeapi, an_object_is_the_same_bytes_by_list_and_by_watch, own_writes_show_at_once,
      a_server_restarted_empty_is_relisted, a_new_kind_is_discovered, a_lease_is_handed_over_and_events_are_counted)
