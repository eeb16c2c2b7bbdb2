#include "config/cue/value.h"

vertex_t *vertex_new(eval_t *e, vertex_t *parent, const label_t *label) {
    vertex_t *v = arena_new(e->arena, vertex_t);
    v->head = (value_t){.tag = VAL_VERTEX, .items = (value_t **)(void *)e};
    v->parent = parent;
    v->label = label;
    v->depth = parent ? parent->depth + 1 : 0;
    if (label && label_is_def(label)) {
        v->root_group = arena_new(e->arena, group_t);
        v->root_group->recursive = true;
        v->groups = v->root_group;
    }
    return v;
}

vertex_t *vertex_temp(eval_t *e, const syn_t *x, env_t *env) {
    vertex_t *v = vertex_new(e, e->at ? (vertex_t *)(uintptr_t)e->at : e->root, NULL);
    v->computed = true;
    vertex_add_conj(e, v, (conj_t){.x = x, .env = env, .info = {.refs = e->refs, .in_line = true}});
    return v;
}

void vertex_add_conj(eval_t *e, vertex_t *v, conj_t c) {
    if (v->nconjs == v->cconjs) {
        uint32_t cap = v->cconjs ? v->cconjs * 2 : 1;
        v->conjs = arena_grow(e->arena, v->conjs, v->cconjs * sizeof c, cap * sizeof c);
        v->cconjs = cap;
    }
    v->conjs[v->nconjs++] = c;
}

/* ---- arcs ---- */

enum { INDEX_FROM = 16 };

static uint32_t slot(const vertex_t *v, const label_t *label) {
    uint64_t h = (uint64_t)(uintptr_t)label * 0x9E3779B97F4A7C15u;
    return (uint32_t)(h >> 32) & (v->index_size - 1);
}

vertex_t *vertex_find(const vertex_t *v, const label_t *label) {
    if (v->index) {
        for (uint32_t i = slot(v, label); v->index[i]; i = (i + 1) & (v->index_size - 1)) {
            if (v->arcs[v->index[i] - 1]->label == label)
                return v->arcs[v->index[i] - 1];
        }
        return NULL;
    }
    for (uint32_t i = 0; i < v->narcs; i++) {
        if (v->arcs[i]->label == label)
            return v->arcs[i];
    }
    return NULL;
}

static void index_put(vertex_t *v, uint32_t at) {
    uint32_t i = slot(v, v->arcs[at]->label);
    while (v->index[i])
        i = (i + 1) & (v->index_size - 1);
    v->index[i] = at + 1;
}

static void index_grow(eval_t *e, vertex_t *v) {
    if (v->narcs < INDEX_FROM || v->narcs * 2 < v->index_size)
        return;
    v->index_size = v->index_size ? v->index_size * 4 : 64;
    v->index = arena_array(e->arena, uint32_t, v->index_size);
    for (uint32_t i = 0; i < v->narcs; i++)
        index_put(v, i);
}

void vertex_set_arcs(eval_t *e, vertex_t *v, vertex_t **arcs) {
    v->arcs = arcs;
    v->carcs = v->narcs;
    if (!v->index)
        return;
    v->index = arena_array(e->arena, uint32_t, v->index_size);
    for (uint32_t i = 0; i < v->narcs; i++)
        index_put(v, i);
}

vertex_t *vertex_arc(eval_t *e, vertex_t *v, const label_t *label, bool *added) {
    vertex_t *arc = vertex_find(v, label);
    *added = !arc;
    if (arc)
        return arc;
    if (v->narcs == v->carcs) {
        uint32_t cap = v->carcs ? v->carcs * 2 : 4;
        v->arcs = arena_grow(e->arena, v->arcs, v->carcs * sizeof arc, cap * sizeof arc);
        v->carcs = cap;
    }
    arc = vertex_new(e, v, label);
    arc->mark = FIELD_OPTIONAL;
    v->arcs[v->narcs++] = arc;
    if (v->index)
        index_put(v, v->narcs - 1);
    index_grow(e, v);
    return arc;
}

/* ---- reading ---- */

vertex_t *vertex_deref(vertex_t *v) {
    while (v->fwd) {
        if (v->splitting)
            v->watched = true;
        v = v->fwd;
    }
    return v;
}

vertex_t *vertex_default(vertex_t *v) {
    for (;;) {
        v = vertex_deref(v);
        if (!v->disj || v->disj->ndefaults != 1)
            return v;
        v = v->disj->items[0];
    }
}

bool vertex_is_struct(const vertex_t *v) {
    return v->base && v->base->tag == VAL_STRUCT;
}

bool vertex_is_list(const vertex_t *v) {
    return v->base && v->base->tag == VAL_LIST;
}

bool vertex_shown(const vertex_t *arc) {
    return arc->mark == FIELD_REGULAR && label_exported(arc->label);
}

bottom_t *vertex_error(vertex_t *v) {
    v = vertex_deref(v);
    if (v->base && v->base->tag == VAL_BOTTOM && !bottom_pending(v->base->bottom))
        return v->base->bottom;
    if (v->child_error && !bottom_pending(v->child_error))
        return v->child_error;
    return NULL;
}

bottom_t *vertex_failure(vertex_t *v) {
    v = vertex_deref(v);
    bottom_t *b = v->base && v->base->tag == VAL_BOTTOM ? v->base->bottom : NULL;
    return bottom_worse(bottom_worse(b, v->incomplete), v->child_error);
}

static void finalize_arcs(eval_t *e, vertex_t *v) {
    vertex_t **arcs = v->arcs;
    for (uint32_t i = 0; i < v->narcs; i++) {
        vertex_t *arc = arcs[i];
        if (arc->mark == FIELD_OPTIONAL)
            continue;
        vertex_finalize(e, arc);
        v->child_error = bottom_worse(v->child_error, vertex_failure(arc));
        arcs = v->arcs;
    }
}

void vertex_finalize(eval_t *e, vertex_t *v) {
    eval_enter(e);
    vertex_expand(e, v);
    if (v->status == ST_EXPANDED) {
        v->status = ST_FINALIZING;
        if (v->fwd)
            vertex_finalize(e, v->fwd);
        else if (!v->disj && !vertex_error(v))
            finalize_arcs(e, v);
        if (v->status == ST_FINALIZING)
            v->status = ST_DONE;
    }
    eval_leave(e);
}

/* ---- the trail ---- */

static bool inside(const vertex_t *v, const vertex_t *of) {
    for (; v && v->depth >= of->depth; v = v->parent) {
        if (v == of)
            return true;
    }
    return false;
}

static void forget(vertex_t *v) {
    v->status = ST_NEW;
    v->arcs = NULL;
    v->narcs = v->carcs = 0;
    v->index = NULL;
    v->index_size = 0;
    v->base = NULL;
    v->child_error = v->incomplete = NULL;
    v->fwd = NULL;
    v->disj = NULL;
    v->literals = NULL;
    v->nliterals = 0;
    v->patterns = NULL;
    v->npatterns = 0;
    v->groups = v->given_groups;
    v->ellipses = NULL;
    v->nellipses = 0;
    v->elems = NULL;
    v->nelems = 0;
    v->list_open = v->closed = v->complete = false;
    v->absent = NULL;
    v->nabsent = 0;
    v->watched = v->splitting = v->peeked = false;
}

void trail_undo(eval_t *e, size_t mark, const vertex_t *keep) {
    size_t kept = mark;
    for (size_t i = mark; i < e->ntrail; i++) {
        vertex_t *v = e->trail[i];
        bool busy = v->status == ST_EXPANDING || v->status == ST_FINALIZING;
        if (busy || (keep && inside(v, keep)))
            e->trail[kept++] = v;
        else
            forget(v);
    }
    e->ntrail = kept;
}

/* ---- equality of finalized vertices ---- */

static uint32_t count_arcs(const vertex_t *v) {
    uint32_t n = 0;
    for (uint32_t i = 0; i < v->narcs; i++)
        n += v->arcs[i]->label->kind != LABEL_LET;
    return n;
}

static uint32_t count_shown(const vertex_t *v) {
    uint32_t n = 0;
    for (uint32_t i = 0; i < v->narcs; i++)
        n += vertex_shown(v->arcs[i]);
    return n;
}

static bool value_equal(eval_t *e, const value_t *a, const value_t *b) {
    if (a == b)
        return true;
    if (!a || !b || a->tag != b->tag || a->kind != b->kind)
        return false;
    switch ((value_tag_t)a->tag) {
    case VAL_TYPE:
    case VAL_STRUCT:
    case VAL_LIST:
        return true;
    case VAL_BOUND:
        return a->op == b->op && value_equal(e, a->x, b->x);
    case VAL_CONJ:
        if (a->n != b->n)
            return false;
        for (size_t i = 0; i < a->n; i++) {
            if (!value_equal(e, a->items[i], b->items[i]))
                return false;
        }
        return true;
    case VAL_VALIDATOR:
        if (!str_eq(a->validator->name, b->validator->name) || a->validator->nargs != b->validator->nargs)
            return false;
        for (size_t i = 0; i < a->validator->nargs; i++) {
            if (!value_equal(e, a->validator->args[i], b->validator->args[i]))
                return false;
        }
        return true;
    case VAL_BOTTOM:
        return str_eq(a->bottom->text, b->bottom->text);
    default:
        return value_scalar_eq(a, b);
    }
}

static bool disj_equal(eval_t *e, const disj_t *a, const disj_t *b) {
    if (a->n != b->n || a->ndefaults != b->ndefaults)
        return false;
    for (size_t i = 0; i < a->n; i++) {
        if (!vertex_equal(e, a->items[i], b->items[i]))
            return false;
    }
    return true;
}

bool vertex_equal(eval_t *e, vertex_t *a, vertex_t *b) {
    a = vertex_deref(a);
    b = vertex_deref(b);
    if (a == b)
        return true;
    if (a->disj || b->disj)
        return a->disj && b->disj && disj_equal(e, a->disj, b->disj);
    if (!value_equal(e, a->base, b->base))
        return false;
    if (!e->loose && (count_arcs(a) != count_arcs(b) || a->list_open != b->list_open || a->npatterns != b->npatterns ||
                      (a->incomplete != NULL) != (b->incomplete != NULL) || a->closed != b->closed))
        return false;
    if (e->loose && count_shown(a) != count_shown(b))
        return false;
    eval_enter(e);
    bool same = true;
    for (size_t i = 0; same && i < a->npatterns && !e->loose; i++)
        same = a->patterns[i].x == b->patterns[i].x;
    for (uint32_t i = 0; same && i < a->narcs; i++) {
        vertex_t *x = a->arcs[i], *y = vertex_find(b, x->label);
        if (e->loose && !vertex_shown(x))
            continue;
        if (y && x->mark == FIELD_OPTIONAL && y->mark == FIELD_OPTIONAL) {
            vertex_expand(e, x);
            vertex_expand(e, y);
        }
        same = y && x->mark == y->mark && vertex_equal(e, x, y);
    }
    eval_leave(e);
    return same;
}
