#include "contrib/apiserver/defaults.h"

void default_str(arena_t *a, jv_t *v, const char *key, const char *value) {
    jv_t *have = jv_getc(v, key);
    if (jv_is(v, JV_OBJECT) && (!have || have->kind == JV_NULL || (have->kind == JV_STRING && !have->s.n)))
        jv_setc(a, v, key, jv_string(a, str_c(value)));
}

static bool absent(const jv_t *v, const char *key) {
    const jv_t *have = jv_getc(v, key);
    return jv_is(v, JV_OBJECT) && (!have || have->kind == JV_NULL);
}

void default_int(arena_t *a, jv_t *v, const char *key, int64_t value) {
    if (absent(v, key))
        jv_setc(a, v, key, jv_int(a, value));
}

void default_bool(arena_t *a, jv_t *v, const char *key, bool value) {
    if (absent(v, key))
        jv_setc(a, v, key, jv_bool(a, value));
}

jv_t *default_object(arena_t *a, jv_t *v, const char *key) {
    if (absent(v, key))
        jv_setc(a, v, key, jv_object(a));
    return jv_getc(v, key);
}

static void http_get(arena_t *a, jv_t *v) {
    jv_t *http = jv_getc(v, "httpGet");
    if (!http)
        return;
    default_str(a, http, "path", "/");
    default_str(a, http, "scheme", "HTTP");
}

static void probe(arena_t *a, jv_t *p) {
    static const struct {
        const char *key;
        int64_t value;
    } numbers[] = {{"timeoutSeconds", 1}, {"periodSeconds", 10}, {"successThreshold", 1}, {"failureThreshold", 3}};
    if (!p)
        return;
    for (size_t i = 0; i < sizeof numbers / sizeof *numbers; i++)
        default_int(a, p, numbers[i].key, numbers[i].value);
    http_get(a, p);
    if (jv_getc(p, "grpc"))
        default_str(a, jv_getc(p, "grpc"), "service", "");
}

/* An image without a tag, or with :latest, is always pulled. */
static bool is_latest(str_t image) {
    if (str_chr(image, '@') >= 0)
        return false;
    ptrdiff_t slash = str_rchr(image, '/');
    str_t last = slash < 0 ? image : str_from(image, (size_t)slash + 1), name, tag;
    return !str_cut(last, ':', &name, &tag) || str_eqc(tag, "latest");
}

static void container(arena_t *a, jv_t *c) {
    jv_t *ports = jv_getc(c, "ports"), *env = jv_getc(c, "env"), *life = jv_getc(c, "lifecycle");
    str_t image = jv_str(jv_getc(c, "image"));
    for (size_t i = 0; i < jv_count(ports); i++)
        default_str(a, jv_at(ports, i), "protocol", "TCP");
    for (size_t i = 0; i < jv_count(env); i++) {
        jv_t *field = jv_path(jv_at(env, i), "valueFrom", "fieldRef", NULL);
        if (field)
            default_str(a, field, "apiVersion", "v1");
    }
    default_str(a, c, "terminationMessagePath", "/dev/termination-log");
    default_str(a, c, "terminationMessagePolicy", "File");
    default_str(a, c, "imagePullPolicy", is_latest(image) ? "Always" : "IfNotPresent");
    probe(a, jv_getc(c, "livenessProbe"));
    probe(a, jv_getc(c, "readinessProbe"));
    probe(a, jv_getc(c, "startupProbe"));
    http_get(a, jv_getc(life, "postStart"));
    http_get(a, jv_getc(life, "preStop"));
}

static void downward(arena_t *a, jv_t *source) {
    jv_t *items = jv_getc(source, "items");
    for (size_t i = 0; i < jv_count(items); i++) {
        jv_t *field = jv_getc(jv_at(items, i), "fieldRef");
        if (field)
            default_str(a, field, "apiVersion", "v1");
    }
}

static void projected(arena_t *a, jv_t *p) {
    jv_t *sources = jv_getc(p, "sources");
    default_int(a, p, "defaultMode", 0644);
    for (size_t i = 0; i < jv_count(sources); i++) {
        jv_t *s = jv_at(sources, i), *token = jv_getc(s, "serviceAccountToken");
        if (token && jv_is(jv_getc(token, "expirationSeconds"), JV_NULL))
            jv_removec(token, "expirationSeconds");
        if (token)
            default_int(a, token, "expirationSeconds", 3600);
        downward(a, jv_getc(s, "downwardAPI"));
    }
}

static void volume(arena_t *a, jv_t *v) {
    static const char *const with_mode[] = {"secret", "configMap", "downwardAPI"};
    if (jv_count(v) <= 1 && !jv_getc(v, "emptyDir"))
        jv_setc(a, v, "emptyDir", jv_object(a));
    for (size_t i = 0; i < sizeof with_mode / sizeof *with_mode; i++)
        if (jv_getc(v, with_mode[i]))
            default_int(a, jv_getc(v, with_mode[i]), "defaultMode", 0644);
    downward(a, jv_getc(v, "downwardAPI"));
    if (jv_getc(v, "projected"))
        projected(a, jv_getc(v, "projected"));
    if (jv_getc(v, "hostPath") && !jv_getc(jv_getc(v, "hostPath"), "type"))
        jv_set_path(a, v, jv_string(a, STR("")), "hostPath", "type", NULL);
    if (jv_getc(v, "iscsi"))
        default_str(a, jv_getc(v, "iscsi"), "iscsiInterface", "default");
    jv_t *claim = jv_path(v, "ephemeral", "volumeClaimTemplate", "spec", NULL);
    if (claim)
        default_str(a, claim, "volumeMode", "Filesystem");
}

void default_pod_spec(arena_t *a, jv_t *spec) {
    static const char *const lists[] = {"initContainers", "containers", "ephemeralContainers"};
    if (!jv_is(spec, JV_OBJECT))
        return;
    default_str(a, spec, "dnsPolicy", "ClusterFirst");
    default_str(a, spec, "restartPolicy", "Always");
    default_object(a, spec, "securityContext");
    default_int(a, spec, "terminationGracePeriodSeconds", 30);
    default_str(a, spec, "schedulerName", "default-scheduler");
    for (size_t k = 0; k < 3; k++)
        for (size_t i = 0; i < jv_count(jv_getc(spec, lists[k])); i++)
            container(a, jv_at(jv_getc(spec, lists[k]), i));
    for (size_t i = 0; i < jv_count(jv_getc(spec, "volumes")); i++)
        volume(a, jv_at(jv_getc(spec, "volumes"), i));
    /* The deprecated alias shows what the field says. */
    str_t account = jv_str(jv_getc(spec, "serviceAccountName")), old = jv_str(jv_getc(spec, "serviceAccount"));
    if (account.n || old.n) {
        jv_t *both = jv_string(a, account.n ? account : old);
        jv_setc(a, spec, "serviceAccountName", both);
        jv_setc(a, spec, "serviceAccount", both);
    }
}

void default_pod_template(arena_t *a, jv_t *t) {
    default_pod_spec(a, jv_getc(t, "spec"));
}

/* Requests that aren't given equal the limits. */
static void requests(arena_t *a, jv_t *c) {
    jv_t *resources = jv_getc(c, "resources"), *limits = jv_getc(resources, "limits");
    if (!jv_count(limits))
        return;
    jv_t *wanted = default_object(a, resources, "requests");
    for (size_t i = 0; i < limits->n; i++)
        if (!jv_get(wanted, limits->members[i].key))
            jv_set(a, wanted, limits->members[i].key, limits->members[i].value);
}

static void host_ports(arena_t *a, jv_t *c) {
    jv_t *ports = jv_getc(c, "ports");
    for (size_t i = 0; i < jv_count(ports); i++)
        if (jv_getc(jv_at(ports, i), "containerPort"))
            default_int(a, jv_at(ports, i), "hostPort", 0);
    for (size_t i = 0; i < jv_count(ports); i++) {
        int64_t port = 0;
        jv_as_int(jv_getc(jv_at(ports, i), "hostPort"), &port);
        if (!port)
            jv_setc(a, jv_at(ports, i), "hostPort", jv_getc(jv_at(ports, i), "containerPort"));
    }
}

static void toleration(arena_t *a, jv_t *spec, const char *key) {
    jv_t *list = jv_getc(spec, "tolerations");
    for (size_t i = 0; i < jv_count(list); i++) {
        const jv_t *t = jv_at(list, i);
        str_t k = jv_str(jv_getc(t, "key")), effect = jv_str(jv_getc(t, "effect"));
        if ((!k.n || str_eqc(k, key)) && (!effect.n || str_eqc(effect, "NoExecute")))
            return;
    }
    if (!jv_is(list, JV_ARRAY)) {
        list = jv_array(a);
        jv_setc(a, spec, "tolerations", list);
    }
    jv_t *t = jv_object(a);
    jv_setc(a, t, "key", jv_string(a, str_c(key)));
    jv_setc(a, t, "operator", jv_string(a, STR("Exists")));
    jv_setc(a, t, "effect", jv_string(a, STR("NoExecute")));
    jv_setc(a, t, "tolerationSeconds", jv_int(a, 300));
    jv_append(a, list, t);
}

/* The old field for one address and the new one for several say the same. */
static void all_ips(arena_t *a, jv_t *status, const char *one, const char *several) {
    jv_t *ip = jv_getc(status, one), *list = jv_getc(status, several);
    if (!jv_str(ip).n || str_eq(jv_path_str(jv_at(list, 0), "ip", NULL), jv_str(ip)))
        return;
    jv_t *entry = jv_object(a);
    list = jv_array(a);
    jv_setc(a, entry, "ip", ip);
    jv_append(a, list, entry);
    jv_setc(a, status, several, list);
}

void default_pod(arena_t *a, jv_t *o) {
    jv_t *spec = jv_getc(o, "spec");
    static const char *const lists[] = {"initContainers", "containers"};
    default_pod_spec(a, spec);
    default_bool(a, spec, "enableServiceLinks", true);
    for (size_t k = 0; k < 2; k++)
        for (size_t i = 0; i < jv_count(jv_getc(spec, lists[k])); i++) {
            requests(a, jv_at(jv_getc(spec, lists[k]), i));
            if (jv_true(jv_getc(spec, "hostNetwork")))
                host_ports(a, jv_at(jv_getc(spec, lists[k]), i));
        }
    /* The admission plugins DefaultTolerationSeconds and Priority, on by default. */
    toleration(a, spec, "node.kubernetes.io/not-ready");
    toleration(a, spec, "node.kubernetes.io/unreachable");
    default_int(a, spec, "priority", 0);
    default_str(a, spec, "preemptionPolicy", "PreemptLowerPriority");
    default_str(a, jv_getc(o, "status"), "phase", "Pending");
    all_ips(a, jv_getc(o, "status"), "podIP", "podIPs");
    all_ips(a, jv_getc(o, "status"), "hostIP", "hostIPs");
}
