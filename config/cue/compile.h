/* The compiler: it resolves every identifier of parsed files once, to a number of scopes to go up and what is to be
 * found there, and interns the labels. A program is immutable afterwards.
 *
 * The scopes met at compile time and the environments made at evaluation correspond one to one: a struct literal, a
 * `for` or `let` clause, an aliased value and a pattern with a named label each open one. */
#ifndef CONFIG_CUE_COMPILE_H
#define CONFIG_CUE_COMPILE_H

#include "config/cue/lib.h"
#include "config/cue/syntax.h"

/* A label, interned: equal labels are the same pointer. */
typedef struct label {
    str_t s; /* LABEL_INT: none */
    uint32_t hash;
    uint8_t kind; /* label_kind_t */
    uint32_t index;
    struct label *next;
    struct binding *binding; /* the compiler's, while it works */
} label_t;

typedef struct labels {
    arena_t *arena;
    const struct labels *base; /* looked at first: the program's under an evaluation's */
    label_t **buckets;
    size_t nbuckets, count;
    label_t **ints;
    size_t nints;
} labels_t;

void labels_init(labels_t *l, arena_t *a, const labels_t *base);
label_t *label_intern(labels_t *l, label_kind_t kind, str_t s);
label_t *label_int(labels_t *l, size_t index);
static inline bool label_is_def(const label_t *l) {
    return l->kind == LABEL_DEF || l->kind == LABEL_HIDDEN_DEF;
}
/* Of a field that JSON shows. */
static inline bool label_exported(const label_t *l) {
    return l->kind == LABEL_STRING || l->kind == LABEL_INT;
}

typedef enum ref_kind {
    REF_FIELD,   /* label in the struct `up` scopes out */
    REF_DYNAMIC, /* the field of decl, whose label is computed */
    REF_LET,     /* decl: SYN_LET */
    REF_FOR_KEY, /* of the `for` scope */
    REF_FOR_VALUE,
    REF_LET_CLAUSE,
    REF_VALUE_ALIAS, /* the vertex of the scope */
    REF_LABEL_ALIAS, /* the label of the scope */
    REF_TYPE,        /* type: a predeclared type */
    REF_BUILTIN,     /* builtin: len, close, … */
    REF_PACKAGE,     /* package: import path of a builtin package */
    REF_IMPORT,      /* index: of a package of sources */
} ref_kind_t;

struct syn_ref {
    uint8_t kind;
    bool is_const;
    bool loose; /* of an expression given later: may be any field */
    uint16_t up;
    uint32_t index;
    label_t *label;
    const syn_t *decl;
    str_t package;
    /* Of the selected member of a package, found when compiled. */
    const lib_func_t *func;
    const cdata_t *constant;
    const struct own_builtin *own;
    const struct type_name *type;
};

/* The predeclared types: int8 is a range of ints, so a type may be an expression. */
typedef struct type_name {
    const char *name;
    uint16_t kind; /* lib_kind_t set */
    const char *low, *high;
} type_name_t;
const type_name_t *type_find(str_t name);

typedef struct package {
    str_t path;
    syn_t *file;
} package_t;

struct cue_program {
    size_t refs;
    arena_t *arena;
    labels_t labels;
    str_t *names; /* of files, by syn_pos_t.file */
    size_t nnames;
    syn_t **files;
    size_t nfiles;
    package_t *packages;
    size_t npackages;
    label_t **externs;
    size_t nexterns;
    bool apart;        /* files without package clause don't see one another's fields */
    const jv_t **data; /* JSON and YAML files, unified with the others */
    size_t ndata;
};

/* Files that are parsed already (or made from data); they and the names belong to the program's arena. */
bool compile_files(cue_program_t *p, const cue_options_t *o, err_t *err);
/* A text whose names resolve in itself and then in the program's top level; labels and nodes go to the given arena. */
syn_t *compile_extra(cue_program_t *p, labels_t *labels, arena_t *a, str_t name, str_t text, uint16_t file, bool expr,
                     err_t *err);
/* A program with an empty arena, to add files to; NULL when out of memory. */
cue_program_t *program_new(err_t *err);
uint16_t program_name(cue_program_t *p, str_t name);
bool program_add(cue_program_t *p, const cue_source_t *s, err_t *err);
/* -t KEY=VALUE, or KEY for a boolean: sets the fields with @tag(KEY), before compile_files. */
bool tags_inject(cue_program_t *p, str_t tag, err_t *err);
void program_add_data(cue_program_t *p, const jv_t *v);

#endif
