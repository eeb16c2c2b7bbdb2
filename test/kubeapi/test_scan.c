#include "kubeapi/scan_inner.h"
#include "reactor/base/mem.h"
#include "test/suite.h"

static const char typed[] =
    "{\"kind\":\"Pod\",\"apiVersion\":\"v1\",\"metadata\":{\"name\":\"web\",\"namespace\":\"shop\",\"uid\":"
    "\"6f0e3c0a-3c1d-4a34-9d0a-11aa22bb33cc\",\"resourceVersion\":\"42\",\"generation\":7,\"labels\":{\"app\":\"web\","
    "\"tier\":\"front\"},\"annotations\":{\"kubectl.kubernetes.io/last-applied-configuration\":\"{\\\"a\\\":1}\","
    "\"x\":\"y\"},\"ownerReferences\":[{\"kind\":\"A\",\"uid\":\"u1\"},{\"uid\":\"u2\",\"controller\":true}],"
    "\"managedFields\":[{\"manager\":\"m\",\"fieldsV1\":{\"f:a\":{}}}]},\"spec\":{\"a\":[1,{\"b\":\"}\\\"]\"}]}}";
static const char custom[] =
    "{\"apiVersion\":\"v1\",\"kind\":\"Pod\",\"metadata\":{\"annotations\":{\"kubectl.kubernetes.io/"
    "last-applied-configuration\":\"{}\"},\"deletionTimestamp\":\"2026-01-01T00:00:00Z\",\"finalizers\":[\"f\"],"
    "\"managedFields\":[{\"a\":\"]\"}],\"name\":\"web\",\"resourceVersion\":\"43\",\"uid\":\"x\"},\"status\":{}}";

static str_t kept(arena_t *a, const scan_object_t *o, str_t part) {
    char *p = arena_bytes(a, scan_kept(o, part));
    char *end = scan_copy_kept(p, o, part);
    return str_n(p, (size_t)(end - p));
}

START_TEST(the_metadata_is_read_in_any_order_of_keys) {
    const str_t labels[] = {STR("app"), STR("absent")};
    scan_want_t want = {labels, 2};
    scan_object_t o;
    err_t err = ERROR_INIT;
    ck_assert_msg(scan_object(str_c(typed), &want, &o, &err), "%s", error_text(&err));
    ck_assert(str_eqc(o.name, "web") && str_eqc(o.ns, "shop") && str_eqc(o.resource_version, "42"));
    ck_assert(str_eqc(o.uid, "6f0e3c0a-3c1d-4a34-9d0a-11aa22bb33cc"));
    ck_assert_int_eq(o.generation, 7);
    ck_assert(str_eqc(o.labels[0], "web") && !o.labels[1].p);
    ck_assert(str_eqc(o.owner_uid, "u2"));
    ck_assert(!o.deleting && !o.finalizers);
    ck_assert(str_eqc(o.kind, "Pod") && str_eqc(o.api_version, "v1"));
    ck_assert(str_eqc(o.all_labels, "{\"app\":\"web\",\"tier\":\"front\"}"));
    ck_assert_msg(scan_object(str_c(custom), &want, &o, &err), "%s", error_text(&err));
    ck_assert(str_eqc(o.name, "web") && str_eqc(o.resource_version, "43") && o.deleting && o.finalizers);
}
END_TEST

START_TEST(what_is_left_out_leaves_well_formed_json) {
    arena_t *a = arena_create();
    scan_object_t o;
    static const char *const cases[][2] = {
        {typed,
         "{\"metadata\":{\"name\":\"web\",\"namespace\":\"shop\",\"uid\":"
         "\"6f0e3c0a-3c1d-4a34-9d0a-11aa22bb33cc\",\"resourceVersion\":\"42\",\"generation\":7,\"labels\":{"
         "\"app\":\"web\",\"tier\":\"front\"},\"annotations\":{\"x\":\"y\"},\"ownerReferences\":[{\"kind\":"
         "\"A\",\"uid\":\"u1\"},{\"uid\":\"u2\",\"controller\":true}]},\"spec\":{\"a\":[1,{\"b\":\"}\\\"]\"}]}}"},
        {custom, "{\"metadata\":{\"annotations\":{},\"deletionTimestamp\":\"2026-01-01T00:00:00Z\",\"finalizers\":["
                 "\"f\"],\"name\":\"web\",\"resourceVersion\":\"43\",\"uid\":\"x\"},\"status\":{}}"},
        {"{\"kind\":\"A\",\"apiVersion\":\"b\"}", "{}"},
        {"{\"a\":1,\"kind\":\"A\",\"apiVersion\":\"b\"}", "{\"a\":1}"},
        {"{\"kind\":\"A\",\"a\":1,\"apiVersion\":\"b\"}", "{\"a\":1}"},
        {"{\"kind\":\"A\",\"apiVersion\":\"b\",\"a\":1}", "{\"a\":1}"},
        {"{ \"kind\" : \"A\" , \"a\" : 1 }", "{  \"a\" : 1 }"},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        ck_assert(scan_object(str_c(cases[i][0]), NULL, &o, NULL));
        str_t got = kept(a, &o, o.json);
        ck_assert_msg(str_eqc(got, cases[i][1]), "case %zu: " STR_FMT, i, STR_ARG(got));
    }
    ck_assert(scan_object(str_c(custom), NULL, &o, NULL));
    ck_assert(str_eqc(kept(a, &o, o.metadata),
                      "{\"annotations\":{},\"deletionTimestamp\":\"2026-01-01T00:00:00Z\",\"finalizers\":[\"f\"],"
                      "\"name\":\"web\",\"resourceVersion\":\"43\",\"uid\":\"x\"}"));
    arena_destroy(a);
}
END_TEST

START_TEST(an_event_cut_at_any_byte_is_refused) {
    char line[2048];
    scan_type_t type;
    scan_object_t o;
    int n = snprintf(line, sizeof line, "{\"type\":\"MODIFIED\",\"object\":%s}", typed);
    ck_assert(scan_event(str_n(line, (size_t)n), NULL, &type, &o, NULL));
    ck_assert_int_eq(type, SCAN_MODIFIED);
    for (int cut = 0; cut < n; cut++) {
        char *part = malloc((size_t)cut + 1); /* of its own, so that the sanitizer sees a byte too far */
        memcpy(part, line, (size_t)cut);
        err_t err = ERROR_INIT;
        ck_assert_msg(!scan_event(str_n(part, (size_t)cut), NULL, &type, &o, &err), "cut at %d", cut);
        ck_assert_int_eq(err.code, ERR_INVALID);
        error_release(&err);
        free(part);
    }
    n = snprintf(line, sizeof line, "{\"object\":%s,\"type\":\"DELETED\"}", custom);
    ck_assert(scan_event(str_n(line, (size_t)n), NULL, &type, &o, NULL));
    ck_assert_int_eq(type, SCAN_DELETED);
}
END_TEST

START_TEST(malformed_objects_are_refused) {
    static const char *const cases[] = {
        "",
        "[]",
        "null",
        "{",
        "}",
        "{\"a\":1",
        "{\"a\"}",
        "{\"a\":}",
        "{\"a\":1,}",
        "{,}",
        "{\"a\":[}",
        "{\"a\":{]}",
        "{\"a\":[1,2}]",
        "{\"a\":\"x}",
        "{\"a\":\"x\ty\"}",
        "{} {}",
        "{\"a\":1}x",
        "{\"metadata\":{\"name\":\"a\"]}",
        "{\"metadata\":{\"name\":\"\\x\"}}",
        "{\"metadata\":{\"name\":\"\\u12\"}}",
        "{\"metadata\":{\"labels\":{]}}",
        "{\"metadata\":{\"ownerReferences\":[{\"uid\":\"a\"]}}",
        "{\"a\":1 \"b\":2}",
        "{1:2}",
        "{\"a\":\"\\",
        "{\"metadata\":{\"finalizers\":[\"a\" \"b\"]}}",
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        scan_object_t o;
        err_t err = ERROR_INIT;
        ck_assert_msg(!scan_object(str_c(cases[i]), NULL, &o, &err), "accepted: %s", cases[i]);
        ck_assert_ptr_nonnull(strstr(error_text(&err), "byte "));
        error_release(&err);
    }
}
END_TEST

START_TEST(deep_nesting_is_refused) {
    static char text[200100];
    int n = snprintf(text, sizeof text, "{\"a\":");
    memset(text + n, '[', 100000);
    memset(text + n + 100000, ']', 100000);
    text[n + 200000] = '}';
    scan_object_t o;
    err_t err = ERROR_INIT;
    ck_assert(!scan_object(str_n(text, (size_t)n + 200001), NULL, &o, &err));
    ck_assert_int_eq(err.code, ERR_LIMIT);
    error_release(&err);
    for (int depth = 1; depth < 450; depth += 7) { /* all kinds of bits in the stack of brackets */
        n = snprintf(text, sizeof text, "{\"a\":");
        for (int i = 0; i < depth; i++)
            n += sprintf(text + n, i % 3 ? "[" : "{\"k\":");
        n += sprintf(text + n, "1");
        for (int i = depth; i-- > 0;)
            n += sprintf(text + n, i % 3 ? "]" : "}");
        n += sprintf(text + n, "}");
        ck_assert_msg(scan_object(str_n(text, (size_t)n), NULL, &o, &err), "depth %d: %s", depth, error_text(&err));
    }
}
END_TEST

/* The end of a container that began before p, a byte at a time; NULL: it has none. */
static const char *skip_by_bytes(const char *p, const char *end, bool array) {
    char open[600] = {array ? '[' : '{'};
    int depth = 1;
    bool in_string = false, escaped = false;
    for (; p < end; p++) {
        bool was = escaped;
        escaped = !was && *p == '\\';
        if (in_string && (unsigned char)*p < ' ')
            return NULL;
        if (*p == '"' && !was)
            in_string = !in_string;
        else if (!in_string && (*p == '{' || *p == '[') && ++depth < 500)
            open[depth - 1] = *p;
        else if (!in_string && (*p == '}' || *p == ']') && open[--depth] != *p - 2)
            return NULL;
        if (depth == 0)
            return p + 1;
        if (depth >= 500)
            return NULL;
    }
    return NULL;
}

START_TEST(containers_are_skipped_as_byte_by_byte) {
    static const char alphabet[] = "\"\"\\\\{}[] a:,\"{}\n";
    uint32_t r = 12345;
    int whole = 0;
    for (int round = 0; round < (getenv("VELELLA_VALGRIND") ? 10000 : 200000); round++) {
        size_t n = 1 + round % 400;
        char *text = malloc(n);
        for (size_t i = 0; i < n; i++) {
            r = r * 1664525 + 1013904223;
            text[i] = round & 1 ? alphabet[(r >> 20) % (sizeof alphabet - 1)]
                                : "\"\\a"[(r >> 20) % 16 < 4 ? (r >> 24) % 2 : 2];
        }
        if (!(round & 1) && n > 4) /* strings with many backslashes, closed at the end */
            memcpy(text + n - 3, round & 2 ? "\"}]" : "]}}", 3);
        const char *what, *want = skip_by_bytes(text, text + n, round & 4),
                          *got = scan_skip(text, text + n, round & 4, &what);
        ck_assert_msg(want ? !what && got == want : what != NULL, "%.*s: %d, not %d (%s)", (int)n, text,
                      (int)(got - text), (int)(want ? want - text : -1), what ? what : "no error");
        whole += want != NULL;
        free(text);
    }
    ck_assert_int_gt(whole, 100);
}
END_TEST

START_TEST(escapes_in_what_is_read_are_undone) {
    scan_object_t o;
    ck_assert(
        scan_object(STR("{\"message\":\"a \\u003cb\\u003e \\\"\\ud83d\\ude00\\\" \\ud800\",\"code\":410,\"reason\":"
                        "\"Expired\",\"metadata\":{\"name\":\"a\\u003cb\"}}"),
                    NULL, &o, NULL));
    ck_assert(str_eqc(o.name, "a<b"));
    ck_assert(str_eqc(o.message, "a <b> \"\xf0\x9f\x98\x80\" \xef\xbf\xbd"));
    ck_assert_int_eq(o.code, 410);
    ck_assert(str_eqc(o.reason, "Expired"));
}
END_TEST

START_TEST(labels_are_found_in_their_text) {
    scan_object_t room;
    str_t labels = STR("{\"a\":\"1\",\"app.oam.dev/name\":\"x\"}");
    ck_assert(str_eqc(scan_label(labels, STR("app.oam.dev/name"), &room), "x"));
    ck_assert(!scan_label(labels, STR("b"), &room).p);
    ck_assert(!scan_label(STR_NONE, STR("b"), &room).p);
}
END_TEST

typedef struct seen {
    char text[4096];
    size_t n, items;
} seen_t;

static bool collect(void *arg, str_t item, err_t *err) {
    seen_t *s = arg;
    scan_object_t o;
    if (!scan_object(item, NULL, &o, err))
        return false;
    s->n += (size_t)snprintf(s->text + s->n, sizeof s->text - s->n, STR_FMT "\n", STR_ARG(item));
    s->items++;
    return true;
}

START_TEST(a_list_is_walked_wherever_it_is_cut) {
    static const char *const lists[] = {
        "{\"kind\":\"PodList\",\"apiVersion\":\"v1\",\"metadata\":{\"resourceVersion\":\"9\",\"continue\":\"next\"},"
        "\"items\":[{\"metadata\":{\"name\":\"a\"},\"x\":\"]\\\"}\"},{\"metadata\":{\"name\":\"b\"}}]}\n",
        "{\"apiVersion\":\"v1\",\"items\":[{\"metadata\":{\"name\":\"a\"},\"x\":\"]\\\"}\"}, "
        "{\"metadata\":{\"name\":\"b\"}}],\"other\":[1,{\"metadata\":2}],\"n\":12,\"kind\":\"PodList\",\"metadata\":{"
        "\"continue\":\"next\",\"resourceVersion\":\"9\"}}",
    };
    for (size_t k = 0; k < 2; k++) {
        size_t n = strlen(lists[k]);
        for (size_t step = 1; step <= n; step++) {
            seen_t seen = {.n = 0};
            scan_list_t s;
            str_t version, cont;
            err_t err = ERROR_INIT;
            scan_list_init(&s, 1000);
            for (size_t at = 0; at < n; at += step) {
                size_t piece = n - at < step ? n - at : step;
                char *copy = malloc(piece);
                memcpy(copy, lists[k] + at, piece);
                ck_assert_msg(scan_list_feed(&s, copy, piece, collect, &seen, &err), "%s", error_text(&err));
                free(copy);
            }
            ck_assert_msg(scan_list_end(&s, &version, &cont, &err), "%s", error_text(&err));
            ck_assert(str_eqc(version, "9") && str_eqc(cont, "next"));
            ck_assert_str_eq(seen.text, "{\"metadata\":{\"name\":\"a\"},\"x\":\"]\\\"}\"}\n{\"metadata\":{\"name\":"
                                        "\"b\"}}\n");
            scan_list_release(&s);
        }
    }
}
END_TEST

START_TEST(lists_that_end_early_or_are_malformed_are_refused) {
    static const char *const cases[] = {
        "",
        "{",
        "{\"items\":[{\"a\":1}]",
        "{\"items\":[{\"a\":1]}",
        "{\"items\":[1]}",
        "[]",
        "{\"items\" [",
        "{\"metadata\":{\"resourceVersion\":\"1\"},\"items\":[]}}",
        "{\"items\":[]}",
        "{\"metadata\":{\"resourceVersion\":\"1},\"items\":[]}",
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        seen_t seen = {.n = 0};
        scan_list_t s;
        str_t version, cont;
        scan_list_init(&s, 1000);
        bool ok = scan_list_feed(&s, cases[i], strlen(cases[i]), collect, &seen, NULL) &&
                  scan_list_end(&s, &version, &cont, NULL);
        ck_assert_msg(!ok, "accepted: %s", cases[i]);
        scan_list_release(&s);
    }
    scan_list_t s;
    str_t version, cont;
    scan_list_init(&s, 1000);
    const char *null_items = "{\"items\":null,\"metadata\":{\"resourceVersion\":\"5\"}}";
    ck_assert(scan_list_feed(&s, null_items, strlen(null_items), collect, NULL, NULL));
    ck_assert(scan_list_end(&s, &version, &cont, NULL) && str_eqc(version, "5") && cont.n == 0);
    scan_list_release(&s);
}
END_TEST

START_TEST(an_item_past_the_limit_is_refused) {
    char item[200];
    seen_t seen = {.n = 0};
    scan_list_t s;
    err_t err = ERROR_INIT;
    memset(item, 'x', sizeof item);
    scan_list_init(&s, 100);
    ck_assert(scan_list_feed(&s, "{\"items\":[{\"a\":\"", 16, collect, &seen, &err));
    ck_assert(!scan_list_feed(&s, item, sizeof item, collect, &seen, &err));
    ck_assert_int_eq(err.code, ERR_LIMIT);
    error_release(&err);
    scan_list_release(&s);
}
END_TEST

static bool collect_line(void *arg, str_t line, err_t *err) {
    seen_t *s = arg;
    (void)err;
    s->n += (size_t)snprintf(s->text + s->n, sizeof s->text - s->n, "[" STR_FMT "]", STR_ARG(line));
    return true;
}

START_TEST(lines_come_whole_wherever_the_stream_is_cut) {
    const char *text = "{\"a\":1}\n\r\n{\"b\":2}\n{\"c\":3}\nrest";
    for (size_t step = 1; step <= strlen(text); step++) {
        seen_t seen = {.n = 0};
        scan_lines_t s;
        scan_lines_init(&s, 100);
        for (size_t at = 0; at < strlen(text); at += step)
            ck_assert(scan_lines_feed(&s, text + at, strlen(text) - at < step ? strlen(text) - at : step, collect_line,
                                      &seen, NULL));
        ck_assert_str_eq(seen.text, "[{\"a\":1}][{\"b\":2}][{\"c\":3}]");
        scan_lines_release(&s);
    }
    scan_lines_t s;
    scan_lines_init(&s, 5);
    err_t err = ERROR_INIT;
    ck_assert(!scan_lines_feed(&s, "123456", 6, collect_line, NULL, &err));
    ck_assert_int_eq(err.code, ERR_LIMIT);
    error_release(&err);
    scan_lines_release(&s);
}
END_TEST

START_TEST(scanning_allocates_nothing) {
    char line[2048];
    scan_type_t type;
    scan_object_t o;
    int n = snprintf(line, sizeof line, "{\"type\":\"MODIFIED\",\"object\":%s}", typed);
    uint64_t before = mem_count();
    for (int i = 0; i < 100; i++)
        ck_assert(scan_event(str_n(line, (size_t)n), NULL, &type, &o, NULL));
    ck_assert_uint_eq(mem_count(), before);
}
END_TEST

SUITE(scan, the_metadata_is_read_in_any_order_of_keys, what_is_left_out_leaves_well_formed_json,
      an_event_cut_at_any_byte_is_refused, malformed_objects_are_refused, deep_nesting_is_refused,
      containers_are_skipped_as_byte_by_byte, escapes_in_what_is_read_are_undone, labels_are_found_in_their_text,
      a_list_is_walked_wherever_it_is_cut, lists_that_end_early_or_are_malformed_are_refused,
      an_item_past_the_limit_is_refused, lines_come_whole_wherever_the_stream_is_cut, scanning_allocates_nothing)
