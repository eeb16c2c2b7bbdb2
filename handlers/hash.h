/* The hashes that vela-core leaves in the cluster (labels oam.dev/render-hash and app.oam.dev/app-revision-hash, status
 * revisionHash): mitchellh/hashstructure's format 2, an FNV-1 walk over Go values. A cluster that changes hands must
 * find the same values, so structs are walked with Go's names in Go's order of fields, absent ones as Go's zero values.
 */
#ifndef HANDLERS_HASH_H
#define HANDLERS_HASH_H

#include "config/json/jv.h"

/* The hash of a whole object as vela-core computes it before applying it (an unstructured.Unstructured), in
 * hexadecimal, in the arena. */
str_t hash_render(arena_t *a, const jv_t *object);

/* The hash of one plain value (maps, lists, strings, numbers). */
uint64_t hash_value(const jv_t *v);

/* The hash of an ApplicationRevision from its spec as it is stored (spec.application, spec.componentDefinitions, …). */
str_t hash_app_revision(arena_t *a, const jv_t *revision_spec);

/* The hash of an Application's component entry (context.revision of v1.10's renders). */
str_t hash_component(arena_t *a, const jv_t *component);

#endif
