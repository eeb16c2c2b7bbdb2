/* The manager: what a controller process is made of, in the order in which vela-core starts it, and its orderly end. */
#ifndef HANDLERS_MANAGER_H
#define HANDLERS_MANAGER_H

#include "handlers/controller.h"

typedef struct manager_options { /* strings outlive the manager */
    const char *kubeconfig;      /* --kubeconfig; NULL: where client-go looks */
    double qps, burst;
    bool leader_election;
    str_t lease_namespace, lease_name;
    int64_t lease_ms, renew_ms, retry_ms;
    str_t health_addr, metrics_addr; /* "" or "0": off */
    int64_t grace_ms;                /* of an orderly stop */
    int verbosity;                   /* of the log */
    const char *idle_flags;          /* given, known, and without effect yet: named in one warning; "": none */
    controller_options_t controller;
} manager_options_t;

/* Runs until SIGTERM or SIGINT (a second one ends at once), or until the lease is lost. Returns the exit status. */
int manager_run(const manager_options_t *o);

#endif
