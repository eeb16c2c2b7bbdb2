#include "kubeapi/informer.h"
#include "kubeapi/selector.h"
#include "test/kubeapi/mini.h"

static const api_resource_t pods = {.version = STR("v1"),
                                    .plural = STR("pods"),
                                    .kind = STR("Pod"),
                                    .namespaced = true};

/* The server's side: lists answered from a table of pages, watches left open for the test to write to. */
typedef struct script {
    const char *pages[8]; /* the next list's answer, in turn; "410 …" is a refusal */
    size_t page;
    int watch_code;         /* 0: 200 */
    http_exchange_t *watch; /* the one open */
    char log[4096], trail[4096];
    informers_t *set;
    informer_t *i;
    int synced;
    bool metadata;
} script_t;

static void watch_gone(void *arg) {
    ((script_t *)arg)->watch = NULL;
}

static void serve(http_exchange_t *x, void *arg) {
    script_t *s = ((mini_t *)arg)->data;
    size_t n = strlen(s->log);
    str_t q = http_query(x);
    ptrdiff_t cut = str_find(q, STR("&timeoutSeconds=")); /* drawn by chance */
    snprintf(s->log + n, sizeof s->log - n, STR_FMT "?" STR_FMT "\n", STR_ARG(http_path(x)),
             STR_ARG(str_sub(q, 0, cut < 0 ? q.n : (size_t)cut)));
    if (s->metadata)
        ck_assert_int_ge(str_find(http_request_header(x, STR("accept")), STR("as=PartialObjectMetadata")), 0);
    http_header_t type = {STR("content-type"), STR("application/json")};
    if (str_find(q, STR("watch=true")) < 0) {
        const char *page = s->pages[s->page++];
        ck_assert_msg(page != NULL, "one list too many:\n%s", s->log);
        if (str_starts(str_c(page), STR("410")))
            mini_json(x, 410, "{\"kind\":\"Status\",\"code\":410,\"message\":\"expired\",\"reason\":\"Expired\"}");
        else
            mini_json(x, 200, page);
    } else if (s->watch_code) {
        int code = s->watch_code;
        s->watch_code = 0;
        mini_json(x, code, "{\"kind\":\"Status\",\"message\":\"too old resource version\",\"reason\":\"Expired\"}");
    } else {
        s->watch = x;
        http_on_close(x, watch_gone, s);
        http_reply_start(x, 200, &type, 1);
    }
}

static void changed(void *arg, informer_t *i, const store_entry_t *before, const store_entry_t *after) {
    script_t *s = arg;
    size_t n = strlen(s->trail);
    const store_entry_t *e = after ? after : before;
    ck_assert_ptr_nonnull(i);
    snprintf(s->trail + n, sizeof s->trail - n, "%c" STR_FMT "@%d ",
             !before  ? '+'
             : !after ? '-'
                      : '~',
             STR_ARG(entry_name(e)), (int)e->version);
}

static void synced(void *arg, informer_t *i) {
    script_t *s = arg;
    ck_assert(informer_synced(i));
    s->synced++;
}

static const informer_events_t handlers = {changed, synced};

static void start(mini_t *m, const informer_spec_t *spec) {
    script_t *s = m->data;
    s->set = informers_create(m->api);
    s->i = informer_start(s->set, spec, NULL);
    ck_assert_ptr_nonnull(informer_on(s->i, &handlers, s));
    ck_assert(informers_wait(s->set, 5000, NULL));
}

static void send_text(script_t *s, const char *text) {
    for (int i = 0; !s->watch && i < 300; i++)
        ck_assert(fiber_sleep(10, NULL));
    ck_assert_msg(s->watch != NULL, "no watch came:\n%s", s->log);
    http_reply_write(s->watch, str_c(text));
}

static void end_watch(script_t *s, bool reset) {
    http_exchange_t *x = s->watch;
    s->watch = NULL;
    if (reset)
        http_reply_reset(x);
    else
        http_reply_end(x);
}

/* Waits until the trail is so. */
static void expect(script_t *s, const char *trail) {
    for (int i = 0; strcmp(s->trail, trail) != 0 && i < 300; i++)
        ck_assert(fiber_sleep(10, NULL));
    ck_assert_msg(strcmp(s->trail, trail) == 0, "\"%s\" is not \"%s\"; requests:\n%s", s->trail, trail, s->log);
    s->trail[0] = 0;
}

static void expect_log(script_t *s, const char *log) {
    for (int i = 0; strcmp(s->log, log) != 0 && i < 300; i++)
        ck_assert(fiber_sleep(10, NULL));
    ck_assert_str_eq(s->log, log);
    s->log[0] = 0;
}

static void run(script_t *s, void (*body)(mini_t *m)) {
    mini_t m = {.data = s};
    api_config_t c = {0};
    mini_listen(&m, serve, &c);
    mini_run(&m, body);
    informers_destroy(s->set);
    mini_end(&m);
    ck_assert_uint_eq(name_count(), 0);
}

#define OBJECT(name, uid, version)                                                                                     \
    "{\"metadata\":{\"name\":\"" name "\",\"namespace\":\"ns\",\"uid\":\"" uid "\",\"resourceVersion\":\"" version     \
    "\",\"labels\":{\"app\":\"web\"}},\"spec\":{}}"
#define KIND "\"kind\":\"Pod\",\"apiVersion\":\"v1\""
#define WHOLE(name, uid, version)                                                                                      \
    "{" KIND ",\"metadata\":{\"name\":\"" name "\",\"namespace\":\"ns\",\"uid\":\"" uid                                \
    "\",\"resourceVersion\":\"" version "\",\"labels\":{\"app\":\"web\"}},\"spec\":{}}"
#define EVENT(type, object) "{\"type\":\"" type "\",\"object\":" object "}\n"
#define LIST(version, cont, items)                                                                                     \
    "{\"kind\":\"PodList\",\"apiVersion\":\"v1\",\"metadata\":{\"resourceVersion\":\"" version                         \
    "\",\"continue\":\"" cont "\"},\"items\":[" items "]}"
#define BOOKMARK(version) EVENT("BOOKMARK", "{" KIND ",\"metadata\":{\"resourceVersion\":\"" version "\"}}")

static const informer_spec_t all_pods = {.resource = &pods};

static void follow(mini_t *m) {
    script_t *s = m->data;
    start(m, &(informer_spec_t){.resource = &pods, .ns = STR("ns"), .label_selector = STR("app")});
    ck_assert_int_eq(s->synced, 1);
    expect(s, "+a@1 +b@2 ");
    send_text(s, EVENT("MODIFIED", WHOLE("a", "ua", "11")) EVENT("ADDED", WHOLE("c", "uc", "12")));
    send_text(s, "{\"type\":\"DELETED\",\"obj");
    send_text(s, "ect\":" WHOLE("b", "ub", "13") "}");
    send_text(s, "\n" BOOKMARK("20"));
    expect(s, "~a@11 +c@12 -b@2 ");
    const store_entry_t *e = informer_find_key(s->i, STR("ns/c"));
    jv_t *v = informer_body(e, m->a, NULL);
    ck_assert(str_eqc(jv_path_str(v, "metadata", "resourceVersion", NULL), "12"));
    ck_assert(str_eqc(jv_path_str(v, "kind", NULL), "Pod"));
    err_t err = ERROR_INIT;
    ck_assert_ptr_null(informer_get(s->i, STR("ns"), STR("b"), m->a, &err));
    ck_assert_str_eq(error_text(&err), "pods \"b\" not found");
    error_release(&err);
    expect_log(s,
               "/api/v1/namespaces/ns/pods?labelSelector=app&limit=500\n"
               "/api/v1/namespaces/ns/pods?labelSelector=app&limit=500&continue=more\n"
               "/api/v1/namespaces/ns/pods?resourceVersion=10&labelSelector=app&watch=true&allowWatchBookmarks=true\n");
    end_watch(s, false); /* resumes from the bookmark */
    expect_log(s,
               "/api/v1/namespaces/ns/pods?resourceVersion=20&labelSelector=app&watch=true&allowWatchBookmarks=true\n");
    send_text(s, EVENT("MODIFIED", WHOLE("a", "ua", "21")));
    expect(s, "~a@21 ");
    send_text(s, "{\"type\":\"MODIFIED\",\"object\":{\"metadata\":"); /* broken off inside a line */
    ck_assert(fiber_sleep(20, NULL));
    end_watch(s, true);
    send_text(s, EVENT("MODIFIED", WHOLE("a", "ua", "22")));
    expect(s, "~a@22 ");
    ck_assert_ptr_nonnull(strstr(s->log, "resourceVersion=21&"));
    ck_assert_uint_eq(informer_stats(s->i).lists, 2);
}

START_TEST(a_list_in_pages_and_a_watch_that_resumes) {
    script_t s = {.pages = {LIST("10", "more", OBJECT("a", "ua", "1")), LIST("10", "", OBJECT("b", "ub", "2"))}};
    run(&s, follow);
}
END_TEST

static void relisted(mini_t *m) {
    script_t *s = m->data;
    start(m, &all_pods);
    expect(s, "+a@1 +b@2 ");
    send_text(s, EVENT("ERROR", "{\"kind\":\"Status\",\"code\":410,\"reason\":\"Expired\",\"message\":\"too old\"}"));
    expect(s, "~a@3 +c@4 -b@2 ");
    ck_assert_int_eq(s->synced, 1);
    send_text(s, "");
    end_watch(s, true);
    s->watch_code = 410; /* the resumption is refused */
    expect(s, "-c@4 ");
    send_text(s, "this is not JSON\n");
    expect(s, "+d@1 ");
    send_text(s, EVENT("MODIFIED", "{\"metadata\":{\"name\":\"d\",\"uid\":\"ud\"]}}"));
    expect(s, "~d@2 ");
    send_text(s, EVENT("ERROR", "{\"kind\":\"Status\",\"code\":500,\"message\":\"etcd is away\"}"));
    expect(s, "~d@3 ");
}

START_TEST(errors_lead_to_a_relist_that_tells_what_was_missed) {
    script_t s = {.pages = {LIST("10", "", OBJECT("a", "ua", "1") "," OBJECT("b", "ub", "2")),
                            LIST("20", "", OBJECT("a", "ua", "3") "," OBJECT("c", "uc", "4")),
                            LIST("5", "", OBJECT("a", "ua", "3")),
                            LIST("6", "", OBJECT("a", "ua", "3") "," OBJECT("d", "ud", "1")),
                            LIST("7", "", OBJECT("a", "ua", "3") "," OBJECT("d", "ud", "2")),
                            LIST("8", "", OBJECT("a", "ua", "3") "," OBJECT("d", "ud", "3"))}};
    run(&s, relisted);
}
END_TEST

static void expired_page(mini_t *m) {
    script_t *s = m->data;
    start(m, &all_pods);
    expect(s, "+a@1 +b@2 ");
    ck_assert_uint_eq(informer_stats(s->i).lists, 6);
    ck_assert_uint_eq(informer_count(s->i), 2);
}

START_TEST(a_list_that_fails_begins_anew) {
    script_t s = {.pages = {LIST("10", "more", OBJECT("a", "ua", "1")), "410", "{\"items\":[{\"metadata\":{}}",
                            "{\"items\":[{\"metadata\":{\"name\":\"x\"]}]}", "[]",
                            LIST("11", "", OBJECT("a", "ua", "1") "," OBJECT("b", "ub", "2"))}};
    run(&s, expired_page);
}
END_TEST

static void metadata_only(mini_t *m) {
    script_t *s = m->data;
    const str_t index[] = {STR("app")};
    start(m, &(informer_spec_t){.resource = &pods, .form = STORE_METADATA, .indexes = index, .nindexes = 1});
    const store_entry_t *e = informer_first(s->i, 0, STR("web"));
    jv_t *v = informer_body(e, m->a, NULL);
    ck_assert(str_eqc(jv_path_str(v, "kind", NULL), "Pod") && !jv_getc(v, "spec"));
    ck_assert_ptr_null(informer_next_same(e, 0));
    /* a second user of the same, and one of another form */
    script_t other = {.pages = {NULL}};
    informer_t *same = informer_start(s->set, &(informer_spec_t){.resource = &pods, .form = STORE_METADATA}, NULL);
    ck_assert_ptr_eq(same, s->i);
    informer_handler_t *h = informer_on(same, &handlers, &other);
    ck_assert_str_eq(other.trail, "+a@1 ");
    ck_assert_int_eq(other.synced, 1);
    informer_off(h);
    informer_stop(same);
    send_text(s, EVENT("MODIFIED", WHOLE("a", "ua", "2")));
    expect(s, "+a@1 ~a@2 ");
    ck_assert_str_eq(other.trail, "+a@1 ");
}

START_TEST(metadata_is_asked_for_and_informers_are_shared) {
    script_t s = {.metadata = true, .pages = {LIST("10", "", OBJECT("a", "ua", "1"))}};
    run(&s, metadata_only);
}
END_TEST

/* ---- our own writes ---- */

static const char *answer;

static void serve_writes(http_exchange_t *x, void *arg) {
    if (!str_eqc(http_method(x), "GET"))
        mini_json(x, 200, answer);
    else
        serve(x, arg);
}

static void own_writes(mini_t *m) {
    script_t *s = m->data;
    start(m, &(informer_spec_t){.resource = &pods, .label_selector = STR("app=web")});
    jv_t *body = jv_object(m->a);
    answer = WHOLE("new", "un", "15");
    ck_assert_ptr_nonnull(api_create_object(m->api, &pods, STR("ns"), body, NULL, m->a, NULL));
    ck_assert_ptr_nonnull(informer_find(s->i, STR("ns"), STR("new"))); /* before the watch says so */
    answer = WHOLE("a", "ua", "16");
    ck_assert_ptr_nonnull(api_update(m->api, &pods, STR("ns"), STR("a"), body, NULL, m->a, NULL));
    expect(s, "+a@1 +b@2 +new@15 ~a@16 ");
    answer = "{\"kind\":\"Scale\",\"metadata\":{\"name\":\"a\",\"namespace\":\"ns\",\"uid\":\"ua\",\"resourceVersion\":"
             "\"17\"}}"; /* of a subresource: not a Pod */
    api_options_t scale = {.subresource = STR("scale")};
    ck_assert_ptr_nonnull(api_update(m->api, &pods, STR("ns"), STR("a"), body, &scale, m->a, NULL));
    answer =
        "{\"kind\":\"Status\",\"status\":\"Success\",\"details\":{\"name\":\"b\",\"kind\":\"pods\",\"uid\":\"ub\"}}";
    ck_assert_ptr_nonnull(api_delete(m->api, &pods, STR("ns"), STR("b"), NULL, m->a, NULL));
    ck_assert_ptr_null(informer_find(s->i, STR("ns"), STR("b")));
    answer = "{" KIND ",\"metadata\":{\"name\":\"new\",\"namespace\":\"ns\",\"uid\":\"un\",\"resourceVersion\":\"18\","
             "\"deletionTimestamp\":\"2026-01-01T00:00:00Z\",\"finalizers\":[\"f\"],\"labels\":{\"app\":\"web\"}}}";
    ck_assert_ptr_nonnull(api_delete(m->api, &pods, STR("ns"), STR("new"), NULL, m->a, NULL));
    ck_assert(informer_find(s->i, STR("ns"), STR("new"))->deleting);
    answer = "{" KIND ",\"metadata\":{\"name\":\"a\",\"namespace\":\"ns\",\"uid\":\"ua\",\"resourceVersion\":\"19\","
             "\"labels\":{\"app\":\"other\"}}}"; /* leaves the selection */
    ck_assert_ptr_nonnull(api_patch(m->api, &pods, STR("ns"), STR("a"), API_PATCH_MERGE, body, NULL, m->a, NULL));
    expect(s, "-b@2 ~new@18 -a@16 ");
    send_text(s, EVENT("ADDED", WHOLE("new", "un", "15")) EVENT("MODIFIED", WHOLE("a", "ua", "16"))
                     EVENT("MODIFIED", WHOLE("b", "ub", "17")) EVENT("DELETED", WHOLE("a", "ua", "19"))
                         EVENT("DELETED", WHOLE("b", "ub", "20")) EVENT("ADDED", WHOLE("b", "ub2", "21")));
    expect(s, "+b@21 ");
    ck_assert_uint_eq(store_stats(informer_store(s->i)).tombstones, 0);
}

START_TEST(the_answers_of_own_writes_are_in_the_store_at_once) {
    script_t s = {.pages = {LIST("10", "", OBJECT("a", "ua", "1") "," OBJECT("b", "ub", "2"))}};
    mini_t m = {.data = &s};
    api_config_t c = {0};
    mini_listen(&m, serve_writes, &c);
    mini_run(&m, own_writes);
    informers_destroy(s.set);
    mini_end(&m);
}
END_TEST

static void stopped(mini_t *m) {
    script_t *s = m->data;
    start(m, &all_pods);
    send_text(s, "{\"type\":");
    informer_stop(s->i);
    ck_assert(fiber_sleep(50, NULL));
    ck_assert_ptr_null(s->watch); /* the server sees it */
    size_t at = 0;
    ck_assert_ptr_null(informers_next(s->set, &at));
    ck_assert(informers_wait(s->set, 10, NULL));
}

START_TEST(a_stopped_informer_closes_its_watch) {
    script_t s = {.pages = {LIST("10", "", OBJECT("a", "ua", "1"))}};
    run(&s, stopped);
}
END_TEST

static void never(mini_t *m) {
    script_t *s = m->data;
    err_t err = ERROR_INIT;
    s->set = informers_create(m->api);
    s->i = informer_start(s->set, &all_pods, NULL);
    ck_assert(!informer_wait(s->i, 300, &err));
    ck_assert_int_eq(err.code, ERR_TIMEOUT);
    ck_assert_ptr_nonnull(strstr(error_text(&err), "pods"));
    error_release(&err);
    ck_assert_uint_ge(informer_stats(s->i).errors, 1);
}

START_TEST(waiting_for_a_list_that_never_succeeds_ends) {
    script_t s = {.pages = {"[]", "[]", "[]", "[]", "[]", "[]", "[]"}};
    run(&s, never);
}
END_TEST

START_TEST(selectors_match_as_the_servers) {
    str_t labels = STR("{\"app\":\"web\",\"tier\":\"front\"}");
    static const struct {
        const char *selector;
        bool matches;
    } cases[] = {{"", true},
                 {"app", true},
                 {"!app", false},
                 {"none", false},
                 {"!none", true},
                 {"app=web", true},
                 {"app==web", true},
                 {"app!=web", false},
                 {"none!=web", true},
                 {"app=web,tier", true},
                 {"app=web,tier=back", false},
                 {"tier in (back,front)", true},
                 {"tier in (back)", false},
                 {"tier notin (back),app in (web)", true},
                 {"tier notin(front)", false},
                 {"none notin (a)", true},
                 {"none in (a)", false}};
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++)
        ck_assert_msg(selector_matches(str_c(cases[i].selector), labels) == cases[i].matches, "%s", cases[i].selector);
    ck_assert(!selector_matches(STR("app"), STR_NONE) && selector_matches(STR("!app"), STR_NONE));
    ck_assert(selector_fields_match(STR("metadata.name=a,metadata.namespace!=b"), STR("c"), STR("a")));
    ck_assert(!selector_fields_match(STR("metadata.name=a"), STR("c"), STR("b")));
    ck_assert(!selector_fields_match(STR("spec.nodeName=x"), STR("c"), STR("b")));
}
END_TEST

SUITE(informer, a_list_in_pages_and_a_watch_that_resumes, errors_lead_to_a_relist_that_tells_what_was_missed,
      a_list_that_fails_begins_anew, metadata_is_asked_for_and_informers_are_shared,
      the_answers_of_own_writes_are_in_the_store_at_once, a_stopped_informer_closes_its_watch,
      waiting_for_a_list_that_never_succeeds_ends, selectors_match_as_the_servers)
