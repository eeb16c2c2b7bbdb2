/* Definitions: reading, the form of `vela def`, the built-in ones, and that these make the same objects as upstream's.
 */
#include "test/suite.h"
#include "config/cue/syntax.h"
#include "config/yaml/yaml.h"
#include "handlers/file.h"
#include "handlers/render.h"
#include <dirent.h>

static arena_t *a;

static const char *const apps[] = {"services", "jobs", "objects", "traits"};

static definition_set_t *builtin(void) {
    err_t err = ERROR_INIT;
    definition_set_t *s = definition_set_create(a);
    ck_assert_msg(definition_set_add_builtin(s, &err), "%s", error_text(&err));
    return s;
}

static jv_t *app_file(const char *name) {
    char path[256];
    str_t text;
    err_t err = ERROR_INIT;
    snprintf(path, sizeof path, "test/handlers/apps/%s.yaml", name);
    ck_assert_msg(file_read(a, path, &text, &err), "%s", error_text(&err));
    jv_t *app = yaml_parse(a, text, YAML_KUBERNETES, &err);
    ck_assert_msg(app != NULL, "%s: %s", path, error_text(&err));
    return app;
}

static jv_t *render(definition_set_t *s, const jv_t *app, int minor) {
    err_t err = ERROR_INIT;
    jv_t *version = jv_object(a);
    jv_setc(a, version, "minor", jv_int(a, minor));
    appfile_source_t source = {.definitions = definition_set_source(s)};
    render_context_t ctx = {.cluster_version = version};
    appfile_t *af = appfile_parse(a, app, &source, &err);
    jv_t *objects = af ? render_application(a, af, &ctx, &err) : NULL;
    ck_assert_msg(objects != NULL, STR_FMT ": %s", STR_ARG(jv_path_str(app, "metadata", "name", NULL)),
                  error_text(&err));
    return objects;
}

START_TEST(builtin_definitions_cover_the_promised_types) {
    static const char *const components[] = {"webservice", "worker",      "task",        "cron-task",
                                             "daemon",     "statefulset", "k8s-objects", "raw"};
    static const char *const traits[] = {"scaler",  "labels",  "annotations", "env",       "expose",
                                         "gateway", "storage", "sidecar",     "configmap", "resource"};
    a = arena_create();
    definition_source_t s = definition_set_source(builtin());
    err_t err = ERROR_INIT;
    for (size_t i = 0; i < sizeof components / sizeof *components; i++)
        ck_assert_msg(s.find(s.arg, a, DEFINITION_COMPONENT, str_c(components[i]), &err), "no %s", components[i]);
    for (size_t i = 0; i < sizeof traits / sizeof *traits; i++)
        ck_assert_msg(s.find(s.arg, a, DEFINITION_TRAIT, str_c(traits[i]), &err), "no %s", traits[i]);
    arena_destroy(a);
}
END_TEST

START_TEST(builtin_definitions_render) {
    a = arena_create();
    definition_set_t *s = builtin();
    static const size_t objects[] = {8, 2, 4, 12};
    for (size_t i = 0; i < sizeof apps / sizeof *apps; i++) {
        jv_t *got = render(s, app_file(apps[i]), 31);
        ck_assert_msg(jv_count(got) == objects[i], "%s: want %zu objects, got %zu", apps[i], objects[i], jv_count(got));
    }
    arena_destroy(a);
}
END_TEST

START_TEST(builtin_definitions_agree_with_upstreams) {
    const char *folder = suite_shared("upstream/definitions");
    if (!folder)
        return;
    a = arena_create();
    err_t err = ERROR_INIT;
    definition_set_t *own = builtin(), *upstream = definition_set_create(a);
    ck_assert_msg(definition_set_add_path(upstream, folder, &err), "%s", error_text(&err));
    static const int minors[] = {0, 31};
    for (size_t i = 0; i < 2 * sizeof apps / sizeof *apps; i++) {
        const char *name = apps[i / 2];
        jv_t *x = render(upstream, app_file(name), minors[i % 2]), *y = render(own, app_file(name), minors[i % 2]);
        ck_assert_uint_eq(jv_count(x), jv_count(y));
        for (size_t k = 0; k < jv_count(x); k++)
            ck_assert_msg(jv_equal(jv_at(x, k), jv_at(y, k)), "%s, object %zu:\nupstream %s\nown      %s", name, k,
                          jv_text(a, jv_at(x, k)).p, jv_text(a, jv_at(y, k)).p);
    }
    arena_destroy(a);
}
END_TEST

START_TEST(upstream_definitions_compile) {
    const char *folder = suite_shared("upstream/definitions");
    if (!folder)
        return;
    a = arena_create();
    err_t err = ERROR_INIT;
    definition_set_t *s = definition_set_create(a);
    ck_assert_msg(definition_set_add_path(s, folder, &err), "%s", error_text(&err));
    const jv_t *manifest;
    size_t n = 0;
    for (size_t i = 0; definition_set_at(s, i, &manifest); i++) {
        definition_t d;
        ck_assert_msg(definition_read(manifest, &d, &err), "%s", error_text(&err));
        ck_assert_msg(syn_parse(a, d.name, d.template, &err) != NULL, "%s: %s", d.name.p, error_text(&err));
        const str_t status[] = {d.health_policy, d.custom_status, d.status_details};
        for (size_t k = 0; k < 3; k++) {
            cue_program_t *p = programs_get(NULL, d.name, status[k], "context parameter", &err);
            ck_assert_msg(p != NULL, "status of %s: %s", d.name.p, error_text(&err));
            cue_program_release(p);
        }
        if (d.kind == DEFINITION_WORKFLOW_STEP) /* imports vela/op, which belongs to the workflow engine */
            continue;
        cue_program_t *p = programs_get(NULL, d.name, d.template, "context parameter", &err);
        ck_assert_msg(p != NULL, "%s: %s", d.name.p, error_text(&err));
        cue_program_release(p);
        n++;
    }
    ck_assert_uint_gt(n, 40);
    arena_destroy(a);
}
END_TEST

START_TEST(vela_def_form_becomes_a_manifest) {
    static const char text[] = "import \"strconv\"\n"
                               "\"my-trait\": {\n"
                               "\ttype: \"trait\"\n"
                               "\talias: \"mt\"\n"
                               "\tdescription: \"Does it.\"\n"
                               "\tannotations: {\"a\": \"1\", \"x.oam.dev/y\": \"2\"}\n"
                               "\tlabels: {}\n"
                               "\tattributes: {\n"
                               "\t\tpodDisruptive: true\n"
                               "\t\tstage: \"PreDispatch\"\n"
                               "\t\tstatus: {\n"
                               "\t\t\thealthPolicy: {isHealth: context.outputs.x.ok}\n"
                               "\t\t\tcustomStatus: #\"message: \"fine\"\"#\n"
                               "\t\t}\n"
                               "\t}\n"
                               "}\n"
                               "template: {\n"
                               "\t// +patchKey=name\n"
                               "\tpatch: spec: items: [{name: strconv.FormatInt(parameter.n, 10)}]\n"
                               "\tparameter: n: int\n"
                               "}\n";
    a = arena_create();
    err_t err = ERROR_INIT;
    jv_t *m = definition_from_cue(a, STR("my.cue"), str_c(text), &err);
    ck_assert_msg(m != NULL, "%s", error_text(&err));
    definition_t d;
    ck_assert(definition_read(m, &d, &err));
    ck_assert_int_eq(d.kind, DEFINITION_TRAIT);
    ck_assert_int_eq(d.stage, STAGE_PRE_DISPATCH);
    ck_assert(str_eqc(d.name, "my-trait"));
    ck_assert_msg(str_find(d.health_policy, STR("isHealth: context.outputs.x.ok")) >= 0, "%s", d.health_policy.p);
    ck_assert(str_eqc(d.custom_status, "message: \"fine\""));
    ck_assert_msg(str_find(d.template, STR("import \"strconv\"")) >= 0, "%s", d.template.p);
    ck_assert_msg(str_find(d.template, STR("+patchKey=name")) >= 0, "%s", d.template.p);
    const jv_t *annotations = jv_path(m, "metadata", "annotations", NULL);
    ck_assert(str_eqc(jv_str(jv_getc(annotations, "definition.oam.dev/description")), "Does it."));
    ck_assert(str_eqc(jv_str(jv_getc(annotations, "custom.definition.oam.dev/a")), "1"));
    ck_assert(str_eqc(jv_str(jv_getc(annotations, "x.oam.dev/y")), "2"));
    ck_assert_ptr_null(jv_path(m, "metadata", "labels", NULL));
    arena_destroy(a);
}
END_TEST

START_TEST(broken_vela_def_files_are_told) {
    static const struct {
        const char *text, *error;
    } cases[] = {
        {"x: type: \"trait\"\n", "no template found"},
        {"template: {}\n", "no metadata found"},
        {"x: type: \"trait\"\ny: 1\ntemplate: {}\n", "duplicated definition name"},
        {"x: type: \"knob\"\ntemplate: {}\n", "invalid type"},
        {"x: type: string\ntemplate: {}\n", "metadata"},
        {"x: {", "expected"},
    };
    a = arena_create();
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        err_t err = ERROR_INIT;
        ck_assert_ptr_null(definition_from_cue(a, STR("f.cue"), str_c(cases[i].text), &err));
        ck_assert_msg(strstr(error_text(&err), cases[i].error) != NULL, "want %s, got %s", cases[i].error,
                      error_text(&err));
        error_release(&err);
    }
    arena_destroy(a);
}
END_TEST

START_TEST(later_definitions_replace_earlier_ones) {
    a = arena_create();
    err_t err = ERROR_INIT;
    definition_set_t *s = definition_set_create(a);
    ck_assert(definition_set_add_text(s, STR("a.yaml"),
                                      STR("kind: TraitDefinition\nmetadata: {name: t}\n---\n"
                                          "kind: ConfigMap\nmetadata: {name: t}\n"),
                                      &err));
    ck_assert(definition_set_add_text(s, STR("b.json"),
                                      STR("{\"kind\":\"TraitDefinition\",\"metadata\":{\"name\":\"t\"},"
                                          "\"spec\":{\"stage\":\"PostDispatch\"}}"),
                                      &err));
    const jv_t *m;
    definition_t d;
    ck_assert(definition_set_at(s, 0, &m) && definition_read(m, &d, &err));
    ck_assert_int_eq(d.stage, STAGE_POST_DISPATCH);
    ck_assert(!definition_set_at(s, 1, &m));
    ck_assert(!definition_set_add_text(s, STR("c.yaml"), STR("kind: TraitDefinition\n"), &err));
    error_release(&err);
    arena_destroy(a);
}
END_TEST

START_TEST(a_template_is_compiled_once) {
    err_t err = ERROR_INIT;
    programs_t *p = programs_create(2);
    cue_program_t *x = programs_get(p, STR("d"), STR("a: 1"), NULL, &err),
                  *y = programs_get(p, STR("d"), STR("a: 1"), NULL, &err);
    cue_program_t *z = programs_get(p, STR("d"), STR("a: 2"), NULL, &err);
    ck_assert(x && x == y && z && z != x);
    cue_program_t *w = programs_get(p, STR("e"), STR("a: 3"), NULL, &err); /* pushes out the one unused for longest */
    ck_assert_uint_eq(programs_count(p), 2);
    ck_assert_ptr_null(programs_get(p, STR("f"), STR("a: {"), NULL, &err));
    ck_assert_uint_eq(programs_count(p), 2);
    error_release(&err);
    cue_program_t *all[] = {x, y, z, w};
    for (int i = 0; i < 4; i++)
        cue_program_release(all[i]);
    programs_destroy(p);
}
END_TEST

SUITE(definitions, builtin_definitions_cover_the_promised_types, builtin_definitions_render,
      builtin_definitions_agree_with_upstreams, upstream_definitions_compile, vela_def_form_becomes_a_manifest,
      broken_vela_def_files_are_told, later_definitions_replace_earlier_ones, a_template_is_compiled_once)
