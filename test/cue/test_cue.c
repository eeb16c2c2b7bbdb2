/* The interface of config/cue/cue.h: filling, looking up, budgets, syntax, failures of allocation. */
#include "config/cue/cue.h"
#include "config/cue/syntax.h"
#include "config/yaml/yaml.h"
#include "reactor/base/mem.h"
#include "test/suite.h"
#include <dirent.h>

static cue_program_t *compile(const char *text, const char *externs) {
    err_t err = ERROR_INIT;
    cue_source_t s = {STR("t.cue"), str_c(text)};
    cue_program_t *p = cue_compile(&s, 1, &(cue_options_t){.externs = externs}, &err);
    ck_assert_msg(p != NULL, "%s", error_text(&err));
    return p;
}

static cue_eval_t *start(const char *text, const cue_budget_t *b) {
    cue_program_t *p = compile(text, NULL);
    cue_eval_t *e = cue_eval_start(p, b, NULL);
    ck_assert_ptr_nonnull(e);
    cue_program_release(p);
    return e;
}

static void expect_json(cue_eval_t *e, const char *path, const char *want) {
    err_t err = ERROR_INIT;
    arena_t *a = arena_create();
    cue_value_t *v = cue_lookup(e, path, &err);
    ck_assert_msg(v != NULL, "%s", error_text(&err));
    jv_t *json = cue_export_json(v, a, &err);
    ck_assert_msg(json != NULL, "%s", error_text(&err));
    str_t got = jv_text(a, json);
    ck_assert_msg(str_eqc(got, want), "expected %s, got %.*s", want, STR_ARG(got));
    arena_destroy(a);
}

static const char template[] =
    "output: {\n"
    "\tkind: \"Deployment\"\n"
    "\tname: context.name\n"
    "\tif parameter.cpu != _|_ {cpu: parameter.cpu}\n"
    "\tports: [for p in parameter.ports {containerPort: p.port, name: \"port-\\(p.port)\"}]\n"
    "}\n"
    "parameter: {cpu?: string, ports: *[] | [...{port: int}], replicas: *1 | int}\n";

START_TEST(filled_values_take_part) {
    cue_program_t *p = compile(template, "context");
    arena_t *a = arena_create();
    for (int round = 0; round < 2; round++) { /* compiled once, evaluated twice */
        cue_eval_t *e = cue_eval_start(p, NULL, NULL);
        ck_assert(cue_fill_json(e, "context", jv_parse(a, STR("{\"name\":\"web\"}"), NULL), NULL));
        ck_assert(
            cue_fill_json(e, "parameter", jv_parse(a, STR("{\"cpu\":\"1\",\"ports\":[{\"port\":80}]}"), NULL), NULL));
        ck_assert(cue_validate(e, false, NULL));
        expect_json(e, "output",
                    "{\"cpu\":\"1\",\"kind\":\"Deployment\",\"name\":\"web\",\"ports\":[{\"containerPort\":80,"
                    "\"name\":\"port-80\"}]}");
        expect_json(e, "parameter.replicas", "1");
        cue_eval_end(e);
    }
    cue_program_release(p);
    arena_destroy(a);
}
END_TEST

START_TEST(filling_later_evaluates_anew) {
    cue_eval_t *e = start("a: int | *1\nb: a + 1\n", NULL);
    arena_t *a = arena_create();
    expect_json(e, "b", "2");
    ck_assert(cue_fill_json(e, "a", jv_int(a, 5), NULL));
    expect_json(e, "b", "6");
    ck_assert(cue_fill_source(e, "c.d", STR("x: b\ny: x + 1\n"), NULL));
    expect_json(e, "c", "{\"d\":{\"x\":6,\"y\":7}}");
    cue_eval_end(e);
    arena_destroy(a);
}
END_TEST

START_TEST(mistyped_parameter_is_named) {
    cue_program_t *p = compile(template, "context");
    arena_t *a = arena_create();
    err_t err = ERROR_INIT;
    cue_eval_t *e = cue_eval_start(p, NULL, NULL);
    ck_assert(cue_fill_json(e, "parameter", jv_parse(a, STR("{\"cpu\":5}"), NULL), NULL));
    ck_assert(!cue_validate(e, false, &err));
    ck_assert_msg(strstr(error_text(&err), "parameter.cpu: conflicting values") != NULL, "%s", error_text(&err));
    error_release(&err);
    cue_eval_end(e);
    cue_program_release(p);
    arena_destroy(a);
}
END_TEST

START_TEST(walks_values) {
    cue_eval_t *e = start("s: {a: 1, _h: 2, #d: 3, o?: 4, b: [true, null]}\nt: string\n", NULL);
    cue_value_t *s = cue_lookup(e, "s", NULL), *f;
    str_t label;
    ck_assert_int_eq(cue_value_kind(s), CUE_STRUCT);
    ck_assert(cue_field(s, 0, &label, &f) && str_eqc(label, "a"));
    ck_assert_int_eq(cue_value_kind(f), CUE_INT);
    ck_assert(cue_field(s, 1, &label, &f) && str_eqc(label, "b"));
    ck_assert(!cue_field(s, 2, &label, &f));
    ck_assert_uint_eq(cue_len(cue_get(s, STR("b"))), 2);
    ck_assert_int_eq(cue_value_kind(cue_index(cue_get(s, STR("b")), 1)), CUE_NULL);
    ck_assert_int_eq(cue_value_kind(cue_lookup(e, "t", NULL)), CUE_INCOMPLETE);
    err_t err = ERROR_INIT;
    ck_assert_ptr_null(cue_lookup(e, "s.zz", &err));
    ck_assert_int_eq(err.code, ERR_NOTFOUND);
    error_release(&err);
    cue_eval_end(e);
}
END_TEST

static void expect_limit(const char *text, cue_budget_t b) {
    err_t err = ERROR_INIT;
    cue_eval_t *e = start(text, &b);
    ck_assert(!cue_validate(e, true, &err));
    ck_assert_msg(err.code == ERR_LIMIT, "expected a limit, got %s", error_text(&err));
    error_release(&err);
    ck_assert(!cue_validate(e, true, &err)); /* and it stays so */
    ck_assert_int_eq(err.code, ERR_LIMIT);
    error_release(&err);
    cue_eval_end(e);
}

START_TEST(budgets_end_evaluations) {
    buf_t b;
    buf_init(&b);
    for (int i = 0; i < 30; i++)
        buf_printf(&b, "x: {v%d: 1} | {w%d: 1}\n", i, i);
    buf_char(&b, 0);
    expect_limit(b.p, (cue_budget_t){.steps = 1000000});
    buf_release(&b);
    expect_limit("import \"list\"\nx: list.Repeat([1, 2, 3], 100000000)\n", (cue_budget_t){.bytes = 8 << 20});
    buf_init(&b);
    for (int i = 0; i < 5000; i++)
        buf_printf(&b, "a%d: a%d + 1\n", i, i + 1);
    buf_addc(&b, "a5000: 1\n");
    buf_char(&b, 0);
    expect_limit(b.p, (cue_budget_t){.depth = 200});
    buf_release(&b);
}
END_TEST

static bool stop(void *arg) {
    return --*(int *)arg > 0;
}

START_TEST(yield_can_end_an_evaluation) {
    int left = 3;
    err_t err = ERROR_INIT;
    cue_eval_t *e = start("import \"list\"\nx: [for i in list.Range(0, 100000, 1) {v: i}]\n",
                          &(cue_budget_t){.yield = stop, .yield_arg = &left});
    ck_assert(!cue_validate(e, true, &err));
    ck_assert_int_eq(err.code, ERR_CANCELLED);
    error_release(&err);
    cue_eval_end(e);
}
END_TEST

static void refuse_nested(const char *open, const char *close) {
    buf_t b;
    err_t err = ERROR_INIT;
    buf_init(&b);
    buf_addc(&b, "a: ");
    for (int i = 0; i < 100000; i++)
        buf_addc(&b, open);
    buf_addc(&b, "1");
    for (int i = 0; i < 100000; i++)
        buf_addc(&b, close);
    cue_source_t s = {STR("t.cue"), buf_str(&b)};
    ck_assert_ptr_null(cue_compile(&s, 1, NULL, &err));
    ck_assert_msg(err.code == ERR_LIMIT, "%s: %s", open, error_text(&err));
    error_release(&err);
    buf_release(&b);
}

START_TEST(deep_sources_are_refused) {
    refuse_nested("{a: ", "}");
    refuse_nested("[", "]");
    refuse_nested("(", ")");
    refuse_nested("-", "");
    refuse_nested("1 + ", "");
    refuse_nested("a: ", "");
    refuse_nested("len(", ")");
    refuse_nested("\"\\(", ")\"");
}
END_TEST

START_TEST(every_failed_allocation_is_an_error) {
    for (int n = 0; n < 2000; n++) {
        err_t err = ERROR_INIT;
        cue_source_t s = {STR("t.cue"), str_c(template)};
        arena_t *a = arena_create();
        jv_t *parameter = jv_parse(a, STR("{\"cpu\":\"1\",\"ports\":[{\"port\":80}]}"), NULL);
        mem_fail_after(n);
        cue_program_t *p = cue_compile(&s, 1, &(cue_options_t){.externs = "context"}, &err);
        cue_eval_t *e = p ? cue_eval_start(p, NULL, &err) : NULL;
        bool ok = e && cue_fill_json(e, "parameter", parameter, &err) && cue_validate(e, false, &err);
        cue_value_t *v = ok ? cue_eval_expr(e, STR("parameter.ports[0]"), &err) : NULL;
        ok = v && cue_ok(v, &err);
        mem_fail_after(-1);
        ck_assert_msg(ok || err.code == ERR_MEMORY, "allocation %d: %s", n, error_text(&err));
        error_release(&err);
        cue_eval_end(e);
        cue_program_release(p);
        arena_destroy(a);
        if (ok) {
            ck_assert_int_gt(n, 3);
            return;
        }
    }
    ck_abort_msg("never succeeded");
}
END_TEST

static void expect_syntax(const char *text, const char *path, const char *want) {
    err_t err = ERROR_INIT;
    arena_t *a = arena_create();
    buf_t b;
    cue_eval_t *e = start(text, NULL);
    buf_init(&b);
    syn_t *x = cue_value_syntax(cue_lookup(e, path, NULL), a, &err);
    ck_assert_msg(x != NULL, "%s", error_text(&err));
    cue_format(&b, x, true);
    ck_assert_msg(str_eqc(buf_str(&b), want), "expected\n%s\ngot\n%.*s", want, (int)b.n, b.p);
    buf_release(&b);
    cue_eval_end(e);
    arena_destroy(a);
}

START_TEST(values_become_syntax_with_comments) {
    expect_syntax(
        "patch: {\n\t// +patchKey=name\n\tl: [{name: x, v: n + 1}, ...]\n\td: *1 | int\n\to?: 1\n}\nx: \"a\"\nn: int\n",
        "patch", "// +patchKey=name\nl: [\n\t{\n\t\tname: \"a\"\n\t\tv: n + 1\n\t},\n\t...\n]\nd: *1 | int\n");
}
END_TEST

START_TEST(markers_are_found) {
    arena_t *a = arena_create();
    syn_t *x = syn_parse(a, STR("p.cue"),
                         STR("// says\n// +patchStrategy=retainKeys\na: {b: 1}\nc: 2 // +patchKey=id\n"), NULL);
    str_t v;
    ck_assert(syn_marker(syn_get(x, STR("a")), STR("patchStrategy"), &v) && str_eqc(v, "retainKeys"));
    ck_assert(syn_marker(syn_get(x, STR("c")), STR("patchKey"), &v) && str_eqc(v, "id"));
    ck_assert(!syn_marker(syn_get(x, STR("a")), STR("patchKey"), &v));
    arena_destroy(a);
}
END_TEST

START_TEST(printed_syntax_reads_back) {
    const char *text = "import \"strings\"\na: [1, 2, ...int]\nb?: {[string]: x} @tag(b)\n\"c d\"!: \"v\\(a[0]) "
                       "\\\"q\\\"\"\nfor k, v in a if v > "
                       "1 {\"\\(k)\": strings.ToUpper(\"x\")}\nlet y = (1 + 2) * 3\nx: >=1 & <5 | *null\n...\n";
    arena_t *a = arena_create();
    err_t err = ERROR_INIT;
    buf_t once, twice;
    buf_init(&once);
    buf_init(&twice);
    syn_t *x = syn_parse(a, STR("p.cue"), str_c(text), &err);
    ck_assert_msg(x != NULL, "%s", error_text(&err));
    cue_format(&once, x, true);
    x = syn_parse(a, STR("p.cue"), buf_str(&once), &err);
    ck_assert_msg(x != NULL, "%s in\n%.*s", error_text(&err), (int)once.n, once.p);
    cue_format(&twice, syn_copy(a, x), true);
    ck_assert_msg(str_eq(buf_str(&once), buf_str(&twice)), "%.*s\nthen\n%.*s", (int)once.n, once.p, (int)twice.n,
                  twice.p);
    buf_release(&once);
    buf_release(&twice);
    arena_destroy(a);
}
END_TEST

/* The packages of workflow steps are the workflow's to provide. */
static bool provider(void *arg, str_t path, cue_source_t *out) {
    (void)arg;
    *out = (cue_source_t){path, STR("")};
    return str_starts(path, STR("vela/"));
}

static void compile_template(arena_t *a, const char *path) {
    FILE *f = fopen(path, "rb");
    buf_t b;
    err_t err = ERROR_INIT;
    ck_assert_ptr_nonnull(f);
    buf_init_arena(&b, a);
    for (size_t n = 1; n; b.n += n)
        n = fread(buf_reserve(&b, 65536), 1, 65536, f);
    fclose(f);
    jv_t *manifest = yaml_parse(a, buf_str(&b), YAML_KUBERNETES, &err);
    str_t text = jv_path_str(manifest, "spec", "schematic", "cue", "template", NULL);
    ck_assert_msg(text.n > 0, "%s: %s", path, error_text(&err));
    cue_source_t s = {str_c(path), text};
    cue_program_t *p = cue_compile(&s, 1, &(cue_options_t){.externs = "context parameter", .import = provider}, &err);
    ck_assert_msg(p != NULL, "%s: %s", path, error_text(&err));
    cue_program_release(p);
}

START_TEST(every_upstream_definition_compiles) {
    const char *folder = suite_shared("upstream/definitions");
    DIR *d = folder ? opendir(folder) : NULL;
    int n = 0;
    if (!d)
        return;
    for (struct dirent *f; (f = readdir(d));) {
        char path[1024];
        if (!str_ends(str_c(f->d_name), STR(".yaml")))
            continue;
        arena_t *a = arena_create();
        snprintf(path, sizeof path, "%s/%s", folder, f->d_name);
        compile_template(a, path);
        arena_destroy(a);
        n++;
    }
    closedir(d);
    ck_assert_int_gt(n, 80);
}
END_TEST

SUITE(cue, every_upstream_definition_compiles, filled_values_take_part, filling_later_evaluates_anew,
      mistyped_parameter_is_named, walks_values, budgets_end_evaluations, yield_can_end_an_evaluation,
      deep_sources_are_refused, every_failed_allocation_is_an_error, values_become_syntax_with_comments,
      markers_are_found, printed_syntax_reads_back)
