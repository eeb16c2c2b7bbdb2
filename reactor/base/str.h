/* Length-carrying strings. A str_t borrows bytes that somebody else owns (an arena, a body, a literal); it is passed by
 * value and never freed. The bytes may hold NUL and need not end in one; C strings exist at the edges only. */
#ifndef REACTOR_BASE_STR_H
#define REACTOR_BASE_STR_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

typedef struct str {
    const char *p;
    size_t n;
} str_t;

#define STR(literal) ((str_t){"" literal, sizeof(literal) - 1})
#define STR_NONE ((str_t){NULL, 0})
/* For printf: printf(STR_FMT "\n", STR_ARG(s)). */
#define STR_FMT "%.*s"
#define STR_ARG(s) (int)(s).n, (s).p ? (s).p : ""

/* A str_t over a C string, which may be NULL (gives the empty string). */
static inline str_t str_c(const char *c) {
    return (str_t){c, c ? strlen(c) : 0};
}
static inline str_t str_n(const char *p, size_t n) {
    return (str_t){p, n};
}
static inline bool str_eq(str_t a, str_t b) {
    return a.n == b.n && (a.n == 0 || memcmp(a.p, b.p, a.n) == 0);
}
static inline bool str_eqc(str_t a, const char *b) {
    return str_eq(a, str_c(b));
}
/* Bytewise order, as Go compares strings: negative, 0 or positive. */
int str_cmp(str_t a, str_t b);
bool str_eq_nocase(str_t a, str_t b);
bool str_starts(str_t s, str_t prefix);
bool str_ends(str_t s, str_t suffix);
/* The part from `from`, at most `n` bytes; clipped to the string. */
str_t str_sub(str_t s, size_t from, size_t n);
str_t str_from(str_t s, size_t from);
/* ASCII blanks (space, tab, CR, LF) cut off at both ends. */
str_t str_trim(str_t s);
/* Index of the first (last) occurrence, or -1. */
ptrdiff_t str_find(str_t s, str_t what);
ptrdiff_t str_chr(str_t s, char c);
ptrdiff_t str_rchr(str_t s, char c);
/* Cuts at the first `c`: true gives what is before and after it; false leaves the whole in *before and *after empty. */
bool str_cut(str_t s, char c, str_t *before, str_t *after);
/* Decimal integer with optional sign, the whole string; false on anything else or on overflow. */
bool str_int(str_t s, int64_t *out);
/* A 64-bit hash with a per-process random seed, so that keys chosen by a client can't collide on purpose. */
uint64_t str_hash(str_t s);

#endif
