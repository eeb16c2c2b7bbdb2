/* Package net: addresses, host:port and URL escapes. */
#include "config/cue/lib_ip.h"

#include <ctype.h>
#include <stdlib.h>

static ip_t ip_of(const cdata_t *v) {
    ip_t ip = {0};
    const char *why;
    str_t at;
    if (v->kind & LIB_TEXT)
        ip_parse(v->s, &ip, &why, &at);
    if (v->kind != LIB_LIST || (v->n != 4 && v->n != 16))
        return ip;
    for (size_t i = 0; i < v->n; i++) {
        uint64_t b;
        if (v->items[i]->kind != LIB_INT || !num_to_uint64(v->items[i]->num, &b) || b > 255)
            return (ip_t){0};
        ip.b[i] = (uint8_t)b;
    }
    ip.n = (int)v->n;
    return ip;
}

/* As Go's %s shows a CUE value: as source, so with blanks in a list. */
static str_t value_text(lib_call_t *c, const cdata_t *v) {
    buf_t b;
    if (v->kind != LIB_LIST)
        return v->kind & LIB_TEXT ? v->s : cdata_text(c->arena, v);
    buf_init_arena(&b, c->arena);
    for (size_t i = 0; i < v->n; i++) {
        buf_addc(&b, i ? ", " : "[");
        buf_add(&b, cdata_text(c->arena, v->items[i]));
    }
    buf_addc(&b, v->n ? "]" : "[]");
    return buf_str(&b);
}

static bool invalid_ip(lib_call_t *c, const cdata_t *v) {
    str_t text = value_text(c, v);
    return lib_fail(c, "invalid IP " STR_FMT, STR_ARG(go_quoted(c->arena, text)));
}

static str_t ip_text(lib_call_t *c, const ip_t *ip) {
    buf_t b;
    buf_init_arena(&b, c->arena);
    ip_write(&b, ip);
    return buf_str(&b);
}

static bool give_ip_bytes(lib_call_t *c, const uint8_t *b, size_t n, cdata_t **out) {
    *out = cdata_list(c->arena, n);
    for (size_t i = 0; i < n; i++)
        (*out)->items[i] = cdata_int(c->arena, b[i]);
    return true;
}

LIB_FN(parse_ip) {
    ip_t ip = ip_of(args[0]);
    if (!ip.n)
        return lib_fail(c, "invalid IP address " STR_FMT, STR_ARG(go_quoted(c->arena, LIB_STR(0))));
    return give_ip_bytes(c, ip.b, (size_t)ip.n, out);
}

LIB_FN(to_ip4) {
    ip_t ip = ip_of(args[0]);
    if (!ip.n)
        return invalid_ip(c, args[0]);
    if (ip.n != 4)
        return lib_fail(c, "cannot convert \"" STR_FMT "\" to IPv4", STR_ARG(ip_text(c, &ip)));
    return give_ip_bytes(c, ip.b, 4, out);
}

LIB_FN(to_ip16) {
    ip_t ip = ip_of(args[0]);
    if (!ip.n)
        return invalid_ip(c, args[0]);
    uint8_t b[16] = {[10] = 0xff, [11] = 0xff};
    memcpy(ip.n == 4 ? b + 12 : b, ip.b, (size_t)ip.n);
    return give_ip_bytes(c, b, 16, out);
}

LIB_FN(ip_string) {
    ip_t ip = ip_of(args[0]);
    return ip.n ? lib_give_str(c, out, ip_text(c, &ip)) : invalid_ip(c, args[0]);
}

/* ---- what an address is ---- */

typedef enum {
    IS_4,
    IS_6,
    IS_ANY,
    LOOPBACK,
    MULTICAST,
    IFACE_MULTICAST,
    LINK_MULTICAST,
    LINK_UNICAST,
    GLOBAL,
    UNSPECIFIED
} trait_t;

static bool all_zero(const ip_t *ip) {
    for (int i = 0; i < ip->n; i++)
        if (ip->b[i])
            return false;
    return ip->n && !ip->zone.n;
}

static bool ip_is(ip_t ip, trait_t trait) {
    static const uint8_t broadcast[4] = {255, 255, 255, 255}, loopback6[16] = {[15] = 1};
    if (trait == IS_4 || trait == IS_6 || trait == IS_ANY)
        return trait == IS_4 ? ip.n == 4 : trait == IS_6 ? ip.n == 16 : ip.n > 0;
    if (trait == UNSPECIFIED)
        return all_zero(&ip);
    ip = ip_unmap(ip);
    bool v4 = ip.n == 4, v6 = ip.n == 16;
    switch (trait) {
    case LOOPBACK:
        return v4 ? ip.b[0] == 127 : v6 && !ip.zone.n && memcmp(ip.b, loopback6, 16) == 0;
    case MULTICAST:
        return v4 ? ip.b[0] >> 4 == 0xe : v6 && ip.b[0] == 0xff;
    case IFACE_MULTICAST:
        return v6 && ip.b[0] == 0xff && (ip.b[1] & 0xf) == 1;
    case LINK_MULTICAST:
        return v4 ? ip.b[0] == 224 && !ip.b[1] && !ip.b[2] : v6 && ip.b[0] == 0xff && (ip.b[1] & 0xf) == 2;
    case LINK_UNICAST:
        return v4 ? ip.b[0] == 169 && ip.b[1] == 254 : v6 && ip.b[0] == 0xfe && (ip.b[1] & 0xc0) == 0x80;
    default:
        if (!ip.n || (v4 && (all_zero(&ip) || memcmp(ip.b, broadcast, 4) == 0)))
            return false;
        return !all_zero(&ip) && !ip_is(ip, LOOPBACK) && !ip_is(ip, MULTICAST) && !ip_is(ip, LINK_UNICAST);
    }
}

#define TRAIT(name, trait)                                                                                             \
    LIB_FN(name) {                                                                                                     \
        return lib_give_bool(c, out, ip_is(ip_of(args[0]), trait));                                                    \
    }
TRAIT(is_ipv4, IS_4)
TRAIT(is_ipv6, IS_6)
TRAIT(is_ip, IS_ANY)
TRAIT(is_loopback, LOOPBACK)
TRAIT(is_multicast, MULTICAST)
TRAIT(is_iface_multicast, IFACE_MULTICAST)
TRAIT(is_link_multicast, LINK_MULTICAST)
TRAIT(is_link_unicast, LINK_UNICAST)
TRAIT(is_global_unicast, GLOBAL)
TRAIT(is_unspecified, UNSPECIFIED)

static bool prefix_fail(lib_call_t *c, str_t s, str_t what) {
    return lib_fail(c, "netip.ParsePrefix(" STR_FMT "): " STR_FMT, STR_ARG(go_quoted(c->arena, s)), STR_ARG(what));
}

LIB_FN(ip_cidr) {
    if (!(args[0]->kind & LIB_TEXT))
        return lib_give_bool(c, out, true);
    str_t s = LIB_STR(0), at = STR("");
    ptrdiff_t slash = str_rchr(s, '/');
    if (slash < 0)
        return prefix_fail(c, s, STR("no '/'"));
    str_t address = str_sub(s, 0, (size_t)slash), bits = str_from(s, (size_t)slash + 1);
    const char *why;
    ip_t ip;
    if (!ip_parse(address, &ip, &why, &at)) {
        str_t q = go_quoted(c->arena, address);
        str_t text = arena_printf(c->arena, "ParseAddr(" STR_FMT "): %s", STR_ARG(q), why);
        if (at.n)
            text = arena_printf(c->arena, STR_FMT " (at " STR_FMT ")", STR_ARG(text), STR_ARG(go_quoted(c->arena, at)));
        return prefix_fail(c, s, text);
    }
    if (ip.zone.n)
        return prefix_fail(c, s, STR("IPv6 zones cannot be present in a prefix"));
    int64_t n;
    bool number = bits.n && isdigit((unsigned char)bits.p[0]) && (bits.n == 1 || bits.p[0] != '0') && str_int(bits, &n);
    if (!number)
        return prefix_fail(c, s,
                           arena_printf(c->arena, "bad bits after slash: " STR_FMT,
                                        STR_ARG(go_quoted(c->arena, bits))));
    if (n > ip.n * 8)
        return prefix_fail(c, s, STR("prefix length out of range"));
    return lib_give_bool(c, out, true);
}

/* ---- host and port ---- */

static bool address_fail(lib_call_t *c, str_t s, const char *what) {
    return lib_fail(c, "address " STR_FMT ": %s", STR_ARG(s), what);
}

LIB_FN(split_host_port) {
    str_t s = LIB_STR(0), host;
    ptrdiff_t colon = str_rchr(s, ':'), close = -1;
    size_t j = 0, k = 0; /* where no '[' and ']' may stand from */
    if (colon < 0)
        return address_fail(c, s, "missing port in address");
    if (s.p[0] == '[') {
        close = str_chr(s, ']');
        if (close < 0)
            return address_fail(c, s, "missing ']' in address");
        if ((size_t)close + 1 == s.n)
            return address_fail(c, s, "missing port in address");
        if (close + 1 != colon)
            return address_fail(c, s, s.p[close + 1] == ':' ? "too many colons in address" : "missing port in address");
        host = str_sub(s, 1, (size_t)close - 1);
        j = 1;
        k = (size_t)close + 1;
    } else {
        host = str_sub(s, 0, (size_t)colon);
        if (str_chr(host, ':') >= 0)
            return address_fail(c, s, "too many colons in address");
    }
    if (str_chr(str_from(s, j), '[') >= 0)
        return address_fail(c, s, "unexpected '[' in address");
    if (str_chr(str_from(s, k), ']') >= 0)
        return address_fail(c, s, "unexpected ']' in address");
    *out = lib_strings_of(c, (str_t[]){host, str_from(s, (size_t)colon + 1)}, 2);
    return true;
}

static bool wrong_kind(lib_call_t *c, const cdata_t *v, const char *want) {
    static const char *const kinds[] = {"null", "bool", "int", "float", "string", "bytes", "struct", "list"};
    return lib_fail(c, "cannot use value " STR_FMT " (type %s) as %s", STR_ARG(cdata_text(c->arena, v)),
                    kinds[__builtin_ctz(v->kind)], want);
}

LIB_FN(join_host_port) {
    str_t host, port;
    if (args[0]->kind == LIB_LIST) {
        ip_t ip = ip_of(args[0]);
        if (!ip.n)
            return lib_fail(c, "invalid host " STR_FMT, STR_ARG(value_text(c, args[0])));
        host = ip_text(c, &ip);
    } else if (args[0]->kind & LIB_TEXT) {
        host = LIB_STR(0);
    } else {
        return wrong_kind(c, args[0], "string");
    }
    if (args[1]->kind & LIB_TEXT)
        port = LIB_STR(1);
    else if (args[1]->kind == LIB_INT)
        port = num_text(c->arena, args[1]->num);
    else
        return wrong_kind(c, args[1], "int");
    bool brackets = str_chr(host, ':') >= 0;
    return lib_give_str(c, out,
                        arena_printf(c->arena, "%s" STR_FMT "%s:" STR_FMT, brackets ? "[" : "", STR_ARG(host),
                                     brackets ? "]" : "", STR_ARG(port)));
}

/* ---- FQDN, as Go's idna has it for ASCII: lengths, hyphens, and xn-- labels that decode ---- */

static bool punycode_decodes(str_t s) {
    ptrdiff_t dash = str_rchr(s, '-');
    uint64_t n = 128, i = 0, bias = 72, length = dash < 0 ? 0 : (uint64_t)dash;
    size_t pos = dash < 0 ? 0 : (size_t)dash + 1;
    bool some = false;
    while (pos < s.n) {
        uint64_t before = i, w = 1;
        for (uint64_t k = 36;; k += 36) {
            if (pos == s.n)
                return false;
            char ch = s.p[pos++];
            uint64_t d = ch >= 'a' && ch <= 'z'       ? (uint64_t)(ch - 'a')
                         : isdigit((unsigned char)ch) ? (uint64_t)(ch - '0') + 26
                                                      : 36;
            if (d == 36)
                return false;
            i += d * w;
            uint64_t t = k <= bias ? 1 : k >= bias + 26 ? 26 : k - bias;
            if (i > INT32_MAX || d < t) {
                if (i > INT32_MAX)
                    return false;
                break;
            }
            w *= 36 - t;
            if (w > INT32_MAX)
                return false;
        }
        length++;
        uint64_t delta = before == 0 ? i / 700 : (i - before) / 2, k = 0;
        for (delta += delta / length; delta > 455; k += 36)
            delta /= 35;
        bias = k + 36 * delta / (delta + 38);
        n += i / length;
        i = i % length + 1;
        if (n < 0xa1 || n > 0x10ffff || (n >= 0xd800 && n < 0xe000))
            return false;
        some = true;
    }
    return some;
}

static bool label_ok(str_t l) {
    if (!l.n || l.n > 63)
        return false;
    if (str_starts(l, STR("xn--")))
        return punycode_decodes(str_from(l, 4));
    if (l.n > 4 && l.p[2] == '-' && l.p[3] == '-')
        return false;
    return l.p[0] != '-' && l.p[l.n - 1] != '-';
}

LIB_FN(fqdn) {
    str_t s = LIB_STR(0), label, rest;
    bool ok = true;
    for (size_t i = 0; i < s.n; i++)
        ok &= (unsigned char)s.p[i] < 0x80;
    if (s.n && s.p[s.n - 1] == '.')
        s.n--;
    ok = ok && s.n && s.n <= 253;
    while (ok && str_cut(s, '.', &label, &rest)) {
        ok = label_ok(label);
        s = rest;
    }
    return lib_give_bool(c, out, ok && label_ok(s));
}

/* ---- URL escapes ---- */

static bool escape(lib_call_t *c, str_t s, const char *plain, bool plus, cdata_t **out) {
    buf_t b;
    if (!lib_room(c, s.n * 3))
        return false;
    buf_init_arena(&b, c->arena);
    for (size_t i = 0; i < s.n; i++) {
        unsigned char ch = (unsigned char)s.p[i];
        if ((ch < 0x80 && isalnum(ch)) || (ch && strchr(plain, ch)))
            buf_char(&b, (char)ch);
        else if (plus && ch == ' ')
            buf_char(&b, '+');
        else
            buf_printf(&b, "%%%02X", ch);
    }
    return lib_give_buf(c, out, &b);
}

static bool unescape(lib_call_t *c, str_t s, bool plus, cdata_t **out) {
    buf_t b;
    buf_init_arena(&b, c->arena);
    for (size_t i = 0; i < s.n; i++) {
        if (s.p[i] == '%') {
            str_t code = str_sub(s, i, 3);
            if (code.n < 3 || !isxdigit((unsigned char)code.p[1]) || !isxdigit((unsigned char)code.p[2]))
                return lib_fail(c, "invalid URL escape " STR_FMT, STR_ARG(go_quoted(c->arena, code)));
            char digits[3] = {code.p[1], code.p[2], 0};
            buf_char(&b, (char)strtol(digits, NULL, 16));
            i += 2;
        } else {
            buf_char(&b, plus && s.p[i] == '+' ? ' ' : s.p[i]);
        }
    }
    return lib_give_buf(c, out, &b);
}

LIB_FN(path_escape) {
    return escape(c, LIB_STR(0), "-_.~$&+=:@", false, out);
}
LIB_FN(query_escape) {
    return escape(c, LIB_STR(0), "-_.~", true, out);
}
LIB_FN(path_unescape) {
    return unescape(c, LIB_STR(0), false, out);
}
LIB_FN(query_unescape) {
    return unescape(c, LIB_STR(0), true, out);
}

#define ROW(name, result, fn, ...)                                                                                     \
    { "net", name, {__VA_ARGS__}, result, fn, NULL }
const lib_func_t lib_net[] = {
    ROW("SplitHostPort", LIB_LIST, split_host_port, LIB_STRING),
    ROW("JoinHostPort", LIB_STRING, join_host_port, LIB_ANY, LIB_ANY),
    ROW("FQDN", LIB_BOOL, fqdn, LIB_STRING),
    ROW("ParseIP", LIB_LIST, parse_ip, LIB_STRING),
    ROW("IPv4", LIB_BOOL, is_ipv4, LIB_ANY),
    ROW("IPv6", LIB_BOOL, is_ipv6, LIB_ANY),
    ROW("IP", LIB_BOOL, is_ip, LIB_ANY),
    ROW("IPCIDR", LIB_BOOL, ip_cidr, LIB_ANY),
    ROW("LoopbackIP", LIB_BOOL, is_loopback, LIB_ANY),
    ROW("MulticastIP", LIB_BOOL, is_multicast, LIB_ANY),
    ROW("InterfaceLocalMulticastIP", LIB_BOOL, is_iface_multicast, LIB_ANY),
    ROW("LinkLocalMulticastIP", LIB_BOOL, is_link_multicast, LIB_ANY),
    ROW("LinkLocalUnicastIP", LIB_BOOL, is_link_unicast, LIB_ANY),
    ROW("GlobalUnicastIP", LIB_BOOL, is_global_unicast, LIB_ANY),
    ROW("UnspecifiedIP", LIB_BOOL, is_unspecified, LIB_ANY),
    ROW("ToIP4", LIB_LIST, to_ip4, LIB_ANY),
    ROW("ToIP16", LIB_LIST, to_ip16, LIB_ANY),
    ROW("IPString", LIB_STRING, ip_string, LIB_ANY),
    ROW("PathEscape", LIB_STRING, path_escape, LIB_STRING),
    ROW("PathUnescape", LIB_STRING, path_unescape, LIB_STRING),
    ROW("QueryEscape", LIB_STRING, query_escape, LIB_STRING),
    ROW("QueryUnescape", LIB_STRING, query_unescape, LIB_STRING),
    {0},
};
