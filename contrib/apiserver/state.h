/* What the server holds. For the files of this room only. */
#ifndef CONTRIB_APISERVER_STATE_H
#define CONTRIB_APISERVER_STATE_H

#include "contrib/apiserver/crd.h"
#include "contrib/apiserver/storage.h"
#include "contrib/apiserver/watch.h"
#include "reactor/base/list.h"

typedef struct agenda agenda_t;
typedef struct gc gc_t;
typedef struct kubelet kubelet_t;

struct apiserver {
    arena_t *arena; /* of the server's life */
    types_t *types;
    storage_t *storage;
    resource_t *resources; /* in order of discovery */
    table_t *by_path;      /* apiVersion/plural → resource_t */
    agenda_t *agenda;      /* what is to be done later */
    gc_t *gc;
    crds_t *crds;
    kubelet_t *kubelet; /* NULL without --kubelet */
    link_t watches;
    table_t *counts; /* requests by verb, resource and user agent */
    char *token;
    uint64_t next_ip; /* of services */
    uint32_t next_port;
    int64_t now_ms;
    uint64_t seed; /* of names and uids */
};

/* A random UID, a suffix of five letters for generateName. */
str_t state_uid(apiserver_t *s, arena_t *a);
str_t state_suffix(apiserver_t *s, arena_t *a);

#endif
