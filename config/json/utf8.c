#include "config/json/jv_inner.h"

static inline bool tail(const char *p, unsigned char low, unsigned char high) {
    return (unsigned char)*p >= low && (unsigned char)*p <= high;
}

uint32_t jv_utf8_decode(const char *p, const char *end, int *size) {
    unsigned char c = (unsigned char)p[0];
    ptrdiff_t n = end - p;
    *size = 1;
    if (c < 0x80)
        return c;
    if (c >= 0xC2 && c < 0xE0 && n >= 2 && tail(p + 1, 0x80, 0xBF)) {
        *size = 2;
        return (uint32_t)(c & 0x1F) << 6 | (p[1] & 0x3F);
    }
    /* The bounds of the second byte leave out what is too long, surrogates and beyond U+10FFFF. */
    if (c >= 0xE0 && c < 0xF0 && n >= 3 && tail(p + 1, c == 0xE0 ? 0xA0 : 0x80, c == 0xED ? 0x9F : 0xBF) &&
        tail(p + 2, 0x80, 0xBF)) {
        *size = 3;
        return (uint32_t)(c & 0x0F) << 12 | (uint32_t)(p[1] & 0x3F) << 6 | (p[2] & 0x3F);
    }
    if (c >= 0xF0 && c < 0xF5 && n >= 4 && tail(p + 1, c == 0xF0 ? 0x90 : 0x80, c == 0xF4 ? 0x8F : 0xBF) &&
        tail(p + 2, 0x80, 0xBF) && tail(p + 3, 0x80, 0xBF)) {
        *size = 4;
        return (uint32_t)(c & 0x07) << 18 | (uint32_t)(p[1] & 0x3F) << 12 | (uint32_t)(p[2] & 0x3F) << 6 |
               (p[3] & 0x3F);
    }
    return 0xFFFD;
}

int jv_utf8_encode(char *out, uint32_t c) {
    if (c < 0x80) {
        out[0] = (char)c;
        return 1;
    }
    if (c < 0x800) {
        out[0] = (char)(0xC0 | c >> 6);
        out[1] = (char)(0x80 | (c & 0x3F));
        return 2;
    }
    if (c < 0x10000) {
        out[0] = (char)(0xE0 | c >> 12);
        out[1] = (char)(0x80 | (c >> 6 & 0x3F));
        out[2] = (char)(0x80 | (c & 0x3F));
        return 3;
    }
    out[0] = (char)(0xF0 | c >> 18);
    out[1] = (char)(0x80 | (c >> 12 & 0x3F));
    out[2] = (char)(0x80 | (c >> 6 & 0x3F));
    out[3] = (char)(0x80 | (c & 0x3F));
    return 4;
}

str_t jv_utf8_repair(arena_t *a, str_t s) {
    size_t bad = 0;
    int size;
    for (size_t i = 0; i < s.n; i += (size_t)size)
        bad += jv_utf8_decode(s.p + i, s.p + s.n, &size) == 0xFFFD && size == 1;
    if (!bad)
        return s;
    char *out = arena_bytes(a, s.n + 2 * bad + 1), *to = out;
    for (size_t i = 0; i < s.n; i += (size_t)size)
        to += jv_utf8_encode(to, jv_utf8_decode(s.p + i, s.p + s.n, &size));
    *to = 0;
    return str_n(out, (size_t)(to - out));
}
