/* Values to plain data and back: for builtins and for JSON. */
#include "config/cue/value.h"

static cdata_t *data_new(eval_t *e, lib_kind_t kind) {
    cdata_t *d = arena_new(e->arena, cdata_t);
    d->kind = (uint8_t)kind;
    return d;
}

static bottom_t *incomplete(eval_t *e, value_t *v, vertex_t *at) {
    vertex_t *was = e->at;
    if (at)
        e->at = at;
    bottom_t *b = bottom_new(e, BOTTOM_INCOMPLETE, v->pos, "incomplete value " STR_FMT, STR_ARG(value_text(e, v)));
    e->at = was;
    return b;
}

static cdata_t *data_of_vertex(eval_t *e, vertex_t *v, bottom_t **error) {
    size_t n = 0;
    bool list = vertex_is_list(v);
    for (uint32_t i = 0; i < v->narcs; i++)
        n += vertex_shown(v->arcs[i]);
    cdata_t *d = list ? cdata_list(e->arena, n) : cdata_struct(e->arena, n);
    n = 0;
    vertex_t **arcs = list ? v->arcs : order_export(e, v);
    uint32_t narcs = v->narcs;
    for (uint32_t i = 0; i < narcs; i++) {
        vertex_t *arc = arcs[i];
        if (arc->mark == FIELD_REQUIRED && label_exported(arc->label)) {
            *error = bottom_new(e, BOTTOM_INCOMPLETE, (syn_pos_t){0}, "field is required but not present");
            (*error)->at = arc;
            return NULL;
        }
        if (!vertex_shown(arc))
            continue;
        value_t *value = eval_vertex(e, arc);
        cdata_t *x = data_of_value(e, value, error);
        if (!x)
            return NULL;
        if (list)
            d->items[n++] = x;
        else
            d->fields[n++] = (cdata_field_t){arc->label->s, x};
    }
    return d;
}

cdata_t *data_of_value(eval_t *e, value_t *v, bottom_t **error) {
    cdata_t *d = NULL;
    switch ((value_tag_t)v->tag) {
    case VAL_BOTTOM:
        *error = v->bottom;
        return NULL;
    case VAL_NULL:
        return data_new(e, LIB_NULL);
    case VAL_BOOL:
        return cdata_bool(e->arena, v->b);
    case VAL_NUM:
        return cdata_num(e->arena, v->num);
    case VAL_STRING:
        return cdata_string(e->arena, v->s);
    case VAL_BYTES:
        return cdata_bytes(e->arena, v->s);
    case VAL_VERTEX: {
        vertex_t *t = value_vertex(v);
        eval_enter(e);
        vertex_expand(e, t);
        t = vertex_default(t);
        if (t->incomplete)
            *error = t->incomplete;
        else if (vertex_is_struct(t) || vertex_is_list(t))
            d = data_of_vertex(e, t, error);
        else if (t->base && !t->disj && t->base->tag != VAL_VERTEX)
            d = data_of_value(e, t->base, error);
        else
            *error = incomplete(e, v, t);
        eval_leave(e);
        return d;
    }
    default:
        *error = incomplete(e, v, NULL);
        return NULL;
    }
}

static vertex_t *made(eval_t *e, value_tag_t tag, unsigned kind, syn_pos_t pos) {
    vertex_t *v = vertex_new(e, e->at, NULL);
    v->computed = true;
    v->base = value_new(e, tag, kind, pos);
    v->head.kind = (uint16_t)kind;
    v->head.pos = pos;
    v->status = ST_EXPANDED;
    return v;
}

value_t *value_of_data(eval_t *e, const cdata_t *d, syn_pos_t pos) {
    value_t *v;
    switch (d->kind) {
    case LIB_NULL:
        return value_new(e, VAL_NULL, LIB_NULL, pos);
    case LIB_BOOL:
        return value_bool(e, d->b, pos);
    case LIB_INT:
    case LIB_FLOAT:
        return value_num(e, num_as(d->num, d->kind == LIB_INT ? NUM_INT : NUM_FLOAT), pos);
    case LIB_STRING:
        return value_string(e, d->s, pos);
    case LIB_BYTES:
        v = value_new(e, VAL_BYTES, LIB_BYTES, pos);
        v->s = d->s;
        return v;
    default:
        break;
    }
    bool list = d->kind == LIB_LIST;
    vertex_t *t = made(e, list ? VAL_LIST : VAL_STRUCT, list ? LIB_LIST : LIB_STRUCT, pos);
    eval_enter(e);
    for (size_t i = 0; i < d->n; i++) {
        bool added;
        const label_t *l = list ? label_int(&e->labels, i) : label_intern(&e->labels, LABEL_STRING, d->fields[i].label);
        vertex_t *arc = vertex_arc(e, t, l, &added);
        arc->mark = FIELD_REGULAR;
        vertex_add_conj(e, arc, (conj_t){.value = value_of_data(e, list ? d->items[i] : d->fields[i].value, pos)});
    }
    eval_leave(e);
    return &t->head;
}
