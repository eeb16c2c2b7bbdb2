#include "config/cue/scan.h"
#include <stdio.h>

static syn_pos_t here(const scan_t *s) {
    size_t col = s->at - s->line_start + 1;
    return (syn_pos_t){s->line, (uint16_t)(col > UINT16_MAX ? UINT16_MAX : col), s->file};
}

bool scan_fail(scan_t *s, syn_pos_t pos, const char *fmt, ...) {
    if (!s->failed) {
        va_list ap;
        va_start(ap, fmt);
        str_t what = arena_vprintf(s->arena, fmt, ap);
        va_end(ap);
        error_set(s->err, ERR_INVALID, STR_FMT ":\n    " STR_FMT ":%u:%u", STR_ARG(what), STR_ARG(s->name), pos.line,
                  pos.col);
        s->failed = true;
    }
    return false;
}

void scan_init(scan_t *s, arena_t *a, str_t name, str_t text, err_t *err) {
    *s = (scan_t){.arena = a, .src = text, .name = name, .line = 1, .err = err};
    if (str_starts(text, STR("\xEF\xBB\xBF")))
        s->at = 3;
}

static int peek(const scan_t *s, size_t k) {
    return s->at + k < s->src.n ? (unsigned char)s->src.p[s->at + k] : -1;
}

static bool is_letter(int c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '_' || c == '$' || c >= 0x80;
}

static bool is_digit(int c) {
    return c >= '0' && c <= '9';
}

static void comment_add(scan_t *s, str_t text, bool blank) {
    if (s->ncomments == s->cap) {
        size_t cap = s->cap ? s->cap * 2 : 8;
        s->comments = arena_grow(s->arena, s->comments, s->cap * sizeof *s->comments, cap * sizeof *s->comments);
        s->comment_lines =
            arena_grow(s->arena, s->comment_lines, s->cap * sizeof *s->comment_lines, cap * sizeof *s->comment_lines);
        s->cap = cap;
    }
    s->comments[s->ncomments] = (syn_comment_t){.text = text, .new_group = blank};
    s->comment_lines[s->ncomments++] = s->line;
}

/* JSON may be written with its commas and colons at the front of lines: then a line's end is no comma. */
static bool goes_on(const scan_t *s) {
    size_t i = s->at;
    while (i < s->src.n && strchr(" \t\r\n", s->src.p[i]) && s->src.p[i])
        i++;
    return i < s->src.n && (s->src.p[i] == ':' || s->src.p[i] == ',');
}

/* Skips blanks and comments; true when a newline stands for a comma. */
static bool skip_blanks(scan_t *s, token_t *t) {
    uint32_t newlines = 0;
    t->blank_line = t->new_line = s->at == 0;
    for (;;) {
        int c = peek(s, 0);
        if (c == '\n') {
            if (s->insert_comma && !goes_on(s)) {
                *t = (token_t){.kind = TOK_COMMA, .pos = here(s), .text = STR("\n")};
                s->insert_comma = false;
                return true;
            }
            s->at++;
            s->line++;
            s->line_start = s->at;
            if (++newlines > 1)
                t->blank_line = true;
            t->new_line = true;
        } else if (c == ' ' || c == '\t' || c == '\r') {
            s->at++;
        } else if (c == '/' && peek(s, 1) == '/') {
            size_t from = s->at;
            while (peek(s, 0) != '\n' && peek(s, 0) != -1)
                s->at++;
            comment_add(s, str_trim(str_sub(s->src, from, s->at - from)), newlines > 1);
            newlines = 0;
        } else {
            return false;
        }
    }
}

/* ---- strings ---- */

static bool add_rune(scan_t *s, buf_t *out, uint32_t r, syn_pos_t pos) {
    char u[4];
    size_t n;
    if (r > 0x10FFFF || (r >= 0xD800 && r < 0xE000))
        return scan_fail(s, pos, "escape is invalid Unicode code point");
    if (r < 0x80) {
        u[0] = (char)r;
        n = 1;
    } else if (r < 0x800) {
        u[0] = (char)(0xC0 | r >> 6);
        u[1] = (char)(0x80 | (r & 63));
        n = 2;
    } else if (r < 0x10000) {
        u[0] = (char)(0xE0 | r >> 12);
        u[1] = (char)(0x80 | (r >> 6 & 63));
        u[2] = (char)(0x80 | (r & 63));
        n = 3;
    } else {
        u[0] = (char)(0xF0 | r >> 18);
        u[1] = (char)(0x80 | (r >> 12 & 63));
        u[2] = (char)(0x80 | (r >> 6 & 63));
        u[3] = (char)(0x80 | (r & 63));
        n = 4;
    }
    buf_addn(out, u, n);
    return true;
}

static int digit_value(int c) {
    if (is_digit(c))
        return c - '0';
    if (c >= 'a' && c <= 'f')
        return c - 'a' + 10;
    if (c >= 'A' && c <= 'F')
        return c - 'A' + 10;
    return 99;
}

static bool digits(scan_t *s, int n, int base, uint32_t *out, syn_pos_t pos) {
    uint32_t v = 0;
    for (int i = 0; i < n; i++) {
        int d = digit_value(peek(s, 0));
        if (d >= base)
            return scan_fail(s, pos, "illegal character in escape sequence");
        v = v * (uint32_t)base + (uint32_t)d;
        s->at++;
    }
    *out = v;
    return true;
}

static bool at_hashes(const scan_t *s, size_t from, uint32_t n) {
    for (uint32_t i = 0; i < n; i++) {
        if (peek(s, from + i) != '#')
            return false;
    }
    return true;
}

/* The escape after the backslash and its hashes. */
static bool escape(scan_t *s, const quote_t *q, buf_t *out) {
    static const char from[] = "abfnrtv/\\\"'", to[] = "\a\b\f\n\r\t\v/\\\"'";
    syn_pos_t pos = here(s);
    int c = peek(s, 0);
    uint32_t v = 0;
    const char *at = c > 0 ? strchr(from, c) : NULL;
    if (at && *at) {
        buf_char(out, to[at - from]);
        s->at++;
        return true;
    }
    if (c == 'u' || c == 'U') {
        s->at++;
        if (!digits(s, c == 'u' ? 4 : 8, 16, &v, pos))
            return false;
        /* A UTF-16 pair of escapes is one code point. */
        if (v >= 0xD800 && v < 0xDC00 && peek(s, 0) == '\\' && at_hashes(s, 1, q->n) && peek(s, 1 + q->n) == 'u') {
            uint32_t low = 0;
            s->at += 2 + q->n;
            if (!digits(s, 4, 16, &low, pos))
                return false;
            if (low >= 0xDC00 && low < 0xE000)
                v = 0x10000 + ((v - 0xD800) << 10) + (low - 0xDC00);
        }
        return add_rune(s, out, v, pos);
    }
    if (q->c == '\'' && c == 'x') {
        s->at++;
        if (!digits(s, 2, 16, &v, pos))
            return false;
        buf_char(out, (char)v);
        return true;
    }
    if (q->c == '\'' && c >= '0' && c <= '7') {
        if (!digits(s, 3, 8, &v, pos))
            return false;
        if (v > 255)
            return scan_fail(s, pos, "escape sequence out of range");
        buf_char(out, (char)v);
        return true;
    }
    return scan_fail(s, pos, "unknown escape sequence");
}

/* The indent of a multi-line literal is that of its closing line. */
static void find_indent(scan_t *s, quote_t *q) {
    size_t i = s->at;
    for (;;) {
        size_t j = i;
        while (j < s->src.n && (s->src.p[j] == ' ' || s->src.p[j] == '\t'))
            j++;
        bool closes = j + 3 + q->n <= s->src.n;
        for (size_t k = 0; closes && k < 3; k++)
            closes = s->src.p[j + k] == q->c;
        for (size_t k = 0; closes && k < q->n; k++)
            closes = s->src.p[j + 3 + k] == '#';
        if (closes) {
            q->indent = str_sub(s->src, i, j - i);
            return;
        }
        ptrdiff_t nl = str_chr(str_from(s->src, i), '\n');
        if (nl < 0)
            return;
        i += (size_t)nl + 1;
    }
}

static void newline(scan_t *s) {
    s->at++;
    s->line++;
    s->line_start = s->at;
}

static bool closes_here(const scan_t *s, const quote_t *q) {
    size_t n = q->multi ? 3 : 1;
    for (size_t i = 0; i < n; i++) {
        if (peek(s, i) != q->c)
            return false;
    }
    return at_hashes(s, n, q->n);
}

/* At the start of a line of a multi-line literal: takes its indent; true when the literal ends on it. */
static bool take_indent(scan_t *s, const quote_t *q, syn_pos_t start, bool *ends) {
    *ends = false;
    if (str_starts(str_from(s->src, s->at), q->indent)) {
        s->at += q->indent.n;
        *ends = closes_here(s, q);
        return true;
    }
    if (peek(s, 0) == '\n' || (peek(s, 0) == '\r' && peek(s, 1) == '\n'))
        return true;
    (void)start;
    return scan_fail(s, here(s), "invalid whitespace in multi-line string");
}

static bool string_body(scan_t *s, const quote_t *q, token_t *t, bool line_start) {
    buf_t out;
    buf_init_arena(&out, s->arena);
    size_t first = s->at;
    for (;;) {
        if (q->multi && line_start) {
            bool ends;
            line_start = false;
            if (!take_indent(s, q, t->pos, &ends))
                return false;
            if (ends) { /* the newline before the closing quotes is not part of the text */
                if (out.n)
                    out.n--;
                if (out.n && out.p[out.n - 1] == '\r')
                    out.n--;
            }
        }
        int c = peek(s, 0);
        if (c == -1 || (c == '\n' && !q->multi))
            return scan_fail(s, t->pos, "string literal not terminated");
        if (closes_here(s, q)) {
            s->at += (q->multi ? 3 : 1) + q->n;
            t->kind = TOK_STRING;
            break;
        }
        if (c == '\\' && at_hashes(s, 1, q->n)) {
            s->at += 1 + q->n;
            if (peek(s, 0) == '(') {
                s->at++;
                t->kind = TOK_INTERP;
                break;
            }
            if (q->multi && peek(s, 0) == '\n') {
                newline(s);
                line_start = true;
                continue;
            }
            if (!escape(s, q, &out))
                return false;
            continue;
        }
        buf_char(&out, (char)c);
        if (c == '\n') {
            newline(s);
            line_start = true;
        } else {
            s->at++;
        }
    }
    t->value = buf_str(&out);
    t->text = str_sub(s->src, first, s->at - first);
    t->quote = *q;
    s->insert_comma = t->kind == TOK_STRING;
    return true;
}

static bool scan_string(scan_t *s, token_t *t) {
    quote_t q = {0};
    size_t from = s->at;
    while (peek(s, 0) == '#') {
        q.n++;
        s->at++;
    }
    q.c = (char)peek(s, 0);
    q.multi = peek(s, 1) == q.c && peek(s, 2) == q.c && !(q.n && at_hashes(s, 2, q.n));
    if (!q.multi) {
        s->at++;
        bool plain = string_body(s, &q, t, false);
        t->text = str_sub(s->src, from, s->at - from);
        return plain;
    }
    s->at += 3;
    if (peek(s, 0) == '\r')
        s->at++;
    if (peek(s, 0) != '\n')
        return scan_fail(s, here(s), "expected newline after multiline quote");
    newline(s);
    find_indent(s, &q);
    bool ok = string_body(s, &q, t, true);
    return ok;
}

bool scan_interpolation(scan_t *s, const quote_t *q, token_t *t) {
    *t = (token_t){.pos = here(s)};
    quote_t copy = *q;
    return string_body(s, &copy, t, false);
}

/* ---- the rest ---- */

static bool scan_attr(scan_t *s, token_t *t) {
    size_t from = s->at++;
    while (is_letter(peek(s, 0)) || is_digit(peek(s, 0)))
        s->at++;
    if (peek(s, 0) != '(')
        return scan_fail(s, t->pos, "invalid attribute: expected '('");
    int depth = 0;
    for (;;) {
        int c = peek(s, 0);
        if (c == -1)
            return scan_fail(s, t->pos, "attribute missing ')'");
        if (c == '"' || c == '\'' || (c == '#' && (peek(s, 1) == '"' || peek(s, 1) == '\''))) {
            token_t inner = {.pos = here(s)};
            if (!scan_string(s, &inner))
                return false;
            continue;
        }
        if (c == '\n')
            newline(s);
        else
            s->at++;
        if (c == '(' || c == '[' || c == '{')
            depth++;
        if ((c == ')' || c == ']' || c == '}') && --depth == 0)
            break;
    }
    t->kind = TOK_ATTR;
    t->text = str_sub(s->src, from, s->at - from);
    s->insert_comma = true;
    return true;
}

static bool scan_ident(scan_t *s, token_t *t) {
    size_t from = s->at;
    if (peek(s, 0) == '_' && peek(s, 1) == '|' && peek(s, 2) == '_') {
        s->at += 3;
        t->kind = TOK_BOTTOM;
    } else {
        if (peek(s, 0) == '_' && peek(s, 1) == '#')
            s->at += 2;
        else if (peek(s, 0) == '#')
            s->at++;
        while (is_letter(peek(s, 0)) || is_digit(peek(s, 0)))
            s->at++;
        t->kind = TOK_IDENT;
    }
    t->text = str_sub(s->src, from, s->at - from);
    s->insert_comma = true;
    return true;
}

static bool scan_number(scan_t *s, token_t *t) {
    size_t from = s->at;
    bool hex = peek(s, 0) == '0' && (peek(s, 1) == 'x' || peek(s, 1) == 'X');
    for (;;) {
        int c = peek(s, 0);
        if (!hex && (c == 'e' || c == 'E') && (peek(s, 1) == '+' || peek(s, 1) == '-'))
            s->at += 2;
        else if (c == '.' && peek(s, 1) == '.')
            break;
        else if (is_digit(c) || c == '.' || (c < 0x80 && is_letter(c) && c != '$'))
            s->at++;
        else
            break;
    }
    t->kind = TOK_NUMBER;
    t->text = str_sub(s->src, from, s->at - from);
    s->insert_comma = true;
    return true;
}

static const struct {
    const char *text;
    token_kind_t kind;
    syn_op_t op;
} marks[] = {
    /* longer ones first */
    {"...", TOK_ELLIPSIS, OP_NONE}, {"&&", TOK_OP, OP_LAND},    {"||", TOK_OP, OP_LOR},     {"==", TOK_OP, OP_EQ},
    {"!=", TOK_OP, OP_NE},          {"<=", TOK_OP, OP_LE},      {">=", TOK_OP, OP_GE},      {"=~", TOK_OP, OP_MATCH},
    {"!~", TOK_OP, OP_NMATCH},      {"+", TOK_OP, OP_ADD},      {"-", TOK_OP, OP_SUB},      {"*", TOK_OP, OP_MUL},
    {"/", TOK_OP, OP_QUO},          {"&", TOK_OP, OP_AND},      {"|", TOK_OP, OP_OR},       {"<", TOK_OP, OP_LT},
    {">", TOK_OP, OP_GT},           {"!", TOK_NOT, OP_NOT},     {"=", TOK_ASSIGN, OP_NONE}, {":", TOK_COLON, OP_NONE},
    {",", TOK_COMMA, OP_NONE},      {".", TOK_DOT, OP_NONE},    {"(", TOK_LPAREN, OP_NONE}, {")", TOK_RPAREN, OP_NONE},
    {"[", TOK_LBRACK, OP_NONE},     {"]", TOK_RBRACK, OP_NONE}, {"{", TOK_LBRACE, OP_NONE}, {"}", TOK_RBRACE, OP_NONE},
    {"?", TOK_OPTION, OP_NONE},
};

const char *syn_op_text(syn_op_t op) {
    if (op == OP_DEFAULT)
        return "*";
    for (size_t i = 0; i < sizeof marks / sizeof *marks; i++) {
        if (marks[i].op == op)
            return marks[i].text;
    }
    return "";
}

static bool scan_mark(scan_t *s, token_t *t) {
    str_t rest = str_from(s->src, s->at);
    for (size_t i = 0; i < sizeof marks / sizeof *marks; i++) {
        str_t m = str_c(marks[i].text);
        if (!str_starts(rest, m))
            continue;
        t->kind = marks[i].kind;
        t->op = marks[i].op;
        t->text = str_sub(rest, 0, m.n);
        s->at += m.n;
        s->insert_comma = t->kind == TOK_RPAREN || t->kind == TOK_RBRACK || t->kind == TOK_RBRACE ||
                          t->kind == TOK_ELLIPSIS || t->kind == TOK_OPTION;
        return true;
    }
    unsigned char c = (unsigned char)rest.p[0];
    return scan_fail(s, t->pos, "illegal character U+%04X '%c'", c, c >= 32 && c < 127 ? c : '?');
}

bool scan_next(scan_t *s, token_t *t) {
    *t = (token_t){0};
    if (s->failed)
        return false;
    if (skip_blanks(s, t))
        return true;
    t->pos = here(s);
    int c = peek(s, 0);
    if (c == -1) {
        if (s->insert_comma) {
            s->insert_comma = false;
            t->kind = TOK_COMMA;
            t->text = STR("\n");
            return true;
        }
        t->kind = TOK_EOF;
        return true;
    }
    if (c == '#') {
        size_t k = 1;
        while (peek(s, k) == '#')
            k++;
        if (peek(s, k) == '"' || peek(s, k) == '\'')
            return scan_string(s, t);
        return scan_ident(s, t);
    }
    if (is_letter(c))
        return scan_ident(s, t);
    if (is_digit(c) || (c == '.' && is_digit(peek(s, 1))))
        return scan_number(s, t);
    if (c == '"' || c == '\'')
        return scan_string(s, t);
    if (c == '@')
        return scan_attr(s, t);
    return scan_mark(s, t);
}
