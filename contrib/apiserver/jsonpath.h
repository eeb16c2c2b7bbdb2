/* The JSONPath of printer columns: fields, indexes, filters by equality, wildcards. */
#ifndef CONTRIB_APISERVER_JSONPATH_H
#define CONTRIB_APISERVER_JSONPATH_H

#include "config/json/jv.h"

/* The first value at the path, or NULL. */
jv_t *jsonpath_first(arena_t *a, const jv_t *v, str_t path);

#endif
