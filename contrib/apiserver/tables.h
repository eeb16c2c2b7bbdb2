/* The Table form of objects, that kubectl get prints: columns by kind, or a CRD's printer columns. */
#ifndef CONTRIB_APISERVER_TABLES_H
#define CONTRIB_APISERVER_TABLES_H

#include "contrib/apiserver/resources.h"

/* A Table of these objects (in the resource's version). rows carry PartialObjectMetadata, the object, or nothing as
 * `include` says ("Metadata", "Object", "None"). */
jv_t *table_value(arena_t *a, const resource_t *r, jv_t **objects, size_t n, str_t include);
/* PartialObjectMetadata of an object. */
jv_t *table_metadata(arena_t *a, const jv_t *object);

#endif
