/* The command: flags, formats, exit statuses, messages. */
#include "test/suite.h"
#include "config/json/jv.h"
#include "handlers/render_command.h"
#include "reactor/base/mem.h"
#include <unistd.h>

enum { MAX_ARGS = 16 };

typedef struct run {
    buf_t out, err;
    int status;
} run_t;

static run_t run(const char *arg, ...) {
    run_t r;
    char *argv[MAX_ARGS + 1] = {(char *)"render"};
    int argc = 1;
    va_list ap;
    va_start(ap, arg);
    for (; arg && argc < MAX_ARGS; arg = va_arg(ap, const char *))
        argv[argc++] = (char *)arg;
    va_end(ap);
    buf_init(&r.out);
    buf_init(&r.err);
    r.status = render_command(argc, argv, &r.out, &r.err);
    return r;
}

static void done(run_t *r) {
    buf_release(&r->out);
    buf_release(&r->err);
}

static void expect(run_t r, int status, const char *out, const char *err) {
    ck_assert_msg(r.status == status, "want exit %d, got %d: " STR_FMT, status, r.status, STR_ARG(buf_str(&r.err)));
    ck_assert_msg(str_find(buf_str(&r.out), str_c(out)) >= 0, "want %s in: " STR_FMT, out, STR_ARG(buf_str(&r.out)));
    ck_assert_msg(str_find(buf_str(&r.err), str_c(err)) >= 0, "want %s in: " STR_FMT, err, STR_ARG(buf_str(&r.err)));
    if (status)
        ck_assert_uint_eq(r.out.n, 0);
    done(&r);
}

#define OBJECTS "test/handlers/apps/objects.yaml"

START_TEST(usage) {
    expect(run("--help", NULL), 0, "velella render -f APP.yaml", "");
    expect(run(NULL), 2, "", "-f is wanted");
    expect(run("-f", NULL), 2, "", "-f wants a value");
    expect(run("--nonsense=1", NULL), 2, "", "unknown flag --nonsense");
    expect(run("-f", "x", "-o", "xml", NULL), 2, "", "-o is yaml or json, not xml");
    expect(run("stray", NULL), 2, "", "unexpected argument stray");
}
END_TEST

START_TEST(yaml_is_one_document_an_object) {
    run_t r = run("-f", OBJECTS, NULL);
    str_t rest = buf_str(&r.out);
    int documents = 0;
    for (ptrdiff_t at; (at = str_find(rest, STR("---\n"))) >= 0; rest = str_from(rest, (size_t)at + 4))
        documents++;
    ck_assert_int_eq(documents, 4);
    expect(r, 0, "---\napiVersion: v1\ndata:\n  x: \"1\"\nkind: ConfigMap\n", "");
}
END_TEST

START_TEST(json_is_an_array) {
    run_t r = run("--file", OBJECTS, "--output=json", "--namespace", "elsewhere", NULL);
    arena_t *a = arena_create();
    err_t err = ERROR_INIT;
    jv_t *v = jv_parse(a, buf_str(&r.out), &err);
    ck_assert_msg(v != NULL, "%s", error_text(&err));
    ck_assert_uint_eq(jv_count(v), 4);
    ck_assert(str_eqc(jv_path_str(jv_at(v, 0), "metadata", "namespace", NULL), "elsewhere"));
    arena_destroy(a);
    done(&r);
}
END_TEST

START_TEST(cluster_version_reaches_the_templates) {
    static const char jobs[] = "test/handlers/apps/jobs.yaml";
    expect(run("-f", jobs, NULL), 0, "apiVersion: batch/v1beta1", "");
    expect(run("-f", jobs, "--cluster-version", "v1.31.2", NULL), 0, "apiVersion: batch/v1\nkind: CronJob", "");
    expect(run("-f", jobs, "--cluster-version", "new", NULL), 1, "", "\"new\" is no version");
}
END_TEST

static const char *file_with(const char *ending, const char *text) {
    static char path[64];
    snprintf(path, sizeof path, "/tmp/velella-test-%d%s", (int)getpid(), ending);
    FILE *f = fopen(path, "w");
    ck_assert(f != NULL);
    fputs(text, f);
    fclose(f);
    return path;
}

START_TEST(errors_name_the_place) {
    expect(run("-f", "/nowhere/app.yaml", NULL), 1, "", "/nowhere/app.yaml: No such file or directory");
    expect(run("-f", OBJECTS, "-d", "/nowhere", NULL), 1, "", "/nowhere: No such file or directory");
    const char *path = file_with(".yaml", "kind: [Application\n");
    expect(run("-f", path, NULL), 1, "", "line ");
    path = file_with(".yaml", "kind: Pod\n");
    expect(run("-f", path, NULL), 1, "", "\"Pod\" is not application, policy or workflow");
    path = file_with(".yaml", "");
    expect(run("-f", path, NULL), 1, "", "no application provided");
    path = file_with(".yaml", "kind: Application\nmetadata: {name: a}\nspec: {components: [{name: c, type: none}]}\n");
    expect(run("-f", path, NULL), 1, "", "component definition [none]");
    unlink(path);
    path = file_with(".cue", "x: {type: \"trait\"}\ntemplate: {\n");
    expect(run("-f", OBJECTS, "-d", path, NULL), 1, "", path);
    unlink(path);
}
END_TEST

START_TEST(depth_is_bounded) {
    enum { DEPTH = 100000 };
    buf_t b;
    buf_init(&b);
    buf_addc(&b, "kind: Application\nmetadata: {name: a}\nspec: {components: [{name: c, type: raw, properties: ");
    for (int i = 0; i < DEPTH; i++)
        buf_addc(&b, "{a: ");
    buf_addc(&b, "1");
    for (int i = 0; i < DEPTH; i++)
        buf_char(&b, '}');
    buf_addc(&b, "}]}\n");
    char *text = buf_take(&b);
    const char *path = file_with(".yaml", text);
    mem_free(text);
    expect(run("-f", path, NULL), 1, "", "velella render: ");
    unlink(path);
}
END_TEST

SUITE(render_command, usage, yaml_is_one_document_an_object, json_is_an_array, cluster_version_reaches_the_templates,
      errors_name_the_place, depth_is_bounded)
