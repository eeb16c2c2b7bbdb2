#include "contrib/apiserver/gojson.h"

typedef struct scan {
    arena_t *arena;
    str_t text;
    size_t i;
    str_t fault;
} scan_t;

static void blanks(scan_t *s) {
    while (s->i < s->text.n && strchr(" \t\r\n", s->text.p[s->i]) && s->text.p[s->i])
        s->i++;
}

static bool fault(scan_t *s, const char *where) {
    if (s->i >= s->text.n) {
        s->fault = STR("unexpected end of JSON input");
        return false;
    }
    unsigned char c = (unsigned char)s->text.p[s->i];
    str_t shown = c == '\''               ? STR("'\\''")
                  : c == '"'              ? STR("'\"'")
                  : c == '\n'             ? STR("'\\n'")
                  : c == '\t'             ? STR("'\\t'")
                  : c == '\r'             ? STR("'\\r'")
                  : c < 0x20 || c == 0x7f ? arena_printf(s->arena, "'\\x%02x'", c)
                  : c >= 0x80             ? arena_printf(s->arena, "'\\u00%02x'", c)
                                          : arena_printf(s->arena, "'%c'", c);
    s->fault = arena_printf(s->arena, "invalid character " STR_FMT " %s", STR_ARG(shown), where);
    return false;
}

static bool string(scan_t *s) {
    for (s->i++; s->i < s->text.n; s->i++) {
        unsigned char c = (unsigned char)s->text.p[s->i];
        if (c == '"') {
            s->i++;
            return true;
        }
        if (c < 0x20)
            return fault(s, "in string literal");
        if (c != '\\')
            continue;
        if (++s->i >= s->text.n)
            break;
        c = (unsigned char)s->text.p[s->i];
        if (c == 'u') {
            for (int k = 0; k < 4; k++)
                if (++s->i >= s->text.n || !strchr("0123456789abcdefABCDEF", s->text.p[s->i]))
                    return fault(s, "in \\u hexadecimal character escape");
        } else if (!c || !strchr("bfnrt\\/\"", c)) {
            return fault(s, "in string escape code");
        }
    }
    return fault(s, "");
}

static bool digits(scan_t *s, const char *where) {
    size_t from = s->i;
    while (s->i < s->text.n && s->text.p[s->i] >= '0' && s->text.p[s->i] <= '9')
        s->i++;
    return s->i > from || fault(s, where);
}

static bool number(scan_t *s) {
    if (s->text.p[s->i] == '-')
        s->i++;
    if (s->i < s->text.n && s->text.p[s->i] == '0')
        s->i++;
    else if (!digits(s, "in numeric literal"))
        return false;
    if (s->i < s->text.n && s->text.p[s->i] == '.') {
        s->i++;
        if (!digits(s, "after decimal point in numeric literal"))
            return false;
    }
    if (s->i < s->text.n && (s->text.p[s->i] | 32) == 'e') {
        s->i++;
        if (s->i < s->text.n && (s->text.p[s->i] == '+' || s->text.p[s->i] == '-'))
            s->i++;
        return digits(s, "in exponent of numeric literal");
    }
    return true;
}

static bool literal(scan_t *s, const char *word) {
    for (size_t k = 0; word[k]; k++, s->i++)
        if (s->i >= s->text.n || s->text.p[s->i] != word[k]) {
            str_t where = arena_printf(s->arena, "in literal %s (expecting '%c')", word, word[k]);
            return fault(s, arena_cstr(s->arena, where));
        }
    return true;
}

static bool scalar(scan_t *s) {
    char c = s->i < s->text.n ? s->text.p[s->i] : 0;
    if (c == '"')
        return string(s);
    if (c == '-' || (c >= '0' && c <= '9'))
        return number(s);
    if (c == 't')
        return literal(s, "true");
    if (c == 'f')
        return literal(s, "false");
    return c == 'n' ? literal(s, "null") : fault(s, "looking for beginning of value");
}

static bool key(scan_t *s) {
    blanks(s);
    if (s->i >= s->text.n || s->text.p[s->i] != '"')
        return fault(s, "looking for beginning of object key string");
    if (!string(s))
        return false;
    blanks(s);
    if (s->i >= s->text.n || s->text.p[s->i] != ':')
        return fault(s, "after object key");
    s->i++;
    return true;
}

/* Without recursion: a stack of the brackets that are open. */
str_t gojson_fault(arena_t *a, str_t text) {
    scan_t s = {.arena = a, .text = text};
    char open[JV_MAX_DEPTH + 1];
    size_t n = 0;
    for (bool value = true;;) {
        blanks(&s);
        char c = s.i < text.n ? text.p[s.i] : 0;
        if (value && (c == '{' || c == '[')) {
            if (n > JV_MAX_DEPTH)
                return STR("exceeded max depth");
            open[n++] = c == '{' ? '}' : ']';
            s.i++;
            blanks(&s);
            if (s.i < text.n && text.p[s.i] == open[n - 1])
                value = false;
            else if (c == '{' && !key(&s))
                return s.fault;
            continue;
        }
        if (value && !scalar(&s))
            return s.fault;
        value = false;
        blanks(&s);
        if (!n) {
            if (s.i < text.n)
                fault(&s, "after top-level value");
            return s.fault;
        }
        c = s.i < text.n ? text.p[s.i] : 0;
        if (c == open[n - 1]) {
            n--;
            s.i++;
        } else if (c == ',') {
            s.i++;
            value = true;
            if (open[n - 1] == '}' && !key(&s))
                return s.fault;
        } else {
            fault(&s, open[n - 1] == '}' ? "after object key:value pair" : "after array element");
            return s.fault;
        }
    }
}
