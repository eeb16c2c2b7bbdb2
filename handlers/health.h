/* Health and status of a component or trait, from the templates in its definition (status.healthPolicy, customStatus,
 * details) evaluated on live objects, as vela-core's pkg/cue/definition/health does. */
#ifndef HANDLERS_HEALTH_H
#define HANDLERS_HEALTH_H

#include "handlers/render.h"

typedef struct health_result {
    bool healthy;
    str_t message; /* "" where there is none */
    jv_t *details; /* object from string to string; NULL where the definition has none */
} health_result_t;

/* The context that health templates see: {name, appName, appRevision, output, outputs, parameter}. `output` is the live
 * workload (NULL for a trait); `outputs` the live objects by their names in outputs, an object or NULL. */
jv_t *health_context(arena_t *a, const appfile_t *af, str_t component, const jv_t *output, const jv_t *outputs,
                     const jv_t *parameter);

/* Evaluates the three templates. What fails counts as unhealthy (health), empty (message) or left out (details), and is
 * told in *err, with false; *out is filled in every case. */
bool health_evaluate(arena_t *a, programs_t *programs, const cue_budget_t *budget, const definition_t *d,
                     const jv_t *context, const jv_t *parameter, health_result_t *out, err_t *err);

#endif
