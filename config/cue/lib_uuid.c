/* Package uuid. */
#include "config/cue/lib_inner.h"

#include <ctype.h>
#include <openssl/evp.h>

static int digit(char ch) {
    return isdigit((unsigned char)ch)    ? ch - '0'
           : isxdigit((unsigned char)ch) ? tolower((unsigned char)ch) - 'a' + 10
                                         : -1;
}

static bool bad_format(lib_call_t *c) {
    return lib_fail(c, "invalid UUID format");
}

/* The forms that google/uuid takes: plain, urn:uuid:…, {…}, 32 digits. */
static bool parse(lib_call_t *c, str_t s, uint8_t out[16]) {
    bool dashes = true;
    if (s.n == 36 + 9) {
        if (!str_eq_nocase(str_sub(s, 0, 9), STR("urn:uuid:")))
            return lib_fail(c, "invalid urn prefix: " STR_FMT, STR_ARG(go_quoted(c->arena, str_sub(s, 0, 9))));
        s = str_from(s, 9);
    } else if (s.n == 36 + 2) {
        s = str_sub(s, 1, 36);
    } else if (s.n == 32) {
        dashes = false;
    } else if (s.n != 36) {
        return lib_fail(c, "invalid UUID length: %zu", s.n);
    }
    for (size_t i = 0, k = 0; k < 16; k++) {
        if (dashes && (i == 8 || i == 13 || i == 18 || i == 23) && s.p[i++] != '-')
            return bad_format(c);
        if (digit(s.p[i]) < 0 || digit(s.p[i + 1]) < 0)
            return bad_format(c);
        out[k] = (uint8_t)(digit(s.p[i]) * 16 + digit(s.p[i + 1]));
        i += 2;
    }
    return true;
}

static str_t text_of(lib_call_t *c, const uint8_t u[16]) {
    buf_t b;
    buf_init_arena(&b, c->arena);
    for (size_t i = 0; i < 16; i++)
        buf_printf(&b, "%s%02x", i == 4 || i == 6 || i == 8 || i == 10 ? "-" : "", u[i]);
    return buf_str(&b);
}

LIB_FN(valid) {
    str_t s = LIB_STR(0);
    bool ok = s.n == 36;
    for (size_t i = 0; ok && i < 36; i++)
        ok = i == 8 || i == 13 || i == 18 || i == 23 ? s.p[i] == '-'
                                                     : digit(s.p[i]) >= 0 && !isupper((unsigned char)s.p[i]);
    if (!ok)
        return lib_fail_bare(c, "invalid UUID " STR_FMT, STR_ARG(go_quoted(c->arena, s)));
    return lib_give_bool(c, out, true);
}

LIB_FN(do_parse) {
    uint8_t u[16];
    return parse(c, LIB_STR(0), u) && lib_give_str(c, out, text_of(c, u));
}

LIB_FN(to_string) {
    return lib_give_str(c, out, LIB_STR(0));
}

LIB_FN(urn) {
    uint8_t u[16];
    return parse(c, LIB_STR(0), u) && lib_give_str(c, out, arena_concat(c->arena, STR("urn:uuid:"), text_of(c, u)));
}

LIB_FN(from_int) {
    num_t n = args[0]->num;
    uint8_t u[16] = {0};
    if (n.exp)
        return lib_fail(c, "cue: exponent should always be nil for integer types");
    if (n.is_big && n.big->n > 16)
        return lib_fail(c, "invalid UUID (got %zu bytes)", n.big->n);
    for (size_t i = 0; !n.is_big && i < 8; i++)
        u[15 - i] = (uint8_t)(n.small >> (8 * i));
    if (n.is_big)
        memcpy(u + 16 - n.big->n, n.big->bytes, n.big->n);
    return lib_give_str(c, out, text_of(c, u));
}

/* CUE takes the bytes of the text itself, not of the UUID that it shows. */
LIB_FN(to_int) {
    if (LIB_STR(0).n > NUM_MAX_DIGITS / 3)
        return error_set(c->err, ERR_LIMIT, "integer of more than %d digits", NUM_MAX_DIGITS);
    return lib_give_num(c, out,
                        num_from_bytes(c->arena, (const uint8_t *)LIB_STR(0).p, LIB_STR(0).n, 0, false, NUM_INT));
}

LIB_FN(variant) {
    uint8_t u[16];
    if (!parse(c, LIB_STR(0), u))
        return false;
    uint8_t v = u[8];
    return lib_give_int(c, out, (v & 0xc0) == 0x80 ? 1 : (v & 0xe0) == 0xc0 ? 3 : (v & 0xe0) == 0xe0 ? 4 : 2);
}

LIB_FN(version) {
    uint8_t u[16];
    return parse(c, LIB_STR(0), u) && lib_give_int(c, out, u[6] >> 4);
}

static bool hashed(lib_call_t *c, cdata_t **args, const EVP_MD *kind, uint8_t version_bits, cdata_t **out) {
    uint8_t u[16], sum[EVP_MAX_MD_SIZE];
    unsigned n = 0;
    if (!parse(c, LIB_STR(0), u))
        return false;
    str_t all = arena_concat(c->arena, str_n((const char *)u, 16), LIB_STR(1));
    if (!EVP_Digest(all.p, all.n, sum, &n, kind, NULL))
        return error_memory(c->err);
    sum[6] = (uint8_t)((sum[6] & 0x0f) | version_bits);
    sum[8] = (uint8_t)((sum[8] & 0x3f) | 0x80);
    return lib_give_str(c, out, text_of(c, sum));
}

LIB_FN(sha1) {
    return hashed(c, args, EVP_sha1(), 0x50, out);
}
LIB_FN(md5) {
    return hashed(c, args, EVP_md5(), 0x30, out);
}

#define ROW(name, result, fn, ...)                                                                                     \
    { "uuid", name, {__VA_ARGS__}, result, fn, NULL }
const lib_func_t lib_uuid[] = {
    ROW("Valid", LIB_BOOL, valid, LIB_STRING),
    ROW("Parse", LIB_STRING, do_parse, LIB_STRING),
    ROW("ToString", LIB_STRING, to_string, LIB_STRING),
    ROW("URN", LIB_STRING, urn, LIB_STRING),
    ROW("FromInt", LIB_STRING, from_int, LIB_INT),
    ROW("ToInt", LIB_INT, to_int, LIB_STRING),
    ROW("Variant", LIB_INT, variant, LIB_STRING),
    ROW("Version", LIB_INT, version, LIB_STRING),
    ROW("SHA1", LIB_STRING, sha1, LIB_STRING, LIB_TEXT),
    ROW("MD5", LIB_STRING, md5, LIB_STRING, LIB_TEXT),
    {0},
};
