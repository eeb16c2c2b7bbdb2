#include "contrib/apiserver/resources.h"

#include "contrib/apiserver/convert.h"
#include "contrib/apiserver/state.h"
#include "reactor/base/mem.h"

#include <stdio.h>

enum {
    S = RESOURCE_STATUS,
    X = RESOURCE_SCALE,
    C = RESOURCE_CLUSTER,
    G = RESOURCE_GENERATION,
    A = RESOURCE_ANNOTATIONS,
    R = RESOURCE_RETURNS,
    U = RESOURCE_UNCONDITIONAL,
    P = RESOURCE_CREATE_ON_UPDATE,
    V = RESOURCE_VIRTUAL,
    N = RESOURCE_NO_COLLECTION,
    O = RESOURCE_ORPHAN,
};

/* In the order of discovery. An empty type: the kind's name. */
static const struct builtin {
    const char *group, *version, *plural, *singular, *kind, *type, *shorts, *categories;
    unsigned flags;
} builtins[] = {
    {"", "v1", "bindings", "binding", "Binding", "", "", "", V},
    {"", "v1", "configmaps", "configmap", "ConfigMap", "", "cm", "", U},
    {"", "v1", "endpoints", "endpoints", "Endpoints", "", "ep", "", U | P},
    {"", "v1", "events", "event", "Event", "", "ev", "", U | P},
    {"", "v1", "limitranges", "limitrange", "LimitRange", "", "limits", "", U | P},
    {"", "v1", "namespaces", "namespace", "Namespace", "", "ns", "", S | C | R | U | N},
    {"", "v1", "nodes", "node", "Node", "", "no", "", S | C | U},
    {"", "v1", "persistentvolumeclaims", "persistentvolumeclaim", "PersistentVolumeClaim", "", "pvc", "", S | R | U},
    {"", "v1", "persistentvolumes", "persistentvolume", "PersistentVolume", "", "pv", "", S | C | R | U},
    {"", "v1", "pods", "pod", "Pod", "", "po", "all", S | R | U},
    {"", "v1", "podtemplates", "podtemplate", "PodTemplate", "", "", "", R | U | G},
    {"", "v1", "replicationcontrollers", "replicationcontroller", "ReplicationController", "", "rc", "all",
     S | X | U | G | O},
    {"", "v1", "resourcequotas", "resourcequota", "ResourceQuota", "", "quota", "", S | R | U},
    {"", "v1", "secrets", "secret", "Secret", "", "", "", U},
    {"", "v1", "serviceaccounts", "serviceaccount", "ServiceAccount", "", "sa", "", R | U},
    {"", "v1", "services", "service", "Service", "", "svc", "all", S | R | U | P},
    {"apps", "v1", "controllerrevisions", "controllerrevision", "ControllerRevision", "", "", "", U},
    {"apps", "v1", "daemonsets", "daemonset", "DaemonSet", "", "ds", "all", S | U | G},
    {"apps", "v1", "deployments", "deployment", "Deployment", "", "deploy", "all", S | X | U | G | A},
    {"apps", "v1", "replicasets", "replicaset", "ReplicaSet", "", "rs", "all", S | X | U | G},
    {"apps", "v1", "statefulsets", "statefulset", "StatefulSet", "", "sts", "all", S | X | U | G},
    {"events.k8s.io", "v1", "events", "event", "Event", "EventsEvent", "ev", "", U | P},
    {"autoscaling", "v2", "horizontalpodautoscalers", "horizontalpodautoscaler", "HorizontalPodAutoscaler", "", "hpa",
     "all", S | U},
    {"autoscaling", "v1", "horizontalpodautoscalers", "horizontalpodautoscaler", "HorizontalPodAutoscaler",
     "V1HorizontalPodAutoscaler", "hpa", "all", S | U},
    {"batch", "v1", "cronjobs", "cronjob", "CronJob", "", "cj", "all", S | U | G},
    {"batch", "v1", "jobs", "job", "Job", "", "", "all", S | U | G | O},
    {"networking.k8s.io", "v1", "ingressclasses", "ingressclass", "IngressClass", "", "", "", C | U | G},
    {"networking.k8s.io", "v1", "ingresses", "ingress", "Ingress", "", "ing", "", S | U | G},
    {"networking.k8s.io", "v1", "networkpolicies", "networkpolicy", "NetworkPolicy", "", "netpol", "", U | G},
    {"policy", "v1", "poddisruptionbudgets", "poddisruptionbudget", "PodDisruptionBudget", "", "pdb", "", S | G},
    {"rbac.authorization.k8s.io", "v1", "clusterrolebindings", "clusterrolebinding", "ClusterRoleBinding", "", "", "",
     C | U | P},
    {"rbac.authorization.k8s.io", "v1", "clusterroles", "clusterrole", "ClusterRole", "", "", "", C | U | P},
    {"rbac.authorization.k8s.io", "v1", "rolebindings", "rolebinding", "RoleBinding", "", "", "", U | P},
    {"rbac.authorization.k8s.io", "v1", "roles", "role", "Role", "", "", "", U | P},
    {"storage.k8s.io", "v1", "csidrivers", "csidriver", "CSIDriver", "", "", "", C | R},
    {"storage.k8s.io", "v1", "csinodes", "csinode", "CSINode", "", "", "", C | R},
    {"storage.k8s.io", "v1", "csistoragecapacities", "csistoragecapacity", "CSIStorageCapacity", "", "", "", 0},
    {"storage.k8s.io", "v1", "storageclasses", "storageclass", "StorageClass", "", "sc", "", C | R | U},
    {"storage.k8s.io", "v1", "volumeattachments", "volumeattachment", "VolumeAttachment", "", "", "", S | C | R},
    {"admissionregistration.k8s.io", "v1", "mutatingwebhookconfigurations", "mutatingwebhookconfiguration",
     "MutatingWebhookConfiguration", "", "", "api-extensions", C | G},
    {"admissionregistration.k8s.io", "v1", "validatingadmissionpolicies", "validatingadmissionpolicy",
     "ValidatingAdmissionPolicy", "", "", "api-extensions", S | C | G},
    {"admissionregistration.k8s.io", "v1", "validatingadmissionpolicybindings", "validatingadmissionpolicybinding",
     "ValidatingAdmissionPolicyBinding", "", "", "api-extensions", C | G},
    {"admissionregistration.k8s.io", "v1", "validatingwebhookconfigurations", "validatingwebhookconfiguration",
     "ValidatingWebhookConfiguration", "", "", "api-extensions", C | G},
    {"apiextensions.k8s.io", "v1", "customresourcedefinitions", "customresourcedefinition", "CustomResourceDefinition",
     "XCustomResourceDefinition", "crd crds", "api-extensions", S | C | G},
    {"scheduling.k8s.io", "v1", "priorityclasses", "priorityclass", "PriorityClass", "", "pc", "", C | U},
    {"coordination.k8s.io", "v1", "leases", "lease", "Lease", "", "", "", P},
    {"node.k8s.io", "v1", "runtimeclasses", "runtimeclass", "RuntimeClass", "", "", "", C | P},
    {"discovery.k8s.io", "v1", "endpointslices", "endpointslice", "EndpointSlice", "", "", "", U | G},
    {"certificates.k8s.io", "v1", "certificatesigningrequests", "certificatesigningrequest",
     "CertificateSigningRequest", "", "csr", "", S | C | U},
    {"authentication.k8s.io", "v1", "selfsubjectreviews", "selfsubjectreview", "SelfSubjectReview", "", "", "", V | C},
    {"authentication.k8s.io", "v1", "tokenreviews", "tokenreview", "TokenReview", "", "", "", V | C},
    {"authorization.k8s.io", "v1", "localsubjectaccessreviews", "localsubjectaccessreview", "LocalSubjectAccessReview",
     "", "", "", V},
    {"authorization.k8s.io", "v1", "selfsubjectaccessreviews", "selfsubjectaccessreview", "SelfSubjectAccessReview", "",
     "", "", V | C},
    {"authorization.k8s.io", "v1", "selfsubjectrulesreviews", "selfsubjectrulesreview", "SelfSubjectRulesReview", "",
     "", "", V | C},
    {"authorization.k8s.io", "v1", "subjectaccessreviews", "subjectaccessreview", "SubjectAccessReview", "", "", "",
     V | C},
};

static str_t qualified(arena_t *a, str_t name, str_t group) {
    return group.n ? arena_printf(a, STR_FMT "." STR_FMT, STR_ARG(name), STR_ARG(group)) : name;
}

void resource_add(apiserver_t *s, resource_t *r) {
    arena_t *a = r->crd ? crd_arena(r->crd) : s->arena;
    r->api_version =
        r->group.n ? arena_printf(a, STR_FMT "/" STR_FMT, STR_ARG(r->group), STR_ARG(r->version)) : r->version;
    r->group_resource = qualified(a, r->plural, r->group);
    r->group_kind = qualified(a, r->kind, r->group);
    if (!r->list_kind.n)
        r->list_kind = arena_concat(a, r->kind, STR("List"));
    if (!(r->flags & RESOURCE_VIRTUAL)) {
        r->store = storage_store(s->storage, r->group, r->plural);
        if (!r->store->resource)
            r->store->resource = r;
    }
    resource_t **end = &s->resources;
    while (*end)
        end = &(*end)->next;
    *end = r;
    str_t key = arena_printf(a, STR_FMT "/" STR_FMT, STR_ARG(r->api_version), STR_ARG(r->plural));
    if (!table_put(s->by_path, key, r, NULL))
        mem_die(64);
}

void resource_drop(apiserver_t *s, resource_t *r) {
    for (resource_t **at = &s->resources; *at; at = &(*at)->next)
        if (*at == r) {
            *at = r->next;
            break;
        }
    char key[1024];
    int n = snprintf(key, sizeof key, STR_FMT "/" STR_FMT, STR_ARG(r->api_version), STR_ARG(r->plural));
    table_remove(s->by_path, str_n(key, n > 0 && (size_t)n < sizeof key ? (size_t)n : 0));
    if (r->store && r->store->resource == r)
        r->store->resource = NULL;
}

resource_t *resource_find(const apiserver_t *s, str_t group, str_t version, str_t plural) {
    char key[1024];
    int n = snprintf(key, sizeof key, STR_FMT "%s" STR_FMT "/" STR_FMT, STR_ARG(group), group.n ? "/" : "",
                     STR_ARG(version), STR_ARG(plural));
    return n > 0 && (size_t)n < sizeof key ? table_get(s->by_path, str_n(key, (size_t)n)) : NULL;
}

resource_t *resource_of_kind(const apiserver_t *s, str_t api_version, str_t kind) {
    for (resource_t *r = s->resources; r; r = r->next)
        if (str_eq(r->kind, kind) && str_eq(r->api_version, api_version))
            return r;
    return NULL;
}

void resources_create(apiserver_t *s) {
    for (size_t i = 0; i < sizeof builtins / sizeof *builtins; i++) {
        const struct builtin *b = &builtins[i];
        resource_t *r = arena_new(s->arena, resource_t);
        r->group = str_c(b->group);
        r->version = str_c(b->version);
        r->plural = str_c(b->plural);
        r->singular = str_c(b->singular);
        r->kind = str_c(b->kind);
        r->shorts = str_c(b->shorts);
        r->categories = str_c(b->categories);
        r->flags = b->flags;
        r->type = types_get(s->types, str_c(*b->type ? b->type : b->kind));
        resource_add(s, r);
        r->rules = rules_find(r->group_kind);
        convert_bind(s, r);
    }
}
