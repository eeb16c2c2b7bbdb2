#include "contrib/apiserver/meta.h"
#include "contrib/apiserver/names.h"
#include "contrib/apiserver/validate.h"

static bool is(const jv_t *v, const char *what) {
    return str_eqc(jv_str(v), what);
}

static int64_t number(const jv_t *v) {
    int64_t n = 0;
    jv_as_int(v, &n);
    return n;
}

/* ---- services ---- */

static bool same_member(const jv_t *list, size_t i, const char *key) {
    for (size_t k = 0; k < i; k++)
        if (valid_same(jv_getc(jv_at(list, k), key), jv_getc(jv_at(list, i), key)))
            return true;
    return false;
}

static void check_port(const jv_t *ports, size_t i, fields_t *f) {
    arena_t *a = f->arena;
    const jv_t *p = jv_at(ports, i);
    str_t path = at_index(a, STR("spec.ports"), i), name = jv_str(jv_getc(p, "name"));
    if (jv_count(ports) > 1 && !name.n) {
        fields_required(f, at(a, path, "name"), "");
    } else if (name.n) {
        name_validate(f, at(a, path, "name"), NAME_DNS_LABEL, name);
        if (same_member(ports, i, "name"))
            fields_duplicate(f, at(a, path, "name"), jv_getc(p, "name"));
    }
    valid_port(f, at(a, path, "port"), jv_getc(p, "port"));
    if (!jv_str(jv_getc(p, "protocol")).n)
        fields_required(f, at(a, path, "protocol"), "");
    else
        valid_choice(f, at(a, path, "protocol"), jv_getc(p, "protocol"), "SCTP TCP UDP");
    valid_port_or_name(f, at(a, path, "targetPort"), jv_getc(p, "targetPort"));
    str_t app = jv_str(jv_getc(p, "appProtocol"));
    if (app.n)
        name_validate(f, at(a, path, "appProtocol"), NAME_QUALIFIED, app);
}

/* Node ports, and pairs of port and protocol, are there once. */
static void check_port_uniqueness(const jv_t *spec, fields_t *f) {
    arena_t *a = f->arena;
    const jv_t *ports = jv_getc(spec, "ports");
    for (size_t i = 0; i < jv_count(ports); i++) {
        const jv_t *p = jv_at(ports, i);
        str_t path = at_index(a, STR("spec.ports"), i);
        int64_t node = number(jv_getc(p, "nodePort"));
        if (node && is(jv_getc(spec, "type"), "ClusterIP"))
            fields_forbidden(f, at(a, path, "nodePort"), "may not be used when `type` is 'ClusterIP'");
        if (node && (node < 30000 || node > 32767) && !is(jv_getc(spec, "type"), "ClusterIP"))
            fields_invalid(f, at(a, path, "nodePort"), jv_getc(p, "nodePort"),
                           "provided port is not in the valid range. The range of valid ports is 30000-32767");
        for (size_t k = 0; k < i; k++) {
            const jv_t *q = jv_at(ports, k);
            bool protocol = valid_same(jv_getc(p, "protocol"), jv_getc(q, "protocol"));
            if (node && protocol && valid_same(jv_getc(p, "nodePort"), jv_getc(q, "nodePort")))
                fields_duplicate(f, at(a, path, "nodePort"), jv_getc(p, "nodePort"));
            if (protocol && valid_same(jv_getc(p, "port"), jv_getc(q, "port"))) {
                fields_add(
                    f, FIELD_DUPLICATE, path,
                    arena_printf(a,
                                 "Duplicate value: core.ServicePort{Name:\"\", Protocol:" STR_FMT
                                 ", AppProtocol:(*string)(nil), Port:%lld, TargetPort:intstr.IntOrString{Type:0, "
                                 "IntVal:0, StrVal:\"\"}, NodePort:0}",
                                 STR_ARG(fields_quote(a, jv_str(jv_getc(p, "protocol")))),
                                 (long long)number(jv_getc(p, "port"))));
                break;
            }
        }
    }
}

static void check_addresses(const jv_t *spec, fields_t *f) {
    arena_t *a = f->arena;
    const jv_t *ips = jv_getc(spec, "clusterIPs"), *families = jv_getc(spec, "ipFamilies");
    const jv_t *policy = jv_getc(spec, "ipFamilyPolicy");
    str_t ip = jv_str(jv_getc(spec, "clusterIP"));
    if (is(jv_getc(spec, "type"), "ExternalName"))
        return;
    if (ip.n && !str_eq(jv_str(jv_at(ips, 0)), ip))
        fields_invalid(f, STR("spec.clusterIPs"), ips, "first value must match `clusterIP`");
    for (size_t i = 0; i < jv_count(families); i++)
        valid_choice(f, at_index(a, STR("spec.ipFamilies"), i), jv_at(families, i), "IPv4 IPv6");
    if (policy)
        valid_choice(f, STR("spec.ipFamilyPolicy"), policy, "PreferDualStack RequireDualStack SingleStack");
    for (size_t i = 0; i < jv_count(ips); i++) {
        str_t one = jv_str(jv_at(ips, i));
        if (!str_eqc(one, "None") && !name_ip(one))
            fields_invalid_str(f, at_index(a, STR("spec.clusterIPs"), i), one,
                               "must be a valid IP address, (e.g. 10.9.8.7 or 2001:db8::ffff)");
    }
}

static void check_external_name(const jv_t *spec, fields_t *f) {
    static const char *const not_for[] = {"clusterIPs", "ipFamilies", "ipFamilyPolicy"};
    str_t name = jv_str(jv_getc(spec, "externalName"));
    if (!is(jv_getc(spec, "type"), "ExternalName"))
        return;
    for (size_t i = 0; i < 3; i++)
        if (jv_getc(spec, not_for[i]))
            fields_forbidden(f, at(f->arena, STR("spec"), not_for[i]), "may not be set for ExternalName services");
    if (!name.n)
        fields_required(f, STR("spec.externalName"), "");
    else
        name_validate(f, STR("spec.externalName"), NAME_DNS_SUBDOMAIN,
                      str_ends(name, STR(".")) ? str_sub(name, 0, name.n - 1) : name);
}

static void check_traffic(const jv_t *spec, fields_t *f) {
    const jv_t *policy = jv_getc(spec, "externalTrafficPolicy"), *inside = jv_getc(spec, "internalTrafficPolicy");
    bool external = is(jv_getc(spec, "type"), "NodePort") || is(jv_getc(spec, "type"), "LoadBalancer") ||
                    (is(jv_getc(spec, "type"), "ClusterIP") && jv_count(jv_getc(spec, "externalIPs")));
    if (jv_getc(spec, "allocateLoadBalancerNodePorts") && !is(jv_getc(spec, "type"), "LoadBalancer"))
        fields_forbidden(f, STR("spec.allocateLoadBalancerNodePorts"),
                         "may only be used when `type` is 'LoadBalancer'");
    if (jv_getc(spec, "loadBalancerClass") && !is(jv_getc(spec, "type"), "LoadBalancer"))
        fields_forbidden(f, STR("spec.loadBalancerClass"), "may only be used when `type` is 'LoadBalancer'");
    if (!external && policy)
        fields_invalid(f, STR("spec.externalTrafficPolicy"), policy,
                       "may only be set for externally-accessible services");
    else if (external && policy)
        valid_choice(f, STR("spec.externalTrafficPolicy"), policy, "Cluster Local");
    if (inside)
        valid_choice(f, STR("spec.internalTrafficPolicy"), inside, "Cluster Local");
}

void validate_service(arena_t *a, const jv_t *o, const jv_t *old, fields_t *f) {
    const jv_t *spec = jv_getc(o, "spec"), *ports = jv_getc(spec, "ports"), *type = jv_getc(spec, "type");
    const jv_t *affinity = jv_getc(spec, "sessionAffinity"), *ips = jv_getc(spec, "clusterIPs");
    const jv_t *was = jv_path(old, "spec", "clusterIPs", NULL);
    bool headless = is(jv_getc(spec, "clusterIP"), "None");
    if (jv_count(was) && jv_count(ips) && !is(type, "ExternalName") && !valid_same(jv_at(ips, 0), jv_at(was, 0)))
        fields_invalid(f, STR("spec.clusterIPs[0]"), ips, "may not change once set");
    if (!jv_count(ports) && !headless && !is(type, "ExternalName"))
        fields_required(f, STR("spec.ports"), "");
    if (headless && (is(type, "LoadBalancer") || is(type, "NodePort")))
        fields_invalid_str(f, STR("spec.clusterIPs[0]"), STR("None"),
                           "may not be set to 'None' for " STR_FMT " services", STR_ARG(jv_str(type)));
    check_external_name(spec, f);
    for (size_t i = 0; i < jv_count(ports); i++)
        check_port(ports, i, f);
    meta_validate_labels(jv_getc(spec, "selector"), STR("spec.selector"), f);
    valid_choice(f, STR("spec.sessionAffinity"), affinity, "ClientIP None");
    check_addresses(spec, f);
    for (size_t i = 0; i < jv_count(jv_getc(spec, "externalIPs")); i++) {
        str_t ip = jv_str(jv_at(jv_getc(spec, "externalIPs"), i));
        if (!name_ip(ip))
            fields_invalid_str(f, at_index(a, STR("spec.externalIPs"), i), ip,
                               "must be a valid IP address, (e.g. 10.9.8.7 or 2001:db8::ffff)");
    }
    valid_choice(f, STR("spec.type"), type, "ClusterIP ExternalName LoadBalancer NodePort");
    check_port_uniqueness(spec, f);
    if (jv_count(jv_getc(spec, "loadBalancerSourceRanges")) && !is(type, "LoadBalancer"))
        fields_forbidden(f, STR("spec.LoadBalancerSourceRanges"), "may only be used when `type` is 'LoadBalancer'");
    check_traffic(spec, f);
    if (jv_count(jv_path(o, "status", "loadBalancer", "ingress", NULL)) && !is(type, "LoadBalancer"))
        fields_forbidden(f, STR("status.loadBalancer.ingress"),
                         "may only be used when `spec.type` is \"LoadBalancer\"");
}

/* ---- ingresses ---- */

static void check_backend(const jv_t *b, str_t path, fields_t *f) {
    arena_t *a = f->arena;
    const jv_t *service = jv_getc(b, "service"), *resource = jv_getc(b, "resource");
    if (service && resource) {
        fields_invalid_str(f, path, STR(""), "cannot set both resource and service backends");
        return;
    }
    if (resource) {
        if (!jv_str(jv_getc(resource, "kind")).n)
            fields_required(f, at(a, path, "resource.kind"), "");
        if (!jv_str(jv_getc(resource, "name")).n)
            fields_required(f, at(a, path, "resource.name"), "");
        return;
    }
    if (!service) {
        fields_invalid_str(f, path, STR(""), "resource or service backend is required");
        return;
    }
    str_t name = jv_str(jv_getc(service, "name")), port = jv_path_str(service, "port", "name", NULL);
    const jv_t *n = jv_path(service, "port", "number", NULL);
    if (!name.n)
        fields_required(f, at(a, path, "service.name"), "");
    else
        name_validate(f, at(a, path, "service.name"), NAME_DNS1035, name);
    if (port.n && number(n))
        fields_invalid_str(f, path, STR(""), "cannot set both port name & port number");
    else if (port.n)
        name_validate(f, at(a, path, "service.port.name"), NAME_PORT, port);
    else if (number(n))
        valid_port(f, at(a, path, "service.port.number"), n);
    else
        fields_required(f, path, "port name or number is required");
}

static void check_path(const jv_t *p, str_t path, fields_t *f) {
    static const char *const bad[] = {"//", "/./", "/../", "%2f", "%2F"};
    static const char *const ends[] = {"/..", "/."};
    arena_t *a = f->arena;
    const jv_t *type = jv_getc(p, "pathType");
    str_t text = jv_str(jv_getc(p, "path"));
    bool loose = is(type, "ImplementationSpecific");
    if (!jv_is(type, JV_STRING)) {
        fields_required(f, at(a, path, "pathType"), "pathType must be specified");
        return;
    }
    if (is(type, "Exact") || is(type, "Prefix") || loose) {
        if (!str_starts(text, STR("/")) && (text.n || !loose))
            fields_invalid_str(f, at(a, path, "path"), text, "must be an absolute path");
        for (size_t i = 0; !loose && i < 5; i++)
            if (str_find(text, str_c(bad[i])) >= 0)
                fields_invalid_str(f, at(a, path, "path"), text, "must not contain '%s'", bad[i]);
        for (size_t i = 0; !loose && i < 2; i++)
            if (str_ends(text, str_c(ends[i])))
                fields_invalid_str(f, at(a, path, "path"), text, "cannot end with '%s'", ends[i]);
    } else {
        fields_not_supported(f, at(a, path, "pathType"), type, "Exact ImplementationSpecific Prefix");
    }
    check_backend(jv_getc(p, "backend"), at(a, path, "backend"), f);
}

static void check_host(str_t host, str_t path, fields_t *f) {
    if (name_ip(host))
        fields_invalid_str(f, path, host, "must be a DNS name, not an IP address");
    name_validate(f, path, str_chr(host, '*') >= 0 ? NAME_WILDCARD : NAME_DNS_SUBDOMAIN, host);
}

void validate_ingress(arena_t *a, const jv_t *o, const jv_t *old, fields_t *f) {
    const jv_t *spec = jv_getc(o, "spec"), *rules = jv_getc(spec, "rules"), *tls = jv_getc(spec, "tls");
    str_t class = jv_str(jv_getc(spec, "ingressClassName"));
    str_t note = jv_path_str(o, "metadata", "annotations", "kubernetes.io/ingress.class", NULL);
    if (!jv_count(rules) && !jv_getc(spec, "defaultBackend"))
        fields_invalid(f, STR("spec"), rules, "either `defaultBackend` or `rules` must be specified");
    if (jv_getc(spec, "defaultBackend"))
        check_backend(jv_getc(spec, "defaultBackend"), STR("spec.defaultBackend"), f);
    for (size_t i = 0; i < jv_count(rules); i++) {
        const jv_t *http = jv_getc(jv_at(rules, i), "http"), *paths = jv_getc(http, "paths");
        str_t path = at_index(a, STR("spec.rules"), i), host = jv_str(jv_getc(jv_at(rules, i), "host"));
        if (host.n)
            check_host(host, at(a, path, "host"), f);
        if (http && !jv_count(paths))
            fields_required(f, at(a, path, "http.paths"), "");
        for (size_t k = 0; k < jv_count(paths); k++)
            check_path(jv_at(paths, k), at_index(a, at(a, path, "http.paths"), k), f);
    }
    for (size_t i = 0; i < jv_count(tls); i++)
        for (size_t k = 0; k < jv_count(jv_getc(jv_at(tls, i), "hosts")); k++) {
            str_t host = jv_str(jv_at(jv_getc(jv_at(tls, i), "hosts"), k));
            name_validate(f, at_index(a, at(a, at_index(a, STR("spec.tls"), i), "hosts"), k),
                          str_chr(host, '*') >= 0 ? NAME_WILDCARD : NAME_DNS_SUBDOMAIN, host);
        }
    if (class.n)
        name_validate(f, STR("spec.ingressClassName"), NAME_DNS_SUBDOMAIN, class);
    if (!old && note.n && class.n && !str_eq(note, class))
        fields_invalid_str(f, STR("metadata.annotations[kubernetes.io/ingress.class]"), note,
                           "must match `ingressClassName` when both are specified");
}

void validate_ingressclass(arena_t *a, const jv_t *o, const jv_t *old, fields_t *f) {
    str_t controller = jv_path_str(o, "spec", "controller", NULL);
    (void)a;
    if (!controller.n)
        fields_required(f, STR("spec.controller"), "");
    else if (controller.n > 250)
        fields_too_long(f, STR("spec.controller"), 250);
    else if (str_chr(controller, '/') < 0)
        fields_invalid_str(f, STR("spec.controller"), controller,
                           "must be a domain-prefixed path (such as \"acme.io/foo\")");
    if (old && !str_eq(controller, jv_path_str(old, "spec", "controller", NULL)))
        fields_invalid_str(f, STR("spec.controller"), controller, "field is immutable");
}

/* ---- network policies ---- */

static void check_peer(const jv_t *p, str_t path, fields_t *f) {
    arena_t *a = f->arena;
    const jv_t *block = jv_getc(p, "ipBlock");
    if (!jv_count(p))
        fields_required(f, path, "must specify a peer");
    if (block && jv_count(p) > 1)
        fields_forbidden(f, path, "may not specify both ipBlock and another peer");
    if (block) {
        str_t cidr = jv_str(jv_getc(block, "cidr"));
        if (!cidr.n)
            fields_required(f, at(a, path, "ipBlock.cidr"), "");
        else if (!name_cidr(cidr))
            fields_invalid_str(f, at(a, path, "ipBlock.cidr"), cidr,
                               "must be a valid CIDR value, (e.g. 10.9.8.0/24 or 2001:db8::/64)");
    }
    if (jv_getc(p, "podSelector"))
        valid_selector(f, at(a, path, "podSelector"), jv_getc(p, "podSelector"));
    if (jv_getc(p, "namespaceSelector"))
        valid_selector(f, at(a, path, "namespaceSelector"), jv_getc(p, "namespaceSelector"));
}

void validate_networkpolicy(arena_t *a, const jv_t *o, const jv_t *old, fields_t *f) {
    static const char *const ways[][2] = {{"ingress", "from"}, {"egress", "to"}};
    const jv_t *spec = jv_getc(o, "spec"), *types = jv_getc(spec, "policyTypes");
    (void)old;
    valid_selector(f, STR("spec.podSelector"), jv_getc(spec, "podSelector"));
    for (size_t w = 0; w < 2; w++)
        for (size_t i = 0; i < jv_count(jv_getc(spec, ways[w][0])); i++) {
            const jv_t *rule = jv_at(jv_getc(spec, ways[w][0]), i);
            str_t path = at_index(a, at(a, STR("spec"), ways[w][0]), i);
            for (size_t k = 0; k < jv_count(jv_getc(rule, "ports")); k++) {
                const jv_t *p = jv_at(jv_getc(rule, "ports"), k);
                str_t here = at_index(a, at(a, path, "ports"), k);
                valid_choice(f, at(a, here, "protocol"), jv_getc(p, "protocol"), "TCP UDP SCTP");
                if (jv_getc(p, "port"))
                    valid_port_or_name(f, at(a, here, "port"), jv_getc(p, "port"));
            }
            for (size_t k = 0; k < jv_count(jv_getc(rule, ways[w][1])); k++)
                check_peer(jv_at(jv_getc(rule, ways[w][1]), k), at_index(a, at(a, path, ways[w][1]), k), f);
        }
    if (jv_count(types) > 2)
        fields_invalid(f, STR("spec.policyTypes"), types, "may not specify more than two policyTypes");
    for (size_t i = 0; jv_count(types) <= 2 && i < jv_count(types); i++)
        valid_choice(f, at_index(a, STR("spec.policyTypes"), i), jv_at(types, i), "Ingress Egress");
}

/* ---- autoscalers ---- */

static void check_target(const jv_t *t, str_t path, fields_t *f) {
    arena_t *a = f->arena;
    const jv_t *type = jv_getc(t, "type"), *percent = jv_getc(t, "averageUtilization");
    if (!jv_str(type).n)
        fields_required(f, at(a, path, "type"), "must specify a metric target type");
    if (!is(type, "Utilization") && !is(type, "Value") && !is(type, "AverageValue"))
        fields_invalid(f, at(a, path, "type"), type, "must be either Utilization, Value, or AverageValue");
    if (percent && number(percent) < 1)
        fields_invalid(f, at(a, path, "averageUtilization"), percent, "must be greater than 0");
}

static void check_metric(const jv_t *m, str_t path, fields_t *f) {
    static const char *const kinds[][2] = {{"ContainerResource", "containerResource"},
                                           {"External", "external"},
                                           {"Object", "object"},
                                           {"Pods", "pods"},
                                           {"Resource", "resource"}};
    arena_t *a = f->arena;
    const jv_t *type = jv_getc(m, "type"), *resource = jv_getc(m, "resource");
    bool known = false;
    if (!jv_str(type).n)
        fields_required(f, at(a, path, "type"), "must specify a metric source type");
    for (size_t i = 0; i < 5; i++) {
        if (!is(type, kinds[i][0]))
            continue;
        known = true;
        if (!jv_getc(m, kinds[i][1]))
            fields_required(f, at(a, path, kinds[i][1]), "must populate information for the given metric source");
    }
    for (int twice = 0; !known && twice < 2; twice++)
        fields_not_supported(f, at(a, path, "type"), type, "ContainerResource External Object Pods Resource");
    if (!resource)
        return;
    const jv_t *target = jv_getc(resource, "target");
    str_t here = at(a, path, "resource");
    if (!jv_str(jv_getc(resource, "name")).n)
        fields_required(f, at(a, here, "name"), "must specify a resource name");
    check_target(target, at(a, here, "target"), f);
    if (!jv_getc(target, "averageUtilization") && !jv_getc(target, "averageValue"))
        fields_required(f, at(a, here, "target.averageUtilization"),
                        "must set either a target raw value or a target utilization");
    if (jv_getc(target, "averageUtilization") && jv_getc(target, "averageValue"))
        fields_forbidden(f, at(a, here, "target.averageValue"),
                         "may not set both a target raw value and a target utilization");
}

void validate_hpa(arena_t *a, const jv_t *o, const jv_t *old, fields_t *f) {
    const jv_t *spec = jv_getc(o, "spec"), *min = jv_getc(spec, "minReplicas"), *max = jv_getc(spec, "maxReplicas");
    const jv_t *ref = jv_getc(spec, "scaleTargetRef"), *metrics = jv_getc(spec, "metrics");
    static const char *const parts[] = {"kind", "name"};
    (void)old;
    if (min && number(min) < 1)
        fields_invalid(f, STR("spec.minReplicas"), min, "must be greater than or equal to 1");
    if (number(max) < 1)
        fields_invalid(f, STR("spec.maxReplicas"), max, "must be greater than 0");
    if (min && number(max) < number(min))
        fields_invalid(f, STR("spec.maxReplicas"), max, "must be greater than or equal to `minReplicas`");
    for (size_t i = 0; i < 2; i++) {
        str_t s = jv_str(jv_getc(ref, parts[i])), path = at(a, STR("spec.scaleTargetRef"), parts[i]);
        if (!s.n)
            fields_required(f, path, "");
        else
            name_validate(f, path, NAME_PATH_SEGMENT, s);
    }
    for (size_t i = 0; i < jv_count(metrics); i++)
        check_metric(jv_at(metrics, i), at_index(a, STR("spec.metrics"), i), f);
}
