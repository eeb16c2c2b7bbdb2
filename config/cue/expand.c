/* Expanding a vertex: its conjuncts become a scalar, a list or fields with conjuncts of their own. */
#include "config/cue/state.h"

void state_init(state_t *st, eval_t *e, vertex_t *v) {
    *st = (state_t){.e = e, .v = v, .kind = KIND_TOP, .mark = e->ntrail};
    st->last_list = &st->lists;
    v->state = st;
}

void state_error(state_t *st, bottom_t *b) {
    if (bottom_pending(b))
        st->incomplete = bottom_worse(st->incomplete, b);
    else
        st->error = bottom_worse(st->error, b);
}

void state_plain(state_t *st, const info_t *info) {
    if (!info->cyclic)
        st->nplain++;
}

void state_task(state_t *st, task_kind_t kind, const syn_t *x, env_t *env, info_t info) {
    if (st->ntasks == st->ctasks) {
        size_t cap = st->ctasks ? st->ctasks * 2 : 4;
        st->tasks = arena_grow(st->e->arena, st->tasks, st->ctasks * sizeof(task_t), cap * sizeof(task_t));
        st->ctasks = cap;
    }
    st->tasks[st->ntasks++] = (task_t){.kind = (uint8_t)kind, .x = x, .env = env, .info = info};
}

/* ---- scalars ---- */

static str_t side_text(state_t *st, value_t *v, const syn_t *x) {
    if (v)
        return value_text(st->e, v);
    return x ? syntax_text(st->e, x) : STR("_");
}

static void conflict(state_t *st, unsigned kind, value_t *v, const syn_t *x, syn_pos_t pos, bool types) {
    eval_t *e = st->e;
    str_t a = side_text(st, st->kind_value, st->kind_syntax), b = side_text(st, v, x);
    unsigned old = st->kind;
    bottom_t *err;
    /* CUE looks at lists after scalars and before structs. */
    if ((kind == LIB_LIST && old == LIB_STRUCT) || (old == LIB_LIST && !(kind & LIB_STRUCT))) {
        str_t swap = a;
        a = b;
        b = swap;
        old = kind;
        kind = st->kind;
    }
    if (types)
        err =
            bottom_new(e, BOTTOM_EVAL, st->kind_pos,
                       "conflicting values " STR_FMT " and " STR_FMT " (mismatched types " STR_FMT " and " STR_FMT ")",
                       STR_ARG(a), STR_ARG(b), STR_ARG(kind_text(e, old)), STR_ARG(kind_text(e, kind)));
    else
        err = bottom_new(e, BOTTOM_EVAL, st->kind_pos, "conflicting values " STR_FMT " and " STR_FMT, STR_ARG(b),
                         STR_ARG(a));
    err->unplaced = true;
    bottom_at(e, err, pos);
    for (size_t i = 0; i < st->npos; i++)
        bottom_at(e, err, st->pos[i]);
    state_error(st, err);
}

bool state_kind(state_t *st, unsigned kind, value_t *v, const syn_t *x, syn_pos_t pos) {
    if (st->error)
        return false;
    if (!(st->kind & kind)) {
        conflict(st, kind, v, x, pos, true);
        return false;
    }
    if ((st->kind & kind) != st->kind || !st->kind_pos.line) {
        st->kind_value = v;
        st->kind_syntax = x;
        st->kind_pos = pos;
    }
    st->kind &= kind;
    return true;
}

static void add_check(state_t *st, value_t *v) {
    st->checks = arena_grow(st->e->arena, st->checks, st->nchecks * sizeof v, (st->nchecks + 1) * sizeof v);
    st->checks[st->nchecks++] = v;
}

void state_value(state_t *st, value_t *v, info_t info) {
    switch ((value_tag_t)v->tag) {
    case VAL_BOTTOM:
        state_error(st, v->bottom);
        return;
    case VAL_VERTEX:
        state_vertex(st, value_vertex(v), NULL, info);
        return;
    case VAL_CONJ:
        for (size_t i = 0; i < v->n; i++)
            state_value(st, v->items[i], info);
        return;
    case VAL_STRUCT:
        state_plain(st, &info);
        if (state_kind(st, LIB_STRUCT, v, NULL, v->pos))
            st->is_struct = true;
        return;
    case VAL_LIST:
        return;
    case VAL_TYPE:
        state_plain(st, &info);
        st->has_type = true;
        state_kind(st, v->kind, v, NULL, v->pos);
        return;
    case VAL_BOUND:
    case VAL_VALIDATOR:
        state_plain(st, &info);
        if (state_kind(st, v->kind, v, NULL, v->pos))
            add_check(st, v);
        return;
    default:
        state_plain(st, &info);
        if (st->scalar && !value_scalar_eq(st->scalar, v) && (st->scalar->kind & v->kind)) {
            st->kind_value = st->scalar;
            st->kind_syntax = NULL;
            st->kind_pos = st->scalar->pos;
            conflict(st, v->kind, v, NULL, v->pos, false);
            return;
        }
        if (state_kind(st, v->kind, v, NULL, v->pos) && !st->scalar)
            st->scalar = v;
    }
}

/* ---- fields ---- */

static void declare(eval_t *e, vertex_t *arc, group_t *g) {
    if (!g)
        return;
    for (size_t i = 0; i < arc->ndeclared; i++) {
        if (arc->declared[i] == g)
            return;
    }
    arc->declared = arena_grow(e->arena, arc->declared, arc->ndeclared * sizeof g, (arc->ndeclared + 1) * sizeof g);
    arc->declared[arc->ndeclared++] = g;
}

/* A pattern's label is a scope outside the value; aliases of the value are scopes of the vertex that it is added to. */
static conj_t field_value(eval_t *e, const syn_t *x, env_t *env, const vertex_t *arc, info_t info) {
    const syn_field_t *f = x->field;
    if (f->pattern_alias.n) {
        env = env_new(e, env, NULL);
        env->label = (label_t *)(uintptr_t)arc->label;
    }
    return (conj_t){.x = f->value,
                    .env = env,
                    .field = x,
                    .aliases = (f->pattern && f->alias.n) + (f->value_alias.n != 0),
                    .info = info};
}

static void touch(state_t *st, vertex_t *arc, bool added) {
    if (arc->status != ST_NEW || arc->observed)
        st->dirty = true;
    for (size_t i = 0; added && i < st->v->nabsent; i++) {
        if (st->v->absent[i] == arc->label)
            st->dirty = true;
    }
    if (st->v->watched)
        st->dirty = true;
}

static void add_conj(state_t *st, const conj_t *c, info_t info);

static void give(state_t *st, vertex_t *arc, conj_t c) {
    eval_t *e = st->e;
    declare(e, arc, c.info.group);
    c.info.group = group_for_arc(e, arc, c.info.group);
    c.info.term = 0;
    vertex_add_conj(e, arc, c);
    for (importer_t *i = arc->importers; i; i = i->next) {
        if (i->v->state == i->st && i->v->status == ST_EXPANDING)
            add_conj(i->st, &c, i->info);
    }
}

static void apply_pattern(state_t *st, const pattern_t *p, vertex_t *arc) {
    if (arc->label->kind != LABEL_STRING || !eval_matches_label(st->e, p, arc->label))
        return;
    if (arc->status != ST_NEW || arc->observed)
        st->dirty = true;
    give(st, arc, field_value(st->e, p->x, p->env, arc, p->info));
}

vertex_t *state_arc(state_t *st, const label_t *label, field_mark_t mark, conj_t c) {
    bool added;
    vertex_t *v = st->v, *arc = vertex_arc(st->e, v, label, &added);
    touch(st, arc, added);
    if (mark < arc->mark)
        arc->mark = (uint8_t)mark;
    give(st, arc, c);
    for (size_t i = 0; added && i < v->npatterns; i++)
        apply_pattern(st, &v->patterns[i], arc);
    return arc;
}

static void field_conj(state_t *st, const syn_t *x, const label_t *label, env_t *env, info_t info) {
    const syn_field_t *f = x->field;
    bool added;
    vertex_t *arc = vertex_arc(st->e, st->v, label, &added);
    if (added) {
        for (size_t i = 0; i < st->v->npatterns; i++)
            apply_pattern(st, &st->v->patterns[i], arc);
    }
    touch(st, arc, added);
    if (f->mark < arc->mark)
        arc->mark = f->mark;
    give(st, arc, field_value(st->e, x, env, arc, info));
}

static void add_ellipsis(state_t *st, group_t *g) {
    vertex_t *v = st->v;
    if (!g)
        return;
    v->ellipses = arena_grow(st->e->arena, v->ellipses, v->nellipses * sizeof g, (v->nellipses + 1) * sizeof g);
    v->ellipses[v->nellipses++] = g;
}

static bool is_embedding(const syn_t *d) {
    switch ((syn_kind_t)d->kind) {
    case SYN_FIELD:
    case SYN_LET:
    case SYN_ELLIPSIS:
    case SYN_ATTR:
    case SYN_COMPREHENSION:
    case SYN_PACKAGE:
    case SYN_IMPORT:
        return false;
    default:
        return true;
    }
}

/* A literal that holds embeddings may be whatever they are; one with fields is a struct. */
static void literal_kind(state_t *st, const syn_t *x) {
    bool embeds = false, fields = false;
    for (uint32_t i = 0; i < x->n; i++) {
        const syn_t *d = x->items[i];
        if (is_embedding(d) || d->kind == SYN_COMPREHENSION)
            embeds = true;
        else if (d->kind == SYN_FIELD && !(d->field->mark == FIELD_OPTIONAL) && !d->field->pattern &&
                 (d->field->dynamic || d->label_kind == LABEL_STRING))
            fields = true;
        else if (d->kind == SYN_ELLIPSIS || (d->kind == SYN_FIELD && d->field->pattern))
            fields = true;
    }
    if (embeds && !fields)
        st->maybe_struct = true;
    else if (state_kind(st, LIB_STRUCT, NULL, x, x->pos))
        st->is_struct = true;
}

static void note_literal(eval_t *e, vertex_t *v, const syn_t *x) {
    uint32_t n = v->nliterals;
    for (uint32_t i = 0; i < n && i < 16; i++) {
        if (v->literals[i] == x)
            return;
    }
    if ((n & (n - 1)) == 0)
        v->literals = arena_grow(e->arena, v->literals, n * sizeof x, (n ? n * 2 : 1) * sizeof x);
    v->literals[v->nliterals++] = x;
}

static void add_embedding(state_t *st, const syn_t *d, env_t *env, info_t info) {
    info.group = group_new(st->e, st->v, info.group);
    info.group->embed = true;
    state_conj(st, d, env, info);
}

static void add_struct(state_t *st, const syn_t *x, env_t *up, info_t info) {
    eval_t *e = st->e;
    env_t *env = env_new(e, up, st->v);
    bool embeds = false;
    literal_kind(st, x);
    if (st->is_struct || x->n == 0)
        state_plain(st, &info);
    for (uint32_t i = 0; i < x->n; i++)
        embeds = embeds || is_embedding(x->items[i]);
    if (embeds)
        info.group = group_new(e, st->v, info.group);
    closed_literal(info.group);
    if (x->n)
        note_literal(e, st->v, x);
    for (uint32_t i = 0; i < x->n && !st->error; i++) {
        const syn_t *d = x->items[i];
        if (d->kind == SYN_FIELD && d->field->pattern) {
            state_task(st, TASK_PATTERN, d, env, info);
        } else if (d->kind == SYN_FIELD && d->field->dynamic) {
            state_task(st, TASK_DYNAMIC, d, env, info);
        } else if (d->kind == SYN_FIELD) {
            field_conj(st, d, d->label, env, info);
        } else if (d->kind == SYN_ELLIPSIS) {
            add_ellipsis(st, info.group);
        } else if (d->kind == SYN_COMPREHENSION) {
            order_hold(st, d);
            state_task(st, TASK_COMPREHENSION, d, env, info);
        } else if (is_embedding(d)) {
            add_embedding(st, d, env, info);
        }
    }
}

static void add_data(state_t *st, const jv_t *data, info_t info) {
    eval_t *e = st->e;
    value_t *v;
    num_t n;
    switch (jv_kind(data)) {
    case JV_NULL:
        v = value_new(e, VAL_NULL, LIB_NULL, (syn_pos_t){0});
        break;
    case JV_BOOL:
        v = value_bool(e, data->truth, (syn_pos_t){0});
        break;
    case JV_NUMBER:
        if (!num_parse(e->arena, data->s, &n, NULL))
            n = num_int(0);
        v = value_num(e, n, (syn_pos_t){0});
        break;
    case JV_STRING:
        v = value_string(e, data->s, (syn_pos_t){0});
        break;
    case JV_ARRAY:
        state_plain(st, &info);
        list_data(st, data, info);
        return;
    default:
        state_plain(st, &info);
        if (!state_kind(st, LIB_STRUCT, value_new(e, VAL_STRUCT, LIB_STRUCT, (syn_pos_t){0}), NULL, (syn_pos_t){0}))
            return;
        st->is_struct = true;
        for (uint32_t i = 0; i < data->n; i++) {
            const label_t *l = label_intern(&e->labels, LABEL_STRING, data->members[i].key);
            state_arc(st, l, FIELD_REGULAR, (conj_t){.data = data->members[i].value, .info = info});
        }
        return;
    }
    state_value(st, v, info);
}

/* ---- references ---- */

/* Whether the path of a reference goes through a definition, which closes what it gives. */
static bool names_definition(const syn_t *x) {
    for (; x; x = x->x) {
        if (x->kind == SYN_SELECTOR || x->kind == SYN_IDENT) {
            const label_t *l = x->kind == SYN_SELECTOR ? x->label : x->ref->label;
            if (x->kind == SYN_IDENT && x->ref->kind != REF_FIELD)
                return false;
            if (l && label_is_def(l))
                return true;
        } else if (x->kind != SYN_INDEX && x->kind != SYN_PAREN) {
            return false;
        }
    }
    return false;
}

/* What a vertex refers to twice says nothing new the second time. */
static bool imported(state_t *st, const vertex_t *t, const info_t *info) {
    for (size_t i = 0; i < st->nimports; i++) {
        if (st->imports[i].t == t && st->imports[i].group == info->group)
            return true;
    }
    size_t n = st->nimports;
    if ((n & (n - 1)) == 0) /* room doubles */
        st->imports =
            arena_grow(st->e->arena, st->imports, n * sizeof *st->imports, (n ? n * 2 : 1) * sizeof *st->imports);
    st->imports[n].t = t;
    st->imports[n].group = info->group;
    st->nimports++;
    return false;
}

static void add_conj(state_t *st, const conj_t *c, info_t info) {
    if (c->fill && c->step < c->fill->n) {
        state_plain(st, &info);
        if (!state_kind(st, LIB_STRUCT, value_new(st->e, VAL_STRUCT, LIB_STRUCT, (syn_pos_t){0}), NULL, (syn_pos_t){0}))
            return;
        st->is_struct = true;
        state_arc(st, c->fill->path[c->step], FIELD_REGULAR,
                  (conj_t){.fill = c->fill, .step = c->step + 1, .info = info});
        return;
    }
    if (c->fill)
        c = &c->fill->conj;
    if (c->value)
        state_value(st, c->value, info);
    else if (c->data)
        add_data(st, c->data, info);
    else {
        env_t *env = c->env;
        for (uint32_t i = 0; i < c->aliases; i++)
            env = env_new(st->e, env, st->v);
        state_conj(st, c->x, env, info);
    }
}

/* A computed value without conjuncts is what its base and arcs say. */
static void add_made(state_t *st, vertex_t *t, info_t info) {
    if (t->base->tag == VAL_LIST) {
        state_plain(st, &info);
        list_made(st, t, info);
        return;
    }
    state_value(st, t->base, info);
    for (uint32_t i = 0; i < t->narcs && t->base->tag == VAL_STRUCT; i++)
        state_arc(st, t->arcs[i]->label, (field_mark_t)t->arcs[i]->mark,
                  (conj_t){.value = &t->arcs[i]->head, .info = info});
}

/* Adds the conjuncts of a vertex to those of another. */
static void take_over(state_t *st, vertex_t *t, const syn_t *ref, info_t info) {
    eval_t *e = st->e;
    vertex_t *v = st->v;
    if ((t->label && label_is_def(t->label)) || (ref && names_definition(ref))) {
        info.group = group_new(e, v, info.group);
        info.group->recursive = true;
    }
    eval_enter(e);
    if (t->computed)
        vertex_expand(e, t);
    if (!t->nconjs && t->base)
        add_made(st, t, info);
    uint32_t n = t->nconjs;
    if (t->parent && t->parent->state && !t->computed) {
        /* What is still to come goes the same way. */
        importer_t *i = arena_new(e->arena, importer_t);
        *i = (importer_t){t->importers, st, v, info};
        t->importers = i;
    }
    for (uint32_t i = 0; i < n; i++)
        add_conj(st, &t->conjs[i], info);
    eval_leave(e);
}

void state_vertex(state_t *st, vertex_t *t, const syn_t *ref, info_t info) {
    eval_t *e = st->e;
    vertex_t *v = st->v;
    if (vertex_original(t) == vertex_original(v))
        return; /* a value is itself: no news */
    if (ref && imported(st, t, &info))
        return;
    cycle_t cycle = ref ? cycle_mark(st, t, ref, &info) : CYCLE_NONE;
    if (cycle == CYCLE_WAIT) {
        struct waiting *w = arena_new(e->arena, struct waiting);
        *w = (struct waiting){st->waiting, t, ref, info};
        st->waiting = w;
    }
    if (cycle == CYCLE_NONE)
        take_over(st, t, ref, info);
}

/* ---- conjuncts ---- */

static size_t count_terms(const syn_t *x) {
    return x->kind == SYN_BINARY && x->op == OP_OR ? count_terms(x->x) + count_terms(x->y) : 1;
}

static bool is_literal(const syn_t *x) {
    while (x->kind == SYN_PAREN)
        x = x->x;
    return (x->kind >= SYN_NULL && x->kind <= SYN_BYTES) ||
           (x->kind == SYN_IDENT && x->ref->kind == REF_TYPE && !x->ref->type->low);
}

static void take_terms(choice_t *c, const syn_t *x, env_t *env) {
    if (x->kind == SYN_BINARY && x->op == OP_OR) {
        take_terms(c, x->x, env);
        take_terms(c, x->y, env);
        return;
    }
    bool marked = x->kind == SYN_UNARY && x->op == OP_DEFAULT;
    x = marked ? x->x : x;
    c->has_marks = c->has_marks || marked;
    c->literal = c->literal && is_literal(x);
    c->terms[c->n++] = (term_t){.x = x, .env = env, .mode = marked ? MODE_DEFAULT : MODE_NOT};
}

static void add_disjunction(state_t *st, const syn_t *x, env_t *env, info_t info) {
    choice_t c = {.info = info, .chosen = -1, .pos = x->pos, .literal = true};
    c.terms = arena_array(st->e->arena, term_t, count_terms(x));
    take_terms(&c, x, env);
    for (size_t i = 0; i < c.n && !c.has_marks; i++)
        c.terms[i].mode = MODE_MAYBE;
    if (!disjoin_later(st, &c))
        state_choice(st, c);
}

void state_choice(state_t *st, choice_t c) {
    vertex_t *v = st->v;
    size_t k = st->nchoices;
    st->choices = arena_grow(st->e->arena, st->choices, k * sizeof c, (k + 1) * sizeof c);
    if (k < v->nchoices)
        c.chosen = v->choices[k];
    st->choices[st->nchoices++] = c;
    if (c.chosen < 0)
        return;
    const term_t *t = &c.terms[c.chosen];
    c.info.term = (uint32_t)k + 1;
    if (t->value)
        state_value(st, t->value, c.info);
    else
        state_conj(st, t->x, t->env, c.info);
}

static void add_type(state_t *st, const syn_t *x, info_t info) {
    state_value(st, value_named_type(st->e, x->ref->type, x->pos), info);
}

static bool is_later(const syn_t *x) {
    if (x->kind == SYN_IDENT)
        return x->ref->kind != REF_TYPE;
    return x->kind == SYN_SELECTOR || x->kind == SYN_INDEX || x->kind == SYN_CALL || x->kind == SYN_UNARY ||
           x->kind == SYN_INTERPOLATION || x->kind == SYN_SLICE || x->kind == SYN_BINARY;
}

/* A reference into a struct whose fields are all known is followed at once, so that things come in their order. */
static bool settled_ref(const syn_t *x, env_t *env) {
    if (!eval_is_ref(x))
        return false;
    while (x->kind == SYN_SELECTOR || x->kind == SYN_PAREN)
        x = x->x;
    if (x->kind != SYN_IDENT || x->ref->kind != REF_FIELD)
        return false;
    const vertex_t *v = vertex_deref(env_up(env, x->ref->up)->v);
    return !(v->status == ST_EXPANDING && (!v->state || v->state->gathering));
}

static bool take_ref(state_t *st, const syn_t *x, env_t *env, info_t info) {
    eval_t *e = st->e;
    bottom_t *error = NULL;
    refs_t *refs = e->refs;
    e->refs = info.refs;
    vertex_t *t = eval_ref(e, x, env, &error);
    e->refs = refs;
    if (!t)
        return false;
    state_vertex(st, t, x, info);
    return true;
}

void state_conj(state_t *st, const syn_t *x, env_t *env, info_t info) {
    eval_t *e = st->e;
    if (st->error)
        return;
    eval_enter(e);
    if (x->pos.line && st->npos < 4)
        st->pos[st->npos++] = x->pos;
    if (x->kind == SYN_PAREN) {
        state_conj(st, x->x, env, info);
    } else if (x->kind == SYN_STRUCT) {
        add_struct(st, x, env, info);
    } else if (x->kind == SYN_LIST) {
        state_plain(st, &info);
        if (state_kind(st, LIB_LIST, NULL, x, x->pos))
            state_task(st, TASK_LIST, x, env, info);
    } else if (x->kind == SYN_BINARY && x->op == OP_AND) {
        state_conj(st, x->x, env, info);
        state_conj(st, x->y, env, info);
    } else if (x->kind == SYN_BINARY && x->op == OP_OR) {
        add_disjunction(st, x, env, info);
    } else if (x->kind == SYN_ALIAS) {
        state_conj(st, x->x, env_new(e, env, st->v), info);
    } else if (x->kind == SYN_IDENT && x->ref->kind == REF_TYPE) {
        add_type(st, x, info);
    } else if (is_later(x)) {
        if (!settled_ref(x, env) || !take_ref(st, x, env, info))
            state_task(st, TASK_CONJ, x, env, info);
    } else if (x->kind == SYN_COMPREHENSION) {
        state_task(st, TASK_COMPREHENSION, x, env, info);
    } else if (x->kind == SYN_BOTTOM) {
        state_error(st, bottom_new(e, BOTTOM_USER, x->pos, "explicit error (_|_ literal) in source"));
    } else {
        value_t *v = value_literal(e, x);
        if (v)
            state_value(st, v, info);
    }
    eval_leave(e);
}

/* ---- tasks ---- */

static bottom_t *do_conj(state_t *st, task_t *t) {
    eval_t *e = st->e;
    bottom_t *error = NULL;
    if (eval_is_ref(t->x)) {
        vertex_t *target = eval_ref(e, t->x, t->env, &error);
        if (!target)
            return error;
        state_vertex(st, target, t->x, t->info);
        return NULL;
    }
    if (t->x->kind == SYN_CALL && call_conj(st, t->x, t->env, t->info, &error))
        return error;
    value_t *v = eval_expr(e, t->x, t->env);
    if (value_is_bottom(v) && bottom_pending(v->bottom))
        return v->bottom;
    state_value(st, v, t->info);
    return NULL;
}

static bottom_t *do_pattern(state_t *st, task_t *t) {
    vertex_t *v = st->v;
    eval_t *e = st->e;
    v->patterns =
        arena_grow(e->arena, v->patterns, v->npatterns * sizeof *v->patterns, (v->npatterns + 1) * sizeof *v->patterns);
    pattern_t *p = &v->patterns[v->npatterns++];
    *p = (pattern_t){t->x, t->env, t->info};
    pattern_t copy = *p;
    uint32_t n = v->narcs;
    for (uint32_t i = 0; i < n; i++)
        apply_pattern(st, &copy, v->arcs[i]);
    return NULL;
}

static bottom_t *do_dynamic(state_t *st, task_t *t) {
    eval_t *e = st->e;
    const syn_t *x = t->x->field->dynamic;
    value_t *v = eval_expr(e, x, t->env);
    if (value_is_bottom(v))
        return v->bottom;
    if (v->tag != VAL_STRING) {
        bool concrete = value_is_scalar(v) || v->tag == VAL_VERTEX;
        if (!concrete)
            return bottom_new(e, BOTTOM_INCOMPLETE, x->pos,
                              "key value of dynamic field must be concrete, found " STR_FMT, STR_ARG(value_text(e, v)));
        if (v->kind == LIB_INT)
            return bottom_new(e, BOTTOM_EVAL, x->pos, "integer fields not supported");
        return bottom_new(e, BOTTOM_EVAL, x->pos, "invalid index " STR_FMT " (invalid type " STR_FMT ")",
                          STR_ARG(syntax_text(e, x)), STR_ARG(kind_text(e, v->kind)));
    }
    field_conj(st, t->x, label_intern(&e->labels, LABEL_STRING, v->s), t->env, t->info);
    return NULL;
}

typedef struct yields {
    eval_t *e;
    env_t **p;
    size_t n, cap;
} yields_t;

static void yielded(void *arg, env_t *env) {
    yields_t *y = arg;
    if (y->n == y->cap) {
        size_t cap = y->cap ? y->cap * 2 : 4;
        y->p = arena_grow(y->e->arena, y->p, y->cap * sizeof env, cap * sizeof env);
        y->cap = cap;
    }
    y->p[y->n++] = env;
}

static bottom_t *do_comprehension(state_t *st, task_t *t) {
    yields_t y = {.e = st->e};
    bottom_t *error = eval_clauses(st->e, t->x, t->env, yielded, &y);
    if (error)
        return error;
    const syn_t *x = t->x->x;
    info_t info = t->info;
    for (size_t i = 0; i < y.n; i++)
        state_conj(st, x, y.p[i], info);
    return NULL;
}

static void do_task(state_t *st, size_t i) {
    eval_t *e = st->e;
    task_t t = st->tasks[i];
    refs_t *refs = e->refs;
    bottom_t *error = NULL;
    e->refs = t.info.refs;
    switch ((task_kind_t)t.kind) {
    case TASK_CONJ:
        error = do_conj(st, &t);
        break;
    case TASK_PATTERN:
        error = do_pattern(st, &t);
        break;
    case TASK_DYNAMIC:
        error = do_dynamic(st, &t);
        break;
    case TASK_COMPREHENSION:
        error = do_comprehension(st, &t);
        break;
    case TASK_LIST:
        list_task(st, &t);
        error = t.error;
        break;
    }
    e->refs = refs;
    if (error && !bottom_pending(error))
        state_error(st, error);
    st->tasks[i].error = error;
    st->tasks[i].done = !error || !bottom_pending(error);
}

/* A field that was looked at has changed since: what was concluded from it is forgotten. */
static void clean(state_t *st) {
    vertex_t *v = st->v;
    st->dirty = false;
    trail_undo(st->e, st->mark, NULL);
    v->watched = false;
    v->nabsent = 0;
    for (uint32_t i = 0; i < v->narcs; i++)
        v->arcs[i]->observed = false;
}

static bool run_tasks(state_t *st, task_kind_t first, task_kind_t last) {
    bool progress = false;
    for (size_t i = 0; i < st->ntasks && !st->error; i++) {
        if (st->tasks[i].done || st->tasks[i].kind < first || st->tasks[i].kind > last)
            continue;
        do_task(st, i);
        progress = progress || st->tasks[i].done;
        if (st->dirty)
            clean(st);
    }
    return progress;
}

/* Lists without comprehensions are known before any choice is made, so that their items can rule some out. */
static void run_plain_lists(state_t *st) {
    for (size_t i = 0; i < st->ntasks && !st->error; i++) {
        const task_t *t = &st->tasks[i];
        bool plain = t->kind == TASK_LIST && !t->done;
        for (uint32_t k = 0; plain && k < t->x->n; k++)
            plain = t->x->items[k]->kind != SYN_COMPREHENSION;
        if (plain)
            do_task(st, i);
    }
    if (!st->error)
        list_sync(st);
}

static bool open_choice(const state_t *st) {
    for (size_t i = 0; i < st->nchoices; i++) {
        if (st->choices[i].chosen < 0)
            return true;
    }
    return false;
}

/* References that close a cycle are taken only when the vertex has something of its own. */
static bool take_waiting(state_t *st) {
    struct waiting *w = st->waiting;
    if (!w || !st->nplain || st->error)
        return false;
    st->waiting = NULL;
    for (; w; w = w->next)
        take_over(st, w->t, w->ref, w->info);
    return true;
}

static void check_structural(state_t *st) {
    if (!st->error && st->has_cycle && !st->nplain)
        state_error(st, bottom_new(st->e, BOTTOM_STRUCTURAL, (syn_pos_t){0}, "structural cycle"));
}

bool state_run(state_t *st) {
    vertex_t *v = st->v;
    closed_begin(v);
    st->gathering = true;
    for (uint32_t i = 0; i < v->nconjs; i++)
        add_conj(st, &v->conjs[i], v->conjs[i].info);
    st->gathering = false;
    while (!st->error) {
        if (run_tasks(st, TASK_CONJ, TASK_PATTERN) || take_waiting(st))
            continue;
        if (!st->error && disjoin_merged(st))
            continue;
        if (!st->error && open_choice(st)) {
            run_plain_lists(st);
            return st->error != NULL;
        }
        check_structural(st);
        if (!run_tasks(st, TASK_DYNAMIC, TASK_LIST))
            break;
        if (!st->error)
            list_sync(st);
    }
    return true;
}

/* ---- the result ---- */

static void check_scalar(state_t *st) {
    for (size_t i = 0; i < st->nchecks && !st->error; i++) {
        bottom_t *b = eval_check(st->e, st->checks[i], st->scalar);
        if (b)
            state_error(st, b);
    }
}

static void check_vertex(state_t *st) {
    for (size_t i = 0; i < st->nchecks && !st->error; i++) {
        bottom_t *b = eval_check(st->e, st->checks[i], &st->v->head);
        if (b)
            state_error(st, b);
    }
}

static void result(state_t *st) {
    vertex_t *v = st->v;
    eval_t *e = st->e;
    if (st->lists && !st->error)
        list_unify(st);
    check_structural(st);
    if (st->error)
        return;
    bool pending = st->incomplete != NULL;
    if (st->scalar) {
        v->base = st->scalar;
        check_scalar(st);
    } else if (st->lists) {
        v->base = value_new(e, VAL_LIST, LIB_LIST, st->kind_pos);
    } else if (st->is_struct || (st->maybe_struct && (st->kind & LIB_STRUCT) && !st->has_type && !st->nchecks &&
                                 (v->narcs || !pending))) {
        v->base = value_new(e, VAL_STRUCT, LIB_STRUCT, st->kind_pos);
    } else {
        v->base = simplify(st);
    }
}

void state_finish(state_t *st) {
    vertex_t *v = st->v;
    eval_t *e = st->e;
    for (size_t i = 0; i < st->ntasks; i++) {
        if (!st->tasks[i].done && st->tasks[i].error)
            st->incomplete = bottom_worse(st->incomplete, st->tasks[i].error);
    }
    result(st);
    order_settle(st);
    if (!st->error && v->base && (v->base->tag == VAL_STRUCT || v->base->tag == VAL_LIST)) {
        v->status = ST_EXPANDED;
        closed_check(e, v);
        if (st->nchecks)
            check_vertex(st);
    }
    v->incomplete = st->incomplete;
    if (st->error)
        v->base = value_of_bottom(e, st->error);
    v->head.kind = v->base ? v->base->kind : 0;
    v->head.pos = st->kind_pos;
    v->state = NULL;
    v->status = ST_EXPANDED;
}

static void trail_add(eval_t *e, vertex_t *v) {
    if (e->ntrail == e->ctrail) {
        size_t cap = e->ctrail ? e->ctrail * 2 : 256;
        e->trail = arena_grow(e->arena, e->trail, e->ctrail * sizeof v, cap * sizeof v);
        e->ctrail = cap;
    }
    e->trail[e->ntrail++] = v;
}

void expand_done(eval_t *e, vertex_t *v, size_t mark) {
    if (!v->watched)
        return;
    /* Others have seen it half done. */
    v->watched = false;
    trail_undo(e, mark, NULL);
}

void vertex_expand(eval_t *e, vertex_t *v) {
    if (v->status != ST_NEW)
        return;
    state_t st;
    vertex_t *at = e->at;
    eval_enter(e);
    e->at = v;
    v->status = ST_EXPANDING;
    v->given_groups = v->groups;
    state_init(&st, e, v);
    if (v->not_allowed)
        state_error(&st, closed_error(e, v));
    if (state_run(&st)) {
        state_finish(&st);
        expand_done(e, v, st.mark);
    } else {
        if (v->peeked)
            trail_undo(e, st.mark, NULL);
        v->peeked = false;
        expand_done(e, v, st.mark);
        disjoin(e, v, &st);
        expand_done(e, v, st.mark);
    }
    trail_add(e, v);
    e->at = at;
    eval_leave(e);
}
