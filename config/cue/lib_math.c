/* Package math: decimals to 34 digits where CUE computes with decimals, doubles where it computes with Go's math. */
#include "config/cue/lib_inner.h"
#include "config/cue/num_math.h"

#include <limits.h>
#include <math.h>
#include <openssl/bn.h>

#define X args[0]->num
#define Y args[1]->num

/* ---- to integers ---- */

/* Cut off towards zero, and what was cut off. */
static bool cut(lib_call_t *c, num_t x, num_t *whole, num_t *rest) {
    return num_op(c->arena, NUM_QUO, num_as(x, NUM_INT), num_int(1), whole, c->err) &&
           num_op(c->arena, NUM_SUB, x, *whole, rest, c->err);
}

typedef enum { FLOOR, CEIL, TRUNC, HALF_UP, HALF_EVEN } rounding_t;

static bool round_off(lib_call_t *c, num_t x, rounding_t how, cdata_t **out) {
    num_t whole, rest, half = {.kind = NUM_FLOAT, .exp = -1, .small = 5};
    if (x.form != NUM_FINITE)
        return lib_fail(c, "invalid operation");
    if (num_integral(x))
        return num_op(c->arena, NUM_QUO, num_as(x, NUM_INT), num_int(1), &whole, c->err) && lib_give_num(c, out, whole);
    if (!cut(c, x, &whole, &rest))
        return false;
    int sign = num_sign(rest), part = num_cmp(num_abs(rest), half);
    bool odd = false;
    if (how == HALF_EVEN && part == 0) {
        num_t bit;
        if (!num_op(c->arena, NUM_MOD, whole, num_int(2), &bit, c->err))
            return false;
        odd = num_sign(bit) != 0;
    }
    bool away = how == FLOOR       ? sign < 0
                : how == CEIL      ? sign > 0
                : how == HALF_UP   ? part >= 0
                : how == HALF_EVEN ? part > 0 || odd
                                   : false;
    if (away && !num_op(c->arena, NUM_ADD, whole, num_int(sign), &whole, c->err))
        return false;
    return lib_give_num(c, out, whole);
}

LIB_FN(do_floor) {
    return round_off(c, X, FLOOR, out);
}
LIB_FN(do_ceil) {
    return round_off(c, X, CEIL, out);
}
LIB_FN(do_trunc) {
    return round_off(c, X, TRUNC, out);
}
LIB_FN(do_round) {
    return round_off(c, X, HALF_UP, out);
}
LIB_FN(round_to_even) {
    return round_off(c, X, HALF_EVEN, out);
}

/* ---- decimals ---- */

/* apd's text of an error of num_op, which has "failed arithmetic: " before it. */
static bool arithmetic(lib_call_t *c, num_op_t op, num_t x, num_t y, num_t *out) {
    err_t err = ERROR_INIT;
    if (num_op(c->arena, op, x, y, out, &err))
        return true;
    const char *colon = strstr(error_text(&err), ": ");
    lib_fail(c, "%s", colon ? colon + 2 : error_text(&err));
    error_release(&err);
    return false;
}

LIB_FN(multiple_of) {
    num_t q;
    return arithmetic(c, NUM_FDIV, X, Y, &q) && lib_give_bool(c, out, num_integral(q));
}

LIB_FN(do_abs) {
    num_t n;
    return arithmetic(c, NUM_MUL, num_abs(X), num_int(1), &n) && lib_give_decimal(c, out, n);
}

LIB_FN(do_copysign) {
    num_t n = X;
    n.neg = Y.neg;
    return lib_give_decimal(c, out, n);
}

LIB_FN(dim) {
    num_t n;
    return arithmetic(c, NUM_SUB, X, Y, &n) && lib_give_decimal(c, out, n.neg ? num_int(0) : n);
}

LIB_FN(do_cbrt) {
    num_t n;
    return num_cbrt(c->arena, X, &n, c->err) && lib_give_decimal(c, out, n);
}
LIB_FN(do_exp) {
    num_t n;
    return num_exp(c->arena, X, &n, c->err) && lib_give_decimal(c, out, n);
}
LIB_FN(do_exp2) {
    num_t n;
    return num_pow(c->arena, num_int(2), X, &n, c->err) && lib_give_decimal(c, out, n);
}
LIB_FN(do_pow) {
    num_t n;
    return num_pow(c->arena, X, Y, &n, c->err) && lib_give_decimal(c, out, n);
}
LIB_FN(do_log) {
    num_t n;
    return num_ln(c->arena, X, &n, c->err) && lib_give_decimal(c, out, n);
}
LIB_FN(do_log10) {
    num_t n;
    return num_log10(c->arena, X, &n, c->err) && lib_give_decimal(c, out, n);
}
LIB_FN(do_log2) {
    num_t n, two;
    return num_ln(c->arena, X, &n, c->err) && num_ln(c->arena, num_int(2), &two, c->err) &&
           arithmetic(c, NUM_FDIV, n, two, &n) && lib_give_decimal(c, out, n);
}

LIB_FN(do_pow10) {
    int64_t n;
    if (!lib_int(c, args, 0, 32, "int32", &n))
        return false;
    if (n > NUM_MAX_EXP || n < -NUM_MAX_EXP)
        return lib_fail(c, "exponent out of range");
    return lib_give_decimal(c, out, (num_t){.kind = NUM_FLOAT, .exp = (int32_t)n, .small = 1});
}

LIB_FN(do_signbit) {
    return lib_give_bool(c, out, X.neg);
}

LIB_FN(jacobi) {
    if (X.exp || Y.exp)
        return lib_fail(c, "cue: exponent should always be nil for integer types");
    num_t odd;
    if (!num_op(c->arena, NUM_MOD, Y, num_int(2), &odd, c->err))
        return false;
    if (!num_sign(odd))
        return lib_fail(c, "big: invalid 2nd argument to Int.Jacobi: need odd integer but got " STR_FMT,
                        STR_ARG(num_text(c->arena, Y)));
    char *x = arena_cstr(c->arena, num_text(c->arena, X)), *y = arena_cstr(c->arena, num_text(c->arena, Y));
    BN_CTX *ctx = BN_CTX_new();
    BIGNUM *p = NULL, *q = NULL;
    int k = ctx && BN_dec2bn(&p, x) && BN_dec2bn(&q, y) ? BN_kronecker(p, q, ctx) : -2;
    BN_free(p);
    BN_free(q);
    BN_CTX_free(ctx);
    return k == -2 ? error_memory(c->err) : lib_give_int(c, out, k);
}

/* ---- doubles ---- */

/* Newton's iteration on erf (erfc) from a rough inverse. */
static double inverse_erf(double x) {
    if (isnan(x) || x < -1 || x > 1)
        return NAN;
    if (x == 1 || x == -1)
        return x * INFINITY;
    double w = -log((1 - x) * (1 + x)), s = 2 / (M_PI * 0.147) - w / 2; /* Winitzki's approximation */
    double y = copysign(sqrt(sqrt(s * s + w / 0.147) - s), x);
    for (int i = 0; i < 4; i++) {
        double off = fabs(x) < 0.5 ? erf(y) - x : (x < 0 ? -1 : 1) * ((1 - fabs(x)) - erfc(fabs(y)));
        double step = off * exp(y * y) * sqrt(M_PI) / 2;
        y -= step;
    }
    return y;
}

static double inverse_erfc(double x) {
    return inverse_erf(1 - x);
}

#define DOUBLE_1(name, expression)                                                                                     \
    LIB_FN(name) {                                                                                                     \
        double x;                                                                                                      \
        return lib_double(c, args, 0, &x) && lib_give_double(c, out, expression);                                      \
    }
#define DOUBLE_2(name, expression)                                                                                     \
    LIB_FN(name) {                                                                                                     \
        double x, y;                                                                                                   \
        return lib_double(c, args, 0, &x) && lib_double(c, args, 1, &y) && lib_give_double(c, out, expression);        \
    }
DOUBLE_1(do_acosh, acosh(x))
DOUBLE_1(do_asin, asin(x))
DOUBLE_1(do_acos, acos(x))
DOUBLE_1(do_asinh, asinh(x))
DOUBLE_1(do_atan, atan(x))
DOUBLE_2(do_atan2, atan2(x, y))
DOUBLE_1(do_atanh, atanh(x))
DOUBLE_1(do_erf, erf(x))
DOUBLE_1(do_erfc, erfc(x))
DOUBLE_1(erfinv, inverse_erf(x))
DOUBLE_1(erfcinv, inverse_erfc(x))
DOUBLE_1(do_expm1, expm1(x))
DOUBLE_1(do_gamma, tgamma(x))
DOUBLE_2(do_hypot, hypot(x, y))
DOUBLE_1(do_j0, j0(x))
DOUBLE_1(do_y0, y0(x))
DOUBLE_1(do_j1, j1(x))
DOUBLE_1(do_y1, y1(x))
DOUBLE_1(do_log1p, log1p(x))
DOUBLE_1(do_logb, logb(x))
DOUBLE_2(do_mod, fmod(x, y))
DOUBLE_2(do_remainder, remainder(x, y))
DOUBLE_1(do_cos, cos(x))
DOUBLE_1(do_sin, sin(x))
DOUBLE_1(do_sinh, sinh(x))
DOUBLE_1(do_cosh, cosh(x))
DOUBLE_1(do_sqrt, sqrt(x))
DOUBLE_1(do_tan, tan(x))
DOUBLE_1(do_tanh, tanh(x))

static int clip(int64_t n) {
    return n > INT_MAX ? INT_MAX : n < INT_MIN ? INT_MIN : (int)n;
}

LIB_FN(do_jn) {
    int64_t n;
    double x;
    return lib_int(c, args, 0, 64, "int64", &n) && lib_double(c, args, 1, &x) &&
           lib_give_double(c, out, jn(clip(n), x));
}
LIB_FN(do_yn) {
    int64_t n;
    double x;
    return lib_int(c, args, 0, 64, "int64", &n) && lib_double(c, args, 1, &x) &&
           lib_give_double(c, out, yn(clip(n), x));
}
LIB_FN(do_ldexp) {
    int64_t n;
    double x;
    return lib_double(c, args, 0, &x) && lib_int(c, args, 1, 64, "int64", &n) &&
           lib_give_double(c, out, ldexp(x, clip(n)));
}
LIB_FN(do_ilogb) {
    double x;
    if (!lib_double(c, args, 0, &x))
        return false;
    return lib_give_int(c, out, x == 0 ? INT32_MIN : isnan(x) || isinf(x) ? INT32_MAX : ilogb(x));
}

#define ROW(name, result, fn, ...)                                                                                     \
    { "math", name, {__VA_ARGS__}, result, fn, NULL }
#define ROW1(name, fn) ROW(name, LIB_NUMBER, fn, LIB_NUMBER)
#define ROW2(name, fn) ROW(name, LIB_NUMBER, fn, LIB_NUMBER, LIB_NUMBER)
const lib_func_t lib_math[] = {
    ROW("Jacobi", LIB_INT, jacobi, LIB_INT, LIB_INT),
    ROW("Floor", LIB_INT, do_floor, LIB_NUMBER),
    ROW("Ceil", LIB_INT, do_ceil, LIB_NUMBER),
    ROW("Trunc", LIB_INT, do_trunc, LIB_NUMBER),
    ROW("Round", LIB_INT, do_round, LIB_NUMBER),
    ROW("RoundToEven", LIB_INT, round_to_even, LIB_NUMBER),
    ROW("MultipleOf", LIB_BOOL, multiple_of, LIB_NUMBER, LIB_NUMBER),
    ROW1("Abs", do_abs),
    ROW1("Acosh", do_acosh),
    ROW1("Asin", do_asin),
    ROW1("Acos", do_acos),
    ROW1("Asinh", do_asinh),
    ROW1("Atan", do_atan),
    ROW2("Atan2", do_atan2),
    ROW1("Atanh", do_atanh),
    ROW1("Cbrt", do_cbrt),
    ROW2("Copysign", do_copysign),
    ROW2("Dim", dim),
    ROW1("Erf", do_erf),
    ROW1("Erfc", do_erfc),
    ROW1("Erfinv", erfinv),
    ROW1("Erfcinv", erfcinv),
    ROW1("Exp", do_exp),
    ROW1("Exp2", do_exp2),
    ROW1("Expm1", do_expm1),
    ROW1("Gamma", do_gamma),
    ROW2("Hypot", do_hypot),
    ROW1("J0", do_j0),
    ROW1("Y0", do_y0),
    ROW1("J1", do_j1),
    ROW1("Y1", do_y1),
    ROW("Jn", LIB_NUMBER, do_jn, LIB_INT, LIB_NUMBER),
    ROW("Yn", LIB_NUMBER, do_yn, LIB_INT, LIB_NUMBER),
    ROW("Ldexp", LIB_NUMBER, do_ldexp, LIB_NUMBER, LIB_INT),
    ROW1("Log", do_log),
    ROW1("Log10", do_log10),
    ROW1("Log2", do_log2),
    ROW1("Log1p", do_log1p),
    ROW1("Logb", do_logb),
    ROW("Ilogb", LIB_INT, do_ilogb, LIB_NUMBER),
    ROW2("Mod", do_mod),
    ROW2("Pow", do_pow),
    ROW("Pow10", LIB_NUMBER, do_pow10, LIB_INT),
    ROW2("Remainder", do_remainder),
    ROW("Signbit", LIB_BOOL, do_signbit, LIB_NUMBER),
    ROW1("Cos", do_cos),
    ROW1("Sin", do_sin),
    ROW1("Sinh", do_sinh),
    ROW1("Cosh", do_cosh),
    ROW1("Sqrt", do_sqrt),
    ROW1("Tan", do_tan),
    ROW1("Tanh", do_tanh),
    {0},
};
