/* The rules for names: what validation.IsDNS1123Label and its relatives find wrong, in their words. */
#ifndef CONTRIB_APISERVER_NAMES_H
#define CONTRIB_APISERVER_NAMES_H

#include "contrib/apiserver/fields.h"

typedef enum name_kind {
    NAME_DNS_LABEL,     /* RFC 1123: namespaces, containers */
    NAME_DNS_SUBDOMAIN, /* most objects */
    NAME_DNS1035,       /* services */
    NAME_PATH_SEGMENT,  /* RBAC */
    NAME_QUALIFIED,     /* keys of labels and annotations, finalizers */
    NAME_LABEL_VALUE,
    NAME_CONFIG_KEY, /* keys of ConfigMaps and Secrets */
    NAME_ENV,
    NAME_PORT, /* IANA service names */
    NAME_WILDCARD,
} name_kind_t;

typedef struct name_faults {
    str_t why[4];
    size_t n; /* 0: a good name */
} name_faults_t;

name_faults_t name_check(arena_t *a, name_kind_t kind, str_t s);
static inline bool name_ok(arena_t *a, name_kind_t kind, str_t s) {
    return name_check(a, kind, s).n == 0;
}
str_t name_join(arena_t *a, const name_faults_t *f, const char *between);
/* Every fault as an Invalid of its own. */
void name_validate(fields_t *f, str_t path, name_kind_t kind, str_t s);

bool name_ipv4(str_t s);
bool name_ip(str_t s);
bool name_cidr(str_t s);

#endif
