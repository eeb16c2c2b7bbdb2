/* What goes wrong is said once, clearly, where the user looks; and the controller goes on with everything else. */
#include "config/kubeconfig.h"
#include "test/integration/cluster.h"

#include "reactor/base/base64.h"
#include "reactor/http_server.h"
#include "reactor/tls.h"
#include "reactor/base/mem.h"

#include <signal.h>
#include <sys/wait.h>
#include <unistd.h>

enum { SETTLE_MS = 20000, DEEP = 100000 };

static void write_file(const char *path, str_t text) {
    FILE *f = fopen(path, "w");
    ck_assert_ptr_nonnull(f);
    ck_assert_uint_eq(fwrite(text.p, 1, text.n, f), text.n);
    fclose(f);
}

/* Runs a command of velella's; its exit status, what it said in *out (both streams). */
static int run(char *out, size_t size, const char *arguments) {
    char command[2048];
    snprintf(command, sizeof command, "timeout 20 %s %s 2>&1", suite_program("velella"), arguments);
    FILE *p = popen(command, "r");
    ck_assert_ptr_nonnull(p);
    size_t n = fread(out, 1, size - 1, p);
    out[n] = 0;
    while (fgetc(p) != EOF) /* the rest isn't wanted, but must be able to come */
        ;
    int status = pclose(p);
    ck_assert_msg(WIFEXITED(status), "%s died: %s", arguments, out);
    return WEXITSTATUS(status);
}

/* ---- kubeconfigs ---- */

START_TEST(a_kubeconfig_that_is_none_is_named) {
    static const char *const rows[][2] = {
        {"{", "line"},
        {"apiVersion: v1\nkind: Config\ncurrent-context: gone\n", "gone"},
        {"apiVersion: v1\nkind: Config\ncurrent-context: a\ncontexts: [{name: a, context: {cluster: c, user: u}}]\n"
         "clusters: [{name: c, cluster: {server: \"https://127.0.0.1:1\", proxy-url: \"http://x\"}}]\nusers: [{name: "
         "u, user: {}}]\n",
         "proxy-url"},
        {"apiVersion: v1\nkind: Config\ncurrent-context: a\ncontexts: [{name: a, context: {cluster: c, user: u}}]\n"
         "clusters: [{name: c, cluster: {server: \"https://127.0.0.1:1\"}}]\nusers: [{name: u, user: {auth-provider: "
         "{name: gcp}}}]\n",
         "auth-provider"},
    };
    char path[] = "/tmp/velella-kubeconfig.XXXXXX", arguments[256], out[4096];
    int fd = mkstemp(path);
    ck_assert_int_ge(fd, 0);
    close(fd);
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        write_file(path, str_c(rows[i][0]));
        snprintf(arguments, sizeof arguments, "--kubeconfig=%s --metrics-addr=0 --health-addr=0", path);
        ck_assert_int_eq(run(out, sizeof out, arguments), 1);
        ck_assert_msg(strstr(out, rows[i][1]) && strstr(out, path), "row %zu: %s", i, out);
    }
    unlink(path);
    ck_assert_int_eq(run(out, sizeof out, "--kubeconfig=/nowhere/at/all --metrics-addr=0 --health-addr=0"), 1);
    ck_assert_msg(strstr(out, "/nowhere/at/all"), "%s", out);
}
END_TEST

START_TEST(an_unknown_flag_is_named_with_the_usage) {
    char out[32768];
    ck_assert_int_eq(run(out, sizeof out, "--no-such-flag"), 2);
    ck_assert_msg(strstr(out, "no-such-flag") && strstr(out, "--kubeconfig"), "%s", out);
    ck_assert_int_eq(run(out, sizeof out, "--help"), 0);
}
END_TEST

/* ---- connections ---- */

static bool log_says(cluster_t *c, void *arg) {
    return str_find(cluster_log(c), str_c(arg)) >= 0;
}

/* velella with a kubeconfig that differs from the right one in one thing. */
static void says(cluster_t *c, const char *from, const char *to, const char *wanted) {
    char path[128];
    str_t text;
    err_t err = ERROR_INIT;
    ck_assert_msg(kubeconfig_read_file(c->a, c->kubeconfig, &text, &err), "%s", error_text(&err));
    ptrdiff_t at = str_find(text, str_c(from));
    ck_assert_msg(at >= 0, "%s isn't in the kubeconfig", from);
    str_t rest = str_from(text, (size_t)at);
    ptrdiff_t end = str_chr(rest, '\n');
    str_t changed = arena_printf(c->a, STR_FMT "%s%s" STR_FMT, STR_ARG(str_sub(text, 0, (size_t)at)), from, to,
                                 STR_ARG(str_from(rest, (size_t)end)));
    snprintf(path, sizeof path, "%s/other", c->dir);
    write_file(path, changed);
    unlink(c->log);
    c->velella_kubeconfig = path;
    cluster_start_velella(c, NULL);
    cluster_until(c, log_says, (void *)wanted, SETTLE_MS, wanted);
    ck_assert_int_eq(waitpid(c->velella, NULL, WNOHANG), 0); /* it waits for better times */
    cluster_kill(&c->velella, SIGTERM);
}

static str_t nested(buf_t *b, const char *before, const char *open, const char *middle, const char *close) {
    buf_clear(b);
    buf_addc(b, before);
    for (int i = 0; i < DEEP; i++)
        buf_addc(b, open);
    buf_addc(b, middle);
    for (int i = 0; i < DEEP; i++)
        buf_addc(b, close);
    return buf_str(b);
}

/* A client of the listeners that sends nonsense gets an answer, and the next one too. */
static void deep_client(cluster_t *c) {
    err_t err = ERROR_INIT;
    buf_t b;
    str_t answer;
    buf_init(&b);
    static const char *const opening[] = {"[", "{\"a\":"};
    for (size_t i = 0; i < 2; i++) {
        const api_call_t call = {.method = STR("POST"),
                                 .path = STR("/api/v1/namespaces/default/configmaps"),
                                 .body = nested(&b, "", opening[i], "", ""),
                                 .content_type = STR("application/json"),
                                 .verb = API_CREATE};
        ck_assert(!api_request(c->api, &call, NULL, c->a, &answer, &err));
        ck_assert_msg(err.code == ERR_INVALID, "%s", error_text(&err));
        error_release(&err);
    }
    buf_release(&b);
    ck_assert_uint_gt(cluster_count(c, "v1", "Namespace", ""), 0);
}

START_TEST(a_client_that_nests_too_deep_is_refused) {
    cluster_run(deep_client);
}
END_TEST

static void connections(cluster_t *c) {
    err_t err = ERROR_INIT;
    tls_pair_t other;
    ck_assert(tls_make_pair(NULL, "other", NULL, NULL, 1, true, &other, &err));
    buf_t encoded;
    buf_init(&encoded);
    base64_encode(&encoded, str_c(other.cert), BASE64_STD);
    char *ca = buf_take(&encoded);
    says(c, "certificate-authority-data: ", ca, "certificate");
    says(c, "server: ", "https://127.0.0.1:1", "refused");
    says(c, "token: ", "wrong", "Unauthorized");
    mem_free(ca);
    tls_pair_release(&other);
}

/* ---- servers that are no API server for us ---- */

static void forbid(http_exchange_t *x, void *arg) {
    (void)arg;
    const http_header_t json = {STR("content-type"), STR("application/json")};
    http_reply(
        x, 403, &json, 1,
        STR("{\"kind\":\"Status\",\"apiVersion\":\"v1\",\"status\":\"Failure\",\"code\":403,\"reason\":\"Forbidden\","
            "\"message\":\"forbidden: User \\\"jane\\\" cannot get path \\\"/apis\\\"\"}"));
}

static void deep(http_exchange_t *x, void *arg) {
    (void)arg;
    const http_header_t json = {STR("content-type"), STR("application/json")};
    buf_t b;
    buf_init(&b);
    for (int i = 0; i < DEEP; i++)
        buf_addc(&b, "{\"groups\":[");
    http_reply(x, 200, &json, 1, buf_str(&b));
    buf_release(&b);
}

/* velella before a server of ours, whose certificate lasts `days`. */
static void says_of(cluster_t *c, http_handler_fn handler, int days, const char *wanted) {
    err_t err = ERROR_INIT;
    tls_pair_t ca, pair;
    ck_assert(tls_make_pair(NULL, "ca", NULL, NULL, 1, false, &ca, &err));
    ck_assert(tls_make_pair(&ca, "server", NULL, "IP:127.0.0.1", days, true, &pair, &err));
    tls_t *tls = tls_server_create(&(tls_server_options_t){.cert = str_c(pair.cert), .key = str_c(pair.key)}, &err);
    const http_server_options_t o = {.address = STR("127.0.0.1:0"), .tls = tls};
    http_server_t *s = http_server_create(c->loop, &o, handler, NULL, &err);
    ck_assert_msg(s != NULL, "%s", error_text(&err));
    char path[128];
    snprintf(path, sizeof path, "%s/foreign", c->dir);
    str_t server = arena_printf(c->a, "https://127.0.0.1:%u", http_server_port(s));
    buf_t b;
    buf_init(&b);
    kubeconfig_write(&b, &(kubeconfig_t){.server = server, .ca_data = str_c(ca.cert), .token = STR("t")}, STR("x"));
    write_file(path, buf_str(&b));
    buf_release(&b);
    unlink(c->log);
    c->velella_kubeconfig = path;
    cluster_start_velella(c, NULL);
    cluster_until(c, log_says, (void *)wanted, SETTLE_MS, wanted);
    ck_assert_int_eq(waitpid(c->velella, NULL, WNOHANG), 0);
    cluster_kill(&c->velella, SIGTERM);
    http_server_destroy(s);
    tls_release(tls);
    tls_pair_release(&ca);
    tls_pair_release(&pair);
}

static void foreign(cluster_t *c) {
    says_of(c, forbid, 1, "cannot get path");
    says_of(c, forbid, -1, "expired");
    says_of(c, deep, 1, "deep");
}

START_TEST(servers_that_refuse_or_talk_nonsense_are_said) {
    cluster_run(foreign);
}
END_TEST

START_TEST(connection_errors_are_said_and_waited_out) {
    cluster_run(connections);
}
END_TEST

/* ---- Applications ---- */

static void create_app(cluster_t *c, const char *name, const char *type, const char *properties) {
    cluster_create(
        c,
        "{\"apiVersion\":\"core.oam.dev/v1beta1\",\"kind\":\"Application\",\"metadata\":{\"name\":\"%s\",\"namespace\":"
        "\"default\"},\"spec\":{\"components\":[{\"name\":\"%s\",\"type\":\"%s\",\"properties\":%s}]}}",
        name, name, type, properties);
}

typedef struct complaint {
    const char *app, *words;
} complaint_t;

static bool event_says(cluster_t *c, const complaint_t *k) {
    err_t err = ERROR_INIT;
    const api_resource_t *r = mapping_find(c->mapping, STR("v1"), STR("Event"), &err);
    const jv_t *items = jv_getc(api_list(c->api, r, STR("default"), NULL, c->a, &err), "items");
    for (size_t i = 0; i < jv_count(items); i++) {
        const jv_t *e = jv_at(items, i);
        if (str_eqc(jv_path_str(e, "involvedObject", "name", NULL), k->app) &&
            str_eqc(jv_str(jv_getc(e, "type")), "Warning") &&
            str_find(jv_str(jv_getc(e, "message")), str_c(k->words)) >= 0)
            return true;
    }
    return false;
}

static bool complained(cluster_t *c, void *arg) {
    complaint_t *k = arg;
    jv_t *app = cluster_get(c, "core.oam.dev/v1beta1", "Application", "default", k->app);
    str_t status = jv_text(c->a, jv_getc(app, "status"));
    return str_find(status, str_c(k->words)) >= 0 && event_says(c, k);
}

static void bad_applications(cluster_t *c) {
    static const struct {
        const char *name, *type, *properties, *words;
    } rows[] = {
        {"unknown-type", "no-such-type", "{}", "no-such-type"},
        {"missing", "webservice", "{}", "image"},
        {"mistyped", "webservice", "{\"image\":7}", "image"},
        {"broken-cue", "broken", "{}", "broken"},
    };
    cluster_definitions(c);
    cluster_create(
        c,
        "{\"apiVersion\":\"core.oam.dev/v1beta1\",\"kind\":\"ComponentDefinition\",\"metadata\":{\"name\":\"broken\","
        "\"namespace\":\"vela-system\"},\"spec\":{\"workload\":{\"definition\":{\"apiVersion\":\"apps/v1\",\"kind\":"
        "\"Deployment\"}},\"schematic\":{\"cue\":{\"template\":\"output: {\"}}}}");
    cluster_start_velella(c, NULL);
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++)
        create_app(c, rows[i].name, rows[i].type, rows[i].properties);
    create_app(c, "good", "webservice", "{\"image\":\"nginx\"}");
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        complaint_t k = {rows[i].name, rows[i].words};
        cluster_until(c, complained, &k, SETTLE_MS, rows[i].name);
    }
    cluster_phase(c, "default", "good", "running", SETTLE_MS);
    /* What is put right goes on. */
    cluster_patch(c, "core.oam.dev/v1beta1", "Application", "default", "missing",
                  "{\"spec\":{\"components\":[{\"name\":\"missing\",\"type\":\"webservice\",\"properties\":{\"image\":"
                  "\"nginx\"}}]}}");
    cluster_phase(c, "default", "missing", "running", SETTLE_MS);
}

START_TEST(bad_applications_say_why_and_good_ones_go_on) {
    cluster_run(bad_applications);
}
END_TEST

/* ---- files ---- */

START_TEST(deep_files_are_refused_not_crashed_on) {
    static const struct {
        const char *suffix, *before, *open, *middle, *close, *command;
    } rows[] = {
        {"json", "", "[", "", "]", "render -f"},        {"json", "{\"a\":", "{\"a\":", "1", "}", "render -f"},
        {"yaml", "", "[", "", "]", "render -f"},        {"yaml", "", "- ", "1", "", "render -f"},
        {"cue", "a: ", "[", "", "]", "cue export"},     {"cue", "a: ", "(", "1", ")", "cue export"},
        {"cue", "a: ", "{a: ", "1", "}", "cue export"}, {"cue", "a: ", "-", "1", "", "cue export"},
        {"cue", "a", ": a", ": 1", "", "cue export"},   {"json", "", "[", "", "]", "cue export"},
    };
    char path[64], arguments[256], out[4096];
    buf_t b;
    buf_init(&b);
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        snprintf(path, sizeof path, "/tmp/velella-deep-%d.%s", (int)getpid(), rows[i].suffix);
        write_file(path, nested(&b, rows[i].before, rows[i].open, rows[i].middle, rows[i].close));
        snprintf(arguments, sizeof arguments, "%s %s", rows[i].command, path);
        int status = run(out, sizeof out, arguments);
        unlink(path);
        ck_assert_msg(status == 1 && out[0], "row %zu: exit %d: %s", i, status, out);
    }
    buf_release(&b);
}
END_TEST

START_TEST(bad_files_are_named_with_the_place) {
    static const char *const rows[][2] = {
        {"a: [1", "line"},
        {"kind: Application\n\tx: 1\n", "line"},
        {"kind: Deployment\napiVersion: apps/v1\nmetadata: {name: x}\n", "Deployment"},
    };
    char path[64], arguments[256], out[4096];
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        snprintf(path, sizeof path, "/tmp/velella-bad-%d.yaml", (int)getpid());
        write_file(path, str_c(rows[i][0]));
        snprintf(arguments, sizeof arguments, "render -f %s", path);
        int status = run(out, sizeof out, arguments);
        unlink(path);
        ck_assert_msg(status == 1 && strstr(out, rows[i][1]) && strstr(out, path), "row %zu: exit %d: %s", i, status,
                      out);
    }
    ck_assert_int_eq(run(out, sizeof out, "render -f /nowhere/app.yaml"), 1);
    ck_assert_msg(strstr(out, "/nowhere/app.yaml"), "%s", out);
}
END_TEST

SUITE(errors, a_kubeconfig_that_is_none_is_named, an_unknown_flag_is_named_with_the_usage,
      connection_errors_are_said_and_waited_out, servers_that_refuse_or_talk_nonsense_are_said,
      a_client_that_nests_too_deep_is_refused, bad_applications_say_why_and_good_ones_go_on,
      deep_files_are_refused_not_crashed_on, bad_files_are_named_with_the_place)
