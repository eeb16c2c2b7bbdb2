/* Two real processes for a test: the embedded API server and velella, on loopback with real TLS and HTTP/2, and a
 * client of the server for the test itself. A test's body runs on a fiber (cluster_run). */
#ifndef TEST_INTEGRATION_CLUSTER_H
#define TEST_INTEGRATION_CLUSTER_H

#include "kubeapi/informer.h"
#include "kubeapi/mapping.h"
#include "reactor/fiber.h"
#include "test/suite.h"

#include <sys/types.h>

typedef struct cluster {
    loop_t *loop;
    api_t *api;
    mapping_t *mapping;
    arena_t *a; /* of the test */
    char dir[64], kubeconfig[96];
    pid_t server, velella;
    uint16_t port;                  /* of the server, the same after a restart */
    const char *velella_kubeconfig; /* what velella is given; NULL: kubeconfig */
    const char *definitions;        /* a folder of manifests instead of the built-in ones; NULL: built-in */
    char log[128];                  /* velella's */
} cluster_t;

/* Starts the server (with CRDs and the kubelet) and runs body(cluster) on a fiber; everything is stopped and removed
 * after it. velella is started by the body. */
void cluster_run(void (*body)(cluster_t *c));
/* The same with more arguments for velella, up to a NULL. */
void cluster_start_velella(cluster_t *c, ...) __attribute__((sentinel));
void cluster_kill(pid_t *pid, int signo); /* and waits */
/* A fresh, empty server on the same port, with CRDs. */
void cluster_restart_server(cluster_t *c);
/* Namespace vela-system and the definitions. */
void cluster_definitions(cluster_t *c);

/* Each fails the test with the server's words. Objects are JSON text with printf's conversions. */
jv_t *cluster_create(cluster_t *c, const char *json, ...) __attribute__((format(printf, 2, 3)));
jv_t *cluster_get(cluster_t *c, const char *api_version, const char *kind, const char *ns,
                  const char *name); /* NULL: 404 */
void cluster_patch(cluster_t *c, const char *api_version, const char *kind, const char *ns, const char *name,
                   const char *merge);
void cluster_delete(cluster_t *c, const char *api_version, const char *kind, const char *ns, const char *name);
size_t cluster_count(cluster_t *c, const char *api_version, const char *kind, const char *ns);

/* Looks every 20 ms until so(c, arg), at most ms; returns how long it took or fails the test. */
int64_t cluster_until(cluster_t *c, bool (*so)(cluster_t *c, void *arg), void *arg, int64_t ms, const char *what);
/* An Application is in a phase (of its newest generation). */
void cluster_phase(cluster_t *c, const char *ns, const char *name, const char *phase, int64_t ms);

/* velella's resident memory in kB and its number of threads. */
long cluster_rss(pid_t pid);
int cluster_threads(pid_t pid);
/* Requests that the server counted of velella, by verb and resource; the total. `print` shows the table. */
uint64_t cluster_requests(cluster_t *c, bool print);
/* The text of velella's log, in the arena. */
str_t cluster_log(cluster_t *c);

#endif
