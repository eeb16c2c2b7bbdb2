/* The objects, in memory: per resource a sorted array (etcd's order: namespace, then name), one counter of versions
 * over all, and a window of past events for watches to resume from. Objects are immutable and reference-counted; an
 * update replaces one. */
#ifndef CONTRIB_APISERVER_STORAGE_H
#define CONTRIB_APISERVER_STORAGE_H

#include "contrib/apiserver/resources.h"

typedef struct storage storage_t;

typedef struct label {
    str_t key, value;
} label_t;

typedef struct object {
    uint32_t refs;
    bool deleting; /* has a deletionTimestamp */
    bool hooked;   /* has finalizers */
    uint64_t version;
    store_t *store;
    str_t ns, name, uid;
    str_t text; /* {"metadata":…}: JSON without kind and apiVersion, which differ by the version asked for */
    const label_t *labels;
    size_t nlabels;
    const str_t *owners; /* uids */
    size_t nowners;
} object_t;

struct store {
    storage_t *storage;
    str_t group, plural;
    const resource_t *resource; /* in the version that is stored; NULL once the CRD is gone */
    object_t **items;
    size_t n, cap;
};

typedef struct event {
    uint64_t version;
    store_t *store;
    object_t *before, *now; /* created: before NULL; deleted: now NULL, before is the last state with the new version */
} event_t;
typedef void (*storage_listener_fn)(void *arg, const event_t *e);

storage_t *storage_create(size_t window, storage_listener_fn fn, void *arg);
void storage_destroy(storage_t *s);
uint64_t storage_version(const storage_t *s);
/* The store of a resource, made at the first call; lives as long as the storage. */
store_t *storage_store(storage_t *s, str_t group, str_t plural);
store_t *storage_at(storage_t *s, size_t i); /* all stores; NULL past the last */

object_t *object_ref(object_t *o);
void object_release(object_t *o);
/* The object as a tree, without kind and apiVersion. */
jv_t *object_value(arena_t *a, const object_t *o);
str_t object_label(const object_t *o, str_t key, bool *has);

bool object_has_finalizer(const object_t *o, const char *finalizer);

object_t *store_find(const store_t *s, str_t ns, str_t name); /* borrowed */
/* Index of the first object not before (ns, name). */
size_t store_lower(const store_t *s, str_t ns, str_t name);
/* Writes: the value gets the next resourceVersion (it is changed in place), replaces what has its name, and is
 * announced. kind and apiVersion of the value are left out. The new object is borrowed from the store. */
object_t *store_write(store_t *s, arena_t *a, jv_t *value);
/* Removes; value is its last state, which gets the version of the deletion. */
void store_remove(store_t *s, arena_t *a, jv_t *value);

/* The past: false when events after `version` are no longer all there. Events of any store, oldest first. */
bool storage_since(const storage_t *s, uint64_t version, size_t *i);
const event_t *storage_event(const storage_t *s, size_t i); /* NULL past the last */

#endif
