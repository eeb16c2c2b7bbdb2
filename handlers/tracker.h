/* ResourceTrackers: which objects an Application dispatched, in which generation. What a tracker records decides what
 * state keeping repairs and what garbage collection removes; it is written before the objects are. */
#ifndef HANDLERS_TRACKER_H
#define HANDLERS_TRACKER_H

#include "handlers/controller.h"

typedef struct tracker {
    str_t name;
    jv_t *object; /* the whole ResourceTracker */
    int64_t generation;
    bool deleting;
} tracker_t;

typedef struct trackers {
    tracker_t *root, *current, *component_revisions;
    tracker_t **history; /* oldest first */
    size_t nhistory;
} trackers_t;

/* The trackers of an Application, from the store, into the arena. */
bool trackers_load(controller_t *c, arena_t *a, const jv_t *app, trackers_t *out, err_t *err);

/* spec.managedResources, never NULL. */
jv_t *tracker_resources(arena_t *a, const tracker_t *t);

/* Records objects (manifests as they will be applied, without the render hash) in the tracker of the Application's
 * current generation, which is created where there is none. One request, or none where all is recorded already. */
bool tracker_record(controller_t *c, arena_t *a, const jv_t *app, str_t revision, trackers_t *t, jv_t *const *manifests,
                    size_t n, err_t *err);
/* The entry of a tracker that names the same object, or NULL. */
jv_t *tracker_find(arena_t *a, const tracker_t *t, const jv_t *entry);

/* Deletes the tracker (it stays, with its finalizer, until tracker_finish). */
bool tracker_mark(controller_t *c, arena_t *a, tracker_t *t, err_t *err);
/* Takes the finalizer off: the tracker is gone. */
bool tracker_finish(controller_t *c, arena_t *a, tracker_t *t, err_t *err);

/* apiVersion, kind, name and namespace of an entry are equal to another's. */
bool tracker_same(const jv_t *a, const jv_t *b);

#endif
