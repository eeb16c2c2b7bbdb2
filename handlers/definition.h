/* Definitions (ComponentDefinition, TraitDefinition, PolicyDefinition, WorkflowStepDefinition, WorkloadDefinition):
 * what rendering and the controllers need of a manifest, and where they are found. A manifest comes from the cluster,
 * from an ApplicationRevision, from files (YAML, JSON, or CUE in the form of `vela def`) or from the built-in table. */
#ifndef HANDLERS_DEFINITION_H
#define HANDLERS_DEFINITION_H

#include "config/json/jv.h"

typedef enum definition_kind {
    DEFINITION_COMPONENT,
    DEFINITION_TRAIT,
    DEFINITION_POLICY,
    DEFINITION_WORKFLOW_STEP,
    DEFINITION_WORKLOAD,
    DEFINITION_KINDS,
} definition_kind_t;

/* When a trait's objects are dispatched, relative to the workload (spec.stage). */
typedef enum dispatch_stage { STAGE_PRE_DISPATCH, STAGE_DEFAULT, STAGE_POST_DISPATCH } dispatch_stage_t;

typedef struct definition {
    definition_kind_t kind;
    str_t name;            /* metadata.name */
    const jv_t *object;    /* the whole manifest */
    str_t template;        /* spec.schematic.cue.template, else spec.extension.template, else "" */
    const jv_t *terraform; /* spec.schematic.terraform, or NULL */
    str_t health_policy;   /* spec.status.… ; "" where not given */
    str_t custom_status;
    str_t status_details;
    str_t workload_ref_path;
    dispatch_stage_t stage;
    bool manage_workload; /* the trait applies the workload: it is not dispatched itself */
    bool control_plane_only;
} definition_t;

/* "ComponentDefinition", …; "component", … as in `vela def` files. */
const char *definition_kind_name(definition_kind_t k);
const char *definition_kind_short(definition_kind_t k);
const char *definition_kind_key(definition_kind_t k); /* in an ApplicationRevision's spec: "componentDefinitions", … */
bool definition_kind_parse(str_t kind, definition_kind_t *out); /* from the manifest's kind */

/* Fills *out with what the manifest says; everything is borrowed from it. */
bool definition_read(const jv_t *manifest, definition_t *out, err_t *err);

/* The manifest that a CUE file in `vela def` form describes (header `NAME: {type, annotations, labels, description,
 * attributes}` and `template: {…}`), in arena memory. */
jv_t *definition_from_cue(arena_t *a, str_t file, str_t text, err_t *err);

/* Where definitions are looked for. Returns a manifest that lives at least as long as the arena's user (copy into the
 * arena, or keep a reference), or NULL: ERR_NOTFOUND when there is none. The owner knows the namespaces to search. */
typedef struct definition_source {
    const jv_t *(*find)(void *arg, arena_t *a, definition_kind_t kind, str_t name, err_t *err);
    void *arg;
} definition_source_t;

/* A set of definitions read from files or from the built-in table, for `velella render` and tests. Everything lies in
 * the arena. Of equal kind and name the later replaces the earlier. */
typedef struct definition_set definition_set_t;
definition_set_t *definition_set_create(arena_t *a);
bool definition_set_add(definition_set_t *s, const jv_t *manifest, err_t *err); /* other kinds are kept out silently */
/* One file's text; the name's ending (.cue, or anything else: YAML) says how it is read. */
bool definition_set_add_text(definition_set_t *s, str_t name, str_t text, err_t *err);
/* A file, or a folder with all .yaml, .yml, .json and .cue files below it, in order of names. */
bool definition_set_add_path(definition_set_t *s, const char *path, err_t *err);
bool definition_set_add_builtin(definition_set_t *s, err_t *err);
definition_source_t definition_set_source(definition_set_t *s);
/* Iteration: i from 0; false at the end. */
bool definition_set_at(const definition_set_t *s, size_t i, const jv_t **manifest);

#endif
