/* How the cost of an evaluation grows with its input: one row a shape, milliseconds at each size and the fitted
 * exponent (slope of log time over log n, over the sizes that take at least a millisecond). 1 is linear. */
#include "config/cue/cue.h"

#include <math.h>
#include <stdio.h>
#include <time.h>

enum { SIZES = 7 };
static const double slow = 5000; /* ms: a shape past it is not made larger */

typedef void shape_t(buf_t *out, size_t n);

static void fields(buf_t *out, size_t n) {
    for (size_t i = 0; i < n; i++)
        buf_printf(out, "f%zu: %zu\n", i, i);
}
static void items(buf_t *out, size_t n) {
    buf_addc(out, "l: [");
    for (size_t i = 0; i < n; i++)
        buf_printf(out, "%zu,", i);
    buf_addc(out, "]\n");
}
static void iterations(buf_t *out, size_t n) {
    items(out, n);
    buf_addc(out, "m: [for x in l {x + 1}]\n");
}
static void disjuncts(buf_t *out, size_t n) {
    buf_addc(out, "d: ");
    for (size_t i = 0; i < n; i++)
        buf_printf(out, "%s%zu", i ? " | " : "", i);
    buf_printf(out, "\nd: %zu\n", n - 1);
}
static void siblings(buf_t *out, size_t n) {
    for (size_t i = 0; i < n; i++)
        buf_printf(out, "f%zu: *\"a\" | \"b\"\n", i);
}
static void nesting(buf_t *out, size_t n) {
    for (size_t i = 0; i < n; i++)
        buf_addc(out, "a: ");
    buf_addc(out, "1\n");
}

static double now_ms(void) {
    struct timespec t;
    clock_gettime(CLOCK_MONOTONIC, &t);
    return (double)t.tv_sec * 1e3 + (double)t.tv_nsec / 1e6;
}

/* Compile, evaluate all, export; negative on an error, which is told. */
static double cost(shape_t *shape, size_t n) {
    err_t err = ERROR_INIT;
    buf_t text;
    buf_init(&text);
    shape(&text, n);
    double began = now_ms();
    cue_source_t source = {str_c("x.cue"), buf_str(&text)};
    const cue_budget_t budget = {.bytes = (size_t)2 << 30, .steps = (uint64_t)1 << 40};
    cue_program_t *program = cue_compile(&source, 1, NULL, &err);
    cue_eval_t *e = program ? cue_eval_start(program, &budget, &err) : NULL;
    bool ok = e && cue_validate(e, true, &err) && cue_export_json(cue_root(e), cue_eval_arena(e), &err);
    double took = now_ms() - began;
    if (!ok)
        fprintf(stderr, "n = %zu: %.200s\n", n, error_text(&err));
    if (e)
        cue_eval_end(e);
    cue_program_release(program);
    buf_release(&text);
    error_release(&err);
    return ok ? took : -1;
}

static double slope(const double *x, const double *y, int n) {
    double sx = 0, sy = 0, sxx = 0, sxy = 0;
    for (int i = 0; i < n; i++)
        sx += x[i], sy += y[i], sxx += x[i] * x[i], sxy += x[i] * y[i];
    return n < 2 ? NAN : (n * sxy - sx * sy) / (n * sxx - sx * sx);
}

static void row(const char *name, shape_t *shape, size_t first) {
    double x[SIZES], y[SIZES], ms = 0;
    int points = 0;
    printf("| %s, n = %zu and doubled |", name, first);
    for (int i = 0; i < SIZES; i++) {
        size_t n = first << i;
        ms = ms < 0 || ms > slow ? -1 : cost(shape, n);
        if (ms < 0) {
            printf(" - |");
            continue;
        }
        printf(" %.2f |", ms);
        if (ms >= 1)
            x[points] = log((double)n), y[points++] = log(ms);
    }
    printf(" %.2f |\n", slope(x, y, points));
    fflush(stdout);
}

int main(void) {
    printf("| ms | n | 2n | 4n | 8n | 16n | 32n | 64n | exponent |\n|---|---|---|---|---|---|---|---|---|\n");
    row("fields", fields, 1000);
    row("list items", items, 1000);
    row("comprehension iterations", iterations, 1000);
    row("disjuncts of one disjunction", disjuncts, 1000);
    row("fields of two disjuncts each", siblings, 1000);
    row("nesting depth", nesting, 7);
    return 0;
}
