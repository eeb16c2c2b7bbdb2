/* An Application parsed: components with their traits and definitions, policies, workflow steps. Parsing finds every
 * definition that the Application needs and fails where one is missing, as vela-core's parser does; nothing is
 * rendered.
 *
 * All of it is arena memory that borrows from the Application's tree. No globals, no I/O but the source's callbacks: it
 * runs in a fiber as well as in a command. */
#ifndef HANDLERS_APPFILE_H
#define HANDLERS_APPFILE_H

#include "handlers/definition.h"

typedef struct app_trait {
    str_t type;             /* as written in the Application */
    str_t name;             /* of the definition: a revision suffix "@vN" becomes "-vN" */
    const jv_t *properties; /* NULL: none given */
    definition_t definition;
} app_trait_t;

typedef struct app_component {
    str_t name;
    str_t type;             /* a revision suffix "@vN" has become "-vN" */
    const jv_t *object;     /* the entry of spec.components */
    const jv_t *properties; /* NULL: none given */
    definition_t definition;
    app_trait_t *traits;
    size_t ntraits;
    str_t replica_key;
} app_component_t;

typedef struct appfile_source {
    definition_source_t definitions;
    /* The spec-carrying object of another kind that an Application names (kind "Policy" or "Workflow", in its
     * namespace). NULL: there are none. Same rules as definition_source_t.find. */
    const jv_t *(*object)(void *arg, arena_t *a, const char *kind, str_t name, err_t *err);
    void *object_arg;
} appfile_source_t;

typedef struct appfile {
    arena_t *arena;
    appfile_source_t source;
    const jv_t *app;
    str_t name, ns;
    str_t revision_name; /* status.latestRevision.name, "" where there is none yet; the controller sets it */
    const jv_t *labels, *annotations; /* objects, never NULL */
    app_component_t *components;
    size_t ncomponents;
    app_component_t *policies; /* those with a PolicyDefinition of their own, which render objects */
    size_t npolicies;
    const jv_t *all_policies; /* array: spec.policies with generated names, then external ones that steps name */
    const jv_t *steps;        /* array: spec.workflow.steps, or the generated ones */
    str_t mode, sub_mode;     /* of the workflow: "StepByStep" or "DAG" */
    /* The definitions in use, for the ApplicationRevision: by kind, an object from name to manifest. */
    jv_t *definitions[DEFINITION_KINDS];
} appfile_t;

/* NULL with *err filled where the Application can't be parsed; the error names the component, trait, policy or step. */
appfile_t *appfile_parse(arena_t *a, const jv_t *app, const appfile_source_t *source, err_t *err);

/* One entry of spec.components with its definitions (also for components that a policy changed). */
bool appfile_parse_component(appfile_t *af, const jv_t *component, app_component_t *out, err_t *err);

/* The policy of that name in all_policies, or NULL. */
const jv_t *appfile_policy(const appfile_t *af, str_t name);

/* Properties of all policies of a type in the spec, merged as vela-core does (arrays joined, booleans or-ed, else the
 * first wins); an object in the arena, or NULL where there is no such policy with properties. */
jv_t *appfile_merged_policy(const appfile_t *af, const char *type);

/* spec.components after an override policy: patched, added and selected. `components` and the result are arrays. */
jv_t *policy_override(arena_t *a, const jv_t *components, const jv_t *policy, err_t *err);

/* The policies that a deploy step names, in order; false where one is unknown. Each is an entry of all_policies. */
bool appfile_step_policies(const appfile_t *af, const jv_t *step, const char *type, jv_t **out, err_t *err);

#endif
