#include "kubeapi/connect.h"

#include "reactor/base/mem.h"

/* A PEM given as data or as the path of a file. */
static bool read_pem(arena_t *a, str_t data, str_t file, const char *what, str_t *out, err_t *err) {
    *out = data;
    if (data.n || !file.n)
        return true;
    return kubeconfig_read_file(a, file.p, out, err) || error_wrap(err, "%s", what);
}

static bool fill_exec(arena_t *a, const kubeconfig_exec_t *from, api_exec_t *to, err_t *err) {
    if (str_eqc(from->interactive_mode, "Always"))
        return error_set(err, ERR_UNSUPPORTED, "exec plugin " STR_FMT ": interactiveMode Always needs a terminal",
                         STR_ARG(from->command));
    str_t *env = arena_array(a, str_t, from->n_env ? from->n_env : 1);
    for (size_t i = 0; i < from->n_env; i++)
        env[i] = arena_printf(a, STR_FMT "=" STR_FMT, STR_ARG(from->env[i].name), STR_ARG(from->env[i].value));
    *to = (api_exec_t){.command = from->command,
                       .args = from->args,
                       .nargs = from->n_args,
                       .env = env,
                       .nenv = from->n_env,
                       .api_version = from->api_version,
                       .install_hint = from->install_hint,
                       .provide_cluster_info = from->provide_cluster_info};
    return true;
}

bool connect_config(arena_t *a, const kubeconfig_t *k, api_config_t *out, err_t *err) {
    *out = (api_config_t){.server = k->server,
                          .server_name = k->tls_server_name,
                          .insecure = k->insecure,
                          .token = k->token,
                          .token_file = k->token_file,
                          .username = k->username,
                          .password = k->password};
    if (!read_pem(a, k->ca_data, k->ca_file, "certificate-authority", &out->ca, err) ||
        !read_pem(a, k->cert_data, k->cert_file, "client-certificate", &out->cert, err) ||
        !read_pem(a, k->key_data, k->key_file, "client-key", &out->key, err))
        return error_wrap(err, STR_FMT, STR_ARG(k->source));
    if (k->exec && !fill_exec(a, k->exec, &out->exec, err))
        return error_wrap(err, STR_FMT, STR_ARG(k->source));
    return true;
}

static bool load(arena_t *a, const char *path, api_config_t *out, err_t *err) {
    kubeconfig_t *k = arena_new(a, kubeconfig_t);
    return kubeconfig_find(a, path, NULL, k, err) && connect_config(a, k, out, err);
}

/* The path, or an empty string for none. */
static bool load_again(void *arg, arena_t *a, api_config_t *out, err_t *err) {
    return load(a, *(char *)arg ? arg : NULL, out, err);
}

api_t *connect_api(loop_t *l, const char *path, str_t user_agent, double qps, double burst, err_t *err) {
    api_config_t c;
    api_t *api = NULL;
    arena_t *a = arena_create();
    char *again = mem_strndup(path ? path : "", path ? strlen(path) : 0);
    if (!a || !again) {
        error_memory(err);
    } else if (load(a, path, &c, err)) {
        c.user_agent = user_agent;
        c.qps = qps;
        c.burst = burst;
        api = api_create(l, &c, err);
    }
    arena_destroy(a);
    if (api)
        api_set_reload(api, load_again, again, mem_free);
    else
        mem_free(again);
    return api;
}
