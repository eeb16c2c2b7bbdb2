/* Two ways through every operation: coefficients of up to 64 bits (nearly all there are) are computed in 128 bits with
 * no allocation; the rest goes through BIGNUMs that live inside one function here. Their result is brought to a plain
 * buffer, and the BIGNUMs are freed, before the arena is asked for anything: the arena's guard may jump away. */
#include "config/cue/num.h"
#include "reactor/base/mem.h"

#include <math.h>
#include <openssl/bn.h>
#include <stdio.h>
#include <stdlib.h>

typedef unsigned __int128 wide_t;

/* A coefficient, sign and exponent on their way to a num_t: small enough always, since rounding leaves 34 digits. */
typedef struct result {
    wide_t coeff;
    int64_t exp;
    bool neg;
} result_t;

static bool out_of_range(err_t *err) {
    return error_set(err, ERR_INVALID, "failed arithmetic: exponent out of range");
}

/* ---- digits and powers of ten ---- */

static wide_t pow10_wide(int n) {
    wide_t p = 1;
    static const uint64_t small[] = {1u,       10u,       100u,       1000u,       10000u,      100000u,
                                     1000000u, 10000000u, 100000000u, 1000000000u, 10000000000u};
    for (; n > 10; n -= 10)
        p *= small[10];
    return p * small[n];
}

static int digits_wide(wide_t c) {
    int n = 1;
    for (; c >= 10000000000u; n += 10)
        c /= 10000000000u;
    for (; c >= 10; n++)
        c /= 10;
    return n;
}

/* A coefficient of up to 128 bits; false when it is larger. */
static bool wide_of(num_t x, wide_t *w) {
    if (!x.is_big) {
        *w = x.small;
        return true;
    }
    if (x.big->n > 16)
        return false;
    *w = 0;
    for (size_t i = 0; i < x.big->n; i++)
        *w = *w << 8 | x.big->bytes[i];
    return true;
}

static uint8_t *wide_bytes(wide_t c, uint8_t to[16], size_t *n) {
    size_t i = 16;
    for (; c; c >>= 8)
        to[--i] = (uint8_t)c;
    *n = 16 - i;
    return to + i;
}

num_t num_from_bytes(arena_t *a, const uint8_t *bytes, size_t n, int64_t exp, bool neg, num_kind_t kind) {
    num_t r = {.kind = (uint8_t)kind, .neg = neg, .exp = (int32_t)exp};
    while (n && !*bytes) {
        bytes++;
        n--;
    }
    if (n <= 8) {
        for (size_t i = 0; i < n; i++)
            r.small = r.small << 8 | bytes[i];
        return r;
    }
    num_big_t *big = arena_alloc(a, sizeof *big + n);
    big->n = n;
    memcpy(big->bytes, bytes, n);
    r.is_big = true;
    r.big = big;
    return r;
}

static num_t num_from_result(arena_t *a, result_t r, num_kind_t kind) {
    if (!(r.coeff >> 64))
        return (num_t){.kind = (uint8_t)kind, .neg = r.neg, .exp = (int32_t)r.exp, .small = (uint64_t)r.coeff};
    uint8_t bytes[16];
    size_t n;
    uint8_t *p = wide_bytes(r.coeff, bytes, &n);
    return num_from_bytes(a, p, n, r.exp, r.neg, kind);
}

static bool is_zero(num_t x) {
    return x.form == NUM_FINITE && !x.is_big && x.small == 0;
}

num_t num_int(int64_t i) {
    return (num_t){.kind = NUM_INT, .neg = i < 0, .small = i < 0 ? -(uint64_t)i : (uint64_t)i};
}

num_t num_uint(uint64_t u) {
    return (num_t){.kind = NUM_INT, .small = u};
}

num_t num_neg(num_t x) {
    x.neg = !x.neg && !is_zero(x);
    return x;
}

num_t num_abs(num_t x) {
    x.neg = false;
    return x;
}

int num_sign(num_t x) {
    return is_zero(x) ? 0 : x.neg ? -1 : 1;
}

/* ---- BIGNUM, for one operation ---- */

typedef struct scratch {
    BN_CTX *ctx;
    bool failed;
} scratch_t;

static bool scratch_begin(scratch_t *s, err_t *err) {
    s->failed = false;
    s->ctx = BN_CTX_new();
    if (!s->ctx)
        return error_memory(err);
    BN_CTX_start(s->ctx);
    return true;
}

/* The end of an operation: false, with *err, when something in it had no memory. */
static bool scratch_end(scratch_t *s, err_t *err) {
    BN_CTX_end(s->ctx);
    BN_CTX_free(s->ctx);
    return s->failed ? error_memory(err) : true;
}

static BIGNUM *big_new(scratch_t *s) {
    BIGNUM *b = BN_CTX_get(s->ctx);
    s->failed |= !b;
    return b;
}

static BIGNUM *big_of(scratch_t *s, num_t x) {
    BIGNUM *b = big_new(s);
    if (b && x.is_big)
        s->failed |= !BN_bin2bn(x.big->bytes, (int)x.big->n, b);
    else if (b)
        s->failed |= !BN_set_word(b, x.small);
    return b;
}

static BIGNUM *big_pow10(scratch_t *s, int64_t n) {
    BIGNUM *p = big_new(s), *e = big_new(s);
    if (s->failed)
        return p;
    s->failed |= !BN_set_word(p, 10) || !BN_set_word(e, (BN_ULONG)n) || !BN_exp(p, p, e, s->ctx);
    return p;
}

static void big_scale(scratch_t *s, BIGNUM *b, int64_t n) {
    if (n <= 0 || s->failed || BN_is_zero(b))
        return;
    BIGNUM *p = big_pow10(s, n);
    s->failed |= s->failed || !BN_mul(b, b, p, s->ctx);
}

static int64_t big_digits(scratch_t *s, const BIGNUM *b) {
    if (s->failed || BN_is_zero(b))
        return 1;
    int64_t least = (int64_t)((BN_num_bits(b) - 1) * 0.30102999566398119);
    BIGNUM *p = big_pow10(s, least + 1);
    return s->failed ? 1 : least + 1 + (BN_ucmp(b, p) >= 0);
}

/* Only literals of more than 38 digits come to the BIGNUM here and in cmp_magnitude; those have no way to fail. */
static int64_t num_digits(num_t x) {
    wide_t w;
    if (wide_of(x, &w))
        return digits_wide(w);
    scratch_t s;
    if (!scratch_begin(&s, NULL))
        mem_die(0);
    int64_t n = big_digits(&s, big_of(&s, x));
    if (!scratch_end(&s, NULL))
        mem_die(0);
    return n;
}

static wide_t big_to_wide(const BIGNUM *b) {
    uint8_t bytes[16];
    wide_t w = 0;
    if (BN_bn2binpad(b, bytes, 16) < 0)
        return 0;
    for (int i = 0; i < 16; i++)
        w = w << 8 | bytes[i];
    return w;
}

/* ---- rounding to 34 digits, half up ---- */

/* Checks the adjusted exponent, as apd does after each operation. */
static bool range_ok(const result_t *r, err_t *err) {
    int64_t adjusted = r->exp + digits_wide(r->coeff) - 1;
    return adjusted > NUM_MAX_EXP || adjusted < -NUM_MAX_EXP ? out_of_range(err) : true;
}

static void round_wide(result_t *r) {
    int over = digits_wide(r->coeff) - NUM_PRECISION;
    if (over <= 0)
        return;
    wide_t unit = pow10_wide(over), rest = r->coeff % unit;
    r->coeff /= unit;
    r->exp += over;
    if (rest >= unit - rest && rest && ++r->coeff == pow10_wide(NUM_PRECISION)) {
        r->coeff /= 10;
        r->exp++;
    }
}

static void round_big(scratch_t *s, BIGNUM *b, result_t *r) {
    int64_t over = big_digits(s, b) - 38;
    if (over > 0) { /* cut to 38 digits, then rounded to 34: what is cut off can't change a comparison with half */
        BIGNUM *unit = big_pow10(s, over);
        s->failed |= s->failed || !BN_div(b, NULL, b, unit, s->ctx);
        r->exp += over;
    }
    if (s->failed)
        return;
    r->coeff = big_to_wide(b);
    round_wide(r);
}

/* ---- the operations ---- */

static bool add_small(num_t x, num_t y, result_t *r) {
    if (x.is_big || y.is_big)
        return false;
    wide_t p = x.small, q = y.small;
    int64_t up = (int64_t)x.exp - y.exp;
    if (up > 18 || up < -18)
        return false;
    if (up > 0)
        p *= pow10_wide((int)up);
    else
        q *= pow10_wide((int)-up);
    r->exp = up > 0 ? y.exp : x.exp;
    r->neg = x.neg;
    if (x.neg == y.neg) {
        r->coeff = p + q; /* below 2^64 * 10^18 + 2^64 < 2^128 */
    } else if (p >= q) {
        r->coeff = p - q;
        r->neg = x.neg && p != q;
    } else {
        r->coeff = q - p;
        r->neg = y.neg;
    }
    round_wide(r);
    return true;
}

/* Where one operand is so small that it can only matter as "a bit more" or "a bit less", 10^100000 isn't computed. */
static void clip_apart(num_t *high, num_t *low) {
    int64_t room = num_digits(*low) + low->exp;        /* low < 10^room */
    int64_t keep = high->exp + num_digits(*high) - 40; /* the place 40 digits below the first of high */
    if (is_zero(*high) || room >= keep || room >= high->exp - 2)
        return;
    int64_t place = keep < high->exp - 2 ? keep : high->exp - 2;
    *low = (num_t){.neg = low->neg, .exp = (int32_t)place, .small = is_zero(*low) ? 0 : 1};
}

static bool add_big(num_t x, num_t y, result_t *r, err_t *err) {
    bool swap = x.exp < y.exp;
    num_t high = swap ? y : x, low = swap ? x : y;
    if ((int64_t)high.exp - low.exp > NUM_MAX_EXP)
        return error_set(err, ERR_INVALID, "failed arithmetic: add: exponent out of range");
    clip_apart(&high, &low);
    scratch_t s;
    if (!scratch_begin(&s, err))
        return false;
    BIGNUM *p = big_of(&s, high), *q = big_of(&s, low);
    big_scale(&s, p, (int64_t)high.exp - low.exp);
    r->exp = low.exp;
    if (!s.failed) {
        BN_set_negative(p, high.neg);
        BN_set_negative(q, low.neg);
        s.failed |= !BN_add(p, p, q);
        r->neg = BN_is_negative(p) || (BN_is_zero(p) && x.neg && y.neg);
        BN_set_negative(p, 0);
    }
    round_big(&s, p, r);
    return scratch_end(&s, err);
}

static bool num_add(num_t x, num_t y, result_t *r, err_t *err) {
    return (add_small(x, y, r) || add_big(x, y, r, err)) && range_ok(r, err);
}

static bool num_mul(num_t x, num_t y, result_t *r, err_t *err) {
    *r = (result_t){.exp = (int64_t)x.exp + y.exp, .neg = x.neg != y.neg};
    if (!x.is_big && !y.is_big) {
        r->coeff = (wide_t)x.small * y.small;
        if (!range_ok(r, err))
            return false;
        round_wide(r);
        return range_ok(r, err);
    }
    scratch_t s;
    if (!scratch_begin(&s, err))
        return false;
    BIGNUM *p = big_of(&s, x), *q = big_of(&s, y);
    s.failed |= s.failed || !BN_mul(p, p, q, s.ctx);
    round_big(&s, p, r);
    return scratch_end(&s, err) && range_ok(r, err);
}

/* 34 digits of x / y by long division, both nonzero; *rest tells whether and how the rest compares with half. */
static void divide_small(uint64_t x, uint64_t y, result_t *r) {
    wide_t p = x, q = y;
    int diff = digits_wide(p) - digits_wide(q);
    if (diff < 0)
        p *= pow10_wide(-diff);
    else
        q *= pow10_wide(diff);
    r->exp -= -diff;
    if (p < q) {
        p *= 10;
        r->exp--;
    }
    r->exp -= NUM_PRECISION - 1;
    for (int i = 0;; i++) {
        r->coeff = r->coeff * 10 + p / q;
        p %= q;
        if (i == NUM_PRECISION - 1)
            break;
        p *= 10;
    }
    if (p * 2 >= q)
        r->coeff++;
}

static bool divide_big(num_t x, num_t y, result_t *r, err_t *err) {
    scratch_t s;
    if (!scratch_begin(&s, err))
        return false;
    BIGNUM *p = big_of(&s, x), *q = big_of(&s, y), *rest = big_new(&s);
    int64_t diff = big_digits(&s, p) - big_digits(&s, q);
    big_scale(&s, p, -diff);
    big_scale(&s, q, diff);
    r->exp += diff;
    if (!s.failed && BN_ucmp(p, q) < 0) {
        s.failed |= !BN_mul_word(p, 10);
        r->exp--;
    }
    big_scale(&s, p, NUM_PRECISION - 1);
    r->exp -= NUM_PRECISION - 1;
    if (!s.failed && BN_div(p, rest, p, q, s.ctx) && BN_lshift1(rest, rest)) {
        r->coeff = big_to_wide(p);
        if (BN_ucmp(rest, q) >= 0)
            r->coeff++;
    } else {
        s.failed = true;
    }
    return scratch_end(&s, err);
}

/* apd takes all zeros at the end away; CUE wants a float to keep one place after the point (4/2 is 2.0). */
static void reduce_keeping_floats(result_t *r) {
    int64_t before = r->exp;
    if (r->coeff == 0) {
        r->exp = 0;
        r->neg = false;
    }
    for (; r->coeff && r->coeff % 10 == 0; r->exp++)
        r->coeff /= 10;
    if (before < 0 && r->exp >= 0) {
        r->exp--;
        r->coeff *= 10;
    }
}

static bool num_fdiv(num_t x, num_t y, result_t *r, err_t *err) {
    if (is_zero(y))
        return error_set(err, ERR_INVALID, "failed arithmetic: division %s", is_zero(x) ? "undefined" : "by zero");
    *r = (result_t){.exp = (int64_t)x.exp - y.exp, .neg = x.neg != y.neg};
    if (r->exp > NUM_MAX_EXP || r->exp < -NUM_MAX_EXP)
        return out_of_range(err);
    if (!is_zero(x)) {
        if (!x.is_big && !y.is_big)
            divide_small(x.small, y.small, r);
        else if (!divide_big(x, y, r, err))
            return false;
    }
    if (!range_ok(r, err))
        return false;
    reduce_keeping_floats(r);
    return true;
}

/* The integer, its exponent worked in (a part after the point is cut off). */
static BIGNUM *big_int_of(scratch_t *s, num_t x) {
    BIGNUM *b = big_of(s, x);
    big_scale(s, b, x.exp);
    if (x.exp < 0) {
        BIGNUM *unit = big_pow10(s, -(int64_t)x.exp);
        s->failed |= s->failed || !BN_div(b, NULL, b, unit, s->ctx);
    }
    if (!s->failed)
        BN_set_negative(b, x.neg);
    return b;
}

static size_t int_bytes_bound(num_t x) {
    return (x.is_big ? x.big->n : 8) + (x.exp > 0 ? (size_t)x.exp / 2 : 0) + 2;
}

static bool intdiv_big(arena_t *a, num_op_t op, num_t x, num_t y, num_t *out, err_t *err) {
    size_t room = int_bytes_bound(x) + int_bytes_bound(y), n = 0;
    uint8_t *bytes = (uint8_t *)arena_bytes(a, room);
    bool neg = false;
    scratch_t s;
    if (!scratch_begin(&s, err))
        return false;
    BIGNUM *p = big_int_of(&s, x), *q = big_int_of(&s, y), *quo = big_new(&s), *rem = big_new(&s);
    s.failed |= s.failed || !BN_div(quo, rem, p, q, s.ctx);
    if (!s.failed && BN_is_negative(rem) && (op == NUM_DIV || op == NUM_MOD)) {
        bool down = !BN_is_negative(q);
        BN_set_negative(q, 0);
        s.failed |= !BN_add(rem, rem, q) || !(down ? BN_sub_word(quo, 1) : BN_add_word(quo, 1));
    }
    BIGNUM *answer = op == NUM_DIV || op == NUM_QUO ? quo : rem;
    if (!s.failed && (size_t)BN_num_bytes(answer) <= room) {
        neg = BN_is_negative(answer);
        n = (size_t)BN_bn2bin(answer, bytes);
    }
    if (!scratch_end(&s, err))
        return false;
    if (n > NUM_MAX_DIGITS / 2)
        return error_set(err, ERR_LIMIT, "integer of more than %d digits", NUM_MAX_DIGITS);
    *out = num_from_bytes(a, bytes, n, 0, neg, NUM_INT);
    return true;
}

static bool num_intdiv(arena_t *a, num_op_t op, num_t x, num_t y, num_t *out, err_t *err) {
    if (is_zero(y))
        return error_set(err, ERR_INVALID, "division by zero");
    if (x.is_big || y.is_big || x.exp || y.exp)
        return intdiv_big(a, op, x, y, out, err);
    uint64_t quo = x.small / y.small, rem = x.small % y.small;
    bool qneg = x.neg != y.neg, rneg = x.neg;
    if (rem && x.neg && (op == NUM_DIV || op == NUM_MOD)) { /* Euclid: the rest is never negative */
        rem = y.small - rem;
        rneg = false;
        quo++; /* away from zero, whichever the divisor's sign; no overflow, since the rest isn't 0 */
    }
    bool want_quo = op == NUM_DIV || op == NUM_QUO;
    *out = num_uint(want_quo ? quo : rem);
    out->neg = (want_quo ? qneg : rneg) && out->small;
    return true;
}

static bool num_special(num_op_t op, num_t x, num_t y, num_t *out, err_t *err) {
    /* Infinities and NaN come out of math functions only; what follows from them is a NaN or as doubles have it. */
    double p = num_to_double(x), q = num_to_double(y);
    if (op > NUM_FDIV)
        return error_set(err, ERR_INVALID, "failed arithmetic: invalid operation");
    double d = op == NUM_ADD ? p + q : op == NUM_SUB ? p - q : op == NUM_MUL ? p * q : p / q;
    if (isnan(d) && x.form != NUM_NAN && y.form != NUM_NAN)
        return error_set(err, ERR_INVALID, "failed arithmetic: invalid operation");
    if (op == NUM_FDIV && d == 0)
        return error_set(err, ERR_INVALID, "failed arithmetic: exponent out of range");
    *out = (num_t){.kind = NUM_FLOAT, .form = isnan(d) ? NUM_NAN : NUM_INFINITE, .neg = !isnan(d) && d < 0};
    return true;
}

bool num_op(arena_t *a, num_op_t op, num_t x, num_t y, num_t *out, err_t *err) {
    num_kind_t kind = x.kind == NUM_INT && y.kind == NUM_INT && op != NUM_FDIV ? NUM_INT : NUM_FLOAT;
    if (x.form != NUM_FINITE || y.form != NUM_FINITE)
        return num_special(op, x, y, out, err);
    result_t r = {0};
    switch (op) {
    case NUM_SUB:
        y.neg = !y.neg;
        /* fall through */
    case NUM_ADD:
        if (!num_add(x, y, &r, err))
            return false;
        break;
    case NUM_MUL:
        if (!num_mul(x, y, &r, err))
            return false;
        break;
    case NUM_FDIV:
        if (!num_fdiv(x, y, &r, err))
            return false;
        break;
    default:
        return num_intdiv(a, op, x, y, out, err);
    }
    *out = num_from_result(a, r, kind);
    return true;
}

/* ---- comparison and conversion ---- */

static int cmp_u(wide_t x, wide_t y) {
    return (x > y) - (x < y);
}

/* Both finite, nonzero, of the same sign: by magnitude. */
static int cmp_magnitude(num_t x, num_t y) {
    if (x.exp == y.exp && !x.is_big && !y.is_big)
        return cmp_u(x.small, y.small);
    int64_t dx = num_digits(x) + x.exp, dy = num_digits(y) + y.exp;
    if (dx != dy)
        return dx < dy ? -1 : 1;
    /* Same number of digits before the point, so the exponents differ by no more than the digits do. */
    wide_t wx, wy;
    if (wide_of(x, &wx) && wide_of(y, &wy)) {
        if (x.exp > y.exp && digits_wide(wx) + x.exp - y.exp <= 38)
            return cmp_u(wx * pow10_wide(x.exp - y.exp), wy);
        if (x.exp <= y.exp && digits_wide(wy) + y.exp - x.exp <= 38)
            return cmp_u(wx, wy * pow10_wide(y.exp - x.exp));
    }
    scratch_t s;
    if (!scratch_begin(&s, NULL))
        mem_die(0);
    BIGNUM *p = big_of(&s, x), *q = big_of(&s, y);
    big_scale(&s, p, (int64_t)x.exp - y.exp);
    big_scale(&s, q, (int64_t)y.exp - x.exp);
    int c = s.failed ? 0 : BN_ucmp(p, q);
    if (!scratch_end(&s, NULL))
        mem_die(0);
    return (c > 0) - (c < 0);
}

int num_cmp(num_t x, num_t y) {
    int sx = num_sign(x), sy = num_sign(y);
    if (sx != sy)
        return sx < sy ? -1 : 1;
    if (sx == 0)
        return 0;
    if (x.form != NUM_FINITE || y.form != NUM_FINITE) {
        int c = (x.form != NUM_FINITE) - (y.form != NUM_FINITE);
        return sx < 0 ? -c : c;
    }
    int c = cmp_magnitude(x, y);
    return sx < 0 ? -c : c;
}

/* The magnitude as an unsigned integer of 64 bits. */
static bool magnitude64(num_t x, uint64_t *out) {
    if (x.form != NUM_FINITE)
        return false;
    if (is_zero(x)) {
        *out = 0;
        return true;
    }
    if (x.exp >= 0) {
        if (x.is_big || x.exp > 19)
            return false;
        wide_t w = (wide_t)x.small * pow10_wide(x.exp);
        *out = (uint64_t)w;
        return !(w >> 64);
    }
    if (!x.is_big) {
        if (x.exp < -19)
            return false;
        wide_t unit = pow10_wide(-x.exp);
        *out = (uint64_t)(x.small / unit);
        return x.small % unit == 0;
    }
    scratch_t s;
    if (-(int64_t)x.exp > num_digits(x) || !scratch_begin(&s, NULL))
        return false;
    BIGNUM *p = big_of(&s, x), *rest = big_new(&s), *unit = big_pow10(&s, -(int64_t)x.exp);
    bool ok = !s.failed && BN_div(p, rest, p, unit, s.ctx) && BN_is_zero(rest) && BN_num_bits(p) <= 64;
    if (ok)
        *out = (uint64_t)big_to_wide(p);
    scratch_end(&s, NULL);
    return ok;
}

bool num_to_uint64(num_t x, uint64_t *out) {
    uint64_t u;
    if (!magnitude64(x, &u) || (x.neg && u))
        return false;
    *out = u;
    return true;
}

bool num_to_int64(num_t x, int64_t *out) {
    uint64_t u;
    if (!magnitude64(x, &u) || u > (uint64_t)INT64_MAX + (x.neg ? 1 : 0))
        return false;
    *out = x.neg ? (int64_t)-u : (int64_t)u;
    return true;
}

bool num_integral(num_t x) {
    if (x.form != NUM_FINITE)
        return false;
    if (x.exp >= 0 || is_zero(x))
        return true;
    if (-(int64_t)x.exp >= num_digits(x))
        return false;
    if (!x.is_big)
        return x.small % (uint64_t)pow10_wide(-x.exp) == 0;
    scratch_t s;
    if (!scratch_begin(&s, NULL))
        return false;
    BIGNUM *p = big_of(&s, x), *rest = big_new(&s), *unit = big_pow10(&s, -(int64_t)x.exp);
    bool whole = !s.failed && BN_mod(rest, p, unit, s.ctx) && BN_is_zero(rest);
    scratch_end(&s, NULL);
    return whole;
}

double num_to_double(num_t x) {
    if (x.form == NUM_NAN)
        return NAN;
    if (x.form == NUM_INFINITE)
        return x.neg ? -INFINITY : INFINITY;
    if (!x.is_big && x.exp == 0 && x.small < (uint64_t)1 << 53)
        return x.neg ? -(double)x.small : (double)x.small;
    buf_t b;
    buf_init(&b);
    num_write(&b, x);
    buf_char(&b, '\0');
    double d = buf_failed(&b) ? NAN : strtod(b.p, NULL);
    buf_release(&b);
    return d;
}

num_t num_double(arena_t *a, double d) {
    if (isnan(d) || isinf(d))
        return (num_t){.kind = NUM_FLOAT, .form = isnan(d) ? NUM_NAN : NUM_INFINITE, .neg = !isnan(d) && d < 0};
    char text[40];
    for (int digits = 0; digits < 17; digits++) {
        snprintf(text, sizeof text, "%.*e", digits, d);
        if (strtod(text, NULL) == d)
            break;
    }
    num_t n = {0};
    if (!num_parse(a, str_c(text), &n, NULL))
        return (num_t){.kind = NUM_FLOAT, .form = NUM_NAN};
    return num_as(n, NUM_FLOAT);
}
