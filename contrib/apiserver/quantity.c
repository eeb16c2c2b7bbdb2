#include "contrib/apiserver/quantity.h"

#include <string.h>

#define NANO ((__int128)1000000000)
/* Larger values saturate, as Go caps at 2^63-1 of the largest scale. */
#define CAP ((__int128)1 << 100)

static const struct {
    const char *suffix;
    int base, exponent;
    char format;
} suffixes[] = {
    {"", 10, 0, 'd'},   {"n", 10, -9, 'd'}, {"u", 10, -6, 'd'}, {"m", 10, -3, 'd'},
    {"k", 10, 3, 'd'},  {"M", 10, 6, 'd'},  {"G", 10, 9, 'd'},  {"T", 10, 12, 'd'},
    {"P", 10, 15, 'd'}, {"E", 10, 18, 'd'}, {"Ki", 2, 10, 'b'}, {"Mi", 2, 20, 'b'},
    {"Gi", 2, 30, 'b'}, {"Ti", 2, 40, 'b'}, {"Pi", 2, 50, 'b'}, {"Ei", 2, 60, 'b'},
};
enum { SUFFIXES = sizeof suffixes / sizeof *suffixes };

static bool refuse(err_t *err) {
    return error_set(err, ERR_INVALID,
                     "quantities must match the regular expression "
                     "'^([+-]?[0-9.]+)([eEinumkKMGTP]*[-+]?[0-9]*)$'");
}

static bool read_suffix(str_t s, int *base, int *exponent, char *format) {
    for (size_t i = 0; i < SUFFIXES; i++)
        if (str_eqc(s, suffixes[i].suffix)) {
            *base = suffixes[i].base;
            *exponent = suffixes[i].exponent;
            *format = suffixes[i].format;
            return true;
        }
    int64_t e;
    if (s.n > 1 && (s.p[0] == 'e' || s.p[0] == 'E') && str_int(str_from(s, 1), &e) && e >= -100 && e <= 100) {
        *base = 10;
        *exponent = (int)e;
        *format = 'e';
        return true;
    }
    return false;
}

/* v × base^exponent, rounded away from zero where digits are lost. */
static __int128 scale(__int128 v, int base, int exponent) {
    for (; exponent > 0; exponent--)
        v = v > CAP / 10 ? CAP : v * base;
    bool lost = false;
    for (; exponent < 0; exponent++) {
        lost |= v % base != 0;
        v /= base;
    }
    return v + lost;
}

bool quantity_parse(str_t s, quantity_t *q, err_t *err) {
    if (s.n == 0)
        return refuse(err);
    bool negative = s.p[0] == '-';
    size_t i = s.p[0] == '-' || s.p[0] == '+';
    __int128 digits = 0;
    int fraction = 0, seen = 0;
    bool point = false, lost = false;
    for (; i < s.n && ((s.p[i] >= '0' && s.p[i] <= '9') || (s.p[i] == '.' && !point)); i++) {
        if (s.p[i] == '.') {
            point = true;
            continue;
        }
        seen++;
        if (point && fraction >= 18) {
            lost |= s.p[i] != '0';
            continue;
        }
        digits = digits > CAP / 10 ? CAP : digits * 10 + (s.p[i] - '0');
        fraction += point;
    }
    int base, exponent;
    if (!seen || !read_suffix(str_from(s, i), &base, &exponent, &q->format))
        return refuse(err);
    if (base == 2)
        q->nano = scale(scale(digits, 2, exponent), 10, 9 - fraction);
    else
        q->nano = scale(digits, 10, exponent - fraction + 9);
    q->nano += lost && q->nano < CAP;
    if (negative)
        q->nano = -q->nano;
    return true;
}

static str_t number_text(arena_t *a, __int128 v, const char *suffix) {
    char digits[64];
    size_t n = sizeof digits;
    bool negative = v < 0;
    unsigned __int128 u = negative ? -(unsigned __int128)v : (unsigned __int128)v;
    do
        digits[--n] = (char)('0' + (int)(u % 10));
    while (u /= 10);
    if (negative)
        digits[--n] = '-';
    return arena_printf(a, "%.*s%s", (int)(sizeof digits - n), digits + n, suffix);
}

str_t quantity_text(arena_t *a, quantity_t q) {
    if (q.nano == 0)
        return STR("0");
    if (q.format == 'b' && q.nano % NANO == 0) {
        __int128 v = q.nano / NANO;
        /* Go prints a binary quantity below 1024 in decimal form. */
        size_t i = 0;
        static const char *const binary[] = {"", "Ki", "Mi", "Gi", "Ti", "Pi", "Ei"};
        while (i < 6 && v % 1024 == 0) {
            v /= 1024;
            i++;
        }
        return number_text(a, v, binary[i]);
    }
    __int128 v = q.nano;
    int exponent = -9;
    while (exponent < 18 && v % 1000 == 0) {
        v /= 1000;
        exponent += 3;
    }
    if (q.format == 'e')
        return exponent ? number_text(a, v, arena_cstr(a, arena_printf(a, "e%d", exponent))) : number_text(a, v, "");
    static const char *const decimal[] = {"n", "u", "m", "", "k", "M", "G", "T", "P", "E"};
    return number_text(a, v, decimal[(exponent + 9) / 3]);
}

quantity_t quantity_of(const jv_t *v) {
    quantity_t q = {0, 'd'};
    if (jv_is(v, JV_STRING) || jv_is(v, JV_NUMBER))
        if (!quantity_parse(str_trim(v->s), &q, NULL))
            q.nano = 0;
    return q;
}

int quantity_cmp(quantity_t x, quantity_t y) {
    return x.nano < y.nano ? -1 : x.nano > y.nano;
}
