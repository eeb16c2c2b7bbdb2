/* Values and expressions in the compact form that CUE's messages use, paths, and whole messages. */
#include "config/cue/state.h"

enum { TEXT_MAX = 64 << 10 };

static void put_syntax(eval_t *e, buf_t *b, const syn_t *x);
static void put_value(eval_t *e, buf_t *b, value_t *v);

static void put_quoted(buf_t *b, str_t s, char quote) {
    buf_char(b, quote);
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
        else if (c == '\a')
            buf_addc(b, "\\a");
        else if (c == '\b')
            buf_addc(b, "\\b");
        else if (c == '\f')
            buf_addc(b, "\\f");
        else if (c == '\v')
            buf_addc(b, "\\v");
        else if (quote == '\'' && (c < 32 || c >= 127))
            buf_printf(b, "\\x%02x", c);
        else if (c < 32 || c == 127)
            buf_printf(b, "\\u%04x", c);
        else
            buf_char(b, (char)c);
    }
    buf_char(b, quote);
}

static bool plain_label(str_t s) {
    for (size_t i = 0; i < s.n; i++) {
        unsigned char c = (unsigned char)s.p[i];
        bool letter = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '$' || c == '_' || c >= 0x80;
        if (!letter && !(i && c >= '0' && c <= '9'))
            return false;
    }
    return s.n && s.p[0] != '_' && !str_eqc(s, "true") && !str_eqc(s, "false") && !str_eqc(s, "null");
}

static void put_label(buf_t *b, const label_t *l) {
    if (l->kind == LABEL_INT)
        buf_printf(b, "%u", l->index);
    else if (l->kind != LABEL_STRING || plain_label(l->s))
        buf_add(b, l->s);
    else
        put_quoted(b, l->s, '"');
}

str_t label_text(eval_t *e, const label_t *l) {
    buf_t b;
    buf_init_arena(&b, e->arena);
    put_label(&b, l);
    return buf_str(&b);
}

/* ---- expressions ---- */

static const char *suffix(unsigned mark) {
    return mark == FIELD_OPTIONAL ? "?" : mark == FIELD_REQUIRED ? "!" : "";
}

static void put_list(eval_t *e, buf_t *b, syn_t **items, size_t n, const char *sep) {
    for (size_t i = 0; i < n; i++) {
        if (i)
            buf_addc(b, sep);
        put_syntax(e, b, items[i]);
    }
}

static void put_field(eval_t *e, buf_t *b, const syn_t *x) {
    const syn_field_t *f = x->field;
    if (f->pattern) {
        buf_char(b, '[');
        put_syntax(e, b, f->pattern);
        buf_addc(b, "]:");
    } else {
        if (f->dynamic)
            put_syntax(e, b, f->dynamic);
        else
            put_label(b, x->label);
        buf_addc(b, suffix(f->mark));
        buf_char(b, ':');
    }
    put_syntax(e, b, f->value);
}

static void put_interpolation(eval_t *e, buf_t *b, const syn_t *x) {
    buf_char(b, x->op ? '\'' : '"');
    for (uint32_t i = 0; i < x->n; i++) {
        if (i % 2 == 0) {
            buf_t part;
            buf_init_arena(&part, e->arena);
            put_quoted(&part, x->items[i]->str, x->op ? '\'' : '"');
            buf_addn(b, part.p + 1, part.n - 2);
        } else {
            buf_addc(b, "\\(");
            put_syntax(e, b, x->items[i]);
            buf_char(b, ')');
        }
    }
    buf_char(b, x->op ? '\'' : '"');
}

static void put_or(eval_t *e, buf_t *b, const syn_t *x) {
    if (x->kind == SYN_BINARY && x->op == OP_OR) {
        put_or(e, b, x->x);
        buf_char(b, '|');
        put_or(e, b, x->y);
    } else {
        put_syntax(e, b, x);
    }
}

static void put_clause(eval_t *e, buf_t *b, const syn_t *x) {
    if (x->kind == SYN_FOR)
        buf_printf(b, "for " STR_FMT ", " STR_FMT " in ", STR_ARG(x->y ? x->y->str : STR("_")), STR_ARG(x->str));
    else if (x->kind == SYN_IF)
        buf_addc(b, "if ");
    else
        buf_printf(b, "let " STR_FMT " = ", STR_ARG(x->str));
    put_syntax(e, b, x->x);
    buf_char(b, ' ');
}

static void put_struct(eval_t *e, buf_t *b, const syn_t *x) {
    bool first = true;
    buf_char(b, '{');
    for (uint32_t i = 0; i < x->n; i++) {
        const syn_t *d = x->items[i];
        if (d->kind == SYN_ATTR || d->kind == SYN_PACKAGE || d->kind == SYN_IMPORT)
            continue;
        if (!first)
            buf_char(b, ',');
        first = false;
        put_syntax(e, b, d);
    }
    buf_char(b, '}');
}

static void put_node(eval_t *e, buf_t *b, const syn_t *x) {
    value_t *v = value_literal(e, x);
    if (v) {
        put_value(e, b, v);
        return;
    }
    switch ((syn_kind_t)x->kind) {
    case SYN_IDENT:
        buf_add(b, x->str);
        break;
    case SYN_PAREN:
    case SYN_ALIAS:
        put_syntax(e, b, x->x);
        break;
    case SYN_INTERPOLATION:
        put_interpolation(e, b, x);
        break;
    case SYN_BOTTOM:
        buf_addc(b, "_|_(explicit error (_|_ literal) in source)");
        break;
    case SYN_STRUCT:
        put_struct(e, b, x);
        break;
    case SYN_LIST:
        buf_char(b, '[');
        put_list(e, b, x->items, x->n, ",");
        buf_char(b, ']');
        break;
    case SYN_UNARY:
        buf_addc(b, syn_op_text((syn_op_t)x->op));
        put_syntax(e, b, x->x);
        break;
    case SYN_BINARY:
        buf_char(b, '(');
        if (x->op == OP_OR) {
            put_or(e, b, x);
        } else {
            put_syntax(e, b, x->x);
            buf_printf(b, " %s ", syn_op_text((syn_op_t)x->op));
            put_syntax(e, b, x->y);
        }
        buf_char(b, ')');
        break;
    case SYN_SELECTOR:
        put_syntax(e, b, x->x);
        buf_char(b, '.');
        if (x->label)
            put_label(b, x->label);
        else
            buf_add(b, x->str);
        break;
    case SYN_INDEX:
        put_syntax(e, b, x->x);
        buf_char(b, '[');
        put_syntax(e, b, x->y);
        buf_char(b, ']');
        break;
    case SYN_SLICE:
        put_syntax(e, b, x->x);
        buf_char(b, '[');
        if (x->y)
            put_syntax(e, b, x->y);
        buf_char(b, ':');
        if (x->z)
            put_syntax(e, b, x->z);
        buf_char(b, ']');
        break;
    case SYN_CALL:
        put_syntax(e, b, x->x);
        buf_char(b, '(');
        put_list(e, b, x->items, x->n, ", ");
        buf_char(b, ')');
        break;
    case SYN_FIELD:
        put_field(e, b, x);
        break;
    case SYN_LET:
        buf_printf(b, "let " STR_FMT "=", STR_ARG(x->str));
        put_syntax(e, b, x->x);
        break;
    case SYN_ELLIPSIS:
        buf_addc(b, "...");
        if (x->x)
            put_syntax(e, b, x->x);
        break;
    case SYN_COMPREHENSION:
        for (uint32_t i = 0; i < x->n; i++)
            put_clause(e, b, x->items[i]);
        put_syntax(e, b, x->x);
        break;
    default:
        break;
    }
}

static void put_syntax(eval_t *e, buf_t *b, const syn_t *x) {
    if (b->n > TEXT_MAX)
        return;
    eval_enter(e);
    put_node(e, b, x);
    eval_leave(e);
}

str_t syntax_text(eval_t *e, const syn_t *x) {
    buf_t b;
    buf_init_arena(&b, e->arena);
    put_syntax(e, &b, x);
    return buf_str(&b);
}

/* ---- values ---- */

static void put_conj(eval_t *e, buf_t *b, const conj_t *c) {
    if (c->value)
        put_value(e, b, c->value);
    else if (c->data)
        buf_add(b, jv_text(e->arena, c->data));
    else
        put_syntax(e, b, c->x);
}

static void put_arcs(eval_t *e, buf_t *b, vertex_t *v) {
    bool list = vertex_is_list(v), first = true;
    buf_char(b, list ? '[' : '{');
    for (uint32_t i = 0; i < v->narcs && b->n < TEXT_MAX; i++) {
        vertex_t *arc = v->arcs[i];
        if (!first)
            buf_char(b, ',');
        first = false;
        if (!list) {
            put_label(b, arc->label);
            buf_addc(b, suffix(arc->mark));
            buf_char(b, ':');
        }
        put_value(e, b, &arc->head);
    }
    buf_char(b, list ? ']' : '}');
}

static void put_vertex(eval_t *e, buf_t *b, vertex_t *v) {
    vertex_expand(e, v);
    v = vertex_deref(v);
    if (v->status == ST_NEW)
        vertex_expand(e, v);
    if (v->disj) {
        for (size_t i = 0; i < v->disj->n; i++) {
            if (i)
                buf_addc(b, " | ");
            if (i < v->disj->ndefaults)
                buf_char(b, '*');
            put_vertex(e, b, v->disj->items[i]);
        }
    } else if (v->status == ST_EXPANDING) {
        for (uint32_t i = 0; i < v->nconjs; i++) {
            if (i)
                buf_addc(b, " & ");
            put_conj(e, b, &v->conjs[i]);
        }
    } else if (vertex_is_struct(v) || vertex_is_list(v)) {
        put_arcs(e, b, v);
    } else if (v->incomplete && !(v->base && value_is_scalar(v->base))) {
        value_t *x = value_of_bottom(e, v->incomplete);
        put_value(e, b, x);
    } else if (v->base) {
        put_value(e, b, v->base);
    }
}

/* Of several defaults only those are said. */
str_t ambiguous_text(eval_t *e, vertex_t *v) {
    buf_t b;
    buf_init_arena(&b, e->arena);
    size_t n = v->disj->ndefaults ? v->disj->ndefaults : v->disj->n;
    for (size_t i = 0; i < n; i++) {
        if (i)
            buf_addc(&b, " | ");
        put_vertex(e, &b, v->disj->items[i]);
    }
    return buf_str(&b);
}

static void put_path(buf_t *b, const vertex_t *v) {
    if (!v)
        return;
    if (v->parent)
        put_path(b, v->parent);
    if (!v->label)
        return;
    if (b->n)
        buf_char(b, '.');
    put_label(b, v->label);
}

static void put_validator(eval_t *e, buf_t *b, const validator_t *f) {
    buf_add(b, f->name);
    buf_char(b, '(');
    for (size_t i = 0; i < f->nargs; i++) {
        if (i)
            buf_addc(b, ", ");
        put_value(e, b, f->args[i]);
    }
    buf_char(b, ')');
}

static void put_bare(eval_t *e, buf_t *b, value_t *v) {
    switch ((value_tag_t)v->tag) {
    case VAL_BOTTOM:
        buf_addc(b, "_|_(");
        if (v->bottom->at) {
            size_t n = b->n;
            buf_t path;
            buf_init_arena(&path, e->arena);
            put_path(&path, v->bottom->at);
            buf_add(b, buf_str(&path));
            if (b->n > n)
                buf_addc(b, ": ");
        }
        buf_add(b, v->bottom->text);
        buf_char(b, ')');
        break;
    case VAL_NULL:
        buf_addc(b, "null");
        break;
    case VAL_BOOL:
        buf_addc(b, v->b ? "true" : "false");
        break;
    case VAL_NUM:
        num_write(b, v->num);
        break;
    case VAL_STRING:
        put_quoted(b, v->s, '"');
        break;
    case VAL_BYTES:
        put_quoted(b, v->s, '\'');
        break;
    case VAL_TYPE:
        buf_add(b, kind_text(e, v->kind));
        break;
    case VAL_BOUND:
        buf_addc(b, syn_op_text((syn_op_t)v->op));
        put_value(e, b, v->x);
        break;
    case VAL_VALIDATOR:
        put_validator(e, b, v->validator);
        break;
    case VAL_CONJ:
        for (size_t i = 0; i < v->n; i++) {
            if (i)
                buf_addc(b, " & ");
            put_value(e, b, v->items[i]);
        }
        break;
    case VAL_STRUCT:
        buf_addc(b, "{}");
        break;
    case VAL_LIST:
        buf_addc(b, "[]");
        break;
    case VAL_VERTEX:
        put_vertex(e, b, value_vertex(v));
        break;
    }
}

static void put_value(eval_t *e, buf_t *b, value_t *v) {
    if (b->n > TEXT_MAX)
        return;
    eval_enter(e);
    put_bare(e, b, v);
    eval_leave(e);
}

str_t value_text(eval_t *e, value_t *v) {
    buf_t b;
    buf_init_arena(&b, e->arena);
    put_value(e, &b, v);
    return buf_str(&b);
}

str_t vertex_path(eval_t *e, const vertex_t *v) {
    buf_t b;
    buf_init_arena(&b, e->arena);
    put_path(&b, v);
    return buf_str(&b);
}

/* ---- messages ---- */

str_t eval_file(const eval_t *e, unsigned file) {
    if (file < e->program->nnames)
        return e->program->names[file];
    file -= (unsigned)e->program->nnames;
    return file < e->nnames ? e->names[file] : STR("");
}

static void put_bottom(eval_t *e, buf_t *b, const bottom_t *x) {
    str_t path = x->at ? vertex_path(e, x->at) : STR_NONE;
    if (!x->text.n) { /* several */
        for (size_t i = 0; i < x->nparts && i < 10; i++) {
            if (i)
                buf_char(b, '\n');
            put_bottom(e, b, x->parts[i]);
        }
        if (x->nparts > 10)
            buf_printf(b, "\n(%zu more)", x->nparts - 10);
        return;
    }
    if (path.n)
        buf_printf(b, STR_FMT ": ", STR_ARG(path));
    buf_add(b, x->text);
    if (x->npos)
        buf_char(b, ':');
    for (size_t i = 0; i < x->npos; i++)
        buf_printf(b, "\n    " STR_FMT ":%u:%u", STR_ARG(eval_file(e, x->pos[i].file)), x->pos[i].line, x->pos[i].col);
    for (size_t i = 0; i < x->nparts; i++) {
        buf_char(b, '\n');
        put_bottom(e, b, x->parts[i]);
    }
}

void bottom_report(eval_t *e, const bottom_t *x, err_t *err) {
    buf_t b;
    buf_init_arena(&b, e->arena);
    put_bottom(e, &b, x);
    error_set(err, bottom_pending(x) ? ERR_INCOMPLETE : ERR_INVALID, STR_FMT, STR_ARG(buf_str(&b)));
}
