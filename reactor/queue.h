/* The work queue: keys to reconcile, as client-go's workqueue has them. A key that waits is not added twice; a key that
 * is being worked on and added again is worked on again afterwards, never at the same time. Failed keys come back after
 * a per-key exponential delay and an overall token bucket. Keys are copied. */
#ifndef REACTOR_QUEUE_H
#define REACTOR_QUEUE_H

#include "reactor/loop.h"

typedef struct queue queue_t;
typedef struct queue_options {
    const char *name;        /* borrowed, for metrics */
    size_t workers;          /* keys worked on at a time; 0: 1 */
    int64_t base_ms, max_ms; /* per-key delay: base << failures, at most max; 0: 5 ms, 1000 s */
    double qps, burst;       /* of queue_retry over all keys; 0: 10, 100 */
} queue_options_t;

/* Called on the loop (not on a fiber) to begin work on a key, when a worker is free. The worker, usually a fiber, ends
 * it with queue_done. The key is valid until then. */
typedef void (*queue_work_fn)(queue_t *q, str_t key, void *arg);

queue_t *queue_create(loop_t *l, const queue_options_t *o, queue_work_fn fn, void *arg);
void queue_destroy(queue_t *q);                          /* with nothing being worked on */
bool queue_add(queue_t *q, str_t key);                   /* false: out of memory */
bool queue_add_after(queue_t *q, str_t key, int64_t ms); /* of two delays for one key the earlier wins */
bool queue_retry(queue_t *q, str_t key);                 /* with the key's back-off */
void queue_forget(queue_t *q, str_t key);                /* its back-off starts anew */
void queue_done(queue_t *q, str_t key);
void queue_pause(queue_t *q, bool paused); /* paused: hands out no key (no lease, stopping) */

typedef struct queue_stats {
    size_t depth, working, delayed;
    uint64_t adds, retries;
} queue_stats_t;
queue_stats_t queue_stats(const queue_t *q);

/* A token bucket on its own, for client-side QPS limits: takes a token and tells how many ms to wait before using it;
 * qps of 0 or less: no limit.
 */
typedef struct bucket {
    double qps, burst, tokens;
    int64_t at;
} bucket_t;
void bucket_init(bucket_t *b, double qps, double burst);
int64_t bucket_take(bucket_t *b, int64_t now_ms);

#endif
