/* POST and PUT, and what every change of an object goes through. */
#ifndef CONTRIB_APISERVER_WRITE_H
#define CONTRIB_APISERVER_WRITE_H

#include "contrib/apiserver/call.h"
#include "contrib/apiserver/storage.h"

/* dryRun, fieldValidation, fieldManager into the call; false after replying. `kind` names the options. */
bool write_options(call_t *c, const char *kind);
/* May something be created in the namespace of the call? False after replying. */
bool write_namespace_open(call_t *c);

void write_create(call_t *c);
void write_update(call_t *c);
/* Creates from a stored form; replies. `applied`: managed fields are set already. */
void write_new(call_t *c, jv_t *object, bool applied);
/* Replaces `old` by a stored form; replies. An unchanged object is not written. */
void write_changed(call_t *c, object_t *old, jv_t *was, jv_t *object, bool applied);

#endif
