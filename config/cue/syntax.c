/* Making, reading and editing syntax trees. */
#include "config/cue/parse.h"

static syn_t *parse_guarded(arena_t *a, str_t name, str_t text, bool expr, err_t *err) {
    jmp_buf env;
    jmp_buf *old = arena_guard(a, &env);
    if (setjmp(env)) {
        arena_guard(a, old);
        if (arena_over_limit(a))
            error_set(err, ERR_LIMIT, "the text takes more memory than allowed");
        else
            error_memory(err);
        return NULL;
    }
    name = arena_str(a, name);
    text = arena_str(a, text);
    syn_t *x = expr ? parse_expression(a, name, text, 0, err) : parse_source(a, name, text, 0, err);
    arena_guard(a, old);
    return x;
}

syn_t *syn_parse(arena_t *a, str_t name, str_t text, err_t *err) {
    return parse_guarded(a, name, text, false, err);
}

syn_t *syn_parse_expr(arena_t *a, str_t name, str_t text, err_t *err) {
    return parse_guarded(a, name, text, true, err);
}

syn_t *syn_string(arena_t *a, str_t s) {
    syn_t *x = syn_new(a, SYN_STRING);
    x->str = s;
    return x;
}

syn_t *syn_struct(arena_t *a) {
    return syn_new(a, SYN_STRUCT);
}

syn_t *syn_list(arena_t *a) {
    return syn_new(a, SYN_LIST);
}

void syn_append(arena_t *a, syn_t *parent, syn_t *item) {
    /* Room is made in powers of two; items of a parsed tree may have any room, so it is copied then. */
    uint32_t n = parent->n;
    if ((n & (n - 1)) == 0) {
        syn_t **items = arena_array(a, syn_t *, n ? (size_t)n * 2 : 1);
        if (n)
            memcpy(items, parent->items, n * sizeof *items);
        parent->items = items;
        parent->grown = true;
    } else if (!parent->grown) {
        size_t cap = 1;
        while (cap <= n)
            cap *= 2;
        syn_t **items = arena_array(a, syn_t *, cap);
        memcpy(items, parent->items, n * sizeof *items);
        parent->items = items;
        parent->grown = true;
    }
    parent->items[parent->n++] = item;
}

static label_kind_t label_kind_of(str_t s, bool quoted) {
    if (quoted)
        return LABEL_STRING;
    if (str_starts(s, STR("_#")))
        return LABEL_HIDDEN_DEF;
    if (str_starts(s, STR("_")))
        return LABEL_HIDDEN;
    return str_starts(s, STR("#")) ? LABEL_DEF : LABEL_STRING;
}

/* Whether a label can stand without quotes. */
bool syn_plain_label(str_t s) {
    if (!s.n || s.p[0] == '_' || s.p[0] == '#' || str_eqc(s, "true") || str_eqc(s, "false") || str_eqc(s, "null"))
        return false;
    for (size_t i = 0; i < s.n; i++) {
        char c = s.p[i];
        bool letter = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '_' || c == '$';
        if (!letter && !(i && c >= '0' && c <= '9'))
            return false;
    }
    return true;
}

syn_t *syn_field_new(arena_t *a, str_t label, syn_t *value) {
    syn_t *x = syn_new(a, SYN_FIELD);
    x->field = arena_new(a, syn_field_t);
    x->field->value = value;
    x->field->quoted = !syn_plain_label(label);
    x->str = label;
    x->label_kind = (uint8_t)label_kind_of(label, x->field->quoted);
    return x;
}

syn_t *syn_copy(arena_t *a, const syn_t *x) {
    if (!x)
        return NULL;
    syn_t *y = syn_new(a, (syn_kind_t)x->kind);
    *y = *x;
    y->ref = NULL;
    y->grown = false;
    y->x = syn_copy(a, x->x);
    y->y = syn_copy(a, x->y);
    if (x->kind == SYN_SLICE) {
        y->z = syn_copy(a, x->z);
    } else if (x->kind == SYN_FIELD) {
        syn_field_t *f = arena_new(a, syn_field_t);
        *f = *x->field;
        f->dynamic = syn_copy(a, f->dynamic);
        f->pattern = syn_copy(a, f->pattern);
        f->value = syn_copy(a, f->value);
        y->field = f;
    } else if (x->n) {
        y->items = arena_array(a, syn_t *, x->n);
        for (uint32_t i = 0; i < x->n; i++)
            y->items[i] = syn_copy(a, x->items[i]);
    }
    return y;
}

syn_t *syn_from_json(arena_t *a, const jv_t *v) {
    syn_t *x;
    num_t *n;
    switch (jv_kind(v)) {
    case JV_NULL:
        return syn_new(a, SYN_NULL);
    case JV_BOOL:
        x = syn_new(a, SYN_BOOL);
        x->truth = v->truth;
        return x;
    case JV_NUMBER:
        x = syn_new(a, SYN_NUM);
        x->str = v->s;
        n = arena_new(a, num_t);
        if (!num_parse(a, v->s, n, NULL))
            *n = num_int(0);
        x->num = n;
        return x;
    case JV_STRING:
        return syn_string(a, v->s);
    case JV_ARRAY:
        x = syn_list(a);
        for (uint32_t i = 0; i < v->n; i++)
            syn_append(a, x, syn_from_json(a, v->items[i]));
        return x;
    default:
        x = syn_struct(a);
        for (uint32_t i = 0; i < v->n; i++)
            syn_append(a, x, syn_field_new(a, v->members[i].key, syn_from_json(a, v->members[i].value)));
        return x;
    }
}

str_t syn_label(const syn_t *field) {
    if (field->kind != SYN_FIELD || field->field->dynamic || field->field->pattern)
        return STR_NONE;
    return field->str;
}

syn_t *syn_get(const syn_t *parent, str_t label) {
    for (uint32_t i = 0; parent && parent->kind == SYN_STRUCT && i < parent->n; i++) {
        syn_t *x = parent->items[i];
        if (x->kind == SYN_FIELD && !x->field->dynamic && !x->field->pattern && str_eq(x->str, label))
            return x;
    }
    return NULL;
}

syn_t *syn_unparen(syn_t *x) {
    while (x && x->kind == SYN_PAREN)
        x = x->x;
    return x;
}

bool syn_marker(const syn_t *field, str_t key, str_t *value) {
    if (field->kind != SYN_FIELD)
        return false;
    for (uint32_t i = 0; i < field->field->ncomments; i++) {
        str_t s = field->field->comments[i].text, name, rest;
        if (!str_starts(s, STR("//")))
            continue;
        s = str_trim(str_from(s, 2));
        if (!str_starts(s, STR("+")))
            continue;
        str_cut(str_from(s, 1), '=', &name, &rest);
        if (str_eq(str_trim(name), key)) {
            *value = str_trim(rest);
            return true;
        }
    }
    return false;
}

int syn_precedence(syn_op_t op) {
    switch (op) {
    case OP_OR:
        return 1;
    case OP_AND:
        return 2;
    case OP_LOR:
        return 3;
    case OP_LAND:
        return 4;
    case OP_ADD:
    case OP_SUB:
        return 6;
    case OP_MUL:
    case OP_QUO:
        return 7;
    default:
        return 5;
    }
}
