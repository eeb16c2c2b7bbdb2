/* The store against a model: a server with a history, other clients and our own, answers and events that come when they
 * like, lists in between. Whatever happens, the store never shows a key as it was before our own last write to it, and
 * in the end it shows what the server has. */
#include "kubeapi/store.h"
#include "reactor/base/mem.h"
#include "test/suite.h"

enum { KEYS = 4, STEPS = 400, ROUNDS = 300, MOST = 4 * STEPS, ABSENT = 0 };

typedef struct moment {    /* the state of one key from a version on */
    int key, uid, version; /* uid ABSENT: not there */
    int was;               /* the uid before */
} moment_t;

typedef struct answer {
    int key, uid, version;
    bool deletes;
} answer_t;

typedef struct model {
    uint32_t random;
    store_t *store;
    moment_t log[MOST];
    int nlog, watched;       /* events the watch has delivered */
    int now[KEYS], at[KEYS]; /* uid and version on the server */
    int version, uids;
    answer_t answers[KEYS]; /* of our own write in progress, one a key; key -1: none */
    int own[KEYS];          /* version of our last answered write */
    bool listing;
    int list_log, list_version, list_now[KEYS], list_at[KEYS], listed;
    char trace[65536];
    size_t ntrace;
} model_t;

static int64_t no_clock(void) {
    return 1;
}

static unsigned chance(model_t *m, unsigned n) {
    m->random = m->random * 1664525 + 1013904223;
    return (m->random >> 16) % n;
}

#define TRACE(...) (m->ntrace += (size_t)snprintf(m->trace + m->ntrace, sizeof m->trace - m->ntrace, __VA_ARGS__))

static scan_object_t *object(model_t *m, int key, int uid, int version) {
    static char text[256];
    static scan_object_t o;
    snprintf(text, sizeof text, "{\"metadata\":{\"name\":\"k%d\",\"uid\":\"u%d\",\"resourceVersion\":\"%d\"}}", key,
             uid, version);
    ck_assert(scan_object(str_c(text), store_want(m->store), &o, NULL));
    return &o;
}

/* ---- the server ---- */

static void write_key(model_t *m, int key, int uid) {
    m->version += 1 + (int)chance(m, 3);
    m->log[m->nlog++] = (moment_t){key, uid, m->version, m->now[key]};
    m->now[key] = uid;
    m->at[key] = m->version;
}

/* Makes, changes or deletes, by chance. */
static void write_any(model_t *m, int key) {
    if (m->now[key] == ABSENT)
        write_key(m, key, ++m->uids);
    else
        write_key(m, key, chance(m, 3) ? m->now[key] : ABSENT);
}

/* Our own write: its answer comes later. We delete what we see, and the server has. */
static void write_own(model_t *m, int key) {
    char name[8];
    snprintf(name, sizeof name, "k%d", key);
    const store_entry_t *e = store_find(m->store, STR_NONE, str_c(name));
    int was = m->now[key];
    char uid[16];
    snprintf(uid, sizeof uid, "u%d", was);
    if (was != ABSENT && !(e && store_uid_eq(e->uid, store_uid(str_c(uid)))))
        return;
    write_any(m, key);
    bool deletes = m->now[key] == ABSENT;
    m->answers[key] = (answer_t){key, deletes ? was : m->now[key], m->version, deletes};
    TRACE("own %s k%d u%d @%d\n", deletes ? "delete" : "write", key, m->answers[key].uid, m->version);
}

static void answer(model_t *m, int key) {
    answer_t a = m->answers[key];
    char name[8], uid[16];
    m->answers[key].key = -1;
    snprintf(name, sizeof name, "k%d", key);
    snprintf(uid, sizeof uid, "u%d", a.uid);
    TRACE("answer k%d u%d @%d\n", key, a.uid, a.version);
    m->own[key] = a.version;
    if (a.deletes)
        ck_assert(store_observe_deleted(m->store, STR_NONE, str_c(name), str_c(uid), NULL));
    else
        ck_assert(store_observe(m->store, object(m, key, a.uid, a.version), NULL));
}

/* ---- the watch and the list ---- */

static void deliver(model_t *m) {
    if (m->listing || m->watched == m->nlog)
        return;
    moment_t e = m->log[m->watched++];
    scan_type_t type = e.uid == ABSENT ? SCAN_DELETED : e.was == e.uid ? SCAN_MODIFIED : SCAN_ADDED;
    TRACE("event %d k%d u%d @%d\n", type, e.key, e.uid == ABSENT ? e.was : e.uid, e.version);
    ck_assert(store_apply(m->store, type, object(m, e.key, e.uid == ABSENT ? e.was : e.uid, e.version), NULL));
}

static void list_step(model_t *m) {
    if (!m->listing) {
        TRACE("list begins @%d\n", m->version);
        store_relist_begin(m->store);
        m->listing = true;
        m->listed = 0;
        m->list_log = m->nlog;
        m->list_version = m->version;
        memcpy(m->list_now, m->now, sizeof m->now);
        memcpy(m->list_at, m->at, sizeof m->at);
    } else if (m->listed < KEYS) {
        int key = m->listed++;
        TRACE("lists k%d u%d @%d\n", key, m->list_now[key], m->list_at[key]);
        if (m->list_now[key] != ABSENT)
            ck_assert(store_relist_item(m->store, object(m, key, m->list_now[key], m->list_at[key]), NULL));
    } else {
        char version[16];
        snprintf(version, sizeof version, "%d", m->list_version);
        TRACE("list ends\n");
        store_relist_end(m->store, str_c(version));
        m->listing = false;
        m->watched = m->list_log;
    }
}

/* ---- what must hold ---- */

static const char *trace(const model_t *m) {
    return m->trace + (m->ntrace > 2000 ? m->ntrace - 2000 : 0);
}

/* The key's state in the store is one that the server has had at or after our last write. */
static void check(model_t *m, int key) {
    char name[8], uid[16];
    snprintf(name, sizeof name, "k%d", key);
    const store_entry_t *e = store_find(m->store, STR_NONE, str_c(name));
    int last_uid = ABSENT, last_version = 0;
    bool holds = false;
    for (int i = 0; i <= m->nlog && !holds; i++) {
        if (i < m->nlog && m->log[i].key != key)
            continue;
        /* the state before this change was until its version */
        bool recent = i == m->nlog || m->log[i].version > m->own[key];
        snprintf(uid, sizeof uid, "u%d", last_uid);
        if (recent)
            holds = last_uid == ABSENT
                        ? !e
                        : e && store_uid_eq(e->uid, store_uid(str_c(uid))) && e->version == (uint64_t)last_version;
        if (i < m->nlog) {
            last_uid = m->log[i].uid;
            last_version = m->log[i].version;
        }
    }
    ck_assert_msg(holds, "k%d @%d is older than our own write @%d\n%s", key, e ? (int)e->version : -1, m->own[key],
                  trace(m));
}

static void settle(model_t *m) {
    while (m->listing)
        list_step(m);
    for (int key = 0; key < KEYS; key++)
        if (m->answers[key].key >= 0)
            answer(m, key);
    while (m->watched < m->nlog)
        deliver(m);
    for (int key = 0; key < KEYS; key++) {
        m->own[key] = m->version; /* exactly the present */
        check(m, key);
    }
    store_stats_t s = store_stats(m->store);
    ck_assert_msg(s.ahead == 0 && s.tombstones == 0, "%zu ahead, %zu tombstones\n%s", s.ahead, s.tombstones, trace(m));
}

static void play(uint32_t seed) {
    static model_t model;
    model_t *m = &model;
    memset(m, 0, sizeof *m);
    m->random = seed;
    m->store =
        store_create(&(store_options_t){.api_version = STR("v1"), .kind = STR("K"), .clock = no_clock}, NULL, NULL);
    for (int key = 0; key < KEYS; key++)
        m->answers[key].key = -1;
    unsigned slow = 1 + chance(m, 8);
    for (int step = 0; step < STEPS; step++) {
        int key = (int)chance(m, KEYS);
        unsigned what = chance(m, 10 + slow);
        if (what < 2)
            write_any(m, key);
        else if (what < 5 && m->answers[key].key < 0)
            write_own(m, key);
        else if (what < 7 && m->answers[key].key >= 0)
            answer(m, key);
        else if (m->listing || chance(m, 40) == 0)
            list_step(m);
        else
            deliver(m);
        for (key = 0; key < KEYS; key++)
            check(m, key);
    }
    settle(m);
    store_destroy(m->store);
}

START_TEST(a_key_is_never_older_than_our_own_last_write) {
    uint32_t rounds = getenv("VELELLA_VALGRIND") ? ROUNDS / 20 : ROUNDS;
    for (uint32_t seed = 1; seed <= rounds; seed++)
        play(seed * 7919);
    ck_assert_uint_eq(name_count(), 0);
}
END_TEST

SUITE(store_model, a_key_is_never_older_than_our_own_last_write)
