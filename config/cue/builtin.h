/* The builtins that need more than concrete data: unevaluated values, conjuncts, comparators. The others are in
 * lib.h. */
#ifndef CONFIG_CUE_BUILTIN_H
#define CONFIG_CUE_BUILTIN_H

#include "config/cue/value.h"

typedef struct own_builtin own_builtin_t;
struct own_builtin {
    const char *package; /* NULL: predeclared */
    const char *name;
    uint16_t params[3]; /* lib_kind_t sets; 0 after the last */
    bool lazy;          /* takes its arguments unevaluated, through conj */
    /* args: evaluated and of the right kinds. As a validator the first is the value. */
    value_t *(*eval)(eval_t *e, const own_builtin_t *b, value_t **args, size_t nargs, syn_pos_t pos);
    /* As a validator: NULL when the value passes. */
    bottom_t *(*check)(eval_t *e, const own_builtin_t *b, value_t **args, size_t nargs, syn_pos_t pos);
    /* As a conjunct. */
    bottom_t *(*conj)(state_t *st, const syn_t *x, env_t *env, info_t info);
};

/* A list to be filled with builtin_append. */
vertex_t *builtin_new_list(eval_t *e, syn_pos_t pos);
void builtin_append(eval_t *e, vertex_t *list, value_t *item);

extern const own_builtin_t builtins_list[];
extern const size_t builtins_list_count;
extern const own_builtin_t builtins_encoding[];
extern const size_t builtins_encoding_count;

const own_builtin_t *builtin_find(str_t package, str_t name);
bool builtin_package_known(str_t path);
size_t builtin_params(const own_builtin_t *b);

#endif
