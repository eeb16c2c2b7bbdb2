/* Disjunctions. A vertex with disjunctions among its conjuncts is expanded once for each way of choosing a term of
 * each: a copy of the vertex takes the chosen terms, and those without error are what the vertex may be. Choices are
 * made one disjunction at a time, in the order in which they are met, so that a conflict cuts off all that begins with
 * it. */
#include "config/cue/state.h"

typedef enum mode { MODE_MAYBE, MODE_DEFAULT, MODE_NOT } mode_t_;

typedef struct search {
    eval_t *e;
    vertex_t *v;
    vertex_t **found;
    uint8_t *modes;
    size_t nfound;
    bottom_t **errors;
    size_t nerrors;
    syn_pos_t pos;
} search_t;

static mode_t_ both(mode_t_ a, mode_t_ b) {
    if (a == MODE_NOT || b == MODE_NOT)
        return MODE_NOT;
    return a == MODE_DEFAULT || b == MODE_DEFAULT ? MODE_DEFAULT : MODE_MAYBE;
}

/* The mode of what was chosen under a term (0: at the top). Defaults of a nested disjunction stand for its term; of
 * several disjunctions all must be at their default. */
static mode_t_ mode_under(const state_t *st, uint32_t term) {
    mode_t_ m = MODE_MAYBE;
    for (size_t i = 0; i < st->nchoices; i++) {
        const choice_t *c = &st->choices[i];
        if (c->info.term != term)
            continue;
        mode_t_ own = !c->has_marks ? MODE_MAYBE : c->terms[c->chosen].marked ? MODE_DEFAULT : MODE_NOT;
        mode_t_ nested = mode_under(st, (uint32_t)i + 1);
        m = both(m, nested == MODE_MAYBE ? own : nested);
    }
    return m;
}

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

static void add_found(search_t *s, vertex_t *c, mode_t_ mode) {
    eval_t *e = s->e;
    for (size_t i = 0; i < s->nfound; i++) {
        if (!vertex_equal(e, s->found[i], c))
            continue;
        /* Equal ones are one, and it is a default if either is. */
        if (mode == MODE_DEFAULT || (mode == MODE_MAYBE && s->modes[i] == MODE_NOT))
            s->modes[i] = (uint8_t)mode;
        return;
    }
    size_t n = s->nfound;
    s->found = arena_grow(e->arena, s->found, n * sizeof c, (n + 1) * sizeof c);
    s->modes = arena_grow(e->arena, s->modes, n, n + 1);
    s->found[n] = c;
    s->modes[n] = (uint8_t)mode;
    s->nfound++;
}

static void add_error(search_t *s, bottom_t *b) {
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
        bottom_t *error = vertex_error(c);
        if (!error) {
            vertex_finalize(e, c);
            error = vertex_failure(c);
        }
        if (error)
            add_error(s, error);
        else
            add_found(s, c, mode_under(&st, 0));
        isolate(s, mark, c);
    } else {
        isolate(s, mark, NULL);
        c->state = NULL;
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
    size_t ndefaults = 0, k = 0;
    disj_t *d = arena_new(e->arena, disj_t);
    for (size_t i = 0; i < s->nfound; i++)
        ndefaults += s->modes[i] == MODE_DEFAULT;
    d->items = arena_array(e->arena, vertex_t *, s->nfound);
    d->n = s->nfound;
    for (size_t i = 0; i < s->nfound; i++) {
        if (s->modes[i] == MODE_DEFAULT)
            d->items[k++] = s->found[i];
    }
    for (size_t i = 0; i < s->nfound; i++) {
        if (s->modes[i] != MODE_DEFAULT)
            d->items[k++] = s->found[i];
    }
    d->ndefaults = ndefaults;
    v->disj = d;
    v->base = NULL;
    for (size_t i = 0; i < d->n; i++)
        v->head.kind |= d->items[i]->base ? d->items[i]->base->kind : 0;
}

void disjoin(eval_t *e, vertex_t *v, state_t *st) {
    search_t s = {.e = e, .v = v, .pos = st->kind_pos};
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
    if (s.nfound == 0) {
        v->base = value_of_bottom(e, empty(&s));
    } else if (s.nfound == 1) {
        v->fwd = s.found[0];
        v->head.kind = v->fwd->head.kind;
    } else {
        settle(&s);
    }
}
