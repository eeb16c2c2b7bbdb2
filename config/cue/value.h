/* The evaluator's data: values, vertices, conjuncts, environments; and what its files offer one another.
 *
 * A vertex is a place in the configuration: its conjuncts are given by its parent (or the API) and never change once it
 * is looked at; what it is follows from them in two steps. vertex_expand unifies the conjuncts: the scalar or the arcs
 * (fields, items) with their conjuncts. vertex_finalize does the same to all below. Each disjunct of a vertex is a copy
 * of it with a fixed choice of terms, expanded and finalized; the vertex forwards to the one that is left or lists
 * them. Everything lives in the evaluation's arena; running out of budget jumps out of it (eval_give_up). */
#ifndef CONFIG_CUE_VALUE_H
#define CONFIG_CUE_VALUE_H

#include "config/cue/compile.h"

typedef struct vertex vertex_t;
typedef struct value value_t;
typedef struct env env_t;
typedef struct bottom bottom_t;
typedef struct group group_t;

enum { KIND_TOP = LIB_ANY, KIND_SCALAR = LIB_ANY & ~(LIB_STRUCT | LIB_LIST) };

/* From the worst; a combination has the worst. */
typedef enum bottom_code {
    BOTTOM_EVAL,
    BOTTOM_USER,
    BOTTOM_STRUCTURAL,
    BOTTOM_INCOMPLETE,
    BOTTOM_CYCLE,
} bottom_code_t;

struct bottom {
    uint8_t code;
    bool unplaced; /* the positions are only told, not sorted by */
    str_t text;
    const vertex_t *at; /* whose path the message begins with */
    syn_pos_t *pos;
    size_t npos;
    bottom_t **parts; /* of an empty disjunction */
    size_t nparts;
};

typedef enum value_tag {
    VAL_BOTTOM,
    VAL_NULL,
    VAL_BOOL,
    VAL_NUM,
    VAL_STRING,
    VAL_BYTES,
    VAL_TYPE,      /* kind is all there is */
    VAL_BOUND,     /* op, x */
    VAL_VALIDATOR, /* call with its first argument missing */
    VAL_CONJ,      /* of bounds, validators and types */
    VAL_STRUCT,    /* marks a vertex that is a struct */
    VAL_LIST,
    VAL_VERTEX, /* is a vertex_t */
} value_tag_t;

typedef struct validator {
    const lib_func_t *func;
    const struct own_builtin *own;
    str_t name;
    value_t **args;
    size_t nargs;
} validator_t;

struct value {
    uint8_t tag;
    uint8_t op;
    uint16_t kind; /* lib_kind_t set */
    syn_pos_t pos;
    union {
        bool b;
        num_t num;
        str_t s;
        bottom_t *bottom;
        value_t *x; /* VAL_BOUND */
        validator_t *validator;
        struct {
            value_t **items;
            size_t n;
        };
    };
};

/* One scope at run time. */
struct env {
    env_t *up;
    vertex_t *v;    /* the struct; of a for or let clause the value */
    label_t *label; /* of a pattern */
    value_t *key;   /* of a for clause */
    struct let_memo *lets;
};

/* Which references led to a conjunct, innermost first. */
typedef struct refs {
    struct refs *up;
    const syn_t *x;
    const vertex_t *at; /* where it stands */
    const vertex_t *to; /* what it stands for */
} refs_t;

/* Closedness. The conjuncts that a definition (or close) brings form a closed group: a field must be declared by one of
 * them. A struct literal with embeddings is a group; it is closed when something that it embeds is. No group: open. */
struct group {
    group_t *up, *next; /* next: of the same vertex */
    group_t *src;       /* the group of the parent vertex that this continues */
    bool embed;         /* what is inside is embedded in `up` */
    bool recursive;     /* closed, and so is what is below */
    bool once;          /* closed, this level only */
    bool literal;       /* a struct literal lies in it: without one (`_`) there is nothing to close */
};

/* What a conjunct brings along. */
typedef struct info {
    group_t *group;
    refs_t *refs;
    uint32_t term; /* 1 + the index of the disjunction that it was chosen from; 0: none */
    bool cyclic;
    bool in_line; /* within an operand that is evaluated for itself */
} info_t;

typedef struct cyclic_ref {
    struct cyclic_ref *next;
    const syn_t *x;
} cyclic_ref_t;

typedef struct conj {
    const syn_t *x;
    env_t *env;
    value_t *value;          /* instead of x */
    const jv_t *data;        /* instead of x */
    const struct fill *fill; /* instead of x: what was filled in, `step` labels down its path */
    uint32_t step;
    uint32_t aliases;   /* scopes of the vertex itself to open around x */
    const syn_t *field; /* the declaration that it comes from, for its comments */
    info_t info;
} conj_t;

typedef struct pattern {
    const syn_t *x; /* SYN_FIELD */
    env_t *env;
    info_t info;
} pattern_t;

typedef struct importer {
    struct importer *next;
    struct state *st;
    vertex_t *v;
    info_t info;
} importer_t;

typedef enum status { ST_NEW, ST_EXPANDING, ST_EXPANDED, ST_FINALIZING, ST_DONE } status_t;

typedef struct disj {
    vertex_t **items; /* defaults first */
    size_t n, ndefaults;
} disj_t;

struct vertex {
    value_t head; /* VAL_VERTEX */
    vertex_t *parent;
    const label_t *label;
    conj_t *conjs;
    uint32_t nconjs, cconjs;
    uint32_t narcs, carcs;
    vertex_t **arcs;
    uint32_t *index; /* a hash from label to arc, for many arcs */
    uint32_t index_size;
    uint8_t status;
    uint8_t mark;  /* field_mark_t */
    bool observed; /* looked at while its parent was still being expanded */
    bool peeked;   /* its fields were looked at while it was in progress */
    bool watched;  /* someone outside depends on this while it was in progress */
    bool list_open;
    bool splitting;   /* fwd is one of several disjuncts being tried */
    bool placed;      /* order.c's */
    bool not_allowed; /* its closed parent refuses it */
    bool closed;      /* something closes it */
    bool complete;    /* closed, and without `...`: a field that nothing declares can't come */
    bool computed;    /* not a field: a let, an operand */
    uint32_t depth;
    int32_t blockers; /* order.c's */
    uint32_t nliterals;
    const syn_t **literals; /* the struct literals among the conjuncts */
    value_t *base;          /* scalar, type, bottom, or the mark of a struct or list */
    bottom_t *child_error;
    bottom_t *incomplete; /* what couldn't be done yet */
    vertex_t *fwd;
    vertex_t *origin; /* of a disjunct: whose copy it is */
    disj_t *disj;
    const uint16_t *choices; /* of a disjunct */
    uint32_t nchoices;
    struct state *state; /* while expanding */
    pattern_t *patterns;
    size_t npatterns;
    cyclic_ref_t *cyclic_refs;                   /* references inside it that led back to it */
    struct importer *importers;                  /* vertices in progress that have taken over the conjuncts */
    group_t *root_group, *given_groups, *groups; /* groups: all of this vertex; given: those of its conjuncts */
    group_t **declared;                          /* groups of the parent that declare this arc */
    size_t ndeclared;
    group_t **ellipses;
    size_t nellipses;
    conj_t *elems; /* of an open list: what further items are */
    size_t nelems;
    const label_t **absent; /* looked for while expanding, and not there */
    size_t nabsent;
};

typedef struct fill {
    const label_t **path;
    size_t n;
    conj_t conj;
    struct fill *next;
} fill_t;

struct cue_eval {
    cue_program_t *program;
    arena_t *arena;
    labels_t labels;
    cue_budget_t budget;
    jmp_buf *jump; /* where giving up goes */
    error_code_t gave_up;
    const char *gave_up_for;
    uint64_t steps, next_yield;
    uint32_t depth;
    const char *stack; /* where the API call began */
    size_t stack_limit;
    vertex_t *root;
    env_t *root_env;
    vertex_t **packages;
    fill_t *fills, **last_fill;
    bool stale;   /* a fill came after the root was made */
    str_t *names; /* of texts added later */
    size_t nnames;
    vertex_t **trail; /* what has been expanded, in order */
    size_t ntrail, ctrail;
    refs_t *refs; /* of the conjunct being worked on */
    bool loose;   /* vertex_equal leaves out what only constrains */
    struct pattern_cache {
        str_t pattern;
        regex_t *regex;
    } * regexes;
    size_t nregexes;
    syn_pos_t ref_pos; /* of the reference being evaluated */
    vertex_t *at;      /* the vertex being worked on, for messages */
};
typedef struct cue_eval eval_t;

/* ---- budget ---- */
/* what: of which there was not enough. */
_Noreturn void eval_give_up(eval_t *e, error_code_t code, const char *what);
void eval_step(eval_t *e);
/* Around whatever recurses. */
void eval_enter(eval_t *e);
static inline void eval_leave(eval_t *e) {
    e->depth--;
}

/* ---- values: value.c ---- */
value_t *value_new(eval_t *e, value_tag_t tag, unsigned kind, syn_pos_t pos);
value_t *value_bool(eval_t *e, bool b, syn_pos_t pos);
value_t *value_num(eval_t *e, num_t n, syn_pos_t pos);
value_t *value_string(eval_t *e, str_t s, syn_pos_t pos);
value_t *value_type(eval_t *e, unsigned kind, syn_pos_t pos);
value_t *value_bound(eval_t *e, syn_op_t op, value_t *x, syn_pos_t pos);
value_t *value_literal(eval_t *e, const syn_t *x);
value_t *value_of_bottom(eval_t *e, bottom_t *b);
/* int8, uint, …: a conjunction of bounds */
value_t *value_named_type(eval_t *e, const type_name_t *t, syn_pos_t pos);
static inline bool value_is_bottom(const value_t *v) {
    return v->tag == VAL_BOTTOM;
}
static inline bool value_is_scalar(const value_t *v) {
    return v->tag >= VAL_NULL && v->tag <= VAL_BYTES;
}
/* The evaluation that a vertex belongs to. */
static inline struct cue_eval *vertex_eval(const vertex_t *v);
static inline vertex_t *value_vertex(value_t *v) {
    return (vertex_t *)(void *)v;
}
bool value_scalar_eq(const value_t *a, const value_t *b);
/* The names of a set of kinds as CUE writes it: "int", "(bool|string)", "_". */
str_t kind_text(eval_t *e, unsigned kind);

bottom_t *bottom_new(eval_t *e, bottom_code_t code, syn_pos_t pos, const char *fmt, ...)
    __attribute__((format(printf, 4, 5)));
value_t *bottom_value(eval_t *e, bottom_code_t code, syn_pos_t pos, const char *fmt, ...)
    __attribute__((format(printf, 4, 5)));
void bottom_at(eval_t *e, bottom_t *b, syn_pos_t pos);
static inline bool bottom_pending(const bottom_t *b) {
    return b->code >= BOTTOM_INCOMPLETE;
}
/* The worse of two; either may be NULL. */
bottom_t *bottom_worse(bottom_t *a, bottom_t *b);

/* ---- vertices: vertex.c ---- */
vertex_t *vertex_new(eval_t *e, vertex_t *parent, const label_t *label);
/* One for an operand: a child of nothing that is shown. */
vertex_t *vertex_temp(eval_t *e, const syn_t *x, env_t *env);
void vertex_add_conj(eval_t *e, vertex_t *v, conj_t c);
vertex_t *vertex_find(const vertex_t *v, const label_t *label);
/* The same arcs in another order. */
void vertex_set_arcs(eval_t *e, vertex_t *v, vertex_t **arcs);
/* The arcs in the order in which CUE exports them. */
vertex_t **order_export(eval_t *e, vertex_t *v);
vertex_t *vertex_arc(eval_t *e, vertex_t *v, const label_t *label, bool *added);
void vertex_expand(eval_t *e, vertex_t *v);
void vertex_finalize(eval_t *e, vertex_t *v);
/* Through forwards; with default_: and to the default of a disjunction, if it has one. */
vertex_t *vertex_deref(vertex_t *v);
/* The vertex whose disjunct it is, or itself. */
const vertex_t *vertex_original(const vertex_t *v);
vertex_t *vertex_default(vertex_t *v);
/* Forgets what was expanded since the mark but what lies in `keep`. */
void trail_undo(eval_t *e, size_t mark, const vertex_t *keep);
/* The error of an expanded vertex: its own, or one below it (finalized); NULL when fine or only incomplete. */
bottom_t *vertex_error(vertex_t *v);
/* The same, incomplete ones too: what makes a disjunct not count. */
bottom_t *vertex_failure(vertex_t *v);
bool vertex_is_struct(const vertex_t *v);
bool vertex_is_list(const vertex_t *v);
/* An arc that a reader of the struct sees: present, with a string or int label. */
bool vertex_shown(const vertex_t *arc);
bool vertex_equal(eval_t *e, vertex_t *a, vertex_t *b);

/* ---- expanding: expand.c and its neighbours ---- */
typedef struct state state_t;
void state_conj(state_t *st, const syn_t *x, env_t *env, info_t info);
void state_value(state_t *st, value_t *v, info_t info);
void state_vertex(state_t *st, vertex_t *t, const syn_t *ref, info_t info);
void state_error(state_t *st, bottom_t *b);

/* ---- expressions: expr.c ---- */
/* The value of an expression: a scalar, type, bound, bottom, or a vertex (a struct, a list, or a disjunction without
 * default), expanded. */
value_t *eval_expr(eval_t *e, const syn_t *x, env_t *env);
/* The vertex that a reference stands for, not expanded; NULL with *error when there is none (yet). */
vertex_t *eval_ref(eval_t *e, const syn_t *x, env_t *env, bottom_t **error);
bool eval_is_ref(const syn_t *x);
/* What a vertex is as an operand: see eval_expr. */
value_t *eval_vertex(eval_t *e, vertex_t *v);
env_t *env_up(env_t *env, unsigned n);
env_t *env_new(eval_t *e, env_t *up, vertex_t *v);
/* Runs the clauses; yields are called with the environment of the value. NULL, or why it can't be done. */
bottom_t *eval_clauses(eval_t *e, const syn_t *x, env_t *env, void (*yield)(void *arg, env_t *env), void *arg);
/* Does a concrete value satisfy a bound or validator? NULL: yes. */
bottom_t *eval_check(eval_t *e, value_t *check, value_t *v);
bool eval_matches_label(eval_t *e, const pattern_t *p, const label_t *label);
value_t *eval_binary(eval_t *e, syn_op_t op, value_t *x, value_t *y, const syn_t *src);

/* ---- closedness: closed.c ---- */
group_t *group_new(eval_t *e, vertex_t *v, group_t *up);
group_t *group_for_arc(eval_t *e, vertex_t *arc, group_t *g);
bottom_t *closed_error(eval_t *e, vertex_t *arc);
void closed_check(eval_t *e, vertex_t *v);
void closed_begin(vertex_t *v);
void closed_literal(group_t *g);

/* ---- calls: call.c ---- */
/* A call as a conjunct; false: it is to be evaluated as an expression. */
bool call_conj(state_t *st, const syn_t *x, env_t *env, info_t info, bottom_t **error);
value_t *call_eval(eval_t *e, const syn_t *x, env_t *env);
bottom_t *call_validate(eval_t *e, const value_t *check, value_t *v);

/* The compiled pattern, once per evaluation; NULL with Go's words in err. */
regex_t *eval_regex(void *e, str_t pattern, err_t *err);

/* ---- conversion: convert.c ---- */
/* The concrete data of a value; NULL with *error. */
cdata_t *data_of_value(eval_t *e, value_t *v, bottom_t **error);
value_t *value_of_data(eval_t *e, const cdata_t *d, syn_pos_t pos);

/* ---- texts: print.c ---- */
/* As CUE writes values in messages: {a:1,b:[1,2]}, >=1 & <=3. */
str_t value_text(eval_t *e, value_t *v);
str_t ambiguous_text(eval_t *e, vertex_t *v); /* of a disjunction that has no one default */
str_t syntax_text(eval_t *e, const syn_t *x);
str_t vertex_path(eval_t *e, const vertex_t *v);
/* The whole message with path and positions. */
void bottom_report(eval_t *e, const bottom_t *b, err_t *err);
str_t eval_file(const eval_t *e, unsigned file);
str_t label_text(eval_t *e, const label_t *l);

/* NULL with *error when it has one that is not merely incomplete. */
syn_t *syntax_of_vertex(eval_t *e, vertex_t *v, arena_t *a, bottom_t **error);
/* The errors of a value in CUE's order, as one; or NULL. */
bottom_t *validate_vertex(eval_t *e, vertex_t *v, bool concrete);

static inline struct cue_eval *vertex_eval(const vertex_t *v) {
    return (struct cue_eval *)(void *)v->head.items;
}

#endif
