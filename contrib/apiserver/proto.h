/* Bodies in protobuf (application/vnd.kubernetes.protobuf), which kubectl's typed commands send: read into the same
 * tree as JSON. Answers are JSON, which such clients accept too. */
#ifndef CONTRIB_APISERVER_PROTO_H
#define CONTRIB_APISERVER_PROTO_H

#include "contrib/apiserver/types.h"

/* The envelope: which type it says it is, and the object's bytes. */
bool proto_envelope(arena_t *a, str_t body, str_t *api_version, str_t *kind, str_t *raw, err_t *err);
/* A message of this type; fields that the type doesn't have are passed over. */
jv_t *proto_decode(arena_t *a, const schema_t *type, str_t raw, err_t *err);

#endif
