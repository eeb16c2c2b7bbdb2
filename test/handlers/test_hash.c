#include "config/yaml/yaml.h"
#include "handlers/hash.h"
#include "handlers/names.h"
#include "test/suite.h"

/* From hashstructure v2.0.2 itself, given unstructured objects. */
START_TEST(render_hashes_are_go_s) {
    static const char *const rows[][2] = {
        {"{}", "bb80800d9bd653c1"},
        {"{\"a\":null}", "ab28abb98920c731"},
        {"{\"a\":true,\"b\":[1,-2,\"x\"],\"c\":{\"d\":1.5}}", "c21e7be39115abb6"},
        {"{\"a\":[]}", "410bef2fc87314e3"},
        {"{\"a\":{}}", "ab28abb98920c731"},
        {"{\"kind\":\"Deployment\",\"metadata\":{\"name\":\"web\",\"labels\":{\"a\":\"\"}}}", "83e8c759840363cc"},

    };
    arena_t *a = arena_create();
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        jv_t *o = jv_parse(a, str_c(rows[i][0]), NULL);
        str_t h = hash_render(a, o);
        ck_assert_msg(str_eqc(h, rows[i][1]), "%s: want %s, got " STR_FMT, rows[i][0], rows[i][1], STR_ARG(h));
    }
    arena_destroy(a);
}
END_TEST

static str_t read_file(arena_t *a, const char *path) {
    buf_t b;
    buf_init_arena(&b, a);
    FILE *f = fopen(path, "r");
    ck_assert_msg(f, "%s", path);
    size_t n;
    while ((n = fread(buf_reserve(&b, 65536), 1, 65536, f)) > 0)
        b.n += n;
    fclose(f);
    return buf_str(&b);
}

/* A revision and a Deployment that the real vela-core left carry the hashes that it computed. */
START_TEST(hashes_are_those_that_vela_core_left) {
    const char *path = suite_shared("reference/one-app/applicationrevision.yaml");
    if (!path)
        return;
    arena_t *a = arena_create();
    err_t err = ERROR_INIT;
    jv_t *list = yaml_parse(a, read_file(a, path), YAML_KUBERNETES, &err);
    ck_assert_msg(list, "%s", error_text(&err));
    jv_t *revision = jv_at(jv_getc(list, "items"), 0);
    str_t want = jv_path_str(revision, "metadata", "labels", LABEL_APP_REVISION_HASH, NULL);
    str_t got = hash_app_revision(a, jv_getc(revision, "spec"));
    ck_assert_msg(want.n && str_eq(want, got), "want " STR_FMT ", got " STR_FMT, STR_ARG(want), STR_ARG(got));

    list = yaml_parse(a, read_file(a, suite_shared("reference/one-app/deploy.yaml")), YAML_KUBERNETES, &err);
    jv_t *deployment = jv_at(jv_getc(list, "items"), 0);
    jv_t *applied =
        jv_parse(a, jv_path_str(deployment, "metadata", "annotations", ANNOTATION_LAST_APPLIED, NULL), &err);
    want = jv_path_str(applied, "metadata", "labels", LABEL_RENDER_HASH, NULL);
    jv_removec(jv_path(applied, "metadata", "labels", NULL), LABEL_RENDER_HASH);
    got = hash_render(a, applied);
    ck_assert_msg(want.n && str_eq(want, got), "want " STR_FMT ", got " STR_FMT, STR_ARG(want), STR_ARG(got));
    arena_destroy(a);
}
END_TEST

SUITE(hash, render_hashes_are_go_s, hashes_are_those_that_vela_core_left)
