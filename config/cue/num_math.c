/* Computed in fixed point: a BIGNUM holds 10^SCALE times the value. With 90 places and results rounded to 34 digits,
 * the errors of a few hundred operations stay far below the last place. */
#include "config/cue/num_math.h"

#include <math.h>
#include <openssl/bn.h>
#include <stdio.h>

enum { SCALE = 90, LN10_PLACES = 100 };
static const char ln10_digits[] =
    "23025850929940456840179914546843642076011014886287729760333279009675726096773524802359972050895982983";

typedef struct work {
    BN_CTX *ctx;
    BIGNUM *one, *ln10; /* both scaled */
    bool failed;
} work_t;

static BIGNUM *fresh(work_t *w) {
    BIGNUM *b = BN_CTX_get(w->ctx);
    w->failed |= !b;
    if (b)
        BN_zero(b);
    return b;
}

static BIGNUM *power_of_ten(work_t *w, int64_t n) {
    BIGNUM *p = fresh(w), *e = fresh(w);
    w->failed |= w->failed || !BN_set_word(p, 10) || !BN_set_word(e, (BN_ULONG)n) || !BN_exp(p, p, e, w->ctx);
    return p;
}

static bool work_begin(work_t *w, err_t *err) {
    *w = (work_t){.ctx = BN_CTX_new()};
    if (!w->ctx)
        return error_memory(err);
    BN_CTX_start(w->ctx);
    w->one = power_of_ten(w, SCALE);
    w->ln10 = fresh(w);
    BIGNUM *extra = power_of_ten(w, LN10_PLACES - SCALE);
    w->failed |= w->failed || !BN_dec2bn(&w->ln10, ln10_digits) || !BN_div(w->ln10, NULL, w->ln10, extra, w->ctx);
    return true;
}

static bool work_end(work_t *w, err_t *err) {
    BN_CTX_end(w->ctx);
    BN_CTX_free(w->ctx);
    return w->failed ? error_memory(err) : true;
}

static void mul_fixed(work_t *w, BIGNUM *to, const BIGNUM *x, const BIGNUM *y) {
    w->failed |= w->failed || !BN_mul(to, x, y, w->ctx) || !BN_div(to, NULL, to, w->one, w->ctx);
}

static void div_fixed(work_t *w, BIGNUM *to, const BIGNUM *x, const BIGNUM *y) {
    BIGNUM *t = fresh(w);
    w->failed |= w->failed || !BN_mul(t, x, w->one, w->ctx) || !BN_div(to, NULL, t, y, w->ctx);
}

static BIGNUM *coefficient(work_t *w, num_t x) {
    BIGNUM *b = fresh(w);
    if (b && x.is_big)
        w->failed |= !BN_bin2bn(x.big->bytes, (int)x.big->n, b);
    else if (b)
        w->failed |= !BN_set_word(b, x.small);
    return b;
}

static BIGNUM *to_fixed(work_t *w, num_t x, int64_t exp) {
    BIGNUM *b = coefficient(w, x);
    int64_t places = exp + SCALE;
    BIGNUM *p = power_of_ten(w, places < 0 ? -places : places);
    if (!w->failed)
        w->failed |= places < 0 ? !BN_div(b, NULL, b, p, w->ctx) : !BN_mul(b, b, p, w->ctx);
    if (!w->failed)
        BN_set_negative(b, x.neg);
    return b;
}

static int64_t digits_of(work_t *w, const BIGNUM *b) {
    if (w->failed || BN_is_zero(b))
        return 1;
    int64_t least = (int64_t)((BN_num_bits(b) - 1) * 0.30102999566398119);
    BIGNUM *p = power_of_ten(w, least + 1);
    return w->failed ? 1 : least + 1 + (BN_ucmp(b, p) >= 0);
}

/* Rounds b * 10^*exp to so many digits. */
static void round_to(work_t *w, BIGNUM *b, int64_t *exp, int64_t digits) {
    int64_t over = digits_of(w, b) - digits;
    if (over <= 0 || w->failed)
        return;
    BIGNUM *unit = power_of_ten(w, over), *rest = fresh(w);
    w->failed |= w->failed || !BN_div(b, rest, b, unit, w->ctx) || !BN_lshift1(rest, rest);
    *exp += over;
    if (!w->failed && BN_ucmp(rest, unit) >= 0)
        w->failed |= !(BN_is_negative(b) ? BN_sub_word(b, 1) : BN_add_word(b, 1));
    if (digits_of(w, b) > digits) { /* 99.95 became 100.0 */
        w->failed |= w->failed || BN_div_word(b, 10) == (BN_ULONG)-1;
        ++*exp;
    }
}

/* The value b * 10^exp, once the BIGNUMs are gone: 34 digits fit 16 bytes. */
typedef struct answer {
    uint8_t bytes[16];
    int64_t exp;
    bool neg;
} answer_t;

static void keep(work_t *w, BIGNUM *b, int64_t exp, answer_t *r) {
    round_to(w, b, &exp, NUM_PRECISION);
    r->exp = exp;
    r->neg = !w->failed && BN_is_negative(b);
    w->failed |= w->failed || BN_bn2binpad(b, r->bytes, 16) < 0;
}

static bool give(arena_t *a, const answer_t *r, num_t *out, err_t *err) {
    if (r->exp + NUM_PRECISION > NUM_MAX_EXP || r->exp < -NUM_MAX_EXP)
        return error_set(err, ERR_INVALID, "%s", r->exp > 0 ? "overflow" : "underflow, subnormal");
    *out = num_from_bytes(a, r->bytes, 16, r->exp, r->neg, NUM_FLOAT);
    return true;
}

/* e^x as mantissa (fixed, in [1, 10)) and power of ten. x is changed. */
static BIGNUM *exp_fixed(work_t *w, BIGNUM *x, int64_t *power) {
    enum { HALVINGS = 20 };
    BIGNUM *n = fresh(w), *rest = fresh(w), *sum = fresh(w), *term = fresh(w);
    if (w->failed || !BN_div(n, rest, x, w->ln10, w->ctx)) {
        w->failed = true;
        return sum;
    }
    *power = (int64_t)BN_get_word(n) * (BN_is_negative(n) ? -1 : 1);
    if (BN_is_negative(rest)) {
        w->failed |= !BN_add(rest, rest, w->ln10);
        --*power;
    }
    w->failed |= !BN_rshift(rest, rest, HALVINGS) || !BN_copy(term, w->one) || !BN_copy(sum, w->one);
    for (BN_ULONG i = 1; !w->failed && !BN_is_zero(term); i++) {
        mul_fixed(w, term, term, rest);
        w->failed |= BN_div_word(term, i) == (BN_ULONG)-1 || !BN_add(sum, sum, term);
    }
    for (int i = 0; i < HALVINGS; i++)
        mul_fixed(w, sum, sum, sum);
    return sum;
}

/* ln of a fixed x in [0.1, 1), by Halley's iteration from the double's logarithm: each step triples the digits. */
static BIGNUM *ln_fixed(work_t *w, const BIGNUM *x, double guess) {
    BIGNUM *y = fresh(w), *p = fresh(w), *q = fresh(w), *copy = fresh(w);
    w->failed |= w->failed || !BN_set_word(y, (BN_ULONG)llround(-guess * 1e15));
    BIGNUM *unit = power_of_ten(w, SCALE - 15);
    w->failed |= w->failed || !BN_mul(y, y, unit, w->ctx);
    if (!w->failed)
        BN_set_negative(y, 1);
    for (int i = 0; i < 3 && !w->failed; i++) {
        int64_t power = 0;
        w->failed |= !BN_copy(copy, y);
        BIGNUM *e = exp_fixed(w, copy, &power), *tens = power_of_ten(w, power < 0 ? -power : 0);
        w->failed |=
            w->failed || !BN_div(e, NULL, e, tens, w->ctx) || !BN_sub(p, x, e) || !BN_lshift1(p, p) || !BN_add(q, x, e);
        div_fixed(w, p, p, q);
        w->failed |= w->failed || !BN_add(y, y, p);
    }
    return y;
}

/* ln x for x > 0. */
static BIGNUM *ln_of(work_t *w, num_t x) {
    BIGNUM *c = coefficient(w, x), *shift = fresh(w);
    int64_t n = digits_of(w, c);
    num_t mantissa = num_abs(x);
    mantissa.exp = (int32_t)-n;
    BIGNUM *m = to_fixed(w, mantissa, -n);
    BIGNUM *y = ln_fixed(w, m, log(num_to_double(mantissa)));
    int64_t tens = x.exp + n;
    w->failed |= w->failed || !BN_copy(shift, w->ln10) || !BN_mul_word(shift, (BN_ULONG)(tens < 0 ? -tens : tens));
    w->failed |= w->failed || !(tens < 0 ? BN_sub(y, y, shift) : BN_add(y, y, shift));
    return y;
}

static bool invalid(err_t *err) {
    return error_set(err, ERR_INVALID, "invalid operation");
}

static num_t infinite(bool neg) {
    return (num_t){.kind = NUM_FLOAT, .form = NUM_INFINITE, .neg = neg};
}

bool num_exp(arena_t *a, num_t x, num_t *out, err_t *err) {
    num_t limit = num_int(230300), least = {.kind = NUM_FLOAT, .exp = -NUM_PRECISION - 1, .small = 9};
    if (x.form != NUM_FINITE)
        return invalid(err);
    if (num_cmp(num_abs(x), limit) > 0)
        return error_set(err, ERR_INVALID, "%s", x.neg ? "underflow, subnormal" : "overflow");
    if (num_cmp(num_abs(x), least) <= 0) {
        *out = num_as(num_int(1), NUM_FLOAT);
        return true;
    }
    work_t w;
    answer_t r = {0};
    int64_t power = 0;
    if (!work_begin(&w, err))
        return false;
    BIGNUM *e = exp_fixed(&w, to_fixed(&w, x, x.exp), &power);
    keep(&w, e, power - SCALE, &r);
    return work_end(&w, err) && give(a, &r, out, err);
}

/* ln x, over ln 10 when tens. */
static bool logarithm(arena_t *a, num_t x, bool tens, num_t *out, err_t *err) {
    if (x.form != NUM_FINITE || num_sign(x) < 0)
        return invalid(err);
    if (num_sign(x) == 0) {
        *out = infinite(true);
        return true;
    }
    if (num_cmp(x, num_int(1)) == 0) {
        *out = num_as(num_int(0), NUM_FLOAT);
        return true;
    }
    work_t w;
    answer_t r = {0};
    if (!work_begin(&w, err))
        return false;
    BIGNUM *y = ln_of(&w, x);
    if (tens)
        div_fixed(&w, y, y, w.ln10);
    keep(&w, y, -SCALE, &r);
    return work_end(&w, err) && give(a, &r, out, err);
}

bool num_ln(arena_t *a, num_t x, num_t *out, err_t *err) {
    return logarithm(a, x, false, out, err);
}

bool num_log10(arena_t *a, num_t x, num_t *out, err_t *err) {
    return logarithm(a, x, true, out, err);
}

/* x^n by squaring, with ten digits more than the result has. */
static bool integer_power(arena_t *a, num_t x, int64_t n, num_t *out, err_t *err) {
    uint64_t left = n < 0 ? -(uint64_t)n : (uint64_t)n;
    work_t w;
    answer_t r = {0};
    int64_t exp = 0, square_exp = x.exp;
    bool range = true;
    if (!work_begin(&w, err))
        return false;
    BIGNUM *square = coefficient(&w, x), *product = fresh(&w);
    int64_t digits = digits_of(&w, square);
    digits = (digits > NUM_PRECISION ? digits : NUM_PRECISION) + 10;
    w.failed |= w.failed || !BN_one(product);
    while (left && range && !w.failed) {
        BN_CTX_start(w.ctx);
        if (left & 1) {
            w.failed |= !BN_mul(product, product, square, w.ctx);
            exp += square_exp;
            round_to(&w, product, &exp, digits);
        }
        left >>= 1;
        if (left) {
            w.failed |= w.failed || !BN_sqr(square, square, w.ctx);
            square_exp *= 2;
            round_to(&w, square, &square_exp, digits);
        }
        range = exp < NUM_MAX_EXP && exp > -NUM_MAX_EXP - digits && square_exp < NUM_MAX_EXP &&
                square_exp > -NUM_MAX_EXP - digits;
        BN_CTX_end(w.ctx);
    }
    if (n < 0 && range && !w.failed) {
        int64_t places = digits + digits_of(&w, product);
        BIGNUM *p = power_of_ten(&w, places);
        w.failed |= w.failed || !BN_div(product, NULL, p, product, w.ctx);
        exp = -exp - places;
        round_to(&w, product, &exp, digits);
    }
    keep(&w, product, exp, &r);
    r.neg = x.neg && (n & 1);
    if (!work_end(&w, err))
        return false;
    if (!range || r.exp + NUM_PRECISION > NUM_MAX_EXP || r.exp < -NUM_MAX_EXP)
        return error_set(err, ERR_INVALID, "exponent out of range");
    return give(a, &r, out, err);
}

/* e^(y ln |x|), y given as y / divisor. */
static bool real_power(arena_t *a, num_t x, num_t y, BN_ULONG divisor, num_t *out, err_t *err) {
    work_t w;
    answer_t r = {0};
    int64_t power = 0;
    if (!work_begin(&w, err))
        return false;
    BIGNUM *product = fresh(&w), *l = ln_of(&w, num_abs(x));
    mul_fixed(&w, product, l, to_fixed(&w, y, y.exp));
    w.failed |= w.failed || BN_div_word(product, divisor) == (BN_ULONG)-1;
    bool range = w.failed || BN_num_bits(product) < BN_num_bits(w.one) + 18; /* 2^18 is past ln of the largest number */
    if (range)
        keep(&w, exp_fixed(&w, product, &power), 0, &r);
    r.exp += power - SCALE;
    if (!work_end(&w, err))
        return false;
    return range ? give(a, &r, out, err) : error_set(err, ERR_INVALID, "overflow");
}

bool num_pow(arena_t *a, num_t x, num_t y, num_t *out, err_t *err) {
    int64_t n = 0;
    bool whole = num_integral(y), small = num_to_int64(y, &n);
    if (x.form != NUM_FINITE || y.form != NUM_FINITE)
        return invalid(err);
    if (num_sign(x) == 0) {
        if (num_sign(y) == 0)
            return invalid(err);
        *out = num_sign(y) > 0 ? num_as(num_int(0), NUM_FLOAT) : infinite(x.neg && small && (n & 1));
        return true;
    }
    if (num_sign(x) < 0 && !whole)
        return invalid(err);
    if (num_sign(y) == 0 || num_cmp(x, num_int(1)) == 0) {
        *out = num_as(num_int(1), NUM_FLOAT);
        return true;
    }
    if (whole && !small)
        return error_set(err, ERR_INVALID, "exponent out of range");
    return whole ? integer_power(a, x, n, out, err) : real_power(a, x, y, 1, out, err);
}

bool num_cbrt(arena_t *a, num_t x, num_t *out, err_t *err) {
    if (x.form != NUM_FINITE)
        return invalid(err);
    if (num_sign(x) == 0) {
        *out = num_as(x, NUM_FLOAT);
        out->exp /= 3;
        return true;
    }
    if (!real_power(a, x, num_int(1), 3, out, err))
        return false;
    out->neg = x.neg;
    return true;
}
