/* Garbage collection: what an Application dispatched once and wants no more. A tracker that is out of use is marked
 * (deleted, held by its finalizer), its objects that no tracker in use records are deleted, and once they are gone the
 * finalizer goes. So a crash at any point is taken up where it was. */
#ifndef HANDLERS_GC_H
#define HANDLERS_GC_H

#include "handlers/tracker.h"

typedef struct gc_result {
    size_t waiting; /* objects that are not gone yet */
    str_t first;    /* one of them, for the person: "Deployment web (Namespace: default)" */
} gc_result_t;

/* Collects the trackers of older generations. Called only when the newest one was dispatched whole: vela-core collects
 * first and loses objects when an update fails half-way. */
bool gc_history(controller_t *c, arena_t *a, const jv_t *app, trackers_t *t, gc_result_t *out, err_t *err);

/* Collects everything of a deleted Application. */
bool gc_all(controller_t *c, arena_t *a, const jv_t *app, trackers_t *t, gc_result_t *out, err_t *err);

/* Deletes ApplicationRevisions beyond the limit, oldest first, never the one in use; with limit < 0 all of them. */
bool gc_revisions(controller_t *c, arena_t *a, const jv_t *app, int64_t limit, err_t *err);

/* How many revisions of an Application there are. */
size_t gc_count_revisions(controller_t *c, const jv_t *app);

#endif
