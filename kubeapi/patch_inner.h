/* What the files of patches share. */
#ifndef KUBEAPI_PATCH_INNER_H
#define KUBEAPI_PATCH_INNER_H

#include "kubeapi/patch.h"

/* Strategic merging recurses, one function call chain for each object or list, and fibers have small stacks; no
 * Kubernetes kind nests half as deep. */
enum { PATCH_STRATEGIC_DEPTH = 40 };

enum { PATCH_MERGE = 1, PATCH_REPLACE = 2, PATCH_RETAIN_KEYS = 4 };

/* A field of a type (see patch_schema.c). */
struct patch_schema {
    const char *name;
    const patch_schema_t *below; /* of the object, or of a list's items; NULL: nothing special below */
    int strategy;
    const char *key; /* by which the items of a merging list are told apart; NULL: scalars */
};

/* The field, or a row that says nothing. */
const patch_schema_t *patch_schema_field(const patch_schema_t *schema, str_t name);

/* What is common to one run. */
typedef struct patch_run {
    arena_t *a;
    err_t *err;
    /* On applying: null removes and lists merge. On joining two patches (three-way): null and directives stay. */
    bool applying;
} patch_run_t;

/* Merges patch into original, both owned by the caller and changed by this; the result may be either. NULL on error. */
jv_t *patch_merge_maps(const patch_run_t *r, jv_t *original, jv_t *patch, const patch_schema_t *schema, int depth);

/* The members in an order of their own lists: an object from an item's identity to the item, so that jv_find gives its
 * rank. key NULL: scalars. */
jv_t *patch_ranks(arena_t *a, const jv_t *list, const char *key);
/* What tells an item apart; empty where it has none. */
str_t patch_identity(arena_t *a, const jv_t *item, const char *key);
/* The items in the order of another list, those that aren't in it and deletions last. */
jv_t *patch_in_order(arena_t *a, const jv_t *items, const jv_t *order, const char *key);
/* All items objects (each with the key, if not NULL) or all scalars; else an error. *maps tells which; an empty list
 * has neither. Further lists may be NULL. */
bool patch_check_items(const patch_run_t *r, const jv_t *list, const jv_t *other, const char *key, bool *maps);

bool patch_too_deep(err_t *err);
bool patch_is_delete(const jv_t *item); /* {"$patch": "delete", …} */

#endif
