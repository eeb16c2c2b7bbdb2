#include "contrib/apiserver/prepare.h"

#include "contrib/apiserver/defaults.h"
#include "contrib/apiserver/meta.h"

static bool has_string(const jv_t *list, str_t s) {
    for (size_t i = 0; i < jv_count(list); i++)
        if (str_eq(jv_str(jv_at(list, i)), s))
            return true;
    return false;
}

static void add_string(arena_t *a, jv_t *v, const char *key, str_t s) {
    jv_t *list = jv_getc(v, key);
    if (!jv_is(list, JV_ARRAY)) {
        list = jv_array(a);
        jv_setc(a, v, key, list);
    }
    if (!has_string(list, s))
        jv_append(a, list, jv_string(a, s));
}

void prepare_namespace(apiserver_t *s, arena_t *a, jv_t *o, const jv_t *old) {
    (void)s;
    if (old) {
        jv_t *finalizers = jv_path(old, "spec", "finalizers", NULL);
        jv_removec(default_object(a, o, "spec"), "finalizers");
        if (finalizers)
            jv_set_path(a, o, finalizers, "spec", "finalizers", NULL);
        return;
    }
    add_string(a, default_object(a, o, "spec"), "finalizers", STR("kubernetes"));
    jv_set_path(a, o, jv_string(a, STR("Active")), "status", "phase", NULL);
    /* The name may have been generated after the defaults were set. */
    default_namespace(a, o);
}

static bool shares(const jv_t *own, const jv_t *labels) {
    for (size_t i = 0; i < jv_count(own); i++) {
        const jv_t *v = jv_get(labels, own->members[i].key);
        if (!v || !jv_equal(v, own->members[i].value))
            return false;
    }
    return true;
}

/* The labels that tie a job's pods to it. */
void prepare_job(apiserver_t *s, arena_t *a, jv_t *o, const jv_t *old) {
    jv_t *spec = jv_getc(o, "spec");
    jv_t *uid = jv_path(o, "metadata", "uid", NULL), *name = jv_path(o, "metadata", "name", NULL);
    (void)s;
    if (old || jv_true(jv_getc(spec, "manualSelector")))
        return;
    jv_t *labels = default_object(a, default_object(a, default_object(a, spec, "template"), "metadata"), "labels");
    static const char *const uids[] = {"controller-uid", "batch.kubernetes.io/controller-uid"};
    static const char *const names[] = {"job-name", "batch.kubernetes.io/job-name"};
    for (size_t i = 0; i < 2; i++) {
        if (!jv_getc(labels, uids[i]))
            jv_setc(a, labels, uids[i], uid);
        if (!jv_getc(labels, names[i]))
            jv_setc(a, labels, names[i], name);
    }
    jv_t *match = default_object(a, default_object(a, spec, "selector"), "matchLabels");
    if (!jv_getc(match, uids[1]))
        jv_setc(a, match, uids[1], uid);
    /* A job without labels has its template's, and then what was added to them. */
    jv_t *own = jv_path(o, "metadata", "labels", NULL);
    if (!jv_count(own) || shares(own, labels))
        jv_set_path(a, o, jv_copy(a, labels), "metadata", "labels", NULL);
}

void prepare_persistentvolumeclaim(apiserver_t *s, arena_t *a, jv_t *o, const jv_t *old) {
    if (old)
        return;
    add_string(a, jv_getc(o, "metadata"), "finalizers", STR("kubernetes.io/pvc-protection"));
    jv_set_path(a, o, jv_string(a, STR("Pending")), "status", "phase", NULL);
    /* The admission plugin DefaultStorageClass. */
    const resource_t *classes = resource_find(s, STR("storage.k8s.io"), STR("v1"), STR("storageclasses"));
    if (jv_path(o, "spec", "storageClassName", NULL) || !classes)
        return;
    for (size_t i = 0; i < classes->store->n; i++) {
        jv_t *class = object_value(a, classes->store->items[i]);
        if (str_eqc(jv_path_str(class, "metadata", "annotations", "storageclass.kubernetes.io/is-default-class", NULL),
                    "true"))
            jv_set_path(a, o, jv_path(class, "metadata", "name", NULL), "spec", "storageClassName", NULL);
    }
}

void prepare_persistentvolume(apiserver_t *s, arena_t *a, jv_t *o, const jv_t *old) {
    (void)s;
    if (old)
        return;
    add_string(a, jv_getc(o, "metadata"), "finalizers", STR("kubernetes.io/pv-protection"));
    jv_set_path(a, o, jv_string(a, STR("Pending")), "status", "phase", NULL);
}

/* Guaranteed: every container's limits and requests of cpu and memory are there and equal. */
static const char *quality(const jv_t *spec) {
    static const char *const lists[] = {"initContainers", "containers"};
    static const char *const kinds[] = {"cpu", "memory"};
    bool any = false, all = true;
    for (size_t k = 0; k < 2; k++)
        for (size_t i = 0; i < jv_count(jv_getc(spec, lists[k])); i++) {
            const jv_t *r = jv_getc(jv_at(jv_getc(spec, lists[k]), i), "resources");
            for (size_t j = 0; j < 2; j++) {
                const jv_t *limit = jv_path(r, "limits", kinds[j], NULL),
                           *want = jv_path(r, "requests", kinds[j], NULL);
                any |= limit || want;
                all = all && limit && want && jv_equal(limit, want);
            }
        }
    return !any ? "BestEffort" : all ? "Guaranteed" : "Burstable";
}

void prepare_pod(apiserver_t *s, arena_t *a, jv_t *o, const jv_t *old) {
    (void)s;
    if (old)
        return;
    jv_t *status = jv_object(a);
    jv_setc(a, status, "phase", jv_string(a, STR("Pending")));
    jv_setc(a, status, "qosClass", jv_string(a, str_c(quality(jv_getc(o, "spec")))));
    jv_setc(a, o, "status", status);
}

/* apps/v1 shows the old field templateGeneration as an annotation. */
void prepare_daemonset(apiserver_t *s, arena_t *a, jv_t *o, const jv_t *old) {
    static const char key[] = "deprecated.daemonset.template.generation";
    int64_t n = 1;
    (void)s;
    if (old) {
        const jv_t *x = jv_path(o, "spec", "template", NULL), *y = jv_path(old, "spec", "template", NULL);
        str_int(jv_path_str(old, "metadata", "annotations", key, NULL), &n);
        n += !(x && y && jv_equal(x, y));
    }
    jv_setc(a, default_object(a, jv_getc(o, "metadata"), "annotations"), key, jv_stringf(a, "%lld", (long long)n));
}

void prepare_priorityclass(apiserver_t *s, arena_t *a, jv_t *o, const jv_t *old) {
    (void)s;
    if (!old)
        jv_setc(a, jv_getc(o, "metadata"), "generation", jv_int(a, 1));
}
