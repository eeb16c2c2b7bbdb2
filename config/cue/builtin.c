#include "config/cue/builtin.h"
#include "config/cue/state.h"

size_t builtin_params(const own_builtin_t *b) {
    size_t n = 0;
    while (n < 3 && b->params[n])
        n++;
    return n;
}

static size_t shown(const vertex_t *v) {
    size_t n = 0;
    for (uint32_t i = 0; i < v->narcs; i++)
        n += vertex_shown(v->arcs[i]);
    return n;
}

static vertex_t *vertex_arg(value_t *v) {
    return v->tag == VAL_VERTEX ? vertex_default(value_vertex(v)) : NULL;
}

static value_t *do_len(eval_t *e, const own_builtin_t *b, value_t **args, size_t nargs, syn_pos_t pos) {
    vertex_t *v = vertex_arg(args[0]);
    (void)b;
    (void)nargs;
    size_t n = v ? shown(v) : args[0]->s.n;
    return value_num(e, num_int((int64_t)n), pos);
}

static value_t *int_op(eval_t *e, const own_builtin_t *b, value_t **args, size_t nargs, syn_pos_t pos) {
    num_op_t op = b->name[0] == 'd' ? NUM_DIV : b->name[0] == 'm' ? NUM_MOD : b->name[0] == 'q' ? NUM_QUO : NUM_REM;
    num_t n;
    err_t err = ERROR_INIT;
    (void)nargs;
    if (num_op(e->arena, op, args[0]->num, args[1]->num, &n, &err))
        return value_num(e, n, pos);
    value_t *v = bottom_value(e, BOTTOM_EVAL, pos, "%s", error_text(&err));
    error_release(&err);
    return v;
}

/* ---- conjuncts ---- */

static bottom_t *conj_close(state_t *st, const syn_t *x, env_t *env, info_t info) {
    info.group = group_new(st->e, st->v, info.group);
    info.group->once = true;
    state_conj(st, x->items[0], env, info);
    return NULL;
}

static bottom_t *list_arg(state_t *st, const syn_t *x, env_t *env, const char *name, vertex_t **out) {
    eval_t *e = st->e;
    value_t *v = eval_expr(e, x->items[0], env);
    if (value_is_bottom(v))
        return v->bottom;
    *out = vertex_arg(v);
    if (*out && vertex_is_list(*out))
        return NULL;
    if (v->kind & LIB_LIST)
        return bottom_new(e, BOTTOM_INCOMPLETE, x->pos, "non-concrete list for argument 0");
    return bottom_new(e, BOTTOM_EVAL, x->pos, "cannot use " STR_FMT " (type " STR_FMT ") as list in argument 1 to %s",
                      STR_ARG(value_text(e, v)), STR_ARG(kind_text(e, v->kind)), name);
}

static bottom_t *conj_and(state_t *st, const syn_t *x, env_t *env, info_t info) {
    vertex_t *l = NULL;
    bottom_t *b = list_arg(st, x, env, "and", &l);
    if (b)
        return b;
    if (!l->narcs)
        state_value(st, value_type(st->e, KIND_TOP, x->pos), info);
    for (uint32_t i = 0; i < l->narcs; i++)
        state_vertex(st, l->arcs[i], NULL, info);
    return NULL;
}

static bottom_t *conj_or(state_t *st, const syn_t *x, env_t *env, info_t info) {
    vertex_t *l = NULL;
    eval_t *e = st->e;
    bottom_t *b = list_arg(st, x, env, "or", &l);
    if (b)
        return b;
    if (!l->narcs)
        return bottom_new(e, l->list_open ? BOTTOM_INCOMPLETE : BOTTOM_EVAL, x->pos, "empty list in call to or");
    choice_t c = {.info = info, .chosen = -1, .pos = x->pos};
    c.terms = arena_array(e->arena, term_t, l->narcs);
    for (uint32_t i = 0; i < l->narcs; i++)
        c.terms[c.n++] = (term_t){.value = &l->arcs[i]->head};
    state_choice(st, c);
    return NULL;
}

static bottom_t *check_fields(eval_t *e, const own_builtin_t *b, value_t **args, size_t nargs, syn_pos_t pos) {
    vertex_t *v = vertex_arg(args[0]);
    int64_t n = 0, have = (int64_t)shown(v);
    bool min = b->name[1] == 'i';
    (void)nargs;
    if (!num_to_int64(args[1]->num, &n))
        n = 0;
    if (min ? have >= n : have <= n)
        return NULL;
    /* More fields may come, unless the struct is closed. */
    return bottom_new(e, min && !v->complete ? BOTTOM_INCOMPLETE : BOTTOM_EVAL, pos,
                      min ? "len(fields) < MinFields(%lld) (%lld < %lld)"
                          : "len(fields) > MaxFields(%lld) (%lld > %lld)",
                      (long long)n, (long long)have, (long long)n);
}

static const own_builtin_t table[] = {
    {"struct", "MinFields", {LIB_STRUCT, LIB_INT}, false, NULL, check_fields, NULL},
    {"struct", "MaxFields", {LIB_STRUCT, LIB_INT}, false, NULL, check_fields, NULL},
    {NULL, "len", {LIB_STRING | LIB_BYTES | LIB_STRUCT | LIB_LIST}, false, do_len, NULL, NULL},
    {NULL, "div", {LIB_INT, LIB_INT}, false, int_op, NULL, NULL},
    {NULL, "mod", {LIB_INT, LIB_INT}, false, int_op, NULL, NULL},
    {NULL, "quo", {LIB_INT, LIB_INT}, false, int_op, NULL, NULL},
    {NULL, "rem", {LIB_INT, LIB_INT}, false, int_op, NULL, NULL},
    {NULL, "close", {LIB_STRUCT}, true, NULL, NULL, conj_close},
    {NULL, "and", {LIB_LIST}, true, NULL, NULL, conj_and},
    {NULL, "or", {LIB_LIST}, true, NULL, NULL, conj_or},
};

static const own_builtin_t *find_in(const own_builtin_t *rows, size_t n, str_t package, str_t name) {
    for (size_t i = 0; i < n; i++) {
        if (str_eqc(name, rows[i].name) && str_eqc(package, rows[i].package ? rows[i].package : ""))
            return &rows[i];
    }
    return NULL;
}

const own_builtin_t *builtin_find(str_t package, str_t name) {
    const own_builtin_t *b = find_in(table, sizeof table / sizeof *table, package, name);
    b = b ? b : find_in(builtins_list, builtins_list_count, package, name);
    return b ? b : find_in(builtins_encoding, builtins_encoding_count, package, name);
}

bool builtin_package_known(str_t path) {
    for (size_t i = 0; i < sizeof table / sizeof *table; i++) {
        if (table[i].package && str_eqc(path, table[i].package))
            return true;
    }
    return str_eqc(path, "list");
}
