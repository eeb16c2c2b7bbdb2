/* The store of one informer: the objects of one resource as the watch knows them, each an entry with its key, uid,
 * version, generation, the labels that are indexed, and its body as an immutable, reference-counted blob of bytes.
 *
 * Who wins. A watch's events come in order, so each replaces what is there, except where one of our own writes is
 * ahead of it: the answer to a write goes in at once (store_observe) and stays until the watch has caught up with it;
 * a deletion of ours leaves a tombstone until the watch confirms it. Versions are compared within one list's epoch and
 * one uid only; a relist replaces everything unconditionally (a server restarted empty counts from low versions),
 * but for writes that were answered after the list began and are newer than it. */
#ifndef KUBEAPI_STORE_H
#define KUBEAPI_STORE_H

#include "config/json/jv.h"
#include "kubeapi/name.h"
#include "kubeapi/scan.h"
#include "reactor/base/list.h"

/* ---- blobs ---- */
typedef struct blob {
    uint32_t refs, n;
    char p[];
} blob_t;
blob_t *blob_ref(blob_t *b);
void blob_release(blob_t *b); /* NULL is fine */

/* ---- entries ---- */
typedef struct store store_t;
typedef struct store_uid {
    uint64_t hi, lo;
} store_uid_t;
enum { STORE_MAX_INDEXES = 4 };

typedef struct store_entry {
    name_t *ns, *name;
    store_uid_t uid;  /* for comparison; the text is in the body */
    uint64_t version; /* resourceVersion as a number */
    int64_t generation;
    blob_t *body;   /* the object less managedFields, kind and apiVersion, … : read it with store_body */
    store_t *store; /* whose it is */
    store_uid_t owner;
    struct store_ahead *ahead; /* an own write that the watch has not confirmed; NULL: none */
    uint32_t seen;             /* relist mark */
    bool deleting : 1;         /* has a deletionTimestamp */
    bool finalizers : 1;       /* has finalizers */
    bool gone : 1;             /* a tombstone: not handed out by any lookup */
    struct store_index {
        name_t *value; /* of the indexed label; NULL: absent */
        struct store_entry *next, **at;
    } index[];
} store_entry_t;

static inline str_t entry_name(const store_entry_t *e) {
    return name_str(e->name);
}
static inline str_t entry_ns(const store_entry_t *e) {
    return name_str(e->ns);
}
/* The value of the i-th indexed label; p NULL: absent. */
static inline str_t entry_label(const store_entry_t *e, size_t i) {
    return e->index[i].value ? name_str(e->index[i].value) : STR_NONE;
}
/* "ns/name", or "name" for a cluster-scoped one: the form of keys in work queues. */
str_t entry_key(arena_t *a, const store_entry_t *e);
/* Cuts such a key. */
void key_cut(str_t key, str_t *ns, str_t *name);
store_uid_t store_uid(str_t text); /* a UUID as its number, any other text as a hash */
static inline bool store_uid_eq(store_uid_t a, store_uid_t b) {
    return a.hi == b.hi && a.lo == b.lo;
}

/* ---- the store ---- */
typedef enum store_form {
    STORE_WHOLE,    /* bodies less managedFields and last-applied-configuration */
    STORE_METADATA, /* bodies hold the metadata alone */
    STORE_KEYS,     /* no body: keys, versions, indexed labels */
} store_form_t;

typedef struct store_options {
    str_t api_version, kind; /* supplied to bodies */
    const str_t *indexes;    /* label keys, at most STORE_MAX_INDEXES */
    size_t nindexes;
    store_form_t form;
    int64_t (*clock)(void); /* loop_clock, or a test's */
} store_options_t;

/* What changed, called on the loop as it happens: before NULL: added; after NULL: deleted. `before` is a copy whose
 * body lives until the call returns. The callee doesn't change the store from inside. */
typedef void (*store_change_fn)(void *arg, const store_entry_t *before, const store_entry_t *after);

store_t *store_create(const store_options_t *o, store_change_fn fn, void *arg); /* copies; NULL: out of memory */
const scan_want_t *store_want(const store_t *s);                                /* for the scanner */
void store_destroy(store_t *s);                                                 /* without callbacks */

const store_entry_t *store_find(const store_t *s, str_t ns, str_t name);
size_t store_count(const store_t *s); /* tombstones not counted */
/* Iteration in no order: size_t i = 0; while ((e = store_next(s, &i))) … Nothing is added meanwhile. */
const store_entry_t *store_next(const store_t *s, size_t *i);
/* Those with a label value: e = store_first(s, i, value); e = store_next_same(e, i). */
const store_entry_t *store_first(const store_t *s, size_t index, str_t value);
const store_entry_t *store_next_same(const store_entry_t *e, size_t index);

/* The object parsed, with kind and apiVersion, in the arena. NULL with *err (ERR_UNSUPPORTED when no bodies are kept).
 */
jv_t *store_body(const store_entry_t *e, arena_t *a, err_t *err);
/* The same as JSON text. */
str_t store_text(const store_entry_t *e, arena_t *a);

/* ---- changes ---- */
/* A watch event (ADDED, MODIFIED, DELETED). False only when out of memory. */
bool store_apply(store_t *s, scan_type_t type, const scan_object_t *o, err_t *err);
/* The answer to our own write, and the deletion that happened at once (uid may be empty: whatever is there). */
bool store_observe(store_t *s, const scan_object_t *o, err_t *err);
bool store_observe_deleted(store_t *s, str_t ns, str_t name, str_t uid, err_t *err);
/* A relist: begin, each item, end with the list's version: what was not listed is deleted. Dropped by another begin. */
void store_relist_begin(store_t *s);
bool store_relist_item(store_t *s, const scan_object_t *o, err_t *err);
void store_relist_end(store_t *s, str_t version);
/* The watch has come to this version without an event (a bookmark). */
void store_progress(store_t *s, str_t version);
/* The loop_clock of the oldest own write that the watch has not confirmed yet; 0: none. */
int64_t store_oldest_ahead(const store_t *s);

typedef struct store_stats {
    size_t objects, tombstones, ahead;
    size_t body_bytes; /* of bodies */
    size_t bytes;      /* all, without the shared names */
    uint64_t added, updated, deleted, stale;
} store_stats_t;
store_stats_t store_stats(const store_t *s);

#endif
