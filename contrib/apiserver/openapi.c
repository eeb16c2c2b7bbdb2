#include "contrib/apiserver/openapi.h"

#include "contrib/apiserver/state.h"

typedef struct document {
    arena_t *arena;
    jv_t *schemas;
} document_t;

static void set(arena_t *a, jv_t *v, const char *key, const char *s) {
    jv_setc(a, v, key, jv_string(a, str_c(s)));
}

static jv_t *schema_of(document_t *d, const schema_t *s);

static str_t component(arena_t *a, const schema_t *s) {
    return arena_printf(a, "io.k8s.api." STR_FMT, STR_ARG(s->name));
}

static void define(document_t *d, const schema_t *s, str_t name) {
    arena_t *a = d->arena;
    jv_t *v = jv_object(a), *props = jv_object(a), *required = jv_array(a);
    jv_set(a, d->schemas, name, v); /* before its fields: types may hold themselves */
    set(a, v, "type", "object");
    for (size_t i = 0; i < s->nfields; i++) {
        jv_set(a, props, s->fields[i].name, schema_of(d, s->fields[i].type));
        if (!s->fields[i].omit)
            jv_append(a, required, jv_string(a, s->fields[i].name));
    }
    jv_setc(a, v, "properties", props);
    if (required->n)
        jv_setc(a, v, "required", required);
    if (s->atomic)
        set(a, v, "x-kubernetes-map-type", "atomic");
}

static void list_marks(arena_t *a, jv_t *v, const schema_t *s) {
    set(a, v, "x-kubernetes-list-type", s->nkeys ? "map" : s->set ? "set" : "atomic");
    if (s->nkeys) {
        jv_t *keys = jv_array(a);
        for (size_t i = 0; i < s->nkeys; i++)
            jv_append(a, keys, jv_string(a, s->keys[i]));
        jv_setc(a, v, "x-kubernetes-list-map-keys", keys);
    }
    if (s->merge_key.n) {
        set(a, v, "x-kubernetes-patch-strategy", s->retain_keys ? "merge,retainKeys" : "merge");
        if (!str_eqc(s->merge_key, "."))
            jv_setc(a, v, "x-kubernetes-patch-merge-key", jv_string(a, s->merge_key));
    }
}

static jv_t *schema_of(document_t *d, const schema_t *s) {
    arena_t *a = d->arena;
    static const struct {
        const char *type, *format;
    } scalars[] = {
        [SCHEMA_STRING] = {"string", ""},
        [SCHEMA_BOOL] = {"boolean", ""},
        [SCHEMA_INT32] = {"integer", "int32"},
        [SCHEMA_INT64] = {"integer", "int64"},
        [SCHEMA_FLOAT] = {"number", "double"},
        [SCHEMA_BYTES] = {"string", "byte"},
        [SCHEMA_TIME] = {"string", "date-time"},
        [SCHEMA_MICROTIME] = {"string", "date-time"},
        [SCHEMA_DURATION] = {"string", ""},
        [SCHEMA_QUANTITY] = {"string", ""},
        [SCHEMA_INTSTR] = {"string", "int-or-string"},
    };
    jv_t *v = jv_object(a);
    switch (s->kind) {
    case SCHEMA_STRUCT: {
        str_t name = component(a, s);
        if (!jv_get(d->schemas, name))
            define(d, s, name);
        jv_setc(a, v, "$ref", jv_stringf(a, "#/components/schemas/" STR_FMT, STR_ARG(name)));
        return v;
    }
    case SCHEMA_MAP:
        set(a, v, "type", "object");
        jv_setc(a, v, "additionalProperties", schema_of(d, s->element));
        if (s->atomic)
            set(a, v, "x-kubernetes-map-type", "atomic");
        return v;
    case SCHEMA_LIST:
        set(a, v, "type", "array");
        jv_setc(a, v, "items", schema_of(d, s->element));
        list_marks(a, v, s);
        return v;
    case SCHEMA_ANY:
        set(a, v, "type", "object");
        return v;
    default:
        set(a, v, "type", scalars[s->kind].type);
        if (*scalars[s->kind].format)
            set(a, v, "format", scalars[s->kind].format);
        return v;
    }
}

static jv_t *gvk(arena_t *a, const resource_t *r) {
    jv_t *v = jv_object(a);
    jv_setc(a, v, "group", jv_string(a, r->group));
    jv_setc(a, v, "version", jv_string(a, r->version));
    jv_setc(a, v, "kind", jv_string(a, r->kind));
    return v;
}

static void add_kind(document_t *d, const resource_t *r) {
    arena_t *a = d->arena;
    str_t name = r->crd ? arena_printf(a, STR_FMT "." STR_FMT "." STR_FMT, STR_ARG(r->group), STR_ARG(r->version),
                                       STR_ARG(r->kind))
                        : component(a, r->type);
    if (r->crd)
        jv_set(a, d->schemas, name,
               r->crd->schema ? jv_copy(a, r->crd->schema->raw) : jv_parse(a, STR("{\"type\":\"object\"}"), NULL));
    else if (!jv_get(d->schemas, name))
        define(d, r->type, name);
    jv_t *v = jv_get(d->schemas, name), *kinds = jv_array(a), *props = jv_getc(v, "properties");
    jv_append(a, kinds, gvk(a, r));
    jv_setc(a, v, "x-kubernetes-group-version-kind", kinds);
    if (!props) {
        props = jv_object(a);
        jv_setc(a, v, "properties", props);
    }
    jv_setc(a, props, "apiVersion", jv_parse(a, STR("{\"type\":\"string\"}"), NULL));
    jv_setc(a, props, "kind", jv_parse(a, STR("{\"type\":\"string\"}"), NULL));
}

static jv_t *parameter(arena_t *a, const char *name, const char *in) {
    jv_t *p = jv_object(a), *schema = jv_object(a);
    set(a, p, "name", name);
    set(a, p, "in", in);
    set(a, schema, "type", "string");
    jv_setc(a, p, "schema", schema);
    if (str_eqc(str_c(in), "path"))
        jv_setc(a, p, "required", jv_bool(a, true));
    return p;
}

static void add_operation(arena_t *a, jv_t *path, const resource_t *r, const char *method, const char *action,
                          bool writes) {
    jv_t *op = jv_object(a), *params = jv_array(a);
    static const char *const options[] = {"dryRun", "fieldManager", "fieldValidation"};
    for (size_t i = 0; writes && i < 3; i++)
        jv_append(a, params, parameter(a, options[i], "query"));
    jv_setc(a, op, "parameters", params);
    jv_setc(a, op, "x-kubernetes-group-version-kind", gvk(a, r));
    set(a, op, "x-kubernetes-action", action);
    jv_setc(a, op, "responses", jv_parse(a, STR("{\"200\":{\"description\":\"OK\"}}"), NULL));
    jv_setc(a, path, method, op);
}

static void add_paths(arena_t *a, jv_t *paths, const resource_t *r) {
    bool cluster = r->flags & RESOURCE_CLUSTER;
    str_t base = arena_printf(a, "/%s/" STR_FMT "/%s" STR_FMT, r->group.n ? "apis" : "api", STR_ARG(r->api_version),
                              cluster ? "" : "namespaces/{namespace}/", STR_ARG(r->plural));
    jv_t *all = jv_object(a), *one = jv_object(a), *params = jv_array(a);
    if (!cluster)
        jv_append(a, params, parameter(a, "namespace", "path"));
    jv_setc(a, all, "parameters", params);
    add_operation(a, all, r, "post", "post", true);
    jv_set(a, paths, base, all);
    if (r->flags & RESOURCE_VIRTUAL)
        return;
    add_operation(a, all, r, "get", "list", false);
    add_operation(a, all, r, "delete", "deletecollection", false);
    jv_t *named = jv_copy(a, params);
    jv_append(a, named, parameter(a, "name", "path"));
    jv_setc(a, one, "parameters", named);
    add_operation(a, one, r, "get", "get", false);
    add_operation(a, one, r, "put", "put", true);
    add_operation(a, one, r, "patch", "patch", true);
    add_operation(a, one, r, "delete", "delete", false);
    jv_set(a, paths, arena_concat(a, base, STR("/{name}")), one);
}

static bool serve_version(call_t *c, str_t api_version) {
    arena_t *a = c->arena;
    document_t d = {a, jv_object(a)};
    jv_t *v = jv_object(a), *paths = jv_object(a), *info = jv_object(a);
    bool found = false;
    for (const resource_t *r = c->server->resources; r; r = r->next)
        if (str_eq(r->api_version, api_version)) {
            found = true;
            add_kind(&d, r);
            add_paths(a, paths, r);
        }
    if (!found)
        return false;
    set(a, v, "openapi", "3.0.0");
    set(a, info, "title", "Kubernetes");
    set(a, info, "version", "v1.32.0");
    jv_setc(a, v, "info", info);
    jv_setc(a, v, "paths", paths);
    jv_set_path(a, v, d.schemas, "components", "schemas", NULL);
    call_reply(c, 200, v);
    return true;
}

static void serve_root(call_t *c) {
    arena_t *a = c->arena;
    jv_t *v = jv_object(a), *paths = jv_object(a);
    for (const resource_t *r = c->server->resources; r; r = r->next) {
        str_t key = arena_printf(a, "%s/" STR_FMT, r->group.n ? "apis" : "api", STR_ARG(r->api_version));
        if (jv_get(paths, key))
            continue;
        jv_t *entry = jv_object(a);
        jv_setc(a, entry, "serverRelativeURL",
                jv_stringf(a, "/openapi/v3/" STR_FMT "?hash=%llx", STR_ARG(key),
                           (unsigned long long)(str_hash(key) ^ storage_version(c->server->storage))));
        jv_set(a, paths, key, entry);
    }
    jv_setc(a, v, "paths", paths);
    call_reply(c, 200, v);
}

void openapi_serve(call_t *c, const str_t *parts, size_t n) {
    arena_t *a = c->arena;
    if (n == 2 && str_eqc(parts[1], "v2")) {
        if (c->request->accept.n && str_find(c->request->accept, STR("json")) < 0 &&
            str_find(c->request->accept, STR("*/*")) < 0)
            call_generic(c, 406, STR("only application/json is served here"));
        else
            call_reply(c, 200,
                       jv_parse(a,
                                STR("{\"swagger\":\"2.0\",\"info\":{\"title\":\"Kubernetes\",\"version\":\"v1.32.0\"},"
                                    "\"paths\":{},\"definitions\":{}}"),
                                NULL));
    } else if (n == 2 && str_eqc(parts[1], "v3")) {
        serve_root(c);
    } else if (n == 4 && str_eqc(parts[2], "api") && serve_version(c, parts[3])) {
        return;
    } else if (n == 5 && str_eqc(parts[2], "apis") &&
               serve_version(c, arena_printf(a, STR_FMT "/" STR_FMT, STR_ARG(parts[3]), STR_ARG(parts[4])))) {
        return;
    } else {
        call_plain_404(c);
    }
}
