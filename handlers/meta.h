/* What the metadata of an object says of the Application that it belongs to. */
#ifndef HANDLERS_META_H
#define HANDLERS_META_H

#include "config/json/jv.h"

bool meta_has_finalizer(const jv_t *object, const char *finalizer);

/* metadata.ownerReferences with the Application as the controller, as vela-core writes them. */
jv_t *meta_owned_by(arena_t *a, const jv_t *app);
/* Whether the Application is the object's first owner, by uid: a namesake is another one. */
bool meta_is_owner(const jv_t *object, const jv_t *app);

#endif
