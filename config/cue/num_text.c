/* Numbers from and to text. */
#include "config/cue/num.h"

#include <openssl/bn.h>
#include <openssl/crypto.h>
#include <stdio.h>

typedef unsigned __int128 wide_t;

/* ---- literals ---- */

typedef struct reader {
    str_t text;
    size_t i;
    bool neg, is_float, separator_last;
    char *digits; /* of the mantissa, without '_' and '.' */
    size_t n;
    int64_t fraction; /* how many of them stand after the point */
} reader_t;

static int peek(const reader_t *r) {
    return r->i < r->text.n ? (unsigned char)r->text.p[r->i] : -1;
}

static int digit_value(int c) {
    if (c >= '0' && c <= '9')
        return c - '0';
    if (c >= 'a' && c <= 'f')
        return c - 'a' + 10;
    return c >= 'A' && c <= 'F' ? c - 'A' + 10 : 99;
}

/* Digits of a base with '_' between them; returns how many. */
static size_t read_digits(reader_t *r, int base, char *to) {
    size_t n = 0;
    char last = 0;
    for (;; r->i++) {
        int c = peek(r);
        if (c == '_') {
            if (last == '_')
                r->separator_last = true;
        } else if (digit_value(c) < base) {
            to[n++] = (char)c;
        } else {
            break;
        }
        last = (char)c;
    }
    r->separator_last |= last == '_';
    return n;
}

static bool literal_error(err_t *err, const char *what, str_t text) {
    return error_set(err, ERR_INVALID, "%s \"" STR_FMT "\"", what, STR_ARG(text));
}

/* The value of digits in base 2 to 16; *out's sign and exponent are the caller's. */
static bool coefficient(arena_t *a, const char *digits, size_t n, int base, num_t *out, err_t *err) {
    while (n && *digits == '0') {
        digits++;
        n--;
    }
    if (n > NUM_MAX_DIGITS)
        return error_set(err, ERR_LIMIT, "number of more than %d digits", NUM_MAX_DIGITS);
    wide_t w = 0;
    if (n <= 31 || (base == 10 && n <= 38)) { /* 31 hexadecimal digits are 124 bits */
        for (size_t i = 0; i < n; i++)
            w = w * (unsigned)base + (unsigned)digit_value(digits[i]);
        uint8_t bytes[16];
        for (int i = 15; i >= 0; i--, w >>= 8)
            bytes[i] = (uint8_t)w;
        *out = num_from_bytes(a, bytes, 16, 0, false, NUM_INT);
        return true;
    }
    uint8_t *bytes = (uint8_t *)arena_bytes(a, n);
    BIGNUM *b = BN_new();
    bool ok = b;
    for (size_t i = 0; ok && i < n; i++) {
        BN_ULONG unit = (BN_ULONG)base, part = (BN_ULONG)digit_value(digits[i]);
        for (; i + 1 < n && unit < 100000000000000000u; i++) { /* 17 or so digits at a step */
            unit *= (BN_ULONG)base;
            part = part * (BN_ULONG)base + (BN_ULONG)digit_value(digits[i + 1]);
        }
        ok = BN_mul_word(b, unit) && BN_add_word(b, part);
    }
    int m = ok ? BN_bn2bin(b, bytes) : 0;
    BN_free(b);
    if (!ok)
        return error_memory(err);
    *out = num_from_bytes(a, bytes, (size_t)m, 0, false, NUM_INT);
    return true;
}

static bool read_based(arena_t *a, reader_t *r, int base, const char *name, num_t *out, err_t *err) {
    char what[40];
    snprintf(what, sizeof what, "illegal %s number", name);
    r->i++;
    r->n = read_digits(r, base, r->digits);
    if (!r->separator_last && (!r->n || r->i < r->text.n))
        return literal_error(err, what, r->text);
    return r->separator_last || coefficient(a, r->digits, r->n, base, out, err);
}

/* The exponent after e or E: kept small enough to add to. */
static bool read_exponent(reader_t *r, int64_t *exp, err_t *err) {
    r->i++;
    r->is_float = true;
    bool neg = peek(r) == '-';
    if (neg || peek(r) == '+')
        r->i++;
    char *digits = r->digits + r->n;
    size_t n = read_digits(r, 10, digits);
    if (!n)
        return literal_error(err, "illegal exponent", r->text);
    int64_t e = 0;
    for (size_t i = 0; i < n && e <= NUM_MAX_EXP; i++)
        e = e * 10 + (digits[i] - '0');
    *exp = neg ? -e : e;
    return true;
}

static bool read_multiplier(arena_t *a, reader_t *r, num_t *out, err_t *err) {
    static const char letters[] = "KMGTP";
    int power = (int)(strchr(letters, peek(r)) - letters) + 1;
    r->i++;
    bool binary = peek(r) == 'i';
    r->i += binary;
    uint64_t factor = 1;
    for (; power; power--)
        factor *= binary ? 1024 : 1000;
    if (!num_op(a, NUM_MUL, *out, num_uint(factor), out, err))
        return false;
    if (!num_integral(*out))
        return error_set(err, ERR_INVALID, "number cannot be represented as int");
    *out = num_as(*out, NUM_INT);
    return out->exp == 0 || num_op(a, NUM_QUO, *out, num_int(1), out, err);
}

static bool in_range(size_t digits, int64_t exp, err_t *err) {
    int64_t adjusted = exp + (int64_t)digits - 1;
    if (adjusted > NUM_MAX_EXP || adjusted < -NUM_MAX_EXP)
        return error_set(err, ERR_INVALID, "exponent out of range");
    return true;
}

static bool read_decimal(arena_t *a, reader_t *r, num_t *out, err_t *err) {
    r->n = read_digits(r, 10, r->digits);
    size_t whole = r->n;
    if (peek(r) == '.') {
        r->i++;
        r->is_float = true;
        r->fraction = (int64_t)read_digits(r, 10, r->digits + r->n);
        r->n += (size_t)r->fraction;
    }
    if (!r->n || (!whole && !r->fraction))
        return literal_error(err, r->is_float ? "illegal fraction" : "illegal number start", r->text);
    int64_t exp = 0;
    int c = peek(r);
    if ((c == 'e' || c == 'E') && !read_exponent(r, &exp, err))
        return false;
    if (r->separator_last)
        return true;
    if (!r->is_float && whole > 1 && r->digits[0] == '0')
        return error_set(err, ERR_INVALID, "illegal integer number");
    size_t zeros = 0;
    while (zeros + 1 < r->n && r->digits[zeros] == '0')
        zeros++;
    if (!coefficient(a, r->digits, r->n, 10, out, err) || !in_range(r->n - zeros, exp - r->fraction, err))
        return false;
    out->exp = (int32_t)(exp - r->fraction);
    out->kind = r->is_float ? NUM_FLOAT : NUM_INT;
    if (c != -1 && c != 'e' && c != 'E' && strchr("KMGTP", c))
        return read_multiplier(a, r, out, err);
    return true;
}

bool num_parse(arena_t *a, str_t text, num_t *out, err_t *err) {
    reader_t r = {.text = text};
    *out = num_int(0);
    int c = peek(&r);
    r.neg = c == '-';
    r.i += c == '-' || c == '+';
    r.digits = arena_bytes(a, text.n + 1);
    bool ok;
    int base = peek(&r) == '0' && r.i + 1 < text.n ? text.p[r.i + 1] : 0;
    if (peek(&r) == '_' || peek(&r) == -1) {
        ok = literal_error(err, "invalid number", text);
    } else if (base == 'x' || base == 'X' || base == 'b' || base == 'o') {
        r.i++;
        ok = base == 'b'   ? read_based(a, &r, 2, "binary", out, err)
             : base == 'o' ? read_based(a, &r, 8, "octal", out, err)
                           : read_based(a, &r, 16, "hexadecimal", out, err);
    } else {
        ok = read_decimal(a, &r, out, err);
    }
    if (!ok)
        return false;
    if (r.separator_last)
        return error_set(err, ERR_INVALID, "illegal '_' in number");
    if (r.i < text.n)
        return literal_error(err, "invalid number", text);
    if (r.neg)
        *out = num_neg(*out);
    return true;
}

/* ---- text ---- */

/* The decimal digits of the coefficient, in buf when they fit there, else in *spare; empty when out of memory. */
static str_t digits_of(num_t x, char buf[48], buf_t *spare) {
    if (!x.is_big)
        return str_n(buf, (size_t)snprintf(buf, 48, "%llu", (unsigned long long)x.small));
    if (x.big->n <= 16) {
        wide_t w = 0;
        for (size_t i = 0; i < x.big->n; i++)
            w = w << 8 | x.big->bytes[i];
        size_t i = 48;
        for (; w; w /= 10)
            buf[--i] = (char)('0' + (int)(w % 10));
        return str_n(buf + i, 48 - i);
    }
    char *p = buf_reserve(spare, x.big->n * 5 / 2 + 2); /* a byte is 2.41 digits */
    BIGNUM *b = p ? BN_bin2bn(x.big->bytes, (int)x.big->n, NULL) : NULL;
    char *text = b ? BN_bn2dec(b) : NULL;
    if (text) {
        spare->n = strlen(text);
        memcpy(p, text, spare->n);
    }
    OPENSSL_free(text);
    BN_free(b);
    return buf_str(spare);
}

static void write_zeros(buf_t *out, int64_t n) {
    static const char zeros[] = "0000000000000000000000000000000000000000000000000000000000000000";
    for (; n > 0; n -= 64)
        buf_addn(out, zeros, n < 64 ? (size_t)n : 64);
}

/* Plain notation: exp <= 0. */
static void write_plain(buf_t *out, str_t digits, int64_t exp) {
    int64_t left = -exp - (int64_t)digits.n;
    if (exp == 0) {
        buf_add(out, digits);
    } else if (left >= 0) {
        buf_addc(out, "0.");
        write_zeros(out, left);
        buf_add(out, digits);
    } else {
        buf_add(out, str_sub(digits, 0, (size_t)-left));
        buf_char(out, '.');
        buf_add(out, str_from(digits, (size_t)-left));
    }
}

static void write_finite(buf_t *out, num_t x, str_t digits) {
    bool zero = !x.is_big && x.small == 0;
    int64_t adjusted = (int64_t)x.exp + (int64_t)digits.n - 1;
    /* 0E-9 is written out (0.000000000), down to 0E-2000. */
    int64_t places = adjusted + (zero && x.exp < 0 && x.exp >= -2000 ? -(int64_t)x.exp : 0);
    if (x.exp <= 0 && places >= -6) {
        write_plain(out, digits, x.exp);
        return;
    }
    buf_char(out, digits.p[0]);
    if (digits.n > 1) {
        buf_char(out, '.');
        buf_add(out, str_from(digits, 1));
    }
    buf_printf(out, "E%+lld", (long long)adjusted);
}

void num_write(buf_t *out, num_t x) {
    if (x.neg)
        buf_char(out, '-');
    if (x.form != NUM_FINITE) {
        buf_addc(out, x.form == NUM_NAN ? "NaN" : "Infinity");
        return;
    }
    char few[48];
    buf_t spare = {.arena = out->arena};
    str_t digits = digits_of(x, few, &spare);
    if (digits.n)
        write_finite(out, x, digits);
    else
        out->failed = true;
    buf_release(&spare);
}

str_t num_text(arena_t *a, num_t x) {
    buf_t b;
    buf_init_arena(&b, a);
    num_write(&b, x);
    return buf_str(&b);
}

str_t num_syntax(arena_t *a, num_t x) {
    str_t s = num_text(a, x);
    if (x.kind == NUM_INT)
        return s;
    for (size_t i = 0; i < s.n; i++)
        if (s.p[i] == '.' || s.p[i] == 'E' || s.p[i] == 'e')
            return s;
    return arena_concat(a, s, STR("."));
}
