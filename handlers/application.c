#include "handlers/application.h"

#include "handlers/app_status.h"
#include "handlers/dispatch.h"
#include "handlers/gc.h"
#include "handlers/meta.h"
#include "handlers/names.h"
#include "kubeapi/patch.h"
#include "reactor/base/mem.h"

enum { GC_WAIT_MS = 3000 }; /* as vela-core looks again at objects that are being deleted */

bool application_stopping(void) {
    int64_t deadline = fiber_deadline(0);
    fiber_deadline(deadline);
    return fiber_cancelled(fiber_current()) || (deadline && loop_clock() >= deadline);
}

void application_event(application_t *x, bool warning, const char *reason, const char *message) {
    recorder_eventf(x->c->recorder, x->app, warning, reason, "%s", message);
}

/* A stage is passed: told when that is new, or for a new generation. vela-core tells it at every reconcile. */
static void passed(application_t *x, const char *condition, const char *reason, const char *message) {
    bool changed = status_ready(x->a, x->status, condition);
    if (changed || x->fresh)
        application_event(x, false, reason, message);
}

/* ---- writing the status ---- */

/* Whether two versions of an Application ask for the same. The store takes our own write for the newest version and
 * drops the event of a change that came between what was read and what was written: the answer tells of it. */
static bool same_wishes(arena_t *a, const jv_t *read, const jv_t *written) {
    static const char *const keys[] = {"generation", "labels", "annotations", "finalizers", "deletionTimestamp"};
    const jv_t *old = jv_getc(read, "metadata");
    jv_t *now = jv_copy(a, jv_getc(written, "metadata"));
    jv_t *annotations = jv_getc(now, "annotations");
    if (jv_is(annotations, JV_OBJECT)) /* stores leave this one out */
        jv_removec(annotations, ANNOTATION_KUBECTL_LAST_APPLIED);
    for (size_t i = 0; i < sizeof keys / sizeof *keys; i++) {
        const jv_t *x = jv_getc(old, keys[i]), *y = jv_getc(now, keys[i]);
        bool nothing = !jv_count(x) && !jv_count(y) && !(x && x->kind < JV_ARRAY) && !(y && y->kind < JV_ARRAY);
        if (!nothing && !(x && y && jv_equal(x, y)))
            return false;
    }
    return true;
}

/* Writes what changed of the status, with the phase; no request where nothing did. */
static bool write_status(application_t *x, const char *phase, err_t *err) {
    jv_setc(x->a, x->status, "status", jv_string(x->a, str_c(phase)));
    jv_t *generation = jv_path(x->app, "metadata", "generation", NULL);
    if (generation)
        jv_setc(x->a, x->status, "observedGeneration", generation);
    if (x->old_status && jv_equal(x->old_status, x->status))
        return true;
    jv_t *patch = jv_object(x->a), *diff;
    const jv_t *old = x->old_status ? x->old_status : jv_object(x->a);
    diff = patch_diff(x->a, old, x->status, err);
    if (!diff)
        return false;
    jv_setc(x->a, patch, "status", diff);
    /* Not a namesake's that came since. */
    jv_set_path(x->a, patch, jv_path(x->app, "metadata", "uid", NULL), "metadata", "uid", NULL);
    const api_options_t o = {.subresource = STR("status")};
    jv_t *answer =
        api_patch(x->c->api, informer_resource(x->c->apps), jv_path_str(x->app, "metadata", "namespace", NULL),
                  jv_path_str(x->app, "metadata", "name", NULL), API_PATCH_MERGE, patch, &o, x->a, err);
    if (!answer)
        return error_wrap(err, "cannot update application status");
    x->old_status = jv_copy(x->a, x->status);
    if (!same_wishes(x->a, x->app, answer))
        x->requeue_ms = 1;
    return true;
}

/* The reconcile ends here: the condition says why, the event too, and it is tried again with back-off. */
static bool end_with(application_t *x, const char *condition, const char *phase, const char *reason, err_t *err) {
    if (application_stopping())
        return false;
    str_t text = arena_str(x->a, str_c(error_text(err)));
    if (status_error(x->a, x->status, condition, text) && reason)
        application_event(x, true, reason, text.p);
    err_t e = ERROR_INIT;
    if (!write_status(x, phase, &e))
        error_wrap(err, "%s; besides", error_text(&e));
    error_release(&e);
    return false;
}

/* ---- the finalizer ---- */

static jv_t *finalizers_with(arena_t *a, const jv_t *app, bool tracked) {
    const jv_t *have = jv_path(app, "metadata", "finalizers", NULL);
    jv_t *out = jv_array(a);
    for (size_t i = 0; i < jv_count(have); i++) {
        str_t f = jv_str(jv_at(have, i));
        if (!str_eqc(f, FINALIZER_TRACKER) && (tracked || !str_eqc(f, FINALIZER_ORPHAN)))
            jv_append(a, out, jv_at(have, i));
    }
    if (tracked)
        jv_append(a, out, jv_string(a, STR(FINALIZER_TRACKER)));
    return out;
}

/* Patches metadata under the version that was read, so that no finalizer of somebody else is lost. */
static jv_t *patch_metadata(application_t *x, jv_t *patch, err_t *err) {
    jv_set_path(x->a, patch, jv_path(x->app, "metadata", "resourceVersion", NULL), "metadata", "resourceVersion", NULL);
    return api_patch(x->c->api, informer_resource(x->c->apps), jv_path_str(x->app, "metadata", "namespace", NULL),
                     jv_path_str(x->app, "metadata", "name", NULL), API_PATCH_MERGE, patch, NULL, x->a, err);
}

static bool add_finalizer(application_t *x, err_t *err) {
    jv_t *patch = jv_object(x->a);
    jv_set_path(x->a, patch, finalizers_with(x->a, x->app, true), "metadata", "finalizers", NULL);
    if (jv_path_str(x->app, "metadata", "annotations", ANNOTATION_VELA_VERSION, NULL).n == 0)
        jv_set_path(x->a, patch, jv_string(x->a, STR(VELA_VERSION)), "metadata", "annotations", ANNOTATION_VELA_VERSION,
                    NULL);
    jv_t *updated = patch_metadata(x, patch, err);
    if (!updated)
        return error_wrap(err, "cannot update application finalizer");
    jv_set(x->a, x->app, STR("metadata"), jv_getc(updated, "metadata"));
    return true;
}

/* Objects that are being deleted are looked at again, and named meanwhile. */
static void still_deleting(application_t *x, const gc_result_t *gc) {
    str_t text = arena_printf(x->a, "Waiting for " STR_FMT " to delete. (At least %zu resources are deleting.)",
                              STR_ARG(gc->first), gc->waiting);
    status_condition(x->a, x->status, "Ready", false, "Deleting", text);
    x->requeue_ms = GC_WAIT_MS;
}

static bool finalize(application_t *x, err_t *err) {
    if (!meta_has_finalizer(x->app, FINALIZER_TRACKER))
        return true;
    gc_result_t gc;
    if (!gc_all(x->c, x->a, x->app, &x->trackers, &gc, err))
        return end_with(x, "Ready", "deleting", "FailedGC", err);
    if (gc.waiting) {
        still_deleting(x, &gc);
        return write_status(x, "deleting", err);
    }
    if (!gc_revisions(x->c, x->a, x->app, -1, err))
        return end_with(x, "Ready", "deleting", "FailedGC", err);
    jv_t *patch = jv_object(x->a), *left = finalizers_with(x->a, x->app, false);
    jv_set_path(x->a, patch, jv_count(left) ? left : jv_null(x->a), "metadata", "finalizers", NULL);
    err_t e = ERROR_INIT;
    if (!patch_metadata(x, patch, &e) && e.code != ERR_NOTFOUND) {
        error_move(err, &e);
        return error_wrap(err, "cannot update application finalizer");
    }
    error_release(&e);
    return true;
}

/* ---- the way down ---- */

static bool parse(application_t *x, err_t *err) {
    const appfile_source_t source = {
        .definitions = {.find = controller_find_definition, .arg = &x->scope},
        .object = controller_find_object,
        .object_arg = &x->scope,
    };
    x->file = appfile_parse(x->a, x->app, &source, err);
    if (!x->file)
        return end_with(x, "Parsed", "rendering", "FailedParse", err);
    passed(x, "Parsed", "Parsed", "Parsed successfully");
    return true;
}

static bool prepare_revision(application_t *x, err_t *err) {
    if (!app_revision_prepare(x->c, x->a, x->app, x->file, &x->revision, err))
        return end_with(x, "Revision", "rendering", "FailedRevision", err);
    x->file->revision_name = x->revision.name;
    jv_t *latest = jv_object(x->a);
    jv_setc(x->a, latest, "name", jv_string(x->a, x->revision.name));
    jv_setc(x->a, latest, "revision", jv_int(x->a, x->revision.number));
    jv_setc(x->a, latest, "revisionHash", jv_string(x->a, x->revision.hash));
    jv_setc(x->a, x->status, "latestRevision", latest);
    passed(x, "Revision", "Revisioned", "Revisioned successfully");
    if (!x->revision.stored_spec)
        return true;
    /* The Application goes on with the definitions of its snapshot: parsed once more with them. */
    x->scope.revision_spec = x->revision.stored_spec;
    const appfile_source_t source = x->file->source;
    x->file = appfile_parse(x->a, x->app, &source, err);
    if (!x->file)
        return end_with(x, "Parsed", "rendering", "FailedParse", err);
    x->file->revision_name = x->revision.name;
    return true;
}

/* A run that is given up for a newer revision is recorded on the revision that it belonged to. */
static bool record_unfinished(application_t *x, err_t *err) {
    jv_t *old = jv_getc(x->status, "workflow");
    str_t published = jv_path_str(x->app, "metadata", "annotations", ANNOTATION_PUBLISH_VERSION, NULL);
    str_t revision = jv_str(jv_getc(old, "appRevision"));
    if (!revision.n || published.n || jv_true(jv_getc(old, "finished")))
        return true;
    jv_setc(x->a, old, "terminated", jv_bool(x->a, true));
    jv_setc(x->a, old, "finished", jv_bool(x->a, true));
    jv_setc(x->a, old, "endTime", status_now(x->a));
    err_t e = ERROR_INIT;
    if (!app_revision_finish(x->c, x->a, x->app, revision, old, &e) && e.code != ERR_NOTFOUND) {
        error_move(err, &e);
        return false;
    }
    error_release(&e);
    return true;
}

static bool begin_workflow(application_t *x, err_t *err) {
    str_t published = jv_path_str(x->app, "metadata", "annotations", ANNOTATION_PUBLISH_VERSION, NULL);
    str_t wanted = published.n ? published : x->revision.name;
    str_t current, hash;
    str_cut(jv_path_str(x->status, "workflow", "appRevision", NULL), ':', &current, &hash);
    /* A generation may move though the revision doesn't (an empty list is added; an edit is taken back): what was
     * dispatched belongs to the tracker of another generation then, and must be dispatched for this one before that is
     * collected. */
    bool tracked = x->trackers.current || !x->trackers.nhistory;
    if (current.n && str_eq(current, wanted) && (tracked || !jv_true(jv_path(x->status, "workflow", "finished", NULL))))
        return true;
    if (!record_unfinished(x, err))
        return false;
    status_restart(x->a, x->status, wanted);
    return true;
}

/* What the workflow status says of the run as a whole. */
static void workflow_phase(application_t *x, bool done) {
    jv_t *w = jv_getc(x->status, "workflow");
    jv_setc(x->a, w, "mode", jv_stringf(x->a, STR_FMT "-" STR_FMT, STR_ARG(x->file->mode), STR_ARG(x->file->sub_mode)));
    jv_setc(x->a, w, "status", jv_string(x->a, done ? STR("succeeded") : STR("executing")));
    if (!done || jv_true(jv_getc(w, "finished")))
        return;
    jv_setc(x->a, w, "finished", jv_bool(x->a, true));
    jv_setc(x->a, w, "endTime", status_now(x->a));
}

/* Creates an object, or gives the one of that name. */
static jv_t *create_or_get(application_t *x, const api_resource_t *r, const jv_t *o, err_t *err) {
    err_t e = ERROR_INIT;
    str_t ns = jv_path_str(o, "metadata", "namespace", NULL);
    jv_t *made = api_create_object(x->c->api, r, ns, o, NULL, x->a, &e);
    if (!made && e.code == ERR_EXISTS) {
        error_release(&e);
        return api_get(x->c->api, r, ns, jv_path_str(o, "metadata", "name", NULL), NULL, x->a, err);
    }
    if (!made)
        error_move(err, &e);
    return made;
}

/* The ConfigMap in which vela-core keeps a workflow's variables; it must be there for a handover. */
static bool context_backend(application_t *x, err_t *err) {
    jv_t *w = jv_getc(x->status, "workflow");
    if (jv_getc(w, "contextBackend"))
        return true;
    str_t app = jv_path_str(x->app, "metadata", "name", NULL), ns = jv_path_str(x->app, "metadata", "namespace", NULL);
    str_t name = arena_printf(x->a, "workflow-" STR_FMT "-context", STR_ARG(app));
    jv_t *cm = jv_object(x->a);
    jv_set_path(x->a, cm, jv_string(x->a, name), "metadata", "name", NULL);
    jv_set_path(x->a, cm, jv_string(x->a, ns), "metadata", "namespace", NULL);
    jv_set_path(x->a, cm, jv_getc(w, "startTime"), "metadata", "annotations", "vela.io/startTime", NULL);
    jv_set_path(x->a, cm, meta_owned_by(x->a, x->app), "metadata", "ownerReferences", NULL);
    jv_set_path(x->a, cm, jv_string(x->a, STR("\n")), "data", "vars", NULL);
    const api_resource_t *r = mapping_find(x->c->mapping, STR("v1"), STR("ConfigMap"), err);
    if (!r)
        return false;
    jv_t *made = create_or_get(x, r, cm, err);
    if (made && !meta_is_owner(made, x->app)) {
        /* A namesake's that isn't collected yet: vela-core takes another name then. */
        name = arena_printf(x->a, STR_FMT "-" STR_FMT, STR_ARG(name),
                            STR_ARG(str_sub(jv_path_str(x->app, "metadata", "uid", NULL), 0, 5)));
        jv_set_path(x->a, cm, jv_string(x->a, name), "metadata", "name", NULL);
        made = create_or_get(x, r, cm, err);
    }
    if (!made)
        return error_wrap(err, "cannot keep the workflow's context");
    jv_t *ref = jv_object(x->a);
    jv_setc(x->a, ref, "apiVersion", jv_string(x->a, STR("v1")));
    jv_setc(x->a, ref, "kind", jv_string(x->a, STR("ConfigMap")));
    jv_setc(x->a, ref, "name", jv_string(x->a, name));
    jv_setc(x->a, ref, "namespace", jv_string(x->a, ns));
    jv_setc(x->a, ref, "uid", jv_path(made, "metadata", "uid", NULL));
    jv_setc(x->a, w, "contextBackend", ref);
    return true;
}

/* Applies again what the current tracker records and the cluster has otherwise. */
static bool state_keep(application_t *x, err_t *err) {
    jv_t *list = tracker_resources(x->a, x->trackers.current);
    for (size_t i = 0; i < jv_count(list); i++) {
        const jv_t *entry = jv_at(list, i), *raw = jv_getc(entry, "raw");
        err_t e = ERROR_INIT;
        if (!raw || jv_true(jv_getc(entry, "deleted")) || dispatch_apply(x->c, x->a, x->app, raw, DISPATCH_KEEP, &e))
            continue;
        /* The others are kept all the same; the first failure is told. */
        error_wrap(&e, "failed to re-apply resource " STR_FMT " " STR_FMT " from resourcetracker " STR_FMT,
                   STR_ARG(jv_str(jv_getc(entry, "kind"))), STR_ARG(jv_str(jv_getc(entry, "name"))),
                   STR_ARG(x->trackers.current->name));
        if (err->code == ERR_NONE)
            error_move(err, &e);
        error_release(&e);
        if (application_stopping())
            break;
    }
    return err->code == ERR_NONE;
}

static void applied_from_tracker(application_t *x) {
    jv_t *out = jv_array(x->a), *list = tracker_resources(x->a, x->trackers.current);
    static const char *const keys[] = {"apiVersion", "cluster", "kind", "name", "namespace"};
    for (size_t i = 0; i < jv_count(list); i++) {
        jv_t *ref = jv_object(x->a);
        for (size_t k = 0; k < sizeof keys / sizeof *keys; k++)
            if (jv_getc(jv_at(list, i), keys[k]))
                jv_setc(x->a, ref, keys[k], jv_getc(jv_at(list, i), keys[k]));
        jv_append(x->a, out, ref);
    }
    jv_setc(x->a, x->status, "appliedResources", out);
}

/* Components that are no longer in the spec have no service. */
static void drop_old_services(application_t *x) {
    const jv_t *old = jv_getc(x->status, "services");
    jv_t *kept = jv_array(x->a);
    for (size_t i = 0; i < jv_count(old); i++)
        for (size_t k = 0; k < x->file->ncomponents; k++)
            if (str_eq(jv_str(jv_getc(jv_at(old, i), "name")), x->file->components[k].name)) {
                jv_append(x->a, kept, jv_at(old, i));
                break;
            }
    if (jv_count(old) != jv_count(kept))
        jv_setc(x->a, x->status, "services", kept);
}

/* What couldn't be kept is said in a condition of its own and an event, once. */
static void keep_failed(application_t *x, const err_t *why) {
    str_t text = arena_str(x->a, str_c(error_text(why)));
    if (status_error(x->a, x->status, "StateKeep", text))
        application_event(x, true, "FailedStateKeep", text.p);
}

static void drop_condition(application_t *x, const char *type) {
    jv_t *list = jv_getc(x->status, "conditions");
    for (size_t i = jv_count(list); i-- > 0;)
        if (str_eqc(jv_str(jv_getc(jv_at(list, i), "type")), type))
            jv_remove_at(list, i);
}

/* The workflow is through: keep, collect, say so. */
static bool settle(application_t *x, bool just_done, err_t *err) {
    if (just_done) {
        status_ready(x->a, x->status, "Workflow");
        application_event(x, false, "Applied", "Workflow finished");
        if (!app_revision_finish(x->c, x->a, x->app, x->revision.name, jv_getc(x->status, "workflow"), err))
            return false;
    }
    applied_from_tracker(x);
    err_t kept = ERROR_INIT;
    if (state_keep(x, &kept))
        drop_condition(x, "StateKeep");
    else if (!application_stopping())
        keep_failed(x, &kept);
    /* A workflow that ended just now found everything healthy. */
    bool healthy = just_done || app_workflow_health(x, err);
    if (err->code != ERR_NONE) {
        error_release(&kept);
        return end_with(x, "Ready", "unhealthy", "FailedApply", err);
    }
    drop_old_services(x);
    gc_result_t gc = {0};
    if (!gc_history(x->c, x->a, x->app, &x->trackers, &gc, err) ||
        !gc_revisions(x->c, x->a, x->app, x->c->o.app_revision_limit, err)) {
        error_release(&kept);
        return end_with(x, "Ready", healthy ? "running" : "unhealthy", "FailedGC", err);
    }
    if (gc.waiting) {
        still_deleting(x, &gc);
    } else if (status_condition(x->a, x->status, "Ready", true, "ReconcileSuccess", STR_NONE) || just_done) {
        application_event(x, false, "Deployed", "Deployed successfully");
    }
    if (!write_status(x, healthy ? "running" : "unhealthy", err)) {
        error_release(&kept);
        return false;
    }
    error_move(err, &kept);
    return err->code == ERR_NONE;
}

/* Somebody suspended or ended the run (vela workflow suspend, terminate): it stays as it is. */
static const char *held_by_user(const jv_t *workflow) {
    if (jv_true(jv_getc(workflow, "terminated")))
        return "workflowTerminated";
    return jv_true(jv_getc(workflow, "suspend")) ? "workflowSuspending" : NULL;
}

static bool run(application_t *x, err_t *err) {
    jv_t *w = jv_getc(x->status, "workflow");
    bool was_done = jv_true(jv_getc(w, "finished")), done = was_done;
    if (held_by_user(w) && !was_done)
        return write_status(x, held_by_user(w), err);
    if (!was_done) {
        if (!context_backend(x, err))
            return end_with(x, "Workflow", "runningWorkflow", "FailedWorkflow", err);
        bool stepped = app_workflow_run(x, &done, err);
        workflow_phase(x, done);
        if (!stepped || !done) {
            err_t e = ERROR_INIT;
            if ((stepped || !application_stopping()) && !write_status(x, "runningWorkflow", &e)) {
                error_move(err, &e);
                return false;
            }
            error_release(&e);
            return stepped;
        }
    }
    return settle(x, done && !was_done, err);
}

static bool may_work_on(const application_t *x) {
    if (str_eqc(jv_path_str(x->app, "metadata", "labels", LABEL_PAUSE, NULL), "true"))
        return false;
    const jv_t *wanted = jv_path(x->app, "metadata", "annotations", ANNOTATION_CONTROLLER_VERSION, NULL);
    return wanted ? str_eqc(jv_str(wanted), VELA_VERSION) : !x->c->o.ignore_without_version;
}

/* Policies that say how objects are kept or removed, and that aren't carried out yet: an Application with one is not
 * touched, also when it is deleted, since doing so without the policy could remove what the user asked to keep. */
static bool policies_supported(const application_t *x, err_t *err) {
    static const char *const types[] = {"garbage-collect", "apply-once", "shared-resource",
                                        "take-over",       "read-only",  "resource-update"};
    const jv_t *policies = jv_path(x->app, "spec", "policies", NULL);
    for (size_t i = 0; i < jv_count(policies); i++)
        for (size_t k = 0; k < sizeof types / sizeof *types; k++)
            if (str_eqc(jv_str(jv_getc(jv_at(policies, i), "type")), types[k]))
                return error_set(err, ERR_UNSUPPORTED,
                                 "policy \"" STR_FMT "\": type %s is not supported by velella yet",
                                 STR_ARG(jv_str(jv_getc(jv_at(policies, i), "name"))), types[k]);
    return true;
}

/* Policies with a definition of their own, known once the Application is parsed. */
static bool own_policies_supported(const application_t *x, err_t *err) {
    if (!x->file->npolicies)
        return true;
    return error_set(err, ERR_UNSUPPORTED,
                     "policy \"" STR_FMT "\": policies that render objects (type " STR_FMT
                     ") are not supported by velella yet",
                     STR_ARG(x->file->policies[0].name), STR_ARG(x->file->policies[0].type));
}

static bool reconcile(application_t *x, err_t *err) {
    if (!may_work_on(x))
        return true;
    if (!policies_supported(x, err))
        return end_with(x, "Policy", "generatingPolicy", "FailedApply", err);
    if (!trackers_load(x->c, x->a, x->app, &x->trackers, err))
        return end_with(x, "Ready", "starting", NULL, err);
    if (jv_path(x->app, "metadata", "deletionTimestamp", NULL))
        return finalize(x, err);
    if (!meta_has_finalizer(x->app, FINALIZER_TRACKER) && !add_finalizer(x, err))
        return err->code != ERR_CONFLICT && end_with(x, "Ready", "starting", NULL, err);
    if (!parse(x, err) || !prepare_revision(x, err))
        return false;
    if (!own_policies_supported(x, err))
        return end_with(x, "Policy", "generatingPolicy", "FailedApply", err);
    passed(x, "Policy", "PolicyGenerated", "Policy generated successfully");
    if (!begin_workflow(x, err))
        return end_with(x, "Workflow", "runningWorkflow", "FailedWorkflow", err);
    passed(x, "Render", "Rendered", "Rendered successfully");
    return run(x, err);
}

/* This reconcile's own copy of the Application. */
static bool load(application_t *x, const store_entry_t *e, err_t *err) {
    x->app = informer_body(e, x->a, err);
    if (!x->app)
        return false;
    x->status = jv_getc(x->app, "status");
    if (!jv_is(x->status, JV_OBJECT)) {
        x->status = jv_object(x->a);
        jv_setc(x->a, x->app, "status", x->status);
    } else {
        x->old_status = jv_copy(x->a, x->status);
    }
    int64_t generation = 0, observed = -1;
    jv_as_int(jv_path(x->app, "metadata", "generation", NULL), &generation);
    jv_as_int(jv_getc(x->status, "observedGeneration"), &observed);
    x->fresh = generation != observed;
    x->scope = (controller_scope_t){.c = x->c, .ns = jv_path_str(x->app, "metadata", "namespace", NULL)};
    x->render = (render_context_t){
        .programs = x->c->programs,
        .budget = &x->c->budget,
        .cluster_version = controller_cluster_version(x->c, x->a),
        .cluster = STR("local"),
    };
    return true;
}

bool application_reconcile(controller_t *c, str_t key, int64_t *requeue_ms, err_t *err) {
    const store_entry_t *e = informer_find_key(c->apps, key);
    *requeue_ms = -1;
    if (!e)
        return true;
    arena_t *a = arena_create();
    if (!a)
        return error_memory(err);
    application_t x = {.c = c, .a = a};
    bool ok = load(&x, e, err) && reconcile(&x, err);
    *requeue_ms = x.requeue_ms;
    arena_destroy(a);
    return ok;
}
