/* Expressions: references, operators, selections, comprehension clauses. */
#include "config/cue/state.h"

env_t *env_new(eval_t *e, env_t *up, vertex_t *v) {
    env_t *env = arena_new(e->arena, env_t);
    env->up = up;
    env->v = v;
    return env;
}

env_t *env_up(env_t *env, unsigned n) {
    while (n-- && env->up)
        env = env->up;
    return env;
}

bool eval_is_ref(const syn_t *x) {
    switch ((syn_kind_t)x->kind) {
    case SYN_PAREN:
        return eval_is_ref(x->x);
    case SYN_IDENT:
        switch ((ref_kind_t)x->ref->kind) {
        case REF_FIELD:
        case REF_DYNAMIC:
        case REF_LET:
        case REF_FOR_VALUE:
        case REF_LET_CLAUSE:
        case REF_VALUE_ALIAS:
        case REF_IMPORT:
            return true;
        default:
            return false;
        }
    case SYN_SELECTOR:
        return !(x->x->kind == SYN_IDENT && x->x->ref->kind == REF_PACKAGE);
    case SYN_INDEX:
        return true;
    default:
        return false;
    }
}

/* ---- what a vertex is ---- */

static value_t *in_progress(eval_t *e, vertex_t *v) {
    state_t *st = v->state;
    if (st && st->scalar && !st->error)
        return st->scalar;
    if (st && (st->is_struct || st->lists)) {
        v->watched = v->watched || st->lists;
        v->head.kind = (uint16_t)st->kind;
        return &v->head;
    }
    v->watched = true;
    vertex_t *at = e->at;
    e->at = v;
    value_t *b = bottom_value(e, BOTTOM_CYCLE, e->ref_pos, "cycle error");
    e->at = at;
    return b;
}

value_t *eval_vertex(eval_t *e, vertex_t *v) {
    vertex_expand(e, v);
    v = vertex_default(v);
    if (v->status == ST_NEW)
        vertex_expand(e, v);
    if (v->status == ST_EXPANDING)
        return in_progress(e, v);
    if (v->disj)
        return &v->head;
    if (v->incomplete &&
        !(v->base && (value_is_scalar(v->base) || v->base->tag == VAL_STRUCT || v->base->tag == VAL_LIST)))
        return value_of_bottom(e, v->incomplete);
    if (!v->base)
        return bottom_value(e, BOTTOM_CYCLE, (syn_pos_t){0}, "cycle error");
    if (v->base->tag == VAL_STRUCT || v->base->tag == VAL_LIST)
        return &v->head;
    return v->base;
}

/* ---- references ---- */

static vertex_t *computed(eval_t *e, value_t *v) {
    if (v->tag == VAL_VERTEX)
        return value_vertex(v);
    vertex_t *t = vertex_new(e, e->at, NULL);
    t->computed = true;
    vertex_add_conj(e, t, (conj_t){.value = v});
    return t;
}

static void remember_absent(eval_t *e, vertex_t *v, const label_t *label) {
    v->absent = arena_grow(e->arena, v->absent, v->nabsent * sizeof label, (v->nabsent + 1) * sizeof label);
    v->absent[v->nabsent++] = label;
}

static bottom_t *undefined(eval_t *e, vertex_t *v, const label_t *label, const syn_t *x, syn_pos_t pos) {
    value_t *base = v->base;
    str_t name = label_text(e, label);
    if (v->disj) {
        bottom_t *b = bottom_new(e, BOTTOM_INCOMPLETE, pos, "unresolved disjunction " STR_FMT " (type " STR_FMT ")",
                                 STR_ARG(ambiguous_text(e, v)), STR_ARG(kind_text(e, v->head.kind)));
        return b;
    }
    if (base && base->tag == VAL_BOTTOM)
        return base->bottom;
    if (v->incomplete && !(base && (base->tag == VAL_STRUCT || base->tag == VAL_LIST)))
        return v->incomplete;
    if (base && base->tag == VAL_LIST && label->kind != LABEL_INT)
        return bottom_new(e, BOTTOM_EVAL, pos, "invalid list index " STR_FMT " (type string)", STR_ARG(name));
    if (base && base->tag == VAL_STRUCT && label->kind == LABEL_INT)
        return bottom_new(e, BOTTOM_EVAL, pos, "invalid struct selector " STR_FMT " (type int)", STR_ARG(name));
    if (base && base->tag == VAL_LIST && v->status >= ST_EXPANDED) {
        bottom_code_t code = v->list_open ? BOTTOM_INCOMPLETE : BOTTOM_EVAL;
        if (label->index == v->narcs)
            return bottom_new(e, code, pos, "index out of range [%u] with length %u", label->index, v->narcs);
        return bottom_new(e, code, pos, "invalid list index %u (out of bounds)", label->index);
    }
    if (base && base->tag != VAL_STRUCT && base->tag != VAL_LIST) {
        if (!(base->kind & (LIB_STRUCT | LIB_LIST)))
            return bottom_new(e, BOTTOM_EVAL, x->x ? x->x->pos : pos,
                              "invalid operand " STR_FMT " (found " STR_FMT ", want list or struct)",
                              STR_ARG(x->x ? syntax_text(e, x->x) : name), STR_ARG(kind_text(e, base->kind)));
        return bottom_new(e, BOTTOM_INCOMPLETE, pos,
                          STR_FMT " undefined as " STR_FMT " is incomplete (type " STR_FMT ")",
                          STR_ARG(syntax_text(e, x)), STR_ARG(x->x ? syntax_text(e, x->x) : name),
                          STR_ARG(kind_text(e, base->kind)));
    }
    /* A closed struct will never have it. */
    bool never = v->status >= ST_EXPANDED && v->complete;
    return bottom_new(e, never ? BOTTOM_EVAL : BOTTOM_INCOMPLETE, pos, "undefined field: " STR_FMT, STR_ARG(name));
}

/* The arc of a vertex; NULL with *error. */
static vertex_t *lookup(eval_t *e, vertex_t *v, const label_t *label, const syn_t *x, syn_pos_t pos, bottom_t **error) {
    v = vertex_deref(v);
    vertex_t *arc = v->status == ST_EXPANDING ? vertex_find(v, label) : NULL;
    if (!arc) {
        vertex_expand(e, v);
        v = vertex_default(v);
        if (v->status == ST_NEW)
            vertex_expand(e, v);
        arc = vertex_find(v, label);
    }
    if (v->status == ST_EXPANDING) {
        v->peeked = true;
        if (arc)
            arc->observed = true;
        else
            remember_absent(e, v, label);
    }
    if (arc && arc->mark == FIELD_OPTIONAL) {
        *error = bottom_new(e, BOTTOM_INCOMPLETE, pos, "cannot reference optional field: " STR_FMT,
                            STR_ARG(label_text(e, label)));
        return NULL;
    }
    if (!arc)
        *error = undefined(e, v, label, x, pos);
    return arc;
}

typedef struct let_memo {
    struct let_memo *next;
    const syn_t *x;
    vertex_t *v;
} let_memo_t;

static vertex_t *let_vertex(eval_t *e, const syn_t *x, env_t *env) {
    for (let_memo_t *m = env->lets; m; m = m->next) {
        if (m->x == x)
            return m->v;
    }
    let_memo_t *m = arena_new(e->arena, let_memo_t);
    vertex_t *v = vertex_new(e, env->v ? env->v : e->root, NULL);
    v->computed = true;
    vertex_add_conj(e, v, (conj_t){.x = x->x, .env = env, .info = {.refs = e->refs}});
    *m = (let_memo_t){env->lets, x, v};
    env->lets = m;
    return v;
}

static vertex_t *ident_vertex(eval_t *e, const syn_t *x, env_t *env, bottom_t **error) {
    const syn_ref_t *r = x->ref;
    env_t *at = env_up(env, r->up);
    switch ((ref_kind_t)r->kind) {
    case REF_FIELD: {
        vertex_t *v = lookup(e, at->v, r->label, x, x->pos, error);
        if (!v && r->loose && vertex_is_struct(vertex_deref(at->v)) && !vertex_find(vertex_deref(at->v), r->label)) {
            *error = bottom_new(e, BOTTOM_EVAL, x->pos, "reference \"" STR_FMT "\" not found", STR_ARG(x->str));
            (*error)->at = NULL;
        }
        return v;
    }
    case REF_DYNAMIC: {
        value_t *name = eval_expr(e, r->decl->field->dynamic, at);
        if (name->tag == VAL_STRING)
            return lookup(e, at->v, label_intern(&e->labels, LABEL_STRING, name->s), x, x->pos, error);
        *error =
            value_is_bottom(name) ? name->bottom : bottom_new(e, BOTTOM_INCOMPLETE, x->pos, "label is not concrete");
        return NULL;
    }
    case REF_LET:
        return let_vertex(e, r->decl, at);
    case REF_FOR_VALUE:
    case REF_LET_CLAUSE:
    case REF_VALUE_ALIAS:
        return at->v;
    case REF_IMPORT:
        return e->packages[r->index];
    default:
        return computed(e, eval_expr(e, x, env));
    }
}

static vertex_t *index_vertex(eval_t *e, const syn_t *x, env_t *env, bottom_t **error) {
    vertex_t *v = eval_ref(e, x->x, env, error);
    if (!v)
        return NULL;
    value_t *i = eval_expr(e, x->y, env);
    int64_t n;
    if (value_is_bottom(i)) {
        *error = i->bottom;
        return NULL;
    }
    if (i->tag == VAL_STRING)
        return lookup(e, v, label_intern(&e->labels, LABEL_STRING, i->s), x, x->y->pos, error);
    if (i->tag == VAL_NUM && i->kind == LIB_INT) {
        if (num_sign(i->num) < 0) {
            *error = bottom_new(e, BOTTOM_EVAL, x->y->pos, "invalid index " STR_FMT " (index must be non-negative)",
                                STR_ARG(num_text(e->arena, i->num)));
            return NULL;
        }
        if (!num_to_int64(i->num, &n) || n > 1000000) {
            *error = bottom_new(e, BOTTOM_EVAL, x->pos, "index " STR_FMT " out of range",
                                STR_ARG(num_text(e->arena, i->num)));
            return NULL;
        }
        return lookup(e, v, label_int(&e->labels, (size_t)n), x, x->y->pos, error);
    }
    bool concrete = value_is_scalar(i);
    *error = bottom_new(e, concrete || i->tag == VAL_TYPE ? BOTTOM_EVAL : BOTTOM_INCOMPLETE, x->pos,
                        "invalid index " STR_FMT " (invalid type " STR_FMT ")", STR_ARG(syntax_text(e, x->y)),
                        STR_ARG(kind_text(e, i->kind)));
    return NULL;
}

/* A struct that is only there to be selected from must be without error. */
static bool is_inline(const syn_t *x) {
    while (x->kind == SYN_PAREN)
        x = x->x;
    return x->kind == SYN_BINARY || x->kind == SYN_STRUCT;
}

static bool whole(eval_t *e, vertex_t *v, bottom_t **error) {
    vertex_finalize(e, v);
    bottom_t *b = vertex_error(v);
    if (b && b->code == BOTTOM_STRUCTURAL && vertex_deref(v)->base && vertex_deref(v)->base->tag != VAL_BOTTOM)
        b = NULL; /* below what is asked for, maybe */
    if (b)
        *error = b;
    return !b;
}

static vertex_t *inline_field(eval_t *e, vertex_t *v, const syn_t *x, bottom_t **error) {
    vertex_t *arc = lookup(e, v, x->label, x, x->pos, error);
    bottom_t *b = NULL;
    if (arc) {
        vertex_expand(e, arc);
        b = vertex_error(arc);
    }
    if (b && b->code == BOTTOM_STRUCTURAL) {
        *error = b;
        return NULL;
    }
    return arc;
}

vertex_t *eval_ref(eval_t *e, const syn_t *x, env_t *env, bottom_t **error) {
    vertex_t *v;
    eval_enter(e);
    switch ((syn_kind_t)x->kind) {
    case SYN_PAREN:
        v = eval_ref(e, x->x, env, error);
        break;
    case SYN_IDENT:
        v = ident_vertex(e, x, env, error);
        break;
    case SYN_SELECTOR:
        if (x->x->kind == SYN_IDENT && x->x->ref->kind == REF_PACKAGE) {
            v = computed(e, eval_expr(e, x, env));
            break;
        }
        v = eval_ref(e, x->x, env, error);
        if (v && is_inline(x->x))
            v = whole(e, v, error) ? inline_field(e, v, x, error) : NULL;
        else if (v)
            v = lookup(e, v, x->label, x, x->pos, error);
        break;
    case SYN_INDEX:
        v = index_vertex(e, x, env, error);
        break;
    case SYN_STRUCT:
    case SYN_LIST:
        v = vertex_temp(e, x, env);
        break;
    default: {
        if (x->kind == SYN_BINARY && (x->op == OP_AND || x->op == OP_OR)) {
            v = vertex_temp(e, x, env);
            break;
        }
        value_t *value = eval_expr(e, x, env);
        v = NULL;
        if (value_is_bottom(value))
            *error = value->bottom;
        else
            v = computed(e, value);
        break;
    }
    }
    eval_leave(e);
    return v;
}

/* ---- operators ---- */

static bool is_number(const value_t *v) {
    return v->tag == VAL_NUM;
}

static bool concrete(const value_t *v) {
    return value_is_scalar(v) || (v->tag == VAL_VERTEX && !((const vertex_t *)(const void *)v)->disj);
}

static value_t *bad_operands(eval_t *e, syn_op_t op, value_t *x, value_t *y, syn_pos_t pos) {
    return bottom_value(e, BOTTOM_EVAL, pos,
                        "invalid operands " STR_FMT " and " STR_FMT " to '%s' (type " STR_FMT " and " STR_FMT ")",
                        STR_ARG(value_text(e, x)), STR_ARG(value_text(e, y)), syn_op_text(op),
                        STR_ARG(kind_text(e, x->kind)), STR_ARG(kind_text(e, y->kind)));
}

static value_t *arith(eval_t *e, syn_op_t op, const value_t *x, const value_t *y, syn_pos_t pos) {
    static const num_op_t ops[] = {[OP_ADD] = NUM_ADD, [OP_SUB] = NUM_SUB, [OP_MUL] = NUM_MUL, [OP_QUO] = NUM_FDIV};
    num_t n;
    err_t err = ERROR_INIT;
    if (num_op(e->arena, ops[op], x->num, y->num, &n, &err))
        return value_num(e, n, pos);
    value_t *b = bottom_value(e, BOTTOM_EVAL, pos, "%s", error_text(&err));
    error_release(&err);
    return b;
}

static value_t *repeat_text(eval_t *e, const value_t *s, const value_t *n, syn_pos_t pos) {
    int64_t k;
    if (!num_to_int64(n->num, &k) || k < 0)
        return bottom_value(e, BOTTOM_EVAL, pos, "cannot convert negative number to uint64");
    if (!s->s.n)
        k = 0; /* nothing, however often: 1 << 62 rounds would take for ever */
    if (k && s->s.n > (size_t)(LIB_MAX_BYTES / k))
        eval_give_up(e, ERR_LIMIT, "memory");
    char *p = arena_bytes(e->arena, s->s.n * (size_t)k);
    for (int64_t i = 0; i < k; i++)
        memcpy(p + (size_t)i * s->s.n, s->s.p, s->s.n);
    value_t *v = value_new(e, (value_tag_t)s->tag, s->kind, pos);
    v->s = (str_t){p, s->s.n * (size_t)k};
    return v;
}

static vertex_t *as_list(value_t *v) {
    if (v->tag != VAL_VERTEX)
        return NULL;
    vertex_t *t = vertex_default(value_vertex(v));
    return vertex_is_list(t) ? t : NULL;
}

static void append_items(eval_t *e, vertex_t *to, vertex_t *from) {
    for (uint32_t i = 0; i < from->narcs; i++) {
        vertex_t *arc = from->arcs[i];
        bool added;
        vertex_t *a = vertex_arc(e, to, label_int(&e->labels, to->narcs), &added);
        a->mark = FIELD_REGULAR;
        vertex_add_conj(e, a, (conj_t){.value = &arc->head});
    }
}

/* A list whose items are given: as if it had been expanded. */
static vertex_t *new_list(eval_t *e, syn_pos_t pos) {
    vertex_t *v = vertex_new(e, e->at, NULL);
    v->computed = true;
    v->base = value_new(e, VAL_LIST, LIB_LIST, pos);
    v->head.kind = LIB_LIST;
    v->head.pos = pos;
    v->status = ST_EXPANDED;
    return v;
}

static value_t *list_op(eval_t *e, syn_op_t op, value_t *x, value_t *y, syn_pos_t pos) {
    vertex_t *a = as_list(x), *b = as_list(y), *out = new_list(e, pos);
    int64_t k;
    if (op == OP_ADD && a && b) {
        append_items(e, out, a);
        append_items(e, out, b);
        return &out->head;
    }
    if (!a) {
        a = b;
        y = x;
    }
    if (!num_to_int64(y->num, &k) || k < 0)
        return bottom_value(e, BOTTOM_EVAL, pos, "negative number %s multiplies list",
                            arena_cstr(e->arena, num_text(e->arena, y->num)));
    for (int64_t i = 0; i < k; i++) {
        eval_step(e);
        append_items(e, out, a);
    }
    return &out->head;
}

static value_t *compare_values(eval_t *e, syn_op_t op, value_t *x, value_t *y, syn_pos_t pos) {
    int c;
    if (is_number(x) && is_number(y))
        c = num_cmp(x->num, y->num);
    else if (x->tag == y->tag && (x->tag == VAL_STRING || x->tag == VAL_BYTES))
        c = str_cmp(x->s, y->s);
    else
        return bad_operands(e, op, x, y, pos);
    switch (op) {
    case OP_LT:
        return value_bool(e, c < 0, pos);
    case OP_LE:
        return value_bool(e, c <= 0, pos);
    case OP_GT:
        return value_bool(e, c > 0, pos);
    default:
        return value_bool(e, c >= 0, pos);
    }
}

static value_t *equal_values(eval_t *e, syn_op_t op, value_t *x, value_t *y, syn_pos_t pos) {
    bool eq;
    if (is_number(x) && is_number(y)) {
        eq = num_eq(x->num, y->num);
    } else if (value_is_scalar(x) && value_is_scalar(y)) {
        if (x->tag != y->tag && x->tag != VAL_NULL && y->tag != VAL_NULL) {
            if (!((x->kind | y->kind) & ~(LIB_STRING | LIB_BYTES)))
                eq = str_eq(x->s, y->s);
            else
                return bad_operands(e, op, x, y, pos);
        } else {
            eq = value_scalar_eq(x, y);
        }
    } else if (x->tag == VAL_VERTEX && y->tag == VAL_VERTEX) {
        vertex_finalize(e, value_vertex(x));
        vertex_finalize(e, value_vertex(y));
        vertex_t *a = vertex_default(value_vertex(x)), *b = vertex_default(value_vertex(y));
        if (vertex_is_list(a) != vertex_is_list(b))
            return bad_operands(e, op, x, y, pos);
        if (vertex_is_struct(a))
            return bad_operands(e, op, x, y, pos);
        bool loose = e->loose;
        e->loose = true;
        eq = vertex_equal(e, a, b);
        e->loose = loose;
    } else if (x->tag == VAL_NULL || y->tag == VAL_NULL) {
        eq = false;
    } else {
        return bad_operands(e, op, x, y, pos);
    }
    return value_bool(e, eq == (op == OP_EQ), pos);
}

static value_t *match_values(eval_t *e, syn_op_t op, value_t *x, value_t *y, syn_pos_t pos) {
    if ((x->tag != VAL_STRING && x->tag != VAL_BYTES) || (y->tag != VAL_STRING && y->tag != VAL_BYTES))
        return bad_operands(e, op, x, y, pos);
    err_t err = ERROR_INIT;
    bool hit = false;
    regex_t *r = eval_regex(e, y->s, &err);
    if (!r || !regex_match(r, x->s, &hit, &err)) {
        value_t *b = bottom_value(e, BOTTOM_EVAL, pos, "invalid regular expression " STR_FMT ": %s",
                                  STR_ARG(value_text(e, y)), error_text(&err));
        error_release(&err);
        return b;
    }
    return value_bool(e, hit == (op == OP_MATCH), pos);
}

static value_t *not_concrete(eval_t *e, syn_op_t op, value_t *v, syn_pos_t pos) {
    bottom_t *b;
    if (v->tag == VAL_VERTEX)
        b = bottom_new(e, BOTTOM_INCOMPLETE, pos, "unresolved disjunction " STR_FMT " (type " STR_FMT ")",
                       STR_ARG(ambiguous_text(e, value_vertex(v))), STR_ARG(kind_text(e, v->kind)));
    else
        b = bottom_new(e, BOTTOM_INCOMPLETE, pos, "non-concrete value " STR_FMT " in operand to %s",
                       STR_ARG(value_text(e, v)), syn_op_text(op));
    bottom_at(e, b, v->pos);
    return value_of_bottom(e, b);
}

value_t *eval_binary(eval_t *e, syn_op_t op, value_t *x, value_t *y, const syn_t *src) {
    syn_pos_t pos = src ? src->pos : (syn_pos_t){0};
    if (value_is_bottom(x))
        return x;
    if (value_is_bottom(y))
        return y;
    if (!concrete(x))
        return not_concrete(e, op, x, pos);
    if (!concrete(y))
        return not_concrete(e, op, y, pos);
    switch (op) {
    case OP_EQ:
    case OP_NE:
        return equal_values(e, op, x, y, pos);
    case OP_LT:
    case OP_LE:
    case OP_GT:
    case OP_GE:
        return compare_values(e, op, x, y, pos);
    case OP_MATCH:
    case OP_NMATCH:
        return match_values(e, op, x, y, pos);
    case OP_LAND:
    case OP_LOR:
        if (x->tag != VAL_BOOL || y->tag != VAL_BOOL)
            return bad_operands(e, op, x, y, pos);
        return value_bool(e, op == OP_LAND ? x->b && y->b : x->b || y->b, pos);
    default:
        break;
    }
    if (is_number(x) && is_number(y))
        return arith(e, op, x, y, pos);
    if (op == OP_ADD && x->tag == y->tag && (x->tag == VAL_STRING || x->tag == VAL_BYTES)) {
        value_t *v = value_new(e, (value_tag_t)x->tag, x->kind, pos);
        v->s = arena_concat(e->arena, x->s, y->s);
        return v;
    }
    if (op == OP_MUL && (x->tag == VAL_STRING || x->tag == VAL_BYTES) && y->kind == LIB_INT)
        return repeat_text(e, x, y, pos);
    if (op == OP_MUL && (y->tag == VAL_STRING || y->tag == VAL_BYTES) && x->kind == LIB_INT)
        return repeat_text(e, y, x, pos);
    bool lists = (as_list(x) && as_list(y) && op == OP_ADD) ||
                 (op == OP_MUL && ((as_list(x) && y->kind == LIB_INT) || (as_list(y) && x->kind == LIB_INT)));
    if (lists)
        return list_op(e, op, x, y, pos);
    return bad_operands(e, op, x, y, pos);
}

static bool is_bottom_literal(const syn_t *x) {
    while (x->kind == SYN_PAREN)
        x = x->x;
    return x->kind == SYN_BOTTOM;
}

/* A type, bound or validator, but neither `_` nor a disjunction of types: CUE 0.9.2 counts it as absent in x == _|_. */
static bool is_constraint(const value_t *v) {
    if (v->tag == VAL_TYPE)
        return (v->kind & (v->kind - 1)) == 0 || v->kind == LIB_NUMBER;
    return v->tag == VAL_BOUND || v->tag == VAL_VALIDATOR || v->tag == VAL_CONJ;
}

/* x == _|_: whether x is an error, an absent field included. */
static value_t *exists(eval_t *e, const syn_t *x, env_t *env, syn_op_t op, syn_pos_t pos) {
    value_t *v = eval_expr(e, x, env);
    bool bad = value_is_bottom(v);
    if (bad && v->bottom->code == BOTTOM_CYCLE)
        return v;
    if (!bad && v->tag == VAL_VERTEX) {
        vertex_t *t = value_vertex(v);
        if (t->status >= ST_EXPANDED) {
            vertex_finalize(e, t);
            bad = vertex_error(vertex_default(t)) != NULL;
        }
    }
    bad = bad || is_constraint(v);
    return value_bool(e, bad == (op == OP_EQ), pos);
}

static value_t *eval_two(eval_t *e, const syn_t *x, env_t *env) {
    syn_op_t op = (syn_op_t)x->op;
    if (op == OP_AND || op == OP_OR)
        return eval_vertex(e, vertex_temp(e, x, env));
    if (op == OP_EQ || op == OP_NE) {
        if (is_bottom_literal(x->x))
            return exists(e, x->y, env, op, x->pos);
        if (is_bottom_literal(x->y))
            return exists(e, x->x, env, op, x->pos);
    }
    value_t *a = eval_expr(e, x->x, env);
    if (value_is_bottom(a))
        return a;
    if (a->tag == VAL_BOOL && ((op == OP_LAND && !a->b) || (op == OP_LOR && a->b)))
        return a;
    value_t *b = eval_expr(e, x->y, env);
    return eval_binary(e, op, a, b, x);
}

static value_t *eval_one(eval_t *e, const syn_t *x, env_t *env) {
    value_t *v = eval_expr(e, x->x, env);
    syn_op_t op = (syn_op_t)x->op;
    if (value_is_bottom(v))
        return v;
    if (op != OP_ADD && op != OP_SUB && op != OP_NOT) {
        if (op == OP_DEFAULT)
            return v;
        if (!concrete(v))
            return not_concrete(e, op, v, x->pos);
        if (v->tag == VAL_VERTEX && op != OP_NE)
            return bottom_value(e, BOTTOM_EVAL, x->pos, "cannot use " STR_FMT " (type " STR_FMT ") as bound",
                                STR_ARG(value_text(e, v)), STR_ARG(kind_text(e, v->kind)));
        return value_bound(e, op, v, x->pos);
    }
    if (v->tag == VAL_NUM && op == OP_ADD)
        return v;
    if (v->tag == VAL_NUM && op == OP_SUB)
        return value_num(e, num_neg(v->num), x->pos);
    if (v->tag == VAL_BOOL && op == OP_NOT)
        return value_bool(e, !v->b, x->pos);
    if (!concrete(v))
        return bottom_value(e, BOTTOM_INCOMPLETE, x->pos, "operand " STR_FMT " of '%s' not concrete (was " STR_FMT ")",
                            STR_ARG(syntax_text(e, x->x)), syn_op_text(op), STR_ARG(kind_text(e, v->kind)));
    return bottom_value(e, BOTTOM_EVAL, x->pos, "invalid operation %s" STR_FMT " (%s " STR_FMT ")", syn_op_text(op),
                        STR_ARG(syntax_text(e, x->x)), syn_op_text(op), STR_ARG(kind_text(e, v->kind)));
}

/* ---- interpolation, slices ---- */

/* Bytes as text: what is no UTF-8 becomes U+FFFD. */
static void add_text(buf_t *b, str_t s) {
    for (size_t i = 0; i < s.n;) {
        unsigned char c = (unsigned char)s.p[i];
        size_t n = c < 0x80 ? 1 : c >= 0xC2 && c < 0xE0 ? 2 : c >= 0xE0 && c < 0xF0 ? 3 : c >= 0xF0 && c < 0xF5 ? 4 : 0;
        bool ok = n && i + n <= s.n;
        for (size_t k = 1; ok && k < n; k++)
            ok = ((unsigned char)s.p[i + k] & 0xC0) == 0x80;
        if (ok)
            buf_addn(b, s.p + i, n);
        else
            buf_addc(b, "\xEF\xBF\xBD");
        i += ok ? n : 1;
    }
}

static value_t *interpolate(eval_t *e, const syn_t *x, env_t *env) {
    buf_t b;
    buf_init_arena(&b, e->arena);
    for (uint32_t i = 0; i < x->n; i++) {
        const syn_t *part = x->items[i];
        if (i % 2 == 0) {
            buf_add(&b, part->str);
            continue;
        }
        value_t *v = eval_expr(e, part, env);
        if (value_is_bottom(v)) {
            bottom_t *in = v->bottom, *out;
            out = bottom_new(e, (bottom_code_t)in->code, x->pos, "invalid interpolation: " STR_FMT, STR_ARG(in->text));
            for (size_t k = 0; k < in->npos; k++)
                bottom_at(e, out, in->pos[k]);
            return value_of_bottom(e, out);
        }
        if (v->tag == VAL_BYTES && !x->op)
            add_text(&b, v->s);
        else if (v->tag == VAL_STRING || v->tag == VAL_BYTES)
            buf_add(&b, v->s);
        else if (v->tag == VAL_NUM)
            num_write(&b, v->num);
        else if (v->tag == VAL_BOOL)
            buf_addc(&b, v->b ? "true" : "false");
        else if (concrete(v))
            return bottom_value(e, BOTTOM_EVAL, x->pos,
                                "invalid interpolation: cannot use " STR_FMT " (type " STR_FMT
                                ") as type (bool|string|bytes|number)",
                                STR_ARG(value_text(e, v)), STR_ARG(kind_text(e, v->kind)));
        else
            return bottom_value(e, BOTTOM_INCOMPLETE, x->pos,
                                "invalid interpolation: non-concrete value " STR_FMT " (type " STR_FMT ")",
                                STR_ARG(value_text(e, v)), STR_ARG(kind_text(e, v->kind)));
    }
    value_t *v = value_new(e, x->op ? VAL_BYTES : VAL_STRING, x->op ? LIB_BYTES : LIB_STRING, x->pos);
    v->s = buf_str(&b);
    return v;
}

static bottom_t *slice_bound(eval_t *e, const syn_t *x, env_t *env, int64_t *out) {
    if (!x)
        return NULL;
    value_t *v = eval_expr(e, x, env);
    if (value_is_bottom(v))
        return v->bottom;
    if (v->kind == LIB_INT && v->tag == VAL_NUM && num_to_int64(v->num, out))
        return NULL;
    return bottom_new(e, value_is_scalar(v) ? BOTTOM_EVAL : BOTTOM_INCOMPLETE, x->pos,
                      "cannot use " STR_FMT " (type " STR_FMT ") as type int", STR_ARG(value_text(e, v)),
                      STR_ARG(kind_text(e, v->kind)));
}

static value_t *slice(eval_t *e, const syn_t *x, env_t *env) {
    value_t *v = eval_expr(e, x->x, env);
    if (value_is_bottom(v))
        return v;
    if (!concrete(v))
        return bottom_value(e, BOTTOM_INCOMPLETE, x->pos, "non-concrete slice subject " STR_FMT,
                            STR_ARG(syntax_text(e, x->x)));
    vertex_t *l = as_list(v);
    if (!l && v->tag != VAL_BYTES && v->tag != VAL_STRING)
        return bottom_value(e, BOTTOM_EVAL, x->pos, "cannot slice " STR_FMT " (type " STR_FMT ")",
                            STR_ARG(value_text(e, v)), STR_ARG(kind_text(e, v->kind)));
    int64_t n = l ? (int64_t)l->narcs : (int64_t)v->s.n, lo = 0, hi = n;
    bottom_t *b = slice_bound(e, x->y, env, &lo);
    b = b ? b : slice_bound(e, x->z, env, &hi);
    if (b)
        return value_of_bottom(e, b);
    if (lo < 0 || hi < 0)
        return bottom_value(e, BOTTOM_EVAL, x->pos, "negative slice index");
    if (hi > n || lo > n)
        return bottom_value(e, BOTTOM_EVAL, x->pos, "slice index out of range: %lld > %lld",
                            (long long)(hi > n ? hi : lo), (long long)n);
    if (lo > hi)
        return bottom_value(e, BOTTOM_EVAL, x->pos, "invalid slice index: %lld > %lld", (long long)lo, (long long)hi);
    if (!l) {
        value_t *s = value_new(e, (value_tag_t)v->tag, v->kind, x->pos);
        s->s = str_sub(v->s, (size_t)lo, (size_t)(hi - lo));
        return s;
    }
    vertex_t *out = new_list(e, x->pos);
    for (int64_t i = lo; i < hi; i++) {
        bool added;
        vertex_t *arc = vertex_arc(e, out, label_int(&e->labels, out->narcs), &added);
        arc->mark = FIELD_REGULAR;
        vertex_add_conj(e, arc, (conj_t){.value = &l->arcs[i]->head});
    }
    return &out->head;
}

/* ---- all expressions ---- */

static value_t *eval_ident(eval_t *e, const syn_t *x, env_t *env) {
    const syn_ref_t *r = x->ref;
    switch ((ref_kind_t)r->kind) {
    case REF_TYPE:
        return value_named_type(e, r->type, x->pos);
    case REF_FOR_KEY:
        return env_up(env, r->up)->key;
    case REF_LABEL_ALIAS:
        return value_string(e, env_up(env, r->up)->label->s, x->pos);
    case REF_BUILTIN:
    case REF_PACKAGE:
        return call_eval(e, x, env);
    default:
        return NULL;
    }
}

static value_t *eval_node(eval_t *e, const syn_t *x, env_t *env) {
    value_t *v;
    if (eval_is_ref(x)) {
        bottom_t *error = NULL;
        vertex_t *t = eval_ref(e, x, env, &error);
        e->ref_pos = x->pos;
        return t ? eval_vertex(e, t) : value_of_bottom(e, error);
    }
    switch ((syn_kind_t)x->kind) {
    case SYN_PAREN:
        return eval_expr(e, x->x, env);
    case SYN_IDENT:
        return eval_ident(e, x, env);
    case SYN_STRUCT:
    case SYN_LIST:
    case SYN_ALIAS:
        return eval_vertex(e, vertex_temp(e, x, env));
    case SYN_BINARY:
        return eval_two(e, x, env);
    case SYN_UNARY:
        return eval_one(e, x, env);
    case SYN_INTERPOLATION:
        return interpolate(e, x, env);
    case SYN_SLICE:
        return slice(e, x, env);
    case SYN_CALL:
    case SYN_SELECTOR:
        return call_eval(e, x, env);
    case SYN_BOTTOM:
        return bottom_value(e, BOTTOM_USER, x->pos, "explicit error (_|_ literal) in source");
    default:
        v = value_literal(e, x);
        return v ? v : bottom_value(e, BOTTOM_EVAL, x->pos, "unsupported expression");
    }
}

value_t *eval_expr(eval_t *e, const syn_t *x, env_t *env) {
    eval_enter(e);
    value_t *v = eval_node(e, x, env);
    eval_leave(e);
    return v;
}

/* ---- comprehension clauses ---- */

typedef struct clauses {
    eval_t *e;
    const syn_t *x;
    void (*yield)(void *arg, env_t *env);
    void *arg;
} clauses_t;

static bottom_t *run_clause(clauses_t *c, uint32_t i, env_t *env);

static bottom_t *run_if(clauses_t *c, uint32_t i, env_t *env) {
    eval_t *e = c->e;
    const syn_t *x = c->x->items[i]->x;
    value_t *v = eval_expr(e, x, env);
    if (value_is_bottom(v))
        return v->bottom;
    if (v->tag == VAL_BOOL)
        return v->b ? run_clause(c, i + 1, env) : NULL;
    if (!concrete(v) && (v->kind & LIB_BOOL))
        return bottom_new(e, BOTTOM_INCOMPLETE, x->pos, "incomplete bool: " STR_FMT, STR_ARG(value_text(e, v)));
    return bottom_new(e, BOTTOM_EVAL, x->pos, "cannot use " STR_FMT " (type " STR_FMT ") as type bool",
                      STR_ARG(value_text(e, v)), STR_ARG(kind_text(e, v->kind)));
}

static bottom_t *run_for(clauses_t *c, uint32_t i, env_t *env) {
    eval_t *e = c->e;
    const syn_t *clause = c->x->items[i];
    value_t *v = eval_expr(e, clause->x, env);
    if (value_is_bottom(v))
        return v->bottom;
    if (v->tag != VAL_VERTEX || value_vertex(v)->disj) {
        bool may = (v->kind & (LIB_STRUCT | LIB_LIST)) != 0;
        if (may && v->tag != VAL_VERTEX)
            return bottom_new(e, BOTTOM_INCOMPLETE, clause->x->pos,
                              "cannot range over " STR_FMT " (incomplete type " STR_FMT ")",
                              STR_ARG(syntax_text(e, clause->x)), STR_ARG(kind_text(e, v->kind)));
        return bottom_new(e, may ? BOTTOM_INCOMPLETE : BOTTOM_EVAL, clause->x->pos,
                          "cannot range over " STR_FMT " (found " STR_FMT ", want list or struct)",
                          STR_ARG(syntax_text(e, clause->x)), STR_ARG(kind_text(e, v->kind)));
    }
    vertex_t *t = vertex_default(value_vertex(v));
    vertex_t **arcs = t->arcs;
    uint32_t n = t->narcs;
    bool list = vertex_is_list(t);
    if (t->status == ST_EXPANDING)
        t->watched = true;
    for (uint32_t k = 0; k < n; k++) {
        vertex_t *arc = arcs[k];
        if (!vertex_shown(arc))
            continue;
        eval_step(e);
        env_t *inner = env_new(e, env, arc);
        inner->key =
            list ? value_num(e, num_int((int64_t)k), clause->pos) : value_string(e, arc->label->s, clause->pos);
        bottom_t *b = run_clause(c, i + 1, inner);
        if (b)
            return b;
    }
    return NULL;
}

static bottom_t *run_clause(clauses_t *c, uint32_t i, env_t *env) {
    if (i == c->x->n) {
        c->yield(c->arg, env);
        return NULL;
    }
    const syn_t *clause = c->x->items[i];
    eval_enter(c->e);
    bottom_t *b;
    if (clause->kind == SYN_IF) {
        b = run_if(c, i, env);
    } else if (clause->kind == SYN_FOR) {
        b = run_for(c, i, env);
    } else {
        vertex_t *v = vertex_temp(c->e, clause->x, env);
        b = run_clause(c, i + 1, env_new(c->e, env, v));
    }
    eval_leave(c->e);
    return b;
}

bottom_t *eval_clauses(eval_t *e, const syn_t *x, env_t *env, void (*yield)(void *arg, env_t *env), void *arg) {
    clauses_t c = {e, x, yield, arg};
    return run_clause(&c, 0, env);
}

/* ---- patterns ---- */

bool eval_matches_label(eval_t *e, const pattern_t *p, const label_t *label) {
    const syn_t *x = syn_unparen((syn_t *)(uintptr_t)p->x->field->pattern);
    if (x->kind == SYN_IDENT && x->ref->kind == REF_TYPE)
        return (x->ref->type->kind & LIB_STRING) != 0;
    vertex_t *v = vertex_temp(e, x, p->env);
    vertex_add_conj(e, v, (conj_t){.value = value_string(e, label->s, (syn_pos_t){0})});
    vertex_expand(e, v);
    v = vertex_default(v);
    return v->base && v->base->tag == VAL_STRING && !v->incomplete;
}
