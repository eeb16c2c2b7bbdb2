/* All flags of vela-core, those of v1.10 and those that only v1.2 had, as one struct and one table, and the feature
 * gates. A field has the name of its flag (klog's --log_file_max_size: klog_file_max_size). */
#ifndef HANDLERS_OPTIONS_H
#define HANDLERS_OPTIONS_H

#include "config/flags.h"

typedef struct vela_options {
    bool add_dir_header, allow_cross_namespace_resource, alsologtostderr, authentication_with_user,
        autogen_workload_definition, dev_logs, disable_remote_cluster_client, enable_cluster_gateway,
        enable_cluster_metrics, enable_external_package_for_default_compiler,
        enable_external_package_watch_for_default_compiler, enable_leader_election, enable_sharding,
        ignore_app_without_controller_version, ignore_definition_without_controller_version, log_debug, logtostderr,
        one_output, optimize_controller_reconcile_loop_reduction, optimize_disable_application_revision,
        optimize_disable_component_revision, optimize_disable_resource_apply_double_check,
        optimize_disable_workflow_recorder, optimize_enable_in_memory_workflow_context,
        optimize_enable_resource_tracker_delete_only_trigger, optimize_list_op, optimize_resource_tracker_list_op,
        perf_enabled, skip_headers, skip_log_headers, use_webhook;
    str_t allow_resource_types, apply_once_only, authentication_default_user, authentication_group_pattern,
        cluster_gateway_ca_file, cluster_gateway_url, custom_revision_hook_url, disable_caps, health_addr, kubeconfig,
        leader_election_namespace, leader_election_resource_lock, log_file_path, log_backtrace_at, log_dir, log_file,
        metrics_addr, oam_spec_ver, optimize_cached_gvks, pprof_addr, profiling_addr, ref_objects_available_scope,
        shard_id, stderrthreshold, storage_driver, system_definition_namespace, vmodule, webhook_cert_dir;
    int64_t application_re_sync_period, application_revision_definition_storage_prune_duration,
        application_revision_limit, cluster_metrics_interval, concurrent_reconciles,
        controller_client_long_running_request_timeout, controller_client_mutating_request_timeout,
        controller_client_request_timeout, definition_revision_limit, depend_check_wait, informer_sync_period,
        kube_api_burst, leader_election_lease_duration, leader_election_renew_deadline, leader_election_retry_period,
        max_dispatch_concurrent, max_workflow_failed_backoff_time, max_workflow_step_error_retry_times,
        max_workflow_wait_backoff_time, reconcile_termination_graceful_period, reconcile_timeout,
        remote_cluster_client_cache_timeout, revision_limit, sharding_slave_discovery_resync_period, v,
        webhook_port; /* durations in nanoseconds */
    uint64_t log_file_max_size, klog_file_max_size;
    double kube_api_qps, optimize_mark_with_prob, remote_cluster_client_cache_prune_probability;
    flag_strings_t schedulable_shards;
    flag_bools_t feature_gates;
} vela_options_t;

enum { OPTIONS_COUNT = 92 };

/* The table, to be parsed into *o. Defaults are v1.10's, or v1.2's where v1.10 hasn't the flag. */
void options_flags(vela_options_t *o, flag_t out[OPTIONS_COUNT]);
/* flags_parse and the feature gates' names. */
flags_result_t options_parse(arena_t *a, vela_options_t *o, int argc, char *const *argv, err_t *err);
/* The list of flags and gates for --help. */
void options_usage(buf_t *out);

/* Whether a gate is on, by what was given or its default. False for a name that is no gate. */
bool options_gate(const vela_options_t *o, const char *name);

#endif
