/* The names, namespaces, labels and annotations that vela-core puts on rendered objects (pkg/appfile, SetOAMContract).
 */
#ifndef HANDLERS_LABELS_H
#define HANDLERS_LABELS_H

#include "handlers/render.h"

/* What evaluation itself adds, before names are given: application, component, revision and type. For a workload
 * `trait` and `resource` are empty and `type` is the component's; for an output `trait` is its type. */
void labels_of_workload(arena_t *a, jv_t *object, const appfile_t *af, str_t component, str_t type);
void labels_of_output(arena_t *a, jv_t *object, const appfile_t *af, str_t component, str_t trait, str_t resource);
void labels_of_policy(arena_t *a, jv_t *object, const appfile_t *af, str_t policy);

/* The contract on the objects of one component: names where there are none, namespaces, resource type, the
 * Application's labels and annotations, and the reference to the workload where the trait's definition asks for it.
 * False where that reference can't be set. */
bool labels_contract(arena_t *a, const appfile_t *af, rendered_t *r, err_t *err);

/* The generated name of a trait's object without one: COMPONENT-TYPE-HASH, where HASH is vela-core's over the object as
 * it is before the contract, so that both controllers give the same name. */
str_t labels_trait_name(arena_t *a, str_t component, str_t type, const jv_t *object);

/* Sets object.metadata.labels[key], as unstructured.SetLabels would after a merge: labels that are no map of strings
 * are replaced, metadata that is no map is left alone. */
void labels_set(arena_t *a, jv_t *object, const char *map, str_t key, str_t value);

#endif
