#include "contrib/apiserver/apply.h"

#include "contrib/apiserver/body.h"
#include "contrib/apiserver/fieldset.h"
#include "contrib/apiserver/meta.h"
#include "contrib/apiserver/output.h"
#include "contrib/apiserver/state.h"
#include "contrib/apiserver/write.h"

/* One entry of managedFields. */
typedef struct manager {
    str_t name, operation, version, sub;
    jv_t *time;
    fieldset_t *set;
} manager_t;

typedef struct managers {
    manager_t *items;
    size_t n;
} managers_t;

/* ---- reading and writing managedFields ---- */

static managers_t read_managers(arena_t *a, const jv_t *object) {
    const jv_t *list = jv_path(object, "metadata", "managedFields", NULL);
    managers_t m = {arena_array(a, manager_t, jv_count(list) + 1), 0};
    for (size_t i = 0; i < jv_count(list); i++) {
        const jv_t *e = jv_at(list, i);
        m.items[m.n++] = (manager_t){jv_str(jv_getc(e, "manager")),
                                     jv_str(jv_getc(e, "operation")),
                                     jv_str(jv_getc(e, "apiVersion")),
                                     jv_str(jv_getc(e, "subresource")),
                                     jv_getc(e, "time"),
                                     fieldset_read(a, jv_getc(e, "fieldsV1"))};
    }
    return m;
}

static void write_managers(arena_t *a, jv_t *object, const managers_t *m) {
    jv_t *list = jv_array(a);
    /* Apply comes before Update. */
    for (int pass = 0; pass < 2; pass++)
        for (size_t i = 0; i < m->n; i++) {
            const manager_t *x = &m->items[i];
            if (fieldset_empty(x->set) || str_eqc(x->operation, "Apply") != (pass == 0))
                continue;
            jv_t *e = jv_object(a);
            jv_setc(a, e, "manager", jv_string(a, x->name));
            jv_setc(a, e, "operation", jv_string(a, x->operation));
            jv_setc(a, e, "apiVersion", jv_string(a, x->version));
            if (x->time)
                jv_setc(a, e, "time", x->time);
            jv_setc(a, e, "fieldsType", jv_string(a, STR("FieldsV1")));
            jv_setc(a, e, "fieldsV1", fieldset_write(a, x->set));
            if (x->sub.n)
                jv_setc(a, e, "subresource", jv_string(a, x->sub));
            jv_append(a, list, e);
        }
    if (list->n)
        jv_setc(a, meta_of(a, object), "managedFields", list);
    else
        jv_removec(meta_of(a, object), "managedFields");
}

static manager_t *own_entry(call_t *c, managers_t *m, str_t operation) {
    str_t sub = c->sub, version = c->resource->api_version;
    for (size_t i = 0; i < m->n; i++)
        if (str_eq(m->items[i].name, c->manager) && str_eq(m->items[i].operation, operation) &&
            str_eq(m->items[i].sub, sub) && (str_eqc(operation, "Apply") || str_eq(m->items[i].version, version)))
            return &m->items[i];
    m->items[m->n] = (manager_t){c->manager, operation, version, sub, NULL, arena_new(c->arena, fieldset_t)};
    return &m->items[m->n++];
}

bool apply_same(const jv_t *x, const jv_t *y) {
    if (jv_count(x) != jv_count(y))
        return false;
    for (size_t i = 0; i < jv_count(x); i++) {
        const jv_t *p = jv_at(x, i), *q = jv_at(y, i);
        static const char *const keys[] = {"manager", "operation", "apiVersion", "subresource", "fieldsV1"};
        for (size_t k = 0; k < sizeof keys / sizeof *keys; k++) {
            const jv_t *v = jv_getc(p, keys[k]), *w = jv_getc(q, keys[k]);
            if ((v || w) && !(v && w && jv_equal(v, w)))
                return false;
        }
    }
    return true;
}

/* ---- what nobody owns ---- */

static void strip(fieldset_t *s) {
    static const char *const fixed[] = {"f:name",       "f:namespace",       "f:uid",      "f:creationTimestamp",
                                        "f:generation", "f:resourceVersion", "f:selfLink", "f:managedFields"};
    fieldset_t *meta = fieldset_child(s, STR("f:metadata"));
    fieldset_drop(s, "f:kind");
    fieldset_drop(s, "f:apiVersion");
    for (size_t i = 0; i < sizeof fixed / sizeof *fixed; i++)
        fieldset_drop(meta, fixed[i]);
    if (meta && fieldset_empty(meta))
        fieldset_drop(s, "f:metadata");
}

/* The root of a custom resource has metadata of the common type, whatever its schema says. */
static schema_t *root_schema(call_t *c, const resource_t *r) {
    if (!r->crd)
        return (schema_t *)r->type;
    arena_t *a = c->arena;
    const schema_t *own = r->crd->schema;
    schema_t *s = arena_new(a, schema_t);
    if (own)
        *s = *own;
    s->kind = SCHEMA_STRUCT;
    s->index = NULL;
    s->fields = arena_array(a, schema_field_t, (own ? own->nfields : 0) + 1);
    s->nfields = 0;
    for (size_t i = 0; own && i < own->nfields; i++)
        if (!str_eqc(own->fields[i].name, "metadata"))
            s->fields[s->nfields++] = own->fields[i];
    s->fields[s->nfields++] =
        (schema_field_t){.name = STR("metadata"), .type = types_get(c->server->types, STR("ObjectMeta")), .omit = true};
    return s;
}

static fieldset_t *owned_fields(call_t *c, const resource_t *r, const jv_t *v) {
    fieldset_t *s = fieldset_of(c->arena, root_schema(c, r), v);
    strip(s);
    return s;
}

/* ---- writes that are no apply ---- */

void apply_track(call_t *c, jv_t *object, const jv_t *old) {
    arena_t *a = c->arena;
    const resource_t *r = c->resource->store->resource ? c->resource->store->resource : c->resource;
    managers_t m = read_managers(a, old);
    fieldset_t *after = owned_fields(c, r, object);
    /* What a new object is compared with: a typed one that is empty, which has the structs in it. */
    jv_t *empty = r->crd ? jv_object(a) : wire_decode(a, r->type, jv_object(a), NULL, NULL);
    fieldset_t *before = owned_fields(c, r, old ? old : empty);
    fieldset_t *changed = fieldset_changed(a, before, after), *gone = fieldset_minus(a, before, after);
    for (size_t i = 0; i < m.n; i++)
        m.items[i].set = fieldset_minus(a, fieldset_minus(a, m.items[i].set, changed), gone);
    if (!fieldset_empty(changed)) {
        manager_t *own = own_entry(c, &m, STR("Update"));
        own->set = fieldset_union(a, own->set, changed);
        own->time = jv_string(a, wire_now(a, false));
    }
    write_managers(a, object, &m);
}

/* ---- apply ---- */

static jv_t *merge(arena_t *a, const schema_t *s, const jv_t *live, const jv_t *config);

static jv_t *merge_list(arena_t *a, const schema_t *s, const jv_t *live, const jv_t *config) {
    jv_t *out = jv_copy(a, live);
    for (size_t i = 0; i < config->n; i++) {
        str_t key = fieldset_item_key(a, s, config->items[i]);
        bool found = false;
        for (size_t k = 0; k < out->n && !found; k++)
            if (str_eq(fieldset_item_key(a, s, out->items[k]), key)) {
                out->items[k] = merge(a, s->element, out->items[k], config->items[i]);
                found = true;
            }
        if (!found)
            jv_append(a, out, jv_copy(a, config->items[i]));
    }
    return out;
}

static jv_t *merge(arena_t *a, const schema_t *s, const jv_t *live, const jv_t *config) {
    if (!live || live->kind != config->kind || (s && s->atomic))
        return jv_copy(a, config);
    if (config->kind == JV_ARRAY)
        return s && (s->set || s->nkeys) ? merge_list(a, s, live, config) : jv_copy(a, config);
    if (config->kind != JV_OBJECT)
        return jv_copy(a, config);
    jv_t *out = jv_copy(a, live);
    for (size_t i = 0; i < config->n; i++) {
        str_t key = config->members[i].key;
        jv_set(a, out, key, merge(a, schema_child(s, key), jv_get(live, key), config->members[i].value));
    }
    return out;
}

typedef struct conflicts {
    arena_t *arena;
    fields_t errors;
    str_t manager; /* at hand */
    buf_t text;
    str_t only;
} conflicts_t;

static void add_conflict(void *arg, str_t path) {
    conflicts_t *x = arg;
    fields_add(&x->errors, FIELD_CONFLICT, path, arena_concat(x->arena, STR("conflict with "), x->manager));
    buf_printf(&x->text, "\n- " STR_FMT, STR_ARG(path));
    x->only = path;
}

static str_t manager_text(arena_t *a, const manager_t *m) {
    str_t s = fields_quote(a, m->name);
    if (m->sub.n)
        s = arena_printf(a, STR_FMT " with subresource " STR_FMT, STR_ARG(s), STR_ARG(fields_quote(a, m->sub)));
    if (str_eqc(m->operation, "Update"))
        s = arena_printf(a, STR_FMT " using " STR_FMT, STR_ARG(s), STR_ARG(m->version));
    return s;
}

static bool refuse(call_t *c, conflicts_t *x) {
    arena_t *a = c->arena;
    size_t n = x->errors.n;
    str_t message = n == 1
                        ? arena_printf(a, "Apply failed with 1 conflict: " STR_FMT ": " STR_FMT,
                                       STR_ARG(x->errors.items[0].message), STR_ARG(x->only))
                        : arena_printf(a, "Apply failed with %zu conflicts: " STR_FMT, n, STR_ARG(buf_str(&x->text)));
    jv_t *d = jv_object(a), *causes = jv_array(a);
    for (size_t i = 0; i < n; i++) {
        jv_t *cause = jv_object(a);
        jv_setc(a, cause, "reason", jv_string(a, STR("FieldManagerConflict")));
        jv_setc(a, cause, "message", jv_string(a, x->errors.items[i].message));
        jv_setc(a, cause, "field", jv_string(a, x->errors.items[i].field));
        jv_append(a, causes, cause);
    }
    jv_setc(a, d, "causes", causes);
    return call_status(c, 409, "Conflict", message, d);
}

/* Other managers' claims on what this apply changes: refused, or taken over when forced. */
static bool settle(call_t *c, managers_t *m, const manager_t *own, const fieldset_t *changed) {
    arena_t *a = c->arena;
    conflicts_t x = {.arena = a, .errors = {.arena = a}};
    bool force = call_flag(c, "force");
    buf_init_arena(&x.text, a);
    for (size_t i = 0; i < m->n; i++) {
        manager_t *other = &m->items[i];
        fieldset_t *both = other == own ? NULL : fieldset_common(a, other->set, changed);
        if (!both || fieldset_empty(both))
            continue;
        if (force) {
            other->set = fieldset_minus(a, other->set, both);
            continue;
        }
        x.manager = manager_text(a, other);
        buf_printf(&x.text, "%sconflicts with " STR_FMT ":", x.text.n ? "\n" : "", STR_ARG(x.manager));
        fieldset_each(a, both, add_conflict, &x);
    }
    return !x.errors.n || refuse(c, &x);
}

/* What this manager applied before and no longer does goes, unless somebody else owns it too. */
static void prune(arena_t *a, const schema_t *s, jv_t *merged, fieldset_t *last, const managers_t *m) {
    fieldset_t *all = arena_new(a, fieldset_t);
    for (size_t i = 0; i < m->n; i++)
        all = fieldset_union(a, all, m->items[i].set);
    last = fieldset_union(a, last, NULL);
    fieldset_ensure_parents(last);
    fieldset_ensure_parents(all);
    fieldset_remove_from(a, fieldset_minus(a, last, all), s, merged);
}

static jv_t *read_config(call_t *c) {
    arena_t *a = c->arena;
    jv_t *v = body_parse(c);
    if (!v)
        return NULL;
    str_t version = jv_str(jv_getc(v, "apiVersion")), kind = jv_str(jv_getc(v, "kind"));
    if (!version.n || !kind.n) {
        str_t group = STR(""), v1 = version, rest;
        if (str_cut(version, '/', &group, &rest))
            v1 = rest;
        else
            group = STR("");
        call_bad_request(c, arena_printf(a, "invalid object type: " STR_FMT "/" STR_FMT ", Kind=" STR_FMT,
                                         STR_ARG(group), STR_ARG(v1), STR_ARG(kind)));
        return NULL;
    }
    if (!str_eq(version, c->resource->api_version) || !str_eq(kind, c->resource->kind)) {
        call_bad_request(c, arena_printf(a, "invalid object type: %s" STR_FMT ", Kind=" STR_FMT,
                                         str_chr(version, '/') < 0 ? "/" : "", STR_ARG(version), STR_ARG(kind)));
        return NULL;
    }
    if (jv_count(jv_path(v, "metadata", "managedFields", NULL))) {
        call_bad_request(c, STR("metadata.managedFields must be nil"));
        return NULL;
    }
    if (!jv_path_str(v, "metadata", "name", NULL).n)
        jv_set_path(a, v, jv_string(a, c->name), "metadata", "name", NULL);
    return meta_check_name(c, v) ? v : NULL;
}

/* What structured-merge-diff says of a value of another type; empty where there is none. */
static str_t typed_fault(arena_t *a, const schema_t *s, const jv_t *v, str_t path) {
    static const char *const words[] = {"null", "boolean", "number", "string", "list", "map"};
    str_t found = STR_NONE;
    if (!s || jv_is(v, JV_NULL))
        return found;
    bool numeric = s->kind == SCHEMA_INT32 || s->kind == SCHEMA_INT64 || s->kind == SCHEMA_FLOAT;
    if (numeric && !jv_is(v, JV_NUMBER))
        return arena_printf(a, STR_FMT ": expected numeric (int or float), got %s", STR_ARG(path), words[jv_kind(v)]);
    if (s->kind == SCHEMA_BOOL && !jv_is(v, JV_BOOL))
        return arena_printf(a, STR_FMT ": expected boolean, got %s", STR_ARG(path), words[jv_kind(v)]);
    if (s->kind == SCHEMA_STRING && !jv_is(v, JV_STRING))
        return arena_printf(a, STR_FMT ": expected string, got %s", STR_ARG(path), words[jv_kind(v)]);
    for (size_t i = 0; !found.n && jv_is(v, JV_OBJECT) && i < v->n; i++)
        found = typed_fault(a, schema_child(s, v->members[i].key), v->members[i].value,
                            arena_printf(a, STR_FMT "." STR_FMT, STR_ARG(path), STR_ARG(v->members[i].key)));
    for (size_t i = 0; !found.n && jv_is(v, JV_ARRAY) && s->kind == SCHEMA_LIST && i < v->n; i++) {
        str_t key = s->nkeys || s->set ? fieldset_element(a, fieldset_item_key(a, s, v->items[i]))
                                       : arena_printf(a, "[%zu]", i);
        found = typed_fault(a, s->element, v->items[i], arena_concat(a, path, key));
    }
    return found;
}

/* Can it be read at all, and is every field known? The applied value itself stays as it was given. */
static bool check_config(call_t *c, const jv_t *config) {
    arena_t *a = c->arena;
    strict_t strict = {0};
    err_t err = ERROR_INIT;
    const jv_t *meta = jv_getc(config, "metadata");
    jv_t *copy = jv_copy(a, config);
    str_t mistyped = typed_fault(a, root_schema(c, c->resource), config, STR_NONE);
    bool ok = mistyped.n || body_decode(c, copy, &strict, &err) != NULL;
    str_t ns = jv_path_str(config, "metadata", "namespace", NULL);
    str_t name = arena_printf(a, STR_FMT "/" STR_FMT "; " STR_FMT ", Kind=" STR_FMT, STR_ARG(ns), STR_ARG(c->name),
                              STR_ARG(c->resource->api_version), STR_ARG(c->resource->kind));
    str_t why = mistyped;
    if (why.n)
        ok = true;
    else if (!ok)
        why = arena_str(a, str_c(error_text(&err)));
    else if (strict.n) {
        str_t field = str_from(strict.items[0], sizeof "unknown field \"" - 1);
        why = arena_printf(a, "." STR_FMT ": field not declared in schema", STR_ARG(str_sub(field, 0, field.n - 1)));
    }
    (void)meta;
    error_release(&err);
    if (why.n)
        return call_internal(c, arena_printf(a, "failed to create typed patch object (" STR_FMT "): " STR_FMT,
                                             STR_ARG(name), STR_ARG(why)));
    return true;
}

static void keep_only(call_t *c, jv_t *config) {
    bool status = str_eqc(c->sub, "status");
    const resource_t *r = c->resource;
    bool divided = r->crd ? r->crd->has_status : (r->flags & RESOURCE_STATUS) != 0;
    if (status)
        for (size_t i = jv_count(config); i-- > 0;) {
            str_t key = config->members[i].key;
            if (!str_eqc(key, "status") && !str_eqc(key, "metadata") && !str_eqc(key, "kind") &&
                !str_eqc(key, "apiVersion"))
                jv_remove(config, key);
        }
    else if (divided)
        jv_removec(config, "status");
}

static void finish(call_t *c, object_t *old, jv_t *result, const managers_t *m) {
    strict_t strict = {0};
    err_t err = ERROR_INIT;
    jv_t *object = body_decode(c, result, &strict, &err);
    if (!object)
        call_bad_request(c, arena_str(c->arena, str_c(error_text(&err))));
    error_release(&err);
    if (!object)
        return;
    write_managers(c->arena, object, m);
    if (old)
        write_changed(c, old, object_value(c->arena, old), object, true);
    else
        write_new(c, object, true);
}

void apply_patch(call_t *c) {
    jv_t *config = read_config(c);
    if (!config || !check_config(c, config))
        return;
    keep_only(c, config);
    apply_config(c, config);
}

void apply_config(call_t *c, jv_t *config) {
    arena_t *a = c->arena;
    const schema_t *s = root_schema(c, c->resource);
    object_t *old = store_find(c->resource->store, c->ns, c->name);
    if (!old && c->sub.n) {
        call_not_found(c);
        return;
    }
    jv_t *live = old ? output_value(a, c->resource, object_value(a, old)) : NULL;
    managers_t m = read_managers(a, live);
    manager_t *own = own_entry(c, &m, STR("Apply"));
    fieldset_t *last = own->set, *set = fieldset_of(a, s, config);
    strip(set);
    own->set = set;
    own->version = c->resource->api_version;
    own->time = jv_string(a, wire_now(a, false));
    jv_t *result = live ? merge(a, s, live, config) : jv_copy(a, config);
    if (live) {
        prune(a, s, result, last, &m);
        fieldset_t *before = fieldset_of(a, s, live), *after = fieldset_of(a, s, result);
        strip(before);
        strip(after);
        if (!settle(c, &m, own, fieldset_changed(a, before, after)))
            return;
        fieldset_t *gone = fieldset_minus(a, before, after);
        for (size_t i = 0; i < m.n; i++)
            m.items[i].set = fieldset_minus(a, m.items[i].set, gone);
    }
    finish(c, old, result, &m);
}
