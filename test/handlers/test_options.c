#include "handlers/options.h"
#include "test/suite.h"

static vela_options_t o;

static flags_result_t parse(arena_t *a, const char *line, err_t *err) {
    char *argv[16] = {(char *)"velella"};
    int argc = 1;
    for (char *word = strtok(arena_cstr(a, str_c(line)), " "); word; word = strtok(NULL, " "))
        argv[argc++] = word;
    return options_parse(a, &o, argc, argv, err);
}

START_TEST(defaults_are_those_of_v1_10) {
    arena_t *a = arena_create();
    err_t err = ERROR_INIT;
    ck_assert_msg(parse(a, "", &err) == FLAGS_OK, "%s", error_text(&err));
    ck_assert(o.concurrent_reconciles == 4 && o.kube_api_qps == 50 && str_eqc(o.metrics_addr, ":8080"));
    ck_assert(o.reconcile_timeout == 180000000000 && !o.enable_leader_election && o.allow_cross_namespace_resource);
    ck_assert(options_gate(&o, "PreDispatchDryRun") && !options_gate(&o, "ApplyOnce") && !options_gate(&o, "None"));
    arena_destroy(a);
}
END_TEST

START_TEST(gates_are_known_by_name) {
    arena_t *a = arena_create();
    err_t err = ERROR_INIT;
    ck_assert_int_eq(parse(a, "--feature-gates=ApplyOnce=true,AllBeta=true --feature-gates PreDispatchDryRun=false",
                           &err),
                     FLAGS_OK);
    ck_assert(options_gate(&o, "ApplyOnce") && !options_gate(&o, "PreDispatchDryRun"));
    ck_assert_int_eq(parse(a, "--feature-gates=Nope=true", &err), FLAGS_ERROR);
    ck_assert_int_ge(str_find(str_c(error_text(&err)), STR("unrecognized feature gate: Nope")), 0);
    error_release(&err);
    arena_destroy(a);
}
END_TEST

/* Both versions' flags are there, with their types and defaults. */
START_TEST(every_flag_of_the_specification_is_there) {
    const char *path = suite_shared("spec/flags.tsv");
    if (!path)
        return;
    FILE *f = fopen(path, "r");
    char line[512];
    flag_t flags[OPTIONS_COUNT];
    size_t found = 0;
    ck_assert_ptr_nonnull(f);
    options_flags(&o, flags);
    while (fgets(line, sizeof line, f)) {
        str_t rest = str_n(line, strcspn(line, "\n")), name, type, old, new;
        str_cut(rest, '\t', &name, &rest);
        str_cut(rest, '\t', &type, &rest);
        str_cut(rest, '\t', &old, &new);
        if (!str_starts(name, STR("--")) || str_eqc(name, "--help"))
            continue;
        str_t want = str_eqc(new, "-") ? old : new;
        const flag_t *flag = NULL;
        for (size_t i = 0; i < OPTIONS_COUNT; i++)
            if (str_eqc(str_from(name, 2), flags[i].name))
                flag = &flags[i];
        ck_assert_msg(flag, STR_FMT " is missing", STR_ARG(name));
        ck_assert_msg(flag->help && *flag->help, STR_FMT " has no help", STR_ARG(name));
        ck_assert_msg(str_eqc(want, flag->initial             ? flag->initial
                                    : flag->type == FLAG_BOOL ? "false"
                                                              : ""),
                      STR_FMT ": default %s", STR_ARG(name), flag->initial);
        found++;
    }
    fclose(f);
    ck_assert_uint_eq(found, OPTIONS_COUNT);
}
END_TEST

START_TEST(usage_fits_80_columns) {
    buf_t b;
    buf_init(&b);
    options_usage(&b);
    str_t rest = buf_str(&b), line;
    while (rest.n) {
        str_cut(rest, '\n', &line, &rest);
        ck_assert_msg(line.n <= 80, "too long: " STR_FMT, STR_ARG(line));
    }
    buf_release(&b);
}
END_TEST

SUITE(options, defaults_are_those_of_v1_10, gates_are_known_by_name, every_flag_of_the_specification_is_there,
      usage_fits_80_columns)
