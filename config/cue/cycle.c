/* Structural cycles: values that would contain themselves. Each conjunct carries the references that led to it; one
 * that comes back to the same reference, deeper down, is cyclic. It may go on as long as other conjuncts give the
 * vertices on the way something of their own; a vertex that is given by cyclic conjuncts alone is an error. What counts
 * as a cycle, and how soon it is seen, follows CUE 0.9.2. */
#include "config/cue/state.h"

const vertex_t *vertex_original(const vertex_t *v) {
    while (v->origin)
        v = v->origin;
    return v;
}

static bool is_ancestor(const vertex_t *t, const vertex_t *of) {
    t = vertex_original(t);
    for (; of && of->depth >= t->depth; of = of->parent) {
        if (vertex_original(of) == t)
            return true;
    }
    return false;
}

static bool seen_inside(const vertex_t *t, const syn_t *ref) {
    for (const cyclic_ref_t *r = t->cyclic_refs; r; r = r->next) {
        if (r->x == ref)
            return true;
    }
    return false;
}

static void note_inside(eval_t *e, vertex_t *t, const syn_t *ref) {
    t = (vertex_t *)(uintptr_t)vertex_original(t);
    if (seen_inside(t, ref))
        return;
    cyclic_ref_t *r = arena_new(e->arena, cyclic_ref_t);
    *r = (cyclic_ref_t){t->cyclic_refs, ref};
    t->cyclic_refs = r;
}

/* Some vertex between the two occurrences of the reference has conjuncts that are not part of the cycle. */
static bool fed_on_the_way(const vertex_t *v, uint32_t depth, bool already) {
    for (const vertex_t *p = v->parent; p && p->depth > depth; p = p->parent) {
        int count = already ? 0 : -1;
        for (uint32_t i = 0; i < p->nconjs; i++)
            count += !p->conjs[i].info.cyclic;
        if (count > 0)
            return true;
    }
    return false;
}

cycle_t cycle_mark(state_t *st, vertex_t *t, const syn_t *ref, info_t *info) {
    eval_t *e = st->e;
    vertex_t *v = st->v;
    bool found = false, inside = is_ancestor(t, v), done = t->status == ST_DONE;
    uint32_t depth = 0;
    for (const refs_t *r = info->refs; r; r = r->up) {
        if (r->x != ref || r->to != vertex_original(t))
            continue;
        if (info->in_line) {
            state_error(st, bottom_new(e, BOTTOM_STRUCTURAL, (syn_pos_t){0}, "structural cycle"));
            return CYCLE_SKIP;
        }
        if (vertex_original(r->at) == vertex_original(v))
            return CYCLE_SKIP; /* a reference cycle among equals says nothing */
        depth = r->at->depth;
        found = true;
        break;
    }
    if (inside)
        note_inside(e, t, ref);
    else if (done && seen_inside(t, ref) && !vertex_deref(t)->disj)
        found = true;
    refs_t *r = arena_new(e->arena, refs_t);
    *r = (refs_t){info->refs, ref, v, vertex_original(t)};
    info->refs = r;
    if (!found && !inside)
        return CYCLE_NONE;
    bool already = info->cyclic;
    info->cyclic = true;
    if (depth && fed_on_the_way(v, depth, already))
        return CYCLE_NONE;
    st->has_cycle = true;
    return st->nplain ? CYCLE_NONE : CYCLE_WAIT;
}
