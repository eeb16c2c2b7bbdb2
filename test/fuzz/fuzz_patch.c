#include "kubeapi/patch.h"

#include <stdlib.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

/* Up to three JSON texts, one after another: original, modified, current. No function changes its arguments; a
 * difference turns the one into the other. */
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
    arena_t *a = arena_create();
    err_t err = ERROR_INIT;
    str_t rest = str_n((const char *)data, size);
    jv_t *v[3] = {jv_object(a), jv_object(a), jv_object(a)};
    for (int i = 0; i < 3; i++) {
        size_t taken;
        jv_t *next = jv_parse_prefix(a, rest, &taken, NULL);
        if (!next)
            break;
        v[i] = next;
        rest = str_from(rest, taken);
    }
    str_t before[3] = {jv_text(a, v[0]), jv_text(a, v[1]), jv_text(a, v[2])};
    static const char *const kinds[][2] = {{"apps/v1", "Deployment"}, {"v1", "Service"}, {"v1", "Pod"}};
    for (size_t i = 0; i < 3; i++) {
        const patch_schema_t *s = patch_schema_find(str_c(kinds[i][0]), str_c(kinds[i][1]));
        patch_strategic(a, v[0], v[1], s, &err);
        jv_t *patch = patch_diff_strategic(a, v[0], v[1], s, &err);
        if (patch)
            patch_strategic(a, v[0], patch, s, &err);
        patch_three_way_strategic(a, v[0], v[1], v[2], s, &err);
    }
    patch_json(a, v[0], v[1], &err);
    patch_merge(a, v[0], v[1], &err);
    patch_three_way_merge(a, v[0], v[1], v[2], &err);
    if (jv_is(v[0], JV_OBJECT) && jv_is(v[1], JV_OBJECT)) {
        jv_t *patch = patch_diff(a, v[0], v[1], &err), *got = patch ? patch_merge(a, v[0], patch, &err) : NULL;
        jv_t *bare = got ? patch_merge(a, NULL, got, &err) : NULL,
             *want = got ? patch_merge(a, NULL, v[1], &err) : NULL;
        if (bare && want && !jv_equal(bare, want)) /* but for nulls, which no merge patch can set */
            abort();
    }
    for (int i = 0; i < 3; i++)
        if (!str_eq(before[i], jv_text(a, v[i])))
            abort();
    error_release(&err);
    arena_destroy(a);
    return 0;
}
