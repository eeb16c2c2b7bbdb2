/* What is served: a table of built-in resources, and those that CRDs add. One resource_t is a resource in one version;
 * versions and groups that show the same objects share a store. */
#ifndef CONTRIB_APISERVER_RESOURCES_H
#define CONTRIB_APISERVER_RESOURCES_H

#include "contrib/apiserver/fields.h"
#include "contrib/apiserver/server.h"
#include "contrib/apiserver/types.h"

typedef struct store store_t;
typedef struct crd_version crd_version_t;
typedef struct resource resource_t;

enum {
    RESOURCE_STATUS = 1,             /* has /status */
    RESOURCE_SCALE = 2,              /* has /scale */
    RESOURCE_CLUSTER = 4,            /* not namespaced */
    RESOURCE_GENERATION = 8,         /* metadata.generation counts changes of spec */
    RESOURCE_ANNOTATIONS = 16,       /* … and of annotations */
    RESOURCE_RETURNS = 32,           /* DELETE returns the object */
    RESOURCE_UNCONDITIONAL = 64,     /* PUT without a resourceVersion is allowed */
    RESOURCE_CREATE_ON_UPDATE = 128, /* PUT creates */
    RESOURCE_VIRTUAL = 256,          /* POST only, answered on the spot (reviews) */
    RESOURCE_NO_COLLECTION = 512,    /* no deletecollection */
    RESOURCE_ORPHAN = 1024,          /* DELETE orphans by default */
};

/* How a built-in kind behaves beyond its type. Any function may be NULL. Objects are in wire form, to be changed in
 * place; `old` is NULL on create. */
typedef struct rules {
    const char *group_kind; /* "Deployment.apps", "Pod" */
    void (*defaults)(arena_t *a, jv_t *object);
    /* What the strategy sets before validation: status emptied, immutable parts kept. */
    void (*prepare)(apiserver_t *s, arena_t *a, jv_t *object, const jv_t *old);
    void (*validate)(arena_t *a, const jv_t *object, const jv_t *old, fields_t *errors);
} rules_t;

struct resource {
    str_t group, version, plural, singular, kind, list_kind;
    str_t shorts, categories; /* divided by blanks */
    unsigned flags;
    const schema_t *type;
    str_t api_version;    /* "v1", "apps/v1" */
    str_t group_resource; /* "pods", "deployments.apps" */
    str_t group_kind;     /* "Pod", "Deployment.apps" */
    store_t *store;       /* NULL for reviews */
    const rules_t *rules; /* built-in, may be NULL */
    crd_version_t *crd;   /* or custom */
    /* Objects are stored in another version's form: conversion there and back, in the arena. */
    jv_t *(*to_storage)(arena_t *a, jv_t *object);
    jv_t *(*from_storage)(arena_t *a, jv_t *object);
    resource_t *next; /* in order of serving */
};

/* Makes the built-in ones. */
void resources_create(apiserver_t *s);
/* By group, version and plural; NULL if not served. */
resource_t *resource_find(const apiserver_t *s, str_t group, str_t version, str_t plural);
/* By kind. */
resource_t *resource_of_kind(const apiserver_t *s, str_t api_version, str_t kind);
/* Fills the derived names (api_version, group_resource, group_kind, list_kind) and adds it to the served. */
void resource_add(apiserver_t *s, resource_t *r);
void resource_drop(apiserver_t *s, resource_t *r);
/* The fields besides metadata.name and .namespace by which a custom resource can be selected, divided by blanks. */
const char *resource_selectable(const resource_t *r);

/* The rules of a built-in kind of a group, or NULL. */
const rules_t *rules_find(str_t group_kind);

#endif
