/* The validation of the built-in kinds beyond their metadata: the rules of kube-apiserver 1.32 that manifests meet in
 * practice, in its words and order. Objects have their defaults; `old` is NULL on create. */
#ifndef CONTRIB_APISERVER_VALIDATE_H
#define CONTRIB_APISERVER_VALIDATE_H

#include "contrib/apiserver/fields.h"

/* ---- parts that several kinds share ---- */

/* The number at a member, if it is given, must not be negative. */
void valid_nonnegative(fields_t *f, str_t path, const jv_t *parent, const char *key);
void valid_port(fields_t *f, str_t path, const jv_t *v);         /* 1 to 65535 */
void valid_port_or_name(fields_t *f, str_t path, const jv_t *v); /* or an IANA name */
void valid_selector(fields_t *f, str_t path, const jv_t *selector);
/* A string that must be one of these (divided by blanks). */
void valid_choice(fields_t *f, str_t path, const jv_t *v, const char *choices);
/* The member may not differ from the old object's. */
void valid_fixed(fields_t *f, str_t path, const jv_t *now, const jv_t *then);
void valid_positive_or_percent(fields_t *f, str_t path, const jv_t *v);
bool valid_same(const jv_t *x, const jv_t *y); /* both absent, or equal */

void validate_pod_spec(const jv_t *spec, str_t path, fields_t *f);
void validate_pod_template(const jv_t *template, str_t path, fields_t *f);
/* Of a claim, or of a template of one. */
void validate_claim_spec(const jv_t *spec, str_t path, fields_t *f);

/* ---- kinds ---- */

void validate_pod(arena_t *a, const jv_t *o, const jv_t *old, fields_t *f);
void validate_podtemplate(arena_t *a, const jv_t *o, const jv_t *old, fields_t *f);
void validate_replicationcontroller(arena_t *a, const jv_t *o, const jv_t *old, fields_t *f);
void validate_deployment(arena_t *a, const jv_t *o, const jv_t *old, fields_t *f);
void validate_replicaset(arena_t *a, const jv_t *o, const jv_t *old, fields_t *f);
void validate_statefulset(arena_t *a, const jv_t *o, const jv_t *old, fields_t *f);
void validate_daemonset(arena_t *a, const jv_t *o, const jv_t *old, fields_t *f);
void validate_controllerrevision(arena_t *a, const jv_t *o, const jv_t *old, fields_t *f);
void validate_job(arena_t *a, const jv_t *o, const jv_t *old, fields_t *f);
void validate_cronjob(arena_t *a, const jv_t *o, const jv_t *old, fields_t *f);
void validate_configmap(arena_t *a, const jv_t *o, const jv_t *old, fields_t *f);
void validate_secret(arena_t *a, const jv_t *o, const jv_t *old, fields_t *f);
void validate_service(arena_t *a, const jv_t *o, const jv_t *old, fields_t *f);
void validate_endpoints(arena_t *a, const jv_t *o, const jv_t *old, fields_t *f);
void validate_endpointslice(arena_t *a, const jv_t *o, const jv_t *old, fields_t *f);
void validate_event(arena_t *a, const jv_t *o, const jv_t *old, fields_t *f);
void validate_new_event(arena_t *a, const jv_t *o, const jv_t *old, fields_t *f); /* made in events.k8s.io */
void validate_persistentvolume(arena_t *a, const jv_t *o, const jv_t *old, fields_t *f);
void validate_persistentvolumeclaim(arena_t *a, const jv_t *o, const jv_t *old, fields_t *f);
void validate_hpa(arena_t *a, const jv_t *o, const jv_t *old, fields_t *f);
void validate_ingress(arena_t *a, const jv_t *o, const jv_t *old, fields_t *f);
void validate_ingressclass(arena_t *a, const jv_t *o, const jv_t *old, fields_t *f);
void validate_networkpolicy(arena_t *a, const jv_t *o, const jv_t *old, fields_t *f);
void validate_pdb(arena_t *a, const jv_t *o, const jv_t *old, fields_t *f);
void validate_role(arena_t *a, const jv_t *o, const jv_t *old, fields_t *f);
void validate_clusterrole(arena_t *a, const jv_t *o, const jv_t *old, fields_t *f);
void validate_binding(arena_t *a, const jv_t *o, const jv_t *old, fields_t *f);
void validate_clusterbinding(arena_t *a, const jv_t *o, const jv_t *old, fields_t *f);
void validate_storageclass(arena_t *a, const jv_t *o, const jv_t *old, fields_t *f);
void validate_priorityclass(arena_t *a, const jv_t *o, const jv_t *old, fields_t *f);
void validate_lease(arena_t *a, const jv_t *o, const jv_t *old, fields_t *f);

#endif
