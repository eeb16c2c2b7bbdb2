#include "config/yaml/yaml.h"
#include "handlers/builtin.h"
#include "handlers/definition.h"
#include "handlers/file.h"
#include <dirent.h>
#include <stdlib.h>
#include <sys/stat.h>

enum { MAX_FOLDER_DEPTH = 16 };

struct definition_set {
    arena_t *arena;
    const jv_t **items;
    size_t n;
};

definition_set_t *definition_set_create(arena_t *a) {
    definition_set_t *s = arena_new(a, definition_set_t);
    s->arena = a;
    return s;
}

static bool same(const jv_t *x, const jv_t *y) {
    return str_eq(jv_str(jv_getc(x, "kind")), jv_str(jv_getc(y, "kind"))) &&
           str_eq(jv_path_str(x, "metadata", "name", NULL), jv_path_str(y, "metadata", "name", NULL));
}

bool definition_set_add(definition_set_t *s, const jv_t *manifest, err_t *err) {
    definition_t d;
    definition_kind_t kind;
    if (!definition_kind_parse(jv_str(jv_getc(manifest, "kind")), &kind))
        return true;
    if (!definition_read(manifest, &d, err))
        return false;
    for (size_t i = 0; i < s->n; i++)
        if (same(s->items[i], manifest)) {
            s->items[i] = manifest;
            return true;
        }
    s->items = arena_grow(s->arena, s->items, s->n * sizeof *s->items, (s->n + 1) * sizeof *s->items);
    s->items[s->n++] = manifest;
    return true;
}

bool definition_set_add_text(definition_set_t *s, str_t name, str_t text, err_t *err) {
    if (str_ends(name, STR(".cue"))) {
        jv_t *m = definition_from_cue(s->arena, name, text, err);
        return m && definition_set_add(s, m, err);
    }
    jv_t *documents = jv_array(s->arena);
    if (!yaml_parse_all(s->arena, text, YAML_KUBERNETES, &documents, err))
        return error_wrap(err, STR_FMT, STR_ARG(name));
    for (size_t i = 0; i < jv_count(documents); i++)
        if (!definition_set_add(s, jv_at(documents, i), err))
            return error_wrap(err, STR_FMT, STR_ARG(name));
    return true;
}

static bool add_file(definition_set_t *s, const char *path, err_t *err) {
    str_t text;
    return file_read(s->arena, path, &text, err) && definition_set_add_text(s, str_c(path), text, err);
}

static int by_name(const void *x, const void *y) {
    return strcmp(*(char *const *)x, *(char *const *)y);
}

/* Names in a folder, sorted. */
static bool list_folder(arena_t *a, const char *path, char ***names, size_t *n, err_t *err) {
    DIR *d = opendir(path);
    if (!d)
        return error_errno(err, "%s", path);
    *names = NULL;
    *n = 0;
    for (struct dirent *e; (e = readdir(d));) {
        if (e->d_name[0] == '.')
            continue;
        *names = arena_grow(a, *names, *n * sizeof **names, (*n + 1) * sizeof **names);
        (*names)[(*n)++] = arena_cstr(a, str_c(e->d_name));
    }
    closedir(d);
    if (*n)
        qsort(*names, *n, sizeof **names, by_name);
    return true;
}

static bool is_definition_file(str_t name) {
    static const char *const endings[] = {".yaml", ".yml", ".json", ".cue"};
    for (size_t i = 0; i < sizeof endings / sizeof *endings; i++)
        if (str_ends(name, str_c(endings[i])))
            return true;
    return false;
}

static bool add_folder(definition_set_t *s, const char *path, int depth, err_t *err) {
    char **names = NULL;
    size_t n = 0;
    if (!list_folder(s->arena, path, &names, &n, err))
        return false;
    for (size_t i = 0; i < n; i++) {
        str_t full = arena_printf(s->arena, "%s/%s", path, names[i]);
        const char *p = arena_cstr(s->arena, full);
        struct stat st;
        if (stat(p, &st) < 0)
            return error_errno(err, "%s", p);
        if (S_ISDIR(st.st_mode)) {
            if (depth < MAX_FOLDER_DEPTH && !add_folder(s, p, depth + 1, err))
                return false;
        } else if (S_ISREG(st.st_mode) && is_definition_file(full) && !add_file(s, p, err)) {
            return false;
        }
    }
    return true;
}

bool definition_set_add_path(definition_set_t *s, const char *path, err_t *err) {
    struct stat st;
    if (stat(path, &st) < 0)
        return error_errno(err, "%s", path);
    return S_ISDIR(st.st_mode) ? add_folder(s, path, 0, err) : add_file(s, path, err);
}

bool definition_set_add_builtin(definition_set_t *s, err_t *err) {
    for (const builtin_file_t *f = builtin_files; f->name; f++)
        if (!definition_set_add_text(s, str_c(f->name), str_c(f->text), err))
            return error_wrap(err, "built-in definitions");
    return true;
}

static const jv_t *find(void *arg, arena_t *a, definition_kind_t kind, str_t name, err_t *err) {
    definition_set_t *s = arg;
    (void)a;
    for (size_t i = 0; i < s->n; i++)
        if (str_eqc(jv_str(jv_getc(s->items[i], "kind")), definition_kind_name(kind)) &&
            str_eq(jv_path_str(s->items[i], "metadata", "name", NULL), name))
            return s->items[i];
    error_set(err, ERR_NOTFOUND, "%s " STR_FMT " not found", definition_kind_name(kind), STR_ARG(name));
    return NULL;
}

definition_source_t definition_set_source(definition_set_t *s) {
    return (definition_source_t){find, s};
}

bool definition_set_at(const definition_set_t *s, size_t i, const jv_t **manifest) {
    if (i >= s->n)
        return false;
    *manifest = s->items[i];
    return true;
}
