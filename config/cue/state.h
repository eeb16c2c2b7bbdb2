/* The state of one vertex being expanded: shared by expand.c, disjoin.c, list.c and call.c. */
#ifndef CONFIG_CUE_STATE_H
#define CONFIG_CUE_STATE_H

#include "config/cue/value.h"

/* What can't be done at once: references and expressions first, then what decides which fields there are. */
typedef enum task_kind { TASK_CONJ, TASK_PATTERN, TASK_DYNAMIC, TASK_COMPREHENSION, TASK_LIST } task_kind_t;

typedef struct task {
    uint8_t kind;
    bool done;
    const syn_t *x;
    env_t *env;
    info_t info;
    bottom_t *error; /* why not yet */
} task_t;

/* What a choice of a term means for defaults, in the order that combining takes the greatest of. */
typedef enum mode { MODE_MAYBE, MODE_DEFAULT, MODE_NOT } mode_kind_t;

/* One term of a disjunction. */
typedef struct term {
    const syn_t *x;
    env_t *env;
    value_t *value; /* instead of x */
    uint8_t mode;   /* mode_kind_t; MODE_MAYBE throughout where nothing is marked */
} term_t;

typedef struct choice {
    term_t *terms;
    size_t n;
    bool has_marks;
    bool literal; /* of scalars and types only */
    info_t info;
    int chosen; /* -1: not yet */
    syn_pos_t pos;
} choice_t;

typedef struct item {
    const syn_t *x;
    env_t *env;
    const jv_t *data;
    value_t *value;
} item_t;

/* A list among the conjuncts. */
typedef struct list {
    item_t *items;
    size_t n, cap;
    size_t given; /* arcs that have got their conjunct */
    bool open;
    conj_t elem; /* of an open list with a type */
    info_t info;
    syn_pos_t pos;
    struct list *next;
} list_t;

struct state {
    eval_t *e;
    vertex_t *v;
    size_t mark; /* of the trail */
    task_t *tasks;
    size_t ntasks, ctasks;
    unsigned kind;
    value_t *kind_value; /* what narrowed the kind last: a value or a syntax */
    const syn_t *kind_syntax;
    syn_pos_t kind_pos;
    value_t *scalar;
    value_t **checks;
    size_t nchecks;
    bool is_struct;    /* has a conjunct that is one */
    bool maybe_struct; /* a literal of embeddings only */
    bool has_type;
    bool dirty;
    struct {
        const label_t *label;
        uint32_t before; /* which arc it comes */
    } * held;            /* fields that a comprehension may bring */
    size_t nheld;
    bool gathering; /* not all conjuncts have been seen */
    list_t *lists, **last_list;
    choice_t *choices;
    size_t nchoices;
    size_t nliterals; /* of them */
    choice_t *merged; /* literal ones beyond the first few: one disjunction in the end */
    size_t nmerged;
    struct {
        const vertex_t *t;
        const group_t *group;
    } * imports; /* vertices whose conjuncts have been added */
    size_t nimports;
    uint32_t nplain; /* conjuncts that are no part of a cycle */
    bool has_cycle;
    struct waiting {
        struct waiting *next;
        vertex_t *t;
        const syn_t *ref;
        info_t info;
    } * waiting; /* cyclic references: taken when there is something else too */
    bottom_t *error;
    bottom_t *incomplete;
    syn_pos_t pos[4]; /* of the first conjuncts, for messages */
    size_t npos;
};

void state_task(state_t *st, task_kind_t kind, const syn_t *x, env_t *env, info_t info);
/* Narrows the kind; false after a conflict. */
bool state_kind(state_t *st, unsigned kind, value_t *v, const syn_t *x, syn_pos_t pos);
void state_choice(state_t *st, choice_t c);
/* A conjunct for a field or item. */
vertex_t *state_arc(state_t *st, const label_t *label, field_mark_t mark, conj_t c);
void state_plain(state_t *st, const info_t *info);

typedef enum cycle { CYCLE_NONE, CYCLE_SKIP, CYCLE_WAIT } cycle_t;
/* What to do with a reference to t; notes it in the conjunct's info. */
cycle_t cycle_mark(state_t *st, vertex_t *t, const syn_t *ref, info_t *info);

void order_hold(state_t *st, const syn_t *comprehension);
void order_settle(state_t *st);

void list_task(state_t *st, task_t *t);
void list_data(state_t *st, const jv_t *data, info_t info);
/* A list that was computed. */
void list_made(state_t *st, vertex_t *t, info_t info);
/* Gives the arcs what the lists known so far say of them. */
void list_sync(state_t *st);
void list_unify(state_t *st);

/* The value of a vertex without scalar: its type, bounds and validators, simplified. */
value_t *simplify(state_t *st);
void simplify_checks(state_t *st);

/* Runs over all conjuncts; false: there is a disjunction to choose a term of. */
bool state_run(state_t *st);
void state_finish(state_t *st);
void expand_done(eval_t *e, vertex_t *v, size_t mark);
void state_init(state_t *st, eval_t *e, vertex_t *v);
/* A disjunction of scalars and types that is better merged with its like than multiplied out; false: it is not. */
bool disjoin_later(state_t *st, const choice_t *c);
/* Makes choices of what was put off; true when there were any. */
bool disjoin_merged(state_t *st);
void disjoin(eval_t *e, vertex_t *v, state_t *st);

#endif
