/* Health, messages and details from a definition's templates on live objects. */
#include "test/suite.h"
#include "handlers/health.h"

static arena_t *a;

static jv_t *json(const char *text) {
    err_t err = ERROR_INIT;
    jv_t *v = jv_parse(a, str_c(text), &err);
    ck_assert_msg(v != NULL, "%s: %s", text, error_text(&err));
    return v;
}

static health_result_t evaluate(const definition_t *d, const char *output, const char *outputs, const char *parameter,
                                bool good) {
    appfile_t af = {.name = STR("shop"), .revision_name = STR("shop-v1")};
    health_result_t r;
    err_t err = ERROR_INIT;
    jv_t *p = parameter ? json(parameter) : NULL;
    jv_t *context = health_context(a, &af, STR("web"), output ? json(output) : NULL, outputs ? json(outputs) : NULL, p);
    bool ok = health_evaluate(a, NULL, NULL, d, context, p, &r, &err);
    ck_assert_msg(ok == good, "want %s: %s", good ? "no error" : "an error", error_text(&err));
    error_release(&err);
    return r;
}

static definition_t of(const char *health, const char *message, const char *details) {
    return (definition_t){.name = STR("d"),
                          .health_policy = str_c(health),
                          .custom_status = str_c(message),
                          .status_details = str_c(details)};
}

START_TEST(no_templates_mean_healthy) {
    a = arena_create();
    definition_t d = of("", "", "");
    health_result_t r = evaluate(&d, "{}", NULL, NULL, true);
    ck_assert(r.healthy && r.message.n == 0 && !r.details);
    arena_destroy(a);
}
END_TEST

START_TEST(a_policy_reads_the_live_object) {
    a = arena_create();
    definition_t d = of("isHealth: context.output.status.ready == parameter.want",
                        "message: \"\\(context.appName): "
                        "\\(context.output.status.ready)\"",
                        "");
    ck_assert(evaluate(&d, "{\"status\":{\"ready\":2}}", NULL, "{\"want\":2}", true).healthy);
    health_result_t r = evaluate(&d, "{\"status\":{\"ready\":1}}", NULL, "{\"want\":2}", true);
    ck_assert(!r.healthy);
    ck_assert_msg(str_eqc(r.message, "shop: 1"), "%s", r.message.p);
    arena_destroy(a);
}
END_TEST

START_TEST(a_status_that_is_not_there_is_unhealthy) {
    a = arena_create();
    definition_t d = of("isHealth: context.output.status.ready == 1", "", "");
    ck_assert(!evaluate(&d, "{}", NULL, NULL, false).healthy);
    definition_t broken = of("isHealth: {", "", "");
    ck_assert(!evaluate(&broken, "{}", NULL, NULL, false).healthy);
    definition_t typed = of("isHealth: \"yes\"", "", "");
    ck_assert(!evaluate(&typed, "{}", NULL, NULL, false).healthy);
    arena_destroy(a);
}
END_TEST

START_TEST(a_message_needs_a_decided_template) {
    a = arena_create();
    definition_t d =
        of("isHealth: true\nif context.output.n > 0 {x: 1}", "message: \"m\"\nif context.output.n > 0 {x: 1}", "");
    health_result_t r = evaluate(&d, "{}", NULL, NULL, false);
    ck_assert(r.healthy && r.message.n == 0);
    r = evaluate(&d, "{\"n\":0}", NULL, NULL, true);
    ck_assert(r.healthy && str_eqc(r.message, "m"));
    arena_destroy(a);
}
END_TEST

START_TEST(traits_see_their_outputs) {
    a = arena_create();
    definition_t d = of("isHealth: len([for k, v in context.outputs if v.ok {k}]) == 1", "", "");
    ck_assert(evaluate(&d, NULL, "{\"x\":{\"ok\":true},\"y\":{\"ok\":false}}", NULL, true).healthy);
    arena_destroy(a);
}
END_TEST

START_TEST(details_are_strings_and_known_to_the_message) {
    a = arena_create();
    definition_t d =
        of("isHealth: context.status.details.n > 1",
           "message: \"\\(context.status.healthy) \\(context.status.details.$hidden)\"",
           "n: 2\n$hidden: \"h\"\nsecret: 3 @local()\nlist: [1, 2]\nmissing: context.output.gone\ns: \"text\"");
    health_result_t r = evaluate(&d, "{}", NULL, NULL, true);
    ck_assert(r.healthy);
    ck_assert_msg(str_eqc(r.message, "true h"), "%s", r.message.p);
    ck_assert_msg(jv_equal(r.details, json("{\"n\":\"2\",\"list\":\"[1, 2]\",\"missing\":\"_|_\",\"s\":\"text\"}")),
                  "%s", jv_text(a, r.details).p);
    arena_destroy(a);
}
END_TEST

static definition_t builtin(definition_kind_t kind, const char *name) {
    err_t err = ERROR_INIT;
    definition_set_t *s = definition_set_create(a);
    ck_assert_msg(definition_set_add_builtin(s, &err), "%s", error_text(&err));
    definition_source_t source = definition_set_source(s);
    const jv_t *m = source.find(source.arg, a, kind, str_c(name), &err);
    definition_t d;
    ck_assert_msg(m && definition_read(m, &d, &err), "%s", error_text(&err));
    return d;
}

#define DEPLOYMENT(status, annotations)                                                                                \
    "{\"metadata\":{\"generation\":3" annotations "},\"spec\":{\"replicas\":2},\"status\":{" status "}}"
#define SETTLED "\"replicas\":2,\"readyReplicas\":2,\"updatedReplicas\":2,\"observedGeneration\":3"

START_TEST(builtin_webservice_waits_for_its_replicas) {
    a = arena_create();
    definition_t d = builtin(DEFINITION_COMPONENT, "webservice");
    health_result_t r = evaluate(&d, DEPLOYMENT("", ""), NULL, "{}", true);
    ck_assert(!r.healthy);
    ck_assert_msg(str_eqc(r.message, "Ready:0/2"), "%s", r.message.p);
    r = evaluate(&d, DEPLOYMENT(SETTLED, ""), NULL, "{}", true);
    ck_assert(r.healthy);
    ck_assert_msg(str_eqc(r.message, "Ready:2/2"), "%s", r.message.p);
    const char *stale =
        DEPLOYMENT("\"replicas\":2,\"readyReplicas\":2,\"updatedReplicas\":2,\"observedGeneration\":2", "");
    ck_assert(!evaluate(&d, stale, NULL, "{}", true).healthy);
    const char *waived = DEPLOYMENT("", ",\"annotations\":{\"app.oam.dev/disable-health-check\":\"true\"}");
    ck_assert(evaluate(&d, waived, NULL, "{}", true).healthy);
    arena_destroy(a);
}
END_TEST

START_TEST(builtin_expose_waits_for_a_load_balancer) {
    a = arena_create();
    definition_t d = builtin(DEFINITION_TRAIT, "expose");
    health_result_t r =
        evaluate(&d, NULL, "{\"service\":{\"spec\":{\"type\":\"ClusterIP\",\"clusterIP\":\"10.0.0.9\"}}}", "{}", true);
    ck_assert(r.healthy);
    ck_assert_msg(str_eqc(r.message, "ClusterIP: 10.0.0.9"), "%s", r.message.p);
    r = evaluate(&d, NULL, "{\"service\":{\"spec\":{\"type\":\"LoadBalancer\"},\"status\":{\"loadBalancer\":{}}}}",
                 "{}", true);
    ck_assert(!r.healthy);
    ck_assert_msg(str_eqc(r.message, "ExternalIP: Pending"), "%s", r.message.p);
    r = evaluate(&d, NULL,
                 "{\"service\":{\"spec\":{\"type\":\"LoadBalancer\"},\"status\":{\"loadBalancer\":{\"ingress\":"
                 "[{\"ip\":\"1.2.3.4\"}]}}}}",
                 "{}", true);
    ck_assert(r.healthy);
    ck_assert_msg(str_eqc(r.message, "ExternalIP: 1.2.3.4"), "%s", r.message.p);
    arena_destroy(a);
}
END_TEST

SUITE(health, no_templates_mean_healthy, a_policy_reads_the_live_object, a_status_that_is_not_there_is_unhealthy,
      a_message_needs_a_decided_template, traits_see_their_outputs, details_are_strings_and_known_to_the_message,
      builtin_webservice_waits_for_its_replicas, builtin_expose_waits_for_a_load_balancer)
