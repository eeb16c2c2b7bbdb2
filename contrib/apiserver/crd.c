#include "contrib/apiserver/crd.h"

#include "contrib/apiserver/agenda.h"
#include "contrib/apiserver/delete.h"
#include "contrib/apiserver/jsonpath.h"
#include "contrib/apiserver/names.h"
#include "contrib/apiserver/schema.h"
#include "contrib/apiserver/state.h"
#include "contrib/apiserver/watch.h"
#include "contrib/apiserver/need.h"
#include "reactor/base/mem.h"

#include <ctype.h>
#include <stdlib.h>

#define CLEANUP "customresourcecleanup.apiextensions.k8s.io"

typedef struct crd {
    arena_t *arena;
    str_t name;
    int64_t generation;
    resource_t *resources[16];
    size_t n;
} crd_t;

struct crds {
    table_t *by_name;
};

crds_t *crds_create(void) {
    crds_t *c = need(mem_alloc(sizeof *c));
    c->by_name = need(table_create());
    return c;
}

void crds_destroy(crds_t *c) {
    size_t i = 0;
    void *value;
    if (!c)
        return;
    while (table_next(c->by_name, &i, NULL, &value)) {
        crd_t *d = value;
        arena_destroy(d->arena);
    }
    table_destroy(c->by_name);
    mem_free(c);
}

arena_t *crd_arena(const crd_version_t *v) {
    return v->arena;
}

const char *resource_selectable(const resource_t *r) {
    return r->crd && r->crd->selectable ? r->crd->selectable : "";
}

/* ---- objects ---- */

static int by_text(const void *x, const void *y) {
    return str_cmp(*(const str_t *)x, *(const str_t *)y);
}

bool crd_decode(arena_t *a, types_t *types, const resource_t *r, jv_t *object, strict_t *strict, err_t *err) {
    const jv_t *given = jv_getc(object, "metadata");
    jv_t *meta =
        wire_decode_at(a, types_get(types, STR("ObjectMeta")), given ? given : jv_object(a), "metadata", strict, err);
    if (!meta)
        return false;
    if (jv_is(jv_getc(meta, "creationTimestamp"), JV_NULL))
        jv_removec(meta, "creationTimestamp");
    jv_setc(a, object, "metadata", meta);
    size_t before = strict ? strict->n : 0;
    schema_prune(a, r->crd->schema, object, true, strict);
    if (strict && strict->n > before + 1)
        qsort(strict->items + before, strict->n - before, sizeof *strict->items, by_text);
    schema_default(a, r->crd->schema, object);
    return true;
}

void crd_validate(const resource_t *r, const jv_t *object, const jv_t *old, fields_t *f) {
    (void)old;
    if (!r->crd->schema)
        return;
    /* metadata was checked by its own rules; a schema may only restrict its name. */
    schema_validate(r->crd->schema->raw, object, STR_NONE, f);
    const str_t counts[] = {r->crd->replicas_path, r->crd->status_replicas_path};
    for (size_t i = 0; r->crd->has_scale && i < 2; i++) {
        int64_t n;
        const jv_t *v = jsonpath_first(f->arena, object, counts[i]);
        if (jv_as_int(v, &n) && n < 0)
            fields_invalid(f, counts[i], v, "should be a non-negative integer");
    }
}

/* ---- what a CRD defines ---- */

static const char *words(arena_t *a, const jv_t *list, bool strip) {
    buf_t b;
    buf_init_arena(&b, a);
    for (size_t i = 0; i < jv_count(list); i++) {
        const jv_t *one = jv_at(list, i);
        str_t s = jv_is(one, JV_OBJECT) ? jv_str(jv_getc(one, "jsonPath")) : jv_str(one);
        buf_addc(&b, i ? " " : "");
        buf_add(&b, strip && str_starts(s, STR(".")) ? str_from(s, 1) : s);
    }
    return arena_cstr(a, buf_str(&b));
}

static void add_version(apiserver_t *s, crd_t *d, const jv_t *spec, const jv_t *version) {
    arena_t *a = d->arena;
    resource_t *r = arena_new(a, resource_t);
    crd_version_t *v = arena_new(a, crd_version_t);
    const jv_t *names = jv_getc(spec, "names"), *sub = jv_getc(version, "subresources"), *scale = jv_getc(sub, "scale");
    v->arena = a;
    v->schema = schema_compile(a, jv_path(version, "schema", "openAPIV3Schema", NULL));
    v->columns = jv_getc(version, "additionalPrinterColumns");
    v->has_status = jv_getc(sub, "status") != NULL;
    v->has_scale = scale != NULL;
    v->replicas_path = jv_str(jv_getc(scale, "specReplicasPath"));
    v->status_replicas_path = jv_str(jv_getc(scale, "statusReplicasPath"));
    v->selector_path = jv_str(jv_getc(scale, "labelSelectorPath"));
    v->selectable = words(a, jv_getc(version, "selectableFields"), true);
    r->group = jv_str(jv_getc(spec, "group"));
    r->version = jv_str(jv_getc(version, "name"));
    r->plural = jv_str(jv_getc(names, "plural"));
    r->singular = jv_str(jv_getc(names, "singular"));
    r->kind = jv_str(jv_getc(names, "kind"));
    r->list_kind = jv_str(jv_getc(names, "listKind"));
    r->shorts = str_c(words(a, jv_getc(names, "shortNames"), false));
    r->categories = str_c(words(a, jv_getc(names, "categories"), false));
    r->flags = RESOURCE_GENERATION | (v->has_status ? RESOURCE_STATUS : 0) | (v->has_scale ? RESOURCE_SCALE : 0) |
               (str_eqc(jv_str(jv_getc(spec, "scope")), "Cluster") ? RESOURCE_CLUSTER : 0);
    r->crd = v;
    resource_add(s, r);
    if (jv_true(jv_getc(version, "storage")))
        r->store->resource = r;
    d->resources[d->n++] = r;
}

static void drop(apiserver_t *s, crd_t *d) {
    for (size_t i = 0; i < d->n; i++) {
        watch_end(s, d->resources[i]);
        resource_drop(s, d->resources[i]);
    }
    table_remove(s->crds->by_name, d->name);
    arena_destroy(d->arena);
}

/* v2 before v1 before v1beta2 before v1alpha1; other names last, by their letters. */
static void priority(str_t name, int64_t *stage, int64_t *major, int64_t *minor) {
    static const char *const stages[] = {"alpha", "beta"};
    str_t rest = str_from(name, 1), number = rest, tail = STR("");
    *stage = *major = *minor = 0;
    if (!str_starts(name, STR("v")))
        return;
    for (size_t i = 0; i < 2; i++) {
        ptrdiff_t at = str_find(rest, str_c(stages[i]));
        if (at < 0)
            continue;
        number = str_sub(rest, 0, (size_t)at);
        tail = str_from(rest, (size_t)at + strlen(stages[i]));
        if (str_int(number, major) && str_int(tail, minor))
            *stage = (int64_t)i + 1;
        return;
    }
    if (str_int(number, major))
        *stage = 3;
}

static int by_priority(const void *x, const void *y) {
    str_t p = jv_path_str(*(jv_t *const *)x, "name", NULL), q = jv_path_str(*(jv_t *const *)y, "name", NULL);
    int64_t a[3], b[3];
    priority(p, &a[0], &a[1], &a[2]);
    priority(q, &b[0], &b[1], &b[2]);
    for (size_t i = 0; i < 3; i++)
        if (a[i] != b[i])
            return a[i] > b[i] ? -1 : 1;
    return str_cmp(p, q);
}

static void serve(apiserver_t *s, const object_t *o) {
    arena_t *a = need(arena_create());
    jv_t *v = object_value(a, o), *spec = jv_getc(v, "spec"), *versions = jv_getc(spec, "versions");
    int64_t generation = 0;
    jv_as_int(jv_path(v, "metadata", "generation", NULL), &generation);
    crd_t *d = table_get(s->crds->by_name, o->name);
    if (d && d->generation == generation) {
        arena_destroy(a);
        return;
    }
    if (d)
        drop(s, d);
    d = arena_new(a, crd_t);
    d->arena = a;
    d->name = arena_str(a, o->name);
    d->generation = generation;
    if (jv_count(versions))
        qsort(versions->items, versions->n, sizeof *versions->items, by_priority);
    for (size_t i = 0; i < jv_count(versions) && d->n < 16; i++)
        if (jv_true(jv_getc(jv_at(versions, i), "served")))
            add_version(s, d, spec, jv_at(versions, i));
    if (!table_put(s->crds->by_name, d->name, d, NULL))
        mem_die(64);
}

static void add_condition(arena_t *a, jv_t *list, const char *type, const char *reason, const char *message) {
    jv_t *c = jv_object(a);
    jv_setc(a, c, "type", jv_string(a, str_c(type)));
    jv_setc(a, c, "status", jv_string(a, STR("True")));
    jv_setc(a, c, "lastTransitionTime", jv_string(a, wire_now(a, false)));
    jv_setc(a, c, "reason", jv_string(a, str_c(reason)));
    jv_setc(a, c, "message", jv_string(a, str_c(message)));
    jv_append(a, list, c);
}

/* What the naming and establishing controllers write. */
static void establish(apiserver_t *s, store_t *store, str_t ns, str_t name) {
    object_t *o = store_find(store, ns, name);
    arena_t *a = need(arena_create());
    (void)s;
    jv_t *v = o ? object_value(a, o) : NULL;
    if (v && !jv_count(jv_path(v, "status", "conditions", NULL))) {
        jv_t *list = jv_array(a);
        add_condition(a, list, "NamesAccepted", "NoConflicts", "no conflicts found");
        add_condition(a, list, "Established", "InitialNamesAccepted", "the initial names have been accepted");
        jv_set_path(a, v, list, "status", "conditions", NULL);
        jv_set_path(a, v, jv_path(v, "spec", "names", NULL), "status", "acceptedNames", NULL);
        store_write(store, a, v);
    }
    arena_destroy(a);
}

/* Its objects go first, then the CRD itself. */
static void clean_up(apiserver_t *s, store_t *store, str_t ns, str_t name) {
    object_t *o = store_find(store, ns, name);
    crd_t *d = table_get(s->crds->by_name, name);
    if (!o || !o->deleting)
        return;
    store_t *objects = d && d->n ? d->resources[0]->store : NULL;
    size_t n = objects ? objects->n : 0;
    object_t **items = n ? need(mem_alloc(n * sizeof *items)) : NULL;
    for (size_t i = 0; i < n; i++)
        items[i] = object_ref(objects->items[i]);
    for (size_t i = 0; i < n; i++) {
        if (!items[i]->deleting)
            delete_internally(s, items[i], "Background");
        object_release(items[i]);
    }
    mem_free(items);
    if (objects && objects->n)
        agenda_add(s, 200, clean_up, store, ns, name);
    else if ((o = store_find(store, ns, name)))
        delete_finalizer(s, o, CLEANUP);
}

void crd_event(apiserver_t *s, const event_t *e) {
    const resource_t *r = e->store->resource;
    if (!r || !str_eqc(r->group_resource, "customresourcedefinitions.apiextensions.k8s.io"))
        return;
    if (!e->now) {
        crd_t *d = table_get(s->crds->by_name, e->before->name);
        if (d)
            drop(s, d);
        return;
    }
    serve(s, e->now);
    if (!e->before)
        agenda_add(s, 0, establish, e->store, STR_NONE, e->now->name);
    if (e->now->deleting)
        agenda_add(s, 0, clean_up, e->store, STR_NONE, e->now->name);
}

/* ---- CRDs themselves ---- */

static void set_default(arena_t *a, jv_t *v, const char *key, str_t value) {
    if (!jv_str(jv_getc(v, key)).n)
        jv_setc(a, v, key, jv_string(a, value));
}

void crd_defaults(arena_t *a, jv_t *crd) {
    jv_t *spec = jv_getc(crd, "spec"), *names = jv_getc(spec, "names");
    str_t kind = jv_str(jv_getc(names, "kind"));
    if (!spec || !names)
        return;
    char *lower = arena_cstr(a, kind);
    for (char *p = lower; *p; p++)
        *p = (char)tolower((unsigned char)*p);
    if (kind.n) {
        set_default(a, names, "singular", str_n(lower, kind.n));
        set_default(a, names, "listKind", arena_concat(a, kind, STR("List")));
    }
    if (!jv_getc(spec, "conversion"))
        jv_set_path(a, spec, jv_string(a, STR("None")), "conversion", "strategy", NULL);
}

void crd_prepare(apiserver_t *s, arena_t *a, jv_t *crd, const jv_t *old) {
    jv_t *versions = jv_path(crd, "spec", "versions", NULL);
    jv_t *stored = jv_path(crd, "status", "storedVersions", NULL);
    (void)s;
    (void)old;
    if (!jv_is(stored, JV_ARRAY))
        stored = jv_array(a);
    for (size_t i = 0; i < jv_count(versions); i++) {
        str_t name = jv_str(jv_getc(jv_at(versions, i), "name"));
        bool has = !jv_true(jv_getc(jv_at(versions, i), "storage"));
        for (size_t k = 0; k < stored->n; k++)
            has |= str_eq(jv_str(stored->items[k]), name);
        if (!has)
            jv_append(a, stored, jv_string(a, name));
    }
    jv_set_path(a, crd, stored, "status", "storedVersions", NULL);
}

static void check_versions(const jv_t *spec, fields_t *f) {
    arena_t *a = f->arena;
    const jv_t *versions = jv_getc(spec, "versions");
    size_t storing = 0;
    for (size_t i = 0; i < jv_count(versions); i++) {
        const jv_t *v = jv_at(versions, i);
        str_t path = at_index(a, STR("spec.versions"), i);
        storing += jv_true(jv_getc(v, "storage"));
        name_validate(f, at(a, path, "name"), NAME_DNS1035, jv_str(jv_getc(v, "name")));
        if (jv_count(versions) == 1)
            name_validate(f, STR("spec.version"), NAME_DNS1035, jv_str(jv_getc(v, "name")));
        for (size_t k = 0; k < i; k++)
            if (str_eq(jv_str(jv_getc(v, "name")), jv_str(jv_getc(jv_at(versions, k), "name")))) {
                fields_invalid(f, STR("spec.versions"), versions, "must contain unique version names");
                break;
            }
    }
    if (storing != 1)
        fields_invalid(f, STR("spec.versions"), versions, "must have exactly one version marked as storage version");
    for (size_t i = 0; i < jv_count(versions); i++)
        if (!jv_path(jv_at(versions, i), "schema", "openAPIV3Schema", NULL))
            fields_required(f, at(a, at_index(a, STR("spec.versions"), i), "schema.openAPIV3Schema"),
                            "schemas are required");
        else if (!str_eqc(jv_path_str(jv_at(versions, i), "schema", "openAPIV3Schema", "type", NULL), "object"))
            fields_invalid_str(f,
                               jv_count(versions) == 1
                                   ? STR("spec.validation.openAPIV3Schema.type")
                                   : at(a, at_index(a, STR("spec.versions"), i), "schema.openAPIV3Schema.type"),
                               jv_path_str(jv_at(versions, i), "schema", "openAPIV3Schema", "type", NULL),
                               "must be object at the root");
}

void crd_check(arena_t *a, const jv_t *crd, const jv_t *old, fields_t *f) {
    const jv_t *spec = jv_getc(crd, "spec"), *names = jv_getc(spec, "names");
    str_t group = jv_str(jv_getc(spec, "group")), plural = jv_str(jv_getc(names, "plural"));
    str_t scope = jv_str(jv_getc(spec, "scope"));
    str_t wanted = arena_printf(a, STR_FMT "." STR_FMT, STR_ARG(plural), STR_ARG(group));
    if (!str_eq(wanted, jv_path_str(crd, "metadata", "name", NULL)))
        fields_invalid_str(f, STR("metadata.name"), jv_path_str(crd, "metadata", "name", NULL),
                           "must be spec.names.plural+\".\"+spec.group");
    if (!group.n)
        fields_required(f, STR("spec.group"), "");
    else if (str_chr(group, '.') < 0)
        fields_invalid_str(f, STR("spec.group"), group, "should be a domain with at least one dot");
    else
        name_validate(f, STR("spec.group"), NAME_DNS_SUBDOMAIN, group);
    if (!scope.n)
        fields_required(f, STR("spec.scope"), "");
    else if (!str_eqc(scope, "Cluster") && !str_eqc(scope, "Namespaced"))
        fields_not_supported(f, STR("spec.scope"), jv_getc(spec, "scope"), "Cluster Namespaced");
    if (!plural.n)
        fields_required(f, STR("spec.names.plural"), "");
    else
        name_validate(f, STR("spec.names.plural"), NAME_DNS1035, plural);
    if (!jv_str(jv_getc(names, "kind")).n)
        fields_required(f, STR("spec.names.kind"), "");
    if (!jv_str(jv_getc(names, "listKind")).n)
        fields_required(f, STR("spec.names.listKind"), "");
    check_versions(spec, f);
    if (!jv_count(jv_path(crd, "status", "storedVersions", NULL)))
        fields_invalid(f, STR("status.storedVersions"), jv_array(a), "must have at least one stored version");
    static const char *const fixed[] = {"group", "scope"};
    for (size_t i = 0; old && i < 2; i++)
        if (!str_eq(jv_str(jv_getc(spec, fixed[i])), jv_path_str(old, "spec", fixed[i], NULL)))
            fields_invalid(f, at(a, STR("spec"), fixed[i]), jv_getc(spec, fixed[i]), "field is immutable");
}
