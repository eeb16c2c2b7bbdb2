/* The cells of tables that need more than a field's value: one function each, as pkg/printers of Kubernetes words them.
 */
#ifndef CONTRIB_APISERVER_CELLS_H
#define CONTRIB_APISERVER_CELLS_H

#include "config/json/jv.h"

typedef jv_t *(*cell_fn)(arena_t *a, const jv_t *object);

/* "3d4h": how long ago a time was; "<unknown>" where there is none. */
jv_t *cell_ago(arena_t *a, str_t time);
str_t cell_duration(arena_t *a, int64_t seconds);

jv_t *cell_pod_ready(arena_t *a, const jv_t *o);
jv_t *cell_pod_status(arena_t *a, const jv_t *o);
jv_t *cell_pod_restarts(arena_t *a, const jv_t *o);
jv_t *cell_pod_ip(arena_t *a, const jv_t *o);
jv_t *cell_pod_gates(arena_t *a, const jv_t *o);
jv_t *cell_ready(arena_t *a, const jv_t *o); /* "1/2" of readyReplicas and replicas */
jv_t *cell_containers(arena_t *a, const jv_t *o);
jv_t *cell_images(arena_t *a, const jv_t *o);
jv_t *cell_selector(arena_t *a, const jv_t *o);
jv_t *cell_map_selector(arena_t *a, const jv_t *o); /* of services and replication controllers */
jv_t *cell_pod_selector(arena_t *a, const jv_t *o);
jv_t *cell_node_selector(arena_t *a, const jv_t *o);
jv_t *cell_job_status(arena_t *a, const jv_t *o);
jv_t *cell_job_completions(arena_t *a, const jv_t *o);
jv_t *cell_job_duration(arena_t *a, const jv_t *o);
jv_t *cell_schedule_age(arena_t *a, const jv_t *o);
jv_t *cell_suspend(arena_t *a, const jv_t *o);
jv_t *cell_service_ip(arena_t *a, const jv_t *o);
jv_t *cell_service_external(arena_t *a, const jv_t *o);
jv_t *cell_service_ports(arena_t *a, const jv_t *o);
jv_t *cell_ingress_hosts(arena_t *a, const jv_t *o);
jv_t *cell_ingress_address(arena_t *a, const jv_t *o);
jv_t *cell_ingress_ports(arena_t *a, const jv_t *o);
jv_t *cell_configmap_data(arena_t *a, const jv_t *o);
jv_t *cell_node_status(arena_t *a, const jv_t *o);
jv_t *cell_node_roles(arena_t *a, const jv_t *o);
jv_t *cell_phase(arena_t *a, const jv_t *o); /* Terminating when it is being deleted */
jv_t *cell_claim_capacity(arena_t *a, const jv_t *o);
jv_t *cell_claim_modes(arena_t *a, const jv_t *o);
jv_t *cell_volume_modes(arena_t *a, const jv_t *o);
jv_t *cell_volume_claim(arena_t *a, const jv_t *o);
jv_t *cell_hpa_reference(arena_t *a, const jv_t *o);
jv_t *cell_hpa_targets(arena_t *a, const jv_t *o);
jv_t *cell_hpa_min(arena_t *a, const jv_t *o);
jv_t *cell_role(arena_t *a, const jv_t *o);
jv_t *cell_users(arena_t *a, const jv_t *o);
jv_t *cell_groups(arena_t *a, const jv_t *o);
jv_t *cell_accounts(arena_t *a, const jv_t *o);
jv_t *cell_created(arena_t *a, const jv_t *o); /* RBAC: the time itself */
jv_t *cell_event_last(arena_t *a, const jv_t *o);
jv_t *cell_event_first(arena_t *a, const jv_t *o);
jv_t *cell_event_object(arena_t *a, const jv_t *o);
jv_t *cell_event_source(arena_t *a, const jv_t *o);
jv_t *cell_event_count(arena_t *a, const jv_t *o);
jv_t *cell_event_message(arena_t *a, const jv_t *o);
jv_t *cell_endpoints(arena_t *a, const jv_t *o);
jv_t *cell_slice_ports(arena_t *a, const jv_t *o);
jv_t *cell_slice_endpoints(arena_t *a, const jv_t *o);
jv_t *cell_class_name(arena_t *a, const jv_t *o); /* with " (default)" */
jv_t *cell_expansion(arena_t *a, const jv_t *o);
jv_t *cell_class_parameters(arena_t *a, const jv_t *o);
jv_t *cell_pdb_min(arena_t *a, const jv_t *o);
jv_t *cell_pdb_max(arena_t *a, const jv_t *o);
jv_t *cell_quota_requests(arena_t *a, const jv_t *o);
jv_t *cell_quota_limits(arena_t *a, const jv_t *o);
jv_t *cell_template_labels(arena_t *a, const jv_t *o);
jv_t *cell_owner(arena_t *a, const jv_t *o);
jv_t *cell_global(arena_t *a, const jv_t *o);

#endif
