/* What the registry of a kind does to an object before it is validated: allocation, status of new objects, parts that
 * an update carries over. `old` is NULL on create. */
#ifndef CONTRIB_APISERVER_PREPARE_H
#define CONTRIB_APISERVER_PREPARE_H

#include "contrib/apiserver/state.h"

void prepare_namespace(apiserver_t *s, arena_t *a, jv_t *o, const jv_t *old);
void prepare_service(apiserver_t *s, arena_t *a, jv_t *o, const jv_t *old);
void prepare_job(apiserver_t *s, arena_t *a, jv_t *o, const jv_t *old);
void prepare_persistentvolumeclaim(apiserver_t *s, arena_t *a, jv_t *o, const jv_t *old);
void prepare_persistentvolume(apiserver_t *s, arena_t *a, jv_t *o, const jv_t *old);
void prepare_pod(apiserver_t *s, arena_t *a, jv_t *o, const jv_t *old);
void prepare_daemonset(apiserver_t *s, arena_t *a, jv_t *o, const jv_t *old);
void prepare_priorityclass(apiserver_t *s, arena_t *a, jv_t *o, const jv_t *old);

#endif
