/* Package list, as far as it works on data (Sort, MinItems and their like are the evaluator's). */
#include "config/cue/lib_inner.h"

#include <stdlib.h>

static bool give_items(lib_call_t *c, cdata_t **items, size_t n, cdata_t **out) {
    *out = cdata_list(c->arena, n);
    if (n)
        memcpy((*out)->items, items, n * sizeof *items);
    return true;
}

LIB_FN(drop) {
    int64_t n;
    if (!lib_int(c, args, 1, 64, "int64", &n))
        return false;
    if (n < 0)
        return lib_fail(c, "negative index");
    size_t skip = (uint64_t)n < args[0]->n ? (size_t)n : args[0]->n;
    return give_items(c, args[0]->items + skip, args[0]->n - skip, out);
}

LIB_FN(take) {
    int64_t n;
    if (!lib_int(c, args, 1, 64, "int64", &n))
        return false;
    if (n < 0)
        return lib_fail(c, "negative index");
    return give_items(c, args[0]->items, (uint64_t)n < args[0]->n ? (size_t)n : args[0]->n, out);
}

LIB_FN(slice) {
    int64_t i, j;
    if (!lib_int(c, args, 1, 64, "int64", &i) || !lib_int(c, args, 2, 64, "int64", &j))
        return false;
    if (i < 0)
        return lib_fail(c, "negative index");
    if (i > j)
        return lib_fail(c, "invalid index: %lld > %lld", (long long)i, (long long)j);
    if ((uint64_t)j > args[0]->n)
        return lib_fail(c, "slice bounds out of range");
    return give_items(c, args[0]->items + i, (size_t)(j - i), out);
}

static size_t flat_count(const cdata_t *l, int64_t depth, int level) {
    size_t n = 0;
    for (size_t i = 0; i < l->n; i++) {
        const cdata_t *x = l->items[i];
        n += x->kind == LIB_LIST && depth != 0 && level < LIB_MAX_DEPTH ? flat_count(x, depth - 1, level + 1) : 1;
    }
    return n;
}

static void flatten(const cdata_t *l, int64_t depth, int level, cdata_t **to, size_t *n) {
    for (size_t i = 0; i < l->n; i++) {
        cdata_t *x = l->items[i];
        if (x->kind == LIB_LIST && depth != 0 && level < LIB_MAX_DEPTH)
            flatten(x, depth - 1, level + 1, to, n);
        else
            to[(*n)++] = x;
    }
}

LIB_FN(flatten_n) {
    int64_t depth;
    size_t n = 0;
    if (!lib_int(c, args, 1, 64, "int64", &depth) || !lib_is_list(c, args, 0))
        return false;
    *out = cdata_list(c->arena, flat_count(args[0], depth, 0));
    flatten(args[0], depth, 0, (*out)->items, &n);
    return true;
}

LIB_FN(repeat) {
    int64_t n;
    if (!lib_int(c, args, 1, 64, "int64", &n))
        return false;
    if (n < 0)
        return lib_fail(c, "negative count");
    size_t each = args[0]->n;
    if (each && (uint64_t)n > lib_max(c) / 16 / each)
        return lib_too_large(c);
    *out = cdata_list(c->arena, each * (size_t)n);
    for (size_t i = 0; each && i < (size_t)n; i++)
        memcpy((*out)->items + i * each, args[0]->items, each * sizeof(cdata_t *));
    return true;
}

LIB_FN(concat) {
    size_t n = 0;
    for (size_t i = 0; i < args[0]->n; i++) {
        if (!lib_is_list(c, args[0]->items, i))
            return false;
        n += args[0]->items[i]->n;
    }
    if (!lib_room(c, n * 16))
        return false;
    *out = cdata_list(c->arena, n);
    n = 0;
    for (size_t i = 0; i < args[0]->n; i++)
        for (size_t k = 0; k < args[0]->items[i]->n; k++)
            (*out)->items[n++] = args[0]->items[i]->items[k];
    return true;
}

/* ---- numbers ---- */

static const char *bare_text(err_t *err) {
    const char *text = error_text(err), *prefix = "failed arithmetic: ";
    return strncmp(text, prefix, strlen(prefix)) == 0 ? text + strlen(prefix) : text;
}

/* As num_op, with apd's error text alone, which is what functions report. */
static bool compute(lib_call_t *c, num_op_t op, num_t x, num_t y, num_t *out) {
    err_t err = ERROR_INIT;
    if (num_op(c->arena, op, x, y, out, &err))
        return true;
    lib_fail(c, "%s", bare_text(&err));
    error_release(&err);
    return false;
}

static bool fold(lib_call_t *c, cdata_t **args, num_op_t op, num_t from, num_t *out) {
    *out = from;
    for (size_t i = 0; i < args[0]->n; i++)
        if (!compute(c, op, args[0]->items[i]->num, *out, out))
            return false;
    return true;
}

LIB_FN(sum) {
    num_t n;
    return lib_number_list(c, args, 0) && fold(c, args, NUM_ADD, num_int(0), &n) && lib_give_decimal(c, out, n);
}

LIB_FN(product) {
    num_t n;
    return lib_number_list(c, args, 0) && fold(c, args, NUM_MUL, num_int(1), &n) && lib_give_decimal(c, out, n);
}

static bool some_numbers(lib_call_t *c, cdata_t **args) {
    return lib_number_list(c, args, 0) && (args[0]->n > 0 || lib_fail(c, "empty list"));
}

LIB_FN(avg) {
    num_t n;
    return some_numbers(c, args) && fold(c, args, NUM_ADD, num_int(0), &n) &&
           compute(c, NUM_FDIV, n, num_int((int64_t)args[0]->n), &n) && lib_give_decimal(c, out, n);
}

static bool extreme(lib_call_t *c, cdata_t **args, int sign, cdata_t **out) {
    if (!some_numbers(c, args))
        return false;
    num_t best = args[0]->items[0]->num;
    for (size_t i = 1; i < args[0]->n; i++)
        if (num_cmp(args[0]->items[i]->num, best) == sign)
            best = args[0]->items[i]->num;
    return lib_give_decimal(c, out, best);
}

LIB_FN(max) {
    return extreme(c, args, 1, out);
}

LIB_FN(min) {
    return extreme(c, args, -1, out);
}

LIB_FN(do_range) {
    num_t at = args[0]->num, end = args[1]->num, step = args[2]->num;
    int sign = num_sign(step);
    if (sign == 0)
        return lib_fail(c, "step must be non zero");
    if (sign > 0 && num_cmp(at, end) > 0)
        return lib_fail(c, "end must be greater than start when step is positive");
    if (sign < 0 && num_cmp(at, end) < 0)
        return lib_fail(c, "end must be less than start when step is negative");
    cdata_t **items = NULL;
    size_t n = 0, cap = 0;
    while (num_cmp(at, end) == -sign) {
        if (n == cap) {
            size_t more = cap ? cap * 2 : 16;
            if (!lib_room(c, more * 16))
                return false;
            items = arena_grow(c->arena, items, cap * sizeof *items, more * sizeof *items);
            cap = more;
        }
        items[n++] = lib_decimal(c, at);
        if (!compute(c, NUM_ADD, step, at, &at))
            return false;
    }
    return give_items(c, items, n, out);
}

/* ---- strings ---- */

static int by_string(const void *x, const void *y) {
    return str_cmp((*(cdata_t *const *)x)->s, (*(cdata_t *const *)y)->s);
}

LIB_FN(sort_strings) {
    if (!lib_string_list(c, args, 0) || !give_items(c, args[0]->items, args[0]->n, out))
        return false;
    qsort((*out)->items, (*out)->n, sizeof(cdata_t *), by_string);
    return true;
}

LIB_FN(is_sorted_strings) {
    if (!lib_string_list(c, args, 0))
        return false;
    bool sorted = true;
    for (size_t i = 1; i < args[0]->n; i++)
        sorted &= by_string(&args[0]->items[i - 1], &args[0]->items[i]) <= 0;
    return lib_give_bool(c, out, sorted);
}

#define ROW(name, result, fn, ...)                                                                                     \
    { "list", name, {__VA_ARGS__}, result, fn, NULL }
const lib_func_t lib_list[] = {
    ROW("Drop", LIB_LIST, drop, LIB_LIST, LIB_INT),
    ROW("FlattenN", LIB_LIST, flatten_n, LIB_ANY, LIB_INT),
    ROW("Repeat", LIB_LIST, repeat, LIB_LIST, LIB_INT),
    ROW("Concat", LIB_LIST, concat, LIB_LIST),
    ROW("Take", LIB_LIST, take, LIB_LIST, LIB_INT),
    ROW("Slice", LIB_LIST, slice, LIB_LIST, LIB_INT, LIB_INT),
    ROW("Avg", LIB_NUMBER, avg, LIB_LIST),
    ROW("Max", LIB_NUMBER, max, LIB_LIST),
    ROW("Min", LIB_NUMBER, min, LIB_LIST),
    ROW("Product", LIB_NUMBER, product, LIB_LIST),
    ROW("Range", LIB_LIST, do_range, LIB_NUMBER, LIB_NUMBER, LIB_NUMBER),
    ROW("Sum", LIB_NUMBER, sum, LIB_LIST),
    ROW("SortStrings", LIB_LIST, sort_strings, LIB_LIST),
    ROW("IsSortedStrings", LIB_BOOL, is_sorted_strings, LIB_LIST),
    {0},
};
