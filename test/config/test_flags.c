#include "config/flags.h"
#include "reactor/base/mem.h"
#include "test/suite.h"

typedef struct options {
    bool verbose, webhook;
    str_t address;
    int64_t workers, level, wait;
    uint64_t size;
    double qps;
    flag_strings_t shards;
    flag_bools_t gates;
} options_t;

static options_t o;
static const flag_t flags[] = {
    {"verbose", 'x', FLAG_BOOL, "false", &o.verbose, "Say more."},
    {"use-webhook", 0, FLAG_BOOL, "true", &o.webhook, "Serve webhooks."},
    {"metrics-addr", 0, FLAG_STRING, ":8080", &o.address, "The address that metrics are served at."},
    {"concurrent-reconciles", 0, FLAG_INT, "4", &o.workers,
     "How many objects of a kind are worked on at a time, which bounds memory as well as the load on the API server."},
    {"v", 'v', FLAG_INT, NULL, &o.level, "Log verbosity."},
    {"wait", 0, FLAG_DURATION, "5m0s", &o.wait, "How long to wait."},
    {"size", 0, FLAG_UINT, "1024", &o.size, "A size."},
    {"kube-api-qps", 0, FLAG_FLOAT, "50", &o.qps, "Requests a second."},
    {"shards", 0, FLAG_STRINGS, "a,b", &o.shards, "Names of shards."},
    {"feature-gates", 0, FLAG_MAP_STRING_BOOL, NULL, &o.gates, "Features to turn on or off."},
    {"old", 0, FLAG_BOOL, NULL, &(bool){false}, NULL},
};
enum { N = sizeof flags / sizeof *flags };

/* Splits at blanks and parses; `rest` may be NULL. */
static flags_result_t parse(arena_t *a, const char *line, flag_strings_t *rest, err_t *err) {
    char *argv[32] = {(char *)"program"};
    int argc = 1;
    for (char *word = strtok(arena_cstr(a, str_c(line)), " "); word; word = strtok(NULL, " "))
        argv[argc++] = word;
    return flags_parse(a, flags, N, argc, argv, rest, err);
}

static arena_t *arena;
static void ok(const char *line) {
    err_t err = ERROR_INIT;
    arena = arena_create();
    flags_result_t r = parse(arena, line, NULL, &err);
    ck_assert_msg(r == FLAGS_OK, "%s: %s", line, error_text(&err));
}

START_TEST(defaults_hold_where_nothing_is_said) {
    ok("");
    ck_assert(!o.verbose && o.webhook && str_eqc(o.address, ":8080") && o.workers == 4 && o.level == 0);
    ck_assert(o.wait == 300000000000 && o.size == 1024 && o.qps == 50 && o.shards.n == 2 && o.gates.n == 0);
    arena_destroy(arena);
}
END_TEST

START_TEST(every_spelling_sets_a_flag) {
    ok("--verbose --use-webhook=false --metrics-addr :9 -concurrent-reconciles=8 -v=3 --wait 1h2m3.5s --size 0x10 "
       "--kube-api-qps=1.5e2 -old");
    ck_assert(o.verbose && !o.webhook && str_eqc(o.address, ":9") && o.workers == 8 && o.level == 3);
    ck_assert(o.wait == 3723500000000 && o.size == 16 && o.qps == 150);
    arena_destroy(arena);
    ok("-v 4 -x");
    ck_assert(o.level == 4 && o.verbose);
    arena_destroy(arena);
    ok("-xv5 --metrics-addr=");
    ck_assert(o.level == 5 && o.verbose && o.address.n == 0);
    arena_destroy(arena);
    ok("--v=-1 --concurrent-reconciles=1 --concurrent-reconciles=2");
    ck_assert(o.level == -1 && o.workers == 2);
    arena_destroy(arena);
}
END_TEST

START_TEST(lists_and_maps_add_up) {
    ok("--feature-gates A=true,B=false --feature-gates=C=1 --shards x --shards y,z");
    ck_assert(o.gates.n == 3 && str_eqc(o.gates.items[1].name, "B") && !o.gates.items[1].value);
    ck_assert(str_eqc(o.gates.items[2].name, "C") && o.gates.items[2].value);
    ck_assert(o.shards.n == 3 && str_eqc(o.shards.items[0], "x") && str_eqc(o.shards.items[2], "z"));
    arena_destroy(arena);
}
END_TEST

START_TEST(arguments_that_are_no_flags_are_kept_or_refused) {
    arena_t *a = arena_create();
    err_t err = ERROR_INIT;
    flag_strings_t rest;
    ck_assert_int_eq(parse(a, "one --verbose - two -- --v=3 -x", &rest, &err), FLAGS_OK);
    ck_assert(rest.n == 5 && str_eqc(rest.items[1], "-") && str_eqc(rest.items[4], "-x") && o.level == 0);
    ck_assert_int_eq(parse(a, "one", NULL, &err), FLAGS_ERROR);
    ck_assert_str_eq(error_text(&err), "unexpected argument: one");
    error_release(&err);
    arena_destroy(a);
}
END_TEST

/* The words are pflag's. */
START_TEST(errors_name_the_flag) {
    static const char *const rows[][2] = {
        {"--nope", "unknown flag: --nope"},
        {"--nope=3", "unknown flag: --nope"},
        {"-nope", "unknown flag: -nope"},
        {"-q", "unknown shorthand flag: 'q' in -q"},
        {"---v", "bad flag syntax: ---v"},
        {"--=x", "bad flag syntax: --=x"},
        {"--metrics-addr", "flag needs an argument: --metrics-addr"},
        {"-v", "flag needs an argument: --v"},
        {"--v=x", "invalid argument \"x\" for \"--v\" flag: strconv.ParseInt: parsing \"x\": invalid syntax"},
        {"--v=9223372036854775808",
         "invalid argument \"9223372036854775808\" for \"--v\" flag: strconv.ParseInt: parsing "
         "\"9223372036854775808\": value out of range"},
        {"--size=-1", "invalid argument \"-1\" for \"--size\" flag: strconv.ParseUint: parsing \"-1\": invalid syntax"},
        {"--verbose=maybe",
         "invalid argument \"maybe\" for \"--verbose\" flag: strconv.ParseBool: parsing \"maybe\": invalid syntax"},
        {"--kube-api-qps=",
         "invalid argument \"\" for \"--kube-api-qps\" flag: strconv.ParseFloat: parsing \"\": invalid syntax"},
        {"--wait=5", "invalid argument \"5\" for \"--wait\" flag: time: missing unit in duration \"5\""},
        {"--wait=5x", "invalid argument \"5x\" for \"--wait\" flag: time: unknown unit \"x\" in duration \"5x\""},
        {"--feature-gates=A", "invalid argument \"A\" for \"--feature-gates\" flag: missing bool value for A"},
        {"--feature-gates=A=x", "invalid argument \"A=x\" for \"--feature-gates\" flag: invalid value of A: x, err: "
                                "strconv.ParseBool: parsing \"x\": invalid syntax"},
    };
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        arena_t *a = arena_create();
        err_t err = ERROR_INIT;
        ck_assert_int_eq(parse(a, rows[i][0], NULL, &err), FLAGS_ERROR);
        ck_assert_str_eq(error_text(&err), rows[i][1]);
        error_release(&err);
        arena_destroy(a);
    }
}
END_TEST

START_TEST(help_is_asked_for_in_three_ways) {
    static const char *const rows[] = {"--help", "-h", "-help", "--verbose --help --nope"};
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        arena_t *a = arena_create();
        err_t err = ERROR_INIT;
        ck_assert_int_eq(parse(a, rows[i], NULL, &err), FLAGS_HELP);
        arena_destroy(a);
    }
}
END_TEST

START_TEST(usage_fits_80_columns_and_leaves_hidden_flags_out) {
    buf_t b;
    buf_init(&b);
    flags_usage(&b, flags, N);
    str_t rest = buf_str(&b), line;
    while (rest.n) {
        str_cut(rest, '\n', &line, &rest);
        ck_assert_msg(line.n <= 80, "too long: " STR_FMT, STR_ARG(line));
    }
    ck_assert_int_lt(str_find(buf_str(&b), STR("--old")), 0);
    static const char want[] = "  --concurrent-reconciles int\n"
                               "        How many objects of a kind are worked on at a time, which bounds memory\n"
                               "        as well as the load on the API server. (default 4)\n"
                               "  -v, --v int\n        Log verbosity.\n";
    ck_assert_int_ge(str_find(buf_str(&b), str_c(want)), 0);
    buf_release(&b);
}
END_TEST

/* Answers of Go's time package. */
START_TEST(durations_are_gos) {
    static const struct {
        const char *text;
        int64_t ns;
        const char *printed;
    } rows[] = {{"0", 0, "0s"},
                {"5m", 300000000000, "5m0s"},
                {"1h", 3600000000000, "1h0m0s"},
                {"1.5s", 1500000000, "1.5s"},
                {"1h2m3.5s", 3723500000000, "1h2m3.5s"},
                {"-1.5h", -5400000000000, "-1h30m0s"},
                {"+.5ms", 500000, "500\u00b5s"},
                {"1us", 1000, "1\u00b5s"},
                {"1500ns", 1500, "1.5\u00b5s"},
                {"1.0000001s", 1000000100, "1.0000001s"},
                {"100ms", 100000000, "100ms"},
                {"2562047h47m16.854775807s", INT64_MAX, "2562047h47m16.854775807s"},
                {"-2562047h47m16.854775808s", INT64_MIN, "-2562047h47m16.854775808s"}};
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        int64_t ns = 1;
        char text[FLAG_DURATION_MAX];
        ck_assert_msg(flag_parse_duration(str_c(rows[i].text), &ns, NULL) && ns == rows[i].ns, "%s: %lld", rows[i].text,
                      (long long)ns);
        flag_format_duration(text, ns);
        ck_assert_str_eq(text, rows[i].printed);
    }
    static const char *const bad[] = {
        "", "-", "s", ".s", "1", "1h2", "3000000h", "9223372036854775808ns", "1 s", "99999999999999999999s"};
    for (size_t i = 0; i < sizeof bad / sizeof *bad; i++)
        ck_assert_msg(!flag_parse_duration(str_c(bad[i]), &(int64_t){0}, NULL), "%s", bad[i]);
}
END_TEST

SUITE(flags, defaults_hold_where_nothing_is_said, every_spelling_sets_a_flag, lists_and_maps_add_up,
      arguments_that_are_no_flags_are_kept_or_refused, errors_name_the_flag, help_is_asked_for_in_three_ways,
      usage_fits_80_columns_and_leaves_hidden_flags_out, durations_are_gos)
