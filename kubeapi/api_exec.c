#include "kubeapi/api_exec.h"

#include "kubeapi/api_inner.h"
#include "kubeapi/gate.h"
#include "kubeapi/moment.h"
#include "reactor/base/base64.h"
#include "reactor/base/mem.h"
#include "reactor/child.h"

extern char **environ;

struct exec {
    api_t *api;
    arena_t *mem; /* the configuration's strings */
    const char **argv;
    api_exec_t o;
    char *token, *cert, *key; /* heap; the last answer */
    int64_t expires_us;       /* 0: never */
    bool good, running;
    uint64_t runs; /* ended so far */
    err_t failed;  /* of the last run */
    gate_t gate;
};

exec_t *exec_create(api_t *api, const api_exec_t *o, err_t *err) {
    if (!str_eqc(o->api_version, "client.authentication.k8s.io/v1") &&
        !str_eqc(o->api_version, "client.authentication.k8s.io/v1beta1")) {
        error_set(err, ERR_UNSUPPORTED,
                  "exec plugin: apiVersion \"" STR_FMT "\" is not supported (client.authentication.k8s.io/v1 and "
                  "v1beta1 are)",
                  STR_ARG(o->api_version));
        return NULL;
    }
    exec_t *x = mem_alloc(sizeof *x);
    if (!x || !(x->mem = arena_create())) {
        mem_free(x);
        error_memory(err);
        return NULL;
    }
    x->api = api;
    x->o = *o;
    x->o.command = arena_str(x->mem, o->command);
    x->o.api_version = arena_str(x->mem, o->api_version);
    x->o.install_hint = arena_str(x->mem, o->install_hint);
    x->argv = arena_array(x->mem, const char *, o->nargs + 2);
    x->argv[0] = arena_cstr(x->mem, o->command);
    for (size_t i = 0; i < o->nargs; i++)
        x->argv[i + 1] = arena_cstr(x->mem, o->args[i]);
    str_t *env = arena_array(x->mem, str_t, o->nenv + 1);
    for (size_t i = 0; i < o->nenv; i++)
        env[i] = arena_str(x->mem, o->env[i]);
    x->o.env = env;
    gate_init(&x->gate);
    return x;
}

static void forget(exec_t *x) {
    mem_free(x->token);
    mem_free(x->cert);
    mem_free(x->key);
    x->token = x->cert = x->key = NULL;
    x->good = false;
}

void exec_destroy(exec_t *x) {
    if (!x)
        return;
    forget(x);
    error_release(&x->failed);
    arena_destroy(x->mem);
    mem_free(x);
}

bool exec_ready(const exec_t *x) {
    return x->good && (!x->expires_us || moment_now() < x->expires_us);
}

str_t exec_token(const exec_t *x) {
    return str_c(x->token);
}

void exec_expire(exec_t *x) {
    x->good = false;
}

/* What the plugin is told, in KUBERNETES_EXEC_INFO. */
static jv_t *exec_info(const exec_t *x, arena_t *a) {
    jv_t *v = jv_object(a);
    jv_setc(a, v, "kind", jv_string(a, STR("ExecCredential")));
    jv_setc(a, v, "apiVersion", jv_string(a, x->o.api_version));
    jv_set_path(a, v, jv_bool(a, false), "spec", "interactive", NULL);
    if (!x->o.provide_cluster_info)
        return v;
    jv_set_path(a, v, jv_string(a, x->api->server), "spec", "cluster", "server", NULL);
    if (x->api->server_name.n)
        jv_set_path(a, v, jv_string(a, x->api->server_name), "spec", "cluster", "tls-server-name", NULL);
    if (x->api->insecure)
        jv_set_path(a, v, jv_bool(a, true), "spec", "cluster", "insecure-skip-tls-verify", NULL);
    if (x->api->ca.n) {
        buf_t b;
        buf_init_arena(&b, a);
        base64_encode(&b, x->api->ca, BASE64_STD);
        jv_set_path(a, v, jv_string(a, buf_str(&b)), "spec", "cluster", "certificate-authority-data", NULL);
    }
    return v;
}

static bool names_same(const char *a, const char *b) {
    size_t n = strcspn(a, "=");
    return n == strcspn(b, "=") && memcmp(a, b, n) == 0;
}

static const char *const *environment(const exec_t *x, arena_t *a) {
    size_t n = 0, k = 0;
    while (environ[n])
        n++;
    const char **own = arena_array(a, const char *, x->o.nenv + 2);
    for (size_t i = 0; i < x->o.nenv; i++)
        own[i] = arena_cstr(a, x->o.env[i]);
    str_t info = jv_text(a, exec_info(x, a));
    own[x->o.nenv] = arena_cstr(a, arena_printf(a, "KUBERNETES_EXEC_INFO=" STR_FMT, STR_ARG(info)));
    const char **env = arena_array(a, const char *, n + x->o.nenv + 2);
    for (size_t i = 0; i < n; i++) {
        size_t j = 0;
        while (j <= x->o.nenv && !names_same(environ[i], own[j]))
            j++;
        if (j > x->o.nenv)
            env[k++] = environ[i];
    }
    memcpy(env + k, own, (x->o.nenv + 1) * sizeof *own);
    return env;
}

static char *copy_field(const jv_t *status, const char *field) {
    str_t s = jv_str(jv_getc(status, field));
    return s.n ? mem_strndup(s.p, s.n) : NULL;
}

/* Takes the plugin's answer over. */
static bool accept_answer(exec_t *x, arena_t *a, str_t out, err_t *err) {
    jv_t *v = jv_parse(a, out, err);
    jv_t *status = jv_getc(v, "status");
    int64_t expires = 0;
    if (!v)
        return error_wrap(err, "its output");
    if (!str_eqc(jv_path_str(v, "kind", NULL), "ExecCredential") ||
        !str_eq(jv_path_str(v, "apiVersion", NULL), x->o.api_version))
        return error_set(err, ERR_INVALID, "its output is not an ExecCredential of " STR_FMT,
                         STR_ARG(x->o.api_version));
    str_t at = jv_path_str(status, "expirationTimestamp", NULL);
    if (at.n && !moment_parse(at, &expires))
        return error_set(err, ERR_INVALID, "its expirationTimestamp \"" STR_FMT "\" is not a time", STR_ARG(at));
    forget(x);
    x->token = copy_field(status, "token");
    x->cert = copy_field(status, "clientCertificateData");
    x->key = copy_field(status, "clientKeyData");
    if (!x->token && !(x->cert && x->key))
        return error_set(err, ERR_INVALID, "its output has neither a token nor a certificate with its key");
    if (x->cert && x->key && !api_set_certificate(x->api, str_c(x->cert), str_c(x->key), err))
        return error_wrap(err, "its certificate");
    x->expires_us = expires;
    x->good = true;
    return true;
}

static bool run(exec_t *x, err_t *err) {
    child_result_t r = {0};
    arena_t *a = arena_create();
    if (!a)
        return error_memory(err);
    child_options_t o = {.argv = x->argv, .env = environment(x, a)};
    bool ok = child_run(&o, a, &r, err);
    if (ok && r.status != 0) {
        str_t said = str_trim(r.errors);
        ok = error_set(err, r.status == 127 ? ERR_NOTFOUND : ERR_DENIED, "it ended with status %d%s" STR_FMT, r.status,
                       said.n ? ": " : "", STR_ARG(said));
    }
    if (!ok && err && err->code == ERR_NOTFOUND && x->o.install_hint.n) /* 127: what a wrapper says of a missing one */
        error_set(err, ERR_NOTFOUND, "%s\n" STR_FMT, error_text(err), STR_ARG(x->o.install_hint));
    ok = ok && accept_answer(x, a, r.out, err);
    arena_destroy(a);
    return ok ? true : error_wrap(err, "exec plugin %s", x->argv[0]);
}

/* Another fiber runs the plugin: its end is ours too, unless it was cancelled. */
static bool wait_for_other(exec_t *x, err_t *err) {
    uint64_t before = x->runs;
    bool ok = true;
    while (ok && x->running && x->runs == before)
        ok = gate_wait(&x->gate, -1, err);
    if (ok && !exec_ready(x) && x->failed.code && x->failed.code != ERR_CANCELLED)
        return error_set(err, x->failed.code, "%s", error_text(&x->failed));
    return ok;
}

bool exec_wait(exec_t *x, err_t *err) {
    while (!exec_ready(x)) {
        if (x->running) {
            if (!wait_for_other(x, err))
                return false;
            continue;
        }
        x->running = true;
        error_release(&x->failed);
        bool ok = run(x, &x->failed);
        x->running = false;
        x->runs++;
        gate_open(&x->gate);
        if (!ok)
            return error_set(err, x->failed.code, "%s", error_text(&x->failed));
        if (!exec_ready(x))
            return error_set(err, ERR_DENIED, "exec plugin %s: what it gave has expired already", x->argv[0]);
    }
    return true;
}
