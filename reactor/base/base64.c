#include "reactor/base/base64.h"

static const char std_digits[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
static const char url_digits[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";

static bool is_url(base64_kind_t kind) {
    return kind == BASE64_URL || kind == BASE64_RAW_URL;
}

static bool is_raw(base64_kind_t kind) {
    return kind == BASE64_RAW_STD || kind == BASE64_RAW_URL;
}

void base64_encode(buf_t *out, str_t in, base64_kind_t kind) {
    const char *digits = is_url(kind) ? url_digits : std_digits;
    for (size_t i = 0; i < in.n; i += 3) {
        size_t left = in.n - i < 3 ? in.n - i : 3;
        uint32_t w = 0;
        for (size_t k = 0; k < 3; k++)
            w = w << 8 | (k < left ? (unsigned char)in.p[i + k] : 0);
        char four[4];
        for (size_t k = 0; k < 4; k++)
            four[k] = k <= left ? digits[w >> (18 - 6 * k) & 63] : '=';
        buf_addn(out, four, is_raw(kind) ? left + 1 : 4);
    }
}

static int digit(char c, bool url) {
    if (c >= 'A' && c <= 'Z')
        return c - 'A';
    if (c >= 'a' && c <= 'z')
        return c - 'a' + 26;
    if (c >= '0' && c <= '9')
        return c - '0' + 52;
    if (c == (url ? '-' : '+'))
        return 62;
    return c == (url ? '_' : '/') ? 63 : -1;
}

bool base64_decode(buf_t *out, str_t in, base64_kind_t kind, size_t *at) {
    uint32_t w = 0;
    size_t have = 0, pad = 0, i = 0;
    for (; i < in.n; i++) {
        char c = in.p[i];
        if (c == '\r' || c == '\n')
            continue;
        int d = digit(c, is_url(kind));
        if (c == '=' && !is_raw(kind) && have >= 2 && have + pad < 4) {
            pad++;
            continue;
        }
        if (d < 0 || pad)
            goto bad;
        w = w << 6 | (uint32_t)d;
        if (++have == 4) {
            char three[3] = {(char)(w >> 16), (char)(w >> 8), (char)w};
            buf_addn(out, three, 3);
            have = 0;
            w = 0;
        }
    }
    if (have == 1 || (have && !is_raw(kind) && have + pad != 4))
        goto bad;
    if (have == 2)
        buf_char(out, (char)(w >> 4));
    if (have == 3) {
        buf_char(out, (char)(w >> 10));
        buf_char(out, (char)(w >> 2));
    }
    return true;
bad:
    if (at)
        *at = i;
    return false;
}
