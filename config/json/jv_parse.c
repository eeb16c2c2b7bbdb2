/* The parser: one pass, without recursion. Members wait on a scratch stack on the heap until their object or array
 * closes, so that the arena gets arrays of the exact size. */
#include "config/json/jv_inner.h"
#include "reactor/base/mem.h"

#include <stdio.h>

typedef struct parser {
    arena_t *a;
    const char *start, *p, *end;
    err_t *err;
    jv_member_t *scratch;
    size_t n, cap;
    size_t depth;
    struct {
        uint32_t base;
        bool object;
    } frames[JV_MAX_DEPTH];
} parser_t;

static bool fail_at(parser_t *s, const char *at, error_code_t code, const char *what) {
    size_t line = 1, column = 1;
    for (const char *p = s->start; p < at; p++) {
        if (*p == '\n') {
            line++;
            column = 1;
        } else if (((unsigned char)*p & 0xC0) != 0x80) {
            column++;
        }
    }
    return error_set(s->err, code, "line %zu, column %zu: %s", line, column, what);
}

static bool fail(parser_t *s, const char *want) {
    if (s->p >= s->end)
        return fail_at(s, s->end, ERR_INVALID, "unexpected end of JSON");
    unsigned char c = (unsigned char)*s->p;
    char text[128];
    if (c >= 0x21 && c < 0x7F)
        snprintf(text, sizeof text, "unexpected '%c', expected %s", c, want);
    else
        snprintf(text, sizeof text, "unexpected byte 0x%02X, expected %s", c, want);
    return fail_at(s, s->p, ERR_INVALID, text);
}

static inline void skip_blanks(parser_t *s) {
    while (s->p < s->end && (*s->p == ' ' || *s->p == '\n' || *s->p == '\t' || *s->p == '\r'))
        s->p++;
}

/* ---- strings ---- */

/* Whether one of the eight bytes ends the fast path: a quote, a backslash, a control character or a byte over 0x7F. */
static inline uint64_t special(uint64_t w) {
    const uint64_t ones = 0x0101010101010101u, tops = 0x8080808080808080u;
    uint64_t quote = w ^ (ones * '"'), slash = w ^ (ones * '\\');
    return ((quote - ones) | (slash - ones) | (w - ones * 0x20) | w) & tops;
}

static const char *plain_end(const char *p, const char *end) {
    while (end - p >= 8) {
        uint64_t w;
        memcpy(&w, p, 8);
        if (special(w))
            break;
        p += 8;
    }
    while (p < end && *p != '"' && *p != '\\' && (unsigned char)*p >= 0x20 && (unsigned char)*p < 0x80)
        p++;
    return p;
}

static bool hex4(const char *p, const char *end, uint32_t *out) {
    uint32_t v = 0;
    if (end - p < 4)
        return false;
    for (int i = 0; i < 4; i++) {
        char c = p[i];
        uint32_t d;
        if (c >= '0' && c <= '9')
            d = (uint32_t)(c - '0');
        else if ((c | 32) >= 'a' && (c | 32) <= 'f')
            d = (uint32_t)((c | 32) - 'a' + 10);
        else
            return false;
        v = v << 4 | d;
    }
    *out = v;
    return true;
}

/* The escape at s->p (a backslash), as UTF-8 to *to. */
static bool escape(parser_t *s, char **to) {
    static const char from[] = "\"\\/bfnrt", into[] = "\"\\/\b\f\n\r\t";
    if (s->end - s->p < 2) {
        s->p = s->end;
        return fail(s, "");
    }
    char c = s->p[1];
    const char *known = c ? strchr(from, c) : NULL;
    if (known) {
        *(*to)++ = into[known - from];
        s->p += 2;
        return true;
    }
    uint32_t u, low;
    if (c != 'u')
        return fail_at(s, s->p, ERR_INVALID, "invalid escape in string");
    if (!hex4(s->p + 2, s->end, &u))
        return fail_at(s, s->p, ERR_INVALID, "\\u without four hexadecimal digits");
    s->p += 6;
    if (u >= 0xD800 && u < 0xE000) {
        if (u < 0xDC00 && s->end - s->p >= 6 && s->p[0] == '\\' && s->p[1] == 'u' && hex4(s->p + 2, s->end, &low) &&
            low >= 0xDC00 && low < 0xE000) {
            u = 0x10000 + ((u - 0xD800) << 10) + (low - 0xDC00);
            s->p += 6;
        } else {
            u = 0xFFFD;
        }
    }
    *to += jv_utf8_encode(*to, u);
    return true;
}

/* The closing quote of the string whose content starts at p, or NULL. */
static const char *closing_quote(const char *p, const char *end) {
    while ((p = plain_end(p, end)) < end) {
        if (*p == '"')
            return p;
        p += *p == '\\' && end - p > 1 ? 2 : 1;
    }
    return NULL;
}

static bool string(parser_t *s, str_t *out) {
    const char *from = ++s->p, *stop = plain_end(from, s->end);
    if (stop < s->end && *stop == '"') {
        s->p = stop + 1;
        *out = arena_str(s->a, str_n(from, (size_t)(stop - from)));
        return true;
    }
    const char *quote = closing_quote(stop, s->end);
    if (!quote)
        return fail_at(s, from - 1, ERR_INVALID, "string without an end");
    /* An escape shrinks; only a bad byte grows, to three. */
    size_t room = (size_t)(quote - from) + 1;
    for (const char *p = stop; p < quote; p++)
        if ((unsigned char)*p >= 0x80)
            room += 2;
    char *text = arena_bytes(s->a, room), *to = text;
    memcpy(to, from, (size_t)(stop - from));
    to += stop - from;
    s->p = stop;
    while (s->p < quote) {
        unsigned char c = (unsigned char)*s->p;
        if (c == '\\') {
            if (!escape(s, &to))
                return false;
        } else if (c < 0x20) {
            return fail_at(s, s->p, ERR_INVALID, "control character in string");
        } else if (c < 0x80) {
            *to++ = *s->p++;
        } else {
            int size;
            uint32_t u = jv_utf8_decode(s->p, s->end, &size);
            s->p += size;
            to += jv_utf8_encode(to, u);
        }
    }
    s->p = quote + 1;
    *to = 0;
    *out = str_n(text, (size_t)(to - text));
    return true;
}

/* ---- numbers and words ---- */

static inline const char *digits(const char *p, const char *end) {
    while (p < end && *p >= '0' && *p <= '9')
        p++;
    return p;
}

static jv_t *number(parser_t *s) {
    const char *from = s->p, *p = from, *end = s->end, *d;
    if (p < end && *p == '-')
        p++;
    d = p;
    p = digits(p, end);
    bool fine = p > d && (*d != '0' || p == d + 1);
    if (!fine && p > d) {
        fail_at(s, d, ERR_INVALID, "number with a leading zero");
        return NULL;
    }
    if (fine && p < end && *p == '.') {
        d = ++p;
        fine = (p = digits(p, end)) > d;
    }
    if (fine && p < end && (*p == 'e' || *p == 'E')) {
        if (++p < end && (*p == '+' || *p == '-'))
            p++;
        d = p;
        fine = (p = digits(p, end)) > d;
    }
    s->p = p;
    if (!fine) {
        fail(s, "a digit");
        return NULL;
    }
    return jv_number(s->a, arena_str(s->a, str_n(from, (size_t)(p - from))));
}

static bool word(parser_t *s, const char *w) {
    size_t n = strlen(w);
    if ((size_t)(s->end - s->p) < n || memcmp(s->p, w, n))
        return fail(s, "a value");
    s->p += n;
    return true;
}

static jv_t *scalar(parser_t *s) {
    str_t text;
    switch (s->p < s->end ? *s->p : 0) {
    case '"':
        return string(s, &text) ? jv_string(s->a, text) : NULL;
    case 't':
        return word(s, "true") ? jv_bool(s->a, true) : NULL;
    case 'f':
        return word(s, "false") ? jv_bool(s->a, false) : NULL;
    case 'n':
        return word(s, "null") ? jv_null(s->a) : NULL;
    case '-':
    case '0' ... '9':
        return number(s);
    default:
        fail(s, "a value");
        return NULL;
    }
}

/* ---- containers ---- */

static bool push(parser_t *s, str_t key, jv_t *value) {
    if (s->n == s->cap) {
        size_t cap = s->cap ? 2 * s->cap : 64;
        jv_member_t *more = mem_realloc(s->scratch, cap * sizeof *more);
        if (!more)
            return error_memory(s->err);
        s->scratch = more;
        s->cap = cap;
    }
    s->scratch[s->n++] = (jv_member_t){key, value};
    return true;
}

static bool open(parser_t *s, bool object) {
    if (s->depth == JV_MAX_DEPTH)
        return fail_at(s, s->p, ERR_LIMIT, "nested deeper than 500 levels");
    s->frames[s->depth].base = (uint32_t)s->n;
    s->frames[s->depth++].object = object;
    s->p++;
    skip_blanks(s);
    return true;
}

static jv_t *close_array(parser_t *s, size_t base) {
    jv_t *v = jv_array(s->a);
    v->n = v->cap = (uint32_t)(s->n - base);
    v->items = v->n ? arena_array(s->a, jv_t *, v->n) : NULL;
    for (uint32_t i = 0; i < v->n; i++)
        v->items[i] = s->scratch[base + i].value;
    s->n = base;
    return v;
}

static jv_t *close_object(parser_t *s, size_t base) {
    jv_t *v = jv_object(s->a);
    jv_members_reserve(s->a, v, s->n - base);
    for (size_t i = base; i < s->n; i++)
        jv_set(s->a, v, s->scratch[i].key, s->scratch[i].value);
    s->n = base;
    return v;
}

/* Key and colon of a member; its value comes next. */
static bool member(parser_t *s) {
    str_t key;
    if (s->p >= s->end || *s->p != '"')
        return fail(s, "a key in double quotes");
    if (!string(s, &key) || !push(s, key, NULL))
        return false;
    skip_blanks(s);
    if (s->p >= s->end || *s->p != ':')
        return fail(s, "':' after the key");
    s->p++;
    return true;
}

/* After a value inside a container: to the next one (true, *closed NULL) or past its end (*closed is the container). */
static bool next(parser_t *s, jv_t *v, jv_t **closed) {
    bool object = s->frames[s->depth - 1].object;
    *closed = NULL;
    if (v && object)
        s->scratch[s->n - 1].value = v;
    else if (v && !push(s, STR_NONE, v))
        return false;
    skip_blanks(s);
    if (s->p < s->end && *s->p == (object ? '}' : ']')) {
        size_t base = s->frames[--s->depth].base;
        s->p++;
        *closed = object ? close_object(s, base) : close_array(s, base);
        return true;
    }
    if (v) {
        if (s->p >= s->end || *s->p != ',')
            return fail(s, object ? "',' or '}'" : "',' or ']'");
        s->p++;
        skip_blanks(s);
    }
    return !object || member(s);
}

static jv_t *value(parser_t *s) {
    for (;;) {
        skip_blanks(s);
        jv_t *v = NULL;
        if (s->p < s->end && (*s->p == '{' || *s->p == '[')) {
            if (!open(s, *s->p == '{'))
                return NULL;
        } else if (!(v = scalar(s))) {
            return NULL;
        }
        do {
            if (!s->depth)
                return v;
            jv_t *closed;
            if (!next(s, v, &closed))
                return NULL;
            v = closed;
        } while (v);
    }
}

jv_t *jv_parse_prefix(arena_t *a, str_t text, size_t *taken, err_t *err) {
    parser_t s;
    s.a = a;
    s.start = s.p = text.n ? text.p : "";
    s.end = s.start + text.n;
    s.err = err;
    s.scratch = NULL;
    s.n = s.cap = s.depth = 0;
    if (text.n >= UINT32_MAX / 2) {
        error_set(err, ERR_LIMIT, "JSON text of 2 GiB or more");
        return NULL;
    }
    jmp_buf env, *old = arena_guard(a, &env);
    jv_t *v = NULL;
    if (setjmp(env)) {
        if (arena_over_limit(a))
            error_set(err, ERR_LIMIT, "JSON takes more memory than its limit");
        else
            error_memory(err);
        arena_guard(a, old);
        mem_free(s.scratch);
        return NULL;
    }
    v = value(&s);
    arena_guard(a, old);
    mem_free(s.scratch);
    *taken = (size_t)(s.p - s.start);
    return v;
}

jv_t *jv_parse(arena_t *a, str_t text, err_t *err) {
    size_t taken;
    jv_t *v = jv_parse_prefix(a, text, &taken, err);
    if (!v)
        return NULL;
    parser_t s = {.start = text.p, .p = text.p + taken, .end = text.p + text.n, .err = err};
    skip_blanks(&s);
    if (s.p < s.end) {
        fail(&s, "the end");
        return NULL;
    }
    return v;
}
