#include "contrib/apiserver/scale.h"

#include "contrib/apiserver/apply.h"
#include "contrib/apiserver/body.h"
#include "contrib/apiserver/meta.h"
#include "contrib/apiserver/patching.h"
#include "contrib/apiserver/selectors.h"
#include "contrib/apiserver/state.h"
#include "contrib/apiserver/write.h"

/* The value at a simple JSON path (".spec.replicas"). */
static jv_t *at_path(const jv_t *v, str_t path) {
    str_t rest = str_starts(path, STR(".")) ? str_from(path, 1) : path, head, tail;
    while (rest.n) {
        str_cut(rest, '.', &head, &tail);
        v = jv_get(v, head);
        rest = tail;
    }
    return (jv_t *)v;
}

static void set_path(arena_t *a, jv_t *v, str_t path, jv_t *value) {
    str_t rest = str_starts(path, STR(".")) ? str_from(path, 1) : path, head, tail;
    while (str_cut(rest, '.', &head, &tail)) {
        jv_t *next = jv_get(v, head);
        if (!jv_is(next, JV_OBJECT)) {
            next = jv_object(a);
            jv_set(a, v, head, next);
        }
        v = next;
        rest = tail;
    }
    jv_set(a, v, rest, value);
}

static str_t replicas_path(const resource_t *r) {
    return r->crd ? r->crd->replicas_path : STR(".spec.replicas");
}

static str_t selector_of(arena_t *a, const resource_t *r, const jv_t *v) {
    if (r->crd)
        return r->crd->selector_path.n ? jv_str(at_path(v, r->crd->selector_path)) : STR_NONE;
    jv_t *selector = jv_path(v, "spec", "selector", NULL);
    if (!str_eqc(r->plural, "replicationcontrollers"))
        return selector_text(a, selector);
    jv_t *wrapped = jv_object(a);
    jv_setc(a, wrapped, "matchLabels", selector);
    return selector_text(a, wrapped);
}

static jv_t *scale_value(arena_t *a, const resource_t *r, const jv_t *v) {
    jv_t *s = jv_object(a), *meta = jv_object(a), *spec = jv_object(a), *status = jv_object(a);
    static const char *const kept[] = {"name", "namespace", "uid", "resourceVersion", "creationTimestamp"};
    for (size_t i = 0; i < sizeof kept / sizeof *kept; i++)
        jv_setc(a, meta, kept[i], jv_path(v, "metadata", kept[i], NULL));
    int64_t want = 0, have = 0;
    bool given = jv_as_int(at_path(v, replicas_path(r)), &want);
    jv_as_int(at_path(v, r->crd ? r->crd->status_replicas_path : STR(".status.replicas")), &have);
    if (given && want)
        jv_setc(a, spec, "replicas", jv_int(a, want));
    jv_setc(a, status, "replicas", jv_int(a, have));
    str_t selector = selector_of(a, r, v);
    if (selector.n)
        jv_setc(a, status, "selector", jv_string(a, selector));
    jv_setc(a, s, "kind", jv_string(a, STR("Scale")));
    jv_setc(a, s, "apiVersion", jv_string(a, STR("autoscaling/v1")));
    jv_setc(a, s, "metadata", meta);
    jv_setc(a, s, "spec", spec);
    jv_setc(a, s, "status", status);
    return s;
}

void scale_get(call_t *c) {
    object_t *o = store_find(c->resource->store, c->ns, c->name);
    if (o)
        call_reply(c, 200, scale_value(c->arena, c->resource, object_value(c->arena, o)));
    else
        call_not_found(c);
}

/* Writes the replicas of a Scale into the object, and replies with the Scale that it then has. */
static void store_scale(call_t *c, object_t *old, const jv_t *scale) {
    arena_t *a = c->arena;
    int64_t n = 0;
    jv_as_int(jv_path(scale, "spec", "replicas", NULL), &n);
    fields_t f = {.arena = a};
    if (n < 0 && !c->resource->crd)
        fields_invalid(&f, STR("spec.replicas"), jv_int(a, n), "must be greater than or equal to 0");
    if (f.n) {
        call_invalid(c, STR("autoscaling"), STR("Scale"), c->name, &f);
        return;
    }
    jv_t *was = object_value(a, old), *object = jv_copy(a, was);
    set_path(a, object, replicas_path(c->resource), jv_int(a, n));
    jv_t *rv = jv_path(scale, "metadata", "resourceVersion", NULL);
    if (jv_str(rv).n)
        jv_set_path(a, object, rv, "metadata", "resourceVersion", NULL);
    output_t form = c->output;
    c->output = OUTPUT_OBJECT;
    write_changed(c, old, was, object, false);
    c->output = form;
    if (c->reply->status != 200)
        return;
    jv_t *v = jv_parse(a, str_trim(c->reply->body), NULL);
    if (v)
        call_reply(c, 200, scale_value(a, c->resource, v));
}

static jv_t *read_scale(call_t *c, jv_t *v) {
    err_t err = ERROR_INIT;
    jv_t *scale = wire_decode(c->arena, types_get(c->server->types, STR("V1Scale")), v, NULL, &err);
    if (!scale)
        call_bad_request(c, arena_printf(c->arena, "Scale in version \"v1\" cannot be handled as a Scale: %s",
                                         error_text(&err)));
    error_release(&err);
    return scale;
}

void scale_update(call_t *c) {
    jv_t *body = body_parse(c);
    jv_t *scale = body ? read_scale(c, body) : NULL;
    object_t *old = store_find(c->resource->store, c->ns, c->name);
    if (!scale)
        return;
    if (!old)
        call_not_found(c);
    else if (meta_check_name(c, scale))
        store_scale(c, old, scale);
}

/* An applied Scale is an applied object that has replicas alone. */
static void apply_scale(call_t *c) {
    arena_t *a = c->arena;
    jv_t *body = body_parse(c), *scale = body ? read_scale(c, body) : NULL, *config = jv_object(a);
    int64_t n = 0;
    if (!scale || !meta_check_name(c, scale))
        return;
    jv_as_int(jv_path(scale, "spec", "replicas", NULL), &n);
    jv_setc(a, config, "apiVersion", jv_string(a, c->resource->api_version));
    jv_setc(a, config, "kind", jv_string(a, c->resource->kind));
    jv_set_path(a, config, jv_string(a, c->name), "metadata", "name", NULL);
    set_path(a, config, replicas_path(c->resource), jv_int(a, n));
    apply_config(c, config);
    jv_t *v = c->reply->status == 200 ? jv_parse(a, str_trim(c->reply->body), NULL) : NULL;
    if (v)
        call_reply(c, 200, scale_value(a, c->resource, v));
}

void scale_patch(call_t *c) {
    object_t *old = store_find(c->resource->store, c->ns, c->name);
    if (!old) {
        call_not_found(c);
        return;
    }
    if (str_starts(c->request->content_type, STR("application/apply-patch"))) {
        apply_scale(c);
        return;
    }
    jv_t *now = scale_value(c->arena, c->resource, object_value(c->arena, old));
    jv_t *patched = patching_apply(c, now);
    jv_t *scale = patched ? read_scale(c, patched) : NULL;
    if (scale && meta_check_name(c, scale))
        store_scale(c, old, scale);
}
