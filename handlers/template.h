/* The evaluation of one component's templates: the component's own, then each trait's in order, over a context that
 * grows (vela-core's pkg/cue/definition and pkg/cue/process). Objects stay CUE values until the end, so that a trait's
 * patch can override their defaults. */
#ifndef HANDLERS_TEMPLATE_H
#define HANDLERS_TEMPLATE_H

#include "handlers/definition.h"
#include "handlers/program.h"

/* One object in the making. */
typedef struct instance {
    str_t type;         /* of the trait, or AuxiliaryWorkload; "" for the workload */
    str_t name;         /* in outputs */
    cue_value_t *value; /* in an evaluation of this run, or NULL: then json is what it is */
    jv_t *json;         /* NULL until asked for */
} instance_t;

typedef struct template_run {
    arena_t *arena;
    programs_t *programs;
    const cue_budget_t *budget;
    jv_t *context; /* changed as objects appear */
    instance_t workload;
    bool has_workload;
    instance_t *outputs;
    size_t noutputs;
    cue_eval_t **evals; /* kept until the end of the run, since values live in them */
    size_t nevals;
} template_run_t;

/* Objects are made in the arena; `context` is taken over. End a run in every case. */
void template_begin(template_run_t *r, arena_t *a, programs_t *programs, const cue_budget_t *budget, jv_t *context);
void template_end(template_run_t *r);

/* `name`: of the component. `properties`: NULL where none are given. */
bool template_component(template_run_t *r, const definition_t *d, str_t name, const jv_t *properties, err_t *err);
bool template_trait(template_run_t *r, const definition_t *d, str_t name, const jv_t *properties, err_t *err);
/* Patches from a workflow step: CUE text {workload: …, traits: NAME: …}. */
bool template_patch(template_run_t *r, str_t text, err_t *err);

/* The finished object: concrete, with a kind. NULL with *err. */
jv_t *template_object(template_run_t *r, instance_t *i, err_t *err);

#endif
