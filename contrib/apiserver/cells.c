#include "contrib/apiserver/cells.h"

#include "contrib/apiserver/selectors.h"
#include "contrib/apiserver/wire.h"

#include <ctype.h>
#include <time.h>

static jv_t *text(arena_t *a, str_t s) {
    return jv_string(a, s);
}

static int64_t integer(const jv_t *v) {
    int64_t n = 0;
    jv_as_int(v, &n);
    return n;
}

static void join(buf_t *b, str_t s, const char *between) {
    buf_addc(b, b->n ? between : "");
    buf_add(b, s);
}

static jv_t *joined(arena_t *a, const buf_t *b, const char *empty) {
    return text(a, b->n ? buf_str(b) : str_c(empty));
}

/* duration.HumanDuration: two units while the larger is small. */
str_t cell_duration(arena_t *a, int64_t s) {
    if (s < -1)
        return STR("<invalid>");
    if (s < 0)
        return STR("0s");
    if (s < 120)
        return arena_printf(a, "%llds", (long long)s);
    long long m = s / 60, h = m / 60, d = h / 24, y = d / 365;
    if (m < 10)
        return s % 60 ? arena_printf(a, "%lldm%llds", m, (long long)s % 60) : arena_printf(a, "%lldm", m);
    if (h < 3)
        return arena_printf(a, "%lldm", m);
    if (h < 8)
        return m % 60 ? arena_printf(a, "%lldh%lldm", h, m % 60) : arena_printf(a, "%lldh", h);
    if (h < 48)
        return arena_printf(a, "%lldh", h);
    if (h < 24 * 8)
        return h % 24 ? arena_printf(a, "%lldd%lldh", d, h % 24) : arena_printf(a, "%lldd", d);
    if (d < 365 * 2)
        return arena_printf(a, "%lldd", d);
    if (d < 365 * 8)
        return d % 365 ? arena_printf(a, "%lldy%lldd", y, d % 365) : arena_printf(a, "%lldy", y);
    return arena_printf(a, "%lldy", y);
}

jv_t *cell_ago(arena_t *a, str_t t) {
    int64_t then;
    if (!wire_seconds(t, &then))
        return text(a, STR("<unknown>"));
    return text(a, cell_duration(a, (int64_t)time(NULL) - then));
}

/* ---- pods ---- */

jv_t *cell_pod_ready(arena_t *a, const jv_t *o) {
    const jv_t *states = jv_path(o, "status", "containerStatuses", NULL);
    int64_t ready = 0;
    for (size_t i = 0; i < jv_count(states); i++)
        ready += jv_true(jv_getc(jv_at(states, i), "ready")) && jv_path(jv_at(states, i), "state", "running", NULL);
    return jv_stringf(a, "%lld/%zu", (long long)ready, jv_count(jv_path(o, "spec", "containers", NULL)));
}

jv_t *cell_pod_status(arena_t *a, const jv_t *o) {
    str_t phase = jv_path_str(o, "status", "phase", NULL), reason = jv_path_str(o, "status", "reason", NULL);
    const jv_t *states = jv_path(o, "status", "containerStatuses", NULL);
    if (!reason.n)
        reason = phase;
    for (size_t i = jv_count(states); i-- > 0;) {
        str_t waiting = jv_path_str(jv_at(states, i), "state", "waiting", "reason", NULL);
        str_t ended = jv_path_str(jv_at(states, i), "state", "terminated", "reason", NULL);
        reason = waiting.n ? waiting : ended.n ? ended : reason;
    }
    if (jv_path(o, "metadata", "deletionTimestamp", NULL) && !str_eqc(phase, "Succeeded") && !str_eqc(phase, "Failed"))
        reason = STR("Terminating");
    return text(a, reason);
}

jv_t *cell_pod_restarts(arena_t *a, const jv_t *o) {
    const jv_t *states = jv_path(o, "status", "containerStatuses", NULL);
    int64_t n = 0;
    for (size_t i = 0; i < jv_count(states); i++)
        n += integer(jv_getc(jv_at(states, i), "restartCount"));
    return jv_stringf(a, "%lld", (long long)n);
}

jv_t *cell_pod_ip(arena_t *a, const jv_t *o) {
    str_t ip = jv_path_str(jv_at(jv_path(o, "status", "podIPs", NULL), 0), "ip", NULL);
    return text(a, ip.n ? ip : STR("<none>"));
}

jv_t *cell_pod_gates(arena_t *a, const jv_t *o) {
    size_t n = jv_count(jv_path(o, "spec", "readinessGates", NULL));
    return n ? jv_stringf(a, "0/%zu", n) : text(a, STR("<none>"));
}

/* ---- workloads ---- */

jv_t *cell_ready(arena_t *a, const jv_t *o) {
    return jv_stringf(a, "%lld/%lld", (long long)integer(jv_path(o, "status", "readyReplicas", NULL)),
                      (long long)integer(jv_path(o, "spec", "replicas", NULL)));
}

static const jv_t *containers(const jv_t *o) {
    const jv_t *spec = jv_getc(o, "spec"), *job = jv_path(spec, "jobTemplate", "spec", NULL);
    const jv_t *template = jv_getc(o, "template");
    return jv_path(template ? template : jv_getc(job ? job : spec, "template"), "spec", "containers", NULL);
}

static jv_t *container_fields(arena_t *a, const jv_t *o, const char *field) {
    const jv_t *list = containers(o);
    buf_t b;
    buf_init_arena(&b, a);
    for (size_t i = 0; i < jv_count(list); i++)
        join(&b, jv_str(jv_getc(jv_at(list, i), field)), ",");
    return joined(a, &b, "");
}

jv_t *cell_containers(arena_t *a, const jv_t *o) {
    return container_fields(a, o, "name");
}

jv_t *cell_images(arena_t *a, const jv_t *o) {
    return container_fields(a, o, "image");
}

static jv_t *selector(arena_t *a, const jv_t *s) {
    str_t t = selector_text(a, s);
    return text(a, t.n ? t : STR("<none>"));
}

jv_t *cell_selector(arena_t *a, const jv_t *o) {
    const jv_t *job = jv_path(o, "spec", "jobTemplate", "spec", NULL);
    return selector(a, jv_getc(job ? job : jv_getc(o, "spec"), "selector"));
}

static jv_t *labels(arena_t *a, jv_t *map) {
    jv_t *wrapped = jv_object(a);
    if (map)
        jv_setc(a, wrapped, "matchLabels", map);
    return selector(a, wrapped);
}

jv_t *cell_map_selector(arena_t *a, const jv_t *o) {
    return labels(a, jv_path(o, "spec", "selector", NULL));
}

jv_t *cell_pod_selector(arena_t *a, const jv_t *o) {
    return selector(a, jv_path(o, "spec", "podSelector", NULL));
}

jv_t *cell_node_selector(arena_t *a, const jv_t *o) {
    return labels(a, jv_path(o, "spec", "template", "spec", "nodeSelector", NULL));
}

/* ---- jobs ---- */

static bool has_condition(const jv_t *o, const char *type) {
    const jv_t *list = jv_path(o, "status", "conditions", NULL);
    for (size_t i = 0; i < jv_count(list); i++)
        if (str_eqc(jv_path_str(jv_at(list, i), "type", NULL), type) &&
            str_eqc(jv_path_str(jv_at(list, i), "status", NULL), "True"))
            return true;
    return false;
}

jv_t *cell_job_status(arena_t *a, const jv_t *o) {
    static const char *const order[] = {"Complete", "Failed", "Terminating", "Suspended", "FailureTarget"};
    for (size_t i = 0; i < sizeof order / sizeof *order; i++)
        if (i == 2 ? jv_path(o, "metadata", "deletionTimestamp", NULL) != NULL : has_condition(o, order[i]))
            return text(a, str_c(order[i]));
    return text(a, STR("Running"));
}

jv_t *cell_job_completions(arena_t *a, const jv_t *o) {
    long long done = integer(jv_path(o, "status", "succeeded", NULL));
    const jv_t *wanted = jv_path(o, "spec", "completions", NULL);
    if (wanted)
        return jv_stringf(a, "%lld/%lld", done, (long long)integer(wanted));
    long long n = integer(jv_path(o, "spec", "parallelism", NULL));
    return n > 1 ? jv_stringf(a, "%lld/1 of %lld", done, n) : jv_stringf(a, "%lld/1", done);
}

jv_t *cell_job_duration(arena_t *a, const jv_t *o) {
    int64_t start, end;
    if (!wire_seconds(jv_path_str(o, "status", "startTime", NULL), &start))
        return text(a, STR(""));
    if (!wire_seconds(jv_path_str(o, "status", "completionTime", NULL), &end))
        end = (int64_t)time(NULL);
    return text(a, cell_duration(a, end - start));
}

jv_t *cell_schedule_age(arena_t *a, const jv_t *o) {
    str_t last = jv_path_str(o, "status", "lastScheduleTime", NULL);
    return last.n ? cell_ago(a, last) : text(a, STR("<none>"));
}

jv_t *cell_suspend(arena_t *a, const jv_t *o) {
    const jv_t *v = jv_path(o, "spec", "suspend", NULL);
    return text(a, !v ? STR("<unset>") : jv_true(v) ? STR("True") : STR("False"));
}

/* ---- services and ingresses ---- */

jv_t *cell_service_ip(arena_t *a, const jv_t *o) {
    str_t ip = jv_str(jv_at(jv_path(o, "spec", "clusterIPs", NULL), 0));
    return text(a, ip.n ? ip : STR("<none>"));
}

static void balancer(arena_t *a, const jv_t *o, buf_t *b) {
    const jv_t *list = jv_path(o, "status", "loadBalancer", "ingress", NULL);
    (void)a;
    for (size_t i = 0; i < jv_count(list); i++) {
        str_t ip = jv_path_str(jv_at(list, i), "ip", NULL);
        join(b, ip.n ? ip : jv_path_str(jv_at(list, i), "hostname", NULL), ",");
    }
}

jv_t *cell_service_external(arena_t *a, const jv_t *o) {
    str_t type = jv_path_str(o, "spec", "type", NULL);
    const jv_t *ips = jv_path(o, "spec", "externalIPs", NULL);
    buf_t b;
    buf_init_arena(&b, a);
    if (str_eqc(type, "ExternalName"))
        return text(a, jv_path_str(o, "spec", "externalName", NULL));
    bool balanced = str_eqc(type, "LoadBalancer");
    if (balanced)
        balancer(a, o, &b);
    for (size_t i = 0; i < jv_count(ips); i++)
        join(&b, jv_str(jv_at(ips, i)), ",");
    return joined(a, &b, balanced ? "<pending>" : "<none>");
}

jv_t *cell_service_ports(arena_t *a, const jv_t *o) {
    const jv_t *list = jv_path(o, "spec", "ports", NULL);
    buf_t b;
    buf_init_arena(&b, a);
    for (size_t i = 0; i < jv_count(list); i++) {
        const jv_t *p = jv_at(list, i);
        long long node = integer(jv_getc(p, "nodePort")), port = integer(jv_getc(p, "port"));
        str_t protocol = jv_str(jv_getc(p, "protocol"));
        join(&b,
             node ? arena_printf(a, "%lld:%lld/" STR_FMT, port, node, STR_ARG(protocol))
                  : arena_printf(a, "%lld/" STR_FMT, port, STR_ARG(protocol)),
             ",");
    }
    return joined(a, &b, "<none>");
}

jv_t *cell_ingress_hosts(arena_t *a, const jv_t *o) {
    const jv_t *rules = jv_path(o, "spec", "rules", NULL);
    buf_t b;
    buf_init_arena(&b, a);
    size_t shown = 0, n = 0;
    for (size_t i = 0; i < jv_count(rules); i++) {
        str_t host = jv_path_str(jv_at(rules, i), "host", NULL);
        n += host.n > 0;
        if (host.n && shown < 3) {
            join(&b, host, ",");
            shown++;
        }
    }
    if (n > 3)
        buf_printf(&b, " + %zu more...", n - 3);
    return joined(a, &b, "*");
}

jv_t *cell_ingress_address(arena_t *a, const jv_t *o) {
    buf_t b;
    buf_init_arena(&b, a);
    balancer(a, o, &b);
    return joined(a, &b, "");
}

jv_t *cell_ingress_ports(arena_t *a, const jv_t *o) {
    return text(a, jv_count(jv_path(o, "spec", "tls", NULL)) ? STR("80, 443") : STR("80"));
}

jv_t *cell_configmap_data(arena_t *a, const jv_t *o) {
    return jv_int(a, (int64_t)(jv_count(jv_getc(o, "data")) + jv_count(jv_getc(o, "binaryData"))));
}

/* ---- nodes and volumes ---- */

jv_t *cell_node_status(arena_t *a, const jv_t *o) {
    const jv_t *list = jv_path(o, "status", "conditions", NULL);
    str_t s = STR("Unknown");
    for (size_t i = 0; i < jv_count(list); i++)
        if (str_eqc(jv_path_str(jv_at(list, i), "type", NULL), "Ready"))
            s = has_condition(o, "Ready") ? STR("Ready") : STR("NotReady");
    return text(a, jv_true(jv_path(o, "spec", "unschedulable", NULL)) ? arena_concat(a, s, STR(",SchedulingDisabled"))
                                                                      : s);
}

jv_t *cell_node_roles(arena_t *a, const jv_t *o) {
    const jv_t *l = jv_path(o, "metadata", "labels", NULL);
    buf_t b;
    buf_init_arena(&b, a);
    for (size_t i = 0; i < jv_count(l); i++) {
        static const char prefix[] = "node-role.kubernetes.io/";
        if (str_starts(l->members[i].key, str_c(prefix)))
            join(&b, str_from(l->members[i].key, sizeof prefix - 1), ",");
        else if (str_eqc(l->members[i].key, "kubernetes.io/role"))
            join(&b, jv_str(l->members[i].value), ",");
    }
    return joined(a, &b, "<none>");
}

jv_t *cell_phase(arena_t *a, const jv_t *o) {
    if (jv_path(o, "metadata", "deletionTimestamp", NULL))
        return text(a, STR("Terminating"));
    return text(a, jv_path_str(o, "status", "phase", NULL));
}

static jv_t *modes(arena_t *a, const jv_t *list) {
    static const char *const names[][2] = {{"ReadWriteOnce", "RWO"},
                                           {"ReadOnlyMany", "ROX"},
                                           {"ReadWriteMany", "RWX"},
                                           {"ReadWriteOncePod", "RWOP"}};
    buf_t b;
    buf_init_arena(&b, a);
    for (size_t k = 0; k < 4; k++)
        for (size_t i = 0; i < jv_count(list); i++)
            if (str_eqc(jv_str(jv_at(list, i)), names[k][0])) {
                join(&b, str_c(names[k][1]), ",");
                break;
            }
    return joined(a, &b, "");
}

jv_t *cell_claim_capacity(arena_t *a, const jv_t *o) {
    if (!jv_path_str(o, "spec", "volumeName", NULL).n)
        return text(a, STR(""));
    str_t q = jv_path_str(o, "status", "capacity", "storage", NULL);
    return text(a, q.n ? q : STR("0"));
}

jv_t *cell_claim_modes(arena_t *a, const jv_t *o) {
    return jv_path_str(o, "spec", "volumeName", NULL).n ? modes(a, jv_path(o, "status", "accessModes", NULL))
                                                        : text(a, STR(""));
}

jv_t *cell_volume_modes(arena_t *a, const jv_t *o) {
    return modes(a, jv_path(o, "spec", "accessModes", NULL));
}

jv_t *cell_volume_claim(arena_t *a, const jv_t *o) {
    const jv_t *r = jv_path(o, "spec", "claimRef", NULL);
    return r ? jv_stringf(a, STR_FMT "/" STR_FMT, STR_ARG(jv_path_str(r, "namespace", NULL)),
                          STR_ARG(jv_path_str(r, "name", NULL)))
             : text(a, STR(""));
}

/* ---- autoscalers, roles ---- */

jv_t *cell_hpa_reference(arena_t *a, const jv_t *o) {
    const jv_t *r = jv_path(o, "spec", "scaleTargetRef", NULL);
    return jv_stringf(a, STR_FMT "/" STR_FMT, STR_ARG(jv_path_str(r, "kind", NULL)),
                      STR_ARG(jv_path_str(r, "name", NULL)));
}

/* The value that a metric other than a resource aims at. */
static str_t other_target(const jv_t *m) {
    static const char *const kinds[] = {"pods", "object", "external"};
    for (size_t i = 0; i < 3; i++) {
        const jv_t *t = jv_path(m, kinds[i], "target", NULL);
        str_t average = jv_path_str(t, "averageValue", NULL);
        if (t)
            return average.n ? average : jv_path_str(t, "value", NULL);
    }
    return STR_NONE;
}

jv_t *cell_hpa_targets(arena_t *a, const jv_t *o) {
    const jv_t *list = jv_path(o, "spec", "metrics", NULL);
    buf_t b;
    buf_init_arena(&b, a);
    for (size_t i = 0; i < jv_count(list) && i < 2; i++) {
        const jv_t *target = jv_path(jv_at(list, i), "resource", "target", NULL);
        const jv_t *percent = jv_getc(target, "averageUtilization");
        str_t name = jv_path_str(jv_at(list, i), "resource", "name", NULL);
        if (percent)
            join(&b, arena_printf(a, STR_FMT ": <unknown>/%lld%%", STR_ARG(name), (long long)integer(percent)), ", ");
        else if (!name.n)
            join(&b, arena_printf(a, "<unknown>/" STR_FMT, STR_ARG(other_target(jv_at(list, i)))), ", ");
        else
            join(&b,
                 arena_printf(a, STR_FMT ": <unknown>/" STR_FMT, STR_ARG(name),
                              STR_ARG(jv_path_str(target, "averageValue", NULL))),
                 ", ");
    }
    if (jv_count(list) > 2)
        buf_printf(&b, " + %zu more...", jv_count(list) - 2);
    return joined(a, &b, "<none>");
}

jv_t *cell_hpa_min(arena_t *a, const jv_t *o) {
    const jv_t *n = jv_path(o, "spec", "minReplicas", NULL);
    return n ? jv_stringf(a, "%lld", (long long)integer(n)) : text(a, STR("<unset>"));
}

jv_t *cell_role(arena_t *a, const jv_t *o) {
    const jv_t *r = jv_getc(o, "roleRef");
    return jv_stringf(a, STR_FMT "/" STR_FMT, STR_ARG(jv_path_str(r, "kind", NULL)),
                      STR_ARG(jv_path_str(r, "name", NULL)));
}

static jv_t *subjects(arena_t *a, const jv_t *o, const char *kind, bool with_namespace) {
    const jv_t *list = jv_getc(o, "subjects");
    buf_t b;
    buf_init_arena(&b, a);
    for (size_t i = 0; i < jv_count(list); i++) {
        const jv_t *s = jv_at(list, i);
        str_t name = jv_path_str(s, "name", NULL);
        if (!str_eqc(jv_path_str(s, "kind", NULL), kind))
            continue;
        join(&b,
             with_namespace
                 ? arena_printf(a, STR_FMT "/" STR_FMT, STR_ARG(jv_path_str(s, "namespace", NULL)), STR_ARG(name))
                 : name,
             ", ");
    }
    return joined(a, &b, "");
}

jv_t *cell_users(arena_t *a, const jv_t *o) {
    return subjects(a, o, "User", false);
}

jv_t *cell_groups(arena_t *a, const jv_t *o) {
    return subjects(a, o, "Group", false);
}

jv_t *cell_accounts(arena_t *a, const jv_t *o) {
    return subjects(a, o, "ServiceAccount", true);
}

jv_t *cell_created(arena_t *a, const jv_t *o) {
    return text(a, jv_path_str(o, "metadata", "creationTimestamp", NULL));
}

/* ---- events ---- */

static str_t event_time(const jv_t *o, const char *stamp) {
    str_t t = jv_str(jv_getc(o, stamp));
    return t.n ? t : jv_str(jv_getc(o, "eventTime"));
}

jv_t *cell_event_last(arena_t *a, const jv_t *o) {
    str_t series = jv_path_str(o, "series", "lastObservedTime", NULL);
    str_t last = jv_str(jv_getc(o, "lastTimestamp"));
    return cell_ago(a, series.n ? series : last.n ? last : event_time(o, "firstTimestamp"));
}

jv_t *cell_event_first(arena_t *a, const jv_t *o) {
    return cell_ago(a, event_time(o, "firstTimestamp"));
}

jv_t *cell_event_object(arena_t *a, const jv_t *o) {
    const jv_t *r = jv_getc(o, "involvedObject");
    char *kind = arena_cstr(a, jv_path_str(r, "kind", NULL));
    for (char *p = kind; *p; p++)
        *p = (char)tolower((unsigned char)*p);
    str_t name = jv_path_str(r, "name", NULL);
    return name.n ? jv_stringf(a, "%s/" STR_FMT, kind, STR_ARG(name)) : text(a, str_c(kind));
}

jv_t *cell_event_source(arena_t *a, const jv_t *o) {
    str_t component = jv_path_str(o, "source", "component", NULL), host = jv_path_str(o, "source", "host", NULL);
    if (!component.n) {
        component = jv_path_str(o, "reportingComponent", NULL);
        host = jv_path_str(o, "reportingInstance", NULL);
    }
    return host.n ? jv_stringf(a, STR_FMT ", " STR_FMT, STR_ARG(component), STR_ARG(host)) : text(a, component);
}

jv_t *cell_event_count(arena_t *a, const jv_t *o) {
    int64_t n = integer(jv_path(o, "series", "count", NULL));
    if (!n)
        n = integer(jv_getc(o, "count"));
    return jv_int(a, n ? n : 1);
}

jv_t *cell_event_message(arena_t *a, const jv_t *o) {
    return text(a, str_trim(jv_str(jv_getc(o, "message"))));
}

/* ---- endpoints ---- */

jv_t *cell_endpoints(arena_t *a, const jv_t *o) {
    const jv_t *subsets = jv_getc(o, "subsets");
    buf_t b;
    size_t n = 0;
    buf_init_arena(&b, a);
    for (size_t i = 0; i < jv_count(subsets); i++) {
        const jv_t *ports = jv_getc(jv_at(subsets, i), "ports"), *ips = jv_getc(jv_at(subsets, i), "addresses");
        for (size_t p = 0; p < (jv_count(ports) ? jv_count(ports) : 1); p++)
            for (size_t k = 0; k < jv_count(ips); k++) {
                str_t ip = jv_path_str(jv_at(ips, k), "ip", NULL);
                if (n++ >= 3)
                    continue;
                join(&b,
                     jv_count(ports) ? arena_printf(a, STR_FMT ":%lld", STR_ARG(ip),
                                                    (long long)integer(jv_getc(jv_at(ports, p), "port")))
                                     : ip,
                     ",");
            }
    }
    if (n > 3)
        buf_printf(&b, " + %zu more...", n - 3);
    return joined(a, &b, "<none>");
}

jv_t *cell_slice_ports(arena_t *a, const jv_t *o) {
    const jv_t *list = jv_getc(o, "ports");
    buf_t b;
    buf_init_arena(&b, a);
    for (size_t i = 0; i < jv_count(list) && i < 3; i++) {
        const jv_t *p = jv_getc(jv_at(list, i), "port");
        join(&b, p ? arena_printf(a, "%lld", (long long)integer(p)) : STR("*"), ",");
    }
    if (jv_count(list) > 3)
        buf_printf(&b, " + %zu more...", jv_count(list) - 3);
    return joined(a, &b, "<unset>");
}

jv_t *cell_slice_endpoints(arena_t *a, const jv_t *o) {
    const jv_t *list = jv_getc(o, "endpoints");
    buf_t b;
    size_t n = 0;
    buf_init_arena(&b, a);
    for (size_t i = 0; i < jv_count(list); i++) {
        const jv_t *ips = jv_getc(jv_at(list, i), "addresses");
        for (size_t k = 0; k < jv_count(ips); k++)
            if (n++ < 3)
                join(&b, jv_str(jv_at(ips, k)), ",");
    }
    if (n > 3)
        buf_printf(&b, " + %zu more...", n - 3);
    return joined(a, &b, "<unset>");
}

/* ---- classes, budgets, quotas ---- */

jv_t *cell_class_name(arena_t *a, const jv_t *o) {
    str_t name = jv_path_str(o, "metadata", "name", NULL);
    bool is =
        str_eqc(jv_path_str(o, "metadata", "annotations", "storageclass.kubernetes.io/is-default-class", NULL), "true");
    return text(a, is ? arena_concat(a, name, STR(" (default)")) : name);
}

jv_t *cell_expansion(arena_t *a, const jv_t *o) {
    return jv_bool(a, jv_true(jv_getc(o, "allowVolumeExpansion")));
}

jv_t *cell_class_parameters(arena_t *a, const jv_t *o) {
    const jv_t *p = jv_path(o, "spec", "parameters", NULL);
    if (!p)
        return text(a, STR("<none>"));
    str_t group = jv_path_str(p, "apiGroup", NULL), kind = jv_path_str(p, "kind", NULL),
          name = jv_path_str(p, "name", NULL);
    return group.n ? jv_stringf(a, STR_FMT "." STR_FMT "/" STR_FMT, STR_ARG(kind), STR_ARG(group), STR_ARG(name))
                   : jv_stringf(a, STR_FMT "/" STR_FMT, STR_ARG(kind), STR_ARG(name));
}

static jv_t *int_or_text(arena_t *a, const jv_t *v) {
    return !v                    ? text(a, STR("N/A"))
           : jv_is(v, JV_STRING) ? text(a, v->s)
                                 : jv_stringf(a, "%lld", (long long)integer(v));
}

jv_t *cell_pdb_min(arena_t *a, const jv_t *o) {
    return int_or_text(a, jv_path(o, "spec", "minAvailable", NULL));
}

jv_t *cell_pdb_max(arena_t *a, const jv_t *o) {
    return int_or_text(a, jv_path(o, "spec", "maxUnavailable", NULL));
}

static jv_t *quota(arena_t *a, const jv_t *o, bool limits) {
    const jv_t *hard = jv_path(o, "status", "hard", NULL);
    buf_t b;
    buf_init_arena(&b, a);
    for (size_t i = 0; i < jv_count(hard); i++) {
        str_t key = hard->members[i].key, used = jv_str(jv_get(jv_path(o, "status", "used", NULL), key));
        if (str_starts(key, STR("limits.")) == limits)
            join(&b,
                 arena_printf(a, STR_FMT ": " STR_FMT "/" STR_FMT, STR_ARG(key), STR_ARG(used.n ? used : STR("0")),
                              STR_ARG(jv_str(hard->members[i].value))),
                 ", ");
    }
    return joined(a, &b, "");
}

jv_t *cell_quota_requests(arena_t *a, const jv_t *o) {
    return quota(a, o, false);
}

jv_t *cell_quota_limits(arena_t *a, const jv_t *o) {
    return quota(a, o, true);
}

jv_t *cell_owner(arena_t *a, const jv_t *o) {
    const jv_t *list = jv_path(o, "metadata", "ownerReferences", NULL);
    for (size_t i = 0; i < jv_count(list); i++)
        if (jv_true(jv_getc(jv_at(list, i), "controller")))
            return jv_stringf(a, STR_FMT "/" STR_FMT, STR_ARG(jv_path_str(jv_at(list, i), "kind", NULL)),
                              STR_ARG(jv_path_str(jv_at(list, i), "name", NULL)));
    return text(a, STR("<none>"));
}

jv_t *cell_global(arena_t *a, const jv_t *o) {
    return jv_bool(a, jv_true(jv_getc(o, "globalDefault")));
}

jv_t *cell_template_labels(arena_t *a, const jv_t *o) {
    return labels(a, jv_path(o, "template", "metadata", "labels", NULL));
}
