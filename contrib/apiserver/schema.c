#include "contrib/apiserver/schema.h"

#include <stdlib.h>

static int field_order(const void *a, const void *b) {
    return str_cmp(((const schema_field_t *)a)->name, ((const schema_field_t *)b)->name);
}

static void compile_struct(arena_t *a, schema_t *s, const jv_t *raw) {
    const jv_t *props = jv_getc(raw, "properties"), *more = jv_getc(raw, "additionalProperties");
    s->nfields = jv_count(props);
    s->fields = arena_array(a, schema_field_t, s->nfields + 1);
    for (size_t i = 0; i < s->nfields; i++) {
        s->fields[i].name = props->members[i].key;
        s->fields[i].type = schema_compile(a, props->members[i].value);
        s->fields[i].omit = s->fields[i].pointer = true;
    }
    if (s->nfields)
        qsort(s->fields, s->nfields, sizeof *s->fields, field_order);
    if (jv_is(more, JV_OBJECT))
        s->element = schema_compile(a, more);
    else if (jv_true(more))
        s->preserve = true;
    s->kind = s->element && !s->nfields ? SCHEMA_MAP : SCHEMA_STRUCT;
    s->atomic = str_eqc(jv_str(jv_getc(raw, "x-kubernetes-map-type")), "atomic");
}

static void compile_list(arena_t *a, schema_t *s, const jv_t *raw) {
    str_t type = jv_str(jv_getc(raw, "x-kubernetes-list-type"));
    const jv_t *keys = jv_getc(raw, "x-kubernetes-list-map-keys"), *items = jv_getc(raw, "items");
    s->kind = SCHEMA_LIST;
    s->element = schema_compile(a, items);
    s->set = str_eqc(type, "set");
    s->atomic = str_eqc(type, "atomic");
    if (!str_eqc(type, "map") || !jv_count(keys))
        return;
    str_t *names = arena_array(a, str_t, jv_count(keys));
    s->key_defaults = arena_array(a, const jv_t *, jv_count(keys));
    for (size_t i = 0; i < jv_count(keys); i++) {
        names[i] = jv_str(jv_at(keys, i));
        s->key_defaults[i] = jv_getc(jv_get(jv_getc(items, "properties"), names[i]), "default");
    }
    s->keys = names;
    s->nkeys = jv_count(keys);
}

schema_t *schema_compile(arena_t *a, const jv_t *raw) {
    if (!jv_is(raw, JV_OBJECT))
        return NULL;
    schema_t *s = arena_new(a, schema_t);
    str_t type = jv_str(jv_getc(raw, "type"));
    s->raw = raw;
    s->name = type;
    s->preserve = jv_true(jv_getc(raw, "x-kubernetes-preserve-unknown-fields"));
    s->embedded = jv_true(jv_getc(raw, "x-kubernetes-embedded-resource"));
    if (str_eqc(type, "object") || jv_getc(raw, "properties"))
        compile_struct(a, s, raw);
    else if (str_eqc(type, "array") || jv_getc(raw, "items"))
        compile_list(a, s, raw);
    return s;
}

/* ---- pruning ---- */

typedef struct pruner {
    arena_t *arena;
    strict_t *strict;
} pruner_t;

static void prune(pruner_t *p, const schema_t *s, jv_t *v, bool whole, str_t path);

static bool object_field(str_t key) {
    return str_eqc(key, "apiVersion") || str_eqc(key, "kind") || str_eqc(key, "metadata");
}

static void prune_object(pruner_t *p, const schema_t *s, jv_t *v, bool whole, str_t path) {
    for (size_t i = 0; i < v->n;) {
        str_t key = v->members[i].key;
        const schema_field_t *f = schema_field(s, key);
        const schema_t *child = f ? f->type : s->element;
        if (whole && object_field(key)) {
            i++;
        } else if (f || s->element) {
            prune(p, child, v->members[i++].value, false, at_str(p->arena, path, key));
        } else if (s->preserve) {
            i++;
        } else {
            if (p->strict)
                strict_add(p->arena, p->strict,
                           arena_printf(p->arena, "unknown field \"" STR_FMT "\"",
                                        STR_ARG(at_str(p->arena, path, key))));
            jv_remove(v, key);
        }
    }
}

static void prune(pruner_t *p, const schema_t *s, jv_t *v, bool whole, str_t path) {
    if (!s)
        return;
    if (jv_is(v, JV_OBJECT) && (s->kind == SCHEMA_STRUCT || s->kind == SCHEMA_MAP))
        prune_object(p, s, v, whole || s->embedded, path);
    else if (jv_is(v, JV_OBJECT) && s->kind == SCHEMA_ANY && !s->preserve && s->name.n == 0 &&
             !jv_true(jv_getc(s->raw, "x-kubernetes-int-or-string")))
        prune_object(p, s, v, false, path);
    else if (jv_is(v, JV_ARRAY) && s->kind == SCHEMA_LIST)
        for (size_t i = 0; i < v->n; i++)
            prune(p, s->element, v->items[i], false, at_index(p->arena, path, i));
}

void schema_prune(arena_t *a, const schema_t *s, jv_t *v, bool root, strict_t *strict) {
    pruner_t p = {a, strict};
    prune(&p, s, v, root, STR_NONE);
}

/* ---- defaults ---- */

void schema_default(arena_t *a, const schema_t *s, jv_t *v) {
    if (!s)
        return;
    if (jv_is(v, JV_ARRAY) && s->kind == SCHEMA_LIST) {
        for (size_t i = 0; i < v->n; i++)
            schema_default(a, s->element, v->items[i]);
        return;
    }
    if (!jv_is(v, JV_OBJECT))
        return;
    for (size_t i = v->n; i-- > 0;) {
        const schema_t *child = schema_child(s, v->members[i].key);
        if (child && jv_is(v->members[i].value, JV_NULL) && !jv_true(jv_getc(child->raw, "nullable")))
            jv_remove(v, v->members[i].key);
    }
    for (size_t i = 0; i < s->nfields; i++) {
        const schema_t *child = s->fields[i].type;
        const jv_t *fallback = child ? jv_getc(child->raw, "default") : NULL;
        if (fallback && !jv_get(v, s->fields[i].name))
            jv_set(a, v, s->fields[i].name, jv_copy(a, fallback));
    }
    for (size_t i = 0; i < v->n; i++)
        schema_default(a, schema_child(s, v->members[i].key), v->members[i].value);
}
