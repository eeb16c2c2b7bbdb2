/* Bodies of requests: parsed, checked to be of the kind that the path wants, brought into the form that is stored. */
#ifndef CONTRIB_APISERVER_BODY_H
#define CONTRIB_APISERVER_BODY_H

#include "contrib/apiserver/call.h"

/* The body as a value, by its content type. NULL after replying. */
jv_t *body_parse(call_t *c);
/* A value in the version of the resource → the form that is stored: unknown fields cut and noted in c->warnings or
 * refused as fieldValidation says, defaults filled in, converted. NULL with *err (Go's words); strict faults come back
 * in *strict. */
jv_t *body_decode(call_t *c, jv_t *value, strict_t *strict, err_t *err);
/* body_parse, the check of kind and version, body_decode; 400 where it can't be read. NULL after replying. */
jv_t *body_object(call_t *c);
/* Acts on strict faults: warnings, or "strict decoding error: …" in *refused (then false). */
bool body_strict(call_t *c, const strict_t *strict, str_t *refused);
/* Go's words for a text that is no JSON. */
str_t body_json_error(arena_t *a, str_t text, const err_t *err);
/* A stored value in canonical form again, after defaults and preparation changed it. */
jv_t *body_canonical(arena_t *a, const resource_t *r, jv_t *value);

#endif
