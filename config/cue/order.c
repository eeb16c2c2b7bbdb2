/* The order of fields. Within an evaluation (what `for` sees) it is the order of declarations, those of comprehensions
 * and embeddings in their places. What is exported is ordered anew, as CUE 0.9.2 does: by the struct literals that a
 * value came from, each one's order kept as far as they agree. */
#include "config/cue/state.h"

/* ---- fields of comprehensions keep the place of the comprehension ---- */

void order_hold(state_t *st, const syn_t *x) {
    const syn_t *body = x->x;
    for (uint32_t i = 0; i < body->n; i++) {
        const syn_t *d = body->items[i];
        if (d->kind == SYN_COMPREHENSION)
            order_hold(st, d);
        if (d->kind != SYN_FIELD || d->field->pattern || d->field->dynamic)
            continue;
        size_t n = st->nheld;
        st->held = arena_grow(st->e->arena, st->held, n * sizeof *st->held, (n + 1) * sizeof *st->held);
        st->held[n].label = d->label;
        st->held[n].before = st->v->narcs;
        st->nheld++;
    }
}

void order_settle(state_t *st) {
    vertex_t *v = st->v;
    uint32_t n = 0;
    size_t h = 0;
    if (!st->nheld || !v->narcs)
        return;
    vertex_t **arcs = arena_array(st->e->arena, vertex_t *, v->narcs);
    for (uint32_t i = 0; i <= v->narcs; i++) {
        for (; h < st->nheld && st->held[h].before <= i; h++) {
            vertex_t *arc = vertex_find(v, st->held[h].label);
            if (arc && !arc->placed) {
                arc->placed = true;
                arcs[n++] = arc;
            }
        }
        if (i < v->narcs && !v->arcs[i]->placed) {
            v->arcs[i]->placed = true;
            arcs[n++] = v->arcs[i];
        }
    }
    for (uint32_t i = 0; i < n; i++)
        arcs[i]->placed = false;
    vertex_set_arcs(st->e, v, arcs);
}

/* ---- what is exported ---- */

typedef struct front {
    vertex_t **arcs;
    size_t n, at;
} front_t;

/* The heads of the lists that nothing else has to come before. */
static vertex_t *take_free(front_t *f, size_t n) {
    for (size_t i = 0; i < n; i++) {
        if (f[i].at == f[i].n)
            continue;
        vertex_t *arc = f[i].arcs[f[i].at];
        if (arc->blockers > 0)
            continue;
        f[i].at++;
        /* CUE frees the next one only while two are left. */
        if (f[i].n - f[i].at > 1 && f[i].arcs[f[i].at]->blockers > 0)
            f[i].arcs[f[i].at]->blockers--;
        return arc;
    }
    for (size_t i = 0; i < n; i++) {
        if (f[i].at < f[i].n) {
            f[i].arcs[f[i].at]->blockers = 0;
            return take_free(f, n);
        }
    }
    return NULL;
}

static front_t front_of(eval_t *e, const vertex_t *v, const syn_t *x) {
    front_t f = {.arcs = arena_array(e->arena, vertex_t *, x->n + 1)};
    for (uint32_t i = 0; i < x->n; i++) {
        const syn_t *d = x->items[i];
        vertex_t *arc =
            d->kind == SYN_FIELD && !d->field->pattern && !d->field->dynamic ? vertex_find(v, d->label) : NULL;
        if (!arc)
            continue;
        f.arcs[f.n++] = arc;
        arc->placed = true;
    }
    return f;
}

vertex_t **order_export(eval_t *e, vertex_t *v) {
    if (v->nliterals < 2)
        return v->arcs;
    front_t *f = arena_array(e->arena, front_t, v->nliterals + 1);
    vertex_t **out = arena_array(e->arena, vertex_t *, v->narcs + 1), *arc;
    size_t n = 0, k = 0;
    for (uint32_t i = 0; i < v->nliterals; i++) {
        f[n] = front_of(e, v, v->literals[i]);
        n += f[n].n > 0;
    }
    f[n].arcs = arena_array(e->arena, vertex_t *, v->narcs + 1);
    for (uint32_t i = 0; i < v->narcs; i++) {
        if (!v->arcs[i]->placed)
            f[n].arcs[f[n].n++] = v->arcs[i];
        v->arcs[i]->placed = false;
        v->arcs[i]->blockers = 0;
    }
    n++;
    for (size_t i = 0; i < n; i++) {
        for (size_t j = 1; j < f[i].n; j++)
            f[i].arcs[j]->blockers++;
    }
    while ((arc = take_free(f, n))) {
        eval_step(e);
        if (!arc->placed && k < v->narcs)
            out[k++] = arc;
        arc->placed = true;
    }
    for (uint32_t i = 0; i < v->narcs; i++)
        v->arcs[i]->placed = false;
    return out;
}
