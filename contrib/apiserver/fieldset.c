#include "contrib/apiserver/fieldset.h"

static fieldset_t *child_of(arena_t *a, fieldset_t *s, str_t key) {
    fieldset_t *kid = fieldset_child(s, key);
    if (kid)
        return kid;
    if (s->n == s->cap) {
        size_t cap = s->cap * 2 + 4;
        s->keys = arena_grow(a, s->keys, s->cap * sizeof *s->keys, cap * sizeof *s->keys);
        s->kids = arena_grow(a, s->kids, s->cap * sizeof *s->kids, cap * sizeof *s->kids);
        s->cap = cap;
    }
    s->keys[s->n] = key;
    return s->kids[s->n++] = arena_new(a, fieldset_t);
}

fieldset_t *fieldset_child(const fieldset_t *s, str_t key) {
    for (size_t i = 0; s && i < s->n; i++)
        if (str_eq(s->keys[i], key))
            return s->kids[i];
    return NULL;
}

static str_t field_key(arena_t *a, str_t name) {
    return arena_concat(a, STR("f:"), name);
}

str_t fieldset_item_key(arena_t *a, const schema_t *list, const jv_t *item) {
    if (list->set)
        return arena_concat(a, STR("v:"), jv_text(a, item));
    if (!list->nkeys || !jv_is(item, JV_OBJECT))
        return STR_NONE;
    jv_t *key = jv_object(a);
    for (size_t i = 0; i < list->nkeys; i++) {
        const jv_t *v = jv_get(item, list->keys[i]);
        if (!v && list->key_defaults)
            v = list->key_defaults[i];
        /* The one default of a key among the built-in types. */
        if (!v && !list->key_defaults && str_eqc(list->keys[i], "protocol"))
            v = jv_string(a, STR("TCP"));
        if (v)
            jv_set(a, key, list->keys[i], (jv_t *)v);
    }
    return arena_concat(a, STR("k:"), jv_text(a, key));
}

static bool is_atomic(const schema_t *s, const jv_t *v) {
    if (s && s->atomic)
        return true;
    if (jv_is(v, JV_ARRAY))
        return !s || (!s->set && !s->nkeys);
    return !jv_is(v, JV_OBJECT);
}

static void add_value(arena_t *a, fieldset_t *to, const schema_t *s, const jv_t *v) {
    if (is_atomic(s, v)) {
        to->member = true;
        to->value = v;
        return;
    }
    for (size_t i = 0; i < jv_count(v); i++) {
        bool list = v->kind == JV_ARRAY;
        const jv_t *x = list ? v->items[i] : v->members[i].value;
        str_t name = list ? STR_NONE : v->members[i].key;
        str_t key = list ? fieldset_item_key(a, s, x) : field_key(a, name);
        fieldset_t *kid = child_of(a, to, key);
        add_value(a, kid, list ? s->element : schema_child(s, name), x);
        if (list || !schema_field(s, name) || (jv_is(x, JV_OBJECT) && !jv_count(x)))
            kid->member = true;
        if (jv_is(x, JV_OBJECT) && !jv_count(x))
            kid->value = x;
    }
}

fieldset_t *fieldset_of(arena_t *a, const schema_t *s, const jv_t *v) {
    fieldset_t *set = arena_new(a, fieldset_t);
    if (jv_is(v, JV_OBJECT))
        add_value(a, set, s, v);
    return set;
}

fieldset_t *fieldset_read(arena_t *a, const jv_t *v) {
    fieldset_t *s = arena_new(a, fieldset_t);
    s->member = !jv_count(v);
    for (size_t i = 0; i < jv_count(v) && jv_is(v, JV_OBJECT); i++) {
        if (str_eqc(v->members[i].key, ".")) {
            s->member = true;
            continue;
        }
        fieldset_t *kid = fieldset_read(a, v->members[i].value);
        child_of(a, s, v->members[i].key);
        s->kids[s->n - 1] = kid;
    }
    return s;
}

bool fieldset_empty(const fieldset_t *s) {
    if (!s)
        return true;
    if (s->member)
        return false;
    for (size_t i = 0; i < s->n; i++)
        if (!fieldset_empty(s->kids[i]))
            return false;
    return true;
}

jv_t *fieldset_write(arena_t *a, const fieldset_t *s) {
    jv_t *v = jv_object(a);
    for (size_t i = 0; i < s->n; i++)
        if (!fieldset_empty(s->kids[i]))
            jv_set(a, v, s->keys[i], fieldset_write(a, s->kids[i]));
    if (s->member && v->n)
        jv_setc(a, v, ".", jv_object(a));
    return v;
}

fieldset_t *fieldset_union(arena_t *a, const fieldset_t *x, const fieldset_t *y) {
    fieldset_t *s = arena_new(a, fieldset_t);
    s->member = (x && x->member) || (y && y->member);
    s->value = x && x->value ? x->value : y ? y->value : NULL;
    for (size_t i = 0; x && i < x->n; i++) {
        child_of(a, s, x->keys[i]);
        s->kids[s->n - 1] = fieldset_union(a, x->kids[i], fieldset_child(y, x->keys[i]));
    }
    for (size_t i = 0; y && i < y->n; i++)
        if (!fieldset_child(x, y->keys[i])) {
            child_of(a, s, y->keys[i]);
            s->kids[s->n - 1] = fieldset_union(a, NULL, y->kids[i]);
        }
    return s;
}

/* Children of x for which `keep` is made of them and y's; empty ones are left out. */
typedef fieldset_t *(*combine_fn)(arena_t *a, const fieldset_t *x, const fieldset_t *y);

static void combine_kids(arena_t *a, fieldset_t *to, const fieldset_t *x, const fieldset_t *y, combine_fn fn) {
    for (size_t i = 0; x && i < x->n; i++) {
        fieldset_t *kid = fn(a, x->kids[i], fieldset_child(y, x->keys[i]));
        if (fieldset_empty(kid))
            continue;
        child_of(a, to, x->keys[i]);
        to->kids[to->n - 1] = kid;
    }
}

fieldset_t *fieldset_minus(arena_t *a, const fieldset_t *x, const fieldset_t *y) {
    fieldset_t *s = arena_new(a, fieldset_t);
    s->member = x->member && !(y && y->member);
    s->value = x->value;
    combine_kids(a, s, x, y, fieldset_minus);
    return s;
}

fieldset_t *fieldset_common(arena_t *a, const fieldset_t *x, const fieldset_t *y) {
    fieldset_t *s = arena_new(a, fieldset_t);
    s->member = x && y && x->member && y->member;
    if (x && y)
        combine_kids(a, s, x, y, fieldset_common);
    return s;
}

static fieldset_t *changed(arena_t *a, const fieldset_t *after, const fieldset_t *before) {
    fieldset_t *s = arena_new(a, fieldset_t);
    s->value = after->value;
    /* What wasn't there at all is added with everything on the way (structured-merge-diff's hook after each item). */
    if (before && jv_is(before->value, JV_NULL) && !jv_is(after->value, JV_NULL))
        before = NULL;
    if (!before) {
        s->member = true;
    } else if (after->member) {
        bool both = before->member;
        s->member = !both || ((after->value || before->value) &&
                              !(after->value && before->value && jv_equal(after->value, before->value)));
    }
    combine_kids(a, s, after, before, changed);
    return s;
}

fieldset_t *fieldset_changed(arena_t *a, const fieldset_t *before, const fieldset_t *after) {
    return changed(a, after, before);
}

void fieldset_ensure_parents(fieldset_t *s) {
    for (size_t i = 0; i < s->n; i++) {
        if (str_starts(s->keys[i], STR("f:")) && !fieldset_empty(s->kids[i]))
            s->kids[i]->member = true;
        fieldset_ensure_parents(s->kids[i]);
    }
}

void fieldset_drop(fieldset_t *s, const char *key) {
    for (size_t i = 0; s && i < s->n; i++)
        if (str_eqc(s->keys[i], key)) {
            s->n--;
            memmove(s->keys + i, s->keys + i + 1, (s->n - i) * sizeof *s->keys);
            memmove(s->kids + i, s->kids + i + 1, (s->n - i) * sizeof *s->kids);
            return;
        }
}

/* ---- texts ---- */

str_t fieldset_element(arena_t *a, str_t key) {
    if (str_starts(key, STR("f:")))
        return arena_concat(a, STR("."), str_from(key, 2));
    if (str_starts(key, STR("v:")))
        return arena_printf(a, "[=" STR_FMT "]", STR_ARG(str_from(key, 2)));
    if (!str_starts(key, STR("k:")))
        return arena_printf(a, "[" STR_FMT "]", STR_ARG(str_from(key, 2)));
    jv_t *v = jv_parse(a, str_from(key, 2), NULL);
    buf_t b;
    buf_init_arena(&b, a);
    for (size_t i = 0; i < jv_count(v); i++) {
        buf_addc(&b, i ? "," : "[");
        buf_add(&b, v->members[i].key);
        buf_char(&b, '=');
        jv_write(&b, v->members[i].value);
    }
    buf_char(&b, ']');
    return buf_str(&b);
}

static void each(arena_t *a, const fieldset_t *s, str_t path, fieldset_fn fn, void *arg) {
    if (s->member && path.n)
        fn(arg, path);
    for (size_t i = 0; i < s->n; i++)
        each(a, s->kids[i], arena_concat(a, path, fieldset_element(a, s->keys[i])), fn, arg);
}

void fieldset_each(arena_t *a, const fieldset_t *s, fieldset_fn fn, void *arg) {
    each(a, s, STR_NONE, fn, arg);
}

/* ---- removal ---- */

void fieldset_remove_from(arena_t *a, const fieldset_t *s, const schema_t *schema, jv_t *v) {
    if (jv_is(v, JV_OBJECT)) {
        for (size_t i = 0; i < s->n; i++) {
            str_t name = str_from(s->keys[i], 2);
            jv_t *x = str_starts(s->keys[i], STR("f:")) ? jv_get(v, name) : NULL;
            if (!x)
                continue;
            if (s->kids[i]->member)
                jv_remove(v, name);
            else
                fieldset_remove_from(a, s->kids[i], schema_child(schema, name), x);
        }
        return;
    }
    for (size_t i = jv_is(v, JV_ARRAY) && schema ? v->n : 0; i-- > 0;) {
        const fieldset_t *kid = fieldset_child(s, fieldset_item_key(a, schema, v->items[i]));
        if (!kid)
            continue;
        if (kid->member)
            jv_remove_at(v, i);
        else
            fieldset_remove_from(a, kid, schema->element, v->items[i]);
    }
}
