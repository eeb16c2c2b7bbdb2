/* Rendering: from a parsed component and its context to the objects that are dispatched, with vela-core's names, labels
 * and annotations, as vela-core v1.10.8 makes them (pkg/appfile, pkg/cue/definition).
 *
 * Labels that only the controller knows (app-revision-hash, revision, cluster, render-hash) are not set here. */
#ifndef HANDLERS_RENDER_H
#define HANDLERS_RENDER_H

#include "handlers/appfile.h"
#include "handlers/program.h"

typedef struct render_context {
    programs_t *programs;        /* may be NULL */
    const cue_budget_t *budget;  /* may be NULL */
    const jv_t *cluster_version; /* {major, minor (int), gitVersion, platform}; NULL: minor 0, the rest empty */
    str_t cluster;               /* "" offline */
    str_t ns;                    /* namespace seen by the templates; "": the Application's */
    str_t component_revision;    /* context.revision */
    /* Changes to the component's objects from a workflow step: {workload: …, traits: {NAME: …}} as CUE; "": none. */
    str_t patch;
} render_context_t;

typedef struct render_output {
    jv_t *object;
    str_t type;     /* name of the trait, or "AuxiliaryWorkload" for an output of the component itself */
    str_t resource; /* its name in outputs */
    dispatch_stage_t stage;
    bool control_plane_only;
} render_output_t;

typedef struct rendered {
    str_t component;
    jv_t *workload;     /* never NULL */
    bool skip_workload; /* a trait manages it: it is not dispatched */
    render_output_t *outputs;
    size_t noutputs;
} rendered_t;

/* Renders one component with its traits into arena memory. Errors carry vela-core's words. */
bool render_component(arena_t *a, const appfile_t *af, const app_component_t *c, const render_context_t *ctx,
                      rendered_t *out, err_t *err);

/* The objects of a policy with a definition of its own: an array. `artifacts`: the components rendered so far. */
jv_t *render_policy(arena_t *a, const appfile_t *af, const app_component_t *policy, const rendered_t *artifacts,
                    size_t nartifacts, const render_context_t *ctx, err_t *err);

/* Objects of one component in the order of dispatch: pre-dispatch traits, workload, the others, post-dispatch traits.
 */
void render_append(arena_t *a, const rendered_t *r, jv_t *objects);

/* A whole Application as an array of objects, following deploy steps with topology and override policies as vela-core's
 * offline dry run does. */
jv_t *render_application(arena_t *a, appfile_t *af, const render_context_t *ctx, err_t *err);

/* The `context` that a component's template sees, without output, outputs and what its traits add. */
jv_t *render_template_context(arena_t *a, const appfile_t *af, const app_component_t *c, const render_context_t *ctx);

#endif
