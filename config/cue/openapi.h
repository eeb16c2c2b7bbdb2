/* The OpenAPI v3 schema of a definition's `parameter`: what vela-core v1.10.8 stores as "openapi-v3-json-schema" in the
 * ConfigMaps component-schema-NAME, trait-schema-NAME and so on. */
#ifndef CONFIG_CUE_OPENAPI_H
#define CONFIG_CUE_OPENAPI_H

#include "config/cue/cue.h"

/* The schema of the top-level field `parameter` of a template, in structural form with all references expanded; the
 * schema of an empty object when there is no such field. jv_write gives vela-core's bytes. The value is memory of the
 * arena given. The program may name "context" among its externs; it is given the fields that vela-core gives it here.
 * NULL with *err: the template is in error (ERR_INVALID and CUE's words), a constraint has no place in OpenAPI
 * (ERR_INVALID: "parameter.x: unsupported op != for string type"), or ERR_LIMIT and ERR_MEMORY as everywhere. */
jv_t *cue_openapi_schema(cue_program_t *p, arena_t *a, err_t *err);

#endif
