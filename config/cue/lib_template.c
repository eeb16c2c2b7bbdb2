/* Package text/template: Execute and the escapes. */
#include "config/cue/lib_template.h"

#include <ctype.h>
#include <stdlib.h>

/* Work that one execution may do: nodes and arguments evaluated. */
enum { MAX_STEPS = 300000 };

typedef struct variable {
    str_t name;
    cdata_t *value;
} variable_t;

typedef struct exec {
    lib_call_t *call;
    const tpl_t *tpl;
    str_t name; /* of the template in execution */
    buf_t out;
    variable_t *vars;
    size_t nvars, cap;
    uint64_t steps;
    int depth;
    enum { GO_ON, BREAK, CONTINUE } jump;
} exec_t;

static const char *type_of(const cdata_t *v) {
    return !v || v->kind == LIB_NULL ? "<nil>"
           : v->kind == LIB_BOOL     ? "bool"
           : v->kind == LIB_INT      ? "int"
           : v->kind == LIB_FLOAT    ? "float64"
           : v->kind == LIB_STRING   ? "string"
           : v->kind == LIB_BYTES    ? "[]uint8"
           : v->kind == LIB_LIST     ? "[]interface {}"
                                     : "map[string]interface {}";
}

static bool is_nil(const cdata_t *v) {
    return !v || v->kind == LIB_NULL;
}

static bool exec_fail(exec_t *x, const tpl_arg_t *at, const char *fmt, ...) __attribute__((format(printf, 3, 4)));
static bool exec_fail(exec_t *x, const tpl_arg_t *at, const char *fmt, ...) {
    va_list ap;
    va_start(ap, fmt);
    str_t text = arena_vprintf(x->call->arena, fmt, ap);
    va_end(ap);
    return lib_fail(x->call, "template: :%u:%u: executing " STR_FMT " at <" STR_FMT ">: " STR_FMT, at->line, at->column,
                    STR_ARG(go_quoted(x->call->arena, x->name)), STR_ARG(at->text), STR_ARG(text));
}

static bool step(exec_t *x) {
    return ++x->steps <= MAX_STEPS || error_set(x->call->err, ERR_LIMIT, "template takes too many steps");
}

static bool truth(const cdata_t *v) {
    if (is_nil(v))
        return false;
    switch (v->kind) {
    case LIB_BOOL:
        return v->b;
    case LIB_STRING:
    case LIB_BYTES:
        return v->s.n > 0;
    case LIB_LIST:
    case LIB_STRUCT:
        return v->n > 0;
    default:
        return num_sign(v->num) != 0;
    }
}

/* ---- functions ---- */

typedef struct fn_call {
    exec_t *x;
    const tpl_arg_t *at; /* the function's name, with the text of the whole command */
    str_t name;
    cdata_t **args;
    size_t n;
} fn_call_t;

typedef bool (*tpl_fn)(fn_call_t *f, cdata_t **out);

static bool fn_fail(fn_call_t *f, const char *fmt, ...) __attribute__((format(printf, 2, 3)));
static bool fn_fail(fn_call_t *f, const char *fmt, ...) {
    va_list ap;
    va_start(ap, fmt);
    str_t text = arena_vprintf(f->x->call->arena, fmt, ap);
    va_end(ap);
    return exec_fail(f->x, f->at, "error calling " STR_FMT ": " STR_FMT, STR_ARG(f->name), STR_ARG(text));
}

static bool give_text(fn_call_t *f, buf_t *b, cdata_t **out) {
    *out = cdata_string(f->x->call->arena, buf_str(b));
    return lib_room(f->x->call, b->n);
}

static bool fn_not(fn_call_t *f, cdata_t **out) {
    *out = cdata_bool(f->x->call->arena, !truth(f->args[0]));
    return true;
}

static bool fn_len(fn_call_t *f, cdata_t **out) {
    const cdata_t *v = f->args[0];
    if (is_nil(v))
        return fn_fail(f, "len of nil pointer");
    if (!(v->kind & (LIB_TEXT | LIB_LIST | LIB_STRUCT)))
        return fn_fail(f, "len of type %s", type_of(v));
    *out = cdata_int(f->x->call->arena, (int64_t)(v->kind & LIB_TEXT ? v->s.n : v->n));
    return true;
}

static bool position(fn_call_t *f, const cdata_t *v, size_t n, bool end, size_t *out) {
    int64_t i;
    if (is_nil(v) || v->kind != LIB_INT || !num_to_int64(v->num, &i))
        return fn_fail(f, "cannot index slice/array with %s",
                       is_nil(v)
                           ? "nil"
                           : arena_cstr(f->x->call->arena, arena_printf(f->x->call->arena, "type %s", type_of(v))));
    if (i < 0 || (uint64_t)i > n || (!end && (uint64_t)i == n))
        return fn_fail(f, "%s out of range: %lld", end ? "slice index" : "index", (long long)i);
    *out = (size_t)i;
    return true;
}

static bool fn_index(fn_call_t *f, cdata_t **out) {
    cdata_t *v = f->args[0];
    for (size_t k = 1; k < f->n; k++) {
        size_t i;
        if (is_nil(v))
            return fn_fail(f, "index of %s", k == 1 ? "untyped nil" : "nil pointer");
        if (v->kind == LIB_STRUCT) {
            if (is_nil(f->args[k]) || f->args[k]->kind != LIB_STRING)
                return fn_fail(f, "value has type %s; should be string", type_of(f->args[k]));
            v = cdata_get(v, f->args[k]->s);
        } else if (v->kind == LIB_LIST) {
            if (!position(f, f->args[k], v->n, false, &i))
                return false;
            v = v->items[i];
        } else if (v->kind & LIB_TEXT) {
            if (!position(f, f->args[k], v->s.n, false, &i))
                return false;
            v = cdata_int(f->x->call->arena, (unsigned char)v->s.p[i]);
        } else {
            return fn_fail(f, "can't index item of type %s", type_of(v));
        }
    }
    *out = v;
    return true;
}

static bool fn_slice(fn_call_t *f, cdata_t **out) {
    cdata_t *v = f->args[0];
    if (is_nil(v))
        return fn_fail(f, "slice of untyped nil");
    if (f->n > 3 || !(v->kind & (LIB_TEXT | LIB_LIST)))
        return fn_fail(f, f->n > 3 ? "too many slice indexes: %zu" : "can't slice item of type", f->n - 1);
    size_t n = v->kind == LIB_LIST ? v->n : v->s.n, from = 0, to = n;
    if ((f->n > 1 && !position(f, f->args[1], n, true, &from)) || (f->n > 2 && !position(f, f->args[2], n, true, &to)))
        return false;
    if (from > to)
        return fn_fail(f, "invalid slice index: %zu > %zu", from, to);
    arena_t *a = f->x->call->arena;
    *out = v->kind == LIB_LIST ? cdata_list(a, to - from) : cdata_string(a, str_sub(v->s, from, to - from));
    if (v->kind == LIB_LIST && to > from)
        memcpy((*out)->items, v->items + from, (to - from) * sizeof(cdata_t *));
    return true;
}

static bool fn_print(fn_call_t *f, cdata_t **out) {
    buf_t b;
    buf_init_arena(&b, f->x->call->arena);
    if (str_eqc(f->name, "printf")) {
        if (is_nil(f->args[0]) || f->args[0]->kind != LIB_STRING)
            return exec_fail(f->x, f->at, "wrong type for value; expected string; got %s", type_of(f->args[0]));
        go_sprintf(&b, f->args[0]->s, f->args + 1, f->n - 1);
    } else {
        go_sprint(&b, f->args, f->n, str_eqc(f->name, "println"));
    }
    return give_text(f, &b, out);
}

static void html_escape(buf_t *b, str_t s) {
    for (size_t i = 0; i < s.n; i++) {
        char c = s.p[i];
        const char *e = c == '"'    ? "&#34;"
                        : c == '\'' ? "&#39;"
                        : c == '&'  ? "&amp;"
                        : c == '<'  ? "&lt;"
                        : c == '>'  ? "&gt;"
                        : c == 0    ? "\xef\xbf\xbd"
                                    : NULL;
        if (e)
            buf_addc(b, e);
        else
            buf_char(b, c);
    }
}

static void js_escape(buf_t *b, str_t s) {
    printable_t print = {.arena = b->arena};
    size_t size;
    for (size_t i = 0; i < s.n; i += size) {
        int32_t r = rune_at(s, i, &size);
        if (r < 0x80 && r > 0 && strchr("\\'\"<>&=", r))
            buf_printf(b, r == '\\' ? "\\\\" : r == '\'' ? "\\'" : r == '"' ? "\\\"" : "\\u%04X", (unsigned)r);
        else if (r < 0x20 || (r >= 0x80 && !rune_is_print(&print, r)))
            buf_printf(b, "\\u%04X", (unsigned)r);
        else
            rune_write(b, r);
    }
}

static void query_escape(buf_t *b, str_t s) {
    for (size_t i = 0; i < s.n; i++) {
        unsigned char c = (unsigned char)s.p[i];
        if ((c < 0x80 && isalnum(c)) || (c && strchr("-_.~", c)))
            buf_char(b, (char)c);
        else if (c == ' ')
            buf_char(b, '+');
        else
            buf_printf(b, "%%%02X", c);
    }
}

static bool fn_escape(fn_call_t *f, cdata_t **out) {
    buf_t text, b;
    buf_init_arena(&text, f->x->call->arena);
    buf_init_arena(&b, f->x->call->arena);
    go_sprint(&text, f->args, f->n, false);
    (str_eqc(f->name, "html") ? html_escape : str_eqc(f->name, "js") ? js_escape : query_escape)(&b, buf_str(&text));
    return give_text(f, &b, out);
}

/* -1, 0, 1; 2 where the kinds can't be compared. */
static int compare(const cdata_t *a, const cdata_t *b) {
    if (is_nil(a) || is_nil(b) || a->kind != b->kind)
        return 2;
    int c = a->kind == LIB_STRING  ? str_cmp(a->s, b->s)
            : a->kind & LIB_NUMBER ? num_cmp(a->num, b->num)
            : a->kind == LIB_BOOL  ? a->b - b->b
                                   : 2;
    return c == 2 && a->kind != LIB_STRING ? 2 : (c > 0) - (c < 0);
}

static bool fn_equal(fn_call_t *f, cdata_t **out) {
    bool ne = str_eqc(f->name, "ne"), any = false;
    if (f->n < 2)
        return fn_fail(f, "missing argument for comparison");
    for (size_t i = 1; i < f->n; i++) {
        const cdata_t *a = f->args[0], *b = f->args[i];
        if (is_nil(a) || is_nil(b)) {
            any |= is_nil(a) && is_nil(b);
            continue;
        }
        if ((a->kind | b->kind) & (LIB_LIST | LIB_STRUCT | LIB_BYTES))
            return fn_fail(f, "non-comparable type %s", type_of(a->kind & (LIB_LIST | LIB_STRUCT | LIB_BYTES) ? a : b));
        if (a->kind != b->kind)
            return fn_fail(f, "incompatible types for comparison: %s and %s", type_of(a), type_of(b));
        any |= compare(a, b) == 0;
    }
    *out = cdata_bool(f->x->call->arena, any != ne);
    return true;
}

static bool fn_order(fn_call_t *f, cdata_t **out) {
    const cdata_t *a = f->args[0], *b = f->args[1];
    if (is_nil(a) || is_nil(b) || !(a->kind & (LIB_NUMBER | LIB_STRING)))
        return fn_fail(f, "invalid type for comparison");
    int c = compare(a, b);
    if (c == 2)
        return fn_fail(f, "incompatible types for comparison: %s and %s", type_of(a), type_of(b));
    bool lt = f->name.p[0] == 'l', equal = f->name.p[1] == 'e';
    *out = cdata_bool(f->x->call->arena, (equal && c == 0) || (lt ? c < 0 : c > 0));
    return true;
}

static const struct {
    const char *name;
    tpl_fn fn; /* NULL: and, or, which stop early */
    size_t least, most;
} functions[] = {{"and", NULL, 1, SIZE_MAX},
                 {"or", NULL, 1, SIZE_MAX},
                 {"not", fn_not, 1, 1},
                 {"len", fn_len, 1, 1},
                 {"index", fn_index, 1, SIZE_MAX},
                 {"slice", fn_slice, 1, SIZE_MAX},
                 {"print", fn_print, 0, SIZE_MAX},
                 {"printf", fn_print, 1, SIZE_MAX},
                 {"println", fn_print, 0, SIZE_MAX},
                 {"html", fn_escape, 0, SIZE_MAX},
                 {"js", fn_escape, 0, SIZE_MAX},
                 {"urlquery", fn_escape, 0, SIZE_MAX},
                 {"eq", fn_equal, 1, SIZE_MAX},
                 {"ne", fn_equal, 2, 2},
                 {"lt", fn_order, 2, 2},
                 {"le", fn_order, 2, 2},
                 {"gt", fn_order, 2, 2},
                 {"ge", fn_order, 2, 2}};

bool tpl_is_function(str_t name) {
    for (size_t i = 0; i < sizeof functions / sizeof *functions; i++)
        if (str_eqc(name, functions[i].name))
            return true;
    return false;
}

/* ---- evaluation ---- */

static bool eval_pipe(exec_t *x, const tpl_pipe_t *p, cdata_t *dot, cdata_t **out);

static bool eval_fields(exec_t *x, const tpl_arg_t *a, cdata_t *v, cdata_t **out) {
    for (size_t i = 0; i < a->nnames; i++) {
        if (is_nil(v)) {
            *out = NULL;
            return true;
        }
        if (v->kind != LIB_STRUCT)
            return exec_fail(x, a, "can't evaluate field " STR_FMT " in type %s", STR_ARG(a->names[i]),
                             i || a->kind != ARG_DOT ? i == 0 && a->kind == ARG_FIELD ? type_of(v) : "interface {}"
                                                     : type_of(v));
        v = cdata_get(v, a->names[i]);
    }
    *out = v;
    return true;
}

static bool eval_arg(exec_t *x, const tpl_arg_t *a, cdata_t *dot, cdata_t **out);

/* and, or: the arguments are evaluated until the answer is known. last: the value of the pipe so far, or NULL. */
static bool eval_logic(exec_t *x, const tpl_command_t *c, cdata_t *dot, cdata_t **last, cdata_t **out) {
    bool is_or = str_eqc(c->args[0].str, "or");
    for (size_t i = 1; i < c->n; i++) {
        if (!eval_arg(x, &c->args[i], dot, out))
            return false;
        if (truth(*out) == is_or)
            return true;
    }
    if (last)
        *out = *last;
    return true;
}

static bool eval_call(exec_t *x, const tpl_command_t *c, cdata_t *dot, cdata_t **last, cdata_t **out) {
    const tpl_arg_t *at = &c->args[0];
    size_t n = c->n - 1 + (last != NULL), k = 0;
    while (!str_eqc(at->str, functions[k].name))
        k++;
    if (n < functions[k].least || n > functions[k].most)
        return exec_fail(x, at, "wrong number of args for " STR_FMT ": want %s%zu got %zu", STR_ARG(at->str),
                         functions[k].most == SIZE_MAX ? "at least " : "", functions[k].least, n);
    if (!functions[k].fn)
        return eval_logic(x, c, dot, last, out);
    tpl_arg_t whole = *at;
    whole.text = c->text;
    fn_call_t f = {.x = x, .at = &whole, .name = at->str, .n = n};
    f.args = arena_array(x->call->arena, cdata_t *, n + 2);
    for (size_t i = 1; i < c->n; i++)
        if (!eval_arg(x, &c->args[i], dot, &f.args[i - 1]))
            return false;
    if (last)
        f.args[n - 1] = *last;
    return functions[k].fn(&f, out);
}

static bool eval_arg(exec_t *x, const tpl_arg_t *a, cdata_t *dot, cdata_t **out) {
    if (!step(x))
        return false;
    *out = NULL;
    switch (a->kind) {
    case ARG_DOT:
        *out = dot;
        return true;
    case ARG_FIELD:
        return eval_fields(x, a, dot, out);
    case ARG_VARIABLE:
        for (size_t i = x->nvars; i-- > 0;)
            if (str_eq(x->vars[i].name, a->str))
                return eval_fields(x, a, x->vars[i].value, out);
        return exec_fail(x, a, "undefined variable: " STR_FMT, STR_ARG(a->str));
    case ARG_LITERAL:
        *out = a->value;
        return true;
    case ARG_PIPE: {
        cdata_t *v;
        return eval_pipe(x, a->pipe, dot, &v) && eval_fields(x, a, v, out);
    }
    default:
        return eval_call(x, &(tpl_command_t){(tpl_arg_t *)a, 1, a->text}, dot, NULL, out);
    }
}

static void push_var(exec_t *x, str_t name, cdata_t *value) {
    if (x->nvars == x->cap) {
        size_t more = x->cap ? x->cap * 2 : 16;
        x->vars = arena_grow(x->call->arena, x->vars, x->cap * sizeof *x->vars, more * sizeof *x->vars);
        x->cap = more;
    }
    x->vars[x->nvars++] = (variable_t){name, value};
}

static void set_var(exec_t *x, str_t name, cdata_t *value) {
    for (size_t i = x->nvars; i-- > 0;)
        if (str_eq(x->vars[i].name, name)) {
            x->vars[i].value = value;
            return;
        }
}

static bool eval_commands(exec_t *x, const tpl_pipe_t *p, cdata_t *dot, cdata_t **out) {
    cdata_t *last = NULL;
    for (size_t i = 0; i < p->n; i++) {
        const tpl_command_t *c = &p->commands[i];
        if (c->args[0].kind == ARG_FUNC) {
            if (!eval_call(x, c, dot, i ? &last : NULL, &last))
                return false;
        } else if (c->n > 1 || i) {
            const tpl_arg_t *a = &c->args[0];
            if (a->kind == ARG_FIELD)
                return exec_fail(x, a, STR_FMT " is not a method but has arguments", STR_ARG(a->names[a->nnames - 1]));
            return exec_fail(x, &c->args[0], "can't give argument to non-function " STR_FMT, STR_ARG(c->args[0].text));
        } else if (!eval_arg(x, &c->args[0], dot, &last)) {
            return false;
        }
    }
    *out = last;
    return true;
}

static bool eval_pipe(exec_t *x, const tpl_pipe_t *p, cdata_t *dot, cdata_t **out) {
    if (!eval_commands(x, p, dot, out))
        return false;
    for (size_t i = 0; i < p->ndecl; i++) {
        if (p->assign)
            set_var(x, p->decl[i], *out);
        else
            push_var(x, p->decl[i], *out);
    }
    return true;
}

/* ---- execution ---- */

static bool run(exec_t *x, const tpl_list_t *l, cdata_t *dot);

static bool print(exec_t *x, const tpl_node_t *n, cdata_t *v) {
    const tpl_arg_t *first = &n->pipe->commands[0].args[0];
    if (n->pipe->ndecl)
        return true;
    if (is_nil(v) && first->kind == ARG_LITERAL && !first->value)
        return exec_fail(x, first, "nil is not a command");
    if (is_nil(v))
        buf_addc(&x->out, "<no value>");
    else
        go_print_value(&x->out, v, 0);
    return lib_room(x->call, x->out.n);
}

static int by_label(const void *p, const void *q) {
    return str_cmp(((const cdata_field_t *)p)->label, ((const cdata_field_t *)q)->label);
}

/* One round of a range: the variables get index (key) and element. */
static bool round_of(exec_t *x, const tpl_node_t *n, cdata_t *index, cdata_t *element) {
    size_t vars = x->nvars;
    const tpl_pipe_t *p = n->pipe;
    for (size_t i = 0; i < p->ndecl; i++) {
        cdata_t *v = p->ndecl == 2 && i == 0 ? index : element;
        if (p->assign)
            set_var(x, p->decl[i], v);
        else
            push_var(x, p->decl[i], v);
    }
    bool ok = step(x) && run(x, n->body, element);
    x->nvars = vars;
    if (x->jump == CONTINUE)
        x->jump = GO_ON;
    return ok;
}

static bool run_range(exec_t *x, const tpl_node_t *n, cdata_t *dot) {
    cdata_t *v;
    arena_t *a = x->call->arena;
    int64_t count = 0;
    if (!eval_commands(x, n->pipe, dot, &v))
        return false;
    bool number = !is_nil(v) && v->kind == LIB_INT && num_to_int64(v->num, &count);
    if (!is_nil(v) && !number && !(v->kind & (LIB_LIST | LIB_STRUCT))) {
        buf_t text;
        buf_init_arena(&text, a);
        go_print_value(&text, v, 0);
        return exec_fail(x, &n->pipe->commands[0].args[0], "range can't iterate over " STR_FMT,
                         STR_ARG(buf_str(&text)));
    }
    if (!number)
        count = is_nil(v) ? 0 : (int64_t)v->n;
    if (count <= 0)
        return !n->otherwise || run(x, n->otherwise, dot);
    cdata_field_t *fields = NULL;
    if (v->kind == LIB_STRUCT) {
        fields = arena_array(a, cdata_field_t, v->n);
        memcpy(fields, v->fields, v->n * sizeof *fields);
        qsort(fields, v->n, sizeof *fields, by_label);
    }
    for (int64_t i = 0; i < count && x->jump == GO_ON; i++) {
        cdata_t *index = fields ? cdata_string(a, fields[i].label) : cdata_int(a, i);
        if (!round_of(x, n, index, fields ? fields[i].value : number ? index : v->items[i]))
            return false;
    }
    x->jump = GO_ON;
    return true;
}

static bool run_template(exec_t *x, const tpl_node_t *n, cdata_t *dot) {
    cdata_t *v = NULL;
    const tpl_list_t *body = NULL;
    for (size_t i = 0; i < x->tpl->ndefines; i++)
        if (str_eq(x->tpl->defines[i].name, n->str))
            body = x->tpl->defines[i].body;
    if (!body)
        return lib_fail(x->call,
                        "template: :%u:%u: executing " STR_FMT " at <{{template " STR_FMT "}}>: template " STR_FMT
                        " not defined",
                        n->line, n->column, STR_ARG(go_quoted(x->call->arena, x->name)),
                        STR_ARG(go_quoted(x->call->arena, n->str)), STR_ARG(go_quoted(x->call->arena, n->str)));
    if (n->pipe && !eval_pipe(x, n->pipe, dot, &v))
        return false;
    exec_t inner = *x;
    inner.vars = NULL;
    inner.nvars = inner.cap = 0;
    inner.name = n->str;
    push_var(&inner, STR("$"), v);
    bool ok = run(&inner, body, v);
    x->out = inner.out;
    x->steps = inner.steps;
    return ok;
}

static bool run_node(exec_t *x, const tpl_node_t *n, cdata_t *dot) {
    cdata_t *v = NULL;
    size_t vars = x->nvars;
    if (!step(x))
        return false;
    switch (n->kind) {
    case TPL_TEXT:
        buf_add(&x->out, n->str);
        return lib_room(x->call, x->out.n);
    case TPL_ACTION:
        return eval_pipe(x, n->pipe, dot, &v) && print(x, n, v);
    case TPL_RANGE:
        return run_range(x, n, dot);
    case TPL_TEMPLATE:
        return run_template(x, n, dot);
    case TPL_BREAK:
    case TPL_CONTINUE:
        x->jump = n->kind == TPL_BREAK ? BREAK : CONTINUE;
        return true;
    default: {
        if (!eval_pipe(x, n->pipe, dot, &v))
            return false;
        bool yes = truth(v);
        const tpl_list_t *l = yes ? n->body : n->otherwise;
        bool ok = !l || run(x, l, yes && n->kind == TPL_WITH ? v : dot);
        x->nvars = vars;
        return ok;
    }
    }
}

static bool run(exec_t *x, const tpl_list_t *l, cdata_t *dot) {
    if (x->depth >= TPL_MAX_DEPTH)
        return error_set(x->call->err, ERR_LIMIT, "template: nested more than %d deep", TPL_MAX_DEPTH);
    x->depth++;
    bool ok = true;
    for (size_t i = 0; ok && i < l->n && x->jump == GO_ON; i++)
        ok = run_node(x, &l->nodes[i], dot);
    x->depth--;
    return ok;
}

LIB_FN(execute) {
    tpl_t *t = tpl_parse(c->arena, LIB_STR(0), c->err);
    if (!t)
        return false;
    exec_t *x = arena_new(c->arena, exec_t);
    x->call = c;
    x->tpl = t;
    buf_init_arena(&x->out, c->arena);
    push_var(x, STR("$"), args[1]);
    return run(x, t->body, args[1]) && lib_give_buf(c, out, &x->out);
}

LIB_FN(do_html_escape) {
    buf_t b;
    buf_init_arena(&b, c->arena);
    html_escape(&b, LIB_STR(0));
    return lib_give_buf(c, out, &b);
}

LIB_FN(do_js_escape) {
    buf_t b;
    buf_init_arena(&b, c->arena);
    js_escape(&b, LIB_STR(0));
    return lib_give_buf(c, out, &b);
}

const lib_func_t lib_template[] = {
    {"text/template", "Execute", {LIB_STRING, LIB_ANY}, LIB_STRING, execute, NULL},
    {"text/template", "HTMLEscape", {LIB_STRING}, LIB_STRING, do_html_escape, NULL},
    {"text/template", "JSEscape", {LIB_STRING}, LIB_STRING, do_js_escape, NULL},
    {0},
};
