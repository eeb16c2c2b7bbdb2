/* CustomResourceDefinitions: what one adds to what is served, and its objects' pruning, defaults and validation. */
#ifndef CONTRIB_APISERVER_CRD_H
#define CONTRIB_APISERVER_CRD_H

#include "contrib/apiserver/fields.h"
#include "contrib/apiserver/storage.h"
#include "contrib/apiserver/wire.h"

typedef struct crds crds_t;

/* One version of a CRD that is served. */
struct crd_version {
    arena_t *arena;         /* of the whole CRD */
    const schema_t *schema; /* NULL: nothing is known, everything is kept */
    const jv_t *columns;    /* additionalPrinterColumns, or NULL */
    bool has_status, has_scale;
    str_t replicas_path, status_replicas_path, selector_path; /* of scale, as ".spec.replicas" */
    const char *selectable; /* selectableFields, divided by blanks, without the leading points */
};

arena_t *crd_arena(const crd_version_t *v);
/* Cuts what the schema doesn't know (noting it), fills defaults in; metadata is read as ObjectMeta. False with *err
 * where metadata can't be read. */
bool crd_decode(arena_t *a, types_t *types, const resource_t *r, jv_t *object, strict_t *strict, err_t *err);
void crd_validate(const resource_t *r, const jv_t *object, const jv_t *old, fields_t *errors);

/* An event in the store of CRDs: what it defines is served, changed or no longer served at once. */
void crd_event(apiserver_t *s, const event_t *e);
crds_t *crds_create(void);
void crds_destroy(crds_t *c);

/* Defaults, preparation and validation of CRDs themselves. */
void crd_defaults(arena_t *a, jv_t *crd);
void crd_prepare(apiserver_t *s, arena_t *a, jv_t *crd, const jv_t *old);
void crd_check(arena_t *a, const jv_t *crd, const jv_t *old, fields_t *errors);

#endif
