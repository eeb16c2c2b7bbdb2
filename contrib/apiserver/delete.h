/* DELETE, of one object and of a collection: preconditions, propagation policies, finalizers, grace. */
#ifndef CONTRIB_APISERVER_DELETE_H
#define CONTRIB_APISERVER_DELETE_H

#include "contrib/apiserver/call.h"
#include "contrib/apiserver/storage.h"

void delete_one(call_t *c);
void delete_collection(call_t *c);
/* As the garbage collector and the namespace controller delete: in the background, in the foreground or orphaning
 * ("Background", …). What is marked already is left alone. */
void delete_internally(apiserver_t *s, object_t *o, const char *propagation);
/* Rewrites an object without a finalizer, removing it when it was the last of a deleting one. */
void delete_finalizer(apiserver_t *s, object_t *o, const char *finalizer);

#endif
