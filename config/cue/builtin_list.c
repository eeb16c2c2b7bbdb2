/* Builtins of the package list that work on values which need not be concrete. */
#include "config/cue/builtin.h"

static vertex_t *as_list(value_t *v) {
    return v->tag == VAL_VERTEX ? vertex_default(value_vertex(v)) : NULL;
}

vertex_t *builtin_new_list(eval_t *e, syn_pos_t pos) {
    vertex_t *v = vertex_new(e, e->at, NULL);
    v->computed = true;
    v->base = value_new(e, VAL_LIST, LIB_LIST, pos);
    v->head.kind = LIB_LIST;
    v->head.pos = pos;
    v->status = ST_EXPANDED;
    return v;
}

void builtin_append(eval_t *e, vertex_t *list, value_t *item) {
    bool added;
    eval_step(e);
    vertex_t *arc = vertex_arc(e, list, label_int(&e->labels, list->narcs), &added);
    arc->mark = FIELD_REGULAR;
    vertex_add_conj(e, arc, (conj_t){.value = item});
}

static value_t *failed(eval_t *e, const own_builtin_t *b, syn_pos_t pos, const char *what) {
    return bottom_value(e, BOTTOM_EVAL, pos, "error in call to list.%s: %s", b->name, what);
}

static bool small_int(value_t *v, int64_t *out) {
    return v->tag == VAL_NUM && num_to_int64(v->num, out);
}

static value_t *do_repeat(eval_t *e, const own_builtin_t *b, value_t **args, size_t nargs, syn_pos_t pos) {
    vertex_t *l = as_list(args[0]), *out = builtin_new_list(e, pos);
    int64_t n;
    (void)nargs;
    if (!small_int(args[1], &n) || n < 0)
        return failed(e, b, pos, "negative count");
    for (int64_t i = 0; i < n; i++) {
        eval_step(e);
        for (uint32_t k = 0; k < l->narcs; k++)
            builtin_append(e, out, &l->arcs[k]->head);
    }
    return &out->head;
}

static value_t *do_concat(eval_t *e, const own_builtin_t *b, value_t **args, size_t nargs, syn_pos_t pos) {
    vertex_t *l = as_list(args[0]), *out = builtin_new_list(e, pos);
    (void)b;
    (void)nargs;
    for (uint32_t i = 0; i < l->narcs; i++) {
        value_t *v = eval_vertex(e, l->arcs[i]);
        if (value_is_bottom(v))
            return v;
        vertex_t *x = as_list(v);
        if (!x || !vertex_is_list(x))
            return bottom_value(e, BOTTOM_EVAL, pos,
                                "cannot use " STR_FMT " (type " STR_FMT ") as list in argument 1 to list.Concat",
                                STR_ARG(value_text(e, v)), STR_ARG(kind_text(e, v->kind)));
        for (uint32_t k = 0; k < x->narcs; k++)
            builtin_append(e, out, &x->arcs[k]->head);
    }
    return &out->head;
}

static value_t *part(eval_t *e, vertex_t *l, int64_t from, int64_t to, syn_pos_t pos) {
    vertex_t *out = builtin_new_list(e, pos);
    for (int64_t i = from; i < to; i++)
        builtin_append(e, out, &l->arcs[i]->head);
    return &out->head;
}

static value_t *do_take(eval_t *e, const own_builtin_t *b, value_t **args, size_t nargs, syn_pos_t pos) {
    vertex_t *l = as_list(args[0]);
    int64_t n;
    (void)nargs;
    if (!small_int(args[1], &n) || n < 0)
        return failed(e, b, pos, "negative index");
    if (n > l->narcs)
        n = l->narcs;
    return b->name[0] == 'T' ? part(e, l, 0, n, pos) : part(e, l, n, l->narcs, pos);
}

static value_t *do_slice(eval_t *e, const own_builtin_t *b, value_t **args, size_t nargs, syn_pos_t pos) {
    vertex_t *l = as_list(args[0]);
    int64_t from, to;
    (void)nargs;
    if (!small_int(args[1], &from) || from < 0 || !small_int(args[2], &to))
        return failed(e, b, pos, "negative index");
    if (from > to)
        return failed(e, b, pos,
                      arena_cstr(e->arena,
                                 arena_printf(e->arena, "invalid index: %lld > %lld", (long long)from, (long long)to)));
    if (from > l->narcs)
        return failed(e, b, pos, "slice bounds out of range");
    if (to > l->narcs)
        return failed(e, b, pos, "slice bounds out of range");
    return part(e, l, from, to, pos);
}

static void flatten(eval_t *e, vertex_t *out, vertex_t *l, int64_t depth) {
    eval_enter(e);
    for (uint32_t i = 0; i < l->narcs; i++) {
        vertex_t *x = depth ? as_list(eval_vertex(e, l->arcs[i])) : NULL;
        if (x && vertex_is_list(x))
            flatten(e, out, x, depth - 1);
        else
            builtin_append(e, out, &l->arcs[i]->head);
    }
    eval_leave(e);
}

static value_t *do_flatten(eval_t *e, const own_builtin_t *b, value_t **args, size_t nargs, syn_pos_t pos) {
    vertex_t *out = builtin_new_list(e, pos);
    int64_t depth;
    (void)b;
    (void)nargs;
    if (!small_int(args[1], &depth))
        depth = -1;
    flatten(e, out, as_list(args[0]), depth);
    return &out->head;
}

/* ---- comparing ---- */

static bool equal(eval_t *e, value_t *a, value_t *b) {
    if (a->tag != VAL_VERTEX || b->tag != VAL_VERTEX)
        return value_is_scalar(a) && value_is_scalar(b) &&
               (a->tag == VAL_NUM && b->tag == VAL_NUM ? num_eq(a->num, b->num) : value_scalar_eq(a, b));
    vertex_finalize(e, value_vertex(a));
    vertex_finalize(e, value_vertex(b));
    bool loose = e->loose;
    e->loose = true;
    bool same = vertex_equal(e, vertex_default(value_vertex(a)), vertex_default(value_vertex(b)));
    e->loose = loose;
    return same;
}

static value_t *do_contains(eval_t *e, const own_builtin_t *b, value_t **args, size_t nargs, syn_pos_t pos) {
    vertex_t *l = as_list(args[0]);
    (void)b;
    (void)nargs;
    for (uint32_t i = 0; i < l->narcs; i++) {
        value_t *v = eval_vertex(e, l->arcs[i]);
        if (equal(e, v, args[1]))
            return value_bool(e, true, pos);
    }
    return value_bool(e, false, pos);
}

static bottom_t *check_unique(eval_t *e, const own_builtin_t *b, value_t **args, size_t nargs, syn_pos_t pos) {
    vertex_t *l = as_list(args[0]);
    (void)b;
    (void)nargs;
    for (uint32_t i = 0; i < l->narcs; i++) {
        value_t *v = eval_vertex(e, l->arcs[i]);
        for (uint32_t k = 0; k < i; k++) {
            eval_step(e);
            if (equal(e, eval_vertex(e, l->arcs[k]), v)) {
                return bottom_new(e, BOTTOM_EVAL, pos, "%s", "");
            }
        }
    }
    return NULL;
}

static bottom_t *check_items(eval_t *e, const own_builtin_t *b, value_t **args, size_t nargs, syn_pos_t pos) {
    vertex_t *l = as_list(args[0]);
    int64_t n = 0;
    bool min = b->name[1] == 'i';
    (void)nargs;
    if (!small_int(args[1], &n))
        n = 0;
    if (min ? (int64_t)l->narcs >= n : (int64_t)l->narcs <= n)
        return NULL;
    bottom_code_t code = min && l->list_open ? BOTTOM_INCOMPLETE : BOTTOM_EVAL;
    return bottom_new(e, code, pos,
                      min ? "len(list) < MinItems(%lld) (%u < %lld)" : "len(list) > MaxItems(%lld) (%u > %lld)",
                      (long long)n, l->narcs, (long long)n);
}

/* ---- sorting: cmp is {x, y, less}, where less is a function of the others ---- */

typedef struct order {
    eval_t *e;
    vertex_t *cmp;
    bottom_t *error;
} order_t;

/* cmp with x and y filled in; what less then is. */
static bool less(order_t *o, value_t *x, value_t *y) {
    eval_t *e = o->e;
    if (o->error)
        return false;
    vertex_t *v = vertex_new(e, e->at, NULL), *args = vertex_new(e, e->at, NULL);
    v->computed = args->computed = true;
    args->base = value_new(e, VAL_STRUCT, LIB_STRUCT, (syn_pos_t){0});
    args->status = ST_EXPANDED;
    value_t *both[] = {x, y};
    for (int i = 0; i < 2; i++) {
        bool added;
        vertex_t *arc = vertex_arc(e, args, label_intern(&e->labels, LABEL_STRING, i ? STR("y") : STR("x")), &added);
        arc->mark = FIELD_REGULAR;
        vertex_add_conj(e, arc, (conj_t){.value = both[i]});
    }
    vertex_add_conj(e, v, (conj_t){.value = &o->cmp->head});
    vertex_add_conj(e, v, (conj_t){.value = &args->head});
    vertex_expand(e, v);
    vertex_t *arc = vertex_find(vertex_default(v), label_intern(&e->labels, LABEL_STRING, STR("less")));
    value_t *r = arc ? eval_vertex(e, arc) : NULL;
    if (r && r->tag == VAL_BOOL)
        return r->b;
    o->error =
        r && value_is_bottom(r) ? r->bottom : bottom_new(e, BOTTOM_EVAL, (syn_pos_t){0}, "less is not a boolean");
    return false;
}

/* Merging, so that equal items keep their order. */
static void merge_sort(order_t *o, value_t **p, value_t **tmp, size_t n) {
    if (n < 2)
        return;
    size_t half = n / 2, i = 0, k = half, out = 0;
    merge_sort(o, p, tmp, half);
    merge_sort(o, p + half, tmp, n - half);
    while (i < half && k < n)
        tmp[out++] = less(o, p[k], p[i]) ? p[k++] : p[i++];
    while (i < half)
        tmp[out++] = p[i++];
    while (k < n)
        tmp[out++] = p[k++];
    memcpy(p, tmp, n * sizeof *p);
}

static value_t *do_sort(eval_t *e, const own_builtin_t *b, value_t **args, size_t nargs, syn_pos_t pos) {
    vertex_t *l = as_list(args[0]), *out = builtin_new_list(e, pos);
    order_t o = {e, as_list(args[1]), NULL};
    size_t n = l->narcs;
    value_t **p = arena_array(e->arena, value_t *, n + 1), **tmp = arena_array(e->arena, value_t *, n + 1);
    (void)nargs;
    for (size_t i = 0; i < n; i++)
        p[i] = &l->arcs[i]->head;
    merge_sort(&o, p, tmp, n);
    if (o.error)
        return bottom_value(e, (bottom_code_t)o.error->code, pos, "error in call to list.%s: " STR_FMT, b->name,
                            STR_ARG(o.error->text));
    for (size_t i = 0; i < n; i++)
        builtin_append(e, out, p[i]);
    return &out->head;
}

static bottom_t *check_sorted(eval_t *e, const own_builtin_t *b, value_t **args, size_t nargs, syn_pos_t pos) {
    vertex_t *l = as_list(args[0]);
    order_t o = {e, as_list(args[1]), NULL};
    (void)b;
    (void)nargs;
    for (uint32_t i = 1; i < l->narcs; i++) {
        if (less(&o, &l->arcs[i]->head, &l->arcs[i - 1]->head))
            return bottom_new(e, BOTTOM_EVAL, pos, "%s", "");
    }
    return o.error;
}

static value_t *do_is_sorted(eval_t *e, const own_builtin_t *b, value_t **args, size_t nargs, syn_pos_t pos) {
    bottom_t *bad = check_sorted(e, b, args, nargs, pos);
    return bad && bad->text.n ? value_of_bottom(e, bad) : value_bool(e, !bad, pos);
}

const own_builtin_t builtins_list[] = {
    {"list", "Repeat", {LIB_LIST, LIB_INT}, false, do_repeat, NULL, NULL},
    {"list", "Concat", {LIB_LIST}, false, do_concat, NULL, NULL},
    {"list", "Take", {LIB_LIST, LIB_INT}, false, do_take, NULL, NULL},
    {"list", "Drop", {LIB_LIST, LIB_INT}, false, do_take, NULL, NULL},
    {"list", "Slice", {LIB_LIST, LIB_INT, LIB_INT}, false, do_slice, NULL, NULL},
    {"list", "FlattenN", {LIB_LIST, LIB_INT}, false, do_flatten, NULL, NULL},
    {"list", "Contains", {LIB_LIST, KIND_TOP}, false, do_contains, NULL, NULL},
    {"list", "UniqueItems", {LIB_LIST}, false, NULL, check_unique, NULL},
    {"list", "MinItems", {LIB_LIST, LIB_INT}, false, NULL, check_items, NULL},
    {"list", "MaxItems", {LIB_LIST, LIB_INT}, false, NULL, check_items, NULL},
    {"list", "Sort", {LIB_LIST, LIB_STRUCT}, false, do_sort, NULL, NULL},
    {"list", "SortStable", {LIB_LIST, LIB_STRUCT}, false, do_sort, NULL, NULL},
    {"list", "IsSorted", {LIB_LIST, LIB_STRUCT}, false, do_is_sorted, NULL, NULL},
};
const size_t builtins_list_count = sizeof builtins_list / sizeof *builtins_list;
