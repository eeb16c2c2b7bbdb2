/* Where fibers wait for something that another does for all of them (one refresh, one first list). */
#ifndef KUBEAPI_GATE_H
#define KUBEAPI_GATE_H

#include "reactor/fiber.h"

typedef struct gate {
    link_t waiters;
} gate_t;

void gate_init(gate_t *g);
/* Parks the fiber until gate_open, at most ms (-1: as its own deadline allows). The caller looks again at what it waits
 * for: a wake may have come for another reason. */
bool gate_wait(gate_t *g, int64_t ms, err_t *err);
void gate_open(gate_t *g); /* wakes all */

#endif
