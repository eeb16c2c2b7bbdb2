#include "contrib/apiserver/defaults.h"

#include "reactor/base/base64.h"

static bool is(const jv_t *v, const char *key, const char *value) {
    return str_eqc(jv_str(jv_getc(v, key)), value);
}

/* A port of 0, or an empty name, is none. */
static bool no_port(const jv_t *v) {
    int64_t n;
    return !v || v->kind == JV_NULL || (v->kind == JV_STRING && !v->s.n) || (jv_as_int(v, &n) && n == 0);
}

void default_service(arena_t *a, jv_t *o) {
    jv_t *spec = jv_getc(o, "spec"), *ports = jv_getc(spec, "ports");
    default_str(a, spec, "sessionAffinity", "None");
    if (is(spec, "sessionAffinity", "None"))
        jv_removec(spec, "sessionAffinityConfig");
    else if (is(spec, "sessionAffinity", "ClientIP"))
        default_int(a, default_object(a, default_object(a, spec, "sessionAffinityConfig"), "clientIP"),
                    "timeoutSeconds", 10800);
    default_str(a, spec, "type", "ClusterIP");
    for (size_t i = 0; i < jv_count(ports); i++) {
        jv_t *p = jv_at(ports, i);
        default_str(a, p, "protocol", "TCP");
        if (no_port(jv_getc(p, "targetPort")))
            jv_setc(a, p, "targetPort", jv_getc(p, "port"));
    }
    bool node = is(spec, "type", "NodePort"), balanced = is(spec, "type", "LoadBalancer");
    if (node || balanced)
        default_str(a, spec, "externalTrafficPolicy", "Cluster");
    if (node || balanced || is(spec, "type", "ClusterIP"))
        default_str(a, spec, "internalTrafficPolicy", "Cluster");
    if (balanced)
        default_bool(a, spec, "allocateLoadBalancerNodePorts", true);
}

void default_endpoints(arena_t *a, jv_t *o) {
    jv_t *subsets = jv_getc(o, "subsets");
    for (size_t i = 0; i < jv_count(subsets); i++) {
        jv_t *ports = jv_getc(jv_at(subsets, i), "ports");
        for (size_t k = 0; k < jv_count(ports); k++)
            default_str(a, jv_at(ports, k), "protocol", "TCP");
    }
}

void default_endpointslice(arena_t *a, jv_t *o) {
    jv_t *ports = jv_getc(o, "ports");
    for (size_t i = 0; i < jv_count(ports); i++) {
        default_str(a, jv_at(ports, i), "name", "");
        default_str(a, jv_at(ports, i), "protocol", "TCP");
    }
}

void default_secret(arena_t *a, jv_t *o) {
    jv_t *plain = jv_getc(o, "stringData");
    default_str(a, o, "type", "Opaque");
    if (!plain)
        return;
    jv_t *data = default_object(a, o, "data");
    for (size_t i = 0; i < jv_count(plain); i++) {
        buf_t b;
        buf_init_arena(&b, a);
        base64_encode(&b, jv_str(plain->members[i].value), BASE64_STD);
        jv_set(a, data, plain->members[i].key, jv_string(a, buf_str(&b)));
    }
    jv_removec(o, "stringData");
}

void default_namespace(arena_t *a, jv_t *o) {
    jv_t *name = jv_path(o, "metadata", "name", NULL);
    if (!jv_str(name).n)
        return;
    jv_set(a, default_object(a, jv_getc(o, "metadata"), "labels"), STR("kubernetes.io/metadata.name"), name);
}

void default_persistentvolumeclaim(arena_t *a, jv_t *o) {
    default_claim(a, o);
}

void default_persistentvolume(arena_t *a, jv_t *o) {
    jv_t *spec = jv_getc(o, "spec");
    default_str(a, default_object(a, o, "status"), "phase", "Pending");
    default_str(a, spec, "persistentVolumeReclaimPolicy", "Retain");
    default_str(a, spec, "volumeMode", "Filesystem");
    if (jv_getc(spec, "hostPath") && !jv_getc(jv_getc(spec, "hostPath"), "type"))
        jv_set_path(a, spec, jv_string(a, STR("")), "hostPath", "type", NULL);
}

static void fill_missing(arena_t *a, jv_t *item, const char *to, const char *from) {
    jv_t *source = jv_getc(item, from);
    for (size_t i = 0; i < jv_count(source); i++) {
        jv_t *target = default_object(a, item, to);
        if (!jv_get(target, source->members[i].key))
            jv_set(a, target, source->members[i].key, source->members[i].value);
    }
}

void default_limitrange(arena_t *a, jv_t *o) {
    jv_t *limits = jv_path(o, "spec", "limits", NULL);
    for (size_t i = 0; i < jv_count(limits); i++) {
        jv_t *item = jv_at(limits, i);
        if (!is(item, "type", "Container"))
            continue;
        fill_missing(a, item, "default", "max");
        fill_missing(a, item, "defaultRequest", "default");
        fill_missing(a, item, "defaultRequest", "min");
    }
}

static void scaling_rules(arena_t *a, jv_t *behavior, const char *which, int64_t window) {
    jv_t *rules = default_object(a, behavior, which);
    default_str(a, rules, "selectPolicy", "Max");
    if (window >= 0)
        default_int(a, rules, "stabilizationWindowSeconds", window);
    else
        default_int(a, rules, "stabilizationWindowSeconds", 0);
    if (jv_count(jv_getc(rules, "policies")))
        return;
    jv_t *list = jv_array(a);
    for (int pods = window < 0; pods >= 0; pods--) {
        jv_t *p = jv_object(a);
        jv_setc(a, p, "type", jv_string(a, pods ? STR("Pods") : STR("Percent")));
        jv_setc(a, p, "value", jv_int(a, pods ? 4 : 100));
        jv_setc(a, p, "periodSeconds", jv_int(a, 15));
        jv_append(a, list, p);
    }
    jv_setc(a, rules, "policies", list);
}

void default_hpa(arena_t *a, jv_t *o) {
    jv_t *spec = jv_getc(o, "spec"), *behavior = jv_getc(spec, "behavior");
    default_int(a, spec, "minReplicas", 1);
    if (!jv_count(jv_getc(spec, "metrics"))) {
        jv_t *m = jv_object(a), *list = jv_array(a);
        jv_setc(a, m, "type", jv_string(a, STR("Resource")));
        jv_set_path(a, m, jv_string(a, STR("cpu")), "resource", "name", NULL);
        jv_set_path(a, m, jv_string(a, STR("Utilization")), "resource", "target", "type", NULL);
        jv_set_path(a, m, jv_int(a, 80), "resource", "target", "averageUtilization", NULL);
        jv_append(a, list, m);
        jv_setc(a, spec, "metrics", list);
    }
    if (!jv_is(behavior, JV_OBJECT))
        return;
    scaling_rules(a, behavior, "scaleUp", -1);
    jv_t *down = default_object(a, behavior, "scaleDown");
    bool given = jv_getc(down, "stabilizationWindowSeconds") != NULL;
    scaling_rules(a, behavior, "scaleDown", 300);
    /* Scaling down's window comes from the controller's own flag: nothing is filled in. */
    if (!given)
        jv_removec(down, "stabilizationWindowSeconds");
}

void default_ingressclass(arena_t *a, jv_t *o) {
    jv_t *parameters = jv_path(o, "spec", "parameters", NULL);
    if (parameters)
        default_str(a, parameters, "scope", "Cluster");
}

void default_networkpolicy(arena_t *a, jv_t *o) {
    jv_t *spec = jv_getc(o, "spec");
    static const char *const ways[] = {"ingress", "egress"};
    for (size_t w = 0; w < 2; w++)
        for (size_t i = 0; i < jv_count(jv_getc(spec, ways[w])); i++) {
            jv_t *ports = jv_getc(jv_at(jv_getc(spec, ways[w]), i), "ports");
            for (size_t k = 0; k < jv_count(ports); k++)
                default_str(a, jv_at(ports, k), "protocol", "TCP");
        }
    if (jv_count(jv_getc(spec, "policyTypes")))
        return;
    jv_t *types = jv_array(a);
    jv_append(a, types, jv_string(a, STR("Ingress")));
    if (jv_count(jv_getc(spec, "egress")))
        jv_append(a, types, jv_string(a, STR("Egress")));
    jv_setc(a, spec, "policyTypes", types);
}

void default_binding(arena_t *a, jv_t *o) {
    static const char rbac[] = "rbac.authorization.k8s.io";
    jv_t *subjects = jv_getc(o, "subjects");
    default_str(a, jv_getc(o, "roleRef"), "apiGroup", rbac);
    for (size_t i = 0; i < jv_count(subjects); i++)
        if (is(jv_at(subjects, i), "kind", "User") || is(jv_at(subjects, i), "kind", "Group"))
            default_str(a, jv_at(subjects, i), "apiGroup", rbac);
}

void default_storageclass(arena_t *a, jv_t *o) {
    default_str(a, o, "reclaimPolicy", "Delete");
    default_str(a, o, "volumeBindingMode", "Immediate");
}

void default_csidriver(arena_t *a, jv_t *o) {
    jv_t *spec = jv_getc(o, "spec");
    default_bool(a, spec, "attachRequired", true);
    default_bool(a, spec, "podInfoOnMount", false);
    default_bool(a, spec, "storageCapacity", false);
    default_str(a, spec, "fsGroupPolicy", "ReadWriteOnceWithFSType");
    if (!jv_count(jv_getc(spec, "volumeLifecycleModes"))) {
        jv_t *modes = jv_array(a);
        jv_append(a, modes, jv_string(a, STR("Persistent")));
        jv_setc(a, spec, "volumeLifecycleModes", modes);
    }
    default_bool(a, spec, "requiresRepublish", false);
    default_bool(a, spec, "seLinuxMount", false);
}

void default_priorityclass(arena_t *a, jv_t *o) {
    default_str(a, o, "preemptionPolicy", "PreemptLowerPriority");
}

void default_webhooks(arena_t *a, jv_t *o) {
    jv_t *hooks = jv_getc(o, "webhooks");
    bool mutating = is(o, "kind", "MutatingWebhookConfiguration");
    for (size_t i = 0; i < jv_count(hooks); i++) {
        jv_t *h = jv_at(hooks, i), *rules = jv_getc(h, "rules");
        jv_t *service = jv_path(h, "clientConfig", "service", NULL);
        default_str(a, h, "failurePolicy", "Fail");
        default_str(a, h, "matchPolicy", "Equivalent");
        default_object(a, h, "namespaceSelector");
        default_object(a, h, "objectSelector");
        default_int(a, h, "timeoutSeconds", 10);
        if (mutating)
            default_str(a, h, "reinvocationPolicy", "Never");
        for (size_t k = 0; k < jv_count(rules); k++)
            default_str(a, jv_at(rules, k), "scope", "*");
        if (service)
            default_int(a, service, "port", 443);
    }
}
