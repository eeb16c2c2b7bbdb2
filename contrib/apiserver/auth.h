/* Who asks, and whether they may: bearer token or client certificate; the group system:masters may do everything, the
 * unauthenticated may see health and version. */
#ifndef CONTRIB_APISERVER_AUTH_H
#define CONTRIB_APISERVER_AUTH_H

#include "contrib/apiserver/call.h"

bool auth_identify(call_t *c);                /* false after replying 401 */
bool auth_allow(call_t *c, const char *verb); /* false after replying 403 */
bool auth_allow_path(call_t *c);

#endif
