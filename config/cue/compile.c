#include "config/cue/compile.h"
#include "config/cue/builtin.h"
#include "config/cue/parse.h"
#include "reactor/base/mem.h"

enum { MAX_DEPTH = 4000 };

typedef struct binding {
    struct binding *outer; /* what the name meant outside */
    struct binding *next;  /* of the same scope */
    label_t *label;
    const syn_t *decl;
    str_t package;
    uint32_t index;
    uint16_t depth; /* of the scope */
    uint8_t kind;   /* ref_kind_t */
    bool used;
    bool must_use; /* alias or let: an error when nothing refers to it */
    const char *what;
    syn_pos_t pos;
} binding_t;

typedef struct scope {
    struct scope *up;
    binding_t *bindings;
    uint16_t depth;
} scope_t;

/* The way to the node being compiled, for errors. */
typedef struct crumb {
    struct crumb *up;
    str_t s;
} crumb_t;

typedef struct compiler {
    cue_program_t *p;
    labels_t *labels;
    arena_t *a; /* for nodes and bindings */
    scope_t *scope;
    crumb_t *crumb;
    const cue_options_t *o;
    err_t *err;
    bool failed;
    bool any_field; /* an unknown name may be a field that no file declares by name */
    str_t name;     /* of the text being compiled, when it isn't one of the program's files */
    int depth;
} compiler_t;

static bool walk(compiler_t *c, syn_t *x);

static bool fail(compiler_t *c, syn_pos_t pos, const char *fmt, ...) __attribute__((format(printf, 3, 4)));

static void write_crumbs(buf_t *b, const crumb_t *k) {
    if (k->up)
        write_crumbs(b, k->up);
    if (b->n)
        buf_char(b, '.');
    buf_add(b, k->s);
}

static bool fail(compiler_t *c, syn_pos_t pos, const char *fmt, ...) {
    if (c->failed)
        return false;
    va_list ap;
    buf_t b;
    buf_init_arena(&b, c->a);
    if (c->crumb) {
        write_crumbs(&b, c->crumb);
        buf_addc(&b, ": ");
    }
    va_start(ap, fmt);
    buf_add(&b, arena_vprintf(c->a, fmt, ap));
    va_end(ap);
    if (pos.line)
        buf_printf(&b, ":\n    " STR_FMT ":%u:%u", STR_ARG(pos.file < c->p->nnames ? c->p->names[pos.file] : c->name),
                   pos.line, pos.col);
    error_set(c->err, ERR_INVALID, STR_FMT, STR_ARG(buf_str(&b)));
    c->failed = true;
    return false;
}

/* ---- scopes ---- */

static void open_scope(compiler_t *c, scope_t *s) {
    *s = (scope_t){.up = c->scope, .depth = (uint16_t)(c->scope ? c->scope->depth + 1 : 0)};
    c->scope = s;
}

static bool close_scope(compiler_t *c) {
    scope_t *s = c->scope;
    bool ok = true;
    for (binding_t *b = s->bindings; b; b = b->next) {
        b->label->binding = b->outer;
        if (b->must_use && !b->used && ok && !c->failed)
            ok = fail(c, b->pos, "%s" STR_FMT, b->what, STR_ARG(b->label->s));
    }
    c->scope = s->up;
    return ok && !c->failed;
}

static label_kind_t kind_of(str_t s) {
    if (str_starts(s, STR("_#")))
        return LABEL_HIDDEN_DEF;
    if (str_starts(s, STR("_")))
        return LABEL_HIDDEN;
    return str_starts(s, STR("#")) ? LABEL_DEF : LABEL_STRING;
}

static label_t *intern(compiler_t *c, str_t s) {
    return label_intern(c->labels, kind_of(s), s);
}

static binding_t *bind(compiler_t *c, str_t name, ref_kind_t kind, const syn_t *decl) {
    label_t *l = intern(c, name);
    binding_t *b = arena_new(c->a, binding_t);
    *b = (binding_t){.outer = l->binding,
                     .next = c->scope->bindings,
                     .label = l,
                     .decl = decl,
                     .depth = c->scope->depth,
                     .kind = (uint8_t)kind};
    l->binding = b;
    c->scope->bindings = b;
    return b;
}

static void bind_alias(compiler_t *c, str_t name, ref_kind_t kind, const syn_t *decl, syn_pos_t pos) {
    binding_t *b = bind(c, name, kind, decl);
    b->must_use = true;
    b->what = "unreferenced alias or let clause ";
    b->pos = pos;
}

static bool bind_let(compiler_t *c, const syn_t *x) {
    label_t *l = intern(c, x->str);
    if (str_eqc(x->str, "_"))
        return fail(c, x->pos, "cannot use _ as alias or let clause");
    if (l->binding && l->binding->depth == c->scope->depth)
        return fail(c, x->pos, "cannot redeclare let or alias \"" STR_FMT "\" in the same scope", STR_ARG(x->str));
    bind_alias(c, x->str, REF_LET, x, x->pos);
    return true;
}

/* Names that a struct's declarations bring into its scope. Quoted labels bring none. */
static bool bind_fields(compiler_t *c, const syn_t *x, bool fields, bool others) {
    for (uint32_t i = 0; i < x->n; i++) {
        syn_t *d = x->items[i];
        if (d->kind == SYN_LET && others && !bind_let(c, d))
            return false;
        if (d->kind == SYN_ALIAS && others)
            return fail(c, d->pos, "alias not allowed at this position");
        if (d->kind != SYN_FIELD)
            continue;
        const syn_field_t *f = d->field;
        if (others && str_eqc(f->alias, "_"))
            return fail(c, d->pos, "cannot use _ as alias or let clause");
        bool is_static = !f->dynamic && !f->pattern;
        if (fields && is_static && !f->quoted &&
            !(intern(c, d->str)->binding && intern(c, d->str)->binding->depth == c->scope->depth &&
              intern(c, d->str)->binding->kind == REF_FIELD))
            bind(c, d->str, REF_FIELD, d);
        if (others && f->alias.n && is_static)
            bind_alias(c, f->alias, REF_FIELD, d, d->pos);
        else if (others && f->alias.n && f->dynamic)
            bind_alias(c, f->alias, REF_DYNAMIC, d, d->pos);
    }
    return true;
}

/* ---- expressions ---- */

static bool resolve(compiler_t *c, syn_t *x) {
    label_t *l = intern(c, x->str);
    binding_t *b = l->binding;
    syn_ref_t *r = arena_new(c->a, syn_ref_t);
    x->ref = r;
    if (b) {
        b->used = true;
        r->kind = b->kind;
        r->up = (uint16_t)(c->scope->depth - b->depth);
        r->decl = b->decl;
        r->package = b->package;
        r->index = b->index;
        /* An alias names the field it stands for. */
        r->label = b->kind == REF_FIELD && b->decl ? intern(c, b->decl->str) : l;
        if (b->kind == REF_FIELD && b->decl && b->decl->field->quoted)
            r->label = label_intern(c->labels, LABEL_STRING, b->decl->str);
        return true;
    }
    if ((r->type = type_find(x->str))) {
        r->kind = REF_TYPE;
        return true;
    }
    if ((r->own = builtin_find(STR_NONE, x->str))) {
        r->kind = REF_BUILTIN;
        return true;
    }
    bool known = c->any_field;
    for (size_t i = 0; i < c->p->nexterns; i++)
        known = known || c->p->externs[i] == l;
    if (known) {
        scope_t *top = c->scope;
        while (top->up)
            top = top->up;
        r->kind = REF_FIELD;
        r->loose = c->any_field;
        r->label = l;
        r->up = (uint16_t)(c->scope->depth - top->depth);
        return true;
    }
    return fail(c, x->pos, "reference \"" STR_FMT "\" not found", STR_ARG(x->str));
}

/* Members of packages that are CUE themselves. */
static const struct {
    const char *package, *name, *text;
} written[] = {
    {"list", "Ascending", "{T: number | string, x: T, y: T, less: x < y}"},
    {"list", "Descending", "{T: number | string, x: T, y: T, less: x > y}"},
    {"list", "Comparer", "{T: _, x: T, y: T, less: bool}"},
    {"uuid", "ns",
     "{DNS: \"6ba7b810-9dad-11d1-80b4-00c04fd430c8\", URL: \"6ba7b811-9dad-11d1-80b4-00c04fd430c8\", "
     "OID: \"6ba7b812-9dad-11d1-80b4-00c04fd430c8\", X500: \"6ba7b814-9dad-11d1-80b4-00c04fd430c8\", Nil: "
     "\"00000000-0000-0000-0000-000000000000\"}"},
};

static bool resolve_written(compiler_t *c, syn_ref_t *r, str_t name) {
    for (size_t i = 0; i < sizeof written / sizeof *written; i++) {
        if (!str_eqc(r->package, written[i].package) || !str_eqc(name, written[i].name))
            continue;
        syn_t *x = parse_expression(c->a, STR("builtin"), str_c(written[i].text), UINT16_MAX, c->err);
        scope_t *scope = c->scope, top;
        if (!x)
            return false;
        c->scope = NULL;
        open_scope(c, &top);
        bool ok = walk(c, x);
        ok = close_scope(c) && ok;
        c->scope = scope;
        r->decl = x;
        return ok;
    }
    return true;
}

/* strings.Join: the function or constant is looked up once. */
static bool resolve_member(compiler_t *c, syn_t *x) {
    syn_ref_t *r = x->x->ref;
    if (r->kind != REF_PACKAGE)
        return true;
    r->own = builtin_find(r->package, x->str);
    if (!r->own)
        r->func = lib_find(r->package, x->str);
    if (!r->func && !r->own && !resolve_written(c, r, x->str))
        return false;
    if (!r->func && !r->own && !r->decl) {
        r->constant = lib_const(c->a, r->package, x->str);
        r->is_const = r->constant != NULL;
    }
    return true;
}

static bool walk_items(compiler_t *c, syn_t *x) {
    for (uint32_t i = 0; i < x->n; i++) {
        if (!walk(c, x->items[i]))
            return false;
    }
    return true;
}

static bool walk_value_alias(compiler_t *c, str_t alias, syn_t *field, syn_t *value) {
    scope_t s;
    if (str_eqc(alias, "_"))
        return fail(c, field->pos, "cannot use _ as alias or let clause");
    open_scope(c, &s);
    bind_alias(c, alias, REF_VALUE_ALIAS, field, field->pos);
    bool ok = walk(c, value);
    return close_scope(c) && ok;
}

static bool walk_field_value(compiler_t *c, syn_t *x) {
    const syn_field_t *f = x->field;
    if (f->value_alias.n)
        return walk_value_alias(c, f->value_alias, x, f->value);
    return walk(c, f->value);
}

static bool walk_pattern(compiler_t *c, syn_t *x) {
    const syn_field_t *f = x->field;
    scope_t alias, label;
    bool ok = walk(c, f->pattern);
    if (!ok)
        return false;
    if (f->pattern_alias.n) {
        open_scope(c, &label);
        bind(c, f->pattern_alias, REF_LABEL_ALIAS, x);
    }
    if (f->alias.n) {
        open_scope(c, &alias);
        bind_alias(c, f->alias, REF_VALUE_ALIAS, x, x->pos);
    }
    ok = walk_field_value(c, x);
    if (f->alias.n)
        ok = close_scope(c) && ok;
    if (f->pattern_alias.n)
        ok = close_scope(c) && ok;
    return ok;
}

static bool walk_field(compiler_t *c, syn_t *x) {
    const syn_field_t *f = x->field;
    crumb_t crumb = {c->crumb, f->pattern || f->dynamic ? STR("[]") : x->str};
    bool ok;
    c->crumb = &crumb;
    if (f->pattern) {
        ok = walk_pattern(c, x);
    } else if (f->dynamic) {
        ok = walk(c, f->dynamic) && walk_field_value(c, x);
    } else {
        x->label = label_intern(c->labels, f->quoted ? LABEL_STRING : kind_of(x->str), x->str);
        x->label_kind = x->label->kind;
        ok = walk_field_value(c, x);
    }
    c->crumb = crumb.up;
    return ok;
}

static bool walk_struct(compiler_t *c, syn_t *x) {
    scope_t s;
    open_scope(c, &s);
    bool ok = bind_fields(c, x, true, true) && walk_items(c, x);
    return close_scope(c) && ok;
}

static bool walk_clauses(compiler_t *c, syn_t *x, uint32_t i) {
    scope_t s;
    if (i == x->n)
        return walk(c, x->x);
    syn_t *clause = x->items[i];
    if (!walk(c, clause->x))
        return false;
    if (clause->kind == SYN_IF)
        return walk_clauses(c, x, i + 1);
    open_scope(c, &s);
    if (clause->kind == SYN_LETCLAUSE) {
        bind_alias(c, clause->str, REF_LET_CLAUSE, clause, clause->pos);
    } else {
        if (clause->y && !str_eqc(clause->y->str, "_"))
            bind(c, clause->y->str, REF_FOR_KEY, clause);
        if (!str_eqc(clause->str, "_"))
            bind(c, clause->str, REF_FOR_VALUE, clause);
    }
    bool ok = walk_clauses(c, x, i + 1);
    return close_scope(c) && ok;
}

static bool walk_comprehension(compiler_t *c, syn_t *x) {
    crumb_t crumb = {c->crumb, STR("for[]")};
    if (x->items[0]->kind == SYN_FOR)
        c->crumb = &crumb;
    bool ok = walk_clauses(c, x, 0);
    c->crumb = crumb.up;
    return ok;
}

static bool walk_let(compiler_t *c, syn_t *x) {
    crumb_t crumb = {c->crumb, STR("let[]")};
    c->crumb = &crumb;
    bool ok = walk(c, x->x);
    c->crumb = crumb.up;
    return ok;
}

static bool walk_node(compiler_t *c, syn_t *x) {
    switch ((syn_kind_t)x->kind) {
    case SYN_IDENT:
        return resolve(c, x);
    case SYN_STRUCT:
        return walk_struct(c, x);
    case SYN_LIST:
    case SYN_INTERPOLATION:
        return walk_items(c, x);
    case SYN_SELECTOR:
        if (!walk(c, x->x))
            return false;
        if (x->x->kind == SYN_IDENT && x->x->ref->kind == REF_PACKAGE)
            return resolve_member(c, x);
        x->label = label_intern(c->labels, (label_kind_t)x->label_kind, x->str);
        return true;
    case SYN_SLICE:
        return walk(c, x->x) && walk(c, x->y) && walk(c, x->z);
    case SYN_CALL:
        return walk(c, x->x) && walk_items(c, x);
    case SYN_FIELD:
        return walk_field(c, x);
    case SYN_LET:
        return walk_let(c, x);
    case SYN_COMPREHENSION:
        return walk_comprehension(c, x);
    case SYN_ALIAS:
        return walk_value_alias(c, x->str, x, x->x);
    case SYN_PAREN:
    case SYN_UNARY:
    case SYN_ELLIPSIS:
    case SYN_BINARY:
    case SYN_INDEX:
        return walk(c, x->x) && walk(c, x->y);
    default:
        return true;
    }
}

static bool walk(compiler_t *c, syn_t *x) {
    if (!x)
        return true;
    if (++c->depth > MAX_DEPTH) {
        error_set(c->err, ERR_LIMIT, "nested too deeply");
        c->failed = true;
        return false;
    }
    bool ok = walk_node(c, x);
    c->depth--;
    return ok && !c->failed;
}

/* ---- files and packages ---- */

static str_t last_element(str_t path) {
    ptrdiff_t colon = str_rchr(path, ':');
    if (colon >= 0)
        return str_from(path, (size_t)colon + 1);
    ptrdiff_t slash = str_rchr(path, '/');
    str_t last = slash >= 0 ? str_from(path, (size_t)slash + 1) : path;
    return last;
}

static bool import_sources(compiler_t *c, str_t path, const syn_t *at, uint32_t *index) {
    cue_source_t source;
    for (size_t i = 0; i < c->p->npackages; i++) {
        if (str_eq(c->p->packages[i].path, path)) {
            *index = (uint32_t)i;
            return true;
        }
    }
    if (!c->o || !c->o->import || !c->o->import(c->o->import_arg, path, &source)) {
        if (str_chr(path, '.') < 0)
            return fail(c, at->pos, "builtin package \"" STR_FMT "\" undefined", STR_ARG(path));
        return fail(c, at->pos, "package \"" STR_FMT "\" not found", STR_ARG(path));
    }
    str_t text = arena_str(c->a, source.text);
    syn_t *file = parse_source(c->a, arena_str(c->a, source.name), text, program_name(c->p, source.name), c->err);
    if (!file) {
        c->failed = true;
        return false;
    }
    cue_program_t *p = c->p;
    p->packages =
        arena_grow(c->a, p->packages, p->npackages * sizeof *p->packages, (p->npackages + 1) * sizeof *p->packages);
    *index = (uint32_t)p->npackages;
    p->packages[p->npackages++] = (package_t){arena_str(c->a, path), file};
    return true;
}

static bool bind_imports(compiler_t *c, const syn_t *file) {
    for (uint32_t i = 0; i < file->n; i++) {
        const syn_t *x = file->items[i];
        if (x->kind != SYN_IMPORT)
            continue;
        str_t path = x->x->str;
        uint32_t index = 0;
        bool known = lib_package_known(path) || builtin_package_known(path);
        if (!known && !import_sources(c, path, x, &index))
            return false;
        binding_t *b = bind(c, x->str.n ? x->str : last_element(path), known ? REF_PACKAGE : REF_IMPORT, NULL);
        b->package = path;
        b->index = index;
        b->pos = x->pos; /* an import that nothing uses is fine, as in cue */
    }
    return true;
}

static bool compile_one(compiler_t *c, syn_t *file) {
    scope_t *package = c->scope, s = {.up = NULL, .depth = 0};
    /* What is the file's own hides nothing of the package but is seen before it; it shares the package's depth, since
     * one environment stands for both. */
    s.depth = package->depth;
    s.up = package->up;
    c->scope = &s;
    bool ok = bind_imports(c, file) && bind_fields(c, file, false, true) && walk_items(c, file);
    ok = close_scope(c) && ok;
    c->scope = package;
    return ok;
}

static bool compile_packages(compiler_t *c) {
    /* Packages may import others, so the list grows on the way. */
    for (size_t i = 0; i < c->p->npackages; i++) {
        scope_t s;
        scope_t *outer = c->scope;
        c->scope = NULL;
        open_scope(c, &s);
        syn_t *file = c->p->packages[i].file;
        bool ok = bind_fields(c, file, true, false) && compile_one(c, file);
        ok = close_scope(c) && ok;
        c->scope = outer;
        if (!ok)
            return false;
    }
    return true;
}

static void take_externs(cue_program_t *p, const char *names) {
    str_t rest = str_c(names), name;
    while (rest.n) {
        str_cut(rest, ' ', &name, &rest);
        if (!name.n)
            continue;
        p->externs =
            arena_grow(p->arena, p->externs, p->nexterns * sizeof *p->externs, (p->nexterns + 1) * sizeof *p->externs);
        p->externs[p->nexterns++] = label_intern(&p->labels, kind_of(name), name);
    }
}

static str_t package_of(const syn_t *file) {
    for (uint32_t i = 0; i < file->n; i++) {
        if (file->items[i]->kind == SYN_PACKAGE)
            return file->items[i]->str;
    }
    return STR_NONE;
}

static bool same_package(const cue_program_t *p, const syn_t *a, const syn_t *b) {
    str_t x = package_of(a), y = package_of(b);
    return !p->apart || (x.n && str_eq(x, y));
}

bool compile_files(cue_program_t *p, const cue_options_t *o, err_t *err) {
    compiler_t c = {.p = p, .labels = &p->labels, .a = p->arena, .o = o, .err = err};
    scope_t top;
    if (o && o->externs)
        take_externs(p, o->externs);
    bool ok = true;
    for (size_t i = 0; ok && i < p->nfiles; i++) {
        open_scope(&c, &top);
        for (size_t k = 0; ok && k < p->nfiles; k++) {
            if (k == i || same_package(p, p->files[i], p->files[k]))
                ok = bind_fields(&c, p->files[k], true, false);
        }
        ok = ok && compile_one(&c, p->files[i]);
        ok = close_scope(&c) && ok;
    }
    return ok && compile_packages(&c);
}

syn_t *compile_extra(cue_program_t *p, labels_t *labels, arena_t *a, str_t name, str_t text, uint16_t file, bool expr,
                     err_t *err) {
    compiler_t c = {.p = p, .labels = labels, .a = a, .err = err, .any_field = expr, .name = name};
    scope_t top;
    syn_t *x = expr ? parse_expression(a, name, text, file, err) : parse_source(a, name, text, file, err);
    if (!x)
        return NULL;
    open_scope(&c, &top);
    bool ok = true;
    for (size_t i = 0; ok && i < p->nfiles; i++)
        ok = bind_fields(&c, p->files[i], true, false);
    if (ok && !expr) {
        scope_t s;
        open_scope(&c, &s);
        ok = bind_imports(&c, x) && bind_fields(&c, x, true, true) && walk_items(&c, x);
        ok = close_scope(&c) && ok;
    } else if (ok) {
        /* An expression may name the builtin packages and whatever the files import. */
        for (size_t i = 0; ok && i < p->nfiles; i++)
            ok = bind_imports(&c, p->files[i]);
        for (binding_t *b = top.bindings; b; b = b->next)
            b->must_use = false;
        ok = ok && walk(&c, x);
    }
    ok = close_scope(&c) && ok;
    return ok ? x : NULL;
}
