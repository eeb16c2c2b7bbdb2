#include "contrib/apiserver/kubelet.h"

#include "contrib/apiserver/agenda.h"
#include "contrib/apiserver/defaults.h"
#include "contrib/apiserver/delete.h"
#include "contrib/apiserver/meta.h"
#include "contrib/apiserver/names.h"
#include "contrib/apiserver/need.h"
#include "reactor/base/mem.h"

#include <sys/types.h>

/* Work takes two steps: seen (progressing), then ready. */
enum { SEEN_MS = 50, READY_MS = 400 };

struct kubelet {
    int64_t pod_ips;
};

kubelet_t *kubelet_create(void) {
    kubelet_t *k = need(mem_alloc(sizeof *k));
    return k;
}

void kubelet_destroy(kubelet_t *k) {
    mem_free(k);
}

static int64_t number(const jv_t *v) {
    int64_t n = 0;
    jv_as_int(v, &n);
    return n;
}

static void set_int(arena_t *a, jv_t *v, const char *key, int64_t n) {
    if (n)
        jv_setc(a, v, key, jv_int(a, n));
    else
        jv_removec(v, key);
}

/* Sets a condition, keeping the time of its last change when its status stays. */
static void condition(arena_t *a, jv_t *status, const char *type, bool truth, const char *reason, const char *message,
                      bool updates) {
    jv_t *list = jv_getc(status, "conditions"), *c = NULL;
    str_t now = wire_now(a, false), want = truth ? STR("True") : STR("False");
    if (!jv_is(list, JV_ARRAY)) {
        list = jv_array(a);
        jv_setc(a, status, "conditions", list);
    }
    for (size_t i = 0; i < list->n; i++)
        if (str_eqc(jv_path_str(list->items[i], "type", NULL), type))
            c = list->items[i];
    if (!c) {
        c = jv_object(a);
        jv_setc(a, c, "type", jv_string(a, str_c(type)));
        jv_append(a, list, c);
    }
    bool same = str_eq(jv_path_str(c, "status", NULL), want) && str_eqc(jv_path_str(c, "reason", NULL), reason);
    if (!str_eq(jv_path_str(c, "status", NULL), want))
        jv_setc(a, c, "lastTransitionTime", jv_string(a, now));
    jv_setc(a, c, "status", jv_string(a, want));
    if (updates && (!same || !jv_getc(c, "lastUpdateTime")))
        jv_setc(a, c, "lastUpdateTime", jv_string(a, now));
    if (*reason)
        jv_setc(a, c, "reason", jv_string(a, str_c(reason)));
    if (*message)
        jv_setc(a, c, "message", jv_string(a, str_c(message)));
}

/* ---- each kind's status: `ready` false is the first step ---- */

static void deployment(arena_t *a, jv_t *o, jv_t *status, bool ready) {
    int64_t n = number(jv_path(o, "spec", "replicas", NULL)), had = number(jv_getc(status, "availableReplicas"));
    str_t name = jv_path_str(o, "metadata", "name", NULL);
    int64_t available = ready ? n : had < n ? had : n;
    set_int(a, status, "replicas", n);
    set_int(a, status, "updatedReplicas", ready ? n : 0);
    set_int(a, status, "readyReplicas", available);
    set_int(a, status, "availableReplicas", available);
    set_int(a, status, "unavailableReplicas", n - available);
    const char *set = arena_cstr(a, arena_printf(a, "ReplicaSet \"" STR_FMT "-%08x\" %s", STR_ARG(name),
                                                 (unsigned)str_hash(jv_text(a, jv_path(o, "spec", "template", NULL))),
                                                 ready ? "has successfully progressed." : "is progressing."));
    bool enough = available >= n - (n + 3) / 4;
    condition(a, status, "Available", enough, enough ? "MinimumReplicasAvailable" : "MinimumReplicasUnavailable",
              enough ? "Deployment has minimum availability." : "Deployment does not have minimum availability.", true);
    condition(a, status, "Progressing", true, ready ? "NewReplicaSetAvailable" : "ReplicaSetUpdated", set, true);
}

static void replicaset(arena_t *a, jv_t *o, jv_t *status, bool ready) {
    int64_t n = number(jv_path(o, "spec", "replicas", NULL));
    jv_setc(a, status, "replicas", jv_int(a, n));
    set_int(a, status, "fullyLabeledReplicas", n);
    set_int(a, status, "readyReplicas", ready ? n : 0);
    set_int(a, status, "availableReplicas", ready ? n : 0);
}

static void statefulset(arena_t *a, jv_t *o, jv_t *status, bool ready) {
    int64_t n = number(jv_path(o, "spec", "replicas", NULL));
    str_t revision = arena_printf(a, STR_FMT "-%08x", STR_ARG(jv_path_str(o, "metadata", "name", NULL)),
                                  (unsigned)str_hash(jv_text(a, jv_path(o, "spec", "template", NULL))));
    jv_setc(a, status, "replicas", jv_int(a, n));
    set_int(a, status, "readyReplicas", ready ? n : 0);
    set_int(a, status, "currentReplicas", ready ? n : 0);
    set_int(a, status, "updatedReplicas", ready ? n : 0);
    jv_setc(a, status, "availableReplicas", jv_int(a, ready ? n : 0));
    if (ready || !jv_getc(status, "currentRevision"))
        jv_setc(a, status, "currentRevision", jv_string(a, revision));
    jv_setc(a, status, "updateRevision", jv_string(a, revision));
    jv_setc(a, status, "collisionCount", jv_int(a, 0));
}

static void daemonset(arena_t *a, jv_t *o, jv_t *status, bool ready) {
    (void)o;
    jv_setc(a, status, "currentNumberScheduled", jv_int(a, 1));
    jv_setc(a, status, "desiredNumberScheduled", jv_int(a, 1));
    jv_setc(a, status, "numberMisscheduled", jv_int(a, 0));
    jv_setc(a, status, "numberReady", jv_int(a, ready));
    set_int(a, status, "updatedNumberScheduled", 1);
    set_int(a, status, "numberAvailable", ready);
    set_int(a, status, "numberUnavailable", !ready);
}

static void job(arena_t *a, jv_t *o, jv_t *status, bool ready) {
    jv_t *spec = jv_getc(o, "spec");
    int64_t n = number(jv_getc(spec, jv_getc(spec, "completions") ? "completions" : "parallelism"));
    if (jv_true(jv_getc(spec, "suspend"))) {
        condition(a, status, "Suspended", true, "JobSuspended", "Job suspended", false);
        return;
    }
    default_str(a, status, "startTime", arena_cstr(a, wire_now(a, false)));
    set_int(a, status, "active", ready ? 0 : number(jv_getc(spec, "parallelism")));
    jv_setc(a, status, "ready", jv_int(a, 0));
    jv_setc(a, status, "terminating", jv_int(a, 0));
    jv_setc(a, status, "uncountedTerminatedPods", jv_object(a));
    if (!ready)
        return;
    set_int(a, status, "succeeded", n);
    default_str(a, status, "completionTime", arena_cstr(a, wire_now(a, false)));
    static const char reason[] = "CompletionsReached", message[] = "Reached expected number of succeeded pods";
    const char *types[] = {"SuccessCriteriaMet", "Complete"};
    for (size_t i = 0; i < 2; i++) {
        condition(a, status, types[i], true, reason, message, false);
        jv_t *list = jv_getc(status, "conditions");
        default_str(a, jv_at(list, list->n - 1), "lastProbeTime", arena_cstr(a, wire_now(a, false)));
    }
}

static jv_t *container_status(arena_t *a, const jv_t *container, bool ready) {
    jv_t *s = jv_object(a);
    str_t image = jv_path_str(container, "image", NULL);
    jv_setc(a, s, "name", jv_getc(container, "name"));
    jv_setc(a, s, "image", jv_string(a, image));
    jv_setc(a, s, "imageID", jv_string(a, ready ? image : STR("")));
    jv_setc(a, s, "ready", jv_bool(a, ready));
    jv_setc(a, s, "started", jv_bool(a, ready));
    jv_setc(a, s, "restartCount", jv_int(a, 0));
    if (ready)
        jv_set_path(a, s, jv_string(a, wire_now(a, false)), "state", "running", "startedAt", NULL);
    else
        jv_set_path(a, s, jv_string(a, STR("ContainerCreating")), "state", "waiting", "reason", NULL);
    return s;
}

static void pod(arena_t *a, jv_t *o, jv_t *status, bool ready) {
    static const char *const types[] = {"PodReadyToStartContainers", "Initialized", "Ready", "ContainersReady",
                                        "PodScheduled"};
    jv_t *containers = jv_path(o, "spec", "containers", NULL), *states = jv_array(a);
    if (str_eqc(jv_path_str(status, "phase", NULL), "Succeeded") ||
        str_eqc(jv_path_str(status, "phase", NULL), "Failed"))
        return;
    for (size_t i = 0; i < sizeof types / sizeof *types; i++) {
        bool waits = i == 2 || i == 3;
        condition(a, status, types[i], ready || !waits, "", "", false);
        jv_t *list = jv_getc(status, "conditions");
        jv_setc(a, jv_at(list, list->n - 1), "lastProbeTime", jv_null(a));
    }
    for (size_t i = 0; i < jv_count(containers); i++)
        jv_append(a, states, container_status(a, jv_at(containers, i), ready));
    jv_setc(a, status, "containerStatuses", states);
    jv_setc(a, status, "phase", jv_string(a, ready ? STR("Running") : STR("Pending")));
    default_str(a, status, "startTime", arena_cstr(a, wire_now(a, false)));
    default_str(a, jv_getc(o, "spec"), "nodeName", "velella");
    default_str(a, status, "hostIP", "10.0.0.1");
    if (!ready || jv_getc(status, "podIP"))
        return;
    unsigned n = (unsigned)str_hash(jv_path_str(o, "metadata", "uid", NULL));
    jv_t *ip = jv_stringf(a, "10.244.%u.%u", n >> 8 & 255, n % 253 + 1), *entry = jv_object(a), *list = jv_array(a);
    jv_setc(a, entry, "ip", ip);
    jv_append(a, list, entry);
    jv_setc(a, status, "podIP", ip);
    jv_setc(a, status, "podIPs", list);
}

static void claim(arena_t *a, jv_t *o, jv_t *status, bool ready) {
    if (!ready)
        return;
    jv_t *spec = jv_getc(o, "spec");
    if (!jv_path_str(spec, "volumeName", NULL).n)
        jv_setc(a, spec, "volumeName", jv_stringf(a, "pvc-" STR_FMT, STR_ARG(jv_path_str(o, "metadata", "uid", NULL))));
    jv_t *notes = default_object(a, jv_getc(o, "metadata"), "annotations");
    jv_setc(a, notes, "pv.kubernetes.io/bind-completed", jv_string(a, STR("yes")));
    jv_setc(a, status, "phase", jv_string(a, STR("Bound")));
    jv_setc(a, status, "accessModes", jv_getc(spec, "accessModes"));
    jv_t *size = jv_path(spec, "resources", "requests", NULL);
    if (size)
        jv_setc(a, status, "capacity", size);
}

typedef void (*status_fn)(arena_t *a, jv_t *o, jv_t *status, bool ready);
static const struct {
    const char *group_resource;
    status_fn fn;
    bool observes; /* has status.observedGeneration */
} workloads[] = {
    {"deployments.apps", deployment, true},
    {"replicasets.apps", replicaset, true},
    {"statefulsets.apps", statefulset, true},
    {"daemonsets.apps", daemonset, true},
    {"jobs.batch", job, false},
    {"pods", pod, false},
    {"persistentvolumeclaims", claim, false},
    {"replicationcontrollers", replicaset, true},
};

static ssize_t workload_of(const store_t *store) {
    if (store->resource)
        for (size_t i = 0; i < sizeof workloads / sizeof *workloads; i++)
            if (str_eqc(store->resource->group_resource, workloads[i].group_resource))
                return (ssize_t)i;
    return -1;
}

static void step(store_t *store, str_t ns, str_t name, bool ready) {
    object_t *o = store_find(store, ns, name);
    ssize_t w = workload_of(store);
    arena_t *a = need(arena_create());
    if (o && !o->deleting && w >= 0) {
        jv_t *v = object_value(a, o), *before = jv_copy(a, v), *status = default_object(a, v, "status");
        workloads[w].fn(a, v, status, ready);
        if (workloads[w].observes)
            jv_setc(a, status, "observedGeneration", jv_path(v, "metadata", "generation", NULL));
        v = wire_decode(a, store->resource->type, v, NULL, NULL);
        if (v && !jv_equal(v, before))
            store_write(store, a, v);
    }
    arena_destroy(a);
}

static void see(apiserver_t *s, store_t *store, str_t ns, str_t name) {
    (void)s;
    step(store, ns, name, false);
}

static void make_ready(apiserver_t *s, store_t *store, str_t ns, str_t name) {
    (void)s;
    step(store, ns, name, true);
}

/* What a node does with a pod that is asked to stop, and the protection controllers with volumes: lets it go. */
static void let_go(apiserver_t *s, store_t *store, str_t ns, str_t name) {
    object_t *o = store_find(store, ns, name);
    if (!o || !o->deleting)
        return;
    if (str_eqc(store->plural, "pods")) {
        arena_t *a = need(arena_create());
        jv_t *v = object_value(a, o);
        jv_set_path(a, v, jv_int(a, 0), "metadata", "deletionGracePeriodSeconds", NULL);
        if (jv_count(jv_path(v, "metadata", "finalizers", NULL)))
            store_write(store, a, v);
        else
            store_remove(store, a, v);
        arena_destroy(a);
    } else if (o->hooked) {
        delete_finalizer(s, o,
                         str_eqc(store->plural, "persistentvolumes") ? "kubernetes.io/pv-protection"
                                                                     : "kubernetes.io/pvc-protection");
    }
}

/* Did anything change that a controller would act on? */
static bool concerns(const event_t *e) {
    if (!e->before)
        return true;
    arena_t *a = need(arena_create());
    const jv_t *was = object_value(a, e->before), *is = object_value(a, e->now);
    const jv_t *x = jv_getc(was, "spec"), *y = jv_getc(is, "spec");
    /* A Deployment's generation also counts its annotations. */
    bool differs = !(x && y && jv_equal(x, y)) ||
                   !jv_equal(jv_path(was, "metadata", "generation", NULL), jv_path(is, "metadata", "generation", NULL));
    arena_destroy(a);
    return differs;
}

void kubelet_event(apiserver_t *s, const event_t *e) {
    bool volume = e->now && str_eqc(e->store->plural, "persistentvolumes");
    if (!e->now || (!volume && workload_of(e->store) < 0))
        return;
    const object_t *o = e->now;
    if (o->deleting) {
        if (volume || str_eqc(e->store->plural, "pods") || str_eqc(e->store->plural, "persistentvolumeclaims"))
            agenda_add(s, SEEN_MS, let_go, e->store, o->ns, o->name);
    } else if (!volume && concerns(e)) {
        agenda_add(s, SEEN_MS, see, e->store, o->ns, o->name);
        agenda_add(s, READY_MS, make_ready, e->store, o->ns, o->name);
    }
}
