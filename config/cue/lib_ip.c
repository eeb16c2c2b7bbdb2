#include "config/cue/lib_ip.h"

#include <ctype.h>

static bool fail(const char **why, str_t *at, const char *what, str_t rest) {
    *why = what;
    *at = rest;
    return false;
}

static bool parse4(str_t s, uint8_t out[4], const char **why, str_t *at) {
    int v = 0, digits = 0, pos = 0;
    for (size_t i = 0; i < s.n; i++) {
        char ch = s.p[i];
        if (isdigit((unsigned char)ch)) {
            if (digits == 1 && v == 0)
                return fail(why, at, "IPv4 field has octet with leading zero", STR(""));
            v = v * 10 + ch - '0';
            digits++;
            if (v > 255)
                return fail(why, at, "IPv4 field has value >255", STR(""));
        } else if (ch == '.') {
            if (i == 0 || i == s.n - 1 || s.p[i - 1] == '.')
                return fail(why, at, "IPv4 field must have at least one digit", str_from(s, i));
            if (pos == 3)
                return fail(why, at, "IPv4 address too long", STR(""));
            out[pos++] = (uint8_t)v;
            v = digits = 0;
        } else {
            return fail(why, at, "unexpected character", str_from(s, i));
        }
    }
    if (pos < 3)
        return fail(why, at, "IPv4 address too short", STR(""));
    out[3] = (uint8_t)v;
    return true;
}

/* One group of hexadecimal digits; its length, 0 where there is none, -1 when it is too large. */
static int hex_group(str_t s, unsigned *v) {
    int n = 0;
    for (*v = 0; (size_t)n < s.n && isxdigit((unsigned char)s.p[n]); n++) {
        char ch = s.p[n];
        *v = *v * 16 + (unsigned)(isdigit((unsigned char)ch) ? ch - '0' : tolower((unsigned char)ch) - 'a' + 10);
        if (n > 3 || *v > 0xffff)
            return -1;
    }
    return n;
}

static void expand(uint8_t b[16], int have, int gap) {
    int tail = have - gap;
    memmove(b + 16 - tail, b + gap, (size_t)tail);
    memset(b + gap, 0, (size_t)(16 - have));
}

static bool parse6(str_t s, ip_t *ip, const char **why, str_t *at) {
    ptrdiff_t percent = str_chr(s, '%');
    if (percent >= 0) {
        ip->zone = str_from(s, (size_t)percent + 1);
        s = str_sub(s, 0, (size_t)percent);
        if (!ip->zone.n)
            return fail(why, at, "zone must be a non-empty string", STR(""));
    }
    int i = 0, gap = -1;
    if (s.n >= 2 && s.p[0] == ':' && s.p[1] == ':') {
        gap = 0;
        s = str_from(s, 2);
        if (!s.n)
            return true;
    }
    while (i < 16) {
        unsigned v;
        int n = hex_group(s, &v);
        if (n < 0)
            return fail(why, at, "each group must have 4 or less digits", s);
        if (n == 0)
            return fail(why, at, "each colon-separated field must have at least one digit", s);
        if ((size_t)n < s.n && s.p[n] == '.') {
            if (gap < 0 && i != 12)
                return fail(why, at, "embedded IPv4 address must replace the final 2 fields of the address", s);
            if (i + 4 > 16)
                return fail(why, at, "too many hex fields to fit an embedded IPv4 at the end of the address", s);
            if (!parse4(s, ip->b + i, why, at))
                return false;
            i += 4;
            s = STR("");
            break;
        }
        ip->b[i++] = (uint8_t)(v >> 8);
        ip->b[i++] = (uint8_t)v;
        s = str_from(s, (size_t)n);
        if (!s.n)
            break;
        if (s.p[0] != ':')
            return fail(why, at, "unexpected character, want colon", s);
        if (s.n == 1)
            return fail(why, at, "colon must be followed by more characters", s);
        s = str_from(s, 1);
        if (s.p[0] == ':') {
            if (gap >= 0)
                return fail(why, at, "multiple :: in address", s);
            gap = i;
            s = str_from(s, 1);
            if (!s.n)
                break;
        }
    }
    if (s.n)
        return fail(why, at, "trailing garbage after address", s);
    if (i < 16 && gap < 0)
        return fail(why, at, "address string too short", STR(""));
    if (i == 16 && gap >= 0)
        return fail(why, at, "the :: must expand to at least one field of zeros", STR(""));
    if (i < 16)
        expand(ip->b, i, gap);
    return true;
}

bool ip_parse(str_t s, ip_t *out, const char **why, str_t *at) {
    *out = (ip_t){0};
    for (size_t i = 0; i < s.n; i++) {
        bool ok;
        if (s.p[i] == '.') {
            ok = parse4(s, out->b, why, at);
            out->n = ok ? 4 : 0;
            return ok;
        }
        if (s.p[i] == ':') {
            ok = parse6(s, out, why, at);
            out->n = ok ? 16 : 0;
            return ok;
        }
        if (s.p[i] == '%')
            return fail(why, at, "missing IPv6 address", STR(""));
    }
    return fail(why, at, "unable to parse IP", STR(""));
}

bool ip_is_4in6(const ip_t *ip) {
    static const uint8_t prefix[12] = {[10] = 0xff, [11] = 0xff};
    return ip->n == 16 && memcmp(ip->b, prefix, 12) == 0;
}

ip_t ip_unmap(ip_t ip) {
    if (!ip_is_4in6(&ip))
        return ip;
    ip_t v4 = {.n = 4};
    memcpy(v4.b, ip.b + 12, 4);
    return v4;
}

static unsigned group(const ip_t *ip, int i) {
    return (unsigned)ip->b[2 * i] << 8 | ip->b[2 * i + 1];
}

void ip_write(buf_t *out, const ip_t *ip) {
    ip_t v4 = ip_unmap(*ip);
    if (v4.n == 4) {
        buf_printf(out, "%s%u.%u.%u.%u", ip->n == 16 ? "::ffff:" : "", v4.b[0], v4.b[1], v4.b[2], v4.b[3]);
    } else {
        int from = 8, length = 1; /* the longest run of two or more zero groups */
        for (int i = 0; i < 8; i++) {
            int k = i;
            while (k < 8 && !group(ip, k))
                k++;
            if (k - i > length) {
                from = i;
                length = k - i;
            }
        }
        for (int i = 0; i < 8; i++) {
            if (i == from) {
                buf_addc(out, "::");
                i += length - 1;
                continue;
            }
            if (i && i != from + length)
                buf_char(out, ':');
            buf_printf(out, "%x", group(ip, i));
        }
    }
    if (ip->zone.n) {
        buf_char(out, '%');
        buf_add(out, ip->zone);
    }
}
