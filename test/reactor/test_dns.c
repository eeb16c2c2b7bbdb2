#include "test/suite.h"

#include "reactor/base/mem.h"
#include "reactor/dns.h"

#include <arpa/inet.h>
#include <event2/dns.h>
#include <event2/dns_struct.h>
#include <event2/util.h>
#include <string.h>
#include <unistd.h>

/* A name server on the loopback, on the same loop: knows two names below test.example., never answers for "silent". */
typedef struct world {
    loop_t *loop;
    struct evdns_server_port *server;
    int queries;
    char conf[32], hosts[32];
    bool inside; /* the call of dns_lookup */
    int answers;
    error_code_t code;
    char text[512]; /* the addresses, or the error */
    uint16_t port;
} world_t;

static void serve(struct evdns_server_request *r, void *arg) {
    world_t *w = arg;
    const struct evdns_server_question *q = r->questions[0];
    w->queries++;
    static const uint8_t v4[] = {192, 0, 2, 7}, v6[] = {0x20, 1, 0xd, 0xb8, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 7};
    bool skewed = strcasecmp(q->name, "skewed.test.example") == 0;
    if (strstr(q->name, "silent") || (skewed && q->type == EVDNS_TYPE_AAAA)) {
        evdns_server_request_drop(r);
        return;
    }
    bool known = strcasecmp(q->name, "api.test.example") == 0,
         only4 = skewed || strcasecmp(q->name, "four.test.example") == 0;
    if ((known || only4) && q->type == EVDNS_TYPE_A)
        evdns_server_request_add_a_reply(r, q->name, 1, v4, 60);
    if (known && q->type == EVDNS_TYPE_AAAA)
        evdns_server_request_add_aaaa_reply(r, q->name, 1, v6, 60);
    evdns_server_request_respond(r, known || only4 ? 0 : 3);
}

static void write_file(char path[32], const char *text) {
    strcpy(path, "/tmp/velella-dns-XXXXXX");
    int fd = mkstemp(path);
    ck_assert_int_ge(fd, 0);
    ck_assert_int_eq(write(fd, text, strlen(text)), (ssize_t)strlen(text));
    close(fd);
}

static void setup(world_t *w) {
    *w = (world_t){.loop = loop_create(NULL)};
    ck_assert_ptr_nonnull(w->loop);
    int fd = socket(AF_INET, SOCK_DGRAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
    struct sockaddr_in at = {.sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
    socklen_t n = sizeof at;
    ck_assert_int_eq(bind(fd, (struct sockaddr *)&at, n), 0);
    ck_assert_int_eq(getsockname(fd, (struct sockaddr *)&at, &n), 0);
    w->server = evdns_add_server_port_with_base(loop_base(w->loop), fd, 0, serve, w);
    ck_assert_ptr_nonnull(w->server);
    char text[256];
    snprintf(text, sizeof text, "nameserver 127.0.0.1:%u\nsearch test.example\noptions ndots:1\n", ntohs(at.sin_port));
    write_file(w->conf, text);
    write_file(w->hosts, "127.0.0.1 localhost here\n::1 here\n192.0.2.99 pinned.example\n");
    dns_files(w->conf, w->hosts);
}

static void release(world_t *w) {
    evdns_close_server_port(w->server);
    loop_destroy(w->loop);
    unlink(w->conf), unlink(w->hosts);
    dns_files(NULL, NULL);
}

static void on_answer(void *arg, const dns_address_t *addresses, size_t n, const err_t *err) {
    world_t *w = arg;
    ck_assert(!w->inside);
    w->answers++;
    w->code = err->code;
    ck_assert(n > 0 ? err->code == ERR_NONE : err->code != ERR_NONE);
    w->text[0] = 0;
    for (size_t i = 0; i < n; i++) {
        char one[64];
        const struct sockaddr_in *v4 = (const struct sockaddr_in *)&addresses[i].addr;
        const struct sockaddr_in6 *v6 = (const struct sockaddr_in6 *)&addresses[i].addr;
        bool is4 = v4->sin_family == AF_INET;
        ck_assert_uint_eq(addresses[i].len, is4 ? sizeof *v4 : sizeof *v6);
        inet_ntop(v4->sin_family, is4 ? (const void *)&v4->sin_addr : &v6->sin6_addr, one, sizeof one);
        strcat(strcat(w->text, one), " ");
        w->port = ntohs(is4 ? v4->sin_port : v6->sin6_port);
    }
    if (n == 0)
        snprintf(w->text, sizeof w->text, "%s", error_text(err));
    loop_stop(w->loop);
}

static dns_lookup_t *begin(world_t *w, const char *host, int64_t ms) {
    err_t err = ERROR_INIT;
    w->inside = true;
    dns_lookup_t *d = dns_lookup(w->loop, str_c(host), 6443, ms, on_answer, w, &err);
    w->inside = false;
    ck_assert_msg(d != NULL, "%s", error_text(&err));
    return d;
}

static const char *lookup(world_t *w, const char *host, int64_t ms) {
    begin(w, host, ms);
    loop_run(w->loop);
    return w->text;
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

START_TEST(a_number_needs_no_name_server) {
    world_t w;
    setup(&w);
    ck_assert_str_eq(lookup(&w, "192.0.2.1", 0), "192.0.2.1 ");
    ck_assert_uint_eq(w.port, 6443);
    ck_assert_str_eq(lookup(&w, "2001:db8::1", 0), "2001:db8::1 ");
    ck_assert_uint_eq(w.port, 6443);
    ck_assert_str_eq(lookup(&w, "fe80::1%lo", 0), "fe80::1 ");
    ck_assert_str_eq(lookup(&w, "fe80::1%nowhere9", 0), "lookup fe80::1%nowhere9: no such address");
    ck_assert_str_eq(lookup(&w, "1::2::3", 0), "lookup 1::2::3: no such address");
    ck_assert_int_eq(w.queries, 0);
    release(&w);
}
END_TEST

START_TEST(the_hosts_file_comes_first) {
    world_t w;
    setup(&w);
    ck_assert_str_eq(lookup(&w, "pinned.example", 0), "192.0.2.99 ");
    ck_assert_str_eq(lookup(&w, "localhost", 0), "127.0.0.1 ");
    ck_assert_ptr_nonnull(strstr(lookup(&w, "here", 0), "127.0.0.1 "));
    ck_assert_int_eq(w.queries, 0);
    release(&w);
}
END_TEST

START_TEST(a_name_is_asked_for_with_both_families_and_the_search_domains) {
    world_t w;
    setup(&w);
    ck_assert_str_eq(lookup(&w, "api.test.example", 0), "192.0.2.7 2001:db8::7 ");
    ck_assert_int_eq(w.queries, 2);
    ck_assert_uint_eq(w.port, 6443);
    ck_assert_str_eq(lookup(&w, "four.test.example", 0), "192.0.2.7 ");
    ck_assert_str_eq(lookup(&w, "api", 0), "192.0.2.7 2001:db8::7 ");
    release(&w);
}
END_TEST

START_TEST(one_family_without_an_answer_holds_the_other_up_for_a_second_only) {
    world_t w;
    setup(&w);
    int64_t began = loop_clock();
    ck_assert_str_eq(lookup(&w, "skewed.test.example", 0), "192.0.2.7 ");
    ck_assert_int_lt(loop_clock() - began, 3000);
    run_for(&w, 5);
    release(&w);
}
END_TEST

START_TEST(an_unknown_name_is_not_found) {
    world_t w;
    setup(&w);
    ck_assert_str_eq(lookup(&w, "nobody.test.example", 0), "lookup nobody.test.example: no such host");
    ck_assert_int_eq(w.code, ERR_NOTFOUND);
    release(&w);
}
END_TEST

START_TEST(a_silent_name_server_is_a_time_out) {
    world_t w;
    setup(&w);
    ck_assert_str_eq(lookup(&w, "silent.test.example", 30), "lookup silent.test.example: no answer in time");
    ck_assert_int_eq(w.code, ERR_TIMEOUT);
    run_for(&w, 20); /* what evdns still has to say is not heard */
    ck_assert_int_eq(w.answers, 1);
    ck_assert_str_eq(lookup(&w, "silent.test.example", 30), "lookup silent.test.example: no answer in time");
    release(&w); /* with evdns still about to call back */
}
END_TEST

START_TEST(a_cancelled_lookup_says_nothing_at_whatever_moment) {
    world_t w;
    setup(&w);
    for (int64_t ms = 0; ms < 6; ms++) {
        dns_lookup_t *d = begin(&w, "silent.test.example", 0);
        if (ms)
            run_for(&w, ms - 1);
        dns_cancel(d);
        if (ms % 2)
            run_for(&w, 1);
    }
    dns_cancel(begin(&w, "192.0.2.1", 0));
    dns_cancel(begin(&w, "localhost", 0));
    dns_cancel(begin(&w, "api", 0));
    run_for(&w, 10);
    dns_cancel(begin(&w, "api", 0));
    dns_cancel(begin(&w, "localhost", 0));
    dns_cancel(NULL);
    ck_assert_int_eq(w.answers, 0);
    release(&w); /* the last two are let go of here */
}
END_TEST

START_TEST(what_no_name_can_be_is_refused_at_once) {
    world_t w;
    setup(&w);
    err_t err = ERROR_INIT;
    ck_assert_ptr_null(dns_lookup(w.loop, STR(""), 1, 0, on_answer, &w, &err));
    ck_assert_int_eq(err.code, ERR_INVALID);
    ck_assert_ptr_null(dns_lookup(w.loop, STR("a\0b"), 1, 0, on_answer, &w, &err));
    char longer[300];
    memset(longer, 'a', sizeof longer);
    ck_assert_ptr_null(dns_lookup(w.loop, str_n(longer, sizeof longer), 1, 0, on_answer, &w, &err));
    for (int i = 0; i < 2; i++) {
        mem_fail_after(i);
        ck_assert_ptr_null(dns_lookup(w.loop, STR("localhost"), 1, 0, on_answer, &w, &err));
        mem_fail_after(-1);
        ck_assert_int_eq(err.code, ERR_MEMORY);
    }
    /* A label of 80 letters: evdns finds out. */
    longer[80] = 0;
    ck_assert_ptr_nonnull(strstr(lookup(&w, longer, 200), "lookup aaa"));
    ck_assert_int_ne(w.code, ERR_NONE);
    error_release(&err);
    release(&w);
}
END_TEST

SUITE(dns, a_number_needs_no_name_server, the_hosts_file_comes_first,
      a_name_is_asked_for_with_both_families_and_the_search_domains,
      one_family_without_an_answer_holds_the_other_up_for_a_second_only, an_unknown_name_is_not_found,
      a_silent_name_server_is_a_time_out, a_cancelled_lookup_says_nothing_at_whatever_moment,
      what_no_name_can_be_is_refused_at_once)
