#include "handlers/manager.h"

#include "handlers/names.h"
#include "handlers/probes.h"
#include "kubeapi/connect.h"
#include "kubeapi/lease.h"
#include "reactor/base/mem.h"
#include "reactor/log.h"

#include <signal.h>
#include <stdio.h>
#include <unistd.h>

enum { FLUSH_MS = 1000, LEASE_MS = 2000 };

typedef struct manager {
    const manager_options_t *o;
    loop_t *loop;
    controller_t c;
    lease_t *lease;
    probes_t *probes;
    loop_signal_t *term, *interrupt;
    fiber_t *main; /* starts, then waits, then stops */
    bool stopping, leads, lost;
    int status;
} manager_t;

static void wake(manager_t *m) {
    if (m->main)
        fiber_wake(m->main);
}

static void on_signal(void *arg) {
    manager_t *m = arg;
    if (m->stopping) {
        log_flush();
        _exit(1);
    }
    m->stopping = true;
    log_info("Stop signal received, stopping");
    if (m->main && !m->c.started) /* it waits for a server that may never come */
        fiber_cancel(m->main);
    else
        wake(m);
}

/* ---- the lease ---- */

static void on_started(void *arg) {
    manager_t *m = arg;
    log_info("successfully acquired lease", "namespace", m->o->lease_namespace, "name", m->o->lease_name);
    m->leads = true;
    wake(m);
}

static void on_observed(void *arg, str_t holder) {
    manager_t *m = arg;
    if (!m->leads && !str_eq(holder, lease_identity(m->lease)))
        log_info("Waiting for the leader lease", "holder", holder);
}

static void on_stopped(void *arg, const err_t *why) {
    manager_t *m = arg;
    log_error("leader election lost", "err", error_text(why));
    m->lost = m->stopping = true;
    m->status = 1;
    wake(m);
}

static void on_lease_over(void *arg) {
    manager_t *m = arg;
    m->lease = NULL;
    wake(m);
}

static bool may_write(void *arg) {
    manager_t *m = arg;
    return m->lease && lease_held(m->lease);
}

static bool wait_for_lease(manager_t *m, err_t *err) {
    if (!m->o->leader_election)
        return true;
    const lease_options_t o = {.ns = m->o->lease_namespace,
                               .name = m->o->lease_name,
                               .duration_ms = m->o->lease_ms,
                               .renew_ms = m->o->renew_ms,
                               .retry_ms = m->o->retry_ms};
    const lease_events_t ev = {.started = on_started, .stopped = on_stopped, .observed = on_observed};
    api_set_write_guard(m->c.api, may_write, m);
    log_info("attempting to acquire leader lease", "namespace", m->o->lease_namespace, "name", m->o->lease_name);
    m->lease = lease_start(m->c.api, &o, &ev, m, err);
    if (!m->lease)
        return false;
    while (!m->leads && !m->stopping)
        if (!fiber_park(-1, err))
            return false;
    return true;
}

/* ---- the order of things ---- */

static bool build(manager_t *m, err_t *err) {
    controller_t *c = &m->c;
    c->loop = m->loop;
    c->o = m->o->controller;
    c->api = connect_api(m->loop, m->o->kubeconfig, STR("kubevela/" VELELLA_VERSION), m->o->qps, m->o->burst, err);
    if (!c->api)
        return error_wrap(err, "Unable to get the Kubernetes configuration");
    str_t host = api_host(c->api);
    log_info("Kubernetes Config Loaded", "server", host, "QPS", m->o->qps, "Burst", m->o->burst);
    c->mapping = mapping_create(c->api);
    c->informers = informers_create(c->api);
    c->recorder = recorder_create(c->api, STR("Application"));
    c->programs = programs_create(0);
    c->evaluator = evaluator_create();
    m->probes = probes_create(m->loop, &m->c, m->o->health_addr, m->o->metrics_addr, err);
    if (!m->probes)
        return false;
    return (c->mapping && c->informers && c->recorder && c->programs && c->evaluator) || error_memory(err);
}

/* Lists and watches first, then the lease, so that a standby is ready when its turn comes. */
static bool start(manager_t *m, err_t *err) {
    if (!controller_start(&m->c, err))
        return false;
    log_info("Caches are synced", "startupMs", probes_uptime_ms());
    if (!wait_for_lease(m, err))
        return false;
    if (m->stopping)
        return true;
    probes_ready(m->probes);
    log_info("Start the vela controller manager", "workers", (int64_t)m->o->controller.concurrent_reconciles);
    queue_pause(m->c.queue, false);
    return true;
}

static void stop(manager_t *m) {
    err_t err = ERROR_INIT;
    controller_stop(&m->c, m->lost ? 0 : m->o->grace_ms);
    if (!m->lost)
        recorder_flush(m->c.recorder, FLUSH_MS, &err);
    error_release(&err);
    if (!m->lease)
        return;
    if (m->lost) {
        lease_destroy(m->lease);
        m->lease = NULL;
        return;
    }
    lease_stop(m->lease, on_lease_over, m);
    while (m->lease && fiber_park(LEASE_MS, NULL))
        ;
}

static void main_fiber(void *arg) {
    manager_t *m = arg;
    err_t err = ERROR_INIT;
    if (!start(m, &err) && !m->stopping) {
        log_error("Unable to start the vela controller manager", "err", error_text(&err));
        m->status = 1;
        m->stopping = true;
    }
    error_release(&err);
    while (!m->stopping)
        fiber_park(-1, NULL);
    stop(m);
}

static void main_done(void *arg) {
    manager_t *m = arg;
    m->main = NULL;
    loop_stop(m->loop);
}

/* A stop that comes while the start is still waiting for the server. */
static void release(manager_t *m) {
    controller_t *c = &m->c;
    loop_signal_destroy(m->term);
    loop_signal_destroy(m->interrupt);
    probes_destroy(m->probes);
    controller_release(c);
    if (c->recorder)
        recorder_destroy(c->recorder);
    if (c->informers)
        informers_destroy(c->informers);
    if (c->mapping)
        mapping_destroy(c->mapping);
    if (c->api)
        api_destroy(c->api);
    evaluator_destroy(c->evaluator);
    if (c->programs)
        programs_destroy(c->programs);
    log_release();
    loop_destroy(m->loop);
    fiber_pool_drain();
}

int manager_run(const manager_options_t *o) {
    manager_t m = {.o = o};
    err_t err = ERROR_INIT;
    m.loop = loop_create(&err);
    if (!m.loop || !log_init(m.loop, STDERR_FILENO, o->verbosity)) {
        fprintf(stderr, "velella: %s\n", error_text(&err));
        error_release(&err);
        return 1;
    }
    log_info("KubeVela information", "version", VELA_VERSION, "velella", VELELLA_VERSION);
    if (o->idle_flags[0])
        log_warn("Flags without effect in this version of velella", "flags", o->idle_flags);
    log_info("Vela-Core init", "definition namespace", o->controller.definition_namespace);
    m.term = loop_signal_create(m.loop, SIGTERM, on_signal, &m);
    m.interrupt = loop_signal_create(m.loop, SIGINT, on_signal, &m);
    if (build(&m, &err)) {
        m.main = fiber_start(m.loop, "main", main_fiber, &m, main_done, &m);
        if (m.main)
            loop_run(m.loop);
        else
            m.status = !error_memory(&err);
    } else {
        log_error("Unable to create a controller manager", "err", error_text(&err));
        m.status = 1;
    }
    error_release(&err);
    log_info("Safely stops Program...");
    release(&m);
    return m.status;
}
