#include "contrib/apiserver/defaults.h"

void default_podtemplate(arena_t *a, jv_t *o) {
    default_pod_template(a, jv_getc(o, "template"));
}

void default_claim(arena_t *a, jv_t *claim) {
    default_str(a, default_object(a, claim, "spec"), "volumeMode", "Filesystem");
    default_str(a, default_object(a, claim, "status"), "phase", "Pending");
}

void default_replicationcontroller(arena_t *a, jv_t *o) {
    jv_t *spec = jv_getc(o, "spec"), *labels = jv_path(spec, "template", "metadata", "labels", NULL);
    default_int(a, spec, "replicas", 1);
    if (jv_count(labels)) {
        if (!jv_count(jv_getc(spec, "selector")))
            jv_setc(a, spec, "selector", labels);
        if (!jv_count(jv_path(o, "metadata", "labels", NULL)))
            jv_set_path(a, o, labels, "metadata", "labels", NULL);
    }
    default_pod_template(a, jv_getc(spec, "template"));
}

void default_deployment(arena_t *a, jv_t *o) {
    jv_t *spec = jv_getc(o, "spec"), *strategy = default_object(a, spec, "strategy");
    default_int(a, spec, "replicas", 1);
    default_int(a, spec, "revisionHistoryLimit", 10);
    default_int(a, spec, "progressDeadlineSeconds", 600);
    default_str(a, strategy, "type", "RollingUpdate");
    if (str_eqc(jv_str(jv_getc(strategy, "type")), "RollingUpdate")) {
        jv_t *rolling = default_object(a, strategy, "rollingUpdate");
        default_str(a, rolling, "maxUnavailable", "25%");
        default_str(a, rolling, "maxSurge", "25%");
    }
    default_pod_template(a, jv_getc(spec, "template"));
}

void default_replicaset(arena_t *a, jv_t *o) {
    default_int(a, jv_getc(o, "spec"), "replicas", 1);
    default_pod_template(a, jv_path(o, "spec", "template", NULL));
}

void default_statefulset(arena_t *a, jv_t *o) {
    jv_t *spec = jv_getc(o, "spec"), *strategy = default_object(a, spec, "updateStrategy");
    jv_t *claims = jv_getc(spec, "volumeClaimTemplates");
    default_str(a, spec, "podManagementPolicy", "OrderedReady");
    default_str(a, strategy, "type", "RollingUpdate");
    if (str_eqc(jv_str(jv_getc(strategy, "type")), "RollingUpdate"))
        default_int(a, default_object(a, strategy, "rollingUpdate"), "partition", 0);
    jv_t *retention = default_object(a, spec, "persistentVolumeClaimRetentionPolicy");
    default_str(a, retention, "whenDeleted", "Retain");
    default_str(a, retention, "whenScaled", "Retain");
    default_int(a, spec, "replicas", 1);
    default_int(a, spec, "revisionHistoryLimit", 10);
    for (size_t i = 0; i < jv_count(claims); i++) {
        jv_setc(a, jv_at(claims, i), "kind", jv_string(a, STR("PersistentVolumeClaim")));
        jv_setc(a, jv_at(claims, i), "apiVersion", jv_string(a, STR("v1")));
        default_claim(a, jv_at(claims, i));
    }
    default_pod_template(a, jv_getc(spec, "template"));
}

void default_daemonset(arena_t *a, jv_t *o) {
    jv_t *spec = jv_getc(o, "spec"), *strategy = default_object(a, spec, "updateStrategy");
    default_str(a, strategy, "type", "RollingUpdate");
    if (str_eqc(jv_str(jv_getc(strategy, "type")), "RollingUpdate")) {
        jv_t *rolling = default_object(a, strategy, "rollingUpdate");
        default_int(a, rolling, "maxUnavailable", 1);
        default_int(a, rolling, "maxSurge", 0);
    }
    default_int(a, spec, "revisionHistoryLimit", 10);
    default_pod_template(a, jv_getc(spec, "template"));
}

void default_job(arena_t *a, jv_t *o) {
    jv_t *spec = jv_getc(o, "spec");
    if (!jv_getc(spec, "completions") && !jv_getc(spec, "parallelism"))
        jv_setc(a, spec, "completions", jv_int(a, 1));
    default_int(a, spec, "parallelism", 1);
    default_int(a, spec, "backoffLimit", jv_getc(spec, "backoffLimitPerIndex") ? INT32_MAX : 6);
    default_str(a, spec, "completionMode", "NonIndexed");
    default_bool(a, spec, "suspend", false);
    default_bool(a, spec, "manualSelector", false);
    jv_t *labels = jv_path(spec, "template", "metadata", "labels", NULL);
    if (jv_count(labels) && !jv_count(jv_path(o, "metadata", "labels", NULL)))
        jv_set_path(a, o, labels, "metadata", "labels", NULL);
    default_str(a, spec, "podReplacementPolicy", jv_getc(spec, "podFailurePolicy") ? "Failed" : "TerminatingOrFailed");
    default_pod_template(a, jv_getc(spec, "template"));
}

void default_cronjob(arena_t *a, jv_t *o) {
    jv_t *spec = jv_getc(o, "spec");
    default_str(a, spec, "concurrencyPolicy", "Allow");
    default_bool(a, spec, "suspend", false);
    default_int(a, spec, "successfulJobsHistoryLimit", 3);
    default_int(a, spec, "failedJobsHistoryLimit", 1);
    default_pod_template(a, jv_path(spec, "jobTemplate", "spec", "template", NULL));
}
