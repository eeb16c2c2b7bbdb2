#include "reactor/base/str.h"

#include <sys/random.h>
#include <time.h>

int str_cmp(str_t a, str_t b) {
    size_t n = a.n < b.n ? a.n : b.n;
    int c = n ? memcmp(a.p, b.p, n) : 0;
    return c ? c : (a.n > b.n) - (a.n < b.n);
}

static char lower(char c) {
    return c >= 'A' && c <= 'Z' ? (char)(c + 32) : c;
}

bool str_eq_nocase(str_t a, str_t b) {
    if (a.n != b.n)
        return false;
    for (size_t i = 0; i < a.n; i++)
        if (lower(a.p[i]) != lower(b.p[i]))
            return false;
    return true;
}

bool str_starts(str_t s, str_t prefix) {
    return s.n >= prefix.n && str_eq(str_sub(s, 0, prefix.n), prefix);
}

bool str_ends(str_t s, str_t suffix) {
    return s.n >= suffix.n && str_eq(str_from(s, s.n - suffix.n), suffix);
}

str_t str_sub(str_t s, size_t from, size_t n) {
    if (from > s.n)
        from = s.n;
    if (n > s.n - from)
        n = s.n - from;
    return (str_t){s.p ? s.p + from : NULL, n};
}

str_t str_from(str_t s, size_t from) {
    return str_sub(s, from, SIZE_MAX);
}

static bool blank(char c) {
    return c == ' ' || c == '\t' || c == '\r' || c == '\n';
}

str_t str_trim(str_t s) {
    while (s.n && blank(s.p[0]))
        s.p++, s.n--;
    while (s.n && blank(s.p[s.n - 1]))
        s.n--;
    return s;
}

ptrdiff_t str_find(str_t s, str_t what) {
    if (what.n == 0)
        return 0;
    if (what.n > s.n)
        return -1;
    const char *at = memmem(s.p, s.n, what.p, what.n);
    return at ? at - s.p : -1;
}

ptrdiff_t str_chr(str_t s, char c) {
    const char *at = s.n ? memchr(s.p, c, s.n) : NULL;
    return at ? at - s.p : -1;
}

ptrdiff_t str_rchr(str_t s, char c) {
    const char *at = s.n ? memrchr(s.p, c, s.n) : NULL;
    return at ? at - s.p : -1;
}

bool str_cut(str_t s, char c, str_t *before, str_t *after) {
    ptrdiff_t at = str_chr(s, c);
    *before = at < 0 ? s : str_sub(s, 0, (size_t)at);
    *after = at < 0 ? STR_NONE : str_from(s, (size_t)at + 1);
    return at >= 0;
}

bool str_int(str_t s, int64_t *out) {
    bool negative = s.n && s.p[0] == '-';
    if (s.n && (s.p[0] == '-' || s.p[0] == '+'))
        s = str_from(s, 1);
    if (!s.n)
        return false;
    int64_t v = 0; /* counted downwards: INT64_MIN has no positive twin */
    for (size_t i = 0; i < s.n; i++) {
        if (s.p[i] < '0' || s.p[i] > '9')
            return false;
        if (__builtin_mul_overflow(v, 10, &v) || __builtin_sub_overflow(v, s.p[i] - '0', &v))
            return false;
    }
    if (!negative && __builtin_sub_overflow(0, v, &v))
        return false;
    *out = v;
    return true;
}

static uint64_t seed(void) {
    static uint64_t value;
    if (!value) {
        if (getrandom(&value, sizeof value, GRND_NONBLOCK) != sizeof value)
            value = (uint64_t)time(NULL) * 0x9E3779B97F4A7C15u;
        value |= 1;
    }
    return value;
}

static uint64_t mix(uint64_t a, uint64_t b) {
    __uint128_t m = (__uint128_t)a * b;
    return (uint64_t)m ^ (uint64_t)(m >> 64);
}

uint64_t str_hash(str_t s) {
    uint64_t h = seed() ^ s.n;
    const char *p = s.p;
    size_t n = s.n;
    while (n >= 8) {
        uint64_t w;
        memcpy(&w, p, 8);
        h = mix(h ^ w, 0x9E3779B97F4A7C15u);
        p += 8, n -= 8;
    }
    uint64_t w = 0;
    if (n)
        memcpy(&w, p, n);
    return mix(h ^ w, 0xD6E8FEB86659FD93u);
}
