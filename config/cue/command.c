/* velella cue export|eval|vet. */
#include "config/cue/compile.h"
#include "config/cue/cue.h"
#include "config/yaml/yaml.h"
#include "reactor/base/mem.h"
#include <errno.h>
#include <stdio.h>

typedef struct command {
    const char *verb;
    const char **files, **exprs, **tags;
    size_t nfiles, nexprs, ntags;
    bool yaml, concrete;
    arena_t *arena;
    buf_t *out, *errout;
} command_t;

static const char usage[] = "usage: velella cue export|eval|vet [-e EXPR]... [-t KEY=VALUE]... [-c] [--out json|yaml] "
                            "FILE...\n";

static bool read_file(arena_t *a, const char *path, str_t *out, err_t *err) {
    FILE *f = fopen(path, "rb");
    buf_t b;
    if (!f)
        return error_errno(err, "cannot read %s", path);
    buf_init_arena(&b, a);
    for (;;) {
        char *p = buf_reserve(&b, 65536);
        size_t n = fread(p, 1, 65536, f);
        b.n += n;
        if (n == 0)
            break;
    }
    bool ok = !ferror(f);
    fclose(f);
    *out = buf_str(&b);
    return ok || error_set(err, ERR_IO, "cannot read %s", path);
}

static const char *value_of(int argc, char **argv, int *i, const char *flag, const char *name) {
    size_t n = strlen(name);
    if (strcmp(flag, name) == 0)
        return *i + 1 < argc ? argv[++*i] : NULL;
    return strncmp(flag, name, n) == 0 && flag[n] == '=' ? flag + n + 1 : NULL;
}

static bool take_args(command_t *c, int argc, char **argv) {
    c->files = arena_array(c->arena, const char *, (size_t)argc + 1);
    c->exprs = arena_array(c->arena, const char *, (size_t)argc + 1);
    c->tags = arena_array(c->arena, const char *, (size_t)argc + 1);
    if (argc < 1)
        return false;
    c->verb = argv[0];
    if (strcmp(c->verb, "export") != 0 && strcmp(c->verb, "eval") != 0 && strcmp(c->verb, "vet") != 0)
        return false;
    for (int i = 1; i < argc; i++) {
        const char *arg = argv[i], *v;
        if (arg[0] != '-' || !arg[1]) {
            c->files[c->nfiles++] = arg;
        } else if ((v = value_of(argc, argv, &i, arg, "-e")) || (v = value_of(argc, argv, &i, arg, "--expression"))) {
            c->exprs[c->nexprs++] = v;
        } else if ((v = value_of(argc, argv, &i, arg, "-t")) || (v = value_of(argc, argv, &i, arg, "--inject"))) {
            c->tags[c->ntags++] = v;
        } else if ((v = value_of(argc, argv, &i, arg, "--out"))) {
            c->yaml = strcmp(v, "yaml") == 0;
            if (!c->yaml && strcmp(v, "json") != 0)
                return false;
        } else if (strcmp(arg, "-c") == 0 || strcmp(arg, "--concrete") == 0) {
            c->concrete = true;
        } else {
            return false;
        }
    }
    return c->nfiles > 0;
}

static bool has_suffix(const char *path, const char *suffix) {
    return str_ends(str_c(path), str_c(suffix));
}

/* CUE prints a file of the working directory as ./name. */
static str_t display_name(arena_t *a, const char *path) {
    if (path[0] == '/' || path[0] == '.')
        return str_c(path);
    return arena_printf(a, "./%s", path);
}

static bool add_data(cue_program_t *p, const char *path, str_t text, err_t *err) {
    jv_t *docs = jv_array(p->arena);
    if (has_suffix(path, ".json")) {
        jv_t *v = jv_parse(p->arena, text, err);
        if (!v)
            return error_wrap(err, "%s", path);
        program_add_data(p, v);
        return true;
    }
    if (!yaml_parse_all(p->arena, text, YAML_CUE, &docs, err))
        return error_wrap(err, "%s", path);
    for (size_t i = 0; i < jv_count(docs); i++)
        program_add_data(p, jv_at(docs, i));
    return true;
}

static bool load(command_t *c, cue_program_t *p, err_t *err) {
    for (size_t i = 0; i < c->nfiles; i++) {
        const char *path = c->files[i];
        str_t text;
        if (!read_file(p->arena, path, &text, err))
            return false;
        if (has_suffix(path, ".json") || has_suffix(path, ".yaml") || has_suffix(path, ".yml")) {
            if (!add_data(p, path, text, err))
                return false;
            continue;
        }
        cue_source_t source = {display_name(p->arena, path), text};
        if (!program_add(p, &source, err))
            return false;
    }
    for (size_t i = 0; i < c->ntags; i++) {
        if (!tags_inject(p, str_c(c->tags[i]), err))
            return false;
    }
    p->apart = true;
    return compile_files(p, NULL, err);
}

static cue_program_t *load_guarded(command_t *c, err_t *err) {
    cue_program_t *p = program_new(err);
    jmp_buf env;
    if (!p)
        return NULL;
    if (setjmp(env)) {
        cue_program_release(p);
        error_memory(err);
        return NULL;
    }
    arena_guard(p->arena, &env);
    bool ok = load(c, p, err);
    arena_guard(p->arena, NULL);
    if (ok)
        return p;
    cue_program_release(p);
    return NULL;
}

/* Numbers keep all their digits, which the writer of objects for the API server doesn't do. */
static void write_json(buf_t *b, const jv_t *v, int indent) {
    size_t n = jv_count(v);
    bool object = jv_is(v, JV_OBJECT);
    if (!object && !jv_is(v, JV_ARRAY)) {
        if (jv_is(v, JV_NUMBER))
            buf_add(b, v->s);
        else
            jv_write_pretty(b, v, 4, false);
        return;
    }
    buf_char(b, object ? '{' : '[');
    for (size_t i = 0; i < n; i++) {
        buf_printf(b, "%s\n%*s", i ? "," : "", (indent + 1) * 4, "");
        if (object) {
            jv_write_string(b, v->members[i].key, false);
            buf_addc(b, ": ");
        }
        write_json(b, object ? v->members[i].value : v->items[i], indent + 1);
    }
    if (n)
        buf_printf(b, "\n%*s", indent * 4, "");
    buf_char(b, object ? '}' : ']');
}

static bool print_value(command_t *c, cue_value_t *v, err_t *err) {
    jv_t *json = cue_export_json(v, c->arena, err);
    if (!json)
        return false;
    if (c->yaml) {
        yaml_write(c->out, json);
        return true;
    }
    write_json(c->out, json, 0);
    buf_char(c->out, '\n');
    return true;
}

static bool print_eval(command_t *c, cue_value_t *v, err_t *err) {
    syn_t *x = cue_value_syntax(v, c->arena, err);
    if (!x)
        return false;
    cue_format(c->out, x, x->kind == SYN_STRUCT);
    return true;
}

static bool print_one(command_t *c, cue_value_t *v, err_t *err) {
    return strcmp(c->verb, "eval") == 0 ? print_eval(c, v, err) : print_value(c, v, err);
}

static bool run(command_t *c, cue_eval_t *e, err_t *err) {
    if (strcmp(c->verb, "vet") == 0)
        return cue_validate(e, c->concrete, err);
    if (c->nexprs == 0) {
        if (strcmp(c->verb, "eval") == 0 && !cue_validate(e, c->concrete, err))
            return false;
        return print_one(c, cue_root(e), err);
    }
    for (size_t i = 0; i < c->nexprs; i++) {
        cue_value_t *v = cue_eval_expr(e, str_c(c->exprs[i]), err);
        if (!v || !print_one(c, v, err))
            return false;
    }
    return true;
}

static int execute(command_t *c) {
    err_t err = ERROR_INIT;
    bool ok = false;
    cue_program_t *p = load_guarded(c, &err);
    cue_eval_t *e = p ? cue_eval_start(p, NULL, &err) : NULL;
    if (e)
        ok = run(c, e, &err);
    cue_eval_end(e);
    cue_program_release(p);
    if (!ok)
        buf_printf(c->errout, "%s\n", error_text(&err));
    error_release(&err);
    return ok ? 0 : 1;
}

int cue_command(int argc, char **argv, buf_t *out, buf_t *errout) {
    command_t c = {.out = out, .errout = errout, .arena = arena_create()};
    if (!c.arena) {
        buf_addc(errout, "out of memory\n");
        return 1;
    }
    int status = 2;
    if (take_args(&c, argc, argv))
        status = execute(&c);
    else
        buf_addc(errout, usage);
    arena_destroy(c.arena);
    return status;
}
