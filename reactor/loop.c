/* The loop on libevent. libevent runs the highest priority that has anything ready and never looks below it, so IO and
 * WORK can't be priorities of its: one would starve. Both live in one class, where callbacks run in the order in which
 * they became ready and the poller is asked again after each millisecond; posted tasks are one more callback in it that
 * runs a slice of them. What is left to do by hand is that many ready sockets don't delay work by their sum: an I/O
 * callback that finds a millisecond of reading behind it runs the slice itself (see share_with_work). */
#include "reactor/loop.h"

#include "reactor/base/mem.h"

#include <event2/event.h>
#include <event2/event_struct.h>
#include <signal.h>
#include <time.h>
#include <unistd.h>

enum {
    CLASS_URGENT = 0,
    CLASS_SHARED = 1,
    CLASSES = 2,
    SLICE_US = 1000,
    PROBE_MS = 100,
    SIGNAL_STACK = 32 * 1024,
};

struct loop {
    struct event_base *base;
    struct event work;
    link_t tasks;
    int64_t now_us; /* start of the running callback */
    int64_t io_us;  /* spent in I/O callbacks since work had its turn */
    int lingering;
    bool stopping;      /* consumed by the loop_run that it ends */
    void *signal_stack; /* NULL where the thread had one */
    loop_timer_t *probe;
    int64_t probe_due_us;
    loop_stats_t stats;
};

struct loop_timer {
    struct event ev;
    loop_t *loop;
    loop_fn fn;
    void *arg;
};

struct loop_io {
    struct event read, write; /* two, so that pausing one direction is a single epoll_ctl */
    loop_t *loop;
    loop_io_fn fn;
    void *arg;
    int want, again;
};

struct loop_signal {
    struct event ev;
    loop_t *loop;
    loop_fn fn;
    void *arg;
};

static int64_t clock_us(void) {
    struct timespec ts;
    clock_gettime(CLOCK_BOOTTIME, &ts);
    return (int64_t)ts.tv_sec * 1000000 + ts.tv_nsec / 1000;
}

int64_t loop_clock(void) {
    return clock_us() / 1000;
}

int64_t loop_now(const loop_t *l) {
    return l->now_us ? l->now_us / 1000 : loop_clock();
}

/* ---- slices ---- */

static void slice_begin(loop_t *l) {
    l->now_us = clock_us();
    l->stats.iterations++;
}

static int64_t slice_end(loop_t *l) {
    int64_t now = clock_us(), took = now - l->now_us;
    if (took > l->stats.longest_slice_us)
        l->stats.longest_slice_us = took;
    l->now_us = now;
    return took;
}

/* Runs the tasks that wait now, for at most a slice; those that they post come in the next one. */
static void run_tasks(loop_t *l) {
    link_t batch;
    list_init(&batch);
    l->io_us = 0;
    if (list_empty(&l->tasks))
        return;
    list_prepend(&l->tasks, &batch); /* batch becomes the head of what was there … */
    list_remove(&l->tasks);          /* … and the loop's own list is empty */
    list_init(&l->tasks);
    int64_t began = l->now_us;
    do {
        loop_task_t *t = LIST_OWNER(batch.next, loop_task_t, link);
        list_remove(&t->link);
        t->fn(t->arg);
        l->now_us = clock_us();
    } while (!list_empty(&batch) && l->now_us - began < SLICE_US && !l->stopping);
    if (!list_empty(&batch)) { /* the rest goes before what was posted meanwhile */
        link_t *first = batch.next, *last = batch.prev;
        last->next = l->tasks.next;
        last->next->prev = last;
        l->tasks.next = first;
        first->prev = &l->tasks;
    }
    l->now_us = began; /* the caller measures the whole slice */
    if (!list_empty(&l->tasks))
        event_active(&l->work, EV_TIMEOUT, 0);
}

static void on_work(evutil_socket_t fd, short what, void *arg) {
    (void)fd, (void)what;
    loop_t *l = arg;
    slice_begin(l);
    run_tasks(l);
    slice_end(l);
}

/* After an I/O callback: a millisecond of I/O is followed by a slice of work, however many sockets are ready. */
static void share_with_work(loop_t *l, int64_t took) {
    l->io_us += took;
    if (l->io_us < SLICE_US || l->stopping)
        return;
    run_tasks(l);
    slice_end(l);
}

/* ---- timers ---- */

static void on_timer(evutil_socket_t fd, short what, void *arg) {
    (void)fd, (void)what;
    loop_timer_t *t = arg;
    loop_t *l = t->loop; /* t may be gone after the call */
    slice_begin(l);
    t->fn(t->arg);
    slice_end(l);
}

loop_timer_t *loop_timer_create(loop_t *l, loop_priority_t prio, loop_fn fn, void *arg) {
    loop_timer_t *t = mem_alloc(sizeof *t);
    if (!t)
        return NULL;
    t->loop = l;
    t->fn = fn;
    t->arg = arg;
    event_assign(&t->ev, l->base, -1, 0, on_timer, t);
    event_priority_set(&t->ev, prio == LOOP_URGENT ? CLASS_URGENT : CLASS_SHARED);
    return t;
}

void loop_timer_start(loop_timer_t *t, int64_t ms, bool every) {
    int prio = event_get_priority(&t->ev);
    event_del(&t->ev);
    if (ms < 0)
        ms = 0;
    if (every && ms == 0)
        ms = 1; /* libevent doesn't repeat a timeout of zero */
    event_assign(&t->ev, t->loop->base, -1, every ? EV_PERSIST : 0, on_timer, t);
    event_priority_set(&t->ev, prio);
    struct timeval tv = {.tv_sec = ms / 1000, .tv_usec = ms % 1000 * 1000};
    event_add(&t->ev, &tv);
}

void loop_timer_stop(loop_timer_t *t) {
    event_del(&t->ev);
}

bool loop_timer_armed(const loop_timer_t *t) {
    return event_pending(&t->ev, EV_TIMEOUT, NULL) != 0;
}

void loop_timer_destroy(loop_timer_t *t) {
    if (!t)
        return;
    event_del(&t->ev);
    mem_free(t);
}

static void on_probe(void *arg) {
    loop_t *l = arg;
    int64_t lag = l->now_us - l->probe_due_us;
    l->stats.lag_us = lag > 0 ? lag : 0;
    if (lag > l->stats.max_lag_us)
        l->stats.max_lag_us = lag;
    l->probe_due_us = clock_us() + PROBE_MS * 1000;
    loop_timer_start(l->probe, PROBE_MS, false);
}

/* ---- tasks ---- */

void loop_task_init(loop_task_t *t, loop_fn fn, void *arg) {
    list_init(&t->link);
    t->fn = fn;
    t->arg = arg;
}

void loop_post(loop_t *l, loop_task_t *t) {
    if (!list_empty(&t->link))
        return;
    if (list_empty(&l->tasks))
        event_active(&l->work, EV_TIMEOUT, 0);
    list_append(&l->tasks, &t->link);
}

void loop_task_cancel(loop_task_t *t) {
    list_remove(&t->link);
}

/* ---- sockets ---- */

static void on_io(evutil_socket_t fd, short what, void *arg) {
    loop_io_t *io = arg;
    loop_t *l = io->loop; /* io may be gone after the call */
    int events = what & EV_READ ? LOOP_READ : LOOP_WRITE;
    io->again &= ~events;
    slice_begin(l);
    io->fn((int)fd, events, io->arg);
    share_with_work(l, slice_end(l));
}

loop_io_t *loop_io_create(loop_t *l, int fd, loop_priority_t prio, loop_io_fn fn, void *arg) {
    loop_io_t *io = mem_alloc(sizeof *io);
    if (!io)
        return NULL;
    io->loop = l;
    io->fn = fn;
    io->arg = arg;
    event_assign(&io->read, l->base, fd, EV_READ | EV_PERSIST, on_io, io);
    event_assign(&io->write, l->base, fd, EV_WRITE | EV_PERSIST, on_io, io);
    int class = prio == LOOP_URGENT ? CLASS_URGENT : CLASS_SHARED;
    event_priority_set(&io->read, class);
    event_priority_set(&io->write, class);
    return io;
}

static void want_one(loop_io_t *io, struct event *ev, int bit, short what, int events) {
    if ((io->want & bit) == (events & bit))
        return;
    if (events & bit) {
        event_add(ev, NULL);
        return;
    }
    event_del(ev);
    if (io->again & bit) /* event_del took that back too */
        event_active(ev, what, 0);
}

void loop_io_want(loop_io_t *io, int events) {
    want_one(io, &io->read, LOOP_READ, EV_READ, events);
    want_one(io, &io->write, LOOP_WRITE, EV_WRITE, events);
    io->want = events;
}

void loop_io_again(loop_io_t *io, int events) {
    io->again |= events;
    if (events & LOOP_READ)
        event_active(&io->read, EV_READ, 0);
    if (events & LOOP_WRITE)
        event_active(&io->write, EV_WRITE, 0);
}

void loop_io_destroy(loop_io_t *io) {
    if (!io)
        return;
    event_del(&io->read);
    event_del(&io->write);
    mem_free(io);
}

/* ---- signals ---- */

static void on_signal(evutil_socket_t fd, short what, void *arg) {
    (void)fd, (void)what;
    loop_signal_t *s = arg;
    loop_t *l = s->loop;
    slice_begin(l);
    s->fn(s->arg);
    slice_end(l);
}

loop_signal_t *loop_signal_create(loop_t *l, int signo, loop_fn fn, void *arg) {
    loop_signal_t *s = mem_alloc(sizeof *s);
    if (!s)
        return NULL;
    s->loop = l;
    s->fn = fn;
    s->arg = arg;
    event_assign(&s->ev, l->base, signo, EV_SIGNAL | EV_PERSIST, on_signal, s);
    event_priority_set(&s->ev, CLASS_URGENT);
    if (event_add(&s->ev, NULL) < 0) {
        mem_free(s);
        return NULL;
    }
    /* libevent's handler must not run on a fiber's stack: a frame with all vector registers takes up to 11 KiB. */
    struct sigaction sa;
    if (sigaction(signo, NULL, &sa) == 0) {
        sa.sa_flags |= SA_ONSTACK;
        sigaction(signo, &sa, NULL);
    }
    return s;
}

void loop_signal_destroy(loop_signal_t *s) {
    if (!s)
        return;
    event_del(&s->ev);
    mem_free(s);
}

/* False when out of memory; does nothing where the thread has a signal stack (sanitizers bring theirs). */
static bool signal_stack_install(loop_t *l) {
    stack_t old;
    if (sigaltstack(NULL, &old) < 0 || !(old.ss_flags & SS_DISABLE))
        return true;
    long least = sysconf(_SC_SIGSTKSZ);
    stack_t ss = {.ss_size = least > SIGNAL_STACK ? (size_t)least : SIGNAL_STACK};
    ss.ss_sp = l->signal_stack = mem_alloc(ss.ss_size);
    return ss.ss_sp && sigaltstack(&ss, NULL) == 0;
}

static void signal_stack_remove(loop_t *l) {
    if (!l->signal_stack)
        return;
    sigaltstack(&(stack_t){.ss_flags = SS_DISABLE}, NULL);
    mem_free(l->signal_stack);
}

/* ---- the loop ---- */

static struct event_base *base_create(void) {
    struct event_config *cfg = event_config_new();
    if (!cfg)
        return NULL;
    /* No cached time: a timer started at the end of a long slice must not be early by that slice. */
    event_config_set_flag(cfg, EVENT_BASE_FLAG_NOLOCK | EVENT_BASE_FLAG_PRECISE_TIMER | EVENT_BASE_FLAG_NO_CACHE_TIME);
    struct timeval slice = {.tv_usec = SLICE_US};
    event_config_set_max_dispatch_interval(cfg, &slice, -1, CLASS_SHARED);
    struct event_base *base = event_base_new_with_config(cfg);
    event_config_free(cfg);
    return base;
}

loop_t *loop_create(err_t *err) {
    loop_t *l = mem_alloc(sizeof *l);
    if (!l) {
        error_memory(err);
        return NULL;
    }
    list_init(&l->tasks);
    l->base = base_create();
    if (!l->base || event_base_priority_init(l->base, CLASSES) < 0) {
        error_errno(err, "create the event loop");
        loop_destroy(l);
        return NULL;
    }
    event_assign(&l->work, l->base, -1, 0, on_work, l);
    event_priority_set(&l->work, CLASS_SHARED);
    l->probe = loop_timer_create(l, LOOP_URGENT, on_probe, l);
    if (!l->probe || !signal_stack_install(l)) {
        error_memory(err);
        loop_destroy(l);
        return NULL;
    }
    signal(SIGPIPE, SIG_IGN);
    return l;
}

void loop_destroy(loop_t *l) {
    if (!l)
        return;
    while (!list_empty(&l->tasks)) /* so that owners may still cancel */
        list_remove(l->tasks.next);
    for (int rounds = 0; l->lingering > 0 && rounds < 16; rounds++)
        event_base_loop(l->base, EVLOOP_NONBLOCK);
    if (l->probe) {
        loop_timer_destroy(l->probe);
        event_del(&l->work);
    }
    if (l->base)
        event_base_free(l->base);
    signal_stack_remove(l);
    mem_free(l);
}

void loop_run(loop_t *l) {
    if (!l->stopping) {
        l->probe_due_us = clock_us() + PROBE_MS * 1000;
        loop_timer_start(l->probe, PROBE_MS, false);
        event_base_loop(l->base, EVLOOP_NO_EXIT_ON_EMPTY);
        loop_timer_stop(l->probe);
    }
    l->stopping = false;
    l->now_us = 0;
}

void loop_stop(loop_t *l) {
    l->stopping = true;
    event_base_loopbreak(l->base);
}

bool loop_stopping(const loop_t *l) {
    return l->stopping;
}

struct event_base *loop_base(loop_t *l) {
    return l->base;
}

void loop_linger(loop_t *l, int change) {
    l->lingering += change;
}

loop_stats_t loop_stats(const loop_t *l) {
    return l->stats;
}

void loop_stats_reset(loop_t *l) {
    l->stats = (loop_stats_t){.iterations = l->stats.iterations};
}
