/* What Go's encoding/json says of a text that is no JSON. */
#ifndef CONTRIB_APISERVER_GOJSON_H
#define CONTRIB_APISERVER_GOJSON_H

#include "config/json/jv.h"

/* The first fault ("invalid character 'x' after object key", "unexpected end of JSON input"); empty: none was found. */
str_t gojson_fault(arena_t *a, str_t text);

#endif
