#include "contrib/apiserver/read.h"

#include "contrib/apiserver/output.h"
#include "contrib/apiserver/state.h"
#include "reactor/base/base64.h"

bool read_selection(call_t *c, selection_t *out) {
    err_t err = ERROR_INIT;
    *out = (selection_t){0};
    bool ok = selector_parse(c->arena, call_param(c, "labelSelector"), &out->labels, &err) &&
              field_selector_parse(c->arena, c->resource, call_param(c, "fieldSelector"), &out->fields, &err);
    if (!ok)
        call_bad_request(c, arena_str(c->arena, str_c(error_text(&err))));
    error_release(&err);
    for (size_t i = 0; ok && i < out->fields.n; i++)
        if (out->fields.items[i].equal && str_eqc(out->fields.items[i].key, "metadata.name"))
            out->name = out->fields.items[i].value;
    return ok;
}

bool selection_matches(const selection_t *s, const object_t *o) {
    return selector_matches(&s->labels, o) && field_selector_matches(&s->fields, o);
}

void read_get(call_t *c) {
    object_t *o = store_find(c->resource->store, c->ns, c->name);
    if (o)
        output_object(c, 200, o);
    else
        call_not_found(c);
}

/* ---- options of a list (internalversion's ValidateListOptions) ---- */

static bool check_version(call_t *c, uint64_t *version) {
    str_t rv = call_param(c, "resourceVersion");
    int64_t v = 0;
    if (rv.n && (!str_int(rv, &v) || v < 0))
        return call_internal(c, arena_printf(c->arena,
                                             "resourceVersion: Invalid value: " STR_FMT
                                             ": strconv.ParseUint: parsing " STR_FMT ": invalid syntax",
                                             STR_ARG(fields_quote(c->arena, rv)), STR_ARG(fields_quote(c->arena, rv))));
    *version = (uint64_t)v;
    uint64_t now = storage_version(c->server->storage);
    if (*version <= now)
        return true;
    arena_t *a = c->arena;
    jv_t *d = jv_object(a), *cause = jv_object(a), *causes = jv_array(a);
    jv_setc(a, cause, "reason", jv_string(a, STR("ResourceVersionTooLarge")));
    jv_setc(a, cause, "message", jv_string(a, STR("Too large resource version")));
    jv_append(a, causes, cause);
    jv_setc(a, d, "causes", causes);
    jv_setc(a, d, "retryAfterSeconds", jv_int(a, 1));
    return call_status(c, 504, "Timeout",
                       arena_printf(a, "Timeout: Too large resource version: %llu, current: %llu",
                                    (unsigned long long)*version, (unsigned long long)now),
                       d);
}

static bool check_list_options(call_t *c) {
    fields_t f = {.arena = c->arena};
    str_t match = call_param(c, "resourceVersionMatch"), rv = call_param(c, "resourceVersion");
    if (match.n) {
        if (!rv.n)
            fields_forbidden(&f, STR("resourceVersionMatch"),
                             "resourceVersionMatch is forbidden unless resourceVersion is provided");
        if (call_param(c, "continue").n)
            fields_forbidden(&f, STR("resourceVersionMatch"),
                             "resourceVersionMatch is forbidden when continue is provided");
        if (!str_eqc(match, "Exact") && !str_eqc(match, "NotOlderThan"))
            fields_not_supported(&f, STR("resourceVersionMatch"), jv_string(c->arena, match), "Exact NotOlderThan ");
        if (str_eqc(match, "Exact") && str_eqc(rv, "0"))
            fields_forbidden(&f, STR("resourceVersionMatch"),
                             "resourceVersionMatch \"exact\" is forbidden for resourceVersion \"0\"");
    }
    if (call_has_param(c, "sendInitialEvents"))
        fields_forbidden(&f, STR("sendInitialEvents"), "sendInitialEvents is forbidden for list");
    return !f.n || call_invalid(c, STR("meta.k8s.io"), STR("ListOptions"), STR_NONE, &f);
}

/* ---- continue tokens: {"v":"meta.k8s.io/v1","rv":N,"start":"NS/NAME"}; the next page starts after START ---- */

static str_t token_make(arena_t *a, uint64_t version, const object_t *last) {
    jv_t *t = jv_object(a);
    jv_setc(a, t, "v", jv_string(a, STR("meta.k8s.io/v1")));
    jv_setc(a, t, "rv", jv_int(a, (int64_t)version));
    jv_setc(a, t, "start", jv_stringf(a, STR_FMT "/" STR_FMT, STR_ARG(last->ns), STR_ARG(last->name)));
    buf_t b;
    buf_init_arena(&b, a);
    base64_encode(&b, jv_text(a, t), BASE64_RAW_URL);
    return buf_str(&b);
}

static bool token_read(call_t *c, str_t token, uint64_t *version, str_t *ns, str_t *name) {
    buf_t b;
    buf_init_arena(&b, c->arena);
    jv_t *t = base64_decode(&b, token, BASE64_RAW_URL, NULL) ? jv_parse(c->arena, buf_str(&b), NULL) : NULL;
    int64_t rv;
    if (!t || !jv_as_int(jv_getc(t, "rv"), &rv) || rv <= 0 || !str_cut(jv_str(jv_getc(t, "start")), '/', ns, name))
        return call_bad_request(c, STR("continue key is not valid: encoded start key is malformed"));
    *version = (uint64_t)rv;
    size_t i;
    if (storage_since(c->server->storage, *version, &i))
        return true;
    return call_status(
        c, 410, "Expired",
        STR("The provided continue parameter is too old to display a consistent list result. You can start "
            "a new list without the continue parameter, or use the continue token in this response to "
            "retrieve the remainder of the results. Continuing with the provided token results in an "
            "inconsistent list - objects that were created, modified, or deleted between the time the "
            "first chunk was returned and now may show up in the list."),
        NULL);
}

void read_list(call_t *c) {
    selection_t sel;
    uint64_t wanted;
    int64_t limit = 0;
    store_t *store = c->resource->store;
    str_t ns = c->ns, name = STR_NONE, token = call_param(c, "continue");
    page_t page = {.version = storage_version(c->server->storage), .remaining = -1};
    if (!read_selection(c, &sel) || !check_list_options(c) || !check_version(c, &wanted))
        return;
    if (call_param(c, "limit").n && !str_int(call_param(c, "limit"), &limit)) {
        call_bad_request(c, arena_printf(c->arena, "strconv.ParseInt: parsing " STR_FMT ": invalid syntax",
                                         STR_ARG(fields_quote(c->arena, call_param(c, "limit")))));
        return;
    }
    if (limit < 0)
        limit = 0;
    size_t at = store_lower(store, ns, STR_NONE);
    if (token.n) {
        if (!token_read(c, token, &page.version, &ns, &name))
            return;
        at = store_lower(store, ns, name);
        if (at < store->n && str_eq(store->items[at]->ns, ns) && str_eq(store->items[at]->name, name))
            at++;
    }
    size_t room = limit && (size_t)limit < store->n ? (size_t)limit : store->n;
    page.items = arena_array(c->arena, object_t *, room + 1);
    for (; at < store->n; at++) {
        object_t *o = store->items[at];
        if (c->ns.n && !str_eq(o->ns, c->ns))
            break;
        if (!selection_matches(&sel, o))
            continue;
        if (limit && page.n == (size_t)limit) {
            page.next = token_make(c->arena, page.version, page.items[page.n - 1]);
            if (!sel.labels.n && !sel.fields.n) {
                size_t end = at;
                while (end < store->n && (!c->ns.n || str_eq(store->items[end]->ns, c->ns)))
                    end++;
                page.remaining = (int64_t)(end - at);
            }
            break;
        }
        page.items[page.n++] = o;
    }
    output_list(c, &page);
}
