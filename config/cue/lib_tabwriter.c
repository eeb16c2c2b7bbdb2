/* Package text/tabwriter: Go's elastic tabstops with its settings in CUE: cells as wide as their text plus one blank. A
 * column is a run of lines that have a cell ended by a tab there. */
#include "config/cue/lib_inner.h"

typedef struct line {
    str_t *cells; /* all but the last are ended by a tab */
    size_t n;
} line_t;

typedef struct table {
    lib_call_t *call;
    line_t *lines;
    size_t n;
    size_t **widths; /* of each line's ended cells */
} table_t;

static void set_column(table_t *t, size_t from, size_t to, size_t column) {
    size_t width = 0;
    for (size_t i = from; i < to; i++) {
        size_t n = rune_count(t->lines[i].cells[column]);
        width = n > width ? n : width;
    }
    for (size_t i = from; i < to; i++)
        t->widths[i][column] = width + 1;
}

static void lay_out(table_t *t) {
    size_t most = 0;
    for (size_t i = 0; i < t->n; i++) {
        t->widths[i] = arena_array(t->call->arena, size_t, t->lines[i].n);
        most = t->lines[i].n > most ? t->lines[i].n : most;
    }
    for (size_t column = 0; column + 1 < most; column++)
        for (size_t i = 0; i < t->n;) {
            size_t end = i;
            while (end < t->n && column + 1 < t->lines[end].n)
                end++;
            if (end > i)
                set_column(t, i, end, column);
            i = end > i ? end : i + 1;
        }
}

static bool split_lines(lib_call_t *c, str_t text, table_t *t) {
    size_t cap = 1;
    for (size_t i = 0; i < text.n; i++)
        cap += text.p[i] == '\n' || text.p[i] == '\f';
    if (!lib_room(c, cap * 16))
        return false;
    t->lines = arena_array(c->arena, line_t, cap);
    t->widths = arena_array(c->arena, size_t *, cap);
    while (t->n < cap) {
        size_t end = 0, cells = 1;
        for (; end < text.n && text.p[end] != '\n' && text.p[end] != '\f'; end++)
            cells += text.p[end] == '\t' || text.p[end] == '\v';
        line_t *l = &t->lines[t->n++];
        l->cells = arena_array(c->arena, str_t, cells);
        for (size_t i = 0, from = 0; i <= end; i++)
            if (i == end || text.p[i] == '\t' || text.p[i] == '\v') {
                l->cells[l->n++] = str_sub(text, from, i - from);
                from = i + 1;
            }
        text = str_from(text, end + 1);
    }
    return true;
}

static bool layout(lib_call_t *c, str_t text, cdata_t **out) {
    table_t t = {.call = c};
    buf_t b;
    buf_init_arena(&b, c->arena);
    if (!split_lines(c, text, &t))
        return false;
    lay_out(&t);
    for (size_t i = 0; i < t.n; i++) {
        if (i)
            buf_char(&b, '\n');
        for (size_t k = 0; k < t.lines[i].n; k++) {
            buf_add(&b, t.lines[i].cells[k]);
            size_t used = rune_count(t.lines[i].cells[k]);
            if (k + 1 == t.lines[i].n)
                break;
            for (; used < t.widths[i][k]; used++)
                buf_char(&b, ' ');
            if (!lib_room(c, b.n))
                return false;
        }
    }
    return lib_give_buf(c, out, &b);
}

LIB_FN(write) {
    static const char *const kinds[] = {"null", "bool", "int", "float", "string", "bytes", "struct", "list"};
    buf_t b;
    if (args[0]->kind & LIB_TEXT)
        return layout(c, LIB_STR(0), out);
    if (args[0]->kind != LIB_LIST)
        return lib_fail(c, "tabwriter.Write: unsupported type %s", kinds[__builtin_ctz(args[0]->kind)]);
    buf_init_arena(&b, c->arena);
    for (size_t i = 0; i < args[0]->n; i++) {
        const cdata_t *v = args[0]->items[i];
        if (!(v->kind & LIB_TEXT))
            return lib_fail(c, "cannot use value " STR_FMT " (type %s) as string|bytes",
                            STR_ARG(cdata_text(c->arena, v)), kinds[__builtin_ctz(v->kind)]);
        buf_add(&b, v->s);
        buf_char(&b, '\n');
        if (!lib_room(c, b.n))
            return false;
    }
    return layout(c, buf_str(&b), out);
}

const lib_func_t lib_tabwriter[] = {
    {"text/tabwriter", "Write", {LIB_ANY}, LIB_STRING, write, NULL},
    {0},
};
