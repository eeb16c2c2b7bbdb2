/* Closedness: see group_t in value.h. */
#include "config/cue/value.h"

group_t *group_new(eval_t *e, vertex_t *v, group_t *up) {
    group_t *g = arena_new(e->arena, group_t);
    g->up = up;
    g->next = v->groups;
    v->groups = g;
    return g;
}

group_t *group_for_arc(eval_t *e, vertex_t *arc, group_t *g) {
    if (!g)
        return arc->root_group;
    for (group_t *x = arc->groups; x; x = x->next) {
        if (x->src == g)
            return x;
    }
    group_t *x = group_new(e, arc, group_for_arc(e, arc, g->up));
    x->src = g;
    x->embed = g->embed;
    return x;
}

static bool recursive(const group_t *g) {
    for (; g; g = g->src) {
        if (g->recursive)
            return true;
    }
    return false;
}

static bool closes(const vertex_t *v, const group_t *g);

static bool any_closes(const vertex_t *v, const group_t *g) {
    if (closes(v, g))
        return true;
    for (const group_t *c = v->groups; c; c = c->next) {
        if (c->up == g && any_closes(v, c))
            return true;
    }
    return false;
}

/* By itself, or by what it embeds. */
static bool closes(const vertex_t *v, const group_t *g) {
    if (!g->literal)
        return false;
    if (g->once || recursive(g))
        return true;
    for (const group_t *c = v->groups; c; c = c->next) {
        if (c->up == g && c->embed && any_closes(v, c))
            return true;
    }
    return false;
}

static bool within(const group_t *g, const group_t *of) {
    for (; g; g = g->up) {
        if (g == of)
            return true;
    }
    return false;
}

/* Something in `in`, outside `but`, declares the field or lets any in. */
static bool declares(const vertex_t *v, const vertex_t *arc, const group_t *in, const group_t *but) {
    for (size_t i = 0; i < arc->ndeclared; i++) {
        if (within(arc->declared[i], in) && !(but && within(arc->declared[i], but)))
            return true;
    }
    for (size_t i = 0; i < v->nellipses; i++) {
        if (within(v->ellipses[i], in) && !(but && within(v->ellipses[i], but)))
            return true;
    }
    return false;
}

/* What embeds a closed group may add fields to it. */
static bool allowed(const vertex_t *v, const vertex_t *arc, const group_t *g) {
    if (declares(v, arc, g, NULL))
        return true;
    for (; g; g = g->up) {
        if (g->embed && g->up && declares(v, arc, g->up, g))
            return true;
    }
    return false;
}

/* The groups of the vertex's own conjuncts are shared with its disjuncts: each begins anew. */
void closed_begin(vertex_t *v) {
    for (group_t *g = v->given_groups; g; g = g->next)
        g->literal = false;
}

void closed_literal(group_t *g) {
    for (; g && !g->literal; g = g->up)
        g->literal = true;
}

static bool lets_in(const vertex_t *v, const group_t *g) {
    for (size_t i = 0; i < v->nellipses; i++) {
        if (within(v->ellipses[i], g))
            return true;
    }
    return false;
}

bottom_t *closed_error(eval_t *e, vertex_t *arc) {
    bottom_t *b = bottom_new(e, BOTTOM_EVAL, (syn_pos_t){0}, "field not allowed");
    b->unplaced = true;
    for (uint32_t i = 0; i < arc->nconjs && i < 8; i++) {
        const conj_t *c = &arc->conjs[i];
        if (c->field || c->x)
            bottom_at(e, b, c->field ? c->field->pos : c->x->pos);
    }
    return b;
}

static void refuse(eval_t *e, vertex_t *arc) {
    arc->not_allowed = true;
    if (arc->status == ST_NEW)
        return;
    vertex_t *at = e->at;
    e->at = arc;
    arc->base = value_of_bottom(e, closed_error(e, arc));
    e->at = at;
}

void closed_check(eval_t *e, vertex_t *v) {
    for (const group_t *g = v->groups; g; g = g->next) {
        if (!closes(v, g))
            continue;
        v->closed = true;
        v->complete = v->complete || (!lets_in(v, g) && !v->npatterns);
        for (uint32_t i = 0; i < v->narcs; i++) {
            vertex_t *arc = v->arcs[i];
            label_kind_t k = (label_kind_t)arc->label->kind;
            if (arc->mark == FIELD_OPTIONAL || k != LABEL_STRING || arc->not_allowed)
                continue;
            eval_step(e);
            if (!allowed(v, arc, g))
                refuse(e, arc);
        }
    }
}
