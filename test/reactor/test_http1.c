#include "reactor/http1.h"
#include "test/suite.h"

/* Parses a head; "status" or "METHOD path?query minor length flags". */
static const char *parse(const char *text) {
    static char out[300];
    arena_t *a = arena_create();
    size_t scanned = 0, n = http1_head_size(str_c(text), &scanned);
    ck_assert_msg(n == strlen(text), "the head of %zu bytes ends at %zu", strlen(text), n);
    char *copy = arena_cstr(a, str_c(text));
    http1_head_t h;
    const char *why = "no reason";
    int status = http1_parse_head(copy, n, a, &h, &why);
    if (status)
        snprintf(out, sizeof out, "%d %s", status, why);
    else
        snprintf(out, sizeof out, STR_FMT " " STR_FMT "?" STR_FMT " 1.%d %lld%s%s%s", STR_ARG(h.method),
                 STR_ARG(h.path), STR_ARG(h.query), h.minor, (long long)h.length, h.chunked ? " chunked" : "",
                 h.keep_alive ? " keep" : "", h.expects_continue ? " expect" : "");
    arena_destroy(a);
    return out;
}

START_TEST(heads_are_read_as_written) {
    static const char *const cases[][2] = {
        {"GET / HTTP/1.1\r\nHost: a\r\n\r\n", "GET /? 1.1 -1 keep"},
        {"GET /a/b?c=d&e HTTP/1.1\nhost:a\n\n", "GET /a/b?c=d&e 1.1 -1 keep"},
        {"GET / HTTP/1.0\r\n\r\n", "GET /? 1.0 -1"},
        {"GET / HTTP/1.0\r\nConnection: Keep-Alive\r\n\r\n", "GET /? 1.0 -1 keep"},
        {"GET / HTTP/1.1\r\nHost: a\r\nConnection: x, close\r\n\r\n", "GET /? 1.1 -1"},
        {"POST / HTTP/1.1\r\nHost: a\r\nContent-Length:  12 \r\n\r\n", "POST /? 1.1 12 keep"},
        {"POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 5\r\nContent-Length: 5\r\n\r\n", "POST /? 1.1 5 keep"},
        {"POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: Chunked\r\n\r\n", "POST /? 1.1 -1 chunked keep"},
        {"PUT / HTTP/1.1\r\nHost: a\r\nExpect: 100-Continue\r\nContent-Length: 1\r\n\r\n", "PUT /? 1.1 1 keep expect"},
        {"GET http://x.example:80/p?q HTTP/1.1\r\nHost: a\r\n\r\n", "GET /p?q 1.1 -1 keep"},
        {"GET http://x.example HTTP/1.1\r\nHost: a\r\n\r\n", "GET /? 1.1 -1 keep"},
        {"OPTIONS * HTTP/1.1\r\nHost: a\r\n\r\n", "OPTIONS *? 1.1 -1 keep"},
        {"GET / HTTP/1.1\r\nHost:\r\nX:\r\n\r\n", "GET /? 1.1 -1 keep"},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++)
        ck_assert_str_eq(parse(cases[i][0]), cases[i][1]);
}
END_TEST

START_TEST(heads_that_two_readers_could_read_in_two_ways_are_refused) {
    static const char *const cases[][2] = {
        {"GET /\r\n\r\n", "400"},
        {"GET / HTTP/1.1\r\n\r\n", "400 no host"},
        {"GET / HTTP/1.1\r\nHost: a\r\nHost: b\r\n\r\n", "400 two host"},
        {"GET  / HTTP/1.1\r\nHost: a\r\n\r\n", "400"},
        {"GET / HTTP/2.0\r\nHost: a\r\n\r\n", "505"},
        {"GET / HTTP/1.1 \r\nHost: a\r\n\r\n", "505"},
        {"GET / FTP/1.1\r\nHost: a\r\n\r\n", "400"},
        {"G@T / HTTP/1.1\r\nHost: a\r\n\r\n", "400"},
        {"GET a HTTP/1.1\r\nHost: a\r\n\r\n", "400"},
        {"GET /\x01 HTTP/1.1\r\nHost: a\r\n\r\n", "400"},
        {"GET / HTTP/1.1\r\nHost: a\r\nX : y\r\n\r\n", "400"},
        {"GET / HTTP/1.1\r\nHost: a\r\nX\r\n\r\n", "400"},
        {"GET / HTTP/1.1\r\nHost: a\r\n: y\r\n\r\n", "400"},
        {"GET / HTTP/1.1\r\nHost: a\r\n folded\r\n\r\n", "400 folded"},
        {"GET / HTTP/1.1\r\nHost: a\rb\r\n\r\n", "400 control"},
        {"POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 5\r\nContent-Length: 6\r\n\r\n", "400 two different"},
        {"POST / HTTP/1.1\r\nHost: a\r\nContent-Length: -1\r\n\r\n", "400"},
        {"POST / HTTP/1.1\r\nHost: a\r\nContent-Length: +1\r\n\r\n", "400"},
        {"POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 1,1\r\n\r\n", "400"},
        {"POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 99999999999999999999\r\n\r\n", "400"},
        {"POST / HTTP/1.1\r\nHost: a\r\nContent-Length:\r\n\r\n", "400"},
        {"POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 1\r\nTransfer-Encoding: chunked\r\n\r\n", "400 chunks and"},
        {"POST / HTTP/1.0\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n", "400"},
        {"POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: gzip\r\n\r\n", "501"},
        {"POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked, gzip\r\n\r\n", "501"},
        {"POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\nTransfer-Encoding: chunked\r\n\r\n", "501"},
        {"POST / HTTP/1.1\r\nHost: a\r\nExpect: magic\r\n\r\n", "417"},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        const char *got = parse(cases[i][0]);
        ck_assert_msg(strncmp(got, cases[i][1], strlen(cases[i][1])) == 0, "%s\ngot: %s\nnot: %s", cases[i][0], got,
                      cases[i][1]);
    }
}
END_TEST

START_TEST(names_become_lower_case_and_values_keep_theirs) {
    char text[] = "GET / HTTP/1.1\r\nHost: A\r\nX-Mixed_CASE: Some  Value\t\r\n\r\n";
    arena_t *a = arena_create();
    http1_head_t h;
    const char *why;
    ck_assert_int_eq(http1_parse_head(text, sizeof text - 1, a, &h, &why), 0);
    ck_assert_uint_eq(h.nheaders, 2);
    ck_assert(str_eqc(http_header(h.headers, h.nheaders, STR("x-mixed_case")), "Some  Value"));
    arena_destroy(a);
}
END_TEST

START_TEST(the_end_of_a_head_is_found_wherever_the_pieces_are_cut) {
    str_t whole = STR("GET / HTTP/1.1\r\nA: b\r\nC: d\n\r\nrest");
    size_t end = whole.n - 4, scanned = 0;
    for (size_t n = 0; n <= whole.n; n++) {
        size_t got = http1_head_size(str_sub(whole, 0, n), &scanned);
        ck_assert_uint_eq(got, n < end ? 0 : end);
    }
}
END_TEST

/* Feeds the body in pieces of `step`; the content, with '$' at its end, or '!' where it is bad. */
static const char *read_body(const http1_head_t *head, const char *text, size_t step, size_t *left) {
    static char out[200];
    size_t n = 0;
    http1_body_t b;
    http1_body_init(&b, head);
    str_t all = str_c(text);
    for (size_t at = 0;; at += step) {
        str_t in = str_sub(all, at, step), data;
        http1_result_t r;
        while ((r = http1_body_next(&b, &in, &data)) == HTTP1_DATA) {
            memcpy(out + n, data.p, data.n);
            n += data.n;
        }
        *left = in.n + (at + step < all.n ? all.n - at - step : 0);
        if (r != HTTP1_MORE || at >= all.n) {
            snprintf(out + n, sizeof out - n, "%s", r == HTTP1_END ? "$" : r == HTTP1_BAD ? "!" : "");
            return out;
        }
    }
}

START_TEST(bodies_end_where_they_say) {
    http1_head_t sized = {.length = 5}, none = {.length = -1}, chunked = {.length = -1, .chunked = true};
    static const struct {
        const char *text, *want;
        size_t left;
    } cases[] = {
        {"3\r\nabc\r\n0\r\n\r\nGET", "abc$", 3},
        {"3;x=y\r\nabc\r\nA\r\n0123456789\r\n0\r\nTrailer: z\r\nB: c\r\n\r\n", "abc0123456789$", 0},
        {"00003\nabc\n0\n\n", "abc$", 0},
        {"0\r\n\r\n", "$", 0},
        {"3\r\nabc\r\n", "abc", 0},
        {"3\r\nabcX0\r\n\r\n", "abc!", 0},
        {"x\r\n", "!", 0},
        {"\r\n", "!", 0},
        {";\r\n", "!", 0},
        {"-1\r\n", "!", 0},
        {"ffffffffffffffff\r\n", "!", 0},
        {"3 \r\nabc\r\n0\r\n\r\n", "abc$", 0},
    };
    size_t left;
    for (size_t step = 1; step < 50; step++) {
        for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
            const char *got = read_body(&chunked, cases[i].text, step, &left);
            ck_assert_msg(strcmp(got, cases[i].want) == 0, "%s by %zu: got %s", cases[i].text, step, got);
            if (strchr(got, '$'))
                ck_assert_uint_eq(left, cases[i].left);
        }
        ck_assert_str_eq(read_body(&sized, "abcdefg", step, &left), "abcde$");
        ck_assert_uint_eq(left, 2);
        ck_assert_str_eq(read_body(&none, "abc", step, &left), "$");
        ck_assert_uint_eq(left, 3);
    }
}
END_TEST

START_TEST(what_is_between_chunks_is_bounded) {
    http1_head_t chunked = {.length = -1, .chunked = true};
    for (int trailer = 0; trailer < 2; trailer++) {
        http1_body_t b;
        http1_body_init(&b, &chunked);
        str_t in = trailer ? STR("0\r\n") : STR("1;"), data;
        ck_assert_int_eq(http1_body_next(&b, &in, &data), HTTP1_MORE);
        http1_result_t r = HTTP1_MORE;
        int n = 0;
        for (; n < 100000 && r == HTTP1_MORE; n++) {
            in = trailer ? STR("a: b\r\n") : STR("xxxxxx");
            r = http1_body_next(&b, &in, &data);
        }
        ck_assert_int_eq(r, HTTP1_BAD);
        ck_assert_int_lt(n, 2000);
    }
}
END_TEST

SUITE(http1, heads_are_read_as_written, heads_that_two_readers_could_read_in_two_ways_are_refused,
      names_become_lower_case_and_values_keep_theirs, the_end_of_a_head_is_found_wherever_the_pieces_are_cut,
      bodies_end_where_they_say, what_is_between_chunks_is_bounded)
