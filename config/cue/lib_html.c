/* Package html. */
#include "config/cue/lib_inner.h"

#include <ctype.h>

LIB_FN(escape) {
    static const char *const names[] = {"&amp;", "&#39;", "&lt;", "&gt;", "&#34;"};
    buf_t b;
    buf_init_arena(&b, c->arena);
    for (size_t i = 0; i < LIB_STR(0).n; i++) {
        const char *at = LIB_STR(0).p[i] ? strchr("&'<>\"", LIB_STR(0).p[i]) : NULL;
        if (at)
            buf_addc(&b, names[at - strchr("&'<>\"", '&')]);
        else
            buf_char(&b, LIB_STR(0).p[i]);
    }
    return lib_give_buf(c, out, &b);
}

/* The entities of HTML 4 for Latin-1 in order from U+00A0, and a few more; HTML 5 has two thousand others, which stay
 * as they are here. */
static int32_t entity(str_t name) {
    static const char latin1[] = "nbsp iexcl cent pound curren yen brvbar sect uml copy ordf laquo not shy reg macr "
                                 "deg plusmn sup2 sup3 acute micro "
                                 "para middot cedil sup1 ordm raquo frac14 frac12 frac34 iquest Agrave Aacute Acirc "
                                 "Atilde Auml Aring AElig Ccedil "
                                 "Egrave Eacute Ecirc Euml Igrave Iacute Icirc Iuml ETH Ntilde Ograve Oacute Ocirc "
                                 "Otilde Ouml times Oslash Ugrave "
                                 "Uacute Ucirc Uuml Yacute THORN szlig agrave aacute acirc atilde auml aring aelig "
                                 "ccedil egrave eacute ecirc euml "
                                 "igrave iacute icirc iuml eth ntilde ograve oacute ocirc otilde ouml divide oslash "
                                 "ugrave uacute ucirc uuml yacute "
                                 "thorn yuml ";
    static const struct {
        const char *name;
        int32_t rune;
    } more[] = {{"amp", '&'},      {"lt", '<'},       {"gt", '>'},       {"quot", '"'},     {"apos", '\''},
                {"AMP", '&'},      {"LT", '<'},       {"GT", '>'},       {"QUOT", '"'},     {"hellip", 0x2026},
                {"mdash", 0x2014}, {"ndash", 0x2013}, {"lsquo", 0x2018}, {"rsquo", 0x2019}, {"ldquo", 0x201c},
                {"rdquo", 0x201d}, {"bull", 0x2022},  {"euro", 0x20ac},  {"trade", 0x2122}, {"larr", 0x2190},
                {"rarr", 0x2192},  {"uarr", 0x2191},  {"darr", 0x2193}};
    for (size_t i = 0; i < sizeof more / sizeof *more; i++)
        if (str_eqc(name, more[i].name))
            return more[i].rune;
    int32_t r = 0xa0;
    for (const char *p = latin1; *p; r++) {
        size_t n = strcspn(p, " ");
        if (n == name.n && memcmp(p, name.p, n) == 0)
            return r;
        p += n + 1;
    }
    return 0;
}

/* A reference at s, after '&'; its length, 0 for none. */
static size_t reference(str_t s, int32_t *r) {
    size_t i = 0;
    if (s.n && s.p[0] == '#') {
        bool is_hex = s.n > 1 && (s.p[1] == 'x' || s.p[1] == 'X');
        size_t start = i = is_hex ? 2 : 1;
        for (*r = 0; i < s.n && (is_hex ? isxdigit((unsigned char)s.p[i]) : isdigit((unsigned char)s.p[i])); i++) {
            int d = isdigit((unsigned char)s.p[i]) ? s.p[i] - '0' : tolower((unsigned char)s.p[i]) - 'a' + 10;
            *r = *r > 0x10ffff ? *r : *r * (is_hex ? 16 : 10) + d;
        }
        if (i == start)
            return 0;
        if (*r == 0)
            *r = 0xfffd;
        return i + (i < s.n && s.p[i] == ';');
    }
    while (i < s.n && isalnum((unsigned char)s.p[i]))
        i++;
    if (i == s.n || s.p[i] != ';')
        return 0;
    *r = entity(str_sub(s, 0, i));
    return *r ? i + 1 : 0;
}

LIB_FN(unescape) {
    str_t s = LIB_STR(0);
    buf_t b;
    buf_init_arena(&b, c->arena);
    for (size_t i = 0; i < s.n; i++) {
        int32_t r = 0;
        size_t n = s.p[i] == '&' ? reference(str_from(s, i + 1), &r) : 0;
        if (n)
            rune_write(&b, r);
        else
            buf_char(&b, s.p[i]);
        i += n;
    }
    return lib_give_buf(c, out, &b);
}

const lib_func_t lib_html[] = {
    {"html", "Escape", {LIB_STRING}, LIB_STRING, escape, NULL},
    {"html", "Unescape", {LIB_STRING}, LIB_STRING, unescape, NULL},
    {0},
};
