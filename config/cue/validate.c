/* Whether a value is fine, or concrete, throughout: the first error in CUE's order. */
#include "config/cue/value.h"

static bottom_t *incomplete_value(eval_t *e, vertex_t *v, vertex_t *at) {
    vertex_t *was = e->at;
    e->at = at;
    syn_pos_t pos =
        v->disj || !v->base || (v->base->tag == VAL_TYPE && v->base->kind == KIND_TOP) ? (syn_pos_t){0} : v->base->pos;
    bottom_t *b = bottom_new(e, BOTTOM_INCOMPLETE, pos, "incomplete value " STR_FMT,
                             STR_ARG(v->disj   ? ambiguous_text(e, v)
                                     : v->base ? value_text(e, v->base)
                                               : STR("_")));
    e->at = was;
    return b;
}

static bottom_t *validate(eval_t *e, vertex_t *given, bool concrete);

static bottom_t *validate_arcs(eval_t *e, vertex_t *v, bool concrete) {
    bottom_t *first = NULL;
    vertex_t **arcs = v->arcs;
    for (uint32_t i = 0; i < v->narcs; i++) {
        vertex_t *arc = arcs[i];
        if (arc->mark == FIELD_OPTIONAL)
            continue;
        if (arc->mark == FIELD_REQUIRED) {
            if (concrete && label_exported(arc->label) && !first) {
                first = bottom_new(e, BOTTOM_INCOMPLETE, (syn_pos_t){0}, "field is required but not present");
                first->at = arc;
            }
            continue;
        }
        bool deep = concrete && label_exported(arc->label);
        bottom_t *b = validate(e, arc, deep);
        if (b && !bottom_pending(b))
            return b;
        if (b && deep && !first)
            first = b;
    }
    return first;
}

static bottom_t *validate(eval_t *e, vertex_t *given, bool concrete) {
    eval_enter(e);
    bottom_t *b = NULL;
    vertex_expand(e, given);
    vertex_t *v = concrete ? vertex_default(given) : vertex_deref(given);
    if (v->status == ST_NEW)
        vertex_expand(e, v);
    if (v->base && v->base->tag == VAL_BOTTOM) {
        b = v->base->bottom;
        if (bottom_pending(b) && !concrete)
            b = NULL;
    } else if (v->disj) {
        if (concrete)
            b = incomplete_value(e, v, given);
    } else if (v->base && (v->base->tag == VAL_STRUCT || v->base->tag == VAL_LIST)) {
        b = validate_arcs(e, v, concrete);
        if (v->incomplete && concrete && (!b || bottom_pending(b)))
            b = v->incomplete;
    } else if (concrete && v->incomplete) {
        b = v->incomplete;
    } else if (concrete && (!v->base || !value_is_scalar(v->base))) {
        b = incomplete_value(e, v, given);
    }
    eval_leave(e);
    return b;
}

bottom_t *validate_vertex(eval_t *e, vertex_t *v, bool concrete) {
    return validate(e, v, concrete);
}
