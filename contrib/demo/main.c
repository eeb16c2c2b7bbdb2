/* velella-demo: plays the demo's steps against an API server.
 *
 *   velella-demo prepare KUBECONFIG CRDS_FOLDER     CRDs and the built-in definitions
 *   velella-demo play KUBECONFIG VELELLA_PID        an Application from nothing to gone, and what velella cost
 *   velella-demo stay KUBECONFIG                    the Application once more, to stay */
#include "contrib/demo/tree.h"
#include "config/yaml/yaml.h"
#include "handlers/definition.h"
#include "kubeapi/connect.h"
#include "kubeapi/mapping.h"
#include "reactor/base/mem.h"
#include "reactor/fiber.h"

#include <dirent.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

enum { STEP_MS = 60000, FRAME_MS = 30, SERVED_MS = 10000 };

static const char application[] =
    "{\"apiVersion\":\"core.oam.dev/v1beta1\",\"kind\":\"Application\",\"metadata\":{\"name\":\"shop\"},\"spec\":"
    "{\"components\":[{\"name\":\"front\",\"type\":\"webservice\",\"properties\":{\"image\":\"nginx:1.25\","
    "\"ports\":[{\"port\":80}]},\"traits\":[{\"type\":\"scaler\",\"properties\":{\"replicas\":2}},"
    "{\"type\":\"gateway\",\"properties\":{\"domain\":\"shop.example\",\"http\":{\"/\":80}}}]},"
    "{\"name\":\"orders\",\"type\":\"worker\",\"properties\":{\"image\":\"busybox:1.36\",\"cmd\":[\"sleep\",\"86400\"]}"
    ","
    "\"traits\":[{\"type\":\"env\",\"properties\":{\"env\":{\"QUEUE\":\"orders\"}}}]}]}}";

typedef struct demo {
    loop_t *loop;
    api_t *api;
    mapping_t *mapping;
    informers_t *informers;
    informer_t *apps, *deployments, *kinds[TREE_MAX_KINDS];
    size_t nkinds;
    tree_t *tree;
    int argc;
    char **argv;
    int status;
} demo_t;

static str_t default_ns(void) {
    return STR("default");
}

/* A CRD is served a moment after it was created. */
static const api_resource_t *resource_of(demo_t *d, const jv_t *o, err_t *err) {
    int64_t until = loop_clock() + SERVED_MS;
    for (;;) {
        error_release(err);
        const api_resource_t *r =
            mapping_find(d->mapping, jv_str(jv_getc(o, "apiVersion")), jv_str(jv_getc(o, "kind")), err);
        if (r || err->code != ERR_NOTFOUND || loop_clock() > until || !fiber_sleep(FRAME_MS, NULL))
            return r;
        mapping_invalidate(d->mapping);
    }
}

static bool apply(demo_t *d, arena_t *a, const jv_t *o, err_t *err) {
    const api_resource_t *r = resource_of(d, o, err);
    str_t ns = jv_path_str(o, "metadata", "namespace", NULL);
    if (!r)
        return false;
    if (r->namespaced && !ns.n)
        ns = default_ns();
    err_t e = ERROR_INIT;
    if (api_create_object(d->api, r, r->namespaced ? ns : STR_NONE, o, NULL, a, &e) || e.code == ERR_EXISTS) {
        error_release(&e);
        return true;
    }
    error_move(err, &e);
    return error_wrap(err, STR_FMT " " STR_FMT, STR_ARG(r->kind), STR_ARG(jv_path_str(o, "metadata", "name", NULL)));
}

/* ---- prepare ---- */

static bool apply_folder(demo_t *d, arena_t *a, const char *folder, size_t *n, err_t *err) {
    struct dirent **names;
    int count = scandir(folder, &names, NULL, alphasort);
    if (count < 0)
        return error_errno(err, "%s", folder);
    bool ok = true;
    for (int i = 0; i < count; i++) {
        str_t text, name = str_c(names[i]->d_name);
        str_t path = arena_printf(a, "%s/%s", folder, names[i]->d_name);
        jv_t *docs = jv_array(a);
        if (ok && str_ends(name, STR(".yaml"))) {
            ok =
                (kubeconfig_read_file(a, path.p, &text, err) && yaml_parse_all(a, text, YAML_KUBERNETES, &docs, err)) ||
                error_wrap(err, STR_FMT, STR_ARG(path));
            for (size_t k = 0; ok && k < jv_count(docs); k++, ++*n)
                ok = apply(d, a, jv_at(docs, k), err);
        }
        free(names[i]);
    }
    free(names);
    return ok;
}

static bool apply_definitions(demo_t *d, arena_t *a, size_t *n, err_t *err) {
    jv_t *ns = jv_object(a);
    jv_setc(a, ns, "apiVersion", jv_string(a, STR("v1")));
    jv_setc(a, ns, "kind", jv_string(a, STR("Namespace")));
    jv_set_path(a, ns, jv_string(a, STR("vela-system")), "metadata", "name", NULL);
    definition_set_t *set = definition_set_create(a);
    if (!apply(d, a, ns, err) || !definition_set_add_builtin(set, err))
        return false;
    const jv_t *manifest;
    for (size_t i = 0; definition_set_at(set, i, &manifest); i++, ++*n) {
        jv_t *o = jv_copy(a, manifest);
        jv_set_path(a, o, jv_string(a, STR("vela-system")), "metadata", "namespace", NULL);
        if (!apply(d, a, o, err))
            return false;
    }
    return true;
}

static bool prepare(demo_t *d, arena_t *a, err_t *err) {
    size_t crds = 0, definitions = 0;
    int64_t began = loop_clock();
    if (!apply_folder(d, a, d->argv[3], &crds, err))
        return false;
    mapping_invalidate(d->mapping);
    if (!apply_definitions(d, a, &definitions, err))
        return false;
    printf("\nAn empty cluster: applied %zu CRDs and %zu definitions in %lld ms.\n", crds, definitions,
           (long long)(loop_clock() - began));
    return true;
}

/* ---- play ---- */

static informer_t *watch(demo_t *d, const char *api_version, const char *kind, const char *selector, err_t *err) {
    const api_resource_t *r = mapping_find(d->mapping, str_c(api_version), str_c(kind), err);
    const informer_spec_t spec = {.resource = r, .form = STORE_WHOLE, .label_selector = str_c(selector)};
    return r ? informer_start(d->informers, &spec, err) : NULL;
}

static bool watch_all(demo_t *d, err_t *err) {
    static const char *const kinds[][2] = {{"apps/v1", "Deployment"},
                                           {"v1", "Service"},
                                           {"networking.k8s.io/v1", "Ingress"}};
    if (!(d->apps = watch(d, "core.oam.dev/v1beta1", "Application", "", err)))
        return false;
    for (size_t i = 0; i < sizeof kinds / sizeof *kinds; i++)
        if (!(d->kinds[d->nkinds++] = watch(d, kinds[i][0], kinds[i][1], "app.oam.dev/name", err)))
            return false;
    d->deployments = d->kinds[0];
    if (!informers_wait(d->informers, STEP_MS, err))
        return false;
    d->tree = tree_create(d->apps, d->kinds, d->nkinds, default_ns(), STR("shop"));
    return d->tree || error_memory(err);
}

static bool running(demo_t *d) {
    arena_t *a = arena_create();
    jv_t *app = a ? informer_get(d->apps, default_ns(), STR("shop"), a, NULL) : NULL;
    bool ok =
        app && str_eqc(jv_path_str(app, "status", "status", NULL), "running") &&
        jv_equal(jv_path(app, "status", "observedGeneration", NULL), jv_path(app, "metadata", "generation", NULL));
    arena_destroy(a);
    return ok;
}

/* The Deployment front runs the image, and every replica is ready. */
static bool rolled_out(demo_t *d, const char *image) {
    arena_t *a = arena_create();
    jv_t *o = a ? informer_get(d->deployments, default_ns(), STR("front"), a, NULL) : NULL;
    const jv_t *containers = jv_path(o, "spec", "template", "spec", "containers", NULL);
    bool ok = o && str_eqc(jv_str(jv_getc(jv_at(containers, 0), "image")), image) &&
              jv_equal(jv_path(o, "status", "readyReplicas", NULL), jv_path(o, "spec", "replicas", NULL)) &&
              jv_equal(jv_path(o, "status", "observedGeneration", NULL), jv_path(o, "metadata", "generation", NULL));
    arena_destroy(a);
    return ok;
}

static bool created(demo_t *d) {
    return running(d) && rolled_out(d, "nginx:1.25");
}
static bool updated(demo_t *d) {
    return running(d) && rolled_out(d, "nginx:1.27");
}
static bool gone(demo_t *d) {
    size_t n = informer_count(d->apps);
    for (size_t i = 0; i < d->nkinds; i++)
        n += informer_count(d->kinds[i]);
    return n == 0;
}

/* Draws until it is so; how long it took, or -1 with *err. */
static int64_t until(demo_t *d, bool (*so)(demo_t *), const char *what, err_t *err) {
    int64_t began = loop_clock();
    tree_leave(d->tree);
    for (;;) {
        tree_draw(d->tree);
        if (so(d))
            return loop_clock() - began;
        if (loop_clock() - began > STEP_MS) {
            error_set(err, ERR_TIMEOUT, "%s: not after %d s", what, STEP_MS / 1000);
            return -1;
        }
        if (!fiber_sleep(FRAME_MS, err))
            return -1;
    }
}

/* A step: a caption, what is done, what must come of it. */
static bool step(demo_t *d, bool (*so)(demo_t *), const char *what, err_t *err) {
    int64_t ms = until(d, so, what, err);
    if (ms >= 0)
        printf("   => %s after %lld ms\n", what, (long long)ms);
    return ms >= 0;
}

static bool play_steps(demo_t *d, arena_t *a, err_t *err) {
    jv_t *app = jv_parse(a, str_c(application), err), *patch;
    if (!app)
        return false;
    printf("\n1. An Application with two components and three traits is created.\n\n");
    if (!apply(d, a, app, err) || !step(d, created, "running and healthy", err))
        return false;

    printf("\n2. The image of front is changed to nginx:1.27.\n\n");
    patch = jv_parse(
        a, STR("[{\"op\":\"replace\",\"path\":\"/spec/components/0/properties/image\",\"value\":\"nginx:1.27\"}]"),
        err);
    if (!api_patch(d->api, informer_resource(d->apps), default_ns(), STR("shop"), API_PATCH_JSON, patch, NULL, a,
                   err) ||
        !step(d, updated, "rolled out", err))
        return false;

    printf("\n3. Somebody deletes the Deployment front by hand.\n\n");
    if (!api_delete(d->api, informer_resource(d->deployments), default_ns(), STR("front"), NULL, a, err) ||
        !step(d, updated, "back and ready", err))
        return false;

    printf("\n4. The Application is deleted.\n\n");
    return api_delete(d->api, informer_resource(d->apps), default_ns(), STR("shop"), NULL, a, err) &&
           step(d, gone, "everything gone", err);
}

/* The value after "NAME:" in /proc/PID/status, in kB. */
static long status_of(int pid, const char *name) {
    char path[64], line[256];
    long value = 0;
    snprintf(path, sizeof path, "/proc/%d/status", pid);
    FILE *f = fopen(path, "r");
    while (f && fgets(line, sizeof line, f))
        if (!strncmp(line, name, strlen(name)))
            value = strtol(line + strlen(name) + 1, NULL, 10);
    if (f)
        fclose(f);
    return value;
}

static double cpu_seconds(int pid) {
    char path[64], text[1024];
    unsigned long user = 0, system = 0;
    snprintf(path, sizeof path, "/proc/%d/stat", pid);
    FILE *f = fopen(path, "r");
    size_t n = f ? fread(text, 1, sizeof text - 1, f) : 0;
    if (f)
        fclose(f);
    text[n] = 0;
    const char *at = strrchr(text, ')');
    if (!at || sscanf(at + 1, " %*c %*d %*d %*d %*d %*d %*u %*u %*u %*u %*u %lu %lu", &user, &system) != 2)
        return 0;
    return (double)(user + system) / (double)sysconf(_SC_CLK_TCK);
}

/* What the server counted of velella's requests, all together. */
static uint64_t requests_of(demo_t *d, arena_t *a) {
    str_t body;
    const api_call_t call = {.method = STR("GET"), .path = STR("/debug/requests"), .verb = API_GET};
    if (!api_request(d->api, &call, NULL, a, &body, NULL))
        return 0;
    uint64_t n = 0;
    jv_t *rows = jv_parse(a, body, NULL);
    const jv_t *list = jv_is(rows, JV_OBJECT) ? jv_getc(rows, "requests") : rows;
    for (size_t i = 0; i < jv_count(list); i++) {
        int64_t count = 0;
        jv_as_int(jv_getc(jv_at(list, i), "count"), &count);
        if (str_eqc(jv_str(jv_getc(jv_at(list, i), "agent")), "kubevela"))
            n += (uint64_t)count;
    }
    return n;
}

static bool play(demo_t *d, arena_t *a, err_t *err) {
    int pid = atoi(d->argv[3]);
    if (!watch_all(d, err) || !play_steps(d, a, err))
        return false;
    printf("\nWhat velella cost: %.1f MB resident, %.2f CPU seconds, %llu requests.\n",
           (double)status_of(pid, "VmRSS") / 1024, cpu_seconds(pid), (unsigned long long)requests_of(d, a));
    return true;
}

static bool stay(demo_t *d, arena_t *a, err_t *err) {
    jv_t *app = jv_parse(a, str_c(application), err);
    return app && watch_all(d, err) && apply(d, a, app, err) && until(d, created, "running and healthy", err) >= 0;
}

/* ---- */

static const struct part {
    const char *name;
    bool (*play)(demo_t *d, arena_t *a, err_t *err);
    int args;
} parts[] = {{"prepare", prepare, 4}, {"play", play, 4}, {"stay", stay, 3}};

static const struct part *part_of(int argc, char **argv) {
    for (size_t i = 0; argc > 1 && i < sizeof parts / sizeof *parts; i++)
        if (strcmp(argv[1], parts[i].name) == 0 && argc >= parts[i].args)
            return &parts[i];
    return NULL;
}

static void body(void *arg) {
    demo_t *d = arg;
    err_t err = ERROR_INIT;
    arena_t *a = arena_create();
    bool ok = a && part_of(d->argc, d->argv)->play(d, a, &err);
    if (!ok) {
        printf("\n");
        fflush(stdout);
        fprintf(stderr, "velella-demo: %s\n", error_text(&err));
        d->status = 1;
    }
    error_release(&err);
    arena_destroy(a);
}

static void over(void *arg) {
    demo_t *d = arg;
    loop_stop(d->loop);
}

int main(int argc, char **argv) {
    if (!part_of(argc, argv)) {
        fprintf(stderr,
                "usage: velella-demo prepare KUBECONFIG CRDS | play KUBECONFIG VELELLA_PID | stay KUBECONFIG\n");
        return 2;
    }
    demo_t d = {.argc = argc, .argv = argv};
    err_t err = ERROR_INIT;
    d.loop = loop_create(&err);
    d.api = d.loop ? connect_api(d.loop, argv[2], STR("velella-demo"), -1, 0, &err) : NULL;
    d.mapping = d.api ? mapping_create(d.api) : NULL;
    d.informers = d.mapping ? informers_create(d.api) : NULL;
    if (!d.informers || !fiber_start(d.loop, "demo", body, &d, over, &d)) {
        fprintf(stderr, "velella-demo: %s\n", error_text(&err));
        return 1;
    }
    loop_run(d.loop);
    tree_destroy(d.tree);
    informers_destroy(d.informers);
    mapping_destroy(d.mapping);
    api_destroy(d.api);
    loop_destroy(d.loop);
    fiber_pool_drain();
    fflush(stdout);
    return d.status;
}
