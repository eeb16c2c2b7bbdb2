/* JSON values in an arena, for Kubernetes objects and everything rendered. Numbers keep their text, so what came from
 * the wire goes back as it was; objects keep their order of members; the writer is Go's encoding/json byte for byte.
 *
 * A value is a tree of arena memory: it lives as long as the arena it was made in, and a tree may hold values of
 * several arenas if all live long enough (jv_copy moves between arenas). Values reached by several paths are fine as
 * long as nobody changes them. (jansson, which the design
 * names for configuration and reviews, has no user yet: one kind of tree was enough so far.) */
#ifndef CONFIG_JSON_JV_H
#define CONFIG_JSON_JV_H

#include "reactor/base/arena.h"
#include "reactor/base/buf.h"
#include "reactor/base/error.h"

typedef enum jv_kind { JV_NULL, JV_BOOL, JV_NUMBER, JV_STRING, JV_ARRAY, JV_OBJECT } jv_kind_t;

typedef struct jv jv_t;
typedef struct jv_member {
    str_t key;
    jv_t *value;
} jv_member_t;

struct jv {
    uint8_t kind; /* jv_kind_t */
    bool truth;   /* JV_BOOL */
    bool indexed; /* JV_OBJECT: a hash index lies behind the members; so change members through jv_set and jv_remove
                     only */
    uint32_t n, cap;
    union {
        str_t s; /* JV_STRING: the decoded bytes; JV_NUMBER: its text */
        jv_t **items;
        jv_member_t *members;
    };
};

/* The deepest nesting that anything here follows; deeper input is ERR_LIMIT. */
enum { JV_MAX_DEPTH = 500 };

/* Parses one value, with nothing but blanks after it. Strings are copied into the arena (decoded; lone surrogates and
 * invalid UTF-8 become U+FFFD, as in Go). Of equal keys the last wins. On failure NULL and "line L, column C: what"
 * (ERR_INVALID, ERR_LIMIT, ERR_MEMORY: the arena's own guard is respected by a guard of this function). */
jv_t *jv_parse(arena_t *a, str_t text, err_t *err);
/* Parses the first value of text and tells how many bytes it took (for concatenated documents). */
jv_t *jv_parse_prefix(arena_t *a, str_t text, size_t *taken, err_t *err);

/* Appends the compact form: keys sorted by bytes, <, >, & and U+2028/9 escaped, integers as they are, other numbers as
 * Go's float64 prints them. Equal values give equal bytes. */
void jv_write(buf_t *out, const jv_t *v);
/* For people: indented by `indent` spaces, keys in their own order when `sorted` is false, no HTML escapes. */
void jv_write_pretty(buf_t *out, const jv_t *v, int indent, bool sorted);
/* One string as a JSON literal with quotes; html: escapes <>& too. */
void jv_write_string(buf_t *out, str_t s, bool html);
str_t jv_text(arena_t *a, const jv_t *v); /* jv_write into the arena */

jv_t *jv_null(arena_t *a);
jv_t *jv_bool(arena_t *a, bool b);
jv_t *jv_int(arena_t *a, int64_t i);
jv_t *jv_double(arena_t *a, double d);
jv_t *jv_number(arena_t *a, str_t text); /* text is borrowed */
jv_t *jv_string(arena_t *a, str_t s);    /* s is borrowed: pass arena memory or a literal */
jv_t *jv_stringf(arena_t *a, const char *fmt, ...) __attribute__((format(printf, 2, 3)));
jv_t *jv_array(arena_t *a);
jv_t *jv_object(arena_t *a);

/* Reading never fails: a NULL or value of another kind reads as absent. */
static inline jv_kind_t jv_kind(const jv_t *v) {
    return v ? (jv_kind_t)v->kind : JV_NULL;
}
static inline bool jv_is(const jv_t *v, jv_kind_t k) {
    return v && v->kind == k;
}
static inline size_t jv_count(const jv_t *v) { /* items or members; 0 for others */
    return v && (v->kind == JV_ARRAY || v->kind == JV_OBJECT) ? v->n : 0;
}
jv_t *jv_get(const jv_t *object, str_t key);
jv_t *jv_getc(const jv_t *object, const char *key);
ptrdiff_t jv_find(const jv_t *object, str_t key); /* the position of the member, or -1 */
jv_t *jv_at(const jv_t *array, size_t i);
/* Follows keys given as C strings, up to a NULL: jv_path(o, "metadata", "labels", NULL). */
jv_t *jv_path(const jv_t *v, ...) __attribute__((sentinel));
str_t jv_str(const jv_t *v); /* "" unless a string */
str_t jv_path_str(const jv_t *v, ...) __attribute__((sentinel));
bool jv_true(const jv_t *v);                 /* false unless true */
bool jv_as_int(const jv_t *v, int64_t *out); /* an integral number, also 3.0 and 3e0, that fits */
bool jv_as_double(const jv_t *v, double *out);
bool jv_is_integer(const jv_t *v); /* a number whose text has no point or exponent */

/* Changing a tree; new memory comes from the arena. */
void jv_set(arena_t *a, jv_t *object, str_t key, jv_t *value); /* key is borrowed; keeps the place of an existing key */
void jv_setc(arena_t *a, jv_t *object, const char *key, jv_t *value);
/* Sets at a path, making the objects on the way: jv_set_path(a, o, value, "metadata", "name", NULL). False where
 * something on the way is not an object. */
bool jv_set_path(arena_t *a, jv_t *v, jv_t *value, ...) __attribute__((sentinel));
bool jv_remove(jv_t *object, str_t key); /* true if it was there */
bool jv_removec(jv_t *object, const char *key);
void jv_append(arena_t *a, jv_t *array, jv_t *value);
void jv_insert(arena_t *a, jv_t *array, size_t at, jv_t *value);
void jv_remove_at(jv_t *array, size_t at);
jv_t *jv_copy(arena_t *a, const jv_t *v); /* deep, strings too */
jv_t *jv_copy_shape(arena_t *a,
                    const jv_t *v); /* deep, but the strings are shared: changing one changes not the other */

/* Equal by value: objects in any order, numbers numerically (1 equals 1.0). */
bool jv_equal(const jv_t *a, const jv_t *b);

#endif
