/* Rendering, by golden cases: each file of test/handlers/cases holds an Application, definitions, and what is expected:
 * `kind: Expect` with `objects`, `specs` (the spec of each object, in order) or `error` (part of the message). */
#include "test/suite.h"
#include "config/yaml/yaml.h"
#include "handlers/file.h"
#include "handlers/render.h"
#include <dirent.h>

typedef struct golden {
    arena_t *arena;
    const jv_t *app, *expect;
    jv_t *others;
    definition_set_t *definitions;
} golden_t;

static const jv_t *find_object(void *arg, arena_t *a, const char *kind, str_t name, err_t *err) {
    const golden_t *g = arg;
    (void)a;
    for (size_t i = 0; i < jv_count(g->others); i++)
        if (str_eqc(jv_str(jv_getc(jv_at(g->others, i), "kind")), kind) &&
            str_eq(jv_path_str(jv_at(g->others, i), "metadata", "name", NULL), name))
            return jv_at(g->others, i);
    error_set(err, ERR_NOTFOUND, "no %s", kind);
    return NULL;
}

static void load(golden_t *g, const char *path) {
    err_t err = ERROR_INIT;
    str_t text;
    jv_t *documents = jv_array(g->arena);
    g->others = jv_array(g->arena);
    g->definitions = definition_set_create(g->arena);
    ck_assert_msg(file_read(g->arena, path, &text, &err), "%s", error_text(&err));
    ck_assert_msg(yaml_parse_all(g->arena, text, YAML_KUBERNETES, &documents, &err), "%s: %s", path, error_text(&err));
    for (size_t i = 0; i < jv_count(documents); i++) {
        jv_t *d = jv_at(documents, i);
        str_t kind = jv_str(jv_getc(d, "kind"));
        if (str_eqc(kind, "Application"))
            g->app = d;
        else if (str_eqc(kind, "Expect"))
            g->expect = d;
        else if (str_ends(kind, STR("Definition")))
            ck_assert_msg(definition_set_add(g->definitions, d, &err), "%s: %s", path, error_text(&err));
        else
            jv_append(g->arena, g->others, d);
    }
    ck_assert_msg(g->app && g->expect, "%s holds no case", path);
}

static jv_t *render(golden_t *g, err_t *err) {
    cue_budget_t budget = {.steps = 2000000};
    appfile_source_t source = {definition_set_source(g->definitions), find_object, g};
    render_context_t ctx = {.budget = &budget};
    appfile_t *af = appfile_parse(g->arena, g->app, &source, err);
    return af ? render_application(g->arena, af, &ctx, err) : NULL;
}

static bool same(arena_t *a, const char *path, const jv_t *want, const jv_t *got) {
    if (jv_equal(want, got))
        return true;
    printf("%s:\n  want %s\n  got  %s\n", path, jv_text(a, want).p, jv_text(a, got).p);
    return false;
}

static bool check(const char *path) {
    golden_t g = {.arena = arena_create()};
    err_t err = ERROR_INIT;
    load(&g, path);
    jv_t *objects = render(&g, &err);
    str_t wanted = jv_str(jv_getc(g.expect, "error"));
    bool good = true;
    if (wanted.n) {
        good = !objects && str_find(str_c(error_text(&err)), wanted) >= 0;
        if (!good)
            printf("%s:\n  want error %s\n  got %s\n", path, wanted.p, objects ? "objects" : error_text(&err));
    } else if (!objects) {
        printf("%s: %s\n", path, error_text(&err));
        good = false;
    } else if (jv_getc(g.expect, "objects")) {
        good = same(g.arena, path, jv_getc(g.expect, "objects"), objects);
    } else {
        const jv_t *specs = jv_getc(g.expect, "specs");
        for (size_t i = 0; i < jv_count(specs) || i < jv_count(objects); i++)
            good &= same(g.arena, path, jv_at(specs, i), jv_getc(jv_at(objects, i), "spec"));
    }
    error_release(&err);
    arena_destroy(g.arena);
    fflush(stdout);
    return good;
}

START_TEST(golden_cases) {
    static const char folder[] = "test/handlers/cases";
    DIR *d = opendir(folder);
    ck_assert_msg(d != NULL, "%s can't be read", folder);
    int bad = 0, n = 0;
    for (struct dirent *e; (e = readdir(d));) {
        if (!str_ends(str_c(e->d_name), STR(".yaml")))
            continue;
        char path[512];
        snprintf(path, sizeof path, "%s/%s", folder, e->d_name);
        bad += !check(path);
        n++;
    }
    closedir(d);
    ck_assert_msg(bad == 0, "%d of %d cases failed", bad, n);
    ck_assert_int_gt(n, 20);
}
END_TEST

SUITE(render, golden_cases)
