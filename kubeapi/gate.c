#include "kubeapi/gate.h"

#include "reactor/base/mem.h"

typedef struct waiter {
    link_t link;
    fiber_t *fiber;
} waiter_t;

void gate_init(gate_t *g) {
    list_init(&g->waiters);
}

bool gate_wait(gate_t *g, int64_t ms, err_t *err) {
    waiter_t *w = mem_alloc(sizeof *w);
    if (!w)
        return error_memory(err);
    w->fiber = fiber_current();
    list_append(&g->waiters, &w->link);
    bool ok = fiber_park(ms, err);
    list_remove(&w->link);
    mem_free(w);
    return ok;
}

void gate_open(gate_t *g) {
    for (link_t *l = g->waiters.next; l != &g->waiters; l = l->next)
        fiber_wake(LIST_OWNER(l, waiter_t, link)->fiber);
}
