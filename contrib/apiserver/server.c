#include "contrib/apiserver/server.h"

#include "contrib/apiserver/agenda.h"
#include "contrib/apiserver/auth.h"
#include "contrib/apiserver/body.h"
#include "contrib/apiserver/counts.h"
#include "contrib/apiserver/delete.h"
#include "contrib/apiserver/discovery.h"
#include "contrib/apiserver/gc.h"
#include "contrib/apiserver/kubelet.h"
#include "contrib/apiserver/namespaces.h"
#include "contrib/apiserver/openapi.h"
#include "contrib/apiserver/output.h"
#include "contrib/apiserver/patching.h"
#include "contrib/apiserver/read.h"
#include "contrib/apiserver/reviews.h"
#include "contrib/apiserver/scale.h"
#include "contrib/apiserver/state.h"
#include "contrib/apiserver/write.h"
#include "reactor/base/mem.h"

#include <sys/random.h>

enum { WINDOW = 10000 };

/* ---- life ---- */

static void on_event(void *arg, const event_t *e) {
    apiserver_t *s = arg;
    watch_notify(s, e);
    gc_event(s, e);
    crd_event(s, e);
    namespace_event(s, e);
    if (s->kubelet)
        kubelet_event(s, e);
}

apiserver_t *apiserver_create(const apiserver_options_t *o, err_t *err) {
    apiserver_t *s = mem_alloc(sizeof *s);
    if (!s || !(s->arena = arena_create()) || !(s->by_path = table_create()) ||
        !(s->token = mem_strndup(o->token.p ? o->token.p : "", o->token.n))) {
        error_memory(err);
        return NULL;
    }
    list_init(&s->watches);
    if (getrandom(&s->seed, sizeof s->seed, 0) != (ssize_t)sizeof s->seed)
        s->seed = 88172645463325252u;
    s->seed |= 1;
    s->storage = storage_create(o->window ? o->window : WINDOW, on_event, s);
    s->agenda = agenda_create();
    s->gc = gc_create();
    s->crds = crds_create();
    s->counts = counts_create();
    if (o->kubelet)
        s->kubelet = kubelet_create();
    s->types = types_create(s->arena);
    resources_create(s);
    namespaces_create(s);
    return s;
}

void apiserver_destroy(apiserver_t *s) {
    if (!s)
        return;
    watch_end(s, NULL);
    crds_destroy(s->crds);
    storage_destroy(s->storage);
    gc_destroy(s->gc);
    kubelet_destroy(s->kubelet);
    agenda_destroy(s->agenda);
    counts_destroy(s->counts);
    types_release(s->types);
    table_destroy(s->by_path);
    arena_destroy(s->arena);
    mem_free(s->token);
    mem_free(s);
}

/* xorshift64*: names need no cryptographer. */
static uint64_t random_number(apiserver_t *s) {
    s->seed ^= s->seed >> 12;
    s->seed ^= s->seed << 25;
    s->seed ^= s->seed >> 27;
    return s->seed * 2685821657736338717u;
}

str_t state_uid(apiserver_t *s, arena_t *a) {
    uint64_t x = random_number(s), y = random_number(s);
    return arena_printf(a, "%08x-%04x-4%03x-%04x-%012llx", (unsigned)(x >> 32), (unsigned)(x >> 16 & 0xffff),
                        (unsigned)(x & 0xfff), (unsigned)(y >> 48 & 0x3fff) | 0x8000,
                        (unsigned long long)(y & 0xffffffffffffu));
}

str_t state_suffix(apiserver_t *s, arena_t *a) {
    static const char letters[] = "bcdfghjklmnpqrstvwxz2456789";
    char *p = arena_bytes(a, 5);
    for (size_t i = 0; i < 5; i++)
        p[i] = letters[random_number(s) % (sizeof letters - 1)];
    return str_n(p, 5);
}

void apiserver_clock(apiserver_t *s, int64_t now_ms) {
    if (now_ms > s->now_ms)
        s->now_ms = now_ms;
}

int64_t apiserver_tick(apiserver_t *s, int64_t now_ms) {
    apiserver_clock(s, now_ms);
    watch_tick(s);
    int64_t due = agenda_run(s);
    /* Bookmarks and time-outs of watches are looked for once a second. */
    int64_t watches = list_empty(&s->watches) ? -1 : s->now_ms + 1000;
    return due < 0 || (watches >= 0 && watches < due) ? watches : due;
}

void apiserver_on_due(apiserver_t *s, void (*fn)(void *arg), void *arg) {
    agenda_on_due(s->agenda, fn, arg);
}

bool apiserver_apply(apiserver_t *s, const jv_t *object, err_t *err) {
    str_t version = jv_str(jv_getc(object, "apiVersion")), kind = jv_str(jv_getc(object, "kind"));
    const resource_t *r = resource_of_kind(s, version, kind);
    if (!r)
        return error_set(err, ERR_NOTFOUND, "no kind " STR_FMT " in " STR_FMT, STR_ARG(kind), STR_ARG(version));
    arena_t *a = arena_create();
    if (!a)
        return error_memory(err);
    str_t ns = jv_path_str(object, "metadata", "namespace", NULL);
    apiserver_request_t request = {.method = STR("POST"),
                                   .user_agent = STR("velella-apiserver"),
                                   .content_type = STR("application/json"),
                                   .body = jv_text(a, object)};
    apiserver_reply_t reply = {0};
    call_t c = {.server = s, .request = &request, .reply = &reply, .arena = a, .resource = r, .query = jv_object(a)};
    if (!(r->flags & RESOURCE_CLUSTER))
        c.ns = ns.n ? ns : STR("default");
    write_create(&c);
    bool ok = reply.status < 300;
    if (!ok)
        error_set(err, ERR_INVALID, STR_FMT,
                  STR_ARG(jv_path_str(jv_parse(a, str_trim(reply.body), NULL), "message", NULL)));
    arena_destroy(a);
    return ok;
}

/* ---- the path ---- */

static int hex(char c) {
    return c >= '0' && c <= '9' ? c - '0' : (c | 32) >= 'a' && (c | 32) <= 'f' ? (c | 32) - 'a' + 10 : -1;
}

static str_t unescape(arena_t *a, str_t s, bool plus) {
    char *p = arena_bytes(a, s.n + 1);
    size_t n = 0;
    for (size_t i = 0; i < s.n; i++) {
        if (s.p[i] == '%' && i + 2 < s.n + 0 && hex(s.p[i + 1]) >= 0 && hex(s.p[i + 2]) >= 0) {
            p[n++] = (char)(hex(s.p[i + 1]) * 16 + hex(s.p[i + 2]));
            i += 2;
        } else {
            p[n++] = plus && s.p[i] == '+' ? ' ' : s.p[i];
        }
    }
    return str_n(p, n);
}

static jv_t *read_query(arena_t *a, str_t q) {
    jv_t *out = jv_object(a);
    while (q.n) {
        str_t pair, rest, key, value;
        str_cut(q, '&', &pair, &rest);
        q = rest;
        if (!pair.n)
            continue;
        if (!str_cut(pair, '=', &key, &value))
            value = STR("");
        key = unescape(a, key, true);
        jv_t *list = jv_get(out, key);
        if (!list) {
            list = jv_array(a);
            jv_set(a, out, key, list);
        }
        jv_append(a, list, jv_string(a, unescape(a, value, true)));
    }
    return out;
}

enum { PARTS = 12 };

static size_t split(arena_t *a, str_t path, str_t *parts) {
    size_t n = 0;
    while (path.n && n < PARTS) {
        str_t head, tail;
        str_cut(path, '/', &head, &tail);
        if (head.n)
            parts[n++] = unescape(a, head, false);
        path = tail;
    }
    return n;
}

static bool is(str_t s, const char *what) {
    return str_eqc(s, what);
}

/* ---- what is not a resource ---- */

static void plain(call_t *c, str_t text) {
    c->reply->status = 200;
    c->reply->content_type = "text/plain; charset=utf-8";
    c->reply->body = text;
}

static bool other_path(call_t *c, const str_t *parts, size_t n) {
    if (n && (is(parts[0], "healthz") || is(parts[0], "livez") || is(parts[0], "readyz")))
        plain(c, STR("ok"));
    else if (n == 1 && is(parts[0], "version"))
        discovery_version(c);
    else if (n >= 1 && is(parts[0], "openapi"))
        openapi_serve(c, parts, n);
    else if (n == 2 && is(parts[0], "debug") && is(parts[1], "requests"))
        counts_serve(c);
    else if (n <= 3 && (n == 0 || is(parts[0], "api") || is(parts[0], "apis")))
        return discovery_serve(c, parts, n);
    else
        return false;
    return true;
}

/* ---- resources ---- */

static bool knows_sub(const resource_t *r, str_t sub) {
    if (!sub.n)
        return true;
    if (is(sub, "status"))
        return r->flags & RESOURCE_STATUS;
    if (is(sub, "scale"))
        return r->flags & RESOURCE_SCALE;
    return reviews_has_sub(r, sub);
}

static bool not_served(call_t *c, str_t group) {
    return discovery_has_builtin_group(c->server, group) ? call_generic(c, 404, STR_NONE) : call_plain_404(c);
}

static bool find_resource(call_t *c, str_t group, str_t version, const str_t *parts, size_t n) {
    size_t i = 0;
    if (n >= 3 && is(parts[0], "namespaces") &&
        !(group.n == 0 && (is(parts[2], "status") || is(parts[2], "finalize")))) {
        c->ns = parts[1];
        i = 2;
    }
    c->resource = resource_find(c->server, group, version, parts[i]);
    if (!c->resource)
        return not_served(c, group);
    if (n > i + 1)
        c->name = parts[i + 1];
    if (n > i + 2)
        c->sub = parts[i + 2];
    bool cluster = c->resource->flags & RESOURCE_CLUSTER;
    if (n > i + 3 || (cluster && c->ns.n))
        return not_served(c, group);
    if (!cluster && !c->ns.n && c->name.n)
        return not_served(c, group);
    if (knows_sub(c->resource, c->sub))
        return true;
    return c->resource->crd ? (c->sub = STR_NONE, call_not_found(c)) : call_generic(c, 404, STR_NONE);
}

static bool not_allowed(call_t *c, const char *verb) {
    const resource_t *r = c->resource;
    if (!r->crd)
        return call_generic(c, 405, STR_NONE);
    jv_t *d = jv_object(c->arena);
    jv_setc(c->arena, d, "group", jv_string(c->arena, r->group));
    jv_setc(c->arena, d, "kind", jv_string(c->arena, r->plural));
    return call_status(c, 405, "MethodNotAllowed",
                       arena_printf(c->arena, "%s is not supported on resources of kind \"" STR_FMT "\"", verb,
                                    STR_ARG(r->group_resource)),
                       d);
}

static void on_collection(call_t *c) {
    str_t m = c->request->method;
    if (c->resource->crd && (is(m, "PUT") || is(m, "PATCH"))) {
        call_bad_request(c, STR("name must be provided"));
        return;
    }
    bool anywhere = !c->ns.n && !(c->resource->flags & RESOURCE_CLUSTER);
    if (is(m, "GET")) {
        if (call_flag(c, "watch"))
            watch_start(c);
        else
            read_list(c);
    } else if (is(m, "POST") && !anywhere) {
        write_create(c);
    } else if (is(m, "DELETE") && !anywhere && !(c->resource->flags & RESOURCE_NO_COLLECTION)) {
        delete_collection(c);
    } else {
        not_allowed(c, is(m, "POST") ? "create" : "deletecollection");
    }
}

static void on_object(call_t *c) {
    str_t m = c->request->method;
    bool scale = is(c->sub, "scale");
    if (is(m, "GET"))
        scale ? scale_get(c) : read_get(c);
    else if (is(m, "PUT"))
        is(c->sub, "finalize") ? namespace_finalize(c) : write_update(c);
    else if (is(m, "PATCH"))
        patching_patch(c);
    else if (is(m, "DELETE") && !c->sub.n)
        delete_one(c);
    else if (is(m, "POST") && !c->sub.n && c->resource->crd)
        write_create(c);
    else
        not_allowed(c, "this verb");
}

static const char *verb_of(const call_t *c) {
    str_t m = c->request->method;
    if (is(m, "GET"))
        return c->name.n ? "get" : call_flag(c, "watch") ? "watch" : "list";
    if (is(m, "DELETE"))
        return c->name.n ? "delete" : "deletecollection";
    return is(m, "POST") ? "create" : is(m, "PUT") ? "update" : is(m, "PATCH") ? "patch" : "other";
}

static void serve_resource(call_t *c, const str_t *parts, size_t n) {
    bool core = is(parts[0], "api");
    if (core && !is(parts[1], "v1")) {
        call_generic(c, 404, STR_NONE);
        return;
    }
    size_t skip = core ? 2 : 3;
    if (!find_resource(c, core ? STR_NONE : parts[1], core ? STR("v1") : parts[2], parts + skip, n - skip))
        return;
    const char *verb = verb_of(c);
    counts_add(c, verb);
    if (!auth_allow(c, verb) || !output_negotiate(c))
        return;
    if (reviews_serve(c))
        return;
    if (c->name.n)
        on_object(c);
    else
        on_collection(c);
}

void apiserver_handle(apiserver_t *s, const apiserver_request_t *r, arena_t *a, apiserver_reply_t *out) {
    str_t parts[PARTS];
    *out = (apiserver_reply_t){.status = 500, .content_type = "application/json"};
    call_t c = {.server = s, .request = r, .reply = out, .arena = a, .query = read_query(a, r->query)};
    size_t n = split(a, r->path, parts);
    if (auth_identify(&c)) {
        bool resource = n > 1 && (is(parts[0], "api") ? n > 2 : is(parts[0], "apis") && n > 3);
        if (resource)
            serve_resource(&c, parts, n);
        else if (auth_allow_path(&c) && output_prefer(&c) && !other_path(&c, parts, n))
            call_plain_404(&c);
    }
    if (c.warnings.n) {
        str_t *warnings = arena_array(a, str_t, c.warnings.n);
        for (size_t i = 0; i < c.warnings.n; i++)
            warnings[i] = arena_printf(a, "299 - " STR_FMT, STR_ARG(fields_quote(a, c.warnings.items[i])));
        out->warnings = warnings;
        out->nwarnings = c.warnings.n;
    }
}
