#include "config/yaml/yaml.h"
#include "reactor/base/mem.h"
#include "test/suite.h"

#include <dirent.h>

/* Reads one document and gives its JSON; an error gives "ERR: …". */
static const char *read_as(arena_t *a, const char *text, yaml_rules_t rules) {
    err_t err = ERROR_INIT;
    jv_t *v = yaml_parse(a, str_c(text), rules, &err);
    const char *out = v ? jv_text(a, v).p : arena_printf(a, "ERR: %s", error_text(&err)).p;
    error_release(&err);
    return out;
}

typedef struct row {
    const char *yaml, *json;
} row_t;

static void check(const row_t *rows, size_t n, yaml_rules_t rules) {
    for (size_t i = 0; i < n; i++) {
        arena_t *a = arena_create();
        const char *got = read_as(a, rows[i].yaml, rules);
        ck_assert_msg(strcmp(got, rows[i].json) == 0, "%s\n  want %s\n  got  %s", rows[i].yaml, rows[i].json, got);
        arena_destroy(a);
    }
}
#define CHECK(rows, rules) check(rows, sizeof rows / sizeof *rows, rules)

/* Expected values: sigs.k8s.io/yaml v1.4. */
START_TEST(kubernetes_scalars_are_yaml_1_1) {
    static const row_t rows[] = {
        {"[yes, No, on, OFF, y, n, true, FALSE]", "[true,false,true,false,true,false,true,false]"},
        {"[~, null, Null, '', \"\"]", "[null,null,null,\"\",\"\"]"},
        {"[0777, 0o17, 0x1F, 0b101, -0x10, 1_000, +5, 08, 0128]", "[511,15,31,5,-16,1000,5,8,128]"},
        {"[1.5, 1e3, .5, 1., -.5e1, 1_0.5]", "[1.5,1000,0.5,1,-5,10.5]"},
        {"[18446744073709551615, 18446744073709551616, -9223372036854775808]",
         "[18446744073709551615,18446744073709552000,-9223372036854775808]"},
        {"[2001-01-01, 1:30, 1.2.3, v1, 1e400, 0x, ._5]",
         "[\"2001-01-01\",\"1:30\",\"1.2.3\",\"v1\",\"1e400\",\"0x\",\"._5\"]"},
        {"[!!str 5, !!int '5', !!float 5, !!binary aGVsbG8=, !foo 5, ! 5]", "[\"5\",5,5,\"hello\",\"5\",\"5\"]"},
        {".inf", "ERR: line 1, column 1: the value .inf has no JSON form"},
        {"!!int x", "ERR: line 1, column 1: cannot decode !!str `x` as a !!int"},
        {"!!binary '*'", "ERR: line 1, column 1: !!binary value contains invalid base64 data"},
        {"{1: a, 1.50: b, true: c, 0x10: d, 1e10: e}",
         "{\"1\":\"a\",\"1.5\":\"b\",\"16\":\"d\",\"1e+10\":\"e\",\"true\":\"c\"}"},
        {"{~: a}", "ERR: line 1, column 2: null as a key"},
        {"? [a]\n: b", "ERR: line 1, column 3: a key that is no scalar"},
        {"a: 1\na: 2\n", "{\"a\":2}"},
    };
    CHECK(rows, YAML_KUBERNETES);
}
END_TEST

START_TEST(block_scalars_fold_and_keep) {
    static const row_t rows[] = {
        {"a: |\n  x\n   y\n\nb: >-\n  x\n  y\n\n  z\nc: |+\n  k\n\n",
         "{\"a\":\"x\\n y\\n\",\"b\":\"x y\\nz\",\"c\":\"k\\n\\n\"}"},
        {"a: 'it''s'\nb: \"\\x41\\u00e9\\n\"\nc: plain\n  more # no",
         "{\"a\":\"it's\",\"b\":\"A\u00e9\\n\",\"c\":\"plain more\"}"},
    };
    CHECK(rows, YAML_KUBERNETES);
}
END_TEST

START_TEST(aliases_and_merges) {
    static const row_t rows[] = {
        {"a: &x [1]\nb: *x", "{\"a\":[1],\"b\":[1]}"},
        {"a: &x {p: 1, q: 2}\nb:\n  <<: *x\n  q: 3", "{\"a\":{\"p\":1,\"q\":2},\"b\":{\"p\":1,\"q\":3}}"},
        {"a: &x {p: 1}\nb:\n  p: 9\n  <<: [*x, {p: 5, r: 6}]", "{\"a\":{\"p\":1},\"b\":{\"p\":1,\"r\":6}}"},
        {"&k a: *k", "{\"a\":\"a\"}"},
        {"'<<': 1", "{\"\\u003c\\u003c\":1}"},
        {"a: *x", "ERR: line 1, column 4: unknown anchor 'x' referenced"},
        {"a: &x [*x]", "ERR: line 1, column 8: anchor 'x' value contains itself"},
        {"<<: 5", "ERR: line 1, column 5: map merge requires map or sequence of maps as the value"},
    };
    CHECK(rows, YAML_KUBERNETES);
    arena_t *a = arena_create(); /* what an alias gives is a value of its own */
    jv_t *v = yaml_parse(a, STR("a: &x {p: 1}\nb: *x"), YAML_KUBERNETES, NULL);
    jv_setc(a, jv_getc(v, "b"), "p", jv_int(a, 2));
    ck_assert_str_eq(jv_text(a, v).p, "{\"a\":{\"p\":1},\"b\":{\"p\":2}}");
    arena_destroy(a);
}
END_TEST

START_TEST(cue_scalars_are_yaml_1_2) {
    static const row_t rows[] = {
        {"[yes, no, on, y, true, False]", "[\"yes\",\"no\",\"on\",\"y\",true,false]"},
        {"[0777, 0o17, 0x1F, 01289]", "[511,15,31,\"01289\"]"},
        {"[-_1, -_01, _1, -_9.5]", "[-1,-1,\"_1\",-9.5]"},
        {"{1: a, null: b, true: c, 1.50: d}", "{\"1\":\"a\",\"1.50\":\"d\",\"null\":\"b\",\"true\":\"c\"}"},
        {"!foo x", "ERR: line 1, column 1: cannot unmarshal tag \"!foo\""},
        {"a: 1\na: 1", "{\"a\":1}"},
        {"a: 1\na: 2", "ERR: line 2, column 4: key \"a\" twice with different values"},
    };
    CHECK(rows, YAML_CUE);
    arena_t *a = arena_create(); /* a float stays one */
    ck_assert(str_eqc(jv_at(yaml_parse(a, STR("[1.0, .5, +1., 1_0.0]"), YAML_CUE, NULL), 0)->s, "1.0"));
    ck_assert(str_eqc(jv_at(yaml_parse(a, STR("[1.0, .5, +1., 1_0.0]"), YAML_CUE, NULL), 1)->s, "0.5"));
    ck_assert(str_eqc(jv_at(yaml_parse(a, STR("[1.0, .5, +1., 1_0.0]"), YAML_CUE, NULL), 2)->s, "1.0"));
    arena_destroy(a);
}
END_TEST

START_TEST(documents_are_separated_and_empty_ones_left_out) {
    arena_t *a = arena_create();
    err_t err = ERROR_INIT;
    jv_t *docs = NULL;
    str_t text = STR("# only a comment\n---\na: 1\n---\n---\nnull\n--- # c\n- b\n...\n---\n");
    ck_assert(yaml_parse_all(a, text, YAML_KUBERNETES, &docs, &err));
    ck_assert_str_eq(jv_text(a, docs).p, "[{\"a\":1},[\"b\"]]");
    ck_assert(!yaml_parse(a, text, YAML_KUBERNETES, &err));
    ck_assert_str_eq(error_text(&err), "2 documents where one is expected");
    ck_assert(jv_is(yaml_parse(a, STR(" \n"), YAML_KUBERNETES, &err), JV_NULL));
    ck_assert_str_eq(jv_text(a, yaml_parse(a, STR("{\"a\": \"\\/\\ud83d\\ude00\"}"), YAML_KUBERNETES, &err)).p,
                     "{\"a\":\"/\U0001F600\"}");
    error_release(&err);
    arena_destroy(a);
}
END_TEST

START_TEST(errors_name_line_and_column) {
    static const row_t rows[] = {
        {"a: b: c", "ERR: line 1, column 5: mapping values are not allowed in this context"},
        {"a:\n\t- b",
         "ERR: line 2, column 1: while scanning for the next token, found character that cannot start any token"},
        {"a: [1", "ERR: line 2, column 1: while parsing a flow sequence, did not find expected ',' or ']'"},
        {"a: \"x", "ERR: line 2, column 1: while scanning a quoted scalar, found unexpected end of stream"},
        {"a: \x01", "ERR: line 1, column 4: control characters are not allowed"},
    };
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        arena_t *a = arena_create();
        const char *got = read_as(a, rows[i].yaml, YAML_KUBERNETES);
        ck_assert_msg(strncmp(got, "ERR: line ", 10) == 0, "%s: %s", rows[i].yaml, got); /* the words are libyaml's */
        arena_destroy(a);
    }
    arena_t *a = arena_create();
    ck_assert_str_eq(read_as(a, rows[0].yaml, YAML_KUBERNETES), rows[0].json);
    arena_destroy(a);
}
END_TEST

static void repeat(buf_t *b, const char *text, int n) {
    for (int i = 0; i < n; i++)
        buf_addc(b, text);
}

START_TEST(deep_and_hostile_texts_give_an_error_soon) {
    static const struct {
        const char *before, *again;
        int n;
        const char *after;
    } rows[] = {{"", "[", 100000, ""},
                {"", "{a: ", 100000, ""},
                {"", "- ", 100000, "x"},
                {"", "? ", 100000, ""},
                {"", "[? ", 100000, ""},
                {"", "{\"a\": [", 100000, ""},
                {"", "%TAG !a! x\n", 200000, "--- a"},
                {"a: &a [x,x,x,x,x,x,x,x,x,x]\nb: &b [", "*a,", 10000, "]\nc: [*b,*b,*b]"},
                {"a: &a {b: &c ", "[", 400, "*a"},
                {"a: &a ", "[", 300, ""}};
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        arena_t *a = arena_create();
        err_t err = ERROR_INIT;
        buf_t b;
        buf_init(&b);
        repeat(&b, rows[i].before, 1);
        repeat(&b, rows[i].again, rows[i].n);
        repeat(&b, rows[i].after, 1);
        ck_assert_msg(!yaml_parse(a, buf_str(&b), YAML_KUBERNETES, &err), "row %zu", i);
        ck_assert_int_ne(err.code, ERR_NONE);
        error_release(&err);
        buf_release(&b);
        arena_destroy(a);
    }
}
END_TEST

START_TEST(aliases_cannot_nest_past_the_bound) {
    arena_t *a = arena_create();
    err_t err = ERROR_INIT;
    buf_t b;
    buf_init(&b);
    buf_addc(&b, "a: &a ");
    repeat(&b, "[", 300);
    repeat(&b, "]", 300);
    buf_addc(&b, "\nb: ");
    repeat(&b, "[", 300);
    buf_addc(&b, "*a");
    repeat(&b, "]", 300);
    ck_assert(!yaml_parse(a, buf_str(&b), YAML_KUBERNETES, &err));
    ck_assert_int_eq(err.code, ERR_LIMIT);
    error_release(&err);
    buf_release(&b);
    arena_destroy(a);
}
END_TEST

/* Expected text: sigs.k8s.io/yaml v1.4. */
START_TEST(text_is_written_as_sigs_yaml_writes_it) {
    static const row_t rows[] = {
        {"a:\n- 1\n- x: \"y\"\n  z: []\n- - 2\n  - 3\nb: 1\nc: {}\n",
         "{\"b\":1,\"a\":[1,{\"x\":\"y\",\"z\":[]},[2,3]],\"c\":{}}"},
        {"K: 4\na-b: 5\na1: 6\nk: 3\nk9: 2\nk10: 1\n", "{\"k10\":1,\"k9\":2,\"k\":3,\"K\":4,\"a-b\":5,\"a1\":6}"},
        {"s:\n- \"yes\"\n- \"null\"\n- \"1\"\n- \"1.5\"\n- \"0x1\"\n- \"2001-01-01\"\n- \"1:30\"\n- \"~\"\n- \"\"\n- "
         "\"true\"\n- a b\n- '- a'\n- 'a: b'\n- 'a #b'\n- '#a'\n- '@a'\n- '''q'''\n- it's\n- <<\n- '-'\n- ?x\n- :x\n",
         "{\"s\":[\"yes\",\"null\",\"1\",\"1.5\",\"0x1\",\"2001-01-01\",\"1:30\",\"~\",\"\",\"true\",\"a b\",\"- "
         "a\",\"a: b\",\"a #b\",\"#a\",\"@a\",\"'q'\",\"it's\",\"<<\",\"-\",\"?x\",\":x\"]}"},
        {"t:\n- |-\n  line\n  more\n- |\n  line\n- |+\n  line\n\n- |2-\n\n  x\n- |2-\n   lead\n  x\n- \"x \\ny\"\n- "
         "\"tab\\there\"\n- \303\251\n- \"\\U0001F600\"\n- \"\\a\"\n- ' x'\n- 'x '\n",
         "{\"t\":[\"line\\nmore\",\"line\\n\",\"line\\n\\n\",\"\\nx\",\" lead\\nx\",\"x "
         "\\ny\",\"tab\\there\",\"\303\251\",\"\360\237\230\200\",\"\\u0007\",\" x\",\"x \"]}"},
        {"dq: \"1\\t the quick brown fox jumps over the lazy dog and then it runs on and on until\n  the line is "
         "longer than eighty\"\nlong: the quick brown fox jumps over the lazy dog and then it runs on and on until\n  "
         "the line is longer than eighty columns\nquoted: 'it: the quick brown fox jumps over the lazy dog and then it "
         "runs on and on\n  until the line is longer than eighty'\n",
         "{\"long\":\"the quick brown fox jumps over the lazy dog and then it runs on and on until the line is longer "
         "than eighty columns\",\"quoted\":\"it: the quick brown fox jumps over the lazy dog and then it runs on and "
         "on until the line is longer than eighty\",\"dq\":\"1\\t the quick brown fox jumps over the lazy dog and then "
         "it runs on and on until the line is longer than eighty\"}"},
        {"\"n\":\n- 1\n- -5\n- 1.5\n- 1000000\n- 1.0000005e+06\n- 1e-07\n- 1e+21\n- true\n- "
         "null\n",
         "{\"n\":[1,-5,1.5,1000000.0,1000000.5,1e-07,1e+21,true,null]}"},
        {"? |-\n  multi\n  line\n: - 1\n? "
         "xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx"
         "xxxxxxxxxxxxxxxxxxxx\n: a: 1\n",
         "{\"xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx"
         "xxxxxxxxxxxxxxxxxxxxxxx\":{\"a\":1},\"multi\\nline\":[1]}"},
        {"top\n", "\"top\""},
        {"|-\n  two\n  lines\n", "\"two\\nlines\""},
        {"[]\n", "[]"},
        {"{}\n", "{}"},
        {"5\n", "5"},
        {"- - 1\n  - - 2\n- - a:\n      b:\n      - c: d\n", "[[1,[2]],[{\"a\":{\"b\":[{\"c\":\"d\"}]}}]]"},
    };
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        arena_t *a = arena_create();
        jv_t *v = jv_parse(a, str_c(rows[i].json), NULL);
        ck_assert_ptr_nonnull(v);
        buf_t b;
        buf_init_arena(&b, a);
        yaml_write(&b, v);
        buf_char(&b, 0);
        ck_assert_str_eq(b.p, rows[i].yaml);
        jv_t *back = yaml_parse(a, str_n(b.p, b.n - 1), YAML_KUBERNETES, NULL);
        ck_assert_msg(jv_equal(v, back), "not read back: %s", b.p);
        arena_destroy(a);
    }
}
END_TEST

/* Real documents come back from their own text. */
START_TEST(definitions_survive_writing_and_reading) {
    const char *folder = suite_shared("upstream/definitions");
    if (!folder)
        return;
    char names[512];
    snprintf(names, sizeof names, "%s", folder);
    DIR *dir = opendir(names);
    ck_assert_ptr_nonnull(dir);
    int files = 0;
    for (struct dirent *e; (e = readdir(dir));) {
        char path[1024];
        snprintf(path, sizeof path, "%s/%s", names, e->d_name);
        FILE *f = strstr(e->d_name, ".yaml") ? fopen(path, "r") : NULL;
        if (!f)
            continue;
        static char text[1 << 20];
        size_t n = fread(text, 1, sizeof text, f);
        fclose(f);
        arena_t *a = arena_create();
        err_t err = ERROR_INIT;
        jv_t *docs = NULL;
        ck_assert_msg(yaml_parse_all(a, str_n(text, n), YAML_KUBERNETES, &docs, &err), "%s: %s", path,
                      error_text(&err));
        for (size_t i = 0; i < jv_count(docs); i++) {
            buf_t b;
            buf_init_arena(&b, a);
            yaml_write(&b, docs->items[i]);
            ck_assert_msg(jv_equal(docs->items[i], yaml_parse(a, buf_str(&b), YAML_KUBERNETES, &err)), "%s", path);
        }
        files++;
        arena_destroy(a);
    }
    closedir(dir);
    ck_assert_int_gt(files, 0);
}
END_TEST

START_TEST(failing_allocations_are_reported) {
    static const char text[] = "a: &x [1, {b: c}]\nb: [*x, *x]\nzz: &y {k: v}\naa: {<<: *y}\nt: !!binary aGVsbG8=\n";
    bool done = false;
    for (int64_t n = 0; !done; n++) {
        err_t err = ERROR_INIT;
        arena_t *a = arena_create();
        buf_t out;
        buf_init(&out);
        mem_fail_after(n);
        jv_t *v = yaml_parse(a, str_c(text), YAML_KUBERNETES, &err);
        if (v)
            yaml_write(&out, v);
        mem_fail_after(-1);
        done = v && !buf_failed(&out);
        if (!v)
            ck_assert_int_eq(err.code, ERR_MEMORY);
        error_release(&err);
        buf_release(&out);
        arena_destroy(a);
    }
}
END_TEST

SUITE(yaml, kubernetes_scalars_are_yaml_1_1, block_scalars_fold_and_keep, aliases_and_merges, cue_scalars_are_yaml_1_2,
      documents_are_separated_and_empty_ones_left_out, errors_name_line_and_column,
      deep_and_hostile_texts_give_an_error_soon, aliases_cannot_nest_past_the_bound,
      text_is_written_as_sigs_yaml_writes_it, definitions_survive_writing_and_reading, failing_allocations_are_reported)
