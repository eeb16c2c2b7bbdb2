#include "kubeapi/informer.h"

#include "kubeapi/informer_inner.h"
#include "kubeapi/selector.h"
#include "reactor/base/mem.h"
#include "reactor/log.h"

enum {
    CHECK_MS = 15000,   /* how often unconfirmed own writes are looked at */
    CONFIRM_MS = 60000, /* the watch had its time: what it says then comes by a relist */
};

struct informer_handler {
    link_t link;
    informer_t *informer;
    informer_events_t ev;
    void *arg;
};

/* ---- the set ---- */

static void check_ahead(void *arg) {
    informers_t *s = arg;
    for (link_t *l = s->all.next; l != &s->all; l = l->next) {
        informer_t *i = LIST_OWNER(l, informer_t, link);
        int64_t oldest = store_oldest_ahead(i->store);
        if (oldest && !i->must_list && loop_clock() - oldest > CONFIRM_MS) {
            log_warn("Relisting, since the watch does not confirm a write", "resource", i->spec.resource->plural);
            informer_relist(i);
        }
    }
}

/* ---- suspicion ---- */

void informer_suspect(informer_t *i) {
    if (i->synced && !i->suspect_at)
        i->suspect_at = loop_clock();
}

void informer_trust(informer_t *i) {
    if (i->suspect_at)
        gate_open(&i->set->gate);
    i->suspect_at = 0;
}

static const informer_t *suspect(const informers_t *s) {
    for (link_t *l = s->all.next; l != &s->all; l = l->next) {
        const informer_t *i = LIST_OWNER(l, informer_t, link);
        if (i->suspect_at && !i->dead)
            return i;
    }
    return NULL;
}

static int64_t deadline_of(int64_t ms) {
    return ms < 0 ? INT64_MAX : loop_clock() + ms;
}

static bool wait_at(gate_t *g, int64_t deadline, err_t *err) {
    int64_t left = deadline - loop_clock();
    return gate_wait(g, deadline == INT64_MAX ? -1 : left > 0 ? left : 0, err);
}

static bool barrier(void *arg, int64_t ms, err_t *err) {
    informers_t *s = arg;
    const informer_t *i;
    uint64_t epoch = s->epoch;
    int64_t deadline = deadline_of(ms);
    while ((i = suspect(s))) {
        str_t plural = i->spec.resource->plural;
        if (!wait_at(&s->gate, deadline, err))
            return error_wrap(err, "while the watch of " STR_FMT " is interrupted", STR_ARG(plural));
    }
    return epoch == s->epoch || error_set(err, ERR_CONFLICT, "the API server is another than before");
}

/* ---- own writes ---- */

static bool concerns(const informer_t *i, const api_resource_t *r, str_t ns) {
    const api_resource_t *mine = i->spec.resource;
    return str_eq(mine->plural, r->plural) && str_eq(mine->group, r->group) && str_eq(mine->version, r->version) &&
           (!i->spec.ns.n || str_eq(i->spec.ns, ns));
}

static void say(const informer_t *i, err_t *err) {
    if (err->code)
        log_error("Failed to store an answer", "resource", i->spec.resource->plural, "err", error_text(err));
    error_release(err);
}

/* What the server answered to a write, as far as this informer selects it. */
static void observe_object(informer_t *i, const scan_object_t *o) {
    err_t err = ERROR_INIT;
    if (selector_matches(i->spec.label_selector, o->all_labels) &&
        selector_fields_match(i->spec.field_selector, o->ns, o->name))
        store_observe(i->store, o, &err);
    else
        store_observe_deleted(i->store, o->ns, o->name, o->uid, &err);
    say(i, &err);
}

/* A deletion is answered by a Status, or by the object: as it goes on while finalizers hold it (it has a
 * deletionTimestamp then), or as it last was. */
static void observe_deletion(informer_t *i, str_t ns, str_t name, const scan_object_t *o, str_t body) {
    err_t err = ERROR_INIT;
    if (str_eqc(o->kind, "Status")) {
        arena_t *a = arena_create();
        jv_t *status = a ? jv_parse(a, body, NULL) : NULL;
        if (str_eqc(jv_path_str(status, "status", NULL), "Success"))
            store_observe_deleted(i->store, ns, name, jv_path_str(status, "details", "uid", NULL), &err);
        arena_destroy(a);
    } else if (str_eq(o->kind, i->spec.resource->kind)) {
        if (o->deleting)
            store_observe(i->store, o, &err);
        else
            store_observe_deleted(i->store, ns, name, o->uid, &err);
    }
    say(i, &err);
}

static void observe(void *arg, api_verb_t verb, const api_resource_t *r, str_t ns, str_t name, str_t body) {
    informers_t *s = arg;
    for (link_t *l = s->all.next, *next; l != &s->all; l = next) {
        informer_t *i = LIST_OWNER(l, informer_t, link);
        scan_object_t o;
        next = l->next;
        if (!concerns(i, r, ns) || !scan_object(body, store_want(i->store), &o, NULL))
            continue;
        if (verb == API_DELETE)
            observe_deletion(i, ns, name, &o, body);
        else if (str_eq(o.kind, r->kind) && o.name.n) /* not the answer of a subresource with a kind of its own */
            observe_object(i, &o);
    }
}

informers_t *informers_create(api_t *api) {
    informers_t *s = mem_alloc(sizeof *s);
    if (!s)
        return NULL;
    s->api = api;
    list_init(&s->all);
    gate_init(&s->gate);
    s->timer = loop_timer_create(api_loop(api), LOOP_WORK, check_ahead, s);
    if (!s->timer) {
        mem_free(s);
        return NULL;
    }
    loop_timer_start(s->timer, CHECK_MS, true);
    api_set_observer(api, observe, s);
    api_set_barrier(api, barrier, s);
    return s;
}

static void informer_free(void *arg) {
    informer_t *i = arg;
    loop_task_cancel(&i->free_task);
    list_remove(&i->link);
    while (!list_empty(&i->handlers))
        informer_off(LIST_OWNER(i->handlers.next, informer_handler_t, link));
    if (i->timer) {
        informer_quit(i);
        loop_timer_destroy(i->timer);
    }
    scan_list_release(&i->list);
    scan_lines_release(&i->lines);
    mem_free(i->version);
    mem_free(i->cont);
    error_release(&i->refused);
    store_destroy(i->store);
    arena_destroy(i->mem);
    mem_free(i);
}

void informers_destroy(informers_t *s) {
    if (!s)
        return;
    api_set_observer(s->api, NULL, NULL);
    api_set_barrier(s->api, NULL, NULL);
    while (!list_empty(&s->all))
        informer_free(LIST_OWNER(s->all.next, informer_t, link));
    loop_timer_destroy(s->timer);
    mem_free(s);
}

informer_t *informers_next(const informers_t *s, size_t *at) {
    size_t n = 0;
    for (link_t *l = s->all.next; l != &s->all; l = l->next)
        if (n++ == *at) {
            ++*at;
            return LIST_OWNER(l, informer_t, link);
        }
    return NULL;
}

/* ---- one informer ---- */

static void changed(void *arg, const store_entry_t *before, const store_entry_t *after) {
    informer_t *i = arg;
    for (link_t *l = i->handlers.next, *next; l != &i->handlers; l = next) {
        informer_handler_t *h = LIST_OWNER(l, informer_handler_t, link);
        next = l->next;
        if (h->ev.changed)
            h->ev.changed(h->arg, i, before, after);
    }
}

void informer_ready(informer_t *i) {
    error_release(&i->refused);
    i->synced = true;
    for (link_t *l = i->handlers.next, *next; l != &i->handlers; l = next) {
        informer_handler_t *h = LIST_OWNER(l, informer_handler_t, link);
        next = l->next;
        if (h->ev.synced)
            h->ev.synced(h->arg, i);
    }
    gate_open(&i->set->gate);
}

static void run_again(void *arg) {
    informer_t *i = arg;
    if (!i->stream && !i->dead)
        informer_run(i);
}

static bool same_spec(const informer_t *i, const informer_spec_t *o) {
    const api_resource_t *a = i->spec.resource, *b = o->resource;
    if (!str_eq(a->plural, b->plural) || !str_eq(a->group, b->group) || !str_eq(a->version, b->version) ||
        !str_eq(i->spec.ns, o->ns) || !str_eq(i->spec.label_selector, o->label_selector) ||
        !str_eq(i->spec.field_selector, o->field_selector) || i->spec.form != o->form)
        return false;
    for (size_t k = 0; k < o->nindexes; k++)
        if (k >= i->spec.nindexes || !str_eq(i->spec.indexes[k], o->indexes[k]))
            return false;
    return true;
}

static void copy_spec(informer_t *i, const informer_spec_t *spec) {
    i->spec = *spec;
    i->spec.ns = arena_str(i->mem, spec->ns);
    i->spec.label_selector = arena_str(i->mem, spec->label_selector);
    i->spec.field_selector = arena_str(i->mem, spec->field_selector);
    str_t *indexes = arena_array(i->mem, str_t, spec->nindexes + 1);
    for (size_t k = 0; k < spec->nindexes; k++)
        indexes[k] = arena_str(i->mem, spec->indexes[k]);
    i->spec.indexes = indexes;
}

informer_t *informer_start(informers_t *s, const informer_spec_t *spec, err_t *err) {
    for (link_t *l = s->all.next; l != &s->all; l = l->next) {
        informer_t *i = LIST_OWNER(l, informer_t, link);
        if (!i->dead && same_spec(i, spec)) {
            i->users++;
            return i;
        }
    }
    informer_t *i = mem_alloc(sizeof *i);
    if (!i || !(i->mem = arena_create())) {
        mem_free(i);
        error_memory(err);
        return NULL;
    }
    i->set = s;
    i->users = 1;
    list_init(&i->handlers);
    list_append(&s->all, &i->link);
    loop_task_init(&i->free_task, informer_free, i);
    copy_spec(i, spec);
    store_options_t o = {.api_version = api_version_of(i->mem, spec->resource),
                         .kind = spec->resource->kind,
                         .indexes = i->spec.indexes,
                         .nindexes = spec->nindexes,
                         .form = spec->form,
                         .clock = loop_clock};
    i->store = store_create(&o, changed, i);
    i->timer = loop_timer_create(api_loop(s->api), LOOP_WORK, run_again, i);
    scan_list_init(&i->list, 0);
    scan_lines_init(&i->lines, 16 << 20);
    if (!i->store || !i->timer) {
        informer_free(i);
        error_memory(err);
        return NULL;
    }
    i->must_list = true;
    loop_timer_start(i->timer, 0, false);
    return i;
}

void informer_stop(informer_t *i) {
    if (--i->users)
        return;
    i->dead = true;
    informer_quit(i);
    gate_open(&i->set->gate); /* whoever waits for all of the set no longer waits for this one */
    loop_post(api_loop(i->set->api), &i->free_task);
}

void informer_relist(informer_t *i) {
    informer_quit(i);
    i->must_list = true;
    mem_free(i->cont);
    i->cont = NULL;
    loop_timer_start(i->timer, 0, false);
}

informer_handler_t *informer_on(informer_t *i, const informer_events_t *ev, void *arg) {
    informer_handler_t *h = mem_alloc(sizeof *h);
    if (!h)
        return NULL;
    *h = (informer_handler_t){.informer = i, .ev = *ev, .arg = arg};
    list_append(&i->handlers, &h->link);
    size_t at = 0;
    const store_entry_t *e;
    while (ev->changed && (e = store_next(i->store, &at)))
        ev->changed(arg, i, NULL, e);
    if (i->synced && ev->synced)
        ev->synced(arg, i);
    return h;
}

void informer_off(informer_handler_t *h) {
    list_remove(&h->link);
    mem_free(h);
}

/* ---- waiting ---- */

bool informer_synced(const informer_t *i) {
    return i->synced;
}

bool informer_wait(informer_t *i, int64_t ms, err_t *err) {
    int64_t deadline = deadline_of(ms);
    while (!i->synced) {
        if (i->refused.code)
            return error_set(err, i->refused.code, "%s", error_text(&i->refused));
        if (!wait_at(&i->set->gate, deadline, err))
            return error_wrap(err, "while waiting for the list of " STR_FMT, STR_ARG(i->spec.resource->plural));
    }
    return true;
}

static const informer_t *not_synced(const informers_t *s) {
    for (link_t *l = s->all.next; l != &s->all; l = l->next) {
        const informer_t *i = LIST_OWNER(l, informer_t, link);
        if (!i->synced && !i->dead)
            return i;
    }
    return NULL;
}

bool informers_wait(informers_t *s, int64_t ms, err_t *err) {
    int64_t deadline = deadline_of(ms);
    const informer_t *i;
    while ((i = not_synced(s))) {
        str_t plural = i->spec.resource->plural; /* the informer may be stopped meanwhile */
        if (!wait_at(&s->gate, deadline, err))
            return error_wrap(err, "while waiting for the list of " STR_FMT, STR_ARG(plural));
    }
    return true;
}

/* ---- lookups ---- */

const store_entry_t *informer_find(const informer_t *i, str_t ns, str_t name) {
    return store_find(i->store, ns, name);
}

const store_entry_t *informer_find_key(const informer_t *i, str_t key) {
    str_t ns, name;
    key_cut(key, &ns, &name);
    return store_find(i->store, ns, name);
}

size_t informer_count(const informer_t *i) {
    return store_count(i->store);
}

const store_entry_t *informer_next(const informer_t *i, size_t *at) {
    return store_next(i->store, at);
}

const store_entry_t *informer_first(const informer_t *i, size_t index, str_t value) {
    return store_first(i->store, index, value);
}

const store_entry_t *informer_next_same(const store_entry_t *e, size_t index) {
    return store_next_same(e, index);
}

jv_t *informer_body(const store_entry_t *e, arena_t *a, err_t *err) {
    return store_body(e, a, err);
}

jv_t *informer_get(const informer_t *i, str_t ns, str_t name, arena_t *a, err_t *err) {
    const store_entry_t *e = store_find(i->store, ns, name);
    const api_resource_t *r = i->spec.resource;
    if (e)
        return store_body(e, a, err);
    error_set(err, ERR_NOTFOUND, STR_FMT "%s" STR_FMT " \"" STR_FMT "\" not found", STR_ARG(r->plural),
              r->group.n ? "." : "", STR_ARG(r->group), STR_ARG(name));
    return NULL;
}

const api_resource_t *informer_resource(const informer_t *i) {
    return i->spec.resource;
}

store_t *informer_store(informer_t *i) {
    return i->store;
}

informer_stats_t informer_stats(const informer_t *i) {
    informer_stats_t out = i->stats;
    out.store = store_stats(i->store);
    out.version = str_c(i->version);
    return out;
}
