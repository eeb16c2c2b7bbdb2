/* What the server does later: a heap of tasks by time, each for an object named by its store, namespace and name, so
 * that a task holds no reference and finds what is there when it runs. */
#ifndef CONTRIB_APISERVER_AGENDA_H
#define CONTRIB_APISERVER_AGENDA_H

#include "contrib/apiserver/state.h"

typedef void (*agenda_fn)(apiserver_t *s, store_t *store, str_t ns, str_t name);

agenda_t *agenda_create(void);
void agenda_destroy(agenda_t *a);
/* After this many ms. The same task that waits already is not added twice. */
void agenda_add(apiserver_t *s, int64_t ms, agenda_fn fn, store_t *store, str_t ns, str_t name);
/* Runs what is due at s->now_ms; when the next is due, or -1. */
int64_t agenda_run(apiserver_t *s);
void agenda_on_due(agenda_t *a, void (*fn)(void *arg), void *arg);

#endif
