/* Requests that create nothing: access and subject reviews, evictions and bindings of pods, tokens of service accounts.
 */
#ifndef CONTRIB_APISERVER_REVIEWS_H
#define CONTRIB_APISERVER_REVIEWS_H

#include "contrib/apiserver/call.h"

bool reviews_has_sub(const resource_t *r, str_t sub);
/* True when it was one of these and is replied to. */
bool reviews_serve(call_t *c);

#endif
