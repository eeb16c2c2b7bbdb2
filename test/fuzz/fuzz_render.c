/* Applications and definitions as YAML, rendered; definitions that the input lacks are the built-in ones. */
#include "config/yaml/yaml.h"
#include "handlers/render.h"

typedef struct sets {
    definition_set_t *own, *builtin;
} sets_t;

static const jv_t *find(void *arg, arena_t *a, definition_kind_t kind, str_t name, err_t *err) {
    sets_t *s = arg;
    definition_source_t own = definition_set_source(s->own), builtin = definition_set_source(s->builtin);
    const jv_t *m = own.find(own.arg, a, kind, name, NULL);
    return m ? m : builtin.find(builtin.arg, a, kind, name, err);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
    static sets_t sets;
    static programs_t *programs;
    if (!programs) {
        programs = programs_create(64);
        sets.builtin = definition_set_create(arena_create());
        definition_set_add_builtin(sets.builtin, NULL);
    }
    arena_t *a = arena_create();
    err_t err = ERROR_INIT;
    jv_t *documents = jv_array(a);
    const jv_t *app = NULL;
    sets.own = definition_set_create(a);
    if (yaml_parse_all(a, str_n((const char *)data, size), YAML_KUBERNETES, &documents, &err))
        for (size_t i = 0; i < jv_count(documents); i++) {
            if (str_eqc(jv_str(jv_getc(jv_at(documents, i), "kind")), "Application"))
                app = jv_at(documents, i);
            definition_set_add(sets.own, jv_at(documents, i), &err);
        }
    cue_budget_t budget = {.steps = 100000, .bytes = 32 << 20};
    render_context_t ctx = {.programs = programs, .budget = &budget};
    appfile_source_t source = {.definitions = {find, &sets}};
    appfile_t *af = app ? appfile_parse(a, app, &source, &err) : NULL;
    if (af)
        render_application(a, af, &ctx, &err);
    error_release(&err);
    arena_destroy(a);
    return 0;
}
