/* The parser: recursive descent over scan.h, one token of lookahead. Nesting is bounded, so that a source of 100,000
 * brackets is an error and not a stack overflow. */
#include "config/cue/parse.h"
#include "config/cue/scan.h"

enum { MAX_NESTING = 1000 };

typedef struct parser {
    scan_t s;
    token_t t; /* the current token */
    arena_t *a;
    int depth;
    uint32_t last_line; /* of the token before */
} parser_t;

typedef struct items {
    syn_t **p;
    size_t n, cap;
} items_t;

static syn_t *parse_expr(parser_t *p);
static syn_t *parse_decl(parser_t *p);
static syn_t *parse_comprehension(parser_t *p);

syn_t *syn_new(arena_t *a, syn_kind_t kind) {
    syn_t *x = arena_new(a, syn_t);
    x->kind = (uint8_t)kind;
    return x;
}

static syn_t *node(parser_t *p, syn_kind_t kind, syn_pos_t pos) {
    syn_t *x = syn_new(p->a, kind);
    x->pos = pos;
    return x;
}

static void items_add(parser_t *p, items_t *l, syn_t *x) {
    if (l->n == l->cap) {
        size_t cap = l->cap ? l->cap * 2 : 4;
        l->p = arena_grow(p->a, l->p, l->cap * sizeof *l->p, cap * sizeof *l->p);
        l->cap = cap;
    }
    l->p[l->n++] = x;
}

static void items_give(const items_t *l, syn_t *x) {
    x->items = l->p;
    x->n = (uint32_t)l->n;
}

static bool next(parser_t *p) {
    p->last_line = p->s.line;
    return scan_next(&p->s, &p->t);
}

static bool is(const parser_t *p, token_kind_t kind) {
    return p->t.kind == kind;
}

static bool is_word(const parser_t *p, const char *word) {
    return p->t.kind == TOK_IDENT && str_eqc(p->t.text, word);
}

static token_kind_t peek_kind(const parser_t *p) {
    scan_t copy = p->s;
    token_t t;
    copy.err = NULL;
    return scan_next(&copy, &t) ? t.kind : TOK_EOF;
}

static bool expected(parser_t *p, const char *what) {
    const token_t *t = &p->t;
    const char *name = NULL;
    if (t->kind == TOK_COMMA && str_eqc(t->text, "\n"))
        return scan_fail(&p->s, t->pos, "expected %s, found newline", what);
    if (t->kind == TOK_EOF)
        return scan_fail(&p->s, t->pos, "expected %s, found 'EOF'", what);
    if (t->kind == TOK_IDENT)
        name = "IDENT";
    else if (t->kind == TOK_NUMBER)
        name = str_chr(t->text, '.') >= 0 ? "FLOAT" : "INT";
    else if (t->kind == TOK_STRING)
        name = "STRING";
    else if (t->kind == TOK_INTERP)
        name = "INTERPOLATION";
    if (t->kind == TOK_ATTR)
        return scan_fail(&p->s, t->pos, "expected %s, found 'ATTRIBUTE'", what);
    if (name)
        return scan_fail(&p->s, t->pos, "expected %s, found '%s' " STR_FMT, what, name, STR_ARG(t->text));
    return scan_fail(&p->s, t->pos, "expected %s, found '" STR_FMT "'", what, STR_ARG(t->text));
}

static bool expect(parser_t *p, token_kind_t kind, const char *what) {
    if (!is(p, kind))
        return expected(p, what);
    return next(p);
}

static bool enter(parser_t *p) {
    if (++p->depth > MAX_NESTING) {
        if (!p->s.failed)
            error_set(p->s.err, ERR_LIMIT, "nested more than %d levels deep:\n    " STR_FMT ":%u:%u", MAX_NESTING,
                      STR_ARG(p->s.name), p->t.pos.line, p->t.pos.col);
        p->s.failed = true;
        return false;
    }
    return true;
}

/* ---- operands ---- */

static syn_t *parse_interpolation(parser_t *p) {
    items_t l = {0};
    syn_t *x = node(p, SYN_INTERPOLATION, p->t.pos);
    quote_t q = p->t.quote;
    syn_kind_t kind = q.c == '"' ? SYN_STRING : SYN_BYTES;
    token_t part = p->t;
    x->op = q.c == '\'';
    for (;;) {
        syn_t *s = node(p, kind, part.pos);
        s->str = part.value;
        items_add(p, &l, s);
        if (part.kind == TOK_STRING)
            break;
        if (!next(p))
            return NULL;
        syn_t *e = parse_expr(p);
        if (!e)
            return NULL;
        items_add(p, &l, e);
        if (!is(p, TOK_RPAREN)) {
            scan_fail(&p->s, p->t.pos, "expected ')' for string interpolation");
            return NULL;
        }
        if (!scan_interpolation(&p->s, &q, &part))
            return NULL;
    }
    items_give(&l, x);
    return next(p) ? x : NULL;
}

static syn_t *parse_number(parser_t *p) {
    syn_t *x = node(p, SYN_NUM, p->t.pos);
    err_t err = ERROR_INIT;
    num_t *num = arena_new(p->a, num_t);
    x->str = p->t.text;
    if (!num_parse(p->a, p->t.text, num, &err)) {
        scan_fail(&p->s, p->t.pos, "%s", error_text(&err));
        error_release(&err);
        return NULL;
    }
    x->num = num;
    return next(p) ? x : NULL;
}

static syn_t *parse_ident(parser_t *p) {
    str_t s = p->t.text;
    syn_kind_t kind = SYN_IDENT;
    if (str_eqc(s, "null"))
        kind = SYN_NULL;
    else if (str_eqc(s, "true") || str_eqc(s, "false"))
        kind = SYN_BOOL;
    syn_t *x = node(p, kind, p->t.pos);
    x->str = arena_str(p->a, s);
    x->truth = s.n && s.p[0] == 't';
    return next(p) ? x : NULL;
}

static bool separator(parser_t *p, token_kind_t close, const char *where) {
    if (is(p, TOK_COMMA))
        return next(p);
    if (is(p, close))
        return true;
    return scan_fail(&p->s, p->t.pos, "missing ',' in %s", where);
}

/* NAME=… of a list element, pattern or value; *alias is set when there is one. */
static bool parse_alias(parser_t *p, str_t *alias) {
    *alias = STR_NONE;
    if (is(p, TOK_IDENT) && peek_kind(p) == TOK_ASSIGN) {
        *alias = arena_str(p->a, p->t.text);
        return next(p) && next(p);
    }
    return true;
}

static syn_t *parse_aliased(parser_t *p) {
    str_t alias;
    syn_pos_t pos = p->t.pos;
    if (!parse_alias(p, &alias))
        return NULL;
    syn_t *x = parse_expr(p);
    if (!x || !alias.n)
        return x;
    syn_t *y = node(p, SYN_ALIAS, pos);
    y->str = alias;
    y->x = x;
    return y;
}

static bool starts_clause(const parser_t *p) {
    if (!is_word(p, "if") && !is_word(p, "for"))
        return false;
    scan_t copy = p->s;
    token_t t;
    copy.err = NULL;
    if (!scan_next(&copy, &t))
        return true;
    if (t.kind == TOK_OPTION || t.kind == TOK_NOT)
        return !scan_next(&copy, &t) || t.kind != TOK_COLON;
    return t.kind != TOK_COLON && t.kind != TOK_ASSIGN;
}

static syn_t *parse_ellipsis(parser_t *p) {
    syn_t *x = node(p, SYN_ELLIPSIS, p->t.pos);
    if (!next(p))
        return NULL;
    if (!is(p, TOK_COMMA) && !is(p, TOK_RBRACE) && !is(p, TOK_RBRACK) && !is(p, TOK_EOF)) {
        x->x = parse_expr(p);
        if (!x->x)
            return NULL;
    }
    return x;
}

static syn_t *parse_list(parser_t *p) {
    items_t l = {0};
    syn_t *x = node(p, SYN_LIST, p->t.pos);
    if (!next(p))
        return NULL;
    while (!is(p, TOK_RBRACK)) {
        syn_t *item;
        if (is(p, TOK_EOF)) {
            expected(p, "']'");
            return NULL;
        }
        if (is(p, TOK_ELLIPSIS))
            item = parse_ellipsis(p);
        else if (is_word(p, "if") || is_word(p, "for"))
            item = parse_comprehension(p);
        else
            item = parse_aliased(p);
        if (!item)
            return NULL;
        items_add(p, &l, item);
        if (!separator(p, TOK_RBRACK, "list literal"))
            return NULL;
        if (item->kind == SYN_ELLIPSIS && !is(p, TOK_RBRACK)) {
            expected(p, "']'");
            return NULL;
        }
    }
    items_give(&l, x);
    p->s.ncomments = 0;
    return next(p) ? x : NULL;
}

static bool parse_decls(parser_t *p, token_kind_t close, items_t *l) {
    while (!is(p, close)) {
        if (is(p, TOK_EOF))
            return expected(p, "'}'");
        if (is(p, TOK_COMMA) && str_eqc(p->t.text, ",") && l->n == 0)
            return expected(p, "operand");
        syn_t *x = parse_decl(p);
        if (!x)
            return false;
        items_add(p, l, x);
        if (!separator(p, close, "struct literal"))
            return false;
    }
    return true;
}

static syn_t *parse_struct(parser_t *p) {
    items_t l = {0};
    syn_t *x = node(p, SYN_STRUCT, p->t.pos);
    p->s.ncomments = 0;
    if (!next(p) || !parse_decls(p, TOK_RBRACE, &l))
        return NULL;
    items_give(&l, x);
    p->s.ncomments = 0;
    return next(p) ? x : NULL;
}

static syn_t *parse_operand(parser_t *p) {
    syn_t *x;
    switch (p->t.kind) {
    case TOK_IDENT:
        return parse_ident(p);
    case TOK_NUMBER:
        return parse_number(p);
    case TOK_STRING:
        x = node(p, p->t.quote.c == '"' ? SYN_STRING : SYN_BYTES, p->t.pos);
        x->str = p->t.value;
        return next(p) ? x : NULL;
    case TOK_INTERP:
        return parse_interpolation(p);
    case TOK_BOTTOM:
        x = node(p, SYN_BOTTOM, p->t.pos);
        return next(p) ? x : NULL;
    case TOK_LBRACE:
        return parse_struct(p);
    case TOK_LBRACK:
        return parse_list(p);
    case TOK_LPAREN:
        x = node(p, SYN_PAREN, p->t.pos);
        if (!next(p) || !(x->x = parse_expr(p)))
            return NULL;
        if (is(p, TOK_COMMA) && str_eqc(p->t.text, "\n") && !next(p))
            return NULL;
        return expect(p, TOK_RPAREN, "')'") ? x : NULL;
    default:
        expected(p, "operand");
        return NULL;
    }
}

static label_kind_t kind_of_label(str_t s) {
    if (str_starts(s, STR("_#")))
        return LABEL_HIDDEN_DEF;
    if (str_starts(s, STR("_")))
        return LABEL_HIDDEN;
    return str_starts(s, STR("#")) ? LABEL_DEF : LABEL_STRING;
}

static syn_t *parse_selector(parser_t *p, syn_t *x) {
    if (!next(p))
        return NULL;
    syn_t *y = node(p, SYN_SELECTOR, p->t.pos);
    y->x = x;
    if (is(p, TOK_IDENT)) {
        y->str = arena_str(p->a, p->t.text);
        y->label_kind = kind_of_label(y->str);
    } else if (is(p, TOK_STRING) && p->t.quote.c == '"') {
        y->str = p->t.value;
        y->label_kind = LABEL_STRING;
        y->truth = true;
    } else {
        expected(p, "selector");
        return NULL;
    }
    return next(p) ? y : NULL;
}

static syn_t *parse_index(parser_t *p, syn_t *x) {
    syn_t *y = node(p, SYN_INDEX, p->t.pos);
    y->x = x;
    if (!next(p))
        return NULL;
    if (!is(p, TOK_COLON) && !(y->y = parse_expr(p)))
        return NULL;
    if (is(p, TOK_COLON)) {
        y->kind = SYN_SLICE;
        if (!next(p))
            return NULL;
        if (!is(p, TOK_RBRACK) && !(y->z = parse_expr(p)))
            return NULL;
    }
    if (is(p, TOK_COMMA) && str_eqc(p->t.text, "\n") && !next(p))
        return NULL;
    return expect(p, TOK_RBRACK, "']'") ? y : NULL;
}

static syn_t *parse_call(parser_t *p, syn_t *x) {
    items_t l = {0};
    syn_t *y = node(p, SYN_CALL, p->t.pos);
    y->x = x;
    if (!next(p))
        return NULL;
    while (!is(p, TOK_RPAREN)) {
        if (is(p, TOK_EOF)) {
            expected(p, "')'");
            return NULL;
        }
        syn_t *arg = parse_expr(p);
        if (!arg)
            return NULL;
        items_add(p, &l, arg);
        if (!separator(p, TOK_RPAREN, "argument list"))
            return NULL;
    }
    items_give(&l, y);
    return next(p) ? y : NULL;
}

static syn_t *parse_primary(parser_t *p) {
    syn_t *x = parse_operand(p);
    int length = 0;
    while (x && !p->s.failed) {
        token_kind_t k = p->t.kind;
        if (k != TOK_DOT && k != TOK_LBRACK && k != TOK_LPAREN)
            break;
        /* A chain is as deep a tree as brackets are. */
        if (++length > MAX_NESTING - p->depth) {
            p->depth = MAX_NESTING;
            enter(p);
            return NULL;
        }
        if (k == TOK_DOT)
            x = parse_selector(p, x);
        else if (k == TOK_LBRACK)
            x = parse_index(p, x);
        else
            x = parse_call(p, x);
    }
    return p->s.failed ? NULL : x;
}

static syn_t *parse_unary(parser_t *p) {
    syn_op_t op = OP_NONE;
    if (is(p, TOK_OP)) {
        switch (p->t.op) {
        case OP_ADD:
        case OP_SUB:
        case OP_LT:
        case OP_LE:
        case OP_GT:
        case OP_GE:
        case OP_NE:
        case OP_MATCH:
        case OP_NMATCH:
            op = p->t.op;
            break;
        case OP_MUL:
            op = OP_DEFAULT;
            break;
        default:
            break;
        }
    } else if (is(p, TOK_NOT)) {
        op = OP_NOT;
    }
    if (op == OP_NONE)
        return parse_primary(p);
    syn_t *x = node(p, SYN_UNARY, p->t.pos);
    x->op = (uint8_t)op;
    if (!enter(p) || !next(p) || !(x->x = parse_unary(p)))
        return NULL;
    p->depth--;
    return x;
}

/* Operators bind to the left; a chain of one operator is as deep as it is long, so its length counts as nesting. */
static syn_t *parse_binary(parser_t *p, int least) {
    syn_t *x = parse_unary(p);
    int length = 0;
    while (x) {
        int prec = p->t.kind == TOK_OP ? syn_precedence(p->t.op) : 0;
        if (prec < least || prec == 0)
            break;
        syn_t *y = node(p, SYN_BINARY, p->t.pos);
        y->op = (uint8_t)p->t.op;
        y->x = x;
        if (++length > MAX_NESTING - p->depth) {
            p->depth = MAX_NESTING;
            enter(p);
            return NULL;
        }
        if (!next(p) || !(y->y = parse_binary(p, prec + 1)))
            return NULL;
        x = y;
    }
    return x;
}

static syn_t *parse_expr(parser_t *p) {
    if (!enter(p))
        return NULL;
    syn_t *x = parse_binary(p, 1);
    p->depth--;
    return x;
}

/* ---- declarations ---- */

static syn_t *parse_clause(parser_t *p) {
    syn_t *x = node(p, SYN_IF, p->t.pos);
    if (is_word(p, "if")) {
        return next(p) && (x->x = parse_expr(p)) ? x : NULL;
    }
    x->kind = is_word(p, "for") ? SYN_FOR : SYN_LETCLAUSE;
    if (!next(p))
        return NULL;
    if (!is(p, TOK_IDENT)) {
        expected(p, "identifier");
        return NULL;
    }
    x->str = arena_str(p->a, p->t.text);
    syn_t *first = parse_ident(p);
    if (!first)
        return NULL;
    if (x->kind == SYN_LETCLAUSE)
        return expect(p, TOK_ASSIGN, "'='") && (x->x = parse_expr(p)) ? x : NULL;
    if (is(p, TOK_COMMA) && str_eqc(p->t.text, ",")) {
        if (!next(p) || !is(p, TOK_IDENT)) {
            expected(p, "identifier");
            return NULL;
        }
        x->y = first;
        x->str = arena_str(p->a, p->t.text);
        if (!next(p))
            return NULL;
    }
    if (!is_word(p, "in")) {
        expected(p, "'in'");
        return NULL;
    }
    return next(p) && (x->x = parse_expr(p)) ? x : NULL;
}

static syn_t *parse_comprehension(parser_t *p) {
    items_t l = {0};
    syn_t *x = node(p, SYN_COMPREHENSION, p->t.pos);
    if (!enter(p))
        return NULL;
    while (is_word(p, "if") || is_word(p, "for") || (l.n && is_word(p, "let"))) {
        syn_t *clause = parse_clause(p);
        if (!clause)
            return NULL;
        items_add(p, &l, clause);
        if (is(p, TOK_COMMA) && !next(p))
            return NULL;
    }
    items_give(&l, x);
    if (!is(p, TOK_LBRACE)) {
        expected(p, "'{'");
        return NULL;
    }
    x->x = parse_struct(p);
    p->depth--;
    return x->x ? x : NULL;
}

/* Comments collected so far that a field may keep. */
static void attach(parser_t *p, syn_field_t *f, bool doc, uint32_t line) {
    scan_t *s = &p->s;
    size_t n = 0;
    for (size_t i = 0; i < s->ncomments; i++)
        n += doc || s->comment_lines[i] == line;
    if (n) {
        size_t have = f->ncomments;
        f->comments = arena_grow(p->a, f->comments, have * sizeof *f->comments, (have + n) * sizeof *f->comments);
        for (size_t i = 0; i < s->ncomments; i++) {
            if (!doc && s->comment_lines[i] != line)
                continue;
            f->comments[f->ncomments] = s->comments[i];
            f->comments[f->ncomments].text = arena_str(p->a, s->comments[i].text);
            f->comments[f->ncomments++].doc = doc;
        }
    }
    s->ncomments = 0;
}

static bool parse_attrs(parser_t *p, syn_field_t *f) {
    while (is(p, TOK_ATTR)) {
        f->attrs = arena_grow(p->a, f->attrs, f->nattrs * sizeof *f->attrs, (f->nattrs + 1u) * sizeof *f->attrs);
        syn_t *x = node(p, SYN_ATTR, p->t.pos);
        x->str = arena_str(p->a, p->t.text);
        f->attrs[f->nattrs++] = x;
        if (!next(p))
            return false;
    }
    return true;
}

static bool at_label_end(const parser_t *p) {
    if (is(p, TOK_COLON))
        return true;
    return (is(p, TOK_OPTION) || is(p, TOK_NOT)) && peek_kind(p) == TOK_COLON;
}

static bool field_label(parser_t *p, syn_t *f, syn_t *label) {
    f->pos = label->pos;
    switch (label->kind) {
    case SYN_IDENT:
    case SYN_NULL:
    case SYN_BOOL:
        f->str = label->str;
        f->label_kind = kind_of_label(label->str);
        return true;
    case SYN_STRING:
        f->str = label->str;
        f->label_kind = LABEL_STRING;
        f->field->quoted = true;
        return true;
    case SYN_INTERPOLATION:
    case SYN_PAREN:
        f->field->dynamic = label;
        return true;
    case SYN_LIST:
        if (label->n == 1 && label->items[0]->kind != SYN_ELLIPSIS && label->items[0]->kind != SYN_COMPREHENSION) {
            syn_t *x = label->items[0];
            if (x->kind == SYN_ALIAS) {
                f->field->pattern_alias = x->str;
                x = x->x;
            }
            f->field->pattern = x;
            return true;
        }
        break;
    default:
        break;
    }
    return scan_fail(&p->s, p->t.pos, "missing ',' in struct literal");
}

static syn_t *parse_field(parser_t *p, syn_t *label, str_t alias);

/* What follows the colon: an expression, an aliased one, or another label with its own colon. */
static bool parse_value(parser_t *p, syn_field_t *f) {
    str_t alias;
    if (!enter(p) || !parse_alias(p, &alias))
        return false;
    syn_pos_t pos = p->t.pos;
    syn_t *x = parse_expr(p);
    if (!x)
        return false;
    if (at_label_end(p)) {
        syn_t *inner = parse_field(p, x, alias);
        if (!inner)
            return false;
        f->value = node(p, SYN_STRUCT, pos);
        f->value->items = arena_array(p->a, syn_t *, 1);
        f->value->items[0] = inner;
        f->value->n = 1;
        f->chained = true;
    } else {
        f->value = x;
        f->value_alias = alias;
    }
    p->depth--;
    return true;
}

static syn_t *parse_field(parser_t *p, syn_t *label, str_t alias) {
    syn_t *x = node(p, SYN_FIELD, p->t.pos);
    syn_field_t *f = arena_new(p->a, syn_field_t);
    x->field = f;
    f->alias = alias;
    if (!field_label(p, x, label))
        return NULL;
    if (is(p, TOK_OPTION) || is(p, TOK_NOT)) {
        f->mark = is(p, TOK_OPTION) ? FIELD_OPTIONAL : FIELD_REQUIRED;
        if (!next(p))
            return NULL;
    }
    if (!expect(p, TOK_COLON, "':'"))
        return NULL;
    return parse_value(p, f) && parse_attrs(p, f) ? x : NULL;
}

static syn_t *parse_let(parser_t *p) {
    syn_t *x = node(p, SYN_LET, p->t.pos);
    if (!next(p))
        return NULL;
    if (!is(p, TOK_IDENT)) {
        expected(p, "identifier");
        return NULL;
    }
    x->str = arena_str(p->a, p->t.text);
    if (!next(p) || !expect(p, TOK_ASSIGN, "'='"))
        return NULL;
    return (x->x = parse_expr(p)) ? x : NULL;
}

static bool is_label(const syn_t *x) {
    return x->kind == SYN_IDENT || x->kind == SYN_STRING || x->kind == SYN_INTERPOLATION || x->kind == SYN_PAREN ||
           (x->kind == SYN_LIST && x->n == 1) || x->kind == SYN_NULL || x->kind == SYN_BOOL;
}

static syn_t *parse_label_or_embedding(parser_t *p) {
    str_t alias;
    bool blank = p->t.blank_line;
    syn_field_t docs = {0};
    attach(p, &docs, true, 0);
    syn_pos_t pos = p->t.pos;
    if (!parse_alias(p, &alias))
        return NULL;
    syn_t *x = parse_expr(p);
    if (!x)
        return NULL;
    if (!at_label_end(p)) {
        if (is_label(x) && !is(p, TOK_COMMA) && !is(p, TOK_RBRACE) && !is(p, TOK_EOF) && !is(p, TOK_ATTR)) {
            expected(p, "label or ':'");
            return NULL;
        }
        if (alias.n) {
            syn_t *y = node(p, SYN_ALIAS, pos);
            y->str = alias;
            y->x = x;
            x = y;
        }
        while (is(p, TOK_ATTR)) {
            if (!next(p))
                return NULL;
        }
        return x;
    }
    x = parse_field(p, x, alias);
    if (!x)
        return NULL;
    syn_field_t *f = x->field;
    f->blank = blank;
    f->comments = docs.comments;
    f->ncomments = docs.ncomments;
    /* In a chain of labels CUE gives the comment of the line's end to the outermost field. */
    attach(p, f, false, p->last_line);
    return x;
}

static syn_t *parse_decl(parser_t *p) {
    syn_t *x;
    if (!enter(p))
        return NULL;
    if (is(p, TOK_ELLIPSIS)) {
        x = parse_ellipsis(p);
    } else if (is(p, TOK_ATTR)) {
        x = node(p, SYN_ATTR, p->t.pos);
        x->str = arena_str(p->a, p->t.text);
        if (!next(p))
            return NULL;
    } else if (is_word(p, "let") && peek_kind(p) == TOK_IDENT) {
        x = parse_let(p);
    } else if (starts_clause(p)) {
        p->s.ncomments = 0;
        x = parse_comprehension(p);
    } else {
        x = parse_label_or_embedding(p);
    }
    p->depth--;
    return x;
}

/* ---- files ---- */

static bool parse_import_spec(parser_t *p, items_t *l) {
    syn_t *x = node(p, SYN_IMPORT, p->t.pos);
    if (is(p, TOK_IDENT)) {
        x->str = arena_str(p->a, p->t.text);
        if (!next(p))
            return false;
    }
    if (!is(p, TOK_STRING))
        return expected(p, "import path");
    x->x = parse_operand(p);
    items_add(p, l, x);
    return x->x != NULL;
}

static bool parse_import(parser_t *p, items_t *l) {
    if (!next(p))
        return false;
    if (!is(p, TOK_LPAREN))
        return parse_import_spec(p, l) && (is(p, TOK_EOF) || expect(p, TOK_COMMA, "newline"));
    if (!next(p))
        return false;
    while (!is(p, TOK_RPAREN)) {
        if (!parse_import_spec(p, l) || !separator(p, TOK_RPAREN, "import"))
            return false;
    }
    return next(p) && (is(p, TOK_EOF) || expect(p, TOK_COMMA, "newline"));
}

static bool parse_preamble(parser_t *p, items_t *l) {
    while (is(p, TOK_ATTR)) {
        if (!next(p) || (!is(p, TOK_EOF) && !expect(p, TOK_COMMA, "newline")))
            return false;
    }
    if (is_word(p, "package") && peek_kind(p) == TOK_IDENT) {
        syn_t *x = node(p, SYN_PACKAGE, p->t.pos);
        if (!next(p))
            return false;
        x->str = arena_str(p->a, p->t.text);
        items_add(p, l, x);
        if (!next(p) || (!is(p, TOK_EOF) && !expect(p, TOK_COMMA, "newline")))
            return false;
        p->s.ncomments = 0;
    }
    while (is_word(p, "import") &&
           (peek_kind(p) == TOK_STRING || peek_kind(p) == TOK_LPAREN || peek_kind(p) == TOK_IDENT)) {
        if (!parse_import(p, l))
            return false;
    }
    return true;
}

syn_t *parse_source(arena_t *a, str_t name, str_t text, uint16_t file, err_t *err) {
    parser_t p = {.a = a};
    items_t l = {0};
    scan_init(&p.s, a, name, text, err);
    p.s.file = file;
    if (!next(&p) || !parse_preamble(&p, &l) || !parse_decls(&p, TOK_EOF, &l) || p.s.failed)
        return NULL;
    syn_t *x = syn_new(a, SYN_STRUCT);
    x->pos = (syn_pos_t){1, 1, file};
    items_give(&l, x);
    return x;
}

syn_t *parse_expression(arena_t *a, str_t name, str_t text, uint16_t file, err_t *err) {
    parser_t p = {.a = a};
    scan_init(&p.s, a, name, text, err);
    p.s.file = file;
    if (!next(&p))
        return NULL;
    syn_t *x = parse_expr(&p);
    if (!x || p.s.failed)
        return NULL;
    if (is(&p, TOK_COMMA) && str_eqc(p.t.text, "\n") && !next(&p))
        return NULL;
    if (!is(&p, TOK_EOF)) {
        expected(&p, "EOF");
        return NULL;
    }
    return x;
}
