/* The pieces of an Application's status: conditions, workflow, services, applied resources. The status is a tree in the
 * reconcile's arena; it is written once, at the end, as a merge patch of what changed. */
#ifndef HANDLERS_APP_STATUS_H
#define HANDLERS_APP_STATUS_H

#include "config/json/jv.h"

/* Now as Kubernetes writes times ("2026-11-24T11:58:39Z"). */
jv_t *status_now(arena_t *a);

/* Sets a condition; its lastTransitionTime moves only when something else of it changed. Tells whether it did. */
bool status_condition(arena_t *a, jv_t *status, const char *type, bool ok, const char *reason, str_t message);
static inline bool status_ready(arena_t *a, jv_t *status, const char *type) {
    return status_condition(a, status, type, true, "Available", STR_NONE);
}
static inline bool status_error(arena_t *a, jv_t *status, const char *type, str_t message) {
    return status_condition(a, status, type, false, "ReconcileError", message);
}

/* A new workflow run begins: services, applied resources and the conditions after Render go. */
void status_restart(arena_t *a, jv_t *status, str_t revision);

/* The step of that name in status.workflow.steps, added (with an id of its own) where it is missing. */
jv_t *status_step(arena_t *a, jv_t *status, str_t name, const char *type);
/* Moves a step to a phase; reason and message may be empty. Times are kept as vela-core does: the first execution once,
 * the last with each change. */
void status_step_phase(arena_t *a, jv_t *step, const char *phase, const char *reason, str_t message);

/* Sets or replaces the entry of a component in status.services. */
void status_service(arena_t *a, jv_t *status, jv_t *service);
/* Adds a reference to status.appliedResources unless it is there. */
void status_applied(arena_t *a, jv_t *status, const jv_t *manifest);

#endif
