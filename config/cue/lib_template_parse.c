#include "config/cue/lib_template.h"

#include <ctype.h>

typedef struct parser {
    arena_t *arena;
    err_t *err;
    str_t src;
    size_t i, line_pos, line;
    bool trim_next; /* the last action ended with -}} */
    tpl_t *tpl;
    str_t vars[TPL_MAX_DEPTH * 4];
    size_t nvars;
    int depth, ranges;
} parser_t;

/* Places are asked for in rising order, so the count goes on from the last one. */
static uint32_t line_at(parser_t *p, size_t at) {
    if (at < p->line_pos)
        p->line_pos = p->line = 0;
    for (; p->line_pos < at && p->line_pos < p->src.n; p->line_pos++)
        p->line += p->src.p[p->line_pos] == '\n';
    return (uint32_t)p->line + 1;
}

/* Columns count bytes from 0, as Go's templates do. */
static uint32_t column_at(const parser_t *p, size_t at) {
    size_t i = at;
    while (i > 0 && p->src.p[i - 1] != '\n')
        i--;
    return (uint32_t)(at - i);
}

static bool fail(parser_t *p, const char *fmt, ...) __attribute__((format(printf, 2, 3)));
static bool fail(parser_t *p, const char *fmt, ...) {
    va_list ap;
    va_start(ap, fmt);
    str_t text = arena_vprintf(p->arena, fmt, ap);
    va_end(ap);
    return error_set(p->err, ERR_INVALID, "template: :%u: " STR_FMT, line_at(p, p->i), STR_ARG(text));
}

static int peek(const parser_t *p) {
    return p->i < p->src.n ? (unsigned char)p->src.p[p->i] : -1;
}

static bool at_text(const parser_t *p, const char *text) {
    return str_starts(str_from(p->src, p->i), str_c(text));
}

static bool is_blank(int c) {
    return c == ' ' || c == '\t' || c == '\r' || c == '\n';
}

static bool is_name(int c) {
    return c == '_' || c >= 0x80 || (c > 0 && isalnum(c));
}

static void skip_blanks(parser_t *p) {
    while (is_blank(peek(p)))
        p->i++;
}

/* The end of the action: "}}", or " -}}". */
static bool at_end(const parser_t *p) {
    return at_text(p, "}}") || at_text(p, "-}}");
}

static bool unexpected(parser_t *p, const char *where) {
    if (p->i >= p->src.n)
        return fail(p, "unclosed action");
    if (at_end(p))
        return fail(p, "missing value for %s", where);
    size_t size;
    rune_at(p->src, p->i, &size);
    return fail(p, "unexpected " STR_FMT " in %s", STR_ARG(go_quoted(p->arena, str_sub(p->src, p->i, size))), where);
}

static str_t word(parser_t *p) {
    size_t from = p->i;
    while (is_name(peek(p)))
        p->i++;
    return str_sub(p->src, from, p->i - from);
}

static str_t peek_word(parser_t *p) {
    size_t at = p->i;
    str_t w = word(p);
    p->i = at;
    return w;
}

static bool close_action(parser_t *p, const char *where) {
    skip_blanks(p);
    if (!at_end(p))
        return unexpected(p, where);
    p->trim_next = at_text(p, "-}}");
    p->i += p->trim_next ? 3 : 2;
    return true;
}

/* ---- expressions ---- */

static tpl_pipe_t *pipeline(parser_t *p, const char *where, bool in_parens);

static void add_name(parser_t *p, tpl_arg_t *a, str_t name) {
    a->names = arena_grow(p->arena, a->names, a->nnames * sizeof(str_t), (a->nnames + 1) * sizeof(str_t));
    a->names[a->nnames++] = name;
}

static bool fields(parser_t *p, tpl_arg_t *a) {
    while (peek(p) == '.' && p->i + 1 < p->src.n && is_name((unsigned char)p->src.p[p->i + 1])) {
        p->i++;
        add_name(p, a, word(p));
    }
    return true;
}

static bool quoted(parser_t *p, tpl_arg_t *a) {
    size_t from = p->i;
    char q = p->src.p[p->i++];
    for (; peek(p) != q; p->i++) {
        if (peek(p) < 0 || (peek(p) == '\n' && q != '`'))
            return fail(p, q == '`'   ? "unterminated raw quoted string"
                           : q == '"' ? "unterminated quoted string"
                                      : "unterminated character constant");
        p->i += peek(p) == '\\' && q != '`';
    }
    p->i++;
    str_t s, literal = str_sub(p->src, from, p->i - from);
    size_t size;
    if (!go_unquote(p->arena, literal, &s))
        return fail(p, "invalid syntax");
    a->kind = ARG_LITERAL;
    a->value = q == '\'' ? cdata_int(p->arena, rune_at(s, 0, &size)) : cdata_string(p->arena, s);
    return true;
}

static bool number(parser_t *p, tpl_arg_t *a) {
    size_t from = p->i;
    num_t n;
    p->i += peek(p) == '+' || peek(p) == '-';
    while (is_name(peek(p)) || peek(p) == '.' ||
           ((peek(p) == '+' || peek(p) == '-') && (p->src.p[p->i - 1] == 'e' || p->src.p[p->i - 1] == 'E')))
        p->i++;
    str_t text = str_sub(p->src, from, p->i - from);
    if (!num_parse(p->arena, text, &n, NULL))
        return fail(p, "bad number syntax: " STR_FMT, STR_ARG(go_quoted(p->arena, text)));
    a->kind = ARG_LITERAL;
    a->value = cdata_num(p->arena, n);
    return true;
}

static bool variable(parser_t *p, tpl_arg_t *a) {
    size_t from = p->i++;
    word(p);
    a->kind = ARG_VARIABLE;
    a->str = str_sub(p->src, from, p->i - from);
    for (size_t i = p->nvars; i-- > 0;)
        if (str_eq(p->vars[i], a->str))
            return fields(p, a);
    return fail(p, "undefined variable " STR_FMT, STR_ARG(go_quoted(p->arena, a->str)));
}

static bool identifier(parser_t *p, tpl_arg_t *a) {
    str_t w = word(p);
    a->kind = ARG_LITERAL;
    if (str_eqc(w, "true") || str_eqc(w, "false")) {
        a->value = cdata_bool(p->arena, w.n == 4);
    } else if (!str_eqc(w, "nil")) {
        if (!tpl_is_function(w))
            return fail(p, "function " STR_FMT " not defined", STR_ARG(go_quoted(p->arena, w)));
        a->kind = ARG_FUNC;
        a->str = w;
    }
    return true;
}

static bool operand(parser_t *p, tpl_arg_t *a, const char *where) {
    size_t from = p->i;
    int c = peek(p);
    bool ok;
    *a = (tpl_arg_t){.line = line_at(p, from), .column = column_at(p, from)};
    if (c == '(') {
        p->i++;
        a->kind = ARG_PIPE;
        a->pipe = pipeline(p, "parenthesized pipeline", true);
        ok = a->pipe && fields(p, a);
    } else if (c == '.' && p->i + 1 < p->src.n && is_name((unsigned char)p->src.p[p->i + 1]) &&
               !isdigit((unsigned char)p->src.p[p->i + 1])) {
        a->kind = ARG_FIELD;
        ok = fields(p, a);
        /* Go places a chain at its last field. */
        a->column = column_at(p, p->i - a->names[a->nnames - 1].n - 1);
    } else if (c == '.' && !(p->i + 1 < p->src.n && isdigit((unsigned char)p->src.p[p->i + 1]))) {
        p->i++;
        a->kind = ARG_DOT;
        ok = true;
    } else if (c == '$') {
        ok = variable(p, a);
    } else if (c == '"' || c == '`' || c == '\'') {
        ok = quoted(p, a);
    } else if (c == '.' || isdigit(c) ||
               ((c == '-' || c == '+') && p->i + 1 < p->src.n && isdigit((unsigned char)p->src.p[p->i + 1]))) {
        ok = number(p, a);
    } else if (is_name(c)) {
        ok = identifier(p, a);
    } else {
        ok = unexpected(p, where);
    }
    a->text = str_sub(p->src, from, p->i - from);
    return ok;
}

static bool command(parser_t *p, tpl_command_t *c, const char *where) {
    size_t from = p->i;
    for (;;) {
        c->args = arena_grow(p->arena, c->args, c->n * sizeof(tpl_arg_t), (c->n + 1) * sizeof(tpl_arg_t));
        if (!operand(p, &c->args[c->n++], where))
            return false;
        c->text = str_sub(p->src, from, p->i - from);
        bool blank = is_blank(peek(p));
        skip_blanks(p);
        if (at_end(p) || peek(p) == '|' || peek(p) == ')')
            return true;
        if (!blank)
            return unexpected(p, "operand");
    }
}

static void push_var(parser_t *p, str_t name) {
    if (p->nvars < sizeof p->vars / sizeof *p->vars)
        p->vars[p->nvars++] = name;
}

/* "$x :=", "$x =", "$i, $x :=" before the commands. */
static bool declarations(parser_t *p, tpl_pipe_t *pipe, const char *where) {
    size_t start = p->i;
    while (peek(p) == '$' && pipe->ndecl < 2) {
        size_t from = p->i++;
        word(p);
        str_t name = str_sub(p->src, from, p->i - from);
        skip_blanks(p);
        pipe->decl[pipe->ndecl++] = name;
        if (peek(p) == ',' && strcmp(where, "range") == 0) {
            p->i++;
            skip_blanks(p);
            continue;
        }
        if (at_text(p, ":=") || (peek(p) == '=' && !at_text(p, "=="))) {
            pipe->assign = peek(p) == '=';
            p->i += pipe->assign ? 1 : 2;
            skip_blanks(p);
            for (size_t i = 0; !pipe->assign && i < pipe->ndecl; i++)
                push_var(p, pipe->decl[i]);
            return true;
        }
        break;
    }
    pipe->ndecl = 0;
    p->i = start;
    return true;
}

static tpl_pipe_t *pipeline(parser_t *p, const char *where, bool in_parens) {
    tpl_pipe_t *pipe = arena_new(p->arena, tpl_pipe_t);
    if (++p->depth > TPL_MAX_DEPTH) {
        error_set(p->err, ERR_LIMIT, "template: nested more than %d deep", TPL_MAX_DEPTH);
        return NULL;
    }
    skip_blanks(p);
    if (!declarations(p, pipe, where))
        return NULL;
    for (;;) {
        pipe->commands = arena_grow(p->arena, pipe->commands, pipe->n * sizeof(tpl_command_t),
                                    (pipe->n + 1) * sizeof(tpl_command_t));
        if (!command(p, &pipe->commands[pipe->n++], where))
            return NULL;
        if (peek(p) != '|')
            break;
        p->i++;
        skip_blanks(p);
    }
    p->depth--;
    if (!in_parens)
        return close_action(p, where) ? pipe : NULL;
    if (peek(p) != ')') {
        fail(p, "unclosed left paren");
        return NULL;
    }
    p->i++;
    return pipe;
}

/* ---- nodes ---- */

typedef enum { END_EOF, END_END, END_ELSE } ending_t;
static tpl_list_t *list(parser_t *p, ending_t *ending);

static tpl_node_t *add_node(parser_t *p, tpl_list_t *l, tpl_kind_t kind) {
    if (l->n == l->cap) {
        size_t more = l->cap ? l->cap * 2 : 8;
        l->nodes = arena_grow(p->arena, l->nodes, l->cap * sizeof(tpl_node_t), more * sizeof(tpl_node_t));
        l->cap = more;
    }
    tpl_node_t *n = &l->nodes[l->n++];
    *n = (tpl_node_t){.kind = kind, .line = line_at(p, p->i), .column = column_at(p, p->i)};
    return n;
}

static bool control(parser_t *p, tpl_list_t *to, tpl_kind_t kind, const char *name);

/* After {{else: nothing, or " if …" and " with …", which are an inner control of their own. */
static tpl_list_t *else_list(parser_t *p, ending_t *ending) {
    skip_blanks(p);
    str_t w = peek_word(p);
    if (str_eqc(w, "if") || str_eqc(w, "with")) {
        tpl_list_t *l = arena_new(p->arena, tpl_list_t);
        p->i += w.n;
        *ending = END_END;
        return control(p, l, w.n == 2 ? TPL_IF : TPL_WITH, w.n == 2 ? "if" : "with") ? l : NULL;
    }
    return close_action(p, "else") ? list(p, ending) : NULL;
}

static bool control(parser_t *p, tpl_list_t *to, tpl_kind_t kind, const char *name) {
    size_t vars = p->nvars, index = to->n;
    ending_t ending;
    if (++p->depth > TPL_MAX_DEPTH)
        return error_set(p->err, ERR_LIMIT, "template: nested more than %d deep", TPL_MAX_DEPTH);
    add_node(p, to, kind);
    tpl_pipe_t *pipe = pipeline(p, name, false);
    p->ranges += kind == TPL_RANGE;
    tpl_list_t *body = pipe ? list(p, &ending) : NULL, *otherwise = NULL;
    p->ranges -= kind == TPL_RANGE;
    if (!body)
        return false;
    if (ending == END_ELSE) {
        otherwise = else_list(p, &ending);
        if (!otherwise)
            return false;
        if (ending == END_ELSE)
            return fail(p, "expected end; found {{else}}");
    }
    if (ending == END_EOF)
        return fail(p, "unexpected EOF");
    to->nodes[index].pipe = pipe;
    to->nodes[index].body = body;
    to->nodes[index].otherwise = otherwise;
    p->nvars = vars;
    p->depth--;
    return true;
}

static bool template_name(parser_t *p, str_t *name) {
    tpl_arg_t a;
    skip_blanks(p);
    if (peek(p) != '"' && peek(p) != '`')
        return unexpected(p, "template clause");
    if (!quoted(p, &a))
        return false;
    *name = a.value->s;
    return true;
}

static bool add_define(parser_t *p, str_t name, tpl_list_t *body) {
    tpl_t *t = p->tpl;
    t->defines =
        arena_grow(p->arena, t->defines, t->ndefines * sizeof(tpl_define_t), (t->ndefines + 1) * sizeof(tpl_define_t));
    t->defines[t->ndefines++] = (tpl_define_t){name, body};
    return true;
}

static bool define(parser_t *p) {
    str_t name;
    ending_t ending;
    size_t vars = p->nvars;
    if (!template_name(p, &name) || !close_action(p, "define clause"))
        return false;
    p->nvars = 1; /* $ alone */
    tpl_list_t *body = list(p, &ending);
    p->nvars = vars;
    if (!body)
        return false;
    if (ending != END_END)
        return ending == END_EOF ? fail(p, "unexpected EOF") : fail(p, "unexpected {{else}} in define clause");
    return add_define(p, name, body);
}

/* {{template "name" pipe}}, {{block "name" pipe}}…{{end}} */
static bool invocation(parser_t *p, tpl_list_t *to, bool block) {
    size_t index = to->n;
    str_t name;
    skip_blanks(p);
    add_node(p, to, TPL_TEMPLATE);
    if (!template_name(p, &name))
        return false;
    to->nodes[index].str = name;
    skip_blanks(p);
    if (at_end(p)) {
        if (block)
            return unexpected(p, "block clause");
        return close_action(p, "template clause");
    }
    tpl_pipe_t *pipe = pipeline(p, block ? "block clause" : "template clause", false);
    to->nodes[index].pipe = pipe;
    if (!pipe || !block)
        return pipe;
    ending_t ending;
    tpl_list_t *body = list(p, &ending);
    if (body && ending != END_END)
        return fail(p, "unexpected EOF");
    return body && add_define(p, name, body);
}

static bool loop_word(parser_t *p, tpl_list_t *to, tpl_kind_t kind, const char *name) {
    if (!p->ranges)
        return fail(p, "{{%s}} outside {{range}}", name);
    add_node(p, to, kind);
    return close_action(p, name);
}

/* One action after "{{"; *ending is set and true returned in *ends when it closes the list. */
static bool action(parser_t *p, tpl_list_t *to, ending_t *ending, bool *ends) {
    str_t w = peek_word(p);
    *ends = false;
    if (str_eqc(w, "end") || str_eqc(w, "else")) {
        p->i += w.n;
        *ending = w.n == 3 ? END_END : END_ELSE;
        *ends = true;
        return w.n == 4 || close_action(p, "end");
    }
    static const struct {
        const char *word;
        tpl_kind_t kind;
    } controls[] = {{"if", TPL_IF}, {"with", TPL_WITH}, {"range", TPL_RANGE}};
    for (size_t i = 0; i < 3; i++)
        if (str_eqc(w, controls[i].word)) {
            p->i += w.n;
            return control(p, to, controls[i].kind, controls[i].word);
        }
    bool block = str_eqc(w, "block"), is_define = str_eqc(w, "define");
    if (block || is_define || str_eqc(w, "template")) {
        p->i += w.n;
        return is_define ? define(p) : invocation(p, to, block);
    }
    if (str_eqc(w, "break") || str_eqc(w, "continue")) {
        p->i += w.n;
        return loop_word(p, to, w.n == 5 ? TPL_BREAK : TPL_CONTINUE, w.n == 5 ? "break" : "continue");
    }
    size_t index = to->n;
    add_node(p, to, TPL_ACTION);
    tpl_pipe_t *pipe = pipeline(p, "command", false);
    to->nodes[index].pipe = pipe;
    return pipe;
}

static bool comment(parser_t *p) {
    ptrdiff_t end = str_find(str_from(p->src, p->i), STR("*/"));
    if (end < 0)
        return fail(p, "unclosed comment");
    p->i += (size_t)end + 2;
    bool trim = is_blank(peek(p)) && str_starts(str_from(p->src, p->i + 1), STR("-}}"));
    if (!trim && !at_text(p, "}}"))
        return fail(p, "comment ends before closing delimiter");
    p->i += trim ? 4 : 2;
    p->trim_next = trim;
    return true;
}

/* The text up to the next action; p->i ends after its "{{" and blanks. */
static void text(parser_t *p, tpl_list_t *to, bool *eof) {
    ptrdiff_t open = str_find(str_from(p->src, p->i), STR("{{"));
    *eof = open < 0;
    str_t s = *eof ? str_from(p->src, p->i) : str_sub(p->src, p->i, (size_t)open);
    size_t next = *eof ? p->src.n : p->i + (size_t)open + 2;
    bool trim = !*eof && next + 1 < p->src.n && p->src.p[next] == '-' && is_blank(p->src.p[next + 1]);
    while (p->trim_next && s.n && is_blank(s.p[0]))
        s = str_from(s, 1);
    while (trim && s.n && is_blank(s.p[s.n - 1]))
        s.n--;
    if (s.n)
        add_node(p, to, TPL_TEXT)->str = s;
    p->i = next + (trim ? 2 : 0);
}

static tpl_list_t *list(parser_t *p, ending_t *ending) {
    tpl_list_t *l = arena_new(p->arena, tpl_list_t);
    for (;;) {
        bool eof, ends;
        text(p, l, &eof);
        if (eof) {
            *ending = END_EOF;
            return l;
        }
        if (at_text(p, "/*")) {
            if (!comment(p))
                return NULL;
            continue;
        }
        skip_blanks(p);
        if (at_text(p, "/*")) {
            if (!comment(p))
                return NULL;
            continue;
        }
        if (!action(p, l, ending, &ends))
            return NULL;
        if (ends)
            return l;
    }
}

tpl_t *tpl_parse(arena_t *a, str_t src, err_t *err) {
    parser_t *p = arena_new(a, parser_t);
    ending_t ending;
    p->arena = a;
    p->src = src;
    p->err = err;
    p->tpl = arena_new(a, tpl_t);
    push_var(p, STR("$"));
    p->tpl->body = list(p, &ending);
    if (!p->tpl->body)
        return NULL;
    if (ending != END_EOF) {
        fail(p, "unexpected {{%s}}", ending == END_END ? "end" : "else");
        return NULL;
    }
    return p->tpl;
}
