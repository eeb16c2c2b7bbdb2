#include "kubeapi/mapping.h"

#include "kubeapi/gate.h"
#include "reactor/base/mem.h"
#include "reactor/base/table.h"
#include "reactor/log.h"

#include <stdio.h>

/* Between two refreshes that misses ask for. */
enum { REFRESH_EVERY_MS = 2000 };

struct mapping {
    api_t *api;
    arena_t *mem;       /* resources and keys: grows by what is new only */
    table_t *found;     /* api_resource_t by "k GROUP VERSION KIND" and "p GROUP VERSION PLURAL" */
    table_t *preferred; /* preferred_t by the same with an empty version */
    uint64_t documents; /* read so far */
    api_resource_t **all;
    size_t nall, cap;
    bool refreshing, invalid;
    int64_t refreshed_at; /* loop_clock; 0: never */
    uint64_t runs;        /* refreshes ended */
    err_t failed;         /* of the last refresh */
    gate_t gate;
    mapping_version_t version;
    bool has_version;
    uint64_t misses;
};

/* The group's preferred resource: of one document the first that has the name. */
typedef struct preferred {
    api_resource_t *r;
    uint64_t document;
} preferred_t;

mapping_t *mapping_create(api_t *api) {
    mapping_t *m = mem_alloc(sizeof *m);
    if (!m)
        return NULL;
    m->api = api;
    m->mem = arena_create();
    m->found = table_create();
    m->preferred = table_create();
    gate_init(&m->gate);
    if (!m->mem || !m->found || !m->preferred) {
        mapping_destroy(m);
        return NULL;
    }
    return m;
}

void mapping_destroy(mapping_t *m) {
    if (!m)
        return;
    error_release(&m->failed);
    table_destroy(m->found);
    table_destroy(m->preferred);
    mem_free(m->all);
    arena_destroy(m->mem);
    mem_free(m);
}

/* ---- what is known ---- */

static str_t key_of(arena_t *a, char what, str_t group, str_t version, str_t name) {
    return arena_printf(a, "%c " STR_FMT " " STR_FMT " " STR_FMT, what, STR_ARG(group), STR_ARG(version),
                        STR_ARG(name));
}

static void *lookup(const mapping_t *m, char what, str_t group, str_t version, str_t name) {
    char text[512];
    int n = snprintf(text, sizeof text, "%c " STR_FMT " " STR_FMT " " STR_FMT, what, STR_ARG(group), STR_ARG(version),
                     STR_ARG(name));
    if (n < 0 || (size_t)n >= sizeof text)
        return NULL;
    return table_get(version.n ? m->found : m->preferred, str_n(text, (size_t)n));
}

static api_resource_t *find(const mapping_t *m, char what, str_t group, str_t version, str_t name) {
    void *v = lookup(m, what, group, version, name);
    return version.n || !v ? v : ((preferred_t *)v)->r;
}

static bool put(mapping_t *m, char what, str_t version, str_t name, api_resource_t *r) {
    return table_put(m->found, key_of(m->mem, what, r->group, version, name), r, NULL);
}

static bool prefer(mapping_t *m, char what, str_t name, api_resource_t *r) {
    preferred_t *p = lookup(m, what, r->group, STR_NONE, name);
    if (p && p->document == m->documents)
        return true;
    if (!p) {
        p = arena_new(m->mem, preferred_t);
        if (!table_put(m->preferred, key_of(m->mem, what, r->group, STR_NONE, name), p, NULL))
            return false;
    }
    *p = (preferred_t){r, m->documents};
    return true;
}

static bool remember(mapping_t *m, api_resource_t *r) {
    if (m->nall == m->cap) {
        size_t cap = m->cap ? m->cap * 2 : 64;
        api_resource_t **all = mem_realloc(m->all, cap * sizeof *all);
        if (!all)
            return false;
        m->all = all;
        m->cap = cap;
    }
    m->all[m->nall++] = r;
    return true;
}

/* A resource that a document names: the one known, brought up to date in place, or a new one. */
static bool learn(mapping_t *m, const api_resource_t *seen, err_t *err) {
    api_resource_t *r = find(m, 'p', seen->group, seen->version, seen->plural);
    if (!r) {
        r = arena_new(m->mem, api_resource_t);
        r->group = arena_str(m->mem, seen->group);
        r->version = arena_str(m->mem, seen->version);
        r->plural = arena_str(m->mem, seen->plural);
        if (!remember(m, r) || !put(m, 'p', r->version, r->plural, r))
            return error_memory(err);
    }
    if (!str_eq(r->kind, seen->kind))
        r->kind = arena_str(m->mem, seen->kind);
    r->namespaced = seen->namespaced;
    r->status |= seen->status;
    r->scale |= seen->scale;
    bool ok = find(m, 'k', r->group, r->version, r->kind) || put(m, 'k', r->version, r->kind, r);
    ok = ok && prefer(m, 'k', r->kind, r) && prefer(m, 'p', r->plural, r);
    return ok || error_memory(err);
}

/* ---- documents ---- */

static bool load_aggregated_resource(mapping_t *m, str_t group, str_t version, const jv_t *v, err_t *err) {
    api_resource_t r = {.group = group,
                        .version = version,
                        .plural = jv_str(jv_getc(v, "resource")),
                        .kind = jv_path_str(v, "responseKind", "kind", NULL),
                        .namespaced = str_eqc(jv_str(jv_getc(v, "scope")), "Namespaced")};
    const jv_t *subs = jv_getc(v, "subresources");
    for (size_t i = 0; i < jv_count(subs); i++) {
        str_t name = jv_str(jv_getc(jv_at(subs, i), "subresource"));
        r.status |= str_eqc(name, "status");
        r.scale |= str_eqc(name, "scale");
    }
    return !r.plural.n || !r.kind.n || learn(m, &r, err);
}

/* The first version of a group is the preferred one. */
static bool load_aggregated(mapping_t *m, const jv_t *doc, err_t *err) {
    const jv_t *groups = jv_getc(doc, "items");
    for (size_t g = 0; g < jv_count(groups); g++) {
        str_t group = jv_path_str(jv_at(groups, g), "metadata", "name", NULL);
        const jv_t *versions = jv_getc(jv_at(groups, g), "versions");
        for (size_t v = 0; v < jv_count(versions); v++) {
            str_t version = jv_str(jv_getc(jv_at(versions, v), "version"));
            const jv_t *resources = jv_getc(jv_at(versions, v), "resources");
            for (size_t i = 0; i < jv_count(resources); i++)
                if (!load_aggregated_resource(m, group, version, jv_at(resources, i), err))
                    return false;
        }
    }
    return true;
}

static bool load_resource_list(mapping_t *m, const jv_t *doc, err_t *err) {
    const jv_t *resources = jv_getc(doc, "resources");
    str_t group, version;
    api_version_cut(jv_str(jv_getc(doc, "groupVersion")), &group, &version);
    for (size_t i = 0; i < jv_count(resources); i++) {
        const jv_t *v = jv_at(resources, i);
        str_t name = jv_str(jv_getc(v, "name")), plural, sub;
        if (str_cut(name, '/', &plural, &sub)) { /* after its resource, in all servers; else it says nothing */
            api_resource_t *of = find(m, 'p', group, version, plural);
            if (of && str_eqc(sub, "status"))
                of->status = true;
            if (of && str_eqc(sub, "scale"))
                of->scale = true;
            continue;
        }
        api_resource_t r = {.group = group,
                            .version = version,
                            .plural = name,
                            .kind = jv_str(jv_getc(v, "kind")),
                            .namespaced = jv_true(jv_getc(v, "namespaced"))};
        if (r.plural.n && r.kind.n && !learn(m, &r, err))
            return false;
    }
    return true;
}

static bool is_kind(const jv_t *v, const char *kind) {
    return str_eqc(jv_str(jv_getc(v, "kind")), kind);
}

bool mapping_load(mapping_t *m, str_t document, err_t *err) {
    arena_t *a = arena_create();
    if (!a)
        return error_memory(err);
    jv_t *v = jv_parse(a, document, err);
    bool ok = v != NULL;
    m->documents++;
    if (is_kind(v, "APIGroupDiscoveryList"))
        ok = load_aggregated(m, v, err);
    else if (is_kind(v, "APIResourceList"))
        ok = load_resource_list(m, v, err);
    else if (ok)
        ok = error_set(err, ERR_INVALID, "a document of kind \"" STR_FMT "\" is no discovery",
                       STR_ARG(jv_str(jv_getc(v, "kind"))));
    arena_destroy(a);
    return ok;
}

/* ---- the refresh ---- */

#define AGGREGATED                                                                                                     \
    "application/json;g=apidiscovery.k8s.io;v=v2;as=APIGroupDiscoveryList,"                                            \
    "application/json;g=apidiscovery.k8s.io;v=v2beta1;as=APIGroupDiscoveryList,application/json"

static jv_t *get(mapping_t *m, str_t path, arena_t *a, err_t *err) {
    api_call_t call = {.method = STR("GET"), .path = path, .accept = STR(AGGREGATED), .verb = API_GET};
    str_t body;
    if (!api_request(m->api, &call, NULL, a, &body, err))
        return NULL;
    jv_t *v = jv_parse(a, body, err);
    if (!v)
        error_wrap(err, "discovery at " STR_FMT, STR_ARG(path));
    return v;
}

/* One group version the plain way. A group whose server is away (an aggregated one) is left as it was known. */
static bool get_group(mapping_t *m, str_t path, arena_t *a, err_t *err) {
    err_t why = ERROR_INIT;
    jv_t *v = get(m, path, a, &why);
    if (v)
        return load_resource_list(m, v, err);
    bool over = why.code == ERR_CANCELLED || why.code == ERR_TIMEOUT || why.code == ERR_MEMORY;
    if (over)
        error_set(err, why.code, "%s", error_text(&why));
    else
        log_warn("Failed to discover", "path", path, "err", error_text(&why));
    error_release(&why);
    return !over;
}

static bool load_group_list(mapping_t *m, const jv_t *doc, arena_t *a, err_t *err) {
    const jv_t *groups = jv_getc(doc, "groups");
    for (size_t g = 0; g < jv_count(groups); g++) {
        str_t preferred = jv_path_str(jv_at(groups, g), "preferredVersion", "groupVersion", NULL);
        const jv_t *versions = jv_getc(jv_at(groups, g), "versions");
        if (preferred.n && !get_group(m, arena_concat(a, STR("/apis/"), preferred), a, err))
            return false;
        for (size_t v = 0; v < jv_count(versions); v++) {
            str_t gv = jv_str(jv_getc(jv_at(versions, v), "groupVersion"));
            if (!str_eq(gv, preferred) && !get_group(m, arena_concat(a, STR("/apis/"), gv), a, err))
                return false;
        }
    }
    return true;
}

static bool refresh_at(mapping_t *m, str_t path, err_t *err) {
    arena_t *a = arena_create();
    if (!a)
        return error_memory(err);
    jv_t *v = get(m, path, a, err);
    bool ok = v != NULL;
    m->documents++;
    if (is_kind(v, "APIGroupDiscoveryList")) {
        ok = load_aggregated(m, v, err);
    } else if (is_kind(v, "APIVersions")) {
        const jv_t *versions = jv_getc(v, "versions");
        for (size_t i = 0; ok && i < jv_count(versions); i++)
            ok = get_group(m, arena_concat(a, STR("/api/"), jv_str(jv_at(versions, i))), a, err);
    } else if (is_kind(v, "APIGroupList")) {
        ok = load_group_list(m, v, a, err);
    } else if (ok) {
        ok = error_set(err, ERR_INVALID, "discovery at " STR_FMT " has kind \"" STR_FMT "\"", STR_ARG(path),
                       STR_ARG(jv_str(jv_getc(v, "kind"))));
    }
    arena_destroy(a);
    return ok;
}

/* One refresh for all fibers that want it at the time. */
static bool refresh(mapping_t *m, err_t *err) {
    if (m->refreshing) {
        uint64_t before = m->runs;
        while (m->runs == before)
            if (!gate_wait(&m->gate, -1, err))
                return false;
        if (m->failed.code == ERR_NONE || m->failed.code == ERR_CANCELLED)
            return true; /* a cancelled one: the caller looks, and misses, and asks again */
        return error_set(err, m->failed.code, "%s", error_text(&m->failed));
    }
    m->refreshing = true;
    m->invalid = false;
    m->documents++;
    error_release(&m->failed);
    bool ok = refresh_at(m, STR("/api"), &m->failed) && refresh_at(m, STR("/apis"), &m->failed);
    m->refreshing = false;
    m->runs++;
    if (ok)
        m->refreshed_at = loop_clock();
    gate_open(&m->gate);
    return ok || error_set(err, m->failed.code, "%s", error_text(&m->failed));
}

static bool may_refresh(const mapping_t *m) {
    return m->invalid || m->refreshing || !m->refreshed_at || loop_clock() - m->refreshed_at >= REFRESH_EVERY_MS;
}

static const api_resource_t *look(mapping_t *m, char what, str_t group, str_t version, str_t name, err_t *err) {
    const api_resource_t *r = find(m, what, group, version, name);
    if (r)
        return r;
    m->misses++;
    while (!r && may_refresh(m)) {
        bool shared = m->refreshing;
        if (!refresh(m, err)) {
            error_wrap(err, "discovery");
            return NULL;
        }
        r = find(m, what, group, version, name);
        if (!shared || m->failed.code == ERR_NONE)
            break;
    }
    if (!r)
        error_set(err, ERR_NOTFOUND, "no matches for %s \"" STR_FMT "\" in %s \"" STR_FMT "%s" STR_FMT "\"",
                  what == 'k' ? "kind" : "resource", STR_ARG(name), version.n ? "version" : "group", STR_ARG(group),
                  group.n && version.n ? "/" : "", STR_ARG(version));
    return r;
}

/* ---- questions ---- */

const api_resource_t *mapping_find(mapping_t *m, str_t api_version, str_t kind, err_t *err) {
    str_t group, version;
    api_version_cut(api_version, &group, &version);
    if (!version.n || !kind.n) {
        error_set(err, ERR_INVALID, "an object needs apiVersion and kind (\"" STR_FMT "\", \"" STR_FMT "\")",
                  STR_ARG(api_version), STR_ARG(kind));
        return NULL;
    }
    return look(m, 'k', group, version, kind, err);
}

const api_resource_t *mapping_known(const mapping_t *m, str_t api_version, str_t kind) {
    str_t group, version;
    api_version_cut(api_version, &group, &version);
    return version.n ? find(m, 'k', group, version, kind) : NULL;
}

const api_resource_t *mapping_find_group(mapping_t *m, str_t group, str_t kind, str_t plural, err_t *err) {
    return kind.n ? look(m, 'k', group, STR_NONE, kind, err) : look(m, 'p', group, STR_NONE, plural, err);
}

const api_resource_t *mapping_find_plural(mapping_t *m, str_t group, str_t version, str_t plural, err_t *err) {
    return look(m, 'p', group, version, plural, err);
}

const api_resource_t *mapping_next(const mapping_t *m, size_t *i) {
    return *i < m->nall ? m->all[(*i)++] : NULL;
}

void mapping_invalidate(mapping_t *m) {
    m->invalid = true;
}

mapping_stats_t mapping_stats(const mapping_t *m) {
    return (mapping_stats_t){.resources = m->nall, .refreshes = m->runs, .misses = m->misses};
}

/* ---- the version ---- */

static void keep_version(mapping_t *m, const jv_t *v) {
    str_t minor = jv_str(jv_getc(v, "minor"));
    if (str_ends(minor, STR("+")))
        minor.n--;
    m->version = (mapping_version_t){.major = arena_str(m->mem, jv_str(jv_getc(v, "major"))),
                                     .minor = arena_str(m->mem, minor),
                                     .git_version = arena_str(m->mem, jv_str(jv_getc(v, "gitVersion"))),
                                     .platform = arena_str(m->mem, jv_str(jv_getc(v, "platform")))};
    m->has_version = true;
}

const mapping_version_t *mapping_server_version(mapping_t *m, err_t *err) {
    if (m->has_version)
        return &m->version;
    arena_t *a = arena_create();
    str_t body;
    api_call_t call = {.method = STR("GET"), .path = STR("/version"), .verb = API_GET};
    if (!a)
        error_memory(err);
    jv_t *v = a && api_request(m->api, &call, NULL, a, &body, err) ? jv_parse(a, body, err) : NULL;
    if (v)
        keep_version(m, v);
    arena_destroy(a);
    if (v)
        return &m->version;
    error_wrap(err, "the server's version");
    return NULL;
}
