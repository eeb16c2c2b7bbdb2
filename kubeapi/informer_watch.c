/* An informer's list and watch. Everything runs in callbacks of the stream and the timer.
 *
 * A watch that resumes over another connection may have come to another server: one that was restarted empty counts
 * from low versions, and takes a version from its future without a word, to send nothing until it is there. So the
 * first page of the list, with one object, is looked at before: it must be one that we know, and the list's version not
 * older than ours; else we relist. */
#include "kubeapi/informer_inner.h"
#include "reactor/base/mem.h"
#include "reactor/log.h"

#include <stdlib.h>

enum {
    PAGE = 500,            /* client-go's */
    MAX_OBJECT = 16 << 20, /* ten times what etcd takes */
    FIRST_DELAY_MS = 100,
    LAST_DELAY_MS = 30000, /* client-go's */
    WATCH_S = 300,         /* client-go's: 5 to 10 minutes, drawn anew each time */
    SUSPECT_MS = 5000,
    SETTLED_MS = 1000, /* a watch that ends sooner is not reopened at once */
};

#define ACCEPT_METADATA "application/json;as=PartialObjectMetadata;g=meta.k8s.io;v=v1,application/json"
#define ACCEPT_METADATA_LIST "application/json;as=PartialObjectMetadataList;g=meta.k8s.io;v=v1,application/json"

static void close_stream(informer_t *i) {
    if (i->stream)
        api_stream_cancel(i->stream);
    i->stream = NULL;
}

void informer_quit(informer_t *i) {
    close_stream(i);
    loop_timer_stop(i->timer);
}

/* A copy that replaces *to. Out of memory leaves an empty version, which only means a relist. */
static void keep(char **to, str_t s) {
    mem_free(*to);
    *to = s.n ? mem_strndup(s.p, s.n) : NULL;
}

/* Half to whole of a delay that doubles. */
static int64_t delay_of(informer_t *i) {
    unsigned shift = i->failures < 9 ? i->failures : 9;
    int64_t ms = (int64_t)FIRST_DELAY_MS << shift;
    if (ms > LAST_DELAY_MS)
        ms = LAST_DELAY_MS;
    i->failures++;
    return ms / 2 + arc4random_uniform((uint32_t)(ms / 2 + 1));
}

/* Ends what is open, says why (unless text is NULL), and goes on after a while. */
static void retry(informer_t *i, bool relist, const char *text, int64_t at_least_ms) {
    int64_t ms = delay_of(i);
    close_stream(i);
    if (relist) {
        i->must_list = true;
        keep(&i->cont, STR_NONE);
    }
    if (ms < at_least_ms)
        ms = at_least_ms;
    if (text) {
        i->stats.errors++;
        log_error(i->listing ? "Failed to list" : "Failed to watch", "resource", i->spec.resource->plural, "group",
                  i->spec.resource->group, "err", text, "retryMilliseconds", ms);
    }
    loop_timer_start(i->timer, ms, false);
}

/* ---- the list ---- */

static bool on_item(void *arg, str_t item, err_t *err) {
    informer_t *i = arg;
    scan_object_t o;
    if (!scan_object(item, store_want(i->store), &o, err))
        return false;
    if (!o.name.n)
        return error_set(err, ERR_INVALID, "an item without a name");
    return store_relist_item(i->store, &o, err) && !i->dead;
}

static bool on_first_item(void *arg, str_t item, err_t *err) {
    informer_t *i = arg;
    scan_object_t o;
    if (!scan_object(item, store_want(i->store), &o, err))
        return false;
    const store_entry_t *e = store_find(i->store, o.ns, o.name);
    i->known = e && store_uid_eq(e->uid, store_uid(o.uid));
    return true;
}

static void list_data(informer_t *i, const char *p, size_t n) {
    err_t err = ERROR_INIT;
    bool ok = scan_list_feed(&i->list, p, n, i->checking ? on_first_item : on_item, i, &err);
    if (!ok && !i->dead)
        retry(i, true, error_text(&err), 0);
    error_release(&err);
}

/* Versions are numbers without leading zeros. */
static bool is_older(str_t a, str_t b) {
    return a.n != b.n ? a.n < b.n : str_cmp(a, b) < 0;
}

static void check_closed(informer_t *i) {
    str_t version, cont;
    i->must_check = false;
    if (!scan_list_end(&i->list, &version, &cont, NULL) || !cont.n || !i->known ||
        is_older(version, str_c(i->version))) {
        log_v(1, "Relisting over a new connection", "resource", i->spec.resource->plural);
        i->must_list = true;
        i->set->epoch++;
    }
    informer_run(i);
}

static void list_closed(informer_t *i) {
    str_t version, cont;
    err_t err = ERROR_INIT;
    if (!scan_list_end(&i->list, &version, &cont, &err)) {
        retry(i, true, error_text(&err), 0);
        error_release(&err);
        return;
    }
    keep(&i->version, version);
    keep(&i->cont, cont);
    if (!cont.n) {
        store_relist_end(i->store, version);
        i->must_list = i->must_check = false;
        informer_trust(i);
        i->failures = 0;
        if (!i->synced && !i->dead)
            informer_ready(i);
    }
    if (!i->dead)
        informer_run(i);
}

/* ---- the watch ---- */

/* An ERROR event: "too old resource version" by code 410 wants a relist at once, anything else one after a while. */
static bool on_error_event(informer_t *i, const scan_object_t *o, err_t *err) {
    if (o->code == 410) {
        i->must_list = true;
        return error_set(err, ERR_GONE, STR_FMT, STR_ARG(o->message));
    }
    return error_set(err, ERR_SERVER, "the server sent an error event: " STR_FMT " (%d " STR_FMT ")",
                     STR_ARG(o->message), o->code, STR_ARG(o->reason));
}

static bool on_line(void *arg, str_t line, err_t *err) {
    informer_t *i = arg;
    scan_type_t type;
    scan_object_t o;
    if (!scan_event(line, store_want(i->store), &type, &o, err))
        return false;
    if (type == SCAN_ERROR)
        return on_error_event(i, &o, err);
    i->failures = 0;
    if (type == SCAN_BOOKMARK) {
        i->stats.bookmarks++;
        store_progress(i->store, o.resource_version);
    } else {
        i->stats.events++;
        if (!o.name.n)
            return error_set(err, ERR_INVALID, "an event about an object without a name");
        if (!store_apply(i->store, type, &o, err))
            return false;
    }
    if (o.resource_version.n && (!i->version || strlen(i->version) != o.resource_version.n))
        keep(&i->version, o.resource_version);
    else if (o.resource_version.n)
        memcpy(i->version, o.resource_version.p, o.resource_version.n);
    return !i->dead;
}

static void watch_data(informer_t *i, const char *p, size_t n) {
    err_t err = ERROR_INIT;
    bool ok = scan_lines_feed(&i->lines, p, n, on_line, i, &err);
    if (!ok && !i->dead) {
        if (err.code == ERR_GONE) {
            close_stream(i);
            informer_run(i);
        } else {
            retry(i, true, error_text(&err), 0);
        }
    }
    error_release(&err);
}

/* ---- the stream ---- */

static uint64_t connects_now(const informer_t *i) {
    return api_stats(i->set->api).watch_http.connects;
}

static void on_opened(void *arg) {
    informer_t *i = arg;
    uint64_t now = connects_now(i);
    i->opened_at = loop_clock();
    if (!i->listing && now != i->connects) {
        close_stream(i);
        i->must_check = true;
        informer_suspect(i);
        informer_run(i);
    } else if (!i->listing) {
        informer_trust(i);
    }
    i->connects = now;
}

static void on_data(void *arg, const char *p, size_t n) {
    informer_t *i = arg;
    api_stream_t *stream = i->stream;
    i->stats.bytes += n;
    if (i->listing)
        list_data(i, p, n);
    else
        watch_data(i, p, n);
    if (i->stream == stream && !i->dead) /* else it was closed on the way */
        api_stream_consumed(stream, n);
}

static void on_closed(void *arg, const api_status_t *refusal, const err_t *err) {
    informer_t *i = arg;
    i->stream = NULL;
    if (refusal && i->listing && refusal->code >= 400 && refusal->code < 500 && refusal->code != 410 &&
        refusal->code != 429) {
        error_set(&i->refused, err->code, "%s", error_text(err));
        gate_open(&i->set->gate);
    }
    int64_t wait = refusal ? refusal->retry_after_s * 1000 : 0;
    if (!refusal && err->code)
        informer_suspect(i);
    else if (refusal && i->suspect_at && loop_clock() - i->suspect_at > SUSPECT_MS)
        informer_trust(i); /* it answers, if not for this kind: the others need not wait for that */
    if (refusal && refusal->code == 410) {
        log_v(1, "Relisting", "resource", i->spec.resource->plural, "reason", error_text(err));
        retry(i, true, NULL, wait);
    } else if (err->code) {
        /* a list that broke off begins anew; a watch resumes */
        retry(i, i->listing && !i->checking, error_text(err), wait);
    } else if (i->checking) {
        check_closed(i);
    } else if (i->listing) {
        list_closed(i);
    } else if (loop_clock() - i->opened_at < SETTLED_MS) {
        retry(i, false, NULL, 0);
    } else {
        informer_run(i);
    }
}

static str_t path_of(informer_t *i, arena_t *a) {
    api_options_t o = {.label_selector = i->spec.label_selector, .field_selector = i->spec.field_selector};
    if (i->listing) {
        o.limit = i->checking ? 1 : PAGE;
        o.cont = str_c(i->checking ? NULL : i->cont);
        return api_path(a, API_LIST, i->spec.resource, i->spec.ns, STR_NONE, &o);
    }
    o.resource_version = str_c(i->version);
    str_t path = api_path(a, API_WATCH, i->spec.resource, i->spec.ns, STR_NONE, &o);
    return arena_printf(a, STR_FMT "&allowWatchBookmarks=true&timeoutSeconds=%d", STR_ARG(path),
                        WATCH_S + (int)arc4random_uniform(WATCH_S));
}

void informer_run(informer_t *i) {
    static const api_stream_events_t events = {on_opened, on_data, on_closed};
    err_t err = ERROR_INIT;
    arena_t *a = arena_create();
    if (!i->version)
        i->must_list = true;
    if (!i->must_list && connects_now(i) != i->connects) {
        i->must_check = true;
        informer_suspect(i);
    }
    i->checking = i->must_check && !i->must_list;
    i->listing = i->must_list || i->checking;
    i->known = false;
    i->opened_at = loop_clock();
    scan_list_release(&i->list);
    scan_lines_release(&i->lines);
    if (i->listing) {
        scan_list_init(&i->list, MAX_OBJECT);
        if (!i->checking && !i->cont)
            store_relist_begin(i->store);
    }
    str_t accept = STR("application/json");
    if (i->spec.form != STORE_WHOLE)
        accept = i->listing ? STR(ACCEPT_METADATA_LIST) : STR(ACCEPT_METADATA);
    if (a)
        i->stream = api_stream_open(i->set->api, i->listing ? API_LIST : API_WATCH, i->spec.resource->plural,
                                    path_of(i, a), accept, &events, i, &err);
    arena_destroy(a);
    if (i->listing)
        i->stats.lists++;
    else
        i->stats.watches++;
    if (!i->stream)
        retry(i, i->must_list, a ? error_text(&err) : "out of memory", 0);
    error_release(&err);
}
