#include "kubeapi/api.h"

#include "kubeapi/api_inner.h"
#include "reactor/base/mem.h"
#include "reactor/fiber.h"
#include "reactor/log.h"

enum { MAX_RETRIES = 10, MAX_WAIT_S = 60, MAX_BODY = 64 << 20, RELOAD_EVERY_MS = 1000 };

/* ---- creation ---- */

static bool parse_server(api_t *api, str_t server, str_t *host, uint16_t *port, err_t *err) {
    str_t rest = str_from(server, 8), authority = rest;
    int64_t number = 443;
    if (str_starts(server, STR("http://")))
        return error_set(err, ERR_UNSUPPORTED, "server " STR_FMT ": plain http is not supported, only https",
                         STR_ARG(server));
    if (!str_starts(server, STR("https://")))
        return error_set(err, ERR_INVALID, "server \"" STR_FMT "\" is not an https:// URL", STR_ARG(server));
    ptrdiff_t slash = str_chr(rest, '/');
    if (slash >= 0) {
        authority = str_sub(rest, 0, (size_t)slash);
        api->prefix = str_from(rest, (size_t)slash);
        while (str_ends(api->prefix, STR("/")))
            api->prefix.n--;
    }
    ptrdiff_t colon = str_rchr(authority, ':'), bracket = str_rchr(authority, ']');
    *host = authority;
    if (colon > bracket) {
        *host = str_sub(authority, 0, (size_t)colon);
        if (!str_int(str_from(authority, (size_t)colon + 1), &number) || number < 1 || number > 65535)
            return error_set(err, ERR_INVALID, "server \"" STR_FMT "\" has a bad port", STR_ARG(server));
    }
    if (bracket > 0 && host->p[0] == '[')
        *host = str_sub(*host, 1, host->n - 2);
    if (!host->n)
        return error_set(err, ERR_INVALID, "server \"" STR_FMT "\" has no host", STR_ARG(server));
    *port = (uint16_t)number;
    api->host = arena_printf(api->mem, bracket >= 0 ? "[" STR_FMT "]:%d" : STR_FMT ":%d", STR_ARG(*host), (int)number);
    return true;
}

static tls_t *make_tls(const api_t *api, str_t cert, str_t key, err_t *err) {
    tls_client_options_t o = {
        .ca = api->ca, .cert = cert, .key = key, .server_name = api->server_name, .insecure = api->insecure};
    return tls_client_create(&o, err);
}

static bool make_clients(api_t *api, const api_config_t *c, err_t *err) {
    uint16_t port = 0;
    http_client_options_t o = {0};
    if (!parse_server(api, api->server, &o.host, &port, err))
        return false;
    api->ca = arena_str(api->mem, c->ca);
    api->cert = arena_str(api->mem, c->cert);
    api->key = arena_str(api->mem, c->key);
    api->server_name = arena_str(api->mem, c->server_name);
    api->insecure = c->insecure;
    api->tls = make_tls(api, c->cert, c->key, err);
    o.port = port;
    o.tls = api->tls;
    if (!api->tls || !(api->requests = http_client_create(api->loop, &o, err)) ||
        !(api->watches = http_client_create(api->loop, &o, err)))
        return false;
    o.max_connections = 1;
    o.urgent = true;
    o.connect_timeout_ms = 5000;
    api->leases = http_client_create(api->loop, &o, err);
    return api->leases != NULL;
}

api_t *api_create(loop_t *l, const api_config_t *c, err_t *err) {
    api_t *api = mem_alloc(sizeof *api);
    if (!api || !(api->mem = arena_create())) {
        mem_free(api);
        error_memory(err);
        return NULL;
    }
    api->loop = l;
    api->server = arena_str(api->mem, c->server);
    api->user_agent = arena_str(api->mem, c->user_agent.n ? c->user_agent : STR("velella"));
    api->timeout_ms = c->timeout_ms ? c->timeout_ms : 30000;
    api->limited = c->qps >= 0;
    bucket_init(&api->bucket, c->qps > 0 ? c->qps : 20, c->burst > 0 ? c->burst : 30);
    api->background = api->bucket;
    if (!make_clients(api, c, err) || !auth_init(api, c, err)) {
        api_destroy(api);
        return NULL;
    }
    return api;
}

void api_destroy(api_t *api) {
    if (!api)
        return;
    http_client_t *const clients[] = {api->requests, api->watches, api->leases};
    for (size_t i = 0; i < sizeof clients / sizeof *clients; i++)
        if (clients[i])
            http_client_destroy(clients[i]);
    auth_release(api);
    if (api->reload_release)
        api->reload_release(api->reload_arg);
    if (api->tls)
        tls_release(api->tls);
    for (size_t i = 0; i < api->ncounts; i++)
        mem_free((char *)(uintptr_t)api->counts[i].resource.p);
    mem_free(api->counts);
    arena_destroy(api->mem);
    mem_free(api);
}

loop_t *api_loop(const api_t *api) {
    return api->loop;
}

str_t api_host(const api_t *api) {
    return api->host;
}

void api_set_write_guard(api_t *api, bool (*may_write)(void *arg), void *arg) {
    api->may_write = may_write;
    api->may_write_arg = arg;
}

void api_set_barrier(api_t *api, api_barrier_fn fn, void *arg) {
    api->barrier = fn;
    api->barrier_arg = arg;
}

void api_set_reload(api_t *api, api_reload_fn fn, void *arg, loop_fn release) {
    api->reload = fn;
    api->reload_arg = arg;
    api->reload_release = release;
}

void api_set_observer(api_t *api, api_observer_fn fn, void *arg) {
    api->observer = fn;
    api->observer_arg = arg;
}

bool api_set_certificate(api_t *api, str_t cert, str_t key, err_t *err) {
    tls_t *tls = make_tls(api, cert, key, err);
    if (!tls)
        return false;
    http_client_set_tls(api->requests, tls);
    http_client_set_tls(api->watches, tls);
    http_client_set_tls(api->leases, tls);
    tls_release(api->tls);
    api->tls = tls;
    return true;
}

/* Takes over what differs. The arena grows by it, which is as seldom as certificates are renewed. */
static bool take_over(api_t *api, const api_config_t *c) {
    bool changed = auth_configure(api, c);
    if (str_eq(api->ca, c->ca) && str_eq(api->cert, c->cert) && str_eq(api->key, c->key))
        return changed;
    err_t err = ERROR_INIT;
    str_t old = api->ca;
    api->ca = arena_str(api->mem, c->ca);
    if (api_set_certificate(api, c->cert, c->key, &err)) {
        api->cert = arena_str(api->mem, c->cert);
        api->key = arena_str(api->mem, c->key);
        changed = true;
    } else {
        api->ca = old;
        log_error("Failed to use the new certificates", "server", api->host, "err", error_text(&err));
    }
    error_release(&err);
    return changed;
}

bool api_reload(api_t *api) {
    err_t err = ERROR_INIT;
    api_config_t c = {0};
    if (!api->reload || loop_clock() - api->reloaded_at < RELOAD_EVERY_MS)
        return false;
    api->reloaded_at = loop_clock();
    arena_t *a = arena_create();
    bool ok = a && api->reload(api->reload_arg, a, &c, &err);
    if (!ok)
        log_error("Failed to read the client configuration again", "err", error_text(&err));
    ok = ok && str_eq(c.server, api->server) && take_over(api, &c);
    arena_destroy(a);
    error_release(&err);
    if (ok)
        log_info("The credentials have changed", "server", api->host);
    return ok;
}

/* ---- counting ---- */

static bool more_counts(api_t *api) {
    if (api->ncounts < api->counts_cap)
        return true;
    size_t cap = api->counts_cap ? api->counts_cap * 2 : 32;
    api_count_t *counts = mem_realloc(api->counts, cap * sizeof *counts);
    if (!counts)
        return false;
    api->counts = counts;
    api->counts_cap = cap;
    return true;
}

void api_count(api_t *api, api_verb_t verb, str_t resource, int code) {
    api->nrequests++;
    for (size_t i = 0; i < api->ncounts; i++) {
        api_count_t *c = &api->counts[i];
        if (c->verb == verb && c->code == code && str_eq(c->resource, resource)) {
            c->n++;
            return;
        }
    }
    char *copy = more_counts(api) ? mem_strndup(resource.p, resource.n) : NULL;
    if (copy)
        api->counts[api->ncounts++] = (api_count_t){verb, str_n(copy, resource.n), code, 1};
}

bool api_count_next(const api_t *api, size_t *i, api_count_t *out) {
    if (*i >= api->ncounts)
        return false;
    *out = api->counts[(*i)++];
    return true;
}

api_stats_t api_stats(const api_t *api) {
    return (api_stats_t){.requests = api->nrequests,
                         .throttled = api->throttled,
                         .retries = api->retries,
                         .throttled_ms = api->throttled_ms,
                         .request_http = http_client_stats(api->requests),
                         .watch_http = http_client_stats(api->watches),
                         .lease_http = http_client_stats(api->leases)};
}

/* ---- one request ---- */

static bool mutates(api_verb_t v) {
    return v >= API_CREATE;
}

static bool is_guarded(const api_call_t *call, const api_options_t *o) {
    return mutates(call->verb) && !o->lease;
}

/* Waits for the informers and for the client-side rate limit. */
static bool wait_for_turn(api_t *api, const api_call_t *call, const api_options_t *o, err_t *err) {
    if (is_guarded(call, o) && api->barrier &&
        !api->barrier(api->barrier_arg, o->timeout_ms ? o->timeout_ms : api->timeout_ms, err))
        return error_wrap(err, STR_FMT " " STR_FMT ": not sent", STR_ARG(call->method), STR_ARG(call->path));
    if (!api->limited || o->lease)
        return true;
    int64_t ms = bucket_take(o->background ? &api->background : &api->bucket, loop_clock());
    if (ms <= 0)
        return true;
    api->throttled++;
    api->throttled_ms += ms;
    return fiber_sleep(ms, err) ? true : error_wrap(err, "while waiting for the client-side rate limit");
}

/* One attempt. The answer, of whatever status, is in the arena. */
static bool attempt(api_t *api, const api_call_t *call, const api_options_t *o, arena_t *a, http_response_t *out,
                    err_t *err) {
    http_header_t headers[API_MAX_HEADERS];
    str_t authorization;
    if (!auth_wait(api, err) || !auth_header(api, a, &authorization, err))
        return error_wrap(err, "while authenticating to " STR_FMT, STR_ARG(api->host));
    http_request_t r = {.method = call->method,
                        .path = api->prefix.n ? arena_concat(a, api->prefix, call->path) : call->path,
                        .headers = headers,
                        .nheaders = api_headers(api, call->accept, authorization, call->content_type, headers),
                        .body = call->body,
                        .timeout_ms = o->timeout_ms ? o->timeout_ms : api->timeout_ms};
    if (is_guarded(call, o) && api->may_write && !api->may_write(api->may_write_arg))
        return error_set(err, ERR_CANCELLED, STR_FMT " " STR_FMT ": not sent, since the lease is not held",
                         STR_ARG(call->method), STR_ARG(call->path));
    bool ok =
        http_do(o->lease ? api->leases : api->requests, &r, a, o->max_body ? o->max_body : (size_t)MAX_BODY, out, err);
    api_count(api, call->verb, call->resource, ok ? out->status : 0);
    return ok ? true : error_wrap(err, STR_FMT " " STR_FMT, STR_ARG(call->method), STR_ARG(call->path));
}

static void observe(api_t *api, const api_call_t *call, const api_options_t *o, str_t body) {
    if (api->observer && call->target && mutates(call->verb) && call->verb != API_DELETE_COLLECTION && !o->dry_run &&
        !o->no_observe)
        api->observer(api->observer_arg, call->verb, call->target, call->ns, call->name, body);
}

/* Sends, again where the server asks for it, until there is an answer to give. What it allocates is in `room`; the
 * refusal in `a`. */
static bool send(api_t *api, const api_call_t *call, const api_options_t *o, arena_t *room, arena_t *a,
                 http_response_t *out, err_t *err) {
    bool renewed = false;
    for (int tries = 0;; tries++) {
        api_status_t status = {0};
        if (!wait_for_turn(api, call, o, err))
            return false;
        if (!attempt(api, call, o, room, out, err)) {
            if (!err || err->code != ERR_IO || renewed || !api_reload(api))
                return false;
            renewed = true; /* other certificates: once more with them */
            error_release(err);
            continue;
        }
        if (out->status >= 200 && out->status < 300)
            return true;
        if (out->status == 401 && !renewed && auth_renew(api)) {
            renewed = true;
            api->retries++;
            continue;
        }
        api_refuse(a, call->method, call->path, out, &status, err);
        if (o->status)
            *o->status = status;
        if (status.code == 429 && !status.retry_after_s)
            status.retry_after_s = 1;
        /* Go's client: only an answer that names a time is tried again, ten times at most */
        if ((status.code != 429 && status.code < 500) || !status.retry_after_s || tries >= MAX_RETRIES || o->lease)
            return false;
        int64_t s = status.retry_after_s < MAX_WAIT_S ? status.retry_after_s : MAX_WAIT_S;
        error_release(err ? err : &(err_t){0});
        api->retries++;
        if (!fiber_sleep(s * 1000, err))
            return error_wrap(err, "while waiting as the server asked (%d)", status.code);
    }
}

static const api_options_t none;

bool api_request(api_t *api, const api_call_t *call, const api_options_t *o, arena_t *a, str_t *body, err_t *err) {
    http_response_t r;
    o = o ? o : &none;
    if (!send(api, call, o, a, a, &r, err))
        return false;
    *body = r.body;
    observe(api, call, o, r.body);
    return true;
}

/* The same with the answer as a tree: its text doesn't outlive the call. */
static jv_t *request(api_t *api, const api_call_t *call, const api_options_t *o, arena_t *a, err_t *err) {
    http_response_t r;
    arena_t *room = arena_create();
    jv_t *v = NULL;
    if (!room) {
        error_memory(err);
    } else if (send(api, call, o, room, a, &r, err)) {
        observe(api, call, o, r.body);
        v = jv_parse(a, r.body, err);
        if (!v)
            error_wrap(err, "the answer to " STR_FMT " " STR_FMT, STR_ARG(call->method), STR_ARG(call->path));
    }
    arena_destroy(room);
    return v;
}

/* ---- the verbs ---- */

#define METADATA_ACCEPT "application/json;as=PartialObjectMetadata;g=meta.k8s.io;v=v1"
#define METADATA_LIST_ACCEPT "application/json;as=PartialObjectMetadataList;g=meta.k8s.io;v=v1"

static api_call_t call_of(arena_t *a, api_verb_t verb, const char *method, const api_resource_t *r, str_t ns,
                          str_t name, const api_options_t *o) {
    str_t accept = STR_NONE;
    if (o->metadata)
        accept = verb == API_LIST ? STR(METADATA_LIST_ACCEPT) : STR(METADATA_ACCEPT);
    return (api_call_t){.method = str_c(method),
                        .path = api_path(a, verb, r, ns, verb == API_CREATE ? STR_NONE : name, o),
                        .accept = accept,
                        .resource = r->plural,
                        .verb = verb,
                        .target = r,
                        .ns = ns,
                        .name = name};
}

jv_t *api_get(api_t *api, const api_resource_t *r, str_t ns, str_t name, const api_options_t *o, arena_t *a,
              err_t *err) {
    o = o ? o : &none;
    if (!name.n) {
        error_set(err, ERR_INVALID, "resource name may not be empty");
        return NULL;
    }
    api_call_t call = call_of(a, API_GET, "GET", r, ns, name, o);
    return request(api, &call, o, a, err);
}

jv_t *api_list(api_t *api, const api_resource_t *r, str_t ns, const api_options_t *o, arena_t *a, err_t *err) {
    o = o ? o : &none;
    api_call_t call = call_of(a, API_LIST, "GET", r, ns, STR_NONE, o);
    return request(api, &call, o, a, err);
}

/* kind and apiVersion of items, which lists of built-in kinds leave out. */
static void supply_kind(arena_t *a, const api_resource_t *r, jv_t *item) {
    if (!jv_is(item, JV_OBJECT))
        return;
    if (!jv_getc(item, "apiVersion"))
        jv_setc(a, item, "apiVersion", jv_string(a, api_version_of(a, r)));
    if (!jv_getc(item, "kind"))
        jv_setc(a, item, "kind", jv_string(a, r->kind));
}

bool api_list_each(api_t *api, const api_resource_t *r, str_t ns, const api_options_t *o,
                   bool (*fn)(void *arg, jv_t *item), void *arg, err_t *err) {
    api_options_t page = o ? *o : none;
    char *cont = NULL;
    bool ok = true, more = true;
    arena_t *a = arena_create();
    if (!a)
        return error_memory(err);
    page.limit = page.limit ? page.limit : 500;
    while (ok && more) {
        arena_reset(a);
        page.cont = str_c(cont);
        jv_t *list = api_list(api, r, ns, &page, a, err);
        const jv_t *items = jv_getc(list, "items");
        str_t next = jv_path_str(list, "metadata", "continue", NULL);
        ok = list != NULL;
        more = next.n > 0;
        for (size_t i = 0; ok && i < jv_count(items); i++) {
            supply_kind(a, r, jv_at(items, i));
            if (!fn(arg, jv_at(items, i))) {
                more = false;
                break;
            }
        }
        mem_free(cont);
        cont = more && ok ? mem_strndup(next.p, next.n) : NULL;
        if (more && ok && !cont)
            ok = error_memory(err);
    }
    mem_free(cont);
    arena_destroy(a);
    return ok;
}

/* The body's text, with kind and apiVersion where they are absent. */
static str_t body_text(arena_t *a, const api_resource_t *r, const jv_t *body) {
    if (jv_is(body, JV_OBJECT) && (!jv_getc(body, "apiVersion") || !jv_getc(body, "kind"))) {
        jv_t *whole = jv_object(a);
        for (size_t i = 0; i < body->n; i++)
            jv_set(a, whole, body->members[i].key, body->members[i].value);
        supply_kind(a, r, whole);
        body = whole;
    }
    return jv_text(a, body);
}

jv_t *api_create_object(api_t *api, const api_resource_t *r, str_t ns, const jv_t *body, const api_options_t *o,
                        arena_t *a, err_t *err) {
    o = o ? o : &none;
    api_call_t call = call_of(a, API_CREATE, "POST", r, ns, jv_path_str(body, "metadata", "name", NULL), o);
    call.body = o->subresource.n ? jv_text(a, body) : body_text(a, r, body);
    call.content_type = STR("application/json");
    return request(api, &call, o, a, err);
}

jv_t *api_update(api_t *api, const api_resource_t *r, str_t ns, str_t name, const jv_t *body, const api_options_t *o,
                 arena_t *a, err_t *err) {
    o = o ? o : &none;
    api_call_t call = call_of(a, API_UPDATE, "PUT", r, ns, name, o);
    call.body = str_eqc(o->subresource, "scale") ? jv_text(a, body) : body_text(a, r, body);
    call.content_type = STR("application/json");
    return request(api, &call, o, a, err);
}

jv_t *api_patch(api_t *api, const api_resource_t *r, str_t ns, str_t name, api_patch_kind_t kind, const jv_t *body,
                const api_options_t *o, arena_t *a, err_t *err) {
    static const char *const types[] = {"application/json-patch+json", "application/merge-patch+json",
                                        "application/strategic-merge-patch+json", "application/apply-patch+yaml"};
    o = o ? o : &none;
    api_call_t call = call_of(a, API_PATCH, "PATCH", r, ns, name, o);
    call.body = kind == API_PATCH_APPLY ? body_text(a, r, body) : jv_text(a, body);
    call.content_type = str_c(types[kind]);
    return request(api, &call, o, a, err);
}

static str_t delete_options(arena_t *a, const api_options_t *o) {
    jv_t *v = jv_object(a);
    jv_setc(a, v, "kind", jv_string(a, STR("DeleteOptions")));
    jv_setc(a, v, "apiVersion", jv_string(a, STR("v1")));
    if (o->propagation.n)
        jv_setc(a, v, "propagationPolicy", jv_string(a, o->propagation));
    if (o->precondition_uid.n)
        jv_set_path(a, v, jv_string(a, o->precondition_uid), "preconditions", "uid", NULL);
    if (o->precondition_version.n)
        jv_set_path(a, v, jv_string(a, o->precondition_version), "preconditions", "resourceVersion", NULL);
    if (o->has_grace)
        jv_setc(a, v, "gracePeriodSeconds", jv_int(a, o->grace_seconds));
    if (o->dry_run) {
        jv_t *all = jv_array(a);
        jv_append(a, all, jv_string(a, STR("All")));
        jv_setc(a, v, "dryRun", all);
    }
    return jv_count(v) > 2 ? jv_text(a, v) : STR_NONE;
}

static jv_t *delete_with(api_t *api, api_verb_t verb, const api_resource_t *r, str_t ns, str_t name,
                         const api_options_t *o, arena_t *a, err_t *err) {
    o = o ? o : &none;
    api_call_t call = call_of(a, verb, "DELETE", r, ns, name, o);
    call.body = delete_options(a, o);
    call.content_type = call.body.n ? STR("application/json") : STR_NONE;
    return request(api, &call, o, a, err);
}

jv_t *api_delete(api_t *api, const api_resource_t *r, str_t ns, str_t name, const api_options_t *o, arena_t *a,
                 err_t *err) {
    if (!name.n) { /* the path would be the collection's */
        error_set(err, ERR_INVALID, "resource name may not be empty");
        return NULL;
    }
    return delete_with(api, API_DELETE, r, ns, name, o, a, err);
}

jv_t *api_delete_collection(api_t *api, const api_resource_t *r, str_t ns, const api_options_t *o, arena_t *a,
                            err_t *err) {
    return delete_with(api, API_DELETE_COLLECTION, r, ns, STR_NONE, o, a, err);
}
