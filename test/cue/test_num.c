#include "config/cue/num.h"
#include "test/suite.h"

/* Expected texts are what cue 0.9.2 prints (cue export --out json). */

/* One for all of a test's numbers; each test runs in a process of its own. */
static arena_t *heap(void) {
    static arena_t *arena;
    if (!arena)
        arena = arena_create();
    return arena;
}

static void check_text(const char *literal, num_t n, const char *want) {
    str_t got = num_text(heap(), n);
    ck_assert_msg(str_eqc(got, want), "%s: got " STR_FMT ", want %s", literal, STR_ARG(got), want);
}

static num_t parse(const char *literal) {
    num_t n;
    err_t err = ERROR_INIT;
    bool ok = num_parse(heap(), str_c(literal), &n, &err);
    ck_assert_msg(ok, "%s: %s", literal, error_text(&err));
    return n;
}

START_TEST(literals_print_as_cue_prints_them) {
    static const struct {
        const char *literal, *text;
        bool is_float;
    } rows[] = {
        {"1e3", "1E+3", true},
        {"1.0", "1.0", true},
        {"1.", "1", true},
        {".5", "0.5", true},
        {"1_000.5", "1000.5", true},
        {"1K", "1000", false},
        {"1.5Ki", "1536", false},
        {"1.3K", "1300", false},
        {"0.5K", "500", false},
        {"1Pi", "1125899906842624", false},
        {"1.5Mi", "1572864", false},
        {"-1K", "-1000", false},
        {"0x_1F", "31", false},
        {"0X1f", "31", false},
        {"0b_101", "5", false},
        {"0o17", "15", false},
        {"0xffffffffffffffffffffffffffffffffff", "87112285931760246646623899502532662132735", false},
        {"12345678901234567890123456789012345678901234567890", "12345678901234567890123456789012345678901234567890",
         false},
        {"0e5", "0E+5", true},
        {"0.000000000", "0.000000000", true},
        {"0e-2001", "0E-2001", true},
        {"1e-6", "0.000001", true},
        {"1e-7", "1E-7", true},
        {"0.0000001", "1E-7", true},
        {"12e-7", "0.0000012", true},
        {"-0.00000012", "-1.2E-7", true},
        {"1234.5678e10", "1.2345678E+13", true},
        {"1_0e1_0", "1.0E+11", true},
        {"08.5", "8.5", true},
        {"1.e5", "1E+5", true},
        {"1.000000", "1.000000", true},
        {"-0", "0", false},
        {"-0.0", "0.0", true},
        {"+5", "5", false},
        {"1e100000", "1E+100000", true},
        {"1.5e-100000", "1.5E-100000", true},
        {"18446744073709551615", "18446744073709551615", false},
        {"18446744073709551616", "18446744073709551616", false},
    };
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        num_t n = parse(rows[i].literal);
        check_text(rows[i].literal, n, rows[i].text);
        ck_assert_msg((n.kind == NUM_FLOAT) == rows[i].is_float, "kind of %s", rows[i].literal);
    }
}
END_TEST

START_TEST(what_is_no_number_is_refused_in_cues_words) {
    static const char *const rows[][2] = {
        {"0x", "illegal hexadecimal number \"0x\""},
        {"0xg", "illegal hexadecimal number \"0xg\""},
        {"0b2", "illegal binary number \"0b2\""},
        {"0o8", "illegal octal number \"0o8\""},
        {"1__0", "illegal '_' in number"},
        {"1_", "illegal '_' in number"},
        {"1_.5", "illegal '_' in number"},
        {"0x1_", "illegal '_' in number"},
        {"1e5_", "illegal '_' in number"},
        {"1.3333K", "number cannot be represented as int"},
        {"1.0005K", "number cannot be represented as int"},
        {"1.5E", "illegal exponent \"1.5E\""},
        {"1e+", "illegal exponent \"1e+\""},
        {"01", "illegal integer number"},
        {"09", "illegal integer number"},
        {"", "invalid number \"\""},
        {"1.2.3", "invalid number \"1.2.3\""},
        {"1k", "invalid number \"1k\""},
        {"--1", "illegal number start \"--1\""},
        /* cue silently reads these as 1 */
        {"1e100001", "exponent out of range"},
        {"1e1000000000", "exponent out of range"},
        {"1e99999999999999999999999", "exponent out of range"},
        {"1e-100001", "exponent out of range"},
    };
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        err_t err = ERROR_INIT;
        num_t n;
        ck_assert_msg(!num_parse(heap(), str_c(rows[i][0]), &n, &err), "%s is taken", rows[i][0]);
        ck_assert_str_eq(error_text(&err), rows[i][1]);
        error_release(&err);
    }
}
END_TEST

START_TEST(a_number_of_too_many_digits_is_refused) {
    static char text[NUM_MAX_DIGITS + 3];
    memset(text, '7', sizeof text - 1);
    err_t err = ERROR_INIT;
    num_t n;
    ck_assert(!num_parse(heap(), str_c(text), &n, &err) && err.code == ERR_LIMIT);
    error_release(&err);
    text[NUM_MAX_DIGITS] = '\0';
    ck_assert(num_parse(heap(), str_c(text), &n, &err));
    ck_assert(str_eqc(num_text(heap(), n), text));
}
END_TEST

START_TEST(arithmetic_is_decimal_with_34_digits_rounding_half_up) {
    static const struct {
        const char *x;
        num_op_t op;
        const char *y, *text;
    } rows[] = {
        {"0.1", NUM_ADD, "0.2", "0.3"},
        {"1", NUM_FDIV, "3", "0.3333333333333333333333333333333333"},
        {"2", NUM_FDIV, "3", "0.6666666666666666666666666666666667"},
        {"4", NUM_FDIV, "2", "2.0"},
        {"0", NUM_FDIV, "3", "0"},
        {"1000000", NUM_FDIV, "10", "1.0E+5"},
        {"1e5", NUM_MUL, "1e-5", "1"},
        {"10", NUM_SUB, "10.0", "0.0"},
        {"0.0", NUM_MUL, "-1", "-0.0"},
        {"100000000000000000000", NUM_MUL, "100000000000000000000", "1.000000000000000000000000000000000E+40"},
        {"12345678901234567890123456789012345678901234567890", NUM_ADD, "1", "1.234567890123456789012345678901235E+49"},
        {"1e100", NUM_ADD, "0.0", "1.000000000000000000000000000000000E+100"},
        {"1e100000", NUM_ADD, "1", "1.000000000000000000000000000000000E+100000"},
        {"1e100000", NUM_SUB, "1", "1.000000000000000000000000000000000E+100000"},
        {"9223372036854775807", NUM_ADD, "1", "9223372036854775808"},
        {"-9223372036854775808", NUM_SUB, "1", "-9223372036854775809"},
        {"-7", NUM_DIV, "2", "-4"},
        {"-7", NUM_MOD, "2", "1"},
        {"7", NUM_DIV, "-2", "-3"},
        {"-7", NUM_DIV, "-2", "4"},
        {"-7", NUM_QUO, "2", "-3"},
        {"-7", NUM_REM, "2", "-1"},
        {"-123456789012345678901234567890", NUM_DIV, "7", "-17636684144620811271604938270"},
        {"-123456789012345678901234567891", NUM_MOD, "7", "6"},
    };
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        num_t r;
        err_t err = ERROR_INIT;
        bool ok = num_op(heap(), rows[i].op, parse(rows[i].x), parse(rows[i].y), &r, &err);
        ck_assert_msg(ok, "%s %s: %s", rows[i].x, rows[i].y, error_text(&err));
        check_text(rows[i].x, r, rows[i].text);
    }
}
END_TEST

START_TEST(impossible_arithmetic_is_an_error) {
    static const struct {
        const char *x;
        num_op_t op;
        const char *y, *text;
    } rows[] = {
        {"1", NUM_FDIV, "0", "failed arithmetic: division by zero"},
        {"0", NUM_FDIV, "0", "failed arithmetic: division undefined"},
        {"1", NUM_DIV, "0", "division by zero"},
        {"1", NUM_REM, "0", "division by zero"},
        {"1e100000", NUM_MUL, "10", "failed arithmetic: exponent out of range"},
        {"1e100000", NUM_SUB, "1e-5", "failed arithmetic: add: exponent out of range"},
        {"1e-100000", NUM_FDIV, "10", "failed arithmetic: exponent out of range"},
    };
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        num_t r;
        err_t err = ERROR_INIT;
        ck_assert(!num_op(heap(), rows[i].op, parse(rows[i].x), parse(rows[i].y), &r, &err));
        ck_assert_str_eq(error_text(&err), rows[i].text);
        error_release(&err);
    }
}
END_TEST

START_TEST(the_kind_follows_the_operands_not_the_value) {
    num_t r;
    ck_assert(num_op(heap(), NUM_MUL, parse("2"), parse("3"), &r, NULL) && r.kind == NUM_INT);
    ck_assert(num_op(heap(), NUM_MUL, parse("2"), parse("3.0"), &r, NULL) && r.kind == NUM_FLOAT);
    ck_assert(num_op(heap(), NUM_FDIV, parse("4"), parse("2"), &r, NULL) && r.kind == NUM_FLOAT);
}
END_TEST

START_TEST(numbers_compare_by_value) {
    static const char *const ascending[] = {"-1e300",
                                            "-18446744073709551616",
                                            "-2",
                                            "-1e-100000",
                                            "0",
                                            "1e-9",
                                            "0.1",
                                            "1",
                                            "1.0000000000000000000000000000000000000000001",
                                            "9223372036854775807",
                                            "9223372036854775807.5",
                                            "1e19",
                                            "1e100000"};
    size_t n = sizeof ascending / sizeof *ascending;
    for (size_t i = 0; i < n; i++)
        for (size_t j = 0; j < n; j++)
            ck_assert_int_eq(num_cmp(parse(ascending[i]), parse(ascending[j])), (i > j) - (i < j));
    ck_assert(num_eq(parse("1"), parse("1.000")));
    ck_assert(num_eq(parse("1e3"), parse("1000")));
    ck_assert(num_eq(parse("-0"), parse("0.00")));
}
END_TEST

START_TEST(conversions_say_when_a_number_does_not_fit) {
    int64_t i;
    uint64_t u;
    ck_assert(num_to_int64(parse("-9223372036854775808"), &i) && i == INT64_MIN);
    ck_assert(!num_to_int64(parse("9223372036854775808"), &i));
    ck_assert(num_to_uint64(parse("18446744073709551615"), &u) && u == UINT64_MAX);
    ck_assert(!num_to_uint64(parse("18446744073709551616"), &u) && !num_to_uint64(parse("-1"), &u));
    ck_assert(num_to_int64(parse("1e3"), &i) && i == 1000);
    ck_assert(num_to_int64(parse("12.00"), &i) && i == 12);
    ck_assert(!num_to_int64(parse("1.5"), &i) && !num_integral(parse("1.5")));
    ck_assert(num_integral(parse("1.0")) && num_integral(parse("0.000")) && num_integral(parse("1e50")));
    ck_assert(num_to_double(parse("0.1")) == 0.1 && num_to_double(parse("1e400")) > 1e308);
    check_text("double", num_double(heap(), 0.1), "0.1");
    check_text("double", num_double(heap(), 1e21), "1E+21");
    check_text("double", num_double(heap(), -2.5e-9), "-2.5E-9");
    ck_assert(str_eqc(num_syntax(heap(), parse("1.")), "1.") && str_eqc(num_syntax(heap(), parse("7")), "7"));
}
END_TEST

SUITE(num, literals_print_as_cue_prints_them, what_is_no_number_is_refused_in_cues_words,
      a_number_of_too_many_digits_is_refused, arithmetic_is_decimal_with_34_digits_rounding_half_up,
      impossible_arithmetic_is_an_error, the_kind_follows_the_operands_not_the_value, numbers_compare_by_value,
      conversions_say_when_a_number_does_not_fit)
