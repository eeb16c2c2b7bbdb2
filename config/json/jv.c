#include "config/json/jv.h"

#include "config/json/jv_inner.h"
#include "reactor/base/mem.h"

#include <stdio.h>
#include <stdlib.h>

static jv_t *make(arena_t *a, jv_kind_t kind) {
    jv_t *v = arena_new(a, jv_t);
    v->kind = (uint8_t)kind;
    return v;
}

jv_t *jv_null(arena_t *a) {
    return make(a, JV_NULL);
}

jv_t *jv_bool(arena_t *a, bool b) {
    jv_t *v = make(a, JV_BOOL);
    v->truth = b;
    return v;
}

jv_t *jv_int(arena_t *a, int64_t i) {
    return jv_number(a, arena_printf(a, "%lld", (long long)i));
}

jv_t *jv_double(arena_t *a, double d) {
    char text[JV_DOUBLE_MAX];
    size_t n = jv_format_double(text, d);
    return jv_number(a, arena_str(a, str_n(text, n)));
}

jv_t *jv_number(arena_t *a, str_t text) {
    jv_t *v = make(a, JV_NUMBER);
    v->s = text;
    return v;
}

jv_t *jv_string(arena_t *a, str_t s) {
    jv_t *v = make(a, JV_STRING);
    v->s = s;
    return v;
}

jv_t *jv_stringf(arena_t *a, const char *fmt, ...) {
    va_list ap;
    va_start(ap, fmt);
    str_t s = arena_vprintf(a, fmt, ap);
    va_end(ap);
    return jv_string(a, s);
}

jv_t *jv_array(arena_t *a) {
    return make(a, JV_ARRAY);
}

jv_t *jv_object(arena_t *a) {
    return make(a, JV_OBJECT);
}

/* ---- members ----
 * Objects of more than JV_INDEX_FROM members have a power of two as cap, and behind the members an open-addressed index
 * of 2 * cap slots, each the position of a member plus one, so that neither reading nor building is quadratic. */

static uint32_t *index_of(const jv_t *object) {
    return (uint32_t *)(void *)(object->members + object->cap);
}

/* The slot of the key, or the empty slot where it belongs. */
static uint32_t *slot(const jv_t *object, str_t key) {
    uint32_t *index = index_of(object), mask = 2 * object->cap - 1;
    uint32_t at = (uint32_t)str_hash(key) & mask;
    while (index[at] && !str_eq(object->members[index[at] - 1].key, key))
        at = (at + 1) & mask;
    return &index[at];
}

static void reindex(jv_t *object) {
    memset(index_of(object), 0, 2 * (size_t)object->cap * sizeof(uint32_t));
    for (uint32_t i = 0; i < object->n; i++)
        *slot(object, object->members[i].key) = i + 1;
}

void jv_members_reserve(arena_t *a, jv_t *object, size_t want) {
    if (want <= object->cap)
        return;
    size_t cap = object->cap ? 2 * (size_t)object->cap : 4;
    if (want > JV_INDEX_FROM)
        for (cap = 2 * JV_INDEX_FROM; cap < want;)
            cap *= 2;
    else if (cap < want)
        cap = want;
    bool indexed = cap > JV_INDEX_FROM;
    /* Past 2^30 members the arena refuses: more than any limit allows. */
    if (cap > UINT32_MAX / 4)
        arena_alloc(a, SIZE_MAX / 4);
    size_t bytes = cap * sizeof(jv_member_t) + (indexed ? 2 * cap * sizeof(uint32_t) : 0);
    if (indexed) {
        jv_member_t *members = arena_alloc(a, bytes);
        if (object->n)
            memcpy(members, object->members, object->n * sizeof *members);
        object->members = members;
    } else {
        object->members = arena_grow(a, object->members, object->cap * sizeof(jv_member_t), bytes);
    }
    object->cap = (uint32_t)cap;
    object->indexed = indexed;
    if (indexed)
        reindex(object);
}

static ptrdiff_t find(const jv_t *object, str_t key) {
    if (object->indexed)
        return (ptrdiff_t)*slot(object, key) - 1;
    for (uint32_t i = 0; i < object->n; i++) {
        const jv_member_t *m = &object->members[i];
        if (m->key.n == key.n && (!key.n || (m->key.p[0] == key.p[0] && !memcmp(m->key.p, key.p, key.n))))
            return i;
    }
    return -1;
}

ptrdiff_t jv_find(const jv_t *object, str_t key) {
    return jv_is(object, JV_OBJECT) ? find(object, key) : -1;
}

jv_t *jv_get(const jv_t *object, str_t key) {
    if (!jv_is(object, JV_OBJECT))
        return NULL;
    ptrdiff_t at = find(object, key);
    return at < 0 ? NULL : object->members[at].value;
}

jv_t *jv_getc(const jv_t *object, const char *key) {
    return jv_get(object, str_c(key));
}

jv_t *jv_at(const jv_t *array, size_t i) {
    return jv_is(array, JV_ARRAY) && i < array->n ? array->items[i] : NULL;
}

static jv_t *path(const jv_t *v, va_list ap) {
    jv_t *at = (jv_t *)v;
    for (const char *key; at && (key = va_arg(ap, const char *));)
        at = jv_getc(at, key);
    return at;
}

jv_t *jv_path(const jv_t *v, ...) {
    va_list ap;
    va_start(ap, v);
    jv_t *at = path(v, ap);
    va_end(ap);
    return at;
}

str_t jv_path_str(const jv_t *v, ...) {
    va_list ap;
    va_start(ap, v);
    jv_t *at = path(v, ap);
    va_end(ap);
    return jv_str(at);
}

str_t jv_str(const jv_t *v) {
    return jv_is(v, JV_STRING) ? v->s : STR("");
}

bool jv_true(const jv_t *v) {
    return jv_is(v, JV_BOOL) && v->truth;
}

void jv_set(arena_t *a, jv_t *object, str_t key, jv_t *value) {
    if (!jv_is(object, JV_OBJECT))
        return;
    ptrdiff_t at = find(object, key);
    if (at >= 0) {
        object->members[at].value = value;
        return;
    }
    jv_members_reserve(a, object, (size_t)object->n + 1);
    object->members[object->n] = (jv_member_t){key, value};
    if (object->indexed)
        *slot(object, key) = object->n + 1;
    object->n++;
}

void jv_setc(arena_t *a, jv_t *object, const char *key, jv_t *value) {
    jv_set(a, object, str_c(key), value);
}

bool jv_set_path(arena_t *a, jv_t *v, jv_t *value, ...) {
    va_list ap;
    va_start(ap, value);
    bool fine = true;
    const char *key = va_arg(ap, const char *);
    for (const char *next; key && (next = va_arg(ap, const char *)); key = next) {
        jv_t *below = jv_getc(v, key);
        if (!jv_is(v, JV_OBJECT)) {
            fine = false;
            break;
        }
        if (!below)
            jv_setc(a, v, key, below = jv_object(a));
        v = below;
    }
    va_end(ap);
    if (!fine || !key || !jv_is(v, JV_OBJECT))
        return false;
    jv_setc(a, v, key, value);
    return true;
}

bool jv_remove(jv_t *object, str_t key) {
    if (!jv_is(object, JV_OBJECT))
        return false;
    ptrdiff_t at = find(object, key);
    if (at < 0)
        return false;
    object->n--;
    memmove(object->members + at, object->members + at + 1, (object->n - (size_t)at) * sizeof *object->members);
    if (object->indexed)
        reindex(object);
    return true;
}

bool jv_removec(jv_t *object, const char *key) {
    return jv_remove(object, str_c(key));
}

/* ---- items ---- */

void jv_insert(arena_t *a, jv_t *array, size_t at, jv_t *value) {
    if (!jv_is(array, JV_ARRAY))
        return;
    if (at > array->n)
        at = array->n;
    if (array->n == array->cap) {
        size_t cap = array->cap ? 2 * (size_t)array->cap : 4;
        if (cap > UINT32_MAX)
            arena_alloc(a, SIZE_MAX / 4);
        array->items = arena_grow(a, array->items, array->cap * sizeof(jv_t *), cap * sizeof(jv_t *));
        array->cap = (uint32_t)cap;
    }
    memmove(array->items + at + 1, array->items + at, (array->n - at) * sizeof(jv_t *));
    array->items[at] = value;
    array->n++;
}

void jv_append(arena_t *a, jv_t *array, jv_t *value) {
    jv_insert(a, array, SIZE_MAX, value);
}

void jv_remove_at(jv_t *array, size_t at) {
    if (!jv_is(array, JV_ARRAY) || at >= array->n)
        return;
    array->n--;
    memmove(array->items + at, array->items + at + 1, (array->n - at) * sizeof(jv_t *));
}

/* ---- whole trees: without recursion, since fibers have small stacks ---- */

typedef struct copying {
    const jv_t *from;
    jv_t *to;
    uint32_t i;
} copying_t;

/* The value without what is below it; a container gets its room. */
static jv_t *copy_shell(arena_t *a, const jv_t *v, bool strings) {
    jv_t *c = make(a, v ? (jv_kind_t)v->kind : JV_NULL);
    switch (c->kind) {
    case JV_BOOL:
        c->truth = v->truth;
        break;
    case JV_NUMBER:
    case JV_STRING:
        c->s = strings ? arena_str(a, v->s) : v->s;
        break;
    case JV_ARRAY:
        c->cap = v->n;
        c->items = v->n ? arena_array(a, jv_t *, v->n) : NULL;
        break;
    case JV_OBJECT:
        jv_members_reserve(a, c, v->n);
        break;
    }
    return c;
}

static jv_t *copy(arena_t *a, const jv_t *v, bool strings) {
    copying_t first[32], *stack = first;
    size_t depth = 0, room = sizeof first / sizeof *first;
    jv_t *root = copy_shell(a, v, strings);
    stack[depth++] = (copying_t){v, root, 0};
    while (depth) {
        copying_t *top = &stack[depth - 1];
        if (top->i == jv_count(top->from)) {
            depth--;
            continue;
        }
        const jv_t *below = top->from->kind == JV_ARRAY ? top->from->items[top->i] : top->from->members[top->i].value;
        jv_t *copied = copy_shell(a, below, strings);
        if (top->from->kind == JV_ARRAY)
            top->to->items[top->to->n++] = copied;
        else
            jv_set(a, top->to, strings ? arena_str(a, top->from->members[top->i].key) : top->from->members[top->i].key,
                   copied);
        top->i++;
        if (!jv_count(below))
            continue;
        if (depth == room) {
            copying_t *more = arena_array(a, copying_t, 2 * room);
            memcpy(more, stack, depth * sizeof *stack);
            stack = more;
            room *= 2;
        }
        stack[depth++] = (copying_t){below, copied, 0};
    }
    return root;
}

jv_t *jv_copy(arena_t *a, const jv_t *v) {
    return copy(a, v, true);
}

jv_t *jv_copy_shape(arena_t *a, const jv_t *v) {
    return copy(a, v, false);
}

static bool equal_leaf(const jv_t *a, const jv_t *b) {
    int64_t i, j;
    double x, y;
    switch (jv_kind(a)) {
    case JV_NULL:
        return true;
    case JV_BOOL:
        return a->truth == b->truth;
    case JV_STRING:
        return str_eq(a->s, b->s);
    case JV_NUMBER:
        if (str_eq(a->s, b->s))
            return true;
        if (jv_as_int(a, &i) && jv_as_int(b, &j))
            return i == j;
        if (jv_is_integer(a) && jv_is_integer(b))
            return false; /* beyond int64: the texts decide */
        return jv_as_double(a, &x) && jv_as_double(b, &y) && x == y;
    default:
        return true;
    }
}

typedef struct comparing {
    const jv_t *a, *b;
    uint32_t i;
} comparing_t;

bool jv_equal(const jv_t *a, const jv_t *b) {
    comparing_t stack[JV_MAX_DEPTH];
    size_t depth = 0;
    for (;;) {
        if (a != b) {
            if (jv_kind(a) != jv_kind(b) || jv_count(a) != jv_count(b) || !equal_leaf(a, b))
                return false;
            if (jv_count(a)) {
                if (depth == JV_MAX_DEPTH)
                    return false;
                stack[depth++] = (comparing_t){a, b, 0};
            }
        }
        while (depth && stack[depth - 1].i == stack[depth - 1].a->n)
            depth--;
        if (!depth)
            return true;
        comparing_t *top = &stack[depth - 1];
        uint32_t i = top->i++;
        if (top->a->kind == JV_ARRAY) {
            a = top->a->items[i];
            b = top->b->items[i];
            continue;
        }
        const jv_member_t *m = &top->a->members[i];
        ptrdiff_t at = str_eq(top->b->members[i].key, m->key) ? (ptrdiff_t)i : find(top->b, m->key);
        if (at < 0)
            return false;
        a = m->value;
        b = top->b->members[at].value;
    }
}

/* ---- numbers ---- */

bool jv_is_integer(const jv_t *v) {
    if (!jv_is(v, JV_NUMBER) || !v->s.n)
        return false;
    for (size_t i = 0; i < v->s.n; i++)
        if (v->s.p[i] == '.' || v->s.p[i] == 'e' || v->s.p[i] == 'E')
            return false;
    return true;
}

/* Adds a digit to a sum that is kept negative (INT64_MIN has no positive twin). */
static bool add_digit(int64_t *v, char c) {
    return !__builtin_mul_overflow(*v, 10, v) && !__builtin_sub_overflow(*v, c - '0', v);
}

bool jv_as_int(const jv_t *v, int64_t *out) {
    if (!jv_is(v, JV_NUMBER))
        return false;
    if (str_int(v->s, out))
        return true;
    /* Exactly, not through a double: digits before the (shifted) point count, those behind it must be 0. */
    str_t mantissa = v->s, exponent = STR("0"), whole, fraction;
    for (size_t i = 0; i < v->s.n; i++)
        if (v->s.p[i] == 'e' || v->s.p[i] == 'E') {
            mantissa = str_sub(v->s, 0, i);
            exponent = str_from(v->s, i + 1);
            break;
        }
    bool negative = mantissa.n && mantissa.p[0] == '-';
    str_cut(negative ? str_from(mantissa, 1) : mantissa, '.', &whole, &fraction);
    int64_t shift, sum = 0;
    if (!str_int(exponent, &shift) || shift > 100000 || shift < -100000)
        return false;
    int64_t point = (int64_t)whole.n + shift, digits = (int64_t)(whole.n + fraction.n);
    for (int64_t i = 0; i < digits; i++) {
        char c = i < (int64_t)whole.n ? whole.p[i] : fraction.p[i - (int64_t)whole.n];
        if (c < '0' || c > '9' || (i >= point && c != '0') || (i < point && !add_digit(&sum, c)))
            return false;
    }
    for (int64_t i = digits; sum && i < point; i++)
        if (!add_digit(&sum, '0'))
            return false;
    if (!negative && __builtin_sub_overflow(0, sum, &sum))
        return false;
    *out = sum;
    return true;
}

bool jv_as_double(const jv_t *v, double *out) {
    if (!jv_is(v, JV_NUMBER) || !v->s.n)
        return false;
    char text[64], *copy = text, *end;
    if (v->s.n < sizeof text) {
        memcpy(text, v->s.p, v->s.n);
        text[v->s.n] = 0;
    } else if (!(copy = mem_strndup(v->s.p, v->s.n))) {
        return false;
    }
    double d = strtod(copy, &end);
    bool fine = end == copy + v->s.n && d - d == 0;
    if (copy != text)
        mem_free(copy);
    if (fine)
        *out = d;
    return fine;
}
