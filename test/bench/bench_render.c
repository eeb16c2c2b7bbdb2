/* What one render costs in process: webservice with a port from the built-in definitions, the template compiled once.
 * Rows of a Markdown table on stdout. */
#include "handlers/render.h"
#include "reactor/base/mem.h"

#include <stdio.h>
#include <stdlib.h>
#include <time.h>

enum { ROUNDS = 301, COMPILES = 51 };

static const char application[] =
    "{\"apiVersion\":\"core.oam.dev/v1beta1\",\"kind\":\"Application\",\"metadata\":{\"name\":\"web\",\"namespace\":"
    "\"default\"},\"spec\":{\"components\":[{\"name\":\"web\",\"type\":\"webservice\",\"properties\":{\"image\":"
    "\"nginx:1.27\",\"ports\":[{\"port\":80,\"expose\":true}],\"cpu\":\"0.5\",\"env\":[{\"name\":\"A\",\"value\":\"b\"}"
    "]"
    "}}]}}";

static int64_t now_ns(void) {
    struct timespec t;
    clock_gettime(CLOCK_MONOTONIC, &t);
    return (int64_t)t.tv_sec * 1000000000 + t.tv_nsec;
}

static int ascending(const void *a, const void *b) {
    int64_t x = *(const int64_t *)a, y = *(const int64_t *)b;
    return (x > y) - (x < y);
}

static double median_us(int64_t *ns, size_t n) {
    qsort(ns, n, sizeof *ns, ascending);
    return (double)ns[n / 2] / 1000;
}

static bool render_once(const appfile_source_t *source, const render_context_t *ctx, err_t *err) {
    arena_t *a = arena_create();
    jv_t *app = a ? jv_parse(a, str_c(application), err) : NULL;
    appfile_t *af = app ? appfile_parse(a, app, source, err) : NULL;
    jv_t *objects = af ? render_application(a, af, ctx, err) : NULL;
    bool ok = objects && jv_count(objects) == 2; /* the Deployment and the Service */
    arena_destroy(a);
    return ok;
}

/* With a program cache: evaluation alone. Without: the template is compiled each time. */
static bool measure(const appfile_source_t *source, programs_t *programs, size_t rounds, double *us,
                    double *allocations, err_t *err) {
    int64_t ns[ROUNDS];
    const render_context_t ctx = {.programs = programs};
    if (!render_once(source, &ctx, err))
        return false;
    uint64_t before = mem_count();
    for (size_t i = 0; i < rounds; i++) {
        int64_t began = now_ns();
        if (!render_once(source, &ctx, err))
            return false;
        ns[i] = now_ns() - began;
    }
    *allocations = (double)(mem_count() - before) / (double)rounds;
    *us = median_us(ns, rounds);
    return true;
}

int main(void) {
    err_t err = ERROR_INIT;
    arena_t *a = arena_create();
    definition_set_t *set = definition_set_create(a);
    programs_t *programs = programs_create(0);
    double us = 0, compiled_us = 0, allocations = 0, compiled_allocations = 0;
    appfile_source_t source = {0};
    bool ok = definition_set_add_builtin(set, &err);
    source.definitions = definition_set_source(set);
    ok = ok && measure(&source, programs, ROUNDS, &us, &allocations, &err) &&
         measure(&source, NULL, COMPILES, &compiled_us, &compiled_allocations, &err);
    if (ok) {
        printf("| one render of `webservice` in process, median of %d | %.0f µs, %.0f allocations |\n", ROUNDS, us,
               allocations);
        printf("| the same with its template compiled each time | %.0f µs |\n", compiled_us);
    } else {
        fprintf(stderr, "bench_render: %s\n", error_text(&err));
    }
    error_release(&err);
    programs_destroy(programs);
    arena_destroy(a);
    return ok ? 0 : 1;
}
