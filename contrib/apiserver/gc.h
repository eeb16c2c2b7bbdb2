/* The garbage collector: objects whose owners are all gone are deleted, foreground deletions wait for their dependents,
 * orphaning takes the owner's reference out of them. It keeps who owns whom by uid, told by the events of the storage.
 */
#ifndef CONTRIB_APISERVER_GC_H
#define CONTRIB_APISERVER_GC_H

#include "contrib/apiserver/state.h"

gc_t *gc_create(void);
void gc_destroy(gc_t *g);
void gc_event(apiserver_t *s, const event_t *e);

#endif
