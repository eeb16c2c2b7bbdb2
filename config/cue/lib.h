/* CUE 0.9.2's builtin packages on plain, concrete data: strings, strconv, list, math, encoding/..., …. The evaluator
 * makes its arguments concrete, checks them against the parameter kinds of the row, calls, and turns the answer back
 * into a value. What needs unevaluated values (list.Sort, list.MinItems, list.Contains, json.Validate,
 * struct.MinFields, len, close, and, or) is the evaluator's and not in these tables.
 *
 * Everything is arena memory; functions own nothing and may be left by the arena's guard at any allocation. */
#ifndef CONFIG_CUE_LIB_H
#define CONFIG_CUE_LIB_H

#include "config/cue/num.h"
#include "config/cue/regex.h"
#include "config/json/jv.h"

/* Kinds are bits, so that a parameter's kind can be a set of them. */
typedef enum lib_kind {
    LIB_NULL = 1,
    LIB_BOOL = 2,
    LIB_INT = 4,
    LIB_FLOAT = 8,
    LIB_STRING = 16,
    LIB_BYTES = 32,
    LIB_STRUCT = 64,
    LIB_LIST = 128,
    LIB_NUMBER = LIB_INT | LIB_FLOAT,
    LIB_TEXT = LIB_STRING | LIB_BYTES,
    LIB_ANY = 255,
} lib_kind_t;

typedef struct cdata cdata_t;
typedef struct cdata_field {
    str_t label;
    cdata_t *value;
} cdata_field_t;

struct cdata {
    uint8_t kind; /* one bit of lib_kind_t */
    size_t n;     /* items or fields */
    union {
        bool b;
        num_t num; /* LIB_INT, LIB_FLOAT; its own kind agrees */
        str_t s;   /* LIB_STRING, LIB_BYTES */
        cdata_t **items;
        cdata_field_t *fields; /* in order; no label twice */
    };
};

typedef struct lib_call {
    arena_t *arena;
    err_t *err;
    size_t max_bytes; /* the longest string or list that a call may make; 0: LIB_MAX_BYTES */
    /* Compiled patterns, kept by the caller between calls; NULL: each call compiles. The pattern as it stands in the
     * source of the regular expression; NULL with *err when it doesn't compile. */
    regex_t *(*regex)(void *arg, str_t pattern, err_t *err);
    void *regex_arg;
    /* Set by a failing function whose text stands for itself, so that lib_invoke puts no "error in call to" before it.
     */
    bool bare;
    const struct lib_func *func; /* set by lib_invoke */
} lib_call_t;

enum { LIB_MAX_BYTES = 64 << 20, LIB_MAX_PARAMS = 4, LIB_MAX_DEPTH = 500 };

/* False with *call->err filled: ERR_INVALID, ERR_LIMIT, ERR_INCOMPLETE ("incomplete value": the evaluator may ask again
 * when more is known). args are borrowed and never changed; *out may share them. */
typedef bool (*lib_fn)(lib_call_t *call, cdata_t **args, size_t nargs, cdata_t **out);

typedef struct lib_func {
    const char *package; /* import path: "encoding/json" */
    const char *name;
    uint16_t params[LIB_MAX_PARAMS]; /* lib_kind_t sets, in order; 0 after the last */
    uint16_t result;                 /* lib_kind_t set; LIB_BOOL alone: with one argument fewer it is a validator */
    lib_fn fn;
    const char *fallback; /* the last parameter when it is left out (path's os: "unix"); NULL: it can't be */
} lib_func_t;

/* The row, or NULL when the package has no such function here. */
const lib_func_t *lib_find(str_t package, str_t name);
/* Parameters, and how many of them a call must give at least. */
size_t lib_params(const lib_func_t *f);
size_t lib_least_params(const lib_func_t *f);
/* True for the import path of every builtin package of CUE 0.9.2 that has something here or in the evaluator. */
bool lib_package_known(str_t path);
/* A constant (math.Pi, time.RFC3339, …) in the arena, or NULL. */
cdata_t *lib_const(arena_t *a, str_t package, str_t name);

/* Calls: args has lib_params entries, the last one NULL where it is left out; kinds have been checked by the caller.
 * Errors read as CUE's without the position: "error in call to strings.Repeat: negative count". */
bool lib_invoke(const lib_func_t *f, lib_call_t *call, cdata_t **args, cdata_t **out);

/* Making data. Strings are borrowed. */
cdata_t *cdata_null(arena_t *a);
cdata_t *cdata_bool(arena_t *a, bool b);
cdata_t *cdata_int(arena_t *a, int64_t i);
cdata_t *cdata_num(arena_t *a, num_t n);
cdata_t *cdata_string(arena_t *a, str_t s);
cdata_t *cdata_bytes(arena_t *a, str_t s);
cdata_t *cdata_list(arena_t *a, size_t n);   /* items NULL, to be set */
cdata_t *cdata_struct(arena_t *a, size_t n); /* fields empty, to be set */
/* The value as CUE prints it in an error: {a:1}, [1,2], "x". */
str_t cdata_text(arena_t *a, const cdata_t *v);
/* The field, or NULL. */
cdata_t *cdata_get(const cdata_t *v, str_t label);

/* JSON as CUE's json.Marshal writes it: compact, fields in order, numbers as num_write, bytes in base64, no HTML
 * escapes. False past LIB_MAX_DEPTH. */
bool cdata_write_json(buf_t *out, const cdata_t *v, err_t *err);
/* One JSON value with nothing but blanks around it. */
bool cdata_parse_json(arena_t *a, str_t text, cdata_t **out, err_t *err);
/* A JSON value as data; numbers with a point or an exponent are floats. False past LIB_MAX_DEPTH. */
bool cdata_from_json(arena_t *a, const jv_t *v, cdata_t **out, err_t *err);

#endif
