/* The scale subresource: of built-in workloads and of custom resources that declare its paths. */
#ifndef CONTRIB_APISERVER_SCALE_H
#define CONTRIB_APISERVER_SCALE_H

#include "contrib/apiserver/call.h"

void scale_get(call_t *c);
void scale_update(call_t *c);
void scale_patch(call_t *c);

#endif
