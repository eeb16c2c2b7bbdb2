#include "contrib/apiserver/cron.h"
#include "contrib/apiserver/meta.h"
#include "contrib/apiserver/names.h"
#include "contrib/apiserver/selectors.h"
#include "contrib/apiserver/validate.h"

static bool is_empty_selector(const jv_t *s) {
    return jv_count(jv_getc(s, "matchLabels")) + jv_count(jv_getc(s, "matchExpressions")) == 0;
}

static void invalid_selector(fields_t *f, const jv_t *s, const char *why) {
    fields_add(f, FIELD_INVALID, STR("spec.selector"),
               arena_printf(f->arena, "Invalid value: " STR_FMT ": %s", STR_ARG(fields_selector(f->arena, s)), why));
}

static void fixed_selector(fields_t *f, const jv_t *now, const jv_t *then) {
    if (!valid_same(now, then))
        invalid_selector(f, now, "field is immutable");
}

/* Can it be asked at all? */
static bool is_usable(const jv_t *s) {
    static const char *const operators[] = {"In", "NotIn", "Exists", "DoesNotExist"};
    const jv_t *terms = jv_getc(s, "matchExpressions");
    for (size_t i = 0; i < jv_count(terms); i++) {
        bool known = false;
        for (size_t k = 0; k < 4; k++)
            known |= str_eqc(jv_path_str(jv_at(terms, i), "operator", NULL), operators[k]);
        if (!known)
            return false;
    }
    return true;
}

/* Counts in a status: none negative, none above the first. */
static void check_counts(const jv_t *o, const char *const *names, fields_t *f) {
    const jv_t *status = jv_getc(o, "status");
    int64_t all = 0, ready = 0;
    jv_as_int(jv_getc(status, names[0]), &all);
    jv_as_int(jv_getc(status, "readyReplicas"), &ready);
    for (size_t i = 0; names[i]; i++)
        valid_nonnegative(f, STR("status"), status, names[i]);
    for (size_t i = 1; names[i]; i++) {
        int64_t n = 0;
        str_t path = at(f->arena, STR("status"), names[i]);
        jv_as_int(jv_getc(status, names[i]), &n);
        if (n > all)
            fields_invalid(f, path, jv_int(f->arena, n), "cannot be greater than status.replicas");
        if (n > ready && str_eqc(str_c(names[i]), "availableReplicas"))
            fields_invalid(f, path, jv_int(f->arena, n), "cannot be greater than readyReplicas");
    }
}

static void check_selector(const jv_t *spec, const char *kind, fields_t *f) {
    const jv_t *s = jv_getc(spec, "selector");
    if (!jv_is(s, JV_OBJECT)) {
        fields_required(f, STR("spec.selector"), "");
        return;
    }
    valid_selector(f, STR("spec.selector"), s);
    if (is_empty_selector(s))
        invalid_selector(f, s, arena_cstr(f->arena, arena_printf(f->arena, "empty selector is invalid for %s", kind)));
}

static void check_match(const jv_t *spec, fields_t *f) {
    const jv_t *s = jv_getc(spec, "selector"), *labels = jv_path(spec, "template", "metadata", "labels", NULL);
    if (jv_is(s, JV_OBJECT) && is_empty_selector(s))
        return;
    if (!selector_value_matches(s, labels))
        fields_add(f, FIELD_INVALID, STR("spec.template.metadata.labels"),
                   arena_printf(f->arena, "Invalid value: " STR_FMT ": `selector` does not match template `labels`",
                                STR_ARG(fields_labels(f->arena, labels))));
}

/* Pods that are to run for ever. */
static void check_endless(const jv_t *spec, const char *kind, fields_t *f) {
    const jv_t *pod = jv_path(spec, "template", "spec", NULL), *policy = jv_getc(pod, "restartPolicy");
    if (!str_eqc(jv_str(policy), "Always"))
        fields_not_supported(f, STR("spec.template.spec.restartPolicy"), policy, "Always");
    if (jv_getc(pod, "activeDeadlineSeconds"))
        fields_forbidden(f, STR("spec.template.spec.activeDeadlineSeconds"),
                         arena_cstr(f->arena,
                                    arena_printf(f->arena, "activeDeadlineSeconds in %s is not Supported", kind)));
}

static bool is_zero(const jv_t *v) {
    int64_t n = 0;
    return jv_is(v, JV_STRING) ? str_eqc(v->s, "0%") : jv_as_int(v, &n) && n == 0;
}

static void over_hundred(fields_t *f, str_t path, const jv_t *v) {
    int64_t n;
    if (jv_is(v, JV_STRING) && str_ends(v->s, STR("%")) && str_int(str_sub(v->s, 0, v->s.n - 1), &n) && n > 100)
        fields_intstr(f, path, v, "must not be greater than 100%");
}

static void check_strategy(const jv_t *strategy, fields_t *f) {
    const jv_t *rolling = jv_getc(strategy, "rollingUpdate");
    str_t type = jv_str(jv_getc(strategy, "type"));
    if (str_eqc(type, "Recreate")) {
        if (rolling)
            fields_forbidden(f, STR("spec.strategy.rollingUpdate"),
                             "may not be specified when strategy `type` is 'Recreate'");
        return;
    }
    if (!str_eqc(type, "RollingUpdate")) {
        fields_not_supported(f, STR("spec.strategy"), strategy, "Recreate RollingUpdate");
        return;
    }
    const jv_t *down = jv_getc(rolling, "maxUnavailable"), *up = jv_getc(rolling, "maxSurge");
    valid_positive_or_percent(f, STR("spec.strategy.rollingUpdate.maxUnavailable"), down);
    valid_positive_or_percent(f, STR("spec.strategy.rollingUpdate.maxSurge"), up);
    if (is_zero(down) && is_zero(up))
        fields_intstr(f, STR("spec.strategy.rollingUpdate.maxUnavailable"), down, "may not be 0 when `maxSurge` is 0");
    over_hundred(f, STR("spec.strategy.rollingUpdate.maxUnavailable"), down);
}

void validate_deployment(arena_t *a, const jv_t *o, const jv_t *old, fields_t *f) {
    static const char *const counts[] = {"replicas", "updatedReplicas", "readyReplicas", "availableReplicas", NULL};
    const jv_t *spec = jv_getc(o, "spec");
    int64_t deadline, ready = 0;
    (void)a;
    valid_nonnegative(f, STR("spec"), spec, "replicas");
    check_selector(spec, "deployment", f);
    if (is_usable(jv_getc(spec, "selector"))) {
        check_match(spec, f);
        validate_pod_template(jv_getc(spec, "template"), STR("spec.template"), f);
        check_endless(spec, "ReplicaSet", f);
    } else {
        invalid_selector(f, jv_getc(spec, "selector"), "invalid label selector");
    }
    check_counts(o, counts, f);
    check_strategy(jv_getc(spec, "strategy"), f);
    valid_nonnegative(f, STR("spec"), spec, "minReadySeconds");
    valid_nonnegative(f, STR("spec"), spec, "revisionHistoryLimit");
    valid_nonnegative(f, STR("spec"), spec, "progressDeadlineSeconds");
    jv_as_int(jv_getc(spec, "minReadySeconds"), &ready);
    if (jv_as_int(jv_getc(spec, "progressDeadlineSeconds"), &deadline) && deadline <= ready)
        fields_invalid(f, STR("spec.progressDeadlineSeconds"), jv_getc(spec, "progressDeadlineSeconds"),
                       "must be greater than minReadySeconds");
    if (old)
        fixed_selector(f, jv_getc(spec, "selector"), jv_path(old, "spec", "selector", NULL));
}

void validate_replicaset(arena_t *a, const jv_t *o, const jv_t *old, fields_t *f) {
    static const char *const counts[] = {"replicas", "fullyLabeledReplicas", "readyReplicas", "availableReplicas",
                                         NULL};
    const jv_t *spec = jv_getc(o, "spec");
    (void)a;
    check_counts(o, counts, f);
    valid_nonnegative(f, STR("spec"), spec, "replicas");
    valid_nonnegative(f, STR("spec"), spec, "minReadySeconds");
    check_selector(spec, "deployment", f);
    check_match(spec, f);
    validate_pod_template(jv_getc(spec, "template"), STR("spec.template"), f);
    check_endless(spec, "ReplicaSet", f);
    if (old)
        fixed_selector(f, jv_getc(spec, "selector"), jv_path(old, "spec", "selector", NULL));
}

void validate_replicationcontroller(arena_t *a, const jv_t *o, const jv_t *old, fields_t *f) {
    const jv_t *spec = jv_getc(o, "spec"), *template = jv_getc(spec, "template");
    (void)old;
    valid_nonnegative(f, STR("spec"), spec, "replicas");
    valid_nonnegative(f, STR("spec"), spec, "minReadySeconds");
    if (!jv_count(jv_getc(spec, "selector")))
        fields_required(f, STR("spec.selector"), "");
    if (!template) {
        fields_required(f, STR("spec.template"), "");
        return;
    }
    jv_t *wrapped = jv_object(a);
    if (jv_getc(spec, "selector"))
        jv_setc(a, wrapped, "matchLabels", jv_getc(spec, "selector"));
    const jv_t *labels = jv_path(template, "metadata", "labels", NULL);
    if (!selector_value_matches(wrapped, labels))
        fields_add(f, FIELD_INVALID, STR("spec.template.metadata.labels"),
                   arena_printf(f->arena, "Invalid value: " STR_FMT ": `selector` does not match template `labels`",
                                STR_ARG(fields_labels(f->arena, labels))));
    validate_pod_template(template, STR("spec.template"), f);
    check_endless(spec, "ReplicationController", f);
}

/* ---- stateful and daemon sets ---- */

static jv_t *without(arena_t *a, const jv_t *spec, const char *const *keys) {
    jv_t *v = jv_copy(a, spec);
    for (; *keys; keys++)
        jv_removec(v, *keys);
    return v;
}

static void check_retention(const jv_t *spec, fields_t *f) {
    const jv_t *r = jv_getc(spec, "persistentVolumeClaimRetentionPolicy");
    if (!r)
        return;
    valid_choice(f, STR("spec.persistentVolumeClaimRetentionPolicy.whenDeleted"), jv_getc(r, "whenDeleted"),
                 "Retain Delete");
    valid_choice(f, STR("spec.persistentVolumeClaimRetentionPolicy.whenScaled"), jv_getc(r, "whenScaled"),
                 "Retain Delete");
}

void validate_statefulset(arena_t *a, const jv_t *o, const jv_t *old, fields_t *f) {
    static const char *const open[] = {
        "replicas", "ordinals", "template", "updateStrategy", "minReadySeconds", "persistentVolumeClaimRetentionPolicy",
        NULL};
    static const char *const counts[] = {"replicas",        "readyReplicas",     "currentReplicas",
                                         "updatedReplicas", "availableReplicas", NULL};
    const jv_t *spec = jv_getc(o, "spec"), *policy = jv_getc(spec, "podManagementPolicy");
    const jv_t *strategy = jv_getc(spec, "updateStrategy"), *type = jv_getc(strategy, "type");
    if (!str_eqc(jv_str(policy), "OrderedReady") && !str_eqc(jv_str(policy), "Parallel"))
        fields_invalid(f, STR("spec.podManagementPolicy"), policy, "must be 'OrderedReady' or 'Parallel'");
    if (str_eqc(jv_str(type), "OnDelete") ? jv_getc(strategy, "rollingUpdate") != NULL : false)
        fields_invalid(f, STR("spec.updateStrategy.rollingUpdate"), jv_getc(strategy, "rollingUpdate"),
                       "only allowed for updateStrategy 'RollingUpdate'");
    else if (str_eqc(jv_str(type), "RollingUpdate"))
        valid_nonnegative(f, STR("spec.updateStrategy.rollingUpdate"), jv_getc(strategy, "rollingUpdate"), "partition");
    else if (!str_eqc(jv_str(type), "OnDelete"))
        fields_invalid(f, STR("spec.updateStrategy"), strategy, "must be 'RollingUpdate' or 'OnDelete'");
    check_counts(o, counts, f);
    check_retention(spec, f);
    valid_nonnegative(f, STR("spec"), spec, "replicas");
    valid_nonnegative(f, STR("spec"), spec, "minReadySeconds");
    valid_nonnegative(f, STR("spec.ordinals"), jv_getc(spec, "ordinals"), "start");
    check_selector(spec, "statefulset", f);
    check_match(spec, f);
    validate_pod_template(jv_getc(spec, "template"), STR("spec.template"), f);
    check_endless(spec, "StatefulSet", f);
    if (old && !jv_equal(without(a, spec, open), without(a, jv_getc(old, "spec"), open)))
        fields_forbidden(
            f, STR("spec"),
            "updates to statefulset spec for fields other than 'replicas', 'ordinals', 'template', "
            "'updateStrategy', 'persistentVolumeClaimRetentionPolicy' and 'minReadySeconds' are forbidden");
}

static void check_daemonset(const jv_t *o, fields_t *f) {
    const jv_t *spec = jv_getc(o, "spec"), *strategy = jv_getc(spec, "updateStrategy");
    const jv_t *rolling = jv_getc(strategy, "rollingUpdate"), *s = jv_getc(spec, "selector");
    str_t type = jv_str(jv_getc(strategy, "type"));
    if (jv_is(s, JV_OBJECT)) {
        valid_selector(f, STR("spec.selector"), s);
        if (!is_empty_selector(s))
            check_match(spec, f);
        else
            invalid_selector(f, s, "empty selector is invalid for daemonset");
    } else {
        fields_required(f, STR("spec.selector"), "");
        check_match(spec, f);
    }
    validate_pod_template(jv_getc(spec, "template"), STR("spec.template"), f);
    check_endless(spec, "DaemonSet", f);
    valid_nonnegative(f, STR("spec"), spec, "minReadySeconds");
    if (str_eqc(type, "RollingUpdate")) {
        const jv_t *down = jv_getc(rolling, "maxUnavailable"), *up = jv_getc(rolling, "maxSurge");
        valid_positive_or_percent(f, STR("spec.updateStrategy.rollingUpdate.maxUnavailable"), down);
        valid_positive_or_percent(f, STR("spec.updateStrategy.rollingUpdate.maxSurge"), up);
        if (is_zero(down) && is_zero(up))
            fields_required(f, STR("spec.updateStrategy.rollingUpdate.maxUnavailable"),
                            "cannot be 0 when maxSurge is 0");
        else if (!is_zero(down) && !is_zero(up) && down && up)
            fields_invalid(f, STR("spec.updateStrategy.rollingUpdate.maxSurge"), up,
                           "may not be set when maxUnavailable is non-zero");
    } else if (!str_eqc(type, "OnDelete")) {
        fields_not_supported(f, STR("spec.updateStrategy"), strategy, "RollingUpdate OnDelete");
    }
    valid_nonnegative(f, STR("spec"), spec, "revisionHistoryLimit");
}

void validate_daemonset(arena_t *a, const jv_t *o, const jv_t *old, fields_t *f) {
    (void)a;
    check_daemonset(o, f);
    if (!old)
        return;
    check_daemonset(o, f); /* an update is validated as a new one, too */
    fixed_selector(f, jv_path(o, "spec", "selector", NULL), jv_path(old, "spec", "selector", NULL));
}

/* ---- jobs ---- */

static void check_job_spec(const jv_t *spec, str_t path, fields_t *f) {
    static const char *const numbers[] = {
        "parallelism",          "completions",     "activeDeadlineSeconds", "backoffLimit", "ttlSecondsAfterFinished",
        "backoffLimitPerIndex", "maxFailedIndexes"};
    arena_t *a = f->arena;
    const jv_t *mode = jv_getc(spec, "completionMode"),
               *policy = jv_path(spec, "template", "spec", "restartPolicy", NULL);
    bool indexed = str_eqc(jv_str(mode), "Indexed");
    for (size_t i = 0; i < sizeof numbers / sizeof *numbers; i++)
        valid_nonnegative(f, path, spec, numbers[i]);
    if (jv_getc(spec, "maxFailedIndexes") && !jv_getc(spec, "backoffLimitPerIndex"))
        fields_required(f, at(a, path, "backoffLimitPerIndex"), "when maxFailedIndexes is specified");
    if (mode)
        valid_choice(f, at(a, path, "completionMode"), mode, "NonIndexed Indexed");
    if (indexed && !jv_getc(spec, "completions"))
        fields_required(f, at(a, path, "completions"), "when completion mode is Indexed");
    if (!indexed && jv_getc(spec, "backoffLimitPerIndex"))
        fields_invalid(f, at(a, path, "backoffLimitPerIndex"), jv_getc(spec, "backoffLimitPerIndex"),
                       "requires indexed completion mode");
    if (!indexed && jv_getc(spec, "maxFailedIndexes"))
        fields_invalid(f, at(a, path, "maxFailedIndexes"), jv_getc(spec, "maxFailedIndexes"),
                       "requires indexed completion mode");
    validate_pod_template(jv_getc(spec, "template"), at(a, path, "template"), f);
    str_t here = at(a, path, "template.spec.restartPolicy");
    if (str_eqc(jv_str(policy), "Always") || !jv_str(policy).n)
        fields_required(f, here, "valid values: \"OnFailure\", \"Never\"");
    else if (!str_eqc(jv_str(policy), "OnFailure") && !str_eqc(jv_str(policy), "Never"))
        fields_not_supported(f, here, policy, "OnFailure Never");
}

void validate_job(arena_t *a, const jv_t *o, const jv_t *old, fields_t *f) {
    const jv_t *spec = jv_getc(o, "spec"), *was = jv_getc(old, "spec");
    static const char *const fixed[] = {"completions",    "selector",         "template",
                                        "completionMode", "podFailurePolicy", "backoffLimitPerIndex",
                                        "managedBy",      "successPolicy"};
    check_job_spec(spec, STR("spec"), f);
    if (!jv_getc(spec, "selector"))
        fields_required(f, STR("spec.selector"), "");
    else
        valid_selector(f, STR("spec.selector"), jv_getc(spec, "selector"));
    check_match(spec, f);
    for (size_t i = 0; old && i < sizeof fixed / sizeof *fixed; i++)
        valid_fixed(f, at(a, STR("spec"), fixed[i]), jv_getc(spec, fixed[i]), jv_getc(was, fixed[i]));
}

void validate_cronjob(arena_t *a, const jv_t *o, const jv_t *old, fields_t *f) {
    const jv_t *spec = jv_getc(o, "spec"), *schedule = jv_getc(spec, "schedule");
    const jv_t *job = jv_path(spec, "jobTemplate", "spec", NULL);
    str_t name = jv_path_str(o, "metadata", "name", NULL), why;
    if (!jv_str(schedule).n)
        fields_required(f, STR("spec.schedule"), "");
    else if (!cron_check(a, jv_str(schedule), &why))
        fields_invalid(f, STR("spec.schedule"), schedule, STR_FMT, STR_ARG(why));
    valid_nonnegative(f, STR("spec"), spec, "startingDeadlineSeconds");
    valid_choice(f, STR("spec.concurrencyPolicy"), jv_getc(spec, "concurrencyPolicy"), "Allow Forbid Replace");
    check_job_spec(job, STR("spec.jobTemplate.spec"), f);
    if (jv_true(jv_getc(job, "manualSelector")))
        fields_not_supported(f, STR("spec.jobTemplate.spec.manualSelector"), jv_getc(job, "manualSelector"),
                             "nil false");
    valid_nonnegative(f, STR("spec"), spec, "successfulJobsHistoryLimit");
    valid_nonnegative(f, STR("spec"), spec, "failedJobsHistoryLimit");
    if (!old && name.n > 52)
        fields_invalid_str(f, STR("metadata.name"), name, "must be no more than 52 characters");
}

void validate_controllerrevision(arena_t *a, const jv_t *o, const jv_t *old, fields_t *f) {
    (void)a;
    valid_nonnegative(f, STR(""), o, "revision");
    if (!jv_getc(o, "data"))
        fields_required(f, STR("data"), "data is mandatory");
    else if (old)
        valid_fixed(f, STR("data"), jv_getc(o, "data"), jv_getc(old, "data"));
}
