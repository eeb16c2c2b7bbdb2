#include "contrib/apiserver/agenda.h"
#include "contrib/apiserver/need.h"

#include "reactor/base/mem.h"

typedef struct task {
    int64_t due;
    uint64_t order;
    agenda_fn fn;
    store_t *store;
    size_t nns;
    str_t key; /* namespace and name, one after the other, behind the task; with fn and store the table's key */
} task_t;

struct agenda {
    task_t **heap;
    size_t n, cap;
    uint64_t order;
    table_t *waiting;
    void (*on_due)(void *arg);
    void *arg;
};

agenda_t *agenda_create(void) {
    agenda_t *a = need(mem_alloc(sizeof *a));
    a->waiting = need(table_create());
    return a;
}

void agenda_destroy(agenda_t *a) {
    if (!a)
        return;
    for (size_t i = 0; i < a->n; i++)
        mem_free(a->heap[i]);
    mem_free(a->heap);
    table_destroy(a->waiting);
    mem_free(a);
}

static bool sooner(const task_t *x, const task_t *y) {
    return x->due != y->due ? x->due < y->due : x->order < y->order;
}

static void sift_up(agenda_t *a, size_t i) {
    while (i && sooner(a->heap[i], a->heap[(i - 1) / 2])) {
        task_t *t = a->heap[i];
        a->heap[i] = a->heap[(i - 1) / 2];
        a->heap[(i - 1) / 2] = t;
        i = (i - 1) / 2;
    }
}

static void sift_down(agenda_t *a, size_t i) {
    for (;;) {
        size_t least = i;
        for (size_t k = 2 * i + 1; k <= 2 * i + 2 && k < a->n; k++)
            if (sooner(a->heap[k], a->heap[least]))
                least = k;
        if (least == i)
            return;
        task_t *t = a->heap[i];
        a->heap[i] = a->heap[least];
        a->heap[least] = t;
        i = least;
    }
}

void agenda_add(apiserver_t *s, int64_t ms, agenda_fn fn, store_t *store, str_t ns, str_t name) {
    agenda_t *a = s->agenda;
    size_t head = sizeof fn + sizeof store;
    task_t *t = need(mem_alloc(sizeof *t + head + ns.n + name.n + 1));
    char *p = (char *)(t + 1);
    memcpy(p, &fn, sizeof fn);
    memcpy(p + sizeof fn, &store, sizeof store);
    if (ns.n)
        memcpy(p + head, ns.p, ns.n);
    p[head + ns.n] = '/';
    if (name.n)
        memcpy(p + head + ns.n + 1, name.p, name.n);
    *t = (task_t){s->now_ms + ms, a->order++, fn, store, ns.n, str_n(p, head + ns.n + name.n + 1)};
    if (table_get(a->waiting, t->key)) {
        mem_free(t);
        return;
    }
    if (a->n == a->cap) {
        a->cap = a->cap ? a->cap * 2 : 64;
        a->heap = mem_realloc(a->heap, a->cap * sizeof *a->heap);
    }
    if (!a->heap || !table_put(a->waiting, t->key, t, NULL))
        mem_die(sizeof *t);
    a->heap[a->n++] = t;
    sift_up(a, a->n - 1);
    if (a->heap[0] == t && a->on_due)
        a->on_due(a->arg);
}

int64_t agenda_run(apiserver_t *s) {
    agenda_t *a = s->agenda;
    while (a->n && a->heap[0]->due <= s->now_ms) {
        task_t *t = a->heap[0];
        a->heap[0] = a->heap[--a->n];
        sift_down(a, 0);
        table_remove(a->waiting, t->key);
        size_t head = sizeof t->fn + sizeof t->store;
        t->fn(s, t->store, str_sub(t->key, head, t->nns), str_from(t->key, head + t->nns + 1));
        mem_free(t);
    }
    return a->n ? a->heap[0]->due : -1;
}

void agenda_on_due(agenda_t *a, void (*fn)(void *arg), void *arg) {
    a->on_due = fn;
    a->arg = arg;
}
