/* Counts of requests by verb, resource and user agent, for tests that bound them: GET /debug/requests. */
#ifndef CONTRIB_APISERVER_COUNTS_H
#define CONTRIB_APISERVER_COUNTS_H

#include "contrib/apiserver/call.h"

table_t *counts_create(void);
void counts_destroy(table_t *t);
void counts_add(call_t *c, const char *verb);
/* {"requests":[{"verb","resource","subresource","agent","count"}…],"total":N}; ?reset=1 starts anew. */
void counts_serve(call_t *c);

#endif
