/* cue_render DEFINITION.yaml PARAMETER.json ROUNDS: our side of ../shared/bench/cue-render. The template is compiled
 * once; each round parses another parameter text, evaluates, validates the whole and writes the output as JSON text.
 * One JSON line: nanoseconds, bytes taken from arenas and heap allocations a render; then the output with `-o`. */
#include "config/cue/cue.h"
#include "config/yaml/yaml.h"
#include "reactor/base/mem.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

static const char context[] =
    "{\"name\":\"web\",\"appName\":\"shop\",\"namespace\":\"default\",\"appRevision\":\"shop-v1\",\"appRevisionNum\":1,"
    "\"revision\":\"web-v1\",\"cluster\":\"local\",\"clusterVersion\":{\"major\":\"1\",\"minor\":31,\"gitVersion\":"
    "\"v1.31.0\"},\"appLabels\":{},\"appAnnotations\":{},\"replicaKey\":\"\",\"publishVersion\":\"\",\"workflowName\":"
    "\"\",\"components\":[]}";

static str_t read_all(arena_t *a, const char *path) {
    FILE *f = fopen(path, "rb");
    buf_t text;
    buf_init_arena(&text, a);
    char chunk[4096];
    size_t n = 0;
    while (f && (n = fread(chunk, 1, sizeof chunk, f)) > 0)
        buf_addn(&text, chunk, n);
    if (f)
        fclose(f);
    return buf_str(&text);
}

/* The parameter with a number after its image, so that keeping results is no answer. */
static str_t varied(arena_t *a, str_t parameter, size_t round, err_t *err) {
    jv_t *tree = jv_parse(a, parameter, err);
    str_t image = jv_str(jv_getc(tree, "image"));
    if (image.n)
        jv_setc(a, tree, "image", jv_stringf(a, "%.*s#%zu", (int)image.n, image.p, round));
    return tree ? jv_text(a, tree) : parameter;
}

/* Adds what was taken from arenas to *bytes; *out is heap memory of the caller's buffer. */
static bool render(cue_program_t *program, str_t parameter, buf_t *out, size_t *bytes, err_t *err) {
    cue_eval_t *e = cue_eval_start(program, NULL, err);
    if (!e)
        return false;
    arena_t *a = cue_eval_arena(e);
    jv_t *p = jv_parse(a, parameter, err), *c = p ? jv_parse(a, str_c(context), err) : NULL, *json = NULL;
    if (c && cue_fill_json(e, "parameter", p, err) && cue_fill_json(e, "context", c, err) &&
        cue_validate(e, false, err)) {
        cue_value_t *v = cue_lookup(e, "output", NULL);
        if (!v)
            v = cue_lookup(e, "patch", err);
        json = v ? cue_export_json(v, a, err) : NULL;
    }
    buf_clear(out);
    if (json)
        jv_write(out, json);
    *bytes += arena_used(a);
    cue_eval_end(e);
    return json != NULL;
}

static int64_t now_ns(void) {
    struct timespec t;
    clock_gettime(CLOCK_MONOTONIC, &t);
    return (int64_t)t.tv_sec * 1000000000 + t.tv_nsec;
}

static bool measure(cue_program_t *program, const str_t *texts, size_t rounds, buf_t *out, err_t *err) {
    size_t bytes = 0;
    for (size_t i = 0; i < rounds / 10 + 1; i++) {
        if (!render(program, texts[i], out, &bytes, err))
            return false;
    }
    bytes = 0;
    uint64_t allocations = mem_count();
    int64_t began = now_ns();
    for (size_t i = 0; i < rounds; i++) {
        if (!render(program, texts[i], out, &bytes, err))
            return false;
    }
    int64_t ns = now_ns() - began;
    printf("{\"evaluator\":\"velella\",\"rounds\":%zu,\"ns_per_render\":%lld,\"bytes_per_render\":%zu,"
           "\"allocs_per_render\":%llu,\"output_bytes\":%zu}\n",
           rounds, (long long)(ns / (int64_t)rounds), bytes / rounds,
           (unsigned long long)((mem_count() - allocations) / rounds), buf_str(out).n);
    return true;
}

int main(int argc, char **argv) {
    if (argc < 4 || atoi(argv[3]) < 1) {
        fprintf(stderr, "cue_render DEFINITION.yaml PARAMETER.json ROUNDS [-o]\n");
        return 2;
    }
    err_t err = ERROR_INIT;
    arena_t *a = arena_create();
    buf_t out;
    buf_init(&out);
    size_t rounds = (size_t)atoi(argv[3]);
    jv_t *definition = yaml_parse(a, read_all(a, argv[1]), YAML_KUBERNETES, &err);
    str_t parameter = read_all(a, argv[2]);
    cue_source_t source = {str_c("webservice.cue"),
                           jv_path_str(definition, "spec", "schematic", "cue", "template", (char *)NULL)};
    str_t *texts = arena_array(a, str_t, rounds);
    for (size_t i = 0; i < rounds; i++)
        texts[i] = varied(a, parameter, i, &err);
    cue_program_t *program = cue_compile(&source, 1, &(cue_options_t){.externs = "context"}, &err);
    bool ok = program && measure(program, texts, rounds, &out, &err);
    if (!ok)
        fprintf(stderr, "cue_render: %s\n", error_text(&err));
    else if (argc > 4 && strcmp(argv[4], "-o") == 0)
        printf("%.*s\n", (int)buf_str(&out).n, buf_str(&out).p);
    cue_program_release(program);
    buf_release(&out);
    arena_destroy(a);
    error_release(&err);
    return ok ? 0 : 1;
}
