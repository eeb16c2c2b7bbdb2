/* Patches of Kubernetes objects: the three kinds that an API server applies (JSON merge patch, RFC 7386; JSON patch,
 * RFC 6902; strategic merge patch), and the differences that kubectl and vela-core send (two-way and three-way). Errors
 * have the API server's words.
 *
 * Every result is a tree of its own containers in the arena: changing it changes no argument, but it shares their
 * strings, so they must live as long. Arguments are never changed. Depth is bounded by JV_MAX_DEPTH (ERR_LIMIT). */
#ifndef KUBEAPI_PATCH_H
#define KUBEAPI_PATCH_H

#include "config/json/jv.h"

/* How the lists of a built-in kind merge: a row of the table in patch_schema.c. */
typedef struct patch_schema patch_schema_t;

/* The schema of a kind that client-go knows ("apps/v1", "Deployment"), or NULL: a custom kind, which has no strategic
 * merge patch. */
const patch_schema_t *patch_schema_find(str_t api_version, str_t kind);

/* RFC 7386: null removes, objects merge, anything else replaces. NULL past the depth limit. */
jv_t *patch_merge(arena_t *a, const jv_t *target, const jv_t *patch, err_t *err);
/* RFC 6902: `operations` is the array. All or nothing. ERR_INVALID: no patch at all (the API server answers 400);
 * ERR_REFUSED: it can't be applied, a failed test included (422). */
jv_t *patch_json(arena_t *a, const jv_t *target, const jv_t *operations, err_t *err);
/* $patch, $deleteFromPrimitiveList/…, $setElementOrder/… and $retainKeys included. */
jv_t *patch_strategic(arena_t *a, const jv_t *target, const jv_t *patch, const patch_schema_t *schema, err_t *err);

/* What turns `from` into `to`: an empty object where they are equal. patch_diff makes a merge patch, the other one a
 * strategic one (as apimachinery's CreateTwoWayMergePatch). */
jv_t *patch_diff(arena_t *a, const jv_t *from, const jv_t *to, err_t *err);
jv_t *patch_diff_strategic(arena_t *a, const jv_t *from, const jv_t *to, const patch_schema_t *schema, err_t *err);

/* The patch on `current` that deletes what `original` had and `modified` hasn't, and adds or changes what `modified`
 * says, overwriting what others changed (apimachinery's CreateThreeWayJSONMergePatch and, with overwrite,
 * CreateThreeWayMergePatch). `original` may be NULL: nothing was applied before. The first gives ERR_CONFLICT where it
 * would change apiVersion, kind or metadata.name: vela-core has these preconditions for custom kinds. */
jv_t *patch_three_way_merge(arena_t *a, const jv_t *original, const jv_t *modified, const jv_t *current, err_t *err);
jv_t *patch_three_way_strategic(arena_t *a, const jv_t *original, const jv_t *modified, const jv_t *current,
                                const patch_schema_t *schema, err_t *err);

#endif
