/* The `patch` of a trait: unification of the workload with the patch, after lists have been lined up as the comments in
 * the patch ask (kubevela/workflow's pkg/cue/model/sets):
 *
 *     // +patchKey=name            items of equal name are unified, others appended; holds for lists further in too
 *     // +patchStrategy=replace    the list replaces the workload's
 *     // +patchStrategy=retainKeys the value (or, with patchKey, the item) replaces the workload's
 *
 * It works on syntax, not on JSON: the workload keeps its defaults (`*1 | int`), so that a patch may override them. */
#ifndef HANDLERS_STRATEGY_H
#define HANDLERS_STRATEGY_H

#include "config/cue/syntax.h"

/* Edits both trees so that their unification is the patched value. They are SYN_STRUCT as cue_value_syntax gives them.
 */
bool strategy_prepare(arena_t *a, syn_t *base, syn_t *patch, err_t *err);

/* Prepares both, unifies and validates; the value is the root of the evaluation that the caller ends. NULL with *err.
 */
cue_eval_t *strategy_unify(arena_t *a, syn_t *base, syn_t *patch, const cue_budget_t *budget, err_t *err);

#endif
