/* Evaluated values as syntax, for Vela's patches and `cue eval`. */
#include "config/cue/value.h"

/* A chain a: b: c: whose comments belong to its innermost field. */
typedef struct chain {
    const syn_field_t *innermost, *outer;
    struct chain *next;
} chain_t;

typedef struct maker {
    eval_t *e;
    arena_t *a;
    bottom_t *error;
    chain_t *chains; /* those above what is being made */
} maker_t;

static syn_t *of_vertex(maker_t *m, vertex_t *v);
static syn_t *of_value(maker_t *m, value_t *v);

static syn_t *ident(maker_t *m, str_t name) {
    syn_t *x = syn_new(m->a, SYN_IDENT);
    x->str = arena_str(m->a, name);
    return x;
}

static syn_t *binary(maker_t *m, syn_op_t op, syn_t *x, syn_t *y) {
    if (!x)
        return y;
    syn_t *b = syn_new(m->a, SYN_BINARY);
    b->op = (uint8_t)op;
    b->x = x;
    b->y = y;
    return b;
}

static syn_t *of_type(maker_t *m, unsigned kind) {
    static const unsigned kinds[] = {LIB_NULL,   LIB_BOOL,  LIB_INT,    LIB_FLOAT,
                                     LIB_STRING, LIB_BYTES, LIB_STRUCT, LIB_LIST};
    syn_t *out = NULL;
    if ((kind & KIND_TOP) == KIND_TOP)
        return ident(m, STR("_"));
    if ((kind & LIB_NUMBER) == LIB_NUMBER) {
        out = ident(m, STR("number"));
        kind &= ~(unsigned)LIB_NUMBER;
    }
    for (size_t i = 0; i < sizeof kinds / sizeof *kinds; i++) {
        syn_t *x;
        if (!(kind & kinds[i]))
            continue;
        if (kinds[i] == LIB_NULL) {
            x = syn_new(m->a, SYN_NULL);
        } else if (kinds[i] == LIB_STRUCT) {
            x = syn_struct(m->a);
            syn_append(m->a, x, syn_new(m->a, SYN_ELLIPSIS));
        } else if (kinds[i] == LIB_LIST) {
            x = syn_list(m->a);
            syn_append(m->a, x, syn_new(m->a, SYN_ELLIPSIS));
        } else {
            x = ident(m, kind_text(m->e, kinds[i]));
        }
        out = binary(m, OP_OR, out, x);
    }
    return out ? out : syn_new(m->a, SYN_BOTTOM);
}

static syn_t *of_validator(maker_t *m, const validator_t *f) {
    syn_t *name, *call = syn_new(m->a, SYN_CALL);
    str_t package, member;
    if (str_cut(f->name, '.', &package, &member)) {
        name = syn_new(m->a, SYN_SELECTOR);
        name->x = ident(m, package);
        name->str = arena_str(m->a, member);
    } else {
        name = ident(m, f->name);
    }
    if (!f->nargs)
        return name;
    call->x = name;
    for (size_t i = 0; i < f->nargs; i++)
        syn_append(m->a, call, of_value(m, f->args[i]));
    return call;
}

static syn_t *of_value(maker_t *m, value_t *v) {
    syn_t *x = NULL;
    num_t *n;
    switch ((value_tag_t)v->tag) {
    case VAL_NULL:
        return syn_new(m->a, SYN_NULL);
    case VAL_BOOL:
        x = syn_new(m->a, SYN_BOOL);
        x->truth = v->b;
        return x;
    case VAL_NUM:
        x = syn_new(m->a, SYN_NUM);
        n = arena_new(m->a, num_t);
        *n = v->num;
        x->str = num_syntax(m->a, v->num);
        if (!num_parse(m->a, x->str, n, NULL))
            *n = num_int(0);
        x->num = n;
        return x;
    case VAL_STRING:
        return syn_string(m->a, arena_str(m->a, v->s));
    case VAL_BYTES:
        x = syn_new(m->a, SYN_BYTES);
        x->str = arena_str(m->a, v->s);
        return x;
    case VAL_TYPE:
        return of_type(m, v->kind);
    case VAL_BOUND:
        x = syn_new(m->a, SYN_UNARY);
        x->op = v->op;
        x->x = of_value(m, v->x);
        return x;
    case VAL_VALIDATOR:
        return of_validator(m, v->validator);
    case VAL_CONJ:
        for (size_t i = 0; i < v->n; i++)
            x = binary(m, OP_AND, x, of_value(m, v->items[i]));
        return x;
    case VAL_VERTEX:
        return of_vertex(m, value_vertex(v));
    case VAL_STRUCT:
        return syn_struct(m->a);
    case VAL_LIST:
        return syn_list(m->a);
    default:
        return syn_new(m->a, SYN_BOTTOM);
    }
}

/* What can't be resolved stays as it was written. */
static syn_t *as_written(maker_t *m, vertex_t *v) {
    syn_t *x = NULL;
    for (uint32_t i = 0; i < v->nconjs; i++) {
        const conj_t *c = &v->conjs[i];
        if (c->x)
            x = binary(m, OP_AND, x, syn_copy(m->a, c->x));
        else if (c->value)
            x = binary(m, OP_AND, x, of_value(m, c->value));
        else if (c->data)
            x = binary(m, OP_AND, x, syn_from_json(m->a, c->data));
    }
    return x ? x : syn_new(m->a, SYN_BOTTOM);
}

static bool has_comment(const syn_field_t *f, str_t text) {
    for (uint16_t i = 0; i < f->ncomments; i++) {
        if (str_eq(f->comments[i].text, text))
            return true;
    }
    return false;
}

static void add_docs(maker_t *m, syn_field_t *to, const syn_field_t *from) {
    for (uint16_t i = 0; i < from->ncomments; i++) {
        const syn_comment_t *c = &from->comments[i];
        if (!c->doc || has_comment(to, c->text))
            continue;
        to->comments = arena_grow(m->a, to->comments, to->ncomments * sizeof *c, (to->ncomments + 1u) * sizeof *c);
        to->comments[to->ncomments] = *c;
        to->comments[to->ncomments++].text = arena_str(m->a, c->text);
    }
}

/* The comments of one declaration of a field: its own, unless it begins a chain, and those of a chain that it ends. */
static void declared_docs(maker_t *m, syn_field_t *to, const syn_field_t *from) {
    if (!from->chained)
        add_docs(m, to, from);
    for (const chain_t *c = m->chains; c; c = c->next)
        if (c->innermost == from)
            add_docs(m, to, c->outer);
}

static void note_chain(maker_t *m, const conj_t *conj) {
    const syn_field_t *outer = conj->field ? conj->field->field : NULL, *in = outer;
    while (in && in->chained && in->value && in->value->n == 1 && in->value->items[0]->kind == SYN_FIELD)
        in = in->value->items[0]->field;
    if (!outer || in == outer || !outer->ncomments)
        return;
    chain_t *c = arena_new(m->a, chain_t);
    *c = (chain_t){in, outer, m->chains};
    m->chains = c;
}

static syn_t *of_struct(maker_t *m, vertex_t *v) {
    syn_t *x = syn_struct(m->a);
    for (uint32_t i = 0; i < v->narcs; i++) {
        vertex_t *arc = v->arcs[i];
        if (!vertex_shown(arc))
            continue;
        chain_t *above = m->chains;
        for (uint32_t k = 0; k < arc->nconjs; k++)
            note_chain(m, &arc->conjs[k]);
        syn_t *f = syn_field_new(m->a, arena_str(m->a, arc->label->s), of_vertex(m, arc));
        m->chains = above;
        for (uint32_t k = 0; k < arc->nconjs; k++) {
            if (arc->conjs[k].field)
                declared_docs(m, f->field, arc->conjs[k].field->field);
        }
        syn_append(m->a, x, f);
    }
    return x;
}

static syn_t *of_list(maker_t *m, vertex_t *v) {
    syn_t *x = syn_list(m->a);
    for (uint32_t i = 0; i < v->narcs; i++)
        syn_append(m->a, x, of_vertex(m, v->arcs[i]));
    if (v->list_open) {
        syn_t *more = syn_new(m->a, SYN_ELLIPSIS);
        for (size_t i = 0; i < v->nelems; i++)
            more->x = binary(m, OP_AND, more->x, of_vertex(m, vertex_temp(m->e, v->elems[i].x, v->elems[i].env)));
        syn_append(m->a, x, more);
    }
    return x;
}

static syn_t *of_disjunction(maker_t *m, const disj_t *d) {
    syn_t *out = NULL;
    for (size_t i = 0; i < d->n; i++) {
        syn_t *x = of_vertex(m, d->items[i]);
        if (i < d->ndefaults) {
            syn_t *mark = syn_new(m->a, SYN_UNARY);
            mark->op = OP_DEFAULT;
            mark->x = x;
            x = mark;
        }
        out = binary(m, OP_OR, out, x);
    }
    return out;
}

static syn_t *of_vertex(maker_t *m, vertex_t *given) {
    eval_t *e = m->e;
    syn_t *x;
    eval_enter(e);
    vertex_expand(e, given);
    vertex_t *v = vertex_deref(given);
    if (v->status == ST_NEW)
        vertex_expand(e, v);
    if (v->disj)
        x = of_disjunction(m, v->disj);
    else if (vertex_is_struct(v))
        x = of_struct(m, v);
    else if (vertex_is_list(v))
        x = of_list(m, v);
    else if (v->base && value_is_scalar(v->base))
        x = of_value(m, v->base);
    else if (v->incomplete || !v->base || (v->base->tag == VAL_BOTTOM && bottom_pending(v->base->bottom)))
        x = as_written(m, given);
    else
        x = of_value(m, v->base);
    if (v->base && v->base->tag == VAL_BOTTOM && !bottom_pending(v->base->bottom))
        m->error = bottom_worse(m->error, v->base->bottom);
    eval_leave(e);
    return x;
}

syn_t *syntax_of_vertex(eval_t *e, vertex_t *v, arena_t *a, bottom_t **error) {
    maker_t m = {e, a, NULL, NULL};
    for (vertex_t *p = v; p; p = p->parent)
        for (uint32_t i = 0; i < p->nconjs; i++)
            note_chain(&m, &p->conjs[i]);
    syn_t *x = of_vertex(&m, v);
    *error = m.error;
    return m.error ? NULL : x;
}
