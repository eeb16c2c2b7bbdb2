/* Paths and queries of requests, and what the server's refusals mean. */
#include "kubeapi/api_inner.h"

const char *api_verb_name(api_verb_t v) {
    static const char *const names[] = {"get",    "list",  "watch",  "create",
                                        "update", "patch", "delete", "deletecollection"};
    return names[v];
}

str_t api_version_of(arena_t *a, const api_resource_t *r) {
    return r->group.n ? arena_printf(a, STR_FMT "/" STR_FMT, STR_ARG(r->group), STR_ARG(r->version)) : r->version;
}

void api_version_cut(str_t api_version, str_t *group, str_t *version) {
    if (!str_cut(api_version, '/', group, version)) {
        *version = api_version;
        *group = STR_NONE;
    }
}

void api_escape(buf_t *out, str_t s) {
    static const char hex[] = "0123456789ABCDEF";
    for (size_t i = 0; i < s.n; i++) {
        unsigned char c = (unsigned char)s.p[i];
        if ((c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '-' || c == '_' ||
            c == '.' || c == '~') {
            buf_char(out, (char)c);
        } else {
            buf_char(out, '%');
            buf_char(out, hex[c >> 4]);
            buf_char(out, hex[c & 15]);
        }
    }
}

static void segment(buf_t *b, str_t s) {
    buf_char(b, '/');
    api_escape(b, s);
}

static void query(buf_t *b, char *sep, const char *key, str_t value) {
    if (!value.n)
        return;
    buf_char(b, *sep);
    *sep = '&';
    buf_addc(b, key);
    buf_char(b, '=');
    api_escape(b, value);
}

static void query_int(buf_t *b, char *sep, const char *key, int64_t value) {
    if (value)
        buf_printf(b, "%c%s=%lld", *sep, key, (long long)value);
    *sep = value ? '&' : *sep;
}

/* Options of a deletion go into its body instead (api.c). */
static void add_query(buf_t *b, api_verb_t verb, const api_options_t *o) {
    char sep = '?';
    bool reads = verb == API_GET || verb == API_LIST || verb == API_WATCH;
    bool selects = verb == API_LIST || verb == API_WATCH || verb == API_DELETE_COLLECTION;
    bool deletes = verb == API_DELETE || verb == API_DELETE_COLLECTION;
    if (reads)
        query(b, &sep, "resourceVersion", o->resource_version);
    if (selects) {
        query(b, &sep, "labelSelector", o->label_selector);
        query(b, &sep, "fieldSelector", o->field_selector);
    }
    if (verb == API_LIST) {
        query_int(b, &sep, "limit", o->limit);
        query(b, &sep, "continue", o->cont);
    }
    if (verb == API_WATCH)
        query(b, &sep, "watch", STR("true"));
    if (reads || deletes)
        return;
    query(b, &sep, "dryRun", o->dry_run ? STR("All") : STR_NONE);
    query(b, &sep, "force", verb == API_PATCH && o->force ? STR("true") : STR_NONE);
    query(b, &sep, "fieldManager", o->field_manager);
    query(b, &sep, "fieldValidation", o->field_validation);
}

str_t api_path(arena_t *a, api_verb_t verb, const api_resource_t *r, str_t ns, str_t name, const api_options_t *o) {
    buf_t b;
    buf_init_arena(&b, a);
    buf_addc(&b, r->group.n ? "/apis" : "/api");
    if (r->group.n)
        segment(&b, r->group);
    segment(&b, r->version);
    if (ns.n) {
        buf_addc(&b, "/namespaces");
        segment(&b, ns);
    }
    segment(&b, r->plural);
    if (name.n)
        segment(&b, name);
    if (o && o->subresource.n)
        segment(&b, o->subresource);
    if (o)
        add_query(&b, verb, o);
    return buf_str(&b);
}

size_t api_headers(const api_t *api, str_t accept, str_t authorization, str_t content_type, http_header_t *to) {
    size_t n = 0;
    to[n++] = (http_header_t){STR("user-agent"), api->user_agent};
    to[n++] = (http_header_t){STR("accept"), accept.n ? accept : STR("application/json")};
    if (authorization.n)
        to[n++] = (http_header_t){STR("authorization"), authorization};
    if (content_type.n)
        to[n++] = (http_header_t){STR("content-type"), content_type};
    return n;
}

static error_code_t code_of(int status, str_t reason) {
    switch (status) {
    case 400:
    case 422:
        return ERR_INVALID;
    case 401:
    case 403:
        return ERR_DENIED;
    case 404:
        return ERR_NOTFOUND;
    case 409:
        return str_eqc(reason, "AlreadyExists") ? ERR_EXISTS : ERR_CONFLICT;
    case 410:
        return ERR_GONE;
    case 429:
        return ERR_THROTTLED;
    default:
        return status >= 500 ? ERR_SERVER : ERR_REFUSED;
    }
}

bool api_refuse(arena_t *a, str_t method, str_t path, const http_response_t *r, api_status_t *status, err_t *err) {
    api_status_t s = {.code = r->status};
    jv_t *v = r->body.n && r->body.p[0] == '{' ? jv_parse(a, r->body, NULL) : NULL;
    if (str_eqc(jv_path_str(v, "kind", NULL), "Status")) {
        s.reason = jv_path_str(v, "reason", NULL);
        s.message = jv_path_str(v, "message", NULL);
        s.details = jv_getc(v, "details");
        jv_as_int(jv_path(v, "details", "retryAfterSeconds", NULL), &s.retry_after_s);
    }
    int64_t after;
    if (str_int(http_header(r->headers, r->nheaders, STR("retry-after")), &after) && after > 0)
        s.retry_after_s = after;
    if (status)
        *status = s;
    error_code_t code = code_of(s.code, s.reason);
    if (s.message.n)
        return error_set(err, code, STR_FMT, STR_ARG(s.message));
    if (s.code == 404) /* Go's client says so when the answer is no Status */
        return error_set(err, code, "the server could not find the requested resource (" STR_FMT " " STR_FMT ")",
                         STR_ARG(method), STR_ARG(path));
    str_t text = str_trim(str_sub(r->body, 0, 300));
    return error_set(err, code, "the server answered %d to " STR_FMT " " STR_FMT "%s" STR_FMT, s.code, STR_ARG(method),
                     STR_ARG(path), text.n ? ": " : "", STR_ARG(text));
}
