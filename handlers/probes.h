/* What an operator's tools ask of the process over HTTP: health, readiness and metrics. */
#ifndef HANDLERS_PROBES_H
#define HANDLERS_PROBES_H

#include "handlers/controller.h"

typedef struct probes probes_t;

/* Listens where an address is given ("" and "0": not). NULL with *err where it can't. */
probes_t *probes_create(loop_t *l, controller_t *c, str_t health_addr, str_t metrics_addr, err_t *err);
void probes_destroy(probes_t *p);
/* The caches are synced: /readyz says ok from now on. */
void probes_ready(probes_t *p);
/* Milliseconds since the process began. */
int64_t probes_uptime_ms(void);

#endif
