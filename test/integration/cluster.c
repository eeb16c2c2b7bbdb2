#include "test/integration/cluster.h"

#include "config/yaml/yaml.h"
#include "handlers/definition.h"
#include "kubeapi/connect.h"

#include <dirent.h>
#include <fcntl.h>
#include <signal.h>
#include <stdarg.h>
#include <sys/prctl.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

enum { START_MS = 10000, MOST_ARGS = 24 };

/* ---- processes ---- */

/* The child dies with the test, also when Check kills the test. */
static pid_t spawn(const char *log, char *const *argv) {
    pid_t pid = fork();
    ck_assert_int_ge(pid, 0);
    if (pid)
        return pid;
    prctl(PR_SET_PDEATHSIG, SIGKILL);
    int fd = open(log, O_WRONLY | O_CREAT | O_APPEND, 0600);
    dup2(fd, STDOUT_FILENO);
    dup2(fd, STDERR_FILENO);
    execv(argv[0], argv);
    _exit(127);
}

void cluster_kill(pid_t *pid, int signo) {
    if (*pid <= 0)
        return;
    /* One that was stopped must go on first: a SIGCONT after the signal can take away the SIGSTOP with which the leak
     * sanitizer holds a process at its exit, and then that never ends. */
    if (signo != SIGKILL)
        kill(*pid, SIGCONT);
    kill(*pid, signo);
    waitpid(*pid, NULL, 0);
    *pid = 0;
}

static void start_server(cluster_t *c) {
    char listen[32], log[128], program[512];
    snprintf(listen, sizeof listen, "127.0.0.1:%u", c->port);
    snprintf(log, sizeof log, "%s/server.log", c->dir);
    snprintf(program, sizeof program, "%s", suite_program("velella-apiserver"));
    unlink(c->kubeconfig);
    char *argv[] = {program, "--listen", listen,         "--write-kubeconfig", c->kubeconfig, "--token",
                    "test",  "--crds",   "contrib/crds", "--kubelet",          NULL};
    c->server = spawn(log, argv);
    struct stat st;
    for (int i = 0; i < START_MS / 10; i++) {
        if (stat(c->kubeconfig, &st) == 0 && st.st_size > 0)
            return;
        ck_assert_msg(waitpid(c->server, NULL, WNOHANG) == 0, "velella-apiserver ended: see %s", log);
        usleep(10000);
    }
    ck_abort_msg("velella-apiserver wrote no kubeconfig");
}

void cluster_start_velella(cluster_t *c, ...) {
    char program[512], kubeconfig[160];
    snprintf(program, sizeof program, "%s", suite_program("velella"));
    snprintf(kubeconfig, sizeof kubeconfig, "--kubeconfig=%s",
             c->velella_kubeconfig ? c->velella_kubeconfig : c->kubeconfig);
    char *argv[MOST_ARGS] = {program, kubeconfig, (char *)"--metrics-addr=0", (char *)"--health-addr=0"};
    int n = 4;
    va_list ap;
    va_start(ap, c);
    while (n < MOST_ARGS - 1 && (argv[n] = va_arg(ap, char *)))
        n++;
    va_end(ap);
    argv[n] = NULL;
    c->velella = spawn(c->log, argv);
}

/* ---- the client ---- */

static void connect_client(cluster_t *c) {
    err_t err = ERROR_INIT;
    c->api = connect_api(c->loop, c->kubeconfig, STR("test"), -1, 0, &err);
    ck_assert_msg(c->api != NULL, "%s", error_text(&err));
    c->mapping = mapping_create(c->api);
}

static void disconnect_client(cluster_t *c) {
    if (c->mapping)
        mapping_destroy(c->mapping);
    if (c->api)
        api_destroy(c->api);
    c->mapping = NULL;
    c->api = NULL;
}

void cluster_restart_server(cluster_t *c) {
    str_t host = api_host(c->api), name, port;
    str_cut(host, ':', &name, &port);
    int64_t number = 0;
    ck_assert(str_int(port, &number));
    c->port = (uint16_t)number;
    disconnect_client(c);
    cluster_kill(&c->server, SIGKILL);
    start_server(c);
    connect_client(c);
}

static const api_resource_t *resource(cluster_t *c, str_t api_version, str_t kind) {
    err_t err = ERROR_INIT;
    const api_resource_t *r = mapping_find(c->mapping, api_version, kind, &err);
    ck_assert_msg(r != NULL, "%s", error_text(&err));
    return r;
}

static jv_t *create(cluster_t *c, const jv_t *o) {
    err_t err = ERROR_INIT;
    const api_resource_t *r = resource(c, jv_str(jv_getc(o, "apiVersion")), jv_str(jv_getc(o, "kind")));
    str_t ns = jv_path_str(o, "metadata", "namespace", NULL);
    jv_t *made = api_create_object(c->api, r,
                                   !r->namespaced ? STR_NONE
                                   : ns.n         ? ns
                                                  : STR("default"),
                                   o, NULL, c->a, &err);
    ck_assert_msg(made != NULL, "%s", error_text(&err));
    return made;
}

jv_t *cluster_create(cluster_t *c, const char *json, ...) {
    err_t err = ERROR_INIT;
    va_list ap;
    va_start(ap, json);
    str_t text = arena_vprintf(c->a, json, ap);
    va_end(ap);
    jv_t *o = jv_parse(c->a, text, &err);
    ck_assert_msg(o != NULL, "%s", error_text(&err));
    return create(c, o);
}

jv_t *cluster_get(cluster_t *c, const char *api_version, const char *kind, const char *ns, const char *name) {
    err_t err = ERROR_INIT;
    const api_resource_t *r = resource(c, str_c(api_version), str_c(kind));
    jv_t *o = api_get(c->api, r, r->namespaced ? str_c(ns) : STR_NONE, str_c(name), NULL, c->a, &err);
    ck_assert_msg(o || err.code == ERR_NOTFOUND, "%s", error_text(&err));
    error_release(&err);
    return o;
}

void cluster_patch(cluster_t *c, const char *api_version, const char *kind, const char *ns, const char *name,
                   const char *merge) {
    err_t err = ERROR_INIT;
    const api_resource_t *r = resource(c, str_c(api_version), str_c(kind));
    jv_t *patch = jv_parse(c->a, str_c(merge), &err);
    ck_assert_msg(patch && api_patch(c->api, r, r->namespaced ? str_c(ns) : STR_NONE, str_c(name), API_PATCH_MERGE,
                                     patch, NULL, c->a, &err),
                  "%s", error_text(&err));
}

void cluster_delete(cluster_t *c, const char *api_version, const char *kind, const char *ns, const char *name) {
    err_t err = ERROR_INIT;
    const api_resource_t *r = resource(c, str_c(api_version), str_c(kind));
    ck_assert_msg(api_delete(c->api, r, r->namespaced ? str_c(ns) : STR_NONE, str_c(name), NULL, c->a, &err), "%s",
                  error_text(&err));
}

size_t cluster_count(cluster_t *c, const char *api_version, const char *kind, const char *ns) {
    err_t err = ERROR_INIT;
    arena_t *a = arena_create();
    const api_resource_t *r = resource(c, str_c(api_version), str_c(kind));
    jv_t *list = api_list(c->api, r, str_c(ns), NULL, a, &err);
    ck_assert_msg(list != NULL, "%s", error_text(&err));
    size_t n = jv_count(jv_getc(list, "items"));
    arena_destroy(a);
    return n;
}

/* ---- definitions ---- */

void cluster_definitions(cluster_t *c) {
    err_t err = ERROR_INIT;
    cluster_create(c, "{\"apiVersion\":\"v1\",\"kind\":\"Namespace\",\"metadata\":{\"name\":\"vela-system\"}}");
    definition_set_t *set = definition_set_create(c->a);
    bool ok =
        c->definitions ? definition_set_add_path(set, c->definitions, &err) : definition_set_add_builtin(set, &err);
    ck_assert_msg(ok, "%s", error_text(&err));
    const jv_t *manifest;
    for (size_t i = 0; definition_set_at(set, i, &manifest); i++) {
        jv_t *o = jv_copy(c->a, manifest);
        jv_set_path(c->a, o, jv_string(c->a, STR("vela-system")), "metadata", "namespace", NULL);
        create(c, o);
    }
}

/* ---- waiting ---- */

int64_t cluster_until(cluster_t *c, bool (*so)(cluster_t *c, void *arg), void *arg, int64_t ms, const char *what) {
    int64_t began = loop_clock();
    while (!so(c, arg)) {
        if (loop_clock() - began > ms) {
            str_t log = cluster_log(c);
            ck_abort_msg("not within %lld ms: %s\nvelella's log:\n" STR_FMT, (long long)ms, what,
                         STR_ARG(str_from(log, log.n > 3000 ? log.n - 3000 : 0)));
        }
        fiber_sleep(20, NULL);
    }
    return loop_clock() - began;
}

typedef struct wanted_phase {
    const char *ns, *name, *phase;
} wanted_phase_t;

static bool in_phase(cluster_t *c, void *arg) {
    wanted_phase_t *w = arg;
    jv_t *app = cluster_get(c, "core.oam.dev/v1beta1", "Application", w->ns, w->name);
    return app && str_eqc(jv_path_str(app, "status", "status", NULL), w->phase) &&
           jv_equal(jv_path(app, "status", "observedGeneration", NULL), jv_path(app, "metadata", "generation", NULL));
}

void cluster_phase(cluster_t *c, const char *ns, const char *name, const char *phase, int64_t ms) {
    wanted_phase_t w = {ns, name, phase};
    cluster_until(c, in_phase, &w, ms, phase);
}

/* ---- looking at velella ---- */

long cluster_rss(pid_t pid) {
    char path[64], line[256];
    long kb = 0;
    snprintf(path, sizeof path, "/proc/%d/status", pid);
    FILE *f = fopen(path, "r");
    while (f && fgets(line, sizeof line, f))
        if (strncmp(line, "VmRSS:", 6) == 0)
            kb = strtol(line + 6, NULL, 10);
    if (f)
        fclose(f);
    return kb;
}

int cluster_threads(pid_t pid) {
    char path[64];
    snprintf(path, sizeof path, "/proc/%d/task", pid);
    DIR *d = opendir(path);
    ck_assert_ptr_nonnull(d);
    int n = 0;
    for (struct dirent *e; (e = readdir(d));)
        n += e->d_name[0] != '.';
    closedir(d);
    return n;
}

uint64_t cluster_requests(cluster_t *c, bool print) {
    err_t err = ERROR_INIT;
    str_t body;
    const api_call_t call = {.method = STR("GET"), .path = STR("/debug/requests"), .verb = API_GET};
    ck_assert_msg(api_request(c->api, &call, NULL, c->a, &body, &err), "%s", error_text(&err));
    jv_t *rows = jv_parse(c->a, body, &err);
    ck_assert_msg(rows != NULL, "%s", error_text(&err));
    uint64_t total = 0;
    const jv_t *list = jv_is(rows, JV_OBJECT) ? jv_getc(rows, "requests") : rows;
    for (size_t i = 0; i < jv_count(list); i++) {
        const jv_t *row = jv_at(list, i);
        int64_t n = 0;
        jv_as_int(jv_getc(row, "count"), &n);
        if (!str_eqc(jv_str(jv_getc(row, "agent")), "kubevela"))
            continue;
        total += (uint64_t)n;
        str_t sub = jv_str(jv_getc(row, "subresource"));
        if (print)
            printf("    %6lld %-8.*s " STR_FMT "%s" STR_FMT "\n", (long long)n, STR_ARG(jv_str(jv_getc(row, "verb"))),
                   STR_ARG(jv_str(jv_getc(row, "resource"))), sub.n ? "/" : "", STR_ARG(sub));
    }
    return total;
}

str_t cluster_log(cluster_t *c) {
    str_t text = STR_NONE;
    kubeconfig_read_file(c->a, c->log, &text, NULL);
    return text;
}

/* ---- a run ---- */

typedef struct run {
    cluster_t *c;
    void (*body)(cluster_t *c);
} run_t;

static void run_body(void *arg) {
    run_t *r = arg;
    connect_client(r->c);
    r->body(r->c);
}

static void run_over(void *arg) {
    run_t *r = arg;
    loop_stop(r->c->loop);
}

static void clean_up(cluster_t *c) {
    char command[128];
    snprintf(command, sizeof command, "rm -rf '%s'", c->dir);
    ck_assert_int_eq(system(command), 0);
}

void cluster_run(void (*body)(cluster_t *c)) {
    err_t err = ERROR_INIT;
    cluster_t c = {.a = arena_create()};
    run_t r = {&c, body};
    snprintf(c.dir, sizeof c.dir, "/tmp/velella-test.XXXXXX");
    ck_assert_ptr_nonnull(mkdtemp(c.dir));
    snprintf(c.kubeconfig, sizeof c.kubeconfig, "%s/kubeconfig", c.dir);
    snprintf(c.log, sizeof c.log, "%s/velella.log", c.dir);
    start_server(&c);
    c.loop = loop_create(&err);
    ck_assert_msg(c.loop != NULL, "%s", error_text(&err));
    fiber_start(c.loop, "test", run_body, &r, run_over, &r);
    loop_run(c.loop);
    cluster_kill(&c.velella, SIGTERM);
    disconnect_client(&c);
    cluster_kill(&c.server, SIGTERM);
    loop_destroy(c.loop);
    fiber_pool_drain();
    arena_destroy(c.a);
    clean_up(&c);
}
