/* A CRD's structural schema: made into schema nodes, and applied to objects. Every walk is bounded by JV_MAX_DEPTH,
 * which parsing assured already. */
#ifndef CONTRIB_APISERVER_SCHEMA_H
#define CONTRIB_APISERVER_SCHEMA_H

#include "contrib/apiserver/fields.h"
#include "contrib/apiserver/wire.h"

/* NULL for an absent schema. Indexes of large structs are left in the arena's nodes without tables: no release. */
schema_t *schema_compile(arena_t *a, const jv_t *raw);
/* Cuts unknown fields of a value (root: of a whole object) in place, noting them. */
void schema_prune(arena_t *a, const schema_t *s, jv_t *v, bool root, strict_t *strict);
/* Fills in defaults, in place. */
void schema_default(arena_t *a, const schema_t *s, jv_t *v);
/* What is wrong with a value, in the real server's words. */
void schema_validate(const jv_t *raw, const jv_t *v, str_t path, fields_t *errors);

#endif
