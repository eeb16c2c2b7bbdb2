/* Whether a value is fine, or concrete, throughout. */
#include "config/cue/value.h"

enum { MAX_ERRORS = 1000 };

typedef struct errors {
    eval_t *e;
    bottom_t **p;
    size_t n, cap;
} errors_t;

static void add(errors_t *l, bottom_t *b) {
    if (l->n >= MAX_ERRORS)
        return;
    for (size_t i = 0; i < l->n; i++) {
        if (l->p[i] == b)
            return;
    }
    if (l->n == l->cap) {
        size_t cap = l->cap ? l->cap * 2 : 4;
        l->p = arena_grow(l->e->arena, l->p, l->cap * sizeof b, cap * sizeof b);
        l->cap = cap;
    }
    l->p[l->n++] = b;
}

static bottom_t *incomplete_value(eval_t *e, vertex_t *v, vertex_t *at) {
    vertex_t *was = e->at;
    e->at = at;
    bool placed =
        !v->disj && v->base && v->base->tag != VAL_CONJ && !(v->base->tag == VAL_TYPE && v->base->kind == KIND_TOP);
    bottom_t *b = bottom_new(e, BOTTOM_INCOMPLETE, placed ? v->base->pos : (syn_pos_t){0}, "incomplete value " STR_FMT,
                             STR_ARG(v->disj   ? ambiguous_text(e, v)
                                     : v->base ? value_text(e, v->base)
                                               : STR("_")));
    b->unplaced = true;
    e->at = was;
    return b;
}

/* Concrete: what is incomplete counts, in fields that are shown. */
static void collect(errors_t *l, vertex_t *given, bool concrete);

static void collect_arcs(errors_t *l, vertex_t *v, bool concrete) {
    eval_t *e = l->e;
    vertex_t **arcs = v->arcs;
    for (uint32_t i = 0; i < v->narcs; i++) {
        vertex_t *arc = arcs[i];
        bool shown = label_exported(arc->label);
        if (arc->mark == FIELD_REGULAR) {
            collect(l, arc, concrete && shown);
        } else if (arc->mark == FIELD_REQUIRED && concrete && shown) {
            bottom_t *b = bottom_new(e, BOTTOM_INCOMPLETE, (syn_pos_t){0}, "field is required but not present");
            b->at = arc;
            if (arc->nconjs && arc->conjs[0].x)
                bottom_at(e, b, arc->conjs[0].x->pos);
            add(l, b);
        }
    }
}

static void collect(errors_t *l, vertex_t *given, bool concrete) {
    eval_t *e = l->e;
    eval_enter(e);
    vertex_expand(e, given);
    vertex_t *v = concrete ? vertex_default(given) : vertex_deref(given);
    if (v->status == ST_NEW)
        vertex_expand(e, v);
    if (v->base && v->base->tag == VAL_BOTTOM) {
        if (concrete || !bottom_pending(v->base->bottom))
            add(l, v->base->bottom);
    } else if (v->disj) {
        if (concrete)
            add(l, incomplete_value(e, v, given));
    } else {
        if (concrete && v->incomplete)
            add(l, v->incomplete);
        else if (v->base && (v->base->tag == VAL_STRUCT || v->base->tag == VAL_LIST))
            collect_arcs(l, v, concrete);
        else if (v->narcs && v->base && value_is_scalar(v->base)) /* a scalar with definitions beside it */
            collect_arcs(l, v, concrete);
        else if (concrete && (!v->base || !value_is_scalar(v->base)))
            add(l, incomplete_value(e, v, given));
    }
    eval_leave(e);
}

static int compare_pos(eval_t *e, const bottom_t *a, const bottom_t *b) {
    syn_pos_t x = a->npos && !a->unplaced ? a->pos[0] : (syn_pos_t){0},
              y = b->npos && !b->unplaced ? b->pos[0] : (syn_pos_t){0};
    if (!x.line || !y.line)
        return (x.line != 0) - (y.line != 0);
    if (x.file != y.file) {
        int c = str_cmp(eval_file(e, x.file), eval_file(e, y.file));
        if (c)
            return c;
    }
    if (x.line != y.line)
        return x.line < y.line ? -1 : 1;
    return (x.col > y.col) - (x.col < y.col);
}

/* CUE sorts messages by position (none first), path and text. */
static int compare(eval_t *e, const bottom_t *a, const bottom_t *b) {
    int c = compare_pos(e, a, b);
    if (!c)
        c = str_cmp(vertex_path(e, a->at), vertex_path(e, b->at));
    return c ? c : str_cmp(a->text, b->text);
}

static void sort(errors_t *l) {
    for (size_t i = 1; i < l->n; i++) {
        bottom_t *b = l->p[i];
        size_t k = i;
        for (; k && compare(l->e, b, l->p[k - 1]) < 0; k--)
            l->p[k] = l->p[k - 1];
        l->p[k] = b;
    }
}

bottom_t *validate_vertex(eval_t *e, vertex_t *v, bool concrete) {
    errors_t l = {.e = e};
    vertex_finalize(e, v);
    collect(&l, v, concrete);
    size_t fatal = 0;
    for (size_t i = 0; i < l.n; i++) {
        if (!bottom_pending(l.p[i]))
            l.p[fatal++] = l.p[i];
    }
    if (fatal)
        l.n = fatal;
    if (l.n <= 1)
        return l.n ? l.p[0] : NULL;
    sort(&l);
    bottom_t *all = arena_new(e->arena, bottom_t);
    all->code = l.p[0]->code;
    all->parts = l.p;
    all->nparts = l.n;
    return all;
}
