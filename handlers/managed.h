/* The live state of what Applications manage: an informer for each kind that was ever dispatched, selected by the label
 * app.oam.dev/name, started on first use. So drift is seen when it happens, and no GET precedes a write. */
#ifndef HANDLERS_MANAGED_H
#define HANDLERS_MANAGED_H

#include "kubeapi/informer.h"
#include "kubeapi/mapping.h"

typedef struct managed managed_t;

/* `changed` is called on the loop with the namespace and name of the Application whose object was changed by anybody.
 */
typedef void (*managed_fn)(void *arg, str_t app_ns, str_t app_name);
managed_t *managed_create(informers_t *informers, mapping_t *mapping, managed_fn changed, void *arg);
void managed_destroy(managed_t *m); /* before the informers */

/* The resource of a kind, with its informer started and synced: parks. NULL with *err (no such kind; not permitted). */
const api_resource_t *managed_kind(managed_t *m, str_t api_version, str_t kind, err_t *err);

/* The live object; NULL without an error set where there is none that an Application manages. Parsed into the arena. ns
 * is ignored for a cluster-scoped kind. */
jv_t *managed_get(managed_t *m, const api_resource_t *r, str_t ns, str_t name, arena_t *a, err_t *err);
/* The server says that the object isn't there: so the store may not say otherwise (its kind may be gone with its CRD,
 * and then no watch will tell). */
void managed_gone(managed_t *m, const api_resource_t *r, str_t ns, str_t name);
/* The same as managed_get without the body; valid until the next park. */
const store_entry_t *managed_find(managed_t *m, const api_resource_t *r, str_t ns, str_t name);

#endif
