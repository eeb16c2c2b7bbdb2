#include "contrib/apiserver/write.h"

#include "contrib/apiserver/apply.h"
#include "contrib/apiserver/body.h"
#include "contrib/apiserver/meta.h"
#include "contrib/apiserver/namespaces.h"
#include "contrib/apiserver/output.h"
#include "contrib/apiserver/scale.h"
#include "contrib/apiserver/state.h"

/* ---- options ---- */

static void check_dry_run(call_t *c, fields_t *f) {
    const jv_t *given = jv_getc(c->query, "dryRun");
    for (size_t i = 0; i < jv_count(given); i++) {
        if (str_eqc(jv_str(jv_at(given, i)), "All")) {
            c->dry_run = true;
            continue;
        }
        fields_not_supported(f, STR("dryRun"), given, "All");
        return;
    }
}

static str_t agent_name(arena_t *a, str_t agent) {
    str_t name, rest;
    str_cut(agent, '/', &name, &rest);
    return arena_str(a, name.n ? str_sub(name, 0, 128) : STR("unknown"));
}

bool write_options(call_t *c, const char *kind) {
    fields_t f = {.arena = c->arena};
    check_dry_run(c, &f);
    str_t manager = call_param(c, "fieldManager");
    c->validation = call_param(c, "fieldValidation");
    if (manager.n > 128)
        fields_too_long(&f, STR("fieldManager"), 128);
    for (size_t i = 0; i < manager.n; i++)
        if ((unsigned char)manager.p[i] < 0x20 || manager.p[i] == 0x7f) {
            fields_invalid_str(&f, STR("fieldManager"), manager, "should only contain printable characters");
            break;
        }
    if (!c->validation.n)
        c->validation = STR("Warn");
    else if (!str_eqc(c->validation, "Strict") && !str_eqc(c->validation, "Warn") && !str_eqc(c->validation, "Ignore"))
        fields_not_supported(&f, STR("fieldValidation"), jv_string(c->arena, c->validation), " Ignore Strict Warn");
    c->manager = manager.n ? manager : agent_name(c->arena, c->request->user_agent);
    return !f.n || call_invalid(c, STR("meta.k8s.io"), str_c(kind), STR_NONE, &f);
}

bool write_namespace_open(call_t *c) {
    arena_t *a = c->arena;
    if (!c->ns.n || (c->resource->flags & RESOURCE_CLUSTER))
        return true;
    const resource_t *namespaces = resource_find(c->server, STR_NONE, STR("v1"), STR("namespaces"));
    const object_t *ns = store_find(namespaces->store, STR_NONE, c->ns);
    if (!ns) {
        call_t named = *c;
        named.resource = namespaces;
        named.name = c->ns;
        named.sub = STR_NONE;
        return call_not_found(&named);
    }
    if (!ns->deleting)
        return true;
    jv_t *d = jv_object(a), *causes = jv_array(a), *cause = jv_object(a);
    jv_setc(a, d, "name", jv_string(a, c->name));
    if (c->resource->group.n)
        jv_setc(a, d, "group", jv_string(a, c->resource->group));
    jv_setc(a, d, "kind", jv_string(a, c->resource->plural));
    jv_setc(a, cause, "reason", jv_string(a, STR("NamespaceTerminating")));
    jv_setc(a, cause, "message", jv_stringf(a, "namespace " STR_FMT " is being terminated", STR_ARG(c->ns)));
    jv_setc(a, cause, "field", jv_string(a, STR("metadata.namespace")));
    jv_append(a, causes, cause);
    jv_setc(a, d, "causes", causes);
    return call_status(c, 403, "Forbidden",
                       arena_printf(a,
                                    STR_FMT " " STR_FMT
                                            " is forbidden: unable to create new content in namespace " STR_FMT
                                            " because it is being terminated",
                                    STR_ARG(c->resource->group_resource), STR_ARG(fields_quote(a, c->name)),
                                    STR_ARG(c->ns)),
                       d);
}

/* ---- what a strategy does before validation ---- */

static bool has_status(const resource_t *r) {
    return r->crd ? r->crd->has_status : (r->flags & RESOURCE_STATUS) != 0;
}

static void keep_member(arena_t *a, jv_t *object, const jv_t *old, const char *key) {
    jv_t *v = jv_getc(old, key);
    if (v)
        jv_setc(a, object, key, v);
    else
        jv_removec(object, key);
}

static bool same_but(const jv_t *x, const jv_t *y, bool status_too) {
    const jv_t *both[] = {x, y};
    for (size_t side = 0; side < 2; side++)
        for (size_t i = 0; i < jv_count(both[side]); i++) {
            str_t key = both[side]->members[i].key;
            if (str_eqc(key, "metadata") || str_eqc(key, "kind") || str_eqc(key, "apiVersion") ||
                (str_eqc(key, "status") && !status_too))
                continue;
            const jv_t *other = jv_get(both[1 - side], key);
            if (!other || (side == 0 && !jv_equal(both[side]->members[i].value, other)))
                return false;
        }
    return true;
}

static bool same_at(const jv_t *x, const jv_t *y, const char *key) {
    const jv_t *a = jv_path(x, "metadata", key, NULL), *b = jv_path(y, "metadata", key, NULL);
    return jv_count(a) + jv_count(b) == 0 || (a && b && jv_equal(a, b));
}

static void count_generation(arena_t *a, const resource_t *r, jv_t *object, const jv_t *old) {
    if (!r->crd && !(r->flags & RESOURCE_GENERATION))
        return;
    jv_t *m = meta_of(a, object);
    int64_t was = 0;
    if (!old) {
        jv_setc(a, m, "generation", jv_int(a, 1));
        return;
    }
    jv_as_int(jv_path(old, "metadata", "generation", NULL), &was);
    bool same = same_but(object, old, r->crd && !r->crd->has_status) &&
                (!(r->flags & RESOURCE_ANNOTATIONS) || same_at(object, old, "annotations"));
    if (!same)
        jv_setc(a, m, "generation", jv_int(a, was + 1));
}

/* The main resource leaves status alone; /status changes status and, of built-in kinds, some metadata. */
static jv_t *divide(call_t *c, jv_t *object, jv_t *old) {
    arena_t *a = c->arena;
    const resource_t *r = c->resource;
    if (!has_status(r))
        return object;
    if (!str_eqc(c->sub, "status")) {
        keep_member(a, object, old, "status");
        return object;
    }
    jv_t *out = jv_copy(a, old), *status = jv_getc(object, "status");
    if (status)
        jv_setc(a, out, "status", status);
    else
        jv_removec(out, "status");
    jv_t *meta = r->crd ? jv_copy(a, jv_getc(old, "metadata")) : jv_getc(object, "metadata");
    const char *kept = r->crd ? NULL : "labels";
    if (kept && jv_getc(jv_getc(old, "metadata"), kept))
        jv_setc(a, meta, kept, jv_getc(jv_getc(old, "metadata"), kept));
    else if (kept)
        jv_removec(meta, kept);
    jv_t *rv = jv_path(object, "metadata", "resourceVersion", NULL);
    jv_t *managed = jv_path(object, "metadata", "managedFields", NULL);
    if (rv)
        jv_setc(a, meta, "resourceVersion", rv);
    if (managed)
        jv_setc(a, meta, "managedFields", managed);
    jv_setc(a, out, "metadata", meta);
    return out;
}

static const resource_t *stored_as(const resource_t *r) {
    return r->store->resource ? r->store->resource : r;
}

/* ---- create ---- */

void write_new(call_t *c, jv_t *object, bool applied) {
    arena_t *a = c->arena;
    const resource_t *r = stored_as(c->resource);
    if (!c->name.n)
        c->name = jv_path_str(object, "metadata", "name", NULL);
    if (!write_namespace_open(c) || !meta_fill(c, object))
        return;
    c->name = jv_path_str(object, "metadata", "name", NULL);
    if (has_status(r) && !str_eqc(r->group_resource, "nodes"))
        jv_removec(object, "status");
    if (r->rules && r->rules->prepare)
        r->rules->prepare(c->server, a, object, NULL);
    count_generation(a, r, object, NULL);
    object = body_canonical(a, r, object);
    if (!applied)
        apply_track(c, object, NULL);
    fields_t f = {.arena = a};
    meta_validate(r, object, &f);
    if (r->rules && r->rules->validate)
        r->rules->validate(a, object, NULL, &f);
    if (c->resource != r && c->resource->rules != r->rules && c->resource->rules && c->resource->rules->validate)
        c->resource->rules->validate(a, object, NULL, &f);
    if (r->crd)
        crd_validate(r, object, NULL, &f);
    if (f.n) {
        call_invalid(c, c->resource->group, c->resource->kind, c->name, &f);
        return;
    }
    const object_t *there = store_find(r->store, c->ns, c->name);
    if (there) {
        jv_t *d = jv_object(a);
        jv_setc(a, d, "name", jv_string(a, c->name));
        if (r->group.n)
            jv_setc(a, d, "group", jv_string(a, r->group));
        jv_setc(a, d, "kind", jv_string(a, r->plural));
        call_status(c, 409, "AlreadyExists",
                    arena_printf(a, "%s" STR_FMT " " STR_FMT " already exists",
                                 there->deleting ? "object is being deleted: " : "", STR_ARG(r->group_resource),
                                 STR_ARG(fields_quote(a, c->name))),
                    d);
        return;
    }
    if (c->dry_run)
        output_unstored(c, 201, object);
    else
        output_object(c, 201, store_write(r->store, a, object));
}

void write_create(call_t *c) {
    if (!write_options(c, "CreateOptions"))
        return;
    jv_t *object = body_object(c);
    if (object)
        write_new(c, object, false);
}

/* ---- update ---- */

static bool unchanged(const jv_t *x, const jv_t *y) {
    /* The time of a managed field alone makes no write. */
    if (!same_but(x, y, true))
        return false;
    const jv_t *both[] = {jv_getc(x, "metadata"), jv_getc(y, "metadata")};
    for (size_t side = 0; side < 2; side++)
        for (size_t i = 0; i < jv_count(both[side]); i++) {
            str_t key = both[side]->members[i].key;
            if (str_eqc(key, "resourceVersion"))
                continue;
            const jv_t *other = jv_get(both[1 - side], key);
            if (str_eqc(key, "managedFields") ? !apply_same(both[side]->members[i].value, other)
                                              : !other || !jv_equal(both[side]->members[i].value, other))
                return false;
        }
    return true;
}

static bool check_version(call_t *c, const object_t *old, const jv_t *object) {
    str_t rv = jv_path_str(object, "metadata", "resourceVersion", NULL);
    int64_t v;
    if (!rv.n)
        return true;
    if (!str_int(rv, &v) || v < 0)
        return call_internal(c, arena_printf(c->arena,
                                             "resourceVersion: Invalid value: " STR_FMT
                                             ": strconv.ParseUint: parsing " STR_FMT ": invalid syntax",
                                             STR_ARG(fields_quote(c->arena, rv)), STR_ARG(fields_quote(c->arena, rv))));
    if (v == 0 || (uint64_t)v == old->version)
        return true;
    return call_conflict(
        c, c->resource->plural,
        STR("the object has been modified; please apply your changes to the latest version and try again"));
}

void write_changed(call_t *c, object_t *old, jv_t *was, jv_t *object, bool applied) {
    arena_t *a = c->arena;
    const resource_t *r = stored_as(c->resource);
    if (!check_version(c, old, object))
        return;
    object = divide(c, object, was);
    meta_keep(a, object, was);
    if (r->rules && r->rules->prepare)
        r->rules->prepare(c->server, a, object, was);
    object = body_canonical(a, r, object);
    if (!str_eqc(c->sub, "status"))
        count_generation(a, r, object, was);
    if (!applied)
        apply_track(c, object, was);
    fields_t f = {.arena = a};
    /* The generic store checks the metadata, then the kind's strategy does again. */
    meta_validate_update(r, object, was, &f);
    meta_validate_update(r, object, was, &f);
    if (r->rules && r->rules->validate)
        r->rules->validate(a, object, was, &f);
    if (r->crd)
        crd_validate(r, object, was, &f);
    if (f.n) {
        call_invalid(c, c->resource->group, c->resource->kind, c->name, &f);
        return;
    }
    jv_set_path(a, object, jv_path(was, "metadata", "resourceVersion", NULL), "metadata", "resourceVersion", NULL);
    bool gone = old->deleting && jv_count(jv_path(object, "metadata", "finalizers", NULL)) == 0 &&
                !namespace_holds(r, object) && !pod_lingers(r, object);
    if (c->dry_run)
        output_unstored(c, 200, object);
    else if (gone) {
        /* Watches see the state before: the last change isn't written. */
        store_remove(r->store, a, jv_copy(a, was));
        output_unstored(c, 200, object);
    } else if (unchanged(object, was))
        output_object(c, 200, old);
    else
        output_object(c, 200, store_write(r->store, a, object));
}

static bool check_uid(call_t *c, const object_t *old, const jv_t *object) {
    str_t uid = jv_path_str(object, "metadata", "uid", NULL);
    if (!uid.n || str_eq(uid, old->uid))
        return true;
    return call_conflict(c, c->resource->plural,
                         arena_printf(c->arena,
                                      "Precondition failed: UID in precondition: " STR_FMT
                                      ", UID in object meta: " STR_FMT,
                                      STR_ARG(uid), STR_ARG(old->uid)));
}

void write_update(call_t *c) {
    const resource_t *r = c->resource;
    if (!write_options(c, "UpdateOptions"))
        return;
    if (str_eqc(c->sub, "scale")) {
        scale_update(c);
        return;
    }
    jv_t *object = body_object(c);
    if (!object || !meta_check_name(c, object))
        return;
    object_t *old = store_find(r->store, c->ns, c->name);
    if (!old) {
        if ((r->flags & RESOURCE_CREATE_ON_UPDATE) && !c->sub.n)
            write_new(c, object, false);
        else
            call_not_found(c);
        return;
    }
    if (!jv_path_str(object, "metadata", "resourceVersion", NULL).n &&
        (r->crd || !(r->flags & RESOURCE_UNCONDITIONAL))) {
        fields_t f = {.arena = c->arena};
        fields_add(&f, FIELD_INVALID, STR("metadata.resourceVersion"),
                   STR("Invalid value: 0x0: must be specified for an update"));
        call_invalid(c, r->group, r->plural, c->name, &f);
        return;
    }
    if (check_uid(c, old, object))
        write_changed(c, old, object_value(c->arena, old), object, false);
}
