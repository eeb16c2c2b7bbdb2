/* PATCH: the four kinds of patches, on an object, its status or its scale. */
#ifndef CONTRIB_APISERVER_PATCHING_H
#define CONTRIB_APISERVER_PATCHING_H

#include "contrib/apiserver/call.h"

void patching_patch(call_t *c);
/* Applies a JSON, merge or strategic patch (by the request's content type) to a value with kind and apiVersion. NULL
 * after replying. */
jv_t *patching_apply(call_t *c, const jv_t *target);

#endif
