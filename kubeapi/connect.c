#include "kubeapi/connect.h"

/* A PEM given as data or as the path of a file. */
static bool read_pem(arena_t *a, str_t data, str_t file, const char *what, str_t *out, err_t *err) {
    *out = data;
    if (data.n || !file.n)
        return true;
    return kubeconfig_read_file(a, file.p, out, err) || error_wrap(err, "%s", what);
}

static void fill_exec(arena_t *a, const kubeconfig_exec_t *from, api_exec_t *to) {
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
    if (k->exec)
        fill_exec(a, k->exec, &out->exec);
    return true;
}

api_t *connect_api(loop_t *l, const char *path, str_t user_agent, double qps, double burst, err_t *err) {
    arena_t *a = arena_create();
    if (!a) {
        error_memory(err);
        return NULL;
    }
    kubeconfig_t k;
    api_config_t c;
    api_t *api = NULL;
    if (kubeconfig_find(a, path, NULL, &k, err) && connect_config(a, &k, &c, err)) {
        c.user_agent = user_agent;
        c.qps = qps;
        c.burst = burst;
        api = api_create(l, &c, err);
    }
    arena_destroy(a);
    return api;
}
