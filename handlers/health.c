#include "handlers/health.h"
#include "config/cue/syntax.h"

static const char EXTERNS[] = "context parameter";
enum { LONGEST_DETAIL = 32 };

jv_t *health_context(arena_t *a, const appfile_t *af, str_t component, const jv_t *output, const jv_t *outputs,
                     const jv_t *parameter) {
    jv_t *o = jv_object(a);
    jv_setc(a, o, "name", jv_string(a, component));
    jv_setc(a, o, "appName", jv_string(a, af->name));
    jv_setc(a, o, "appRevision", jv_string(a, af->revision_name));
    if (output)
        jv_setc(a, o, "output", (jv_t *)output);
    if (jv_count(outputs))
        jv_setc(a, o, "outputs", (jv_t *)outputs);
    jv_setc(a, o, "parameter", parameter ? (jv_t *)parameter : jv_null(a));
    return o;
}

typedef struct health {
    arena_t *arena;
    programs_t *programs;
    const cue_budget_t *budget;
    str_t name;
    jv_t *context;
    const jv_t *parameter;
} health_t;

static cue_eval_t *start(const health_t *h, str_t text, err_t *err) {
    cue_program_t *p = programs_get(h->programs, h->name, text, EXTERNS, err);
    cue_eval_t *e = p ? cue_eval_start(p, h->budget, err) : NULL;
    cue_program_release(p);
    if (!e)
        return NULL;
    if (cue_fill_json(e, "context", h->context, err) && cue_fill_json(e, "parameter", h->parameter, err))
        return e;
    cue_eval_end(e);
    return NULL;
}

/* One field of a template. An error in another field (often: a status that isn't there yet) doesn't count, but for a
 * message the top level has to hold (whole): a comprehension that can't be decided there leaves none. */
static jv_t *one_field(const health_t *h, str_t text, const char *field, jv_kind_t kind, bool whole, err_t *err) {
    cue_eval_t *e = start(h, text, err);
    if (!e)
        return NULL;
    cue_value_t *v = !whole || cue_ok(cue_root(e), err) ? cue_lookup(e, field, err) : NULL;
    jv_t *out = v ? cue_export_json(v, h->arena, err) : NULL;
    if (out && !jv_is(out, kind)) {
        error_set(err, ERR_INVALID, "%s is of another type", field);
        out = NULL;
    }
    cue_eval_end(e);
    return out;
}

/* A field marked @local() or @private() is seen by the other templates only. */
static bool is_private(const syn_t *tree, str_t label) {
    const syn_t *f = tree ? syn_get(tree, label) : NULL;
    for (size_t i = 0; f && i < f->field->nattrs; i++) {
        str_t attr = f->field->attrs[i]->str;
        if (str_starts(attr, STR("@local(")) || str_starts(attr, STR("@private(")))
            return true;
    }
    return false;
}

/* A value as the status shows it: strings as they are, the rest as CUE, what isn't concrete as bottom. */
static str_t detail_text(arena_t *a, const jv_t *json) {
    if (!json)
        return STR("_|_");
    if (jv_is(json, JV_STRING))
        return jv_str(json);
    buf_t b;
    buf_init_arena(&b, a);
    cue_format(&b, syn_from_json(a, json), false);
    return buf_str(&b);
}

static bool find_details(health_t *h, str_t text, jv_t *status, jv_t **details, err_t *err) {
    cue_eval_t *e = start(h, text, err);
    if (!e)
        return false;
    if (!cue_ok(cue_root(e), err)) {
        cue_eval_end(e);
        return false;
    }
    syn_t *tree = syn_parse(h->arena, h->name, text, NULL);
    jv_t *seen = jv_object(h->arena);
    *details = jv_object(h->arena);
    str_t label;
    cue_value_t *v;
    for (size_t i = 0; cue_field(cue_root(e), i, &label, &v); i++) {
        if (label.n >= LONGEST_DETAIL || str_eqc(label, "context") || str_eqc(label, "parameter"))
            continue;
        bool shown = label.p[0] != '$';
        if (shown && is_private(tree, label))
            continue;
        label = arena_str(h->arena, label);
        jv_t *json = cue_export_json(v, h->arena, NULL);
        if (json)
            jv_set(h->arena, seen, label, json);
        if (shown)
            jv_set(h->arena, *details, label, jv_string(h->arena, detail_text(h->arena, json)));
    }
    jv_setc(h->arena, status, "details", seen);
    cue_eval_end(e);
    return true;
}

/* The first failure is the one that is told. */
static void note(err_t *err, err_t *why, const char *what, bool *good) {
    if (why->code != ERR_NONE) {
        error_wrap(why, "%s", what);
        if (*good)
            error_move(err, why);
        *good = false;
    }
    error_release(why);
}

bool health_evaluate(arena_t *a, programs_t *programs, const cue_budget_t *budget, const definition_t *d,
                     const jv_t *context, const jv_t *parameter, health_result_t *out, err_t *err) {
    *out = (health_result_t){.healthy = true};
    health_t h = {a, programs, budget, d->name, jv_object(a), parameter ? parameter : jv_object(a)};
    for (size_t i = 0; i < jv_count(context); i++)
        jv_set(a, h.context, context->members[i].key, context->members[i].value);
    jv_t *status = jv_object(a);
    jv_setc(a, h.context, "status", status);
    bool good = true;
    err_t why = ERROR_INIT;
    if (d->status_details.n)
        find_details(&h, d->status_details, status, &out->details, &why);
    note(err, &why, "get status details", &good);
    if (d->health_policy.n)
        out->healthy = jv_true(one_field(&h, d->health_policy, "isHealth", JV_BOOL, false, &why));
    note(err, &why, "evaluate health status", &good);
    jv_setc(a, status, "healthy", jv_bool(a, out->healthy));
    if (d->custom_status.n)
        out->message = jv_str(one_field(&h, d->custom_status, "message", JV_STRING, true, &why));
    note(err, &why, "evaluate customStatus.message", &good);
    return good;
}
