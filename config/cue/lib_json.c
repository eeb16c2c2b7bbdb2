/* Package encoding/json. */
#include "config/cue/lib_inner.h"

#include <ctype.h>
#include <stdio.h>

/* ---- Go's scanner: where a text stops being JSON, and its words for that ---- */

typedef struct scan {
    arena_t *arena;
    str_t s;
    size_t i;
    err_t *err;
    uint8_t stack[LIB_MAX_DEPTH + 1]; /* '[' or '{' */
} scan_t;

static int cur(const scan_t *s) {
    return s->i < s->s.n ? (unsigned char)s->s.p[s->i] : -1;
}

static void blanks(scan_t *s) {
    while (cur(s) == ' ' || cur(s) == '\t' || cur(s) == '\n' || cur(s) == '\r')
        s->i++;
}

static bool stop(scan_t *s, const char *where) {
    int c = cur(s);
    /* Go's scanner is fed a blank at the end: inside a word, a number or an escape that is the wrong character. */
    bool inside =
        strncmp(where, "in ", 3) == 0 ? strcmp(where, "in string literal") != 0 : strstr(where, "decimal") != NULL;
    c = c < 0 && inside ? ' ' : c;
    if (c < 0)
        return error_set(s->err, ERR_INVALID, "unexpected end of JSON input");
    buf_t b, q;
    buf_init_arena(&b, s->arena);
    buf_init_arena(&q, s->arena);
    rune_write(&b, c);
    if (c == '\'')
        buf_addc(&q, "'\\''");
    else if (c == '"')
        buf_addc(&q, "'\"'");
    else
        go_quote(&q, buf_str(&b), '\'', 0);
    return error_set(s->err, ERR_INVALID, "invalid character " STR_FMT " %s", STR_ARG(buf_str(&q)), where);
}

static bool scan_string(scan_t *s) {
    for (s->i++; cur(s) != '"'; s->i++) {
        if (cur(s) < 0x20)
            return stop(s, "in string literal");
        if (cur(s) != '\\')
            continue;
        s->i++;
        if (cur(s) == 'u') {
            for (int k = 0; k < 4; k++) {
                s->i++;
                if (cur(s) < 0 || !isxdigit(cur(s)))
                    return stop(s, "in \\u hexadecimal character escape");
            }
        } else if (cur(s) <= 0 || !strchr("bfnrt\\/\"", cur(s))) {
            return stop(s, "in string escape code");
        }
    }
    s->i++;
    return true;
}

static bool scan_digits(scan_t *s, const char *where) {
    if (cur(s) < 0 || !isdigit(cur(s)))
        return stop(s, where);
    while (cur(s) >= 0 && isdigit(cur(s)))
        s->i++;
    return true;
}

static bool scan_number(scan_t *s) {
    s->i += cur(s) == '-';
    if (cur(s) == '0')
        s->i++;
    else if (!scan_digits(s, "in numeric literal"))
        return false;
    if (cur(s) == '.') {
        s->i++;
        if (!scan_digits(s, "after decimal point in numeric literal"))
            return false;
    }
    if (cur(s) == 'e' || cur(s) == 'E') {
        s->i++;
        s->i += cur(s) == '+' || cur(s) == '-';
        return scan_digits(s, "in exponent of numeric literal");
    }
    return true;
}

static bool scan_word(scan_t *s, const char *word) {
    for (const char *p = word; *p; p++, s->i++) {
        char where[60];
        snprintf(where, sizeof where, "in literal %s (expecting %s%c')", word, "'", *p);
        if (cur(s) != *p)
            return stop(s, where);
    }
    return true;
}

static bool scan_scalar(scan_t *s) {
    switch (cur(s)) {
    case '"':
        return scan_string(s);
    case 't':
        return scan_word(s, "true");
    case 'f':
        return scan_word(s, "false");
    case 'n':
        return scan_word(s, "null");
    default:
        return cur(s) == '-' || (cur(s) >= 0 && isdigit(cur(s))) ? scan_number(s)
                                                                 : stop(s, "looking for beginning of value");
    }
}

static bool scan_key(scan_t *s) {
    if (cur(s) != '"')
        return stop(s, "looking for beginning of object key string");
    if (!scan_string(s))
        return false;
    blanks(s);
    if (cur(s) != ':')
        return stop(s, "after object key");
    s->i++;
    return true;
}

/* One value; s->i ends behind it. */
static bool scan_value(scan_t *s) {
    int depth = 0;
    for (bool closed = false;;) {
        blanks(s);
        int c = cur(s);
        if (!closed && (c == '[' || c == '{')) {
            if (depth == LIB_MAX_DEPTH)
                return error_set(s->err, ERR_LIMIT, "exceeded max depth");
            s->stack[++depth] = (uint8_t)c;
            s->i++;
            blanks(s);
            closed = cur(s) == c + 2;
            if (closed) {
                s->i++;
                depth--;
            } else if (c == '{' && !scan_key(s)) {
                return false;
            }
        } else if (!closed) {
            if (!scan_scalar(s))
                return false;
            closed = true;
        }
        if (!closed)
            continue;
        if (depth == 0)
            return true;
        blanks(s);
        bool list = s->stack[depth] == '[';
        if (cur(s) == ',') {
            s->i++;
            blanks(s);
            if (!list && !scan_key(s))
                return false;
            closed = false;
        } else if (cur(s) == s->stack[depth] + 2) {
            s->i++;
            depth--;
        } else {
            return stop(s, list ? "after array element" : "after object key:value pair");
        }
    }
}

static bool check(lib_call_t *c, str_t text, err_t *err) {
    scan_t *s = arena_new(c->arena, scan_t);
    s->arena = c->arena;
    s->s = text;
    s->err = err;
    if (!scan_value(s))
        return false;
    blanks(s);
    return s->i == text.n || stop(s, "after top-level value");
}

LIB_FN(valid) {
    return lib_give_bool(c, out, check(c, LIB_STR(0), NULL));
}

/* ---- text to text ---- */

static void copy_string(str_t s, size_t *i, buf_t *to) {
    size_t from = (*i)++;
    while (s.p[*i] != '"')
        *i += s.p[*i] == '\\' ? 2 : 1;
    ++*i;
    buf_add(to, str_sub(s, from, *i - from));
}

LIB_FN(compact) {
    str_t s = LIB_STR(0);
    buf_t b;
    if (!check(c, s, c->err))
        return false;
    buf_init_arena(&b, c->arena);
    for (size_t i = 0; i < s.n;) {
        if (s.p[i] == '"')
            copy_string(s, &i, &b);
        else if (isspace((unsigned char)s.p[i++]))
            continue;
        else
            buf_char(&b, s.p[i - 1]);
    }
    return lib_give_buf(c, out, &b);
}

static void new_line(buf_t *b, str_t prefix, str_t indent, int depth) {
    buf_char(b, '\n');
    buf_add(b, prefix);
    for (int i = 0; i < depth; i++)
        buf_add(b, indent);
}

LIB_FN(do_indent) {
    str_t s = LIB_STR(0), prefix = LIB_STR(1), indent = LIB_STR(2);
    buf_t b;
    int depth = 0;
    bool need = false; /* an opening bracket was just written */
    if (!check(c, s, c->err))
        return false;
    buf_init_arena(&b, c->arena);
    for (size_t i = 0; i < s.n;) {
        char ch = s.p[i];
        if (isspace((unsigned char)ch)) {
            i++;
            continue;
        }
        if (need && ch != ']' && ch != '}')
            new_line(&b, prefix, indent, ++depth);
        bool empty = need && (ch == ']' || ch == '}');
        need = ch == '[' || ch == '{';
        if (ch == '"') {
            copy_string(s, &i, &b);
        } else {
            if ((ch == ']' || ch == '}') && !empty)
                new_line(&b, prefix, indent, --depth);
            buf_char(&b, ch);
            if (ch == ',')
                new_line(&b, prefix, indent, depth);
            if (ch == ':')
                buf_char(&b, ' ');
            i++;
        }
        if (!lib_room(c, b.n))
            return false;
    }
    /* Go keeps the blanks after the value. */
    size_t end = s.n;
    while (end && isspace((unsigned char)s.p[end - 1]))
        end--;
    buf_add(&b, str_from(s, end));
    return lib_give_buf(c, out, &b);
}

LIB_FN(html_escape) {
    str_t s = LIB_STR(0);
    buf_t b;
    buf_init_arena(&b, c->arena);
    for (size_t i = 0; i < s.n; i++) {
        unsigned char ch = (unsigned char)s.p[i];
        if (ch == '<' || ch == '>' || ch == '&') {
            buf_printf(&b, "\\u%04x", ch);
        } else if (ch == 0xe2 && i + 2 < s.n && (unsigned char)s.p[i + 1] == 0x80 && (s.p[i + 2] & ~1 & 0xff) == 0xa8) {
            buf_printf(&b, "\\u202%x", s.p[i + 2] & 0xf);
            i += 2;
        } else {
            buf_char(&b, (char)ch);
        }
    }
    return lib_give_buf(c, out, &b);
}

/* ---- values ---- */

LIB_FN(marshal) {
    buf_t b;
    buf_init_arena(&b, c->arena);
    return cdata_write_json(&b, args[0], c->err) && lib_give_buf(c, out, &b);
}

LIB_FN(marshal_stream) {
    buf_t b;
    if (!lib_is_list(c, args, 0))
        return false;
    buf_init_arena(&b, c->arena);
    for (size_t i = 0; i < args[0]->n; i++) {
        if (!cdata_write_json(&b, args[0]->items[i], c->err))
            return false;
        buf_char(&b, '\n');
    }
    return lib_give_buf(c, out, &b);
}

LIB_FN(unmarshal) {
    err_t why = ERROR_INIT;
    bool ok = check(c, LIB_STR(0), &why);
    bool limit = why.code == ERR_LIMIT;
    error_release(&why);
    if (!ok && !limit)
        return lib_fail(c, "json: invalid JSON");
    return cdata_parse_json(c->arena, LIB_STR(0), out, c->err);
}

LIB_FN(unmarshal_stream) {
    str_t s = LIB_STR(0);
    cdata_t **items = NULL;
    size_t n = 0;
    for (;;) {
        while (s.n && isspace((unsigned char)s.p[0]))
            s = str_from(s, 1);
        if (!s.n)
            break;
        scan_t *scan = arena_new(c->arena, scan_t);
        *scan = (scan_t){.arena = c->arena, .s = s, .err = c->err};
        items = arena_grow(c->arena, items, n * sizeof *items, (n + 1) * sizeof *items);
        if (!scan_value(scan) || !cdata_parse_json(c->arena, str_sub(s, 0, scan->i), &items[n++], c->err))
            return false;
        s = str_from(s, scan->i);
    }
    *out = cdata_list(c->arena, n);
    if (n)
        memcpy((*out)->items, items, n * sizeof *items);
    return true;
}

#define ROW(name, result, fn, ...)                                                                                     \
    { "encoding/json", name, {__VA_ARGS__}, result, fn, NULL }
const lib_func_t lib_json[] = {
    ROW("Valid", LIB_BOOL, valid, LIB_TEXT),
    ROW("Compact", LIB_STRING, compact, LIB_TEXT),
    ROW("Indent", LIB_STRING, do_indent, LIB_TEXT, LIB_STRING, LIB_STRING),
    ROW("HTMLEscape", LIB_STRING, html_escape, LIB_TEXT),
    ROW("Marshal", LIB_STRING, marshal, LIB_ANY),
    ROW("MarshalStream", LIB_STRING, marshal_stream, LIB_ANY),
    ROW("UnmarshalStream", LIB_ANY, unmarshal_stream, LIB_TEXT),
    ROW("Unmarshal", LIB_ANY, unmarshal, LIB_TEXT),
    {0},
};
