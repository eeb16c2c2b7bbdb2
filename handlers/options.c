#include "handlers/options.h"

#include <stddef.h>

static const struct {
    flag_t flag;
    size_t at; /* of its field */
} table[OPTIONS_COUNT] = {
    {{"add_dir_header", 0, FLAG_BOOL, NULL, NULL, "Log lines name the folder of the source file."},
     offsetof(vela_options_t, add_dir_header)},
    {{"allow-cross-namespace-resource", 0, FLAG_BOOL, "true", NULL,
      "An Application may have objects in namespaces other than its own."},
     offsetof(vela_options_t, allow_cross_namespace_resource)},
    {{"allow-resource-types", 0, FLAG_STRING, NULL, NULL,
      "Types of objects that Applications may create, by whitelist or blacklist; empty: all."},
     offsetof(vela_options_t, allow_resource_types)},
    {{"alsologtostderr", 0, FLAG_BOOL, NULL, NULL, "Log to standard error as well as to files."},
     offsetof(vela_options_t, alsologtostderr)},
    {{"application-re-sync-period", 0, FLAG_DURATION, "5m0s", NULL,
      "Each Application is looked at again after so long, for drift that no watch told of."},
     offsetof(vela_options_t, application_re_sync_period)},
    {{"application-revision-definition-storage-prune-duration", 0, FLAG_DURATION, "1h0m0s", NULL,
      "Definitions kept once for many ApplicationRevisions are dropped when unused for so long."},
     offsetof(vela_options_t, application_revision_definition_storage_prune_duration)},
    {{"application-revision-limit", 0, FLAG_INT, "10", NULL,
      "Revisions kept of an Application besides the one in use."},
     offsetof(vela_options_t, application_revision_limit)},
    {{"apply-once-only", 0, FLAG_STRING, "false", NULL,
      "v1.2: whether objects are applied only when the Application changes: \"true\", \"false\" or \"force\"."},
     offsetof(vela_options_t, apply_once_only)},
    {{"authentication-default-user", 0, FLAG_STRING, "kubevela:vela-core", NULL,
      "The user that objects are dispatched as where an Application names nobody."},
     offsetof(vela_options_t, authentication_default_user)},
    {{"authentication-group-pattern", 0, FLAG_STRING, "kubevela:*", NULL,
      "Groups of a user that are passed on when impersonating, as patterns."},
     offsetof(vela_options_t, authentication_group_pattern)},
    {{"authentication-with-user", 0, FLAG_BOOL, NULL, NULL,
      "Dispatch objects as the user who last changed the Application."},
     offsetof(vela_options_t, authentication_with_user)},
    {{"autogen-workload-definition", 0, FLAG_BOOL, "true", NULL,
      "Make a WorkloadDefinition for a ComponentDefinition that names none."},
     offsetof(vela_options_t, autogen_workload_definition)},
    {{"cluster-gateway-ca-file", 0, FLAG_STRING, NULL, NULL, "Certificate authority of the cluster gateway."},
     offsetof(vela_options_t, cluster_gateway_ca_file)},
    {{"cluster-gateway-url", 0, FLAG_STRING, NULL, NULL,
      "Address of the cluster gateway; empty: the API server's aggregation layer."},
     offsetof(vela_options_t, cluster_gateway_url)},
    {{"cluster-metrics-interval", 0, FLAG_DURATION, "15s", NULL, "Time between measurements of the managed clusters."},
     offsetof(vela_options_t, cluster_metrics_interval)},
    {{"concurrent-reconciles", 0, FLAG_INT, "4", NULL, "Objects of a kind that are worked on at a time."},
     offsetof(vela_options_t, concurrent_reconciles)},
    {{"controller-client-long-running-request-timeout", 0, FLAG_DURATION, "30s", NULL,
      "Deadline of requests that take long, like lists."},
     offsetof(vela_options_t, controller_client_long_running_request_timeout)},
    {{"controller-client-mutating-request-timeout", 0, FLAG_DURATION, "15s", NULL,
      "Deadline of requests that change something."},
     offsetof(vela_options_t, controller_client_mutating_request_timeout)},
    {{"controller-client-request-timeout", 0, FLAG_DURATION, "10s", NULL, "Deadline of all other requests."},
     offsetof(vela_options_t, controller_client_request_timeout)},
    {{"custom-revision-hook-url", 0, FLAG_STRING, NULL, NULL,
      "v1.2: address asked for the names of component revisions."},
     offsetof(vela_options_t, custom_revision_hook_url)},
    {{"definition-revision-limit", 0, FLAG_INT, "20", NULL, "Revisions kept of a definition besides the one in use."},
     offsetof(vela_options_t, definition_revision_limit)},
    {{"depend-check-wait", 0, FLAG_DURATION, "30s", NULL, "v1.2: time between checks of what a component waits for."},
     offsetof(vela_options_t, depend_check_wait)},
    {{"dev-logs", 0, FLAG_BOOL, NULL, NULL, "Logs for reading at a terminal."}, offsetof(vela_options_t, dev_logs)},
    {{"disable-caps", 0, FLAG_STRING, NULL, NULL,
      "v1.2: capabilities that are not to be installed, separated by commas."},
     offsetof(vela_options_t, disable_caps)},
    {{"disable-remote-cluster-client", 0, FLAG_BOOL, NULL, NULL,
      "No clients of other clusters: everything stays in the local one."},
     offsetof(vela_options_t, disable_remote_cluster_client)},
    {{"enable-cluster-gateway", 0, FLAG_BOOL, NULL, NULL, "Reach managed clusters through the cluster gateway."},
     offsetof(vela_options_t, enable_cluster_gateway)},
    {{"enable-cluster-metrics", 0, FLAG_BOOL, NULL, NULL, "Measure the managed clusters."},
     offsetof(vela_options_t, enable_cluster_metrics)},
    {{"enable-external-package-for-default-compiler", 0, FLAG_BOOL, "true", NULL,
      "CUE templates may import Packages of the cluster."},
     offsetof(vela_options_t, enable_external_package_for_default_compiler)},
    {{"enable-external-package-watch-for-default-compiler", 0, FLAG_BOOL, NULL, NULL,
      "Watch Packages, so that changed ones come into use at once."},
     offsetof(vela_options_t, enable_external_package_watch_for_default_compiler)},
    {{"enable-leader-election", 0, FLAG_BOOL, NULL, NULL, "Reconcile only while holding the lease."},
     offsetof(vela_options_t, enable_leader_election)},
    {{"enable-sharding", 0, FLAG_BOOL, NULL, NULL, "Divide the Applications among several controllers."},
     offsetof(vela_options_t, enable_sharding)},
    {{"feature-gates", 0, FLAG_MAP_STRING_BOOL, NULL, NULL,
      "Features to turn on or off. The gates and their defaults are listed below."},
     offsetof(vela_options_t, feature_gates)},
    {{"health-addr", 0, FLAG_STRING, ":9440", NULL, "Address that /healthz and /readyz are served at."},
     offsetof(vela_options_t, health_addr)},
    {{"ignore-app-without-controller-version", 0, FLAG_BOOL, NULL, NULL,
      "Work only on Applications that ask for this controller's version."},
     offsetof(vela_options_t, ignore_app_without_controller_version)},
    {{"ignore-definition-without-controller-version", 0, FLAG_BOOL, NULL, NULL,
      "Work only on definitions that ask for this controller's version."},
     offsetof(vela_options_t, ignore_definition_without_controller_version)},
    {{"informer-sync-period", 0, FLAG_DURATION, "10h0m0s", NULL, "All watched objects are queued again after so long."},
     offsetof(vela_options_t, informer_sync_period)},
    {{"kube-api-burst", 0, FLAG_INT, "100", NULL, "Requests to the API server at once, above the rate."},
     offsetof(vela_options_t, kube_api_burst)},
    {{"kube-api-qps", 0, FLAG_FLOAT, "50", NULL, "Requests a second to the API server."},
     offsetof(vela_options_t, kube_api_qps)},
    {{"kubeconfig", 0, FLAG_STRING, NULL, NULL,
      "Path of a kubeconfig; empty: $KUBECONFIG, the pod's service account, ~/.kube/config."},
     offsetof(vela_options_t, kubeconfig)},
    {{"leader-election-lease-duration", 0, FLAG_DURATION, "15s", NULL,
      "How long others wait before they take a lease that is not renewed."},
     offsetof(vela_options_t, leader_election_lease_duration)},
    {{"leader-election-namespace", 0, FLAG_STRING, NULL, NULL, "Namespace of the lease; empty: the pod's own."},
     offsetof(vela_options_t, leader_election_namespace)},
    {{"leader-election-renew-deadline", 0, FLAG_DURATION, "10s", NULL,
      "A lease that could not be renewed for so long is given up."},
     offsetof(vela_options_t, leader_election_renew_deadline)},
    {{"leader-election-resource-lock", 0, FLAG_STRING, "configmapsleases", NULL,
      "v1.2: kind of the lock: leases, configmapsleases or endpointsleases."},
     offsetof(vela_options_t, leader_election_resource_lock)},
    {{"leader-election-retry-period", 0, FLAG_DURATION, "2s", NULL, "Time between tries at the lease."},
     offsetof(vela_options_t, leader_election_retry_period)},
    {{"log-debug", 0, FLAG_BOOL, NULL, NULL, "More verbose logs."}, offsetof(vela_options_t, log_debug)},
    {{"log-file-max-size", 0, FLAG_UINT, "1024", NULL, "Megabytes at which the log file is begun anew."},
     offsetof(vela_options_t, log_file_max_size)},
    {{"log-file-path", 0, FLAG_STRING, NULL, NULL, "File to log to; empty: standard error."},
     offsetof(vela_options_t, log_file_path)},
    {{"log_backtrace_at", 0, FLAG_STRING, ":0", NULL,
      "FILE:LINE whose log lines bring a stack trace. Accepted, without effect."},
     offsetof(vela_options_t, log_backtrace_at)},
    {{"log_dir", 0, FLAG_STRING, NULL, NULL, "Folder of log files. Used only without --log-file-path."},
     offsetof(vela_options_t, log_dir)},
    {{"log_file", 0, FLAG_STRING, NULL, NULL, "Log file. Used only without --log-file-path."},
     offsetof(vela_options_t, log_file)},
    {{"log_file_max_size", 0, FLAG_UINT, "1800", NULL, "Megabytes at which --log_file is begun anew; 0: never."},
     offsetof(vela_options_t, klog_file_max_size)},
    {{"logtostderr", 0, FLAG_BOOL, "true", NULL, "Log to standard error instead of files."},
     offsetof(vela_options_t, logtostderr)},
    {{"max-dispatch-concurrent", 0, FLAG_INT, "10", NULL, "Objects of one Application that are dispatched at a time."},
     offsetof(vela_options_t, max_dispatch_concurrent)},
    {{"max-workflow-failed-backoff-time", 0, FLAG_INT, "300", NULL,
      "Longest wait in seconds after a workflow step failed."},
     offsetof(vela_options_t, max_workflow_failed_backoff_time)},
    {{"max-workflow-step-error-retry-times", 0, FLAG_INT, "10", NULL,
      "How often a failing workflow step is tried again."},
     offsetof(vela_options_t, max_workflow_step_error_retry_times)},
    {{"max-workflow-wait-backoff-time", 0, FLAG_INT, "60", NULL,
      "Longest wait in seconds of a workflow step that waits."},
     offsetof(vela_options_t, max_workflow_wait_backoff_time)},
    {{"metrics-addr", 0, FLAG_STRING, ":8080", NULL, "Address that /metrics is served at; \"0\": not."},
     offsetof(vela_options_t, metrics_addr)},
    {{"oam-spec-ver", 0, FLAG_STRING, "v0.3", NULL, "v1.2: version of the OAM specification: v0.3 or minimal."},
     offsetof(vela_options_t, oam_spec_ver)},
    {{"one_output", 0, FLAG_BOOL, NULL, NULL, "Log a line to the file of its own severity only."},
     offsetof(vela_options_t, one_output)},
    {{"optimize-cached-gvks", 0, FLAG_STRING, NULL, NULL,
      "Kinds (Group/Version/Kind, separated by commas) whose objects are read from the cache."},
     offsetof(vela_options_t, optimize_cached_gvks)},
    {{"optimize-controller-reconcile-loop-reduction", 0, FLAG_BOOL, NULL, NULL,
      "v1.2: skip reconciles that would change nothing."},
     offsetof(vela_options_t, optimize_controller_reconcile_loop_reduction)},
    {{"optimize-disable-application-revision", 0, FLAG_BOOL, NULL, NULL, "Keep no ApplicationRevisions."},
     offsetof(vela_options_t, optimize_disable_application_revision)},
    {{"optimize-disable-component-revision", 0, FLAG_BOOL, NULL, NULL,
      "Keep no revisions of components, and no label of theirs on objects."},
     offsetof(vela_options_t, optimize_disable_component_revision)},
    {{"optimize-disable-resource-apply-double-check", 0, FLAG_BOOL, NULL, NULL,
      "Do not read an object again before it is created."},
     offsetof(vela_options_t, optimize_disable_resource_apply_double_check)},
    {{"optimize-disable-workflow-recorder", 0, FLAG_BOOL, NULL, NULL, "v1.2: keep no records of workflows."},
     offsetof(vela_options_t, optimize_disable_workflow_recorder)},
    {{"optimize-enable-in-memory-workflow-context", 0, FLAG_BOOL, NULL, NULL,
      "Keep the contexts of workflows in memory instead of ConfigMaps."},
     offsetof(vela_options_t, optimize_enable_in_memory_workflow_context)},
    {{"optimize-enable-resource-tracker-delete-only-trigger", 0, FLAG_BOOL, "true", NULL,
      "A ResourceTracker brings its Application into the queue only when it is deleted."},
     offsetof(vela_options_t, optimize_enable_resource_tracker_delete_only_trigger)},
    {{"optimize-list-op", 0, FLAG_BOOL, "true", NULL, "Answer lists from the cache by its indexes."},
     offsetof(vela_options_t, optimize_list_op)},
    {{"optimize-mark-with-prob", 0, FLAG_FLOAT, "0.1", NULL,
      "Share of the reconciles, 0 to 1, that look for old ResourceTrackers."},
     offsetof(vela_options_t, optimize_mark_with_prob)},
    {{"optimize-resource-tracker-list-op", 0, FLAG_BOOL, "true", NULL, "v1.2: list ResourceTrackers by label."},
     offsetof(vela_options_t, optimize_resource_tracker_list_op)},
    {{"perf-enabled", 0, FLAG_BOOL, NULL, NULL, "Log how long the parts of a reconcile take."},
     offsetof(vela_options_t, perf_enabled)},
    {{"pprof-addr", 0, FLAG_STRING, NULL, NULL, "v1.2: address of the profiling server; empty: none."},
     offsetof(vela_options_t, pprof_addr)},
    {{"profiling-addr", 0, FLAG_STRING, NULL, NULL, "Address of the profiling server; empty: none."},
     offsetof(vela_options_t, profiling_addr)},
    {{"reconcile-termination-graceful-period", 0, FLAG_DURATION, "5s", NULL, "Time for what is in flight at the end."},
     offsetof(vela_options_t, reconcile_termination_graceful_period)},
    {{"reconcile-timeout", 0, FLAG_DURATION, "3m0s", NULL, "The longest that one reconcile may take."},
     offsetof(vela_options_t, reconcile_timeout)},
    {{"ref-objects-available-scope", 0, FLAG_STRING, "global", NULL,
      "Where ref-objects may take objects from: global, cluster or namespace."},
     offsetof(vela_options_t, ref_objects_available_scope)},
    {{"remote-cluster-client-cache-prune-probability", 0, FLAG_FLOAT, "0.01", NULL,
      "Share of the accesses, 0 to 1, that look for unused clients of other clusters."},
     offsetof(vela_options_t, remote_cluster_client_cache_prune_probability)},
    {{"remote-cluster-client-cache-timeout", 0, FLAG_DURATION, "30m0s", NULL,
      "Clients of other clusters are dropped when unused for so long."},
     offsetof(vela_options_t, remote_cluster_client_cache_timeout)},
    {{"revision-limit", 0, FLAG_INT, "50", NULL,
      "v1.2 name of --application-revision-limit for components; accepted, without effect."},
     offsetof(vela_options_t, revision_limit)},
    {{"schedulable-shards", 0, FLAG_STRINGS, NULL, NULL,
      "Shards that Applications may be given to; empty: those that are found."},
     offsetof(vela_options_t, schedulable_shards)},
    {{"shard-id", 0, FLAG_STRING, "master", NULL, "The shard that this controller works for."},
     offsetof(vela_options_t, shard_id)},
    {{"sharding-slave-discovery-resync-period", 0, FLAG_DURATION, "5m0s", NULL, "Time between searches for shards."},
     offsetof(vela_options_t, sharding_slave_discovery_resync_period)},
    {{"skip_headers", 0, FLAG_BOOL, NULL, NULL, "Log lines have no time, severity or place."},
     offsetof(vela_options_t, skip_headers)},
    {{"skip_log_headers", 0, FLAG_BOOL, NULL, NULL, "Log files begin without a header."},
     offsetof(vela_options_t, skip_log_headers)},
    {{"stderrthreshold", 0, FLAG_STRING, "2", NULL,
      "Severity from which on log lines go to standard error besides the file."},
     offsetof(vela_options_t, stderrthreshold)},
    {{"storage-driver", 0, FLAG_STRING, "Local", NULL,
      "v1.2: where Applications of the command line are kept: Local or ConfigMap."},
     offsetof(vela_options_t, storage_driver)},
    {{"system-definition-namespace", 0, FLAG_STRING, "vela-system", NULL,
      "Namespace of the definitions for all namespaces."},
     offsetof(vela_options_t, system_definition_namespace)},
    {{"use-webhook", 0, FLAG_BOOL, NULL, NULL, "Serve the admission webhooks."}, offsetof(vela_options_t, use_webhook)},
    {{"v", 'v', FLAG_INT, NULL, NULL, "Verbosity of the log."}, offsetof(vela_options_t, v)},
    {{"vmodule", 0, FLAG_STRING, NULL, NULL, "Verbosity by source file, as PATTERN=N,... Accepted, without effect."},
     offsetof(vela_options_t, vmodule)},
    {{"webhook-cert-dir", 0, FLAG_STRING, "/k8s-webhook-server/serving-certs", NULL,
      "Folder of the webhooks' tls.crt and tls.key."},
     offsetof(vela_options_t, webhook_cert_dir)},
    {{"webhook-port", 0, FLAG_INT, "9443", NULL, "Port of the webhooks."}, offsetof(vela_options_t, webhook_port)},
};

/* The gates of v1.10 and their defaults. */
static const struct {
    const char *name;
    bool on;
} gates[] = {
    {"ApplyOnce", false},
    {"ApplyResourceByReplace", false},
    {"AuthenticateApplication", false},
    {"ClientIdentityPenetration", false},
    {"DeprecatedObjectLabelSelector", false},
    {"DeprecatedPolicySpec", false},
    {"DisableBootstrapClusterInfo", false},
    {"DisableReferObjectsFromURL", false},
    {"DisableWebhookAutoSchedule", false},
    {"DisableWorkflowContextConfigMapCache", true},
    {"EnableApplicationStatusMetrics", false},
    {"EnableBackupWorkflowRecord", false},
    {"EnableCueValidation", false},
    {"EnablePatchStatusAtOnce", false},
    {"EnableSuspendOnFailure", false},
    {"EnableWatchEventListener", false},
    {"GzipApplicationRevision", false},
    {"GzipResourceTracker", false},
    {"HealthinessCheck", false},
    {"InformerCacheFilterUnnecessaryFields", true},
    {"LegacyObjectTypeIdentifier", false},
    {"LegacyResourceOwnerValidation", false},
    {"LegacyResourceTrackerGC", false},
    {"MultiStageComponentApply", false},
    {"OCMClusterCache", true},
    {"PreDispatchDryRun", true},
    {"SharedDefinitionStorageForApplicationRevision", true},
    {"ValidateComponentWhenSharding", false},
    {"ValidateDefinitionPermissions", false},
    {"ValidateResourcesExist", false},
    {"ZstdApplicationRevision", false},
    {"ZstdResourceTracker", false},
};
enum { GATES = sizeof gates / sizeof *gates };

void options_flags(vela_options_t *o, flag_t out[OPTIONS_COUNT]) {
    for (size_t i = 0; i < OPTIONS_COUNT; i++) {
        out[i] = table[i].flag;
        out[i].to = (char *)o + table[i].at;
    }
}

/* AllAlpha and AllBeta are gates of every Kubernetes component. */
static bool is_gate(str_t name) {
    for (size_t i = 0; i < GATES; i++)
        if (str_eqc(name, gates[i].name))
            return true;
    return str_eqc(name, "AllAlpha") || str_eqc(name, "AllBeta");
}

flags_result_t options_parse(arena_t *a, vela_options_t *o, int argc, char *const *argv, err_t *err) {
    flag_t flags[OPTIONS_COUNT];
    options_flags(o, flags);
    flags_result_t r = flags_parse(a, flags, OPTIONS_COUNT, argc, argv, NULL, err);
    for (size_t i = 0; r == FLAGS_OK && i < o->feature_gates.n; i++)
        if (!is_gate(o->feature_gates.items[i].name)) {
            error_set(err, ERR_INVALID,
                      "invalid argument for \"--feature-gates\" flag: unrecognized feature gate: " STR_FMT,
                      STR_ARG(o->feature_gates.items[i].name));
            r = FLAGS_ERROR;
        }
    return r;
}

void options_usage(buf_t *out) {
    vela_options_t o;
    flag_t flags[OPTIONS_COUNT];
    options_flags(&o, flags);
    flags_usage(out, flags, OPTIONS_COUNT);
    buf_addc(out, "\nFeature gates (for --feature-gates) and their defaults:\n");
    for (size_t i = 0; i < GATES; i++)
        buf_printf(out, "  %s=%s\n", gates[i].name, gates[i].on ? "true" : "false");
}

bool options_gate(const vela_options_t *o, const char *name) {
    for (size_t i = o->feature_gates.n; i-- > 0;)
        if (str_eqc(o->feature_gates.items[i].name, name))
            return o->feature_gates.items[i].value;
    for (size_t i = 0; i < GATES; i++)
        if (!strcmp(gates[i].name, name))
            return gates[i].on;
    return false;
}
