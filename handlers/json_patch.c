#include "handlers/json_patch.h"

/* ---- merge patch ---- */

/* What a patch adds anew loses its null members, also inside arrays. */
static jv_t *without_nulls(arena_t *a, const jv_t *v, int depth) {
    jv_t *out;
    if (depth > JV_MAX_DEPTH)
        return (jv_t *)v;
    switch (jv_kind(v)) {
    case JV_OBJECT:
        out = jv_object(a);
        for (size_t i = 0; i < jv_count(v); i++)
            if (!jv_is(v->members[i].value, JV_NULL))
                jv_set(a, out, v->members[i].key, without_nulls(a, v->members[i].value, depth + 1));
        return out;
    case JV_ARRAY:
        out = jv_array(a);
        for (size_t i = 0; i < jv_count(v); i++)
            jv_append(a, out, without_nulls(a, jv_at(v, i), depth + 1));
        return out;
    default:
        return (jv_t *)v;
    }
}

static jv_t *merge(arena_t *a, const jv_t *document, const jv_t *patch, int depth) {
    if (!jv_is(patch, JV_OBJECT) || !jv_is(document, JV_OBJECT) || depth > JV_MAX_DEPTH)
        return without_nulls(a, patch, depth);
    jv_t *out = jv_object(a);
    for (size_t i = 0; i < jv_count(document); i++)
        jv_set(a, out, document->members[i].key, document->members[i].value);
    for (size_t i = 0; i < jv_count(patch); i++) {
        const jv_member_t *m = &patch->members[i];
        if (jv_is(m->value, JV_NULL))
            jv_remove(out, m->key);
        else
            jv_set(a, out, m->key, merge(a, jv_get(out, m->key), m->value, depth + 1));
    }
    return out;
}

jv_t *json_merge_patch(arena_t *a, const jv_t *document, const jv_t *patch) {
    return merge(a, document, patch, 0);
}

/* ---- patch ---- */

static str_t unescape(arena_t *a, str_t token) {
    if (str_chr(token, '~') < 0)
        return token;
    buf_t b;
    buf_init_arena(&b, a);
    for (size_t i = 0; i < token.n; i++) {
        if (token.p[i] == '~' && i + 1 < token.n && (token.p[i + 1] == '0' || token.p[i + 1] == '1'))
            buf_char(&b, token.p[++i] == '0' ? '~' : '/');
        else
            buf_char(&b, token.p[i]);
    }
    return arena_str(a, buf_str(&b));
}

/* The container that a pointer's last token is in. */
static jv_t *parent_of(arena_t *a, jv_t *v, str_t pointer, str_t *last) {
    *last = STR_NONE;
    if (pointer.n == 0 || pointer.p[0] != '/')
        return NULL;
    str_t rest = str_from(pointer, 1), token;
    while (str_cut(rest, '/', &token, &rest)) {
        token = unescape(a, token);
        int64_t i;
        if (jv_is(v, JV_OBJECT)) {
            v = jv_get(v, token);
        } else if (jv_is(v, JV_ARRAY) && str_int(token, &i)) {
            i = i < 0 ? i + (int64_t)jv_count(v) : i;
            v = i >= 0 ? jv_at(v, (size_t)i) : NULL;
        } else {
            return NULL;
        }
    }
    *last = unescape(a, token);
    return v;
}

static bool index_of(const jv_t *array, str_t token, size_t limit, size_t *out) {
    int64_t i;
    if (!str_int(token, &i))
        return false;
    if (i < 0)
        i += (int64_t)limit;
    if (i < 0 || (size_t)i >= limit)
        return false;
    *out = (size_t)i;
    return jv_is(array, JV_ARRAY);
}

static jv_t *get(arena_t *a, jv_t *document, str_t pointer) {
    str_t last;
    size_t i;
    if (pointer.n == 0)
        return document;
    jv_t *parent = parent_of(a, document, pointer, &last);
    if (jv_is(parent, JV_OBJECT))
        return jv_get(parent, last);
    return index_of(parent, last, jv_count(parent), &i) ? jv_at(parent, i) : NULL;
}

static bool missing(err_t *err, const char *op, str_t path) {
    return error_set(err, ERR_INVALID,
                     "%s operation does not apply: doc is missing path: \"" STR_FMT "\": missing value", op,
                     STR_ARG(path));
}

static bool add(arena_t *a, jv_t **document, str_t path, jv_t *value, const char *op, err_t *err) {
    str_t last;
    size_t i;
    if (path.n == 0) {
        *document = value;
        return true;
    }
    jv_t *parent = parent_of(a, *document, path, &last);
    if (jv_is(parent, JV_OBJECT)) {
        jv_set(a, parent, last, value);
        return true;
    }
    if (!jv_is(parent, JV_ARRAY))
        return missing(err, op, path);
    if (str_eqc(last, "-")) {
        jv_append(a, parent, value);
        return true;
    }
    if (!index_of(parent, last, jv_count(parent) + 1, &i))
        return error_set(err, ERR_INVALID, "%s operation does not apply: no place " STR_FMT, op, STR_ARG(path));
    jv_insert(a, parent, i, value);
    return true;
}

static bool take(arena_t *a, jv_t *document, str_t path, const char *op, err_t *err) {
    str_t last;
    size_t i;
    jv_t *parent = parent_of(a, document, path, &last);
    if (jv_is(parent, JV_OBJECT))
        return jv_remove(parent, last) || missing(err, op, path);
    if (!index_of(parent, last, jv_count(parent), &i))
        return missing(err, op, path);
    jv_remove_at(parent, i);
    return true;
}

static bool replace(arena_t *a, jv_t **document, str_t path, jv_t *value, err_t *err) {
    str_t last;
    size_t i;
    if (path.n == 0) {
        *document = value;
        return true;
    }
    jv_t *parent = parent_of(a, *document, path, &last);
    if (jv_is(parent, JV_OBJECT) && jv_get(parent, last)) {
        jv_set(a, parent, last, value);
        return true;
    }
    if (!index_of(parent, last, jv_count(parent), &i))
        return missing(err, "replace", path);
    parent->items[i] = value;
    return true;
}

static bool apply_one(arena_t *a, jv_t **document, const jv_t *o, err_t *err) {
    str_t op = jv_str(jv_getc(o, "op")), path = jv_str(jv_getc(o, "path")), from = jv_str(jv_getc(o, "from"));
    jv_t *value = jv_getc(o, "value");
    if (str_eqc(op, "add"))
        return add(a, document, path, value ? jv_copy(a, value) : jv_null(a), "add", err);
    if (str_eqc(op, "remove"))
        return take(a, *document, path, "remove", err);
    if (str_eqc(op, "replace"))
        return replace(a, document, path, value ? jv_copy(a, value) : jv_null(a), err);
    if (str_eqc(op, "test")) {
        const jv_t *there = get(a, *document, path);
        bool same = there ? jv_equal(there, value ? value : jv_null(a)) : !value || jv_is(value, JV_NULL);
        return same || error_set(err, ERR_INVALID, "testing value " STR_FMT " failed: test failed", STR_ARG(path));
    }
    if (!str_eqc(op, "move") && !str_eqc(op, "copy"))
        return error_set(err, ERR_INVALID, "Unexpected kind: " STR_FMT, STR_ARG(op));
    jv_t *moved = get(a, *document, from);
    bool move = str_eqc(op, "move");
    if (!moved)
        return missing(err, move ? "move" : "copy", from);
    moved = jv_copy(a, moved);
    if (move && !take(a, *document, from, "move", err))
        return false;
    return add(a, document, path, moved, move ? "move" : "copy", err);
}

jv_t *json_patch_apply(arena_t *a, const jv_t *document, const jv_t *operations, err_t *err) {
    jv_t *out = jv_copy(a, document);
    if (!jv_is(operations, JV_ARRAY)) {
        error_set(err, ERR_INVALID, "a JSON patch is a list of operations");
        return NULL;
    }
    for (size_t i = 0; i < jv_count(operations); i++)
        if (!apply_one(a, &out, jv_at(operations, i), err))
            return NULL;
    return out;
}
