/* The life of a namespace: it holds on until its content is gone. Pods on a node linger likewise, until their grace is
 * over. */
#ifndef CONTRIB_APISERVER_NAMESPACES_H
#define CONTRIB_APISERVER_NAMESPACES_H

#include "contrib/apiserver/call.h"
#include "contrib/apiserver/storage.h"

/* Is this a namespace whose spec.finalizers still hold it? */
bool namespace_holds(const resource_t *r, const jv_t *v);
/* Sets the phase of a namespace that is being deleted. */
void namespace_mark(arena_t *a, jv_t *v);
/* False after replying 403 for the namespaces that may not be deleted. */
bool namespace_may_go(call_t *c);
/* An event in the store of namespaces: its deletion begins its emptying. */
void namespace_event(apiserver_t *s, const event_t *e);
/* PUT /api/v1/namespaces/NAME/finalize: spec.finalizers as given. */
void namespace_finalize(call_t *c);
/* The namespaces that a fresh cluster has. */
void namespaces_create(apiserver_t *s);

/* Is this a pod with a grace period that isn't over? */
bool pod_lingers(const resource_t *r, const jv_t *v);

#endif
