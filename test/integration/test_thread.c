/* The thread through the house, on two real processes: an Application becomes a running Deployment and everything that
 * an operator counts on besides. */
#include "config/kubeconfig.h"
#include "test/integration/cluster.h"
#include "test/integration/proxy.h"

#include <signal.h>
#include <unistd.h>

/* The bounds on memory and time are those of a build without sanitizers. */
#if defined(__SANITIZE_ADDRESS__)
#define SANITIZED 1
#elif defined(__has_feature)
#if __has_feature(address_sanitizer)
#define SANITIZED 1
#endif
#endif
#ifndef SANITIZED
#define SANITIZED 0
#endif

enum { MANY = 200, SETTLE_MS = 20000, MANY_MS = 90000, MOST_REQUESTS = 20, HOLD_MS = 2000 };

static void application(cluster_t *c, const char *name, const char *image) {
    cluster_create(c,
                   "{\"apiVersion\":\"core.oam.dev/v1beta1\",\"kind\":\"Application\",\"metadata\":{\"name\":\"%s\","
                   "\"namespace\":\"default\"},\"spec\":{\"components\":[{\"name\":\"%s\",\"type\":\"webservice\","
                   "\"properties\":{\"image\":\"%s\"}}]}}",
                   name, name, image);
}

static jv_t *deployment(cluster_t *c, const char *name) {
    return cluster_get(c, "apps/v1", "Deployment", "default", name);
}

static str_t image_of(cluster_t *c, const char *name) {
    const jv_t *containers = jv_path(deployment(c, name), "spec", "template", "spec", "containers", NULL);
    return jv_str(jv_getc(jv_at(containers, 0), "image"));
}

static void begin(cluster_t *c) {
    cluster_definitions(c);
    cluster_start_velella(c, NULL);
}

/* ---- the life of one Application ---- */

static bool has_changed_image(cluster_t *c, void *arg) {
    return str_eqc(image_of(c, arg), "nginx:2");
}

static bool is_there(cluster_t *c, void *arg) {
    return deployment(c, arg) != NULL;
}

static bool all_gone(cluster_t *c, void *arg) {
    (void)arg;
    return cluster_count(c, "core.oam.dev/v1beta1", "Application", "default") == 0 &&
           cluster_count(c, "apps/v1", "Deployment", "default") == 0 &&
           cluster_count(c, "core.oam.dev/v1beta1", "ResourceTracker", "") == 0 &&
           cluster_count(c, "core.oam.dev/v1beta1", "ApplicationRevision", "default") == 0;
}

static void life(cluster_t *c) {
    begin(c);
    application(c, "one", "nginx:1");
    cluster_phase(c, "default", "one", "running", SETTLE_MS);
    jv_t *app = cluster_get(c, "core.oam.dev/v1beta1", "Application", "default", "one");
    ck_assert(str_eqc(jv_path_str(app, "status", "latestRevision", "name", NULL), "one-v1"));
    ck_assert(jv_true(jv_path(jv_at(jv_path(app, "status", "services", NULL), 0), "healthy", NULL)));
    jv_t *d = deployment(c, "one");
    static const char *const labels[] = {"app.oam.dev/name",        "app.oam.dev/namespace", "app.oam.dev/component",
                                         "app.oam.dev/appRevision", "oam.dev/render-hash",   "workload.oam.dev/type"};
    for (size_t i = 0; i < sizeof labels / sizeof *labels; i++)
        ck_assert_msg(jv_path_str(d, "metadata", "labels", labels[i], NULL).n > 0, "label %s is missing", labels[i]);

    cluster_patch(c, "core.oam.dev/v1beta1", "Application", "default", "one",
                  "{\"spec\":{\"components\":[{\"name\":\"one\",\"type\":\"webservice\",\"properties\":{\"image\":"
                  "\"nginx:2\"}}]}}");
    cluster_until(c, has_changed_image, (void *)"one", SETTLE_MS, "the new image in the Deployment");
    cluster_phase(c, "default", "one", "running", SETTLE_MS);
    ck_assert_uint_eq(cluster_count(c, "core.oam.dev/v1beta1", "ResourceTracker", ""), 1);

    cluster_delete(c, "apps/v1", "Deployment", "default", "one");
    cluster_until(c, is_there, (void *)"one", SETTLE_MS, "the Deployment back after it was deleted by hand");
    cluster_phase(c, "default", "one", "running", SETTLE_MS);

    cluster_delete(c, "core.oam.dev/v1beta1", "Application", "default", "one");
    cluster_until(c, all_gone, NULL, SETTLE_MS, "nothing left of the deleted Application");
}

START_TEST(an_application_lives_changes_is_repaired_and_goes) {
    cluster_run(life);
}
END_TEST

/* A component that is taken away goes, the other stays and is not made anew. */
static bool only_stays(cluster_t *c, void *arg) {
    (void)arg;
    return !deployment(c, "goes") && deployment(c, "stays");
}

static void shrink(cluster_t *c) {
    begin(c);
    cluster_create(
        c,
        "{\"apiVersion\":\"core.oam.dev/"
        "v1beta1\",\"kind\":\"Application\",\"metadata\":{\"name\":\"two\",\"namespace\":"
        "\"default\"},\"spec\":{\"components\":[{\"name\":\"stays\",\"type\":\"webservice\",\"properties\":{\"image\":"
        "\"nginx\"}},{\"name\":\"goes\",\"type\":\"worker\",\"properties\":{\"image\":\"busybox\"}}]}}");
    cluster_phase(c, "default", "two", "running", SETTLE_MS);
    str_t uid = jv_path_str(deployment(c, "stays"), "metadata", "uid", NULL);
    cluster_patch(c, "core.oam.dev/v1beta1", "Application", "default", "two",
                  "{\"spec\":{\"components\":[{\"name\":\"stays\",\"type\":\"webservice\",\"properties\":{\"image\":"
                  "\"nginx\"}}]}}");
    cluster_until(c, only_stays, NULL, SETTLE_MS, "the removed component's Deployment gone");
    cluster_phase(c, "default", "two", "running", SETTLE_MS);
    ck_assert(str_eq(uid, jv_path_str(deployment(c, "stays"), "metadata", "uid", NULL)));
}

START_TEST(a_removed_component_is_collected_and_the_others_stay) {
    cluster_run(shrink);
}
END_TEST

/* The generation moves though the revision doesn't: nothing may be collected before it was dispatched for the new one.
 */
static bool one_tracker_of_two(cluster_t *c, void *arg) {
    (void)arg;
    jv_t *t = cluster_get(c, "core.oam.dev/v1beta1", "ResourceTracker", "", "same-v2-default");
    return t && cluster_count(c, "core.oam.dev/v1beta1", "ResourceTracker", "") == 1;
}

static void same_revision(cluster_t *c) {
    begin(c);
    application(c, "same", "nginx:1");
    cluster_phase(c, "default", "same", "running", SETTLE_MS);
    str_t uid = jv_path_str(deployment(c, "same"), "metadata", "uid", NULL);
    cluster_patch(
        c, "core.oam.dev/v1beta1", "Application", "default", "same",
        "{\"spec\":{\"components\":[{\"name\":\"same\",\"type\":\"webservice\",\"properties\":{\"image\":\"nginx:1\"},"
        "\"traits\":[]}]}}");
    cluster_until(c, one_tracker_of_two, NULL, SETTLE_MS, "the tracker of the second generation alone");
    cluster_phase(c, "default", "same", "running", SETTLE_MS);
    ck_assert_msg(str_eq(uid, jv_path_str(deployment(c, "same"), "metadata", "uid", NULL)),
                  "the Deployment was made anew");
}

START_TEST(a_generation_without_a_revision_keeps_its_objects) {
    cluster_run(same_revision);
}
END_TEST

/* A revision that a stop left behind, and one that is somebody else's. */
static void taken_names(cluster_t *c) {
    begin(c);
    cluster_create(
        c,
        "{\"apiVersion\":\"core.oam.dev/v1beta1\",\"kind\":\"ApplicationRevision\",\"metadata\":{\"name\":\"taken-v1\","
        "\"namespace\":\"default\"},\"spec\":{\"application\":{\"metadata\":{\"name\":\"taken\"},\"spec\":{"
        "\"components\":[]}}}}");
    application(c, "taken", "nginx:1");
    cluster_phase(c, "default", "taken", "running", SETTLE_MS);
    jv_t *app = cluster_get(c, "core.oam.dev/v1beta1", "Application", "default", "taken");
    ck_assert(str_eqc(jv_path_str(app, "status", "latestRevision", "name", NULL), "taken-v2"));
    cluster_create(
        c,
        "{\"apiVersion\":\"core.oam.dev/v1beta1\",\"kind\":\"ApplicationRevision\",\"metadata\":{\"name\":\"taken-v3\","
        "\"namespace\":\"default\",\"ownerReferences\":[{\"apiVersion\":\"core.oam.dev/"
        "v1beta1\",\"kind\":\"Application\","
        "\"name\":\"taken\",\"uid\":\"%.*s\"}]},\"spec\":{\"application\":{\"metadata\":{\"name\":\"taken\"},\"spec\":{"
        "\"components\":[]}}}}",
        STR_ARG(jv_path_str(app, "metadata", "uid", NULL)));
    cluster_patch(c, "core.oam.dev/v1beta1", "Application", "default", "taken",
                  "{\"spec\":{\"components\":[{\"name\":\"taken\",\"type\":\"webservice\",\"properties\":{\"image\":"
                  "\"nginx:2\"}}]}}");
    cluster_until(c, has_changed_image, (void *)"taken", SETTLE_MS, "the new image");
    cluster_phase(c, "default", "taken", "running", SETTLE_MS);
    jv_t *revision = cluster_get(c, "core.oam.dev/v1beta1", "ApplicationRevision", "default", "taken-v3");
    ck_assert_uint_eq(jv_count(jv_path(revision, "spec", "application", "spec", "components", NULL)), 1);
}

START_TEST(revisions_whose_names_are_taken_don_t_stop_it) {
    cluster_run(taken_names);
}
END_TEST

/* A user's changes race with the controller's own writes: the last one counts, without waiting for the re-sync. */
enum { RACES = 25, LATE_MS = 60 };

static bool last_version_runs(cluster_t *c, void *arg) {
    jv_t *app = cluster_get(c, "core.oam.dev/v1beta1", "Application", "default", "raced");
    return str_eqc(jv_path_str(app, "status", "workflow", "appRevision", NULL), arg) &&
           str_eqc(jv_path_str(app, "status", "status", NULL), "running");
}

static void races(cluster_t *c) {
    char patch[128], last[16] = "", path[128];
    /* Watches a little late, so that the answers to our writes are ahead of what the user did before them. */
    snprintf(path, sizeof path, "%s/proxied", c->dir);
    proxy_t *proxy = proxy_create(c->loop, c->kubeconfig, path, LATE_MS);
    c->velella_kubeconfig = path;
    begin(c);
    application(c, "raced", "nginx:1");
    cluster_phase(c, "default", "raced", "running", SETTLE_MS);
    for (int i = 0; i < RACES; i++) {
        snprintf(last, sizeof last, "p%d", i);
        snprintf(patch, sizeof patch, "{\"metadata\":{\"annotations\":{\"app.oam.dev/publishVersion\":\"%s\"}}}", last);
        cluster_patch(c, "core.oam.dev/v1beta1", "Application", "default", "raced", patch);
        fiber_sleep(i % 7, NULL);
    }
    cluster_until(c, last_version_runs, last, SETTLE_MS, "the last version published is the one that runs");
    cluster_kill(&c->velella, SIGTERM);
    proxy_destroy(proxy);
}

START_TEST(a_change_that_races_with_our_writes_is_not_lost) {
    cluster_run(races);
}
END_TEST

/* The kind of a managed object goes away with its CRD: neither other Applications nor this one's deletion may hang on
 * it. */
static void crd_gone(cluster_t *c) {
    cluster_create(
        c,
        "{\"apiVersion\":\"apiextensions.k8s.io/v1\",\"kind\":\"CustomResourceDefinition\",\"metadata\":{\"name\":"
        "\"widgets.test.example\"},\"spec\":{\"group\":\"test.example\",\"scope\":\"Namespaced\",\"names\":{\"kind\":"
        "\"Widget\",\"plural\":\"widgets\",\"singular\":\"widget\",\"listKind\":\"WidgetList\"},\"versions\":[{"
        "\"name\":"
        "\"v1\",\"served\":true,\"storage\":true,\"schema\":{\"openAPIV3Schema\":{\"type\":\"object\","
        "\"x-kubernetes-preserve-unknown-fields\":true}}}]}}");
    begin(c);
    cluster_create(c, "{\"apiVersion\":\"core.oam.dev/"
                      "v1beta1\",\"kind\":\"Application\",\"metadata\":{\"name\":\"odd\",\"namespace\":"
                      "\"default\"},\"spec\":{\"components\":[{\"name\":\"odd\",\"type\":\"k8s-objects\","
                      "\"properties\":{\"objects\":[{"
                      "\"apiVersion\":\"test.example/v1\",\"kind\":\"Widget\",\"metadata\":{\"name\":\"w\"}}]}}]}}");
    cluster_phase(c, "default", "odd", "running", SETTLE_MS);
    cluster_delete(c, "apiextensions.k8s.io/v1", "CustomResourceDefinition", "", "widgets.test.example");
    fiber_sleep(500, NULL);
    cluster_delete(c, "core.oam.dev/v1beta1", "Application", "default", "odd");
    cluster_until(c, all_gone, NULL, SETTLE_MS, "the Application gone though its object's kind went first");
}

START_TEST(a_kind_that_goes_with_its_crd_holds_nothing_up) {
    cluster_run(crd_gone);
}
END_TEST

/* ---- many ---- */

static bool all_deployed(cluster_t *c, void *arg) {
    (void)arg;
    return cluster_count(c, "apps/v1", "Deployment", "default") == MANY;
}

static bool all_running(cluster_t *c, void *arg) {
    (void)arg;
    arena_t *a = arena_create();
    err_t err = ERROR_INIT;
    const api_resource_t *r = mapping_find(c->mapping, STR("core.oam.dev/v1beta1"), STR("Application"), &err);
    const jv_t *items = jv_getc(api_list(c->api, r, STR("default"), NULL, a, &err), "items");
    size_t n = 0;
    for (size_t i = 0; i < jv_count(items); i++)
        n += str_eqc(jv_path_str(jv_at(items, i), "status", "status", NULL), "running");
    arena_destroy(a);
    return n == MANY;
}

static void create_many(cluster_t *c) {
    for (int i = 0; i < MANY; i++) {
        char name[16];
        snprintf(name, sizeof name, "app-%d", i);
        application(c, name, "nginx:1");
    }
}

static void many(cluster_t *c) {
    cluster_definitions(c);
    cluster_start_velella(c, "--kube-api-qps=2000", "--kube-api-burst=2000", NULL);
    int64_t began = loop_clock();
    create_many(c);
    ck_assert_int_eq(cluster_threads(c->velella), 1);
    cluster_until(c, all_deployed, NULL, MANY_MS, "200 Deployments");
    int64_t deployed = loop_clock() - began;
    ck_assert_int_eq(cluster_threads(c->velella), 1);
    cluster_until(c, all_running, NULL, MANY_MS, "200 Applications running");
    fiber_sleep(1500, NULL); /* events and late reconciles count too */
    printf("%d Applications: all deployed after %lld ms, running after %lld ms\n", MANY, (long long)deployed,
           (long long)(loop_clock() - began - 1500));
    uint64_t total = cluster_requests(c, true);
    printf("requests per Application: %.1f (at most %d)\n", (double)total / MANY, MOST_REQUESTS);
    ck_assert_uint_le(total, (uint64_t)MANY * MOST_REQUESTS);
}

/* With the watches two seconds behind, no reconcile may work from a cluster older than its own last write: it takes
 * longer, and not one request more. */
static void held_back(cluster_t *c) {
    char path[128];
    snprintf(path, sizeof path, "%s/proxied", c->dir);
    proxy_t *proxy = proxy_create(c->loop, c->kubeconfig, path, HOLD_MS);
    c->velella_kubeconfig = path;
    many(c);
    cluster_kill(&c->velella, SIGTERM);
    proxy_destroy(proxy);
}

START_TEST(watches_held_back_cost_no_request_more) {
    cluster_run(held_back);
}
END_TEST

START_TEST(two_hundred_applications_in_one_thread_and_few_requests) {
    cluster_run(many);
}
END_TEST

/* ---- memory and start ---- */

static void small(cluster_t *c) {
    c->definitions = suite_shared("upstream/definitions");
    cluster_definitions(c);
    application(c, "before", "nginx:1"); /* there before velella starts */
    int64_t began = loop_clock();
    cluster_start_velella(c, NULL);
    int64_t ms =
        cluster_until(c, is_there, (void *)"before", SETTLE_MS, "the Deployment of an Application that was there");
    printf("start to Deployment: %lld ms (looked at every 20 ms)\n", (long long)(ms >= 0 ? loop_clock() - began : 0));
    cluster_phase(c, "default", "before", "running", SETTLE_MS);
    /* the demo's Application */
    cluster_create(
        c,
        "{\"apiVersion\":\"core.oam.dev/"
        "v1beta1\",\"kind\":\"Application\",\"metadata\":{\"name\":\"shop\",\"namespace\":"
        "\"default\"},\"spec\":{\"components\":[{\"name\":\"front\",\"type\":\"webservice\",\"properties\":{\"image\":"
        "\"nginx:1.25\",\"ports\":[{\"port\":80}]},\"traits\":[{\"type\":\"scaler\",\"properties\":{\"replicas\":2}},{"
        "\"type\":"
        "\"gateway\",\"properties\":{\"domain\":\"shop.example\",\"http\":{\"/\":80}}}]},{\"name\":\"orders\",\"type\":"
        "\"worker\",\"properties\":{\"image\":\"busybox:1.36\",\"cmd\":[\"sleep\",\"86400\"]},\"traits\":[{\"type\":"
        "\"env\","
        "\"properties\":{\"env\":{\"QUEUE\":\"orders\"}}}]}]}}");
    cluster_phase(c, "default", "shop", "running", SETTLE_MS);
    long kb = cluster_rss(c->velella);
    printf("resident: %.1f MB with %zu component definitions\n", (double)kb / 1024,
           cluster_count(c, "core.oam.dev/v1beta1", "ComponentDefinition", ""));
#if !SANITIZED
    ck_assert_int_le(kb, 12 * 1024);
    ck_assert_int_le(ms, 140); /* 100 ms, and the time between two looks and of the test's own requests */
#endif
}

START_TEST(it_starts_fast_and_stays_small) {
    cluster_run(small);
}
END_TEST

/* ---- crashes ---- */

static void crash(cluster_t *c) {
    begin(c);
    for (int round = 0; round < 6; round++) {
        char name[16];
        snprintf(name, sizeof name, "crash-%d", round);
        application(c, name, "nginx:1");
        fiber_sleep(5 + 15 * round, NULL);
        cluster_kill(&c->velella, SIGKILL);
        cluster_start_velella(c, NULL);
    }
    for (int round = 0; round < 6; round++) {
        char name[16];
        snprintf(name, sizeof name, "crash-%d", round);
        cluster_phase(c, "default", name, "running", SETTLE_MS);
    }
    ck_assert_uint_eq(cluster_count(c, "core.oam.dev/v1beta1", "ApplicationRevision", "default"), 6);
    ck_assert_uint_eq(cluster_count(c, "core.oam.dev/v1beta1", "ResourceTracker", ""), 6);
    ck_assert_uint_eq(cluster_count(c, "apps/v1", "Deployment", "default"), 6);
    cluster_delete(c, "core.oam.dev/v1beta1", "Application", "default", "crash-0");
    fiber_sleep(3, NULL);
    cluster_kill(&c->velella, SIGKILL);
    cluster_start_velella(c, NULL);
    for (int i = 1; i < 6; i++) {
        char name[16];
        snprintf(name, sizeof name, "crash-%d", i);
        cluster_delete(c, "core.oam.dev/v1beta1", "Application", "default", name);
    }
    cluster_until(c, all_gone, NULL, SETTLE_MS, "nothing left after crashes and deletions");
}

START_TEST(killed_at_any_moment_it_ends_in_the_same_state) {
    cluster_run(crash);
}
END_TEST

/* The server makes itself a new CA at each start: velella is told not to look at it. */
static void trust_anything(cluster_t *c, char *path, size_t size) {
    arena_t *a = arena_create();
    kubeconfig_t k;
    buf_t b;
    buf_init(&b);
    ck_assert(kubeconfig_load(a, c->kubeconfig, NULL, &k, NULL));
    k.ca_data = STR_NONE;
    k.insecure = true;
    kubeconfig_write(&b, &k, STR("test"));
    snprintf(path, size, "%s/insecure", c->dir);
    FILE *f = fopen(path, "w");
    ck_assert_ptr_nonnull(f);
    fwrite(b.p, 1, b.n, f);
    fclose(f);
    buf_release(&b);
    arena_destroy(a);
    c->velella_kubeconfig = path;
}

static void empty_server(cluster_t *c) {
    char path[128];
    trust_anything(c, path, sizeof path);
    begin(c);
    application(c, "old", "nginx:1");
    cluster_phase(c, "default", "old", "running", SETTLE_MS);
    cluster_restart_server(c); /* empty: low versions, no Application */
    cluster_definitions(c);
    application(c, "new", "nginx:1");
    cluster_phase(c, "default", "new", "running", 40000);
    ck_assert_ptr_null(deployment(c, "old"));
    ck_assert_int_eq(kill(c->velella, 0), 0);
    application(c, "old", "nginx:2");
    cluster_phase(c, "default", "old", "running", SETTLE_MS);
    ck_assert(str_eqc(image_of(c, "old"), "nginx:2"));
}

START_TEST(a_server_that_comes_back_empty_is_listed_anew) {
    cluster_run(empty_server);
}
END_TEST

SUITE(thread, an_application_lives_changes_is_repaired_and_goes, a_removed_component_is_collected_and_the_others_stay,
      a_generation_without_a_revision_keeps_its_objects, revisions_whose_names_are_taken_don_t_stop_it,
      a_kind_that_goes_with_its_crd_holds_nothing_up, a_change_that_races_with_our_writes_is_not_lost,
      two_hundred_applications_in_one_thread_and_few_requests, watches_held_back_cost_no_request_more,
      it_starts_fast_and_stays_small, killed_at_any_moment_it_ends_in_the_same_state,
      a_server_that_comes_back_empty_is_listed_anew)
