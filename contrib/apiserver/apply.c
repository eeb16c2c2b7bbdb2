#include "contrib/apiserver/apply.h"

#include "contrib/apiserver/body.h"
#include "contrib/apiserver/meta.h"
#include "contrib/apiserver/output.h"
#include "contrib/apiserver/state.h"
#include "contrib/apiserver/write.h"
#include "kubeapi/patch.h"

void apply_track(call_t *c, jv_t *object, const jv_t *old) {
    (void)c;
    (void)object;
    (void)old;
}

bool apply_same(const jv_t *x, const jv_t *y) {
    return x && y && jv_equal(x, y);
}

void apply_patch(call_t *c) {
    jv_t *v = body_object(c);
    if (!v || !meta_check_name(c, v))
        return;
    object_t *old = store_find(c->resource->store, c->ns, c->name);
    if (!old) {
        write_new(c, v, true);
        return;
    }
    jv_t *was = object_value(c->arena, old);
    write_changed(c, old, was, patch_merge(c->arena, was, v, NULL), true);
}
