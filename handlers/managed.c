#include "handlers/managed.h"

#include "handlers/names.h"
#include "reactor/base/mem.h"

enum { SYNC_MS = 30000 };

/* The indexed labels, in this order. */
enum { BY_NAME, BY_NAMESPACE };
static const str_t indexes[] = {{LABEL_APP_NAME, sizeof LABEL_APP_NAME - 1},
                                {LABEL_APP_NAMESPACE, sizeof LABEL_APP_NAMESPACE - 1}};

typedef struct kind {
    struct kind *next;
    const api_resource_t *resource;
    informer_t *informer;
    informer_handler_t *handler;
} kind_t;

struct managed {
    informers_t *informers;
    mapping_t *mapping;
    managed_fn changed;
    void *arg;
    kind_t *kinds;
};

managed_t *managed_create(informers_t *informers, mapping_t *mapping, managed_fn changed, void *arg) {
    managed_t *m = mem_alloc(sizeof *m);
    if (m)
        *m = (managed_t){.informers = informers, .mapping = mapping, .changed = changed, .arg = arg};
    return m;
}

void managed_destroy(managed_t *m) {
    if (!m)
        return;
    for (kind_t *k = m->kinds, *next; k; k = next) {
        next = k->next;
        informer_off(k->handler);
        informer_stop(k->informer);
        mem_free(k);
    }
    mem_free(m);
}

static void on_change(void *arg, informer_t *i, const store_entry_t *before, const store_entry_t *after) {
    (void)i;
    managed_t *m = arg;
    if (!before && after->ahead)
        return; /* our own creation. After a change of ours there may be one of somebody else's below it: looked at
                   again */
    const store_entry_t *e = after ? after : before;
    str_t name = entry_label(e, BY_NAME), ns = entry_label(e, BY_NAMESPACE);
    if (name.n && ns.n)
        m->changed(m->arg, ns, name);
}

static kind_t *find_kind(managed_t *m, const api_resource_t *r) {
    for (kind_t *k = m->kinds; k; k = k->next)
        if (k->resource == r)
            return k;
    return NULL;
}

static kind_t *start(managed_t *m, const api_resource_t *r, err_t *err) {
    kind_t *k = mem_alloc(sizeof *k);
    if (!k) {
        error_memory(err);
        return NULL;
    }
    const informer_spec_t spec = {.resource = r,
                                  .label_selector = STR(LABEL_APP_NAME),
                                  .form = STORE_WHOLE,
                                  .indexes = indexes,
                                  .nindexes = sizeof indexes / sizeof *indexes};
    k->resource = r;
    k->informer = informer_start(m->informers, &spec, err);
    if (!k->informer) {
        mem_free(k);
        return NULL;
    }
    k->handler = informer_on(k->informer, &(informer_events_t){.changed = on_change}, m);
    k->next = m->kinds;
    m->kinds = k;
    return k;
}

const api_resource_t *managed_kind(managed_t *m, str_t api_version, str_t kind, err_t *err) {
    const api_resource_t *r = mapping_find(m->mapping, api_version, kind, err);
    if (!r)
        return NULL;
    kind_t *k = find_kind(m, r);
    if (!k && !(k = start(m, r, err)))
        return NULL;
    return informer_wait(k->informer, SYNC_MS, err) ? r : NULL;
}

const store_entry_t *managed_find(managed_t *m, const api_resource_t *r, str_t ns, str_t name) {
    kind_t *k = find_kind(m, r);
    return k ? informer_find(k->informer, r->namespaced ? ns : STR_NONE, name) : NULL;
}

jv_t *managed_get(managed_t *m, const api_resource_t *r, str_t ns, str_t name, arena_t *a, err_t *err) {
    const store_entry_t *e = managed_find(m, r, ns, name);
    return e ? informer_body(e, a, err) : NULL;
}

void managed_gone(managed_t *m, const api_resource_t *r, str_t ns, str_t name) {
    kind_t *k = find_kind(m, r);
    if (k) /* out of memory here only means that the next watch event tells it */
        store_observe_deleted(informer_store(k->informer), r->namespaced ? ns : STR_NONE, name, STR_NONE, NULL);
}
