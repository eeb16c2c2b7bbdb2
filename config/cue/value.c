#include "config/cue/value.h"
#include "reactor/base/mem.h"

/* ---- budget ---- */

_Noreturn void eval_give_up(eval_t *e, error_code_t code, const char *what) {
    e->gave_up = code;
    e->gave_up_for = what;
    longjmp(*e->jump, 1);
}

void eval_step(eval_t *e) {
    if (++e->steps < e->next_yield)
        return;
    if (e->steps > e->budget.steps)
        eval_give_up(e, ERR_LIMIT, "steps");
    e->next_yield = e->steps + 1024;
    if (e->next_yield > e->budget.steps)
        e->next_yield = e->budget.steps + 1;
    if (e->budget.yield && !e->budget.yield(e->budget.yield_arg))
        eval_give_up(e, ERR_CANCELLED, NULL);
}

void eval_enter(eval_t *e) {
    char here;
    ptrdiff_t used = e->stack - &here;
    eval_step(e);
    if (++e->depth > e->budget.depth * 12 || used > (ptrdiff_t)e->stack_limit)
        eval_give_up(e, ERR_LIMIT, "nesting");
}

/* ---- values ---- */

value_t *value_new(eval_t *e, value_tag_t tag, unsigned kind, syn_pos_t pos) {
    value_t *v = arena_new(e->arena, value_t);
    v->tag = (uint8_t)tag;
    v->kind = (uint16_t)kind;
    v->pos = pos;
    return v;
}

value_t *value_bool(eval_t *e, bool b, syn_pos_t pos) {
    value_t *v = value_new(e, VAL_BOOL, LIB_BOOL, pos);
    v->b = b;
    return v;
}

value_t *value_num(eval_t *e, num_t n, syn_pos_t pos) {
    value_t *v = value_new(e, VAL_NUM, n.kind == NUM_INT ? LIB_INT : LIB_FLOAT, pos);
    v->num = n;
    return v;
}

value_t *value_string(eval_t *e, str_t s, syn_pos_t pos) {
    value_t *v = value_new(e, VAL_STRING, LIB_STRING, pos);
    v->s = s;
    return v;
}

value_t *value_type(eval_t *e, unsigned kind, syn_pos_t pos) {
    return value_new(e, VAL_TYPE, kind, pos);
}

value_t *value_bound(eval_t *e, syn_op_t op, value_t *x, syn_pos_t pos) {
    unsigned kind = x->kind;
    if (kind & LIB_NUMBER)
        kind = LIB_NUMBER;
    if (op == OP_NE) /* != 1 is anything else; but != null is any value */
        kind = x->tag == VAL_NULL ? KIND_TOP & ~LIB_NULL : kind;
    if (op == OP_MATCH || op == OP_NMATCH)
        kind = LIB_STRING | LIB_BYTES;
    if ((op == OP_MATCH || op == OP_NMATCH) && x->tag == VAL_STRING)
        kind = LIB_STRING;
    value_t *v = value_new(e, VAL_BOUND, kind, pos);
    v->op = (uint8_t)op;
    v->x = x;
    return v;
}

value_t *value_literal(eval_t *e, const syn_t *x) {
    value_t *v;
    switch ((syn_kind_t)x->kind) {
    case SYN_NULL:
        return value_new(e, VAL_NULL, LIB_NULL, x->pos);
    case SYN_BOOL:
        return value_bool(e, x->truth, x->pos);
    case SYN_NUM:
        return value_num(e, *x->num, x->pos);
    case SYN_STRING:
        return value_string(e, x->str, x->pos);
    case SYN_BYTES:
        v = value_new(e, VAL_BYTES, LIB_BYTES, x->pos);
        v->s = x->str;
        return v;
    default:
        return NULL;
    }
}

bool value_scalar_eq(const value_t *a, const value_t *b) {
    if (a->kind != b->kind)
        return false;
    switch ((value_tag_t)a->tag) {
    case VAL_NULL:
        return true;
    case VAL_BOOL:
        return a->b == b->b;
    case VAL_NUM:
        return num_eq(a->num, b->num);
    case VAL_STRING:
    case VAL_BYTES:
        return str_eq(a->s, b->s);
    default:
        return false;
    }
}

value_t *value_of_bottom(eval_t *e, bottom_t *b) {
    value_t *v = value_new(e, VAL_BOTTOM, 0, b->npos ? b->pos[0] : (syn_pos_t){0});
    v->bottom = b;
    return v;
}

static const type_name_t types[] = {
    {"_", KIND_TOP, NULL, NULL},
    {"null", LIB_NULL, NULL, NULL},
    {"bool", LIB_BOOL, NULL, NULL},
    {"int", LIB_INT, NULL, NULL},
    {"float", LIB_FLOAT, NULL, NULL},
    {"number", LIB_NUMBER, NULL, NULL},
    {"string", LIB_STRING, NULL, NULL},
    {"bytes", LIB_BYTES, NULL, NULL},
    {"uint", LIB_INT, "0", NULL},
    {"uint8", LIB_INT, "0", "255"},
    {"int8", LIB_INT, "-128", "127"},
    {"uint16", LIB_INT, "0", "65535"},
    {"int16", LIB_INT, "-32768", "32767"},
    {"rune", LIB_INT, "0", "1114111"},
    {"uint32", LIB_INT, "0", "4294967295"},
    {"int32", LIB_INT, "-2147483648", "2147483647"},
    {"uint64", LIB_INT, "0", "18446744073709551615"},
    {"int64", LIB_INT, "-9223372036854775808", "9223372036854775807"},
    {"uint128", LIB_INT, "0", "340282366920938463463374607431768211455"},
    {"int128", LIB_INT, "-170141183460469231731687303715884105728", "170141183460469231731687303715884105727"},
    {"float32", LIB_NUMBER, "-3.40282346638528859811704183484516925440e+38",
     "3.40282346638528859811704183484516925440e+38"},
    {"float64", LIB_NUMBER, "-1.797693134862315708145274237317043567981e+308",
     "1.797693134862315708145274237317043567981e+308"},
};

const type_name_t *type_find(str_t name) {
    /* __int and the like name the types where a field hides them. */
    str_t s = str_starts(name, STR("__")) ? str_from(name, 2) : name;
    if (!s.n)
        return NULL;
    for (size_t i = 0; i < sizeof types / sizeof *types; i++) {
        if (str_eqc(s, types[i].name))
            return &types[i];
    }
    return NULL;
}

static value_t *limit(eval_t *e, syn_op_t op, const char *text, syn_pos_t pos) {
    num_t n;
    if (!num_parse(e->arena, str_c(text), &n, NULL))
        n = num_int(0);
    return value_bound(e, op, value_num(e, n, pos), pos);
}

value_t *value_named_type(eval_t *e, const type_name_t *t, syn_pos_t pos) {
    if (!t->low)
        return value_type(e, t->kind, pos);
    value_t *v = value_new(e, VAL_CONJ, t->kind, pos);
    v->items = arena_array(e->arena, value_t *, 3);
    v->items[v->n++] = limit(e, OP_GE, t->low, pos);
    if (t->high)
        v->items[v->n++] = limit(e, OP_LE, t->high, pos);
    if (t->kind == LIB_INT)
        v->items[v->n++] = value_type(e, LIB_INT, pos);
    return v;
}

str_t kind_text(eval_t *e, unsigned kind) {
    static const struct {
        unsigned kind;
        const char *name;
    } names[] = {
        {LIB_NULL, "null"},     {LIB_BOOL, "bool"},   {LIB_NUMBER, "number"}, {LIB_INT, "int"},   {LIB_FLOAT, "float"},
        {LIB_STRING, "string"}, {LIB_BYTES, "bytes"}, {LIB_STRUCT, "struct"}, {LIB_LIST, "list"},
    };
    /* In the order that CUE's Kind.String lists them. */
    static const uint8_t order[] = {0, 1, 3, 4, 5, 6, 8, 7, 2};
    buf_t b;
    int n = 0;
    if ((kind & KIND_TOP) == KIND_TOP)
        return STR("_");
    if (!(kind & KIND_TOP))
        return STR("_|_");
    if ((kind & LIB_NUMBER) == LIB_NUMBER && (kind & KIND_TOP) == LIB_NUMBER)
        return STR("number");
    buf_init_arena(&b, e->arena);
    for (size_t i = 0; i < sizeof order; i++) {
        unsigned k = names[order[i]].kind;
        bool number = (kind & LIB_NUMBER) == LIB_NUMBER;
        if ((k == LIB_INT || k == LIB_FLOAT) && number)
            continue;
        if (k == LIB_NUMBER && !number)
            continue;
        if ((kind & k) != k)
            continue;
        if (n++)
            buf_char(&b, '|');
        buf_addc(&b, names[order[i]].name);
    }
    if (n == 1)
        return buf_str(&b);
    return arena_printf(e->arena, "(" STR_FMT ")", STR_ARG(buf_str(&b)));
}

/* ---- bottoms ---- */

void bottom_at(eval_t *e, bottom_t *b, syn_pos_t pos) {
    if (!pos.line)
        return;
    for (size_t i = 0; i < b->npos; i++) {
        if (memcmp(&b->pos[i], &pos, sizeof pos) == 0)
            return;
    }
    b->pos = arena_grow(e->arena, b->pos, b->npos * sizeof pos, (b->npos + 1) * sizeof pos);
    b->pos[b->npos++] = pos;
}

static bottom_t *bottom_make(eval_t *e, bottom_code_t code, syn_pos_t pos, const char *fmt, va_list ap) {
    bottom_t *b = arena_new(e->arena, bottom_t);
    b->code = (uint8_t)code;
    b->text = arena_vprintf(e->arena, fmt, ap);
    b->at = e->at;
    bottom_at(e, b, pos);
    return b;
}

bottom_t *bottom_new(eval_t *e, bottom_code_t code, syn_pos_t pos, const char *fmt, ...) {
    va_list ap;
    va_start(ap, fmt);
    bottom_t *b = bottom_make(e, code, pos, fmt, ap);
    va_end(ap);
    return b;
}

value_t *bottom_value(eval_t *e, bottom_code_t code, syn_pos_t pos, const char *fmt, ...) {
    va_list ap;
    va_start(ap, fmt);
    bottom_t *b = bottom_make(e, code, pos, fmt, ap);
    va_end(ap);
    return value_of_bottom(e, b);
}

bottom_t *bottom_worse(bottom_t *a, bottom_t *b) {
    if (!a)
        return b;
    return b && b->code < a->code ? b : a;
}
