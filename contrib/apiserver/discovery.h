/* /api, /apis and below, legacy and aggregated (v2, v2beta1); /version. */
#ifndef CONTRIB_APISERVER_DISCOVERY_H
#define CONTRIB_APISERVER_DISCOVERY_H

#include "contrib/apiserver/call.h"

/* False where there is nothing at this path (nothing was replied). */
bool discovery_serve(call_t *c, const str_t *parts, size_t n);
void discovery_version(call_t *c);
bool discovery_has_builtin_group(const apiserver_t *s, str_t group);

#endif
