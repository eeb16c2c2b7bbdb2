/* The defaults of the built-in kinds, as kube-apiserver 1.32 fills them in when it reads an object. Each takes the
 * object in wire form and changes it in place. */
#ifndef CONTRIB_APISERVER_DEFAULTS_H
#define CONTRIB_APISERVER_DEFAULTS_H

#include "config/json/jv.h"

/* Sets a member that isn't there, or is "" (null counts as absent). */
void default_str(arena_t *a, jv_t *v, const char *key, const char *value);
void default_int(arena_t *a, jv_t *v, const char *key, int64_t value);
void default_bool(arena_t *a, jv_t *v, const char *key, bool value);
/* The member, an object made if it isn't there. */
jv_t *default_object(arena_t *a, jv_t *v, const char *key);

void default_pod_spec(arena_t *a, jv_t *spec);
void default_pod_template(arena_t *a, jv_t *template);
void default_claim(arena_t *a, jv_t *claim); /* of a PVC or a template of one */

void default_pod(arena_t *a, jv_t *o);
void default_podtemplate(arena_t *a, jv_t *o);
void default_replicationcontroller(arena_t *a, jv_t *o);
void default_deployment(arena_t *a, jv_t *o);
void default_replicaset(arena_t *a, jv_t *o);
void default_statefulset(arena_t *a, jv_t *o);
void default_daemonset(arena_t *a, jv_t *o);
void default_job(arena_t *a, jv_t *o);
void default_cronjob(arena_t *a, jv_t *o);

void default_service(arena_t *a, jv_t *o);
void default_endpoints(arena_t *a, jv_t *o);
void default_endpointslice(arena_t *a, jv_t *o);
void default_secret(arena_t *a, jv_t *o);
void default_namespace(arena_t *a, jv_t *o);
void default_persistentvolumeclaim(arena_t *a, jv_t *o);
void default_persistentvolume(arena_t *a, jv_t *o);
void default_limitrange(arena_t *a, jv_t *o);
void default_hpa(arena_t *a, jv_t *o);
void default_ingressclass(arena_t *a, jv_t *o);
void default_networkpolicy(arena_t *a, jv_t *o);
void default_binding(arena_t *a, jv_t *o); /* of RBAC */
void default_storageclass(arena_t *a, jv_t *o);
void default_csidriver(arena_t *a, jv_t *o);
void default_priorityclass(arena_t *a, jv_t *o);
void default_webhooks(arena_t *a, jv_t *o);

#endif
