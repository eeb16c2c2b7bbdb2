/* The writer: block style as sigs.k8s.io/yaml gives it, which is libyaml's emitter with long lines folded after column
 * 80 and go-yaml's choice of quotes. Where the pen stands (column, whether only indentation was written on the line,
 * whether a blank precedes) decides on breaks and blanks, as there. */
#include "config/yaml/yaml_inner.h"

#include "config/json/jv_inner.h"
#include "reactor/base/mem.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>

enum { WIDTH = 80, INDENT = 2, SIMPLE_KEY_MAX = 128 };

typedef struct frame {
    const jv_t *v;
    uint32_t i, order;
    int indent; /* of its items or members */
} frame_t;

typedef struct pen {
    buf_t *out;
    int column, indent;   /* indent: -1 at the root */
    bool blank, indented; /* blank: nothing or a blank precedes; indented: only indicators precede on this line */
    jv_order_t order;
    size_t depth;
    frame_t frames[JV_MAX_DEPTH];
} pen_t;

typedef enum { STYLE_PLAIN, STYLE_SINGLE, STYLE_DOUBLE, STYLE_LITERAL } style_t;

/* ---- order of keys: digits by their number, letters behind everything else ---- */

/* A letter, near enough to Unicode's class: beyond ASCII all but the large blocks of marks and symbols. */
static bool letter(uint32_t c) {
    static const uint32_t others[][2] = {{0, 0x40},          {0x5B, 0x60},       {0x7B, 0xA9},     {0xAB, 0xB4},
                                         {0xB6, 0xB9},       {0xBB, 0xBF},       {0xD7, 0xD7},     {0xF7, 0xF7},
                                         {0x2000, 0x2070},   {0x2190, 0x2BFF},   {0x3000, 0x3004}, {0x3007, 0x3030},
                                         {0xD800, 0xF8FF},   {0xFE00, 0xFE6F},   {0xFEFF, 0xFF20}, {0xFFF0, 0xFFFF},
                                         {0x1F000, 0x1FFFF}, {0xE0000, 0x10FFFF}};
    for (size_t i = 0; i < sizeof others / sizeof *others; i++)
        if (c >= others[i][0] && c <= others[i][1])
            return false;
    return true;
}

static bool is_digit(char c) {
    return c >= '0' && c <= '9';
}

static int compare_numbers(str_t a, str_t b, size_t i) {
    uint64_t x = 0, y = 0;
    size_t m = i, n = i;
    /* Inside a longer number a zero counts: 10 and 1 differ at "0". */
    if ((i < a.n && a.p[i] == '0') || (i < b.n && b.p[i] == '0'))
        for (size_t j = i; j > 0 && is_digit(a.p[j - 1]); j--)
            if (a.p[j - 1] != '0') {
                x = y = 1;
                break;
            }
    for (; m < a.n && is_digit(a.p[m]); m++)
        x = 10 * x + (uint64_t)(a.p[m] - '0');
    for (; n < b.n && is_digit(b.p[n]); n++)
        y = 10 * y + (uint64_t)(b.p[n] - '0');
    if (x != y)
        return (int64_t)x < (int64_t)y ? -1 : 1;
    return m != n ? (m < n ? -1 : 1) : 0;
}

static int compare_keys(str_t a, str_t b) {
    size_t i = 0;
    while (i < a.n && i < b.n && a.p[i] == b.p[i])
        i++;
    if (i == a.n || i == b.n)
        return (a.n > b.n) - (a.n < b.n);
    while (i && ((unsigned char)a.p[i] & 0xC0) == 0x80) /* to the start of the character */
        i--;
    int size;
    uint32_t x = jv_utf8_decode(a.p + i, a.p + a.n, &size), y = jv_utf8_decode(b.p + i, b.p + b.n, &size);
    bool xl = letter(x), yl = letter(y);
    int by_code = (x > y) - (x < y);
    if (xl && yl)
        return by_code;
    if (xl || yl)
        return yl ? -1 : 1;
    int c = compare_numbers(a, b, i);
    return c ? c : by_code;
}

/* ---- marks on the page ---- */

static void mark(pen_t *w, str_t s, int columns) {
    buf_add(w->out, s);
    w->column += columns;
}

static void line_break(pen_t *w) {
    buf_char(w->out, '\n');
    w->column = 0;
}

static void to_indent(pen_t *w) {
    int indent = w->indent < 0 ? 0 : w->indent;
    if (!w->indented || w->column > indent || (w->column == indent && !w->blank))
        line_break(w);
    if (w->column < indent) {
        size_t n = (size_t)(indent - w->column);
        char *to = buf_reserve(w->out, n);
        if (to) {
            memset(to, ' ', n);
            w->out->n += n;
        }
        w->column = indent;
    }
    w->blank = w->indented = true;
}

static void indicator(pen_t *w, const char *text, bool wants_blank, bool is_blank, bool is_indent) {
    if (wants_blank && !w->blank)
        mark(w, STR(" "), 1);
    mark(w, str_c(text), (int)strlen(text));
    w->blank = is_blank;
    w->indented = w->indented && is_indent;
}

/* ---- what a string allows ---- */

typedef struct looks {
    bool multiline, plain, single, block;
} looks_t;

static bool is_break(uint32_t c) {
    return c == '\n' || c == '\r' || c == 0x85 || c == 0x2028 || c == 0x2029;
}

static bool is_printable(uint32_t c) {
    return c == '\n' || (c >= 0x20 && c <= 0x7E) || (c >= 0xA0 && c <= 0xFFFD && c != 0xFEFF);
}

static bool is_blank_or_end(const char *p, const char *end) {
    return p >= end || *p == ' ' || *p == '\t';
}

/* Whether the character at p makes a plain scalar impossible in block style. */
static bool indicates(const char *start, const char *p, const char *end, bool after_blank) {
    if (p == start && *p && strchr("#,[]{}&*!|>'\"%@`", *p))
        return true;
    if (p == start && (*p == '?' || *p == ':' || *p == '-'))
        return is_blank_or_end(p + 1, end);
    return (*p == ':' && is_blank_or_end(p + 1, end)) || (*p == '#' && after_blank);
}

static looks_t look(str_t s) {
    if (!s.n)
        return (looks_t){.plain = true, .single = true};
    const char *p = s.p, *end = p + s.n;
    bool indicators = str_starts(s, STR("---")) || str_starts(s, STR("..."));
    bool special = false, breaks = false, outer_break = false, break_space = false, space_break = false;
    bool after_blank = true, after_space = false, after_break = false;
    while (p < end) {
        int size;
        uint32_t c = jv_utf8_decode(p, end, &size);
        bool outer = p == s.p || p + size == end;
        indicators = indicators || indicates(s.p, p, end, after_blank);
        special = special || !is_printable(c);
        bool space = c == ' ', brk = is_break(c);
        break_space = break_space || (space && after_break);
        space_break = space_break || (brk && after_space);
        outer_break = outer_break || (outer && (space || brk));
        breaks = breaks || brk;
        after_space = space;
        after_break = brk;
        after_blank = space || brk || c == '\t' || c == 0;
        p += size;
    }
    bool trailing_space = s.p[s.n - 1] == ' ', bad = space_break || special;
    return (looks_t){
        .multiline = breaks,
        .plain = !indicators && !breaks && !outer_break && !break_space && !bad,
        .single = !break_space && !bad,
        .block = !trailing_space && !bad,
    };
}

/* ---- scalars ---- */

/* The character at p and its size; bytes that are no character show as U+FFFD. */
static str_t character(const char *p, const char *end, uint32_t *c, int *size) {
    *c = jv_utf8_decode(p, end, size);
    return *c == 0xFFFD && *size == 1 ? STR("\xEF\xBF\xBD") : str_n(p, (size_t)*size);
}

static void write_plain(pen_t *w, str_t s, bool fold) {
    if (!w->blank)
        mark(w, STR(" "), 1);
    bool spaces = false;
    for (const char *p = s.p, *end = p + s.n; p < end;) {
        uint32_t c;
        int size;
        str_t text = character(p, end, &c, &size);
        if (c == ' ' && fold && !spaces && w->column > WIDTH && !(p + 1 < end && p[1] == ' ')) {
            to_indent(w);
        } else {
            mark(w, text, 1);
            if (c != ' ')
                w->indented = false;
        }
        spaces = c == ' ';
        p += size;
    }
    w->blank = w->indented = false;
}

static void write_single(pen_t *w, str_t s, bool fold) {
    indicator(w, "'", true, false, false);
    bool spaces = false, breaks = false;
    for (const char *p = s.p, *end = p + s.n; p < end;) {
        uint32_t c;
        int size;
        str_t text = character(p, end, &c, &size);
        if (c == ' ') {
            if (fold && !spaces && w->column > WIDTH && p > s.p && p + 1 < end && p[1] != ' ')
                to_indent(w);
            else
                mark(w, text, 1);
            spaces = true;
        } else if (is_break(c)) {
            if (!breaks && c == '\n')
                line_break(w);
            buf_add(w->out, text);
            w->column = 0;
            w->indented = breaks = true;
        } else {
            if (breaks)
                to_indent(w);
            if (c == '\'')
                mark(w, STR("'"), 1);
            mark(w, text, 1);
            w->indented = spaces = breaks = false;
        }
        p += size;
    }
    indicator(w, "'", false, false, false);
    w->blank = w->indented = false;
}

static void write_escape(pen_t *w, uint32_t c) {
    static const struct {
        uint32_t c;
        char letter;
    } letters[] = {{0, '0'},     {7, 'a'},    {8, 'b'},    {9, 't'},      {10, 'n'},
                   {11, 'v'},    {12, 'f'},   {13, 'r'},   {27, 'e'},     {'"', '"'},
                   {'\\', '\\'}, {0x85, 'N'}, {0xA0, '_'}, {0x2028, 'L'}, {0x2029, 'P'}};
    char text[12] = "\\";
    int n = 2;
    for (size_t i = 0; i < sizeof letters / sizeof *letters && !text[1]; i++)
        if (letters[i].c == c)
            text[1] = letters[i].letter;
    if (!text[1])
        n = snprintf(text, sizeof text, c <= 0xFF ? "\\x%02X" : c <= 0xFFFF ? "\\u%04X" : "\\U%08X", c);
    mark(w, str_n(text, (size_t)n), n);
}

static void write_double(pen_t *w, str_t s, bool fold) {
    indicator(w, "\"", true, false, false);
    bool spaces = false;
    for (const char *p = s.p, *end = p + s.n; p < end;) {
        uint32_t c;
        int size;
        str_t text = character(p, end, &c, &size);
        if (!is_printable(c) || is_break(c) || c == '"' || c == '\\') {
            write_escape(w, c);
        } else if (c == ' ' && fold && !spaces && w->column > WIDTH && p > s.p && p + 1 < end) {
            to_indent(w);
            if (p[1] == ' ')
                mark(w, STR("\\"), 1);
        } else {
            mark(w, text, 1);
        }
        spaces = c == ' ';
        p += size;
    }
    indicator(w, "\"", false, false, false);
    w->blank = w->indented = false;
}

static uint32_t last_character(const char *start, const char **end) {
    const char *p = *end - 1;
    int size;
    while (p > start && ((unsigned char)*p & 0xC0) == 0x80)
        p--;
    uint32_t c = jv_utf8_decode(p, *end, &size);
    *end = p;
    return c;
}

static void write_literal(pen_t *w, str_t s) {
    const char *p = s.p, *end = p + s.n, *last = end;
    uint32_t c;
    int size;
    indicator(w, "|", true, false, false);
    c = jv_utf8_decode(p, end, &size);
    if (c == ' ' || is_break(c))
        indicator(w, "2", false, false, false);
    if (!is_break(last_character(p, &last)))
        indicator(w, "-", false, false, false);
    else if (last == p || is_break(last_character(p, &last)))
        indicator(w, "+", false, false, false);
    line_break(w);
    w->indented = w->blank = true;
    bool breaks = true;
    while (p < end) {
        str_t text = character(p, end, &c, &size);
        if (!is_break(c) && breaks)
            to_indent(w);
        mark(w, text, 1);
        breaks = w->indented = is_break(c);
        if (breaks)
            w->column = 0;
        p += size;
    }
}

/* [-+]?[0-9][0-9_]*(:[0-5]?[0-9])+(\.[0-9_]*)? : a number to YAML 1.1 readers, with base 60. */
static bool is_base60(str_t s) {
    size_t i = 0;
    if (s.n && (s.p[0] == '+' || s.p[0] == '-'))
        i++;
    if (i >= s.n || !is_digit(s.p[i]))
        return false;
    while (i < s.n && (is_digit(s.p[i]) || s.p[i] == '_'))
        i++;
    size_t groups = 0;
    while (i < s.n && s.p[i] == ':') {
        size_t n = 0;
        while (n < 3 && i + 1 + n < s.n && is_digit(s.p[i + 1 + n]))
            n++;
        if (n == 0 || n > 2 || (n == 2 && s.p[i + 1] > '5'))
            return false;
        i += 1 + n;
        groups++;
    }
    if (groups && i < s.n && s.p[i] == '.')
        for (i++; i < s.n && (is_digit(s.p[i]) || s.p[i] == '_');)
            i++;
    return groups && i == s.n;
}

/* simple: as a key on one line. */
static void write_string(pen_t *w, str_t s, const looks_t *looks, bool simple) {
    style_t style = STYLE_DOUBLE;
    if (!s.n)
        s.p = ""; /* may have been NULL */
    plain_kind_t kind = yaml_resolve(s, YAML_KUBERNETES, true).kind;
    if (s.n && memchr(s.p, '\n', s.n))
        style = STYLE_LITERAL;
    else if ((kind == PLAIN_STRING || kind == PLAIN_MERGE) && !is_base60(s))
        style = STYLE_PLAIN;
    if (simple && looks->multiline)
        style = STYLE_DOUBLE;
    if (style == STYLE_PLAIN && !looks->plain)
        style = STYLE_SINGLE;
    if (style == STYLE_SINGLE && !looks->single)
        style = STYLE_DOUBLE;
    if (style == STYLE_LITERAL && (!looks->block || simple))
        style = STYLE_DOUBLE;
    int indent = w->indent;
    w->indent = indent < 0 ? INDENT : indent + INDENT;
    if (style == STYLE_PLAIN)
        write_plain(w, s, !simple);
    else if (style == STYLE_SINGLE)
        write_single(w, s, !simple);
    else if (style == STYLE_DOUBLE)
        write_double(w, s, !simple);
    else
        write_literal(w, s);
    w->indent = indent;
}

/* Integers within 64 bits stay; anything else is a float64, as on its way through Go. */
static void write_number(pen_t *w, const jv_t *v) {
    char text[JV_DOUBLE_MAX];
    str_t s = v->s;
    double d;
    if (!jv_is_integer(v) && jv_as_double(v, &d))
        s = str_n(text, jv_format_double(text, d));
    plain_t p = yaml_resolve(s, YAML_KUBERNETES, false);
    if (p.kind == PLAIN_FLOAT)
        s = str_n(text, yaml_format_float(text, p.real, 64));
    else if (str_eq(s, STR("-0")))
        s = STR("0");
    write_plain(w, s, false);
}

/* ---- nodes ---- */

static bool push(pen_t *w, const jv_t *v, bool in_mapping) {
    if (w->depth == JV_MAX_DEPTH)
        return false;
    bool same = v->kind == JV_ARRAY && in_mapping && !w->indented; /* a list under its key isn't indented */
    frame_t *f = &w->frames[w->depth++];
    *f = (frame_t){.v = v, .indent = w->indent < 0 ? 0 : same ? w->indent : w->indent + INDENT};
    return v->kind == JV_ARRAY || jv_order_push(&w->order, v, compare_keys, &f->order);
}

/* A scalar or empty container as a whole, a frame for others. False: too deep, or no memory. */
static bool begin(pen_t *w, const jv_t *v, bool in_mapping) {
    looks_t looks;
    switch (jv_kind(v)) {
    case JV_NULL:
        write_plain(w, STR("null"), false);
        return true;
    case JV_BOOL:
        write_plain(w, v->truth ? STR("true") : STR("false"), false);
        return true;
    case JV_NUMBER:
        write_number(w, v);
        return true;
    case JV_STRING:
        looks = look(v->s);
        write_string(w, v->s, &looks, false);
        return true;
    case JV_ARRAY:
    case JV_OBJECT:
        if (v->n)
            return push(w, v, in_mapping);
        indicator(w, v->kind == JV_ARRAY ? "[" : "{", true, true, false);
        indicator(w, v->kind == JV_ARRAY ? "]" : "}", false, false, false);
        return true;
    }
    return true;
}

static void write_key(pen_t *w, str_t key) {
    looks_t looks = look(key);
    if (key.n <= SIMPLE_KEY_MAX && !looks.multiline) {
        write_string(w, key, &looks, true);
        indicator(w, ":", false, false, false);
        return;
    }
    indicator(w, "?", true, false, true);
    write_string(w, key, &looks, false);
    to_indent(w);
    indicator(w, ":", true, false, true);
}

static bool write_document(pen_t *w, const jv_t *v) {
    if (!begin(w, v, false))
        return false;
    while (w->depth && !w->out->failed) {
        frame_t *f = &w->frames[w->depth - 1];
        if (f->i == f->v->n) {
            jv_order_pop(&w->order, f->order);
            w->depth--;
            continue;
        }
        w->indent = f->indent;
        to_indent(w);
        uint32_t i = f->i++;
        if (f->v->kind == JV_ARRAY) {
            indicator(w, "-", true, false, true);
            if (!begin(w, f->v->items[i], false))
                return false;
        } else {
            const jv_member_t *m = jv_order_member(&w->order, f->v, f->order, i);
            write_key(w, m->key);
            if (!begin(w, m->value, true))
                return false;
        }
    }
    w->indent = -1;
    to_indent(w);
    return true;
}

void yaml_write(buf_t *out, const jv_t *v) {
    pen_t w;
    w.out = out;
    w.column = 0;
    w.indent = -1;
    w.blank = w.indented = true;
    w.order = (jv_order_t){0};
    w.depth = 0;
    if (!out->arena) {
        if (!write_document(&w, v))
            out->failed = true;
        mem_free(w.order.p);
        return;
    }
    /* The buffer may jump to the arena's guard: what is on the heap has to go first. */
    jmp_buf env, *old = arena_guard(out->arena, &env);
    if (setjmp(env)) {
        arena_guard(out->arena, old);
        mem_free(w.order.p);
        if (old)
            longjmp(*old, 1);
        mem_die(0);
    }
    if (!write_document(&w, v))
        out->failed = true;
    arena_guard(out->arena, old);
    mem_free(w.order.p);
}
