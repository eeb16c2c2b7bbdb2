#include "handlers/app_revision.h"

#include "handlers/hash.h"
#include "handlers/meta.h"
#include "handlers/names.h"

enum { MOST_TRIES = 20 };

/* The metadata that the schema of an embedded object keeps. */
static jv_t *embedded_metadata(arena_t *a, const jv_t *object) {
    static const char *const keys[] = {"annotations", "finalizers", "labels", "name", "namespace"};
    const jv_t *have = jv_getc(object, "metadata");
    jv_t *out = jv_object(a);
    for (size_t i = 0; i < sizeof keys / sizeof *keys; i++)
        if (jv_getc(have, keys[i]))
            jv_setc(a, out, keys[i], jv_getc(have, keys[i]));
    return out;
}

static jv_t *snapshot(arena_t *a, const jv_t *object) {
    jv_t *out = jv_object(a);
    jv_setc(a, out, "apiVersion", jv_getc(object, "apiVersion"));
    jv_setc(a, out, "kind", jv_getc(object, "kind"));
    jv_setc(a, out, "metadata", embedded_metadata(a, object));
    jv_setc(a, out, "spec", jv_getc(object, "spec"));
    jv_setc(a, out, "status", jv_object(a));
    return out;
}

static jv_t *revision_spec(arena_t *a, const jv_t *app, const appfile_t *af) {
    jv_t *spec = jv_object(a);
    jv_setc(a, spec, "application", snapshot(a, app));
    for (int k = 0; k < DEFINITION_KINDS; k++) {
        const jv_t *used = af->definitions[k];
        if (!jv_count(used))
            continue;
        jv_t *out = jv_object(a);
        for (size_t i = 0; i < jv_count(used); i++)
            jv_set(a, out, used->members[i].key, snapshot(a, used->members[i].value));
        jv_setc(a, spec, definition_kind_key((definition_kind_t)k), out);
    }
    jv_setc(a, spec, "compression", jv_object(a));
    return spec;
}

static jv_t *revision_object(arena_t *a, const jv_t *app, const app_revision_t *r, jv_t *spec) {
    str_t name = jv_path_str(app, "metadata", "name", NULL);
    jv_t *o = jv_object(a);
    jv_setc(a, o, "apiVersion", jv_string(a, STR(OAM_API_VERSION)));
    jv_setc(a, o, "kind", jv_string(a, STR("ApplicationRevision")));
    jv_set_path(a, o, jv_string(a, r->name), "metadata", "name", NULL);
    jv_set_path(a, o, jv_path(app, "metadata", "namespace", NULL), "metadata", "namespace", NULL);
    const jv_t *annotations = jv_path(app, "metadata", "annotations", NULL),
               *labels = jv_path(app, "metadata", "labels", NULL);
    jv_t *copied = jv_is(annotations, JV_OBJECT) ? jv_copy(a, annotations) : jv_object(a);
    jv_removec(copied, ANNOTATION_KUBECTL_LAST_APPLIED);
    jv_set_path(a, o, copied, "metadata", "annotations", NULL);
    copied = jv_is(labels, JV_OBJECT) ? jv_copy(a, labels) : jv_object(a);
    jv_setc(a, copied, LABEL_APP_NAME, jv_string(a, name));
    jv_setc(a, copied, LABEL_APP_REVISION_HASH, jv_string(a, r->hash));
    jv_set_path(a, o, copied, "metadata", "labels", NULL);
    jv_set_path(a, o, meta_owned_by(a, app), "metadata", "ownerReferences", NULL);
    jv_setc(a, o, "spec", spec);
    return o;
}

int64_t app_revision_number(str_t name) {
    int64_t n = 0;
    ptrdiff_t at = str_rchr(name, '-');
    if (at >= 0 && (size_t)at + 1 < name.n && name.p[at + 1] == 'v')
        str_int(str_from(name, (size_t)at + 2), &n);
    return n;
}

/* A revision of this Application with the same hash, made before and not named by the status (a crash in between, or a
 * spec that went back to what it was). */
static bool find_by_hash(controller_t *c, arena_t *a, const jv_t *app, app_revision_t *out) {
    store_uid_t uid = store_uid(jv_path_str(app, "metadata", "uid", NULL));
    str_t name = jv_path_str(app, "metadata", "name", NULL), ns = jv_path_str(app, "metadata", "namespace", NULL);
    for (const store_entry_t *e = informer_first(c->revisions, INDEX_APP_NAME, name); e;
         e = informer_next_same(e, INDEX_APP_NAME)) {
        if (!str_eq(entry_ns(e), ns) || !str_eq(entry_label(e, INDEX_REVISION_HASH), out->hash) ||
            !store_uid_eq(e->owner, uid)) /* a namesake's that isn't collected yet */
            continue;
        out->name = arena_str(a, entry_name(e));
        out->number = app_revision_number(out->name);
        return true;
    }
    return false;
}

/* The latest revision stands for the Application though the hash differs: only definitions changed. */
static bool same_application(controller_t *c, arena_t *a, const jv_t *app, str_t latest, app_revision_t *out,
                             bool *same, err_t *err) {
    err_t e = ERROR_INIT;
    *same = false;
    jv_t *stored = api_get(c->api, informer_resource(c->revisions), jv_path_str(app, "metadata", "namespace", NULL),
                           latest, NULL, a, &e);
    if (!stored) {
        if (e.code != ERR_NOTFOUND) {
            error_move(err, &e);
            return error_wrap(err, "fail to get latest app revision " STR_FMT, STR_ARG(latest));
        }
        error_release(&e);
        return true;
    }
    if (jv_equal(jv_path(stored, "spec", "application", "spec", NULL), jv_getc(app, "spec"))) {
        *same = true;
        out->stored_spec = jv_getc(stored, "spec");
    }
    return true;
}

/* The name is taken. By a revision of ours that no status names (a stop came between, and the spec was edited since):
 * it becomes what is wanted, as vela-core has it. By anybody else's: the next number is tried. */
static bool take_over(controller_t *c, arena_t *a, const jv_t *app, app_revision_t *out, jv_t *wanted, bool *done,
                      err_t *err) {
    const api_resource_t *r = informer_resource(c->revisions);
    str_t ns = jv_path_str(app, "metadata", "namespace", NULL);
    *done = false;
    jv_t *there = api_get(c->api, r, ns, out->name, NULL, a, err);
    if (!there)
        return err->code == ERR_NOTFOUND; /* gone meanwhile: tried again */
    if (!meta_is_owner(there, app)) {
        out->number++;
        return true;
    }
    jv_set_path(a, wanted, jv_path(there, "metadata", "resourceVersion", NULL), "metadata", "resourceVersion", NULL);
    *done = api_update(c->api, r, ns, out->name, wanted, NULL, a, err) != NULL;
    return *done;
}

static bool create(controller_t *c, arena_t *a, const jv_t *app, app_revision_t *out, jv_t *spec, err_t *err) {
    str_t ns = jv_path_str(app, "metadata", "namespace", NULL);
    for (int tries = 0; tries < MOST_TRIES; tries++) {
        out->name = arena_printf(a, STR_FMT "-v%lld", STR_ARG(jv_path_str(app, "metadata", "name", NULL)),
                                 (long long)out->number);
        jv_t *wanted = revision_object(a, app, out, spec);
        bool done = false;
        error_release(err);
        if (api_create_object(c->api, informer_resource(c->revisions), ns, wanted, NULL, a, err))
            return true;
        if (err->code != ERR_EXISTS)
            break;
        error_release(err);
        if (!take_over(c, a, app, out, wanted, &done, err))
            break;
        if (done)
            return true;
    }
    if (err->code == ERR_NONE)
        error_set(err, ERR_EXISTS, "its name is taken, and so are the next %d", MOST_TRIES);
    return error_wrap(err, "failed to create applicationrevision " STR_FMT, STR_ARG(out->name));
}

bool app_revision_prepare(controller_t *c, arena_t *a, const jv_t *app, const appfile_t *af, app_revision_t *out,
                          err_t *err) {
    jv_t *spec = revision_spec(a, app, af);
    *out = (app_revision_t){.hash = hash_app_revision(a, spec)};
    const jv_t *latest = jv_path(app, "status", "latestRevision", NULL);
    str_t latest_name = jv_str(jv_getc(latest, "name"));
    str_t published = jv_path_str(app, "metadata", "annotations", ANNOTATION_PUBLISH_VERSION, NULL);
    bool republished = published.n && !str_eq(published, jv_path_str(app, "status", "workflow", "appRevision", NULL));
    if (latest_name.n && !republished) {
        bool same = str_eq(jv_str(jv_getc(latest, "revisionHash")), out->hash);
        if (!same && !same_application(c, a, app, latest_name, out, &same, err))
            return false;
        if (same) {
            out->name = latest_name;
            out->hash = jv_str(jv_getc(latest, "revisionHash"));
            jv_as_int(jv_getc(latest, "revision"), &out->number);
            return true;
        }
    }
    if (!republished && find_by_hash(c, a, app, out))
        return true;
    jv_as_int(jv_getc(latest, "revision"), &out->number);
    out->number++;
    return create(c, a, app, out, spec, err);
}

bool app_revision_finish(controller_t *c, arena_t *a, const jv_t *app, str_t name, const jv_t *workflow, err_t *err) {
    jv_t *patch = jv_object(a), *status = jv_object(a);
    jv_setc(a, status, "succeeded", jv_bool(a, str_eqc(jv_str(jv_getc(workflow, "status")), "succeeded")));
    jv_setc(a, status, "workflow", jv_copy(a, workflow));
    jv_set_path(a, status, jv_string(a, STR("\n")), "workflowContext", "vars", NULL);
    jv_setc(a, patch, "status", status);
    const api_options_t o = {.subresource = STR("status")};
    return api_patch(c->api, informer_resource(c->revisions), jv_path_str(app, "metadata", "namespace", NULL), name,
                     API_PATCH_MERGE, patch, &o, a, err) != NULL;
}
