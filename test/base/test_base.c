#include "reactor/base/arena.h"
#include "reactor/base/base64.h"
#include "reactor/base/buf.h"
#include "reactor/base/error.h"
#include "reactor/base/mem.h"
#include "reactor/base/table.h"
#include "test/suite.h"

#include <errno.h>

START_TEST(strings_compare_and_cut) {
    str_t before, after;
    ck_assert(str_cut(STR("a=b=c"), '=', &before, &after));
    ck_assert(str_eqc(before, "a") && str_eqc(after, "b=c"));
    ck_assert(!str_cut(STR("abc"), '=', &before, &after));
    ck_assert(str_eqc(before, "abc") && after.n == 0);
    ck_assert_int_lt(str_cmp(STR("a"), STR("ab")), 0);
    ck_assert(str_starts(STR("abc"), STR("ab")) && !str_starts(STR("a"), STR("ab")));
    ck_assert(str_ends(STR("abc"), STR("bc")) && !str_ends(STR("c"), STR("bc")));
    ck_assert(str_eqc(str_trim(STR(" \tx y\r\n")), "x y"));
    ck_assert_int_eq(str_find(STR("hello"), STR("lo")), 3);
}
END_TEST

START_TEST(integers_are_whole_and_bounded) {
    int64_t v;
    ck_assert(str_int(STR("-9223372036854775808"), &v) && v == INT64_MIN);
    ck_assert(str_int(STR("9223372036854775807"), &v) && v == INT64_MAX);
    ck_assert(!str_int(STR("9223372036854775808"), &v));
    ck_assert(!str_int(STR("12x"), &v) && !str_int(STR(""), &v) && !str_int(STR("-"), &v));
}
END_TEST

START_TEST(an_arena_aligns_grows_and_jumps_to_its_guard) {
    arena_t *a = arena_create();
    for (size_t n = 1; n < 100000; n = n * 3 + 1)
        ck_assert_uint_eq((uintptr_t)arena_alloc(a, n) % 16, 0);
    char *p = arena_alloc(a, 10);
    memcpy(p, "0123456789", 10);
    char *q = arena_grow(a, p, 10, 20);
    ck_assert_ptr_eq(p, q);
    arena_alloc(a, 1);
    q = arena_grow(a, p, 20, 5000);
    ck_assert(q != p && memcmp(q, "0123456789", 10) == 0);
    arena_limit(a, arena_used(a) + 100);
    jmp_buf env;
    volatile bool jumped = false;
    if (setjmp(env)) {
        jumped = true;
    } else {
        arena_guard(a, &env);
        arena_alloc(a, 1000);
    }
    ck_assert(jumped && arena_over_limit(a));
    arena_destroy(a);
}
END_TEST

START_TEST(a_table_keeps_order_and_survives_removal_while_iterating) {
    table_t *t = table_create();
    static char keys[1000][8];
    for (int i = 0; i < 1000; i++) {
        snprintf(keys[i], sizeof keys[i], "k%d", i);
        ck_assert(table_put(t, str_c(keys[i]), keys[i], NULL));
    }
    size_t at = 0;
    str_t key;
    void *value;
    int n = 0;
    while (table_next(t, &at, &key, &value)) {
        ck_assert_ptr_eq(value, keys[n]);
        if (n++ % 2)
            table_remove(t, key);
    }
    ck_assert_uint_eq(table_count(t), 500);
    ck_assert_ptr_eq(table_get(t, STR("k10")), keys[10]);
    ck_assert_ptr_null(table_get(t, STR("k11")));
    for (int i = 0; i < 100000; i++) { /* holes are reclaimed */
        ck_assert(table_put(t, STR("again"), keys[0], NULL));
        table_remove(t, STR("again"));
    }
    table_destroy(t);
}
END_TEST

START_TEST(errors_chain_from_the_outside_in) {
    err_t err = ERROR_INIT;
    error_set(&err, ERR_INVALID, "line %d", 3);
    error_wrap(&err, "file %s", "x");
    ck_assert_str_eq(error_text(&err), "file x: line 3");
    ck_assert_int_eq(err.code, ERR_INVALID);
    errno = ENOENT;
    error_errno(&err, "open y");
    ck_assert_str_eq(error_text(&err), "open y: No such file or directory");
    mem_fail_after(0);
    error_set(&err, ERR_LIMIT, "never formatted");
    mem_fail_after(-1);
    ck_assert_str_eq(error_text(&err), "out of memory");
    error_release(&err);
}
END_TEST

START_TEST(a_buffer_remembers_that_it_failed) {
    buf_t b;
    buf_init(&b);
    buf_addc(&b, "x");
    mem_fail_after(0);
    buf_printf(&b, "%1000d", 1);
    mem_fail_after(-1);
    buf_addc(&b, "y");
    ck_assert(buf_failed(&b) && b.n == 1);
    buf_release(&b);
}
END_TEST

START_TEST(base64_round_trips_and_refuses) {
    static const char *const rows[][2] = {
        {"", ""}, {"f", "Zg=="}, {"fo", "Zm8="}, {"foo", "Zm9v"}, {"foobar", "Zm9vYmFy"}};
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        buf_t b;
        buf_init(&b);
        base64_encode(&b, str_c(rows[i][0]), BASE64_STD);
        ck_assert(str_eqc(buf_str(&b), rows[i][1]));
        buf_clear(&b);
        ck_assert(base64_decode(&b, str_c(rows[i][1]), BASE64_STD, NULL) && str_eqc(buf_str(&b), rows[i][0]));
        buf_release(&b);
    }
    buf_t b;
    buf_init(&b);
    ck_assert(!base64_decode(&b, STR("Zg="), BASE64_STD, NULL));
    ck_assert(!base64_decode(&b, STR("Z$=="), BASE64_STD, NULL));
    ck_assert(!base64_decode(&b, STR("Zg==Zg=="), BASE64_STD, NULL));
    buf_release(&b);
}
END_TEST

SUITE(base, strings_compare_and_cut, integers_are_whole_and_bounded, an_arena_aligns_grows_and_jumps_to_its_guard,
      a_table_keeps_order_and_survives_removal_while_iterating, errors_chain_from_the_outside_in,
      a_buffer_remembers_that_it_failed, base64_round_trips_and_refuses)
