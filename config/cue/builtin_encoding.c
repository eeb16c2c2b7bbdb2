/* json.Validate, yaml.Validate and yaml.ValidatePartial: texts against schemas, which need not be concrete. */
#include "config/cue/builtin.h"

static bottom_t *call_failed(eval_t *e, const own_builtin_t *b, bottom_code_t code, syn_pos_t pos, str_t why) {
    return bottom_new(e, code, pos, "error in call to %s.%s: " STR_FMT, b->package, b->name, STR_ARG(why));
}

/* The text as data: one value, or a list of documents. */
static bottom_t *decode(eval_t *e, const own_builtin_t *b, const value_t *text, syn_pos_t pos, bool yaml,
                        cdata_t **out) {
    const lib_func_t *f = lib_find(str_c(b->package), yaml ? STR("UnmarshalStream") : STR("Unmarshal"));
    err_t err = ERROR_INIT;
    lib_call_t call = {.arena = e->arena, .err = &err, .bare = true};
    cdata_t *args[LIB_MAX_PARAMS] = {text->tag == VAL_STRING ? cdata_string(e->arena, text->s)
                                                             : cdata_bytes(e->arena, text->s)};
    if (f && f->fn(&call, args, 1, out))
        return NULL;
    bottom_t *bad = call_failed(e, b, BOTTOM_EVAL, pos, f ? str_c(error_text(&err)) : STR("unsupported"));
    error_release(&err);
    return bad;
}

static bottom_t *against(eval_t *e, const own_builtin_t *b, const cdata_t *data, value_t *schema, bool concrete,
                         syn_pos_t pos) {
    vertex_t *v = vertex_new(e, e->at, NULL);
    v->computed = true;
    vertex_add_conj(e, v, (conj_t){.value = schema});
    vertex_add_conj(e, v, (conj_t){.value = value_of_data(e, data, pos)});
    bottom_t *bad = validate_vertex(e, v, concrete);
    if (!bad)
        return NULL;
    const bottom_t *first = bad->text.n || !bad->nparts ? bad : bad->parts[0];
    bottom_t *out = call_failed(e, b, BOTTOM_EVAL, pos, first->text);
    for (size_t i = 0; i < first->npos; i++)
        bottom_at(e, out, first->pos[i]);
    return out;
}

static bottom_t *check(eval_t *e, const own_builtin_t *b, value_t **args, size_t nargs, syn_pos_t pos) {
    bool yaml = str_eqc(str_c(b->package), "encoding/yaml"), concrete = str_eqc(str_c(b->name), "Validate");
    cdata_t *data = NULL;
    (void)nargs;
    bottom_t *bad = decode(e, b, args[0], pos, yaml, &data);
    if (bad || !yaml)
        return bad ? bad : against(e, b, data, args[1], concrete, pos);
    for (size_t i = 0; i < data->n && !bad; i++)
        bad = against(e, b, data->items[i], args[1], concrete, pos);
    return bad;
}

static value_t *eval(eval_t *e, const own_builtin_t *b, value_t **args, size_t nargs, syn_pos_t pos) {
    bottom_t *bad = check(e, b, args, nargs, pos);
    return bad ? value_of_bottom(e, bad) : value_bool(e, true, pos);
}

const own_builtin_t builtins_encoding[] = {
    {"encoding/json", "Validate", {LIB_STRING | LIB_BYTES, KIND_TOP}, false, eval, check, NULL},
    {"encoding/yaml", "Validate", {LIB_STRING | LIB_BYTES, KIND_TOP}, false, eval, check, NULL},
    {"encoding/yaml", "ValidatePartial", {LIB_STRING | LIB_BYTES, KIND_TOP}, false, eval, check, NULL},
};
const size_t builtins_encoding_count = sizeof builtins_encoding / sizeof *builtins_encoding;
