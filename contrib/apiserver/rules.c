#include "contrib/apiserver/defaults.h"
#include "contrib/apiserver/prepare.h"
#include "contrib/apiserver/validate.h"

static const rules_t table[] = {
    {"ConfigMap", NULL, NULL, validate_configmap},
    {"Endpoints", default_endpoints, NULL, validate_endpoints},
    {"Event", NULL, NULL, validate_event},
    {"Event.events.k8s.io", NULL, NULL, validate_new_event},
    {"LimitRange", default_limitrange, NULL, NULL},
    {"Namespace", default_namespace, prepare_namespace, NULL},
    {"PersistentVolume", default_persistentvolume, prepare_persistentvolume, validate_persistentvolume},
    {"PersistentVolumeClaim", default_persistentvolumeclaim, prepare_persistentvolumeclaim,
     validate_persistentvolumeclaim},
    {"Pod", default_pod, prepare_pod, validate_pod},
    {"PodTemplate", default_podtemplate, NULL, validate_podtemplate},
    {"ReplicationController", default_replicationcontroller, NULL, validate_replicationcontroller},
    {"ResourceQuota", NULL, NULL, NULL},
    {"Secret", default_secret, NULL, validate_secret},
    {"Service", default_service, prepare_service, validate_service},
    {"ControllerRevision.apps", NULL, NULL, validate_controllerrevision},
    {"DaemonSet.apps", default_daemonset, prepare_daemonset, validate_daemonset},
    {"Deployment.apps", default_deployment, NULL, validate_deployment},
    {"ReplicaSet.apps", default_replicaset, NULL, validate_replicaset},
    {"StatefulSet.apps", default_statefulset, NULL, validate_statefulset},
    {"CronJob.batch", default_cronjob, NULL, validate_cronjob},
    {"Job.batch", default_job, prepare_job, validate_job},
    {"HorizontalPodAutoscaler.autoscaling", default_hpa, NULL, validate_hpa},
    {"Ingress.networking.k8s.io", NULL, NULL, validate_ingress},
    {"IngressClass.networking.k8s.io", default_ingressclass, NULL, validate_ingressclass},
    {"NetworkPolicy.networking.k8s.io", default_networkpolicy, NULL, validate_networkpolicy},
    {"PodDisruptionBudget.policy", NULL, NULL, validate_pdb},
    {"Role.rbac.authorization.k8s.io", NULL, NULL, validate_role},
    {"ClusterRole.rbac.authorization.k8s.io", NULL, NULL, validate_clusterrole},
    {"RoleBinding.rbac.authorization.k8s.io", default_binding, NULL, validate_binding},
    {"ClusterRoleBinding.rbac.authorization.k8s.io", default_binding, NULL, validate_clusterbinding},
    {"StorageClass.storage.k8s.io", default_storageclass, NULL, validate_storageclass},
    {"CSIDriver.storage.k8s.io", default_csidriver, NULL, NULL},
    {"PriorityClass.scheduling.k8s.io", default_priorityclass, prepare_priorityclass, validate_priorityclass},
    {"Lease.coordination.k8s.io", NULL, NULL, validate_lease},
    {"EndpointSlice.discovery.k8s.io", default_endpointslice, NULL, validate_endpointslice},
    {"MutatingWebhookConfiguration.admissionregistration.k8s.io", default_webhooks, NULL, NULL},
    {"ValidatingWebhookConfiguration.admissionregistration.k8s.io", default_webhooks, NULL, NULL},
    {"CustomResourceDefinition.apiextensions.k8s.io", crd_defaults, crd_prepare, crd_check},
};

const rules_t *rules_find(str_t group_kind) {
    for (size_t i = 0; i < sizeof table / sizeof *table; i++)
        if (str_eqc(group_kind, table[i].group_kind))
            return &table[i];
    return NULL;
}
