/* Package encoding/yaml. The writer lays YAML out as CUE does: fields in order, two blanks a level, lists indented
 * under their key, and quotes by the rules of libyaml's emitter plus CUE's own for words of YAML 1.1. */
#include "config/cue/lib_inner.h"
#include "config/yaml/yaml.h"
#include "reactor/base/base64.h"

#include <ctype.h>

/* ---- which strings need quotes ---- */

/* What a scalar may be written as, by libyaml's analysis of its characters. */
typedef struct shape {
    bool plain, single, block, multiline;
} shape_t;

static bool is_printable(int32_t r) {
    return r == '\n' || (r >= 0x20 && r <= 0x7e) || (r >= 0xa0 && r < 0xd800) ||
           (r >= 0xe000 && r < 0xfffe && r != 0xfeff);
}

static bool is_break(int32_t r) {
    return r == '\r' || r == '\n' || r == 0x85 || r == 0x2028 || r == 0x2029;
}

static bool blank_at(str_t s, size_t i) {
    size_t size;
    if (i >= s.n)
        return true;
    int32_t r = rune_at(s, i, &size);
    return r == ' ' || r == '\t' || r == 0 || is_break(r);
}

static shape_t analyze(str_t s) {
    bool indicator = str_starts(s, STR("---")) || str_starts(s, STR("...")), special = false, tab = false,
         breaks = false;
    bool edge_space = false, edge_break = false, end_space = false, break_space = false, space_break = false;
    bool was_space = false, was_break = false, before_blank = true;
    size_t size;
    if (!s.n)
        return (shape_t){true, true, false, false};
    for (size_t i = 0; i < s.n; i += size) {
        int32_t r = rune_at(s, i, &size);
        bool first = i == 0, last = i + size == s.n, after_blank = blank_at(s, i + size);
        if (first && r < 0x80 && r && strchr("#,[]{}&*!|>'\"%@`", r))
            indicator = true;
        if ((first && (r == '?' || r == '-') && after_blank) || (r == ':' && after_blank) || (r == '#' && before_blank))
            indicator = true;
        if (r == '\t')
            tab = true;
        else if (!is_printable(r))
            special = true;
        if (r == ' ') {
            edge_space |= first || last;
            end_space |= last;
            break_space |= was_break;
        } else if (is_break(r)) {
            breaks = true;
            edge_break |= first || last;
            space_break |= was_space;
        }
        was_space = r == ' ';
        was_break = is_break(r);
        before_blank = blank_at(s, i);
    }
    bool odd = space_break || special;
    return (shape_t){
        .plain = !indicator && !edge_space && !edge_break && !break_space && !odd && !tab && !breaks,
        .single = !break_space && !odd && !tab,
        .block = !end_space && !odd,
        .multiline = breaks,
    };
}

static bool one_of(str_t s, const char *words) {
    for (const char *p = words; *p;) {
        size_t n = strcspn(p, " ");
        if (s.n == n && memcmp(s.p, p, n) == 0)
            return true;
        p += n + (p[n] == ' ');
    }
    return false;
}

/* Digits of a base, '_' left out of account. */
static bool all_digits(str_t s, int base) {
    size_t n = 0;
    for (size_t i = 0; i < s.n; i++) {
        char ch = s.p[i];
        if (ch == '_')
            continue;
        int d = isdigit((unsigned char)ch)    ? ch - '0'
                : isxdigit((unsigned char)ch) ? tolower((unsigned char)ch) - 'a' + 10
                                              : 99;
        if (d >= base)
            return false;
        n++;
    }
    return n > 0;
}

/* [-+]?(\.[0-9]+|[0-9]+(\.[0-9]*)?)([eE][-+]?[0-9]+)?, with '_' anywhere. */
static bool decimal_float(str_t s) {
    size_t i = 0, whole = 0, fraction = 0, exponent = 0;
    for (; i < s.n && (isdigit((unsigned char)s.p[i]) || s.p[i] == '_'); i++)
        whole += s.p[i] != '_';
    if (i < s.n && s.p[i] == '.')
        for (i++; i < s.n && (isdigit((unsigned char)s.p[i]) || s.p[i] == '_'); i++)
            fraction += s.p[i] != '_';
    if (!whole && !fraction)
        return false;
    if (i < s.n && (s.p[i] == 'e' || s.p[i] == 'E')) {
        i++;
        i += i < s.n && (s.p[i] == '+' || s.p[i] == '-');
        for (; i < s.n && (isdigit((unsigned char)s.p[i]) || s.p[i] == '_'); i++)
            exponent += s.p[i] != '_';
        if (!exponent)
            return false;
    }
    return i == s.n;
}

/* A plain scalar with this text would be read as something else than a string. */
static bool resolves(str_t s) {
    if (!s.n || one_of(s, "~ null Null NULL true True TRUE false False FALSE .nan .NaN .NAN .inf .Inf .INF +.inf +.Inf "
                          "+.INF -.inf -.Inf -.INF"))
        return true;
    bool sign = s.p[0] == '-' || s.p[0] == '+';
    if (!isdigit((unsigned char)s.p[0]) && !sign && s.p[0] != '.')
        return false;
    str_t digits = str_from(s, sign);
    if (digits.n > 2 && digits.p[0] == '0') {
        char kind = (char)tolower((unsigned char)digits.p[1]);
        int base = kind == 'x' ? 16 : kind == 'o' ? 8 : kind == 'b' ? 2 : 0;
        if (base)
            return all_digits(str_from(digits, 2), base);
    }
    return decimal_float(digits);
}

/* ^[\-+0-9:\. \t]+([-:]|[tT])[\-+0-9:\. \t]+[zZ]?$|^0x[a-fA-F0-9]+$: dates, times and numbers of base 60. */
static bool looks_like_time(str_t s) {
    size_t t = 0, odd = s.n;
    if (s.n && (s.p[s.n - 1] == 'z' || s.p[s.n - 1] == 'Z'))
        s.n--;
    bool separator = false;
    for (size_t i = 0; i < s.n; i++) {
        char ch = s.p[i];
        if (ch == 't' || ch == 'T') {
            t++;
            odd = i;
        } else if (!isdigit((unsigned char)ch) && !strchr("-+:. \t", ch)) {
            return false;
        }
        separator |= i > 0 && i + 1 < s.n && (ch == '-' || ch == ':');
    }
    return t ? t == 1 && odd > 0 && odd + 1 < s.n : separator;
}

static bool must_quote(str_t s) {
    return one_of(s,
                  "y Y yes Yes YES n N t T f F no No NO true True TRUE false False FALSE on On ON off Off OFF .Nan") ||
           (s.n > 2 && s.p[0] == '0' && s.p[1] == 'x' && all_digits(str_from(s, 2), 16) && str_chr(s, '_') < 0) ||
           looks_like_time(s);
}

/* ---- scalars ---- */

typedef struct writer {
    buf_t *out;
    err_t *err;
} writer_t;

static void put_indent(buf_t *out, int indent) {
    for (int i = 0; i < indent; i++)
        buf_char(out, ' ');
}

static void write_double(buf_t *out, str_t s) {
    static const struct {
        int32_t rune;
        const char *escape;
    } escapes[] = {{0, "\\0"},     {7, "\\a"},    {8, "\\b"},    {'\t', "\\t"},   {'\n', "\\n"},
                   {11, "\\v"},    {12, "\\f"},   {'\r', "\\r"}, {27, "\\e"},     {'"', "\\\""},
                   {'\\', "\\\\"}, {0x85, "\\N"}, {0xa0, "\\_"}, {0x2028, "\\L"}, {0x2029, "\\P"}};
    size_t size;
    buf_char(out, '"');
    for (size_t i = 0; i < s.n; i += size) {
        int32_t r = rune_at(s, i, &size);
        const char *escape = NULL;
        for (size_t k = 0; k < sizeof escapes / sizeof *escapes; k++)
            if (escapes[k].rune == r && (r != 0xa0))
                escape = escapes[k].escape;
        if (escape)
            buf_addc(out, escape);
        else if (is_printable(r))
            rune_write(out, r);
        else
            buf_printf(out, r < 0x100 ? "\\x%02X" : r < 0x10000 ? "\\u%04X" : "\\U%08X", (unsigned)r);
    }
    buf_char(out, '"');
}

static void write_single(buf_t *out, str_t s) {
    buf_char(out, '\'');
    for (size_t i = 0; i < s.n; i++) {
        if (s.p[i] == '\'')
            buf_char(out, '\'');
        buf_char(out, s.p[i]);
    }
    buf_char(out, '\'');
}

static void write_literal(buf_t *out, str_t s, int indent) {
    buf_char(out, '|');
    if (s.p[0] == ' ' || s.p[0] == '\n')
        buf_char(out, '2');
    if (s.p[s.n - 1] != '\n')
        buf_char(out, '-');
    else if (s.n == 1 || s.p[s.n - 2] == '\n')
        buf_char(out, '+');
    bool fresh = true, column0 = false;
    for (size_t i = 0; i < s.n; i++) {
        if (s.p[i] == '\n') {
            buf_char(out, '\n');
            fresh = column0 = true;
            continue;
        }
        if (fresh) {
            if (!column0)
                buf_char(out, '\n');
            put_indent(out, indent);
        }
        buf_char(out, s.p[i]);
        fresh = column0 = false;
    }
}

/* indent: of a literal's lines. True when the text ended at the start of a line. */
static void write_string(buf_t *out, str_t s, int indent, bool key) {
    shape_t shape = analyze(s);
    if (str_chr(s, '\n') >= 0 && !must_quote(s) && shape.block)
        write_literal(out, s, indent);
    else if (must_quote(s) || resolves(s) || (str_chr(s, '\n') >= 0 && !shape.block))
        write_double(out, s);
    else if (shape.plain && !(key && !s.n))
        buf_add(out, s);
    else if (shape.single)
        write_single(out, s);
    else
        write_double(out, s);
}

static bool line_started(const buf_t *out) {
    return out->n == 0 || out->p[out->n - 1] == '\n';
}

static void new_line(buf_t *out, int indent) {
    if (!line_started(out))
        buf_char(out, '\n');
    put_indent(out, indent);
}

/* ---- values ---- */

static bool write_value(writer_t *w, const cdata_t *v, int indent, int depth);

static void write_scalar(buf_t *out, const cdata_t *v, int indent) {
    switch (v->kind) {
    case LIB_NULL:
        buf_addc(out, "null");
        return;
    case LIB_BOOL:
        buf_addc(out, v->b ? "true" : "false");
        return;
    case LIB_STRING:
        write_string(out, v->s, indent, false);
        return;
    case LIB_BYTES:
        buf_addc(out, "!!binary ");
        if (!v->s.n)
            buf_addc(out, "\"\"");
        base64_encode(out, v->s, BASE64_STD);
        return;
    case LIB_LIST:
        buf_addc(out, "[]");
        return;
    case LIB_STRUCT:
        buf_addc(out, "{}");
        return;
    default:
        buf_add(out, num_syntax(out->arena, v->num));
    }
}

static bool is_block(const cdata_t *v) {
    return (v->kind == LIB_LIST || v->kind == LIB_STRUCT) && v->n;
}

static bool write_field(writer_t *w, const cdata_field_t *f, int indent, int depth) {
    bool simple = str_chr(f->label, '\n') < 0 && f->label.n <= 128;
    if (!simple)
        buf_addc(w->out, "? ");
    write_string(w->out, f->label, indent + 2, true);
    if (!simple)
        new_line(w->out, indent);
    buf_char(w->out, ':');
    if (!is_block(f->value)) {
        buf_char(w->out, ' ');
        write_scalar(w->out, f->value, indent + 2);
        return true;
    }
    new_line(w->out, indent + 2);
    return write_value(w, f->value, indent + 2, depth + 1);
}

/* The value where the line stands at its first character; block values go on at `indent`. */
static bool write_value(writer_t *w, const cdata_t *v, int indent, int depth) {
    if (depth > LIB_MAX_DEPTH)
        return error_set(w->err, ERR_LIMIT, "nested more than %d deep", LIB_MAX_DEPTH);
    if (!is_block(v)) {
        write_scalar(w->out, v, indent);
        return true;
    }
    for (size_t i = 0; i < v->n; i++) {
        if (i)
            new_line(w->out, indent);
        if (v->kind == LIB_STRUCT) {
            if (!write_field(w, &v->fields[i], indent, depth))
                return false;
            continue;
        }
        buf_addc(w->out, "- ");
        if (!write_value(w, v->items[i], indent + 2, depth + 1))
            return false;
    }
    return true;
}

static bool write_document(lib_call_t *c, buf_t *out, const cdata_t *v) {
    writer_t w = {out, c->err};
    if (!write_value(&w, v, is_block(v) ? 0 : 2, 0))
        return false;
    if (!line_started(out))
        buf_char(out, '\n');
    return lib_room(c, out->n);
}

LIB_FN(marshal) {
    buf_t b;
    buf_init_arena(&b, c->arena);
    return write_document(c, &b, args[0]) && lib_give_buf(c, out, &b);
}

LIB_FN(marshal_stream) {
    buf_t b;
    if (!lib_is_list(c, args, 0))
        return false;
    buf_init_arena(&b, c->arena);
    for (size_t i = 0; i < args[0]->n; i++) {
        if (i)
            buf_addc(&b, "---\n");
        if (!write_document(c, &b, args[0]->items[i]))
            return false;
    }
    return lib_give_buf(c, out, &b);
}

/* Where the second document begins: "LINE:COLUMN". */
static str_t second_document(lib_call_t *c, str_t text) {
    size_t line = 1, documents = 0;
    for (str_t rest = text; rest.n; line++) {
        str_t all = rest, l = all;
        if (!str_cut(all, '\n', &l, &rest))
            rest = STR("");
        size_t column = 0;
        bool marker = str_starts(l, STR("---")) && (l.n == 3 || isspace((unsigned char)l.p[3]));
        documents += marker;
        for (column = marker ? 3 : 0; column < l.n && isspace((unsigned char)l.p[column]); column++)
            ;
        bool content = column < l.n && l.p[column] != '#' && l.p[column] != '%' && !str_starts(l, STR("..."));
        if (content && documents == 0)
            documents = 1;
        if (content && documents > 1)
            return arena_printf(c->arena, "%zu:%zu", line, column + 1);
    }
    return STR("-");
}

LIB_FN(unmarshal) {
    jv_t *docs = jv_array(c->arena);
    if (!yaml_parse_all(c->arena, LIB_STR(0), YAML_CUE, &docs, c->err))
        return false;
    if (jv_count(docs) > 1) { /* a struct has no position in CUE */
        str_t at = jv_is(jv_at(docs, 1), JV_OBJECT) ? STR("-") : second_document(c, LIB_STR(0));
        return lib_fail(c, STR_FMT ": expected a single YAML document", STR_ARG(at));
    }
    jv_t *v = jv_at(docs, 0);
    return cdata_from_json(c->arena, v ? v : jv_null(c->arena), out, c->err);
}

LIB_FN(unmarshal_stream) {
    jv_t *docs = jv_array(c->arena);
    return yaml_parse_all(c->arena, LIB_STR(0), YAML_CUE, &docs, c->err) &&
           cdata_from_json(c->arena, docs, out, c->err);
}

#define ROW(name, result, fn, ...)                                                                                     \
    { "encoding/yaml", name, {__VA_ARGS__}, result, fn, NULL }
const lib_func_t lib_yaml[] = {
    ROW("Marshal", LIB_STRING, marshal, LIB_ANY),
    ROW("MarshalStream", LIB_STRING, marshal_stream, LIB_ANY),
    ROW("Unmarshal", LIB_ANY, unmarshal, LIB_TEXT),
    ROW("UnmarshalStream", LIB_ANY, unmarshal_stream, LIB_TEXT),
    {0},
};
