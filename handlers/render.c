#include "handlers/render.h"
#include "handlers/labels.h"
#include "handlers/template.h"
#include <stdlib.h>

/* ---- the context ---- */

/* The number behind the last "-v" of a revision name, 0 where there is none. */
static int64_t revision_number(str_t revision) {
    ptrdiff_t dash = str_rchr(revision, '-');
    str_t tail = dash < 0 ? STR_NONE : str_from(revision, (size_t)dash + 1);
    int64_t n;
    return tail.n > 1 && tail.p[0] == 'v' && str_int(str_from(tail, 1), &n) ? n : 0;
}

static jv_t *offline_version(arena_t *a) {
    jv_t *v = jv_object(a);
    jv_setc(a, v, "major", jv_string(a, STR("")));
    jv_setc(a, v, "gitVersion", jv_string(a, STR("")));
    jv_setc(a, v, "platform", jv_string(a, STR("")));
    jv_setc(a, v, "minor", jv_int(a, 0));
    return v;
}

/* spec.components as context.components: the known fields of each, empty ones left out. */
static jv_t *components_context(arena_t *a, const appfile_t *af) {
    static const char *const fields[] = {"name",   "type",    "externalRevision", "properties", "dependsOn",
                                         "inputs", "outputs", "traits",           "scopes"};
    jv_t *out = jv_array(a);
    for (size_t i = 0; i < af->ncomponents; i++) {
        const jv_t *c = af->components[i].object;
        jv_t *copy = jv_object(a);
        for (size_t k = 0; k < sizeof fields / sizeof *fields; k++) {
            jv_t *v = jv_getc(c, fields[k]);
            bool empty = !v || jv_is(v, JV_NULL) || (k > 1 && jv_is(v, JV_STRING) && jv_str(v).n == 0) ||
                         (jv_is(v, JV_ARRAY) && jv_count(v) == 0);
            if (!empty)
                jv_setc(a, copy, fields[k], v);
        }
        jv_append(a, out, copy);
    }
    return out;
}

jv_t *render_template_context(arena_t *a, const appfile_t *af, const app_component_t *c, const render_context_t *ctx) {
    str_t app_ns = af->ns.n ? af->ns : STR("default");
    jv_t *o = jv_object(a);
    const struct {
        const char *key;
        str_t value;
    } strings[] = {
        {"name", c->name},
        {"namespace", ctx->ns.n ? ctx->ns : app_ns},
        {"appName", af->name},
        {"appRevision", af->revision_name},
        {"revision", ctx->component_revision},
        {"replicaKey", c->replica_key},
        {"cluster", ctx->cluster},
        {"workflowName", jv_str(jv_getc(af->annotations, "app.oam.dev/workflowName"))},
        {"publishVersion", jv_str(jv_getc(af->annotations, "app.oam.dev/publishVersion"))},
    };
    for (size_t i = 0; i < sizeof strings / sizeof *strings; i++)
        jv_setc(a, o, strings[i].key, jv_string(a, strings[i].value));
    jv_setc(a, o, "appRevisionNum", jv_int(a, revision_number(af->revision_name)));
    jv_setc(a, o, "appLabels", (jv_t *)af->labels);
    jv_setc(a, o, "appAnnotations", (jv_t *)af->annotations);
    jv_setc(a, o, "components", components_context(a, af));
    jv_setc(a, o, "clusterVersion", ctx->cluster_version ? (jv_t *)ctx->cluster_version : offline_version(a));
    if (c->properties)
        jv_setc(a, o, "parameter", (jv_t *)c->properties);
    return o;
}

/* ---- terraform ---- */

/* A component with a terraform schematic becomes a Configuration; its properties are the variables. */
static jv_t *terraform_configuration(arena_t *a, const appfile_t *af, const app_component_t *c, err_t *err) {
    const jv_t *t = c->definition.terraform;
    str_t configuration = jv_str(jv_getc(t, "configuration")), type = jv_str(jv_getc(t, "type"));
    if (configuration.n == 0) {
        error_set(err, ERR_INVALID, "terraform configuration is not set");
        return NULL;
    }
    static const char *const settings[] = {"writeConnectionSecretToRef", "customRegion", "providerRef", "forceDelete",
                                           "gitCredentialsSecretReference"};
    jv_t *o = jv_object(a), *spec = jv_object(a);
    jv_t *variable = c->properties ? jv_copy(a, c->properties) : jv_object(a);
    jv_setc(a, o, "apiVersion", jv_string(a, STR("terraform.core.oam.dev/v1beta2")));
    jv_setc(a, o, "kind", jv_string(a, STR("Configuration")));
    jv_set_path(a, o, jv_string(a, c->name), "metadata", "name", NULL);
    jv_set_path(a, o, jv_string(a, af->ns), "metadata", "namespace", NULL);
    jv_t *annotations = jv_path(c->definition.object, "metadata", "annotations", NULL);
    if (jv_count(annotations))
        jv_set_path(a, o, jv_copy(a, annotations), "metadata", "annotations", NULL);
    for (size_t i = 0; i < sizeof settings / sizeof *settings; i++) {
        jv_t *v = jv_getc(variable, settings[i]);
        if (!v)
            v = jv_getc(t, settings[i]);
        if (v)
            jv_setc(a, spec, settings[i], jv_copy(a, v));
        jv_removec(variable, settings[i]);
    }
    jv_t *secret = jv_getc(spec, "writeConnectionSecretToRef");
    if (jv_is(secret, JV_OBJECT) && jv_str(jv_getc(secret, "namespace")).n == 0)
        jv_setc(a, secret, "namespace", jv_string(a, af->ns));
    if (str_eqc(type, "remote")) {
        jv_setc(a, spec, "remote", jv_string(a, configuration));
        str_t path = jv_str(jv_getc(t, "path"));
        if (path.n)
            jv_setc(a, spec, "path", jv_string(a, path));
    } else {
        jv_setc(a, spec, "hcl", jv_string(a, configuration));
    }
    jv_setc(a, spec, "variable", variable);
    jv_setc(a, o, "spec", spec);
    return o;
}

/* ---- components ---- */

static bool evaluate_templates(template_run_t *run, const appfile_t *af, const app_component_t *c,
                               const render_context_t *ctx, err_t *err) {
    str_t ns = af->ns.n ? af->ns : STR("default");
    if (!c->definition.terraform && !template_component(run, &c->definition, c->name, c->properties, err))
        return error_wrap(err, "evaluate base template app=" STR_FMT " in namespace=" STR_FMT, STR_ARG(af->name),
                          STR_ARG(ctx->ns.n ? ctx->ns : ns));
    jv_setc(run->arena, run->context, "componentType", jv_string(run->arena, c->type));
    for (size_t i = 0; i < c->ntraits; i++) {
        const app_trait_t *t = &c->traits[i];
        if (!template_trait(run, &t->definition, t->name, t->properties, err))
            return error_wrap(err, "evaluate template trait=" STR_FMT " app=" STR_FMT, STR_ARG(t->name),
                              STR_ARG(c->name));
    }
    return ctx->patch.n == 0 || template_patch(run, ctx->patch, err);
}

static const app_trait_t *trait_of(const app_component_t *c, str_t name) {
    for (size_t i = 0; i < c->ntraits; i++)
        if (str_eq(c->traits[i].name, name))
            return &c->traits[i];
    return NULL;
}

static bool collect_objects(template_run_t *run, const appfile_t *af, const app_component_t *c, rendered_t *out,
                            err_t *err) {
    arena_t *a = run->arena;
    if (c->definition.terraform) {
        out->workload = terraform_configuration(a, af, c, err);
        if (!out->workload)
            return error_wrap(err, "failed to generate Terraform Configuration workload for workload " STR_FMT,
                              STR_ARG(c->name));
    } else {
        out->workload = template_object(run, &run->workload, err);
        if (!out->workload)
            return error_wrap(err, "evaluate base template component=" STR_FMT " app=" STR_FMT, STR_ARG(c->name),
                              STR_ARG(af->name));
    }
    labels_of_workload(a, out->workload, af, c->name, c->type);
    out->outputs = arena_array(a, render_output_t, run->noutputs);
    for (size_t i = 0; i < run->noutputs; i++) {
        instance_t *instance = &run->outputs[i];
        render_output_t *o = &out->outputs[out->noutputs++];
        *o = (render_output_t){.type = instance->type, .resource = instance->name, .stage = STAGE_DEFAULT};
        o->object = template_object(run, instance, err);
        if (!o->object)
            return error_wrap(err, "evaluate trait=" STR_FMT " template for component=" STR_FMT " app=" STR_FMT,
                              STR_ARG(instance->name), STR_ARG(c->name), STR_ARG(af->name));
        labels_of_output(a, o->object, af, c->name, instance->type, instance->name);
        const app_trait_t *t = trait_of(c, instance->type);
        if (t) {
            o->stage = t->definition.stage;
            o->control_plane_only = t->definition.control_plane_only;
        }
    }
    return true;
}

bool render_component(arena_t *a, const appfile_t *af, const app_component_t *c, const render_context_t *ctx,
                      rendered_t *out, err_t *err) {
    *out = (rendered_t){.component = c->name};
    for (size_t i = 0; i < c->ntraits; i++)
        out->skip_workload |= c->traits[i].definition.manage_workload;
    template_run_t run;
    template_begin(&run, a, ctx->programs, ctx->budget, render_template_context(a, af, c, ctx));
    bool good = evaluate_templates(&run, af, c, ctx, err) && collect_objects(&run, af, c, out, err);
    template_end(&run);
    return good && labels_contract(a, af, out, err);
}

/* ---- policies with a definition ---- */

static jv_t *artifacts_context(arena_t *a, const rendered_t *r, size_t n) {
    jv_t *out = jv_object(a);
    for (size_t i = 0; i < n; i++) {
        jv_t *c = jv_object(a), *traits = jv_object(a);
        jv_setc(a, c, "workload", r[i].workload);
        for (size_t k = 0; k < r[i].noutputs; k++) {
            const render_output_t *o = &r[i].outputs[k];
            jv_t *of_type = jv_get(traits, o->type);
            if (!of_type) {
                of_type = jv_object(a);
                jv_set(a, traits, o->type, of_type);
            }
            jv_set(a, of_type, o->resource, o->object);
        }
        if (jv_count(traits))
            jv_setc(a, c, "traits", traits);
        jv_set(a, out, r[i].component, c);
    }
    return out;
}

static bool collect_policy(template_run_t *run, const appfile_t *af, const app_component_t *p, jv_t *objects,
                           err_t *err) {
    arena_t *a = run->arena;
    for (size_t i = 0; i <= run->noutputs; i++) {
        instance_t *instance = i ? &run->outputs[i - 1] : &run->workload;
        jv_t *o = template_object(run, instance, err);
        if (!o)
            return i ? error_wrap(err, "evaluate auxiliary=" STR_FMT " template for policy=" STR_FMT " app=" STR_FMT,
                                  STR_ARG(instance->name), STR_ARG(p->name), STR_ARG(af->name))
                     : error_wrap(err, "evaluate base template policy=" STR_FMT " app=" STR_FMT, STR_ARG(p->name),
                                  STR_ARG(af->name));
        labels_of_policy(a, o, af, p->name);
        if (jv_path_str(o, "metadata", "name", NULL).n == 0)
            jv_set_path(a, o, jv_string(a, p->name), "metadata", "name", NULL);
        if (jv_path_str(o, "metadata", "namespace", NULL).n == 0)
            jv_set_path(a, o, jv_string(a, af->ns), "metadata", "namespace", NULL);
        jv_append(a, objects, o);
    }
    return true;
}

jv_t *render_policy(arena_t *a, const appfile_t *af, const app_component_t *policy, const rendered_t *artifacts,
                    size_t nartifacts, const render_context_t *ctx, err_t *err) {
    jv_t *context = render_template_context(a, af, policy, ctx), *objects = jv_array(a);
    jv_removec(context, "parameter");
    jv_setc(a, context, "artifacts", artifacts_context(a, artifacts, nartifacts));
    template_run_t run;
    template_begin(&run, a, ctx->programs, ctx->budget, context);
    bool good = template_component(&run, &policy->definition, policy->name, policy->properties, err);
    if (!good)
        error_wrap(err, "evaluate base template app=" STR_FMT " in namespace=" STR_FMT, STR_ARG(af->name),
                   STR_ARG(af->ns));
    good = good && collect_policy(&run, af, policy, objects, err);
    template_end(&run);
    return good ? objects : NULL;
}

/* ---- a whole Application ---- */

static void append_stage(arena_t *a, const rendered_t *r, dispatch_stage_t stage, jv_t *objects) {
    for (size_t i = 0; i < r->noutputs; i++)
        if (r->outputs[i].stage == stage)
            jv_append(a, objects, r->outputs[i].object);
}

void render_append(arena_t *a, const rendered_t *r, jv_t *objects) {
    append_stage(a, r, STAGE_PRE_DISPATCH, objects);
    if (!r->skip_workload)
        jv_append(a, objects, r->workload);
    append_stage(a, r, STAGE_DEFAULT, objects);
    append_stage(a, r, STAGE_POST_DISPATCH, objects);
}

static bool render_all(arena_t *a, const appfile_t *af, const render_context_t *ctx, jv_t *objects, err_t *err) {
    rendered_t *r = arena_array(a, rendered_t, af->ncomponents);
    for (size_t i = 0; i < af->ncomponents; i++)
        if (!render_component(a, af, &af->components[i], ctx, &r[i], err))
            return error_wrap(err, "cannot generate manifests from components and traits");
    /* Of components of one name, which the webhook refuses, the last one's workload stands for all, as in vela's dry
     * run. */
    for (size_t i = 0; i < af->ncomponents; i++)
        for (size_t k = i + 1; k < af->ncomponents; k++)
            if (str_eq(r[i].component, r[k].component))
                r[i].workload = r[k].workload;
    for (size_t i = 0; i < af->ncomponents; i++)
        render_append(a, &r[i], objects);
    for (size_t i = 0; i < af->npolicies; i++) {
        jv_t *made = render_policy(a, af, &af->policies[i], r, af->ncomponents, ctx, err);
        if (!made)
            return error_wrap(err, "cannot generate manifests from policies");
        for (size_t k = 0; k < jv_count(made); k++)
            jv_append(a, objects, jv_at(made, k));
    }
    return true;
}

/* The Application with other components, parsed anew. */
static appfile_t *with_components(const appfile_t *af, jv_t *components, err_t *err) {
    arena_t *a = af->arena;
    jv_t *app = jv_object(a), *spec = jv_object(a);
    const jv_t *old = jv_getc(af->app, "spec");
    for (size_t i = 0; i < jv_count(af->app); i++)
        jv_set(a, app, af->app->members[i].key, af->app->members[i].value);
    for (size_t i = 0; i < jv_count(old); i++)
        jv_set(a, spec, old->members[i].key, old->members[i].value);
    jv_setc(a, spec, "components", components);
    jv_setc(a, app, "spec", spec);
    return appfile_parse(a, app, &af->source, err);
}

/* One deploy step: its overrides applied, then everything once for each topology (once where there is none). */
static bool render_step(arena_t *a, const appfile_t *af, const jv_t *step, const render_context_t *ctx, jv_t *objects,
                        err_t *err) {
    jv_t *topologies, *overrides, *components = jv_path(af->app, "spec", "components", NULL);
    if (!appfile_step_policies(af, step, "topology", &topologies, err) ||
        !appfile_step_policies(af, step, "override", &overrides, err))
        return false;
    for (size_t i = 0; i < jv_count(overrides); i++) {
        components = policy_override(a, components, jv_at(overrides, i), err);
        if (!components)
            return false;
    }
    size_t times = jv_count(topologies) ? jv_count(topologies) : 1;
    for (size_t i = 0; i < times; i++) {
        appfile_t *patched = with_components(af, components, err);
        if (!patched)
            return error_wrap(err, "cannot generate appFile from application");
        if (!render_all(a, patched, ctx, objects, err))
            return false;
    }
    return true;
}

jv_t *render_application(arena_t *a, appfile_t *af, const render_context_t *ctx, err_t *err) {
    jv_t *objects = jv_array(a);
    bool deployed = false;
    for (size_t i = 0; i < jv_count(af->steps); i++) {
        const jv_t *step = jv_at(af->steps, i);
        if (!str_eqc(jv_str(jv_getc(step, "type")), "deploy"))
            continue;
        deployed = true;
        if (!render_step(a, af, step, ctx, objects, err))
            return NULL;
    }
    if (!deployed && !render_all(a, af, ctx, objects, err))
        return NULL;
    return objects;
}
