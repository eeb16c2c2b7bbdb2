/* The CUE language (semantics and words of CUE 0.9.2), as a library.
 *
 * A program is compiled once from sources and is immutable and shared (reference-counted). An evaluation belongs to one
 * program, lives in one arena that goes with it, and works under a budget of steps, depth and bytes; past it every call
 * fails with ERR_LIMIT. JSON goes in (cue_fill_json) and out (cue_export_json) without an intermediate text.
 *
 *     cue_program_t *p = cue_compile(&source, 1, &(cue_options_t){.externs = "context"}, err);
 *     cue_eval_t *e = cue_eval_start(p, NULL, err);
 *     cue_fill_json(e, "context", context, err) && cue_validate(e, false, err);
 *     cue_value_t *v = cue_lookup(e, "output", err);
 *     jv_t *json = cue_export_json(v, arena, err);
 *     cue_eval_end(e); cue_program_release(p); */
#ifndef CONFIG_CUE_CUE_H
#define CONFIG_CUE_CUE_H

#include "config/json/jv.h"

typedef struct cue_program cue_program_t;
typedef struct cue_eval cue_eval_t;
typedef struct cue_value cue_value_t; /* a vertex of an evaluation; borrowed, dies with it */

typedef struct cue_source {
    str_t name; /* file name for positions */
    str_t text; /* copied */
} cue_source_t;

typedef struct cue_options {
    /* Blank-separated names of top-level fields that may be referred to without being declared in the sources (they are
     * filled later): "context parameter". A declared one is unaffected. */
    const char *externs;
    /* Resolves an import path that is no builtin package to its CUE sources (external Package objects, kube/…); NULL:
     * none. The returned text is borrowed until compile ends; false: not found. */
    bool (*import)(void *arg, str_t path, cue_source_t *out);
    void *import_arg;
} cue_options_t;

/* Parses, resolves references and compiles all sources as the files of one package (unified). */
cue_program_t *cue_compile(const cue_source_t *sources, size_t n, const cue_options_t *o, err_t *err);
cue_program_t *cue_program_ref(cue_program_t *p);
void cue_program_release(cue_program_t *p);

typedef struct cue_budget {
    uint64_t steps; /* 0: 50 million */
    uint32_t depth; /* 0: 1000 vertices or expressions inside one another */
    size_t bytes;   /* 0: 256 MiB */
    /* Called every so many steps; false ends the evaluation with ERR_CANCELLED. May switch away and come back. NULL:
     * none. */
    bool (*yield)(void *arg);
    void *yield_arg;
} cue_budget_t;

cue_eval_t *cue_eval_start(cue_program_t *p, const cue_budget_t *b, err_t *err);
void cue_eval_end(cue_eval_t *e);
arena_t *cue_eval_arena(cue_eval_t *e);

/* Unifies a value at a dotted path ("parameter", "a.b.\"c d\"") before the evaluation is asked anything; afterwards,
 * what was evaluated is evaluated anew on the next question. */
bool cue_fill_json(cue_eval_t *e, const char *path, const jv_t *v, err_t *err);
/* The same with CUE text, whose references resolve inside the text and then to the program's top level. */
bool cue_fill_source(cue_eval_t *e, const char *path, str_t text, err_t *err);

/* The whole value has no error (concrete true: and is concrete throughout). Errors in CUE 0.9.2's words:
 * "a.b: conflicting values 1 and 2:\n    ./x.cue:1:2\n    ./x.cue:3:4" (positions of all conjuncts involved). */
bool cue_validate(cue_eval_t *e, bool concrete, err_t *err);

cue_value_t *cue_root(cue_eval_t *e);
/* NULL with ERR_NOTFOUND when the field is not there. The value itself may be an error or incomplete: see cue_error. */
cue_value_t *cue_lookup(cue_eval_t *e, const char *path, err_t *err);
cue_value_t *cue_get(cue_value_t *v, str_t label); /* regular field of a struct, or NULL */
cue_value_t *cue_index(cue_value_t *list, size_t i);

typedef enum cue_kind {
    CUE_BOTTOM,
    CUE_NULL,
    CUE_BOOL,
    CUE_INT,
    CUE_FLOAT,
    CUE_STRING,
    CUE_BYTES,
    CUE_STRUCT,
    CUE_LIST,
    CUE_INCOMPLETE, /* a type, bound, disjunction without default, unresolved reference */
} cue_kind_t;
/* After taking a default. */
cue_kind_t cue_value_kind(cue_value_t *v);
/* False with *err filled when the value is an error (incomplete ones: ERR_INCOMPLETE). */
bool cue_ok(cue_value_t *v, err_t *err);
/* Regular, exported fields of a struct in order: i from 0; false at the end. Optional fields, definitions and hidden
 * fields are left out. */
bool cue_field(cue_value_t *v, size_t i, str_t *label, cue_value_t **field);
size_t cue_len(cue_value_t *list);

/* The concrete JSON of a value; NULL with *err (ERR_INCOMPLETE, ERR_INVALID) when it isn't. */
jv_t *cue_export_json(cue_value_t *v, arena_t *a, err_t *err);

/* An expression evaluated in the scope of the program's top level (for `-e` and valueFrom). */
cue_value_t *cue_eval_expr(cue_eval_t *e, str_t expr, err_t *err);

/* velella cue export|eval|vet ARGS…: the whole command, argv[0] being the verb; returns the exit status. Writes to the
 * given buffers. */
int cue_command(int argc, char **argv, buf_t *out, buf_t *errout);

#endif
