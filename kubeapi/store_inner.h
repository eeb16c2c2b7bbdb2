/* The store's inside, for store.c alone. */
#ifndef KUBEAPI_STORE_INNER_H
#define KUBEAPI_STORE_INNER_H

#include "kubeapi/store.h"

struct store_ahead {
    link_t link;     /* oldest first */
    int64_t at;      /* clock */
    uint32_t relist; /* the relist during which it was; 0: none */
};

struct index_table {
    struct store_entry **heads;
    size_t cap, count;
};

struct store {
    store_form_t form;
    bool relisting;
    uint32_t relist;  /* number of the last one begun */
    uint64_t watched; /* the watch has come to this version of the epoch */
    store_entry_t **slots;
    size_t cap, used, objects, nahead, body_bytes;
    struct index_table indexes[STORE_MAX_INDEXES];
    size_t nindexes;
    name_t *labels[STORE_MAX_INDEXES], *api_version, *kind;
    str_t want_labels[STORE_MAX_INDEXES];
    scan_want_t want;
    store_change_fn fn;
    void *arg;
    int64_t (*clock)(void);
    link_t ahead;
    uint64_t added, updated, deleted, stale;
};

bool store_same_body(const store_t *s, const store_entry_t *e, const scan_object_t *o);

#endif
