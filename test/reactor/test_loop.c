#include "test/suite.h"

#include "reactor/loop.h"

#include <signal.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

/* What a test's callbacks share: a loop, a trace of letters, and a handle to destroy. */
typedef struct world {
    loop_t *loop;
    char trace[64];
    int count;
    loop_timer_t *timer;
    loop_io_t *io;
    loop_signal_t *sig;
    loop_task_t a, b;
    int64_t at;
    int fds[2];
} world_t;

static world_t world_create(void) {
    world_t w = {.loop = loop_create(NULL)};
    ck_assert_ptr_nonnull(w.loop);
    return w;
}

static void mark(world_t *w, char c) {
    size_t n = strlen(w->trace);
    if (n + 1 < sizeof w->trace)
        w->trace[n] = c;
}

static void spin_ms(int64_t ms) {
    for (int64_t end = loop_clock() + ms; loop_clock() < end;)
        ;
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

static void tick(void *arg) {
    world_t *w = arg;
    if (++w->count == 3)
        loop_stop(w->loop);
}

START_TEST(a_timer_is_never_early_and_repeats_when_asked) {
    world_t w = world_create();
    w.timer = loop_timer_create(w.loop, LOOP_WORK, tick, &w);
    ck_assert(!loop_timer_armed(w.timer));
    int64_t began = loop_clock();
    loop_timer_start(w.timer, 10, true);
    loop_run(w.loop);
    ck_assert_int_eq(w.count, 3);
    ck_assert_int_ge(loop_clock() - began, 29);
    loop_timer_stop(w.timer);
    ck_assert(!loop_timer_armed(w.timer));
    w.count = 0;
    loop_timer_start(w.timer, 1, false);
    run_for(&w, 20);
    ck_assert_int_eq(w.count, 1);
    ck_assert(!loop_timer_armed(w.timer));
    loop_timer_destroy(w.timer);
    loop_destroy(w.loop);
}
END_TEST

static void late_start(void *arg) {
    world_t *w = arg;
    spin_ms(8);
    w->at = loop_clock();
    loop_timer_start(w->timer, 10, false);
}

START_TEST(a_timer_started_at_the_end_of_a_long_slice_is_not_early) {
    world_t w = world_create();
    w.timer = loop_timer_create(w.loop, LOOP_WORK, stop, &w);
    loop_task_init(&w.a, late_start, &w);
    loop_post(w.loop, &w.a);
    loop_run(w.loop);
    ck_assert_int_ge(loop_clock() - w.at, 10);
    loop_timer_destroy(w.timer);
    loop_destroy(w.loop);
}
END_TEST

static void destroy_timer(void *arg) {
    world_t *w = arg;
    loop_timer_destroy(w->timer);
    loop_stop(w->loop);
}

START_TEST(a_repeating_timer_may_be_destroyed_from_its_own_callback) {
    world_t w = world_create();
    w.timer = loop_timer_create(w.loop, LOOP_URGENT, destroy_timer, &w);
    loop_timer_start(w.timer, 0, true);
    loop_run(w.loop);
    loop_destroy(w.loop);
}
END_TEST

static void mark_a(void *arg) {
    mark(arg, 'a');
}
static void mark_b(void *arg) {
    world_t *w = arg;
    mark(w, 'b');
    loop_post(w->loop, &w->a); /* comes later, not inside */
    loop_post(w->loop, &w->a);
    mark(w, ';');
}

START_TEST(tasks_run_in_order_once_and_never_inside_the_call) {
    world_t w = world_create();
    loop_task_init(&w.a, mark_a, &w);
    loop_task_init(&w.b, mark_b, &w);
    loop_post(w.loop, &w.a);
    loop_post(w.loop, &w.b);
    loop_post(w.loop, &w.a);
    ck_assert_str_eq(w.trace, "");
    run_for(&w, 5);
    ck_assert_str_eq(w.trace, "ab;a");
    loop_post(w.loop, &w.b);
    loop_task_cancel(&w.b);
    loop_task_cancel(&w.b);
    run_for(&w, 5);
    ck_assert_str_eq(w.trace, "ab;a");
    loop_destroy(w.loop);
}
END_TEST

START_TEST(a_task_that_never_ran_may_be_cancelled_after_the_loop) {
    world_t w = world_create();
    loop_task_init(&w.a, mark_a, &w);
    loop_post(w.loop, &w.a);
    loop_destroy(w.loop);
    ck_assert(list_empty(&w.a.link));
    loop_task_cancel(&w.a);
}
END_TEST

START_TEST(a_stop_before_the_run_ends_it_at_once_and_only_once) {
    world_t w = world_create();
    loop_task_init(&w.a, mark_a, &w);
    loop_post(w.loop, &w.a);
    loop_stop(w.loop);
    ck_assert(loop_stopping(w.loop));
    loop_run(w.loop);
    ck_assert_str_eq(w.trace, "");
    ck_assert(!loop_stopping(w.loop));
    run_for(&w, 5); /* what waited still waits */
    ck_assert_str_eq(w.trace, "a");
    loop_destroy(w.loop);
}
END_TEST

static void stop_and_mark(void *arg) {
    world_t *w = arg;
    mark(w, 's');
    loop_stop(w->loop);
}

START_TEST(a_stop_ends_the_slice_and_leaves_the_rest_for_the_next_run) {
    world_t w = world_create();
    loop_task_init(&w.b, stop_and_mark, &w);
    loop_task_init(&w.a, mark_a, &w);
    w.timer = loop_timer_create(w.loop, LOOP_WORK, mark_a, &w);
    loop_timer_start(w.timer, 60000, false);
    loop_post(w.loop, &w.b);
    loop_post(w.loop, &w.a);
    loop_run(w.loop);
    ck_assert_str_eq(w.trace, "s");
    run_for(&w, 5);
    ck_assert_str_eq(w.trace, "sa");
    loop_timer_destroy(w.timer);
    loop_destroy(w.loop);
}
END_TEST

static void forever(void *arg) {
    world_t *w = arg;
    w->count++;
    spin_ms(1);
    loop_post(w->loop, &w->a);
}

static void readable(int fd, int events, void *arg) {
    world_t *w = arg;
    char c;
    ck_assert_int_eq(events, LOOP_READ);
    ck_assert_int_eq(read(fd, &c, 1), 1);
    mark(w, c);
    if (strlen(w->trace) == 3)
        loop_stop(w->loop);
}

START_TEST(endless_work_starves_neither_sockets_nor_urgent_timers) {
    world_t w = world_create();
    ck_assert_int_eq(socketpair(AF_UNIX, SOCK_STREAM, 0, w.fds), 0);
    w.io = loop_io_create(w.loop, w.fds[0], LOOP_IO, readable, &w);
    loop_io_want(w.io, LOOP_READ);
    loop_task_init(&w.a, forever, &w);
    loop_post(w.loop, &w.a);
    ck_assert_int_eq(write(w.fds[1], "xyz", 3), 3);
    loop_run(w.loop);
    ck_assert_str_eq(w.trace, "xyz");
    ck_assert_int_lt(w.count, 30);
    w.count = -20; /* so that the third tick is the 23rd */
    w.timer = loop_timer_create(w.loop, LOOP_URGENT, stop, &w);
    loop_timer_start(w.timer, 5, false);
    loop_run(w.loop);
    ck_assert_int_lt(w.count, 10);
    loop_timer_destroy(w.timer);
    loop_io_destroy(w.io);
    close(w.fds[0]), close(w.fds[1]);
    loop_destroy(w.loop);
}
END_TEST

/* Never drained: each is always ready, and reads for half a millisecond. */
static void greedy(int fd, int events, void *arg) {
    (void)fd, (void)events;
    world_t *w = arg;
    w->count++;
    for (int64_t i = 0; i < 200; i++)
        (void)loop_clock();
    spin_ms(1);
}

static void count_work(void *arg) {
    world_t *w = arg;
    mark(w, (char)('0' + w->count));
    w->count = 0;
    loop_post(w->loop, &w->a);
    if (strlen(w->trace) == 10)
        loop_stop(w->loop);
}

START_TEST(many_ready_sockets_give_work_a_turn_each_millisecond) {
    world_t w = world_create();
    enum { SOCKETS = 20 };
    loop_io_t *io[SOCKETS];
    int fd[SOCKETS][2];
    for (int i = 0; i < SOCKETS; i++) {
        ck_assert_int_eq(socketpair(AF_UNIX, SOCK_STREAM, 0, fd[i]), 0);
        ck_assert_int_eq(write(fd[i][1], "x", 1), 1);
        io[i] = loop_io_create(w.loop, fd[i][0], LOOP_IO, greedy, &w);
        loop_io_want(io[i], LOOP_READ);
    }
    loop_task_init(&w.a, count_work, &w);
    loop_post(w.loop, &w.a);
    loop_run(w.loop);
    for (size_t i = 1; i < 10; i++) /* I/O callbacks before each turn of work, of 20 that were ready */
        ck_assert_msg(w.trace[i] <= '3', "I/O callbacks between turns of work: %s", w.trace);
    for (int i = 0; i < SOCKETS; i++) {
        loop_io_destroy(io[i]);
        close(fd[i][0]), close(fd[i][1]);
    }
    loop_destroy(w.loop);
}
END_TEST

static void again(int fd, int events, void *arg) {
    (void)fd;
    world_t *w = arg;
    mark(w, events == LOOP_READ ? 'r' : events == LOOP_WRITE ? 'w' : '?');
    if (++w->count < 3)
        loop_io_again(w->io, LOOP_READ);
}

START_TEST(again_calls_back_though_the_poller_is_silent) {
    world_t w = world_create();
    ck_assert_int_eq(socketpair(AF_UNIX, SOCK_STREAM, 0, w.fds), 0);
    w.io = loop_io_create(w.loop, w.fds[0], LOOP_IO, again, &w);
    loop_io_want(w.io, LOOP_READ);
    run_for(&w, 3);
    ck_assert_str_eq(w.trace, "");
    loop_io_again(w.io, LOOP_READ);
    loop_io_want(w.io, 0); /* pausing doesn't take it back */
    run_for(&w, 5);
    ck_assert_str_eq(w.trace, "rrr");
    loop_io_again(w.io, LOOP_READ | LOOP_WRITE);
    loop_io_destroy(w.io);
    run_for(&w, 5);
    ck_assert_str_eq(w.trace, "rrr");
    close(w.fds[0]), close(w.fds[1]);
    loop_destroy(w.loop);
}
END_TEST

static void once_each_way(int fd, int events, void *arg) {
    (void)fd;
    world_t *w = arg;
    mark(w, events == LOOP_READ ? 'r' : events == LOOP_WRITE ? 'w' : '?');
    if (events == LOOP_WRITE)
        loop_io_want(w->io, LOOP_READ);
}

static void destroy_io(int fd, int events, void *arg) {
    (void)fd, (void)events;
    world_t *w = arg;
    mark(w, 'd');
    loop_io_destroy(w->io);
}

START_TEST(each_direction_is_wanted_alone_and_destroy_in_the_callback_ends_both) {
    world_t w = world_create();
    ck_assert_int_eq(socketpair(AF_UNIX, SOCK_STREAM, 0, w.fds), 0);
    w.io = loop_io_create(w.loop, w.fds[0], LOOP_IO, once_each_way, &w);
    loop_io_want(w.io, LOOP_READ | LOOP_WRITE);
    run_for(&w, 5);
    ck_assert_str_eq(w.trace, "w");
    loop_io_destroy(w.io);
    w.trace[0] = 0;
    ck_assert_int_eq(write(w.fds[1], "x", 1), 1);
    w.io = loop_io_create(w.loop, w.fds[0], LOOP_URGENT, destroy_io, &w);
    loop_io_want(w.io, LOOP_READ | LOOP_WRITE); /* both are ready in the same round */
    run_for(&w, 5);
    ck_assert_str_eq(w.trace, "d");
    close(w.fds[0]), close(w.fds[1]);
    loop_destroy(w.loop);
}
END_TEST

static void on_signal(void *arg) {
    world_t *w = arg;
    mark(w, 's');
    loop_signal_destroy(w->sig);
    loop_stop(w->loop);
}

START_TEST(a_signal_reaches_the_loop_and_its_handler_has_its_own_stack) {
    world_t w = world_create();
    w.sig = loop_signal_create(w.loop, SIGUSR1, on_signal, &w);
    ck_assert_ptr_nonnull(w.sig);
    struct sigaction sa;
    ck_assert_int_eq(sigaction(SIGUSR1, NULL, &sa), 0);
    ck_assert(sa.sa_flags & SA_ONSTACK);
    stack_t ss;
    ck_assert_int_eq(sigaltstack(NULL, &ss), 0);
    ck_assert(!(ss.ss_flags & SS_DISABLE));
    raise(SIGUSR1);
    raise(SIGUSR1);
    loop_run(w.loop);
    ck_assert_str_eq(w.trace, "s");
    loop_destroy(w.loop);
}
END_TEST

START_TEST(writing_to_a_closed_pipe_is_an_error_not_a_death) {
    world_t w = world_create();
    ck_assert_int_eq(pipe(w.fds), 0);
    close(w.fds[0]);
    ck_assert_int_eq(write(w.fds[1], "x", 1), -1);
    close(w.fds[1]);
    loop_destroy(w.loop);
}
END_TEST

static void long_slice(void *arg) {
    (void)arg;
    spin_ms(150);
}

START_TEST(the_loop_measures_its_longest_slice_and_its_lag) {
    world_t w = world_create();
    bool small = false;
    for (int i = 0; i < 5 && !small; i++) { /* on a busy machine not each time */
        loop_stats_reset(w.loop);
        run_for(&w, 120);
        small = loop_stats(w.loop).longest_slice_us < 90000 && loop_stats(w.loop).max_lag_us < 90000;
    }
    ck_assert_msg(small, "an idle loop measured %d us of lag", (int)loop_stats(w.loop).max_lag_us);
    loop_task_init(&w.a, long_slice, &w);
    loop_post(w.loop, &w.a);
    run_for(&w, 170);
    loop_stats_t s = loop_stats(w.loop);
    ck_assert_int_ge(s.longest_slice_us, 149000);
    ck_assert_int_ge(s.max_lag_us, 40000);
    ck_assert_uint_gt(s.iterations, 2);
    loop_stats_reset(w.loop);
    ck_assert_int_eq(loop_stats(w.loop).max_lag_us, 0);
    loop_destroy(w.loop);
}
END_TEST

SUITE(loop, a_timer_is_never_early_and_repeats_when_asked, a_timer_started_at_the_end_of_a_long_slice_is_not_early,
      a_repeating_timer_may_be_destroyed_from_its_own_callback, tasks_run_in_order_once_and_never_inside_the_call,
      a_task_that_never_ran_may_be_cancelled_after_the_loop, a_stop_before_the_run_ends_it_at_once_and_only_once,
      a_stop_ends_the_slice_and_leaves_the_rest_for_the_next_run,
      endless_work_starves_neither_sockets_nor_urgent_timers, many_ready_sockets_give_work_a_turn_each_millisecond,
      again_calls_back_though_the_poller_is_silent,
      each_direction_is_wanted_alone_and_destroy_in_the_callback_ends_both,
      a_signal_reaches_the_loop_and_its_handler_has_its_own_stack, writing_to_a_closed_pipe_is_an_error_not_a_death,
      the_loop_measures_its_longest_slice_and_its_lag)
