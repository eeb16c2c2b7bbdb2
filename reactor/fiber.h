/* Fibers: straight-line C on a small pooled stack (64 KiB and a guard page below it). A fiber runs until it parks;
 * whoever holds its handle wakes it, and the loop resumes it at LOOP_WORK. A switch makes no system call.
 *
 * Cancellation: fiber_cancel marks the fiber and wakes it; every park, now and later, then returns false with
 * ERR_CANCELLED, so the fiber unwinds through its own clean-up by ordinary returns. A deadline does the same with
 * ERR_TIMEOUT. */
#ifndef REACTOR_FIBER_H
#define REACTOR_FIBER_H

#include "reactor/loop.h"

typedef struct fiber fiber_t;
typedef void (*fiber_fn)(void *arg);

/* Starts fn(arg) on a fiber, from the loop, soon. The handle is valid until fn returns; `done`, which may be NULL, is
 * called on the loop after it did. NULL when out of memory. `name` is borrowed and shows in traces. */
fiber_t *fiber_start(loop_t *l, const char *name, fiber_fn fn, void *arg, loop_fn done, void *done_arg);
fiber_t *fiber_current(void); /* NULL outside of a fiber */
loop_t *fiber_loop(void);     /* of the current fiber */

/* Parks the current fiber until fiber_wake, at most ms (-1: as long as the fiber's own deadline allows). True when
 * woken; false with ERR_TIMEOUT or ERR_CANCELLED. What woke it may have come before: one wake is remembered. */
bool fiber_park(int64_t ms, err_t *err);
void fiber_wake(fiber_t *f);
bool fiber_sleep(int64_t ms, err_t *err);
/* Lets others run; resumes in the next round. */
bool fiber_yield(err_t *err);

void fiber_cancel(fiber_t *f);
bool fiber_cancelled(const fiber_t *f);
void fiber_cancel_all(loop_t *l); /* an orderly stop: then run the loop until fiber_stats().alive is 0 */
/* Absolute time on loop_clock's scale after which parks fail; 0: none. Returns the old one. */
int64_t fiber_deadline(int64_t at);

/* The number alive, stacks in the pool, and the deepest use of a stack ever seen, in bytes. */
typedef struct fiber_stats {
    size_t alive, pooled, deepest;
} fiber_stats_t;
fiber_stats_t fiber_stats(void);
/* Frees pooled stacks (at the end of the program; for leak checks). */
void fiber_pool_drain(void);

/* A coroutine on a stack of a given size, for CUE's one large evaluation stack: same switch, no loop. co_resume runs it
 * until it calls co_yield or returns (then co_done is true). */
typedef struct co co_t;
co_t *co_create(size_t stack_bytes, fiber_fn fn, void *arg);
void co_resume(co_t *c);
void co_yield (co_t *c); /* from inside */
bool co_done(const co_t *c);
void co_destroy(co_t *c); /* only when done or never resumed */

#endif
