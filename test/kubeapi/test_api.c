#include "test/kubeapi/mini.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

static const api_resource_t pods = {.version = STR("v1"),
                                    .plural = STR("pods"),
                                    .kind = STR("Pod"),
                                    .namespaced = true};
static const api_resource_t deployments = {.group = STR("apps"),
                                           .version = STR("v1"),
                                           .plural = STR("deployments"),
                                           .kind = STR("Deployment"),
                                           .namespaced = true};
static char log_text[8192];

static void logged(http_exchange_t *x) {
    size_t n = strlen(log_text);
    str_t q = http_query(x), b = http_body(x);
    snprintf(log_text + n, sizeof log_text - n, STR_FMT " " STR_FMT "%s" STR_FMT "%s" STR_FMT "\n",
             STR_ARG(http_method(x)), STR_ARG(http_path(x)), q.n ? "?" : "", STR_ARG(q), b.n ? " " : "", STR_ARG(b));
}

static void begin(mini_t *m, http_handler_fn handler, api_config_t *c) {
    log_text[0] = 0;
    mini_listen(m, handler, c);
}

#define STATUS(code, reason, message)                                                                                  \
    "{\"kind\":\"Status\",\"apiVersion\":\"v1\",\"metadata\":{},\"status\":\"Failure\",\"message\":\"" message         \
    "\",\"reason\":\"" reason "\",\"code\":" code "}"

/* Answers with what a path asks for. */
static void plain_handler(http_exchange_t *x, void *arg) {
    mini_t *m = arg;
    m->requests++;
    logged(x);
    str_t path = http_path(x);
    ck_assert(str_eqc(http_request_header(x, STR("authorization")), "Bearer secret"));
    ck_assert(str_eqc(http_request_header(x, STR("user-agent")), "velella/test"));
    if (str_ends(path, STR("/missing")))
        mini_json(x, 404, STATUS("404", "NotFound", "pods \\\"missing\\\" not found"));
    else if (str_ends(path, STR("/exists")))
        mini_json(x, 409, STATUS("409", "AlreadyExists", "it exists"));
    else if (str_ends(path, STR("/conflict")))
        mini_json(x, 409, STATUS("409", "Conflict", "changed meanwhile"));
    else if (str_ends(path, STR("/gone")))
        mini_json(x, 410, STATUS("410", "Expired", "too old"));
    else if (str_ends(path, STR("/denied")))
        mini_json(x, 403, STATUS("403", "Forbidden", "no"));
    else if (str_ends(path, STR("/invalid")))
        mini_json(x, 422, STATUS("422", "Invalid", "bad"));
    else if (str_ends(path, STR("/broken")))
        mini_json(x, 500, "boom");
    else if (str_ends(path, STR("/nothing")))
        mini_json(x, 404, "404 page not found\n");
    else if (str_ends(path, STR("/malformed")))
        mini_json(x, 200, "{\"a\":");
    else
        mini_json(x, 200, "{\"kind\":\"Pod\",\"metadata\":{\"name\":\"a\"}}");
}

static void refusals(mini_t *m) {
    static const struct {
        const char *name;
        error_code_t code;
        int http;
        const char *text;
    } cases[] = {
        {"missing", ERR_NOTFOUND, 404, "pods \"missing\" not found"},
        {"exists", ERR_EXISTS, 409, "it exists"},
        {"conflict", ERR_CONFLICT, 409, "changed meanwhile"},
        {"gone", ERR_GONE, 410, "too old"},
        {"denied", ERR_DENIED, 403, "no"},
        {"invalid", ERR_INVALID, 422, "bad"},
        {"broken", ERR_SERVER, 500, "the server answered 500 to GET /api/v1/namespaces/ns/pods/broken: boom"},
        {"nothing", ERR_NOTFOUND, 404,
         "the server could not find the requested resource (GET /api/v1/namespaces/ns/pods/nothing)"},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        api_status_t status;
        api_options_t o = {.status = &status};
        err_t err = ERROR_INIT;
        ck_assert_ptr_null(api_get(m->api, &pods, STR("ns"), str_c(cases[i].name), &o, m->a, &err));
        ck_assert_int_eq(err.code, cases[i].code);
        ck_assert_str_eq(error_text(&err), cases[i].text);
        ck_assert_int_eq(status.code, cases[i].http);
        error_release(&err);
    }
    err_t err = ERROR_INIT;
    ck_assert_ptr_null(api_get(m->api, &pods, STR("ns"), STR("malformed"), NULL, m->a, &err));
    ck_assert_int_eq(err.code, ERR_INVALID);
    error_release(&err);
    ck_assert_ptr_null(api_get(m->api, &pods, STR("ns"), STR(""), NULL, m->a, &err));
    error_release(&err);
    size_t at = 0;
    api_count_t c;
    uint64_t missing = 0, all = 0;
    while (api_count_next(m->api, &at, &c)) {
        ck_assert(str_eqc(c.resource, "pods") && c.verb == API_GET);
        missing += c.code == 404 ? c.n : 0;
        all += c.n;
    }
    ck_assert_uint_eq(missing, 2);
    ck_assert_uint_eq(all, 9);
}

START_TEST(refusals_have_codes_and_the_servers_words) {
    mini_t m = {0};
    api_config_t c = {.token = STR("secret"), .user_agent = STR("velella/test")};
    begin(&m, plain_handler, &c);
    mini_run(&m, refusals);
    mini_end(&m);
}
END_TEST

static void verbs(mini_t *m) {
    jv_t *body = jv_object(m->a);
    jv_set_path(m->a, body, jv_string(m->a, STR("d")), "metadata", "name", NULL);
    api_options_t dry = {.dry_run = true, .field_manager = STR("me&you"), .force = true};
    api_options_t list = {.label_selector = STR("a in (b,c)"),
                          .limit = 5,
                          .cont = STR("x="),
                          .resource_version = STR("7")};
    api_options_t del = {.propagation = STR("Foreground"),
                         .precondition_uid = STR("u"),
                         .dry_run = true,
                         .has_grace = true};
    api_options_t sub = {.subresource = STR("status")};
    str_t ns = STR("n/s");
    ck_assert_ptr_nonnull(api_create_object(m->api, &deployments, ns, body, &dry, m->a, NULL));
    ck_assert_ptr_nonnull(api_update(m->api, &deployments, ns, STR("d"), body, &sub, m->a, NULL));
    ck_assert_ptr_nonnull(api_patch(m->api, &deployments, ns, STR("d"), API_PATCH_MERGE, body, &sub, m->a, NULL));
    ck_assert_ptr_nonnull(api_patch(m->api, &deployments, ns, STR("d"), API_PATCH_APPLY, body, &dry, m->a, NULL));
    ck_assert_ptr_nonnull(api_list(m->api, &pods, STR(""), &list, m->a, NULL));
    ck_assert_ptr_nonnull(api_delete(m->api, &pods, STR("x"), STR("p"), &del, m->a, NULL));
    ck_assert_ptr_nonnull(api_delete(m->api, &pods, STR("x"), STR("p"), NULL, m->a, NULL));
    ck_assert_str_eq(
        log_text,
        "POST /base/apis/apps/v1/namespaces/n%2Fs/deployments?dryRun=All&fieldManager=me%26you "
        "{\"apiVersion\":\"apps/v1\",\"kind\":\"Deployment\",\"metadata\":{\"name\":\"d\"}}\n"
        "PUT /base/apis/apps/v1/namespaces/n%2Fs/deployments/d/status "
        "{\"apiVersion\":\"apps/v1\",\"kind\":\"Deployment\",\"metadata\":{\"name\":\"d\"}}\n"
        "PATCH /base/apis/apps/v1/namespaces/n%2Fs/deployments/d/status {\"metadata\":{\"name\":\"d\"}}\n"
        "PATCH /base/apis/apps/v1/namespaces/n%2Fs/deployments/d?dryRun=All&force=true&fieldManager=me%26you "
        "{\"apiVersion\":\"apps/v1\",\"kind\":\"Deployment\",\"metadata\":{\"name\":\"d\"}}\n"
        "GET /base/api/v1/pods?resourceVersion=7&labelSelector=a%20in%20%28b%2Cc%29&limit=5&continue=x%3D\n"
        "DELETE /base/api/v1/namespaces/x/pods/p {\"apiVersion\":\"v1\",\"dryRun\":[\"All\"],\"gracePeriodSeconds\":0,"
        "\"kind\":\"DeleteOptions\",\"preconditions\":{\"uid\":\"u\"},\"propagationPolicy\":\"Foreground\"}\n"
        "DELETE /base/api/v1/namespaces/x/pods/p\n");
}

START_TEST(requests_have_the_paths_and_bodies_of_their_verbs) {
    mini_t m = {0};
    api_config_t c = {.server = STR("/base/"), .token = STR("secret"), .user_agent = STR("velella/test")};
    begin(&m, plain_handler, &c);
    mini_run(&m, verbs);
    mini_end(&m);
}
END_TEST

/* ---- guard and observer ---- */

static bool leads;
static char observed[1024];

static bool may_write(void *arg) {
    (void)arg;
    return leads;
}

static void observer(void *arg, api_verb_t verb, const api_resource_t *r, str_t ns, str_t name, str_t body) {
    (void)arg;
    size_t n = strlen(observed);
    snprintf(observed + n, sizeof observed - n, "%s " STR_FMT " " STR_FMT "/" STR_FMT " " STR_FMT "\n",
             api_verb_name(verb), STR_ARG(r->plural), STR_ARG(ns), STR_ARG(name), STR_ARG(body));
}

static void writes(mini_t *m) {
    jv_t *body = jv_object(m->a);
    api_options_t lease = {.lease = true, .no_observe = true}, dry = {.dry_run = true};
    err_t err = ERROR_INIT;
    api_set_write_guard(m->api, may_write, NULL);
    api_set_observer(m->api, observer, NULL);
    ck_assert_ptr_null(api_update(m->api, &pods, STR("x"), STR("p"), body, NULL, m->a, &err));
    ck_assert_int_eq(err.code, ERR_CANCELLED);
    error_release(&err);
    ck_assert_ptr_nonnull(api_get(m->api, &pods, STR("x"), STR("p"), NULL, m->a, NULL));
    ck_assert_ptr_nonnull(api_update(m->api, &pods, STR("x"), STR("p"), body, &lease, m->a, NULL));
    leads = true;
    ck_assert_ptr_nonnull(api_update(m->api, &pods, STR("x"), STR("p"), body, &dry, m->a, NULL));
    ck_assert_ptr_nonnull(api_update(m->api, &pods, STR("x"), STR("p"), body, NULL, m->a, NULL));
    ck_assert_ptr_null(api_update(m->api, &pods, STR("x"), STR("conflict"), body, NULL, m->a, NULL));
    ck_assert_ptr_nonnull(api_delete(m->api, &pods, STR("x"), STR("p"), NULL, m->a, NULL));
    ck_assert_str_eq(observed, "update pods x/p {\"kind\":\"Pod\",\"metadata\":{\"name\":\"a\"}}\n"
                               "delete pods x/p {\"kind\":\"Pod\",\"metadata\":{\"name\":\"a\"}}\n");
}

START_TEST(writes_are_guarded_and_observed) {
    mini_t m = {0};
    api_config_t c = {.token = STR("secret"), .user_agent = STR("velella/test")};
    begin(&m, plain_handler, &c);
    mini_run(&m, writes);
    mini_end(&m);
}
END_TEST

/* ---- limits ---- */

static void busy_handler(http_exchange_t *x, void *arg) {
    mini_t *m = arg;
    http_header_t after = {STR("retry-after"), STR("1")};
    if (++m->requests == 1)
        http_reply(x, 429, &after, 1, STR(STATUS("429", "TooManyRequests", "later")));
    else
        mini_json(x, 200, "{}");
}

static void throttled(mini_t *m) {
    int64_t from = loop_clock();
    ck_assert_ptr_nonnull(api_get(m->api, &pods, STR("x"), STR("p"), NULL, m->a, NULL));
    ck_assert_int_ge(loop_clock() - from, 950);
    ck_assert_int_eq(m->requests, 2);
    from = loop_clock();
    for (int i = 0; i < 6; i++) /* qps 20, burst 2: two were used, half a second gave them back */
        ck_assert_ptr_nonnull(api_get(m->api, &pods, STR("x"), STR("p"), NULL, m->a, NULL));
    ck_assert_int_ge(loop_clock() - from, 150);
    ck_assert_uint_gt(api_stats(m->api).throttled, 0);
}

START_TEST(the_server_and_the_client_limit_the_rate) {
    mini_t m = {0};
    api_config_t c = {.qps = 20, .burst = 2};
    begin(&m, busy_handler, &c);
    mini_run(&m, throttled);
    mini_end(&m);
}
END_TEST

/* ---- paging ---- */

static void page_handler(http_exchange_t *x, void *arg) {
    (void)arg;
    logged(x);
    if (str_find(http_query(x), STR("continue")) < 0)
        mini_json(x, 200, "{\"metadata\":{\"continue\":\"two\"},\"items\":[{\"metadata\":{\"name\":\"a\"}}]}");
    else
        mini_json(x, 200,
                  "{\"metadata\":{},\"items\":[{\"metadata\":{\"name\":\"b\"}},{\"kind\":\"K\",\"metadata\":{"
                  "\"name\":\"c\"}}]}");
}

static bool each(void *arg, jv_t *item) {
    str_t name = jv_path_str(item, "metadata", "name", NULL);
    ck_assert(str_eqc(jv_str(jv_getc(item, "apiVersion")), "v1"));
    strncat(arg, name.p, name.n);
    return !str_eqc(name, "b") || jv_getc(item, "never") == NULL;
}

static void pages(mini_t *m) {
    char names[16] = "";
    ck_assert(api_list_each(m->api, &pods, STR("x"), NULL, each, names, NULL));
    ck_assert_str_eq(names, "abc");
    ck_assert_str_eq(log_text, "GET /api/v1/namespaces/x/pods?limit=500\n"
                               "GET /api/v1/namespaces/x/pods?limit=500&continue=two\n");
}

START_TEST(a_list_is_read_page_by_page) {
    mini_t m = {0};
    api_config_t c = {0};
    begin(&m, page_handler, &c);
    mini_run(&m, pages);
    mini_end(&m);
}
END_TEST

/* ---- credentials ---- */

static const char *good_token;

static void token_handler(http_exchange_t *x, void *arg) {
    mini_t *m = arg;
    m->requests++;
    if (str_eqc(http_request_header(x, STR("authorization")), good_token))
        mini_json(x, 200, "{}");
    else
        mini_json(x, 401, STATUS("401", "Unauthorized", "Unauthorized"));
}

static void write_file(const char *path, const char *text) {
    FILE *f = fopen(path, "w");
    fputs(text, f);
    fclose(f);
}

static void rotated(mini_t *m) {
    err_t err = ERROR_INIT;
    good_token = "Bearer one";
    ck_assert_ptr_nonnull(api_get(m->api, &pods, STR("x"), STR("p"), NULL, m->a, NULL));
    write_file(m->data, "two\n");
    ck_assert_ptr_nonnull(api_get(m->api, &pods, STR("x"), STR("p"), NULL, m->a, NULL)); /* not re-read yet */
    good_token = "Bearer two";
    ck_assert_ptr_nonnull(api_get(m->api, &pods, STR("x"), STR("p"), NULL, m->a, NULL)); /* after the 401 */
    ck_assert_int_eq(m->requests, 4);
    good_token = "Bearer three";
    ck_assert_ptr_null(api_get(m->api, &pods, STR("x"), STR("p"), NULL, m->a, &err));
    ck_assert_int_eq(err.code, ERR_DENIED);
    error_release(&err);
}

START_TEST(a_rotated_token_file_is_read_again) {
    char path[] = "/tmp/velella-token-XXXXXX";
    close(mkstemp(path));
    write_file(path, " one\n");
    mini_t m = {.data = path};
    api_config_t c = {.token_file = str_c(path)};
    begin(&m, token_handler, &c);
    mini_run(&m, rotated);
    mini_end(&m);
    unlink(path);
}
END_TEST

static void basic(mini_t *m) {
    good_token = "Basic dXNlcjpwYXNz";
    ck_assert_ptr_nonnull(api_get(m->api, &pods, STR("x"), STR("p"), NULL, m->a, NULL));
}

START_TEST(a_name_and_password_are_sent) {
    mini_t m = {0};
    api_config_t c = {.username = STR("user"), .password = STR("pass")};
    begin(&m, token_handler, &c);
    mini_run(&m, basic);
    mini_end(&m);
}
END_TEST

static void plugin(mini_t *m) {
    err_t err = ERROR_INIT;
    good_token = "Bearer from-plugin-v1-1";
    ck_assert_msg(api_get(m->api, &pods, STR("x"), STR("p"), NULL, m->a, &err), "%s", error_text(&err));
    ck_assert_ptr_nonnull(api_get(m->api, &pods, STR("x"), STR("p"), NULL, m->a, NULL));
    good_token = "Bearer from-plugin-v1-2"; /* the first is refused: the plugin runs again */
    ck_assert_ptr_nonnull(api_get(m->api, &pods, STR("x"), STR("p"), NULL, m->a, NULL));
    ck_assert_int_eq(m->requests, 4);
}

START_TEST(a_credential_plugin_is_asked_once_and_after_a_refusal) {
    char path[] = "/tmp/velella-plugin-XXXXXX";
    close(mkstemp(path));
    mini_t m = {0};
    const str_t args[] = {
        STR("-c"), STR("echo x >> $COUNT; case \"$KUBERNETES_EXEC_INFO\" in *'\"interactive\":false'*) ;; *) exit "
                       "3;; esac; echo '{\"kind\":\"ExecCredential\",\"apiVersion\":\"client.authentication.k8s.io/"
                       "v1\",\"status\":{\"expirationTimestamp\":\"2099-01-01T00:00:00Z\",\"token\":\"from-plugin-"
                       "v1-'$(wc -l < $COUNT)'\"}}'")};
    char env[64];
    snprintf(env, sizeof env, "COUNT=%s", path);
    const str_t envs[] = {str_c(env)};
    api_config_t c = {.exec = {.command = STR("sh"),
                               .args = args,
                               .nargs = 2,
                               .env = envs,
                               .nenv = 1,
                               .api_version = STR("client.authentication.k8s.io/v1")}};
    begin(&m, token_handler, &c);
    mini_run(&m, plugin);
    mini_end(&m);
    unlink(path);
}
END_TEST

static void bad_plugin(mini_t *m) {
    err_t err = ERROR_INIT;
    ck_assert_ptr_null(api_get(m->api, &pods, STR("x"), STR("p"), NULL, m->a, &err));
    ck_assert_msg(strstr(error_text(&err), m->data) != NULL, "%s", error_text(&err));
    error_release(&err);
    ck_assert_int_eq(m->requests, 0);
}

START_TEST(a_failing_plugin_is_one_clear_error) {
    static const char *const cases[][2] = {
        {"echo nothing to see >&2; exit 4", "exec plugin sh: it ended with status 4: nothing to see"},
        {"echo '{\"kind\":\"ExecCredential\",\"apiVersion\":\"client.authentication.k8s.io/v1\",\"status\":{}}'",
         "has neither a token nor a certificate"},
        {"echo '{\"kind\":\"ExecCredential\",\"apiVersion\":\"other/v1\"}'", "is not an ExecCredential"},
        {"echo hello", "its output"},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        mini_t m = {.data = (char *)(uintptr_t)cases[i][1]};
        const str_t args[] = {STR("-c"), str_c(cases[i][0])};
        api_config_t c = {.exec = {.command = STR("sh"),
                                   .args = args,
                                   .nargs = 2,
                                   .api_version = STR("client.authentication.k8s.io/v1")}};
        begin(&m, token_handler, &c);
        mini_run(&m, bad_plugin);
        mini_end(&m);
    }
    mini_t m = {.data = (char *)(uintptr_t) "get it from example.org"};
    api_config_t c = {.exec = {.command = STR("no-such-plugin-of-ours"),
                               .install_hint = STR("get it from example.org"),
                               .api_version = STR("client.authentication.k8s.io/v1beta1")}};
    begin(&m, token_handler, &c);
    mini_run(&m, bad_plugin);
    mini_end(&m);
}
END_TEST

START_TEST(a_wrong_configuration_is_refused_by_name) {
    static const struct {
        const char *server;
        const char *text;
    } cases[] = {{"http://x", "only https"},
                 {"x:1", "is not an https"},
                 {"https://x:0", "bad port"},
                 {"https://", "no host"}};
    loop_t *l = loop_create(NULL);
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        api_config_t c = {.server = str_c(cases[i].server), .insecure = true};
        err_t err = ERROR_INIT;
        ck_assert_ptr_null(api_create(l, &c, &err));
        ck_assert_msg(strstr(error_text(&err), cases[i].text) != NULL, "%s", error_text(&err));
        error_release(&err);
    }
    api_config_t c = {.server = STR("https://[::1]:6443"), .insecure = true};
    api_t *api = api_create(l, &c, NULL);
    ck_assert(str_eqc(api_host(api), "[::1]:6443"));
    api_destroy(api);
    loop_destroy(l);
}
END_TEST

SUITE(api, refusals_have_codes_and_the_servers_words, requests_have_the_paths_and_bodies_of_their_verbs,
      writes_are_guarded_and_observed, the_server_and_the_client_limit_the_rate, a_list_is_read_page_by_page,
      a_rotated_token_file_is_read_again, a_name_and_password_are_sent,
      a_credential_plugin_is_asked_once_and_after_a_refusal, a_failing_plugin_is_one_clear_error,
      a_wrong_configuration_is_refused_by_name)
