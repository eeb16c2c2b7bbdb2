/* JSON Patch (RFC 6902) and JSON Merge Patch (RFC 7396) on trees, for traits whose patch says
 * `+patchStrategy=jsonPatch` or `jsonMergePatch`. As evanphx/json-patch does it, which vela-core uses: a negative index
 * counts from the end. */
#ifndef HANDLERS_JSON_PATCH_H
#define HANDLERS_JSON_PATCH_H

#include "config/json/jv.h"

/* Both give a new tree that shares what they didn't change; the arguments stay as they are. NULL with *err filled. */
jv_t *json_patch_apply(arena_t *a, const jv_t *document, const jv_t *operations, err_t *err);
jv_t *json_merge_patch(arena_t *a, const jv_t *document, const jv_t *patch);

#endif
