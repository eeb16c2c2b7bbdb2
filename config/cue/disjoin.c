/* Disjunctions. A vertex with disjunctions among its conjuncts is expanded once for each way of choosing a term of
 * each: a copy of the vertex takes the chosen terms, and those without error are what the vertex may be. Choices are
 * made one disjunction at a time, in the order in which they are met, so that a conflict cuts off all that begins with
 * it. */
#include "config/cue/state.h"

/* What was chosen of one disjunction: the mode of the term, and the disjunction whose term it lies in. */
typedef struct pick {
    uint32_t term;
    int chosen;
    uint8_t mode;
    bool has_marks;
} pick_t;

typedef struct leaf {
    vertex_t *v;
    pick_t *picks;
    size_t npicks;
    size_t same; /* 1 + the earlier leaf that has an equal value; 0: none */
} leaf_t;

typedef struct search {
    eval_t *e;
    vertex_t *v;
    leaf_t *leaves;
    size_t nleaves;
    bottom_t **errors;
    size_t nerrors;
} search_t;

static vertex_t *copy_of(search_t *s, const uint16_t *prefix, uint32_t n, size_t chosen) {
    eval_t *e = s->e;
    vertex_t *v = s->v, *c = vertex_new(e, v->parent, v->label);
    uint16_t *choices = arena_array(e->arena, uint16_t, n + 1);
    if (n)
        memcpy(choices, prefix, n * sizeof *choices);
    choices[n] = (uint16_t)chosen;
    c->origin = v;
    c->conjs = v->conjs;
    c->nconjs = v->nconjs;
    c->root_group = v->root_group;
    c->groups = c->given_groups = v->given_groups;
    c->declared = v->declared;
    c->ndeclared = v->ndeclared;
    c->mark = v->mark;
    c->computed = v->computed;
    c->not_allowed = v->not_allowed;
    c->depth = v->depth;
    c->choices = choices;
    c->nchoices = n + 1;
    return c;
}

static pick_t *picks_of(eval_t *e, const state_t *st) {
    pick_t *p = arena_array(e->arena, pick_t, st->nchoices + 1);
    for (size_t i = 0; i < st->nchoices; i++) {
        const choice_t *c = &st->choices[i];
        p[i] = (pick_t){.term = c->info.term, .chosen = c->chosen, .has_marks = c->has_marks};
        p[i].mode = c->terms[c->chosen].mode;
    }
    return p;
}

static bool same_modes(const leaf_t *a, const leaf_t *b) {
    if (a->npicks != b->npicks)
        return false;
    for (size_t i = 0; i < a->npicks; i++) {
        if (a->picks[i].mode != b->picks[i].mode || a->picks[i].term != b->picks[i].term)
            return false;
    }
    return true;
}

static void add_leaf(search_t *s, vertex_t *v, const state_t *st) {
    eval_t *e = s->e;
    leaf_t l = {.v = v, .picks = picks_of(e, st), .npicks = st->nchoices};
    for (size_t i = 0; i < s->nleaves; i++) {
        if (s->leaves[i].same || !vertex_equal(e, s->leaves[i].v, v))
            continue;
        if (same_modes(&s->leaves[i], &l))
            return;
        l.same = i + 1;
        break;
    }
    s->leaves = arena_grow(e->arena, s->leaves, s->nleaves * sizeof l, (s->nleaves + 1) * sizeof l);
    s->leaves[s->nleaves++] = l;
}

/* ---- defaults ---- */

/* The modes of a leaf's choices within one term. */
typedef struct rank {
    mode_kind_t mode;  /* what counts */
    mode_kind_t plain; /* with every mark counted */
} rank_t;

static mode_kind_t greatest(mode_kind_t a, mode_kind_t b) {
    return a > b ? a : b;
}

static size_t nth_pick(const leaf_t *l, uint32_t term, size_t n) {
    for (size_t i = 0; i < l->npicks; i++) {
        if (l->picks[i].term == term && n-- == 0)
            return i;
    }
    return SIZE_MAX;
}

static bool shares_prefix(const leaf_t *a, const leaf_t *b, size_t n) {
    for (size_t i = 0; i <= n; i++) {
        if (i >= b->npicks || a->picks[i].chosen != b->picks[i].chosen)
            return false;
    }
    return true;
}

static rank_t rank_of(search_t *s, leaf_t **set, size_t n, const leaf_t *l, uint32_t term);

/* A disjunction within the chosen term is ranked among the leaves that chose the same so far. */
static rank_t nested_rank(search_t *s, leaf_t **set, size_t n, const leaf_t *l, size_t pick) {
    eval_t *e = s->e;
    mode_kind_t own = (mode_kind_t)l->picks[pick].mode;
    if (nth_pick(l, (uint32_t)pick + 1, 0) == SIZE_MAX)
        return (rank_t){own, own};
    leaf_t **sub = arena_array(e->arena, leaf_t *, n);
    size_t k = 0;
    for (size_t i = 0; i < n; i++) {
        eval_step(e);
        if (shares_prefix(l, set[i], pick))
            sub[k++] = set[i];
    }
    return rank_of(s, sub, k, l, (uint32_t)pick + 1);
}

/* CUE's rule, which departs from the specification: marks of a disjunction count only when a marked term is left; a
 * marked term within an unmarked one doesn't make it a default. */
static rank_t rank_of(search_t *s, leaf_t **set, size_t n, const leaf_t *l, uint32_t term) {
    rank_t out = {MODE_MAYBE, MODE_MAYBE};
    eval_enter(s->e);
    for (size_t j = 0;; j++) {
        size_t pick = nth_pick(l, term, j);
        if (pick == SIZE_MAX)
            break;
        bool used = false, nested_used = false;
        rank_t own = {MODE_MAYBE, MODE_MAYBE};
        for (size_t i = 0; i < n; i++) {
            size_t other = nth_pick(set[i], term, j);
            if (other == SIZE_MAX)
                continue;
            rank_t r = nested_rank(s, set, n, set[i], other);
            used = used || set[i]->picks[other].mode == MODE_DEFAULT;
            nested_used = nested_used || r.plain == MODE_DEFAULT;
            if (set[i] == l)
                own = r;
        }
        mode_kind_t mode = (mode_kind_t)l->picks[pick].mode;
        out.plain = greatest(out.plain, greatest(mode, own.mode));
        if (nested_used)
            out.mode = greatest(out.mode, greatest(mode, own.plain));
        else if (!l->picks[pick].has_marks || used)
            out.mode = greatest(out.mode, greatest(mode, own.mode));
    }
    eval_leave(s->e);
    return out;
}

static bool same_error(eval_t *e, const bottom_t *a, const bottom_t *b) {
    return a == b || (str_eq(a->text, b->text) && !a->nparts && !b->nparts && a->at && b->at &&
                      str_eq(vertex_path(e, a->at), vertex_path(e, b->at)));
}

static void add_error(search_t *s, bottom_t *b) {
    for (size_t i = 0; i < s->nerrors && i < 8; i++) {
        if (same_error(s->e, s->errors[i], b))
            return;
    }
    s->errors = arena_grow(s->e->arena, s->errors, s->nerrors * sizeof b, (s->nerrors + 1) * sizeof b);
    s->errors[s->nerrors++] = b;
}

static void explore(search_t *s, const state_t *st, const uint16_t *prefix, uint32_t n);

/* Nothing that was concluded from one disjunct may be seen by the next. */
static void isolate(search_t *s, size_t mark, const vertex_t *keep) {
    if (s->v->watched) {
        s->v->watched = false;
        trail_undo(s->e, mark, keep);
    }
}

/* With several choices still to make, a field that can't be any more saves trying them all. */
static bottom_t *conflict_so_far(eval_t *e, vertex_t *c) {
    for (uint32_t i = 0; i < c->narcs; i++) {
        vertex_t *arc = c->arcs[i];
        if (arc->mark == FIELD_OPTIONAL)
            continue;
        vertex_expand(e, arc);
        bottom_t *b = vertex_error(arc);
        if (b)
            return b;
    }
    return NULL;
}

static void try_one(search_t *s, const uint16_t *prefix, uint32_t n, size_t chosen) {
    eval_t *e = s->e;
    vertex_t *c = copy_of(s, prefix, n, chosen);
    size_t mark = e->ntrail;
    state_t st;
    eval_enter(e);
    s->v->fwd = c;
    s->v->splitting = true;
    c->status = ST_EXPANDING;
    e->at = c;
    state_init(&st, e, c);
    if (state_run(&st)) {
        state_finish(&st);
        expand_done(e, c, mark);
        bottom_t *error = vertex_error(c);
        if (!error) {
            vertex_finalize(e, c);
            error = vertex_failure(c);
        }
        if (error)
            add_error(s, error);
        else
            add_leaf(s, c, &st);
        isolate(s, mark, c);
    } else {
        bottom_t *error = st.nchoices > c->nchoices + 1 ? conflict_so_far(e, c) : NULL;
        isolate(s, mark, NULL);
        c->state = NULL;
        if (error)
            add_error(s, error);
        else
            explore(s, &st, c->choices, c->nchoices);
    }
    e->at = s->v;
    eval_leave(e);
}

static void explore(search_t *s, const state_t *st, const uint16_t *prefix, uint32_t n) {
    /* The first disjunction without choice is the one after the prefix. */
    const choice_t *c = &st->choices[n];
    for (size_t i = 0; i < c->n; i++)
        try_one(s, prefix, n, i);
}

static bottom_t *empty(search_t *s) {
    if (s->nerrors == 1)
        return s->errors[0];
    bottom_t *b = bottom_new(s->e, BOTTOM_EVAL, (syn_pos_t){0}, "%zu errors in empty disjunction:", s->nerrors);
    for (size_t i = 0; i < s->nerrors; i++) {
        if (bottom_pending(s->errors[i]))
            b->code = BOTTOM_INCOMPLETE;
    }
    b->parts = s->errors;
    b->nparts = s->nerrors;
    return b;
}

static void settle(search_t *s) {
    eval_t *e = s->e;
    vertex_t *v = s->v;
    size_t n = 0;
    leaf_t **set = arena_array(e->arena, leaf_t *, s->nleaves);
    uint8_t *modes = arena_array(e->arena, uint8_t, s->nleaves);
    disj_t *d = arena_new(e->arena, disj_t);
    for (size_t i = 0; i < s->nleaves; i++)
        set[i] = &s->leaves[i];
    for (size_t i = 0; i < s->nleaves; i++) {
        modes[i] = (uint8_t)rank_of(s, set, s->nleaves, set[i], 0).mode;
        if (set[i]->same && modes[i] == MODE_DEFAULT)
            modes[set[i]->same - 1] = MODE_DEFAULT;
    }
    d->items = arena_array(e->arena, vertex_t *, s->nleaves);
    for (size_t i = 0; i < s->nleaves; i++) {
        if (set[i]->same)
            continue;
        d->items[n] = set[i]->v;
        /* A default changes places with the first that is none. */
        if (modes[i] == MODE_DEFAULT) {
            d->items[n] = d->items[d->ndefaults];
            d->items[d->ndefaults++] = set[i]->v;
        }
        n++;
    }
    d->n = n;
    if (n == 1) {
        v->fwd = d->items[0];
        v->head.kind = v->fwd->head.kind;
        return;
    }
    v->disj = d;
    v->base = NULL;
    for (size_t i = 0; i < d->n; i++)
        v->head.kind |= d->items[i]->base ? d->items[i]->base->kind : 0;
}

/* ---- many disjunctions of scalars ---- */

enum { MULTIPLIED_OUT = 5 };

bool disjoin_later(state_t *st, const choice_t *c) {
    if (!c->literal || ++st->nliterals <= MULTIPLIED_OUT)
        return false;
    size_t n = st->nmerged;
    st->merged = arena_grow(st->e->arena, st->merged, n * sizeof *c, (n + 1) * sizeof *c);
    st->merged[st->nmerged++] = *c;
    return true;
}

static value_t *term_value(eval_t *e, const term_t *t) {
    const syn_t *x = t->x;
    if (t->value)
        return t->value;
    while (x->kind == SYN_PAREN)
        x = x->x;
    return x->kind == SYN_IDENT ? value_type(e, x->ref->type->kind, x->pos) : value_literal(e, x);
}

/* NULL: they have nothing in common. */
static value_t *meet(eval_t *e, value_t *a, value_t *b) {
    if (a->tag == VAL_TYPE && b->tag == VAL_TYPE)
        return a->kind & b->kind ? value_type(e, a->kind & b->kind, a->pos) : NULL;
    if (a->tag == VAL_TYPE)
        return meet(e, b, a);
    if (b->tag == VAL_TYPE)
        return a->kind & b->kind ? a : NULL;
    return value_scalar_eq(a, b) ? a : NULL;
}

static void merge_term(eval_t *e, choice_t *c, value_t *v, mode_kind_t mode) {
    for (size_t i = 0; i < c->n; i++) {
        value_t *old = c->terms[i].value;
        if (old->tag != v->tag || old->kind != v->kind || (v->tag != VAL_TYPE && !value_scalar_eq(old, v)))
            continue;
        if (mode == MODE_DEFAULT || (mode == MODE_MAYBE && c->terms[i].mode == MODE_NOT))
            c->terms[i].mode = (uint8_t)mode;
        return;
    }
    if ((c->n & (c->n - 1)) == 0)
        c->terms = arena_grow(e->arena, c->terms, c->n * sizeof(term_t), (c->n ? c->n * 2 : 1) * sizeof(term_t));
    c->terms[c->n++] = (term_t){.value = v, .mode = (uint8_t)mode};
}

/* Marks count only where a marked term is left, as in rank_of. */
static choice_t merge(eval_t *e, const choice_t *a, const choice_t *b) {
    choice_t out = {.info = a->info, .chosen = -1, .pos = a->pos, .literal = true};
    bool used_a = false, used_b = false;
    for (int pass = 0; pass < 2; pass++) {
        for (size_t i = 0; i < a->n; i++) {
            value_t *x = term_value(e, &a->terms[i]);
            for (size_t k = 0; k < b->n; k++) {
                value_t *v = meet(e, x, term_value(e, &b->terms[k]));
                mode_kind_t m = MODE_MAYBE;
                eval_step(e);
                if (!v)
                    continue;
                if (pass == 0) {
                    used_a = used_a || a->terms[i].mode == MODE_DEFAULT;
                    used_b = used_b || b->terms[k].mode == MODE_DEFAULT;
                    continue;
                }
                if (used_a || !a->has_marks)
                    m = greatest(m, (mode_kind_t)a->terms[i].mode);
                if (used_b || !b->has_marks)
                    m = greatest(m, (mode_kind_t)b->terms[k].mode);
                merge_term(e, &out, v, m);
                out.has_marks = out.has_marks || m != MODE_MAYBE;
            }
        }
    }
    return out;
}

bool disjoin_merged(state_t *st) {
    bool any = false;
    for (size_t i = 0; i < st->nmerged; i++) {
        choice_t c = st->merged[i];
        if (!c.n)
            continue;
        for (size_t k = i + 1; k < st->nmerged; k++) {
            if (!st->merged[k].n || st->merged[k].info.term != c.info.term || st->merged[k].info.group != c.info.group)
                continue;
            c = merge(st->e, &c, &st->merged[k]);
            st->merged[k].n = 0;
        }
        if (!c.n) {
            state_error(st, bottom_new(st->e, BOTTOM_EVAL, c.pos, "empty disjunction"));
            break;
        }
        state_choice(st, c);
        any = true;
    }
    st->nmerged = 0;
    return any;
}

void disjoin(eval_t *e, vertex_t *v, state_t *st) {
    search_t s = {.e = e, .v = v};
    bool splitting = v->splitting;
    v->state = NULL;
    explore(&s, st, NULL, 0);
    v->splitting = splitting;
    v->fwd = NULL;
    v->arcs = NULL;
    v->narcs = v->carcs = 0;
    v->index = NULL;
    v->index_size = 0;
    v->splitting = false;
    v->status = ST_EXPANDED;
    v->head.pos = st->kind_pos;
    if (s.nleaves == 0)
        v->base = value_of_bottom(e, empty(&s));
    else
        settle(&s);
}
