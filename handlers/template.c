#include "handlers/template.h"
#include "handlers/json_patch.h"
#include "handlers/strategy.h"

static const char EXTERNS[] = "context parameter";
enum { MAX_PATCH_DEPTH = 200 };

void template_begin(template_run_t *r, arena_t *a, programs_t *programs, const cue_budget_t *budget, jv_t *context) {
    *r = (template_run_t){.arena = a, .programs = programs, .budget = budget, .context = context};
}

void template_end(template_run_t *r) {
    while (r->nevals)
        cue_eval_end(r->evals[--r->nevals]);
}

/* CUE's errors as Go's error.Error() has them, which is what vela-core shows: the first, without positions, and the
 * number of the others. Returns false. */
static bool brief(err_t *err) {
    if (!err || !err->text)
        return false;
    str_t text = str_c(err->text), first, rest, line;
    size_t others = 0;
    str_cut(text, '\n', &first, &rest);
    bool placed = str_starts(rest, STR(" "));
    while (rest.n) {
        str_cut(rest, '\n', &line, &rest);
        others += line.n && line.p[0] != ' ';
    }
    if (placed && str_ends(first, STR(":")))
        first.n--;
    err_t told = ERROR_INIT;
    if (others)
        error_set(&told, err->code, STR_FMT " (and %zu more errors)", STR_ARG(first), others);
    else
        error_set(&told, err->code, STR_FMT, STR_ARG(first));
    error_move(err, &told);
    return false;
}

static void keep(template_run_t *r, cue_eval_t *e) {
    r->evals = arena_grow(r->arena, r->evals, r->nevals * sizeof *r->evals, (r->nevals + 1) * sizeof *r->evals);
    r->evals[r->nevals++] = e;
}

static void add_output(template_run_t *r, instance_t i) {
    r->outputs = arena_grow(r->arena, r->outputs, r->noutputs * sizeof i, (r->noutputs + 1) * sizeof i);
    r->outputs[r->noutputs++] = i;
}

static bool instance_json(template_run_t *r, instance_t *i, err_t *err) {
    if (!i->json)
        i->json = cue_export_json(i->value, r->arena, err);
    return i->json || brief(err);
}

/* A template's evaluation with parameter and context, validated; it belongs to the run. */
static cue_eval_t *evaluate(template_run_t *r, const definition_t *d, const jv_t *properties, const char *invalid,
                            str_t name, err_t *err) {
    cue_program_t *p = programs_get(r->programs, d->name, d->template, EXTERNS, err);
    if (!p) {
        brief(err);
        error_wrap(err, "failed to compile %s " STR_FMT " after merge parameter and context",
                   d->kind == DEFINITION_TRAIT ? "trait" : "workload", STR_ARG(name));
        return NULL;
    }
    cue_eval_t *e = cue_eval_start(p, r->budget, err);
    cue_program_release(p);
    if (!e)
        return NULL;
    keep(r, e);
    if ((properties && !cue_fill_json(e, "parameter", properties, err)) ||
        !cue_fill_json(e, "context", r->context, err) || !cue_validate(e, false, err)) {
        brief(err);
        error_wrap(err, invalid, STR_ARG(name));
        return NULL;
    }
    return e;
}

/* A top-level field: *out is NULL where it is not there. */
static bool field(cue_eval_t *e, const char *name, cue_value_t **out, err_t *err) {
    err_t why = ERROR_INIT;
    *out = cue_lookup(e, name, &why);
    if (*out || why.code == ERR_NOTFOUND) {
        error_release(&why);
        return true;
    }
    error_move(err, &why);
    return brief(err);
}

static bool take_outputs(template_run_t *r, cue_eval_t *e, const char *what, str_t name, str_t type, err_t *err) {
    cue_value_t *outputs, *value;
    if (!field(e, "outputs", &outputs, err))
        return false;
    if (!outputs)
        return true;
    err_t why = ERROR_INIT;
    bool whole = cue_ok(outputs, &why);
    if (!whole && why.code != ERR_INCOMPLETE) {
        error_move(err, &why);
        brief(err);
        return error_wrap(err, "invalid outputs of %s " STR_FMT, what, STR_ARG(name));
    }
    error_release(&why); /* a comprehension over what isn't there leaves the other fields */
    if (whole && cue_value_kind(outputs) != CUE_STRUCT)
        return error_set(err, ERR_INVALID, "invalid outputs of %s " STR_FMT ": outputs: cannot use value as struct",
                         what, STR_ARG(name));
    str_t label;
    for (size_t i = 0; cue_field(outputs, i, &label, &value); i++)
        add_output(r, (instance_t){.type = type, .name = arena_str(r->arena, label), .value = value});
    return true;
}

bool template_component(template_run_t *r, const definition_t *d, str_t name, const jv_t *properties, err_t *err) {
    const jv_t *parameter = properties ? properties : jv_object(r->arena);
    cue_eval_t *e =
        evaluate(r, d, parameter, "invalid cue template of workload " STR_FMT " after merge parameter and context",
                 name, err);
    cue_value_t *output;
    if (!e || !field(e, "output", &output, err))
        return false;
    if (!output)
        return error_set(err, ERR_NOTFOUND, "invalid output of workload " STR_FMT ": field not found: output",
                         STR_ARG(name));
    r->workload = (instance_t){.value = output};
    r->has_workload = true;
    return take_outputs(r, e, "workload", name, STR("AuxiliaryWorkload"), err);
}

/* An object that is not concrete when a trait is to see it, in the words of Go's MarshalJSON. */
static bool marshal_error(err_t *err) {
    static const char incomplete[] = "incomplete value ";
    str_t text = str_c(error_text(err)), value;
    ptrdiff_t at = str_find(text, str_c(incomplete)), end;
    if (err && at >= 0) {
        value = str_from(text, (size_t)at + sizeof incomplete - 1);
        end = str_find(value, STR(" (and "));
        if (end >= 0)
            value.n = (size_t)end;
        err_t told = ERROR_INIT;
        error_set(&told, err->code, STR_FMT "cannot convert incomplete value \"" STR_FMT "\" to JSON",
                  STR_ARG(str_sub(text, 0, (size_t)at)), STR_ARG(value));
        error_move(err, &told);
    }
    return error_wrap(err, "cue: marshal error");
}

/* The objects so far, as a trait's template sees them. */
static bool push_objects(template_run_t *r, err_t *err) {
    if (r->has_workload) {
        if (!instance_json(r, &r->workload, err))
            return marshal_error(err);
        jv_setc(r->arena, r->context, "output", r->workload.json);
    }
    if (r->noutputs == 0)
        return true;
    jv_t *outputs = jv_object(r->arena);
    for (size_t i = 0; i < r->noutputs; i++) {
        if (!instance_json(r, &r->outputs[i], err))
            return marshal_error(err);
        jv_set(r->arena, outputs, r->outputs[i].name, r->outputs[i].json);
    }
    jv_setc(r->arena, r->context, "outputs", outputs);
    return true;
}

static syn_t *instance_syntax(template_run_t *r, const instance_t *i, err_t *err) {
    return i->value ? cue_value_syntax(i->value, r->arena, err) : syn_from_json(r->arena, i->json);
}

/* Whether every comprehension in a patch could be decided. One that can't would be left out of the syntax; in vela-core
 * it stays there, with references that lead nowhere, and so fails too. */
static bool decided(cue_value_t *v, int depth, err_t *err) {
    cue_kind_t kind = cue_value_kind(v);
    cue_value_t *in;
    str_t label;
    if (kind == CUE_STRUCT && !cue_ok(v, err))
        return false;
    for (size_t i = 0; kind == CUE_STRUCT && depth < MAX_PATCH_DEPTH && cue_field(v, i, &label, &in); i++)
        if (!decided(in, depth + 1, err))
            return false;
    for (size_t i = 0; kind == CUE_LIST && depth < MAX_PATCH_DEPTH && i < cue_len(v); i++)
        if ((in = cue_index(v, i)) && !decided(in, depth + 1, err))
            return false;
    return true;
}

static bool unify(template_run_t *r, instance_t *i, cue_value_t *patch, err_t *err) {
    if (!decided(patch, 0, err)) {
        brief(err);
        return error_wrap(err, "result check err");
    }
    syn_t *base = instance_syntax(r, i, err);
    syn_t *tree = base ? cue_value_syntax(patch, r->arena, err) : NULL;
    cue_eval_t *e = tree ? strategy_unify(r->arena, base, tree, r->budget, err) : NULL;
    if (!e)
        return brief(err);
    keep(r, e);
    i->value = cue_root(e);
    i->json = NULL;
    return true;
}

/* A patch as a whole may be a JSON patch or JSON merge patch, by a comment on its field. The comment is on the field,
 * not in the value, so the whole template's syntax is asked, but only where the text can have it. */
static str_t json_strategy(template_run_t *r, cue_eval_t *e, const definition_t *d) {
    str_t strategy = STR_NONE;
    if (str_find(d->template, STR("patchStrategy=json")) < 0)
        return strategy;
    syn_t *root = cue_value_syntax(cue_root(e), r->arena, NULL);
    syn_t *patch = root && root->kind == SYN_STRUCT ? syn_get(root, STR("patch")) : NULL;
    if (patch)
        syn_marker(patch, STR("patchStrategy"), &strategy);
    return strategy;
}

static bool patch_json(template_run_t *r, cue_value_t *patch, bool merge, err_t *err) {
    instance_t *w = &r->workload;
    jv_t *p = cue_export_json(patch, r->arena, err);
    if (!p) {
        brief(err);
        return error_wrap(err, "failed to marshal patch value");
    }
    if (!instance_json(r, w, err))
        return error_wrap(err, "failed to marshal base value");
    jv_t *out = merge ? json_merge_patch(r->arena, w->json, p)
                      : json_patch_apply(r->arena, w->json, jv_getc(p, "operations"), err);
    if (!out)
        return error_wrap(err, "failed to apply json patch");
    *w = (instance_t){.json = out};
    return true;
}

static bool patch_workload(template_run_t *r, cue_eval_t *e, const definition_t *d, str_t name, err_t *err) {
    cue_value_t *patch;
    if (!field(e, "patch", &patch, err))
        return false;
    if (!patch)
        return true;
    if (!r->has_workload)
        return error_set(err, ERR_INVALID, "patch trait " STR_FMT " into an invalid workload", STR_ARG(name));
    str_t strategy = json_strategy(r, e, d);
    bool merge = str_eqc(strategy, "jsonMergePatch");
    bool good =
        merge || str_eqc(strategy, "jsonPatch") ? patch_json(r, patch, merge, err) : unify(r, &r->workload, patch, err);
    return good || error_wrap(err, "invalid patch trait " STR_FMT " into workload", STR_ARG(name));
}

static bool patch_outputs(template_run_t *r, cue_eval_t *e, str_t name, err_t *err) {
    cue_value_t *patches;
    if (!field(e, "patchOutputs", &patches, err))
        return false;
    for (size_t i = 0; patches && i < r->noutputs; i++) {
        cue_value_t *patch = cue_get(patches, r->outputs[i].name);
        if (patch && !unify(r, &r->outputs[i], patch, err))
            return error_wrap(err, "trait=" STR_FMT ", to=" STR_FMT ", invalid patch trait into auxiliary workload",
                              STR_ARG(name), STR_ARG(r->outputs[i].name));
    }
    return true;
}

/* A template says through `errs` what it can't do; the first non-empty string is the error. */
static bool own_errors(template_run_t *r, cue_eval_t *e, err_t *err) {
    cue_value_t *errs;
    if (!field(e, "errs", &errs, err))
        return false;
    if (!errs || cue_value_kind(errs) != CUE_LIST)
        return true;
    for (size_t i = 0; i < cue_len(errs); i++) {
        cue_value_t *v = cue_index(errs, i);
        if (!v || cue_value_kind(v) != CUE_STRING)
            continue;
        str_t text = jv_str(cue_export_json(v, r->arena, NULL));
        if (text.n)
            return error_set(err, ERR_INVALID, STR_FMT, STR_ARG(text));
    }
    return true;
}

bool template_trait(template_run_t *r, const definition_t *d, str_t name, const jv_t *properties, err_t *err) {
    if (!push_objects(r, err))
        return false;
    cue_eval_t *e = evaluate(r, d, properties,
                             "invalid template of trait " STR_FMT " after merge with parameter and context", name, err);
    cue_value_t *processing;
    if (!e || !field(e, "processing", &processing, err))
        return false;
    if (processing)
        return error_set(err, ERR_UNSUPPORTED,
                         "trait " STR_FMT ": a template with `processing` (a HTTP request) is not supported",
                         STR_ARG(name));
    return take_outputs(r, e, "trait", name, name, err) && patch_workload(r, e, d, name, err) &&
           patch_outputs(r, e, name, err) && own_errors(r, e, err);
}

bool template_patch(template_run_t *r, str_t text, err_t *err) {
    cue_source_t source = {STR("patch"), text};
    cue_program_t *p = cue_compile(&source, 1, NULL, err);
    cue_eval_t *e = p ? cue_eval_start(p, r->budget, err) : NULL;
    cue_program_release(p);
    if (!e)
        return brief(err);
    keep(r, e);
    cue_value_t *workload, *traits;
    if (!field(e, "workload", &workload, err) || !field(e, "traits", &traits, err))
        return false;
    if (workload && r->has_workload && !unify(r, &r->workload, workload, err))
        return error_wrap(err, "patch workload");
    for (size_t i = 0; traits && i < r->noutputs; i++) {
        cue_value_t *patch = cue_get(traits, r->outputs[i].name);
        if (patch && !unify(r, &r->outputs[i], patch, err))
            return error_wrap(err, "patch outputs." STR_FMT, STR_ARG(r->outputs[i].name));
    }
    return true;
}

jv_t *template_object(template_run_t *r, instance_t *i, err_t *err) {
    if (!instance_json(r, i, err)) {
        error_wrap(err, "failed to have the workload/trait unstructured");
        return NULL;
    }
    if (!jv_is(i->json, JV_OBJECT) || jv_str(jv_getc(i->json, "kind")).n == 0) {
        str_t text = jv_text(r->arena, i->json);
        error_set(err, ERR_INVALID, "Object 'Kind' is missing in '" STR_FMT "'", STR_ARG(text));
        return NULL;
    }
    /* vela-core lets this pass and fails when it applies the object. */
    const jv_t *metadata = jv_getc(i->json, "metadata");
    if (metadata && !jv_is(metadata, JV_OBJECT) && !jv_is(metadata, JV_NULL)) {
        error_set(err, ERR_INVALID, "metadata is no object but " STR_FMT, STR_ARG(jv_text(r->arena, metadata)));
        return NULL;
    }
    return jv_copy(r->arena, i->json);
}
