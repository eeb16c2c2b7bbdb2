/* Golden cases: cases/NAME.txt holds a CUE file and, for fields of it, what `cue export -e FIELD` of CUE 0.9.2 says:
 * the JSON, or "error: " and the first line of the message. */
#include "config/cue/cue.h"
#include "test/suite.h"
#include <ctype.h>
#include <dirent.h>

typedef struct section {
    str_t name, text;
} section_t;

static str_t read_all(arena_t *a, const char *path) {
    FILE *f = fopen(path, "rb");
    ck_assert_msg(f != NULL, "cannot open %s", path);
    buf_t b;
    buf_init_arena(&b, a);
    for (size_t n = 1; n;) {
        n = fread(buf_reserve(&b, 4096), 1, 4096, f);
        b.n += n;
    }
    fclose(f);
    return buf_str(&b);
}

static bool is_heading(str_t line, str_t *name) {
    if (!str_starts(line, STR("-- ")) || !str_ends(line, STR(" --")))
        return false;
    *name = str_sub(line, 3, line.n - 6);
    return true;
}

static size_t sections(str_t text, section_t *out, size_t max) {
    size_t n = 0;
    while (text.n) {
        str_t line, rest, name;
        str_cut(text, '\n', &line, &rest);
        if (is_heading(line, &name) && n < max)
            out[n++] = (section_t){name, {rest.p, 0}};
        else if (n)
            out[n - 1].text.n = (size_t)(line.p + line.n + 1 - out[n - 1].text.p);
        text = rest;
    }
    return n;
}

static void check(arena_t *a, cue_eval_t *e, const char *file, const section_t *s) {
    err_t err = ERROR_INIT;
    str_t want = str_trim(s->text), got = STR_NONE;
    cue_value_t *v = cue_eval_expr(e, s->name, &err);
    jv_t *json = v ? cue_export_json(v, a, &err) : NULL;
    if (json) {
        jv_t *expected = jv_parse(a, want, NULL);
        got = jv_text(a, json);
        ck_assert_msg(expected && jv_equal(expected, json), "%s: %.*s: expected %.*s, got %.*s", file, STR_ARG(s->name),
                      STR_ARG(want), STR_ARG(got));
    } else {
        str_cut(str_c(error_text(&err)), '\n', &got, &(str_t){0});
        got = arena_printf(a, "error: " STR_FMT, STR_ARG(got));
        ck_assert_msg(str_eq(got, want), "%s: %.*s: expected %.*s, got %.*s", file, STR_ARG(s->name), STR_ARG(want),
                      STR_ARG(got));
    }
    error_release(&err);
}

static void run_file(const char *path) {
    static section_t all[500];
    arena_t *a = arena_create();
    size_t n = sections(read_all(a, path), all, 500);
    ck_assert_msg(n > 1, "%s has no questions", path);
    err_t err = ERROR_INIT;
    cue_source_t source = {STR("./in.cue"), all[0].text};
    cue_program_t *p = cue_compile(&source, 1, NULL, &err);
    ck_assert_msg(p != NULL, "%s: %s", path, error_text(&err));
    for (size_t i = 1; i < n; i++) {
        cue_eval_t *e = cue_eval_start(p, NULL, &err);
        check(a, e, path, &all[i]);
        cue_eval_end(e);
    }
    cue_program_release(p);
    arena_destroy(a);
}

START_TEST(answers_as_cue_does) {
    const char *folder = "test/cue/cases";
    DIR *d = opendir(folder);
    int files = 0;
    ck_assert_msg(d != NULL, "run from the repository's root: no %s", folder);
    for (struct dirent *f; (f = readdir(d));) {
        char path[512];
        if (!str_ends(str_c(f->d_name), STR(".txt")))
            continue;
        snprintf(path, sizeof path, "%s/%s", folder, f->d_name);
        run_file(path);
        files++;
    }
    closedir(d);
    ck_assert_int_gt(files, 5);
}
END_TEST

SUITE(cue_cases, answers_as_cue_does)
