/* Credential plugins: a command that prints an ExecCredential (client.authentication.k8s.io/v1 or v1beta1), run as a
 * child process on the loop, its answer kept until it expires. Fibers that need it at the same time share one run. */
#ifndef KUBEAPI_API_EXEC_H
#define KUBEAPI_API_EXEC_H

#include "kubeapi/api.h"

typedef struct exec exec_t;

exec_t *exec_create(api_t *api, const api_exec_t *o, err_t *err); /* runs nothing yet */
void exec_destroy(exec_t *x);                                     /* NULL is fine */
bool exec_ready(const exec_t *x);                                 /* a credential is there and good for a while */
bool exec_wait(exec_t *x, err_t *err);                            /* for a fiber: until it is */
str_t exec_token(const exec_t *x);                                /* empty: none */
void exec_expire(exec_t *x);                                      /* the server refused it */

#endif
