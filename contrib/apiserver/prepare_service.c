#include "contrib/apiserver/defaults.h"
#include "contrib/apiserver/prepare.h"

enum { PORT_FIRST = 30000, PORT_COUNT = 2768 };

static bool type_is(const jv_t *o, const char *type) {
    return str_eqc(jv_path_str(o, "spec", "type", NULL), type);
}

static bool needs_ip(const jv_t *o) {
    return type_is(o, "ClusterIP") || type_is(o, "NodePort") || type_is(o, "LoadBalancer");
}

static bool needs_ports(const jv_t *o) {
    const jv_t *wants = jv_path(o, "spec", "allocateLoadBalancerNodePorts", NULL);
    return type_is(o, "NodePort") || (type_is(o, "LoadBalancer") && (!wants || jv_true(wants)));
}

static int64_t node_port(const jv_t *port) {
    int64_t n = 0;
    jv_as_int(jv_getc(port, "nodePort"), &n);
    return n;
}

static bool same_port(const jv_t *x, const jv_t *y) {
    return jv_equal(jv_getc(x, "port"), jv_getc(y, "port")) &&
           str_eq(jv_str(jv_getc(x, "protocol")), jv_str(jv_getc(y, "protocol")));
}

/* Carries node ports over from the old object's port of the same number, else allocates. */
static void ports(apiserver_t *s, arena_t *a, jv_t *o, const jv_t *old) {
    jv_t *list = jv_path(o, "spec", "ports", NULL), *before = jv_path(old, "spec", "ports", NULL);
    for (size_t i = 0; i < jv_count(list); i++) {
        jv_t *p = jv_at(list, i);
        if (!jv_getc(p, "port"))
            continue;
        for (size_t k = 0; !node_port(p) && k < jv_count(before); k++)
            if (same_port(p, jv_at(before, k)) && node_port(jv_at(before, k)))
                jv_setc(a, p, "nodePort", jv_getc(jv_at(before, k), "nodePort"));
        if (!node_port(p))
            jv_setc(a, p, "nodePort", jv_int(a, PORT_FIRST + s->next_port++ % PORT_COUNT));
    }
}

static void address(apiserver_t *s, arena_t *a, jv_t *spec) {
    str_t ip = jv_str(jv_getc(spec, "clusterIP"));
    if (!ip.n) {
        uint64_t n = s->next_ip++ % 0xffff0 + 2;
        ip = arena_printf(a, "10.%u.%u.%u", (unsigned)(96 + (n >> 16)), (unsigned)(n >> 8 & 255), (unsigned)(n & 255));
        jv_setc(a, spec, "clusterIP", jv_string(a, ip));
    }
    if (!jv_count(jv_getc(spec, "clusterIPs"))) {
        jv_t *list = jv_array(a);
        jv_append(a, list, jv_string(a, ip));
        jv_setc(a, spec, "clusterIPs", list);
    }
}

/* A cluster of IPv4 alone; headless services without a selector claim both families. */
static void families(arena_t *a, jv_t *spec) {
    bool both = str_eqc(jv_str(jv_getc(spec, "clusterIP")), "None") && !jv_count(jv_getc(spec, "selector"));
    str_t policy = jv_str(jv_getc(spec, "ipFamilyPolicy"));
    default_str(a, spec, "ipFamilyPolicy", both ? "RequireDualStack" : "SingleStack");
    if (jv_count(jv_getc(spec, "ipFamilies")))
        return;
    jv_t *list = jv_array(a);
    jv_append(a, list, jv_string(a, STR("IPv4")));
    if (both && !str_eqc(policy, "SingleStack"))
        jv_append(a, list, jv_string(a, STR("IPv6")));
    jv_setc(a, spec, "ipFamilies", list);
}

static void keep(arena_t *a, jv_t *spec, const jv_t *was, const char *key) {
    if (!jv_getc(spec, key) && jv_getc(was, key))
        jv_setc(a, spec, key, jv_getc(was, key));
}

static void drop_if_same(jv_t *spec, const jv_t *was, const char *key) {
    const jv_t *x = jv_getc(spec, key), *y = jv_getc(was, key);
    if (x && y && jv_equal(x, y))
        jv_removec(spec, key);
}

/* Fields that the old type needed and the new one doesn't go, where the client left them as they were. */
static void change_type(arena_t *a, jv_t *o, const jv_t *old) {
    jv_t *spec = jv_getc(o, "spec"), *was = jv_getc(old, "spec");
    static const char *const addresses[] = {"clusterIP", "clusterIPs", "ipFamilies", "ipFamilyPolicy"};
    if (needs_ip(o) && needs_ip(old))
        for (size_t i = 0; i < 4; i++)
            keep(a, spec, was, addresses[i]);
    else if (needs_ip(old))
        for (size_t i = 0; i < 4; i++)
            drop_if_same(spec, was, addresses[i]);
    if (needs_ports(old) && !needs_ports(o)) {
        jv_t *list = jv_getc(spec, "ports"), *before = jv_getc(was, "ports");
        for (size_t i = 0; i < jv_count(list); i++)
            for (size_t k = 0; k < jv_count(before); k++)
                if (node_port(jv_at(list, i)) == node_port(jv_at(before, k)))
                    jv_removec(jv_at(list, i), "nodePort");
    }
    bool external = type_is(o, "NodePort") || type_is(o, "LoadBalancer");
    if (!external)
        drop_if_same(spec, was, "externalTrafficPolicy");
    if (!type_is(o, "LoadBalancer")) {
        if (type_is(old, "LoadBalancer"))
            jv_removec(jv_path(o, "status", "loadBalancer", NULL), "ingress");
        drop_if_same(spec, was, "allocateLoadBalancerNodePorts");
        drop_if_same(spec, was, "loadBalancerClass");
    }
    if (type_is(o, "ExternalName"))
        drop_if_same(spec, was, "internalTrafficPolicy");
    if (!type_is(o, "ExternalName") && type_is(old, "ExternalName"))
        drop_if_same(spec, was, "externalName");
}

/* A changed clusterIP shows in clusterIPs, and the other way round. */
static void normalize(arena_t *a, jv_t *spec, const jv_t *was) {
    str_t ip = jv_str(jv_getc(spec, "clusterIP")), old = jv_str(jv_getc(was, "clusterIP"));
    jv_t *list = jv_getc(spec, "clusterIPs");
    str_t first = jv_str(jv_at(list, 0));
    if (ip.n && !str_eq(ip, old) && str_eq(first, old) && jv_count(list)) {
        jv_t *changed = jv_copy(a, list);
        changed->items[0] = jv_string(a, ip);
        jv_setc(a, spec, "clusterIPs", changed);
    } else if (!ip.n && first.n && was) {
        jv_removec(spec, "clusterIPs");
    } else if (!ip.n && first.n) {
        jv_setc(a, spec, "clusterIP", jv_at(list, 0));
    }
}

void prepare_service(apiserver_t *s, arena_t *a, jv_t *o, const jv_t *old) {
    jv_t *spec = jv_getc(o, "spec");
    /* A name that can't be, or ports that can't: nothing is allocated for what validation will refuse. */
    normalize(a, spec, jv_getc(old, "spec"));
    if (old)
        change_type(a, o, old);
    if (needs_ip(o)) {
        address(s, a, spec);
        families(a, spec);
    }
    if (needs_ports(o))
        ports(s, a, o, old);
}
