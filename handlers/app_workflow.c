/* The workflow of an Application: its steps in order (or as a graph), each applying one component. Components that are
 * ready at the same time are rendered, tried, recorded and applied together, so that a tracker is written once for all.
 */
#include "handlers/app_status.h"
#include "handlers/application.h"
#include "handlers/dispatch.h"
#include "handlers/hash.h"
#include "handlers/health.h"
#include "handlers/names.h"

/* What one component comes to in this reconcile. */
typedef struct work {
    app_component_t *component;
    jv_t *step;
    rendered_t rendered;
    jv_t *manifests; /* array, in the order of dispatch */
    bool failed;
} work_t;

/* ---- rendering, on the evaluator's stack ---- */

typedef struct render_job {
    application_t *x;
    const app_component_t *component;
    rendered_t *out;
    err_t *err;
    bool ok;
} render_job_t;

static void render_job(void *arg) {
    render_job_t *j = arg;
    j->ok = render_component(j->x->a, j->x->file, j->component, &j->x->render, j->out, j->err);
}

/* Labels that only the controller knows, in vela-core's way: empty ones too. */
static void add_labels(application_t *x, jv_t *object) {
    const struct {
        const char *key;
        str_t value;
    } rows[] = {
        {LABEL_APP_REVISION_HASH, x->revision.hash},
        {LABEL_COMPONENT_REVISION, STR_NONE},
        {LABEL_CLUSTER, STR_NONE},
    };
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++)
        if (i != 1 || !x->c->o.no_component_revision)
            jv_set_path(x->a, object, jv_string(x->a, rows[i].value), "metadata", "labels", rows[i].key, NULL);
}

static bool render(application_t *x, const app_component_t *component, rendered_t *out, jv_t **manifests, err_t *err) {
    x->render.component_revision = hash_component(x->a, component->object);
    render_job_t job = {.x = x, .component = component, .out = out, .err = err};
    if (!evaluator_run(x->c->evaluator, render_job, &job, err) || !job.ok)
        return error_wrap(err, "GenerateComponentManifest");
    *manifests = jv_array(x->a);
    add_labels(x, out->workload);
    for (size_t i = 0; i < out->noutputs; i++)
        add_labels(x, out->outputs[i].object);
    render_append(x->a, out, *manifests);
    return true;
}

/* ---- health, on the evaluator's stack ---- */

typedef struct health_job {
    application_t *x;
    const definition_t *definition;
    const jv_t *context, *parameter;
    health_result_t *out;
    err_t *err;
    bool ok;
} health_job_t;

static void health_job(void *arg) {
    health_job_t *j = arg;
    j->ok = health_evaluate(j->x->a, j->x->c->programs, &j->x->c->budget, j->definition, j->context, j->parameter,
                            j->out, j->err);
}

static bool evaluate(application_t *x, const definition_t *d, const jv_t *context, const jv_t *parameter,
                     health_result_t *out, err_t *err) {
    health_job_t job = {x, d, context, parameter, out, err, false};
    *out = (health_result_t){0};
    return evaluator_run(x->c->evaluator, health_job, &job, err) && job.ok;
}

/* The live objects of a component (type "AuxiliaryWorkload") or of one of its traits, by their names in outputs. */
static jv_t *live_outputs(application_t *x, const rendered_t *r, str_t type, err_t *err) {
    jv_t *out = jv_object(x->a);
    for (size_t i = 0; i < r->noutputs; i++) {
        if (!str_eq(r->outputs[i].type, type))
            continue;
        jv_t *live = dispatch_live(x->c, x->a, r->outputs[i].object, err);
        if (live)
            jv_set(x->a, out, r->outputs[i].resource, live);
        else if (err->code != ERR_NONE)
            return NULL;
    }
    return out;
}

static void describe(application_t *x, jv_t *entry, const health_result_t *h) {
    jv_setc(x->a, entry, "healthy", jv_bool(x->a, h->healthy));
    if (h->message.n)
        jv_setc(x->a, entry, "message", jv_string(x->a, h->message));
    if (jv_count(h->details))
        jv_setc(x->a, entry, "details", h->details);
}

/* The definition's workload, as status.services has it: empty where the definition leaves it to the template. */
static jv_t *workload_gvk(application_t *x, const app_component_t *c) {
    const jv_t *d = jv_path(c->definition.object, "spec", "workload", "definition", NULL);
    jv_t *out = jv_object(x->a);
    jv_setc(x->a, out, "apiVersion", jv_string(x->a, jv_str(jv_getc(d, "apiVersion"))));
    jv_setc(x->a, out, "kind", jv_string(x->a, jv_str(jv_getc(d, "kind"))));
    return out;
}

static bool trait_health(application_t *x, const app_component_t *c, const rendered_t *r, jv_t *service, bool *healthy,
                         err_t *err) {
    jv_t *list = jv_array(x->a);
    for (size_t i = 0; i < c->ntraits; i++) {
        const app_trait_t *t = &c->traits[i];
        jv_t *outputs = live_outputs(x, r, t->name, err);
        if (!outputs)
            return false;
        jv_t *context = health_context(x->a, x->file, c->name, NULL, outputs, t->properties);
        health_result_t h;
        if (!evaluate(x, &t->definition, context, t->properties, &h, err)) {
            if (application_stopping())
                return false;
            error_release(err); /* unhealthy, as vela-core has it: h says so */
        }
        jv_t *entry = jv_object(x->a);
        jv_setc(x->a, entry, "type", jv_string(x->a, t->type));
        describe(x, entry, &h);
        jv_append(x->a, list, entry);
        *healthy = *healthy && h.healthy;
        if (h.message.n && !jv_getc(service, "message"))
            jv_setc(x->a, service, "message", jv_string(x->a, h.message));
    }
    if (jv_count(list))
        jv_setc(x->a, service, "traits", list);
    return true;
}

/* The health of a rendered component into status.services. False with *err only when it can't be told. */
static bool component_health(application_t *x, const app_component_t *c, const rendered_t *r, bool *healthy,
                             err_t *err) {
    jv_t *live = r->skip_workload ? NULL : dispatch_live(x->c, x->a, r->workload, err);
    if (err->code != ERR_NONE)
        return false;
    jv_t *outputs = live_outputs(x, r, STR("AuxiliaryWorkload"), err);
    if (!outputs)
        return false;
    jv_t *service = jv_object(x->a);
    jv_setc(x->a, service, "name", jv_string(x->a, c->name));
    jv_setc(x->a, service, "namespace", jv_path(x->app, "metadata", "namespace", NULL));
    jv_setc(x->a, service, "workloadDefinition", workload_gvk(x, c));
    health_result_t h = {.healthy = r->skip_workload};
    if (live || r->skip_workload) {
        jv_t *context = health_context(x->a, x->file, c->name, live, outputs, c->properties);
        if (!evaluate(x, &c->definition, context, c->properties, &h, err)) {
            if (application_stopping())
                return false;
            error_release(err);
        }
    }
    describe(x, service, &h);
    *healthy = h.healthy;
    if (!trait_health(x, c, r, service, healthy, err))
        return false;
    status_service(x->a, x->status, service);
    return true;
}

bool app_workflow_health(application_t *x, err_t *err) {
    bool all = true;
    for (size_t i = 0; i < x->file->ncomponents; i++) {
        rendered_t r;
        jv_t *manifests;
        bool healthy = false;
        if (!render(x, &x->file->components[i], &r, &manifests, err) ||
            !component_health(x, &x->file->components[i], &r, &healthy, err))
            return false;
        all = all && healthy;
    }
    return all;
}

/* ---- steps ---- */

static bool step_succeeded(const application_t *x, str_t name) {
    const jv_t *steps = jv_path(x->status, "workflow", "steps", NULL);
    for (size_t i = 0; i < jv_count(steps); i++)
        if (str_eq(jv_str(jv_getc(jv_at(steps, i), "name")), name))
            return str_eqc(jv_str(jv_getc(jv_at(steps, i), "phase")), "succeeded");
    return false;
}

/* The first dependency that has not succeeded yet; "" when all have. */
static str_t pending_on(const application_t *x, const jv_t *step, const app_component_t *c) {
    const jv_t *lists[] = {jv_getc(step, "dependsOn"), c ? jv_getc(c->object, "dependsOn") : NULL};
    for (size_t k = 0; k < 2; k++)
        for (size_t i = 0; i < jv_count(lists[k]); i++)
            if (!step_succeeded(x, jv_str(jv_at(lists[k], i))))
                return jv_str(jv_at(lists[k], i));
    return STR_NONE;
}

static app_component_t *component_of(application_t *x, const jv_t *step) {
    str_t name = jv_path_str(step, "properties", "component", NULL);
    for (size_t i = 0; i < x->file->ncomponents; i++)
        if (str_eq(x->file->components[i].name, name))
            return &x->file->components[i];
    return NULL;
}

/* Whether this version can carry the step out; the error names what it can't. */
static bool supported(const jv_t *step, const app_component_t *c, err_t *err) {
    str_t type = jv_str(jv_getc(step, "type")), cluster = jv_path_str(step, "properties", "cluster", NULL);
    if (!str_eqc(type, "apply-component") && !str_eqc(type, "builtin-apply-component"))
        return error_set(err, ERR_UNSUPPORTED, "workflow step type \"" STR_FMT "\" is not supported by velella yet",
                         STR_ARG(type));
    if (!c)
        return error_set(err, ERR_INVALID, "component " STR_FMT " not found",
                         STR_ARG(jv_path_str(step, "properties", "component", NULL)));
    if (cluster.n && !str_eqc(cluster, "local"))
        return error_set(err, ERR_UNSUPPORTED,
                         "cluster " STR_FMT ": placement on another cluster is not supported by "
                         "velella yet",
                         STR_ARG(cluster));
    static const char *const fields[] = {"inputs", "outputs", "if", "timeout"};
    for (size_t i = 0; i < sizeof fields / sizeof *fields; i++)
        if (jv_getc(step, fields[i]) || (i < 2 && jv_getc(c->object, fields[i])))
            return error_set(err, ERR_UNSUPPORTED,
                             "\"%s\" of workflow step " STR_FMT " is not supported by velella yet", fields[i],
                             STR_ARG(jv_str(jv_getc(step, "name"))));
    return true;
}

/* The step's failure goes into its status; the first one is also the reconcile's. */
static void step_failed(application_t *x, work_t *w, err_t *why, err_t *first) {
    w->failed = true;
    str_t said = arena_printf(x->a, "%s", error_text(why)), text = said;
    /* vela-core's workflow engine wraps what its step provider says, down to the value that it can't print. */
    if (why->code != ERR_UNSUPPORTED)
        text =
            arena_printf(x->a, "function call error for : %s (value: cue/format: unsupported node type <nil>)", said.p);
    bool told = str_eq(jv_str(jv_getc(w->step, "message")), text);
    status_step_phase(x->a, w->step, "failed", "Execute", text);
    if (!told && !application_stopping())
        application_event(x, true, "FailedApply", said.p);
    if (first->code == ERR_NONE)
        error_move(first, why);
    else
        error_release(why);
}

/* Renders and tries a component; its manifests are ready to be recorded afterwards. */
static bool try_component(application_t *x, work_t *w, err_t *err) {
    if (!render(x, w->component, &w->rendered, &w->manifests, err))
        return false;
    buf_t all;
    buf_init_arena(&all, x->a);
    size_t bad = 0;
    error_code_t code = ERR_NONE;
    for (size_t i = 0; i < jv_count(w->manifests); i++) {
        jv_t *m = jv_at(w->manifests, i);
        err_t e = ERROR_INIT;
        if (dispatch_prepare(x->c, x->app, m, &e) &&
            (x->c->o.no_dry_run || dispatch_apply(x->c, x->a, x->app, m, DISPATCH_DRY_RUN, &e)))
            continue;
        buf_printf(&all, "%s(%s)", bad++ ? ", " : "", error_text(&e));
        code = e.code;
        error_release(&e);
        if (application_stopping())
            break;
    }
    if (!bad)
        return true;
    return error_set(err, code, "Dispatch: pre-dispatch dryrun failed: Found %zu errors. [" STR_FMT "]", bad,
                     STR_ARG(buf_str(&all)));
}

/* Records the manifests of all components that were tried, then applies them. */
static bool record(application_t *x, work_t *work, size_t n, err_t *err) {
    jv_t *all = jv_array(x->a);
    for (size_t i = 0; i < n; i++)
        for (size_t k = 0; !work[i].failed && k < jv_count(work[i].manifests); k++)
            jv_append(x->a, all, jv_at(work[i].manifests, k));
    return !jv_count(all) ||
           tracker_record(x->c, x->a, x->app, x->revision.name, &x->trackers, all->items, jv_count(all), err);
}

static bool apply_component(application_t *x, work_t *w, bool *healthy, err_t *err) {
    for (size_t i = 0; i < jv_count(w->manifests); i++) {
        if (!dispatch_apply(x->c, x->a, x->app, jv_at(w->manifests, i), DISPATCH_APPLY, err))
            return error_wrap(err, "Dispatch");
        status_applied(x->a, x->status, jv_at(w->manifests, i));
    }
    return component_health(x, w->component, &w->rendered, healthy, err);
}

static bool run_batch(application_t *x, work_t *work, size_t n, bool *progress, err_t *err) {
    for (size_t i = 0; i < n; i++) {
        err_t e = ERROR_INIT;
        if (!work[i].failed && !try_component(x, &work[i], &e))
            step_failed(x, &work[i], &e, err);
    }
    err_t e = ERROR_INIT;
    if (!record(x, work, n, &e)) {
        for (size_t i = 0; i < n; i++) {
            err_t each = ERROR_INIT;
            error_set(&each, e.code, "Dispatch: %s", error_text(&e));
            if (!work[i].failed)
                step_failed(x, &work[i], &each, err);
            error_release(&each);
        }
        error_release(&e);
        return false;
    }
    for (size_t i = 0; i < n; i++) {
        bool healthy = false;
        if (work[i].failed)
            continue;
        if (!apply_component(x, &work[i], &healthy, &e)) {
            step_failed(x, &work[i], &e, err);
            continue;
        }
        if (healthy)
            *progress = true;
        status_step_phase(x->a, work[i].step, healthy ? "succeeded" : "running", healthy ? "" : "Wait",
                          healthy ? STR_NONE : STR("wait healthy"));
    }
    return err->code == ERR_NONE;
}

/* Collects the steps that can go on now. In step-by-step mode that is the first one that has not succeeded. */
static size_t ready_steps(application_t *x, work_t *work, bool *all_done, err_t *err) {
    size_t n = 0;
    bool serial = str_eqc(x->file->mode, "StepByStep");
    *all_done = true;
    for (size_t i = 0; i < jv_count(x->file->steps); i++) {
        const jv_t *step = jv_at(x->file->steps, i);
        str_t name = jv_str(jv_getc(step, "name"));
        if (step_succeeded(x, name))
            continue;
        *all_done = false;
        app_component_t *c = component_of(x, step);
        work_t w = {.component = c, .step = status_step(x->a, x->status, name, "apply-component")};
        err_t e = ERROR_INIT;
        str_t type = jv_str(jv_getc(step, "type"));
        if (type.n)
            jv_setc(x->a, w.step, "type", jv_string(x->a, type));
        str_t waits = pending_on(x, step, c);
        if (waits.n)
            status_step_phase(x->a, w.step, "pending", "",
                              arena_printf(x->a, "Pending on DependsOn: " STR_FMT, STR_ARG(waits)));
        else if (!supported(step, c, &e))
            step_failed(x, &w, &e, err);
        else
            work[n++] = w;
        if (serial)
            break;
    }
    return n;
}

bool app_workflow_run(application_t *x, bool *done, err_t *err) {
    size_t most = jv_count(x->file->steps);
    work_t *work = arena_array(x->a, work_t, most ? most : 1);
    bool progress = true;
    *done = false;
    while (progress && !*done) {
        progress = false;
        memset(work, 0, most * sizeof *work);
        size_t n = ready_steps(x, work, done, err);
        if (n && !run_batch(x, work, n, &progress, err))
            return false;
        if (err->code != ERR_NONE)
            return false;
    }
    return true;
}
