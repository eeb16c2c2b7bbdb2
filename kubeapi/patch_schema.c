/* How lists of built-in kinds merge, as the struct tags of k8s.io/api v0.31 say (patchStrategy, patchMergeKey), for the
 * kinds of client-go's scheme. A row is a field; a table lists the fields of a type that merge in some way or lead to
 * such fields, and ends with a row without a name. Types with the same rows share a table. */
#include "kubeapi/patch_inner.h"

#define END                                                                                                            \
    { NULL, NULL, 0, NULL }

static const patch_schema_t object_meta[] = {
    {"ownerReferences", NULL, PATCH_MERGE, "uid"},
    {"finalizers", NULL, PATCH_MERGE, NULL},
    END,
};
static const patch_schema_t mutating_webhook[] = {
    {"matchConditions", NULL, PATCH_MERGE, "name"},
    END,
};
static const patch_schema_t mutating_webhook_configuration[] = {
    {"metadata", object_meta, 0, NULL},
    {"webhooks", mutating_webhook, PATCH_MERGE, "name"},
    END,
};
static const patch_schema_t validating_admission_policy_spec[] = {
    {"matchConditions", NULL, PATCH_MERGE, "name"},
    {"variables", NULL, PATCH_MERGE, "name"},
    END,
};
static const patch_schema_t validating_admission_policy[] = {
    {"metadata", object_meta, 0, NULL},
    {"spec", validating_admission_policy_spec, 0, NULL},
    END,
};
static const patch_schema_t plain[] = {
    {"metadata", object_meta, 0, NULL},
    END,
};
static const patch_schema_t ephemeral_volume_source[] = {
    {"volumeClaimTemplate", plain, 0, NULL},
    END,
};
static const patch_schema_t volume[] = {
    {"ephemeral", ephemeral_volume_source, 0, NULL},
    END,
};
static const patch_schema_t container[] = {
    {"ports", NULL, PATCH_MERGE, "containerPort"},
    {"env", NULL, PATCH_MERGE, "name"},
    {"volumeMounts", NULL, PATCH_MERGE, "mountPath"},
    {"volumeDevices", NULL, PATCH_MERGE, "devicePath"},
    END,
};
static const patch_schema_t pod_spec[] = {
    {"volumes", volume, PATCH_MERGE | PATCH_RETAIN_KEYS, "name"},
    {"initContainers", container, PATCH_MERGE, "name"},
    {"containers", container, PATCH_MERGE, "name"},
    {"ephemeralContainers", container, PATCH_MERGE, "name"},
    {"imagePullSecrets", NULL, PATCH_MERGE, "name"},
    {"hostAliases", NULL, PATCH_MERGE, "ip"},
    {"topologySpreadConstraints", NULL, PATCH_MERGE, "topologyKey"},
    {"schedulingGates", NULL, PATCH_MERGE, "name"},
    {"resourceClaims", NULL, PATCH_MERGE | PATCH_RETAIN_KEYS, "name"},
    END,
};
static const patch_schema_t pod_template_spec[] = {
    {"metadata", object_meta, 0, NULL},
    {"spec", pod_spec, 0, NULL},
    END,
};
static const patch_schema_t templated_spec[] = {
    {"template", pod_template_spec, 0, NULL},
    END,
};
static const patch_schema_t conditions_status[] = {
    {"conditions", NULL, PATCH_MERGE, "type"},
    END,
};
static const patch_schema_t daemon_set[] = {
    {"metadata", object_meta, 0, NULL},
    {"spec", templated_spec, 0, NULL},
    {"status", conditions_status, 0, NULL},
    END,
};
static const patch_schema_t deployment_spec[] = {
    {"template", pod_template_spec, 0, NULL},
    {"strategy", NULL, PATCH_RETAIN_KEYS, NULL},
    END,
};
static const patch_schema_t deployment[] = {
    {"metadata", object_meta, 0, NULL},
    {"spec", deployment_spec, 0, NULL},
    {"status", conditions_status, 0, NULL},
    END,
};
static const patch_schema_t persistent_volume_claim[] = {
    {"metadata", object_meta, 0, NULL},
    {"status", conditions_status, 0, NULL},
    END,
};
static const patch_schema_t stateful_set_spec[] = {
    {"template", pod_template_spec, 0, NULL},
    {"volumeClaimTemplates", persistent_volume_claim, 0, NULL},
    END,
};
static const patch_schema_t stateful_set[] = {
    {"metadata", object_meta, 0, NULL},
    {"spec", stateful_set_spec, 0, NULL},
    {"status", conditions_status, 0, NULL},
    END,
};
static const patch_schema_t job_template_spec[] = {
    {"metadata", object_meta, 0, NULL},
    {"spec", templated_spec, 0, NULL},
    END,
};
static const patch_schema_t cron_job_spec[] = {
    {"jobTemplate", job_template_spec, 0, NULL},
    END,
};
static const patch_schema_t cron_job[] = {
    {"metadata", object_meta, 0, NULL},
    {"spec", cron_job_spec, 0, NULL},
    END,
};
static const patch_schema_t pod_disruption_budget_spec[] = {
    {"selector", NULL, PATCH_REPLACE, NULL},
    END,
};
static const patch_schema_t pod_disruption_budget[] = {
    {"metadata", object_meta, 0, NULL},
    {"spec", pod_disruption_budget_spec, 0, NULL},
    {"status", conditions_status, 0, NULL},
    END,
};
static const patch_schema_t resource_claim_status[] = {
    {"reservedFor", NULL, PATCH_MERGE, "uid"},
    END,
};
static const patch_schema_t resource_claim[] = {
    {"metadata", object_meta, 0, NULL},
    {"status", resource_claim_status, 0, NULL},
    END,
};
static const patch_schema_t resource_claim_template[] = {
    {"metadata", object_meta, 0, NULL},
    {"spec", plain, 0, NULL},
    END,
};
static const patch_schema_t csi_node_spec[] = {
    {"drivers", NULL, PATCH_MERGE, "name"},
    END,
};
static const patch_schema_t csi_node[] = {
    {"metadata", object_meta, 0, NULL},
    {"spec", csi_node_spec, 0, NULL},
    END,
};
static const patch_schema_t component_status[] = {
    {"metadata", object_meta, 0, NULL},
    {"conditions", NULL, PATCH_MERGE, "type"},
    END,
};
static const patch_schema_t node_spec[] = {
    {"podCIDRs", NULL, PATCH_MERGE, NULL},
    END,
};
static const patch_schema_t node_status[] = {
    {"conditions", NULL, PATCH_MERGE, "type"},
    {"addresses", NULL, PATCH_MERGE, "type"},
    END,
};
static const patch_schema_t node[] = {
    {"metadata", object_meta, 0, NULL},
    {"spec", node_spec, 0, NULL},
    {"status", node_status, 0, NULL},
    END,
};
static const patch_schema_t container_status[] = {
    {"volumeMounts", NULL, PATCH_MERGE, "mountPath"},
    {"allocatedResourcesStatus", NULL, PATCH_MERGE, "name"},
    END,
};
static const patch_schema_t pod_status[] = {
    {"conditions", NULL, PATCH_MERGE, "type"},
    {"hostIPs", NULL, PATCH_MERGE, "ip"},
    {"podIPs", NULL, PATCH_MERGE, "ip"},
    {"initContainerStatuses", container_status, 0, NULL},
    {"containerStatuses", container_status, 0, NULL},
    {"ephemeralContainerStatuses", container_status, 0, NULL},
    {"resourceClaimStatuses", NULL, PATCH_MERGE | PATCH_RETAIN_KEYS, "name"},
    END,
};
static const patch_schema_t pod[] = {
    {"metadata", object_meta, 0, NULL},
    {"spec", pod_spec, 0, NULL},
    {"status", pod_status, 0, NULL},
    END,
};
static const patch_schema_t pod_status_result[] = {
    {"metadata", object_meta, 0, NULL},
    {"status", pod_status, 0, NULL},
    END,
};
static const patch_schema_t pod_template[] = {
    {"metadata", object_meta, 0, NULL},
    {"template", pod_template_spec, 0, NULL},
    END,
};
static const patch_schema_t service_spec[] = {
    {"ports", NULL, PATCH_MERGE, "port"},
    END,
};
static const patch_schema_t service[] = {
    {"metadata", object_meta, 0, NULL},
    {"spec", service_spec, 0, NULL},
    {"status", conditions_status, 0, NULL},
    END,
};
static const patch_schema_t service_account[] = {
    {"metadata", object_meta, 0, NULL},
    {"secrets", NULL, PATCH_MERGE, "name"},
    END,
};

static const struct {
    const char *api_version, *kind;
    const patch_schema_t *schema;
} kinds[] = {
    {"admissionregistration.k8s.io/v1", "MutatingWebhookConfiguration", mutating_webhook_configuration},
    {"admissionregistration.k8s.io/v1", "ValidatingAdmissionPolicy", validating_admission_policy},
    {"admissionregistration.k8s.io/v1", "ValidatingAdmissionPolicyBinding", plain},
    {"admissionregistration.k8s.io/v1", "ValidatingWebhookConfiguration", mutating_webhook_configuration},
    {"admissionregistration.k8s.io/v1alpha1", "ValidatingAdmissionPolicy", validating_admission_policy},
    {"admissionregistration.k8s.io/v1alpha1", "ValidatingAdmissionPolicyBinding", plain},
    {"admissionregistration.k8s.io/v1beta1", "MutatingWebhookConfiguration", mutating_webhook_configuration},
    {"admissionregistration.k8s.io/v1beta1", "ValidatingAdmissionPolicy", validating_admission_policy},
    {"admissionregistration.k8s.io/v1beta1", "ValidatingAdmissionPolicyBinding", plain},
    {"admissionregistration.k8s.io/v1beta1", "ValidatingWebhookConfiguration", mutating_webhook_configuration},
    {"apps/v1", "ControllerRevision", plain},
    {"apps/v1", "DaemonSet", daemon_set},
    {"apps/v1", "Deployment", deployment},
    {"apps/v1", "ReplicaSet", daemon_set},
    {"apps/v1", "StatefulSet", stateful_set},
    {"apps/v1beta1", "ControllerRevision", plain},
    {"apps/v1beta1", "Deployment", deployment},
    {"apps/v1beta1", "Scale", plain},
    {"apps/v1beta1", "StatefulSet", stateful_set},
    {"apps/v1beta2", "ControllerRevision", plain},
    {"apps/v1beta2", "DaemonSet", daemon_set},
    {"apps/v1beta2", "Deployment", deployment},
    {"apps/v1beta2", "ReplicaSet", daemon_set},
    {"apps/v1beta2", "Scale", plain},
    {"apps/v1beta2", "StatefulSet", stateful_set},
    {"authentication.k8s.io/v1", "SelfSubjectReview", plain},
    {"authentication.k8s.io/v1", "TokenRequest", plain},
    {"authentication.k8s.io/v1", "TokenReview", plain},
    {"authentication.k8s.io/v1alpha1", "SelfSubjectReview", plain},
    {"authentication.k8s.io/v1beta1", "SelfSubjectReview", plain},
    {"authentication.k8s.io/v1beta1", "TokenReview", plain},
    {"authorization.k8s.io/v1", "LocalSubjectAccessReview", plain},
    {"authorization.k8s.io/v1", "SelfSubjectAccessReview", plain},
    {"authorization.k8s.io/v1", "SelfSubjectRulesReview", plain},
    {"authorization.k8s.io/v1", "SubjectAccessReview", plain},
    {"authorization.k8s.io/v1beta1", "LocalSubjectAccessReview", plain},
    {"authorization.k8s.io/v1beta1", "SelfSubjectAccessReview", plain},
    {"authorization.k8s.io/v1beta1", "SelfSubjectRulesReview", plain},
    {"authorization.k8s.io/v1beta1", "SubjectAccessReview", plain},
    {"autoscaling/v1", "HorizontalPodAutoscaler", plain},
    {"autoscaling/v1", "Scale", plain},
    {"autoscaling/v2", "HorizontalPodAutoscaler", persistent_volume_claim},
    {"autoscaling/v2beta1", "HorizontalPodAutoscaler", plain},
    {"autoscaling/v2beta2", "HorizontalPodAutoscaler", plain},
    {"batch/v1", "CronJob", cron_job},
    {"batch/v1", "Job", daemon_set},
    {"batch/v1beta1", "CronJob", cron_job},
    {"certificates.k8s.io/v1", "CertificateSigningRequest", plain},
    {"certificates.k8s.io/v1alpha1", "ClusterTrustBundle", plain},
    {"certificates.k8s.io/v1beta1", "CertificateSigningRequest", plain},
    {"coordination.k8s.io/v1", "Lease", plain},
    {"coordination.k8s.io/v1alpha1", "LeaseCandidate", plain},
    {"coordination.k8s.io/v1beta1", "Lease", plain},
    {"discovery.k8s.io/v1", "EndpointSlice", plain},
    {"discovery.k8s.io/v1beta1", "EndpointSlice", plain},
    {"events.k8s.io/v1", "Event", plain},
    {"events.k8s.io/v1beta1", "Event", plain},
    {"extensions/v1beta1", "DaemonSet", daemon_set},
    {"extensions/v1beta1", "Deployment", deployment},
    {"extensions/v1beta1", "Ingress", plain},
    {"extensions/v1beta1", "NetworkPolicy", plain},
    {"extensions/v1beta1", "ReplicaSet", daemon_set},
    {"extensions/v1beta1", "Scale", plain},
    {"flowcontrol.apiserver.k8s.io/v1", "FlowSchema", persistent_volume_claim},
    {"flowcontrol.apiserver.k8s.io/v1", "PriorityLevelConfiguration", persistent_volume_claim},
    {"flowcontrol.apiserver.k8s.io/v1beta1", "FlowSchema", plain},
    {"flowcontrol.apiserver.k8s.io/v1beta1", "PriorityLevelConfiguration", plain},
    {"flowcontrol.apiserver.k8s.io/v1beta2", "FlowSchema", plain},
    {"flowcontrol.apiserver.k8s.io/v1beta2", "PriorityLevelConfiguration", plain},
    {"flowcontrol.apiserver.k8s.io/v1beta3", "FlowSchema", persistent_volume_claim},
    {"flowcontrol.apiserver.k8s.io/v1beta3", "PriorityLevelConfiguration", persistent_volume_claim},
    {"internal.apiserver.k8s.io/v1alpha1", "StorageVersion", plain},
    {"networking.k8s.io/v1", "Ingress", plain},
    {"networking.k8s.io/v1", "IngressClass", plain},
    {"networking.k8s.io/v1", "NetworkPolicy", plain},
    {"networking.k8s.io/v1alpha1", "IPAddress", plain},
    {"networking.k8s.io/v1alpha1", "ServiceCIDR", persistent_volume_claim},
    {"networking.k8s.io/v1beta1", "IPAddress", plain},
    {"networking.k8s.io/v1beta1", "Ingress", plain},
    {"networking.k8s.io/v1beta1", "IngressClass", plain},
    {"networking.k8s.io/v1beta1", "ServiceCIDR", persistent_volume_claim},
    {"node.k8s.io/v1", "RuntimeClass", plain},
    {"node.k8s.io/v1alpha1", "RuntimeClass", plain},
    {"node.k8s.io/v1beta1", "RuntimeClass", plain},
    {"policy/v1", "Eviction", plain},
    {"policy/v1", "PodDisruptionBudget", pod_disruption_budget},
    {"policy/v1beta1", "Eviction", plain},
    {"policy/v1beta1", "PodDisruptionBudget", persistent_volume_claim},
    {"rbac.authorization.k8s.io/v1", "ClusterRole", plain},
    {"rbac.authorization.k8s.io/v1", "ClusterRoleBinding", plain},
    {"rbac.authorization.k8s.io/v1", "Role", plain},
    {"rbac.authorization.k8s.io/v1", "RoleBinding", plain},
    {"rbac.authorization.k8s.io/v1alpha1", "ClusterRole", plain},
    {"rbac.authorization.k8s.io/v1alpha1", "ClusterRoleBinding", plain},
    {"rbac.authorization.k8s.io/v1alpha1", "Role", plain},
    {"rbac.authorization.k8s.io/v1alpha1", "RoleBinding", plain},
    {"rbac.authorization.k8s.io/v1beta1", "ClusterRole", plain},
    {"rbac.authorization.k8s.io/v1beta1", "ClusterRoleBinding", plain},
    {"rbac.authorization.k8s.io/v1beta1", "Role", plain},
    {"rbac.authorization.k8s.io/v1beta1", "RoleBinding", plain},
    {"resource.k8s.io/v1alpha3", "DeviceClass", plain},
    {"resource.k8s.io/v1alpha3", "PodSchedulingContext", plain},
    {"resource.k8s.io/v1alpha3", "ResourceClaim", resource_claim},
    {"resource.k8s.io/v1alpha3", "ResourceClaimTemplate", resource_claim_template},
    {"resource.k8s.io/v1alpha3", "ResourceSlice", plain},
    {"scheduling.k8s.io/v1", "PriorityClass", plain},
    {"scheduling.k8s.io/v1alpha1", "PriorityClass", plain},
    {"scheduling.k8s.io/v1beta1", "PriorityClass", plain},
    {"storage.k8s.io/v1", "CSIDriver", plain},
    {"storage.k8s.io/v1", "CSINode", csi_node},
    {"storage.k8s.io/v1", "CSIStorageCapacity", plain},
    {"storage.k8s.io/v1", "StorageClass", plain},
    {"storage.k8s.io/v1", "VolumeAttachment", plain},
    {"storage.k8s.io/v1alpha1", "CSIStorageCapacity", plain},
    {"storage.k8s.io/v1alpha1", "VolumeAttachment", plain},
    {"storage.k8s.io/v1alpha1", "VolumeAttributesClass", plain},
    {"storage.k8s.io/v1beta1", "CSIDriver", plain},
    {"storage.k8s.io/v1beta1", "CSINode", csi_node},
    {"storage.k8s.io/v1beta1", "CSIStorageCapacity", plain},
    {"storage.k8s.io/v1beta1", "StorageClass", plain},
    {"storage.k8s.io/v1beta1", "VolumeAttachment", plain},
    {"storage.k8s.io/v1beta1", "VolumeAttributesClass", plain},
    {"storagemigration.k8s.io/v1alpha1", "StorageVersionMigration", persistent_volume_claim},
    {"v1", "Binding", plain},
    {"v1", "ComponentStatus", component_status},
    {"v1", "ConfigMap", plain},
    {"v1", "Endpoints", plain},
    {"v1", "Event", plain},
    {"v1", "LimitRange", plain},
    {"v1", "Namespace", persistent_volume_claim},
    {"v1", "Node", node},
    {"v1", "PersistentVolume", plain},
    {"v1", "PersistentVolumeClaim", persistent_volume_claim},
    {"v1", "Pod", pod},
    {"v1", "PodStatusResult", pod_status_result},
    {"v1", "PodTemplate", pod_template},
    {"v1", "RangeAllocation", plain},
    {"v1", "ReplicationController", daemon_set},
    {"v1", "ResourceQuota", plain},
    {"v1", "Secret", plain},
    {"v1", "Service", service},
    {"v1", "ServiceAccount", service_account},
};

const patch_schema_t *patch_schema_find(str_t api_version, str_t kind) {
    for (size_t i = 0; i < sizeof kinds / sizeof *kinds; i++)
        if (str_eqc(kind, kinds[i].kind) && str_eqc(api_version, kinds[i].api_version))
            return kinds[i].schema;
    return NULL;
}

const patch_schema_t *patch_schema_field(const patch_schema_t *schema, str_t name) {
    static const patch_schema_t none = END;
    for (; schema && schema->name; schema++)
        if (str_eqc(name, schema->name))
            return schema;
    return &none;
}
