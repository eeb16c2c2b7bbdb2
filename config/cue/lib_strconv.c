/* Package strconv. */
#include "config/cue/lib_inner.h"
#include "config/cue/scan.h"

#include <ctype.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>

static bool parse_fail(lib_call_t *c, const char *func, str_t s, const char *what) {
    return lib_fail(c, "strconv.%s: parsing " STR_FMT ": %s", func, STR_ARG(go_quoted(c->arena, s)), what);
}

/* ---- integers ---- */

static int digit_of(char c) {
    return isdigit((unsigned char)c) ? c - '0' : isalpha((unsigned char)c) ? tolower((unsigned char)c) - 'a' + 10 : 99;
}

/* '_' stands between digits or after a base prefix only; for base 0. */
static bool underscores_ok(str_t s) {
    char last = '^';
    size_t i = s.n && (s.p[0] == '-' || s.p[0] == '+');
    bool is_hex = false;
    if (s.n - i >= 2 && s.p[i] == '0' && memchr("bBoOxX", s.p[i + 1], 6)) {
        is_hex = s.p[i + 1] == 'x' || s.p[i + 1] == 'X';
        i += 2;
        last = '0';
    }
    for (; i < s.n; i++) {
        char c = s.p[i];
        if (isdigit((unsigned char)c) || (is_hex && isxdigit((unsigned char)c))) {
            last = '0';
        } else if (c == '_') {
            if (last != '0')
                return false;
            last = '_';
        } else {
            if (last == '_')
                return false;
            last = '!';
        }
    }
    return last != '_';
}

/* The magnitude in *out, or the reason why not. */
static const char *parse_uint(str_t s, int64_t base, uint64_t most, uint64_t *out) {
    str_t whole = s;
    bool free_base = base == 0;
    if (!s.n)
        return "invalid syntax";
    if (free_base) {
        base = 10;
        if (s.p[0] == '0') {
            char p = s.n >= 3 ? (char)tolower((unsigned char)s.p[1]) : 0;
            base = p == 'b' ? 2 : p == 'o' ? 8 : p == 'x' ? 16 : 8;
            s = str_from(s, p == 'b' || p == 'o' || p == 'x' ? 2 : 1);
        }
    }
    uint64_t v = 0;
    bool over = false;
    for (size_t i = 0; i < s.n; i++) {
        if (s.p[i] == '_' && free_base)
            continue;
        int d = digit_of(s.p[i]);
        if (d >= base)
            return "invalid syntax";
        over |= __builtin_mul_overflow(v, (uint64_t)base, &v) || __builtin_add_overflow(v, (uint64_t)d, &v);
        if (over || v > most) {
            *out = most;
            return "value out of range";
        }
    }
    if (free_base && memchr(whole.p, '_', whole.n) && !underscores_ok(whole))
        return "invalid syntax";
    *out = v;
    return NULL;
}

static bool sizes_ok(lib_call_t *c, cdata_t **args, const char *func, int64_t *base, int64_t *bits) {
    if (!lib_int(c, args, 1, 64, "int64", base) || !lib_int(c, args, 2, 64, "int64", bits))
        return false;
    str_t s = go_quoted(c->arena, LIB_STR(0));
    if (!LIB_STR(0).n)
        return parse_fail(c, func, LIB_STR(0), "invalid syntax");
    if (*base != 0 && (*base < 2 || *base > 36))
        return lib_fail(c, "strconv.%s: parsing " STR_FMT ": invalid base %lld", func, STR_ARG(s), (long long)*base);
    if (*bits < 0 || *bits > 64)
        return lib_fail(c, "strconv.%s: parsing " STR_FMT ": invalid bit size %lld", func, STR_ARG(s),
                        (long long)*bits);
    *bits = *bits ? *bits : 64;
    return true;
}

static bool parse_int(lib_call_t *c, const char *func, str_t s, int64_t base, int64_t bits, cdata_t **out) {
    bool neg = s.n && s.p[0] == '-';
    str_t digits = str_from(s, s.n && (s.p[0] == '-' || s.p[0] == '+'));
    uint64_t limit = (uint64_t)1 << (bits - 1), v = 0;
    const char *why = parse_uint(digits, base, UINT64_MAX, &v);
    if (!why && v > limit - !neg)
        why = "value out of range";
    if (why)
        return parse_fail(c, func, s, why);
    return lib_give_int(c, out, neg ? (int64_t)-v : (int64_t)v);
}

LIB_FN(do_parse_int) {
    int64_t base, bits;
    return sizes_ok(c, args, "ParseInt", &base, &bits) && parse_int(c, "ParseInt", LIB_STR(0), base, bits, out);
}

LIB_FN(do_parse_uint) {
    int64_t base, bits;
    uint64_t v;
    if (!sizes_ok(c, args, "ParseUint", &base, &bits))
        return false;
    const char *why = parse_uint(LIB_STR(0), base, bits == 64 ? UINT64_MAX : ((uint64_t)1 << bits) - 1, &v);
    if (why)
        return parse_fail(c, "ParseUint", LIB_STR(0), why);
    return lib_give_num(c, out, num_uint(v));
}

LIB_FN(atoi_) {
    return parse_int(c, "Atoi", LIB_STR(0), 10, 64, out);
}

/* big.Int's Text: bases 2 to 62. */
static bool format_int(lib_call_t *c, num_t n, int64_t base, cdata_t **out) {
    static const char digits[] = "0123456789abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ";
    if (n.exp != 0)
        return lib_fail(c, "cue: exponent should always be nil for integer types");
    if (base < 2 || base > 62)
        return lib_fail(c, "invalid base");
    if (base == 10)
        return lib_give_str(c, out, num_text(c->arena, n));
    buf_t b;
    buf_init_arena(&b, c->arena);
    bool neg = n.neg;
    n = num_abs(n);
    do {
        num_t rest = n, quotient;
        if (n.is_big && (!num_op(c->arena, NUM_QUO, n, num_int(base), &quotient, c->err) ||
                         !num_op(c->arena, NUM_REM, n, num_int(base), &rest, c->err)))
            return false;
        if (!n.is_big) {
            rest.small = n.small % (uint64_t)base;
            quotient = num_uint(n.small / (uint64_t)base);
        }
        buf_char(&b, digits[rest.small]);
        n = quotient;
    } while (num_sign(n));
    if (neg)
        buf_char(&b, '-');
    for (size_t i = 0; i < b.n / 2; i++) {
        char t = b.p[i];
        b.p[i] = b.p[b.n - 1 - i];
        b.p[b.n - 1 - i] = t;
    }
    return lib_give_buf(c, out, &b);
}

LIB_FN(do_format_int) {
    int64_t base;
    return lib_int(c, args, 1, 64, "int64", &base) && format_int(c, args[0]->num, base, out);
}

/* ---- booleans and floats ---- */

LIB_FN(parse_bool) {
    static const char *const yes[] = {"1", "t", "T", "TRUE", "true", "True"};
    static const char *const no[] = {"0", "f", "F", "FALSE", "false", "False"};
    for (size_t i = 0; i < 6; i++)
        if (str_eqc(LIB_STR(0), yes[i]) || str_eqc(LIB_STR(0), no[i]))
            return lib_give_bool(c, out, str_eqc(LIB_STR(0), yes[i]));
    return parse_fail(c, "ParseBool", LIB_STR(0), "invalid syntax");
}

LIB_FN(format_bool) {
    return lib_give_str(c, out, args[0]->b ? STR("true") : STR("false"));
}

static size_t skip_digits(str_t s, size_t i, bool hexadecimal, size_t *n) {
    for (; i < s.n; i++) {
        unsigned char ch = (unsigned char)s.p[i];
        if (ch == '_')
            continue;
        if (!(hexadecimal ? isxdigit(ch) : isdigit(ch)))
            break;
        ++*n;
    }
    return i;
}

/* Go's float syntax: decimal or hexadecimal with a p exponent. */
static bool float_syntax(str_t s) {
    size_t i = s.n && (s.p[0] == '+' || s.p[0] == '-'), n = 0, exponent = 0;
    bool is_hex = s.n - i > 2 && s.p[i] == '0' && (s.p[i + 1] == 'x' || s.p[i + 1] == 'X');
    i = skip_digits(s, is_hex ? i + 2 : i, is_hex, &n);
    if (i < s.n && s.p[i] == '.')
        i = skip_digits(s, i + 1, is_hex, &n);
    if (!n)
        return false;
    bool has_exponent = i < s.n && (is_hex ? s.p[i] == 'p' || s.p[i] == 'P' : s.p[i] == 'e' || s.p[i] == 'E');
    if (has_exponent) {
        i++;
        i += i < s.n && (s.p[i] == '+' || s.p[i] == '-');
        i = skip_digits(s, i, false, &exponent);
        if (!exponent)
            return false;
    }
    return i == s.n && (!is_hex || has_exponent) && (!memchr(s.p, '_', s.n) || underscores_ok(s));
}

static bool special_float(str_t s, double *d) {
    bool sign = s.n && (s.p[0] == '+' || s.p[0] == '-');
    str_t name = str_from(s, sign);
    if (str_eq_nocase(name, STR("inf")) || str_eq_nocase(name, STR("infinity"))) {
        *d = s.p[0] == '-' ? -INFINITY : INFINITY;
        return true;
    }
    *d = NAN;
    return !sign && str_eq_nocase(name, STR("nan"));
}

LIB_FN(parse_float) {
    int64_t bits;
    double d;
    str_t s = LIB_STR(0);
    if (!lib_int(c, args, 1, 64, "int64", &bits))
        return false;
    if (!special_float(s, &d)) {
        if (!float_syntax(s))
            return parse_fail(c, "ParseFloat", s, "invalid syntax");
        char *text = arena_cstr(c->arena, s), *to = text;
        for (const char *p = text; *p; p++)
            if (*p != '_')
                *to++ = *p;
        *to = '\0';
        d = bits == 32 ? (double)strtof(text, NULL) : strtod(text, NULL);
        if (isinf(d))
            return parse_fail(c, "ParseFloat", s, "value out of range");
    }
    return lib_give_double(c, out, d);
}

/* The fewest digits after the first that read back as the same number, in %e form. */
static int shortest(double d, int bits, char *text, size_t room) {
    int digits = 0;
    for (; digits < 17; digits++) {
        snprintf(text, room, "%.*e", digits, d);
        if (bits == 32 ? strtof(text, NULL) == (float)d : strtod(text, NULL) == d)
            break;
    }
    return digits;
}

static void format_hex_float(buf_t *out, double d, char fmt, int prec) {
    size_t from = out->n;
    if (prec < 0)
        buf_printf(out, "%a", d);
    else
        buf_printf(out, "%.*a", prec, d);
    /* Go writes an exponent of two digits at least. */
    char *p = memchr(out->p + from, 'p', out->n - from);
    if (p && p + 3 == out->p + out->n) {
        char digit = p[2];
        out->n--;
        buf_char(out, '0');
        buf_char(out, digit);
    }
    for (size_t i = from; fmt == 'X' && i < out->n; i++)
        out->p[i] = (char)toupper((unsigned char)out->p[i]);
}

static void format_binary(buf_t *out, double d, int bits) {
    int exponent, mantissa_bits = bits == 32 ? 24 : 53;
    double m = frexp(d, &exponent);
    long long mantissa = (long long)ldexp(fabs(m), mantissa_bits);
    buf_printf(out, "%s%lldp%+d", signbit(d) ? "-" : "", mantissa, exponent - mantissa_bits);
}

static void format_general(buf_t *out, double d, char fmt, int prec, int bits) {
    char text[64];
    int digits;
    bool is_shortest = prec < 0;
    if (is_shortest) {
        digits = shortest(d, bits, text, sizeof text) + 1;
    } else {
        digits = prec == 0 ? 1 : prec > 40 ? 40 : prec;
        snprintf(text, sizeof text, "%.*e", digits - 1, d);
    }
    int exponent = atoi(strchr(text, 'e') + 1);
    int significant = digits;
    for (char *p = strchr(text, 'e'); !is_shortest && significant > 1 && p[-1] == '0'; p--)
        significant--;
    int limit = is_shortest ? 6 : prec == 0 ? 1 : prec;
    if (limit > significant && significant >= exponent + 1)
        limit = significant;
    if (is_shortest)
        limit = 6;
    char e = fmt == 'G' ? 'E' : 'e';
    if (exponent < -4 || exponent >= limit)
        go_format_float(out, d, e, significant - 1, bits);
    else
        go_format_float(out, d, 'f', significant - 1 - exponent > 0 ? significant - 1 - exponent : 0, bits);
}

void go_format_float(buf_t *out, double d, char fmt, int prec, int bits) {
    char text[64];
    if (bits == 32)
        d = (double)(float)d;
    if (isnan(d) || isinf(d)) {
        buf_addc(out, isnan(d) ? "NaN" : d < 0 ? "-Inf" : "+Inf");
    } else if (fmt == 'b') {
        format_binary(out, d, bits);
    } else if (fmt == 'x' || fmt == 'X') {
        format_hex_float(out, d, fmt, prec);
    } else if (fmt == 'g' || fmt == 'G') {
        format_general(out, d, fmt, prec, bits);
    } else if (fmt == 'e' || fmt == 'E') {
        if (prec < 0)
            prec = shortest(d, bits, text, sizeof text);
        buf_printf(out, fmt == 'e' ? "%.*e" : "%.*E", prec, d);
    } else if (fmt == 'f' || fmt == 'F') {
        if (prec < 0) {
            int digits = shortest(d, bits, text, sizeof text), exponent = atoi(strchr(text, 'e') + 1);
            prec = digits > exponent ? digits - exponent : 0;
            if (prec == 0) { /* the shortest digits, then zeros: %.0f would show more of the double */
                num_t n = num_double(out->arena, d);
                buf_t whole = {.arena = out->arena};
                num_op(out->arena, NUM_QUO, num_as(n, NUM_INT), num_int(1), &n, NULL);
                num_write(&whole, n);
                buf_add(out, buf_str(&whole));
                return;
            }
        }
        buf_printf(out, "%.*f", prec, d);
    } else {
        buf_char(out, '%');
        buf_char(out, fmt);
    }
}

LIB_FN(format_float) {
    double d;
    uint64_t fmt;
    int64_t prec, bits;
    if (!lib_double(c, args, 0, &d) || !lib_uint(c, args, 1, 8, "byte", &fmt) ||
        !lib_int(c, args, 2, 64, "int64", &prec) || !lib_int(c, args, 3, 64, "int64", &bits))
        return false;
    if (bits != 32 && bits != 64)
        return lib_fail(c, "strconv: illegal AppendFloat/FormatFloat bitSize");
    if (prec > 1 << 20)
        return lib_too_large(c);
    buf_t b;
    buf_init_arena(&b, c->arena);
    go_format_float(&b, d, (char)fmt, prec < 0 ? -1 : (int)prec, (int)bits);
    return lib_give_buf(c, out, &b);
}

/* ---- quoting ---- */

static bool quote(lib_call_t *c, str_t s, char q, int mode, cdata_t **out) {
    buf_t b;
    buf_init_arena(&b, c->arena);
    go_quote(&b, s, q, mode);
    return lib_give_buf(c, out, &b);
}

static bool quote_rune(lib_call_t *c, cdata_t **args, int mode, cdata_t **out) {
    int64_t r;
    buf_t b;
    if (!lib_int(c, args, 0, 32, "rune", &r))
        return false;
    buf_init_arena(&b, c->arena);
    rune_write(&b, (int32_t)r);
    return quote(c, buf_str(&b), '\'', mode, out);
}

LIB_FN(do_quote) {
    return quote(c, LIB_STR(0), '"', 0, out);
}
LIB_FN(quote_ascii) {
    return quote(c, LIB_STR(0), '"', 1, out);
}
LIB_FN(quote_graphic) {
    return quote(c, LIB_STR(0), '"', 2, out);
}
LIB_FN(do_quote_rune) {
    return quote_rune(c, args, 0, out);
}
LIB_FN(quote_rune_ascii) {
    return quote_rune(c, args, 1, out);
}
LIB_FN(quote_rune_graphic) {
    return quote_rune(c, args, 2, out);
}

/* A CUE literal, not a Go one. */
LIB_FN(unquote) {
    scan_t scan;
    token_t t;
    err_t err = ERROR_INIT;
    scan_init(&scan, c->arena, STR("string"), LIB_STR(0), &err);
    bool ok = scan_next(&scan, &t) && t.kind == TOK_STRING && t.text.n == LIB_STR(0).n;
    error_release(&err);
    return ok ? lib_give_str(c, out, t.value) : lib_fail(c, "invalid syntax");
}

static bool is_print(lib_call_t *c, cdata_t **args, bool graphic, cdata_t **out) {
    int64_t r;
    printable_t p = {.arena = c->arena, .graphic = graphic};
    return lib_int(c, args, 0, 32, "rune", &r) && lib_give_bool(c, out, rune_is_print(&p, (int32_t)r));
}

LIB_FN(do_is_print) {
    return is_print(c, args, false, out);
}
LIB_FN(is_graphic) {
    return is_print(c, args, true, out);
}

#define ROW(name, result, fn, ...)                                                                                     \
    { "strconv", name, {__VA_ARGS__}, result, fn, NULL }
const lib_func_t lib_strconv[] = {
    ROW("Unquote", LIB_STRING, unquote, LIB_STRING),
    ROW("ParseBool", LIB_BOOL, parse_bool, LIB_STRING),
    ROW("FormatBool", LIB_STRING, format_bool, LIB_BOOL),
    ROW("ParseFloat", LIB_NUMBER, parse_float, LIB_STRING, LIB_INT),
    ROW("ParseUint", LIB_INT, do_parse_uint, LIB_STRING, LIB_INT, LIB_INT),
    ROW("ParseInt", LIB_INT, do_parse_int, LIB_STRING, LIB_INT, LIB_INT),
    ROW("Atoi", LIB_INT, atoi_, LIB_STRING),
    ROW("FormatFloat", LIB_STRING, format_float, LIB_NUMBER, LIB_INT, LIB_INT, LIB_INT),
    ROW("FormatUint", LIB_STRING, do_format_int, LIB_INT, LIB_INT),
    ROW("FormatInt", LIB_STRING, do_format_int, LIB_INT, LIB_INT),
    ROW("Quote", LIB_STRING, do_quote, LIB_STRING),
    ROW("QuoteToASCII", LIB_STRING, quote_ascii, LIB_STRING),
    ROW("QuoteToGraphic", LIB_STRING, quote_graphic, LIB_STRING),
    ROW("QuoteRune", LIB_STRING, do_quote_rune, LIB_INT),
    ROW("QuoteRuneToASCII", LIB_STRING, quote_rune_ascii, LIB_INT),
    ROW("QuoteRuneToGraphic", LIB_STRING, quote_rune_graphic, LIB_INT),
    ROW("IsPrint", LIB_BOOL, do_is_print, LIB_INT),
    ROW("IsGraphic", LIB_BOOL, is_graphic, LIB_INT),
    {0},
};
