#include "kubeapi/events.h"

#include "kubeapi/gate.h"
#include "kubeapi/moment.h"
#include "reactor/base/mem.h"
#include "reactor/base/table.h"
#include "reactor/log.h"

#include <stdio.h>

enum {
    KNOWN_MOST = 1024,       /* events whose count may still grow; client-go keeps 4096 */
    SIMILAR_MOST = 10,       /* client-go: past it events of one object and reason are combined, */
    SIMILAR_MS = 600 * 1000, /* counted over ten minutes */
    REPEAT_MS = 5000,        /* a count is written at most so often (client-go: each time) */
    RETRY_MS = 2000,
    TRIES = 5,
    MESSAGE_MAX = 1024, /* the API server's limit */
};

static const api_resource_t events = {.version = STR("v1"),
                                      .plural = STR("events"),
                                      .kind = STR("Event"),
                                      .namespaced = true};

typedef struct event {
    link_t known; /* oldest use first */
    link_t dirty; /* to be written; or in no list */
    char *text;   /* all strings below */
    str_t key;    /* kind … message, in the table */
    str_t api_version, kind, ns, name, uid, version, reason;
    char *message;
    char object[280]; /* the Event's own name */
    bool warning, created;
    int count, tries;
    int64_t first_us, last_us, due;
} event_t;

/* How many different messages an object had of late for one reason. */
typedef struct group {
    str_t key; /* after the struct */
    int n;
    int64_t since;
} group_t;

struct recorder {
    api_t *api;
    char *component;
    table_t *by_key, *groups;
    link_t known, dirty;
    size_t nknown, ndirty;
    fiber_t *fiber;
    gate_t gate; /* for flush: opens when nothing is dirty */
    bool flushing, destroyed;
    event_t *sending;
    recorder_stats_t stats;
};

/* ---- events ---- */

static void event_free(recorder_t *r, event_t *e) {
    table_remove(r->by_key, e->key);
    list_remove(&e->known);
    r->nknown--;
    if (!list_empty(&e->dirty)) {
        list_remove(&e->dirty);
        r->ndirty--;
    }
    mem_free(e->text);
    mem_free(e->message);
    mem_free(e);
}

static str_t put(char **to, str_t s) {
    str_t out = str_n(*to, s.n);
    memcpy(*to, s.p ? s.p : "", s.n);
    *to += s.n;
    *(*to)++ = '\n';
    return out;
}

static event_t *event_new(recorder_t *r, const recorder_object_t *o, bool warning, str_t reason, str_t key) {
    event_t *e = mem_alloc(sizeof *e);
    size_t n = key.n + o->api_version.n + o->kind.n + o->ns.n + o->name.n + o->uid.n + o->resource_version.n + reason.n;
    if (!e || !(e->text = mem_alloc(n + 8))) {
        mem_free(e);
        return NULL;
    }
    char *to = e->text;
    e->key = put(&to, key);
    e->api_version = put(&to, o->api_version);
    e->kind = put(&to, o->kind);
    e->ns = put(&to, o->ns);
    e->name = put(&to, o->name);
    e->uid = put(&to, o->uid);
    e->version = put(&to, o->resource_version);
    e->reason = put(&to, reason);
    e->warning = warning;
    e->first_us = moment_now();
    list_init(&e->dirty);
    list_append(&r->known, &e->known);
    r->nknown++;
    if (!table_put(r->by_key, e->key, e, NULL)) {
        event_free(r, e);
        return NULL;
    }
    return e;
}

/* Forgets the event that was used longest ago, one that needn't be written if there is one. */
static void make_room(recorder_t *r) {
    event_t *oldest = NULL;
    if (r->nknown < KNOWN_MOST)
        return;
    for (link_t *l = r->known.next; l != &r->known; l = l->next) {
        event_t *e = LIST_OWNER(l, event_t, known);
        if (e == r->sending)
            continue;
        if (!oldest)
            oldest = e;
        if (list_empty(&e->dirty)) {
            event_free(r, e);
            return;
        }
    }
    r->stats.dropped++;
    event_free(r, oldest);
}

/* ---- writing ---- */

static jv_t *text_value(arena_t *a, str_t s) {
    return jv_string(a, arena_str(a, s));
}

static jv_t *time_value(arena_t *a, int64_t us) {
    char text[MOMENT_MAX];
    return text_value(a, moment_time(us, text));
}

static void set_text(arena_t *a, jv_t *o, const char *key, str_t s) {
    if (s.n)
        jv_setc(a, o, key, text_value(a, s));
}

static str_t ns_of(const event_t *e) {
    return e->ns.n ? e->ns : STR("default");
}

static jv_t *event_body(const recorder_t *r, const event_t *e, arena_t *a) {
    jv_t *v = jv_object(a), *about = jv_object(a);
    jv_set_path(a, v, text_value(a, str_c(e->object)), "metadata", "name", NULL);
    jv_set_path(a, v, text_value(a, ns_of(e)), "metadata", "namespace", NULL);
    set_text(a, about, "kind", e->kind);
    set_text(a, about, "namespace", e->ns);
    set_text(a, about, "name", e->name);
    set_text(a, about, "uid", e->uid);
    set_text(a, about, "apiVersion", e->api_version);
    set_text(a, about, "resourceVersion", e->version);
    jv_setc(a, v, "involvedObject", about);
    set_text(a, v, "reason", e->reason);
    set_text(a, v, "message", str_c(e->message));
    jv_set_path(a, v, text_value(a, str_c(r->component)), "source", "component", NULL);
    jv_setc(a, v, "firstTimestamp", time_value(a, e->first_us));
    jv_setc(a, v, "lastTimestamp", time_value(a, e->last_us));
    jv_setc(a, v, "count", jv_int(a, e->count));
    jv_setc(a, v, "type", jv_string(a, e->warning ? STR("Warning") : STR("Normal")));
    jv_setc(a, v, "eventTime", jv_null(a));
    jv_setc(a, v, "reportingComponent", text_value(a, str_c(r->component)));
    jv_setc(a, v, "reportingInstance", jv_string(a, STR("")));
    return v;
}

static bool create(recorder_t *r, event_t *e, arena_t *a, err_t *err) {
    static const api_options_t o = {.background = true, .no_observe = true};
    snprintf(e->object, sizeof e->object, "%.*s.%llx", (int)(e->name.n < 250 ? e->name.n : 250), e->name.p,
             (unsigned long long)(moment_now() * 1000 + r->stats.created % 1000)); /* client-go: nanoseconds */
    if (!api_create_object(r->api, &events, ns_of(e), event_body(r, e, a), &o, a, err))
        return false;
    e->created = true;
    r->stats.created++;
    return true;
}

static bool write_count(recorder_t *r, event_t *e, arena_t *a, err_t *err) {
    static const api_options_t o = {.background = true, .no_observe = true};
    jv_t *v = jv_object(a);
    jv_setc(a, v, "count", jv_int(a, e->count));
    jv_setc(a, v, "lastTimestamp", time_value(a, e->last_us));
    jv_setc(a, v, "message", text_value(a, str_c(e->message)));
    if (api_patch(r->api, &events, ns_of(e), str_c(e->object), API_PATCH_STRATEGIC, v, &o, a, err)) {
        r->stats.patched++;
        return true;
    }
    if (err->code != ERR_NOTFOUND)
        return false;
    error_release(err); /* the server forgets events after an hour */
    return create(r, e, a, err);
}

/* Writes one event; what the server refuses is given up, what didn't reach it is tried again. */
static void write_event(recorder_t *r, event_t *e) {
    err_t err = ERROR_INIT;
    arena_t *a = arena_create();
    list_remove(&e->dirty);
    r->ndirty--;
    int count = e->count;
    r->sending = e;
    bool ok = a && (e->created ? write_count(r, e, a, &err) : create(r, e, a, &err));
    r->sending = NULL;
    arena_destroy(a);
    bool away = err.code == ERR_IO || err.code == ERR_TIMEOUT || err.code == ERR_SERVER;
    if (ok || !away || ++e->tries >= TRIES || r->destroyed) {
        e->tries = 0;
        if (!ok && !r->destroyed) {
            r->stats.failed++;
            log_v(1, "Failed to record an event", "reason", e->reason, "name", e->name, "err", error_text(&err));
        }
    } else {
        count = -1;
    }
    e->due = loop_clock() + (ok ? REPEAT_MS : RETRY_MS);
    if ((count < 0 || (ok && e->count != count)) && list_empty(&e->dirty)) {
        list_append(&r->dirty, &e->dirty);
        r->ndirty++;
    }
    error_release(&err);
}

/* The first that is due; else NULL and the time until one is. */
static event_t *next_due(recorder_t *r, int64_t *wait) {
    int64_t now = loop_clock();
    *wait = -1;
    for (link_t *l = r->dirty.next; l != &r->dirty; l = l->next) {
        event_t *e = LIST_OWNER(l, event_t, dirty);
        if (e->due <= now || (r->flushing && !e->tries))
            return e;
        if (*wait < 0 || e->due - now < *wait)
            *wait = e->due - now;
    }
    return NULL;
}

static void work(void *arg) {
    recorder_t *r = arg;
    while (!r->destroyed) {
        int64_t wait;
        event_t *e = next_due(r, &wait);
        if (e) {
            write_event(r, e);
            continue;
        }
        if (list_empty(&r->dirty))
            gate_open(&r->gate);
        err_t err = ERROR_INIT;
        bool ok = fiber_park(wait, &err) || err.code == ERR_TIMEOUT;
        error_release(&err);
        if (!ok)
            break;
    }
}

/* ---- the recorder ---- */

static void free_all(recorder_t *r) {
    str_t key;
    void *value;
    size_t i = 0;
    while (!list_empty(&r->known))
        event_free(r, LIST_OWNER(r->known.next, event_t, known));
    while (r->groups && table_next(r->groups, &i, &key, &value))
        mem_free(value);
    table_destroy(r->groups);
    table_destroy(r->by_key);
    mem_free(r->component);
    mem_free(r);
}

static void ended(void *arg) {
    recorder_t *r = arg;
    r->fiber = NULL;
    if (r->destroyed)
        free_all(r);
}

recorder_t *recorder_create(api_t *api, str_t component) {
    recorder_t *r = mem_alloc(sizeof *r);
    if (!r)
        return NULL;
    r->api = api;
    list_init(&r->known);
    list_init(&r->dirty);
    gate_init(&r->gate);
    r->component = mem_strndup(component.p, component.n);
    r->by_key = table_create();
    r->groups = table_create();
    if (r->component && r->by_key && r->groups)
        r->fiber = fiber_start(api_loop(api), "events", work, r, ended, r);
    if (r->fiber)
        return r;
    free_all(r);
    return NULL;
}

void recorder_destroy(recorder_t *r) {
    if (!r)
        return;
    r->destroyed = true;
    if (r->fiber)
        fiber_cancel(r->fiber); /* freed when it has ended */
    else
        free_all(r);
}

bool recorder_flush(recorder_t *r, int64_t ms, err_t *err) {
    int64_t deadline = loop_clock() + ms;
    bool ok = true;
    r->flushing = true;
    while (ok && r->fiber && (!list_empty(&r->dirty) || r->sending)) {
        int64_t left = deadline - loop_clock();
        fiber_wake(r->fiber);
        ok = left > 0 ? gate_wait(&r->gate, left, err)
                      : error_set(err, ERR_TIMEOUT, "%zu events are not written", r->ndirty);
    }
    r->flushing = false;
    return ok;
}

/* ---- recording ---- */

/* Counts a message that is new; true when the object has had too many of them. */
static bool too_similar(recorder_t *r, str_t key) {
    group_t *g = table_get(r->groups, key);
    int64_t now = loop_clock();
    if (!g && table_count(r->groups) >= KNOWN_MOST) { /* all of them old or not: counting begins anew */
        str_t k;
        void *v;
        for (size_t i = 0; table_next(r->groups, &i, &k, &v);)
            mem_free(v);
        table_clear(r->groups);
    }
    if (!g) {
        g = mem_alloc(sizeof *g + key.n);
        if (!g)
            return false;
        memcpy(g + 1, key.p, key.n);
        g->key = str_n((char *)(g + 1), key.n);
        if (!table_put(r->groups, g->key, g, NULL)) {
            mem_free(g);
            return false;
        }
    }
    if (!g->n || now - g->since > SIMILAR_MS)
        *g = (group_t){.key = g->key, .since = now};
    return ++g->n > SIMILAR_MOST;
}

static void set_message(event_t *e, bool combined, str_t message) {
    buf_t b;
    buf_init(&b);
    if (combined)
        buf_addc(&b, "(combined from similar events): ");
    buf_add(&b, message);
    if (b.n > MESSAGE_MAX) {
        b.n = MESSAGE_MAX;
        while (b.n && ((unsigned char)b.p[b.n] & 0xc0) == 0x80)
            b.n--;
    }
    char *text = buf_take(&b);
    if (!text)
        return;
    mem_free(e->message);
    e->message = text;
}

static void record(recorder_t *r, const recorder_object_t *o, bool warning, str_t reason, str_t message, buf_t *key) {
    buf_printf(key, STR_FMT "\n" STR_FMT "\n" STR_FMT "\n" STR_FMT "\n%c\n" STR_FMT, STR_ARG(o->kind), STR_ARG(o->ns),
               STR_ARG(o->name), STR_ARG(o->uid), warning ? 'W' : 'N', STR_ARG(reason));
    size_t group = key->n;
    buf_char(key, '\n');
    buf_add(key, message);
    if (buf_failed(key))
        return;
    event_t *e = table_get(r->by_key, buf_str(key));
    bool combined = !e && too_similar(r, str_sub(buf_str(key), 0, group));
    if (combined) {
        key->n = group;
        e = table_get(r->by_key, buf_str(key));
    }
    if (!e) {
        make_room(r);
        e = event_new(r, o, warning, reason, buf_str(key));
    }
    if (!e) {
        r->stats.dropped++;
        return;
    }
    if (combined || !e->message)
        set_message(e, combined, message);
    e->count++;
    e->last_us = moment_now();
    list_remove(&e->known);
    list_append(&r->known, &e->known);
    if (list_empty(&e->dirty) && e != r->sending) {
        list_append(&r->dirty, &e->dirty);
        r->ndirty++;
        if (r->fiber)
            fiber_wake(r->fiber);
    }
}

void recorder_event(recorder_t *r, const recorder_object_t *o, bool warning, str_t reason, str_t message) {
    buf_t key;
    buf_init(&key);
    record(r, o, warning, reason, message, &key);
    buf_release(&key);
}

void recorder_object_of(const jv_t *object, recorder_object_t *o) {
    *o = (recorder_object_t){.api_version = jv_str(jv_getc(object, "apiVersion")),
                             .kind = jv_str(jv_getc(object, "kind")),
                             .ns = jv_path_str(object, "metadata", "namespace", NULL),
                             .name = jv_path_str(object, "metadata", "name", NULL),
                             .uid = jv_path_str(object, "metadata", "uid", NULL),
                             .resource_version = jv_path_str(object, "metadata", "resourceVersion", NULL)};
}

void recorder_eventf(recorder_t *r, const jv_t *object, bool warning, const char *reason, const char *fmt, ...) {
    char text[2 * MESSAGE_MAX];
    recorder_object_t o;
    va_list ap;
    va_start(ap, fmt);
    vsnprintf(text, sizeof text, fmt, ap);
    va_end(ap);
    recorder_object_of(object, &o);
    recorder_event(r, &o, warning, str_c(reason), str_c(text));
}

recorder_stats_t recorder_stats(const recorder_t *r) {
    recorder_stats_t out = r->stats;
    out.waiting = r->ndirty;
    out.known = r->nknown;
    return out;
}
