#include "contrib/apiserver/fields.h"

#include <stdarg.h>
#include <stdlib.h>

str_t at_str(arena_t *a, str_t path, str_t name) {
    return path.n ? arena_printf(a, STR_FMT "." STR_FMT, STR_ARG(path), STR_ARG(name)) : name;
}

str_t at(arena_t *a, str_t path, const char *name) {
    return at_str(a, path, str_c(name));
}

str_t at_index(arena_t *a, str_t path, size_t i) {
    return arena_printf(a, STR_FMT "[%zu]", STR_ARG(path), i);
}

str_t at_key(arena_t *a, str_t path, str_t key) {
    return arena_printf(a, STR_FMT "[" STR_FMT "]", STR_ARG(path), STR_ARG(key));
}

void fields_add(fields_t *f, field_reason_t reason, str_t path, str_t message) {
    if (f->n == f->cap) {
        f->items = arena_grow(f->arena, f->items, f->cap * sizeof *f->items, (f->cap * 2 + 4) * sizeof *f->items);
        f->cap = f->cap * 2 + 4;
    }
    f->items[f->n++] = (field_error_t){reason, path, message};
}

static str_t with_detail(arena_t *a, const char *what, const char *detail) {
    return *detail ? arena_printf(a, "%s: %s", what, detail) : str_c(what);
}

void fields_required(fields_t *f, str_t path, const char *detail) {
    fields_add(f, FIELD_REQUIRED, path, with_detail(f->arena, "Required value", detail));
}

void fields_forbidden(fields_t *f, str_t path, const char *detail) {
    fields_add(f, FIELD_FORBIDDEN, path, with_detail(f->arena, "Forbidden", detail));
}

str_t fields_quote(arena_t *a, str_t s) {
    buf_t b;
    buf_init_arena(&b, a);
    buf_char(&b, '"');
    for (size_t i = 0; i < s.n; i++) {
        unsigned char c = (unsigned char)s.p[i];
        static const char from[] = "\a\b\f\n\r\t\v\"\\", to[] = "abfnrtv\"\\";
        const char *hit = c ? strchr(from, c) : NULL;
        if (hit && *hit)
            buf_printf(&b, "\\%c", to[hit - from]);
        else if (c < 0x20 || c == 0x7f)
            buf_printf(&b, "\\x%02x", c);
        else
            buf_char(&b, (char)c);
    }
    buf_char(&b, '"');
    return buf_str(&b);
}

str_t fields_value(arena_t *a, const jv_t *v) {
    if (!v || v->kind == JV_NULL)
        return STR("null");
    if (v->kind == JV_STRING)
        return fields_quote(a, v->s);
    bool strings = v->kind == JV_ARRAY;
    for (size_t i = 0; strings && i < v->n; i++)
        strings = jv_is(v->items[i], JV_STRING);
    if (!strings)
        return jv_text(a, v);
    buf_t b;
    buf_init_arena(&b, a);
    buf_addc(&b, "[]string{");
    for (size_t i = 0; i < v->n; i++) {
        buf_addc(&b, i ? ", " : "");
        buf_add(&b, fields_quote(a, v->items[i]->s));
    }
    buf_char(&b, '}');
    return buf_str(&b);
}

static void invalid(fields_t *f, str_t path, str_t value, const char *fmt, va_list ap) {
    arena_t *a = f->arena;
    str_t detail = arena_vprintf(a, fmt, ap);
    fields_add(f, FIELD_INVALID, path,
               arena_concat(a, arena_concat(a, STR("Invalid value: "), value), arena_concat(a, STR(": "), detail)));
}

void fields_invalid(fields_t *f, str_t path, const jv_t *v, const char *fmt, ...) {
    va_list ap;
    va_start(ap, fmt);
    invalid(f, path, fields_value(f->arena, v), fmt, ap);
    va_end(ap);
}

void fields_invalid_str(fields_t *f, str_t path, str_t v, const char *fmt, ...) {
    va_list ap;
    va_start(ap, fmt);
    invalid(f, path, fields_quote(f->arena, v), fmt, ap);
    va_end(ap);
}

void fields_not_supported(fields_t *f, str_t path, const jv_t *v, const char *supported) {
    buf_t b;
    buf_init_arena(&b, f->arena);
    buf_addc(&b, "Unsupported value: ");
    buf_add(&b, v ? fields_value(f->arena, v) : STR("\"\""));
    str_t rest = str_c(supported), one;
    if (rest.n)
        buf_addc(&b, ": supported values: ");
    for (bool first = true; rest.n; first = false) { /* a leading blank: "" is one of them */
        str_t after;
        str_cut(rest, ' ', &one, &after);
        if (!first)
            buf_addc(&b, ", ");
        buf_add(&b, fields_quote(f->arena, one));
        rest = after;
    }
    fields_add(f, FIELD_NOT_SUPPORTED, path, buf_str(&b));
}

void fields_intstr(fields_t *f, str_t path, const jv_t *v, const char *detail) {
    int64_t n = 0;
    bool text = jv_is(v, JV_STRING);
    jv_as_int(v, &n);
    fields_add(f, FIELD_INVALID, path,
               arena_printf(f->arena, "Invalid value: intstr.IntOrString{Type:%d, IntVal:%lld, StrVal:" STR_FMT "}: %s",
                            text, (long long)n, STR_ARG(fields_quote(f->arena, text ? v->s : STR(""))), detail));
}

void fields_duplicate(fields_t *f, str_t path, const jv_t *v) {
    fields_add(f, FIELD_DUPLICATE, path, arena_concat(f->arena, STR("Duplicate value: "), fields_value(f->arena, v)));
}

void fields_not_found(fields_t *f, str_t path, str_t v) {
    fields_add(f, FIELD_NOT_FOUND, path, arena_concat(f->arena, STR("Not found: "), fields_quote(f->arena, v)));
}

void fields_too_long(fields_t *f, str_t path, size_t max) {
    fields_add(f, FIELD_TOO_LONG, path, arena_printf(f->arena, "Too long: may not be more than %zu bytes", max));
}

void fields_too_many(fields_t *f, str_t path, size_t have, size_t max) {
    fields_add(f, FIELD_TOO_MANY, path,
               arena_printf(f->arena, "Too many: %zu: must have at most %zu items", have, max));
}

static int by_key(const void *x, const void *y) {
    return str_cmp(((const jv_member_t *)x)->key, ((const jv_member_t *)y)->key);
}

static jv_member_t *sorted_members(arena_t *a, const jv_t *v) {
    jv_member_t *m = arena_array(a, jv_member_t, v->n + 1);
    if (v->n)
        memcpy(m, v->members, v->n * sizeof *m);
    qsort(m, v->n, sizeof *m, by_key);
    return m;
}

str_t fields_go(arena_t *a, const jv_t *v) {
    buf_t b;
    buf_init_arena(&b, a);
    if (jv_is(v, JV_STRING))
        return fields_quote(a, v->s);
    if (!jv_is(v, JV_OBJECT))
        return v ? jv_text(a, v) : STR("interface {}(nil)");
    jv_member_t *m = sorted_members(a, v);
    buf_addc(&b, "map[string]interface {}{");
    for (size_t i = 0; i < v->n; i++) {
        buf_addc(&b, i ? ", " : "");
        buf_add(&b, fields_quote(a, m[i].key));
        buf_char(&b, ':');
        buf_add(&b, fields_go(a, m[i].value));
    }
    buf_char(&b, '}');
    return buf_str(&b);
}

str_t fields_labels(arena_t *a, const jv_t *labels) {
    buf_t b;
    buf_init_arena(&b, a);
    if (!jv_is(labels, JV_OBJECT))
        return STR("map[string]string(nil)");
    jv_member_t *m = sorted_members(a, labels);
    buf_addc(&b, "map[string]string{");
    for (size_t i = 0; i < labels->n; i++) {
        buf_addc(&b, i ? ", " : "");
        buf_add(&b, fields_quote(a, m[i].key));
        buf_char(&b, ':');
        buf_add(&b, fields_quote(a, jv_str(m[i].value)));
    }
    buf_char(&b, '}');
    return buf_str(&b);
}

str_t fields_selector(arena_t *a, const jv_t *selector) {
    if (!selector || jv_count(jv_getc(selector, "matchExpressions")))
        return selector ? jv_text(a, selector) : STR("null");
    return arena_printf(a,
                        "v1.LabelSelector{MatchLabels:" STR_FMT
                        ", MatchExpressions:[]v1.LabelSelectorRequirement(nil)}",
                        STR_ARG(fields_labels(a, jv_getc(selector, "matchLabels"))));
}

const char *fields_reason(field_reason_t r) {
    static const char *const words[] = {
        [FIELD_REQUIRED] = "FieldValueRequired",        [FIELD_INVALID] = "FieldValueInvalid",
        [FIELD_TYPE_INVALID] = "FieldValueTypeInvalid", [FIELD_NOT_SUPPORTED] = "FieldValueNotSupported",
        [FIELD_FORBIDDEN] = "FieldValueForbidden",      [FIELD_DUPLICATE] = "FieldValueDuplicate",
        [FIELD_TOO_LONG] = "FieldValueTooLong",         [FIELD_TOO_MANY] = "FieldValueTooMany",
        [FIELD_NOT_FOUND] = "FieldValueNotFound",       [FIELD_CONFLICT] = "FieldManagerConflict",
    };
    return words[r];
}
