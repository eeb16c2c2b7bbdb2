/* The Application controller: one reconcile, straight down. Finalizer, parse, revision, policies, workflow (render,
 * dispatch, health of each component), state keeping, garbage collection, status. */
#ifndef HANDLERS_APPLICATION_H
#define HANDLERS_APPLICATION_H

#include "handlers/app_revision.h"
#include "handlers/render.h"
#include "handlers/tracker.h"

typedef struct application {
    controller_t *c;
    arena_t *a;
    jv_t *app;              /* this reconcile's own copy */
    jv_t *status;           /* app.status, changed as it goes */
    const jv_t *old_status; /* as it was read */
    appfile_t *file;
    app_revision_t revision;
    trackers_t trackers;
    controller_scope_t scope;
    render_context_t render;
    bool fresh;         /* this generation was not worked through before: its events are told */
    int64_t requeue_ms; /* 0: the re-sync period */
} application_t;

/* Reconciles the Application of a key ("namespace/name"), on the current fiber. False with *err: to be tried again with
 * back-off; what the user needs to know is in the status and an event by then. *requeue_ms: when to look again (0: not
 * before something changes; -1: never, it is gone). */
bool application_reconcile(controller_t *c, str_t key, int64_t *requeue_ms, err_t *err);

/* app_workflow.c: runs the workflow on: dispatches what is ready, follows its health. *done: all steps succeeded.
 * False: a step failed (status tells which); the reconcile is to be repeated. */
bool app_workflow_run(application_t *x, bool *done, err_t *err);
/* The health of every component into status.services; true when all are healthy. */
bool app_workflow_health(application_t *x, err_t *err);
/* The current fiber is being stopped (cancelled, or out of time): what fails now says nothing of the Application. A
 * request of its own that timed out is another matter. */
bool application_stopping(void);
/* What an event or condition says of an Application; warnings too. */
void application_event(application_t *x, bool warning, const char *reason, const char *message);

#endif
