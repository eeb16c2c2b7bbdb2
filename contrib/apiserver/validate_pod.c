#include "contrib/apiserver/validate.h"

#include "contrib/apiserver/meta.h"
#include "contrib/apiserver/names.h"
#include "contrib/apiserver/quantity.h"

/* ---- shared parts ---- */

bool valid_same(const jv_t *x, const jv_t *y) {
    return x && y ? jv_equal(x, y) : !x && !y;
}

void valid_nonnegative(fields_t *f, str_t path, const jv_t *parent, const char *key) {
    int64_t n;
    const jv_t *v = jv_getc(parent, key);
    if (jv_as_int(v, &n) && n < 0)
        fields_invalid(f, at(f->arena, path, key), v, "must be greater than or equal to 0");
}

void valid_port(fields_t *f, str_t path, const jv_t *v) {
    int64_t n = 0;
    jv_as_int(v, &n);
    if (n < 1 || n > 65535)
        fields_invalid(f, path, v, "must be between 1 and 65535, inclusive");
}

void valid_port_or_name(fields_t *f, str_t path, const jv_t *v) {
    if (jv_is(v, JV_STRING))
        name_validate(f, path, NAME_PORT, v->s);
    else
        valid_port(f, path, v);
}

void valid_choice(fields_t *f, str_t path, const jv_t *v, const char *choices) {
    str_t rest = str_c(choices), one, after;
    while (rest.n) {
        str_cut(rest, ' ', &one, &after);
        if (str_eq(one, jv_str(v)))
            return;
        rest = after;
    }
    fields_not_supported(f, path, v, choices);
}

void valid_fixed(fields_t *f, str_t path, const jv_t *now, const jv_t *then) {
    if (!valid_same(now, then))
        fields_invalid(f, path, now, "field is immutable");
}

void valid_positive_or_percent(fields_t *f, str_t path, const jv_t *v) {
    int64_t n;
    if (!v)
        return;
    if (jv_is(v, JV_STRING)) {
        bool good = v->s.n > 1 && v->s.p[v->s.n - 1] == '%' && str_int(str_sub(v->s, 0, v->s.n - 1), &n) && n >= 0;
        if (!good)
            fields_intstr(f, path, v,
                          "a valid percent string must be a numeric string followed by an ending '%' (e.g. '1%',  or "
                          "'93%', regex used for validation is '[0-9]+%')");
    } else if (jv_as_int(v, &n) && n < 0) {
        fields_invalid(f, path, v, "must be greater than or equal to 0");
    }
}

static void check_requirement(fields_t *f, str_t path, const jv_t *t) {
    arena_t *a = f->arena;
    str_t op = jv_str(jv_getc(t, "operator"));
    size_t n = jv_count(jv_getc(t, "values"));
    bool set = str_eqc(op, "In") || str_eqc(op, "NotIn"), exists = str_eqc(op, "Exists") || str_eqc(op, "DoesNotExist");
    if (set && !n)
        fields_required(f, at(a, path, "values"), "must be specified when `operator` is 'In' or 'NotIn'");
    if (exists && n)
        fields_forbidden(f, at(a, path, "values"),
                         "may not be specified when `operator` is 'Exists' or 'DoesNotExist'");
    if (!set && !exists)
        fields_invalid_str(f, at(a, path, "operator"), op, "not a valid selector operator");
    name_validate(f, at(a, path, "key"), NAME_QUALIFIED, jv_str(jv_getc(t, "key")));
    for (size_t i = 0; i < n; i++)
        name_validate(f, at_index(a, at(a, path, "values"), i), NAME_LABEL_VALUE,
                      jv_str(jv_at(jv_getc(t, "values"), i)));
}

void valid_selector(fields_t *f, str_t path, const jv_t *selector) {
    const jv_t *terms = jv_getc(selector, "matchExpressions");
    meta_validate_labels(jv_getc(selector, "matchLabels"), at(f->arena, path, "matchLabels"), f);
    for (size_t i = 0; i < jv_count(terms); i++)
        check_requirement(f, at_index(f->arena, at(f->arena, path, "matchExpressions"), i), jv_at(terms, i));
}

/* ---- containers ---- */

static bool is_in(const jv_t *list, size_t before, const char *key, str_t value) {
    for (size_t i = 0; i < before; i++)
        if (str_eq(jv_str(jv_getc(jv_at(list, i), key)), value))
            return true;
    return false;
}

static void check_ports(const jv_t *ports, str_t path, fields_t *f) {
    arena_t *a = f->arena;
    for (size_t i = 0; i < jv_count(ports); i++) {
        const jv_t *p = jv_at(ports, i), *number = jv_getc(p, "containerPort"), *host = jv_getc(p, "hostPort");
        str_t here = at_index(a, path, i), name = jv_str(jv_getc(p, "name"));
        int64_t n = 0;
        if (name.n && !name_ok(a, NAME_PORT, name))
            name_validate(f, at(a, here, "name"), NAME_PORT, name);
        else if (name.n && is_in(ports, i, "name", name))
            fields_duplicate(f, at(a, here, "name"), jv_getc(p, "name"));
        if (!jv_as_int(number, &n) || n == 0)
            fields_required(f, at(a, here, "containerPort"), "");
        else
            valid_port(f, at(a, here, "containerPort"), number);
        if (jv_as_int(host, &n) && n != 0)
            valid_port(f, at(a, here, "hostPort"), host);
        valid_choice(f, at(a, here, "protocol"), jv_getc(p, "protocol"), "SCTP TCP UDP");
    }
}

static void check_key_ref(const jv_t *ref, str_t path, fields_t *f) {
    arena_t *a = f->arena;
    str_t key = jv_str(jv_getc(ref, "key"));
    if (!jv_str(jv_getc(ref, "name")).n)
        fields_required(f, at(a, path, "name"), "");
    if (!key.n)
        fields_required(f, at(a, path, "key"), "");
    else
        name_validate(f, at(a, path, "key"), NAME_CONFIG_KEY, key);
}

static bool is_word(const char *words, str_t s) {
    str_t rest = str_c(words), one, after;
    for (; rest.n; rest = after) {
        str_cut(rest, ' ', &one, &after);
        if (str_eq(one, s))
            return true;
    }
    return false;
}

static void check_field_ref(const jv_t *ref, str_t path, fields_t *f) {
    static const char known[] =
        "metadata.annotations metadata.labels metadata.name metadata.namespace metadata.uid "
        "spec.nodeName spec.restartPolicy spec.serviceAccountName spec.schedulerName status.phase "
        "status.hostIP status.hostIPs status.podIP status.podIPs";
    static const char supported[] =
        "metadata.name metadata.namespace metadata.uid spec.nodeName spec.serviceAccountName "
        "status.hostIP status.hostIPs status.podIP status.podIPs";
    arena_t *a = f->arena;
    str_t field = jv_str(jv_getc(ref, "fieldPath"));
    if (!field.n)
        fields_required(f, at(a, path, "fieldPath"), "");
    else if (str_starts(field, STR("metadata.labels[")) || str_starts(field, STR("metadata.annotations[")))
        return;
    else if (!is_word(known, field))
        fields_invalid_str(f, at(a, path, "fieldPath"), field,
                           "error converting fieldPath: field label not supported: " STR_FMT, STR_ARG(field));
    else
        valid_choice(f, at(a, path, "fieldPath"), jv_getc(ref, "fieldPath"), supported);
}

static void check_env(const jv_t *env, str_t path, fields_t *f) {
    arena_t *a = f->arena;
    for (size_t i = 0; i < jv_count(env); i++) {
        const jv_t *e = jv_at(env, i), *from = jv_getc(e, "valueFrom");
        str_t here = at_index(a, path, i), name = jv_str(jv_getc(e, "name")), source = at(a, here, "valueFrom");
        if (!name.n)
            fields_required(f, at(a, here, "name"), "");
        else
            name_validate(f, at(a, here, "name"), NAME_ENV, name);
        if (!from)
            continue;
        if (jv_getc(from, "fieldRef"))
            check_field_ref(jv_getc(from, "fieldRef"), at(a, source, "fieldRef"), f);
        if (jv_getc(from, "configMapKeyRef"))
            check_key_ref(jv_getc(from, "configMapKeyRef"), at(a, source, "configMapKeyRef"), f);
        if (jv_getc(from, "secretKeyRef"))
            check_key_ref(jv_getc(from, "secretKeyRef"), at(a, source, "secretKeyRef"), f);
        if (jv_str(jv_getc(e, "value")).n && jv_count(from))
            fields_invalid_str(f, source, STR(""), "may not be specified when `value` is not empty");
        else if (!jv_count(from))
            fields_invalid_str(
                f, source, STR(""),
                "must specify one of: `fieldRef`, `resourceFieldRef`, `configMapKeyRef` or `secretKeyRef`");
        else if (jv_count(from) > 1)
            fields_invalid_str(f, source, STR(""), "may not have more than one field specified at a time");
    }
}

static void check_env_from(const jv_t *list, str_t path, fields_t *f) {
    arena_t *a = f->arena;
    for (size_t i = 0; i < jv_count(list); i++) {
        const jv_t *e = jv_at(list, i), *map = jv_getc(e, "configMapRef"), *secret = jv_getc(e, "secretRef");
        str_t here = at_index(a, path, i);
        if (map && !jv_str(jv_getc(map, "name")).n)
            fields_required(f, at(a, here, "configMapRef.name"), "");
        if (secret && !jv_str(jv_getc(secret, "name")).n)
            fields_required(f, at(a, here, "secretRef.name"), "");
        if (!map && !secret)
            fields_invalid_str(f, here, STR(""), "must specify one of: `configMapRef` or `secretRef`");
        if (map && secret)
            fields_invalid_str(f, here, STR(""), "may not have more than one field specified at a time");
    }
}

static void check_mounts(const jv_t *mounts, const jv_t *volumes, str_t path, fields_t *f) {
    arena_t *a = f->arena;
    for (size_t i = 0; i < jv_count(mounts); i++) {
        const jv_t *m = jv_at(mounts, i);
        str_t here = at_index(a, path, i), name = jv_str(jv_getc(m, "name")), to = jv_str(jv_getc(m, "mountPath"));
        str_t sub = jv_str(jv_getc(m, "subPath"));
        if (!name.n)
            fields_required(f, at(a, here, "name"), "");
        else if (!is_in(volumes, jv_count(volumes), "name", name))
            fields_not_found(f, at(a, here, "name"), name);
        if (!to.n)
            fields_required(f, at(a, here, "mountPath"), "");
        else if (is_in(mounts, i, "mountPath", to))
            fields_invalid_str(f, at(a, here, "mountPath"), to, "must be unique");
        if (str_starts(sub, STR("/")))
            fields_invalid_str(f, at(a, path, "subPath"), sub, "must be a relative path");
        else if (str_eqc(sub, "..") || str_starts(sub, STR("../")) || str_find(sub, STR("/../")) >= 0 ||
                 str_ends(sub, STR("/..")))
            fields_invalid_str(f, at(a, path, "subPath"), sub, "must not contain '..'");
    }
}

static void check_quantities(const jv_t *map, str_t path, fields_t *f) {
    arena_t *a = f->arena;
    for (size_t i = 0; i < jv_count(map); i++) {
        str_t key = map->members[i].key, here = at_key(a, path, key);
        bool standard = str_eqc(key, "cpu") || str_eqc(key, "memory") || str_eqc(key, "ephemeral-storage") ||
                        str_starts(key, STR("hugepages-"));
        name_validate(f, here, NAME_QUALIFIED, key);
        if (!standard && str_chr(key, '/') < 0) {
            static const char *const why[] = {"must be a standard resource type or fully qualified",
                                              "must be a standard resource for containers"};
            for (size_t k = 0; k < 2; k++)
                fields_add(f, FIELD_INVALID, here,
                           arena_printf(a, "Invalid value: " STR_FMT ": %s", STR_ARG(key), why[k]));
        }
        if (quantity_of(map->members[i].value).nano < 0)
            fields_invalid(f, here, map->members[i].value, "must be greater than or equal to 0");
    }
}

static void check_resources(const jv_t *resources, str_t path, fields_t *f) {
    arena_t *a = f->arena;
    const jv_t *limits = jv_getc(resources, "limits"), *requests = jv_getc(resources, "requests");
    check_quantities(limits, at(a, path, "limits"), f);
    check_quantities(requests, at(a, path, "requests"), f);
    for (size_t i = 0; i < jv_count(requests); i++) {
        const jv_t *limit = jv_get(limits, requests->members[i].key), *v = requests->members[i].value;
        if (limit && quantity_cmp(quantity_of(v), quantity_of(limit)) > 0)
            fields_invalid(f, at(a, path, "requests"), v, "must be less than or equal to " STR_FMT " limit of " STR_FMT,
                           STR_ARG(requests->members[i].key), STR_ARG(jv_str(limit)));
    }
}

static void check_handler(const jv_t *h, str_t path, fields_t *f) {
    static const char *const kinds[] = {"exec", "httpGet", "tcpSocket", "grpc", "sleep"};
    arena_t *a = f->arena;
    size_t n = 0;
    for (size_t i = 0; i < 5; i++) {
        const jv_t *v = jv_getc(h, kinds[i]);
        str_t here = at(a, path, kinds[i]);
        if (!v)
            continue;
        if (n++) {
            fields_forbidden(f, here, "may not specify more than 1 handler type");
            continue;
        }
        if (i == 0 && !jv_count(jv_getc(v, "command")))
            fields_required(f, at(a, here, "command"), "");
        if (i == 1) {
            if (!jv_str(jv_getc(v, "path")).n)
                fields_required(f, at(a, here, "path"), "");
            valid_port_or_name(f, at(a, here, "port"), jv_getc(v, "port"));
            valid_choice(f, at(a, here, "scheme"), jv_getc(v, "scheme"), "HTTP HTTPS");
        }
        if (i == 2)
            valid_port_or_name(f, at(a, here, "port"), jv_getc(v, "port"));
        if (i == 3)
            valid_port(f, at(a, here, "port"), jv_getc(v, "port"));
    }
    if (!n)
        fields_required(f, path, "must specify a handler type");
}

static void check_probe(const jv_t *p, str_t path, bool once, fields_t *f) {
    static const char *const numbers[] = {"initialDelaySeconds", "timeoutSeconds", "periodSeconds", "successThreshold",
                                          "failureThreshold"};
    int64_t n;
    if (!p)
        return;
    check_handler(p, path, f);
    for (size_t i = 0; i < 5; i++)
        valid_nonnegative(f, path, p, numbers[i]);
    if (once && jv_as_int(jv_getc(p, "successThreshold"), &n) && n != 1)
        fields_invalid(f, at(f->arena, path, "successThreshold"), jv_getc(p, "successThreshold"), "must be 1");
}

static void check_container(const jv_t *list, size_t i, const jv_t *volumes, str_t path, bool init, fields_t *f) {
    arena_t *a = f->arena;
    const jv_t *c = jv_at(list, i), *life = jv_getc(c, "lifecycle");
    str_t name = jv_str(jv_getc(c, "name")), image = jv_str(jv_getc(c, "image"));
    if (!name.n)
        fields_required(f, at(a, path, "name"), "");
    else
        name_validate(f, at(a, path, "name"), NAME_DNS_LABEL, name);
    if (!image.n)
        fields_required(f, at(a, path, "image"), "");
    valid_choice(f, at(a, path, "terminationMessagePolicy"), jv_getc(c, "terminationMessagePolicy"),
                 "FallbackToLogsOnError File");
    check_ports(jv_getc(c, "ports"), at(a, path, "ports"), f);
    check_env(jv_getc(c, "env"), at(a, path, "env"), f);
    check_env_from(jv_getc(c, "envFrom"), at(a, path, "envFrom"), f);
    check_mounts(jv_getc(c, "volumeMounts"), volumes, at(a, path, "volumeMounts"), f);
    valid_choice(f, at(a, path, "imagePullPolicy"), jv_getc(c, "imagePullPolicy"), "Always IfNotPresent Never");
    check_resources(jv_getc(c, "resources"), at(a, path, "resources"), f);
    if (name.n && is_in(list, i, "name", name))
        fields_duplicate(f, at(a, path, "name"), jv_getc(c, "name"));
    bool sidecar = init && str_eqc(jv_str(jv_getc(c, "restartPolicy")), "Always");
    if (jv_getc(life, "postStart"))
        check_handler(jv_getc(life, "postStart"), at(a, path, "lifecycle.postStart"), f);
    if (jv_getc(life, "preStop"))
        check_handler(jv_getc(life, "preStop"), at(a, path, "lifecycle.preStop"), f);
    static const char *const probes[] = {"livenessProbe", "readinessProbe", "startupProbe"};
    for (size_t k = 0; k < 3; k++) {
        if (init && !sidecar && jv_getc(c, probes[k]))
            fields_forbidden(f, at(a, path, probes[k]),
                             "may not be set for init containers without restartPolicy=Always");
        else
            check_probe(jv_getc(c, probes[k]), at(a, path, probes[k]), k != 1, f);
    }
}

/* ---- volumes ---- */

static void check_mode(const jv_t *source, const char *key, str_t path, fields_t *f) {
    int64_t mode;
    const jv_t *v = jv_getc(source, key);
    if (jv_as_int(v, &mode) && (mode < 0 || mode > 0777))
        fields_invalid(f, at(f->arena, path, key), v, "must be a number between 0 and 0777 (octal), both inclusive");
}

static void check_items(const jv_t *items, str_t path, fields_t *f) {
    arena_t *a = f->arena;
    for (size_t i = 0; i < jv_count(items); i++) {
        str_t here = at_index(a, path, i);
        if (!jv_str(jv_getc(jv_at(items, i), "key")).n)
            fields_required(f, at(a, here, "key"), "");
        if (!jv_str(jv_getc(jv_at(items, i), "path")).n)
            fields_required(f, at(a, here, "path"), "");
        check_mode(jv_at(items, i), "mode", here, f);
    }
}

static void check_source(str_t kind, const jv_t *v, str_t path, fields_t *f) {
    static const struct {
        const char *kind, *field;
    } needed[] = {{"secret", "secretName"}, {"configMap", "name"}, {"persistentVolumeClaim", "claimName"},
                  {"hostPath", "path"},     {"nfs", "server"},     {"nfs", "path"},
                  {"csi", "driver"}};
    arena_t *a = f->arena;
    for (size_t i = 0; i < sizeof needed / sizeof *needed; i++)
        if (str_eqc(kind, needed[i].kind) && !jv_str(jv_getc(v, needed[i].field)).n)
            fields_required(f, at(a, path, needed[i].field), "");
    check_mode(v, "defaultMode", path, f);
    if (str_eqc(kind, "secret") || str_eqc(kind, "configMap"))
        check_items(jv_getc(v, "items"), at(a, path, "items"), f);
    if (str_eqc(kind, "ephemeral"))
        validate_claim_spec(jv_path(v, "volumeClaimTemplate", "spec", NULL), at(a, path, "volumeClaimTemplate.spec"),
                            f);
}

static void check_volumes(const jv_t *volumes, str_t path, fields_t *f) {
    /* In the order in which they are looked at. */
    static const char *const sources[] = {"emptyDir",
                                          "hostPath",
                                          "gitRepo",
                                          "gcePersistentDisk",
                                          "awsElasticBlockStore",
                                          "secret",
                                          "nfs",
                                          "iscsi",
                                          "glusterfs",
                                          "persistentVolumeClaim",
                                          "rbd",
                                          "cinder",
                                          "cephfs",
                                          "flocker",
                                          "downwardAPI",
                                          "fc",
                                          "azureFile",
                                          "configMap",
                                          "vsphereVolume",
                                          "quobyte",
                                          "azureDisk",
                                          "storageos",
                                          "photonPersistentDisk",
                                          "projected",
                                          "portworxVolume",
                                          "scaleIO",
                                          "csi",
                                          "ephemeral",
                                          "image"};
    arena_t *a = f->arena;
    for (size_t i = 0; i < jv_count(volumes); i++) {
        const jv_t *v = jv_at(volumes, i);
        str_t here = at_index(a, path, i), name = jv_str(jv_getc(v, "name"));
        size_t n = 0;
        for (size_t k = 0; k < sizeof sources / sizeof *sources; k++) {
            const jv_t *source = jv_getc(v, sources[k]);
            if (source && n++)
                fields_forbidden(f, at(a, here, sources[k]), "may not specify more than 1 volume type");
            else if (source)
                check_source(str_c(sources[k]), source, at(a, here, sources[k]), f);
        }
        if (!n)
            fields_required(f, here, "must specify a volume type");
        if (!name.n)
            fields_required(f, at(a, here, "name"), "");
        else if (!name_ok(a, NAME_DNS_LABEL, name))
            name_validate(f, at(a, here, "name"), NAME_DNS_LABEL, name);
        else if (is_in(volumes, i, "name", name))
            fields_duplicate(f, at(a, here, "name"), jv_getc(v, "name"));
    }
}

/* ---- the pod ---- */

static void check_tolerations(const jv_t *list, str_t path, fields_t *f) {
    arena_t *a = f->arena;
    for (size_t i = 0; i < jv_count(list); i++) {
        const jv_t *t = jv_at(list, i);
        str_t here = at_index(a, path, i), key = jv_str(jv_getc(t, "key")), op = jv_str(jv_getc(t, "operator"));
        str_t effect = jv_str(jv_getc(t, "effect"));
        if (key.n)
            name_validate(f, at(a, here, "key"), NAME_QUALIFIED, key);
        else if (!str_eqc(op, "Exists"))
            fields_invalid_str(
                f, at(a, here, "operator"), op,
                "operator must be Exists when `key` is empty, which means \"match all values and all keys\"");
        if (jv_getc(t, "tolerationSeconds") && !str_eqc(effect, "NoExecute"))
            fields_invalid_str(f, at(a, here, "effect"), effect,
                               "effect must be 'NoExecute' when `tolerationSeconds` is set");
        if (str_eqc(op, "Exists") && jv_str(jv_getc(t, "value")).n)
            fields_invalid(f, at(a, here, "operator"), jv_getc(t, "value"),
                           "value must be empty when `operator` is 'Exists'");
        else if (op.n && !str_eqc(op, "Equal") && !str_eqc(op, "Exists"))
            fields_not_supported(f, at(a, here, "operator"), jv_getc(t, "operator"), "Equal Exists");
        if (effect.n)
            valid_choice(f, at(a, here, "effect"), jv_getc(t, "effect"), "NoSchedule PreferNoSchedule NoExecute");
    }
}

static void optional_name(const jv_t *spec, const char *key, name_kind_t kind, str_t path, fields_t *f) {
    str_t s = jv_str(jv_getc(spec, key));
    if (s.n)
        name_validate(f, at(f->arena, path, key), kind, s);
}

void validate_pod_spec(const jv_t *spec, str_t path, fields_t *f) {
    arena_t *a = f->arena;
    const jv_t *volumes = jv_getc(spec, "volumes"), *containers = jv_getc(spec, "containers");
    const jv_t *init = jv_getc(spec, "initContainers"), *deadline = jv_getc(spec, "activeDeadlineSeconds");
    int64_t n;
    check_volumes(volumes, at(a, path, "volumes"), f);
    if (!jv_count(containers))
        fields_required(f, at(a, path, "containers"), "");
    for (size_t i = 0; i < jv_count(containers); i++)
        check_container(containers, i, volumes, at_index(a, at(a, path, "containers"), i), false, f);
    for (size_t i = 0; i < jv_count(init); i++) {
        str_t here = at_index(a, at(a, path, "initContainers"), i);
        check_container(init, i, volumes, here, true, f);
        if (is_in(containers, jv_count(containers), "name", jv_str(jv_getc(jv_at(init, i), "name"))))
            fields_duplicate(f, at(a, here, "name"), jv_getc(jv_at(init, i), "name"));
    }
    valid_choice(f, at(a, path, "restartPolicy"), jv_getc(spec, "restartPolicy"), "Always OnFailure Never");
    valid_choice(f, at(a, path, "dnsPolicy"), jv_getc(spec, "dnsPolicy"),
                 "ClusterFirstWithHostNet ClusterFirst Default None");
    meta_validate_labels(jv_getc(spec, "nodeSelector"), at(a, path, "nodeSelector"), f);
    optional_name(spec, "serviceAccountName", NAME_DNS_SUBDOMAIN, path, f);
    optional_name(spec, "nodeName", NAME_DNS_SUBDOMAIN, path, f);
    if (jv_as_int(deadline, &n) && (n < 1 || n > INT32_MAX))
        fields_invalid(f, at(a, path, "activeDeadlineSeconds"), deadline,
                       "must be between 1 and 2147483647, inclusive");
    optional_name(spec, "hostname", NAME_DNS_LABEL, path, f);
    optional_name(spec, "subdomain", NAME_DNS_LABEL, path, f);
    check_tolerations(jv_getc(spec, "tolerations"), at(a, path, "tolerations"), f);
    optional_name(spec, "priorityClassName", NAME_DNS_SUBDOMAIN, path, f);
    optional_name(spec, "runtimeClassName", NAME_DNS_SUBDOMAIN, path, f);
}

void validate_pod_template(const jv_t *t, str_t path, fields_t *f) {
    meta_validate_labels(jv_path(t, "metadata", "labels", NULL), at(f->arena, path, "labels"), f);
    meta_validate_annotations(jv_path(t, "metadata", "annotations", NULL), at(f->arena, path, "annotations"), f);
    validate_pod_spec(jv_getc(t, "spec"), at(f->arena, path, "spec"), f);
}

/* Of a pod's spec only images, deadlines, tolerations and grace may change. */
static jv_t *changeable(arena_t *a, const jv_t *spec, const jv_t *old) {
    static const char *const keys[] = {"activeDeadlineSeconds", "tolerations", "terminationGracePeriodSeconds"};
    static const char *const lists[] = {"containers", "initContainers"};
    jv_t *v = jv_copy(a, spec);
    for (size_t i = 0; i < 3; i++) {
        jv_removec(v, keys[i]);
        if (jv_getc(old, keys[i]))
            jv_setc(a, v, keys[i], jv_getc(old, keys[i]));
    }
    for (size_t k = 0; k < 2; k++)
        for (size_t i = 0; i < jv_count(jv_getc(v, lists[k])); i++) {
            jv_t *image = jv_getc(jv_at(jv_getc(old, lists[k]), i), "image");
            if (image)
                jv_setc(a, jv_at(jv_getc(v, lists[k]), i), "image", image);
        }
    return v;
}

/* Only pods themselves, not templates, are told of blanks around an image. */
static void check_images(const jv_t *spec, fields_t *f) {
    static const char *const lists[] = {"containers", "initContainers"};
    for (size_t k = 0; k < 2; k++)
        for (size_t i = 0; i < jv_count(jv_getc(spec, lists[k])); i++) {
            str_t image = jv_str(jv_getc(jv_at(jv_getc(spec, lists[k]), i), "image"));
            if (str_trim(image).n != image.n)
                fields_invalid_str(f, at(f->arena, at_index(f->arena, at(f->arena, STR("spec"), lists[k]), i), "image"),
                                   image, "must not have leading or trailing whitespace");
        }
}

void validate_pod(arena_t *a, const jv_t *o, const jv_t *old, fields_t *f) {
    const jv_t *spec = jv_getc(o, "spec"), *was = jv_getc(old, "spec");
    validate_pod_spec(spec, STR("spec"), f);
    check_images(spec, f);
    if (old && !jv_equal(changeable(a, spec, was), was))
        fields_forbidden(
            f, STR("spec"),
            "pod updates may not change fields other than `spec.containers[*].image`,"
            "`spec.initContainers[*].image`,`spec.activeDeadlineSeconds`,`spec.tolerations` (only additions to "
            "existing tolerations),`spec.terminationGracePeriodSeconds` (allow it to be set to 1 if it was "
            "previously negative)\n");
}

void validate_podtemplate(arena_t *a, const jv_t *o, const jv_t *old, fields_t *f) {
    (void)a;
    (void)old;
    validate_pod_template(jv_getc(o, "template"), STR("template"), f);
}
