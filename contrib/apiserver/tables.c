#include "contrib/apiserver/tables.h"

#include "contrib/apiserver/cells.h"
#include "contrib/apiserver/crd.h"
#include "contrib/apiserver/jsonpath.h"
#include "contrib/apiserver/output.h"
#include "contrib/apiserver/storage.h"

typedef enum column_type { COLUMN_STRING, COLUMN_INTEGER, COLUMN_BOOLEAN, COLUMN_DATE } column_type_t;

/* A cell is what a function makes, or the value at a path: as text, or as a number where the text says `number`. A path
 * of "age" is the time since creation; "#path" counts. */
typedef struct column {
    const char *name;
    column_type_t type;
    int priority;
    cell_fn cell;
    const char *path;
    const char *absent; /* shown where the path leads nowhere */
} column_t;

enum { MOST = 11 };
typedef struct layout {
    const char *group_resource;
    column_t columns[MOST];
} layout_t;

#define S COLUMN_STRING
#define I COLUMN_INTEGER
#define B COLUMN_BOOLEAN
#define NAME                                                                                                           \
    { "Name", S, 0, NULL, "metadata.name", "" }
#define AGE                                                                                                            \
    { "Age", S, 0, NULL, "age", "" }
#define TEXT(name, path, absent)                                                                                       \
    { name, S, 0, NULL, path, absent }
#define WIDE(name, path, absent)                                                                                       \
    { name, S, 1, NULL, path, absent }
#define INT(name, path)                                                                                                \
    { name, I, 0, NULL, path, NULL }
#define NUM(name, path)                                                                                                \
    { name, S, 0, NULL, path, NULL }
#define CELL(name, fn)                                                                                                 \
    { name, S, 0, fn, NULL, NULL }
#define WCELL(name, fn)                                                                                                \
    { name, S, 1, fn, NULL, NULL }
#define CONTAINERS WCELL("Containers", cell_containers), WCELL("Images", cell_images)
#define SELECTOR WCELL("Selector", cell_selector)

static const layout_t layouts[] = {
    {"pods",
     {NAME, CELL("Ready", cell_pod_ready), CELL("Status", cell_pod_status), CELL("Restarts", cell_pod_restarts), AGE,
      WCELL("IP", cell_pod_ip), WIDE("Node", "spec.nodeName", "<none>"),
      WIDE("Nominated Node", "status.nominatedNodeName", "<none>"), WCELL("Readiness Gates", cell_pod_gates)}},
    {"podtemplates",
     {NAME, CELL("Containers", cell_containers), CELL("Images", cell_images),
      CELL("Pod Labels", cell_template_labels)}},
    {"poddisruptionbudgets.policy",
     {NAME, CELL("Min Available", cell_pdb_min), CELL("Max Unavailable", cell_pdb_max),
      INT("Allowed Disruptions", "status.disruptionsAllowed"), AGE}},
    {"replicationcontrollers",
     {NAME, INT("Desired", "spec.replicas"), INT("Current", "status.replicas"), INT("Ready", "status.readyReplicas"),
      AGE, CONTAINERS, WCELL("Selector", cell_map_selector)}},
    {"replicasets.apps",
     {NAME, INT("Desired", "spec.replicas"), INT("Current", "status.replicas"), INT("Ready", "status.readyReplicas"),
      AGE, CONTAINERS, SELECTOR}},
    {"daemonsets.apps",
     {NAME, INT("Desired", "status.desiredNumberScheduled"), INT("Current", "status.currentNumberScheduled"),
      INT("Ready", "status.numberReady"), INT("Up-to-date", "status.updatedNumberScheduled"),
      INT("Available", "status.numberAvailable"), CELL("Node Selector", cell_node_selector), AGE, CONTAINERS,
      SELECTOR}},
    {"deployments.apps",
     {NAME, CELL("Ready", cell_ready), NUM("Up-to-date", "status.updatedReplicas"),
      NUM("Available", "status.availableReplicas"), AGE, CONTAINERS, SELECTOR}},
    {"statefulsets.apps", {NAME, CELL("Ready", cell_ready), AGE, CONTAINERS}},
    {"controllerrevisions.apps", {NAME, CELL("Controller", cell_owner), NUM("Revision", "revision"), AGE}},
    {"jobs.batch",
     {NAME, CELL("Status", cell_job_status), CELL("Completions", cell_job_completions),
      CELL("Duration", cell_job_duration), AGE, CONTAINERS, SELECTOR}},
    {"cronjobs.batch",
     {NAME,
      TEXT("Schedule", "spec.schedule", ""),
      TEXT("Timezone", "spec.timeZone", "<none>"),
      {"Suspend", B, 0, cell_suspend, NULL, NULL},
      INT("Active", "#status.active"),
      CELL("Last Schedule", cell_schedule_age),
      AGE,
      CONTAINERS,
      SELECTOR}},
    {"services",
     {NAME, TEXT("Type", "spec.type", ""), CELL("Cluster-IP", cell_service_ip),
      CELL("External-IP", cell_service_external), CELL("Port(s)", cell_service_ports), AGE,
      WCELL("Selector", cell_map_selector)}},
    {"ingresses.networking.k8s.io",
     {NAME, TEXT("Class", "spec.ingressClassName", "<none>"), CELL("Hosts", cell_ingress_hosts),
      CELL("Address", cell_ingress_address), CELL("Ports", cell_ingress_ports), AGE}},
    {"ingressclasses.networking.k8s.io",
     {NAME, TEXT("Controller", "spec.controller", ""), CELL("Parameters", cell_class_parameters), AGE}},
    {"networkpolicies.networking.k8s.io", {NAME, CELL("Pod-Selector", cell_pod_selector), AGE}},
    {"endpoints", {NAME, CELL("Endpoints", cell_endpoints), AGE}},
    {"endpointslices.discovery.k8s.io",
     {NAME, TEXT("AddressType", "addressType", ""), CELL("Ports", cell_slice_ports),
      CELL("Endpoints", cell_slice_endpoints), AGE}},
    {"nodes",
     {NAME, CELL("Status", cell_node_status), CELL("Roles", cell_node_roles), AGE,
      TEXT("Version", "status.nodeInfo.kubeletVersion", ""), WIDE("Internal-IP", "", "<none>"),
      WIDE("External-IP", "", "<none>"), WIDE("OS-Image", "status.nodeInfo.osImage", "<unknown>"),
      WIDE("Kernel-Version", "status.nodeInfo.kernelVersion", "<unknown>"),
      WIDE("Container-Runtime", "status.nodeInfo.containerRuntimeVersion", "<unknown>")}},
    {"events",
     {CELL("Last Seen", cell_event_last), TEXT("Type", "type", ""), TEXT("Reason", "reason", ""),
      CELL("Object", cell_event_object), WIDE("Subobject", "involvedObject.fieldPath", ""),
      WCELL("Source", cell_event_source), CELL("Message", cell_event_message), WCELL("First Seen", cell_event_first),
      WCELL("Count", cell_event_count), WIDE("Name", "metadata.name", "")}},
    {"namespaces", {NAME, TEXT("Status", "status.phase", ""), AGE}},
    {"secrets", {NAME, TEXT("Type", "type", ""), NUM("Data", "#data"), AGE}},
    {"serviceaccounts", {NAME, NUM("Secrets", "#secrets"), AGE}},
    {"configmaps", {NAME, CELL("Data", cell_configmap_data), AGE}},
    {"persistentvolumes",
     {NAME, TEXT("Capacity", "spec.capacity.storage", "0"), CELL("Access Modes", cell_volume_modes),
      TEXT("Reclaim Policy", "spec.persistentVolumeReclaimPolicy", ""), CELL("Status", cell_phase),
      CELL("Claim", cell_volume_claim), TEXT("StorageClass", "spec.storageClassName", ""),
      TEXT("VolumeAttributesClass", "spec.volumeAttributesClassName", "<unset>"), TEXT("Reason", "status.reason", ""),
      AGE, WIDE("VolumeMode", "spec.volumeMode", "<unset>")}},
    {"persistentvolumeclaims",
     {NAME, CELL("Status", cell_phase), TEXT("Volume", "spec.volumeName", ""), CELL("Capacity", cell_claim_capacity),
      CELL("Access Modes", cell_claim_modes), TEXT("StorageClass", "spec.storageClassName", ""),
      TEXT("VolumeAttributesClass", "spec.volumeAttributesClassName", "<unset>"), AGE,
      WIDE("VolumeMode", "spec.volumeMode", "<unset>")}},
    {"horizontalpodautoscalers.autoscaling",
     {NAME, CELL("Reference", cell_hpa_reference), CELL("Targets", cell_hpa_targets), CELL("MinPods", cell_hpa_min),
      NUM("MaxPods", "spec.maxReplicas"), NUM("Replicas", "status.currentReplicas"), AGE}},
    {"roles.rbac.authorization.k8s.io", {NAME, {"Created At", COLUMN_DATE, 0, cell_created, NULL, NULL}}},
    {"clusterroles.rbac.authorization.k8s.io", {NAME, {"Created At", COLUMN_DATE, 0, cell_created, NULL, NULL}}},
    {"rolebindings.rbac.authorization.k8s.io",
     {NAME, CELL("Role", cell_role), AGE, WCELL("Users", cell_users), WCELL("Groups", cell_groups),
      WCELL("ServiceAccounts", cell_accounts)}},
    {"clusterrolebindings.rbac.authorization.k8s.io",
     {NAME, CELL("Role", cell_role), AGE, WCELL("Users", cell_users), WCELL("Groups", cell_groups),
      WCELL("ServiceAccounts", cell_accounts)}},
    {"leases.coordination.k8s.io", {NAME, TEXT("Holder", "spec.holderIdentity", ""), AGE}},
    {"storageclasses.storage.k8s.io",
     {CELL("Name", cell_class_name), TEXT("Provisioner", "provisioner", ""),
      TEXT("ReclaimPolicy", "reclaimPolicy", "Delete"), TEXT("VolumeBindingMode", "volumeBindingMode", "Immediate"),
      CELL("AllowVolumeExpansion", cell_expansion), AGE}},
    {"resourcequotas", {NAME, AGE, CELL("Request", cell_quota_requests), CELL("Limit", cell_quota_limits)}},
    {"priorityclasses.scheduling.k8s.io",
     {NAME,
      INT("Value", "value"),
      {"Global-Default", B, 0, cell_global, NULL, NULL},
      AGE,
      TEXT("PreemptionPolicy", "preemptionPolicy", "")}},
    {"runtimeclasses.node.k8s.io", {NAME, TEXT("Handler", "handler", ""), AGE}},
    {"mutatingwebhookconfigurations.admissionregistration.k8s.io", {NAME, INT("Webhooks", "#webhooks"), AGE}},
    {"validatingwebhookconfigurations.admissionregistration.k8s.io", {NAME, INT("Webhooks", "#webhooks"), AGE}},
    {"csinodes.storage.k8s.io", {NAME, INT("Drivers", "#spec.drivers"), AGE}},
    {"customresourcedefinitions.apiextensions.k8s.io",
     {NAME, {"Created At", COLUMN_DATE, 0, cell_created, NULL, NULL}}},
};

/* What a kind without columns of its own shows. */
static const layout_t plain = {"", {NAME, {"Created At", COLUMN_DATE, 0, cell_created, NULL, NULL}}};

static const char name_text[] =
    "Name must be unique within a namespace. Is required when creating resources, although some resources may allow a "
    "client to request the generation of an appropriate name automatically. Name is primarily intended for creation "
    "idempotence and configuration definition. Cannot be updated. More info: "
    "https://kubernetes.io/docs/concepts/overview/working-with-objects/names#names";
static const char age_text[] =
    "CreationTimestamp is a timestamp representing the server time when this object was created. It is not guaranteed "
    "to "
    "be set in happens-before order across separate operations. Clients may not set this value. It is represented in "
    "RFC3339 form and is in UTC.\n\nPopulated by the system. Read-only. Null for lists. More info: "
    "https://git.k8s.io/community/contributors/devel/sig-architecture/api-conventions.md#metadata";
static const char data_text[] =
    "Data contains the configuration data. Each key must consist of alphanumeric characters, '-', '_' or '.'. Values "
    "with "
    "non-UTF-8 byte sequences must use the BinaryData field. The keys stored in Data must not overlap with the keys in "
    "the BinaryData field, this is enforced during validation process.";

static const layout_t *layout_of(const resource_t *r) {
    for (size_t i = 0; i < sizeof layouts / sizeof *layouts; i++)
        if (str_eqc(r->store ? r->store->resource->group_resource : r->group_resource, layouts[i].group_resource))
            return &layouts[i];
    return &plain;
}

static jv_t *definition(arena_t *a, const char *name, str_t type, const char *format, const char *description,
                        int64_t priority) {
    jv_t *d = jv_object(a);
    jv_setc(a, d, "name", jv_string(a, str_c(name)));
    jv_setc(a, d, "type", jv_string(a, type));
    jv_setc(a, d, "format", jv_string(a, str_c(format)));
    jv_setc(a, d, "description", jv_string(a, str_c(description)));
    jv_setc(a, d, "priority", jv_int(a, priority));
    return d;
}

static const char *describe(const layout_t *l, const column_t *c) {
    if (str_eqc(str_c(c->name), "Name"))
        return name_text;
    if (c->path && str_eqc(str_c(c->path), "age"))
        return age_text;
    return str_eqc(str_c(l->group_resource), "configmaps") ? data_text : c->name;
}

static jv_t *builtin_columns(arena_t *a, const layout_t *l) {
    static const char *const types[] = {"string", "integer", "boolean", "date"};
    jv_t *list = jv_array(a);
    for (size_t i = 0; i < MOST && l->columns[i].name; i++) {
        const column_t *c = &l->columns[i];
        bool name = str_eqc(str_c(c->name), "Name");
        jv_append(a, list,
                  definition(a, c->name, str_c(types[c->type]), name ? "name" : "", describe(l, c), c->priority));
    }
    return list;
}

static jv_t *at_path(const jv_t *v, str_t path) {
    str_t head, tail;
    while (path.n) {
        str_cut(path, '.', &head, &tail);
        v = jv_get(v, head);
        path = tail;
    }
    return (jv_t *)v;
}

static jv_t *builtin_cell(arena_t *a, const column_t *c, const jv_t *o) {
    if (c->cell)
        return c->cell(a, o);
    str_t path = str_c(c->path);
    if (str_eqc(path, "age"))
        return cell_ago(a, jv_path_str(o, "metadata", "creationTimestamp", NULL));
    if (str_starts(path, STR("#")))
        return jv_int(a, (int64_t)jv_count(at_path(o, str_from(path, 1))));
    jv_t *v = path.n ? at_path(o, path) : NULL;
    if (!c->absent)
        return v && v->kind == JV_NUMBER ? v : jv_int(a, 0);
    return v && v->kind == JV_STRING && v->s.n ? v : jv_string(a, str_c(c->absent));
}

static jv_t *builtin_cells(arena_t *a, const layout_t *l, const jv_t *o) {
    jv_t *cells = jv_array(a);
    for (size_t i = 0; i < MOST && l->columns[i].name; i++)
        jv_append(a, cells, builtin_cell(a, &l->columns[i], o));
    return cells;
}

/* ---- custom resources ---- */

static jv_t *custom_columns(arena_t *a, const jv_t *columns) {
    jv_t *list = jv_array(a);
    jv_append(a, list, definition(a, "Name", STR("string"), "name", name_text, 0));
    if (!columns)
        jv_append(a, list, definition(a, "Age", STR("date"), "", age_text, 0));
    for (size_t i = 0; i < jv_count(columns); i++) {
        const jv_t *c = jv_at(columns, i);
        int64_t priority = 0;
        jv_as_int(jv_getc(c, "priority"), &priority);
        str_t text = jv_str(jv_getc(c, "description")), path = jv_str(jv_getc(c, "jsonPath"));
        const char *description =
            text.n ? arena_cstr(a, text)
            : str_eqc(path, ".metadata.creationTimestamp")
                ? age_text
                : arena_cstr(a, arena_printf(a, "Custom resource definition column (in JSONPath format): " STR_FMT,
                                             STR_ARG(path)));
        jv_append(a, list,
                  definition(a, arena_cstr(a, jv_str(jv_getc(c, "name"))), jv_str(jv_getc(c, "type")),
                             arena_cstr(a, jv_str(jv_getc(c, "format"))), description, priority));
    }
    return list;
}

static jv_t *custom_cell(arena_t *a, str_t type, jv_t *v) {
    if (!v || v->kind == JV_NULL)
        return jv_null(a);
    if (str_eqc(type, "date"))
        return cell_ago(a, jv_str(v));
    if (str_eqc(type, "string"))
        return v->kind == JV_STRING ? v : jv_string(a, jv_text(a, v));
    if (str_eqc(type, "integer") || str_eqc(type, "number"))
        return v->kind == JV_NUMBER ? v : jv_null(a);
    if (str_eqc(type, "boolean"))
        return v->kind == JV_BOOL ? v : jv_null(a);
    return v;
}

static jv_t *custom_cells(arena_t *a, const jv_t *columns, const jv_t *o) {
    jv_t *cells = jv_array(a);
    jv_append(a, cells, jv_string(a, jv_path_str(o, "metadata", "name", NULL)));
    if (!columns)
        jv_append(a, cells, cell_ago(a, jv_path_str(o, "metadata", "creationTimestamp", NULL)));
    for (size_t i = 0; i < jv_count(columns); i++) {
        const jv_t *c = jv_at(columns, i);
        jv_append(a, cells,
                  custom_cell(a, jv_str(jv_getc(c, "type")), jsonpath_first(a, o, jv_str(jv_getc(c, "jsonPath")))));
    }
    return cells;
}

/* ---- the table ---- */

/* Annotations that are made when an object is converted to its version aren't in what is not converted. */
static jv_t *without_conversions(arena_t *a, jv_t *meta) {
    static const char *const made[] = {"deprecated.daemonset.template.generation",
                                       "autoscaling.alpha.kubernetes.io/metrics",
                                       "autoscaling.alpha.kubernetes.io/conditions"};
    for (size_t i = 0; i < sizeof made / sizeof *made; i++) {
        if (!jv_path(meta, "annotations", made[i], NULL))
            continue;
        meta = jv_copy(a, meta);
        jv_removec(jv_getc(meta, "annotations"), made[i]);
        if (!jv_count(jv_getc(meta, "annotations")))
            jv_removec(meta, "annotations");
    }
    return meta;
}

jv_t *table_metadata(arena_t *a, const jv_t *object) {
    jv_t *v = jv_object(a), *meta = jv_getc(object, "metadata");
    jv_setc(a, v, "kind", jv_string(a, STR("PartialObjectMetadata")));
    jv_setc(a, v, "apiVersion", jv_string(a, STR("meta.k8s.io/v1")));
    jv_setc(a, v, "metadata", meta ? without_conversions(a, meta) : jv_object(a));
    return v;
}

jv_t *table_value(arena_t *a, const resource_t *r, jv_t **objects, size_t n, str_t include) {
    const layout_t *l = layout_of(r);
    jv_t *t = jv_object(a), *rows = jv_array(a);
    for (size_t i = 0; i < n; i++) {
        jv_t *row = jv_object(a);
        jv_setc(a, row, "cells",
                r->crd ? custom_cells(a, r->crd->columns, objects[i]) : builtin_cells(a, l, objects[i]));
        if (str_eqc(include, "Object"))
            jv_setc(a, row, "object", output_value(a, r, objects[i]));
        else
            jv_setc(a, row, "object", str_eqc(include, "None") ? jv_null(a) : table_metadata(a, objects[i]));
        jv_append(a, rows, row);
    }
    jv_setc(a, t, "kind", jv_string(a, STR("Table")));
    jv_setc(a, t, "apiVersion", jv_string(a, STR("meta.k8s.io/v1")));
    jv_setc(a, t, "metadata", jv_object(a));
    jv_setc(a, t, "columnDefinitions", r->crd ? custom_columns(a, r->crd->columns) : builtin_columns(a, l));
    jv_setc(a, t, "rows", rows);
    return t;
}
