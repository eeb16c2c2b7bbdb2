/* velella-apiserver: an API server in memory, as the design's command-line contract has it. */
#include "contrib/apiserver/http.h"
#include "config/yaml/yaml.h"
#include "reactor/base/base64.h"
#include "reactor/base/mem.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/random.h>
#include <sys/stat.h>
#include <unistd.h>

enum { CRDS_MAX = 16, FILE_MAX = 16 * 1024 * 1024, VALID_DAYS = 3650 };

typedef struct options {
    const char *listen, *kubeconfig, *token, *request_log;
    const char *crds[CRDS_MAX];
    size_t ncrds;
    bool kubelet, help;
} options_t;

static const char usage[] =
    "usage: velella-apiserver --listen HOST:PORT --write-kubeconfig FILE [--token TOKEN] [--crds DIR]... [--kubelet]\n"
    "                         [--request-log FILE]\n"
    "  --listen            where to serve HTTPS; port 0 picks one\n"
    "  --write-kubeconfig  a kubeconfig of an administrator is written here\n"
    "  --token             the administrator's token; made up when not given\n"
    "  --crds              manifests (YAML, JSON) in this folder, or this file, are created at start\n"
    "  --kubelet           workloads report that they are ready\n"
    "  --request-log       counts of requests by verb, resource and user agent are written here at the end\n";

/* ---- flags ---- */

static const char *value_of(int argc, char **argv, int *i, const char *name) {
    size_t n = strlen(name);
    const char *arg = argv[*i];
    arg += arg[1] == '-' ? 2 : 1;
    if (strncmp(arg, name, n) != 0 || (arg[n] && arg[n] != '='))
        return NULL;
    if (arg[n])
        return arg + n + 1;
    return *i + 1 < argc ? argv[++*i] : NULL;
}

static bool parse_flags(int argc, char **argv, options_t *o) {
    for (int i = 1; i < argc; i++) {
        const char *v;
        if (strcmp(argv[i], "--kubelet") == 0 || strcmp(argv[i], "-kubelet") == 0)
            o->kubelet = true;
        else if (strcmp(argv[i], "--help") == 0 || strcmp(argv[i], "-h") == 0)
            o->help = true;
        else if (argv[i][0] == '-' && (v = value_of(argc, argv, &i, "listen")))
            o->listen = v;
        else if (argv[i][0] == '-' && (v = value_of(argc, argv, &i, "write-kubeconfig")))
            o->kubeconfig = v;
        else if (argv[i][0] == '-' && (v = value_of(argc, argv, &i, "token")))
            o->token = v;
        else if (argv[i][0] == '-' && (v = value_of(argc, argv, &i, "request-log")))
            o->request_log = v;
        else if (argv[i][0] == '-' && (v = value_of(argc, argv, &i, "crds")) && o->ncrds < CRDS_MAX)
            o->crds[o->ncrds++] = v;
        else {
            fprintf(stderr, "velella-apiserver: unknown or incomplete flag %s\n%s", argv[i], usage);
            return false;
        }
    }
    if (!o->help && (!o->listen || !o->kubeconfig)) {
        fprintf(stderr, "velella-apiserver: --listen and --write-kubeconfig are needed\n%s", usage);
        return false;
    }
    return true;
}

/* ---- manifests ---- */

static bool read_file(arena_t *a, const char *path, str_t *out, err_t *err) {
    int fd = open(path, O_RDONLY | O_CLOEXEC);
    struct stat st;
    if (fd < 0 || fstat(fd, &st) < 0) {
        error_errno(err, "%s", path);
        if (fd >= 0)
            close(fd);
        return false;
    }
    if (st.st_size > FILE_MAX) {
        close(fd);
        return error_set(err, ERR_LIMIT, "%s: larger than 16 MiB", path);
    }
    char *p = arena_bytes(a, (size_t)st.st_size + 1);
    size_t n = 0;
    for (ssize_t got; n < (size_t)st.st_size && (got = read(fd, p + n, (size_t)st.st_size - n)) > 0;)
        n += (size_t)got;
    close(fd);
    *out = str_n(p, n);
    return true;
}

static bool apply_file(apiserver_t *s, const char *path, err_t *err) {
    arena_t *a = arena_create();
    str_t text;
    jv_t *docs;
    if (!a)
        return error_memory(err);
    docs = jv_array(a);
    bool ok = read_file(a, path, &text, err) && yaml_parse_all(a, text, YAML_KUBERNETES, &docs, err);
    for (size_t i = 0; ok && i < jv_count(docs); i++)
        ok = apiserver_apply(s, jv_at(docs, i), err);
    arena_destroy(a);
    return ok || error_wrap(err, "%s", path);
}

static int by_name(const struct dirent **x, const struct dirent **y) {
    return strcmp((*x)->d_name, (*y)->d_name);
}

static bool is_manifest(const char *name) {
    str_t s = str_c(name);
    return str_ends(s, STR(".yaml")) || str_ends(s, STR(".yml")) || str_ends(s, STR(".json"));
}

static bool apply_path(apiserver_t *s, const char *path, err_t *err) {
    struct stat st;
    struct dirent **list;
    if (stat(path, &st) < 0)
        return error_errno(err, "%s", path);
    if (!S_ISDIR(st.st_mode))
        return apply_file(s, path, err);
    int n = scandir(path, &list, NULL, by_name);
    if (n < 0)
        return error_errno(err, "%s", path);
    bool ok = true;
    for (int i = 0; i < n; i++) {
        char file[4096];
        int len = snprintf(file, sizeof file, "%s/%s", path, list[i]->d_name);
        if (ok && is_manifest(list[i]->d_name) && len > 0 && (size_t)len < sizeof file)
            ok = apply_file(s, file, err);
        free(list[i]);
    }
    free(list);
    return ok;
}

/* ---- certificates and kubeconfig ---- */

typedef struct identity {
    tls_pair_t ca, server, client;
} identity_t;

static bool make_identity(const char *host, identity_t *id, err_t *err) {
    char sans[512];
    /* An address that listens on everything is reached by the loopback's names. */
    bool any = !*host || strcmp(host, "0.0.0.0") == 0 || strcmp(host, "[::]") == 0;
    bool address = *host && strspn(host, "0123456789.") == strlen(host);
    if (any || strcmp(host, "127.0.0.1") == 0 || strcmp(host, "localhost") == 0)
        snprintf(sans, sizeof sans, "IP:127.0.0.1,DNS:localhost,DNS:kubernetes,DNS:kubernetes.default.svc");
    else
        snprintf(sans, sizeof sans, "%s:%s,IP:127.0.0.1,DNS:localhost,DNS:kubernetes", address ? "IP" : "DNS", host);
    return tls_make_pair(NULL, "velella-apiserver-ca", "velella", "", VALID_DAYS, false, &id->ca, err) &&
           tls_make_pair(&id->ca, "velella-apiserver", "velella", sans, VALID_DAYS, true, &id->server, err) &&
           tls_make_pair(&id->ca, "admin", "system:masters", "", VALID_DAYS, false, &id->client, err);
}

static void release_identity(identity_t *id) {
    tls_pair_release(&id->ca);
    tls_pair_release(&id->server);
    tls_pair_release(&id->client);
}

static void add_data(buf_t *b, const char *key, const char *pem) {
    buf_printf(b, "    %s: ", key);
    base64_encode(b, str_c(pem), BASE64_STD);
    buf_char(b, '\n');
}

static bool write_kubeconfig(const char *path, const char *host, uint16_t port, const identity_t *id, const char *token,
                             err_t *err) {
    buf_t b;
    buf_init(&b);
    bool any = !*host || strcmp(host, "0.0.0.0") == 0 || strcmp(host, "[::]") == 0;
    buf_printf(&b,
               "apiVersion: v1\nkind: Config\ncurrent-context: velella\nclusters:\n- name: velella\n  cluster:\n"
               "    server: https://%s:%u\n",
               any ? "127.0.0.1" : host, port);
    add_data(&b, "certificate-authority-data", id->ca.cert);
    buf_printf(&b,
               "contexts:\n- name: velella\n  context:\n    cluster: velella\n    user: admin\n"
               "- name: velella-cert\n  context:\n    cluster: velella\n    user: admin-cert\n"
               "users:\n- name: admin\n  user:\n    token: %s\n- name: admin-cert\n  user:\n",
               token);
    add_data(&b, "client-certificate-data", id->client.cert);
    add_data(&b, "client-key-data", id->client.key);
    char temporary[4096];
    int len = snprintf(temporary, sizeof temporary, "%s.%ld", path, (long)getpid());
    int fd = len > 0 && (size_t)len < sizeof temporary ? open(temporary, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0600)
                                                       : -1;
    bool ok = fd >= 0 && !buf_failed(&b) && write(fd, b.p, b.n) == (ssize_t)b.n;
    if (fd >= 0)
        ok = close(fd) == 0 && ok;
    ok = ok && rename(temporary, path) == 0;
    if (!ok)
        error_errno(err, "write the kubeconfig %s", path);
    buf_release(&b);
    return ok;
}

static bool make_token(char *out, size_t n) {
    static const char letters[] = "abcdefghijklmnopqrstuvwxyz0123456789";
    unsigned char raw[64];
    if (n > sizeof raw || getrandom(raw, n, 0) != (ssize_t)n)
        return false;
    for (size_t i = 0; i + 1 < n; i++)
        out[i] = letters[raw[i] % (sizeof letters - 1)];
    out[n - 1] = 0;
    return true;
}

/* ---- serving ---- */

static void stop(void *arg) {
    loop_stop(arg);
}

static void log_requests(apiserver_t *s, const options_t *o) {
    arena_t *a = arena_create();
    FILE *f = o->request_log ? fopen(o->request_log, "w") : NULL;
    if (a && f) {
        str_t token = arena_printf(a, "Bearer %s", o->token);
        apiserver_request_t r = {.method = STR("GET"), .path = STR("/debug/requests"), .authorization = token};
        apiserver_reply_t reply;
        apiserver_handle(s, &r, a, &reply);
        fwrite(reply.body.p, 1, reply.body.n, f);
    }
    if (f)
        fclose(f);
    arena_destroy(a);
}

static bool serve(loop_t *l, apiserver_t *s, const options_t *o, err_t *err) {
    identity_t id = {0};
    char host[256];
    const char *colon = strrchr(o->listen, ':');
    size_t n = colon ? (size_t)(colon - o->listen) : strlen(o->listen);
    snprintf(host, sizeof host, "%.*s", (int)(n < sizeof host ? n : 0), o->listen);
    tls_t *tls = NULL;
    apiserver_http_t *http = NULL;
    bool ok = make_identity(host, &id, err);
    if (ok) {
        tls_server_options_t t = {.cert = str_c(id.server.cert),
                                  .key = str_c(id.server.key),
                                  .client_ca = str_c(id.ca.cert)};
        tls = tls_server_create(&t, err);
        http = tls ? apiserver_http_create(l, s, str_c(o->listen), tls, err) : NULL;
        ok = http && write_kubeconfig(o->kubeconfig, host, apiserver_http_port(http), &id, o->token, err);
    }
    loop_signal_t *term = loop_signal_create(l, SIGTERM, stop, l), *interrupt = loop_signal_create(l, SIGINT, stop, l);
    if (ok) {
        printf("velella-apiserver: serving on https://%s:%u, kubeconfig in %s\n", *host ? host : "127.0.0.1",
               apiserver_http_port(http), o->kubeconfig);
        fflush(stdout);
        loop_run(l);
        log_requests(s, o);
    }
    loop_signal_destroy(term);
    loop_signal_destroy(interrupt);
    apiserver_http_destroy(http);
    tls_release(tls);
    release_identity(&id);
    return ok;
}

int main(int argc, char **argv) {
    options_t o = {0};
    char made[33];
    err_t err = ERROR_INIT;
    if (!parse_flags(argc, argv, &o))
        return 2;
    if (o.help) {
        fputs(usage, stdout);
        return 0;
    }
    if (!o.token && make_token(made, sizeof made))
        o.token = made;
    apiserver_options_t options = {.token = str_c(o.token), .kubelet = o.kubelet};
    loop_t *l = loop_create(&err);
    apiserver_t *s = l ? apiserver_create(&options, &err) : NULL;
    bool ok = s != NULL;
    for (size_t i = 0; ok && i < o.ncrds; i++)
        ok = apply_path(s, o.crds[i], &err);
    ok = ok && serve(l, s, &o, &err);
    if (!ok)
        fprintf(stderr, "velella-apiserver: %s\n", error_text(&err));
    apiserver_destroy(s);
    if (l)
        loop_destroy(l);
    error_release(&err);
    return ok ? 0 : 1;
}
