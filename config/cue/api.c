/* cue.h: programs and evaluations. */
#include "config/cue/parse.h"
#include "config/cue/value.h"
#include "reactor/base/base64.h"
#include "reactor/base/mem.h"

enum { DEFAULT_STEPS = 50000000, DEFAULT_DEPTH = 1000, DEFAULT_BYTES = 256 << 20, STACK_PER_LEVEL = 6144 };

/* ---- programs ---- */

cue_program_t *program_new(err_t *err) {
    cue_program_t *p = mem_alloc(sizeof *p);
    if (!p || !(p->arena = arena_create())) {
        mem_free(p);
        error_memory(err);
        return NULL;
    }
    p->refs = 1;
    labels_init(&p->labels, p->arena, NULL);
    return p;
}

uint16_t program_name(cue_program_t *p, str_t name) {
    p->names = arena_grow(p->arena, p->names, p->nnames * sizeof name, (p->nnames + 1) * sizeof name);
    p->names[p->nnames] = arena_str(p->arena, name);
    return (uint16_t)p->nnames++;
}

bool program_add(cue_program_t *p, const cue_source_t *s, err_t *err) {
    uint16_t file = program_name(p, s->name);
    syn_t *x = parse_source(p->arena, p->names[file], arena_str(p->arena, s->text), file, err);
    if (!x)
        return false;
    p->files = arena_grow(p->arena, p->files, p->nfiles * sizeof x, (p->nfiles + 1) * sizeof x);
    p->files[p->nfiles++] = x;
    return true;
}

void program_add_data(cue_program_t *p, const jv_t *v) {
    p->data = arena_grow(p->arena, p->data, p->ndata * sizeof v, (p->ndata + 1) * sizeof v);
    p->data[p->ndata++] = v;
}

cue_program_t *cue_compile(const cue_source_t *sources, size_t n, const cue_options_t *o, err_t *err) {
    cue_program_t *p = program_new(err);
    jmp_buf env;
    if (!p)
        return NULL;
    if (setjmp(env)) {
        arena_destroy(p->arena);
        mem_free(p);
        error_memory(err);
        return NULL;
    }
    arena_guard(p->arena, &env);
    bool ok = true;
    for (size_t i = 0; ok && i < n; i++)
        ok = program_add(p, &sources[i], err);
    ok = ok && compile_files(p, o, err);
    arena_guard(p->arena, NULL);
    if (ok)
        return p;
    cue_program_release(p);
    return NULL;
}

cue_program_t *cue_program_ref(cue_program_t *p) {
    p->refs++;
    return p;
}

void cue_program_release(cue_program_t *p) {
    if (!p || --p->refs)
        return;
    arena_destroy(p->arena);
    mem_free(p);
}

/* ---- evaluations ---- */

static bool gave_up(eval_t *e, err_t *err) {
    if (!e->gave_up)
        e->gave_up = arena_over_limit(e->arena) ? ERR_LIMIT : ERR_MEMORY;
    if (e->gave_up == ERR_MEMORY)
        return error_memory(err);
    if (e->gave_up == ERR_CANCELLED)
        return error_set(err, ERR_CANCELLED, "the evaluation was cancelled");
    const char *what = e->gave_up_for ? e->gave_up_for : "memory";
    return error_set(err, ERR_LIMIT, "the evaluation takes more %s than allowed", what);
}

/* Runs what follows under a guard: giving up and failed allocations come back here and make the call fail. */
#define GUARDED(e, err, failure)                                                                                       \
    jmp_buf guard_env;                                                                                                 \
    jmp_buf *guard_old;                                                                                                \
    if ((e)->gave_up) {                                                                                                \
        gave_up((e), (err));                                                                                           \
        return failure;                                                                                                \
    }                                                                                                                  \
    guard_old = arena_guard((e)->arena, &guard_env);                                                                   \
    if (setjmp(guard_env)) {                                                                                           \
        arena_guard((e)->arena, NULL);                                                                                 \
        gave_up((e), (err));                                                                                           \
        return failure;                                                                                                \
    }                                                                                                                  \
    begin((e), &guard_env)

#define UNGUARD(e) arena_guard((e)->arena, guard_old)

static void build_root(eval_t *e) {
    cue_program_t *p = e->program;
    vertex_t *root = vertex_new(e, NULL, NULL);
    e->root = root;
    e->root_env = env_new(e, NULL, root);
    e->ntrail = 0;
    e->at = NULL;
    e->refs = NULL;
    e->stale = false;
    for (size_t i = 0; i < p->nfiles; i++)
        vertex_add_conj(e, root, (conj_t){.x = p->files[i]});
    for (size_t i = 0; i < p->ndata; i++)
        vertex_add_conj(e, root, (conj_t){.data = p->data[i]});
    for (fill_t *f = e->fills; f; f = f->next) {
        if (f->conj.x)
            f->conj.env = e->root_env;
        vertex_add_conj(e, root, (conj_t){.fill = f});
    }
    e->packages = arena_array(e->arena, vertex_t *, p->npackages + 1);
    for (size_t i = 0; i < p->npackages; i++) {
        e->packages[i] = vertex_new(e, NULL, NULL);
        vertex_add_conj(e, e->packages[i], (conj_t){.x = p->packages[i].file});
    }
}

static void begin(eval_t *e, jmp_buf *env) {
    e->jump = env;
    e->stack = __builtin_frame_address(0);
    e->depth = 0;
    if (e->stale || !e->root)
        build_root(e);
}

cue_eval_t *cue_eval_start(cue_program_t *p, const cue_budget_t *b, err_t *err) {
    eval_t *e = mem_alloc(sizeof *e);
    if (!e || !(e->arena = arena_create())) {
        mem_free(e);
        error_memory(err);
        return NULL;
    }
    if (b)
        e->budget = *b;
    if (!e->budget.steps)
        e->budget.steps = DEFAULT_STEPS;
    if (!e->budget.depth)
        e->budget.depth = DEFAULT_DEPTH;
    if (!e->budget.bytes)
        e->budget.bytes = DEFAULT_BYTES;
    e->stack_limit = (size_t)e->budget.depth * STACK_PER_LEVEL;
    e->program = cue_program_ref(p);
    e->last_fill = &e->fills;
    arena_limit(e->arena, e->budget.bytes);
    labels_init(&e->labels, e->arena, &p->labels);
    return e;
}

void cue_eval_end(cue_eval_t *e) {
    if (!e)
        return;
    cue_program_release(e->program);
    arena_destroy(e->arena);
    mem_free(e);
}

arena_t *cue_eval_arena(cue_eval_t *e) {
    return e->arena;
}

/* ---- paths ---- */

static bool path_element(eval_t *e, str_t *rest, const label_t **out, err_t *err) {
    str_t s = *rest, name;
    size_t n = 0;
    if (s.n && s.p[0] == '"') {
        for (n = 1; n < s.n && s.p[n] != '"'; n += s.p[n] == '\\' ? 2 : 1)
            ;
        jv_t *v = n < s.n ? jv_parse(e->arena, str_sub(s, 0, n + 1), err) : NULL;
        if (!v)
            return error_set(err, ERR_INVALID, "invalid path " STR_FMT, STR_ARG(s));
        *out = label_intern(&e->labels, LABEL_STRING, v->s);
        n++;
    } else {
        int64_t index;
        while (n < s.n && s.p[n] != '.' && s.p[n] != '[')
            n++;
        name = str_sub(s, 0, n);
        if (n == 0 && s.n && s.p[0] == '[') {
            ptrdiff_t close = str_chr(s, ']');
            if (close < 0)
                return error_set(err, ERR_INVALID, "invalid path " STR_FMT, STR_ARG(s));
            name = str_sub(s, 1, (size_t)close - 1);
            n = (size_t)close + 1;
        }
        if (!name.n)
            return error_set(err, ERR_INVALID, "empty element in path");
        if (name.p[0] >= '0' && name.p[0] <= '9' && str_int(name, &index) && index < 1000000)
            *out = label_int(&e->labels, (size_t)index);
        else
            *out = label_intern(&e->labels,
                                str_starts(name, STR("_#"))  ? LABEL_HIDDEN_DEF
                                : str_starts(name, STR("_")) ? LABEL_HIDDEN
                                : str_starts(name, STR("#")) ? LABEL_DEF
                                                             : LABEL_STRING,
                                name);
    }
    *rest = str_from(s, n);
    if (rest->n && rest->p[0] == '.')
        *rest = str_from(*rest, 1);
    return true;
}

static bool fill(eval_t *e, const char *path, conj_t c, err_t *err) {
    fill_t *f = arena_new(e->arena, fill_t);
    str_t rest = str_c(path);
    while (rest.n) {
        f->path = arena_grow(e->arena, f->path, f->n * sizeof *f->path, (f->n + 1) * sizeof *f->path);
        if (!path_element(e, &rest, &f->path[f->n], err))
            return false;
        f->n++;
    }
    f->conj = c;
    *e->last_fill = f;
    e->last_fill = &f->next;
    e->stale = true;
    return true;
}

bool cue_fill_json(cue_eval_t *e, const char *path, const jv_t *v, err_t *err) {
    GUARDED(e, err, false);
    bool ok = fill(e, path, (conj_t){.data = jv_copy(e->arena, v)}, err);
    UNGUARD(e);
    return ok;
}

static void clear_bindings(cue_program_t *p) {
    for (size_t i = 0; i < p->labels.nbuckets; i++) {
        for (label_t *l = p->labels.buckets[i]; l; l = l->next)
            l->binding = NULL;
    }
}

/* Compiles a text that came later. A jump out of it must not leave names bound in the program's labels. */
static syn_t *later(eval_t *e, const char *name, str_t text, bool expr, err_t *err) {
    uint16_t file = (uint16_t)(e->program->nnames + e->nnames);
    jmp_buf env;
    jmp_buf *old = arena_guard(e->arena, &env);
    if (setjmp(env)) {
        clear_bindings(e->program);
        arena_guard(e->arena, old);
        longjmp(*e->jump, 1);
    }
    e->names = arena_grow(e->arena, e->names, e->nnames * sizeof *e->names, (e->nnames + 1) * sizeof *e->names);
    e->names[e->nnames++] = str_c(name);
    syn_t *x = compile_extra(e->program, &e->labels, e->arena, str_c(name), arena_str(e->arena, text), file, expr, err);
    arena_guard(e->arena, old);
    return x;
}

bool cue_fill_source(cue_eval_t *e, const char *path, str_t text, err_t *err) {
    GUARDED(e, err, false);
    syn_t *x = later(e, "-", text, false, err);
    bool ok = x && fill(e, path, (conj_t){.x = x}, err);
    UNGUARD(e);
    return ok;
}

/* ---- questions ---- */

static cue_value_t *handle(vertex_t *v) {
    return (cue_value_t *)(void *)v;
}

static vertex_t *vertex_of(cue_value_t *v) {
    return (vertex_t *)(void *)v;
}

static vertex_t *settled(eval_t *e, vertex_t *v) {
    vertex_expand(e, v);
    v = vertex_default(v);
    if (v->status == ST_NEW)
        vertex_expand(e, v);
    return v;
}

bool cue_validate(cue_eval_t *e, bool concrete, err_t *err) {
    GUARDED(e, err, false);
    bottom_t *b = validate_vertex(e, e->root, concrete);
    if (b)
        bottom_report(e, b, err);
    UNGUARD(e);
    return !b;
}

cue_value_t *cue_root(cue_eval_t *e) {
    GUARDED(e, NULL, NULL);
    UNGUARD(e);
    return handle(e->root);
}

cue_value_t *cue_lookup(cue_eval_t *e, const char *path, err_t *err) {
    GUARDED(e, err, NULL);
    vertex_t *v = e->root;
    str_t rest = str_c(path);
    const label_t *l;
    bool ok = true;
    while (ok && rest.n) {
        ok = path_element(e, &rest, &l, err);
        if (!ok)
            break;
        v = vertex_find(settled(e, v), l);
        ok = v && v->mark == FIELD_REGULAR;
        if (!ok)
            error_set(err, ERR_NOTFOUND, "field not found: %s", path);
    }
    UNGUARD(e);
    return ok ? handle(v) : NULL;
}

cue_value_t *cue_get(cue_value_t *v, str_t label) {
    eval_t *e = vertex_eval(vertex_of(v));
    GUARDED(e, NULL, NULL);
    vertex_t *arc = vertex_find(settled(e, vertex_of(v)), label_intern(&e->labels, LABEL_STRING, label));
    UNGUARD(e);
    return arc && vertex_shown(arc) ? handle(arc) : NULL;
}

cue_value_t *cue_index(cue_value_t *list, size_t i) {
    eval_t *e = vertex_eval(vertex_of(list));
    GUARDED(e, NULL, NULL);
    vertex_t *v = settled(e, vertex_of(list));
    UNGUARD(e);
    return vertex_is_list(v) && i < v->narcs ? handle(v->arcs[i]) : NULL;
}

size_t cue_len(cue_value_t *list) {
    eval_t *e = vertex_eval(vertex_of(list));
    GUARDED(e, NULL, 0);
    vertex_t *v = settled(e, vertex_of(list));
    UNGUARD(e);
    return vertex_is_list(v) ? v->narcs : 0;
}

static bool nth_field(const vertex_t *v, size_t i, str_t *label, cue_value_t **field) {
    for (uint32_t k = 0; k < v->narcs && vertex_is_struct(v); k++) {
        vertex_t *arc = v->arcs[k];
        if (!vertex_shown(arc) || i--)
            continue;
        *label = arc->label->s;
        *field = handle(arc);
        return true;
    }
    return false;
}

bool cue_field(cue_value_t *value, size_t i, str_t *label, cue_value_t **field) {
    eval_t *e = vertex_eval(vertex_of(value));
    GUARDED(e, NULL, false);
    vertex_t *v = settled(e, vertex_of(value));
    UNGUARD(e);
    return nth_field(v, i, label, field);
}

cue_kind_t cue_value_kind(cue_value_t *value) {
    eval_t *e = vertex_eval(vertex_of(value));
    GUARDED(e, NULL, CUE_BOTTOM);
    vertex_t *v = settled(e, vertex_of(value));
    UNGUARD(e);
    if (!v->base || v->disj)
        return CUE_INCOMPLETE;
    switch ((value_tag_t)v->base->tag) {
    case VAL_BOTTOM:
        return bottom_pending(v->base->bottom) ? CUE_INCOMPLETE : CUE_BOTTOM;
    case VAL_NULL:
        return CUE_NULL;
    case VAL_BOOL:
        return CUE_BOOL;
    case VAL_NUM:
        return v->base->kind == LIB_INT ? CUE_INT : CUE_FLOAT;
    case VAL_STRING:
        return CUE_STRING;
    case VAL_BYTES:
        return CUE_BYTES;
    case VAL_STRUCT:
        return CUE_STRUCT;
    case VAL_LIST:
        return CUE_LIST;
    default:
        return CUE_INCOMPLETE;
    }
}

bool cue_ok(cue_value_t *value, err_t *err) {
    eval_t *e = vertex_eval(vertex_of(value));
    GUARDED(e, err, false);
    vertex_finalize(e, vertex_of(value));
    vertex_t *v = settled(e, vertex_of(value));
    bottom_t *b = vertex_error(v);
    if (!b && v->base && v->base->tag == VAL_BOTTOM)
        b = v->base->bottom;
    if (!b && v->incomplete && !(v->base && value_is_scalar(v->base)))
        b = v->incomplete;
    if (b)
        bottom_report(e, b, err);
    UNGUARD(e);
    return !b;
}

/* ---- JSON ---- */

static jv_t *json_of(arena_t *a, const cdata_t *d, int depth, err_t *err) {
    jv_t *v;
    buf_t b;
    if (depth > JV_MAX_DEPTH) {
        error_set(err, ERR_LIMIT, "the value is nested more than %d levels deep", JV_MAX_DEPTH);
        return NULL;
    }
    switch (d->kind) {
    case LIB_NULL:
        return jv_null(a);
    case LIB_BOOL:
        return jv_bool(a, d->b);
    case LIB_INT:
    case LIB_FLOAT:
        return jv_number(a, num_text(a, d->num));
    case LIB_STRING:
        return jv_string(a, arena_str(a, d->s));
    case LIB_BYTES:
        buf_init_arena(&b, a);
        base64_encode(&b, d->s, BASE64_STD);
        return jv_string(a, buf_str(&b));
    case LIB_LIST:
        v = jv_array(a);
        break;
    default:
        v = jv_object(a);
        break;
    }
    for (size_t i = 0; i < d->n; i++) {
        jv_t *x = json_of(a, d->kind == LIB_LIST ? d->items[i] : d->fields[i].value, depth + 1, err);
        if (!x)
            return NULL;
        if (d->kind == LIB_LIST)
            jv_append(a, v, x);
        else
            jv_set(a, v, arena_str(a, d->fields[i].label), x);
    }
    return v;
}

jv_t *cue_export_json(cue_value_t *value, arena_t *a, err_t *err) {
    eval_t *e = vertex_eval(vertex_of(value));
    GUARDED(e, err, NULL);
    bottom_t *b = validate_vertex(e, vertex_of(value), true);
    cdata_t *d = b ? NULL : data_of_value(e, &vertex_of(value)->head, &b);
    if (!d)
        bottom_report(e, b, err);
    UNGUARD(e);
    return d ? json_of(a, d, 0, err) : NULL;
}

cue_value_t *cue_eval_expr(cue_eval_t *e, str_t expr, err_t *err) {
    GUARDED(e, err, NULL);
    syn_t *x = later(e, "--expression", expr, true, err);
    vertex_t *v = NULL;
    bottom_t *b = NULL;
    if (x) {
        vertex_expand(e, e->root);
        v = eval_ref(e, x, e->root_env, &b);
        if (!v)
            bottom_report(e, b, err);
    }
    UNGUARD(e);
    return v ? handle(v) : NULL;
}

syn_t *cue_value_syntax(cue_value_t *value, arena_t *a, err_t *err) {
    eval_t *e = vertex_eval(vertex_of(value));
    GUARDED(e, err, NULL);
    bottom_t *b = NULL;
    syn_t *x = syntax_of_vertex(e, vertex_of(value), a, &b);
    if (!x)
        bottom_report(e, b, err);
    UNGUARD(e);
    return x;
}
