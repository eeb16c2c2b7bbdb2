#include "handlers/appfile.h"

/* A revision suffix "NAME@vN" names the DefinitionRevision "NAME-vN" (vela-core's ConvertDefinitionRevName). */
static str_t without_revision(arena_t *a, str_t type) {
    ptrdiff_t at = str_find(type, STR("@v"));
    if (at <= 0)
        return type;
    return arena_printf(a, STR_FMT "-v" STR_FMT, (int)at, type.p, STR_ARG(str_from(type, (size_t)at + 2)));
}

static void remember(appfile_t *af, const definition_t *d) {
    jv_set(af->arena, af->definitions[d->kind], d->name, (jv_t *)d->object);
}

static bool load_definition(appfile_t *af, definition_kind_t kind, str_t name, definition_t *out, err_t *err) {
    err_t why = ERROR_INIT;
    const definition_source_t *s = &af->source.definitions;
    const jv_t *manifest = s->find(s->arg, af->arena, kind, name, &why);
    if (manifest) {
        error_release(&why);
        return definition_read(manifest, out, err);
    }
    if (why.code == ERR_NOTFOUND)
        error_set(&why, ERR_NOTFOUND, "%s.core.oam.dev \"" STR_FMT "\" not found", definition_kind_name(kind),
                  STR_ARG(name));
    error_move(err, &why);
    return false;
}

/* Properties as vela-core has them: an object, or none (absent or null). Numbers pass through a float64 there, so 1.0
 * becomes 1 and no template sees a float where the value is integral. */
static jv_t *go_numbers(arena_t *a, const jv_t *v, int depth, err_t *err) {
    if (depth > JV_MAX_DEPTH) {
        error_set(err, ERR_LIMIT, "properties are nested more than %d deep", JV_MAX_DEPTH);
        return NULL;
    }
    switch (jv_kind(v)) {
    case JV_NUMBER:
        return jv_is_integer(v) ? (jv_t *)v : jv_number(a, jv_text(a, v));
    case JV_ARRAY: {
        jv_t *out = jv_array(a);
        for (size_t i = 0; i < jv_count(v); i++) {
            jv_t *item = go_numbers(a, jv_at(v, i), depth + 1, err);
            if (!item)
                return NULL;
            jv_append(a, out, item);
        }
        return out;
    }
    case JV_OBJECT: {
        jv_t *out = jv_object(a);
        for (size_t i = 0; i < jv_count(v); i++) {
            jv_t *member = go_numbers(a, v->members[i].value, depth + 1, err);
            if (!member)
                return NULL;
            jv_set(a, out, v->members[i].key, member);
        }
        return out;
    }
    default:
        return v ? (jv_t *)v : jv_null(a);
    }
}

static bool read_properties(appfile_t *af, const jv_t *owner, const jv_t **out, err_t *err) {
    const jv_t *p = jv_getc(owner, "properties");
    *out = NULL;
    if (!p || jv_is(p, JV_NULL))
        return true;
    if (!jv_is(p, JV_OBJECT))
        return error_set(err, ERR_INVALID, "properties is no object");
    *out = go_numbers(af->arena, p, 0, err);
    return *out != NULL;
}

static bool read_trait(appfile_t *af, const jv_t *trait, str_t component, app_trait_t *out, err_t *err) {
    if (!jv_is(trait, JV_OBJECT) || !jv_is(jv_getc(trait, "type"), JV_STRING))
        return error_set(err, ERR_INVALID, "component(" STR_FMT "): a trait without a type", STR_ARG(component));
    out->type = jv_str(jv_getc(trait, "type"));
    out->name = without_revision(af->arena, out->type);
    if (!read_properties(af, trait, &out->properties, err))
        return error_wrap(err, "fail to parse properties of " STR_FMT " for " STR_FMT, STR_ARG(out->type),
                          STR_ARG(component));
    err_t why = ERROR_INIT;
    if (!load_definition(af, DEFINITION_TRAIT, out->type, &out->definition, &why)) {
        if (why.code == ERR_NOTFOUND)
            error_set(err, ERR_NOTFOUND, "trait definition of " STR_FMT " not found", STR_ARG(out->type));
        else
            error_move(err, &why);
        error_release(&why);
        return error_wrap(err, "component(" STR_FMT ") parse trait(" STR_FMT ")", STR_ARG(component),
                          STR_ARG(out->type));
    }
    remember(af, &out->definition);
    return true;
}

/* The definition of a component type; what has no ComponentDefinition may have a WorkloadDefinition. */
static bool load_component_definition(appfile_t *af, str_t type, definition_t *out, err_t *err) {
    err_t why = ERROR_INIT;
    if (load_definition(af, DEFINITION_COMPONENT, type, out, &why))
        return true;
    if (why.code == ERR_NOTFOUND && load_definition(af, DEFINITION_WORKLOAD, type, out, &why)) {
        error_release(&why);
        return true;
    }
    error_move(err, &why);
    return error_wrap(err, "load template from component definition [" STR_FMT "] ", STR_ARG(type));
}

bool appfile_parse_component(appfile_t *af, const jv_t *component, app_component_t *out, err_t *err) {
    *out = (app_component_t){.object = component};
    if (!jv_is(component, JV_OBJECT))
        return error_set(err, ERR_INVALID, "a component is no object");
    out->name = jv_str(jv_getc(component, "name"));
    if (out->name.n == 0)
        return error_set(err, ERR_INVALID, "a component without a name");
    str_t type = jv_str(jv_getc(component, "type"));
    out->type = without_revision(af->arena, type);
    if (!load_component_definition(af, type, &out->definition, err))
        return error_wrap(err, "fetch component/policy type of " STR_FMT, STR_ARG(out->name));
    if (!read_properties(af, component, &out->properties, err))
        return error_wrap(err, "fail to parse settings for " STR_FMT, STR_ARG(out->name));
    remember(af, &out->definition);
    const jv_t *traits = jv_getc(component, "traits");
    if (traits && !jv_is(traits, JV_ARRAY) && !jv_is(traits, JV_NULL))
        return error_set(err, ERR_INVALID, "component(" STR_FMT "): traits is no list", STR_ARG(out->name));
    out->traits = arena_array(af->arena, app_trait_t, jv_count(traits));
    for (size_t i = 0; i < jv_count(traits); i++)
        if (!read_trait(af, jv_at(traits, i), out->name, &out->traits[out->ntraits++], err))
            return false;
    return true;
}

static bool parse_components(appfile_t *af, err_t *err) {
    const jv_t *list = jv_path(af->app, "spec", "components", NULL);
    if (list && !jv_is(list, JV_ARRAY) && !jv_is(list, JV_NULL))
        return error_set(err, ERR_INVALID, "spec.components is no list");
    af->components = arena_array(af->arena, app_component_t, jv_count(list));
    for (size_t i = 0; i < jv_count(list); i++)
        if (!appfile_parse_component(af, jv_at(list, i), &af->components[af->ncomponents++], err))
            return false;
    return true;
}

/* ---- workflow steps ---- */

static const jv_t *find_object(appfile_t *af, const char *kind, str_t name, err_t *err) {
    const appfile_source_t *s = &af->source;
    if (!s->object) {
        error_set(err, ERR_NOTFOUND, "%s " STR_FMT " not found", kind, STR_ARG(name));
        return NULL;
    }
    return s->object(s->object_arg, af->arena, kind, name, err);
}

static jv_t *make_step(arena_t *a, str_t name, const char *type, jv_t *properties) {
    jv_t *step = jv_object(a);
    jv_setc(a, step, "name", jv_string(a, name));
    jv_setc(a, step, "type", jv_string(a, str_c(type)));
    jv_setc(a, step, "properties", properties);
    return step;
}

static bool has_type(const jv_t *v, const char *type) {
    return str_eqc(jv_str(jv_getc(v, "type")), type);
}

/* One deploy step a topology, each with all overrides; with overrides alone (or referred objects) a single one. */
static void add_deploy_steps(appfile_t *af, const jv_t *policies, jv_t *steps) {
    arena_t *a = af->arena;
    jv_t *overrides = jv_array(a);
    bool topologies = false, referring = false;
    for (size_t i = 0; i < jv_count(policies); i++) {
        if (has_type(jv_at(policies, i), "override"))
            jv_append(a, overrides, jv_getc(jv_at(policies, i), "name"));
    }
    for (size_t i = 0; i < jv_count(policies); i++) {
        const jv_t *p = jv_at(policies, i);
        if (!has_type(p, "topology"))
            continue;
        topologies = true;
        jv_t *names = jv_copy(a, overrides), *properties = jv_object(a);
        jv_append(a, names, jv_getc(p, "name"));
        jv_setc(a, properties, "policies", names);
        str_t name = arena_concat(a, STR("deploy-"), jv_str(jv_getc(p, "name")));
        jv_append(a, steps, make_step(a, name, "deploy", properties));
    }
    for (size_t i = 0; i < af->ncomponents; i++)
        referring |= has_type(af->components[i].object, "ref-objects");
    if (topologies || (!referring && jv_count(overrides) == 0))
        return;
    jv_t *properties = jv_object(a);
    jv_setc(a, properties, "policies", overrides);
    jv_append(a, steps, make_step(a, STR("deploy"), "deploy", properties));
}

static void add_env_steps(appfile_t *af, const jv_t *policies, jv_t *steps) {
    arena_t *a = af->arena;
    for (size_t i = 0; i < jv_count(policies); i++) {
        const jv_t *p = jv_at(policies, i), *envs = jv_path(p, "properties", "envs", NULL);
        for (size_t k = 0; has_type(p, "env-binding") && k < jv_count(envs); k++) {
            jv_t *policy = jv_getc(p, "name"), *env = jv_getc(jv_at(envs, k), "name"), *properties = jv_object(a);
            jv_setc(a, properties, "policy", policy);
            jv_setc(a, properties, "env", env ? env : jv_string(a, STR("")));
            str_t name = arena_printf(a, "deploy-" STR_FMT "-" STR_FMT, STR_ARG(jv_str(policy)), STR_ARG(jv_str(env)));
            jv_append(a, steps, make_step(a, name, "deploy2env", properties));
        }
    }
}

static void add_component_steps(appfile_t *af, jv_t *steps) {
    arena_t *a = af->arena;
    for (size_t i = 0; i < af->ncomponents; i++) {
        const app_component_t *c = &af->components[i];
        jv_t *properties = jv_object(a), *after = jv_getc(c->object, "dependsOn");
        jv_setc(a, properties, "component", jv_string(a, c->name));
        jv_t *step = make_step(a, c->name, "apply-component", properties);
        if (jv_count(after))
            jv_setc(a, step, "dependsOn", after);
        jv_append(a, steps, step);
    }
}

/* The steps as they are written or referred to; where there are none, vela-core's generators in their order. */
static bool load_steps(appfile_t *af, const jv_t *policies, err_t *err) {
    const jv_t *workflow = jv_path(af->app, "spec", "workflow", NULL), *mode = jv_getc(workflow, "mode");
    str_t ref = jv_str(jv_getc(workflow, "ref"));
    const jv_t *steps = jv_getc(workflow, "steps");
    bool given = jv_is(workflow, JV_OBJECT);
    if (ref.n) {
        const jv_t *external = find_object(af, "Workflow", ref, err);
        if (!external) {
            if (err && err->code == ERR_NOTFOUND)
                return error_set(err, ERR_NOTFOUND, "Workflow.core.oam.dev \"" STR_FMT "\" not found", STR_ARG(ref));
            return false;
        }
        if (steps && !jv_is(steps, JV_NULL))
            return error_set(err, ERR_INVALID, "cannot set steps and ref in workflow at the same time");
        steps = jv_getc(external, "steps");
        if (!jv_is(mode, JV_OBJECT))
            mode = jv_getc(external, "mode");
    }
    str_t m = jv_str(jv_getc(mode, "steps")), sub = jv_str(jv_getc(mode, "subSteps"));
    af->mode = m.n ? m : given ? STR("StepByStep") : STR("DAG");
    af->sub_mode = sub.n ? sub : STR("DAG");
    if (steps && !jv_is(steps, JV_ARRAY) && !jv_is(steps, JV_NULL))
        return error_set(err, ERR_INVALID, "workflow.steps is no list");
    if (jv_count(steps)) {
        af->steps = steps;
        return true;
    }
    jv_t *made = jv_array(af->arena);
    add_deploy_steps(af, policies, made);
    if (jv_count(made) == 0)
        add_env_steps(af, policies, made);
    if (jv_count(made) == 0)
        add_component_steps(af, made);
    af->steps = made;
    return true;
}

/* Step types that the workflow engine knows itself; they need no definition. */
static const char *const builtin_steps[] = {"suspend", "apply-component", "builtin-apply-component", "step-group"};

static bool load_step_definition(appfile_t *af, const jv_t *step, err_t *err) {
    str_t type = jv_str(jv_getc(step, "type"));
    for (size_t i = 0; i < sizeof builtin_steps / sizeof *builtin_steps; i++)
        if (str_eqc(type, builtin_steps[i]))
            return true;
    if (jv_get(af->definitions[DEFINITION_WORKFLOW_STEP], type))
        return true;
    definition_t d;
    if (load_definition(af, DEFINITION_WORKFLOW_STEP, type, &d, err)) {
        jv_set(af->arena, af->definitions[DEFINITION_WORKFLOW_STEP], type, (jv_t *)d.object);
        return true;
    }
    return error_wrap(err, "failed to get workflow step definition " STR_FMT, STR_ARG(type));
}

static bool parse_steps(appfile_t *af, const jv_t *policies, err_t *err) {
    if (!load_steps(af, policies, err))
        return false;
    for (size_t i = 0; i < jv_count(af->steps); i++) {
        const jv_t *step = jv_at(af->steps, i), *subs = jv_getc(step, "subSteps");
        if (!jv_is(step, JV_OBJECT))
            return error_set(err, ERR_INVALID, "workflow step %zu is no object", i);
        if (!load_step_definition(af, step, err))
            return false;
        for (size_t k = 0; k < jv_count(subs); k++)
            if (!load_step_definition(af, jv_at(subs, k), err))
                return false;
    }
    return true;
}

/* ---- policies ---- */

static jv_t *named_policies(arena_t *a, const jv_t *list) {
    jv_t *out = jv_array(a);
    for (size_t i = 0; i < jv_count(list); i++) {
        jv_t *p = jv_at(list, i);
        if (jv_str(jv_getc(p, "name")).n == 0) {
            jv_t *named = jv_object(a);
            str_t type = jv_str(jv_getc(p, "type"));
            jv_setc(a, named, "name", jv_stringf(a, STR_FMT "-auto-gen-%zu", STR_ARG(type), i));
            for (size_t k = 0; k < jv_count(p); k++)
                if (!str_eqc(p->members[k].key, "name"))
                    jv_set(a, named, p->members[k].key, p->members[k].value);
            p = named;
        }
        jv_append(a, out, p);
    }
    return out;
}

const jv_t *appfile_policy(const appfile_t *af, str_t name) {
    for (size_t i = jv_count(af->all_policies); i-- > 0;)
        if (str_eq(jv_str(jv_getc(jv_at(af->all_policies, i), "name")), name))
            return jv_at(af->all_policies, i);
    return NULL;
}

/* The properties of a deploy step; vela-core refuses unknown ones. */
static bool check_deploy_step(const jv_t *step, err_t *err) {
    static const char *const known[] = {"auto", "policies", "parallelism", "ignoreTerraformComponent"};
    const jv_t *p = jv_getc(step, "properties");
    for (size_t i = 0; i < jv_count(p) && jv_is(p, JV_OBJECT); i++) {
        bool found = false;
        for (size_t k = 0; k < sizeof known / sizeof *known; k++)
            found |= str_eqc(p->members[i].key, known[k]);
        if (!found)
            return error_set(err, ERR_INVALID, "json: unknown field \"" STR_FMT "\"", STR_ARG(p->members[i].key));
    }
    const jv_t *names = jv_getc(p, "policies");
    bool good = !names || jv_is(names, JV_NULL) || jv_is(names, JV_ARRAY);
    for (size_t i = 0; good && i < jv_count(names); i++)
        good = jv_is(jv_at(names, i), JV_STRING);
    return good || error_set(err, ERR_INVALID, "policies is no list of strings");
}

/* Policies that deploy steps name and the Application doesn't declare are objects of their own in its namespace. */
static bool add_external_policies(appfile_t *af, jv_t *policies, err_t *err) {
    arena_t *a = af->arena;
    for (size_t i = 0; i < jv_count(af->steps); i++) {
        const jv_t *step = jv_at(af->steps, i);
        if (!has_type(step, "deploy"))
            continue;
        if (!check_deploy_step(step, err))
            return error_wrap(err, "invalid WorkflowStep " STR_FMT, STR_ARG(jv_str(jv_getc(step, "name"))));
        const jv_t *names = jv_path(step, "properties", "policies", NULL);
        for (size_t k = 0; k < jv_count(names); k++) {
            str_t name = jv_str(jv_at(names, k));
            if (appfile_policy(af, name))
                continue;
            const jv_t *external = find_object(af, "Policy", name, err);
            if (!external) {
                if (err && err->code == ERR_NOTFOUND)
                    return error_set(err, ERR_NOTFOUND, "external policy " STR_FMT " not found", STR_ARG(name));
                return false;
            }
            jv_t *p = jv_object(a);
            jv_setc(a, p, "name", jv_string(a, name));
            jv_setc(a, p, "type", jv_getc(external, "type"));
            if (jv_getc(external, "properties"))
                jv_setc(a, p, "properties", jv_getc(external, "properties"));
            jv_append(a, policies, p);
        }
    }
    return true;
}

static bool override_definition(appfile_t *af, definition_kind_t kind, const jv_t *owner, str_t policy, err_t *err) {
    str_t type = jv_str(jv_getc(owner, "type"));
    definition_t d;
    if (type.n == 0)
        return true;
    if (load_definition(af, kind, type, &d, err)) {
        remember(af, &d);
        return true;
    }
    return error_wrap(err, "failed to get %s definition " STR_FMT " for override policy " STR_FMT,
                      definition_kind_short(kind), STR_ARG(type), STR_ARG(policy));
}

/* Definitions that an override policy brings in must be there at once. */
static bool load_override_definitions(appfile_t *af, const jv_t *policy, err_t *err) {
    str_t name = jv_str(jv_getc(policy, "name"));
    const jv_t *components = jv_path(policy, "properties", "components", NULL);
    for (size_t i = 0; i < jv_count(components); i++) {
        const jv_t *c = jv_at(components, i), *traits = jv_getc(c, "traits");
        if (!override_definition(af, DEFINITION_COMPONENT, c, name, err))
            return false;
        for (size_t k = 0; k < jv_count(traits); k++)
            if (!override_definition(af, DEFINITION_TRAIT, jv_at(traits, k), name, err))
                return false;
    }
    return true;
}

/* Policies that vela-core acts on itself; any other type has a PolicyDefinition and renders objects. */
static const char *const internal_policies[] = {"garbage-collect", "apply-once", "shared-resource",
                                                "take-over",       "read-only",  "resource-update",
                                                "env-binding",     "topology",   "override",
                                                "replication",     "debug"};

static bool is_internal(str_t type) {
    for (size_t i = 0; i < sizeof internal_policies / sizeof *internal_policies; i++)
        if (str_eqc(type, internal_policies[i]))
            return true;
    return false;
}

static bool parse_own_policy(appfile_t *af, const jv_t *p, app_component_t *out, err_t *err) {
    *out = (app_component_t){.object = p, .name = jv_str(jv_getc(p, "name"))};
    str_t type = jv_str(jv_getc(p, "type"));
    out->type = without_revision(af->arena, type);
    if (!load_definition(af, DEFINITION_POLICY, type, &out->definition, err)) {
        error_wrap(err, "load template from policy definition [" STR_FMT "] ", STR_ARG(type));
        return error_wrap(err, "fetch component/policy type of " STR_FMT, STR_ARG(out->name));
    }
    remember(af, &out->definition);
    if (!read_properties(af, p, &out->properties, err))
        return error_wrap(err, "fail to parse settings for " STR_FMT, STR_ARG(out->name));
    return true;
}

static bool parse_policies(appfile_t *af, jv_t *policies, err_t *err) {
    if (!add_external_policies(af, policies, err))
        return false;
    af->policies = arena_array(af->arena, app_component_t, jv_count(policies));
    for (size_t i = 0; i < jv_count(policies); i++) {
        const jv_t *p = jv_at(policies, i), *properties = jv_getc(p, "properties");
        str_t type = jv_str(jv_getc(p, "type")), name = jv_str(jv_getc(p, "name"));
        if ((!properties || jv_is(properties, JV_NULL)) && !str_eqc(type, "debug"))
            return error_set(err, ERR_INVALID, "policy " STR_FMT " named " STR_FMT " must not have empty properties",
                             STR_ARG(type), STR_ARG(name));
        if (!is_internal(type)) {
            if (!parse_own_policy(af, p, &af->policies[af->npolicies++], err))
                return false;
        } else if (str_eqc(type, "override") && !load_override_definitions(af, p, err)) {
            return false;
        }
    }
    return true;
}

bool appfile_step_policies(const appfile_t *af, const jv_t *step, const char *type, jv_t **out, err_t *err) {
    if (!check_deploy_step(step, err))
        return error_wrap(err, "invalid WorkflowStep " STR_FMT, STR_ARG(jv_str(jv_getc(step, "name"))));
    const jv_t *names = jv_path(step, "properties", "policies", NULL);
    *out = jv_array(af->arena);
    for (size_t i = 0; i < jv_count(names); i++) {
        const jv_t *p = appfile_policy(af, jv_str(jv_at(names, i)));
        if (!p)
            return error_set(err, ERR_NOTFOUND, "policy " STR_FMT " not found", STR_ARG(jv_str(jv_at(names, i))));
        if (has_type(p, type))
            jv_append(af->arena, *out, (jv_t *)p);
    }
    return true;
}

static const jv_t *strings_or_empty(arena_t *a, const jv_t *v) {
    return jv_is(v, JV_OBJECT) ? v : jv_object(a);
}

appfile_t *appfile_parse(arena_t *a, const jv_t *app, const appfile_source_t *source, err_t *err) {
    appfile_t *af = arena_new(a, appfile_t);
    *af = (appfile_t){.arena = a, .source = *source, .app = app};
    const jv_t *metadata = jv_getc(app, "metadata");
    af->name = jv_str(jv_getc(metadata, "name"));
    af->ns = jv_str(jv_getc(metadata, "namespace"));
    af->labels = strings_or_empty(a, jv_getc(metadata, "labels"));
    af->annotations = strings_or_empty(a, jv_getc(metadata, "annotations"));
    af->revision_name = jv_path_str(app, "status", "latestRevision", "name", NULL);
    for (int i = 0; i < DEFINITION_KINDS; i++)
        af->definitions[i] = jv_object(a);
    const jv_t *list = jv_path(app, "spec", "policies", NULL);
    if (list && !jv_is(list, JV_ARRAY) && !jv_is(list, JV_NULL)) {
        error_set(err, ERR_INVALID, "spec.policies is no list");
        return NULL;
    }
    jv_t *policies = named_policies(a, list);
    af->all_policies = policies;
    if (!parse_components(af, err))
        return error_wrap(err, "failed to parseComponents"), NULL;
    if (!parse_steps(af, policies, err))
        return error_wrap(err, "failed to parseWorkflowSteps"), NULL;
    if (!parse_policies(af, policies, err))
        return error_wrap(err, "failed to parsePolicies"), NULL;
    return af;
}
