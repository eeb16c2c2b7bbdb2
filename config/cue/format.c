/* Syntax trees as text, in cue fmt's manner: tabs, one declaration a line, chains of single fields kept. */
#include "config/cue/syntax.h"

enum { MAX_DEPTH = 1000 };

typedef struct printer {
    buf_t *b;
    int indent;
    int depth;
} printer_t;

static void put(printer_t *p, const syn_t *x, int least);

static void line(printer_t *p) {
    buf_char(p->b, '\n');
    for (int i = 0; i < p->indent; i++)
        buf_char(p->b, '\t');
}

static void put_escaped(buf_t *b, str_t s, char quote) {
    for (size_t i = 0; i < s.n; i++) {
        unsigned char c = (unsigned char)s.p[i];
        if (c == (unsigned char)quote || c == '\\')
            buf_printf(b, "\\%c", c);
        else if (c == '\n')
            buf_addc(b, "\\n");
        else if (c == '\t')
            buf_addc(b, "\\t");
        else if (c == '\r')
            buf_addc(b, "\\r");
        else if (quote == '\'' && (c < 32 || c > 126))
            buf_printf(b, "\\x%02x", c);
        else if (c < 32 || c == 127)
            buf_printf(b, "\\u%04x", c);
        else
            buf_char(b, (char)c);
    }
}

static void put_string(buf_t *b, str_t s, char quote) {
    buf_char(b, quote);
    put_escaped(b, s, quote);
    buf_char(b, quote);
}

static void put_comments(printer_t *p, const syn_field_t *f, bool doc) {
    for (uint16_t i = 0; i < f->ncomments; i++) {
        if (f->comments[i].doc != doc)
            continue;
        if (doc && f->comments[i].new_group && i)
            line(p);
        if (!doc)
            buf_char(p->b, ' ');
        buf_add(p->b, f->comments[i].text);
        if (doc)
            line(p);
    }
}

static bool has_comments(const syn_field_t *f) {
    return f->ncomments > 0;
}

static void put_label(printer_t *p, const syn_t *x) {
    const syn_field_t *f = x->field;
    if (f->alias.n)
        buf_printf(p->b, STR_FMT "=", STR_ARG(f->alias));
    if (f->pattern) {
        buf_char(p->b, '[');
        if (f->pattern_alias.n)
            buf_printf(p->b, STR_FMT "=", STR_ARG(f->pattern_alias));
        put(p, f->pattern, 0);
        buf_char(p->b, ']');
    } else if (f->dynamic) {
        put(p, f->dynamic, 0);
    } else if (f->quoted || (x->label_kind == LABEL_STRING && !syn_plain_label(x->str))) {
        put_string(p->b, x->str, '"');
    } else {
        buf_add(p->b, x->str);
    }
    if (f->mark == FIELD_OPTIONAL)
        buf_char(p->b, '?');
    else if (f->mark == FIELD_REQUIRED)
        buf_char(p->b, '!');
    buf_addc(p->b, ": ");
    if (f->value_alias.n)
        buf_printf(p->b, STR_FMT "=", STR_ARG(f->value_alias));
}

static void put_field(printer_t *p, const syn_t *x) {
    const syn_field_t *f = x->field;
    put_comments(p, f, true);
    put_label(p, x);
    const syn_t *v = f->value;
    bool chain = v->kind == SYN_STRUCT && v->n == 1 && v->items[0]->kind == SYN_FIELD && !f->value_alias.n &&
                 !has_comments(v->items[0]->field);
    if (chain)
        put_field(p, v->items[0]);
    else
        put(p, v, 0);
    for (uint16_t i = 0; i < f->nattrs; i++)
        buf_printf(p->b, " " STR_FMT, STR_ARG(f->attrs[i]->str));
    put_comments(p, f, false);
}

static void put_decls(printer_t *p, const syn_t *x, bool first) {
    for (uint32_t i = 0; i < x->n; i++) {
        if (!first)
            line(p);
        first = false;
        put(p, x->items[i], 0);
    }
}

static void put_struct(printer_t *p, const syn_t *x) {
    if (!x->n) {
        buf_addc(p->b, "{}");
        return;
    }
    buf_char(p->b, '{');
    p->indent++;
    put_decls(p, x, false);
    p->indent--;
    line(p);
    buf_char(p->b, '}');
}

static bool is_short(const syn_t *x) {
    switch ((syn_kind_t)x->kind) {
    case SYN_STRUCT:
    case SYN_LIST:
        return x->n == 0;
    case SYN_COMPREHENSION:
        return false;
    default:
        return true;
    }
}

static void put_list(printer_t *p, const syn_t *x) {
    bool flat = true;
    for (uint32_t i = 0; i < x->n; i++)
        flat = flat && is_short(x->items[i]);
    buf_char(p->b, '[');
    p->indent += !flat;
    for (uint32_t i = 0; i < x->n; i++) {
        if (!flat)
            line(p);
        else if (i)
            buf_addc(p->b, ", ");
        put(p, x->items[i], 0);
        if (!flat && x->items[i]->kind != SYN_ELLIPSIS)
            buf_char(p->b, ',');
    }
    p->indent -= !flat;
    if (!flat)
        line(p);
    buf_char(p->b, ']');
}

static void put_comprehension(printer_t *p, const syn_t *x) {
    for (uint32_t i = 0; i < x->n; i++) {
        put(p, x->items[i], 0);
        buf_char(p->b, ' ');
    }
    put(p, x->x, 0);
}

static void put_binary(printer_t *p, const syn_t *x, int least) {
    int prec = syn_precedence((syn_op_t)x->op);
    if (prec < least)
        buf_char(p->b, '(');
    put(p, x->x, prec);
    buf_printf(p->b, " %s ", syn_op_text((syn_op_t)x->op));
    put(p, x->y, prec + 1);
    if (prec < least)
        buf_char(p->b, ')');
}

static void put_args(printer_t *p, const syn_t *x) {
    put(p, x->x, 9);
    buf_char(p->b, '(');
    for (uint32_t i = 0; i < x->n; i++) {
        if (i)
            buf_addc(p->b, ", ");
        put(p, x->items[i], 0);
    }
    buf_char(p->b, ')');
}

static void put_interpolation(printer_t *p, const syn_t *x) {
    char quote = x->op ? '\'' : '"';
    buf_char(p->b, quote);
    for (uint32_t i = 0; i < x->n; i++) {
        if (i % 2 == 0) {
            put_escaped(p->b, x->items[i]->str, quote);
            continue;
        }
        buf_addc(p->b, "\\(");
        put(p, x->items[i], 0);
        buf_char(p->b, ')');
    }
    buf_char(p->b, quote);
}

static void put_node(printer_t *p, const syn_t *x, int least) {
    buf_t *b = p->b;
    switch ((syn_kind_t)x->kind) {
    case SYN_IDENT:
    case SYN_NUM:
    case SYN_ATTR:
        buf_add(b, x->str);
        break;
    case SYN_NULL:
        buf_addc(b, "null");
        break;
    case SYN_BOOL:
        buf_addc(b, x->truth ? "true" : "false");
        break;
    case SYN_STRING:
        put_string(b, x->str, '"');
        break;
    case SYN_BYTES:
        put_string(b, x->str, '\'');
        break;
    case SYN_INTERPOLATION:
        put_interpolation(p, x);
        break;
    case SYN_BOTTOM:
        buf_addc(b, "_|_");
        break;
    case SYN_STRUCT:
        put_struct(p, x);
        break;
    case SYN_LIST:
        put_list(p, x);
        break;
    case SYN_UNARY:
        buf_addc(b, syn_op_text((syn_op_t)x->op));
        put(p, x->x, 8);
        break;
    case SYN_BINARY:
        put_binary(p, x, least);
        break;
    case SYN_SELECTOR:
        put(p, x->x, 9);
        buf_char(b, '.');
        if (x->truth && !syn_plain_label(x->str))
            put_string(b, x->str, '"');
        else
            buf_add(b, x->str);
        break;
    case SYN_INDEX:
        put(p, x->x, 9);
        buf_char(b, '[');
        put(p, x->y, 0);
        buf_char(b, ']');
        break;
    case SYN_SLICE:
        put(p, x->x, 9);
        buf_char(b, '[');
        if (x->y)
            put(p, x->y, 0);
        buf_char(b, ':');
        if (x->z)
            put(p, x->z, 0);
        buf_char(b, ']');
        break;
    case SYN_CALL:
        put_args(p, x);
        break;
    case SYN_PAREN:
        buf_char(b, '(');
        put(p, x->x, 0);
        buf_char(b, ')');
        break;
    case SYN_FIELD:
        put_field(p, x);
        break;
    case SYN_LET:
    case SYN_LETCLAUSE:
        buf_printf(b, "let " STR_FMT " = ", STR_ARG(x->str));
        put(p, x->x, 0);
        break;
    case SYN_ELLIPSIS:
        buf_addc(b, "...");
        if (x->x)
            put(p, x->x, 0);
        break;
    case SYN_COMPREHENSION:
        put_comprehension(p, x);
        break;
    case SYN_PACKAGE:
        buf_printf(b, "package " STR_FMT, STR_ARG(x->str));
        break;
    case SYN_IMPORT:
        buf_addc(b, "import ");
        if (x->str.n)
            buf_printf(b, STR_FMT " ", STR_ARG(x->str));
        put(p, x->x, 0);
        break;
    case SYN_FOR:
        buf_addc(b, "for ");
        if (x->y)
            buf_printf(b, STR_FMT ", ", STR_ARG(x->y->str));
        buf_printf(b, STR_FMT " in ", STR_ARG(x->str));
        put(p, x->x, 0);
        break;
    case SYN_IF:
        buf_addc(b, "if ");
        put(p, x->x, 0);
        break;
    case SYN_ALIAS:
        buf_printf(b, STR_FMT "=", STR_ARG(x->str));
        put(p, x->x, 0);
        break;
    }
}

static void put(printer_t *p, const syn_t *x, int least) {
    if (++p->depth <= MAX_DEPTH)
        put_node(p, x, least);
    p->depth--;
}

void cue_format(buf_t *out, const syn_t *x, bool file) {
    printer_t p = {.b = out};
    if (file && x->kind == SYN_STRUCT) {
        put_decls(&p, x, true);
        if (x->n)
            buf_char(out, '\n');
        return;
    }
    put(&p, x, 0);
    if (file)
        buf_char(out, '\n');
}
