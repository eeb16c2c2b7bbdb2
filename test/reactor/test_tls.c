#include "test/reactor/rig.h"

#include <netinet/in.h>
#include <sys/socket.h>
#include <unistd.h>

/* What a client says that connects with these. */
typedef struct attempt {
    rig_t *rig;
    const char *host;
    uint16_t port;
    tls_t *tls;
    int status;
    char text[300];
} attempt_t;

static void connect_once(void *arg) {
    attempt_t *t = arg;
    http_client_t *c =
        rig_client(t->rig, (http_client_options_t){.host = str_c(t->host), .port = t->port, .tls = t->tls});
    arena_t *a = arena_create();
    err_t err = ERROR_INIT;
    t->status = rig_get(c, "/who", a, NULL, &err);
    snprintf(t->text, sizeof t->text, "%s", error_text(&err));
    error_release(&err);
    arena_destroy(a);
    http_client_destroy(c);
}

static void expect_error(rig_t *r, const char *host, uint16_t port, tls_t *tls, const char *format) {
    attempt_t t = {.rig = r, .host = host, .port = port, .tls = tls};
    rig_run(r, connect_once, &t);
    char want[300];
    snprintf(want, sizeof want, format, host, port ? port : http_server_port(r->server));
    ck_assert_int_eq(t.status, -1);
    ck_assert_msg(strstr(t.text, want) != NULL, "got: %s\nnot: %s", t.text, want);
}

static http_server_t *serve_with(rig_t *r, const tls_pair_t *pair, tls_t **tls) {
    *tls = pair ? rig_server_tls(pair, NULL) : NULL;
    http_server_options_t o = {.address = STR("127.0.0.1:0"), .tls = *tls};
    http_server_t *s = http_server_create(r->loop, &o, rig_handler, r, NULL);
    ck_assert(s != NULL);
    return s;
}

START_TEST(each_failure_to_connect_says_what_and_with_whom) {
    rig_t r;
    rig_init(&r, (http_server_options_t){0}, false);
    err_t err = ERROR_INIT;
    tls_pair_t other, expired, wrong;
    tls_t *t;
    ck_assert(tls_make_pair(NULL, "another ca", NULL, NULL, 1, true, &other, &err));
    tls_t *distrusts = rig_client_tls(&other, NULL);
    expect_error(&r, "127.0.0.1", 0, distrusts, "TLS handshake with %s:%u: certificate signed by unknown authority (");

    ck_assert(tls_make_pair(&r.ca, "old", NULL, "IP:127.0.0.1", -2, true, &expired, &err));
    http_server_t *s = serve_with(&r, &expired, &t);
    expect_error(&r, "127.0.0.1", http_server_port(s), NULL, "TLS handshake with %s:%u: certificate has expired");
    http_server_destroy(s);
    tls_release(t);

    ck_assert(tls_make_pair(&r.ca, "elsewhere", NULL, "DNS:a.example,IP:10.0.0.1", 1, true, &wrong, &err));
    s = serve_with(&r, &wrong, &t);
    expect_error(&r, "127.0.0.1", http_server_port(s), NULL,
                 "TLS handshake with %1$s:%2$u: certificate is valid for a.example, 10.0.0.1, not for 127.0.0.1");
    expect_error(&r, "localhost", http_server_port(s), NULL,
                 "TLS handshake with %1$s:%2$u: certificate is valid for a.example, 10.0.0.1, not for localhost");
    http_server_destroy(s);
    tls_release(t);

    s = serve_with(&r, NULL, &t);
    expect_error(&r, "127.0.0.1", http_server_port(s), NULL,
                 "TLS handshake with %s:%u: the other side does not speak TLS");
    uint16_t port = http_server_port(s);
    http_server_destroy(s);
    expect_error(&r, "127.0.0.1", port, NULL, "connect to %s:%u: Connection refused");
    expect_error(&r, "no.such.name.invalid", 1, NULL, "connect to %s:%u: ");

    tls_client_options_t o = {.ca = str_c(r.ca.cert), .http1_only = true};
    tls_t *old = tls_client_create(&o, &err);
    expect_error(&r, "127.0.0.1", 0, old, "%s:%u: server speaks only HTTP/1.1");
    tls_release(old);
    tls_release(distrusts);
    tls_pair_release(&other);
    tls_pair_release(&expired);
    tls_pair_release(&wrong);
    rig_release(&r);
}
END_TEST

static int ask(rig_t *r, const char *host, tls_client_options_t o) {
    err_t err = ERROR_INIT;
    tls_t *t = tls_client_create(&o, &err);
    ck_assert_msg(t != NULL, "%s", error_text(&err));
    attempt_t at = {.rig = r, .host = host, .tls = t};
    rig_run(r, connect_once, &at);
    tls_release(t);
    return at.status;
}

START_TEST(a_name_an_address_a_given_name_or_none_is_verified) {
    rig_t r;
    rig_init(&r, (http_server_options_t){0}, false);
    str_t ca = str_c(r.ca.cert);
    ck_assert_int_eq(ask(&r, "127.0.0.1", (tls_client_options_t){.ca = ca}), 200);
    ck_assert_int_eq(ask(&r, "localhost", (tls_client_options_t){.ca = ca}), 200);
    ck_assert_int_eq(ask(&r, "127.0.0.1", (tls_client_options_t){.ca = ca, .server_name = STR("localhost")}), 200);
    ck_assert_int_eq(ask(&r, "127.0.0.1", (tls_client_options_t){.ca = ca, .server_name = STR("else.where")}), -1);
    ck_assert_int_eq(ask(&r, "127.0.0.1", (tls_client_options_t){.insecure = true}), 200);
    ck_assert_int_eq(ask(&r, "127.0.0.1", (tls_client_options_t){0}), -1); /* the system's authorities */
    rig_release(&r);
}
END_TEST

typedef struct who {
    rig_t *rig;
    http_client_t *client;
    char name[100];
} who_t;

static void ask_who(void *arg) {
    who_t *w = arg;
    arena_t *a = arena_create();
    str_t body = STR_NONE;
    err_t err = ERROR_INIT;
    ck_assert_msg(rig_get(w->client, "/who", a, &body, &err) == 200, "%s", error_text(&err));
    snprintf(w->name, sizeof w->name, STR_FMT, STR_ARG(body));
    arena_destroy(a);
}

START_TEST(a_client_certificate_counts_only_when_it_verifies) {
    rig_t r;
    rig_init(&r, (http_server_options_t){0}, false);
    tls_pair_t forger, forged, expired;
    err_t err = ERROR_INIT;
    ck_assert(tls_make_pair(NULL, "test ca", NULL, NULL, 1, true, &forger, &err));
    ck_assert(tls_make_pair(&forger, "alice", "system:masters", NULL, 1, false, &forged, &err));
    ck_assert(tls_make_pair(&r.ca, "bob", "devs", NULL, -1, false, &expired, &err));
    const struct {
        const tls_pair_t *pair;
        const char *name;
    } cases[] = {{NULL, "//"}, {&r.client_pair, "alice/devs/system:masters"}, {&forged, "//"}, {&expired, "//"}};
    for (size_t i = 0; i < 4; i++) {
        tls_t *t = rig_client_tls(&r.ca, cases[i].pair);
        who_t w = {.rig = &r, .client = rig_client(&r, (http_client_options_t){.tls = t})};
        rig_run(&r, ask_who, &w);
        ck_assert_str_eq(w.name, cases[i].name);
        http_client_destroy(w.client);
        tls_release(t);
    }
    tls_pair_release(&forger);
    tls_pair_release(&forged);
    tls_pair_release(&expired);
    rig_release(&r);
}
END_TEST

START_TEST(what_is_no_certificate_or_no_key_is_refused_by_name) {
    rig_t r;
    rig_init(&r, (http_server_options_t){0}, false);
    str_t ca = str_c(r.ca.cert), cert = str_c(r.client_pair.cert), key = str_c(r.client_pair.key);
    const struct {
        tls_client_options_t o;
        const char *text;
    } cases[] = {
        {{.ca = STR("nonsense")}, "certificate authority: no PEM certificate in it"},
        {{.ca = STR("-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n")}, "certificate authority: "},
        {{.ca = ca, .cert = STR("x"), .key = key}, "client: certificate: no PEM certificate in it"},
        {{.ca = ca, .cert = cert, .key = STR("x")}, "client: private key: not a PEM key"},
        {{.ca = ca, .cert = cert, .key = str_c(r.server_pair.key)}, "client: private key: key values mismatch"},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        err_t err = ERROR_INIT;
        ck_assert(tls_client_create(&cases[i].o, &err) == NULL);
        ck_assert_int_eq(err.code, ERR_INVALID);
        ck_assert_msg(strstr(error_text(&err), cases[i].text) != NULL, "%s", error_text(&err));
        error_release(&err);
    }
    rig_release(&r);
}
END_TEST

SUITE(tls, each_failure_to_connect_says_what_and_with_whom, a_name_an_address_a_given_name_or_none_is_verified,
      a_client_certificate_counts_only_when_it_verifies, what_is_no_certificate_or_no_key_is_refused_by_name)
