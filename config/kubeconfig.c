#include "config/kubeconfig.h"

#include "config/json/jv.h"
#include "config/yaml/yaml.h"
#include "reactor/base/base64.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdlib.h>
#include <unistd.h>

enum { FILE_MAX = 4 << 20, CHUNK = 16384 };

/* What the files say together. An entry remembers its file as the member "@file", which no kubeconfig has. */
typedef struct merged {
    arena_t *a;
    jv_t *clusters, *contexts, *users; /* objects by name */
    str_t current;
    str_t files; /* for messages */
} merged_t;

#define FILE_KEY "@file"

bool kubeconfig_read_file(arena_t *a, const char *path, str_t *out, err_t *err) {
    int fd = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK);
    if (fd < 0) {
        bool missing = errno == ENOENT;
        error_errno(err, "open %s", path);
        if (err && missing)
            err->code = ERR_NOTFOUND;
        return false;
    }
    /* The arena may jump away, so the bytes go through a buffer on the stack and the file is closed by then. */
    buf_t b;
    buf_init(&b);
    ssize_t n;
    char *to;
    while ((to = buf_reserve(&b, CHUNK)) && (n = read(fd, to, CHUNK)) > 0) {
        b.n += (size_t)n;
        if (b.n > FILE_MAX)
            break;
    }
    bool fine = to && n == 0;
    if (!to)
        error_memory(err);
    else if (n > 0)
        error_set(err, ERR_LIMIT, "%s is larger than 4 MiB", path);
    else if (n < 0)
        error_errno(err, "read %s", path);
    close(fd);
    if (fine) {
        jmp_buf env, *old = arena_guard(a, &env);
        if (setjmp(env)) {
            arena_guard(a, old);
            buf_release(&b);
            return error_memory(err);
        }
        *out = arena_str(a, buf_str(&b));
        arena_guard(a, old);
    }
    buf_release(&b);
    return fine;
}

/* Go's reader takes a number or boolean for a string where one is wanted (`password: 1234`). False: neither. */
static bool as_text(const jv_t *v, str_t *out) {
    if (jv_is(v, JV_BOOL))
        *out = v->truth ? STR("true") : STR("false");
    else if (jv_is(v, JV_STRING) || jv_is(v, JV_NUMBER))
        *out = v->s;
    else
        return false;
    return true;
}

/* ---- merging files ---- */

static bool merge_entries(merged_t *m, jv_t *into, const jv_t *config, const char *list, const char *what, str_t file,
                          err_t *err) {
    const jv_t *entries = jv_getc(config, list);
    if (entries && jv_kind(entries) != JV_ARRAY && jv_kind(entries) != JV_NULL)
        return error_set(err, ERR_INVALID, "%s is no list", list);
    for (size_t i = 0; i < jv_count(entries); i++) {
        const jv_t *entry = entries->items[i];
        str_t name;
        jv_t *value = jv_getc(entry, what);
        if (!as_text(jv_getc(entry, "name"), &name))
            return error_set(err, ERR_INVALID, "%s[%zu] has no name", list, i);
        if (value && !jv_is(value, JV_OBJECT) && !jv_is(value, JV_NULL))
            return error_set(err, ERR_INVALID, "%s \"" STR_FMT "\": %s is no object", list, STR_ARG(name), what);
        if (jv_get(into, name))
            continue;
        value = jv_is(value, JV_OBJECT) ? value : jv_object(m->a);
        jv_setc(m->a, value, FILE_KEY, jv_string(m->a, file));
        jv_set(m->a, into, name, value);
    }
    return true;
}

static bool merge_file(merged_t *m, const char *path, err_t *err) {
    str_t text, file = arena_str(m->a, str_c(path));
    if (!kubeconfig_read_file(m->a, path, &text, err))
        return false;
    jv_t *config = yaml_parse(m->a, text, YAML_KUBERNETES, err);
    if (!config)
        return error_wrap(err, "kubeconfig %s", path);
    if (jv_is(config, JV_NULL))
        return true;
    if (!jv_is(config, JV_OBJECT))
        return error_set(err, ERR_INVALID, "kubeconfig %s: no object", path);
    if (!merge_entries(m, m->clusters, config, "clusters", "cluster", file, err) ||
        !merge_entries(m, m->contexts, config, "contexts", "context", file, err) ||
        !merge_entries(m, m->users, config, "users", "user", file, err))
        return error_wrap(err, "kubeconfig %s", path);
    if (!m->current.n)
        as_text(jv_getc(config, "current-context"), &m->current);
    return true;
}

static bool merge_files(merged_t *m, const char *paths, err_t *err) {
    str_t rest = str_c(paths), path;
    bool several = strchr(paths, ':') != NULL;
    m->files = arena_str(m->a, rest);
    while (rest.n) {
        str_cut(rest, ':', &path, &rest);
        if (!path.n)
            continue;
        if (merge_file(m, arena_cstr(m->a, path), err))
            continue;
        if (!several || !err || err->code != ERR_NOTFOUND)
            return false;
        error_release(err);
    }
    return true;
}

/* ---- fields ---- */

typedef struct fields {
    arena_t *a;
    const jv_t *object;
    str_t file; /* where it was read */
    const char *what;
    str_t name;
    err_t *err;
} fields_t;

static bool wrong(const fields_t *f, error_code_t code, const char *field, const char *fmt, ...)
    __attribute__((format(printf, 4, 5)));
static bool wrong(const fields_t *f, error_code_t code, const char *field, const char *fmt, ...) {
    va_list ap;
    va_start(ap, fmt);
    str_t text = arena_vprintf(f->a, fmt, ap);
    va_end(ap);
    return error_set(f->err, code, "kubeconfig " STR_FMT ": %s \"" STR_FMT "\": %s " STR_FMT, STR_ARG(f->file), f->what,
                     STR_ARG(f->name), field, STR_ARG(text));
}

static bool text_field(const fields_t *f, const char *field, str_t *out) {
    const jv_t *v = jv_getc(f->object, field);
    *out = STR("");
    if (!v || jv_is(v, JV_NULL))
        return true;
    if (!as_text(v, out))
        return wrong(f, ERR_INVALID, field, "is no string");
    *out = arena_str(f->a, *out);
    return true;
}

static bool bool_field(const fields_t *f, const char *field, bool *out) {
    const jv_t *v = jv_getc(f->object, field);
    *out = jv_true(v);
    return !v || jv_is(v, JV_NULL) || jv_is(v, JV_BOOL) || wrong(f, ERR_INVALID, field, "is neither true nor false");
}

static bool refuse(const fields_t *f, const char *field) {
    const jv_t *v = jv_getc(f->object, field);
    bool set = v && !jv_is(v, JV_NULL) && !(jv_is(v, JV_STRING) && !v->s.n);
    return !set || wrong(f, ERR_UNSUPPORTED, field, "is not supported");
}

/* A path is relative to the folder of the file it was read in. */
static str_t resolve(const fields_t *f, str_t path) {
    if (!path.n || path.p[0] == '/')
        return path;
    char folder[PATH_MAX];
    ptrdiff_t slash = str_rchr(f->file, '/');
    if (slash > 0)
        return arena_printf(f->a, STR_FMT "/" STR_FMT, (int)slash, f->file.p, STR_ARG(path));
    if (slash == 0)
        return arena_printf(f->a, "/" STR_FMT, STR_ARG(path));
    return getcwd(folder, sizeof folder) ? arena_printf(f->a, "%s/" STR_FMT, folder, STR_ARG(path)) : path;
}

/* A pair like client-key-data and client-key: base64 or a file. */
static bool data_or_file(const fields_t *f, const char *data_field, const char *file_field, str_t *data, str_t *file) {
    str_t encoded;
    if (!text_field(f, data_field, &encoded) || !text_field(f, file_field, file))
        return false;
    *data = STR("");
    if (!encoded.n) {
        *file = resolve(f, *file);
        return true;
    }
    *file = STR("");
    buf_t b;
    buf_init_arena(&b, f->a);
    if (!base64_decode(&b, encoded, BASE64_STD, NULL))
        return wrong(f, ERR_INVALID, data_field, "is no base64");
    *data = arena_str(f->a, buf_str(&b));
    return true;
}

static bool read_cluster(const fields_t *f, kubeconfig_t *k) {
    if (!text_field(f, "server", &k->server) || !text_field(f, "tls-server-name", &k->tls_server_name) ||
        !bool_field(f, "insecure-skip-tls-verify", &k->insecure) ||
        !bool_field(f, "disable-compression", &k->no_compression) || !refuse(f, "proxy-url") ||
        !data_or_file(f, "certificate-authority-data", "certificate-authority", &k->ca_data, &k->ca_file))
        return false;
    if (!k->server.n)
        return wrong(f, ERR_INVALID, "server", "is missing");
    if (!str_starts(k->server, STR("https://")) && !str_starts(k->server, STR("http://")))
        return wrong(f, ERR_INVALID, "server", "is no https:// or http:// URL: " STR_FMT, STR_ARG(k->server));
    if (k->insecure && (k->ca_data.n || k->ca_file.n))
        return wrong(f, ERR_INVALID, "insecure-skip-tls-verify", "is set together with a certificate authority");
    return true;
}

static bool read_args(const fields_t *f, kubeconfig_exec_t *e) {
    const jv_t *args = jv_getc(f->object, "args"), *env = jv_getc(f->object, "env");
    e->n_args = jv_is(args, JV_ARRAY) ? args->n : 0;
    e->args = e->n_args ? arena_array(f->a, str_t, e->n_args) : NULL;
    for (size_t i = 0; i < e->n_args; i++) {
        if (!jv_is(args->items[i], JV_STRING))
            return wrong(f, ERR_INVALID, "exec.args", "has an item that is no string");
        e->args[i] = arena_str(f->a, args->items[i]->s);
    }
    e->n_env = jv_is(env, JV_ARRAY) ? env->n : 0;
    e->env = e->n_env ? arena_array(f->a, kubeconfig_env_t, e->n_env) : NULL;
    for (size_t i = 0; i < e->n_env; i++) {
        e->env[i].name = arena_str(f->a, jv_path_str(env->items[i], "name", NULL));
        e->env[i].value = arena_str(f->a, jv_path_str(env->items[i], "value", NULL));
        if (!e->env[i].name.n || str_chr(e->env[i].name, '=') >= 0)
            return wrong(f, ERR_INVALID, "exec.env", "has an item without a name");
    }
    return true;
}

static bool read_exec(const fields_t *f, kubeconfig_t *k) {
    const jv_t *exec = jv_getc(f->object, "exec");
    if (!exec || jv_is(exec, JV_NULL))
        return true;
    if (!jv_is(exec, JV_OBJECT))
        return wrong(f, ERR_INVALID, "exec", "is no object");
    fields_t below = *f;
    below.object = exec;
    kubeconfig_exec_t *e = k->exec = arena_new(f->a, kubeconfig_exec_t);
    if (!text_field(&below, "command", &e->command) || !text_field(&below, "apiVersion", &e->api_version) ||
        !text_field(&below, "installHint", &e->install_hint) ||
        !text_field(&below, "interactiveMode", &e->interactive_mode) ||
        !bool_field(&below, "provideClusterInfo", &e->provide_cluster_info) || !read_args(&below, e))
        return false;
    bool beta = str_eqc(e->api_version, "client.authentication.k8s.io/v1beta1");
    if (!beta && !str_eqc(e->api_version, "client.authentication.k8s.io/v1"))
        return wrong(f, ERR_INVALID, "exec.apiVersion",
                     "is \"" STR_FMT "\", not client.authentication.k8s.io/v1 or v1beta1", STR_ARG(e->api_version));
    if (!e->command.n)
        return wrong(f, ERR_INVALID, "exec.command", "is missing");
    if (str_chr(e->command, '/') >= 0)
        e->command = resolve(f, e->command);
    if (!e->interactive_mode.n && beta)
        e->interactive_mode = STR("IfAvailable");
    if (!str_eqc(e->interactive_mode, "Never") && !str_eqc(e->interactive_mode, "IfAvailable") &&
        !str_eqc(e->interactive_mode, "Always"))
        return wrong(f, ERR_INVALID, "exec.interactiveMode", "is \"" STR_FMT "\", not Never, IfAvailable or Always",
                     STR_ARG(e->interactive_mode));
    return true;
}

static bool read_user(const fields_t *f, kubeconfig_t *k) {
    if (!refuse(f, "auth-provider") || !refuse(f, "as") || !refuse(f, "as-uid") || !refuse(f, "as-groups") ||
        !refuse(f, "as-user-extra") || !text_field(f, "token", &k->token) ||
        !text_field(f, "tokenFile", &k->token_file) || !text_field(f, "username", &k->username) ||
        !text_field(f, "password", &k->password) ||
        !data_or_file(f, "client-certificate-data", "client-certificate", &k->cert_data, &k->cert_file) ||
        !data_or_file(f, "client-key-data", "client-key", &k->key_data, &k->key_file) || !read_exec(f, k))
        return false;
    k->token_file = resolve(f, k->token_file);
    bool cert = k->cert_data.n || k->cert_file.n, key = k->key_data.n || k->key_file.n;
    if (cert && !key)
        return wrong(f, ERR_INVALID, "client-key", "is missing beside client-certificate");
    if (key && !cert)
        return wrong(f, ERR_INVALID, "client-certificate", "is missing beside client-key");
    if ((k->token.n || k->token_file.n) && (k->username.n || k->password.n))
        return wrong(f, ERR_INVALID, "token", "and username are two ways to authenticate: only one is allowed");
    return true;
}

/* ---- the context ---- */

static bool read_context(merged_t *m, const char *context, kubeconfig_t *k, err_t *err) {
    str_t name = context && *context ? str_c(context) : m->current;
    fields_t f = {.a = m->a, .file = m->files, .what = "context", .name = name, .err = err};
    if (!name.n)
        return error_set(err, m->clusters->n ? ERR_INVALID : ERR_NOTFOUND, "kubeconfig " STR_FMT ": %s",
                         STR_ARG(m->files), m->contexts->n ? "no current-context" : "no configuration in it");
    f.object = jv_get(m->contexts, name);
    if (!f.object)
        return error_set(err, ERR_INVALID, "kubeconfig " STR_FMT ": context \"" STR_FMT "\" does not exist",
                         STR_ARG(m->files), STR_ARG(name));
    f.file = jv_path_str(f.object, FILE_KEY, NULL);
    k->source = f.file;
    k->context = arena_str(m->a, name);
    if (!text_field(&f, "cluster", &k->cluster) || !text_field(&f, "user", &k->user) ||
        !text_field(&f, "namespace", &k->ns))
        return false;
    if (!k->ns.n)
        k->ns = STR("default");
    fields_t c = f, u = f;
    c.object = jv_get(m->clusters, k->cluster);
    if (!c.object)
        return wrong(&f, ERR_INVALID, "cluster", "\"" STR_FMT "\" does not exist", STR_ARG(k->cluster));
    c.what = "cluster";
    c.name = k->cluster;
    c.file = jv_path_str(c.object, FILE_KEY, NULL);
    if (!read_cluster(&c, k))
        return false;
    u.object = jv_get(m->users, k->user);
    if (!u.object) /* a context may go without a user */
        return !k->user.n || wrong(&f, ERR_INVALID, "user", "\"" STR_FMT "\" does not exist", STR_ARG(k->user));
    u.what = "user";
    u.name = k->user;
    u.file = jv_path_str(u.object, FILE_KEY, NULL);
    return read_user(&u, k);
}

bool kubeconfig_load(arena_t *a, const char *paths, const char *context, kubeconfig_t *out, err_t *err) {
    err_t own = ERROR_INIT; /* the code of an error decides, so there must be one */
    jmp_buf env, *old = arena_guard(a, &env);
    if (setjmp(env)) {
        arena_guard(a, old);
        error_release(&own);
        return error_memory(err);
    }
    merged_t m = {.a = a, .clusters = jv_object(a), .contexts = jv_object(a), .users = jv_object(a)};
    *out = (kubeconfig_t){0};
    bool fine = merge_files(&m, paths, &own) && read_context(&m, context, out, &own);
    arena_guard(a, old);
    if (!fine)
        error_move(err, &own);
    return fine;
}

bool kubeconfig_in_cluster(arena_t *a, const char *folder, kubeconfig_t *out, err_t *err) {
    const char *host = getenv("KUBERNETES_SERVICE_HOST"), *port = getenv("KUBERNETES_SERVICE_PORT");
    str_t token, ns;
    err_t missing = ERROR_INIT;
    if (!host || !*host || !port || !*port)
        return error_set(err, ERR_NOTFOUND,
                         "not in a cluster: KUBERNETES_SERVICE_HOST and KUBERNETES_SERVICE_PORT are not set");
    *out = (kubeconfig_t){.source = STR("in-cluster"), .context = STR("in-cluster")};
    out->token_file = arena_printf(a, "%s/token", folder);
    if (!kubeconfig_read_file(a, out->token_file.p, &token, err))
        return error_wrap(err, "service account");
    out->token = arena_str(a, str_trim(token));
    const char *ca = arena_printf(a, "%s/ca.crt", folder).p;
    if (kubeconfig_read_file(a, ca, &out->ca_data, &missing))
        out->ca_file = STR("");
    else
        error_release(&missing); /* as client-go: the system's authorities then */
    if (kubeconfig_read_file(a, arena_printf(a, "%s/namespace", folder).p, &ns, &missing))
        out->ns = arena_str(a, str_trim(ns));
    else
        error_release(&missing);
    if (!out->ns.n)
        out->ns = STR("default");
    bool v6 = strchr(host, ':') != NULL;
    out->server = arena_printf(a, v6 ? "https://[%s]:%s" : "https://%s:%s", host, port);
    return true;
}

bool kubeconfig_find(arena_t *a, const char *path, const char *context, kubeconfig_t *out, err_t *err) {
    if (path && *path)
        return kubeconfig_load(a, path, context, out, err);
    const char *paths = getenv("KUBECONFIG"), *home = getenv("HOME");
    if (paths && *paths)
        return kubeconfig_load(a, paths, context, out, err);
    err_t in_cluster = ERROR_INIT;
    if (kubeconfig_in_cluster(a, KUBECONFIG_SERVICE_ACCOUNT, out, &in_cluster))
        return true;
    const char *file = home && *home ? arena_printf(a, "%s/.kube/config", home).p : NULL;
    if (!file || access(file, F_OK)) {
        error_move(err, &in_cluster);
        return error_wrap(err, "no --kubeconfig, no $KUBECONFIG, no ~/.kube/config");
    }
    error_release(&in_cluster);
    return kubeconfig_load(a, file, context, out, err);
}

/* ---- writing ---- */

static void set_text(arena_t *a, jv_t *o, const char *key, str_t s) {
    if (s.n)
        jv_setc(a, o, key, jv_string(a, s));
}

static void set_data(arena_t *a, jv_t *o, const char *key, str_t s) {
    if (!s.n)
        return;
    buf_t b;
    buf_init_arena(&b, a);
    base64_encode(&b, s, BASE64_STD);
    jv_setc(a, o, key, jv_string(a, buf_str(&b)));
}

static void set_entry(arena_t *a, jv_t *config, const char *list, const char *what, str_t name, jv_t *value) {
    jv_t *entries = jv_array(a), *entry = jv_object(a);
    jv_setc(a, entry, "name", jv_string(a, name));
    jv_setc(a, entry, what, value);
    jv_append(a, entries, entry);
    jv_setc(a, config, list, entries);
}

static jv_t *as_value(arena_t *a, const kubeconfig_t *k, str_t name) {
    jv_t *config = jv_object(a), *cluster = jv_object(a), *user = jv_object(a), *context = jv_object(a);
    set_text(a, cluster, "server", k->server);
    set_text(a, cluster, "tls-server-name", k->tls_server_name);
    if (k->insecure)
        jv_setc(a, cluster, "insecure-skip-tls-verify", jv_bool(a, true));
    set_data(a, cluster, "certificate-authority-data", k->ca_data);
    set_text(a, cluster, "certificate-authority", k->ca_file);
    set_data(a, user, "client-certificate-data", k->cert_data);
    set_text(a, user, "client-certificate", k->cert_file);
    set_data(a, user, "client-key-data", k->key_data);
    set_text(a, user, "client-key", k->key_file);
    set_text(a, user, "token", k->token);
    set_text(a, user, "tokenFile", k->token_file);
    set_text(a, user, "username", k->username);
    set_text(a, user, "password", k->password);
    set_text(a, context, "cluster", name);
    set_text(a, context, "user", name);
    set_text(a, context, "namespace", k->ns);
    set_text(a, config, "apiVersion", STR("v1"));
    set_text(a, config, "kind", STR("Config"));
    set_text(a, config, "current-context", name);
    set_entry(a, config, "clusters", "cluster", name, cluster);
    set_entry(a, config, "users", "user", name, user);
    set_entry(a, config, "contexts", "context", name, context);
    return config;
}

void kubeconfig_write(buf_t *out, const kubeconfig_t *k, str_t name) {
    if (out->arena) {
        yaml_write(out, as_value(out->arena, k, name));
        return;
    }
    arena_t *a = arena_create();
    jmp_buf env;
    if (!a || setjmp(env)) {
        arena_destroy(a);
        out->failed = true;
        return;
    }
    arena_guard(a, &env);
    yaml_write(out, as_value(a, k, name));
    arena_destroy(a);
}
