/* From a kubeconfig (or a pod's own credentials) to a client: certificates are read, a token file stays a file, so that
 * its rotation is seen. */
#ifndef KUBEAPI_CONNECT_H
#define KUBEAPI_CONNECT_H

#include "config/kubeconfig.h"
#include "kubeapi/api.h"

/* Fills an api_config_t; strings are borrowed from the kubeconfig or lie in the arena, until api_create has copied
 * them. */
bool connect_config(arena_t *a, const kubeconfig_t *k, api_config_t *out, err_t *err);

/* The client of what kubeconfig_find finds. `path` as there. It is read again when the server refuses us or can not be
 * reached, for what was renewed. */
api_t *connect_api(loop_t *l, const char *path, str_t user_agent, double qps, double burst, err_t *err);

#endif
