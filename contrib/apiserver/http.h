/* HTTP around the API server: requests from the loop's HTTP server in, replies and watch lines out. */
#ifndef CONTRIB_APISERVER_HTTP_H
#define CONTRIB_APISERVER_HTTP_H

#include "contrib/apiserver/server.h"
#include "reactor/http_server.h"

typedef struct apiserver_http apiserver_http_t;

/* Listens at once. The API server is borrowed; it is ticked by the loop from now on. NULL with *err. */
apiserver_http_t *apiserver_http_create(loop_t *l, apiserver_t *s, str_t address, tls_t *tls, err_t *err);
uint16_t apiserver_http_port(const apiserver_http_t *h);
/* Ends the watches and closes everything. */
void apiserver_http_destroy(apiserver_http_t *h);

#endif
