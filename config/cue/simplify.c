/* Bounds: whether values satisfy them, and what several of them come to. */
#include "config/cue/state.h"

static int compare(const value_t *a, const value_t *b) {
    if (a->tag == VAL_NUM)
        return num_cmp(a->num, b->num);
    return str_cmp(a->s, b->s);
}

static bool ordered(syn_op_t op, int cmp) {
    switch (op) {
    case OP_LT:
        return cmp < 0;
    case OP_LE:
        return cmp <= 0;
    case OP_GT:
        return cmp > 0;
    case OP_GE:
        return cmp >= 0;
    case OP_NE:
        return cmp != 0;
    default:
        return cmp == 0;
    }
}

static bool is_lower(const value_t *v) {
    return v->tag == VAL_BOUND && (v->op == OP_GT || v->op == OP_GE);
}

static bool is_upper(const value_t *v) {
    return v->tag == VAL_BOUND && (v->op == OP_LT || v->op == OP_LE);
}

/* Both lower or both upper: the one that says more. */
static value_t *tighter(value_t *a, value_t *b, bool lower) {
    int c = compare(a->x, b->x);
    if (c == 0)
        return a->op == OP_GT || a->op == OP_LT ? a : b;
    return (c > 0) == lower ? a : b;
}

static bool same_check(const value_t *a, const value_t *b) {
    if (a->tag != b->tag || a->op != b->op)
        return false;
    if (a->tag == VAL_BOUND)
        return value_is_scalar(a->x) && value_is_scalar(b->x) && a->x->kind == b->x->kind &&
               value_scalar_eq(a->x, b->x);
    return a->validator == b->validator;
}

static void incompatible(state_t *st, value_t *low, value_t *high) {
    bottom_t *b = bottom_new(st->e, BOTTOM_EVAL, high->pos, "incompatible bounds " STR_FMT " and " STR_FMT,
                             STR_ARG(value_text(st->e, low)), STR_ARG(value_text(st->e, high)));
    bottom_at(st->e, b, low->pos);
    state_error(st, b);
}

/* >=3 & <=3 is 3; >3 & <4 of ints is nothing. */
static value_t *meet(state_t *st, value_t *low, value_t *high) {
    int c;
    if (!low || !high || low->x->tag != high->x->tag)
        return NULL;
    c = compare(low->x, high->x);
    if (c == 0 && low->op == OP_GE && high->op == OP_LE) {
        if (low->x->tag == VAL_NUM && !(st->kind & low->x->kind))
            return NULL;
        return low->x;
    }
    if (c >= 0) {
        incompatible(st, low, high);
        return NULL;
    }
    if (st->kind != LIB_INT || low->x->tag != VAL_NUM)
        return NULL;
    num_t diff;
    if (!num_op(st->e->arena, NUM_SUB, high->x->num, low->x->num, &diff, NULL) || !num_integral(low->x->num) ||
        !num_integral(high->x->num))
        return NULL;
    int one = num_cmp(diff, num_int(1)), two = num_cmp(diff, num_int(2));
    if (low->op == OP_GT && high->op == OP_LT) {
        if (two == 0) {
            num_t mid;
            num_op(st->e->arena, NUM_ADD, low->x->num, num_int(1), &mid, NULL);
            return value_num(st->e, mid, low->pos);
        }
    } else if (one == 0 && low->op == OP_GT && high->op == OP_LE) {
        return high->x;
    } else if (one == 0 && low->op == OP_GE && high->op == OP_LT) {
        return low->x;
    }
    return NULL;
}

/* Whether x, a bound's operand, satisfies the other bound, so that a != says nothing new. */
static bool implied(const value_t *ne, const value_t *low, const value_t *high) {
    if (ne->x->tag != VAL_NUM && ne->x->tag != VAL_STRING)
        return false;
    if (low && low->x->tag == ne->x->tag && !ordered((syn_op_t)low->op, compare(ne->x, low->x)))
        return true;
    return high && high->x->tag == ne->x->tag && !ordered((syn_op_t)high->op, compare(ne->x, high->x));
}

static value_t *from_checks(state_t *st, value_t **out, size_t n) {
    eval_t *e = st->e;
    unsigned known = KIND_TOP;
    for (size_t i = 0; i < n; i++)
        known &= out[i]->kind;
    /* The type is said only where the bounds don't. */
    if (st->kind != known)
        out[n++] = value_type(e, st->kind, st->kind_pos);
    if (n == 1)
        return out[0];
    value_t *v = value_new(e, VAL_CONJ, st->kind, out[0]->pos);
    v->items = out;
    v->n = n;
    return v;
}

value_t *simplify(state_t *st) {
    eval_t *e = st->e;
    value_t *low = NULL, *high = NULL, **out;
    size_t n = 0;
    if (!st->nchecks) {
        if (st->kind == LIB_NULL)
            return value_new(e, VAL_NULL, LIB_NULL, st->kind_pos);
        return value_type(e, st->kind, st->kind_pos);
    }
    for (size_t i = 0; i < st->nchecks; i++) {
        value_t *c = st->checks[i];
        if (is_lower(c))
            low = low && low->x->tag == c->x->tag ? tighter(low, c, true) : c;
        else if (is_upper(c))
            high = high && high->x->tag == c->x->tag ? tighter(high, c, false) : c;
    }
    value_t *only = meet(st, low, high);
    if (st->error)
        return NULL;
    if (only) {
        st->scalar = only;
        for (size_t i = 0; i < st->nchecks && !st->error; i++) {
            bottom_t *b = eval_check(e, st->checks[i], only);
            if (b)
                state_error(st, b);
        }
        return only;
    }
    out = arena_array(e->arena, value_t *, st->nchecks + 3);
    if (low)
        out[n++] = low;
    if (high)
        out[n++] = high;
    for (size_t i = 0; i < st->nchecks; i++) {
        value_t *c = st->checks[i];
        bool again = is_lower(c) || is_upper(c) || !(c->kind & st->kind);
        if (c->tag == VAL_BOUND && c->op == OP_NE && implied(c, low, high))
            again = true;
        if (c->tag == VAL_BOUND && c->op == OP_NE && c->x->tag == VAL_NULL && !(st->kind & LIB_NULL) && n)
            again = true;
        for (size_t j = 0; j < i && !again; j++)
            again = same_check(c, st->checks[j]);
        if (!again)
            out[n++] = c;
    }
    if (!n)
        return value_type(e, st->kind, st->kind_pos);
    return from_checks(st, out, n);
}

/* ---- checking ---- */

static bottom_t *check_match(eval_t *e, const value_t *c, const value_t *v) {
    err_t err = ERROR_INIT;
    if (c->x->tag != VAL_STRING && c->x->tag != VAL_BYTES)
        return NULL;
    regex_t *r = eval_regex(e, c->x->s, &err);
    if (!r) {
        bottom_t *b = bottom_new(e, BOTTOM_EVAL, c->pos, "%s", error_text(&err));
        error_release(&err);
        return b;
    }
    bool hit = false;
    if (!regex_match(r, v->s, &hit, &err)) {
        bottom_t *b = bottom_new(e, BOTTOM_EVAL, c->pos, "%s", error_text(&err));
        error_release(&err);
        return b;
    }
    if (hit == (c->op == OP_MATCH))
        return NULL;
    return bottom_new(e, BOTTOM_EVAL, c->pos, "invalid value " STR_FMT " (out of bound " STR_FMT ")",
                      STR_ARG(value_text(e, (value_t *)(uintptr_t)v)), STR_ARG(value_text(e, (value_t *)(uintptr_t)c)));
}

bottom_t *eval_check(eval_t *e, value_t *c, value_t *v) {
    bool ok = true;
    if (c->tag == VAL_VALIDATOR)
        return call_validate(e, c, v);
    if (c->tag != VAL_BOUND)
        return NULL;
    if (c->op == OP_MATCH || c->op == OP_NMATCH)
        return v->tag == VAL_STRING || v->tag == VAL_BYTES ? check_match(e, c, v) : NULL;
    if (c->op == OP_NE && (v->tag == VAL_VERTEX || v->tag != c->x->tag))
        ok = true;
    else if (c->op == OP_NE && c->x->tag != VAL_NUM)
        ok = !value_scalar_eq(c->x, v);
    else if (v->tag == c->x->tag && (v->tag == VAL_NUM || v->tag == VAL_STRING || v->tag == VAL_BYTES))
        ok = ordered((syn_op_t)c->op, compare(v, c->x));
    if (ok)
        return NULL;
    bottom_t *b = bottom_new(e, BOTTOM_EVAL, c->pos, "invalid value " STR_FMT " (out of bound " STR_FMT ")",
                             STR_ARG(value_text(e, v)), STR_ARG(value_text(e, c)));
    bottom_at(e, b, v->pos);
    return b;
}
