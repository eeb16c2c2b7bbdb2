/* What the loop costs: one JSON line. Build: make build/test/bench/bench_loop. */
#include "reactor/fiber.h"

#include <stdio.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

enum { ROUNDS = 1000000, FIBERS = 200000, READS = 100000 };

static loop_t *loop;
static int left;
static loop_task_t task;
static loop_timer_t *timer;
static co_t *co;
static int fd[2];

static double now_ns(void) {
    struct timespec ts;
    clock_gettime(CLOCK_MONOTONIC, &ts);
    return (double)ts.tv_sec * 1e9 + (double)ts.tv_nsec;
}

/* Runs the loop until somebody stops it; ns for each of n. */
static double measure(int n) {
    left = n;
    double began = now_ns();
    loop_run(loop);
    return (now_ns() - began) / n;
}

static bool more(void) {
    if (--left > 0)
        return true;
    loop_stop(loop);
    return false;
}

static void yield_forever(void *arg) {
    (void)arg;
    for (;;)
        co_yield (co);
}

static double switch_ns(void) {
    co = co_create(65536, yield_forever, NULL);
    double began = now_ns();
    for (int i = 0; i < ROUNDS; i++)
        co_resume(co);
    return (now_ns() - began) / ROUNDS / 2; /* there and back */
}

static void post_again(void *arg) {
    (void)arg;
    if (more())
        loop_post(loop, &task);
}

static void time_again(void *arg) {
    (void)arg;
    if (more())
        loop_timer_start(timer, 0, false);
}

static void yielding(void *arg) {
    (void)arg;
    while (more())
        fiber_yield(NULL);
}

static void parking(void *arg) {
    (void)arg;
    while (more()) {
        fiber_wake(fiber_current());
        fiber_park(-1, NULL);
        fiber_yield(NULL);
    }
}

static void one_fiber(void *arg);
static void next_fiber(void *arg) {
    (void)arg;
    if (more())
        fiber_start(loop, "bench", one_fiber, NULL, next_fiber, NULL);
}
static void one_fiber(void *arg) {
    (void)arg;
}

static void echo(int from, int events, void *arg) {
    (void)events, (void)arg;
    char c;
    if (read(from, &c, 1) != 1 || !more() || write(fd[1], &c, 1) != 1)
        loop_stop(loop);
}

int main(void) {
    loop = loop_create(NULL);
    loop_task_init(&task, post_again, NULL);
    timer = loop_timer_create(loop, LOOP_WORK, time_again, NULL);
    printf("{\"switch_ns\": %.1f", switch_ns());
    loop_post(loop, &task);
    printf(", \"post_ns\": %.1f", measure(ROUNDS));
    loop_timer_start(timer, 0, false);
    printf(", \"timer_ns\": %.1f", measure(READS));
    fiber_start(loop, "bench", yielding, NULL, NULL, NULL);
    printf(", \"yield_ns\": %.1f", measure(ROUNDS));
    fiber_start(loop, "bench", parking, NULL, NULL, NULL);
    printf(", \"wake_park_yield_ns\": %.1f", measure(ROUNDS));
    fiber_start(loop, "bench", one_fiber, NULL, next_fiber, NULL);
    printf(", \"fiber_ns\": %.1f", measure(FIBERS));
    if (socketpair(AF_UNIX, SOCK_STREAM, 0, fd) < 0 || write(fd[1], "x", 1) != 1)
        return 1;
    loop_io_t *io = loop_io_create(loop, fd[0], LOOP_IO, echo, NULL);
    loop_io_want(io, LOOP_READ);
    printf(", \"read_write_ns\": %.1f", measure(READS));
    loop_stats_t s = loop_stats(loop);
    printf(", \"longest_slice_us\": %lld, \"max_lag_us\": %lld, \"deepest\": %zu}\n", (long long)s.longest_slice_us,
           (long long)s.max_lag_us, fiber_stats().deepest);
    return 0;
}
