/* Compiling, evaluating and exporting any source under a small budget. */
#include "config/cue/cue.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
    err_t err = ERROR_INIT;
    cue_source_t s = {STR("f.cue"), str_n((const char *)data, size)};
    cue_program_t *p = cue_compile(&s, 1, &(cue_options_t){.externs = "context parameter"}, &err);
    if (p) {
        cue_eval_t *e = cue_eval_start(p, &(cue_budget_t){.steps = 20000, .depth = 100, .bytes = 16 << 20}, &err);
        arena_t *a = arena_create();
        if (e && a && cue_validate(e, false, NULL))
            cue_export_json(cue_root(e), a, NULL);
        cue_eval_end(e);
        arena_destroy(a);
        cue_program_release(p);
    }
    error_release(&err);
    return 0;
}
