/* Package regexp. */
#include "config/cue/lib_inner.h"

#include <stdlib.h>

static bool no_match(lib_call_t *c) {
    return lib_fail(c, "no match");
}

static str_t part(str_t s, regex_span_t span) {
    return span.from < 0 ? STR("") : str_sub(s, (size_t)span.from, (size_t)(span.to - span.from));
}

/* One match as its text, as its groups or as its named groups. */
typedef enum { AS_TEXT, AS_GROUPS, AS_NAMED } form_t;

static int by_label(const void *x, const void *y) {
    return str_cmp(((const cdata_field_t *)x)->label, ((const cdata_field_t *)y)->label);
}

static cdata_t *named(lib_call_t *c, const regex_t *r, str_t s, const regex_span_t *spans) {
    cdata_t *v = cdata_struct(c->arena, regex_groups(r));
    v->n = 0;
    for (size_t i = 1; i <= regex_groups(r); i++) {
        str_t name = regex_group_name(r, i);
        if (!name.n)
            continue;
        size_t k = 0; /* of two groups with one name the later wins */
        while (k < v->n && !str_eq(v->fields[k].label, name))
            k++;
        v->fields[k] = (cdata_field_t){name, cdata_string(c->arena, part(s, spans[i]))};
        v->n += k == v->n;
    }
    qsort(v->fields, v->n, sizeof *v->fields, by_label);
    return v;
}

static cdata_t *in_form(lib_call_t *c, const regex_t *r, str_t s, const regex_span_t *spans, form_t form) {
    if (form == AS_TEXT)
        return cdata_string(c->arena, part(s, spans[0]));
    if (form == AS_NAMED)
        return named(c, r, s, spans);
    cdata_t *l = cdata_list(c->arena, regex_groups(r) + 1);
    for (size_t i = 0; i < l->n; i++)
        l->items[i] = cdata_string(c->arena, part(s, spans[i]));
    return l;
}

static bool find_one(lib_call_t *c, cdata_t **args, form_t form, cdata_t **out) {
    regex_t *r = lib_regex(c, LIB_STR(0));
    regex_cursor_t at = {0};
    bool found;
    if (!r)
        return false;
    regex_span_t *spans = arena_array(c->arena, regex_span_t, regex_groups(r) + 1);
    if (!regex_find(r, LIB_STR(1), &at, spans, &found, c->err))
        return false;
    if (!found)
        return no_match(c);
    *out = in_form(c, r, LIB_STR(1), spans, form);
    return true;
}

static bool find_all(lib_call_t *c, cdata_t **args, form_t form, cdata_t **out) {
    int64_t most;
    if (!lib_int(c, args, 2, 64, "int64", &most))
        return false;
    regex_t *r = lib_regex(c, LIB_STR(0));
    if (!r)
        return false;
    regex_span_t *spans = arena_array(c->arena, regex_span_t, regex_groups(r) + 1);
    regex_cursor_t at = {0};
    cdata_t **items = NULL;
    size_t n = 0, cap = 0;
    for (bool found; most < 0 || n < (uint64_t)most; n++) {
        if (!regex_find(r, LIB_STR(1), &at, spans, &found, c->err))
            return false;
        if (!found)
            break;
        if (n == cap) {
            size_t more = cap ? cap * 2 : 8;
            if (!lib_room(c, more * 16 * (form == AS_TEXT ? 1 : regex_groups(r) + 1)))
                return false;
            items = arena_grow(c->arena, items, cap * sizeof *items, more * sizeof *items);
            cap = more;
        }
        items[n] = in_form(c, r, LIB_STR(1), spans, form);
    }
    if (!n)
        return no_match(c);
    *out = cdata_list(c->arena, n);
    memcpy((*out)->items, items, n * sizeof *items);
    return true;
}

LIB_FN(find) {
    return find_one(c, args, AS_TEXT, out);
}
LIB_FN(find_submatch) {
    return find_one(c, args, AS_GROUPS, out);
}
LIB_FN(find_named) {
    return find_one(c, args, AS_NAMED, out);
}
LIB_FN(do_find_all) {
    return find_all(c, args, AS_TEXT, out);
}
LIB_FN(find_all_submatch) {
    return find_all(c, args, AS_GROUPS, out);
}
LIB_FN(find_all_named) {
    return find_all(c, args, AS_NAMED, out);
}

static bool replace(lib_call_t *c, cdata_t **args, bool literal, cdata_t **out) {
    regex_t *r = lib_regex(c, LIB_STR(0));
    buf_t b;
    buf_init_arena(&b, c->arena);
    return r && regex_replace_all(r, &b, LIB_STR(1), LIB_STR(2), literal, lib_max(c), c->err) &&
           lib_give_buf(c, out, &b);
}

LIB_FN(replace_all) {
    return replace(c, args, false, out);
}
LIB_FN(replace_all_literal) {
    return replace(c, args, true, out);
}

LIB_FN(valid) {
    return lib_regex(c, LIB_STR(0)) && lib_give_bool(c, out, true);
}

LIB_FN(match) {
    regex_t *r = lib_regex(c, LIB_STR(0));
    bool matched;
    return r && regex_match(r, LIB_STR(1), &matched, c->err) && lib_give_bool(c, out, matched);
}

LIB_FN(quote_meta) {
    buf_t b;
    buf_init_arena(&b, c->arena);
    for (size_t i = 0; i < LIB_STR(0).n; i++) {
        char ch = LIB_STR(0).p[i];
        if (ch && strchr("\\.+*?()|[]{}^$", ch))
            buf_char(&b, '\\');
        buf_char(&b, ch);
    }
    return lib_give_buf(c, out, &b);
}

#define ROW(name, result, fn, ...)                                                                                     \
    { "regexp", name, {__VA_ARGS__}, result, fn, NULL }
const lib_func_t lib_regexp[] = {
    ROW("Find", LIB_STRING, find, LIB_STRING, LIB_STRING),
    ROW("FindAll", LIB_LIST, do_find_all, LIB_STRING, LIB_STRING, LIB_INT),
    ROW("FindAllNamedSubmatch", LIB_LIST, find_all_named, LIB_STRING, LIB_STRING, LIB_INT),
    ROW("FindAllSubmatch", LIB_LIST, find_all_submatch, LIB_STRING, LIB_STRING, LIB_INT),
    ROW("FindNamedSubmatch", LIB_STRUCT, find_named, LIB_STRING, LIB_STRING),
    ROW("FindSubmatch", LIB_LIST, find_submatch, LIB_STRING, LIB_STRING),
    ROW("ReplaceAll", LIB_STRING, replace_all, LIB_STRING, LIB_STRING, LIB_STRING),
    ROW("ReplaceAllLiteral", LIB_STRING, replace_all_literal, LIB_STRING, LIB_STRING, LIB_STRING),
    ROW("Valid", LIB_BOOL, valid, LIB_STRING),
    ROW("Match", LIB_BOOL, match, LIB_STRING, LIB_STRING),
    ROW("QuoteMeta", LIB_STRING, quote_meta, LIB_STRING),
    {0},
};
