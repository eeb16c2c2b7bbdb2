/* JSON patch, RFC 6902, as evanphx/json-patch v4 (the API server's) takes it: negative indices count from the end, and
 * what copies make is bounded. */
#include "kubeapi/patch_inner.h"

enum { OPERATIONS_MAX = 10000, COPIED_MAX = 3 << 20 };

typedef struct pointer {
    str_t text; /* for messages */
    jv_t *parent;
    str_t last; /* the last part, unescaped */
} pointer_t;

static bool refuse(err_t *err, const char *op, str_t path, const char *why) {
    return error_set(err, ERR_REFUSED, "%s operation does not apply: " STR_FMT ": %s", op, STR_ARG(path), why);
}

/* ~1 is a slash, ~0 a tilde. */
static str_t unescape(arena_t *a, str_t s) {
    if (str_chr(s, '~') < 0)
        return s;
    char *out = arena_bytes(a, s.n + 1);
    size_t n = 0;
    for (size_t i = 0; i < s.n; i++) {
        char next = i + 1 < s.n ? s.p[i + 1] : 0;
        bool escape = s.p[i] == '~' && (next == '0' || next == '1');
        out[n++] = !escape ? s.p[i] : next == '0' ? '~' : '/';
        i += escape;
    }
    return str_n(out, n);
}

/* The index of an existing item; `adding`: or of the place after the last one, which is also "-". */
static bool index_of(const jv_t *array, str_t text, bool adding, size_t *out) {
    int64_t i, n = (int64_t)array->n + adding;
    if (adding && str_eqc(text, "-")) {
        *out = array->n;
        return true;
    }
    if (!str_int(text, &i) || i >= n || i < -n)
        return false;
    *out = (size_t)(i < 0 ? i + n : i);
    return true;
}

static jv_t *below(const jv_t *v, str_t part) {
    size_t i;
    if (jv_is(v, JV_ARRAY))
        return index_of(v, part, false, &i) ? v->items[i] : NULL;
    return jv_get(v, part);
}

/* Follows all parts but the last. */
static bool locate(arena_t *a, jv_t *document, str_t path, pointer_t *p) {
    p->text = path;
    p->parent = document;
    if (!path.n || path.p[0] != '/')
        return false;
    str_t rest = str_from(path, 1), part;
    while (str_cut(rest, '/', &part, &rest)) {
        p->parent = below(p->parent, unescape(a, part));
        if (!jv_is(p->parent, JV_OBJECT) && !jv_is(p->parent, JV_ARRAY))
            return false;
    }
    p->last = unescape(a, part);
    return true;
}

static bool add(arena_t *a, const pointer_t *p, jv_t *value, const char *op, err_t *err) {
    size_t i;
    if (p->parent->kind == JV_OBJECT)
        jv_set(a, p->parent, p->last, value);
    else if (index_of(p->parent, p->last, true, &i))
        jv_insert(a, p->parent, i, value);
    else
        return refuse(err, op, p->text, "invalid array index");
    return true;
}

static bool take(const pointer_t *p, const char *op, err_t *err) {
    size_t i;
    if (p->parent->kind == JV_OBJECT)
        return jv_remove(p->parent, p->last) || refuse(err, op, p->text, "no such key");
    if (!index_of(p->parent, p->last, false, &i))
        return refuse(err, op, p->text, "invalid array index");
    jv_remove_at(p->parent, i);
    return true;
}

static bool put(arena_t *a, const pointer_t *p, jv_t *value, err_t *err) {
    size_t i;
    if (p->parent->kind == JV_OBJECT) { /* also where there was none, as the API server's library has it */
        jv_set(a, p->parent, p->last, value);
        return true;
    }
    if (!index_of(p->parent, p->last, false, &i))
        return refuse(err, "replace", p->text, "invalid array index");
    p->parent->items[i] = value;
    return true;
}

static bool test(const pointer_t *p, const jv_t *value, err_t *err) {
    const jv_t *there = below(p->parent, p->last);
    bool same = there ? jv_equal(there, value) : jv_kind(value) == JV_NULL && p->parent->kind == JV_OBJECT;
    return same || error_set(err, ERR_REFUSED, "testing path " STR_FMT " failed", STR_ARG(p->text));
}

typedef struct applying {
    arena_t *a;
    jv_t *document;
    size_t copied;
    err_t *err;
} applying_t;

static bool move(applying_t *s, const jv_t *operation, bool copy) {
    const char *op = copy ? "copy" : "move";
    str_t from = jv_path_str(operation, "from", NULL), to = jv_path_str(operation, "path", NULL);
    pointer_t p, q;
    jv_t *value = locate(s->a, s->document, from, &p) ? below(p.parent, p.last) : NULL;
    if (!value)
        return refuse(s->err, op, from, "no such value");
    if (copy) {
        buf_t b;
        buf_init_arena(&b, s->a);
        jv_write(&b, value);
        s->copied += b.n;
        if (s->copied > COPIED_MAX)
            return refuse(s->err, op, from, "the copies are too large");
        value = jv_copy_shape(s->a, value);
    } else if (!take(&p, op, s->err)) {
        return false;
    }
    if (!locate(s->a, s->document, to, &q))
        return refuse(s->err, op, to, "no such parent");
    return add(s->a, &q, value, op, s->err);
}

static bool apply(applying_t *s, const jv_t *operation) {
    str_t op = jv_path_str(operation, "op", NULL), path = jv_path_str(operation, "path", NULL);
    if (str_eqc(op, "move") || str_eqc(op, "copy"))
        return move(s, operation, str_eqc(op, "copy"));
    bool adds = str_eqc(op, "add"), replaces = str_eqc(op, "replace"), tests = str_eqc(op, "test");
    bool removes = str_eqc(op, "remove");
    if (!adds && !replaces && !tests && !removes)
        return error_set(s->err, ERR_REFUSED, "unexpected kind: " STR_FMT, STR_ARG(op));
    const char *name = adds ? "add" : replaces ? "replace" : tests ? "test" : "remove";
    pointer_t p;
    if (!jv_is(jv_getc(operation, "path"), JV_STRING))
        return error_set(s->err, ERR_REFUSED, "%s operation without a path", name);
    jv_t *value = jv_copy_shape(s->a, jv_getc(operation, "value"));
    if (!path.n && (tests || replaces)) { /* the whole document */
        if (tests)
            return jv_equal(s->document, value) || error_set(s->err, ERR_REFUSED, "testing path  failed");
        if (!jv_is(value, JV_OBJECT) && !jv_is(value, JV_ARRAY))
            return refuse(s->err, name, path, "the document would be no object");
        s->document = value;
        return true;
    }
    if (!locate(s->a, s->document, path, &p))
        return refuse(s->err, name, path, "no such parent");
    if (adds)
        return add(s->a, &p, value, name, s->err);
    if (replaces)
        return put(s->a, &p, value, s->err);
    return tests ? test(&p, value, s->err) : take(&p, name, s->err);
}

jv_t *patch_json(arena_t *a, const jv_t *target, const jv_t *operations, err_t *err) {
    if (!jv_is(operations, JV_ARRAY)) {
        error_set(err, ERR_INVALID, "a JSON patch is an array of operations");
        return NULL;
    }
    if (operations->n > OPERATIONS_MAX) {
        error_set(err, ERR_LIMIT, "The allowed maximum operations in a JSON patch is %d, got %u", OPERATIONS_MAX,
                  operations->n);
        return NULL;
    }
    for (size_t i = 0; i < operations->n; i++)
        if (!jv_is(operations->items[i], JV_OBJECT)) {
            error_set(err, ERR_INVALID, "operation %zu of the JSON patch is no object", i);
            return NULL;
        }
    applying_t s = {.a = a, .document = jv_copy_shape(a, target), .err = err};
    for (size_t i = 0; i < operations->n; i++)
        if (!apply(&s, operations->items[i]))
            return NULL;
    return s.document;
}
