#include "test/reactor/rig.h"

#include <errno.h>
#include <netinet/in.h>
#include <sys/socket.h>
#include <unistd.h>

/* ---- a client that says exactly what it is told to ---- */

typedef struct raw {
    int fd;
    loop_io_t *io;
    fiber_t *fiber;
    buf_t in;
    bool closed, deaf;
} raw_t;

static void raw_readable(int fd, int events, void *arg) {
    (void)events;
    raw_t *c = arg;
    char *to = buf_reserve(&c->in, 65536);
    ssize_t n = read(fd, to, 65536);
    if (n > 0) {
        c->in.n += (size_t)n;
    } else if (n == 0 || errno != EAGAIN) {
        c->closed = true;
        loop_io_want(c->io, 0);
    }
    fiber_wake(c->fiber);
}

static void raw_open(raw_t *c, uint16_t port) {
    *c = (raw_t){.fiber = fiber_current()};
    struct sockaddr_in at = {.sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_LOOPBACK), .sin_port = htons(port)};
    c->fd = socket(AF_INET, SOCK_STREAM, 0);
    int small = 4096;
    setsockopt(c->fd, SOL_SOCKET, SO_RCVBUF, &small, sizeof small);
    ck_assert(connect(c->fd, (struct sockaddr *)&at, sizeof at) == 0);
    c->io = loop_io_create(fiber_loop(), c->fd, LOOP_IO, raw_readable, c);
    loop_io_want(c->io, LOOP_READ);
}

static void raw_close(raw_t *c) {
    loop_io_destroy(c->io);
    close(c->fd);
    buf_release(&c->in);
}

static void raw_bytes(raw_t *c, const void *p, size_t n) {
    ck_assert(send(c->fd, p, n, MSG_NOSIGNAL) == (ssize_t)n);
}

static void raw_send(raw_t *c, const char *text) {
    raw_bytes(c, text, strlen(text));
}

/* Parks until the answer so far has the text (NULL: until the server closes), at most 20 s; then forgets the answer up
 * to the text's end. */
static void raw_expect(raw_t *c, const char *text) {
    err_t err = ERROR_INIT;
    int64_t until = loop_clock() + 20000;
    for (;;) {
        ptrdiff_t at = text && c->in.n ? str_find(buf_str(&c->in), str_c(text)) : -1;
        if (at >= 0)
            buf_drop(&c->in, (size_t)at + strlen(text));
        if (at >= 0 || (!text && c->closed))
            return;
        ck_assert_msg(!c->closed && loop_clock() < until, "no %s in: " STR_FMT, text ? text : "end",
                      STR_ARG(buf_str(&c->in)));
        fiber_park(100, &err);
        error_release(&err);
    }
}

static void wait_for(const int *n, int value) {
    err_t err = ERROR_INIT;
    int64_t until = loop_clock() + 20000;
    while (*n != value) {
        ck_assert_msg(loop_clock() < until, "%d, not %d", *n, value);
        ck_assert(fiber_sleep(5, &err));
    }
}

static void run_plain(http_server_options_t o, fiber_fn fn) {
    rig_t r;
    rig_init(&r, o, true);
    rig_run(&r, fn, &r);
    rig_release(&r);
}

/* ---- HTTP/1.1 ---- */

static void keep_alive(void *arg) {
    rig_t *r = arg;
    raw_t c;
    raw_open(&c, http_server_port(r->server));
    raw_send(&c, "GET /size/3 HTTP/1.1\r\nHost: a\r\n\r\n");
    raw_expect(&c, "HTTP/1.1 200 OK\r\ndate: ");
    raw_expect(&c, "content-length: 3\r\n\r\naho");
    raw_send(&c,
             "\r\nHEAD /size/5 HTTP/1.1\r\nHost: a\r\n\r\nGET /query?a=b HTTP/1.1\r\nHost: a\r\n\r\n"); /* pipelined */
    raw_expect(&c, "content-length: 5\r\n\r\nHTTP/1.1 200 OK\r\n");
    raw_expect(&c, "\r\n\r\na=b");
    raw_send(&c, "GET /slow/30 HTTP/1.1\r\nHost: a\r\n\r\nGET /size/1 HTTP/1.1\r\nHost: a\r\n\r\n"); /* in order */
    raw_expect(&c, "\r\n\r\nlateHTTP/1.1 200 OK\r\n");
    raw_expect(&c, "content-length: 1\r\n\r\na");
    raw_send(&c, "GET /open HTTP/1.1\r\nHost: a\r\n\r\n");
    raw_expect(&c, "transfer-encoding: chunked\r\n\r\n6\r\nhello\n\r\n");
    raw_close(&c);
    wait_for(&r->closed, 1); /* the stream's reader is gone */
}

START_TEST(requests_follow_each_other_on_one_connection) {
    run_plain((http_server_options_t){0}, keep_alive);
}
END_TEST

static void bodies(void *arg) {
    rig_t *r = arg;
    raw_t c;
    raw_open(&c, http_server_port(r->server));
    raw_send(&c, "POST /echo HTTP/1.1\r\nHost: a\r\nContent-Length: 5\r\n\r\nab");
    raw_send(&c, "cde");
    raw_expect(&c, "HTTP/1.1 201 Created\r\n");
    raw_expect(&c, "x-method: POST\r\n");
    raw_expect(&c, "\r\n\r\nabcde");
    const char *chunked =
        "PUT /echo HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n3\r\nabc\r\n2;x\r\nde\r\n0\r\nT: x\r\n\r\n";
    err_t err = ERROR_INIT;
    for (size_t i = 0; chunked[i]; i++) { /* byte by byte */
        raw_bytes(&c, chunked + i, 1);
        if (i % 8 == 0)
            ck_assert(fiber_yield(&err));
    }
    raw_expect(&c, "\r\n\r\nabcde");
    raw_send(&c, "POST /echo HTTP/1.1\r\nHost: a\r\nExpect: 100-continue\r\nContent-Length: 2\r\n\r\n");
    raw_expect(&c, "HTTP/1.1 100 Continue\r\n\r\n");
    raw_send(&c, "xy");
    raw_expect(&c, "\r\n\r\nxy");
    raw_close(&c);
}

START_TEST(request_bodies_come_by_length_by_chunks_and_after_100_continue) {
    run_plain((http_server_options_t){0}, bodies);
}
END_TEST

static void closing(void *arg) {
    rig_t *r = arg;
    raw_t c;
    static const char *const requests[] = {"GET /size/3 HTTP/1.0\r\n\r\n",
                                           "GET /size/3 HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n"};
    for (size_t i = 0; i < 2; i++) {
        raw_open(&c, http_server_port(r->server));
        raw_send(&c, requests[i]);
        raw_expect(&c, "connection: close\r\n\r\naho");
        raw_expect(&c, NULL);
        raw_close(&c);
    }
    raw_open(&c, http_server_port(r->server));
    raw_send(&c, "GET /size/3 HTTP/1.0\r\nConnection: keep-alive\r\n\r\n");
    raw_expect(&c, "connection: keep-alive\r\n\r\naho");
    raw_send(&c, "GET /stream/10 HTTP/1.0\r\nConnection: keep-alive\r\n\r\n"); /* of unknown length */
    raw_expect(&c, "connection: close\r\n\r\n");
    raw_expect(&c, NULL);
    ck_assert_uint_eq(c.in.n, 10);
    raw_close(&c);
    raw_open(&c, http_server_port(r->server));
    raw_send(&c, "GET /slow/50 HTTP/1.1\r\nHost: a\r\n\r\nGET /size/3 HTTP/1.1\r\nHost: a\r\n\r\n");
    shutdown(c.fd, SHUT_WR);
    raw_expect(&c, "\r\n\r\nlate");
    raw_expect(&c, "\r\n\r\naho");
    raw_expect(&c, NULL);
    raw_close(&c);
}

START_TEST(a_connection_closes_when_it_was_agreed) {
    run_plain((http_server_options_t){0}, closing);
}
END_TEST

static void expect_refusal(rig_t *r, const char *request, const char *status) {
    raw_t c;
    raw_open(&c, http_server_port(r->server));
    raw_send(&c, request);
    char line[40];
    snprintf(line, sizeof line, "HTTP/1.1 %s", status);
    raw_expect(&c, line);
    raw_expect(&c, "connection: close\r\n\r\n");
    raw_expect(&c, NULL);
    raw_close(&c);
}

static void refusals(void *arg) {
    rig_t *r = arg;
    expect_refusal(r, "nonsense\r\n\r\n", "400 Bad Request");
    expect_refusal(r, "\x16\x03\x01\x02\x01", "400 Bad Request"); /* TLS */
    expect_refusal(r, "GET / HTTP/1.1\r\n\r\n", "400 Bad Request");
    expect_refusal(r, "GET / HTTP/3.0\r\nHost: a\r\n\r\n", "505 ");
    expect_refusal(r, "POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 1001\r\n\r\n", "413 ");
    expect_refusal(r, "POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 1001\r\nExpect: 100-continue\r\n\r\n", "413 ");
    expect_refusal(r, "POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\nzz\r\n", "400 ");
    char *big = mem_alloc(8000);
    int n = snprintf(big, 8000, "POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n3e9\r\n");
    memset(big + n, 'x', 1001);
    expect_refusal(r, big, "413 ");
    memset(big, 'A', 5000);
    big[5000] = 0;
    expect_refusal(r, big, "414 ");
    n = snprintf(big, 8000, "GET / HTTP/1.1\r\nHost: a\r\nX: ");
    memset(big + n, 'x', 5000);
    expect_refusal(r, big, "431 ");
    mem_free(big);
    ck_assert_int_eq(r->handled, 0);
}

START_TEST(what_can_not_be_taken_is_refused_with_its_status) {
    run_plain((http_server_options_t){.max_body = 1000, .max_header_bytes = 4096}, refusals);
}
END_TEST

static void deadlines(void *arg) {
    rig_t *r = arg;
    raw_t head, body, idle, mute;
    raw_open(&head, http_server_port(r->server));
    raw_open(&body, http_server_port(r->server));
    raw_open(&idle, http_server_port(r->server));
    raw_open(&mute, http_server_port(r->server));
    raw_send(&head, "GET / HTTP/1.1\r\nHo");
    raw_send(&body, "POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 5\r\n\r\nabc");
    raw_send(&idle, "GET /size/0 HTTP/1.1\r\nHost: a\r\n\r\n");
    int64_t began = loop_clock();
    raw_expect(&idle, "content-length: 0\r\n\r\n");
    raw_expect(&head, "HTTP/1.1 408 Request Timeout\r\n");
    raw_expect(&head, NULL);
    raw_expect(&body, "HTTP/1.1 408 Request Timeout\r\n");
    raw_expect(&body, NULL);
    raw_expect(&idle, NULL);
    raw_expect(&mute, NULL);
    ck_assert_uint_eq(idle.in.n + mute.in.n, 0);
    ck_assert_int_ge(loop_clock() - began, 100);
    ck_assert_int_lt(loop_clock() - began, 5000);
    raw_close(&head), raw_close(&body), raw_close(&idle), raw_close(&mute);
}

START_TEST(headers_bodies_and_idle_connections_have_deadlines) {
    run_plain((http_server_options_t){.headers_ms = 100, .body_ms = 150, .idle_ms = 200}, deadlines);
}
END_TEST

static void no_handshake(void *arg) {
    rig_t *r = arg;
    raw_t c;
    raw_open(&c, http_server_port(r->server));
    raw_expect(&c, NULL);
    raw_close(&c);
}

START_TEST(a_tls_handshake_has_a_deadline) {
    rig_t r;
    rig_init(&r, (http_server_options_t){.handshake_ms = 100}, false);
    rig_run(&r, no_handshake, &r);
    rig_release(&r);
}
END_TEST

static void never_reads(void *arg) {
    rig_t *r = arg;
    raw_t c;
    raw_open(&c, http_server_port(r->server));
    loop_io_want(c.io, 0);
    raw_send(&c, "GET /stream/100000000 HTTP/1.1\r\nHost: a\r\n\r\n");
    wait_for(&r->running, 1);
    wait_for(&r->closed, 1);
    raw_close(&c);
    raw_open(&c, http_server_port(r->server)); /* gone while the answer is awaited */
    raw_send(&c, "GET /stream/100000000 HTTP/1.1\r\nHost: a\r\n\r\n");
    wait_for(&r->running, 1);
    raw_close(&c);
    wait_for(&r->closed, 2);
}

START_TEST(a_reader_that_stalls_or_vanishes_ends_its_stream) {
    run_plain((http_server_options_t){.body_ms = 200}, never_reads);
}
END_TEST

static void crowd(void *arg) {
    rig_t *r = arg;
    raw_t c[3];
    for (int i = 0; i < 3; i++) {
        raw_open(&c[i], http_server_port(r->server));
        raw_send(&c[i], "GET /size/3 HTTP/1.1\r\nHost: a\r\n\r\n");
    }
    raw_expect(&c[0], "\r\n\r\naho");
    raw_expect(&c[1], "\r\n\r\naho");
    err_t err = ERROR_INIT;
    ck_assert(fiber_sleep(100, &err));
    ck_assert_uint_eq(c[2].in.n, 0);
    raw_close(&c[0]);
    raw_expect(&c[2], "\r\n\r\naho");
    raw_close(&c[1]), raw_close(&c[2]);
}

START_TEST(connections_past_the_limit_wait) {
    run_plain((http_server_options_t){.max_connections = 2}, crowd);
}
END_TEST

static void set_flag(void *arg) {
    *(int *)arg = 1;
}

static void drain_plain(void *arg) {
    rig_t *r = arg;
    raw_t idle, busy;
    raw_open(&idle, http_server_port(r->server));
    raw_open(&busy, http_server_port(r->server));
    raw_send(&idle, "GET /size/3 HTTP/1.1\r\nHost: a\r\n\r\n");
    raw_expect(&idle, "\r\n\r\naho");
    raw_send(&busy, "GET /slow/100 HTTP/1.1\r\nHost: a\r\n\r\n");
    wait_for(&r->running, 1);
    int drained = 0;
    http_server_drain(r->server, set_flag, &drained);
    raw_expect(&idle, NULL);
    raw_expect(&busy, "connection: close\r\n\r\nlate");
    raw_expect(&busy, NULL);
    raw_close(&idle), raw_close(&busy);
    wait_for(&drained, 1);
}

START_TEST(draining_ends_idle_connections_and_then_the_busy_ones) {
    run_plain((http_server_options_t){0}, drain_plain);
}
END_TEST

/* ---- replies ---- */

static void odd_replies(http_exchange_t *x, void *arg) {
    (void)arg;
    str_t path = http_path(x);
    const http_header_t h[] = {{STR("x-good"), STR("1")},
                               {STR("x-bad"), STR("1\r\nx-forged: 1")},
                               {STR("connection"), STR("upgrade")},
                               {STR("transfer-encoding"), STR("gzip")}};
    if (str_eqc(path, "/204"))
        http_reply(x, 204, h, 4, STR("nothing of this"));
    else if (str_eqc(path, "/304"))
        http_reply(x, 304, NULL, 0, STR_NONE);
    else if (str_eqc(path, "/empty")) {
        http_reply_start(x, 200, NULL, 0);
        http_reply_end(x);
    } else {
        http_reply_start(x, 200, h, 4);
        http_reply_write(x, STR("some"));
        http_reply_write(x, STR("thing"));
        http_reply_end(x);
    }
}

typedef struct odd {
    rig_t *rig;
    http_server_t *plain;
    http_client_t *client;
} odd_t;

static void read_odd(void *arg) {
    odd_t *o = arg;
    raw_t c;
    raw_open(&c, http_server_port(o->plain));
    raw_send(
        &c,
        "GET /204 HTTP/1.1\r\nHost: a\r\n\r\nGET /304 HTTP/1.1\r\nHost: a\r\n\r\n"
        "HEAD / HTTP/1.1\r\nHost: a\r\n\r\nGET /empty HTTP/1.1\r\nHost: a\r\n\r\nGET / HTTP/1.1\r\nHost: a\r\n\r\n");
    raw_expect(&c, "9\r\nsomething\r\n0\r\n\r\n");
    raw_close(&c);
    arena_t *a = arena_create();
    static const struct {
        const char *method, *path;
        int status;
        const char *body;
    } cases[] = {{"GET", "/204", 204, ""},
                 {"GET", "/304", 304, ""},
                 {"HEAD", "/", 200, ""},
                 {"GET", "/empty", 200, ""},
                 {"GET", "/", 200, "something"}};
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        http_request_t q = {.method = str_c(cases[i].method), .path = str_c(cases[i].path)};
        http_response_t p;
        err_t err = ERROR_INIT;
        ck_assert_msg(http_do(o->client, &q, a, 1000, &p, &err), "%s: %s", cases[i].path, error_text(&err));
        ck_assert_int_eq(p.status, cases[i].status);
        ck_assert(str_eqc(p.body, cases[i].body));
        ck_assert(http_header(p.headers, p.nheaders, STR("x-forged")).n == 0);
        ck_assert(http_header(p.headers, p.nheaders, STR("x-bad")).n == 0);
        ck_assert(http_header(p.headers, p.nheaders, STR("date")).n == 29);
    }
    arena_destroy(a);
}

START_TEST(replies_without_a_body_and_with_headers_that_must_not_be) {
    rig_t r;
    rig_init(&r, (http_server_options_t){0}, false);
    http_server_options_t p = {.address = STR(":0")}, t = {.address = STR("[::1]:0"), .tls = r.server_tls};
    odd_t o = {.rig = &r, .plain = http_server_create(r.loop, &p, odd_replies, NULL, NULL)};
    http_server_t *s = http_server_create(r.loop, &t, odd_replies, NULL, NULL);
    if (!s) { /* a machine without IPv6 */
        t.address = STR("localhost:0");
        s = http_server_create(r.loop, &t, odd_replies, NULL, NULL);
    }
    tls_client_options_t insecure = {.insecure = true};
    tls_t *tls = tls_client_create(&insecure, NULL);
    o.client =
        rig_client(&r, (http_client_options_t){.host = str_eqc(t.address, "[::1]:0") ? STR("::1") : STR("127.0.0.1"),
                                               .port = http_server_port(s),
                                               .tls = tls});
    rig_run(&r, read_odd, &o);
    http_client_destroy(o.client);
    tls_release(tls);
    http_server_destroy(o.plain);
    http_server_destroy(s);
    rig_release(&r);
}
END_TEST

START_TEST(an_address_that_can_not_be_listened_on_is_named) {
    rig_t r;
    rig_init(&r, (http_server_options_t){0}, true);
    char taken[40], text[100];
    snprintf(taken, sizeof taken, "127.0.0.1:%u", http_server_port(r.server));
    snprintf(text, sizeof text, "listen on %s: Address already in use", taken);
    const char *const cases[][2] = {
        {taken, text},
        {"nonsense", "listen on nonsense: not HOST:PORT"},
        {"1.2.3.4:70000", "listen on 1.2.3.4:70000: not HOST:PORT"},
        {"some.host:1", "listen on some.host:1: not an address of this machine"},
        {"192.0.2.1:1", "listen on 192.0.2.1:1: Cannot assign requested address"},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        err_t err = ERROR_INIT;
        http_server_options_t o = {.address = str_c(cases[i][0])};
        ck_assert(http_server_create(r.loop, &o, rig_handler, &r, &err) == NULL);
        ck_assert_str_eq(error_text(&err), cases[i][1]);
        error_release(&err);
    }
    rig_release(&r);
}
END_TEST

/* ---- HTTP/2 ---- */

static void big_headers(void *arg) {
    rig_t *r = arg;
    arena_t *a = arena_create();
    err_t err = ERROR_INIT;
    http_header_t h = {STR("x-big"), pattern(a, 5000)};
    http_request_t q = {.method = STR("GET"), .path = STR("/size/1"), .headers = &h, .nheaders = 1};
    http_response_t p;
    ck_assert_msg(http_do(r->client, &q, a, 1000, &p, &err), "%s", error_text(&err));
    ck_assert_int_eq(p.status, 431);
    h.value.n = 3000;
    ck_assert_msg(http_do(r->client, &q, a, 1000, &p, &err), "%s", error_text(&err));
    ck_assert_int_eq(p.status, 200);
    arena_destroy(a);
}

START_TEST(headers_past_the_limit_get_431_over_http2) {
    rig_t r;
    rig_init(&r, (http_server_options_t){.max_header_bytes = 4096}, false);
    rig_run(&r, big_headers, &r);
    rig_release(&r);
}
END_TEST

static void on_reset_headers(void *arg, int status, const http_header_t *h, size_t n) {
    (void)arg, (void)status, (void)h, (void)n;
}

static void on_reset_data(void *arg, const char *p, size_t n) {
    (void)arg, (void)p, (void)n;
}

static void on_reset_closed(void *arg, const err_t *err) {
    (void)err;
    *(http_stream_t **)arg = NULL;
}

static void rapid_reset(void *arg) {
    rig_t *r = arg;
    static const http_stream_events_t ev = {on_reset_headers, on_reset_data, on_reset_closed};
    err_t err = ERROR_INIT;
    http_request_t q = {.method = STR("GET"), .path = STR("/never")};
    for (int round = 0; round < 40; round++) {
        http_stream_t *s[50] = {0};
        for (int i = 0; i < 50; i++)
            s[i] = http_stream_open(r->client, &q, &ev, &s[i], &err);
        ck_assert(fiber_sleep(5, &err));
        for (int i = 0; i < 50; i++)
            if (s[i])
                http_stream_cancel(s[i]);
    }
    wait_for(&r->running, 0);
    /* 2,000 resets: the connection that made them was ended, and the server still answers */
    ck_assert_uint_ge(http_client_stats(r->client).goaways, 1);
    arena_t *a = arena_create();
    ck_assert_int_eq(rig_get(r->client, "/size/1", a, NULL, &err), 200);
    arena_destroy(a);
}

START_TEST(a_flood_of_resets_ends_its_connection_and_nothing_else) {
    rig_t r;
    rig_init(&r, (http_server_options_t){0}, false);
    rig_run(&r, rapid_reset, &r);
    rig_release(&r);
}
END_TEST

/* The preface, empty SETTINGS, and the start of a POST to /echo whose header block ends or not. */
static void half_a_request(raw_t *c, bool end_headers) {
    static const unsigned char block[] = {0x83, 0x86, 0x04, 5, '/', 'e', 'c', 'h', 'o', 0x01, 1, 'a'};
    raw_send(c, "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n");
    raw_bytes(c, "\0\0\0\4\0\0\0\0\0", 9);
    unsigned char head[9] = {0, 0, sizeof block, 1, end_headers ? 4 : 0, 0, 0, 0, 1};
    raw_bytes(c, head, sizeof head);
    raw_bytes(c, block, sizeof block);
}

static void slow_http2(void *arg) {
    rig_t *r = arg;
    raw_t headers, body, ok, garbage;
    raw_open(&headers, http_server_port(r->server));
    raw_open(&body, http_server_port(r->server));
    raw_open(&ok, http_server_port(r->server));
    raw_open(&garbage, http_server_port(r->server));
    half_a_request(&headers, false);
    half_a_request(&body, true);
    half_a_request(&ok, true);
    raw_bytes(&ok, "\0\0\2\0\1\0\0\0\1hi", 11);
    raw_expect(&ok, "hi");
    raw_send(&garbage, "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\nthis is no frame at all");
    raw_expect(&garbage, NULL);
    raw_expect(&headers, NULL);
    raw_expect(&body, "408 Request Timeout");
    ck_assert_int_eq(r->handled, 1);
    raw_close(&headers), raw_close(&body), raw_close(&ok), raw_close(&garbage);
}

START_TEST(http2_without_tls_and_its_deadlines) {
    run_plain((http_server_options_t){.headers_ms = 100, .body_ms = 150}, slow_http2);
}
END_TEST

static void note_closed(void *arg, const err_t *err) {
    *(int *)arg = err->code ? 2 : 1;
}

static void no_window(void *arg) {
    rig_t *r = arg;
    static const http_stream_events_t ev = {on_reset_headers, on_reset_data, note_closed};
    err_t err = ERROR_INIT;
    int whole = 0, streamed = 0;
    http_request_t q = {.method = STR("GET"), .path = STR("/size/5000000")};
    http_stream_t *s = http_stream_open(r->client, &q, &ev, &whole, &err);
    q.path = STR("/stream/5000000");
    http_stream_t *t = http_stream_open(r->client, &q, &ev, &streamed, &err);
    ck_assert(s && t);
    wait_for(&whole, 2);
    ck_assert_int_eq(streamed, 0); /* its handler sees that it is pending, and decides */
    http_stream_cancel(t);
    wait_for(&r->closed, 1);
}

START_TEST(a_reply_that_nobody_takes_is_reset_over_http2) {
    rig_t r;
    rig_init(&r, (http_server_options_t){.body_ms = 150}, false);
    rig_run(&r, no_window, &r);
    rig_release(&r);
}
END_TEST

SUITE(http_server, a_reply_that_nobody_takes_is_reset_over_http2, requests_follow_each_other_on_one_connection,
      request_bodies_come_by_length_by_chunks_and_after_100_continue, a_connection_closes_when_it_was_agreed,
      what_can_not_be_taken_is_refused_with_its_status, headers_bodies_and_idle_connections_have_deadlines,
      a_tls_handshake_has_a_deadline, a_reader_that_stalls_or_vanishes_ends_its_stream, connections_past_the_limit_wait,
      draining_ends_idle_connections_and_then_the_busy_ones, replies_without_a_body_and_with_headers_that_must_not_be,
      an_address_that_can_not_be_listened_on_is_named, headers_past_the_limit_get_431_over_http2,
      a_flood_of_resets_ends_its_connection_and_nothing_else, http2_without_tls_and_its_deadlines)
