#include "config/cue/regex.h"
#include "test/suite.h"

/* Expected texts and places are Go's (regexp of 1.26: Compile, FindAllStringSubmatchIndex, ReplaceAllString). */

static arena_t *heap(void) {
    static arena_t *arena;
    if (!arena)
        arena = arena_create();
    return arena;
}

static regex_t *compile(const char *pattern) {
    err_t err = ERROR_INIT;
    regex_t *r = regex_compile(heap(), str_c(pattern), &err);
    ck_assert_msg(r, "%s: %s", pattern, error_text(&err));
    return r;
}

/* All matches as Go prints their index lists: "[0 1 -1 -1][3 4 3 4]". */
static str_t find_all(regex_t *r, const char *text) {
    buf_t out;
    buf_init_arena(&out, heap());
    regex_cursor_t at = {0};
    regex_span_t spans[20];
    bool found;
    err_t err = ERROR_INIT;
    for (;;) {
        ck_assert_msg(regex_find(r, str_c(text), &at, spans, &found, &err), "%s", error_text(&err));
        if (!found)
            return buf_str(&out);
        for (size_t i = 0; i <= regex_groups(r); i++)
            buf_printf(&out, "%s%td %td", i ? " " : "[", spans[i].from, spans[i].to);
        buf_char(&out, ']');
    }
}

START_TEST(what_go_refuses_is_refused_in_its_words) {
    static const char *const rows[][2] = {
        {"[a", "missing closing ]: `[a`"},
        {"x[]a", "missing closing ]: `[]a`"},
        {"(a", "missing closing ): `(a`"},
        {"a)", "unexpected ): `a)`"},
        {"*", "missing argument to repetition operator: `*`"},
        {"a|*?", "missing argument to repetition operator: `*?`"},
        {"(?i)+", "missing argument to repetition operator: `+`"},
        {"a**", "invalid nested repetition operator: `**`"},
        {"a{2}{3}", "invalid nested repetition operator: `{2}{3}`"},
        {"a*+", "invalid nested repetition operator: `*+`"},
        {"a{1001}", "invalid repeat count: `{1001}`"},
        {"a{2,1}", "invalid repeat count: `{2,1}`"},
        {"((a{10}){10}){11}", "invalid repeat count: `{11}`"},
        {"[b-a]", "invalid character class range: `b-a`"},
        {"[[:foo:]]", "invalid character class range: `[:foo:]`"},
        {"\\p{Foo}", "invalid character class range: `\\p{Foo}`"},
        {"\\p{L", "invalid character class range: `\\p{L`"},
        {"\\", "trailing backslash at end of expression: ``"},
        {"\\C", "invalid escape sequence: `\\C`"},
        {"\\1", "invalid escape sequence: `\\1`"},
        {"\\q", "invalid escape sequence: `\\q`"},
        {"\\x{110000}", "invalid escape sequence: `\\x{110000`"},
        {"\\Z", "invalid escape sequence: `\\Z`"},
        {"(?=a)", "invalid or unsupported Perl syntax: `(?=`"},
        {"(?<=a)", "invalid named capture: `(?<=a)`"},
        {"(?x)", "invalid or unsupported Perl syntax: `(?x`"},
        {"(?i-)", "invalid or unsupported Perl syntax: `(?i-)`"},
        {"(?P<n", "invalid named capture: `(?P<n`"},
        {"(?P<a b>c)", "invalid named capture: `(?P<a b>`"},
        {"a\xff", "invalid UTF-8: `\xff`"},
    };
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        err_t err = ERROR_INIT;
        ck_assert_msg(!regex_compile(heap(), str_c(rows[i][0]), &err), "%s is taken", rows[i][0]);
        ck_assert_msg(strncmp(error_text(&err), "error parsing regexp: ", 22) == 0, "%s", error_text(&err));
        ck_assert_str_eq(error_text(&err) + 22, rows[i][1]);
        error_release(&err);
    }
}
END_TEST

START_TEST(matches_are_where_go_finds_them) {
    static const struct {
        const char *pattern, *text, *want;
    } rows[] = {
        {"a$", "a\n", ""},
        {"(?m)a$", "a\n", "[0 1]"},
        {"(?m)^", "a\n", "[0 0][2 2]"},
        {"a.c", "a\nc", ""},
        {"(?s)a.c", "a\nc", "[0 3]"},
        {"a|ab", "ab", "[0 1]"},
        {"a*", "baac", "[0 0][1 3][4 4]"},
        {"(a)|(b)", "ab", "[0 1 0 1 -1 -1][1 2 -1 -1 1 2]"},
        {"\\v", "\f\v", "[1 2]"},
        {"\\s+", " \v\t", "[0 1][2 3]"},
        {"\\w+", "\xc3\xa9t\xc3\xa9", "[2 3]"},
        {"\\bt", "\xc3\xa9t", "[2 3]"},
        {"\\pL+", "\xc3\xa9t1", "[0 3]"},
        {"\\p{Greek}", "a\xce\xb1", "[1 3]"},
        {"(?i)k", "K\xe2\x84\xaa", "[0 1][1 4]"},
        {"(?i)[^k]", "K\xe2\x84\xaa", ""},
        {"(?i)\\w", "\xc5\xbf", "[0 2]"},
        {"a(?i)b|c", "aBC", "[0 2][2 3]"},
        {"(?:(?i)a)a", "AaAA", "[0 2]"},
        {"(?U)a+", "aa", "[0 1][1 2]"},
        {"(?U)a+?", "aa", "[0 2]"},
        {"\\Qa.b\\E+", "a.bb", "[0 4]"},
        {"x{,2}", "x{,2}", "[0 5]"},
        {"x{2", "x{2", "[0 3]"},
        {"[]a]+", "]a", "[0 2]"},
        {"[^]a]", "]ab", "[2 3]"},
        {"[a\\-z]+", "a-z", "[0 3]"},
        {"[\\d-z]+", "1-z", "[0 3]"},
        {"^*a", "a", "[0 1]"},
        {"", "ab", "[0 0][1 1][2 2]"},
        {"", "\xc3\xa9", "[0 0][2 2]"},
        {"(?:a{2}){2}", "aaaa", "[0 4]"},
        {"\\x{61}\\142\\x63", "abc", "[0 3]"},
    };
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        str_t got = find_all(compile(rows[i].pattern), rows[i].text);
        ck_assert_msg(str_eqc(got, rows[i].want), "/%s/: got " STR_FMT ", want %s", rows[i].pattern, STR_ARG(got),
                      rows[i].want);
    }
}
END_TEST

START_TEST(groups_have_names_of_any_length_and_repeated) {
    regex_t *r = compile("(?P<year_number_that_is_longer_than_32_bytes>\\d+)-(?<m>\\d+)(x)?(?P<9>y)?");
    ck_assert_uint_eq(regex_groups(r), 4);
    ck_assert(str_eqc(regex_group_name(r, 1), "year_number_that_is_longer_than_32_bytes"));
    ck_assert(str_eqc(regex_group_name(r, 2), "m") && str_eqc(regex_group_name(r, 3), ""));
    ck_assert(str_eqc(regex_group_name(r, 4), "9"));
}
END_TEST

START_TEST(templates_expand_as_gos) {
    static const struct {
        const char *pattern, *text, *template, *want;
    } rows[] = {
        {"a(x*)b", "-ab-axxb-", "$1", "--xx-"},
        {"a(x*)b", "-ab-axxb-", "$1W", "---"},
        {"a(x*)b", "-ab-axxb-", "${1}W", "-W-xxW-"},
        {"(?P<first>\\w+) (?P<last>\\w+)", "Ada Lovelace", "$last, ${first}!", "Lovelace, Ada!"},
        {"a", "banana", "$$", "b$n$n$"},
        {"a", "banana", "$", "b$n$n$"},
        {"a", "banana", "${x", "b${xn${xn${x"},
        {"", "abc", "-", "-a-b-c-"},
        {"b*", "abc", "-", "-a-c-"},
        {"a*", "baaac", "x", "xbxcx"},
        {"(a)(b)?", "a", "[$2$01$9]", "[]"},
    };
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        buf_t out;
        buf_init_arena(&out, heap());
        ck_assert(regex_replace_all(compile(rows[i].pattern), &out, str_c(rows[i].text), str_c(rows[i].template), false,
                                    0, NULL));
        ck_assert_msg(str_eqc(buf_str(&out), rows[i].want), "/%s/ %s: got " STR_FMT, rows[i].pattern, rows[i].template,
                      STR_ARG(buf_str(&out)));
    }
    buf_t out;
    buf_init_arena(&out, heap());
    ck_assert(regex_replace_all(compile("a"), &out, STR("aa"), STR("$0$0"), true, 0, NULL));
    ck_assert(str_eqc(buf_str(&out), "$0$0$0$0"));
    err_t err = ERROR_INIT;
    ck_assert(!regex_replace_all(compile(""), &out, STR("aaaa"), STR("0123456789"), false, 30, &err));
    ck_assert_int_eq(err.code, ERR_LIMIT);
    error_release(&err);
}
END_TEST

START_TEST(a_bomb_is_an_error_and_a_long_text_is_not) {
    bool matched;
    err_t err = ERROR_INIT;
    ck_assert(
        !regex_match(compile("^(a+)+$"), STR("aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaab"), &matched, &err));
    ck_assert_int_eq(err.code, ERR_LIMIT);
    error_release(&err);
    static char text[1 << 20];
    /* A search has a clock, which valgrind's pace must not run out. */
    memset(text, 'a', getenv("VELELLA_VALGRIND") ? 1 << 16 : sizeof text - 1);
    ck_assert(regex_match(compile("^[a-z]+([a-z]*)$"), str_c(text), &matched, &err) && matched);
    ck_assert(regex_match(compile("b"), str_c(text), &matched, &err) && !matched);
    ck_assert(regex_match(compile("^(?:[a-z0-9]-?)*$"), str_n(text, 1 << 15), &matched, &err) && matched);
    /* Each starting point runs to the end of the text: quadratic, so it ends at the clock. */
    ck_assert(!regex_match(compile("[a-z]*[0-9]"), str_c(text), &matched, &err));
    ck_assert_int_eq(err.code, ERR_LIMIT);
    error_release(&err);
}
END_TEST

START_TEST(deep_and_large_patterns_are_refused) {
    static char text[200001];
    memset(text, '(', sizeof text - 1);
    err_t err = ERROR_INIT;
    ck_assert(!regex_compile(heap(), str_c(text), &err));
    error_release(&err);
    ck_assert(
        !regex_compile(heap(), STR("(?:abcdefghijklmnopqrstuvwxyzabcdefghijklmnopqrstuvwxyz[a-z]x|y){1000}"), &err));
    ck_assert_int_eq(err.code, ERR_LIMIT);
    error_release(&err);
}
END_TEST

SUITE(regex, what_go_refuses_is_refused_in_its_words, matches_are_where_go_finds_them,
      groups_have_names_of_any_length_and_repeated, templates_expand_as_gos, a_bomb_is_an_error_and_a_long_text_is_not,
      deep_and_large_patterns_are_refused)
