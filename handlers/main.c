/* velella: the commands by their first word; without one, the controller. */
#include "config/cue/cue.h"
#include "handlers/manager.h"
#include "handlers/names.h"
#include "handlers/options.h"
#include "handlers/render_command.h"
#include "reactor/base/mem.h"

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

static void usage(FILE *to) {
    buf_t b;
    buf_init(&b);
    options_usage(&b);
    fprintf(to, "velella [flags]           the controller, with vela-core's flags\n");
    for (size_t i = 0; i < sizeof commands / sizeof *commands; i++)
        fprintf(to, "velella %-17s %s\n", commands[i].name, commands[i].help);
    fprintf(to, "\nFlags of the controller:\n" STR_FMT, STR_ARG(buf_str(&b)));
    buf_release(&b);
}

static int64_t milliseconds(int64_t ns) {
    return ns / 1000000;
}

/* What the flags say of how the controller works. */
static manager_options_t manager_options(const vela_options_t *v) {
    return (manager_options_t){
        .kubeconfig = v->kubeconfig.p,
        .qps = v->kube_api_qps,
        .burst = (double)v->kube_api_burst,
        .leader_election = v->enable_leader_election,
        .lease_namespace = v->leader_election_namespace.n ? v->leader_election_namespace : STR("vela-system"),
        .lease_name = STR("kubevela"),
        .lease_ms = milliseconds(v->leader_election_lease_duration),
        .renew_ms = milliseconds(v->leader_election_renew_deadline),
        .retry_ms = milliseconds(v->leader_election_retry_period),
        .health_addr = v->health_addr,
        .metrics_addr = v->metrics_addr,
        .grace_ms = milliseconds(v->reconcile_termination_graceful_period),
        .verbosity = (int)(v->v ? v->v : v->log_debug),
        .controller =
            {
                .definition_namespace = v->system_definition_namespace,
                .concurrent_reconciles = v->concurrent_reconciles > 0 ? (size_t)v->concurrent_reconciles : 1,
                .app_revision_limit = v->application_revision_limit,
                .resync_ms = milliseconds(v->application_re_sync_period),
                .reconcile_ms = milliseconds(v->reconcile_timeout),
                .no_component_revision = v->optimize_disable_component_revision,
                .no_dry_run = !options_gate(v, "PreDispatchDryRun"),
                .no_cross_namespace = !v->allow_cross_namespace_resource,
                .ignore_without_version = v->ignore_app_without_controller_version,
            },
    };
}

static int controller(int argc, char **argv) {
    vela_options_t v;
    err_t err = ERROR_INIT;
    arena_t *a = arena_create();
    flags_result_t parsed = a ? options_parse(a, &v, argc, argv, &err) : FLAGS_ERROR;
    int status = parsed == FLAGS_HELP ? 0 : 2;
    if (parsed == FLAGS_HELP)
        usage(stdout);
    if (parsed == FLAGS_ERROR) {
        fprintf(stderr, "velella: %s\n\n", error_text(&err));
        usage(stderr);
    }
    error_release(&err);
    if (parsed == FLAGS_OK) {
        const manager_options_t o = manager_options(&v);
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
