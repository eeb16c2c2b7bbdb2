/* velella: the commands by their first word; without one, the controller. */
#include "config/cue/cue.h"
#include "config/yaml/yaml.h"
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
    {"definitions", "the built-in definitions as manifests, for kubectl apply"},
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

/* The namespace and the built-in definitions in it, as one YAML stream. */
static int definitions(void) {
    arena_t *a = arena_create();
    buf_t out;
    err_t err = ERROR_INIT;
    const jv_t *manifest;
    buf_init(&out);
    definition_set_t *set = a ? definition_set_create(a) : NULL;
    bool ok = set && definition_set_add_builtin(set, &err);
    buf_addc(&out, "apiVersion: v1\nkind: Namespace\nmetadata:\n  name: vela-system\n");
    for (size_t i = 0; ok && definition_set_at(set, i, &manifest); i++) {
        jv_t *o = jv_copy(a, manifest);
        jv_set_path(a, o, jv_string(a, STR("vela-system")), "metadata", "namespace", NULL);
        buf_addc(&out, "---\n");
        yaml_write(&out, o);
    }
    ok = ok && !buf_failed(&out) && fwrite(out.p, 1, out.n, stdout) == out.n && fflush(stdout) != EOF;
    if (!ok)
        fprintf(stderr, "velella definitions: %s\n", err.code ? error_text(&err) : "standard output can't be written");
    error_release(&err);
    buf_release(&out);
    arena_destroy(a);
    return !ok;
}

/* Flags that are given and known, and whose subsystem isn't there yet. */
static const char *idle_flags(arena_t *a, int argc, char **argv) {
    static const char *const used[] = {"kubeconfig",
                                       "kube-api-qps",
                                       "kube-api-burst",
                                       "enable-leader-election",
                                       "leader-election-namespace",
                                       "leader-election-lease-duration",
                                       "leader-election-renew-deadline",
                                       "leader-election-retry-period",
                                       "health-addr",
                                       "metrics-addr",
                                       "reconcile-termination-graceful-period",
                                       "v",
                                       "log-debug",
                                       "system-definition-namespace",
                                       "concurrent-reconciles",
                                       "application-revision-limit",
                                       "application-re-sync-period",
                                       "reconcile-timeout",
                                       "optimize-disable-component-revision",
                                       "feature-gates",
                                       "allow-cross-namespace-resource",
                                       "ignore-app-without-controller-version",
                                       "logtostderr"};
    buf_t out;
    buf_init_arena(&out, a);
    for (int i = 1; i < argc; i++) {
        str_t name = str_c(argv[i]), value;
        if (!str_starts(name, STR("-")))
            continue;
        str_cut(str_from(name, str_starts(name, STR("--")) ? 2 : 1), '=', &name, &value);
        bool known = false;
        for (size_t k = 0; k < sizeof used / sizeof *used && !known; k++)
            known = str_eqc(name, used[k]);
        if (!known)
            buf_printf(&out, "%s" STR_FMT, out.n ? " " : "", STR_ARG(name));
    }
    return arena_cstr(a, buf_str(&out));
}

/* What must not be ignored: these promise checks that nobody would make. */
static bool may_start(const vela_options_t *v, err_t *err) {
    static const char *const gates[] = {"AuthenticateApplication", "ValidateDefinitionPermissions"};
    for (size_t i = 0; i < sizeof gates / sizeof *gates; i++)
        if (options_gate(v, gates[i]))
            return error_set(err, ERR_UNSUPPORTED, "feature gate %s is not supported by velella yet", gates[i]);
    if (v->enable_sharding)
        return error_set(err, ERR_UNSUPPORTED, "--enable-sharding is not supported by velella yet");
    if (v->authentication_with_user)
        return error_set(err, ERR_UNSUPPORTED, "--authentication-with-user is not supported by velella yet");
    if (v->concurrent_reconciles < 1)
        return error_set(err, ERR_INVALID, "--concurrent-reconciles must be at least 1, not %lld",
                         (long long)v->concurrent_reconciles);
    return true;
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
                .concurrent_reconciles = (size_t)v->concurrent_reconciles,
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
    if (parsed == FLAGS_ERROR) { /* the error last, so that it stands on the screen */
        usage(stderr);
        fprintf(stderr, "\nvelella: %s\n", error_text(&err));
    }
    if (parsed == FLAGS_OK && !may_start(&v, &err)) {
        fprintf(stderr, "velella: %s\n", error_text(&err));
    } else if (parsed == FLAGS_OK) {
        manager_options_t o = manager_options(&v);
        o.idle_flags = idle_flags(a, argc, argv);
        status = manager_run(&o);
    }
    error_release(&err);
    arena_destroy(a);
    return status;
}

int main(int argc, char **argv) {
    const char *word = argc > 1 ? argv[1] : "";
    if (!strcmp(word, "render"))
        return with_buffers(render_command, argc - 1, argv + 1);
    if (!strcmp(word, "cue"))
        return with_buffers(cue_command, argc - 2, argv + 2); /* from the verb on */
    if (!strcmp(word, "definitions"))
        return definitions();
    if (!strcmp(word, "version"))
        return version();
    return controller(argc, argv);
}
