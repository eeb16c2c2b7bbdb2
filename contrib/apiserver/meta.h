/* metadata: what the server fills in, and the rules for it (apimachinery's ValidateObjectMeta and …Update). */
#ifndef CONTRIB_APISERVER_META_H
#define CONTRIB_APISERVER_META_H

#include "contrib/apiserver/call.h"
#include "contrib/apiserver/names.h"

/* The metadata of an object, made if it isn't there. */
jv_t *meta_of(arena_t *a, jv_t *object);
/* Name (from generateName), namespace, uid, creationTimestamp; nothing that a client may not set remains. False after
 * replying: another namespace than the request's, a resourceVersion. */
bool meta_fill(call_t *c, jv_t *object);
/* What an update may not change comes from the old object. */
void meta_keep(arena_t *a, jv_t *object, const jv_t *old);
/* For update and patch: is this the object and namespace of the URL? False after replying. */
bool meta_check_name(call_t *c, const jv_t *object);

name_kind_t meta_name_kind(const resource_t *r);
void meta_validate(const resource_t *r, const jv_t *object, fields_t *errors);
void meta_validate_update(const resource_t *r, const jv_t *object, const jv_t *old, fields_t *errors);
/* Labels at a path (also of pod templates); annotations. */
void meta_validate_labels(const jv_t *labels, str_t path, fields_t *errors);
void meta_validate_annotations(const jv_t *annotations, str_t path, fields_t *errors);

#endif
