/* REST mapping: from apiVersion and kind to the resource that serves it, by the server's discovery. Aggregated
 * discovery (two requests for everything) where the server has it, else the plain one, group by group. A miss
 * refreshes once, at most every few seconds, and fibers that miss together share one refresh. */
#ifndef KUBEAPI_MAPPING_H
#define KUBEAPI_MAPPING_H

#include "kubeapi/api.h"

typedef struct mapping mapping_t;

mapping_t *mapping_create(api_t *api); /* NULL: out of memory. No request yet */
void mapping_destroy(mapping_t *m);

/* The resource of a kind; it stays valid and the same as long as the mapping lives, even if the server drops it. May
 * park the fiber. NULL with ERR_NOTFOUND (`no matches for kind "X" in version "g/v"`, Go's words) or what the request
 * failed with. */
const api_resource_t *mapping_find(mapping_t *m, str_t api_version, str_t kind, err_t *err);
/* The same without any request: NULL when it isn't known. Not only for fibers. */
const api_resource_t *mapping_known(const mapping_t *m, str_t api_version, str_t kind);
/* The group's preferred version of a kind, or of a plural (either may be empty). */
const api_resource_t *mapping_find_group(mapping_t *m, str_t group, str_t kind, str_t plural, err_t *err);
/* The resource of group, version and plural. */
const api_resource_t *mapping_find_plural(mapping_t *m, str_t group, str_t version, str_t plural, err_t *err);

/* All that is known, in discovery order. */
const api_resource_t *mapping_next(const mapping_t *m, size_t *i);

/* CRDs changed: the next miss refreshes without waiting, known kinds stay. */
void mapping_invalidate(mapping_t *m);
/* Adds what discovery documents say, without a request (tests; `velella render` with a saved cluster). */
bool mapping_load(mapping_t *m, str_t document, err_t *err);

/* The server's /version, read once. Strings live as long as the mapping. */
typedef struct mapping_version {
    str_t major, minor; /* minor without a trailing + */
    str_t git_version, platform;
} mapping_version_t;
const mapping_version_t *mapping_server_version(mapping_t *m, err_t *err);

typedef struct mapping_stats {
    size_t resources;
    uint64_t refreshes, misses;
} mapping_stats_t;
mapping_stats_t mapping_stats(const mapping_t *m);

#endif
