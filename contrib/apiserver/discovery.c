#include "contrib/apiserver/discovery.h"

#include "contrib/apiserver/state.h"

#include <stdlib.h>

static jv_t *strings(arena_t *a, str_t words) {
    jv_t *list = jv_array(a);
    while (words.n) {
        str_t one, rest;
        str_cut(words, ' ', &one, &rest);
        if (one.n)
            jv_append(a, list, jv_string(a, one));
        words = rest;
    }
    return list;
}

static void set(arena_t *a, jv_t *v, const char *key, str_t s) {
    jv_setc(a, v, key, jv_string(a, s));
}

static jv_t *head(arena_t *a, const char *kind, const char *version) {
    jv_t *v = jv_object(a);
    set(a, v, "kind", str_c(kind));
    if (*version)
        set(a, v, "apiVersion", str_c(version));
    return v;
}

static str_t verbs_of(const resource_t *r) {
    if (r->flags & RESOURCE_VIRTUAL)
        return STR("create");
    return r->flags & RESOURCE_NO_COLLECTION ? STR("create delete get list patch update watch")
           : r->crd                          ? STR("delete deletecollection get list patch create update watch")
                                             : STR("create delete deletecollection get list patch update watch");
}

/* ---- the subresources: rows of both kinds of discovery ---- */

typedef struct row {
    str_t name;                 /* "" for the resource itself */
    str_t group, version, kind; /* of what it takes, where that is another kind */
    str_t verbs;
} row_t;

static size_t rows_of(const resource_t *r, row_t *rows) {
    size_t n = 0;
    rows[n++] = (row_t){STR_NONE, STR_NONE, STR_NONE, r->kind, verbs_of(r)};
    if (str_eqc(r->group_resource, "pods")) {
        rows[n++] = (row_t){STR("binding"), STR_NONE, STR_NONE, STR("Binding"), STR("create")};
        rows[n++] = (row_t){STR("eviction"), STR("policy"), STR("v1"), STR("Eviction"), STR("create")};
    }
    if (str_eqc(r->group_resource, "serviceaccounts"))
        rows[n++] = (row_t){STR("token"), STR("authentication.k8s.io"), STR("v1"), STR("TokenRequest"), STR("create")};
    if (str_eqc(r->group_resource, "namespaces"))
        rows[n++] = (row_t){STR("finalize"), STR_NONE, STR_NONE, r->kind, STR("update")};
    if (r->flags & RESOURCE_SCALE)
        rows[n++] = (row_t){STR("scale"), STR("autoscaling"), STR("v1"), STR("Scale"), STR("get patch update")};
    if (r->flags & RESOURCE_STATUS)
        rows[n++] = (row_t){STR("status"), STR_NONE, STR_NONE, r->kind, STR("get patch update")};
    return n;
}

/* ---- legacy ---- */

static jv_t *legacy_row(arena_t *a, const resource_t *r, const row_t *row) {
    jv_t *v = jv_object(a);
    bool self = !row->name.n;
    set(a, v, "name", self ? r->plural : arena_printf(a, STR_FMT "/" STR_FMT, STR_ARG(r->plural), STR_ARG(row->name)));
    set(a, v, "singularName", self ? r->singular : STR(""));
    jv_setc(a, v, "namespaced", jv_bool(a, !(r->flags & RESOURCE_CLUSTER)));
    if (row->group.n) {
        set(a, v, "group", row->group);
        set(a, v, "version", row->version);
    }
    set(a, v, "kind", row->kind);
    jv_setc(a, v, "verbs", strings(a, row->verbs));
    if (self && r->shorts.n)
        jv_setc(a, v, "shortNames", strings(a, r->shorts));
    if (self && r->categories.n)
        jv_setc(a, v, "categories", strings(a, r->categories));
    if (self && !(r->flags & RESOURCE_VIRTUAL))
        jv_setc(a, v, "storageVersionHash",
                jv_stringf(a, "%08llx", (unsigned long long)(str_hash(r->kind) & 0xffffffff)));
    return v;
}

static int by_name(const void *x, const void *y) {
    return str_cmp(jv_path_str(*(jv_t *const *)x, "name", NULL), jv_path_str(*(jv_t *const *)y, "name", NULL));
}

static bool version_list(call_t *c, str_t group, str_t version) {
    arena_t *a = c->arena;
    jv_t *list = jv_array(a);
    bool core = !group.n;
    str_t gv = core ? version : arena_printf(a, STR_FMT "/" STR_FMT, STR_ARG(group), STR_ARG(version));
    bool found = false;
    for (const resource_t *r = c->server->resources; r; r = r->next) {
        row_t rows[8];
        if (!str_eq(r->api_version, gv))
            continue;
        found = true;
        size_t n = rows_of(r, rows);
        for (size_t i = 0; i < n; i++)
            jv_append(a, list, legacy_row(a, r, &rows[i]));
    }
    if (!found)
        return false;
    qsort(list->items, list->n, sizeof *list->items, by_name);
    jv_t *v = head(a, "APIResourceList", core ? "" : "v1");
    set(a, v, "groupVersion", gv);
    jv_setc(a, v, "resources", list);
    call_reply(c, 200, v);
    return true;
}

static jv_t *version_entry(arena_t *a, const resource_t *r) {
    jv_t *v = jv_object(a);
    set(a, v, "groupVersion", r->api_version);
    set(a, v, "version", r->version);
    return v;
}

/* The versions of a group in order of serving; the first is preferred. */
static jv_t *group_entry(call_t *c, str_t group) {
    arena_t *a = c->arena;
    jv_t *v = jv_object(a), *versions = jv_array(a);
    set(a, v, "name", group);
    for (const resource_t *r = c->server->resources; r; r = r->next) {
        if (!str_eq(r->group, group))
            continue;
        bool seen = false;
        for (size_t i = 0; i < versions->n; i++)
            seen |= str_eq(jv_path_str(versions->items[i], "version", NULL), r->version);
        if (!seen)
            jv_append(a, versions, version_entry(a, r));
    }
    if (!versions->n)
        return NULL;
    jv_setc(a, v, "versions", versions);
    jv_setc(a, v, "preferredVersion", versions->items[0]);
    return v;
}

static jv_t *group_names(call_t *c) {
    arena_t *a = c->arena;
    jv_t *names = jv_array(a);
    for (const resource_t *r = c->server->resources; r; r = r->next) {
        bool seen = !r->group.n;
        for (size_t i = 0; !seen && i < names->n; i++)
            seen = str_eq(names->items[i]->s, r->group);
        if (!seen)
            jv_append(a, names, jv_string(a, r->group));
    }
    return names;
}

static void group_list(call_t *c) {
    arena_t *a = c->arena;
    jv_t *names = group_names(c), *groups = jv_array(a);
    for (size_t i = 0; i < names->n; i++)
        jv_append(a, groups, group_entry(c, names->items[i]->s));
    jv_t *v = head(a, "APIGroupList", "v1");
    jv_setc(a, v, "groups", groups);
    call_reply(c, 200, v);
}

static void core_versions(call_t *c) {
    arena_t *a = c->arena;
    jv_t *v = head(a, "APIVersions", ""), *list = jv_array(a), *cidr = jv_object(a), *addresses = jv_array(a);
    jv_setc(a, v, "versions", strings(a, STR("v1")));
    set(a, cidr, "clientCIDR", STR("0.0.0.0/0"));
    set(a, cidr, "serverAddress", STR("127.0.0.1:6443"));
    jv_append(a, addresses, cidr);
    (void)list;
    jv_setc(a, v, "serverAddressByClientCIDRs", addresses);
    call_reply(c, 200, v);
}

/* ---- aggregated ---- */

static jv_t *response_kind(arena_t *a, str_t group, str_t version, str_t kind) {
    jv_t *v = jv_object(a);
    set(a, v, "group", group);
    set(a, v, "version", version);
    set(a, v, "kind", kind);
    return v;
}

static jv_t *aggregated_row(arena_t *a, const resource_t *r) {
    row_t rows[8];
    size_t n = rows_of(r, rows);
    jv_t *v = jv_object(a), *subs = jv_array(a);
    set(a, v, "resource", r->plural);
    jv_setc(a, v, "responseKind", response_kind(a, r->group, r->version, r->kind));
    set(a, v, "scope", r->flags & RESOURCE_CLUSTER ? STR("Cluster") : STR("Namespaced"));
    set(a, v, "singularResource", r->singular);
    jv_setc(a, v, "verbs", strings(a, rows[0].verbs));
    if (r->shorts.n)
        jv_setc(a, v, "shortNames", strings(a, r->shorts));
    if (r->categories.n)
        jv_setc(a, v, "categories", strings(a, r->categories));
    for (size_t i = 1; i < n; i++) {
        jv_t *s = jv_object(a);
        set(a, s, "subresource", rows[i].name);
        jv_setc(a, s, "responseKind",
                response_kind(a, rows[i].group.n ? rows[i].group : r->group,
                              rows[i].version.n ? rows[i].version : r->version, rows[i].kind));
        jv_setc(a, s, "verbs", strings(a, rows[i].verbs));
        jv_append(a, subs, s);
    }
    if (subs->n)
        jv_setc(a, v, "subresources", subs);
    return v;
}

static jv_t *aggregated_group(call_t *c, str_t group) {
    arena_t *a = c->arena;
    jv_t *entry = group.n ? group_entry(c, group) : NULL, *versions = jv_array(a), *v = jv_object(a);
    jv_t *order = entry ? jv_getc(entry, "versions") : NULL;
    size_t n = group.n ? jv_count(order) : 1;
    for (size_t i = 0; i < n; i++) {
        str_t version = group.n ? jv_path_str(jv_at(order, i), "version", NULL) : STR("v1");
        jv_t *one = jv_object(a), *list = jv_array(a);
        for (const resource_t *r = c->server->resources; r; r = r->next)
            if (str_eq(r->group, group) && str_eq(r->version, version))
                jv_append(a, list, aggregated_row(a, r));
        set(a, one, "version", version);
        jv_setc(a, one, "resources", list);
        set(a, one, "freshness", STR("Current"));
        jv_append(a, versions, one);
    }
    jv_t *meta = jv_object(a);
    if (group.n)
        set(a, meta, "name", group);
    jv_setc(a, meta, "creationTimestamp", jv_null(a));
    jv_setc(a, v, "metadata", meta);
    jv_setc(a, v, "versions", versions);
    return v;
}

static void aggregated(call_t *c, bool core, const char *version) {
    arena_t *a = c->arena;
    jv_t *items = jv_array(a), *names = core ? NULL : group_names(c);
    if (core)
        jv_append(a, items, aggregated_group(c, STR_NONE));
    for (size_t i = 0; i < jv_count(names); i++)
        jv_append(a, items, aggregated_group(c, names->items[i]->s));
    jv_t *v = head(a, "APIGroupDiscoveryList", version);
    jv_setc(a, v, "metadata", jv_object(a));
    jv_setc(a, v, "items", items);
    call_reply(c, 200, v);
    c->reply->content_type = str_ends(str_c(version), STR("v2"))
                                 ? "application/json;g=apidiscovery.k8s.io;v=v2;as=APIGroupDiscoveryList"
                                 : "application/json;g=apidiscovery.k8s.io;v=v2beta1;as=APIGroupDiscoveryList";
}

/* ---- serving ---- */

bool discovery_has_builtin_group(const apiserver_t *s, str_t group) {
    for (const resource_t *r = s->resources; r; r = r->next)
        if (!r->crd && str_eq(r->group, group))
            return true;
    return false;
}

static bool wants(const call_t *c, const char *version) {
    str_t rest = c->request->accept, one;
    while (rest.n) {
        str_t after;
        str_cut(rest, ',', &one, &after);
        rest = after;
        if (str_find(one, STR("as=APIGroupDiscoveryList")) >= 0 && str_find(one, str_c(version)) >= 0)
            return true;
        /* Plain JSON before the aggregated form wins. */
        if (str_starts(str_trim(one), STR("application/json")) && str_find(one, STR("as=")) < 0)
            return false;
    }
    return false;
}

static bool top(call_t *c, bool core) {
    if (wants(c, "v=v2;") || str_ends(c->request->accept, STR("v=v2")))
        aggregated(c, core, "apidiscovery.k8s.io/v2");
    else if (wants(c, "v=v2beta1"))
        aggregated(c, core, "apidiscovery.k8s.io/v2beta1");
    else if (core)
        core_versions(c);
    else
        group_list(c);
    return true;
}

static void paths(call_t *c) {
    arena_t *a = c->arena;
    jv_t *v = jv_object(a), *list = jv_array(a), *names = group_names(c);
    jv_append(a, list, jv_string(a, STR("/api")));
    jv_append(a, list, jv_string(a, STR("/api/v1")));
    jv_append(a, list, jv_string(a, STR("/apis")));
    for (size_t i = 0; i < names->n; i++)
        jv_append(a, list, jv_stringf(a, "/apis/" STR_FMT, STR_ARG(names->items[i]->s)));
    static const char *const more[] = {"/healthz", "/livez", "/openapi/v2", "/openapi/v3", "/readyz", "/version"};
    for (size_t i = 0; i < sizeof more / sizeof *more; i++)
        jv_append(a, list, jv_string(a, str_c(more[i])));
    jv_setc(a, v, "paths", list);
    call_reply(c, 200, v);
}

bool discovery_serve(call_t *c, const str_t *parts, size_t n) {
    if (n == 0) {
        paths(c);
        return true;
    }
    bool core = str_eqc(parts[0], "api");
    if (n == 1)
        return top(c, core);
    if (core)
        return (n == 2 && version_list(c, STR_NONE, parts[1])) || (call_generic(c, 404, STR_NONE), true);
    if (n == 2) {
        jv_t *entry = group_entry(c, parts[1]);
        if (!entry)
            return false;
        jv_t *v = head(c->arena, "APIGroup", "v1");
        for (size_t i = 0; i < entry->n; i++)
            jv_set(c->arena, v, entry->members[i].key, entry->members[i].value);
        call_reply(c, 200, v);
        return true;
    }
    if (version_list(c, parts[1], parts[2]))
        return true;
    if (!discovery_has_builtin_group(c->server, parts[1]))
        return false;
    call_generic(c, 404, STR_NONE);
    return true;
}

void discovery_version(call_t *c) {
    arena_t *a = c->arena;
    jv_t *v = jv_object(a);
    static const char *const fields[][2] = {
        {"major", "1"},
        {"minor", "32"},
        {"gitVersion", "v1.32.0"},
        {"gitCommit", "70d3cc986aa8221cd1dfb1121852688902d3bf53"},
        {"gitTreeState", "clean"},
        {"buildDate", "2024-12-11T17:59:15Z"},
        {"goVersion", "go1.23.3"},
        {"compiler", "gc"},
        {"platform", "linux/amd64"},
    };
    for (size_t i = 0; i < sizeof fields / sizeof *fields; i++)
        set(a, v, fields[i][0], str_c(fields[i][1]));
    call_reply(c, 200, v);
}
