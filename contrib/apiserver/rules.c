#include "contrib/apiserver/defaults.h"
#include "contrib/apiserver/prepare.h"

static const rules_t table[] = {
    {"ConfigMap", NULL, NULL, NULL},
    {"Endpoints", default_endpoints, NULL, NULL},
    {"Event", NULL, NULL, NULL},
    {"LimitRange", default_limitrange, NULL, NULL},
    {"Namespace", default_namespace, prepare_namespace, NULL},
    {"PersistentVolume", default_persistentvolume, prepare_persistentvolume, NULL},
    {"PersistentVolumeClaim", default_persistentvolumeclaim, prepare_persistentvolumeclaim, NULL},
    {"Pod", default_pod, prepare_pod, NULL},
    {"PodTemplate", default_podtemplate, NULL, NULL},
    {"ReplicationController", default_replicationcontroller, NULL, NULL},
    {"ResourceQuota", NULL, NULL, NULL},
    {"Secret", default_secret, NULL, NULL},
    {"Service", default_service, prepare_service, NULL},
    {"DaemonSet.apps", default_daemonset, prepare_daemonset, NULL},
    {"Deployment.apps", default_deployment, NULL, NULL},
    {"ReplicaSet.apps", default_replicaset, NULL, NULL},
    {"StatefulSet.apps", default_statefulset, NULL, NULL},
    {"CronJob.batch", default_cronjob, NULL, NULL},
    {"Job.batch", default_job, prepare_job, NULL},
    {"HorizontalPodAutoscaler.autoscaling", default_hpa, NULL, NULL},
    {"Ingress.networking.k8s.io", NULL, NULL, NULL},
    {"IngressClass.networking.k8s.io", default_ingressclass, NULL, NULL},
    {"NetworkPolicy.networking.k8s.io", default_networkpolicy, NULL, NULL},
    {"PodDisruptionBudget.policy", NULL, NULL, NULL},
    {"Role.rbac.authorization.k8s.io", NULL, NULL, NULL},
    {"ClusterRole.rbac.authorization.k8s.io", NULL, NULL, NULL},
    {"RoleBinding.rbac.authorization.k8s.io", default_binding, NULL, NULL},
    {"ClusterRoleBinding.rbac.authorization.k8s.io", default_binding, NULL, NULL},
    {"StorageClass.storage.k8s.io", default_storageclass, NULL, NULL},
    {"CSIDriver.storage.k8s.io", default_csidriver, NULL, NULL},
    {"PriorityClass.scheduling.k8s.io", default_priorityclass, prepare_priorityclass, NULL},
    {"Lease.coordination.k8s.io", NULL, NULL, NULL},
    {"EndpointSlice.discovery.k8s.io", default_endpointslice, NULL, NULL},
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
