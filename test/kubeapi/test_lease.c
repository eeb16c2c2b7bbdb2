#include "kubeapi/lease.h"
#include "kubeapi/moment.h"
#include "test/kubeapi/mini.h"

#include <unistd.h>

/* A server that keeps one Lease, with versions. */
typedef struct cluster {
    char *lease; /* NULL: none */
    int version, writes;
    bool away;
    int started, stopped;
    char observed[256], why[256];
    lease_t *l;
    bool ended;
} cluster_t;

static void put(cluster_t *c, const jv_t *object) {
    arena_t *a = arena_create();
    jv_t *v = jv_copy(a, object);
    jv_set_path(a, v, jv_stringf(a, "%d", ++c->version), "metadata", "resourceVersion", NULL);
    str_t text = jv_text(a, v);
    mem_free(c->lease);
    c->lease = mem_strndup(text.p, text.n);
    arena_destroy(a);
}

static void serve(http_exchange_t *x, void *arg) {
    cluster_t *c = ((mini_t *)arg)->data;
    str_t method = http_method(x);
    arena_t *a = http_arena(x);
    if (c->away) {
        mini_json(x, 503, "{}");
        return;
    }
    if (str_eqc(method, "GET")) {
        mini_json(x, c->lease ? 200 : 404, c->lease ? c->lease : "{\"kind\":\"Status\",\"message\":\"not found\"}");
        return;
    }
    jv_t *v = jv_parse(a, http_body(x), NULL), *now = c->lease ? jv_parse(a, str_c(c->lease), NULL) : NULL;
    bool creates = str_eqc(method, "POST");
    ck_assert(str_eqc(http_path(x), creates ? "/apis/coordination.k8s.io/v1/namespaces/sys/leases"
                                            : "/apis/coordination.k8s.io/v1/namespaces/sys/leases/kubevela"));
    if (creates ? c->lease != NULL
                : !str_eq(jv_path_str(v, "metadata", "resourceVersion", NULL),
                          jv_path_str(now, "metadata", "resourceVersion", NULL))) {
        mini_json(x, 409, "{\"kind\":\"Status\",\"reason\":\"Conflict\",\"message\":\"changed\"}");
        return;
    }
    c->writes++;
    put(c, v);
    mini_json(x, 200, c->lease);
}

static void started(void *arg) {
    cluster_t *c = arg;
    c->started++;
}
static void stopped(void *arg, const err_t *why) {
    cluster_t *c = arg;
    c->stopped++;
    snprintf(c->why, sizeof c->why, "%s", error_text(why));
}
static void observed(void *arg, str_t holder) {
    cluster_t *c = arg;
    snprintf(c->observed + strlen(c->observed), sizeof c->observed - strlen(c->observed), STR_FMT " ", STR_ARG(holder));
}
static void ended(void *arg) {
    ((cluster_t *)arg)->ended = true;
}

static const lease_events_t ev = {started, stopped, observed};

static lease_t *elect(mini_t *m, cluster_t *c) {
    lease_options_t o = {.ns = STR("sys"),
                         .name = STR("kubevela"),
                         .identity = STR("me"),
                         .duration_ms = 3000,
                         .renew_ms = 1500,
                         .retry_ms = 100};
    c->l = lease_start(m->api, &o, &ev, c, NULL);
    return c->l;
}

static void until(bool (*what)(cluster_t *c), cluster_t *c) {
    for (int i = 0; !what(c) && i < 600; i++)
        ck_assert(fiber_sleep(10, NULL));
    ck_assert(what(c));
}
static bool has_started(cluster_t *c) {
    return c->started > 0;
}
static bool has_stopped(cluster_t *c) {
    return c->stopped > 0;
}
static bool has_ended(cluster_t *c) {
    return c->ended;
}
static bool has_renewed(cluster_t *c) {
    return c->writes >= 4;
}

static jv_t *spec_of(mini_t *m, cluster_t *c) {
    return jv_getc(jv_parse(m->a, str_c(c->lease), NULL), "spec");
}

static void run(cluster_t *c, void (*body)(mini_t *m)) {
    mini_t m = {.data = c};
    api_config_t config = {0};
    mini_listen(&m, serve, &config);
    mini_run(&m, body);
    lease_destroy(c->l);
    mini_end(&m);
    mem_free(c->lease);
}

static void alone(mini_t *m) {
    cluster_t *c = m->data;
    lease_t *l = elect(m, c);
    ck_assert(!lease_held(l));
    until(has_started, c);
    ck_assert(lease_held(l) && str_eqc(lease_holder(l), "me"));
    jv_t *spec = spec_of(m, c);
    int64_t n, at;
    ck_assert(str_eqc(jv_str(jv_getc(spec, "holderIdentity")), "me"));
    ck_assert(jv_as_int(jv_getc(spec, "leaseTransitions"), &n) && n == 0);
    ck_assert(jv_as_int(jv_getc(spec, "leaseDurationSeconds"), &n) && n == 3);
    ck_assert(moment_parse(jv_str(jv_getc(spec, "renewTime")), &at) && moment_now() - at < 5000000);
    str_t acquired = jv_str(jv_getc(spec, "acquireTime"));
    until(has_renewed, c);
    ck_assert(str_eq(jv_str(jv_getc(spec_of(m, c), "acquireTime")), acquired));
    ck_assert(!str_eq(jv_str(jv_getc(spec_of(m, c), "renewTime")), jv_str(jv_getc(spec, "renewTime"))));
    ck_assert_str_eq(c->observed, "me ");
    lease_stop(l, ended, c);
    until(has_ended, c);
    ck_assert(!lease_held(l));
    ck_assert(str_eqc(jv_str(jv_getc(spec_of(m, c), "holderIdentity")), ""));
    ck_assert_int_eq(c->stopped, 0);
}

START_TEST(a_lease_is_made_renewed_and_given_up) {
    cluster_t c = {0};
    run(&c, alone);
}
END_TEST

#define HELD(seconds)                                                                                                  \
    "{\"metadata\":{\"name\":\"kubevela\",\"resourceVersion\":\"7\"},\"spec\":{\"holderIdentity\":\"other\","          \
    "\"leaseDurationSeconds\":" seconds ",\"leaseTransitions\":3,\"acquireTime\":\"2020-01-01T00:00:00.000000Z\","     \
    "\"renewTime\":\"2020-01-01T00:00:00.000000Z\"}}"

static void held_by_other(mini_t *m) {
    cluster_t *c = m->data;
    int64_t from = loop_clock(), n;
    c->version = 7;
    c->lease = mem_strndup(HELD("1"), sizeof HELD("1") - 1);
    elect(m, c);
    until(has_started, c);
    ck_assert_int_ge(loop_clock() - from, 1000); /* by our own clock, whatever its renewTime says */
    ck_assert_str_eq(c->observed, "other me ");
    ck_assert(jv_as_int(jv_getc(spec_of(m, c), "leaseTransitions"), &n) && n == 4);
}

START_TEST(a_lease_that_is_not_renewed_is_taken_after_its_duration) {
    cluster_t c = {0};
    run(&c, held_by_other);
}
END_TEST

static void server_away(mini_t *m) {
    cluster_t *c = m->data;
    lease_t *l = elect(m, c);
    until(has_started, c);
    c->away = true;
    until(has_stopped, c);
    ck_assert(!lease_held(l));
    ck_assert_msg(c->why[0], "no reason");
}

START_TEST(a_lease_that_can_not_be_renewed_is_lost) {
    cluster_t c = {0};
    run(&c, server_away);
}
END_TEST

static void stolen(mini_t *m) {
    cluster_t *c = m->data;
    lease_t *l = elect(m, c);
    until(has_started, c);
    put(c, jv_parse(m->a, STR(HELD("60")), NULL));
    until(has_stopped, c);
    ck_assert(!lease_held(l));
    ck_assert_str_eq(c->why, "other holds it");
}

START_TEST(a_lease_that_another_took_is_lost) {
    cluster_t c = {0};
    run(&c, stolen);
}
END_TEST

static void slept(mini_t *m) {
    static const api_resource_t maps = {.version = STR("v1"),
                                        .plural = STR("configmaps"),
                                        .kind = STR("ConfigMap"),
                                        .namespaced = true};
    cluster_t *c = m->data;
    err_t err = ERROR_INIT;
    lease_t *l = elect(m, c);
    api_set_write_guard(m->api, lease_held, l);
    until(has_started, c);
    usleep(1700 * 1000); /* as a process stopped by a signal would: nothing runs */
    ck_assert(!lease_held(l));
    int writes = c->writes;
    ck_assert_ptr_null(api_create_object(m->api, &maps, STR("sys"), jv_object(m->a), NULL, m->a, &err));
    ck_assert_int_eq(err.code, ERR_CANCELLED);
    error_release(&err);
    until(has_stopped, c);
    ck_assert_int_eq(c->writes, writes); /* it doesn't take the lease up again either */
}

START_TEST(a_process_that_was_stopped_too_long_writes_nothing) {
    cluster_t c = {0};
    run(&c, slept);
}
END_TEST

static void destroyed(mini_t *m) {
    cluster_t *c = m->data;
    lease_destroy(elect(m, c));
    c->l = NULL;
    elect(m, c);
    until(has_started, c);
    lease_destroy(c->l);
    c->l = NULL;
    ck_assert(fiber_sleep(50, NULL));
    ck_assert_int_eq(c->stopped, 0);
}

START_TEST(a_lease_can_be_dropped_at_any_time) {
    cluster_t c = {0};
    run(&c, destroyed);
}
END_TEST

START_TEST(times_are_read_and_written_as_the_api_has_them) {
    char text[MOMENT_MAX];
    int64_t us;
    ck_assert(moment_parse(STR("2026-11-24T22:27:55.166617Z"), &us));
    ck_assert(str_eqc(moment_micro(us, text), "2026-11-24T22:27:55.166617Z"));
    ck_assert(str_eqc(moment_time(us, text), "2026-11-24T22:27:55Z"));
    ck_assert(moment_parse(STR("2026-11-25T00:27:55+02:00"), &us));
    ck_assert(str_eqc(moment_time(us, text), "2026-11-24T22:27:55Z"));
    static const char *const bad[] = {"",
                                      "2026-11-24",
                                      "2026-13-24T22:27:55Z",
                                      "2026-11-24T22:27:55",
                                      "2026-11-24T22:27:55.Z",
                                      "2026-11-24T22:27:55Zx",
                                      "2026-11-24 22:27:55Z"};
    for (size_t i = 0; i < sizeof bad / sizeof *bad; i++)
        ck_assert_msg(!moment_parse(str_c(bad[i]), &us), "%s", bad[i]);
}
END_TEST

SUITE(lease, a_lease_is_made_renewed_and_given_up, a_lease_that_is_not_renewed_is_taken_after_its_duration,
      a_lease_that_can_not_be_renewed_is_lost, a_lease_that_another_took_is_lost,
      a_process_that_was_stopped_too_long_writes_nothing, a_lease_can_be_dropped_at_any_time,
      times_are_read_and_written_as_the_api_has_them)
