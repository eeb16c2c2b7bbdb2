#include "config/json/jv.h"
#include "reactor/base/mem.h"
#include "test/suite.h"

#include <math.h>

static str_t written(arena_t *a, const char *text) {
    err_t err = ERROR_INIT;
    jv_t *v = jv_parse(a, str_c(text), &err);
    ck_assert_msg(v, "%s: %s", text, error_text(&err));
    return jv_text(a, v);
}

START_TEST(text_is_written_as_go_writes_it) {
    static const char *const rows[][2] = {
        {" {\"b\":1 , \"a\" : [ ] , \"c\":{}} ", "{\"a\":[],\"b\":1,\"c\":{}}"},
        {"\"<a href='x'>&\"", "\"\\u003ca href='x'\\u003e\\u0026\""},
        {"\"\\u2028\\u2029\\u00e9\"", "\"\\u2028\\u2029\u00e9\""},
        {"\"\\u0000\\u0001\\b\\f\\n\\r\\t\\u001f\x7f\"", "\"\\u0000\\u0001\\b\\f\\n\\r\\t\\u001f\x7f\""},
        {"\"\\/\\\\\\\"\"", "\"/\\\\\\\"\""},
        {"\"\\ud83d\\ude00\"", "\"\U0001F600\""},
        {"\"\\ud83d\"", "\"\ufffd\""},
        {"\"\\ude00x\"", "\"\ufffdx\""},
        {"\"\\ud83d\\ud83d\\ude00\"", "\"\ufffd\U0001F600\""},
        {"\"a\xff\xc3(\xed\xa0\x80\"", "\"a\ufffd\ufffd(\ufffd\ufffd\ufffd\""},
        {"[1.0,1e2,0.1,-0.0,1E-7,1e21,1e20,123456789012345678901234567890,-0]",
         "[1,100,0.1,-0,1e-7,1e+21,100000000000000000000,123456789012345678901234567890,0]"},
        {"[5e-324,1.7976931348623157e308,9007199254740993.0,5.684341886080801e-14]",
         "[5e-324,1.7976931348623157e+308,9007199254740992,5.684341886080801e-14]"},
        {"{\"a\":1,\"b\":2,\"a\":3}", "{\"a\":3,\"b\":2}"},
        {"{\"a\":null,\"B\":true,\"\":false}", "{\"\":false,\"B\":true,\"a\":null}"},
    };
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        arena_t *a = arena_create();
        str_t got = written(a, rows[i][0]);
        ck_assert_str_eq(got.p, rows[i][1]);
        arena_destroy(a);
    }
}
END_TEST

START_TEST(errors_name_line_and_column) {
    static const char *const rows[][2] = {
        {"", "line 1, column 1: unexpected end of JSON"},
        {"{\n  \"a\": x\n}", "line 2, column 8: unexpected 'x', expected a value"},
        {"[1,]", "line 1, column 4: unexpected ']', expected a value"},
        {"{\"a\":1,}", "line 1, column 8: unexpected '}', expected a key in double quotes"},
        {"{a:1}", "line 1, column 2: unexpected 'a', expected a key in double quotes"},
        {"[1 2]", "line 1, column 4: unexpected '2', expected ',' or ']'"},
        {"{\"a\" 1}", "line 1, column 6: unexpected '1', expected ':' after the key"},
        {"1 2", "line 1, column 3: unexpected '2', expected the end"},
        {"01", "line 1, column 1: number with a leading zero"},
        {"[1.]", "line 1, column 4: unexpected ']', expected a digit"},
        {"-", "line 1, column 2: unexpected end of JSON"},
        {"\"\u00e9\u00e9\x01\"", "line 1, column 4: control character in string"},
        {"\"abc", "line 1, column 1: string without an end"},
        {"\"\\x\"", "line 1, column 2: invalid escape in string"},
        {"\"\\u12g4\"", "line 1, column 2: \\u without four hexadecimal digits"},
        {"nul", "line 1, column 1: unexpected 'n', expected a value"},
        {"[", "line 1, column 2: unexpected end of JSON"},
        {"\"\\", "line 1, column 1: string without an end"},
    };
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        arena_t *a = arena_create();
        err_t err = ERROR_INIT;
        ck_assert_msg(!jv_parse(a, str_c(rows[i][0]), &err), "%s", rows[i][0]);
        ck_assert_int_eq(err.code, ERR_INVALID);
        ck_assert_str_eq(error_text(&err), rows[i][1]);
        error_release(&err);
        arena_destroy(a);
    }
}
END_TEST

/* Whatever is cut off a text that isn't closed is an error, and none reads past its end (the sanitizers look). */
START_TEST(a_text_cut_anywhere_is_an_error) {
    static const char text[] = "{\"a\":[1.5e+3,true,null,\"x\\u00e9\\n\u00e9\"],\"b\":{\"c\":false}}";
    for (size_t n = 0; n < sizeof text - 1; n++) {
        char *copy = mem_alloc(n ? n : 1); /* exact, so that a read past the end is seen */
        memcpy(copy, text, n);
        arena_t *a = arena_create();
        ck_assert(!jv_parse(a, str_n(copy, n), NULL));
        arena_destroy(a);
        mem_free(copy);
    }
}
END_TEST

START_TEST(depth_is_bounded) {
    arena_t *a = arena_create();
    err_t err = ERROR_INIT;
    enum { DEEP = 100000 };
    char *text = arena_bytes(a, 2 * DEEP);
    memset(text, '[', DEEP);
    memset(text + DEEP, ']', DEEP);
    ck_assert(!jv_parse(a, str_n(text, 2 * DEEP), &err));
    ck_assert_int_eq(err.code, ERR_LIMIT);
    ck_assert_str_eq(error_text(&err), "line 1, column 501: nested deeper than 500 levels");
    error_release(&err);
    jv_t *v = jv_parse(a, str_n(text + DEEP - JV_MAX_DEPTH, 2 * JV_MAX_DEPTH), &err);
    ck_assert(v && jv_equal(v, jv_copy(a, v)) && jv_text(a, v).n == 2 * JV_MAX_DEPTH);
    jv_t *deeper = jv_array(a);
    jv_append(a, deeper, jv_array(a));
    jv_append(a, deeper->items[0], v);
    buf_t b;
    buf_init(&b);
    jv_write(&b, deeper);
    ck_assert(buf_failed(&b));
    buf_release(&b);
    jv_t *outer = jv_copy(a, deeper); /* copying has no bound: it uses no stack */
    ck_assert(outer->n == 1 && !jv_equal(outer, deeper));
    arena_destroy(a);
}
END_TEST

START_TEST(objects_with_many_keys_take_linear_time) {
    enum { MANY = 200000 };
    arena_t *a = arena_create();
    buf_t b;
    buf_init(&b);
    buf_addc(&b, "{");
    for (int i = 0; i < MANY; i++)
        buf_printf(&b, "%s\"key%d\":%d", i ? "," : "", (i * 7919) % MANY, i);
    buf_addc(&b, ",\"key5\":\"last\"}");
    jv_t *v = jv_parse(a, buf_str(&b), NULL), *copy = jv_copy(a, v), *built = jv_object(a);
    ck_assert_uint_eq(jv_count(v), MANY);
    ck_assert(str_eqc(jv_path_str(v, "key5", NULL), "last"));
    ck_assert(jv_equal(v, copy));
    for (int i = 0; i < MANY; i++)
        jv_set(a, built, arena_printf(a, "key%d", i), jv_get(v, arena_printf(a, "key%d", i)));
    ck_assert(jv_equal(v, built));
    ck_assert(str_eq(jv_text(a, v), jv_text(a, built)));
    buf_release(&b);
    arena_destroy(a);
}
END_TEST

START_TEST(members_keep_their_place_through_set_and_remove) {
    arena_t *a = arena_create();
    jv_t *o = jv_object(a);
    for (int i = 0; i < 100; i++)
        jv_set(a, o, arena_printf(a, "k%d", i), jv_int(a, i));
    for (int i = 0; i < 100; i += 2)
        ck_assert(jv_remove(o, arena_printf(a, "k%d", i)));
    ck_assert(!jv_removec(o, "k0") && jv_count(o) == 50);
    jv_setc(a, o, "k1", jv_string(a, STR("new")));
    jv_setc(a, o, "k0", jv_null(a));
    ck_assert(str_eqc(o->members[0].key, "k1") && str_eqc(jv_str(o->members[0].value), "new"));
    ck_assert(str_eqc(o->members[50].key, "k0"));
    for (int i = 1; i < 100; i += 2)
        ck_assert_ptr_nonnull(jv_get(o, arena_printf(a, "k%d", i)));
    arena_destroy(a);
}
END_TEST

START_TEST(paths_are_made_on_the_way) {
    arena_t *a = arena_create();
    jv_t *o = jv_object(a);
    ck_assert(jv_set_path(a, o, jv_int(a, 1), "a", "b", "c", NULL));
    ck_assert(jv_set_path(a, o, jv_int(a, 2), "a", "d", NULL));
    ck_assert_str_eq(jv_text(a, o).p, "{\"a\":{\"b\":{\"c\":1},\"d\":2}}");
    ck_assert(!jv_set_path(a, o, jv_int(a, 3), "a", "d", "e", NULL));
    ck_assert(jv_path(o, "a", "d", "x", NULL) == NULL && jv_path(NULL, "a", NULL) == NULL);
    arena_destroy(a);
}
END_TEST

START_TEST(items_move_on_insert_and_remove) {
    arena_t *a = arena_create();
    jv_t *v = jv_array(a);
    for (int i = 0; i < 5; i++)
        jv_append(a, v, jv_int(a, i));
    jv_insert(a, v, 0, jv_int(a, -1));
    jv_insert(a, v, 3, jv_int(a, 99));
    jv_remove_at(v, 1);
    jv_remove_at(v, 99);
    ck_assert_str_eq(jv_text(a, v).p, "[-1,1,99,2,3,4]");
    arena_destroy(a);
}
END_TEST

START_TEST(integers_are_recognised_exactly) {
    static const struct {
        const char *text;
        bool fits;
        int64_t value;
    } rows[] = {{"0", true, 0},
                {"-0", true, 0},
                {"3.0", true, 3},
                {"3e2", true, 300},
                {"1.50e1", true, 15},
                {"1.5", false, 0},
                {"100e-2", true, 1},
                {"101e-2", false, 0},
                {"9223372036854775807", true, INT64_MAX},
                {"-9223372036854775808", true, INT64_MIN},
                {"-9223372036854775808.0", true, INT64_MIN},
                {"9223372036854775808", false, 0},
                {"9007199254740993.0", true, 9007199254740993},
                {"1e18", true, 1000000000000000000},
                {"1e19", false, 0},
                {"0e99999", true, 0},
                {"1e999999999999", false, 0}};
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        arena_t *a = arena_create();
        int64_t got = 0;
        jv_t *v = jv_parse(a, str_c(rows[i].text), NULL);
        ck_assert_msg(jv_as_int(v, &got) == rows[i].fits && got == rows[i].value, "%s: %lld", rows[i].text,
                      (long long)got);
        arena_destroy(a);
    }
}
END_TEST

START_TEST(values_equal_by_meaning) {
    static const struct {
        const char *x, *y;
        bool equal;
    } rows[] = {{"{\"a\":1,\"b\":[1,2]}", "{\"b\":[1.0,2e0],\"a\":1}", true},
                {"[1,2]", "[2,1]", false},
                {"{\"a\":null}", "{}", false},
                {"1", "\"1\"", false},
                {"12345678901234567890", "12345678901234567891", false},
                {"12345678901234567890", "12345678901234567890", true},
                {"0.1", "1e-1", true},
                {"\"\\u0061\"", "\"a\"", true}};
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        arena_t *a = arena_create();
        ck_assert_msg(jv_equal(jv_parse(a, str_c(rows[i].x), NULL), jv_parse(a, str_c(rows[i].y), NULL)) ==
                          rows[i].equal,
                      "%s %s", rows[i].x, rows[i].y);
        arena_destroy(a);
    }
}
END_TEST

START_TEST(a_prefix_tells_what_it_took) {
    arena_t *a = arena_create();
    size_t taken;
    str_t text = STR(" {\"a\":1}\n[2] x");
    ck_assert_ptr_nonnull(jv_parse_prefix(a, text, &taken, NULL));
    ck_assert_uint_eq(taken, 8);
    text = str_from(text, taken);
    ck_assert(jv_is(jv_parse_prefix(a, text, &taken, NULL), JV_ARRAY));
    ck_assert_uint_eq(taken, 4);
    ck_assert(!jv_parse_prefix(a, str_from(text, taken), &taken, NULL));
    arena_destroy(a);
}
END_TEST

START_TEST(pretty_text_is_for_people) {
    arena_t *a = arena_create();
    jv_t *v = jv_parse(a, STR("{\"b\":[1,{\"x\":\"<&>\"}],\"a\":{},\"c\":[]}"), NULL);
    buf_t b;
    buf_init_arena(&b, a);
    jv_write_pretty(&b, v, 2, false);
    buf_char(&b, 0);
    ck_assert_str_eq(b.p,
                     "{\n  \"b\": [\n    1,\n    {\n      \"x\": \"<&>\"\n    }\n  ],\n  \"a\": {},\n  \"c\": []\n}");
    arena_destroy(a);
}
END_TEST

START_TEST(doubles_read_back_and_are_shortest) {
    static const double rows[] = {0.1,           1.0 / 3,   1e-6,    9.999999e-7, 1e21,
                                  123456789.125, 0x1p-1074, 0x1p-44, 0x1p1023,    0x1p-20};
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        arena_t *a = arena_create();
        double back;
        jv_t *v = jv_double(a, rows[i]);
        ck_assert(jv_as_double(v, &back) && back == rows[i]);
        ck_assert(str_eq(jv_text(a, v), v->s));
        arena_destroy(a);
    }
}
END_TEST

/* Each allocation of a parse, a copy and a write fails in turn: an error comes back, and nothing leaks (valgrind and
 * the leak checker look). */
START_TEST(failing_allocations_are_reported) {
    buf_t text;
    buf_init(&text);
    buf_addc(&text, "{\"z\":[");
    for (int i = 0; i < 300; i++)
        buf_printf(&text, "%s{\"k%d\":\"%0100d\",\"a\":{\"c\":1,\"b\":2}}", i ? "," : "", i, i);
    buf_addc(&text, "],\"a\":{\"y\":1.5,\"x\":null}}");
    int failures = 0;
    for (int64_t n = 0;; n++) {
        err_t err = ERROR_INIT;
        arena_t *a = arena_create();
        buf_t out;
        buf_init(&out);
        mem_fail_after(n);
        jv_t *v = jv_parse(a, buf_str(&text), &err);
        if (v)
            jv_write(&out, v);
        mem_fail_after(-1);
        bool done = v && !buf_failed(&out);
        if (!v)
            ck_assert_int_eq(err.code, ERR_MEMORY);
        failures += !done;
        error_release(&err);
        buf_release(&out);
        arena_destroy(a);
        if (done)
            break;
    }
    ck_assert_int_gt(failures, 10);
    buf_release(&text);
}
END_TEST

START_TEST(a_failed_write_into_an_arena_reaches_its_guard) {
    arena_t *a = arena_create();
    jv_t *v = jv_parse(a, STR("{\"b\":{\"d\":1,\"c\":2},\"a\":\"0123456789012345678901234567890123456789\"}"), NULL);
    jmp_buf env;
    volatile bool jumped = false;
    arena_limit(a, arena_used(a) + 70);
    if (setjmp(env)) {
        jumped = true;
    } else {
        arena_guard(a, &env);
        jv_text(a, v);
    }
    ck_assert(jumped && arena_over_limit(a));
    arena_destroy(a);
}
END_TEST

START_TEST(a_limit_on_the_arena_is_an_error) {
    arena_t *a = arena_create();
    err_t err = ERROR_INIT;
    arena_limit(a, 2000);
    buf_t text;
    buf_init(&text);
    for (int i = 0; i < 1000; i++)
        buf_addc(&text, i ? ",1" : "[1");
    buf_addc(&text, "]");
    ck_assert(!jv_parse(a, buf_str(&text), &err));
    ck_assert_int_eq(err.code, ERR_LIMIT);
    error_release(&err);
    buf_release(&text);
    arena_destroy(a);
}
END_TEST

SUITE(json, text_is_written_as_go_writes_it, errors_name_line_and_column, a_text_cut_anywhere_is_an_error,
      depth_is_bounded, objects_with_many_keys_take_linear_time, members_keep_their_place_through_set_and_remove,
      paths_are_made_on_the_way, items_move_on_insert_and_remove, integers_are_recognised_exactly,
      values_equal_by_meaning, a_prefix_tells_what_it_took, pretty_text_is_for_people,
      doubles_read_back_and_are_shortest, failing_allocations_are_reported,
      a_failed_write_into_an_arena_reaches_its_guard, a_limit_on_the_arena_is_an_error)
