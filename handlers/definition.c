#include "handlers/definition.h"

static const struct {
    const char *kind, *brief;
} kinds[DEFINITION_KINDS] = {
    [DEFINITION_COMPONENT] = {"ComponentDefinition", "component"},
    [DEFINITION_TRAIT] = {"TraitDefinition", "trait"},
    [DEFINITION_POLICY] = {"PolicyDefinition", "policy"},
    [DEFINITION_WORKFLOW_STEP] = {"WorkflowStepDefinition", "workflow-step"},
    [DEFINITION_WORKLOAD] = {"WorkloadDefinition", "workload"},
};

const char *definition_kind_name(definition_kind_t k) {
    return kinds[k].kind;
}

const char *definition_kind_short(definition_kind_t k) {
    return kinds[k].brief;
}

const char *definition_kind_key(definition_kind_t k) {
    static const char *const keys[DEFINITION_KINDS] = {
        [DEFINITION_COMPONENT] = "componentDefinitions", [DEFINITION_TRAIT] = "traitDefinitions",
        [DEFINITION_POLICY] = "policyDefinitions",       [DEFINITION_WORKFLOW_STEP] = "workflowStepDefinitions",
        [DEFINITION_WORKLOAD] = "workloadDefinitions",
    };
    return keys[k];
}

bool definition_kind_parse(str_t kind, definition_kind_t *out) {
    for (int i = 0; i < DEFINITION_KINDS; i++)
        if (str_eqc(kind, kinds[i].kind)) {
            *out = (definition_kind_t)i;
            return true;
        }
    return false;
}

static bool read_stage(str_t stage, dispatch_stage_t *out) {
    if (stage.n == 0 || str_eqc(stage, "DefaultDispatch"))
        *out = STAGE_DEFAULT;
    else if (str_eqc(stage, "PreDispatch"))
        *out = STAGE_PRE_DISPATCH;
    else if (str_eqc(stage, "PostDispatch"))
        *out = STAGE_POST_DISPATCH;
    else
        return false;
    return true;
}

bool definition_read(const jv_t *manifest, definition_t *out, err_t *err) {
    *out = (definition_t){.object = manifest, .stage = STAGE_DEFAULT};
    str_t kind = jv_str(jv_getc(manifest, "kind"));
    if (!definition_kind_parse(kind, &out->kind))
        return error_set(err, ERR_INVALID, "a \"" STR_FMT "\" is no definition", STR_ARG(kind));
    out->name = jv_path_str(manifest, "metadata", "name", NULL);
    if (out->name.n == 0)
        return error_set(err, ERR_INVALID, STR_FMT " without metadata.name", STR_ARG(kind));
    const jv_t *spec = jv_getc(manifest, "spec"), *schematic = jv_getc(spec, "schematic");
    out->template = jv_path_str(schematic, "cue", "template", NULL);
    out->terraform = jv_getc(schematic, "terraform");
    if (out->template.n == 0)
        out->template = jv_path_str(spec, "extension", "template", NULL);
    const jv_t *status = jv_getc(spec, "status");
    out->health_policy = jv_str(jv_getc(status, "healthPolicy"));
    out->custom_status = jv_str(jv_getc(status, "customStatus"));
    out->status_details = jv_str(jv_getc(status, "details"));
    out->workload_ref_path = jv_str(jv_getc(spec, "workloadRefPath"));
    out->manage_workload = jv_true(jv_getc(spec, "manageWorkload"));
    out->control_plane_only = jv_true(jv_getc(spec, "controlPlaneOnly"));
    str_t stage = jv_str(jv_getc(spec, "stage"));
    if (!read_stage(stage, &out->stage))
        return error_set(err, ERR_INVALID, STR_FMT " " STR_FMT ": unknown stage type \"" STR_FMT "\"", STR_ARG(kind),
                         STR_ARG(out->name), STR_ARG(stage));
    return true;
}
