#include "handlers/render_command.h"
#include "config/yaml/yaml.h"
#include "handlers/file.h"
#include "handlers/render.h"

static const char usage[] = "velella render: the objects that an Application becomes, from files alone\n"
                            "\n"
                            "  velella render -f APP.yaml [-d DIR_OR_FILE]... [-n NS] [-o yaml|json]\n"
                            "\n"
                            "  -f, --file FILE        the Application; Policy and Workflow objects that it\n"
                            "                         names may be in the same file or in further ones\n"
                            "  -d, --definition PATH  definitions: manifests (YAML, JSON) or .cue files in\n"
                            "                         the form of `vela def`, or a folder of them; without\n"
                            "                         -d the built-in ones\n"
                            "  -n, --namespace NS     the namespace to render into\n"
                            "  -o, --output FORM      yaml (documents) or json (one array)\n"
                            "  --cluster-version V    what context.clusterVersion says, such as 1.32;\n"
                            "                         without it minor is 0, as vela's dry run has it\n"
                            "  -h, --help             this text\n"
                            "\n"
                            "Exit status: 0; 1 when the Application can't be rendered, with one message on\n"
                            "stderr; 2 for wrong usage.\n";

enum { MAX_PATHS = 64 };

typedef struct options {
    const char *files[MAX_PATHS], *definitions[MAX_PATHS];
    size_t nfiles, ndefinitions;
    const char *ns, *output, *cluster_version;
    bool help;
} options_t;

/* What the files hold besides definitions. */
typedef struct inputs {
    arena_t *arena;
    const jv_t *app;
    jv_t *others; /* Policy and Workflow objects */
} inputs_t;

static bool add_path(const char **list, size_t *n, const char *value, const char *flag, err_t *err) {
    if (*n == MAX_PATHS)
        return error_set(err, ERR_LIMIT, "more than %d %s", MAX_PATHS, flag);
    list[(*n)++] = value;
    return true;
}

static bool set_option(options_t *o, const char *flag, const char *value, err_t *err) {
    if (!strcmp(flag, "-f") || !strcmp(flag, "--file"))
        return add_path(o->files, &o->nfiles, value, "-f", err);
    if (!strcmp(flag, "-d") || !strcmp(flag, "--definition"))
        return add_path(o->definitions, &o->ndefinitions, value, "-d", err);
    if (!strcmp(flag, "-n") || !strcmp(flag, "--namespace"))
        o->ns = value;
    else if (!strcmp(flag, "-o") || !strcmp(flag, "--output"))
        o->output = value;
    else if (!strcmp(flag, "--cluster-version"))
        o->cluster_version = value;
    else
        return error_set(err, ERR_INVALID, "unknown flag %s", flag);
    return true;
}

static bool parse_options(arena_t *a, int argc, char **argv, options_t *o, err_t *err) {
    *o = (options_t){.output = "yaml"};
    for (int i = 1; i < argc; i++) {
        str_t flag = str_c(argv[i]), value;
        if (!strcmp(argv[i], "-h") || !strcmp(argv[i], "--help")) {
            o->help = true;
            return true;
        }
        if (str_starts(flag, STR("--")) && str_cut(str_c(argv[i]), '=', &flag, &value)) {
            if (!set_option(o, arena_cstr(a, flag), arena_cstr(a, value), err))
                return false;
        } else if (argv[i][0] != '-' || !argv[i][1]) {
            return error_set(err, ERR_INVALID, "unexpected argument %s", argv[i]);
        } else if (i + 1 == argc) {
            return set_option(o, argv[i], "", err) && error_set(err, ERR_INVALID, "%s wants a value", argv[i]);
        } else if (!set_option(o, argv[i], argv[i + 1], err)) {
            return false;
        } else {
            i++;
        }
    }
    if (o->nfiles == 0)
        return error_set(err, ERR_INVALID, "-f is wanted");
    if (strcmp(o->output, "yaml") && strcmp(o->output, "json"))
        return error_set(err, ERR_INVALID, "-o is yaml or json, not %s", o->output);
    return true;
}

static bool take_document(inputs_t *in, const char *file, jv_t *v, err_t *err) {
    str_t kind = jv_str(jv_getc(v, "kind"));
    if (str_eqc(kind, "Application")) {
        if (in->app)
            return error_set(err, ERR_INVALID, "%s: more than one applications provided", file);
        in->app = v;
    } else if (str_eqc(kind, "Policy") || str_eqc(kind, "Workflow")) {
        jv_append(in->arena, in->others, v);
    } else {
        return error_set(err, ERR_INVALID, "%s: \"" STR_FMT "\" is not application, policy or workflow", file,
                         STR_ARG(kind));
    }
    return true;
}

static bool read_inputs(inputs_t *in, const options_t *o, err_t *err) {
    in->others = jv_array(in->arena);
    for (size_t i = 0; i < o->nfiles; i++) {
        str_t text;
        jv_t *documents = jv_array(in->arena);
        if (!file_read(in->arena, o->files[i], &text, err))
            return false;
        if (!yaml_parse_all(in->arena, text, YAML_KUBERNETES, &documents, err))
            return error_wrap(err, "%s", o->files[i]);
        for (size_t k = 0; k < jv_count(documents); k++)
            if (!take_document(in, o->files[i], jv_at(documents, k), err))
                return false;
    }
    return in->app || error_set(err, ERR_INVALID, "%s: no application provided", o->files[0]);
}

static const jv_t *find_object(void *arg, arena_t *a, const char *kind, str_t name, err_t *err) {
    const inputs_t *in = arg;
    (void)a;
    for (size_t i = 0; i < jv_count(in->others); i++) {
        const jv_t *v = jv_at(in->others, i);
        if (str_eqc(jv_str(jv_getc(v, "kind")), kind) && str_eq(jv_path_str(v, "metadata", "name", NULL), name))
            return v;
    }
    error_set(err, ERR_NOTFOUND, "%s " STR_FMT " not found", kind, STR_ARG(name));
    return NULL;
}

/* "v1.29.3" as context.clusterVersion. */
static bool read_version(arena_t *a, const char *text, const jv_t **out, err_t *err) {
    str_t s = str_c(text), major, rest, minor, patch;
    int64_t number;
    if (s.n && s.p[0] == 'v')
        s = str_from(s, 1);
    str_cut(s, '.', &major, &rest);
    str_cut(rest, '.', &minor, &patch);
    while (minor.n && strchr(".+-/?!", minor.p[minor.n - 1]))
        minor.n--;
    if (!str_int(minor, &number))
        return error_set(err, ERR_INVALID, "--cluster-version: \"%s\" is no version", text);
    jv_t *v = jv_object(a);
    jv_setc(a, v, "major", jv_string(a, major));
    jv_setc(a, v, "minor", jv_int(a, number));
    jv_setc(a, v, "gitVersion", jv_string(a, arena_printf(a, "v" STR_FMT, STR_ARG(s))));
    jv_setc(a, v, "platform", jv_string(a, STR("")));
    *out = v;
    return true;
}

static bool load_definitions(definition_set_t *set, const options_t *o, err_t *err) {
    if (o->ndefinitions == 0)
        return definition_set_add_builtin(set, err);
    for (size_t i = 0; i < o->ndefinitions; i++)
        if (!definition_set_add_path(set, o->definitions[i], err))
            return false;
    return true;
}

/* ref-objects takes its objects from the cluster. */
static bool check_offline(const jv_t *app, err_t *err) {
    const jv_t *components = jv_path(app, "spec", "components", NULL);
    for (size_t i = 0; i < jv_count(components); i++)
        if (str_eqc(jv_str(jv_getc(jv_at(components, i), "type")), "ref-objects"))
            return error_set(err, ERR_UNSUPPORTED,
                             "component " STR_FMT ": ref-objects takes objects from a cluster, which can't be rendered "
                             "from files",
                             STR_ARG(jv_str(jv_getc(jv_at(components, i), "name"))));
    return true;
}

static jv_t *render(arena_t *a, const options_t *o, programs_t *programs, err_t *err) {
    inputs_t in = {.arena = a};
    definition_set_t *set = definition_set_create(a);
    render_context_t ctx = {.programs = programs};
    if (!load_definitions(set, o, err) || !read_inputs(&in, o, err))
        return NULL;
    if (o->cluster_version && !read_version(a, o->cluster_version, &ctx.cluster_version, err))
        return NULL;
    jv_t *app = jv_copy(a, in.app);
    str_t ns = jv_path_str(app, "metadata", "namespace", NULL);
    if (o->ns || ns.n == 0)
        jv_set_path(a, app, jv_string(a, o->ns ? str_c(o->ns) : STR("default")), "metadata", "namespace", NULL);
    appfile_source_t source = {definition_set_source(set), find_object, &in};
    appfile_t *af = appfile_parse(a, app, &source, err);
    return af && check_offline(app, err) ? render_application(a, af, &ctx, err) : NULL;
}

static void print(const jv_t *objects, const char *format, buf_t *out) {
    if (!strcmp(format, "json")) {
        jv_write_pretty(out, objects, 2, true);
        buf_char(out, '\n');
        return;
    }
    for (size_t i = 0; i < jv_count(objects); i++) {
        buf_addc(out, "---\n");
        yaml_write(out, jv_at(objects, i));
    }
}

int render_command(int argc, char **argv, buf_t *out, buf_t *errout) {
    arena_t *a = arena_create();
    programs_t *programs = programs_create(0);
    options_t o;
    err_t err = ERROR_INIT;
    int status = 2;
    if (!a || !programs) {
        buf_addc(errout, "velella render: out of memory\n");
        status = 1;
    } else if (!parse_options(a, argc, argv, &o, &err)) {
        buf_printf(errout, "velella render: %s; velella render --help tells more\n", error_text(&err));
    } else if (o.help) {
        buf_addc(out, usage);
        status = 0;
    } else {
        jv_t *objects = render(a, &o, programs, &err);
        status = objects ? 0 : 1;
        if (objects)
            print(objects, o.output, out);
        else
            buf_printf(errout, "velella render: %s\n", error_text(&err));
    }
    error_release(&err);
    programs_destroy(programs);
    arena_destroy(a);
    return status;
}
