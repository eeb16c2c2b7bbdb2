#include "handlers/controller.h"

#include "handlers/application.h"
#include "handlers/names.h"
#include "reactor/base/mem.h"
#include "reactor/log.h"

enum { LOOK_AGAIN_MS = 1000, WARN_EVERY = 10, DEFINITIONS_MS = 50, UNWIND_MS = 2000 };

/* ---- the kinds that are read ---- */

static const struct watched {
    const char *kind;
    size_t at; /* of the informer in controller_t */
    store_form_t form;
    const char *labels[2]; /* indexed */
} watched[] = {
    {"Application", offsetof(controller_t, apps), STORE_WHOLE, {NULL}},
    {"ResourceTracker", offsetof(controller_t, trackers), STORE_WHOLE, {LABEL_APP_NAME, LABEL_APP_NAMESPACE}},
    {"ApplicationRevision",
     offsetof(controller_t, revisions),
     STORE_METADATA,
     {LABEL_APP_NAME, LABEL_APP_REVISION_HASH}},
    {"ComponentDefinition", offsetof(controller_t, definitions[DEFINITION_COMPONENT]), STORE_WHOLE, {NULL}},
    {"TraitDefinition", offsetof(controller_t, definitions[DEFINITION_TRAIT]), STORE_WHOLE, {NULL}},
    {"PolicyDefinition", offsetof(controller_t, definitions[DEFINITION_POLICY]), STORE_WHOLE, {NULL}},
    {"WorkflowStepDefinition", offsetof(controller_t, definitions[DEFINITION_WORKFLOW_STEP]), STORE_WHOLE, {NULL}},
    {"WorkloadDefinition", offsetof(controller_t, definitions[DEFINITION_WORKLOAD]), STORE_WHOLE, {NULL}},
};

static informer_t **informer_at(controller_t *c, const struct watched *w) {
    return (informer_t **)(void *)((char *)c + w->at);
}

/* ---- reconciles ---- */

typedef struct work_item {
    link_t link;
    controller_t *c;
    fiber_t *fiber;
    str_t key; /* the queue's */
} work_item_t;

static void work_done(void *arg) {
    work_item_t *w = arg;
    list_remove(&w->link);
    queue_done(w->c->queue, w->key);
    mem_free(w);
}

static void work_body(void *arg) {
    work_item_t *w = arg;
    controller_t *c = w->c;
    err_t err = ERROR_INIT;
    int64_t again = 0;
    if (c->o.reconcile_ms)
        fiber_deadline(loop_clock() + c->o.reconcile_ms);
    c->reconciles++;
    if (application_reconcile(c, w->key, &again, &err)) {
        queue_forget(c->queue, w->key);
        if (!again)
            again = c->o.resync_ms;
        if (again > 0)
            queue_add_after(c->queue, w->key, again);
    } else if (!c->stopping) {
        c->failures++;
        /* A conflict means that the store was behind: the event that resolves it is on its way. */
        if (err.code != ERR_CONFLICT)
            log_error("Reconciler error", "controller", "application", "Application", w->key, "err", error_text(&err));
        queue_retry(c->queue, w->key);
    }
    error_release(&err);
}

static void begin_work(queue_t *q, str_t key, void *arg) {
    controller_t *c = arg;
    work_item_t *w = mem_alloc(sizeof *w);
    if (w) {
        *w = (work_item_t){.c = c, .key = key};
        list_init(&w->link);
        w->fiber = fiber_start(c->loop, "reconcile", work_body, w, work_done, w);
    }
    if (!w || !w->fiber) { /* no memory for a fiber: later */
        mem_free(w);
        queue_retry(q, key);
        queue_done(q, key);
        return;
    }
    list_append(&c->fibers, &w->link);
}

/* ---- what brings a key into the queue ---- */

static void enqueue(controller_t *c, str_t ns, str_t name) {
    arena_t *a = arena_create();
    if (!a || !queue_add(c->queue, arena_printf(a, STR_FMT "/" STR_FMT, STR_ARG(ns), STR_ARG(name))))
        log_error("Out of memory: an event is lost until the next re-sync", "Application", name);
    arena_destroy(a);
}

static void on_application(void *arg, informer_t *i, const store_entry_t *before, const store_entry_t *after) {
    (void)i;
    if (!after)
        return; /* its finalizer is gone: nothing is left to do */
    /* A change of nothing but the status is our own writing, unless somebody else's reset it: generation and metadata
     * tell. */
    if (before && before->generation == after->generation && before->deleting == after->deleting && after->ahead)
        return;
    enqueue(arg, entry_ns(after), entry_name(after));
}

static void on_managed(void *arg, str_t ns, str_t name) {
    enqueue(arg, ns, name);
}

/* A tracker that somebody deletes concerns its Application. */
static void on_tracker(void *arg, informer_t *i, const store_entry_t *before, const store_entry_t *after) {
    (void)i;
    const store_entry_t *e = after ? after : before;
    if (!e->deleting || (after && after->ahead))
        return;
    str_t name = entry_label(e, INDEX_APP_NAME), ns = entry_label(e, INDEX_APP_NAMESPACE);
    if (name.n && ns.n)
        enqueue(arg, ns, name);
}

/* Definitions changed: every Application is looked at again, since one may have failed for want of it. Many changes at
 * a time (a relist, kubectl apply of a folder) are one look. */
static void look_at_all(void *arg) {
    controller_t *c = arg;
    size_t at = 0;
    const store_entry_t *e;
    while ((e = informer_next(c->apps, &at)))
        enqueue(c, entry_ns(e), entry_name(e));
}

static void on_definition(void *arg, informer_t *i, const store_entry_t *before, const store_entry_t *after) {
    (void)i;
    (void)before;
    (void)after;
    controller_t *c = arg;
    if (c->started && !loop_timer_armed(c->definitions_changed))
        loop_timer_start(c->definitions_changed, DEFINITIONS_MS, false);
}

/* ---- start and stop ---- */

static bool find_kinds(controller_t *c, const api_resource_t **found, err_t *err) {
    for (size_t tries = 0;; tries++) {
        bool all = true;
        err_t e = ERROR_INIT;
        for (size_t i = 0; i < sizeof watched / sizeof *watched && all; i++) {
            error_release(&e);
            found[i] = mapping_find(c->mapping, STR(OAM_API_VERSION), str_c(watched[i].kind), &e);
            all = found[i] != NULL;
        }
        if (all) {
            error_release(&e);
            return true;
        }
        if (e.code == ERR_CANCELLED) {
            error_move(err, &e);
            return false;
        }
        if (tries % WARN_EVERY == 0)
            log_error("Waiting for the API server and KubeVela's CRDs", "err", error_text(&e));
        error_release(&e);
        mapping_invalidate(c->mapping);
        if (!fiber_sleep(LOOK_AGAIN_MS, err))
            return false;
    }
}

static bool start_informer(controller_t *c, const struct watched *w, const api_resource_t *r, err_t *err) {
    str_t labels[2];
    size_t n = 0;
    while (n < 2 && w->labels[n]) {
        labels[n] = str_c(w->labels[n]);
        n++;
    }
    const informer_spec_t spec = {.resource = r, .form = w->form, .indexes = labels, .nindexes = n};
    *informer_at(c, w) = informer_start(c->informers, &spec, err);
    return *informer_at(c, w) != NULL;
}

bool controller_start(controller_t *c, err_t *err) {
    const api_resource_t *found[sizeof watched / sizeof *watched];
    list_init(&c->fibers);
    c->budget = (cue_budget_t){.yield = evaluator_yield, .yield_arg = c->evaluator};
    if (!find_kinds(c, found, err))
        return false;
    for (size_t i = 0; i < sizeof watched / sizeof *watched; i++)
        if (!start_informer(c, &watched[i], found[i], err))
            return false;
    if (!informers_wait(c->informers, -1, err) || !mapping_server_version(c->mapping, err))
        return false;
    c->managed = managed_create(c->informers, c->mapping, on_managed, c);
    const queue_options_t q = {.name = "application", .workers = c->o.concurrent_reconciles};
    c->queue = queue_create(c->loop, &q, begin_work, c);
    c->definitions_changed = loop_timer_create(c->loop, LOOP_WORK, look_at_all, c);
    if (!c->managed || !c->queue || !c->definitions_changed)
        return error_memory(err);
    queue_pause(c->queue, true); /* until the lease is ours */
    bool heard = informer_on(c->apps, &(informer_events_t){.changed = on_application}, c) &&
                 informer_on(c->trackers, &(informer_events_t){.changed = on_tracker}, c);
    for (int k = 0; k < DEFINITION_KINDS; k++)
        heard = heard && informer_on(c->definitions[k], &(informer_events_t){.changed = on_definition}, c);
    if (!heard)
        return error_memory(err);
    c->started = true;
    return true;
}

static void wait_for_fibers(controller_t *c, int64_t ms) {
    int64_t until = loop_clock() + ms;
    while (!list_empty(&c->fibers) && loop_clock() < until && fiber_sleep(5, NULL))
        ;
}

void controller_stop(controller_t *c, int64_t ms) {
    c->stopping = true;
    if (!c->started)
        return;
    queue_pause(c->queue, true);
    wait_for_fibers(c, ms);
    for (link_t *l = c->fibers.next; l != &c->fibers; l = l->next)
        fiber_cancel(LIST_OWNER(l, work_item_t, link)->fiber);
    wait_for_fibers(c, UNWIND_MS);
}

void controller_release(controller_t *c) {
    loop_timer_destroy(c->definitions_changed);
    managed_destroy(c->managed);
    if (c->queue)
        queue_destroy(c->queue);
}

/* ---- lookups for parsing ---- */

static const jv_t *in_revision(const jv_t *spec, definition_kind_t kind, str_t name) {
    return jv_get(jv_getc(spec, definition_kind_key(kind)), name);
}

const jv_t *controller_find_definition(void *arg, arena_t *a, definition_kind_t kind, str_t name, err_t *err) {
    controller_scope_t *scope = arg;
    /* Component definitions are the snapshot's; the others go with the cluster, as vela-core has it. */
    const jv_t *kept =
        scope->revision_spec && kind == DEFINITION_COMPONENT ? in_revision(scope->revision_spec, kind, name) : NULL;
    if (kept)
        return kept;
    informer_t *i = scope->c->definitions[kind];
    const store_entry_t *e = informer_find(i, scope->ns, name);
    if (!e)
        e = informer_find(i, scope->c->o.definition_namespace, name);
    if (e)
        return informer_body(e, a, err);
    /* A cached client names the kind where the server would name the resource. */
    error_set(err, ERR_NOTFOUND, STR_FMT ".core.oam.dev \"" STR_FMT "\" not found", STR_ARG(informer_resource(i)->kind),
              STR_ARG(name));
    return NULL;
}

const jv_t *controller_find_object(void *arg, arena_t *a, const char *kind, str_t name, err_t *err) {
    controller_scope_t *scope = arg;
    const api_resource_t *r = mapping_find(scope->c->mapping, STR("core.oam.dev/v1alpha1"), str_c(kind), err);
    return r ? api_get(scope->c->api, r, scope->ns, name, NULL, a, err) : NULL;
}

jv_t *controller_cluster_version(controller_t *c, arena_t *a) {
    const mapping_version_t *v = mapping_server_version(c->mapping, NULL);
    if (!v)
        return NULL;
    jv_t *out = jv_object(a);
    int64_t minor = 0;
    str_int(v->minor, &minor);
    jv_setc(a, out, "major", jv_string(a, v->major));
    jv_setc(a, out, "minor", jv_int(a, minor));
    jv_setc(a, out, "gitVersion", jv_string(a, v->git_version));
    jv_setc(a, out, "platform", jv_string(a, v->platform));
    return out;
}
