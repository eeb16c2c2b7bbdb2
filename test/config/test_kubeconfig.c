#include "config/kubeconfig.h"
#include "reactor/base/mem.h"
#include "test/suite.h"

#include <sys/stat.h>
#include <unistd.h>

static char folder[] = "/tmp/velella-kubeconfig-XXXXXX";

static const char *file(arena_t *a, const char *name, const char *text) {
    const char *path = arena_printf(a, "%s/%s", folder, name).p;
    FILE *f = fopen(path, "w");
    ck_assert_ptr_nonnull(f);
    fputs(text, f);
    fclose(f);
    return path;
}

static arena_t *setup(void) {
    arena_t *a = arena_create();
    strcpy(folder + strlen(folder) - 6, "XXXXXX");
    ck_assert_ptr_nonnull(mkdtemp(folder));
    unsetenv("KUBECONFIG");
    unsetenv("KUBERNETES_SERVICE_HOST");
    setenv("HOME", folder, 1);
    return a;
}

static void teardown(arena_t *a) {
    char command[128];
    snprintf(command, sizeof command, "rm -rf %s", folder);
    ck_assert_int_eq(system(command), 0);
    arena_destroy(a);
}

static const char whole[] =
    "apiVersion: v1\nkind: Config\ncurrent-context: one\ncontexts:\n"
    "- name: one\n  context: {cluster: c, user: u, namespace: apps}\n"
    "- name: two\n  context: {cluster: c, user: plugin}\n"
    "- name: anonymous\n  context: {cluster: open}\n"
    "clusters:\n"
    "- name: c\n  cluster: {server: 'https://10.0.0.1:6443', certificate-authority-data: aGVsbG8=,"
    " tls-server-name: kube}\n"
    "- name: open\n  cluster: {server: 'http://localhost:8080', insecure-skip-tls-verify: true}\n"
    "users:\n"
    "- name: u\n  user: {client-certificate: certs/me.crt, client-key-data: a2V5, tokenFile: /abs/token}\n"
    "- name: plugin\n  user:\n    exec:\n      apiVersion: client.authentication.k8s.io/v1\n"
    "      command: ./bin/login\n      args: [get, token]\n      env: [{name: A, value: b}]\n"
    "      interactiveMode: Never\n      installHint: get it\n      provideClusterInfo: true\n";

START_TEST(a_context_brings_its_cluster_and_user) {
    arena_t *a = setup();
    err_t err = ERROR_INIT;
    kubeconfig_t k;
    ck_assert_msg(kubeconfig_load(a, file(a, "config", whole), NULL, &k, &err), "%s", error_text(&err));
    ck_assert(str_eqc(k.server, "https://10.0.0.1:6443") && str_eqc(k.ca_data, "hello") &&
              str_eqc(k.tls_server_name, "kube"));
    ck_assert(str_eqc(k.context, "one") && str_eqc(k.ns, "apps") && !k.insecure && !k.exec);
    ck_assert_str_eq(k.cert_file.p, arena_printf(a, "%s/certs/me.crt", folder).p); /* relative to the file's folder */
    ck_assert(str_eqc(k.key_data, "key") && k.key_file.n == 0 && str_eqc(k.token_file, "/abs/token"));
    teardown(a);
}
END_TEST

START_TEST(an_exec_plugin_comes_as_data) {
    arena_t *a = setup();
    err_t err = ERROR_INIT;
    kubeconfig_t k;
    ck_assert_msg(kubeconfig_load(a, file(a, "config", whole), "two", &k, &err), "%s", error_text(&err));
    ck_assert(k.exec && k.exec->n_args == 2 && str_eqc(k.exec->args[1], "token") && k.exec->provide_cluster_info);
    ck_assert_str_eq(k.exec->command.p, arena_printf(a, "%s/./bin/login", folder).p);
    ck_assert(k.exec->n_env == 1 && str_eqc(k.exec->env[0].name, "A") && str_eqc(k.exec->env[0].value, "b"));
    ck_assert(str_eqc(k.ns, "default") && str_eqc(k.exec->interactive_mode, "Never"));
    ck_assert(kubeconfig_load(a, file(a, "config", whole), "anonymous", &k, &err));
    ck_assert(k.insecure && !k.token.n && !k.exec && str_eqc(k.server, "http://localhost:8080"));
    teardown(a);
}
END_TEST

/* As client-go's loading rules do it. */
START_TEST(of_several_files_the_first_entry_wins) {
    arena_t *a = setup();
    err_t err = ERROR_INIT;
    kubeconfig_t k;
    const char *x = file(a, "x",
                         "clusters: [{name: c, cluster: {server: 'https://x'}}]\ncontexts: [{name: m, context: "
                         "{cluster: c, user: u}}]\n");
    const char *y = file(a, "y",
                         "current-context: m\nclusters: [{name: c, cluster: {server: 'https://y'}}]\nusers: [{name: u, "
                         "user: {token: 5}}]\n");
    setenv("KUBECONFIG", arena_printf(a, ":%s/none:%s:%s", folder, x, y).p, 1);
    ck_assert_msg(kubeconfig_find(a, "", NULL, &k, &err), "%s", error_text(&err));
    ck_assert(str_eqc(k.server, "https://x") && str_eqc(k.token, "5") && str_eqc(k.source, x));
    teardown(a);
}
END_TEST

START_TEST(errors_name_file_entry_and_field) {
    static const char head[] = "current-context: m\ncontexts: [{name: m, context: {cluster: c, user: u}}]\n";
    static const char *const rows[][2] = {
        {"clusters: [{name: c, cluster: {server: 'https://x', proxy-url: 'http://p'}}]",
         "cluster \"c\": proxy-url is not supported"},
        {"clusters: [{name: c, cluster: {server: 'x:1'}}]", "cluster \"c\": server is no https:// or http:// URL: x:1"},
        {"clusters: [{name: c, cluster: {}}]", "cluster \"c\": server is missing"},
        {"clusters: [{name: c, cluster: {server: [5]}}]", "cluster \"c\": server is no string"},
        {"clusters: [{name: c, cluster: {server: 'https://x', certificate-authority-data: '*'}}]",
         "cluster \"c\": certificate-authority-data is no base64"},
        {"clusters: [{name: c, cluster: {server: 'https://x', insecure-skip-tls-verify: true, certificate-authority: "
         "a}}]",
         "cluster \"c\": insecure-skip-tls-verify is set together with a certificate authority"},
        {"clusters: []", "context \"m\": cluster \"c\" does not exist"},
        {"clusters: [{name: c, cluster: {server: 'https://x'}}]", "context \"m\": user \"u\" does not exist"},
        {"clusters: [{name: c, cluster: {server: 'https://x'}}]\nusers: [{name: u, user: {auth-provider: {name: "
         "gcp}}}]",
         "user \"u\": auth-provider is not supported"},
        {"clusters: [{name: c, cluster: {server: 'https://x'}}]\nusers: [{name: u, user: {as: admin}}]",
         "user \"u\": as is not supported"},
        {"clusters: [{name: c, cluster: {server: 'https://x'}}]\nusers: [{name: u, user: {client-certificate: a}}]",
         "user \"u\": client-key is missing beside client-certificate"},
        {"clusters: [{name: c, cluster: {server: 'https://x'}}]\nusers: [{name: u, user: {exec: {command: a, "
         "apiVersion: b}}}]",
         "user \"u\": exec.apiVersion is \"b\", not client.authentication.k8s.io/v1 or v1beta1"},
        {"clusters: [{name: c, cluster: {server: 'https://x'}}]\nusers: [{name: u, user: {exec: {command: a, "
         "apiVersion: "
         "client.authentication.k8s.io/v1}}}]",
         "user \"u\": exec.interactiveMode is \"\", not Never, IfAvailable or Always"},
    };
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        arena_t *a = setup();
        err_t err = ERROR_INIT;
        kubeconfig_t k;
        const char *path = file(a, "config", arena_printf(a, "%s%s\n", head, rows[i][0]).p);
        ck_assert(!kubeconfig_load(a, path, NULL, &k, &err));
        ck_assert_str_eq(error_text(&err), arena_printf(a, "kubeconfig %s: %s", path, rows[i][1]).p);
        error_release(&err);
        teardown(a);
    }
}
END_TEST

START_TEST(unreadable_files_say_why) {
    arena_t *a = setup();
    err_t err = ERROR_INIT;
    kubeconfig_t k;
    ck_assert(!kubeconfig_load(a, "/none/config", NULL, &k, &err) && err.code == ERR_NOTFOUND);
    ck_assert_str_eq(error_text(&err), "open /none/config: No such file or directory");
    ck_assert(!kubeconfig_load(a, file(a, "c", "a: b: c"), NULL, &k, &err));
    ck_assert_int_ge(str_find(str_c(error_text(&err)), STR("line 1, column 5")), 0);
    ck_assert(!kubeconfig_load(a, file(a, "c", whole), "three", &k, &err));
    ck_assert_int_ge(str_find(str_c(error_text(&err)), STR("context \"three\" does not exist")), 0);
    ck_assert(!kubeconfig_load(a, folder, NULL, &k, &err) && err.code == ERR_IO);
    const char *big = file(a, "big", "");
    ck_assert_int_eq(truncate(big, (4 << 20) + 1), 0);
    ck_assert(!kubeconfig_load(a, big, NULL, &k, &err) && err.code == ERR_LIMIT);
    ck_assert(!kubeconfig_find(a, NULL, NULL, &k, &err) && err.code == ERR_NOTFOUND);
    error_release(&err);
    teardown(a);
}
END_TEST

START_TEST(home_is_asked_last) {
    arena_t *a = setup();
    err_t err = ERROR_INIT;
    kubeconfig_t k;
    ck_assert_int_eq(mkdir(arena_printf(a, "%s/.kube", folder).p, 0700), 0);
    file(a, ".kube/config", whole);
    ck_assert_msg(kubeconfig_find(a, NULL, NULL, &k, &err), "%s", error_text(&err));
    ck_assert(str_eqc(k.context, "one"));
    teardown(a);
}
END_TEST

START_TEST(a_pod_finds_its_service_account) {
    arena_t *a = setup();
    err_t err = ERROR_INIT;
    kubeconfig_t k;
    ck_assert(!kubeconfig_in_cluster(a, folder, &k, &err) && err.code == ERR_NOTFOUND);
    setenv("KUBERNETES_SERVICE_HOST", "fd00::1", 1);
    setenv("KUBERNETES_SERVICE_PORT", "443", 1);
    ck_assert(!kubeconfig_in_cluster(a, folder, &k, &err));
    const char *token = file(a, "token", "secret\n");
    file(a, "ca.crt", "PEM");
    file(a, "namespace", "vela-system");
    ck_assert_msg(kubeconfig_in_cluster(a, folder, &k, &err), "%s", error_text(&err));
    ck_assert(str_eqc(k.server, "https://[fd00::1]:443") && str_eqc(k.token, "secret") && str_eqc(k.ca_data, "PEM"));
    ck_assert(str_eqc(k.ns, "vela-system") && str_eqc(k.token_file, token));
    error_release(&err);
    teardown(a);
}
END_TEST

START_TEST(what_is_written_is_read_back) {
    arena_t *a = setup();
    err_t err = ERROR_INIT;
    kubeconfig_t k = {.server = STR("https://127.0.0.1:1"), .ca_data = STR("CA"), .token = STR("t"), .ns = STR("x")},
                 back;
    buf_t b;
    buf_init(&b);
    kubeconfig_write(&b, &k, STR("velella"));
    buf_char(&b, 0);
    ck_assert_msg(kubeconfig_load(a, file(a, "c", b.p), NULL, &back, &err), "%s\n%s", error_text(&err), b.p);
    ck_assert(str_eq(back.server, k.server) && str_eq(back.ca_data, k.ca_data) && str_eq(back.token, k.token) &&
              str_eq(back.ns, k.ns) && str_eqc(back.context, "velella"));
    buf_release(&b);
    teardown(a);
}
END_TEST

START_TEST(failing_allocations_are_reported) {
    arena_t *f = setup();
    const char *path = file(f, "config", whole);
    bool done = false;
    for (int64_t n = 1; !done; n++) {
        err_t err = ERROR_INIT;
        kubeconfig_t k;
        arena_t *a = arena_create();
        mem_fail_after(n);
        done = kubeconfig_load(a, path, "two", &k, &err);
        mem_fail_after(-1);
        ck_assert(done || err.code == ERR_MEMORY);
        error_release(&err);
        arena_destroy(a);
    }
    teardown(f);
}
END_TEST

SUITE(kubeconfig, a_context_brings_its_cluster_and_user, an_exec_plugin_comes_as_data,
      of_several_files_the_first_entry_wins, errors_name_file_entry_and_field, unreadable_files_say_why,
      home_is_asked_last, a_pod_finds_its_service_account, what_is_written_is_read_back,
      failing_allocations_are_reported)
