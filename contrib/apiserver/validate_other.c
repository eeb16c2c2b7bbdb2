#include "contrib/apiserver/meta.h"
#include "contrib/apiserver/names.h"
#include "contrib/apiserver/quantity.h"
#include "contrib/apiserver/validate.h"
#include "reactor/base/base64.h"

enum { DATA_MAX = 1024 * 1024 };

/* ---- config maps and secrets ---- */

static void check_keys(const jv_t *data, const char *field, fields_t *f) {
    for (size_t i = 0; i < jv_count(data); i++)
        name_validate(f, at_key(f->arena, str_c(field), data->members[i].key), NAME_CONFIG_KEY, data->members[i].key);
}

static size_t data_size(const jv_t *data, bool encoded) {
    size_t n = 0;
    for (size_t i = 0; i < jv_count(data); i++)
        n += encoded ? jv_str(data->members[i].value).n / 4 * 3 : jv_str(data->members[i].value).n;
    return n;
}

static void check_immutable(const jv_t *o, const jv_t *old, const char *const *fields, fields_t *f) {
    static const char why[] = "field is immutable when `immutable` is set";
    if (!jv_true(jv_getc(old, "immutable")))
        return;
    if (!jv_true(jv_getc(o, "immutable")))
        fields_forbidden(f, STR("immutable"), why);
    for (; *fields; fields++)
        if (!valid_same(jv_getc(o, *fields), jv_getc(old, *fields)))
            fields_forbidden(f, str_c(*fields), why);
}

void validate_configmap(arena_t *a, const jv_t *o, const jv_t *old, fields_t *f) {
    static const char *const fields[] = {"data", "binaryData", NULL};
    const jv_t *data = jv_getc(o, "data"), *binary = jv_getc(o, "binaryData");
    check_immutable(o, old, fields, f);
    check_keys(data, "data", f);
    for (size_t i = 0; i < jv_count(data); i++)
        if (jv_get(binary, data->members[i].key))
            fields_invalid_str(f, at_key(a, STR("data"), data->members[i].key), data->members[i].key,
                               "duplicate of key present in binaryData");
    check_keys(binary, "binaryData", f);
    if (data_size(data, false) + data_size(binary, true) > DATA_MAX)
        fields_too_long(f, STR(""), DATA_MAX);
}

static void need_data(const jv_t *o, const char *key, fields_t *f) {
    if (!jv_getc(jv_getc(o, "data"), key))
        fields_required(f, at_key(f->arena, STR("data"), str_c(key)), "");
}

static void need_json(const jv_t *o, const char *key, fields_t *f) {
    arena_t *a = f->arena;
    buf_t b;
    buf_init_arena(&b, a);
    if (!jv_getc(jv_getc(o, "data"), key)) {
        need_data(o, key, f);
        return;
    }
    bool good = base64_decode(&b, jv_str(jv_getc(jv_getc(o, "data"), key)), BASE64_STD, NULL) &&
                jv_is(jv_parse(a, buf_str(&b), NULL), JV_OBJECT);
    if (!good)
        fields_invalid_str(f, at_key(a, STR("data"), str_c(key)), STR("<secret contents redacted>"), "%s",
                           b.n ? "invalid character" : "unexpected end of JSON input");
}

void validate_secret(arena_t *a, const jv_t *o, const jv_t *old, fields_t *f) {
    static const char *const fields[] = {"data", NULL};
    const jv_t *data = jv_getc(o, "data");
    str_t type = jv_str(jv_getc(o, "type"));
    (void)a;
    if (old)
        valid_fixed(f, STR("type"), jv_getc(o, "type"), jv_getc(old, "type"));
    check_immutable(o, old, fields, f);
    check_keys(data, "data", f);
    if (data_size(data, true) > DATA_MAX)
        fields_too_long(f, STR("data"), DATA_MAX);
    if (str_eqc(type, "kubernetes.io/service-account-token") &&
        !jv_path_str(o, "metadata", "annotations", "kubernetes.io/service-account.name", NULL).n)
        fields_required(f, STR("metadata.annotations[kubernetes.io/service-account.name]"), "");
    if (str_eqc(type, "kubernetes.io/dockercfg"))
        need_json(o, ".dockercfg", f);
    if (str_eqc(type, "kubernetes.io/dockerconfigjson"))
        need_json(o, ".dockerconfigjson", f);
    if (str_eqc(type, "kubernetes.io/basic-auth") && !jv_getc(data, "username") && !jv_getc(data, "password")) {
        need_data(o, "username", f);
        need_data(o, "password", f);
    }
    if (str_eqc(type, "kubernetes.io/ssh-auth"))
        need_data(o, "ssh-privatekey", f);
    if (str_eqc(type, "kubernetes.io/tls")) {
        need_data(o, "tls.crt", f);
        need_data(o, "tls.key", f);
    }
}

/* ---- volumes ---- */

static void check_modes(const jv_t *modes, str_t path, fields_t *f) {
    bool alone = false, others = false;
    for (size_t i = 0; i < jv_count(modes); i++) {
        valid_choice(f, path, jv_at(modes, i), "ReadOnlyMany ReadWriteMany ReadWriteOnce ReadWriteOncePod");
        if (str_eqc(jv_str(jv_at(modes, i)), "ReadWriteOncePod"))
            alone = true;
        else
            others = true;
    }
    if (alone && others)
        fields_forbidden(f, path, "may not use ReadWriteOncePod with other access modes");
}

void validate_claim_spec(const jv_t *spec, str_t path, fields_t *f) {
    arena_t *a = f->arena;
    const jv_t *modes = jv_getc(spec, "accessModes"), *size = jv_path(spec, "resources", "requests", "storage", NULL);
    if (!jv_count(modes))
        fields_required(f, at(a, path, "accessModes"), "at least 1 access mode is required");
    if (jv_getc(spec, "selector"))
        valid_selector(f, at(a, path, "selector"), jv_getc(spec, "selector"));
    check_modes(modes, at(a, path, "accessModes"), f);
    str_t here = at(a, path, "resources[storage]");
    if (!size)
        fields_required(f, here, "");
    else if (quantity_of(size).nano <= 0)
        fields_invalid(f, here, size, "must be greater than zero");
    str_t class = jv_str(jv_getc(spec, "storageClassName"));
    if (class.n)
        name_validate(f, at(a, path, "storageClassName"), NAME_DNS_SUBDOMAIN, class);
    if (jv_getc(spec, "volumeMode"))
        valid_choice(f, at(a, path, "volumeMode"), jv_getc(spec, "volumeMode"), "Block Filesystem");
}

void validate_persistentvolumeclaim(arena_t *a, const jv_t *o, const jv_t *old, fields_t *f) {
    const jv_t *spec = jv_getc(o, "spec"), *was = jv_getc(old, "spec");
    validate_claim_spec(spec, STR("spec"), f);
    if (!old)
        return;
    jv_t *x = jv_copy(a, spec), *y = jv_copy(a, was);
    if (!jv_str(jv_getc(was, "volumeName")).n)
        jv_removec(x, "volumeName");
    jv_t *now = jv_path(spec, "resources", "requests", "storage", NULL);
    jv_t *then = jv_path(was, "resources", "requests", "storage", NULL);
    if (str_eqc(jv_path_str(o, "status", "phase", NULL), "Bound") && now && then)
        jv_set_path(a, x, then, "resources", "requests", "storage", NULL);
    if (!jv_equal(x, y))
        fields_forbidden(f, STR("spec"),
                         "spec is immutable after creation except resources.requests and volumeAttributesClassName for "
                         "bound claims\n");
    if (now && then && quantity_cmp(quantity_of(now), quantity_of(then)) < 0)
        fields_forbidden(f, STR("spec.resources.requests.storage"), "field can not be less than status.capacity");
}

void validate_persistentvolume(arena_t *a, const jv_t *o, const jv_t *old, fields_t *f) {
    static const char *const plain[] = {
        "capacity",     "accessModes", "claimRef",     "persistentVolumeReclaimPolicy", "storageClassName",
        "mountOptions", "volumeMode",  "nodeAffinity", "volumeAttributesClassName"};
    const jv_t *spec = jv_getc(o, "spec"), *size = jv_path(spec, "capacity", "storage", NULL);
    size_t sources = 0;
    if (!jv_count(jv_getc(spec, "accessModes")))
        fields_required(f, STR("spec.accessModes"), "");
    check_modes(jv_getc(spec, "accessModes"), STR("spec.accessModes"), f);
    if (!jv_count(jv_getc(spec, "capacity")))
        fields_required(f, STR("spec.capacity"), "");
    if (!size || jv_count(jv_getc(spec, "capacity")) > 1)
        fields_not_supported(f, STR("spec.capacity"), jv_getc(spec, "capacity"), "storage");
    else if (quantity_of(size).nano <= 0)
        fields_invalid(f, STR("spec.capacity[storage]"), size, "must be greater than zero");
    valid_choice(f, STR("spec.persistentVolumeReclaimPolicy"), jv_getc(spec, "persistentVolumeReclaimPolicy"),
                 "Delete Recycle Retain");
    for (size_t i = 0; i < jv_count(spec); i++) {
        bool known = false;
        for (size_t k = 0; k < sizeof plain / sizeof *plain; k++)
            known |= str_eqc(spec->members[i].key, plain[k]);
        if (!known && sources++)
            fields_forbidden(f, at_str(a, STR("spec"), spec->members[i].key),
                             "may not specify more than 1 volume type");
    }
    if (!sources)
        fields_required(f, STR("spec"), "must specify a volume type");
    (void)old;
}

/* ---- events, endpoints ---- */

void validate_event(arena_t *a, const jv_t *o, const jv_t *old, fields_t *f) {
    str_t ns = jv_path_str(o, "metadata", "namespace", NULL), of = jv_path_str(o, "involvedObject", "namespace", NULL);
    bool timed = jv_is(jv_getc(o, "eventTime"), JV_STRING);
    (void)a;
    (void)old;
    if (of.n ? !timed && !str_eq(of, ns) : !str_eqc(ns, "default") && ns.n && !(timed && str_eqc(ns, "kube-system")))
        fields_invalid_str(f, STR("involvedObject.namespace"), of, "does not match event.namespace");
    if (!timed)
        return;
    static const char *const needed[] = {"reportingComponent", "reportingInstance", "action", "reason"};
    static const char *const shown[] = {"reportingController", "reportingInstance", "action", "reason"};
    for (size_t i = 0; i < 4; i++)
        if (!jv_str(jv_getc(o, needed[i])).n)
            fields_required(f, str_c(shown[i]), "");
}

void validate_new_event(arena_t *a, const jv_t *o, const jv_t *old, fields_t *f) {
    str_t type = jv_str(jv_getc(o, "type"));
    static const char *const unset[] = {"firstTimestamp", "lastTimestamp", "count"};
    (void)a;
    if (old)
        return;
    if (!jv_is(jv_getc(o, "eventTime"), JV_STRING))
        fields_required(f, STR("eventTime"), "");
    if (!str_eqc(type, "Normal") && !str_eqc(type, "Warning"))
        fields_invalid_str(f, STR("type"), STR(""), "has invalid value: " STR_FMT, STR_ARG(type));
    for (size_t i = 0; i < 3; i++) {
        const jv_t *v = jv_getc(o, unset[i]);
        if (v && v->kind != JV_NULL)
            fields_invalid_str(f, str_c(unset[i]), STR(""), "needs to be unset");
    }
}

static void bad_ip(fields_t *f, str_t path, str_t ip) {
    fields_invalid_str(f, path, ip, "must be a valid IP address, (e.g. 10.9.8.7 or 2001:db8::ffff)");
    fields_invalid_str(f, path, ip, "must be a valid IP address");
}

void validate_endpoints(arena_t *a, const jv_t *o, const jv_t *old, fields_t *f) {
    static const char *const lists[] = {"addresses", "notReadyAddresses"};
    const jv_t *subsets = jv_getc(o, "subsets");
    (void)old;
    for (size_t i = 0; i < jv_count(subsets); i++) {
        const jv_t *s = jv_at(subsets, i), *ports = jv_getc(s, "ports");
        str_t path = at_index(a, STR("subsets"), i);
        if (jv_count(jv_getc(s, lists[0])) + jv_count(jv_getc(s, lists[1])) == 0)
            fields_required(f, path, "must specify `addresses` or `notReadyAddresses`");
        for (size_t l = 0; l < 2; l++)
            for (size_t k = 0; k < jv_count(jv_getc(s, lists[l])); k++) {
                str_t ip = jv_str(jv_getc(jv_at(jv_getc(s, lists[l]), k), "ip"));
                if (!name_ip(ip))
                    bad_ip(f, at(a, at_index(a, at(a, path, lists[l]), k), "ip"), ip);
            }
        for (size_t k = 0; k < jv_count(ports); k++) {
            str_t here = at_index(a, at(a, path, "ports"), k);
            if (jv_count(ports) > 1 && !jv_str(jv_getc(jv_at(ports, k), "name")).n)
                fields_required(f, at(a, here, "name"), "");
            valid_port(f, at(a, here, "port"), jv_getc(jv_at(ports, k), "port"));
            valid_choice(f, at(a, here, "protocol"), jv_getc(jv_at(ports, k), "protocol"), "SCTP TCP UDP");
        }
    }
}

void validate_endpointslice(arena_t *a, const jv_t *o, const jv_t *old, fields_t *f) {
    const jv_t *type = jv_getc(o, "addressType"), *list = jv_getc(o, "endpoints");
    if (!jv_str(type).n)
        fields_required(f, STR("addressType"), "");
    else
        valid_choice(f, STR("addressType"), type, "FQDN IPv4 IPv6");
    for (size_t i = 0; i < jv_count(list); i++)
        if (!jv_count(jv_getc(jv_at(list, i), "addresses")))
            fields_required(f, at(a, at_index(a, STR("endpoints"), i), "addresses"), "must contain at least 1 address");
    if (old)
        valid_fixed(f, STR("addressType"), type, jv_getc(old, "addressType"));
}

/* ---- RBAC ---- */

static void check_rules(arena_t *a, const jv_t *rules, bool namespaced, fields_t *f) {
    for (size_t i = 0; i < jv_count(rules); i++) {
        const jv_t *r = jv_at(rules, i), *urls = jv_getc(r, "nonResourceURLs");
        str_t path = at_index(a, STR("rules"), i);
        size_t groups = jv_count(jv_getc(r, "apiGroups")), resources = jv_count(jv_getc(r, "resources"));
        if (!jv_count(jv_getc(r, "verbs")))
            fields_required(f, at(a, path, "verbs"), "verbs must contain at least one value");
        if (jv_count(urls)) {
            if (namespaced)
                fields_invalid(f, at(a, path, "nonResourceURLs"), urls,
                               "namespaced rules cannot apply to non-resource URLs");
            if (groups + resources + jv_count(jv_getc(r, "resourceNames")))
                fields_invalid(f, at(a, path, "nonResourceURLs"), urls,
                               "rules cannot apply to both regular resources and non-resource URLs");
            continue;
        }
        if (!groups)
            fields_required(f, at(a, path, "apiGroups"), "resource rules must supply at least one api group");
        if (!resources)
            fields_required(f, at(a, path, "resources"), "resource rules must supply at least one resource");
    }
}

void validate_role(arena_t *a, const jv_t *o, const jv_t *old, fields_t *f) {
    (void)old;
    check_rules(a, jv_getc(o, "rules"), true, f);
}

void validate_clusterrole(arena_t *a, const jv_t *o, const jv_t *old, fields_t *f) {
    (void)old;
    check_rules(a, jv_getc(o, "rules"), false, f);
}

static void check_subject(const jv_t *s, str_t path, bool namespaced, fields_t *f) {
    arena_t *a = f->arena;
    const jv_t *kind = jv_getc(s, "kind"), *group = jv_getc(s, "apiGroup");
    str_t name = jv_str(jv_getc(s, "name"));
    if (!name.n)
        fields_required(f, at(a, path, "name"), "");
    if (str_eqc(jv_str(kind), "ServiceAccount")) {
        if (name.n)
            name_validate(f, at(a, path, "name"), NAME_DNS_SUBDOMAIN, name);
        if (jv_str(group).n)
            fields_add(f, FIELD_NOT_SUPPORTED, at(a, path, "apiGroup"),
                       arena_printf(a, "Unsupported value: " STR_FMT ": supported values: \"\"",
                                    STR_ARG(fields_value(a, group))));
        if (!namespaced && !jv_str(jv_getc(s, "namespace")).n)
            fields_required(f, at(a, path, "namespace"), "");
    } else if (str_eqc(jv_str(kind), "User") || str_eqc(jv_str(kind), "Group")) {
        valid_choice(f, at(a, path, "apiGroup"), group, "rbac.authorization.k8s.io");
    } else {
        fields_not_supported(f, at(a, path, "kind"), kind, "ServiceAccount User Group");
    }
}

static void check_binding(arena_t *a, const jv_t *o, const jv_t *old, bool namespaced, fields_t *f) {
    const jv_t *ref = jv_getc(o, "roleRef"), *subjects = jv_getc(o, "subjects");
    str_t name = jv_str(jv_getc(ref, "name"));
    valid_choice(f, STR("roleRef.apiGroup"), jv_getc(ref, "apiGroup"), "rbac.authorization.k8s.io");
    valid_choice(f, STR("roleRef.kind"), jv_getc(ref, "kind"), namespaced ? "Role ClusterRole" : "ClusterRole");
    if (!name.n)
        fields_required(f, STR("roleRef.name"), "");
    else
        name_validate(f, STR("roleRef.name"), NAME_PATH_SEGMENT, name);
    for (size_t i = 0; i < jv_count(subjects); i++)
        check_subject(jv_at(subjects, i), at_index(a, STR("subjects"), i), namespaced, f);
    if (old && !valid_same(ref, jv_getc(old, "roleRef")))
        fields_invalid(f, STR("roleRef"), ref, "cannot change roleRef");
}

void validate_binding(arena_t *a, const jv_t *o, const jv_t *old, fields_t *f) {
    check_binding(a, o, old, true, f);
}

void validate_clusterbinding(arena_t *a, const jv_t *o, const jv_t *old, fields_t *f) {
    check_binding(a, o, old, false, f);
}

/* ---- classes, budgets, leases ---- */

void validate_storageclass(arena_t *a, const jv_t *o, const jv_t *old, fields_t *f) {
    static const char *const fixed[] = {"parameters", "provisioner", "reclaimPolicy", "volumeBindingMode"};
    str_t provisioner = jv_str(jv_getc(o, "provisioner"));
    (void)a;
    if (old) {
        for (size_t i = 0; i < 4; i++)
            if (!valid_same(jv_getc(o, fixed[i]), jv_getc(old, fixed[i]))) {
                if (i == 3)
                    valid_fixed(f, str_c(fixed[i]), jv_getc(o, fixed[i]), jv_getc(old, fixed[i]));
                else
                    fields_forbidden(f, str_c(fixed[i]),
                                     arena_cstr(f->arena,
                                                arena_printf(f->arena, "updates to %s are forbidden.", fixed[i])));
            }
        return;
    }
    if (!provisioner.n)
        fields_required(f, STR("provisioner"), "");
    else
        name_validate(f, STR("provisioner"), NAME_QUALIFIED, provisioner);
    valid_choice(f, STR("reclaimPolicy"), jv_getc(o, "reclaimPolicy"), "Delete Retain");
    valid_choice(f, STR("volumeBindingMode"), jv_getc(o, "volumeBindingMode"), "Immediate WaitForFirstConsumer");
}

void validate_priorityclass(arena_t *a, const jv_t *o, const jv_t *old, fields_t *f) {
    int64_t value = 0;
    (void)a;
    jv_as_int(jv_getc(o, "value"), &value);
    if (str_starts(jv_path_str(o, "metadata", "name", NULL), STR("system-")))
        fields_forbidden(f, STR("metadata.name"),
                         "priority class names with 'system-' prefix are reserved for system use only");
    else if (value > 1000000000)
        fields_forbidden(f, STR("value"), "maximum allowed value of a user defined priority is 1000000000");
    if (old && !valid_same(jv_getc(o, "value"), jv_getc(old, "value")))
        fields_forbidden(f, STR("value"), "may not be changed in an update.");
    if (old)
        valid_fixed(f, STR("preemptionPolicy"), jv_getc(o, "preemptionPolicy"), jv_getc(old, "preemptionPolicy"));
}

void validate_lease(arena_t *a, const jv_t *o, const jv_t *old, fields_t *f) {
    const jv_t *spec = jv_getc(o, "spec"), *seconds = jv_getc(spec, "leaseDurationSeconds");
    int64_t n;
    (void)a;
    (void)old;
    if (jv_as_int(seconds, &n) && n <= 0)
        fields_invalid(f, STR("spec.leaseDurationSeconds"), seconds, "must be greater than 0");
    if (jv_as_int(jv_getc(spec, "leaseTransitions"), &n) && n < 0)
        fields_invalid(f, STR("spec.leaseTransitions"), jv_getc(spec, "leaseTransitions"),
                       "must be greater than or equal to 0");
}

void validate_pdb(arena_t *a, const jv_t *o, const jv_t *old, fields_t *f) {
    const jv_t *spec = jv_getc(o, "spec"), *min = jv_getc(spec, "minAvailable"), *max = jv_getc(spec, "maxUnavailable");
    (void)a;
    (void)old;
    if (min && max)
        fields_invalid(f, STR("spec"), spec, "minAvailable and maxUnavailable cannot be both set");
    valid_positive_or_percent(f, STR("spec.minAvailable"), min);
    valid_positive_or_percent(f, STR("spec.maxUnavailable"), max);
    if (jv_getc(spec, "selector"))
        valid_selector(f, STR("spec.selector"), jv_getc(spec, "selector"));
}
