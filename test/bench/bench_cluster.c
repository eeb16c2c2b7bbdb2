/* What velella costs at work, beside the embedded API server: rows of a Markdown table on stdout. A Check suite, so
 * that each measurement has servers of its own and a failed one is named. Run by test/bench/run.sh. */
#include "test/integration/cluster.h"

#include <signal.h>
#include <time.h>

enum { STARTS = 7, POSTS = 21, MANY = 200, HANDS = 8, WAIT_MS = 30000, MOST_ROUNDS = 32 };

static int64_t now_us(void) {
    struct timespec t;
    clock_gettime(CLOCK_MONOTONIC, &t);
    return (int64_t)t.tv_sec * 1000000 + t.tv_nsec / 1000;
}

static int ascending(const void *a, const void *b) {
    int64_t x = *(const int64_t *)a, y = *(const int64_t *)b;
    return (x > y) - (x < y);
}

static double median_ms(int64_t *us, size_t n) {
    qsort(us, n, sizeof *us, ascending);
    return (double)us[n / 2] / 1000;
}

/* ---- what the server tells us, as soon as it tells it ---- */

typedef struct watched {
    informers_t *set;
    informer_t *deployments, *apps;
    arena_t *a; /* for one body at a time */
    size_t made, running;
    int64_t last_made_us, last_running_us;
} watched_t;

static void deployment_changed(void *arg, informer_t *i, const store_entry_t *before, const store_entry_t *after) {
    watched_t *w = arg;
    (void)i;
    if (before || !after)
        return;
    w->made++;
    w->last_made_us = now_us();
}

static bool runs(watched_t *w, const store_entry_t *e) {
    if (!e)
        return false;
    arena_reset(w->a);
    return str_eqc(jv_path_str(store_body(e, w->a, NULL), "status", "status", NULL), "running");
}

static void app_changed(void *arg, informer_t *i, const store_entry_t *before, const store_entry_t *after) {
    watched_t *w = arg;
    (void)i;
    if (runs(w, before) || !runs(w, after))
        return;
    w->running++;
    w->last_running_us = now_us();
}

static informer_t *watch(cluster_t *c, informers_t *set, const char *api_version, const char *kind, store_form_t form) {
    err_t err = ERROR_INIT;
    informer_spec_t spec = {.resource = mapping_find(c->mapping, str_c(api_version), str_c(kind), &err),
                            .ns = STR("default"),
                            .form = form};
    informer_t *i = spec.resource ? informer_start(set, &spec, &err) : NULL;
    ck_assert_msg(i && informer_wait(i, WAIT_MS, &err), "%s", error_text(&err));
    return i;
}

static void watch_begin(cluster_t *c, watched_t *w) {
    static const informer_events_t on_deployment = {deployment_changed, NULL}, on_app = {app_changed, NULL};
    *w = (watched_t){.set = informers_create(c->api), .a = arena_create()};
    w->deployments = watch(c, w->set, "apps/v1", "Deployment", STORE_METADATA);
    w->apps = watch(c, w->set, "core.oam.dev/v1beta1", "Application", STORE_WHOLE);
    informer_on(w->deployments, &on_deployment, w);
    informer_on(w->apps, &on_app, w);
}

static void watch_end(watched_t *w) {
    informers_destroy(w->set);
    arena_destroy(w->a);
}

static void wait_for(const size_t *count, size_t wanted, const char *what) {
    int64_t began = loop_clock();
    while (*count < wanted) {
        ck_assert_msg(loop_clock() - began < WAIT_MS, "not in time: %s (%zu of %zu)", what, *count, wanted);
        fiber_sleep(1, NULL);
    }
}

static void application(cluster_t *c, const char *name) {
    cluster_create(c,
                   "{\"apiVersion\":\"core.oam.dev/v1beta1\",\"kind\":\"Application\",\"metadata\":{\"name\":\"%s\","
                   "\"namespace\":\"default\"},\"spec\":{\"components\":[{\"name\":\"%s\",\"type\":\"webservice\","
                   "\"properties\":{\"image\":\"nginx:1.27\"}}]}}",
                   name, name);
}

/* ---- memory ---- */

static void resident(cluster_t *c) {
    cluster_definitions(c);
    cluster_start_velella(c, NULL);
    application(c, "one");
    cluster_phase(c, "default", "one", "running", WAIT_MS);
    fiber_sleep(500, NULL);
    size_t definitions = 0;
    static const char *const kinds[] = {"ComponentDefinition", "TraitDefinition", "PolicyDefinition",
                                        "WorkflowStepDefinition"};
    for (size_t i = 0; i < sizeof kinds / sizeof *kinds; i++)
        definitions += cluster_count(c, "core.oam.dev/v1beta1", kinds[i], "");
    printf("| resident, %s %zu definitions and one Application | %ld kB |\n",
           c->definitions ? "upstream's" : "velella's", definitions, cluster_rss(c->velella));
    if (!c->definitions)
        printf("| threads | %d |\n", cluster_threads(c->velella));
}

START_TEST(resident_with_the_built_in_definitions) {
    cluster_run(resident);
}
END_TEST

static void resident_upstream(cluster_t *c) {
    c->definitions = suite_shared("upstream/definitions");
    if (c->definitions)
        resident(c);
}

START_TEST(resident_with_upstreams_definitions) {
    cluster_run(resident_upstream);
}
END_TEST

/* ---- time ---- */

static bool nothing_left(cluster_t *c, void *arg) {
    (void)arg;
    return cluster_count(c, "core.oam.dev/v1beta1", "Application", "default") == 0 &&
           cluster_count(c, "apps/v1", "Deployment", "default") == 0;
}

static void starts(cluster_t *c) {
    watched_t w;
    int64_t us[STARTS];
    cluster_definitions(c);
    watch_begin(c, &w);
    for (size_t i = 0; i < STARTS; i++) {
        application(c, "before");
        int64_t began = now_us();
        cluster_start_velella(c, NULL);
        wait_for(&w.made, i + 1, "the Deployment");
        us[i] = w.last_made_us - began;
        wait_for(&w.running, i + 1, "running");
        cluster_delete(c, "core.oam.dev/v1beta1", "Application", "default", "before");
        cluster_until(c, nothing_left, NULL, WAIT_MS, "everything deleted");
        cluster_kill(&c->velella, SIGTERM);
    }
    printf("| start of the process to the Deployment of an Application that was there, median of %d | %.0f ms |\n",
           STARTS, median_ms(us, STARTS));
    watch_end(&w);
}

START_TEST(from_start_to_the_first_deployment) {
    cluster_run(starts);
}
END_TEST

static void posts(cluster_t *c) {
    watched_t w;
    int64_t made[POSTS], running[POSTS];
    cluster_definitions(c);
    cluster_start_velella(c, NULL);
    watch_begin(c, &w);
    application(c, "first"); /* compiles the template */
    wait_for(&w.running, 1, "running");
    for (size_t i = 0; i < POSTS; i++) {
        char name[16];
        snprintf(name, sizeof name, "app-%zu", i);
        fiber_sleep(150, NULL); /* the rate limit of 50 requests a second stays out of it */
        int64_t began = now_us();
        application(c, name);
        wait_for(&w.made, i + 2, "the Deployment");
        made[i] = w.last_made_us - began;
        wait_for(&w.running, i + 2, "running");
        running[i] = w.last_running_us - began;
    }
    printf("| POST of an Application to its Deployment, median of %d | %.1f ms |\n", POSTS, median_ms(made, POSTS));
    printf("| the same until it is `running`, 400 ms of them the simulated kubelet's | %.0f ms |\n",
           median_ms(running, POSTS));
    watch_end(&w);
}

START_TEST(from_post_to_deployment) {
    cluster_run(posts);
}
END_TEST

/* ---- many ---- */

static double cpu_seconds(pid_t pid) {
    char path[64];
    unsigned long long ns = 0;
    snprintf(path, sizeof path, "/proc/%d/schedstat", pid);
    FILE *f = fopen(path, "r");
    ck_assert_ptr_nonnull(f);
    ck_assert_int_eq(fscanf(f, "%llu", &ns), 1);
    fclose(f);
    return (double)ns / 1e9;
}

typedef struct hand {
    cluster_t *c;
    int from, to;
    size_t *over;
} hand_t;

static void hand(void *arg) {
    hand_t *h = arg;
    for (int i = h->from; i < h->to; i++) {
        char name[16];
        snprintf(name, sizeof name, "app-%d", i);
        application(h->c, name);
    }
    ++*h->over;
}

static void create_many(cluster_t *c) {
    hand_t hands[HANDS];
    size_t over = 0;
    for (int i = 0; i < HANDS; i++) {
        hands[i] = (hand_t){c, i * MANY / HANDS, (i + 1) * MANY / HANDS, &over};
        fiber_start(c->loop, "hand", hand, &hands[i], NULL, NULL);
    }
    wait_for(&over, HANDS, "all created");
}

/* Bytes that one cached object takes, kept as velella keeps it. */
static void cached(cluster_t *c, informers_t *set, const char *api_version, const char *kind) {
    static const store_form_t forms[] = {STORE_WHOLE, STORE_METADATA};
    size_t bytes[2], n = 0;
    for (size_t i = 0; i < 2; i++) {
        store_stats_t s = informer_stats(watch(c, set, api_version, kind, forms[i])).store;
        n = s.objects;
        bytes[i] = n ? s.bytes / n : 0;
    }
    if (n)
        printf("| memory for a cached %s, whole; its metadata alone (mean of %zu) | %zu; %zu bytes |\n", kind, n,
               bytes[0], bytes[1]);
}

static void many(cluster_t *c) {
    watched_t w;
    cluster_definitions(c);
    cluster_start_velella(c, "--kube-api-qps=2000", "--kube-api-burst=2000", NULL);
    watch_begin(c, &w);
    application(c, "first");
    wait_for(&w.running, 1, "running");
    fiber_sleep(500, NULL);
    double cpu = cpu_seconds(c->velella);
    uint64_t requests = cluster_requests(c, false);
    int64_t began = now_us();
    create_many(c);
    int64_t created = now_us();
    wait_for(&w.made, MANY + 1, "all Deployments");
    wait_for(&w.running, MANY + 1, "all running");
    fiber_sleep(1500, NULL); /* events and late reconciles count too */
    cpu = cpu_seconds(c->velella) - cpu;
    requests = cluster_requests(c, false) - requests;
    printf("| %d Applications at once¹: all accepted by the server | %.0f ms |\n", MANY,
           (double)(created - began) / 1e3);
    printf("| … the last Deployment | %.0f ms |\n", (double)(w.last_made_us - began) / 1e3);
    printf("| … all `running`, the kubelet's 400 ms included | %.0f ms |\n", (double)(w.last_running_us - began) / 1e3);
    printf("| … processor time of velella | %.2f s |\n", cpu);
    printf("| … requests for each Application | %.1f |\n", (double)requests / MANY);
    printf("| … resident with them | %ld kB |\n", cluster_rss(c->velella));
    cached(c, w.set, "apps/v1", "Deployment");
    watch_end(&w);
}

START_TEST(two_hundred_at_once) {
    cluster_run(many);
}
END_TEST

SUITE(bench, resident_with_the_built_in_definitions, resident_with_upstreams_definitions,
      from_start_to_the_first_deployment, from_post_to_deployment, two_hundred_at_once)
