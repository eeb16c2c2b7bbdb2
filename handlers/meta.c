#include "handlers/meta.h"

#include "handlers/names.h"

bool meta_has_finalizer(const jv_t *object, const char *finalizer) {
    const jv_t *have = jv_path(object, "metadata", "finalizers", NULL);
    for (size_t i = 0; i < jv_count(have); i++)
        if (str_eqc(jv_str(jv_at(have, i)), finalizer))
            return true;
    return false;
}

jv_t *meta_owned_by(arena_t *a, const jv_t *app) {
    jv_t *owner = jv_object(a), *owners = jv_array(a);
    jv_setc(a, owner, "apiVersion", jv_string(a, STR(OAM_API_VERSION)));
    jv_setc(a, owner, "controller", jv_bool(a, true));
    jv_setc(a, owner, "kind", jv_string(a, STR("Application")));
    jv_setc(a, owner, "name", jv_path(app, "metadata", "name", NULL));
    jv_setc(a, owner, "uid", jv_path(app, "metadata", "uid", NULL));
    jv_append(a, owners, owner);
    return owners;
}

bool meta_is_owner(const jv_t *object, const jv_t *app) {
    const jv_t *owner = jv_at(jv_path(object, "metadata", "ownerReferences", NULL), 0);
    return jv_equal(jv_getc(owner, "uid"), jv_path(app, "metadata", "uid", NULL));
}
