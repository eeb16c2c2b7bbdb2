#include "handlers/evaluator.h"

#include "reactor/base/mem.h"

#include <time.h>

enum { STACK_BYTES = 8 * 1024 * 1024, SLICE_US = 1000 };

typedef struct waiter {
    link_t link;
    fiber_t *fiber;
    bool turn;
} waiter_t;

struct evaluator {
    co_t *co;
    fiber_t *owner; /* the fiber whose function runs; NULL: free */
    fiber_fn fn;    /* NULL: the coroutine is to end */
    void *arg;
    bool finished; /* fn returned, as opposed to yielded */
    bool stop;     /* its fiber was cancelled or is out of time */
    int64_t slice_began_us;
    link_t waiting;
};

static int64_t now_us(void) {
    struct timespec t;
    clock_gettime(CLOCK_MONOTONIC, &t);
    return (int64_t)t.tv_sec * 1000000 + t.tv_nsec / 1000;
}

/* The coroutine lives as long as the evaluator and takes one function after another: its stack is mapped once. */
static void body(void *arg) {
    evaluator_t *e = arg;
    while (e->fn) {
        e->fn(e->arg);
        e->finished = true;
        co_yield (e->co);
    }
}

evaluator_t *evaluator_create(void) {
    evaluator_t *e = mem_alloc(sizeof *e);
    if (!e)
        return NULL;
    list_init(&e->waiting);
    e->co = co_create(STACK_BYTES, body, e);
    if (!e->co) {
        mem_free(e);
        return NULL;
    }
    return e;
}

void evaluator_destroy(evaluator_t *e) {
    if (!e)
        return;
    e->fn = NULL;
    co_resume(e->co);
    co_destroy(e->co);
    mem_free(e);
}

/* Hands the stack to the one that waits longest. */
static void pass_on(evaluator_t *e) {
    e->owner = NULL;
    if (list_empty(&e->waiting))
        return;
    waiter_t *w = LIST_OWNER(e->waiting.next, waiter_t, link);
    list_remove(&w->link);
    w->turn = true;
    e->owner = w->fiber;
    fiber_wake(w->fiber);
}

static bool take_turn(evaluator_t *e, err_t *err) {
    if (!e->owner) {
        e->owner = fiber_current();
        return true;
    }
    waiter_t w = {.fiber = fiber_current()};
    list_append(&e->waiting, &w.link);
    while (!w.turn) {
        if (fiber_park(-1, err))
            continue;
        if (w.turn)
            pass_on(e);
        else
            list_remove(&w.link);
        return false;
    }
    return true;
}

bool evaluator_run(evaluator_t *e, fiber_fn fn, void *arg, err_t *err) {
    if (!take_turn(e, err))
        return false;
    e->fn = fn;
    e->arg = arg;
    e->finished = e->stop = false;
    for (;;) {
        e->slice_began_us = now_us();
        co_resume(e->co);
        if (e->finished)
            break;
        /* A fiber that may not wait any more resumes the evaluation all the same: it ends at its next yield. */
        e->stop = !fiber_yield(NULL);
    }
    pass_on(e);
    return true;
}

bool evaluator_yield(void *evaluator) {
    evaluator_t *e = evaluator;
    if (now_us() - e->slice_began_us >= SLICE_US)
        co_yield (e->co);
    return !e->stop && !fiber_cancelled(e->owner);
}
