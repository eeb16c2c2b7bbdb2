#include "handlers/gc.h"

#include "handlers/app_revision.h"
#include "handlers/dispatch.h"
#include "handlers/meta.h"
#include "handlers/names.h"

#include <stdlib.h>

static str_t display_name(arena_t *a, const jv_t *entry) {
    str_t ns = jv_str(jv_getc(entry, "namespace"));
    str_t text = arena_printf(a, STR_FMT " " STR_FMT, STR_ARG(jv_str(jv_getc(entry, "kind"))),
                              STR_ARG(jv_str(jv_getc(entry, "name"))));
    return ns.n ? arena_printf(a, STR_FMT " (Namespace: " STR_FMT ")", STR_ARG(text), STR_ARG(ns)) : text;
}

/* The objects of one tracker that no tracker in use records; tells in *left whether one of them still exists. */
static bool recycle(controller_t *c, arena_t *a, const jv_t *app, tracker_t *t, tracker_t *const *in_use, size_t n,
                    gc_result_t *out, bool *left, err_t *err) {
    jv_t *list = tracker_resources(a, t);
    for (size_t i = 0; i < jv_count(list); i++) {
        const jv_t *entry = jv_at(list, i);
        bool kept = false, exists = false;
        for (size_t k = 0; k < n && !kept; k++)
            kept = in_use[k] && tracker_find(a, in_use[k], entry);
        if (kept)
            continue;
        if (!dispatch_exists(c, app, entry, &exists, err))
            return false;
        if (!exists)
            continue;
        if (!dispatch_delete(c, a, entry,
                             meta_has_finalizer(app, FINALIZER_ORPHAN) || jv_true(jv_getc(entry, "skipGC")), err))
            return false;
        if (!dispatch_exists(c, app, entry, &exists, err))
            return false;
        if (!exists)
            continue;
        *left = true;
        if (out->waiting++ == 0)
            out->first = display_name(a, entry);
    }
    return true;
}

static bool collect(controller_t *c, arena_t *a, const jv_t *app, tracker_t *t, tracker_t *const *in_use, size_t n,
                    gc_result_t *out, err_t *err) {
    bool left = false;
    return tracker_mark(c, a, t, err) && recycle(c, a, app, t, in_use, n, out, &left, err) &&
           (left || tracker_finish(c, a, t, err));
}

bool gc_history(controller_t *c, arena_t *a, const jv_t *app, trackers_t *t, gc_result_t *out, err_t *err) {
    *out = (gc_result_t){0};
    tracker_t *in_use[] = {t->current, t->root};
    for (size_t i = 0; i < t->nhistory; i++)
        if (!collect(c, a, app, t->history[i], in_use, 2, out, err))
            return error_wrap(err, "failed to garbage collect resourcetracker " STR_FMT, STR_ARG(t->history[i]->name));
    return true;
}

bool gc_all(controller_t *c, arena_t *a, const jv_t *app, trackers_t *t, gc_result_t *out, err_t *err) {
    *out = (gc_result_t){0};
    for (size_t i = 0; i < t->nhistory; i++)
        if (!collect(c, a, app, t->history[i], NULL, 0, out, err))
            return false;
    tracker_t *rest[] = {t->current, t->root, t->component_revisions};
    for (size_t i = 0; i < sizeof rest / sizeof *rest; i++)
        if (rest[i] && !collect(c, a, app, rest[i], NULL, 0, out, err))
            return false;
    return true;
}

typedef struct revision_ref {
    int64_t number;
    str_t name;
} revision_ref_t;

static int by_number(const void *x, const void *y) {
    const revision_ref_t *a = x, *b = y;
    return (a->number > b->number) - (a->number < b->number);
}

size_t gc_count_revisions(controller_t *c, const jv_t *app) {
    str_t name = jv_path_str(app, "metadata", "name", NULL), ns = jv_path_str(app, "metadata", "namespace", NULL);
    size_t n = 0;
    for (const store_entry_t *e = informer_first(c->revisions, INDEX_APP_NAME, name); e;
         e = informer_next_same(e, INDEX_APP_NAME))
        n += str_eq(entry_ns(e), ns);
    return n;
}

bool gc_revisions(controller_t *c, arena_t *a, const jv_t *app, int64_t limit, err_t *err) {
    str_t name = jv_path_str(app, "metadata", "name", NULL), ns = jv_path_str(app, "metadata", "namespace", NULL);
    str_t used = limit < 0 ? STR_NONE : jv_path_str(app, "status", "latestRevision", "name", NULL);
    size_t n = gc_count_revisions(c, app), count = 0;
    int64_t kill = limit < 0 ? (int64_t)n : (int64_t)n - limit - (used.n ? 1 : 0);
    if (kill <= 0)
        return true;
    revision_ref_t *refs = arena_array(a, revision_ref_t, n);
    for (const store_entry_t *e = informer_first(c->revisions, INDEX_APP_NAME, name); e && count < n;
         e = informer_next_same(e, INDEX_APP_NAME))
        if (str_eq(entry_ns(e), ns)) {
            str_t revision = arena_str(a, entry_name(e)); /* names of the store may go at a park */
            refs[count++] = (revision_ref_t){app_revision_number(revision), revision};
        }
    qsort(refs, count, sizeof *refs, by_number);
    for (size_t i = 0; i < count && kill > 0; i++) {
        if (str_eq(refs[i].name, used))
            continue;
        err_t e = ERROR_INIT;
        if (!api_delete(c->api, informer_resource(c->revisions), ns, refs[i].name, NULL, a, &e) &&
            e.code != ERR_NOTFOUND) {
            error_move(err, &e);
            return error_wrap(err, "failed to delete applicationrevision " STR_FMT, STR_ARG(refs[i].name));
        }
        error_release(&e);
        kill--;
    }
    return true;
}
