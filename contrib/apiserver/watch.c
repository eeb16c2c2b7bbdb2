#include "contrib/apiserver/watch.h"

#include "contrib/apiserver/need.h"
#include "contrib/apiserver/output.h"
#include "contrib/apiserver/read.h"

#include "contrib/apiserver/state.h"
#include "contrib/apiserver/tables.h"
#include "reactor/base/base64.h"
#include "reactor/base/mem.h"

/* kube-apiserver sends a bookmark about once a minute, and ends watches after 30 to 60 minutes. */
enum { BOOKMARK_MS = 60 * 1000, LIFE_MS = 40 * 60 * 1000 };

struct apiserver_watch {
    link_t link;
    apiserver_t *server;
    const resource_t *resource;
    arena_t *arena; /* holds the selection */
    arena_t *scratch;
    selection_t selection;
    str_t ns;
    output_t output;
    bool bookmarks, headed, attached, over;
    bool include; /* rows of tables carry metadata */
    int64_t ends_at, bookmark_at;
    buf_t pending; /* before attachment */
    apiserver_watch_events_t events;
    void *arg;
};

static void watch_free(apiserver_watch_t *w) {
    list_remove(&w->link);
    buf_release(&w->pending);
    arena_destroy(w->scratch);
    arena_destroy(w->arena);
    mem_free(w);
}

static void deliver(apiserver_watch_t *w, str_t line) {
    if (w->attached)
        w->events.line(w->arg, line);
    else
        buf_add(&w->pending, line);
}

static void finish(apiserver_watch_t *w) {
    if (!w->attached) {
        w->over = true; /* told at attachment */
        list_remove(&w->link);
        return;
    }
    void (*closed)(void *) = w->events.closed;
    void *arg = w->arg;
    watch_free(w);
    closed(arg);
}

static void send_value(apiserver_watch_t *w, const char *type, const jv_t *v) {
    buf_t b;
    buf_init_arena(&b, w->scratch);
    buf_printf(&b, "{\"type\":\"%s\",\"object\":", type);
    jv_write(&b, v);
    buf_addc(&b, "}\n");
    deliver(w, buf_str(&b));
}

/* Tables have their columns in the first event only. */
static void write_table(apiserver_watch_t *w, buf_t *b, const object_t *o) {
    arena_t *a = w->scratch;
    buf_t text;
    buf_init_arena(&text, a);
    output_write(a, &text, w->resource, OUTPUT_TABLE, o, w->include);
    if (w->headed) {
        jv_t *t = jv_parse(a, buf_str(&text), NULL);
        jv_setc(a, t, "columnDefinitions", jv_null(a));
        jv_write(b, t);
    } else {
        buf_add(b, buf_str(&text));
    }
    w->headed = true;
}

static void send_object(apiserver_watch_t *w, const char *type, const object_t *o) {
    buf_t b;
    buf_init_arena(&b, w->scratch);
    buf_printf(&b, "{\"type\":\"%s\",\"object\":", type);
    if (w->output == OUTPUT_TABLE)
        write_table(w, &b, o);
    else
        output_write(w->scratch, &b, w->resource, w->output, o, w->include);
    buf_addc(&b, "}\n");
    deliver(w, buf_str(&b));
    arena_reset(w->scratch);
}

/* An object that left the selection: its last selected state, with the version of the event. */
static void send_left(apiserver_watch_t *w, const object_t *before, uint64_t version) {
    arena_t *a = w->scratch;
    jv_t *v = object_value(a, before);
    jv_set_path(a, v, jv_stringf(a, "%llu", (unsigned long long)version), "metadata", "resourceVersion", NULL);
    object_t shown = *before;
    shown.text = jv_text(a, v);
    send_object(w, "DELETED", &shown);
}

static void show(apiserver_watch_t *w, const event_t *e) {
    if (e->store != w->resource->store)
        return;
    const object_t *any = e->now ? e->now : e->before;
    if (w->ns.n && !str_eq(any->ns, w->ns))
        return;
    if (w->selection.name.n && !str_eq(any->name, w->selection.name))
        return;
    bool before = e->before && selection_matches(&w->selection, e->before);
    bool now = e->now && selection_matches(&w->selection, e->now);
    if (now)
        send_object(w, before ? "MODIFIED" : "ADDED", e->now);
    else if (before && e->now)
        send_left(w, e->before, e->version);
    else if (before)
        send_object(w, "DELETED", e->before);
}

/* The list that the initial events stand for, empty, as Go writes it. */
static str_t blueprint(arena_t *a, const apiserver_watch_t *w) {
    const resource_t *r = w->resource;
    bool metadata = w->output == OUTPUT_METADATA;
    str_t kind = metadata ? STR("PartialObjectMetadataList") : r->list_kind;
    str_t version = metadata ? STR("meta.k8s.io/v1") : r->api_version;
    buf_t b, out;
    buf_init_arena(&b, a);
    buf_init_arena(&out, a);
    if (r->crd && !metadata)
        buf_printf(&b, "{\"apiVersion\":\"" STR_FMT "\",\"items\":[],\"kind\":\"" STR_FMT "\"}\n", STR_ARG(version),
                   STR_ARG(kind));
    else
        buf_printf(&b, "{\"kind\":\"" STR_FMT "\",\"apiVersion\":\"" STR_FMT "\",\"metadata\":{},\"items\":null}\n",
                   STR_ARG(kind), STR_ARG(version));
    base64_encode(&out, buf_str(&b), BASE64_STD);
    return buf_str(&out);
}

/* The server's own types have replicas that are always there, which shows where an object is empty. */
static jv_t *empty_object(arena_t *a, const resource_t *r, jv_t *v) {
    static const char *const counted[] = {"deployments.apps", "replicasets.apps", "statefulsets.apps"};
    v = wire_decode(a, r->type, v, NULL, NULL);
    for (size_t i = 0; i < 3; i++)
        if (str_eqc(r->group_resource, counted[i]))
            jv_set_path(a, v, jv_int(a, 0), "spec", "replicas", NULL);
    return v;
}

static void send_bookmark(apiserver_watch_t *w, bool initial) {
    arena_t *a = w->scratch;
    const resource_t *r = w->resource;
    jv_t *v = jv_object(a), *meta = jv_object(a);
    jv_setc(a, meta, "resourceVersion", jv_stringf(a, "%llu", (unsigned long long)storage_version(w->server->storage)));
    if (initial) {
        jv_t *notes = jv_object(a);
        jv_setc(a, notes, "k8s.io/initial-events-end", jv_string(a, STR("true")));
        jv_setc(a, notes, "kubernetes.io/initial-events-list-blueprint", jv_string(a, blueprint(a, w)));
        jv_setc(a, meta, "annotations", notes);
    }
    jv_setc(a, v, "metadata", meta);
    if (!r->crd)
        v = empty_object(a, r, v);
    jv_setc(a, v, "kind", jv_string(a, r->kind));
    jv_setc(a, v, "apiVersion", jv_string(a, r->api_version));
    if (w->output == OUTPUT_METADATA)
        v = table_metadata(a, v);
    else if (w->output == OUTPUT_TABLE) {
        jv_t *t = table_value(a, r, NULL, 0, STR("None"));
        jv_set_path(a, t, jv_path(meta, "resourceVersion", NULL), "metadata", "resourceVersion", NULL);
        v = t;
    }
    send_value(w, "BOOKMARK", v);
    arena_reset(w->scratch);
}

/* ---- starting ---- */

static bool check_options(call_t *c) {
    fields_t f = {.arena = c->arena};
    str_t match = call_param(c, "resourceVersionMatch");
    if (call_has_param(c, "sendInitialEvents") && !str_eqc(match, "NotOlderThan"))
        fields_forbidden(&f, STR("resourceVersionMatch"),
                         "sendInitialEvents requires setting resourceVersionMatch to NotOlderThan");
    if (match.n && !call_has_param(c, "sendInitialEvents"))
        fields_forbidden(&f, STR("resourceVersionMatch"),
                         "resourceVersionMatch is forbidden for watch unless sendInitialEvents is provided");
    if (match.n && !str_eqc(match, "NotOlderThan"))
        fields_not_supported(&f, STR("resourceVersionMatch"), jv_string(c->arena, match), "NotOlderThan");
    return !f.n || call_invalid(c, STR("meta.k8s.io"), STR("ListOptions"), STR_NONE, &f);
}

static void send_state(apiserver_watch_t *w) {
    const store_t *s = w->resource->store;
    for (size_t i = store_lower(s, w->ns, STR_NONE); i < s->n; i++) {
        if (w->ns.n && !str_eq(s->items[i]->ns, w->ns))
            break;
        if (selection_matches(&w->selection, s->items[i]))
            send_object(w, "ADDED", s->items[i]);
    }
}

static void send_past(apiserver_watch_t *w, uint64_t version) {
    const storage_t *s = w->server->storage;
    size_t i;
    if (!storage_since(s, version, &i)) {
        arena_t *a = w->scratch;
        send_value(w, "ERROR",
                   status_value(a, 410, "Expired",
                                arena_printf(a, "too old resource version: %llu (%llu)", (unsigned long long)version,
                                             (unsigned long long)storage_version(s)),
                                NULL));
        finish(w);
        return;
    }
    for (const event_t *e; (e = storage_event(s, i)); i++)
        show(w, e);
}

static apiserver_watch_t *create(call_t *c) {
    apiserver_watch_t *w = need(mem_alloc(sizeof *w));
    w->arena = need(arena_create());
    w->scratch = need(arena_create());
    w->server = c->server;
    w->resource = c->resource;
    w->ns = arena_str(w->arena, c->ns);
    w->output = c->output;
    w->bookmarks = call_flag(c, "allowWatchBookmarks");
    w->include = !str_eqc(call_param(c, "includeObject"), "None");
    buf_init(&w->pending);
    int64_t seconds = 0;
    if (!str_int(call_param(c, "timeoutSeconds"), &seconds) || seconds <= 0)
        seconds = LIFE_MS / 1000;
    w->ends_at = c->server->now_ms + (seconds > 86400 ? 86400 : seconds) * 1000;
    w->bookmark_at = c->server->now_ms + BOOKMARK_MS;
    /* The selection again, in memory of the watch's own life. */
    selector_parse(w->arena, arena_str(w->arena, call_param(c, "labelSelector")), &w->selection.labels, NULL);
    field_selector_parse(w->arena, c->resource, arena_str(w->arena, call_param(c, "fieldSelector")),
                         &w->selection.fields, NULL);
    for (size_t i = 0; i < w->selection.fields.n; i++)
        if (w->selection.fields.items[i].equal && str_eqc(w->selection.fields.items[i].key, "metadata.name"))
            w->selection.name = w->selection.fields.items[i].value;
    list_append(&c->server->watches, &w->link);
    return w;
}

void watch_start(call_t *c) {
    selection_t checked;
    str_t rv = call_param(c, "resourceVersion");
    int64_t version = 0;
    bool initial = call_flag(c, "sendInitialEvents");
    if (!check_options(c) || !read_selection(c, &checked))
        return;
    if (rv.n && (!str_int(rv, &version) || version < 0)) {
        call_internal(c, arena_printf(c->arena,
                                      "resourceVersion: Invalid value: " STR_FMT ": strconv.ParseUint: parsing " STR_FMT
                                      ": invalid syntax",
                                      STR_ARG(fields_quote(c->arena, rv)), STR_ARG(fields_quote(c->arena, rv))));
        return;
    }
    apiserver_watch_t *w = create(c);
    c->reply->status = 200;
    c->reply->content_type = "application/json";
    c->reply->watch = w;
    if (initial || (version == 0 && !call_has_param(c, "sendInitialEvents"))) {
        send_state(w);
        if (initial && w->bookmarks)
            send_bookmark(w, true);
    } else if (version > 0) {
        send_past(w, (uint64_t)version);
    }
}

/* ---- living ---- */

void watch_notify(apiserver_t *s, const event_t *e) {
    for (link_t *l = s->watches.next, *after; l != &s->watches; l = after) {
        after = l->next;
        show(LIST_OWNER(l, apiserver_watch_t, link), e);
    }
}

void watch_tick(apiserver_t *s) {
    for (link_t *l = s->watches.next, *after; l != &s->watches; l = after) {
        after = l->next;
        apiserver_watch_t *w = LIST_OWNER(l, apiserver_watch_t, link);
        bool ends = w->ends_at <= s->now_ms;
        if (w->bookmarks && (ends || w->bookmark_at <= s->now_ms)) {
            w->bookmark_at = s->now_ms + BOOKMARK_MS;
            send_bookmark(w, false);
        }
        if (ends)
            finish(w);
    }
}

void watch_end(apiserver_t *s, const resource_t *r) {
    for (link_t *l = s->watches.next, *after; l != &s->watches; l = after) {
        after = l->next;
        apiserver_watch_t *w = LIST_OWNER(l, apiserver_watch_t, link);
        if (!r || w->resource == r)
            finish(w);
    }
}

void apiserver_watch_attach(apiserver_watch_t *w, const apiserver_watch_events_t *ev, void *arg) {
    w->events = *ev;
    w->arg = arg;
    w->attached = true;
    buf_t first = w->pending;
    buf_init(&w->pending);
    bool over = w->over;
    if (first.n)
        ev->line(arg, buf_str(&first));
    buf_release(&first);
    if (over)
        finish(w);
}

void apiserver_watch_close(apiserver_watch_t *w) {
    watch_free(w);
}
