/* The event recorder: core/v1 Events about objects, written in the background by a fiber of its own, as client-go's
 * recorder does. Events of the same object, type, reason and message are one Event whose count grows (a patch); many
 * similar ones of one object are combined under one message. Nothing here parks or fails: a full queue drops the
 * oldest and counts it. */
#ifndef KUBEAPI_EVENTS_H
#define KUBEAPI_EVENTS_H

#include "kubeapi/api.h"

typedef struct recorder recorder_t;

typedef struct recorder_object {
    str_t api_version, kind, ns, name, uid, resource_version;
} recorder_object_t;

/* `component` is source.component and reportingComponent. NULL: out of memory. */
recorder_t *recorder_create(api_t *api, str_t component);
/* Drops what is not sent. */
void recorder_destroy(recorder_t *r);
/* For a fiber at an orderly stop: sends what waits, at most ms. */
bool recorder_flush(recorder_t *r, int64_t ms, err_t *err);

void recorder_event(recorder_t *r, const recorder_object_t *o, bool warning, str_t reason, str_t message);
/* The same about a whole object, the message by printf. */
void recorder_eventf(recorder_t *r, const jv_t *object, bool warning, const char *reason, const char *fmt, ...)
    __attribute__((format(printf, 5, 6)));
/* Fills *o from an object; borrows from it. */
void recorder_object_of(const jv_t *object, recorder_object_t *o);

typedef struct recorder_stats {
    uint64_t created, patched, dropped, failed;
    size_t waiting, known;
} recorder_stats_t;
recorder_stats_t recorder_stats(const recorder_t *r);

#endif
