/* /openapi/v3, a document a group and version: the paths with their parameters (kubectl learns from them that the
 * server validates fields) and the schemas of the kinds; /openapi/v2 names the server only. No descriptions are kept.
 */
#ifndef CONTRIB_APISERVER_OPENAPI_H
#define CONTRIB_APISERVER_OPENAPI_H

#include "contrib/apiserver/call.h"

void openapi_serve(call_t *c, const str_t *parts, size_t n);

#endif
