/* Where the API server is and how to prove who we are: from kubeconfig files, merged as client-go merges them, or from
 * what a pod finds in its file system. Files are read in small bounded reads, at start-up and where a token or
 * certificate rotates (kubeconfig_read_file). What velella can't do (proxies, auth providers, impersonation) is an
 * error that names the file, the entry and the field, never silently ignored. */
#ifndef CONFIG_KUBECONFIG_H
#define CONFIG_KUBECONFIG_H

#include "reactor/base/arena.h"
#include "reactor/base/buf.h"
#include "reactor/base/error.h"

typedef struct kubeconfig_env {
    str_t name, value;
} kubeconfig_env_t;

/* An exec credential plugin, as data; running it is kubeapi's. */
typedef struct kubeconfig_exec {
    str_t command; /* a name for $PATH, or an absolute path */
    str_t *args;
    size_t n_args;
    kubeconfig_env_t *env; /* besides our own environment */
    size_t n_env;
    str_t api_version; /* client.authentication.k8s.io/v1 or v1beta1 */
    str_t install_hint;
    str_t interactive_mode; /* Never, IfAvailable or Always */
    bool provide_cluster_info;
} kubeconfig_exec_t;

/* All strings lie in the arena and end in NUL; what isn't there is empty. Of each pair of data and file at most one is
 * set, data winning; paths are absolute. */
typedef struct kubeconfig {
    str_t source;  /* the file (or "in-cluster"), for messages */
    str_t context; /* its name */
    str_t cluster, user;
    str_t server; /* https://host:port/path */
    str_t tls_server_name;
    bool insecure; /* insecure-skip-tls-verify */
    bool no_compression;
    str_t ca_data, ca_file; /* PEM */
    str_t cert_data, cert_file;
    str_t key_data, key_file;
    str_t token, token_file; /* the file is kept for rotation and wins over token */
    str_t username, password;
    kubeconfig_exec_t *exec;
    str_t ns; /* "default" where nothing says otherwise */
} kubeconfig_t;

/* Folder of a pod's service account. */
#define KUBECONFIG_SERVICE_ACCOUNT "/var/run/secrets/kubernetes.io/serviceaccount"

/* controller-runtime's order: the file `path` (the --kubeconfig flag; may be NULL or empty), else the files in
 * $KUBECONFIG, else the service account, else ~/.kube/config. `context` may be NULL: the current one. ERR_NOTFOUND
 * where there is nothing at all. */
bool kubeconfig_find(arena_t *a, const char *path, const char *context, kubeconfig_t *out, err_t *err);
/* A list of files as in $KUBECONFIG, separated by colons. Of equal entries the first file's wins; files that don't
 * exist are passed over, unless there is only one. */
bool kubeconfig_load(arena_t *a, const char *paths, const char *context, kubeconfig_t *out, err_t *err);
/* From $KUBERNETES_SERVICE_HOST, $KUBERNETES_SERVICE_PORT and the folder. ERR_NOTFOUND: not in a cluster. */
bool kubeconfig_in_cluster(arena_t *a, const char *folder, kubeconfig_t *out, err_t *err);

/* Appends a kubeconfig with one context of the name. */
void kubeconfig_write(buf_t *out, const kubeconfig_t *k, str_t name);

/* A whole file of at most 4 MiB into the arena, NUL after its end. ERR_NOTFOUND, ERR_IO, ERR_LIMIT. */
bool kubeconfig_read_file(arena_t *a, const char *path, str_t *out, err_t *err);

#endif
