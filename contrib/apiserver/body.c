#include "contrib/apiserver/body.h"

#include "contrib/apiserver/gojson.h"
#include "contrib/apiserver/proto.h"
#include "contrib/apiserver/state.h"

static bool is_type(str_t content_type, const char *wanted) {
    str_t type, rest;
    str_cut(content_type, ';', &type, &rest);
    return str_eqc(str_trim(type), wanted);
}

/* What apimachinery shows of a body that it can't name. */
static str_t summary(arena_t *a, str_t body) {
    if (!body.n)
        return STR("<empty>");
    if (body.p[0] == '{')
        return body.n > 30 ? arena_printf(a, STR_FMT " ...", STR_ARG(str_sub(body, 0, 30))) : body;
    buf_t b;
    buf_init_arena(&b, a);
    for (size_t i = 0; i < body.n && i < 30; i++)
        buf_printf(&b, "%02x", (unsigned char)body.p[i]);
    buf_addc(&b, body.n > 30 ? " ..." : "");
    return buf_str(&b);
}

str_t body_json_error(arena_t *a, str_t text, const err_t *err) {
    str_t fault = err->code == ERR_INVALID ? gojson_fault(a, text) : STR_NONE;
    return fault.n ? fault : arena_str(a, str_c(error_text(err)));
}

/* Of the type that the path wants; DeleteOptions go to any path. */
static jv_t *parse_protobuf(call_t *c) {
    arena_t *a = c->arena;
    err_t err = ERROR_INIT;
    str_t version, kind, raw;
    jv_t *v = NULL;
    if (proto_envelope(a, c->request->body, &version, &kind, &raw, &err)) {
        const resource_t *named = resource_of_kind(c->server, version, kind);
        const schema_t *type = str_eqc(kind, "DeleteOptions") || str_eqc(kind, "Scale") || str_eqc(kind, "Eviction") ||
                                       str_eqc(kind, "TokenRequest")
                                   ? types_get(c->server->types, str_eqc(kind, "Scale") ? STR("V1Scale") : kind)
                               : named && !named->crd ? named->type
                                                      : NULL;
        if (type)
            v = proto_decode(a, type, raw, &err);
        else
            error_set(&err, ERR_UNSUPPORTED, "no kind \"" STR_FMT "\" of \"" STR_FMT "\" is known in protobuf",
                      STR_ARG(kind), STR_ARG(version));
    }
    if (v) {
        jv_setc(a, v, "kind", jv_string(a, arena_str(a, kind)));
        jv_setc(a, v, "apiVersion", jv_string(a, arena_str(a, version)));
    } else {
        call_bad_request(c, arena_str(a, str_c(error_text(&err))));
    }
    error_release(&err);
    return v;
}

jv_t *body_parse(call_t *c) {
    str_t type = c->request->content_type, body = c->request->body;
    arena_t *a = c->arena;
    err_t err = ERROR_INIT;
    jv_t *v = NULL;
    if (!type.n || is_type(type, "application/json")) {
        v = jv_parse(a, body, &err);
    } else if (is_type(type, "application/yaml") || is_type(type, "application/apply-patch+yaml")) {
        v = yaml_parse(a, body, YAML_KUBERNETES, &err);
    } else if (is_type(type, "application/vnd.kubernetes.protobuf")) {
        return parse_protobuf(c);
    } else {
        call_status(c, 415, "UnsupportedMediaType",
                    STR("the body of the request was in an unknown format - accepted media types include: "
                        "application/json, application/yaml, application/vnd.kubernetes.protobuf"),
                    NULL);
        return NULL;
    }
    if (!v || v->kind != JV_OBJECT) {
        str_t why =
            v ? arena_printf(a,
                             "json: cannot unmarshal %s into Go value of type struct { APIVersion string "
                             "\"json:\\\"apiVersion,omitempty\\\"\"; Kind string \"json:\\\"kind,omitempty\\\"\" }",
                             v->kind == JV_ARRAY    ? "array"
                             : v->kind == JV_STRING ? "string"
                             : v->kind == JV_NUMBER ? "number"
                                                    : "bool")
              : body_json_error(a, body, &err);
        str_t kind = c->resource ? c->resource->kind : STR("DeleteOptions");
        call_bad_request(c, arena_printf(a,
                                         "the object provided is unrecognized (must be of type " STR_FMT
                                         "): couldn't get version/kind; json parse error: " STR_FMT " (" STR_FMT ")",
                                         STR_ARG(kind), STR_ARG(why), STR_ARG(summary(a, body))));
        v = NULL;
    }
    error_release(&err);
    return v;
}

bool body_strict(call_t *c, const strict_t *strict, str_t *refused) {
    if (!strict->n || str_eqc(c->validation, "Ignore"))
        return true;
    if (str_eqc(c->validation, "Strict")) {
        *refused = arena_concat(c->arena, STR("strict decoding error: "), strict_text(c->arena, strict));
        return false;
    }
    for (size_t i = 0; i < strict->n; i++)
        call_warn(c, strict->items[i]);
    return true;
}

jv_t *body_canonical(arena_t *a, const resource_t *r, jv_t *v) {
    if (r->crd)
        return v;
    return wire_decode(a, r->store && r->store->resource ? r->store->resource->type : r->type, v, NULL, NULL);
}

jv_t *body_decode(call_t *c, jv_t *value, strict_t *strict, err_t *err) {
    arena_t *a = c->arena;
    const resource_t *r = c->resource;
    if (r->crd)
        return crd_decode(a, c->server->types, r, value, strict, err) ? value : NULL;
    jv_t *v = wire_decode(a, r->type, value, strict, err);
    if (!v)
        return NULL;
    if (r->to_storage) {
        v = r->to_storage(a, v);
        const resource_t *stored = r->store->resource;
        v = wire_decode(a, stored->type, v, NULL, err);
        if (!v)
            return NULL;
        r = stored;
    }
    if (r->rules && r->rules->defaults) {
        r->rules->defaults(a, v);
        v = body_canonical(a, r, v);
    }
    return v;
}

/* A custom kind's own messages for a body of another kind or version. */
static bool check_custom(call_t *c, const jv_t *v, str_t kind, str_t version) {
    arena_t *a = c->arena;
    const resource_t *r = c->resource;
    if (!str_eq(version, r->api_version)) {
        for (size_t i = 0; i < jv_count(v); i++) {
            str_t key = v->members[i].key;
            if (!str_eqc(key, "kind") && !str_eqc(key, "apiVersion") && !str_eqc(key, "metadata"))
                call_warn(c, arena_printf(a, "unknown field \"" STR_FMT "\"", STR_ARG(key)));
        }
        return call_bad_request(c, arena_printf(a,
                                                "the API version in the data (" STR_FMT
                                                ") does not match the expected API version (" STR_FMT ")",
                                                STR_ARG(version), STR_ARG(r->api_version)));
    }
    if (str_eq(kind, r->kind))
        return true;
    fields_t f = {.arena = a};
    fields_invalid_str(&f, STR("kind"), kind, "must be " STR_FMT, STR_ARG(r->kind));
    return call_invalid(c, r->group, kind, jv_path_str(v, "metadata", "name", NULL), &f);
}

static bool check_kind(call_t *c, const jv_t *v) {
    arena_t *a = c->arena;
    const resource_t *r = c->resource;
    str_t kind = jv_str(jv_getc(v, "kind")), version = jv_str(jv_getc(v, "apiVersion"));
    if (!kind.n)
        kind = r->kind;
    if (!version.n)
        version = r->api_version;
    if (r->crd) {
        if (!jv_str(jv_getc(v, "kind")).n)
            return call_bad_request(c, arena_printf(a,
                                                    "the object provided is unrecognized (must be of type " STR_FMT
                                                    "): Object 'Kind' is missing in '" STR_FMT "' (" STR_FMT ")",
                                                    STR_ARG(r->kind), STR_ARG(c->request->body),
                                                    STR_ARG(summary(a, c->request->body))));
        return check_custom(c, v, kind, version);
    }
    if (str_eq(kind, r->kind) && str_eq(version, r->api_version))
        return true;
    const resource_t *other = resource_of_kind(c->server, version, kind);
    str_t group, v1;
    if (!str_cut(version, '/', &group, &v1))
        v1 = version;
    if (!other || other->crd)
        return call_bad_request(c, arena_printf(a,
                                                STR_FMT " in version " STR_FMT " cannot be handled as a " STR_FMT
                                                        ": no kind " STR_FMT " is registered for version " STR_FMT
                                                        " in scheme \"pkg/api/legacyscheme/scheme.go:30\"",
                                                STR_ARG(kind), STR_ARG(fields_quote(a, v1)), STR_ARG(r->kind),
                                                STR_ARG(fields_quote(a, kind)), STR_ARG(fields_quote(a, version))));
    if (!str_eq(version, r->api_version))
        return call_bad_request(c, arena_printf(a,
                                                "the API version in the data (" STR_FMT
                                                ") does not match the expected API version (" STR_FMT ")",
                                                STR_ARG(version), STR_ARG(r->api_version)));
    str_t package = r->group.n ? r->group : STR("core"), rest;
    str_cut(package, '.', &package, &rest);
    return call_bad_request(c, arena_printf(a,
                                            STR_FMT " in version " STR_FMT " cannot be handled as a " STR_FMT
                                                    ": converting (v1." STR_FMT ") to (" STR_FMT "." STR_FMT
                                                    "): unknown conversion",
                                            STR_ARG(kind), STR_ARG(fields_quote(a, v1)), STR_ARG(r->kind),
                                            STR_ARG(kind), STR_ARG(package), STR_ARG(r->kind)));
}

jv_t *body_object(call_t *c) {
    arena_t *a = c->arena;
    jv_t *v = body_parse(c);
    if (!v || !check_kind(c, v))
        return NULL;
    strict_t strict = {0};
    err_t err = ERROR_INIT;
    str_t refused = STR_NONE;
    if (!str_eqc(c->validation, "Ignore") && !is_type(c->request->content_type, "application/vnd.kubernetes.protobuf"))
        wire_duplicates(a, c->request->body, &strict);
    jv_t *out = body_decode(c, v, &strict, &err);
    if (!out)
        refused = arena_str(a, str_c(error_text(&err)));
    else if (!body_strict(c, &strict, &refused))
        out = NULL;
    error_release(&err);
    if (!out)
        call_bad_request(c,
                         arena_printf(a, STR_FMT " in version " STR_FMT " cannot be handled as a " STR_FMT ": " STR_FMT,
                                      STR_ARG(c->resource->kind), STR_ARG(fields_quote(a, c->resource->version)),
                                      STR_ARG(c->resource->kind), STR_ARG(refused)));
    return out;
}
