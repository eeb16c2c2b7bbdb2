/* velella: the commands by their first word; without one, the controller. */
#include "config/cue/cue.h"
#include "config/flags.h"
#include "handlers/manager.h"
#include "handlers/names.h"
#include "handlers/render_command.h"
#include "reactor/base/mem.h"
#include "reactor/log.h"

#include <event2/event.h>
#include <jansson.h>
#include <nghttp2/nghttp2.h>
#include <openssl/crypto.h>
#include <stdio.h>
#include <yaml.h>

static int with_buffers(int (*command)(int, char **, buf_t *, buf_t *), int argc, char **argv) {
    buf_t out, errors;
    buf_init(&out);
    buf_init(&errors);
    int status = command(argc, argv, &out, &errors);
    if (buf_failed(&out) || buf_failed(&errors))
        mem_die(0);
    fwrite(out.p, 1, out.n, stdout);
    fwrite(errors.p, 1, errors.n, stderr);
    if (fflush(stdout) == EOF && status == 0) {
        fprintf(stderr, "velella: standard output can't be written\n");
        status = 1;
    }
    buf_release(&out);
    buf_release(&errors);
    return status;
}

static int version(void) {
    printf("velella %s, standing in for vela-core %s\n", VELELLA_VERSION, VELA_VERSION);
    printf("libevent %s, nghttp2 %s, %s, jansson %s, libyaml %s\n", event_get_version(),
           nghttp2_version(0)->version_str, OpenSSL_version(OPENSSL_VERSION), jansson_version_str(),
           yaml_get_version_string());
    return 0;
}

/* The commands beside the controller. */
static const struct command {
    const char *name, *help;
} commands[] = {
    {"render", "the objects that an Application becomes, from files alone"},
    {"cue", "export, eval and vet of CUE files"},
    {"version", "version and linked libraries"},
};

static void usage(FILE *to, const flag_t *flags, size_t n) {
    buf_t b;
    buf_init(&b);
    flags_usage(&b, flags, n);
    fprintf(to, "velella [flags]           the controller, with vela-core's flags\n");
    for (size_t i = 0; i < sizeof commands / sizeof *commands; i++)
        fprintf(to, "velella %-17s %s\n", commands[i].name, commands[i].help);
    fprintf(to, "\nFlags of the controller:\n" STR_FMT, STR_ARG(buf_str(&b)));
    buf_release(&b);
}

static int controller(int argc, char **argv) {
    manager_options_t o = {.lease_name = STR("kubevela")};
    str_t kubeconfig;
    int64_t workers, renew, lease, retry, resync, timeout, grace;
    bool no_component_revision, cross;
    flag_bools_t gates;
    int64_t verbosity;
    const flag_t flags[] = {
        {"kubeconfig", 0, FLAG_STRING, "", &kubeconfig,
         "Path of a kubeconfig; empty: $KUBECONFIG, the pod's service account, ~/.kube/config"},
        {"metrics-addr", 0, FLAG_STRING, ":8080", &o.metrics_addr, "Where /metrics is served; 0: not"},
        {"health-addr", 0, FLAG_STRING, ":9440", &o.health_addr, "Where /healthz and /readyz are served; 0: not"},
        {"enable-leader-election", 0, FLAG_BOOL, "false", &o.leader_election, "Reconcile only while holding the lease"},
        {"leader-election-namespace", 0, FLAG_STRING, "vela-system", &o.lease_namespace, "Namespace of the lease"},
        {"leader-election-lease-duration", 0, FLAG_DURATION, "15s", &lease,
         "How long others wait before they take the lease"},
        {"leader-election-renew-deadline", 0, FLAG_DURATION, "10s", &renew,
         "A lease not renewed for so long is given up"},
        {"leader-election-retry-period", 0, FLAG_DURATION, "2s", &retry, "Time between tries at the lease"},
        {"concurrent-reconciles", 0, FLAG_INT, "4", &workers, "Applications worked on at a time"},
        {"kube-api-qps", 0, FLAG_FLOAT, "50", &o.qps, "Requests a second to the API server"},
        {"kube-api-burst", 0, FLAG_FLOAT, "100", &o.burst, "Requests at once above that rate"},
        {"system-definition-namespace", 0, FLAG_STRING, "vela-system", &o.controller.definition_namespace,
         "Namespace of the definitions for all"},
        {"application-revision-limit", 0, FLAG_INT, "10", &o.controller.app_revision_limit,
         "Revisions kept of an Application besides the one in use"},
        {"application-re-sync-period", 0, FLAG_DURATION, "5m", &resync,
         "Each Application is looked at again after so long"},
        {"reconcile-timeout", 0, FLAG_DURATION, "3m", &timeout, "The longest that one reconcile may take"},
        {"reconcile-termination-graceful-period", 0, FLAG_DURATION, "5s", &grace,
         "Time for what is in flight at the end"},
        {"optimize-disable-component-revision", 0, FLAG_BOOL, "false", &no_component_revision,
         "No label app.oam.dev/revision on objects"},
        {"allow-cross-namespace-resource", 0, FLAG_BOOL, "true", &cross,
         "An Application may have objects in other namespaces"},
        {"ignore-app-without-controller-version", 0, FLAG_BOOL, "false", &o.controller.ignore_without_version,
         "Work only on Applications that ask for this version"},
        {"feature-gates", 0, FLAG_MAP_STRING_BOOL, NULL, &gates, "Feature gates: PreDispatchDryRun"},
        {"v", 'v', FLAG_INT, "0", &verbosity, "Verbosity of the log"},
    };
    const size_t n = sizeof flags / sizeof *flags;
    arena_t *a = arena_create();
    err_t err = ERROR_INIT;
    flags_result_t parsed = a ? flags_parse(a, flags, n, argc, argv, NULL, &err) : FLAGS_ERROR;
    int status = parsed == FLAGS_HELP ? 0 : 2;
    if (parsed == FLAGS_HELP)
        usage(stdout, flags, n);
    if (parsed == FLAGS_ERROR) {
        fprintf(stderr, "velella: %s\n\n", error_text(&err));
        usage(stderr, flags, n);
    }
    error_release(&err);
    if (parsed == FLAGS_OK) {
        o.kubeconfig = kubeconfig.p;
        o.lease_ms = lease / 1000000;
        o.renew_ms = renew / 1000000;
        o.retry_ms = retry / 1000000;
        o.grace_ms = grace / 1000000;
        o.controller.concurrent_reconciles = workers > 0 ? (size_t)workers : 1;
        o.controller.resync_ms = resync / 1000000;
        o.controller.reconcile_ms = timeout / 1000000;
        o.controller.no_component_revision = no_component_revision;
        o.controller.no_cross_namespace = !cross;
        for (size_t i = 0; i < gates.n; i++)
            if (str_eqc(gates.items[i].name, "PreDispatchDryRun"))
                o.controller.no_dry_run = !gates.items[i].value;
        log_verbosity = (int)verbosity;
        status = manager_run(&o);
    }
    arena_destroy(a);
    return status;
}

int main(int argc, char **argv) {
    const char *word = argc > 1 ? argv[1] : "";
    if (!strcmp(word, "render"))
        return with_buffers(render_command, argc - 1, argv + 1);
    if (!strcmp(word, "cue"))
        return with_buffers(cue_command, argc - 2, argv + 2); /* from the verb on */
    if (!strcmp(word, "version"))
        return version();
    return controller(argc, argv);
}
