#include "contrib/apiserver/patching.h"

#include "contrib/apiserver/apply.h"
#include "contrib/apiserver/body.h"
#include "contrib/apiserver/meta.h"
#include "contrib/apiserver/output.h"
#include "contrib/apiserver/scale.h"
#include "contrib/apiserver/state.h"
#include "contrib/apiserver/write.h"
#include "kubeapi/patch.h"

typedef enum patch_type { PATCH_NONE, PATCH_JSON, PATCH_MERGE, PATCH_STRATEGIC, PATCH_APPLY } patch_type_t;

static patch_type_t type_of(const call_t *c) {
    str_t type, rest;
    str_cut(c->request->content_type, ';', &type, &rest);
    type = str_trim(type);
    if (str_eqc(type, "application/json-patch+json"))
        return PATCH_JSON;
    if (str_eqc(type, "application/merge-patch+json"))
        return PATCH_MERGE;
    if (str_eqc(type, "application/strategic-merge-patch+json"))
        return PATCH_STRATEGIC;
    return str_eqc(type, "application/apply-patch+yaml") ? PATCH_APPLY : PATCH_NONE;
}

static bool refuse_type(call_t *c) {
    if (c->resource->crd)
        return call_status(
            c, 415, "UnsupportedMediaType",
            STR("the body of the request was in an unknown format - accepted media types include: "
                "application/json-patch+json, application/merge-patch+json, application/apply-patch+yaml"),
            NULL);
    return call_generic(c, 415, STR("415: Unsupported Media Type"));
}

static bool check_options(call_t *c, patch_type_t type) {
    fields_t f = {.arena = c->arena};
    if (!write_options(c, "PatchOptions"))
        return false;
    if (type == PATCH_APPLY && !call_param(c, "fieldManager").n)
        fields_required(&f, STR("fieldManager"), "is required for apply patch");
    if (type != PATCH_APPLY && call_has_param(c, "force"))
        fields_forbidden(&f, STR("force"), "may not be specified for non-apply patch");
    return !f.n || call_invalid(c, STR("meta.k8s.io"), STR("PatchOptions"), STR_NONE, &f);
}

static jv_t *parse(call_t *c, patch_type_t type) {
    err_t err = ERROR_INIT;
    jv_t *patch = jv_parse(c->arena, c->request->body, &err);
    str_t prefix = type == PATCH_STRATEGIC ? STR("") : STR("error decoding patch: ");
    jv_kind_t wanted = type == PATCH_JSON ? JV_ARRAY : JV_OBJECT;
    if (!patch) {
        call_bad_request(c, arena_concat(c->arena, prefix, body_json_error(c->arena, c->request->body, &err)));
    } else if (patch->kind != wanted) {
        static const char *const words[] = {"null", "bool", "number", "string", "array", "object"};
        call_bad_request(c, arena_printf(c->arena, STR_FMT "json: cannot unmarshal %s into Go value of type %s",
                                         STR_ARG(prefix), words[patch->kind],
                                         type == PATCH_JSON ? "[]handlers.jsonPatchOp" : "map[string]interface {}"));
        patch = NULL;
    }
    error_release(&err);
    return patch;
}

jv_t *patching_apply(call_t *c, const jv_t *target) {
    patch_type_t type = type_of(c);
    arena_t *a = c->arena;
    err_t err = ERROR_INIT;
    jv_t *patch = parse(c, type), *out = NULL;
    if (!patch)
        return NULL;
    switch (type) {
    case PATCH_JSON:
        out = patch_json(a, target, patch, &err);
        break;
    case PATCH_MERGE:
        out = patch_merge(a, target, patch, &err);
        break;
    default: {
        const patch_schema_t *schema =
            patch_schema_find(jv_str(jv_getc(target, "apiVersion")), jv_str(jv_getc(target, "kind")));
        out = patch_strategic(a, target, patch, schema, &err);
    }
    }
    if (!out) {
        if (type == PATCH_JSON && err.code == ERR_REFUSED)
            call_generic(c, 422, STR_NONE);
        else if (str_find(str_c(error_text(&err)), STR("does not contain declared merge key")) >= 0)
            call_internal(c, arena_str(a, str_c(error_text(&err))));
        else
            call_bad_request(c, arena_str(a, str_c(error_text(&err))));
    }
    error_release(&err);
    return out;
}

/* The patched value in stored form; what can't be read is a fault of the patch. */
static jv_t *decode(call_t *c, jv_t *value) {
    arena_t *a = c->arena;
    strict_t strict = {.outer_first = type_of(c) == PATCH_STRATEGIC};
    err_t err = ERROR_INIT;
    str_t refused = STR_NONE, shown = jv_text(a, value);
    if (!str_eqc(c->validation, "Ignore") && type_of(c) != PATCH_JSON)
        wire_duplicates(a, c->request->body, &strict);
    jv_t *out = body_decode(c, value, &strict, &err);
    if (!out)
        refused = arena_str(a, str_c(error_text(&err)));
    else if (!body_strict(c, &strict, &refused))
        out = NULL;
    if (!out) {
        fields_t f = {.arena = a};
        fields_invalid_str(&f, STR("patch"), shown, STR_FMT, STR_ARG(refused));
        call_invalid(c, STR_NONE, STR_NONE, STR_NONE, &f);
    }
    error_release(&err);
    return out;
}

/* A patch may not make another kind of the object (a strategic one is applied to its struct, which has none). */
static bool check_kind(call_t *c, const jv_t *patched) {
    const resource_t *r = c->resource;
    str_t kind = jv_path_str(patched, "kind", NULL), version = jv_path_str(patched, "apiVersion", NULL);
    if (type_of(c) == PATCH_STRATEGIC || (str_eq(kind, r->kind) && str_eq(version, r->api_version)))
        return true;
    fields_t f = {.arena = c->arena};
    fields_invalid_str(&f, STR("patch"), jv_text(c->arena, patched),
                       "unable to decode " STR_FMT ", Kind=" STR_FMT " into *v1." STR_FMT, STR_ARG(version),
                       STR_ARG(kind), STR_ARG(r->kind));
    return call_invalid(c, STR_NONE, STR_NONE, STR_NONE, &f);
}

static bool check_namespace(call_t *c, const jv_t *object) {
    str_t ns = jv_path_str(object, "metadata", "namespace", NULL);
    if (!ns.n || !c->ns.n || str_eq(ns, c->ns))
        return true;
    return call_bad_request(
        c, STR("the namespace of the provided object does not match the namespace sent on the request"));
}

void patching_patch(call_t *c) {
    patch_type_t type = type_of(c);
    const resource_t *r = c->resource;
    if (type == PATCH_NONE || (type == PATCH_STRATEGIC && r->crd)) {
        refuse_type(c);
        return;
    }
    if (!check_options(c, type))
        return;
    if (str_eqc(c->sub, "scale")) {
        scale_patch(c);
        return;
    }
    if (type == PATCH_APPLY) {
        apply_patch(c);
        return;
    }
    object_t *old = store_find(r->store, c->ns, c->name);
    if (!old) {
        call_not_found(c);
        return;
    }
    jv_t *target = output_value(c->arena, r, object_value(c->arena, old));
    jv_t *patched = patching_apply(c, target);
    if (!patched)
        return;
    if (!check_kind(c, patched))
        return;
    jv_t *object = decode(c, patched);
    if (object && meta_check_name(c, object) && check_namespace(c, object))
        write_changed(c, old, object_value(c->arena, old), object, false);
}
