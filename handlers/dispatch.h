/* Dispatch: one object of an Application brought to the cluster. Created where it isn't there; patched where it differs
 * from what was last applied, three-way (what was applied, what is wanted, what is), so that fields of others stay;
 * left alone, without a request, where its render hash says that it is what is wanted. */
#ifndef HANDLERS_DISPATCH_H
#define HANDLERS_DISPATCH_H

#include "handlers/controller.h"

typedef enum dispatch_mode {
    DISPATCH_DRY_RUN, /* asks the server whether it would take it */
    DISPATCH_APPLY,
    DISPATCH_KEEP, /* state keeping: repairs drift even where the render hash is the same */
} dispatch_mode_t;

/* Makes a rendered object ready to be recorded: no namespace on a cluster-scoped kind; refused where the Application
 * may not have it. Errors are in vela-core's words ("no matches for kind …"). */
bool dispatch_prepare(controller_t *c, const jv_t *app, jv_t *manifest, err_t *err);

/* Applies a prepared manifest, which is left as it is. */
bool dispatch_apply(controller_t *c, arena_t *a, const jv_t *app, const jv_t *manifest, dispatch_mode_t mode,
                    err_t *err);

/* The live object of a manifest or a tracker's entry; NULL with *err ERR_NONE where there is none. */
jv_t *dispatch_live(controller_t *c, arena_t *a, const jv_t *named, err_t *err);

/* Whether the object of a tracker's entry exists and is this Application's. */
bool dispatch_exists(controller_t *c, const jv_t *app, const jv_t *entry, bool *exists, err_t *err);

/* Deletes the object of a tracker's entry, or with `orphan` takes only the Application's labels off it. Gone already is
 * fine. */
bool dispatch_delete(controller_t *c, arena_t *a, const jv_t *entry, bool orphan, err_t *err);

#endif
