/* What a plain scalar is: YAML 1.1 as go-yaml v2 (behind sigs.k8s.io/yaml) and v3 (behind CUE) read it. */
#include "config/yaml/yaml_inner.h"

#include "config/json/jv_inner.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>

static const struct {
    const char *text;
    plain_kind_t kind;
    double value;
    bool kubernetes_only;
} words[] = {
    {"", PLAIN_NULL, 0, false},
    {"~", PLAIN_NULL, 0, false},
    {"null", PLAIN_NULL, 0, false},
    {"Null", PLAIN_NULL, 0, false},
    {"NULL", PLAIN_NULL, 0, false},
    {"true", PLAIN_BOOL, 1, false},
    {"True", PLAIN_BOOL, 1, false},
    {"TRUE", PLAIN_BOOL, 1, false},
    {"false", PLAIN_BOOL, 0, false},
    {"False", PLAIN_BOOL, 0, false},
    {"FALSE", PLAIN_BOOL, 0, false},
    {"y", PLAIN_BOOL, 1, true},
    {"Y", PLAIN_BOOL, 1, true},
    {"yes", PLAIN_BOOL, 1, true},
    {"Yes", PLAIN_BOOL, 1, true},
    {"YES", PLAIN_BOOL, 1, true},
    {"on", PLAIN_BOOL, 1, true},
    {"On", PLAIN_BOOL, 1, true},
    {"ON", PLAIN_BOOL, 1, true},
    {"n", PLAIN_BOOL, 0, true},
    {"N", PLAIN_BOOL, 0, true},
    {"no", PLAIN_BOOL, 0, true},
    {"No", PLAIN_BOOL, 0, true},
    {"NO", PLAIN_BOOL, 0, true},
    {"off", PLAIN_BOOL, 0, true},
    {"Off", PLAIN_BOOL, 0, true},
    {"OFF", PLAIN_BOOL, 0, true},
    {".nan", PLAIN_FLOAT, NAN, false},
    {".NaN", PLAIN_FLOAT, NAN, false},
    {".NAN", PLAIN_FLOAT, NAN, false},
    {".inf", PLAIN_FLOAT, INFINITY, false},
    {".Inf", PLAIN_FLOAT, INFINITY, false},
    {".INF", PLAIN_FLOAT, INFINITY, false},
    {"+.inf", PLAIN_FLOAT, INFINITY, false},
    {"+.Inf", PLAIN_FLOAT, INFINITY, false},
    {"+.INF", PLAIN_FLOAT, INFINITY, false},
    {"-.inf", PLAIN_FLOAT, -INFINITY, false},
    {"-.Inf", PLAIN_FLOAT, -INFINITY, false},
    {"-.INF", PLAIN_FLOAT, -INFINITY, false},
    {"<<", PLAIN_MERGE, 0, false},
};

static bool digit(char c) {
    return c >= '0' && c <= '9';
}

/* ---- timestamps: they stay strings, but are quoted when written ---- */

/* One or two digits within the bounds. */
static bool two(str_t *s, int low, int high, int *out) {
    size_t n = 0;
    int v = 0;
    while (n < 2 && n < s->n && digit(s->p[n]))
        v = 10 * v + (s->p[n++] - '0');
    if (!n || v < low || v > high)
        return false;
    *s = str_from(*s, n);
    if (out)
        *out = v;
    return true;
}

static bool skip(str_t *s, char c) {
    if (!s->n || s->p[0] != c)
        return false;
    *s = str_from(*s, 1);
    return true;
}

static bool is_zone(str_t s) {
    if (str_eq(s, STR("Z")))
        return true;
    if (s.n != 6 || (s.p[0] != '+' && s.p[0] != '-') || s.p[3] != ':' || !digit(s.p[1]) || !digit(s.p[4]))
        return false;
    str_t hour = str_sub(s, 1, 2), minute = str_sub(s, 4, 2);
    return two(&hour, 0, 24, NULL) && !hour.n && two(&minute, 0, 60, NULL) && !minute.n;
}

static bool is_timestamp(str_t s) {
    int year = 0, month, day;
    for (size_t i = 0; i < 4; i++) {
        if (i >= s.n || !digit(s.p[i]))
            return false;
        year = 10 * year + (s.p[i] - '0');
    }
    s = str_from(s, 4);
    if (!skip(&s, '-') || !two(&s, 1, 12, &month) || !skip(&s, '-') || !two(&s, 1, 31, &day))
        return false;
    bool leap = year % 4 == 0 && (year % 100 != 0 || year % 400 == 0);
    if (day > (month == 2 ? (leap ? 29 : 28) : month == 4 || month == 6 || month == 9 || month == 11 ? 30 : 31))
        return false;
    if (!s.n)
        return true;
    char separator = s.p[0];
    if (separator != 'T' && separator != 't' && separator != ' ')
        return false;
    do
        s = str_from(s, 1);
    while (separator == ' ' && s.n && s.p[0] == ' ');
    if (!two(&s, 0, 23, NULL) || !skip(&s, ':') || !two(&s, 0, 59, NULL) || !skip(&s, ':') || !two(&s, 0, 59, NULL))
        return false;
    if (s.n > 1 && (s.p[0] == '.' || s.p[0] == ',') && digit(s.p[1]))
        for (s = str_from(s, 1); s.n && digit(s.p[0]);)
            s = str_from(s, 1);
    return separator == ' ' ? !s.n : is_zone(s);
}

/* ---- numbers ---- */

static bool parse_digits(str_t s, unsigned base, uint64_t *out) {
    uint64_t v = 0;
    if (!s.n)
        return false;
    for (size_t i = 0; i < s.n; i++) {
        char c = s.p[i];
        unsigned d = digit(c)                             ? (unsigned)(c - '0')
                     : (c | 32) >= 'a' && (c | 32) <= 'f' ? (unsigned)((c | 32) - 'a' + 10)
                                                          : 99;
        if (d >= base || __builtin_mul_overflow(v, base, &v) || __builtin_add_overflow(v, d, &v))
            return false;
    }
    *out = v;
    return true;
}

/* As Go's ParseInt and ParseUint with base 0 read it: 0x, 0o, 0b and a leading 0 for octals. */
static bool parse_integer(str_t s, plain_t *out) {
    bool sign = s.n && (s.p[0] == '-' || s.p[0] == '+');
    out->negative = sign && s.p[0] == '-';
    if (sign)
        s = str_from(s, 1);
    unsigned base = 10;
    if (s.n > 1 && s.p[0] == '0') {
        char c = s.n > 2 ? (char)(s.p[1] | 32) : 0;
        base = c == 'x' ? 16 : c == 'b' ? 2 : 8;
        s = str_from(s, c == 'x' || c == 'b' || c == 'o' ? 2 : 1);
    }
    /* Go's readers take a sign behind 0b too. */
    if (base == 2 && !sign && s.n && (s.p[0] == '-' || s.p[0] == '+')) {
        sign = true;
        out->negative = s.p[0] == '-';
        s = str_from(s, 1);
    }
    if (!parse_digits(s, base, &out->number))
        return false;
    /* Only a text without a sign may use all 64 bits. */
    uint64_t most = out->negative ? (uint64_t)INT64_MAX + 1 : sign ? (uint64_t)INT64_MAX : UINT64_MAX;
    return out->number <= most;
}

/* [-+]?(\.[0-9]+|[0-9]+(\.[0-9]*)?)([eE][-+]?[0-9]+)? */
static bool looks_like_float(str_t s) {
    size_t i = 0, from;
    if (i < s.n && (s.p[i] == '-' || s.p[i] == '+'))
        i++;
    for (from = i; i < s.n && digit(s.p[i]);)
        i++;
    bool whole = i > from;
    if (i < s.n && s.p[i] == '.') {
        for (from = ++i; i < s.n && digit(s.p[i]);)
            i++;
        if (!whole && i == from)
            return false;
    } else if (!whole) {
        return false;
    }
    if (i < s.n && (s.p[i] | 32) == 'e') {
        i++;
        if (i < s.n && (s.p[i] == '-' || s.p[i] == '+'))
            i++;
        for (from = i; i < s.n && digit(s.p[i]);)
            i++;
        if (i == from)
            return false;
    }
    return i == s.n;
}

/* Longer texts are no numbers anybody writes. */
enum { NUMBER_MAX = 512 };

static plain_t number(str_t text) {
    plain_t p = {.kind = PLAIN_STRING};
    char plain[NUMBER_MAX + 1];
    size_t n = 0;
    if (text.n > NUMBER_MAX)
        return p;
    for (size_t i = 0; i < text.n; i++)
        if (text.p[i] != '_' || text.p[0] == '.') /* a text that begins with a point may have none */
            plain[n++] = text.p[i];
    plain[n] = 0;
    if (text.p[0] != '.' && parse_integer(str_n(plain, n), &p)) {
        p.kind = PLAIN_INT;
        return p;
    }
    if (!looks_like_float(str_n(plain, n)))
        return p;
    p.real = strtod(plain, NULL);
    if (isinf(p.real))
        p.reason = "out of range";
    else
        p.kind = PLAIN_FLOAT;
    return p;
}

plain_t yaml_resolve(str_t text, yaml_rules_t rules, bool timestamp) {
    plain_t p = {.kind = PLAIN_STRING};
    if (text.n <= 5)
        for (size_t i = 0; i < sizeof words / sizeof *words; i++)
            if (str_eqc(text, words[i].text) && (rules == YAML_KUBERNETES || !words[i].kubernetes_only)) {
                p.kind = words[i].kind;
                p.truth = words[i].value != 0;
                p.real = words[i].value;
                return p;
            }
    if (!text.n || !(digit(text.p[0]) || text.p[0] == '+' || text.p[0] == '-' || text.p[0] == '.'))
        return p;
    if (timestamp && is_timestamp(text)) {
        p.kind = PLAIN_TIME;
        return p;
    }
    p = number(text);
    /* 0128 is no octal: CUE takes it for a string. */
    if (rules == YAML_CUE && p.kind == PLAIN_FLOAT) {
        size_t i = text.p[0] == '+' || text.p[0] == '-';
        bool octal = text.n > i + 1 && text.p[i] == '0';
        for (i++; octal && i < text.n; i++)
            octal = digit(text.p[i]) || text.p[i] == '_';
        if (octal)
            p.kind = PLAIN_STRING;
    }
    return p;
}

str_t yaml_core_tag(str_t tag) {
    static const str_t long_form = {"tag:yaml.org,2002:", 18};
    return str_starts(tag, long_form) ? str_from(tag, long_form.n) : STR_NONE;
}

/* ---- floats as text ---- */

/* The shortest digits that read back as the same float. */
static int shortest32(char digits[JV_DIGITS], float f, int *exponent) {
    char text[40];
    int want = 1, n = 0;
    while (snprintf(text, sizeof text, "%.*e", want - 1, (double)f), want < 9 && strtof(text, NULL) != f)
        want++;
    char *e = strchr(text, 'e');
    for (char *p = text; p < e; p++)
        if (digit(*p))
            digits[n++] = *p;
    while (n > 1 && digits[n - 1] == '0')
        n--;
    *exponent = atoi(e + 1);
    return n;
}

size_t yaml_format_float(char out[YAML_FLOAT_MAX], double d, int bits) {
    if (isnan(d))
        return (size_t)snprintf(out, YAML_FLOAT_MAX, ".nan");
    if (isinf(d) || (bits == 32 && isinf((float)d)))
        return (size_t)snprintf(out, YAML_FLOAT_MAX, d < 0 ? "-.inf" : ".inf");
    char digits[JV_DIGITS];
    int exponent, n;
    if (bits == 32)
        n = shortest32(digits, fabsf((float)d), &exponent);
    else
        n = jv_shortest(digits, d, &exponent);
    char *to = out;
    if (signbit(d))
        *to++ = '-';
    if (exponent < -4 || exponent >= 6) {
        *to++ = digits[0];
        if (n > 1)
            *to++ = '.';
        memcpy(to, digits + 1, (size_t)n - 1);
        to += n - 1;
        to += snprintf(to, 8, "e%c%02d", exponent < 0 ? '-' : '+', abs(exponent));
        return (size_t)(to - out);
    }
    int from = exponent < 0 ? exponent : 0;
    for (int i = from; i <= exponent || i < n; i++) {
        if (i == exponent + 1 && i > 0)
            *to++ = '.';
        *to++ = i < 0 || i >= n ? '0' : digits[i];
        if (i == from && exponent < 0)
            *to++ = '.';
    }
    return (size_t)(to - out);
}
