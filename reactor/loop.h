/* The loop: one event_base, one thread, three priorities.
 *
 *   LOOP_URGENT   leases, signals, probes, loop-lag timers: always first
 *   LOOP_IO       sockets: at most 256 KiB or 1 ms of reading at a time, then at least one slice of work
 *   LOOP_WORK     work queues, fibers, posted tasks
 *
 * Everything here runs on the loop's thread; nothing is thread-safe and nothing blocks. Times are milliseconds of
 * CLOCK_BOOTTIME-like monotonic time unless said otherwise. Callbacks get the argument they were registered with;
 * whoever registered owns the handle and destroys it before the argument dies. */
#ifndef REACTOR_LOOP_H
#define REACTOR_LOOP_H

#include "reactor/base/error.h"
#include "reactor/base/list.h"

typedef struct loop loop_t;
typedef enum { LOOP_URGENT = 0, LOOP_IO = 1, LOOP_WORK = 2 } loop_priority_t;
struct event_base;

/* Ignores SIGPIPE for the process. NULL with *err when libevent refuses. */
loop_t *loop_create(err_t *err);
void loop_destroy(loop_t *l);
/* Runs until loop_stop; returns at once when stop was called before. A stop ends one run, after the callback that is
 * running: tasks, timers and sockets stay as they are, and the loop may be run again, for fibers to unwind. */
void loop_run(loop_t *l);
void loop_stop(loop_t *l);
bool loop_stopping(const loop_t *l); /* between loop_stop and the end of the run */
/* For reactor/ only: libevent's; and the number of things that free themselves a round or two later, which
 * loop_destroy waits for. */
struct event_base *loop_base(loop_t *l);
void loop_linger(loop_t *l, int change);
int64_t loop_now(const loop_t *l); /* ms, monotonic, when this callback began (cached) */
int64_t loop_clock(void);          /* ms, monotonic, read now */

/* Timers. Created stopped; start (re)arms for once, `every` true repeats. Destroy stops. NULL when out of memory. */
typedef struct loop_timer loop_timer_t;
typedef void (*loop_fn)(void *arg);
loop_timer_t *loop_timer_create(loop_t *l, loop_priority_t prio, loop_fn fn, void *arg);
void loop_timer_start(loop_timer_t *t, int64_t ms, bool every);
void loop_timer_stop(loop_timer_t *t);
bool loop_timer_armed(const loop_timer_t *t);
void loop_timer_destroy(loop_timer_t *t); /* NULL is fine; allowed from its own callback */

/* Runs fn(arg) from the loop, soon, in order of posting, never from inside the call. The task is embedded in the
 * caller's own struct, so posting can't fail; posting a task that waits already does nothing. */
typedef struct loop_task {
    link_t link;
    loop_fn fn;
    void *arg;
} loop_task_t;
void loop_task_init(loop_task_t *t, loop_fn fn, void *arg);
void loop_post(loop_t *l, loop_task_t *t);
void loop_task_cancel(loop_task_t *t);

/* Readiness of a descriptor, level-triggered; events is LOOP_READ | LOOP_WRITE, 0 pauses. fn gets one of the two at a
 * time, and bounds its reading; an error or hang-up shows as what is wanted. Close the descriptor after destroy. */
enum { LOOP_READ = 1, LOOP_WRITE = 2 };
typedef struct loop_io loop_io_t;
typedef void (*loop_io_fn)(int fd, int events, void *arg);
loop_io_t *loop_io_create(loop_t *l, int fd, loop_priority_t prio, loop_io_fn fn, void *arg);
void loop_io_want(loop_io_t *io, int events);
/* Calls fn again in the next round even if the poller is silent (bytes lie in a TLS buffer), wanted or not. */
void loop_io_again(loop_io_t *io, int events);
void loop_io_destroy(loop_io_t *io); /* NULL is fine; allowed from its own callback */

/* Signals: fn runs on the loop at LOOP_URGENT; NULL also when the kernel refuses the signal. */
typedef struct loop_signal loop_signal_t;
loop_signal_t *loop_signal_create(loop_t *l, int signo, loop_fn fn, void *arg);
void loop_signal_destroy(loop_signal_t *s); /* NULL is fine; allowed from its own callback */

/* What the loop measured of itself: the longest slice (one callback, or one slice of tasks) and the lag of an urgent
 * timer that runs each 100 ms (its due time to its run), the last and the largest since the last reset, in
 * microseconds; and the number of slices ever run. */
typedef struct loop_stats {
    int64_t longest_slice_us, lag_us, max_lag_us;
    uint64_t iterations;
} loop_stats_t;
loop_stats_t loop_stats(const loop_t *l);
void loop_stats_reset(loop_t *l);

#endif
