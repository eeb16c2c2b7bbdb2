/* Informers: list and watch of one resource into a store, with handlers. All of one process are in one set, which also
 * shows the answers of our own writes to those that they concern (it is the api's observer).
 *
 * A list is paged and streamed item by item; the watch resumes from the last version after it drops, with jittered
 * backoff; "410 Gone", an ERROR event, malformed JSON or an own write that the watch never confirms lead to a relist,
 * which emits the deletions that were missed. Everything is called on the loop, never from inside a request. */
#ifndef KUBEAPI_INFORMER_H
#define KUBEAPI_INFORMER_H

#include "kubeapi/api.h"
#include "kubeapi/store.h"

typedef struct informers informers_t;
typedef struct informer informer_t;

typedef struct informer_spec {
    const api_resource_t *resource; /* outlives the informer */
    str_t ns;                       /* empty: all */
    str_t label_selector, field_selector;
    store_form_t form;    /* other than STORE_WHOLE is asked for as PartialObjectMetadata */
    const str_t *indexes; /* label keys to look up by, at most STORE_MAX_INDEXES */
    size_t nindexes;
} informer_spec_t;

typedef struct informer_events {
    /* before NULL: added, after NULL: deleted. See store_change_fn. */
    void (*changed)(void *arg, informer_t *i, const store_entry_t *before, const store_entry_t *after);
    void (*synced)(void *arg, informer_t *i); /* the first list is complete; may be NULL */
} informer_events_t;

/* While a connection is lost and until each informer knows its server again, mutating requests wait (api_set_barrier);
 * those that waited while another server was found (one restarted empty) fail with ERR_CONFLICT, since they were made
 * of what is no longer so. */
informers_t *informers_create(api_t *api); /* NULL: out of memory. Becomes the api's observer */
void informers_destroy(informers_t *s);    /* with all its informers; before api_destroy */

/* Starts an informer, or gives the one that an equal spec (resource, namespace, selectors, form) started before, with
 * one more user. Indexes of a later user must be among the first one's. NULL when out of memory. */
informer_t *informer_start(informers_t *s, const informer_spec_t *spec, err_t *err);
/* One user less; the last one stops it. Handlers of other users stay. */
void informer_stop(informer_t *i);

/* Adds a handler; what is in the store already comes at once as added, and `synced` when it is. The handle removes it.
 * `ev` is copied. */
typedef struct informer_handler informer_handler_t;
informer_handler_t *informer_on(informer_t *i, const informer_events_t *ev, void *arg);
void informer_off(informer_handler_t *h);

bool informer_synced(const informer_t *i);
/* For fibers: parks until the first list is complete, at most ms (-1: the fiber's own deadline). False at once with the
 * server's refusal where it won't list this kind (403, 404); it is tried on, and a later wait may succeed. */
bool informer_wait(informer_t *i, int64_t ms, err_t *err);
bool informers_wait(informers_t *s, int64_t ms, err_t *err); /* all that were started */

/* Lookups: what they give is valid until the next park; whoever keeps a body longer takes blob_ref. */
const store_entry_t *informer_find(const informer_t *i, str_t ns, str_t name);
const store_entry_t *informer_find_key(const informer_t *i, str_t key); /* "ns/name" or "name" */
size_t informer_count(const informer_t *i);
const store_entry_t *informer_next(const informer_t *i, size_t *at);
const store_entry_t *informer_first(const informer_t *i, size_t index, str_t value);
const store_entry_t *informer_next_same(const store_entry_t *e, size_t index);
jv_t *informer_body(const store_entry_t *e, arena_t *a, err_t *err); /* = store_body */
/* Both at once: find and parse; NULL with ERR_NOTFOUND in the server's words where the store has none. */
jv_t *informer_get(const informer_t *i, str_t ns, str_t name, arena_t *a, err_t *err);

const api_resource_t *informer_resource(const informer_t *i);
store_t *informer_store(informer_t *i);
/* Relists now (tests, SIGHUP). */
void informer_relist(informer_t *i);

typedef struct informer_stats {
    uint64_t lists, watches, events, bookmarks, errors, bytes;
    store_stats_t store;
    str_t version; /* the last one seen */
} informer_stats_t;
informer_stats_t informer_stats(const informer_t *i);
informer_t *informers_next(const informers_t *s, size_t *at);

#endif
