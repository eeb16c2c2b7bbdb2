/* CUE's numbers: a sign, a coefficient and a power of ten, as cockroachdb/apd holds them and with its arithmetic at 34
 * digits, rounding half up. Whether a number is an int or a float is CUE's kind, not a matter of its value: 1.0 is a
 * float, and an int product of more than 34 digits is a rounded one with an exponent.
 *
 * A num_t is passed by value. A coefficient of up to 64 bits is inline; a larger one lies in the arena that the
 * operation was given, so a num_t owns nothing and lives as long as that arena. Exponents stay within ±100,000 and a
 * coefficient within NUM_MAX_DIGITS: past that an operation fails and never computes. */
#ifndef CONFIG_CUE_NUM_H
#define CONFIG_CUE_NUM_H

#include "reactor/base/arena.h"
#include "reactor/base/buf.h"
#include "reactor/base/error.h"

typedef enum num_kind { NUM_INT, NUM_FLOAT } num_kind_t;
typedef enum num_form { NUM_FINITE, NUM_INFINITE, NUM_NAN } num_form_t;

/* A coefficient of more than 64 bits: its bytes, most significant first, the first not 0. */
typedef struct num_big {
    size_t n;
    uint8_t bytes[];
} num_big_t;

typedef struct num {
    uint8_t kind; /* num_kind_t */
    uint8_t form; /* num_form_t; the others come out of math functions only */
    bool neg;
    bool is_big;
    int32_t exp;
    union {
        uint64_t small;
        const num_big_t *big;
    };
} num_t;

enum { NUM_PRECISION = 34, NUM_MAX_EXP = 100000, NUM_MAX_DIGITS = 10000 };

num_t num_int(int64_t i);
num_t num_uint(uint64_t u);
/* The coefficient from its bytes, most significant first. */
num_t num_from_bytes(arena_t *a, const uint8_t *bytes, size_t n, int64_t exp, bool neg, num_kind_t kind);
/* The float whose shortest text is that of d (infinities and NaN keep their form). */
num_t num_double(arena_t *a, double d);
/* The same number with another kind. */
static inline num_t num_as(num_t x, num_kind_t kind) {
    x.kind = (uint8_t)kind;
    return x;
}

/* A CUE number literal, the whole of text, with an optional sign: 1_000, 0x1F, 0b1, 0o17, 1.5e3, .5, 4Ki, 1.5M. Errors
 * are CUE's: "illegal '_' in number", "illegal hexadecimal number \"0x\"". JSON numbers are a subset. */
bool num_parse(arena_t *a, str_t text, num_t *out, err_t *err);

typedef enum num_op {
    NUM_ADD,
    NUM_SUB,
    NUM_MUL,
    NUM_FDIV, /* `/`: always a float */
    NUM_DIV,  /* Euclidean: div, mod; truncated: quo, rem. Of ints only: the caller has checked */
    NUM_MOD,
    NUM_QUO,
    NUM_REM,
} num_op_t;

/* x OP y. The result is an int when both are (NUM_FDIV: never). Errors are CUE's: "division by zero", "failed
 * arithmetic: division by zero", "failed arithmetic: exponent out of range". */
bool num_op(arena_t *a, num_op_t op, num_t x, num_t y, num_t *out, err_t *err);
num_t num_neg(num_t x); /* never -0 */
num_t num_abs(num_t x);

/* By value, whatever the kinds: -1, 0, 1. */
int num_cmp(num_t x, num_t y);
static inline bool num_eq(num_t x, num_t y) {
    return num_cmp(x, y) == 0;
}
int num_sign(num_t x);

/* True when the value has no fractional part (1.0 and 1e3 too). */
bool num_integral(num_t x);
/* The value as int64 (uint64); false when it isn't integral or doesn't fit. */
bool num_to_int64(num_t x, int64_t *out);
bool num_to_uint64(num_t x, uint64_t *out);
/* The nearest double (infinite when too large). */
double num_to_double(num_t x);

/* The text as CUE prints it in JSON, in errors and in interpolations: 1, 1.0, 1E+3, 1.5E-7. */
void num_write(buf_t *out, num_t x);
str_t num_text(arena_t *a, num_t x);
/* The text in CUE syntax: as above, a float without point or exponent gets a final '.' ("1."). */
str_t num_syntax(arena_t *a, num_t x);

#endif
