/* ApplicationRevisions: a snapshot of an Application with the definitions that it used. A new one is made when the
 * Application's spec differs from the latest one's; definitions that changed alone don't make one. */
#ifndef HANDLERS_APP_REVISION_H
#define HANDLERS_APP_REVISION_H

#include "handlers/appfile.h"
#include "handlers/controller.h"

typedef struct app_revision {
    str_t name, hash;
    int64_t number;
    const jv_t *stored_spec; /* where the Application stands on an older snapshot than its definitions: that snapshot */
} app_revision_t;

/* Finds the revision that the Application is at, and creates it where it isn't there. At most one request in the usual
 * cases (none for an Application that was settled before). */
bool app_revision_prepare(controller_t *c, arena_t *a, const jv_t *app, const appfile_t *af, app_revision_t *out,
                          err_t *err);

/* The number in a revision's name ("web-v3": 3); 0 where there is none. */
int64_t app_revision_number(str_t name);

/* Records how a revision's workflow ended, with its context. */
bool app_revision_finish(controller_t *c, arena_t *a, const jv_t *app, str_t name, const jv_t *workflow, err_t *err);

#endif
