#include "contrib/apiserver/meta.h"

#include "contrib/apiserver/state.h"

#include <ctype.h>

enum { ANNOTATIONS_MAX = 256 * 1024, GENERATED_MAX = 58 };

jv_t *meta_of(arena_t *a, jv_t *object) {
    jv_t *m = jv_getc(object, "metadata");
    if (!jv_is(m, JV_OBJECT)) {
        m = jv_object(a);
        jv_setc(a, object, "metadata", m);
    }
    return m;
}

bool meta_fill(call_t *c, jv_t *object) {
    arena_t *a = c->arena;
    jv_t *m = meta_of(a, object);
    str_t ns = jv_str(jv_getc(m, "namespace")), name = jv_str(jv_getc(m, "name"));
    str_t generate = jv_str(jv_getc(m, "generateName"));
    if (ns.n && !str_eq(ns, c->ns) && !(c->resource->flags & RESOURCE_CLUSTER))
        return call_bad_request(
            c, STR("the namespace of the provided object does not match the namespace sent on the request"));
    if (jv_str(jv_getc(m, "resourceVersion")).n)
        return call_internal(c, STR("resourceVersion should not be set on objects to be created"));
    if (c->ns.n)
        jv_setc(a, m, "namespace", jv_string(a, c->ns));
    else if (c->resource->flags & RESOURCE_CLUSTER)
        jv_removec(m, "namespace");
    if (!name.n && generate.n)
        jv_setc(a, m, "name",
                jv_stringf(a, STR_FMT STR_FMT, STR_ARG(str_sub(generate, 0, GENERATED_MAX)),
                           STR_ARG(state_suffix(c->server, a))));
    jv_setc(a, m, "uid", jv_string(a, state_uid(c->server, a)));
    jv_setc(a, m, "creationTimestamp", jv_string(a, wire_now(a, false)));
    jv_removec(m, "deletionTimestamp");
    jv_removec(m, "deletionGracePeriodSeconds");
    jv_removec(m, "selfLink");
    jv_removec(m, "resourceVersion");
    return true;
}

void meta_keep(arena_t *a, jv_t *object, const jv_t *old) {
    jv_t *m = meta_of(a, object);
    const jv_t *was = jv_getc(object == old ? NULL : old, "metadata");
    static const char *const fixed[] = {"creationTimestamp", "deletionTimestamp", "deletionGracePeriodSeconds",
                                        "generation"};
    for (size_t i = 0; i < sizeof fixed / sizeof *fixed; i++) {
        jv_t *v = jv_getc(was, fixed[i]);
        if (v)
            jv_setc(a, m, fixed[i], v);
        else if (i == 3)
            jv_removec(m, fixed[i]);
    }
    if (!jv_str(jv_getc(m, "uid")).n)
        jv_setc(a, m, "uid", jv_getc(was, "uid"));
    if (!jv_str(jv_getc(m, "resourceVersion")).n)
        jv_setc(a, m, "resourceVersion", jv_getc(was, "resourceVersion"));
    if (jv_getc(was, "namespace") && !jv_str(jv_getc(m, "namespace")).n)
        jv_setc(a, m, "namespace", jv_getc(was, "namespace"));
    jv_removec(m, "selfLink");
}

bool meta_check_name(call_t *c, const jv_t *object) {
    str_t name = jv_path_str(object, "metadata", "name", NULL), ns = jv_path_str(object, "metadata", "namespace", NULL);
    if (!name.n)
        return call_bad_request(c, STR("the name of the object must be provided"));
    if (!str_eq(name, c->name))
        return call_bad_request(c, arena_printf(c->arena,
                                                "the name of the object (" STR_FMT
                                                ") does not match the name on the URL (" STR_FMT ")",
                                                STR_ARG(name), STR_ARG(c->name)));
    if (ns.n && c->ns.n && !str_eq(ns, c->ns) && !str_eqc(c->request->method, "PATCH"))
        return call_bad_request(c, arena_printf(c->arena,
                                                "the namespace of the object (" STR_FMT
                                                ") does not match the namespace on the request (" STR_FMT ")",
                                                STR_ARG(ns), STR_ARG(c->ns)));
    return true;
}

name_kind_t meta_name_kind(const resource_t *r) {
    static const struct {
        const char *group_resource;
        name_kind_t kind;
    } odd[] = {
        {"services", NAME_DNS1035},
        {"namespaces", NAME_DNS_LABEL},
        {"events", NAME_PATH_SEGMENT},
        {"roles.rbac.authorization.k8s.io", NAME_PATH_SEGMENT},
        {"clusterroles.rbac.authorization.k8s.io", NAME_PATH_SEGMENT},
        {"rolebindings.rbac.authorization.k8s.io", NAME_PATH_SEGMENT},
        {"clusterrolebindings.rbac.authorization.k8s.io", NAME_PATH_SEGMENT},
    };
    for (size_t i = 0; i < sizeof odd / sizeof *odd; i++)
        if (str_eqc(r->group_resource, odd[i].group_resource))
            return odd[i].kind;
    return NAME_DNS_SUBDOMAIN;
}

void meta_validate_labels(const jv_t *labels, str_t path, fields_t *f) {
    for (size_t i = 0; i < jv_count(labels); i++) {
        name_validate(f, path, NAME_QUALIFIED, labels->members[i].key);
        name_validate(f, path, NAME_LABEL_VALUE, jv_str(labels->members[i].value));
    }
}

void meta_validate_annotations(const jv_t *annotations, str_t path, fields_t *f) {
    size_t total = 0;
    for (size_t i = 0; i < jv_count(annotations); i++) {
        str_t key = annotations->members[i].key;
        char *lower = arena_cstr(f->arena, key);
        for (char *p = lower; *p; p++)
            *p = (char)tolower((unsigned char)*p);
        name_faults_t faults = name_check(f->arena, NAME_QUALIFIED, str_n(lower, key.n));
        for (size_t k = 0; k < faults.n; k++)
            fields_invalid_str(f, path, key, STR_FMT, STR_ARG(faults.why[k]));
        total += key.n + jv_str(annotations->members[i].value).n;
    }
    if (total > ANNOTATIONS_MAX)
        fields_too_long(f, path, ANNOTATIONS_MAX);
}

static void validate_owners(const jv_t *owners, str_t path, fields_t *f) {
    arena_t *a = f->arena;
    str_t first = STR_NONE;
    for (size_t i = 0; i < jv_count(owners); i++) {
        const jv_t *o = jv_at(owners, i);
        static const struct {
            const char *field, *detail;
        } parts[] = {{"apiVersion", "version must not be empty"},
                     {"kind", "kind must not be empty"},
                     {"name", "name must not be empty"},
                     {"uid", "uid must not be empty"}};
        for (size_t k = 0; k < 4; k++)
            if (!jv_str(jv_getc(o, parts[k].field)).n)
                fields_invalid_str(f, at(a, path, parts[k].field), STR(""), "%s", parts[k].detail);
        if (str_eqc(jv_str(jv_getc(o, "kind")), "Event") && str_eqc(jv_str(jv_getc(o, "apiVersion")), "v1"))
            fields_invalid(f, path, o, "/v1, Kind=Event is disallowed from being an owner");
        if (!jv_true(jv_getc(o, "controller")))
            continue;
        str_t name = arena_printf(a, STR_FMT "/" STR_FMT, STR_ARG(jv_str(jv_getc(o, "kind"))),
                                  STR_ARG(jv_str(jv_getc(o, "name"))));
        if (first.n)
            fields_invalid(
                f, path, owners,
                "Only one reference can have Controller set to true. Found \"true\" in references for " STR_FMT
                " and " STR_FMT,
                STR_ARG(first), STR_ARG(name));
        else
            first = name;
    }
}

static void validate_kube_finalizers(const resource_t *r, const jv_t *finalizers, str_t path, fields_t *f) {
    for (size_t i = 0; !r->crd && i < jv_count(finalizers); i++) {
        str_t s = jv_str(jv_at(finalizers, i));
        if (str_chr(s, '/') < 0 && !str_eqc(s, "kubernetes") && !str_eqc(s, "orphan") &&
            !str_eqc(s, "foregroundDeletion"))
            fields_invalid_str(f, at_index(f->arena, path, i), s,
                               "name is neither a standard finalizer name nor is it fully qualified");
    }
}

static void validate_finalizers(const jv_t *finalizers, str_t path, fields_t *f) {
    bool orphan = false, foreground = false;
    for (size_t i = 0; i < jv_count(finalizers); i++) {
        str_t s = jv_str(jv_at(finalizers, i));
        name_validate(f, path, NAME_QUALIFIED, s);
        orphan |= str_eqc(s, "orphan");
        foreground |= str_eqc(s, "foregroundDeletion");
    }
    if (orphan && foreground)
        fields_invalid(f, path, finalizers, "finalizer orphan and foregroundDeletion cannot be both set");
}

static void check_name(const resource_t *r, str_t path, str_t name, fields_t *f) {
    name_validate(f, path, meta_name_kind(r), name);
}

void meta_validate(const resource_t *r, const jv_t *object, fields_t *f) {
    const jv_t *m = jv_getc(object, "metadata");
    str_t generate = jv_str(jv_getc(m, "generateName")), name = jv_str(jv_getc(m, "name"));
    str_t ns = jv_str(jv_getc(m, "namespace"));
    if (generate.n) {
        /* A prefix may end in a dash, which the suffix follows. */
        str_t prefix = str_ends(generate, STR("-"))
                           ? arena_concat(f->arena, str_sub(generate, 0, generate.n - 1), STR("a"))
                           : generate;
        name_faults_t faults = name_check(f->arena, meta_name_kind(r), prefix);
        for (size_t i = 0; i < faults.n; i++)
            fields_invalid_str(f, STR("metadata.generateName"), generate, STR_FMT, STR_ARG(faults.why[i]));
    }
    if (name.n)
        check_name(r, STR("metadata.name"), name, f);
    else
        fields_required(f, STR("metadata.name"), "name or generateName is required");
    if (r->flags & RESOURCE_CLUSTER) {
        if (ns.n)
            fields_forbidden(f, STR("metadata.namespace"), "not allowed on this type");
    } else if (ns.n) {
        name_validate(f, STR("metadata.namespace"), NAME_DNS_LABEL, ns);
    } else {
        fields_required(f, STR("metadata.namespace"), "");
    }
    meta_validate_labels(jv_getc(m, "labels"), STR("metadata.labels"), f);
    meta_validate_annotations(jv_getc(m, "annotations"), STR("metadata.annotations"), f);
    validate_owners(jv_getc(m, "ownerReferences"), STR("metadata.ownerReferences"), f);
    validate_finalizers(jv_getc(m, "finalizers"), STR("metadata.finalizers"), f);
    validate_kube_finalizers(r, jv_getc(m, "finalizers"), STR("metadata.finalizers"), f);
}

static bool contains(const jv_t *list, str_t s) {
    for (size_t i = 0; i < jv_count(list); i++)
        if (str_eq(jv_str(jv_at(list, i)), s))
            return true;
    return false;
}

static void no_new_finalizers(const jv_t *now, const jv_t *was, fields_t *f) {
    arena_t *a = f->arena;
    jv_t *extra = jv_array(a);
    for (size_t i = 0; i < jv_count(now); i++) {
        str_t s = jv_str(jv_at(now, i));
        if (contains(was, s) || contains(extra, s))
            continue;
        size_t k = 0;
        while (k < extra->n && str_cmp(extra->items[k]->s, s) < 0)
            k++;
        jv_insert(a, extra, k, jv_string(a, s));
    }
    if (extra->n)
        fields_forbidden(f, STR("metadata.finalizers"),
                         arena_cstr(a,
                                    arena_printf(a,
                                                 "no new finalizers can be added if the object is being deleted, found "
                                                 "new finalizers " STR_FMT,
                                                 STR_ARG(fields_value(a, extra)))));
}

void meta_validate_update(const resource_t *r, const jv_t *object, const jv_t *old, fields_t *f) {
    const jv_t *m = jv_getc(object, "metadata"), *was = jv_getc(old, "metadata");
    if (jv_getc(was, "deletionTimestamp"))
        no_new_finalizers(jv_getc(m, "finalizers"), jv_getc(was, "finalizers"), f);
    if (!jv_str(jv_getc(m, "resourceVersion")).n)
        fields_invalid(f, STR("metadata.resourceVersion"), jv_string(f->arena, STR("")),
                       "must be specified for an update");
    static const char *const fixed[] = {
        "name", "namespace", "uid", "creationTimestamp", "deletionTimestamp", "deletionGracePeriodSeconds"};
    for (size_t i = 0; i < sizeof fixed / sizeof *fixed; i++) {
        const jv_t *now = jv_getc(m, fixed[i]), *then = jv_getc(was, fixed[i]);
        if ((now || then) && !(now && then && jv_equal(now, then)))
            fields_invalid(f, at(f->arena, STR("metadata"), fixed[i]), now, "field is immutable");
    }
    meta_validate_labels(jv_getc(m, "labels"), STR("metadata.labels"), f);
    meta_validate_annotations(jv_getc(m, "annotations"), STR("metadata.annotations"), f);
    validate_owners(jv_getc(m, "ownerReferences"), STR("metadata.ownerReferences"), f);
    validate_kube_finalizers(r, jv_getc(m, "finalizers"), STR("metadata.finalizers"), f);
}
