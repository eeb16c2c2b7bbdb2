/* Server-side apply and managed fields: who owns what, told apart by field manager and operation. */
#ifndef CONTRIB_APISERVER_APPLY_H
#define CONTRIB_APISERVER_APPLY_H

#include "contrib/apiserver/call.h"

/* A write that is no apply: what it changed (all of it, where old is NULL) becomes the call's manager's. */
void apply_track(call_t *c, jv_t *object, const jv_t *old);
/* PATCH with application/apply-patch+yaml: replies. */
void apply_patch(call_t *c);
/* The same of a configuration of the object that was read already. */
void apply_config(call_t *c, jv_t *config);
/* Are two managedFields the same but for their times? */
bool apply_same(const jv_t *x, const jv_t *y);

#endif
