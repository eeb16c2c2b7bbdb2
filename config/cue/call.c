/* Calls of builtin functions, and builtins as validators. */
#include "config/cue/builtin.h"
#include "config/cue/state.h"

regex_t *eval_regex(void *arg, str_t pattern, err_t *err) {
    eval_t *e = arg;
    for (size_t i = 0; i < e->nregexes; i++) {
        if (str_eq(e->regexes[i].pattern, pattern))
            return e->regexes[i].regex;
    }
    regex_t *r = regex_compile(e->arena, pattern, err);
    if (!r)
        return NULL;
    size_t n = e->nregexes;
    e->regexes = arena_grow(e->arena, e->regexes, n * sizeof *e->regexes, (n + 1) * sizeof *e->regexes);
    e->regexes[n].pattern = arena_str(e->arena, pattern);
    e->regexes[n].regex = r;
    e->nregexes++;
    return r;
}

/* A function, found when compiled. */
typedef struct callee {
    const lib_func_t *func;
    const own_builtin_t *own;
    const cdata_t *constant;
    const syn_t *written;
    str_t name; /* with its package */
    const uint16_t *params;
    size_t nparams;
} callee_t;

static callee_t callee_of(eval_t *e, const syn_t *x) {
    callee_t c = {0};
    while (x->kind == SYN_PAREN)
        x = x->x;
    if (x->kind == SYN_IDENT && x->ref->kind == REF_BUILTIN) {
        c.own = x->ref->own;
        c.name = str_c(c.own->name);
    } else if (x->kind == SYN_SELECTOR && x->x->kind == SYN_IDENT && x->x->ref->kind == REF_PACKAGE) {
        const syn_ref_t *r = x->x->ref;
        c.func = r->func;
        c.own = r->own;
        c.constant = r->constant;
        c.written = r->decl;
        c.name = arena_printf(e->arena, STR_FMT "." STR_FMT, STR_ARG(x->x->str), STR_ARG(x->str));
    }
    if (c.func) {
        c.params = c.func->params;
        c.nparams = lib_params(c.func);
    } else if (c.own) {
        c.params = c.own->params;
        c.nparams = builtin_params(c.own);
    }
    return c;
}

static bool returns_bool(const callee_t *c) {
    return c->func ? c->func->result == LIB_BOOL : c->own && c->own->check;
}

static bottom_t *check_arg(eval_t *e, const callee_t *c, value_t *v, size_t i, const syn_t *x) {
    unsigned want = c->params[i];
    if (value_is_bottom(v))
        return v->bottom;
    if (v->tag == VAL_VERTEX && value_vertex(v)->disj)
        return bottom_new(e, BOTTOM_INCOMPLETE, x->pos, "unresolved disjunction " STR_FMT " (type " STR_FMT ")",
                          STR_ARG(ambiguous_text(e, value_vertex(v))), STR_ARG(kind_text(e, v->kind)));
    bool concrete = value_is_scalar(v) || (v->tag == VAL_VERTEX && !value_vertex(v)->disj);
    if (v->kind & want) {
        if (concrete || (c->own && want == KIND_TOP))
            return NULL;
        bottom_t *b = bottom_new(e, BOTTOM_INCOMPLETE, x->pos, "non-concrete value " STR_FMT " as argument to " STR_FMT,
                                 STR_ARG(value_text(e, v)), STR_ARG(c->name));
        return b;
    }
    if (value_is_scalar(v) && v->kind == LIB_INT && want == LIB_FLOAT)
        return NULL;
    bottom_t *b = bottom_new(e, BOTTOM_EVAL, x->pos,
                             "cannot use " STR_FMT " (type " STR_FMT ") as " STR_FMT " in argument %zu to " STR_FMT,
                             STR_ARG(value_text(e, v)), STR_ARG(kind_text(e, v->kind)), STR_ARG(kind_text(e, want)),
                             i + 1, STR_ARG(c->name));
    bottom_at(e, b, v->pos);
    return b;
}

static value_t *call_lib(eval_t *e, const callee_t *c, value_t **args, size_t nargs, syn_pos_t pos) {
    cdata_t **data = arena_array(e->arena, cdata_t *, c->nparams + 1), *out = NULL;
    for (size_t i = 0; i < nargs; i++) {
        bottom_t *b = NULL;
        data[i] = data_of_value(e, args[i], &b);
        if (!data[i])
            return value_of_bottom(e, b);
    }
    err_t err = ERROR_INIT;
    lib_call_t call = {.arena = e->arena, .err = &err, .regex = eval_regex, .regex_arg = e};
    if (lib_invoke(c->func, &call, data, &out))
        return value_of_data(e, out, pos);
    if (err.code == ERR_LIMIT || err.code == ERR_MEMORY) {
        bool limit = err.code == ERR_LIMIT;
        error_release(&err);
        eval_give_up(e, limit ? ERR_LIMIT : ERR_MEMORY, "memory");
    }
    value_t *v =
        bottom_value(e, err.code == ERR_INCOMPLETE ? BOTTOM_INCOMPLETE : BOTTOM_EVAL, pos, "%s", error_text(&err));
    error_release(&err);
    return v;
}

static value_t *validator(eval_t *e, const callee_t *c, value_t **args, size_t nargs, syn_pos_t pos) {
    value_t *v = value_new(e, VAL_VALIDATOR, c->params[0], pos);
    v->validator = arena_new(e->arena, validator_t);
    *v->validator = (validator_t){c->func, c->own, c->name, args, nargs};
    return v;
}

static value_t *not_function(eval_t *e, const syn_t *x, env_t *env, syn_pos_t pos) {
    bool package = x->kind == SYN_SELECTOR && x->x->kind == SYN_IDENT && x->x->ref->kind == REF_PACKAGE;
    str_t kind = STR("_|_");
    if (!package) {
        value_t *v = eval_expr(e, x, env);
        if (value_is_bottom(v))
            return v;
        kind = kind_text(e, v->kind);
    }
    return bottom_value(e, BOTTOM_EVAL, pos, "cannot call non-function " STR_FMT " (type " STR_FMT ")",
                        STR_ARG(syntax_text(e, x)), STR_ARG(kind));
}

/* A function that isn't called: a constant, or a validator of one argument. */
static value_t *plain_name(eval_t *e, const callee_t *c, const syn_t *x) {
    if (c->constant)
        return value_of_data(e, c->constant, x->pos);
    if (c->written)
        return eval_vertex(e, vertex_temp(e, c->written, env_new(e, NULL, e->root)));
    if (c->nparams == 1 && returns_bool(c))
        return validator(e, c, NULL, 0, x->pos);
    if (c->func || c->own)
        return bottom_value(e, BOTTOM_EVAL, x->pos, STR_FMT " is a function and must be called", STR_ARG(c->name));
    return bottom_value(e, BOTTOM_EVAL, x->pos, "undefined field: " STR_FMT, STR_ARG(x->str));
}

value_t *call_eval(eval_t *e, const syn_t *x, env_t *env) {
    if (x->kind != SYN_CALL) {
        callee_t c = callee_of(e, x);
        return plain_name(e, &c, x);
    }
    callee_t c = callee_of(e, x->x);
    if (!c.func && !c.own)
        return not_function(e, x->x, env, x->x->pos);
    if (c.own && c.own->conj && !c.own->eval)
        return eval_vertex(e, vertex_temp(e, x, env));
    syn_pos_t pos = x->x->pos;
    bool defaulted = c.func && x->n < c.nparams && x->n >= lib_least_params(c.func); /* path's os */
    bool validates = returns_bool(&c) && x->n + 1 == c.nparams && !defaulted;
    if (x->n != c.nparams && !validates && !defaulted)
        return bottom_value(e, BOTTOM_EVAL, pos, "%s arguments in call to " STR_FMT " (have %u, want %zu)",
                            x->n < c.nparams ? "not enough" : "too many", STR_ARG(c.name), x->n, c.nparams);
    value_t **args = arena_array(e->arena, value_t *, x->n + 1);
    for (uint32_t i = 0; i < x->n; i++) {
        args[i] = eval_expr(e, x->items[i], env);
        bottom_t *b = check_arg(e, &c, args[i], i + validates, x->items[i]);
        if (b)
            return value_of_bottom(e, b);
    }
    if (validates)
        return validator(e, &c, args, x->n, pos);
    if (c.own && !c.own->eval) {
        bottom_t *b = c.own->check(e, c.own, args, x->n, pos);
        if (b && bottom_pending(b))
            return value_of_bottom(e, b);
        return value_bool(e, !b, pos);
    }
    if (c.own)
        return c.own->eval(e, c.own, args, x->n, pos);
    return call_lib(e, &c, args, x->n, pos);
}

bool call_conj(state_t *st, const syn_t *x, env_t *env, info_t info, bottom_t **error) {
    callee_t c = callee_of(st->e, x->x);
    if (!c.own || !c.own->conj)
        return false;
    if (x->n != c.nparams) {
        *error = bottom_new(st->e, BOTTOM_EVAL, x->pos, "%s arguments in call to " STR_FMT " (have %u, want %zu)",
                            x->n < c.nparams ? "not enough" : "too many", STR_ARG(c.name), x->n, c.nparams);
        return true;
    }
    *error = c.own->conj(st, x, env, info);
    return true;
}

static str_t call_text(eval_t *e, const validator_t *f) {
    buf_t b;
    buf_init_arena(&b, e->arena);
    buf_add(&b, f->name);
    for (size_t i = 0; i < f->nargs; i++) {
        buf_addc(&b, i ? "," : "(");
        buf_add(&b, value_text(e, f->args[i]));
    }
    if (f->nargs)
        buf_char(&b, ')');
    return buf_str(&b);
}

bottom_t *call_validate(eval_t *e, const value_t *check, value_t *v) {
    const validator_t *f = check->validator;
    value_t **args = arena_array(e->arena, value_t *, f->nargs + 1), *out;
    args[0] = v;
    if (f->nargs)
        memcpy(args + 1, f->args, f->nargs * sizeof *args);
    bottom_t *why = NULL;
    if (f->own) {
        why = f->own->check(e, f->own, args, f->nargs + 1, check->pos);
        if (!why)
            return NULL;
    } else {
        callee_t c = {.func = f->func, .name = f->name, .nparams = lib_params(f->func)};
        out = call_lib(e, &c, args, f->nargs + 1, check->pos);
        if (value_is_bottom(out))
            why = out->bottom;
        else if (out->tag != VAL_BOOL || out->b)
            return NULL;
        if (why && bottom_pending(why))
            return why;
    }
    bottom_t *b;
    bottom_code_t code = why ? (bottom_code_t)why->code : BOTTOM_EVAL;
    if (why && why->text.n)
        b = bottom_new(e, code, check->pos, "invalid value " STR_FMT " (does not satisfy " STR_FMT "): " STR_FMT,
                       STR_ARG(value_text(e, v)), STR_ARG(call_text(e, f)), STR_ARG(why->text));
    else
        b = bottom_new(e, BOTTOM_EVAL, check->pos, "invalid value " STR_FMT " (does not satisfy " STR_FMT ")",
                       STR_ARG(value_text(e, v)), STR_ARG(call_text(e, f)));
    bottom_at(e, b, v->pos);
    return b;
}
