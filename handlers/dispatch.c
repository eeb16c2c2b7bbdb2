#include "handlers/dispatch.h"

#include "handlers/app_status.h"
#include "handlers/hash.h"
#include "handlers/names.h"
#include "kubeapi/patch.h"

static str_t name_of(const jv_t *o) {
    return jv_path_str(o, "metadata", "name", NULL);
}
static str_t ns_of(const jv_t *o) {
    return jv_path_str(o, "metadata", "namespace", NULL);
}
static str_t label_of(const jv_t *o, const char *key) {
    return jv_path_str(o, "metadata", "labels", key, NULL);
}

/* The kind's resource, with vela-core's words where there is none. */
static const api_resource_t *resource_of(controller_t *c, const jv_t *o, err_t *err) {
    const api_resource_t *r =
        managed_kind(c->managed, jv_str(jv_getc(o, "apiVersion")), jv_str(jv_getc(o, "kind")), err);
    if (!r)
        error_wrap(err, "cannot get object");
    return r;
}

bool dispatch_prepare(controller_t *c, const jv_t *app, jv_t *manifest, err_t *err) {
    const api_resource_t *r = resource_of(c, manifest, err);
    if (!r)
        return false;
    jv_t *metadata = jv_getc(manifest, "metadata");
    if (!r->namespaced)
        jv_removec(metadata, "namespace");
    if (c->o.no_cross_namespace && !str_eq(ns_of(manifest), ns_of(app)))
        return error_set(err, ERR_INVALID,
                         "forbidden resource: " STR_FMT " " STR_FMT "/" STR_FMT
                         " is outside the namespace of application",
                         STR_ARG(r->kind), STR_ARG(ns_of(manifest)), STR_ARG(name_of(manifest)));
    return true;
}

/* Whether the live object may be changed by this Application. */
static bool controlled(const jv_t *app, const jv_t *live, err_t *err) {
    str_t owner = label_of(live, LABEL_APP_NAME), owner_ns = label_of(live, LABEL_APP_NAMESPACE);
    str_t kind = jv_str(jv_getc(live, "kind"));
    if (!owner.n || !owner_ns.n)
        return error_set(err, ERR_REFUSED,
                         "cannot apply ApplyOption: " STR_FMT " " STR_FMT "/" STR_FMT
                         " exists but not managed by any application now",
                         STR_ARG(kind), STR_ARG(ns_of(live)), STR_ARG(name_of(live)));
    if (!str_eq(owner, name_of(app)) || !str_eq(owner_ns, ns_of(app)))
        return error_set(err, ERR_REFUSED,
                         "cannot apply ApplyOption: existing object " STR_FMT " " STR_FMT "/" STR_FMT
                         " is managed by other application " STR_FMT "/" STR_FMT,
                         STR_ARG(kind), STR_ARG(ns_of(live)), STR_ARG(name_of(live)), STR_ARG(owner_ns),
                         STR_ARG(owner));
    return true;
}

/* Secrets and ConfigMaps don't carry a second copy of themselves; nor does what asks for it ("-" or "skip"). */
static bool records_configuration(const jv_t *o) {
    str_t kind = jv_str(jv_getc(o, "kind"));
    if (str_eqc(jv_str(jv_getc(o, "apiVersion")), "v1") && (str_eqc(kind, "Secret") || str_eqc(kind, "ConfigMap")))
        return false;
    str_t said = jv_path_str(o, "metadata", "annotations", ANNOTATION_LAST_APPLIED, NULL);
    return !str_eqc(said, "-") && !str_eqc(said, "skip");
}

/* A copy with the render hash. */
static jv_t *wanted_of(arena_t *a, const jv_t *manifest) {
    jv_t *wanted = jv_copy(a, manifest);
    jv_set_path(a, wanted, jv_string(a, hash_render(a, manifest)), "metadata", "labels", LABEL_RENDER_HASH, NULL);
    return wanted;
}

/* The copy with its configuration recorded in an annotation. */
static jv_t *recorded(arena_t *a, jv_t *wanted) {
    if (!records_configuration(wanted))
        return wanted;
    jv_t *out = jv_copy(a, wanted);
    jv_set_path(a, out, jv_string(a, jv_text(a, wanted)), "metadata", "annotations", ANNOTATION_LAST_APPLIED, NULL);
    return out;
}

static bool create(controller_t *c, arena_t *a, const api_resource_t *r, jv_t *wanted, const api_options_t *o,
                   err_t *err) {
    jv_t *body = recorded(a, wanted);
    if (body != wanted)
        jv_set_path(a, body, status_now(a), "metadata", "annotations", ANNOTATION_LAST_APPLIED_TIME, NULL);
    return api_create_object(c->api, r, r->namespaced ? ns_of(wanted) : STR_NONE, body, o, a, err) != NULL;
}

/* What was applied last, as the live object records it; NULL where it doesn't. */
static jv_t *original_of(arena_t *a, const jv_t *live) {
    str_t text = jv_path_str(live, "metadata", "annotations", ANNOTATION_LAST_APPLIED, NULL);
    if (!text.n)
        text = jv_path_str(live, "metadata", "annotations", ANNOTATION_KUBECTL_LAST_APPLIED, NULL);
    /* An annotation that isn't JSON records nothing: then nothing is removed, only set. */
    return text.n ? jv_parse(a, text, NULL) : NULL;
}

static bool patch(controller_t *c, arena_t *a, const api_resource_t *r, jv_t *wanted, const jv_t *live,
                  const api_options_t *o, err_t *err) {
    const jv_t *original = original_of(a, live);
    jv_t *modified = recorded(a, wanted), *p;
    const patch_schema_t *schema = patch_schema_find(jv_str(jv_getc(wanted, "apiVersion")), r->kind);
    if (schema)
        p = patch_three_way_strategic(a, original, modified, live, schema, err);
    else
        p = patch_three_way_merge(a, original, modified, live, err);
    if (!p)
        return error_wrap(err, "cannot calculate patch by computing a three way diff");
    if (!jv_count(p))
        return true;
    if (!api_patch(c->api, r, r->namespaced ? ns_of(wanted) : STR_NONE, name_of(wanted),
                   schema ? API_PATCH_STRATEGIC : API_PATCH_MERGE, p, o, a, err))
        return error_wrap(err, "cannot patch object");
    return true;
}

static bool update(controller_t *c, arena_t *a, const jv_t *app, const api_resource_t *r, jv_t *wanted,
                   const jv_t *live, dispatch_mode_t mode, const api_options_t *o, err_t *err) {
    if (!controlled(app, live, err))
        return false;
    if (mode != DISPATCH_KEEP && str_eq(label_of(live, LABEL_RENDER_HASH), label_of(wanted, LABEL_RENDER_HASH)))
        return true;
    return patch(c, a, r, wanted, live, o, err);
}

bool dispatch_apply(controller_t *c, arena_t *a, const jv_t *app, const jv_t *manifest, dispatch_mode_t mode,
                    err_t *err) {
    const api_resource_t *r = resource_of(c, manifest, err);
    if (!r)
        return false;
    const api_options_t o = {.dry_run = mode == DISPATCH_DRY_RUN};
    jv_t *wanted = wanted_of(a, manifest);
    jv_t *live = managed_get(c->managed, r, ns_of(manifest), name_of(manifest), a, err);
    if (live)
        return update(c, a, app, r, wanted, live, mode, &o, err);
    if (err->code != ERR_NONE)
        return error_wrap(err, "cannot get object");
    err_t e = ERROR_INIT;
    if (create(c, a, r, wanted, &o, &e))
        return true;
    if (e.code == ERR_EXISTS) {
        /* There, but without an Application's label: the stores of managed kinds don't hold it. */
        error_release(&e);
        live = api_get(c->api, r, r->namespaced ? ns_of(manifest) : STR_NONE, name_of(manifest), NULL, a, &e);
        if (live)
            return update(c, a, app, r, wanted, live, mode, &o, err);
    }
    error_move(err, &e);
    return error_wrap(err, "cannot create object");
}

/* Manifests keep name and namespace under metadata, a tracker's entries at their top. */
static str_t named(const jv_t *o, const char *key) {
    const jv_t *m = jv_getc(o, "metadata");
    return jv_str(jv_getc(m ? m : o, key));
}

jv_t *dispatch_live(controller_t *c, arena_t *a, const jv_t *o, err_t *err) {
    const api_resource_t *r = resource_of(c, o, err);
    return r ? managed_get(c->managed, r, named(o, "namespace"), named(o, "name"), a, err) : NULL;
}

/* A kind that is not served any more has no objects. */
static const api_resource_t *served(controller_t *c, const jv_t *entry, err_t *err) {
    err_t e = ERROR_INIT;
    const api_resource_t *r = resource_of(c, entry, &e);
    if (!r && e.code != ERR_NOTFOUND)
        error_move(err, &e);
    error_release(&e);
    return r;
}

bool dispatch_exists(controller_t *c, const jv_t *app, const jv_t *entry, bool *exists, err_t *err) {
    *exists = false;
    const api_resource_t *r = served(c, entry, err);
    if (!r)
        return err->code == ERR_NONE;
    const store_entry_t *e = managed_find(c->managed, r, named(entry, "namespace"), named(entry, "name"));
    *exists = e && str_eq(entry_label(e, 0), name_of(app)) && str_eq(entry_label(e, 1), ns_of(app));
    return true;
}

static bool orphan_object(controller_t *c, arena_t *a, const api_resource_t *r, str_t ns, str_t name, err_t *err) {
    jv_t *p = jv_object(a);
    jv_set_path(a, p, jv_null(a), "metadata", "labels", LABEL_APP_NAME, NULL);
    jv_set_path(a, p, jv_null(a), "metadata", "labels", LABEL_APP_NAMESPACE, NULL);
    return api_patch(c->api, r, ns, name, API_PATCH_MERGE, p, NULL, a, err) != NULL;
}

bool dispatch_delete(controller_t *c, arena_t *a, const jv_t *entry, bool orphan, err_t *err) {
    const api_resource_t *r = served(c, entry, err);
    if (!r)
        return err->code == ERR_NONE;
    str_t ns = r->namespaced ? named(entry, "namespace") : STR_NONE, name = named(entry, "name");
    const store_entry_t *live = managed_find(c->managed, r, ns, name);
    if (live && live->deleting && !orphan)
        return true;
    err_t e = ERROR_INIT;
    bool ok = orphan ? orphan_object(c, a, r, ns, name, &e) : api_delete(c->api, r, ns, name, NULL, a, &e) != NULL;
    if (!ok && e.code != ERR_NOTFOUND) {
        error_move(err, &e);
        return error_wrap(err,
                          orphan ? "failed to release resource " STR_FMT "/" STR_FMT
                                 : "failed to delete resource " STR_FMT "/" STR_FMT,
                          STR_ARG(ns), STR_ARG(name));
    }
    if (!ok)
        managed_gone(c->managed, r, ns, name);
    error_release(&e);
    return true;
}
