/* Leader election on a coordination.k8s.io/v1 Lease, as client-go does it: whoever holds the lease renews it every
 * retry period; one who saw it unrenewed for its whole duration takes it. Runs on a fiber of its own and on the leases'
 * connection, which carries nothing else.
 *
 * Time is loop_clock (it counts through a suspend), so a process that was stopped and goes on finds that it no longer
 * leads before it writes anything: pass lease_held to api_set_write_guard. */
#ifndef KUBEAPI_LEASE_H
#define KUBEAPI_LEASE_H

#include "kubeapi/api.h"

typedef struct lease lease_t;

typedef struct lease_options {
    str_t ns, name;      /* of the Lease */
    str_t identity;      /* empty: HOSTNAME_RANDOM-UUID */
    int64_t duration_ms; /* others wait this long; 0: 15 s */
    int64_t renew_ms;    /* not renewed for so long: given up; 0: 10 s */
    int64_t retry_ms;    /* between tries; 0: 2 s */
} lease_options_t;

typedef struct lease_events {
    void (*started)(void *arg);                   /* leads from now on */
    void (*stopped)(void *arg, const err_t *why); /* leads no more: the process is to end */
    void (*observed)(void *arg, str_t holder);    /* somebody (also us) leads; may be NULL */
} lease_events_t;

/* Begins to try. Strings are copied. NULL with *err. */
lease_t *lease_start(api_t *api, const lease_options_t *o, const lease_events_t *ev, void *arg, err_t *err);
/* True while this process leads, by the clock, now. `lease` is a lease_t; so it fits api_set_write_guard. */
bool lease_held(void *lease);
str_t lease_holder(const lease_t *l); /* the last one seen */
str_t lease_identity(const lease_t *l);
/* Gives the lease up (holderIdentity empty, so that the next one need not wait) and ends; `done` may be NULL, and is
 * called on the loop when it is over. No other callback comes any more. */
void lease_stop(lease_t *l, loop_fn done, void *arg);
void lease_destroy(lease_t *l); /* after lease_stop's done, or to end without giving it up */

#endif
