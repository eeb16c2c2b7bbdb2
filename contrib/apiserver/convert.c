#include "contrib/apiserver/convert.h"

#include "contrib/apiserver/state.h"

/* ---- Events: events.k8s.io/v1 ↔ core/v1 ---- */

static const struct {
    const char *core, *events;
} event_fields[] = {
    {"involvedObject", "regarding"},
    {"message", "note"},
    {"count", "deprecatedCount"},
    {"firstTimestamp", "deprecatedFirstTimestamp"},
    {"lastTimestamp", "deprecatedLastTimestamp"},
    {"source", "deprecatedSource"},
    {"reportingComponent", "reportingController"},
};

static void rename_member(jv_t *v, const char *from, const char *to) {
    for (size_t i = 0; i < jv_count(v); i++)
        if (str_eqc(v->members[i].key, from))
            v->members[i].key = str_c(to);
}

static jv_t *event_to_core(arena_t *a, jv_t *v) {
    (void)a;
    for (size_t i = 0; i < sizeof event_fields / sizeof *event_fields; i++)
        rename_member(v, event_fields[i].events, event_fields[i].core);
    return v;
}

static jv_t *event_from_core(arena_t *a, jv_t *v) {
    for (size_t i = 0; i < sizeof event_fields / sizeof *event_fields; i++)
        rename_member(v, event_fields[i].core, event_fields[i].events);
    static const char *const empty[] = {"reportingController", "reportingInstance"};
    for (size_t i = 0; i < 2; i++)
        if (!jv_str(jv_getc(v, empty[i])).n)
            jv_removec(v, empty[i]);
    (void)a;
    return v;
}

/* ---- HorizontalPodAutoscaler: autoscaling/v1 ↔ v2. v1 has one metric; the others lie in an annotation there ---- */

static jv_t *cpu_metric(arena_t *a, jv_t *percent) {
    jv_t *m = jv_object(a);
    jv_setc(a, m, "type", jv_string(a, STR("Resource")));
    jv_set_path(a, m, jv_string(a, STR("cpu")), "resource", "name", NULL);
    jv_set_path(a, m, jv_string(a, STR("Utilization")), "resource", "target", "type", NULL);
    jv_set_path(a, m, percent, "resource", "target", "averageUtilization", NULL);
    return m;
}

static jv_t *hpa_to_v2(arena_t *a, jv_t *v) {
    jv_t *spec = jv_getc(v, "spec"), *percent = jv_getc(spec, "targetCPUUtilizationPercentage");
    jv_t *status = jv_getc(v, "status");
    if (percent) {
        jv_t *list = jv_array(a);
        jv_append(a, list, cpu_metric(a, percent));
        jv_removec(spec, "targetCPUUtilizationPercentage");
        jv_setc(a, spec, "metrics", list);
    }
    jv_removec(status, "currentCPUUtilizationPercentage");
    return v;
}

/* In the order of the old structs, as Go wrote them. */
static str_t written(arena_t *a, const jv_t *v) {
    buf_t b;
    buf_init_arena(&b, a);
    jv_write_pretty(&b, v, 0, false);
    /* Pretty text has blanks that JSON doesn't need: one pass takes them out. */
    char *p = arena_bytes(a, b.n + 1);
    size_t n = 0;
    bool quoted = false;
    for (size_t i = 0; i < b.n; i++) {
        char c = b.p[i];
        if (c == '"' && (!i || b.p[i - 1] != '\\'))
            quoted = !quoted;
        if (quoted || (c != ' ' && c != '\n'))
            p[n++] = c;
    }
    return str_n(p, n);
}

static void move(arena_t *a, jv_t *to, const char *as, jv_t *v) {
    if (v)
        jv_setc(a, to, as, v);
}

/* A metric as autoscaling/v1 has it in its annotation: the form of v2beta1. */
static jv_t *old_metric(arena_t *a, const jv_t *m) {
    static const char *const kinds[] = {"object", "pods", "resource", "containerResource", "external"};
    jv_t *out = jv_object(a);
    jv_setc(a, out, "type", jv_getc(m, "type"));
    for (size_t i = 0; i < sizeof kinds / sizeof *kinds; i++) {
        const jv_t *source = jv_getc(m, kinds[i]), *target = jv_getc(source, "target");
        if (!source)
            continue;
        jv_t *old = jv_object(a);
        jv_t *percent = jv_getc(target, "averageUtilization");
        move(a, old, "target", jv_getc(source, "describedObject"));
        move(a, old, "name", jv_getc(source, "name"));
        move(a, old, "metricName", jv_path(source, "metric", "name", NULL));
        if (i == 4)
            move(a, old, "metricSelector", jv_path(source, "metric", "selector", NULL));
        move(a, old, "targetAverageUtilization", percent);
        move(a, old, "targetValue", jv_getc(target, "value"));
        move(a, old, "targetAverageValue", jv_getc(target, "averageValue"));
        move(a, old, "container", jv_getc(source, "container"));
        if (i != 4)
            move(a, old, "selector", jv_path(source, "metric", "selector", NULL));
        jv_setc(a, out, kinds[i], old);
    }
    return out;
}

static jv_t *old_rules(arena_t *a, const jv_t *rules) {
    jv_t *out = jv_object(a), *list = jv_array(a), *policies = jv_getc(rules, "policies");
    if (!rules)
        return jv_null(a);
    for (size_t i = 0; i < jv_count(policies); i++) {
        jv_t *p = jv_object(a);
        move(a, p, "Type", jv_getc(jv_at(policies, i), "type"));
        move(a, p, "Value", jv_getc(jv_at(policies, i), "value"));
        move(a, p, "PeriodSeconds", jv_getc(jv_at(policies, i), "periodSeconds"));
        jv_append(a, list, p);
    }
    jv_t *window = jv_getc(rules, "stabilizationWindowSeconds");
    jv_setc(a, out, "StabilizationWindowSeconds", window ? window : jv_null(a));
    move(a, out, "SelectPolicy", jv_getc(rules, "selectPolicy"));
    jv_setc(a, out, "Policies", list);
    return out;
}

static jv_t *old_behavior(arena_t *a, const jv_t *b) {
    jv_t *out = jv_object(a);
    jv_setc(a, out, "ScaleUp", old_rules(a, jv_getc(b, "scaleUp")));
    jv_setc(a, out, "ScaleDown", old_rules(a, jv_getc(b, "scaleDown")));
    return out;
}

static bool is_cpu(const jv_t *m) {
    return str_eqc(jv_path_str(m, "resource", "name", NULL), "cpu") &&
           jv_path(m, "resource", "target", "averageUtilization", NULL);
}

static jv_t *hpa_from_v2(arena_t *a, jv_t *v) {
    jv_t *spec = jv_getc(v, "spec"), *status = jv_getc(v, "status"), *metrics = jv_getc(spec, "metrics");
    jv_t *rest = jv_array(a);
    for (size_t i = 0; i < jv_count(metrics); i++) {
        const jv_t *m = jv_at(metrics, i);
        if (is_cpu(m) && !jv_getc(spec, "targetCPUUtilizationPercentage"))
            jv_setc(a, spec, "targetCPUUtilizationPercentage",
                    jv_path(m, "resource", "target", "averageUtilization", NULL));
        else
            jv_append(a, rest, old_metric(a, jv_at(metrics, i)));
    }
    if (rest->n)
        jv_set_path(a, v, jv_string(a, written(a, rest)), "metadata", "annotations",
                    "autoscaling.alpha.kubernetes.io/metrics", NULL);
    if (jv_getc(spec, "behavior"))
        jv_set_path(a, v, jv_string(a, written(a, old_behavior(a, jv_getc(spec, "behavior")))), "metadata",
                    "annotations", "autoscaling.alpha.kubernetes.io/behavior", NULL);
    jv_t *conditions = jv_getc(status, "conditions");
    if (jv_count(conditions))
        jv_set_path(a, v, jv_string(a, jv_text(a, conditions)), "metadata", "annotations",
                    "autoscaling.alpha.kubernetes.io/conditions", NULL);
    static const char *const gone[] = {"metrics", "behavior"};
    for (size_t i = 0; i < 2; i++)
        jv_removec(spec, gone[i]);
    jv_removec(status, "conditions");
    jv_removec(status, "currentMetrics");
    if (status && !jv_getc(status, "currentReplicas"))
        jv_setc(a, status, "currentReplicas", jv_int(a, 0));
    return v;
}

void convert_bind(apiserver_t *s, resource_t *r) {
    if (str_eqc(r->group_resource, "events.events.k8s.io")) {
        r->store = resource_find(s, STR_NONE, STR("v1"), STR("events"))->store;
        r->to_storage = event_to_core;
        r->from_storage = event_from_core;
    } else if (str_eqc(r->api_version, "autoscaling/v1")) {
        r->to_storage = hpa_to_v2;
        r->from_storage = hpa_from_v2;
    }
}
