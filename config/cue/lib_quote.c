/* Go's strconv.Quote and Unquote. */
#include "config/cue/lib_inner.h"

static void quote_rune(buf_t *out, printable_t *p, int32_t r, char quote, int mode) {
    static const char letters[] = "\aa\bb\ff\nn\rr\tt\vv";
    if (r == quote || r == '\\') {
        buf_char(out, '\\');
        buf_char(out, (char)r);
        return;
    }
    if (mode == 1 ? r < 0x80 && rune_is_print(p, r) : rune_is_print(p, r)) {
        rune_write(out, r);
        return;
    }
    for (size_t i = 0; letters[i]; i += 2)
        if (letters[i] == r) {
            buf_char(out, '\\');
            buf_char(out, letters[i + 1]);
            return;
        }
    if (r < ' ' || r == 0x7f)
        buf_printf(out, "\\x%02x", (unsigned)r & 0xff);
    else if (r < 0x10000)
        buf_printf(out, "\\u%04x", (unsigned)r);
    else
        buf_printf(out, "\\U%08x", (unsigned)r);
}

void go_quote(buf_t *out, str_t s, char quote, int mode) {
    printable_t p = {.arena = out->arena, .graphic = mode == 2};
    size_t size;
    buf_char(out, quote);
    for (size_t i = 0; i < s.n; i += size) {
        int32_t r = rune_at(s, i, &size);
        if (r == 0xfffd && size == 1)
            buf_printf(out, "\\x%02x", (unsigned char)s.p[i]);
        else
            quote_rune(out, &p, r, quote, mode);
    }
    buf_char(out, quote);
}

str_t go_quoted(arena_t *a, str_t s) {
    buf_t b;
    buf_init_arena(&b, a);
    go_quote(&b, s, '"', 0);
    return buf_str(&b);
}

static int hex(char c) {
    return c >= '0' && c <= '9'   ? c - '0'
           : c >= 'a' && c <= 'f' ? c - 'a' + 10
           : c >= 'A' && c <= 'F' ? c - 'A' + 10
                                  : -1;
}

/* The escape after a backslash at s.p[*i]; false when it is none. */
static bool unescape(str_t s, size_t *i, char quote, buf_t *out) {
    static const char letters[] = "a\ab\bf\fn\nr\rt\tv\v\\\\";
    char c = s.p[(*i)++];
    for (size_t k = 0; letters[k]; k += 2)
        if (letters[k] == c) {
            buf_char(out, letters[k + 1]);
            return true;
        }
    if (c == '\'' || c == '"') {
        buf_char(out, c);
        return c == quote;
    }
    bool octal = c >= '0' && c <= '7';
    size_t digits = c == 'x' ? 2 : c == 'u' ? 4 : c == 'U' ? 8 : octal ? 3 : 0;
    uint32_t v = 0;
    *i -= octal;
    if (!digits || s.n - *i < digits)
        return false;
    for (size_t k = 0; k < digits; k++) {
        int d = hex(s.p[*i + k]);
        if (d < 0 || (octal && d > 7))
            return false;
        v = v * (octal ? 8 : 16) + (uint32_t)d;
    }
    *i += digits;
    if (c == 'x' || octal) {
        buf_char(out, (char)v);
        return v < 256;
    }
    rune_write(out, (int32_t)v);
    return v <= 0x10ffff && (v < 0xd800 || v >= 0xe000);
}

bool go_unquote(arena_t *a, str_t s, str_t *out) {
    if (s.n < 2 || s.p[0] != s.p[s.n - 1] || !memchr("\"'`", s.p[0], 3))
        return false;
    char quote = s.p[0];
    str_t in = str_sub(s, 1, s.n - 2);
    buf_t b;
    buf_init_arena(&b, a);
    for (size_t i = 0; i < in.n;) {
        char c = in.p[i];
        if (quote == '`') {
            if (c == '`')
                return false;
            if (c != '\r')
                buf_char(&b, c);
            i++;
        } else if (c == '\\') {
            i++;
            if (i == in.n || !unescape(in, &i, quote, &b))
                return false;
        } else if (c == quote || c == '\n') {
            return false;
        } else {
            buf_char(&b, c);
            i++;
        }
    }
    *out = buf_str(&b);
    return quote != '\'' || rune_count(*out) == 1;
}
