/* What all controllers share: the client, the stores, the queue, the recorder. Made by controller_start in main's
 * order, one per process. */
#ifndef HANDLERS_CONTROLLER_H
#define HANDLERS_CONTROLLER_H

#include "handlers/definition.h"
#include "handlers/evaluator.h"
#include "handlers/managed.h"
#include "handlers/program.h"
#include "kubeapi/events.h"
#include "reactor/queue.h"

typedef struct controller_options { /* strings outlive the controller */
    str_t definition_namespace;     /* --system-definition-namespace */
    size_t concurrent_reconciles;
    int64_t app_revision_limit;
    int64_t resync_ms;           /* --application-re-sync-period */
    int64_t reconcile_ms;        /* --reconcile-timeout */
    bool no_component_revision;  /* --optimize-disable-component-revision */
    bool no_dry_run;             /* gate PreDispatchDryRun off */
    bool no_cross_namespace;     /* --allow-cross-namespace-resource=false */
    bool ignore_without_version; /* --ignore-app-without-controller-version */
} controller_options_t;

typedef struct controller {
    loop_t *loop;
    controller_options_t o;
    api_t *api;
    mapping_t *mapping;
    informers_t *informers;
    recorder_t *recorder;
    programs_t *programs;
    evaluator_t *evaluator;
    cue_budget_t budget; /* its yield is the evaluator's */
    managed_t *managed;
    queue_t *queue; /* of Applications, by key */
    informer_t *apps, *trackers, *revisions, *definitions[DEFINITION_KINDS];
    loop_timer_t *definitions_changed; /* armed: all Applications are to be looked at again */
    link_t fibers;                     /* the reconciles in flight */
    bool started, stopping;
    uint64_t reconciles, failures;
} controller_t;

/* Indexed labels of trackers and revisions. */
enum { INDEX_APP_NAME, INDEX_APP_NAMESPACE, INDEX_REVISION_HASH = 1 };

/* Waits (on the current fiber) until the kinds that it reads are served and listed, then begins to reconcile. False
 * when cancelled. While a kind isn't there it says so in the log and looks again. */
bool controller_start(controller_t *c, err_t *err);
/* Takes up nothing new, gives what is in flight ms to end, then cancels it. */
void controller_stop(controller_t *c, int64_t ms);
void controller_release(controller_t *c);

/* Definitions for an Application of a namespace: there first, then in the system namespace. `arg` is a
 * controller_scope_t. */
typedef struct controller_scope {
    controller_t *c;
    str_t ns;
    const jv_t *revision_spec; /* of an ApplicationRevision: looked in first; NULL: none */
} controller_scope_t;
const jv_t *controller_find_definition(void *scope, arena_t *a, definition_kind_t kind, str_t name, err_t *err);
/* Policy and Workflow objects of the Application's namespace. */
const jv_t *controller_find_object(void *scope, arena_t *a, const char *kind, str_t name, err_t *err);

/* The server's /version as context.clusterVersion has it. */
jv_t *controller_cluster_version(controller_t *c, arena_t *a);

#endif
