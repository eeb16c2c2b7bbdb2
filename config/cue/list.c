/* Lists among the conjuncts of a vertex. Items are evaluated lazily, like fields; comprehensions decide how many there
 * are. */
#include "config/cue/state.h"

static void add_item(eval_t *e, list_t *l, item_t item) {
    if (l->n == l->cap) {
        size_t cap = l->cap ? l->cap * 2 : 8;
        l->items = arena_grow(e->arena, l->items, l->cap * sizeof item, cap * sizeof item);
        l->cap = cap;
    }
    l->items[l->n++] = item;
}

typedef struct collect {
    eval_t *e;
    list_t *l;
    const syn_t *x;
} collect_t;

static void yielded(void *arg, env_t *env) {
    collect_t *c = arg;
    add_item(c->e, c->l, (item_t){.x = c->x, .env = env});
}

static list_t *list_new(state_t *st, info_t info, syn_pos_t pos) {
    list_t *l = arena_new(st->e->arena, list_t);
    l->info = info;
    l->pos = pos;
    return l;
}

static void list_link(state_t *st, list_t *l) {
    *st->last_list = l;
    st->last_list = &l->next;
}

void list_task(state_t *st, task_t *t) {
    eval_t *e = st->e;
    const syn_t *x = t->x;
    list_t *l = list_new(st, t->info, x->pos);
    for (uint32_t i = 0; i < x->n; i++) {
        const syn_t *item = x->items[i];
        env_t *env = t->env;
        if (item->kind == SYN_COMPREHENSION) {
            collect_t c = {e, l, item->x};
            t->error = eval_clauses(e, item, env, yielded, &c);
            if (t->error)
                return;
        } else if (item->kind == SYN_ELLIPSIS) {
            l->open = true;
            if (item->x)
                l->elem = (conj_t){.x = item->x, .env = env, .info = t->info};
        } else {
            add_item(e, l, (item_t){.x = item, .env = env});
        }
    }
    list_link(st, l);
}

void list_data(state_t *st, const jv_t *data, info_t info) {
    eval_t *e = st->e;
    if (!state_kind(st, LIB_LIST, value_new(e, VAL_LIST, LIB_LIST, (syn_pos_t){0}), NULL, (syn_pos_t){0}))
        return;
    list_t *l = list_new(st, info, (syn_pos_t){0});
    for (uint32_t i = 0; i < data->n; i++)
        add_item(e, l, (item_t){.data = data->items[i]});
    list_link(st, l);
}

void list_made(state_t *st, vertex_t *t, info_t info) {
    if (!state_kind(st, LIB_LIST, &t->head, NULL, t->head.pos))
        return;
    list_t *l = list_new(st, info, t->head.pos);
    for (uint32_t i = 0; i < t->narcs; i++)
        add_item(st->e, l, (item_t){.value = &t->arcs[i]->head});
    list_link(st, l);
}

static void keep_elem(state_t *st, const conj_t *c) {
    vertex_t *v = st->v;
    if (!c->x)
        return;
    v->elems = arena_grow(st->e->arena, v->elems, v->nelems * sizeof *c, (v->nelems + 1) * sizeof *c);
    v->elems[v->nelems++] = *c;
}

static size_t longest(const state_t *st) {
    size_t n = 0;
    for (const list_t *l = st->lists; l; l = l->next)
        n = l->n > n ? l->n : n;
    return n;
}

/* What literal items say comes before what `...` says. */
static void sync_one(state_t *st, list_t *l, size_t to) {
    eval_t *e = st->e;
    for (; l->given < to; l->given++) {
        size_t i = l->given;
        conj_t c = {.x = l->elem.x, .env = l->elem.env, .info = l->info};
        if (i < l->n)
            c = (conj_t){.x = l->items[i].x,
                         .env = l->items[i].env,
                         .data = l->items[i].data,
                         .value = l->items[i].value,
                         .info = l->info};
        if (!c.x && !c.data && !c.value)
            c.value = value_type(e, KIND_TOP, l->pos);
        eval_step(e);
        state_arc(st, label_int(&e->labels, i), FIELD_REGULAR, c);
    }
}

void list_sync(state_t *st) {
    size_t n = longest(st);
    for (list_t *l = st->lists; l; l = l->next)
        sync_one(st, l, l->n);
    for (list_t *l = st->lists; l; l = l->next)
        sync_one(st, l, n);
}

void list_unify(state_t *st) {
    eval_t *e = st->e;
    size_t n = longest(st);
    bool open = true;
    for (const list_t *l = st->lists; l; l = l->next) {
        open = open && l->open;
        if (l->open)
            keep_elem(st, &l->elem);
        if (l->n == n || l->open)
            continue;
        for (const list_t *m = st->lists; m; m = m->next) {
            if (m->n <= l->n)
                continue;
            state_error(st, bottom_new(e, BOTTOM_EVAL, (syn_pos_t){0}, "incompatible list lengths (%zu and %zu)", l->n,
                                       m->n));
            return;
        }
    }
    st->v->list_open = open;
    list_sync(st);
}
