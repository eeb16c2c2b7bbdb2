#include "test/suite.h"

#include "reactor/base/mem.h"
#include "reactor/fiber.h"

#include <errno.h>
#include <string.h>
#include <unistd.h>

typedef struct world {
    loop_t *loop;
    fiber_t *fiber;
    char trace[64];
    err_t err;
    int64_t took;
    bool result;
} world_t;

static world_t world_create(void) {
    world_t w = {.loop = loop_create(NULL), .err = ERROR_INIT};
    ck_assert_ptr_nonnull(w.loop);
    return w;
}

static void world_release(world_t *w) {
    ck_assert_uint_eq(fiber_stats().alive, 0);
    error_release(&w->err);
    loop_destroy(w->loop);
    fiber_pool_drain();
    ck_assert_uint_eq(fiber_stats().pooled, 0);
}

static void mark(world_t *w, char c) {
    size_t n = strlen(w->trace);
    if (n + 1 < sizeof w->trace)
        w->trace[n] = c;
}

static void stop(void *arg) {
    loop_stop(((world_t *)arg)->loop);
}

static void run_for(world_t *w, int64_t ms) {
    loop_timer_t *t = loop_timer_create(w->loop, LOOP_WORK, stop, w);
    loop_timer_start(t, ms, false);
    loop_run(w->loop);
    loop_timer_destroy(t);
}

static void start(world_t *w, fiber_fn fn) {
    w->fiber = fiber_start(w->loop, "test", fn, w, stop, w);
    ck_assert_ptr_nonnull(w->fiber);
}

static void park_twice(void *arg) {
    world_t *w = arg;
    ck_assert_ptr_eq(fiber_current(), w->fiber);
    ck_assert_ptr_eq(fiber_loop(), w->loop);
    mark(w, 'a');
    ck_assert(fiber_park(-1, NULL));
    mark(w, 'b');
    ck_assert(fiber_park(-1, NULL));
    mark(w, 'c');
}

START_TEST(a_fiber_parks_until_it_is_woken) {
    world_t w = world_create();
    start(&w, park_twice);
    ck_assert_str_eq(w.trace, "");
    run_for(&w, 3);
    ck_assert_str_eq(w.trace, "a");
    ck_assert_ptr_null(fiber_current());
    fiber_wake(w.fiber);
    ck_assert_str_eq(w.trace, "a");
    run_for(&w, 3);
    ck_assert_str_eq(w.trace, "ab");
    fiber_wake(w.fiber);
    loop_run(w.loop); /* until done */
    ck_assert_str_eq(w.trace, "abc");
    world_release(&w);
}
END_TEST

static void wake_self_then_park(void *arg) {
    world_t *w = arg;
    fiber_wake(fiber_current());
    fiber_wake(fiber_current());
    ck_assert(fiber_park(0, NULL));
    w->result = fiber_park(1, &w->err); /* two wakes are remembered as one */
}

START_TEST(one_wake_is_remembered) {
    world_t w = world_create();
    start(&w, wake_self_then_park);
    loop_run(w.loop);
    ck_assert(!w.result);
    ck_assert_int_eq(w.err.code, ERR_TIMEOUT);
    ck_assert_str_eq(error_text(&w.err), "timed out after 1 ms");
    world_release(&w);
}
END_TEST

static void sleep_through_wakes(void *arg) {
    world_t *w = arg;
    int64_t began = loop_clock();
    ck_assert(fiber_sleep(20, NULL));
    w->took = loop_clock() - began;
    w->result = fiber_park(0, NULL);
}

static void wake(void *arg) {
    fiber_wake(((world_t *)arg)->fiber);
}

START_TEST(sleep_lasts_and_keeps_a_wake_for_later) {
    world_t w = world_create();
    start(&w, sleep_through_wakes);
    loop_timer_t *t = loop_timer_create(w.loop, LOOP_WORK, wake, &w);
    loop_timer_start(t, 5, false);
    loop_run(w.loop);
    ck_assert_int_ge(w.took, 20);
    ck_assert(w.result);
    loop_timer_destroy(t);
    world_release(&w);
}
END_TEST

static void unwind(void *arg) {
    world_t *w = arg;
    w->result = fiber_park(-1, &w->err);
    mark(w, w->err.code == ERR_CANCELLED ? 'c' : '?');
    mark(w, fiber_park(-1, NULL) || fiber_sleep(1000, NULL) || fiber_yield(NULL) ? '?' : 'x'); /* every later one too */
    fiber_wake(fiber_current());
    mark(w, fiber_park(-1, NULL) ? '?' : 'y');
}

START_TEST(a_cancelled_fiber_unwinds_through_its_own_returns) {
    world_t w = world_create();
    start(&w, unwind);
    run_for(&w, 3);
    ck_assert(!fiber_cancelled(w.fiber));
    fiber_cancel(w.fiber);
    ck_assert(fiber_cancelled(w.fiber));
    loop_run(w.loop);
    ck_assert_str_eq(w.trace, "cxy");
    world_release(&w);
}
END_TEST

START_TEST(a_fiber_cancelled_before_it_began_still_runs_its_clean_up) {
    world_t w = world_create();
    start(&w, unwind);
    fiber_cancel(w.fiber);
    loop_run(w.loop);
    ck_assert_str_eq(w.trace, "cxy");
    world_release(&w);
}
END_TEST

static void with_deadline(void *arg) {
    world_t *w = arg;
    int64_t began = loop_clock();
    ck_assert_int_eq(fiber_deadline(began + 10), 0);
    w->result = fiber_park(5000, &w->err);
    w->took = loop_clock() - began;
    mark(w, fiber_yield(NULL) || fiber_sleep(1, NULL) ? '?' : 'x');
    ck_assert_int_eq(fiber_deadline(0), began + 10);
    mark(w, fiber_yield(NULL) ? 'y' : '?');
}

START_TEST(a_deadline_ends_every_wait) {
    world_t w = world_create();
    start(&w, with_deadline);
    loop_run(w.loop);
    ck_assert(!w.result);
    ck_assert_int_eq(w.err.code, ERR_TIMEOUT);
    ck_assert_int_ge(w.took, 10);
    ck_assert_int_lt(w.took, 2000);
    ck_assert_str_eq(w.trace, "xy");
    world_release(&w);
}
END_TEST

static void take_turns(void *arg) {
    world_t *w = arg;
    char c = w->fiber ? 'b' : 'a';
    w->fiber = fiber_current();
    for (int i = 0; i < 3; i++) {
        mark(w, c);
        errno = c;
        ck_assert(fiber_yield(NULL));
        ck_assert_int_eq(errno, c); /* errno is the fiber's own */
    }
    if (fiber_stats().alive == 1)
        loop_stop(w->loop);
}

START_TEST(fibers_that_yield_take_turns) {
    world_t w = world_create();
    ck_assert_ptr_nonnull(fiber_start(w.loop, "a", take_turns, &w, NULL, NULL));
    ck_assert_ptr_nonnull(fiber_start(w.loop, "b", take_turns, &w, NULL, NULL));
    ck_assert_uint_eq(fiber_stats().alive, 2);
    loop_run(w.loop);
    ck_assert_str_eq(w.trace, "ababab");
    ck_assert_uint_eq(fiber_stats().pooled, 2);
    world_release(&w);
}
END_TEST

static void __attribute__((noinline)) use_stack(volatile char *above, int depth) {
    volatile char frame[1024];
    frame[0] = above[0];
    frame[sizeof frame - 1] = 1;
    if (depth > 0)
        use_stack(frame, depth - 1);
    frame[1] = frame[0];
}

static void deep(void *arg) {
    (void)arg;
    use_stack((volatile char[]){1}, 30);
}
static void shallow(void *arg) {
    (void)arg;
}

START_TEST(the_deepest_use_of_a_stack_is_known) {
    world_t w = world_create();
    start(&w, shallow);
    loop_run(w.loop);
    size_t before = fiber_stats().deepest;
    ck_assert_uint_gt(before, 0);
    ck_assert_uint_lt(before, 30 * 1024);
    start(&w, deep);
    loop_run(w.loop);
    ck_assert_uint_ge(fiber_stats().deepest, 30 * 1024);
    ck_assert_uint_eq(fiber_stats().pooled, 1); /* the same stack again */
    world_release(&w);
}
END_TEST

static void last_one(void *arg) {
    world_t *w = arg;
    if (fiber_stats().alive == 0)
        loop_stop(w->loop);
}

/* Counts the pages from here down that can be read: the kernel tells, without a fault. */
static void probe_down(void *arg) {
    int *pages = arg, fd[2];
    char here = 0;
    ck_assert_int_eq(pipe(fd), 0);
    uintptr_t page = (uintptr_t)&here & ~(uintptr_t)4095;
    for (*pages = 0; *pages < 1000 && write(fd[1], (const void *)page, 1) == 1; ++*pages)
        page -= 4096;
    ck_assert_int_eq(errno, EFAULT);
    close(fd[0]), close(fd[1]);
}

START_TEST(below_a_stack_lies_a_guard_page) {
    if (getenv("VELELLA_VALGRIND"))
        return; /* which forbids to look below the stack pointer */
    world_t w = world_create();
    enum { FIBERS = 20 };
    int pages[FIBERS] = {0};
    for (int i = 0; i < FIBERS; i++) /* neighbours in memory */
        ck_assert_ptr_nonnull(fiber_start(w.loop, "probe", probe_down, &pages[i], last_one, &w));
    loop_run(w.loop);
    for (int i = 0; i < FIBERS; i++) {
        ck_assert_int_ge(pages[i], 15);
        ck_assert_int_le(pages[i], 64); /* with the sanitizer's larger stacks */
    }
    world_release(&w);
}
END_TEST

static void wait_forever(void *arg) {
    world_t *w = arg;
    while (fiber_park(-1, NULL))
        ;
    mark(w, 'x');
}

START_TEST(an_orderly_stop_unwinds_every_fiber_with_timers_pending) {
    world_t w = world_create();
    loop_timer_t *t = loop_timer_create(w.loop, LOOP_WORK, stop, &w);
    loop_timer_start(t, 60000, false);
    for (int i = 0; i < 100; i++) /* more than the pool keeps */
        ck_assert_ptr_nonnull(fiber_start(w.loop, "waits", i % 2 ? wait_forever : unwind, &w, last_one, &w));
    run_for(&w, 3);
    ck_assert_uint_eq(fiber_stats().alive, 100);
    fiber_cancel_all(w.loop);
    loop_run(w.loop);
    ck_assert_uint_eq(fiber_stats().alive, 0);
    ck_assert_uint_le(fiber_stats().pooled, 16);
    loop_timer_destroy(t);
    world_release(&w);
}
END_TEST

START_TEST(no_memory_for_a_fiber_is_an_answer) {
    world_t w = world_create();
    for (int i = 0; i < 2; i++) {
        mem_fail_after(i);
        ck_assert_ptr_null(fiber_start(w.loop, "none", shallow, &w, NULL, NULL));
        mem_fail_after(-1);
    }
    world_release(&w);
}
END_TEST

typedef struct evaluation {
    co_t *co;
    int step;
} evaluation_t;

static void evaluate(void *arg) {
    evaluation_t *e = arg;
    use_stack((volatile char[]){1}, 500); /* far more than a fiber's stack holds */
    for (e->step = 1; e->step < 4; e->step++)
        co_yield (e->co);
}

static void run_evaluation(void *arg) {
    world_t *w = arg;
    evaluation_t e = {0};
    e.co = co_create(1024 * 1024, evaluate, &e);
    ck_assert_ptr_nonnull(e.co);
    for (int i = 1; !co_done(e.co); i++) {
        co_resume(e.co);
        ck_assert_int_eq(e.step, i);
        mark(w, (char)('0' + e.step));
        ck_assert(fiber_yield(NULL));
    }
    co_destroy(e.co);
}

START_TEST(a_coroutine_runs_from_a_fiber_and_outside_of_one) {
    world_t w = world_create();
    start(&w, run_evaluation);
    loop_run(w.loop);
    ck_assert_str_eq(w.trace, "1234");
    evaluation_t e = {0};
    e.co = co_create(1024 * 1024, evaluate, &e);
    while (!co_done(e.co))
        co_resume(e.co);
    ck_assert_int_eq(e.step, 4);
    co_destroy(e.co);
    co_destroy(co_create(4096, evaluate, &e)); /* never resumed */
    world_release(&w);
}
END_TEST

SUITE(fiber, a_fiber_parks_until_it_is_woken, one_wake_is_remembered, sleep_lasts_and_keeps_a_wake_for_later,
      a_cancelled_fiber_unwinds_through_its_own_returns, a_fiber_cancelled_before_it_began_still_runs_its_clean_up,
      a_deadline_ends_every_wait, fibers_that_yield_take_turns, the_deepest_use_of_a_stack_is_known,
      below_a_stack_lies_a_guard_page, an_orderly_stop_unwinds_every_fiber_with_timers_pending,
      no_memory_for_a_fiber_is_an_answer, a_coroutine_runs_from_a_fiber_and_outside_of_one)
