#include "kubeapi/store.h"
#include "reactor/base/mem.h"
#include "test/suite.h"

static char trail[8192]; /* what the handler was told: +name@version, ~name@old>new, -name@version */
static int64_t now;

static int64_t clock_of_test(void) {
    return now;
}

static void note(void *arg, const store_entry_t *before, const store_entry_t *after) {
    (void)arg;
    const store_entry_t *e = after ? after : before, *first = before ? before : after;
    size_t n = strlen(trail);
    if (n + 100 > sizeof trail)
        n = 0; /* the tests that read it are short */
    n += (size_t)sprintf(trail + n, "%c" STR_FMT "@%d",
                         !before  ? '+'
                         : !after ? '-'
                                  : '~',
                         STR_ARG(entry_name(e)), (int)first->version);
    if (before && after)
        n += (size_t)sprintf(trail + n, ">%d", (int)after->version);
    sprintf(trail + n, " ");
}

static const str_t team[] = {STR("team"), STR("tier")};

static store_t *make(store_form_t form) {
    store_options_t o = {.api_version = STR("v1"),
                         .kind = STR("Pod"),
                         .indexes = team,
                         .nindexes = 2,
                         .form = form,
                         .clock = clock_of_test};
    trail[0] = 0;
    now = 1000;
    return store_create(&o, note, NULL);
}

static void expect(const char *what) {
    ck_assert_str_eq(trail, what);
    trail[0] = 0;
}

/* An object of a name, uid and version, with the label team, scanned. */
static scan_object_t *object(store_t *s, const char *name, const char *uid, int version, const char *label) {
    static char text[512];
    static scan_object_t o;
    err_t err = ERROR_INIT;
    snprintf(
        text, sizeof text,
        "{\"kind\":\"Pod\",\"apiVersion\":\"v1\",\"metadata\":{\"name\":\"%s\",\"namespace\":\"ns\",\"uid\":\"%s\","
        "\"resourceVersion\":\"%d\",\"labels\":{\"team\":\"%s\"},\"managedFields\":[]},\"spec\":{\"v\":%d}}",
        name, uid, version, label, version);
    ck_assert_msg(scan_object(str_c(text), store_want(s), &o, &err), "%s", error_text(&err));
    return &o;
}

static void event(store_t *s, scan_type_t type, const char *name, const char *uid, int version) {
    ck_assert(store_apply(s, type, object(s, name, uid, version, "a"), NULL));
}
static void wrote(store_t *s, const char *name, const char *uid, int version) {
    ck_assert(store_observe(s, object(s, name, uid, version, "a"), NULL));
}
static void listed(store_t *s, const char *name, const char *uid, int version) {
    ck_assert(store_relist_item(s, object(s, name, uid, version, "a"), NULL));
}
static int version_of(store_t *s, const char *name) {
    const store_entry_t *e = store_find(s, STR("ns"), str_c(name));
    return e ? (int)e->version : -1;
}

START_TEST(events_add_replace_and_delete) {
    store_t *s = make(STORE_WHOLE);
    arena_t *a = arena_create();
    event(s, SCAN_ADDED, "x", "u1", 1);
    event(s, SCAN_MODIFIED, "x", "u1", 2);
    event(s, SCAN_ADDED, "y", "u2", 3);
    ck_assert_uint_eq(store_count(s), 2);
    const store_entry_t *e = store_find(s, STR("ns"), STR("x"));
    ck_assert(str_eqc(entry_key(a, e), "ns/x"));
    ck_assert(str_eqc(store_text(e, a),
                      "{\"apiVersion\":\"v1\",\"kind\":\"Pod\",\"metadata\":{\"name\":\"x\",\"namespace\":"
                      "\"ns\",\"uid\":\"u1\",\"resourceVersion\":\"2\",\"labels\":{\"team\":\"a\"}},"
                      "\"spec\":{\"v\":2}}"));
    jv_t *v = store_body(e, a, NULL);
    ck_assert(str_eqc(jv_path_str(v, "kind", NULL), "Pod") && str_eqc(jv_path_str(v, "metadata", "uid", NULL), "u1"));
    event(s, SCAN_DELETED, "x", "u1", 4);
    event(s, SCAN_DELETED, "never", "u9", 5);
    ck_assert_ptr_null(store_find(s, STR("ns"), STR("x")));
    expect("+x@1 ~x@1>2 +y@3 -x@2 ");
    store_destroy(s);
    arena_destroy(a);
    ck_assert_uint_eq(name_count(), 0);
}
END_TEST

START_TEST(an_own_write_stays_until_the_watch_has_caught_up) {
    store_t *s = make(STORE_WHOLE);
    event(s, SCAN_ADDED, "x", "u1", 10);
    wrote(s, "x", "u1", 14);
    ck_assert_int_eq(version_of(s, "x"), 14);
    event(s, SCAN_MODIFIED, "x", "u1", 12); /* somebody's change before ours */
    ck_assert_int_eq(version_of(s, "x"), 14);
    ck_assert_uint_eq(store_stats(s).ahead, 1);
    event(s, SCAN_MODIFIED, "x", "u1", 14); /* our own: nothing new to tell */
    ck_assert_uint_eq(store_stats(s).ahead, 0);
    event(s, SCAN_MODIFIED, "x", "u1", 15);
    expect("+x@10 ~x@10>14 ~x@14>15 ");
    wrote(s, "x", "u1", 14); /* an answer that comes late */
    ck_assert_int_eq(version_of(s, "x"), 15);
    wrote(s, "x", "u1", 20);
    event(s, SCAN_MODIFIED, "x", "u1", 21); /* passes ours */
    expect("~x@15>20 ~x@20>21 ");
    store_destroy(s);
}
END_TEST

START_TEST(an_own_creation_outlives_the_end_of_its_predecessor) {
    store_t *s = make(STORE_WHOLE);
    event(s, SCAN_ADDED, "x", "old", 10);
    wrote(s, "x", "new", 13);
    event(s, SCAN_MODIFIED, "x", "old", 11);
    event(s, SCAN_DELETED, "x", "old", 12);
    ck_assert_int_eq(version_of(s, "x"), 13);
    event(s, SCAN_ADDED, "x", "new", 13);
    event(s, SCAN_DELETED, "x", "new", 14);
    expect("+x@10 ~x@10>13 -x@13 ");
    wrote(s, "y", "u2", 12); /* created and deleted again before the answer came: the watch is past it */
    ck_assert_int_eq(version_of(s, "y"), -1);
    store_destroy(s);
}
END_TEST

START_TEST(an_own_deletion_leaves_a_tombstone_until_the_watch_confirms_it) {
    store_t *s = make(STORE_WHOLE);
    event(s, SCAN_ADDED, "x", "u1", 10);
    ck_assert(store_observe_deleted(s, STR("ns"), STR("x"), STR("u1"), NULL));
    expect("+x@10 -x@10 ");
    ck_assert_uint_eq(store_count(s), 0);
    ck_assert_uint_eq(store_stats(s).tombstones, 1);
    size_t i = 0;
    ck_assert_ptr_null(store_next(s, &i));
    ck_assert_ptr_null(store_first(s, 0, STR("a")));
    event(s, SCAN_MODIFIED, "x", "u1", 11); /* on its way when we deleted it */
    ck_assert_int_eq(version_of(s, "x"), -1);
    wrote(s, "x", "u1", 12);
    ck_assert_int_eq(version_of(s, "x"), -1);
    event(s, SCAN_DELETED, "x", "u1", 13);
    ck_assert_uint_eq(store_stats(s).tombstones, 0);
    event(s, SCAN_ADDED, "x", "u2", 14);
    expect("+x@14 ");
    ck_assert(store_observe_deleted(s, STR("ns"), STR("x"), STR("u1"), NULL)); /* of another uid: not this one */
    ck_assert_int_eq(version_of(s, "x"), 14);
    ck_assert(store_observe_deleted(s, STR("ns"), STR("x"), STR("u2"), NULL));
    wrote(s, "x", "u3", 17); /* made anew at once */
    ck_assert_int_eq(version_of(s, "x"), 17);
    event(s, SCAN_DELETED, "x", "u2", 16);
    event(s, SCAN_ADDED, "x", "u3", 17);
    expect("-x@14 +x@17 ");
    store_destroy(s);
}
END_TEST

START_TEST(a_relist_replaces_and_tells_the_deletions_that_were_missed) {
    store_t *s = make(STORE_WHOLE);
    event(s, SCAN_ADDED, "kept", "u1", 100);
    event(s, SCAN_ADDED, "changed", "u2", 101);
    event(s, SCAN_ADDED, "gone", "u3", 102);
    trail[0] = 0;
    store_relist_begin(s);
    listed(s, "kept", "u1", 100);
    listed(s, "changed", "u9", 3); /* a server that was restarted empty counts from low versions */
    listed(s, "new", "u4", 4);
    ck_assert_int_eq(version_of(s, "gone"), 102);
    store_relist_end(s, STR("5"));
    expect("~changed@101>3 +new@4 -gone@102 ");
    event(s, SCAN_MODIFIED, "changed", "u9", 6);
    wrote(s, "kept", "u1", 101);
    expect("~changed@3>6 ~kept@100>101 ");
    store_destroy(s);
}
END_TEST

START_TEST(a_write_answered_during_a_relist_is_not_undone_by_it) {
    store_t *s = make(STORE_WHOLE);
    event(s, SCAN_ADDED, "a", "ua", 10);
    event(s, SCAN_ADDED, "d", "ud", 11);
    wrote(s, "before", "ub", 12); /* before the list: the list knows better */
    trail[0] = 0;
    store_relist_begin(s);
    wrote(s, "a", "ua", 25);
    wrote(s, "c", "uc", 26);
    ck_assert(store_observe_deleted(s, STR("ns"), STR("d"), STR("ud"), NULL));
    listed(s, "a", "ua", 10);
    listed(s, "d", "ud", 11);
    store_relist_end(s, STR("20"));
    ck_assert_int_eq(version_of(s, "a"), 25);
    ck_assert_int_eq(version_of(s, "c"), 26);
    ck_assert_int_eq(version_of(s, "d"), -1);
    ck_assert_int_eq(version_of(s, "before"), -1);
    expect("~a@10>25 +c@26 -d@11 -before@12 ");
    event(s, SCAN_DELETED, "d", "ud", 27);
    ck_assert_uint_eq(store_stats(s).tombstones, 0);
    store_destroy(s);
}
END_TEST

START_TEST(the_oldest_unconfirmed_write_is_known) {
    store_t *s = make(STORE_WHOLE);
    ck_assert_int_eq(store_oldest_ahead(s), 0);
    wrote(s, "x", "u1", 5);
    now = 2000;
    wrote(s, "y", "u2", 6);
    ck_assert_int_eq(store_oldest_ahead(s), 1000);
    event(s, SCAN_ADDED, "x", "u1", 5);
    ck_assert_int_eq(store_oldest_ahead(s), 2000);
    store_destroy(s);
}
END_TEST

START_TEST(objects_are_found_by_label_as_labels_change) {
    store_t *s = make(STORE_KEYS);
    char name[16];
    for (int i = 0; i < 300; i++) {
        snprintf(name, sizeof name, "o%d", i);
        ck_assert(store_apply(s, SCAN_ADDED, object(s, name, name, i + 1, i % 3 ? "red" : "blue"), NULL));
    }
    ck_assert(store_apply(s, SCAN_MODIFIED, object(s, "o0", "o0", 1000, "red"), NULL));
    event(s, SCAN_DELETED, "o3", "o3", 1001);
    int blue = 0, red = 0;
    for (const store_entry_t *e = store_first(s, 0, STR("blue")); e; e = store_next_same(e, 0))
        blue++;
    for (const store_entry_t *e = store_first(s, 0, STR("red")); e; e = store_next_same(e, 0)) {
        ck_assert(str_eqc(entry_label(e, 0), "red") && !entry_label(e, 1).p);
        red++;
    }
    ck_assert_int_eq(blue, 98);
    ck_assert_int_eq(red, 201);
    ck_assert_ptr_null(store_first(s, 0, STR("green")));
    ck_assert_ptr_null(store_first(s, 1, STR("red")));
    err_t err = ERROR_INIT;
    ck_assert_ptr_null(store_body(store_find(s, STR("ns"), STR("o1")), NULL, &err));
    ck_assert_int_eq(err.code, ERR_UNSUPPORTED);
    error_release(&err);
    store_destroy(s);
}
END_TEST

START_TEST(a_metadata_body_is_the_same_whichever_way_it_came) {
    store_t *s = make(STORE_METADATA);
    scan_object_t o;
    arena_t *a = arena_create();
    ck_assert(
        scan_object(STR("{\"kind\":\"PartialObjectMetadata\",\"apiVersion\":\"meta.k8s.io/v1\",\"metadata\":{\"name\":"
                        "\"x\",\"uid\":\"u\",\"resourceVersion\":\"1\",\"managedFields\":[]}}"),
                    store_want(s), &o, NULL));
    ck_assert(store_apply(s, SCAN_ADDED, &o, NULL));
    str_t partial = store_text(store_find(s, STR_NONE, STR("x")), a);
    ck_assert(str_eqc(partial, "{\"apiVersion\":\"v1\",\"kind\":\"Pod\",\"metadata\":{\"name\":\"x\",\"uid\":\"u\","
                               "\"resourceVersion\":\"1\"}}"));
    ck_assert(
        scan_object(STR("{\"metadata\":{\"name\":\"x\",\"uid\":\"u\",\"resourceVersion\":\"2\"},\"spec\":{\"a\":1}}"),
                    store_want(s), &o, NULL));
    ck_assert(store_apply(s, SCAN_MODIFIED, &o, NULL));
    str_t whole = store_text(store_find(s, STR_NONE, STR("x")), a);
    ck_assert(str_eqc(whole, "{\"apiVersion\":\"v1\",\"kind\":\"Pod\",\"metadata\":{\"name\":\"x\",\"uid\":\"u\","
                             "\"resourceVersion\":\"2\"}}"));
    arena_destroy(a);
    store_destroy(s);
}
END_TEST

START_TEST(a_body_taken_outlives_its_object) {
    store_t *s = make(STORE_WHOLE);
    event(s, SCAN_ADDED, "x", "u1", 1);
    blob_t *b = blob_ref(store_find(s, STR("ns"), STR("x"))->body);
    event(s, SCAN_MODIFIED, "x", "u1", 2);
    store_destroy(s);
    ck_assert_ptr_nonnull(memmem(b->p, b->n, "\"v\":1", 5));
    blob_release(b);
}
END_TEST

START_TEST(thousands_come_and_go_and_the_tables_shrink) {
    store_t *s = make(STORE_WHOLE);
    char name[16];
    for (int round = 0; round < 3; round++) {
        for (int i = 0; i < 3000; i++) {
            snprintf(name, sizeof name, "o%d", i);
            event(s, SCAN_ADDED, name, name, round * 10000 + i + 1);
            trail[0] = 0;
        }
        store_relist_begin(s);
        for (int i = 0; i < 3000; i += 100) {
            snprintf(name, sizeof name, "o%d", i);
            listed(s, name, name, round * 10000 + i + 1);
        }
        store_relist_end(s, STR("9999"));
        trail[0] = 0;
        ck_assert_uint_eq(store_count(s), 30);
        for (int i = 0; i < 3000; i += 100) {
            snprintf(name, sizeof name, "o%d", i);
            ck_assert_int_ge(version_of(s, name), 1);
            event(s, SCAN_DELETED, name, name, 1);
        }
        ck_assert_uint_eq(store_count(s), 0);
        ck_assert_uint_eq(store_stats(s).body_bytes, 0);
    }
    store_destroy(s);
    ck_assert_uint_eq(name_count(), 0);
}
END_TEST

START_TEST(running_out_of_memory_leaves_the_store_whole) {
    for (int n = 0; n < 40; n++) {
        store_t *s = make(STORE_WHOLE);
        event(s, SCAN_ADDED, "x", "u1", 1);
        scan_object_t *o = object(s, "y", "u2", 2, "b");
        mem_fail_after(n);
        bool ok = store_apply(s, SCAN_ADDED, o, NULL);
        mem_fail_after(-1);
        ck_assert_uint_eq(store_count(s), ok ? 2 : 1);
        o = object(s, "x", "u1", 3, "c");
        mem_fail_after(n);
        ok = store_observe(s, o, NULL);
        mem_fail_after(-1);
        ck_assert_int_eq(version_of(s, "x"), ok ? 3 : 1);
        store_destroy(s);
        ck_assert_uint_eq(name_count(), 0);
    }
}
END_TEST

SUITE(store, events_add_replace_and_delete, an_own_write_stays_until_the_watch_has_caught_up,
      an_own_creation_outlives_the_end_of_its_predecessor,
      an_own_deletion_leaves_a_tombstone_until_the_watch_confirms_it,
      a_relist_replaces_and_tells_the_deletions_that_were_missed, a_write_answered_during_a_relist_is_not_undone_by_it,
      the_oldest_unconfirmed_write_is_known, objects_are_found_by_label_as_labels_change,
      a_metadata_body_is_the_same_whichever_way_it_came, a_body_taken_outlives_its_object,
      thousands_come_and_go_and_the_tables_shrink, running_out_of_memory_leaves_the_store_whole)
