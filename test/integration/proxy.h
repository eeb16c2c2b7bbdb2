/* A proxy between velella and the API server, on the test's own loop: TLS and HTTP/2 on both sides. Requests go through
 * as they are; the data of watches is held back for a while. */
#ifndef TEST_INTEGRATION_PROXY_H
#define TEST_INTEGRATION_PROXY_H

#include "reactor/http_client.h"
#include "reactor/http_server.h"

typedef struct proxy proxy_t;

/* To the server of a kubeconfig; writes a kubeconfig of its own to `path`. Fails the test when it can't. */
proxy_t *proxy_create(loop_t *l, const char *kubeconfig, const char *path, int64_t hold_ms);
void proxy_destroy(proxy_t *p);

#endif
