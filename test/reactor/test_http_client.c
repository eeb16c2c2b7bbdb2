#include "test/reactor/rig.h"

#include <errno.h>
#include <netinet/in.h>
#include <signal.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>
#include <zlib.h>

static const http_server_options_t DEFAULTS = {0};

/* ---- bodies ---- */

static void get_sizes(void *arg) {
    rig_t *r = arg;
    static const size_t sizes[] = {0, 1, 100, 16383, 16384, 16385, 65535, 300000, 1 << 20, 5 << 20};
    for (size_t i = 0; i < sizeof sizes / sizeof *sizes; i++) {
        arena_t *a = arena_create();
        err_t err = ERROR_INIT;
        char path[40];
        snprintf(path, sizeof path, "/size/%zu", sizes[i]);
        str_t body;
        int status = rig_get(r->client, path, a, &body, &err);
        ck_assert_msg(status == 200, "%s: %d %s", path, status, error_text(&err));
        ck_assert_msg(is_pattern(body, sizes[i]), "%s: %zu bytes", path, body.n);
        arena_destroy(a);
    }
}

START_TEST(bodies_of_every_size_arrive_whole) {
    rig_t r;
    rig_init(&r, DEFAULTS, false);
    rig_run(&r, get_sizes, &r);
    ck_assert_uint_eq(http_client_stats(r.client).connects, 1);
    rig_release(&r);
}
END_TEST

static void post_sizes(void *arg) {
    rig_t *r = arg;
    arena_t *a = arena_create();
    err_t err = ERROR_INIT;
    static const size_t sizes[] = {0, 1, 16384, 300000, 3 << 20};
    http_response_t p;
    http_request_t q = {.method = STR("POST"), .path = STR("/echo")};
    for (size_t i = 0; i < sizeof sizes / sizeof *sizes; i++) {
        q.body = pattern(a, sizes[i]);
        ck_assert_msg(http_do(r->client, &q, a, 4 << 20, &p, &err), "%s", error_text(&err));
        ck_assert_int_eq(p.status, 201);
        ck_assert(str_eqc(http_header(p.headers, p.nheaders, STR("x-method")), "POST"));
        ck_assert(is_pattern(p.body, sizes[i]));
    }
    int handled = r->handled;
    q.body = pattern(a, 4000000);
    ck_assert_msg(http_do(r->client, &q, a, 4 << 20, &p, &err), "%s", error_text(&err));
    ck_assert_int_eq(p.status, 413);
    ck_assert_int_eq(r->handled, handled);
    arena_destroy(a);
}

START_TEST(request_bodies_arrive_whole_and_past_the_limit_get_413) {
    rig_t r;
    rig_init(&r, DEFAULTS, false);
    rig_run(&r, post_sizes, &r);
    rig_release(&r);
}
END_TEST

static void get_bounded(void *arg) {
    rig_t *r = arg;
    arena_t *a = arena_create();
    err_t err = ERROR_INIT;
    http_request_t q = {.method = STR("GET"), .path = STR("/size/100000")};
    http_response_t p;
    ck_assert(!http_do(r->client, &q, a, 99999, &p, &err));
    ck_assert_int_eq(err.code, ERR_LIMIT);
    error_release(&err);
    ck_assert(http_do(r->client, &q, a, 100000, &p, &err));
    arena_limit(a, arena_used(a) + 1000);
    ck_assert(!http_do(r->client, &q, a, 100000, &p, &err));
    ck_assert_msg(err.code == ERR_LIMIT, "%s", error_text(&err));
    error_release(&err);
    arena_destroy(a);
}

START_TEST(a_response_past_the_callers_bound_or_arena_is_an_error) {
    rig_t r;
    rig_init(&r, DEFAULTS, false);
    rig_run(&r, get_bounded, &r);
    rig_release(&r);
}
END_TEST

/* ---- many at once ---- */

enum { MANY = 300 };
typedef struct crowd {
    rig_t *rig;
    int done, failed;
    fiber_t *waiter;
} crowd_t;

static void one_of_many(void *arg) {
    crowd_t *c = arg;
    arena_t *a = arena_create();
    err_t err = ERROR_INIT;
    str_t body;
    if (rig_get(c->rig->client, "/slow/3", a, &body, &err) != 200 || !str_eqc(body, "late")) {
        printf("failed: %s\n", error_text(&err));
        c->failed++;
    }
    error_release(&err);
    arena_destroy(a);
    if (++c->done == MANY)
        fiber_wake(c->waiter);
}

static void all_of_them(void *arg) {
    crowd_t *c = arg;
    c->waiter = fiber_current();
    for (int i = 0; i < MANY; i++)
        ck_assert(fiber_start(fiber_loop(), "one", one_of_many, c, NULL, NULL) != NULL);
    err_t err = ERROR_INIT;
    while (c->done < MANY)
        ck_assert_msg(fiber_park(60000, &err), "%d done", c->done);
}

static void crowd_on(size_t connections, uint32_t streams) {
    rig_t r;
    rig_init(&r, (http_server_options_t){.max_streams = streams}, false);
    http_client_destroy(r.client);
    r.client = rig_client(&r, (http_client_options_t){.max_connections = connections});
    crowd_t c = {.rig = &r};
    rig_run(&r, all_of_them, &c);
    ck_assert_int_eq(c.failed, 0);
    ck_assert_int_eq(r.handled, MANY);
    ck_assert_int_le(r.most_running, (int)(connections * streams));
    ck_assert_uint_eq(http_client_stats(r.client).connects, connections);
    ck_assert_uint_eq(http_client_stats(r.client).streams, 0);
    rig_release(&r);
}

START_TEST(three_hundred_requests_pass_a_server_of_ten_streams) {
    crowd_on(1, 10);
    crowd_on(4, 10);
}
END_TEST

START_TEST(a_server_of_fewer_streams_than_were_guessed_refuses_and_is_asked_again) {
    crowd_on(1, 3);
}
END_TEST

/* ---- streams ---- */

typedef struct watcher {
    rig_t *rig;
    http_stream_t *s;
    fiber_t *fiber;
    int status;
    size_t got, owed;
    bool closed, consume;
    bool cancel_in_headers, cancel_in_data, destroy_in_data, destroy_in_closed;
    error_code_t code;
    char text[200];
} watcher_t;

static void w_headers(void *arg, int status, const http_header_t *headers, size_t n) {
    watcher_t *w = arg;
    w->status = status;
    ck_assert(http_header(headers, n, STR("date")).n > 0);
    if (w->cancel_in_headers)
        http_stream_cancel(w->s);
    fiber_wake(w->fiber);
}

static void w_data(void *arg, const char *p, size_t n) {
    watcher_t *w = arg;
    w->got += n;
    ck_assert(p != NULL);
    if (w->consume)
        http_stream_consumed(w->s, n);
    else
        w->owed += n;
    if (w->cancel_in_data)
        http_stream_cancel(w->s);
    if (w->destroy_in_data) {
        http_client_destroy(w->rig->client);
        w->rig->client = NULL;
    }
    fiber_wake(w->fiber);
}

static void w_closed(void *arg, const err_t *err) {
    watcher_t *w = arg;
    ck_assert(!w->closed);
    w->closed = true;
    w->code = err->code;
    snprintf(w->text, sizeof w->text, "%s", error_text(err));
    if (w->destroy_in_closed) {
        http_client_destroy(w->rig->client);
        w->rig->client = NULL;
    }
    fiber_wake(w->fiber);
}

static void w_open(watcher_t *w, const char *path, int64_t timeout_ms) {
    static const http_stream_events_t ev = {w_headers, w_data, w_closed};
    w->fiber = fiber_current();
    http_request_t q = {.method = STR("GET"), .path = str_c(path), .timeout_ms = timeout_ms};
    err_t err = ERROR_INIT;
    w->s = http_stream_open(w->rig->client, &q, &ev, w, &err);
    ck_assert(w->s != NULL);
    ck_assert(!w->closed);
}

/* Parks until the condition holds. */
#define AWAIT(condition)                                                                                               \
    do {                                                                                                               \
        err_t await_err = ERROR_INIT;                                                                                  \
        int64_t await_until = loop_clock() + 20000;                                                                    \
        while (!(condition)) {                                                                                         \
            ck_assert_msg(loop_clock() < await_until, "waited in vain for: " #condition);                              \
            fiber_park(20, &await_err);                                                                                \
            error_release(&await_err);                                                                                 \
        }                                                                                                              \
    } while (0)

static void nap(int64_t ms) {
    err_t err = ERROR_INIT;
    ck_assert(fiber_sleep(ms, &err));
}

static void slow_reader(void *arg) {
    rig_t *r = arg;
    watcher_t w = {.rig = r};
    w_open(&w, "/stream/5000000", 0);
    AWAIT(w.got >= 1 << 20);
    arena_t *a = arena_create();
    err_t err = ERROR_INIT;
    str_t body;
    for (int i = 0; i < 5; i++) { /* more than the connection's window in all */
        ck_assert_int_eq(rig_get(r->client, "/size/5000000", a, &body, &err), 200);
        ck_assert_uint_eq(body.n, 5000000);
    }
    ck_assert_uint_eq(w.got, 1 << 20);
    ck_assert(!w.closed);
    w.consume = true;
    http_stream_consumed(w.s, w.owed);
    AWAIT(w.closed);
    ck_assert_uint_eq(w.got, 5000000);
    ck_assert_int_eq(w.code, ERR_NONE);
    ck_assert_uint_eq(http_client_stats(r->client).connects, 1);
    arena_destroy(a);
}

START_TEST(a_slow_consumer_holds_back_its_own_stream_only) {
    rig_t r;
    rig_init(&r, DEFAULTS, false);
    rig_run(&r, slow_reader, &r);
    rig_release(&r);
}
END_TEST

static void cancel_streams(void *arg) {
    rig_t *r = arg;
    watcher_t never = {.rig = r}, open = {.rig = r}, h = {.rig = r, .cancel_in_headers = true},
              d = {.rig = r, .cancel_in_data = true}, unsent = {.rig = r};
    w_open(&unsent, "/never", 0);
    http_stream_cancel(unsent.s); /* before anything of it was sent */
    w_open(&never, "/never", 0);
    w_open(&open, "/open", 0);
    w_open(&h, "/open", 0);
    w_open(&d, "/open", 0);
    AWAIT(r->handled == 4 && open.got == 6 && d.got == 6);
    ck_assert_int_eq(r->running, 4);
    AWAIT(r->closed == 2); /* those that cancelled themselves */
    http_stream_cancel(never.s);
    http_stream_cancel(open.s);
    AWAIT(r->closed == 4);
    ck_assert(!never.closed && !open.closed && !h.closed && !d.closed && !unsent.closed);
    ck_assert_uint_eq(http_client_stats(r->client).streams, 0);
    arena_t *a = arena_create();
    err_t err = ERROR_INIT;
    ck_assert_int_eq(rig_get(r->client, "/size/1", a, NULL, &err), 200);
    ck_assert_uint_eq(http_client_stats(r->client).connects, 1);
    arena_destroy(a);
}

START_TEST(a_cancelled_stream_is_reset_at_the_server_and_calls_nobody) {
    rig_t r;
    rig_init(&r, DEFAULTS, false);
    rig_run(&r, cancel_streams, &r);
    rig_release(&r);
}
END_TEST

static void destroy_inside(void *arg) {
    rig_t *r = arg;
    watcher_t other = {.rig = r}, d = {.rig = r, .destroy_in_data = true};
    w_open(&other, "/never", 0);
    w_open(&d, "/open", 0);
    AWAIT(d.closed);
    ck_assert(other.closed);
    ck_assert_int_eq(other.code, ERR_CANCELLED);
    ck_assert_int_eq(d.code, ERR_CANCELLED);
    r->client = rig_client(r, (http_client_options_t){0});
    watcher_t c = {.rig = r, .destroy_in_closed = true}, third = {.rig = r};
    w_open(&third, "/never", 0);
    w_open(&c, "/size/10", 0);
    AWAIT(c.closed && third.closed);
    ck_assert_int_eq(c.code, ERR_NONE);
    ck_assert_int_eq(third.code, ERR_CANCELLED);
}

START_TEST(a_client_may_be_destroyed_from_its_own_callbacks) {
    rig_t r;
    rig_init(&r, DEFAULTS, false);
    rig_run(&r, destroy_inside, &r);
    rig_release(&r);
}
END_TEST

static void late_headers(void *arg) {
    rig_t *r = arg;
    watcher_t w = {.rig = r}, open = {.rig = r};
    w_open(&open, "/open", 100);
    w_open(&w, "/never", 100);
    AWAIT(w.closed);
    ck_assert_int_eq(w.code, ERR_TIMEOUT);
    ck_assert_msg(strstr(w.text, "no response within 100 ms") != NULL, "%s", w.text);
    nap(150);
    ck_assert(!open.closed); /* the deadline ends with the headers */
    http_stream_cancel(open.s);
}

START_TEST(a_streams_deadline_is_for_its_headers) {
    rig_t r;
    rig_init(&r, DEFAULTS, false);
    rig_run(&r, late_headers, &r);
    rig_release(&r);
}
END_TEST

/* ---- broken off ---- */

static void broken_bodies(void *arg) {
    rig_t *r = arg;
    arena_t *a = arena_create();
    err_t err = ERROR_INIT;
    ck_assert_int_eq(rig_get(r->client, "/broken", a, NULL, &err), -1);
    ck_assert_int_eq(err.code, ERR_IO);
    ck_assert_msg(strstr(error_text(&err), "INTERNAL_ERROR") != NULL, "%s", error_text(&err));
    error_release(&err);
    watcher_t w = {.rig = r};
    w_open(&w, "/open", 0);
    AWAIT(w.got == 6);
    http_server_destroy(r->server);
    r->server = NULL;
    AWAIT(w.closed);
    ck_assert_int_eq(w.code, ERR_IO);
    ck_assert_int_eq(r->closed, 1);
    ck_assert_int_eq(rig_get(r->client, "/size/1", a, NULL, &err), -1);
    ck_assert_msg(strstr(error_text(&err), "connect to 127.0.0.1:") != NULL, "%s", error_text(&err));
    ck_assert_msg(strstr(error_text(&err), ": Connection refused") != NULL, "%s", error_text(&err));
    error_release(&err);
    arena_destroy(a);
}

START_TEST(a_server_that_breaks_off_is_an_error_of_the_stream_or_of_all) {
    rig_t r;
    rig_init(&r, DEFAULTS, false);
    rig_run(&r, broken_bodies, &r);
    rig_release(&r);
}
END_TEST

static void deadline_and_cancel(void *arg);
typedef struct aside {
    rig_t *rig;
    error_code_t code;
    bool done;
} aside_t;

static void ask_for_ever(void *arg) {
    aside_t *s = arg;
    arena_t *a = arena_create();
    err_t err = ERROR_INIT;
    ck_assert_int_eq(rig_get(s->rig->client, "/never", a, NULL, &err), -1);
    s->code = err.code;
    s->done = true;
    error_release(&err);
    arena_destroy(a);
}

static void deadline_and_cancel(void *arg) {
    rig_t *r = arg;
    arena_t *a = arena_create();
    err_t err = ERROR_INIT;
    http_request_t q = {.method = STR("GET"), .path = STR("/never"), .timeout_ms = 50};
    http_response_t p;
    ck_assert(!http_do(r->client, &q, a, 1000, &p, &err));
    ck_assert_int_eq(err.code, ERR_TIMEOUT);
    ck_assert_msg(strstr(error_text(&err), "no response within 50 ms") != NULL, "%s", error_text(&err));
    error_release(&err);
    AWAIT(r->closed == 1);
    aside_t s = {.rig = r}, t = {.rig = r};
    fiber_t *f = fiber_start(r->loop, "aside", ask_for_ever, &s, NULL, NULL);
    AWAIT(r->running == 1);
    fiber_cancel(f);
    AWAIT(s.done);
    ck_assert_int_eq(s.code, ERR_CANCELLED);
    AWAIT(r->closed == 2);
    fiber_start(r->loop, "aside", ask_for_ever, &t, NULL, NULL);
    AWAIT(r->running == 1);
    http_client_destroy(r->client);
    r->client = NULL;
    AWAIT(t.done);
    ck_assert_int_eq(t.code, ERR_CANCELLED);
    arena_destroy(a);
}

START_TEST(a_deadline_or_a_cancelled_fiber_resets_the_stream) {
    rig_t r;
    rig_init(&r, DEFAULTS, false);
    rig_run(&r, deadline_and_cancel, &r);
    rig_release(&r);
}
END_TEST

/* ---- GOAWAY, new connections ---- */

static void set_flag(void *arg) {
    *(bool *)arg = true;
}

static void drain_server(void *arg) {
    rig_t *r = arg;
    watcher_t w = {.rig = r};
    w_open(&w, "/slow/150", 0);
    AWAIT(r->running == 1);
    bool drained = false;
    http_server_drain(r->server, set_flag, &drained);
    nap(50);
    ck_assert(!drained);
    ck_assert_uint_eq(http_client_stats(r->client).goaways, 1);
    arena_t *a = arena_create();
    err_t err = ERROR_INIT;
    /* what comes now goes to a new connection, which nobody accepts */
    ck_assert_int_eq(rig_get(r->client, "/size/1", a, NULL, &err), -1);
    ck_assert_msg(strstr(error_text(&err), "refused") != NULL, "%s", error_text(&err));
    error_release(&err);
    AWAIT(w.closed);
    ck_assert_int_eq(w.code, ERR_NONE);
    ck_assert_int_eq(w.status, 200);
    AWAIT(drained);
    arena_destroy(a);
}

START_TEST(a_draining_server_finishes_what_it_has_and_takes_no_more) {
    rig_t r;
    rig_init(&r, DEFAULTS, false);
    rig_run(&r, drain_server, &r);
    rig_release(&r);
}
END_TEST

static void race_goaway(void *arg) {
    rig_t *r = arg;
    arena_t *a = arena_create();
    err_t err = ERROR_INIT;
    ck_assert_int_eq(rig_get(r->client, "/size/1", a, NULL, &err), 200);
    char address[32];
    snprintf(address, sizeof address, "127.0.0.1:%u", http_server_port(r->server));
    bool drained = false;
    watcher_t w = {.rig = r}; /* on its way when the server ends the connection */
    w_open(&w, "/size/100", 0);
    http_server_drain(r->server, set_flag, &drained);
    http_server_options_t o = {.address = str_c(address), .tls = r->server_tls};
    http_server_t *next = http_server_create(r->loop, &o, rig_handler, r, &err);
    ck_assert_msg(next != NULL, "%s", error_text(&err));
    AWAIT(w.closed);
    ck_assert_msg(w.code == ERR_NONE && w.status == 200 && w.got == 100, "%s", w.text);
    ck_assert_uint_eq(http_client_stats(r->client).connects, 2);
    AWAIT(drained);
    http_server_destroy(r->server);
    r->server = next;
    arena_destroy(a);
}

START_TEST(a_request_that_goaway_left_out_is_sent_again_on_a_new_connection) {
    rig_t r;
    rig_init(&r, DEFAULTS, false);
    rig_run(&r, race_goaway, &r);
    rig_release(&r);
}
END_TEST

static void rotate(void *arg) {
    rig_t *r = arg;
    arena_t *a = arena_create();
    err_t err = ERROR_INIT;
    str_t body;
    ck_assert_int_eq(rig_get(r->client, "/who", a, &body, &err), 200);
    ck_assert(str_eqc(body, "//"));
    watcher_t w = {.rig = r};
    w_open(&w, "/open", 0);
    AWAIT(w.got == 6);
    tls_t *t = rig_client_tls(&r->ca, &r->client_pair);
    http_client_set_tls(r->client, t);
    tls_release(t);
    ck_assert_int_eq(rig_get(r->client, "/who", a, &body, &err), 200);
    ck_assert_msg(str_eqc(body, "alice/devs/system:masters"), STR_FMT, STR_ARG(body));
    ck_assert(!w.closed);
    ck_assert_uint_eq(http_client_stats(r->client).connections, 2);
    http_stream_cancel(w.s);
    AWAIT(http_client_stats(r->client).connections == 1);
    arena_destroy(a);
}

START_TEST(new_credentials_serve_new_connections_and_old_ones_drain) {
    rig_t r;
    rig_init(&r, DEFAULTS, false);
    rig_run(&r, rotate, &r);
    rig_release(&r);
}
END_TEST

static void come_back(void *arg) {
    rig_t *r = arg;
    arena_t *a = arena_create();
    err_t err = ERROR_INIT;
    uint16_t port = http_server_port(r->server);
    http_server_destroy(r->server);
    r->server = NULL;
    int64_t began = loop_clock();
    int failures = 0;
    while (loop_clock() - began < 400) {
        ck_assert_int_eq(rig_get(r->client, "/size/1", a, NULL, &err), -1);
        error_release(&err);
        failures++;
    }
    /* 25..50, 50..100, 100..200, ... ms apart, although we ask all the time */
    ck_assert_msg(failures >= 2 && failures <= 8, "%d connections were tried", failures);
    char address[32];
    snprintf(address, sizeof address, "127.0.0.1:%u", port);
    r->server = http_server_create(r->loop, &(http_server_options_t){.address = str_c(address), .tls = r->server_tls},
                                   rig_handler, r, &err);
    ck_assert_msg(r->server != NULL, "%s", error_text(&err));
    ck_assert_msg(rig_get(r->client, "/size/1", a, NULL, &err) == 200, "%s", error_text(&err));
    arena_destroy(a);
}

START_TEST(connections_come_back_after_a_growing_delay) {
    rig_t r;
    rig_init(&r, DEFAULTS, false);
    rig_run(&r, come_back, &r);
    rig_release(&r);
}
END_TEST

/* ---- a server that is there no more: a forwarder that forwards, then falls silent ---- */

typedef struct forwarder {
    loop_t *loop;
    uint16_t port, to;
    int listener, fd[2];
    loop_io_t *accept, *io[2];
    bool silent;
} forwarder_t;

static void forward(int fd, int events, void *arg) {
    (void)events;
    forwarder_t *f = arg;
    char block[16384];
    ssize_t n = read(fd, block, sizeof block);
    if (n <= 0) {
        loop_io_want(f->io[fd == f->fd[1]], 0);
        return;
    }
    if (!f->silent) {
        ssize_t done = write(f->fd[fd == f->fd[0]], block, (size_t)n);
        ck_assert(done == n);
    }
}

static int local_socket(uint16_t *port, bool listening) {
    struct sockaddr_in at = {.sin_family = AF_INET,
                             .sin_addr.s_addr = htonl(INADDR_LOOPBACK),
                             .sin_port = htons(*port)};
    int fd = socket(AF_INET, SOCK_STREAM, 0);
    socklen_t n = sizeof at;
    if (listening) {
        ck_assert(bind(fd, (struct sockaddr *)&at, n) == 0 && listen(fd, 10) == 0);
        getsockname(fd, (struct sockaddr *)&at, &n);
        *port = ntohs(at.sin_port);
    } else {
        ck_assert(connect(fd, (struct sockaddr *)&at, n) == 0);
    }
    return fd;
}

static void forward_accept(int fd, int events, void *arg) {
    (void)events;
    forwarder_t *f = arg;
    f->fd[0] = accept(fd, NULL, NULL);
    f->fd[1] = local_socket(&f->to, false);
    for (int i = 0; i < 2; i++) {
        f->io[i] = loop_io_create(f->loop, f->fd[i], LOOP_IO, forward, f);
        loop_io_want(f->io[i], LOOP_READ);
    }
    loop_io_want(f->accept, 0);
}

static void forwarder_init(forwarder_t *f, rig_t *r) {
    *f = (forwarder_t){.loop = r->loop, .to = http_server_port(r->server), .fd = {-1, -1}};
    f->listener = local_socket(&f->port, true);
    f->accept = loop_io_create(r->loop, f->listener, LOOP_IO, forward_accept, f);
    loop_io_want(f->accept, LOOP_READ);
}

static void forwarder_release(forwarder_t *f) {
    loop_io_destroy(f->accept);
    close(f->listener);
    for (int i = 0; i < 2; i++) {
        loop_io_destroy(f->io[i]);
        if (f->fd[i] >= 0)
            close(f->fd[i]);
    }
}

static void fall_silent(void *arg) {
    rig_t *r = arg;
    forwarder_t f;
    forwarder_init(&f, r);
    http_client_destroy(r->client);
    r->client = rig_client(r, (http_client_options_t){.port = f.port,
                                                      .ping_idle_ms = 60,
                                                      .ping_timeout_ms = 80,
                                                      .connect_timeout_ms = 300});
    watcher_t w = {.rig = r};
    w_open(&w, "/open", 0);
    AWAIT(w.got == 6);
    nap(250);
    ck_assert(!w.closed); /* pings are answered */
    ck_assert_uint_ge(http_client_stats(r->client).pings, 2);
    f.silent = true;
    int64_t began = loop_clock();
    AWAIT(w.closed);
    ck_assert_int_eq(w.code, ERR_TIMEOUT);
    ck_assert_msg(strstr(w.text, "no answer to a PING within 80 ms") != NULL, "%s", w.text);
    ck_assert_int_le(loop_clock() - began, 2000);
    /* a listener that never speaks */
    arena_t *a = arena_create();
    err_t err = ERROR_INIT;
    ck_assert_int_eq(rig_get(r->client, "/size/1", a, NULL, &err), -1);
    ck_assert_msg(strstr(error_text(&err), "TLS handshake with 127.0.0.1:") && strstr(error_text(&err), "timed out"),
                  "%s", error_text(&err));
    ck_assert_int_eq(err.code, ERR_TIMEOUT);
    error_release(&err);
    arena_destroy(a);
    forwarder_release(&f);
}

START_TEST(a_half_open_connection_is_found_by_ping) {
    rig_t r;
    rig_init(&r, DEFAULTS, false);
    rig_run(&r, fall_silent, &r);
    rig_release(&r);
}
END_TEST

/* ---- compressed ---- */

typedef struct zipped {
    rig_t *rig;
    char *data;
    size_t n;
} zipped_t;

static void zip_handler(http_exchange_t *x, void *arg) {
    zipped_t *z = arg;
    http_header_t h = {STR("content-encoding"), STR("gzip")};
    size_t n = str_eqc(http_path(x), "/cut") ? z->n / 2 : z->n;
    http_reply(x, 200, &h, 1, str_n(z->data, n));
}

static void get_zipped(void *arg) {
    zipped_t *z = arg;
    arena_t *a = arena_create();
    err_t err = ERROR_INIT;
    http_header_t accept = {STR("accept-encoding"), STR("gzip")};
    http_request_t q = {.method = STR("GET"), .path = STR("/"), .headers = &accept, .nheaders = 1};
    http_response_t p;
    ck_assert_msg(http_do(z->rig->client, &q, a, 1000000, &p, &err), "%s", error_text(&err));
    ck_assert(is_pattern(p.body, 1000000));
    ck_assert(http_header(p.headers, p.nheaders, STR("content-encoding")).n == 0);
    ck_assert(!http_do(z->rig->client, &q, a, 999999, &p, &err));
    ck_assert_int_eq(err.code, ERR_LIMIT);
    q.path = STR("/cut");
    ck_assert(!http_do(z->rig->client, &q, a, 1000000, &p, &err));
    ck_assert_msg(strstr(error_text(&err), "ends early") != NULL, "%s", error_text(&err));
    q.path = STR("/");
    q.nheaders = 0; /* did not ask: gets what came */
    error_release(&err);
    ck_assert(http_do(z->rig->client, &q, a, 1000000, &p, &err));
    ck_assert(str_eq(p.body, str_n(z->data, z->n)));
    arena_destroy(a);
}

START_TEST(gzip_is_decoded_within_the_bound_when_it_was_asked_for) {
    rig_t r;
    rig_init(&r, DEFAULTS, false);
    arena_t *a = arena_create();
    str_t plain = pattern(a, 1000000);
    z_stream zs = {0};
    ck_assert_int_eq(deflateInit2(&zs, 6, Z_DEFLATED, 15 + 16, 8, Z_DEFAULT_STRATEGY), Z_OK);
    zipped_t z = {.rig = &r, .n = deflateBound(&zs, plain.n)};
    z.data = arena_bytes(a, z.n);
    zs.next_in = (unsigned char *)(uintptr_t)plain.p;
    zs.avail_in = (unsigned)plain.n;
    zs.next_out = (unsigned char *)z.data;
    zs.avail_out = (unsigned)z.n;
    ck_assert_int_eq(deflate(&zs, Z_FINISH), Z_STREAM_END);
    z.n = zs.total_out;
    deflateEnd(&zs);
    http_server_options_t o = {.address = STR("127.0.0.1:0"), .tls = r.server_tls};
    http_server_t *s = http_server_create(r.loop, &o, zip_handler, &z, NULL);
    http_client_destroy(r.client);
    r.client = rig_client(&r, (http_client_options_t){.port = http_server_port(s)});
    rig_run(&r, get_zipped, &z);
    http_server_destroy(s);
    arena_destroy(a);
    rig_release(&r);
}
END_TEST

/* ---- out of memory ---- */

typedef struct scarce {
    http_client_t *client;
    loop_t *loop;
    int ok, failed;
} scarce_t;

static void ask_with_little_memory(void *arg) {
    scarce_t *s = arg;
    for (int n = 0; n < 80; n++) {
        arena_t *a = arena_create();
        arena_alloc(a, 64);
        err_t err = ERROR_INIT;
        http_request_t q = {.method = STR("GET"), .path = STR("/size/20000"), .timeout_ms = 60};
        http_response_t p;
        mem_fail_after(n);
        bool ok = http_do(s->client, &q, a, 1 << 20, &p, &err);
        mem_fail_after(-1);
        if (ok) {
            ck_assert(is_pattern(p.body, 20000));
            s->ok++;
        } else {
            ck_assert(err.code != ERR_NONE);
            s->failed++;
        }
        error_release(&err);
        arena_destroy(a);
    }
    loop_stop(s->loop);
}

/* The server in a process of its own, with all the memory it wants; tells its port and its CA. */
static void serve_apart(int to) {
    rig_t r;
    rig_init(&r, DEFAULTS, false);
    dprintf(to, "%05u%s", http_server_port(r.server), r.ca.cert);
    close(to);
    loop_run(r.loop);
}

START_TEST(the_nth_allocation_may_fail) {
    int pipes[2];
    char text[4096] = "";
    ck_assert(pipe(pipes) == 0);
    pid_t child = fork();
    if (child == 0) {
        close(pipes[0]);
        serve_apart(pipes[1]);
        _exit(0);
    }
    close(pipes[1]);
    size_t n = 0;
    for (ssize_t k; (k = read(pipes[0], text + n, sizeof text - 1 - n)) > 0;)
        n += (size_t)k;
    close(pipes[0]);
    tls_client_options_t o = {.ca = str_c(text + 5)};
    tls_t *tls = tls_client_create(&o, NULL);
    scarce_t s = {.loop = loop_create(NULL)};
    int64_t port;
    ck_assert(tls && str_int(str_n(text, 5), &port));
    http_client_options_t co = {.host = STR("127.0.0.1"), .port = (uint16_t)port, .tls = tls};
    s.client = http_client_create(s.loop, &co, NULL);
    ck_assert(fiber_start(s.loop, "scarce", ask_with_little_memory, &s, NULL, NULL) != NULL);
    loop_run(s.loop);
    kill(child, SIGKILL);
    waitpid(child, NULL, 0);
    ck_assert_int_gt(s.failed, 0);
    ck_assert_int_gt(s.ok, 0);
    http_client_destroy(s.client);
    tls_release(tls);
    loop_destroy(s.loop);
    fiber_pool_drain();
}
END_TEST

SUITE(http_client, bodies_of_every_size_arrive_whole, request_bodies_arrive_whole_and_past_the_limit_get_413,
      a_response_past_the_callers_bound_or_arena_is_an_error, three_hundred_requests_pass_a_server_of_ten_streams,
      a_server_of_fewer_streams_than_were_guessed_refuses_and_is_asked_again,
      a_slow_consumer_holds_back_its_own_stream_only, a_cancelled_stream_is_reset_at_the_server_and_calls_nobody,
      a_client_may_be_destroyed_from_its_own_callbacks, a_streams_deadline_is_for_its_headers,
      a_server_that_breaks_off_is_an_error_of_the_stream_or_of_all, a_deadline_or_a_cancelled_fiber_resets_the_stream,
      a_draining_server_finishes_what_it_has_and_takes_no_more,
      a_request_that_goaway_left_out_is_sent_again_on_a_new_connection,
      new_credentials_serve_new_connections_and_old_ones_drain, connections_come_back_after_a_growing_delay,
      a_half_open_connection_is_found_by_ping, gzip_is_decoded_within_the_bound_when_it_was_asked_for,
      the_nth_allocation_may_fail)
