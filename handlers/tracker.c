#include "handlers/tracker.h"

#include "handlers/names.h"

static int64_t integer_at(const jv_t *object, const char *part, const char *key) {
    int64_t n = 0;
    jv_as_int(jv_path(object, part, key, NULL), &n);
    return n;
}

static int64_t app_generation(const jv_t *app) {
    return integer_at(app, "metadata", "generation");
}

static int64_t tracker_generation(const jv_t *tracker) {
    return integer_at(tracker, "spec", "applicationGeneration");
}

static str_t publish_version(const jv_t *object) {
    return jv_path_str(object, "metadata", "annotations", ANNOTATION_PUBLISH_VERSION, NULL);
}

static bool read_tracker(arena_t *a, const store_entry_t *e, const jv_t *app, tracker_t *t, err_t *err) {
    t->object = informer_body(e, a, err);
    if (!t->object)
        return false;
    t->name = jv_path_str(t->object, "metadata", "name", NULL);
    t->generation = tracker_generation(t->object);
    t->deleting = jv_path(t->object, "metadata", "deletionTimestamp", NULL) != NULL;
    str_t uid = jv_path_str(t->object, "metadata", "labels", LABEL_APP_UID, NULL);
    if (uid.n && !str_eq(uid, jv_path_str(app, "metadata", "uid", NULL)))
        return error_set(
            err, ERR_REFUSED,
            "resourcetracker " STR_FMT " exists but controlled by another application (uid: " STR_FMT
            "), this could probably be caused by some mistakes while garbage collecting outdated resource. "
            "Please check this resourcetracker and delete it manually",
            STR_ARG(t->name), STR_ARG(uid));
    str_t compression = jv_path_str(t->object, "spec", "compression", "type", NULL);
    if (compression.n)
        return error_set(err, ERR_UNSUPPORTED,
                         "resourcetracker " STR_FMT " is compressed with " STR_FMT ", which velella can't read yet",
                         STR_ARG(t->name), STR_ARG(compression));
    return true;
}

/* Keeps the history sorted by generation, oldest first. */
static void add_history(arena_t *a, trackers_t *out, tracker_t *t) {
    tracker_t **grown = arena_array(a, tracker_t *, out->nhistory + 1);
    size_t at = 0;
    while (at < out->nhistory && out->history[at]->generation <= t->generation)
        at++;
    for (size_t i = 0; i < out->nhistory; i++)
        grown[i < at ? i : i + 1] = out->history[i];
    grown[at] = t;
    out->history = grown;
    out->nhistory++;
}

bool trackers_load(controller_t *c, arena_t *a, const jv_t *app, trackers_t *out, err_t *err) {
    *out = (trackers_t){0};
    str_t name = jv_path_str(app, "metadata", "name", NULL), ns = jv_path_str(app, "metadata", "namespace", NULL);
    str_t published = publish_version(app);
    for (const store_entry_t *e = informer_first(c->trackers, INDEX_APP_NAME, name); e;
         e = informer_next_same(e, INDEX_APP_NAME)) {
        if (!str_eq(entry_label(e, INDEX_APP_NAMESPACE), ns))
            continue;
        tracker_t *t = arena_new(a, tracker_t);
        if (!read_tracker(a, e, app, t, err))
            return false;
        str_t type = jv_path_str(t->object, "spec", "type", NULL);
        bool current =
            published.n ? str_eq(published, publish_version(t->object)) : t->generation == app_generation(app);
        if (str_eqc(type, "root"))
            out->root = t;
        else if (str_eqc(type, "component-revision"))
            out->component_revisions = t;
        else if (current)
            out->current = t;
        else
            add_history(a, out, t);
    }
    if (out->current && out->nhistory && out->current->generation < out->history[out->nhistory - 1]->generation)
        return error_set(err, ERR_REFUSED,
                         "current publish version " STR_FMT "(gen-%lld) is in-use and outdated, found newer gen-%lld",
                         STR_ARG(published), (long long)out->current->generation,
                         (long long)out->history[out->nhistory - 1]->generation);
    return true;
}

jv_t *tracker_resources(arena_t *a, const tracker_t *t) {
    jv_t *list = t ? jv_path(t->object, "spec", "managedResources", NULL) : NULL;
    return jv_is(list, JV_ARRAY) ? list : jv_array(a);
}

bool tracker_same(const jv_t *a, const jv_t *b) {
    static const char *const keys[] = {"apiVersion", "kind", "name", "namespace", "cluster"};
    for (size_t i = 0; i < sizeof keys / sizeof *keys; i++)
        if (!str_eq(jv_str(jv_getc(a, keys[i])), jv_str(jv_getc(b, keys[i]))))
            return false;
    return true;
}

jv_t *tracker_find(arena_t *a, const tracker_t *t, const jv_t *entry) {
    jv_t *list = tracker_resources(a, t);
    for (size_t i = 0; i < jv_count(list); i++)
        if (tracker_same(jv_at(list, i), entry))
            return jv_at(list, i);
    return NULL;
}

/* A managed resource entry of a manifest, as Go's ManagedResource is written. */
static jv_t *entry_of(arena_t *a, jv_t *manifest) {
    jv_t *e = jv_object(a);
    static const char *const identity[] = {"apiVersion", "kind"};
    for (size_t i = 0; i < 2; i++)
        jv_setc(a, e, identity[i], jv_getc(manifest, identity[i]));
    jv_t *labels = jv_path(manifest, "metadata", "labels", NULL);
    const struct {
        const char *key;
        str_t value;
    } rows[] = {
        {"name", jv_path_str(manifest, "metadata", "name", NULL)},
        {"namespace", jv_path_str(manifest, "metadata", "namespace", NULL)},
        {"component", jv_str(jv_getc(labels, LABEL_COMPONENT))},
        {"trait", jv_str(jv_getc(labels, LABEL_TRAIT_TYPE))},
    };
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++)
        if (rows[i].value.n)
            jv_setc(a, e, rows[i].key, jv_string(a, rows[i].value));
    jv_setc(a, e, "raw", manifest);
    return e;
}

/* Adds the manifests to the list: of two for one object the later counts. */
static void merge_entries(arena_t *a, jv_t *list, jv_t *const *manifests, size_t n) {
    for (size_t i = 0; i < n; i++) {
        jv_t *e = entry_of(a, manifests[i]);
        size_t at = 0;
        while (at < jv_count(list) && !tracker_same(jv_at(list, at), e))
            at++;
        if (at == jv_count(list))
            jv_append(a, list, e);
        else
            list->items[at] = e;
    }
}

static jv_t *new_tracker(arena_t *a, const jv_t *app, str_t revision, str_t *name) {
    str_t app_name = jv_path_str(app, "metadata", "name", NULL), ns = jv_path_str(app, "metadata", "namespace", NULL);
    str_t published = publish_version(app);
    int64_t generation = app_generation(app);
    *name = published.n
                ? arena_printf(a, STR_FMT "-" STR_FMT "-" STR_FMT, STR_ARG(app_name), STR_ARG(published), STR_ARG(ns))
                : arena_printf(a, STR_FMT "-v%lld-" STR_FMT, STR_ARG(app_name), (long long)generation, STR_ARG(ns));
    jv_t *o = jv_object(a);
    jv_setc(a, o, "apiVersion", jv_string(a, STR(OAM_API_VERSION)));
    jv_setc(a, o, "kind", jv_string(a, STR("ResourceTracker")));
    jv_set_path(a, o, jv_string(a, *name), "metadata", "name", NULL);
    jv_t *labels = jv_object(a);
    jv_setc(a, labels, LABEL_APP_REVISION, jv_string(a, revision));
    jv_setc(a, labels, LABEL_APP_NAME, jv_string(a, app_name));
    jv_setc(a, labels, LABEL_APP_NAMESPACE, jv_string(a, ns));
    jv_setc(a, labels, LABEL_APP_UID, jv_path(app, "metadata", "uid", NULL));
    jv_set_path(a, o, labels, "metadata", "labels", NULL);
    if (published.n)
        jv_set_path(a, o, jv_string(a, published), "metadata", "annotations", ANNOTATION_PUBLISH_VERSION, NULL);
    jv_t *finalizers = jv_array(a);
    jv_append(a, finalizers, jv_string(a, STR(FINALIZER_RESOURCE_TRACKER)));
    jv_set_path(a, o, finalizers, "metadata", "finalizers", NULL);
    jv_set_path(a, o, jv_string(a, STR("versioned")), "spec", "type", NULL);
    jv_set_path(a, o, jv_int(a, generation), "spec", "applicationGeneration", NULL);
    jv_set_path(a, o, jv_object(a), "spec", "compression", NULL);
    return o;
}

static bool create_tracker(controller_t *c, arena_t *a, const jv_t *app, str_t revision, trackers_t *t, jv_t *list,
                           err_t *err) {
    tracker_t *made = arena_new(a, tracker_t);
    jv_t *o = new_tracker(a, app, revision, &made->name);
    jv_set_path(a, o, list, "spec", "managedResources", NULL);
    made->object = api_create_object(c->api, informer_resource(c->trackers), STR_NONE, o, NULL, a, err);
    if (!made->object)
        return error_wrap(err, "failed to create resourcetracker " STR_FMT, STR_ARG(made->name));
    made->generation = tracker_generation(made->object);
    t->current = made;
    return true;
}

bool tracker_record(controller_t *c, arena_t *a, const jv_t *app, str_t revision, trackers_t *t, jv_t *const *manifests,
                    size_t n, err_t *err) {
    const jv_t *old = tracker_resources(a, t->current);
    jv_t *list = jv_copy(a, old);
    merge_entries(a, list, manifests, n);
    if (!t->current)
        return create_tracker(c, a, app, revision, t, list, err);
    if (jv_equal(old, list))
        return true;
    jv_t *patch = jv_object(a);
    jv_set_path(a, patch, list, "spec", "managedResources", NULL);
    jv_t *answer = api_patch(c->api, informer_resource(c->trackers), STR_NONE, t->current->name, API_PATCH_MERGE, patch,
                             NULL, a, err);
    if (!answer)
        return error_wrap(err, "failed to record resources in resourcetracker " STR_FMT, STR_ARG(t->current->name));
    t->current->object = answer;
    return true;
}

bool tracker_mark(controller_t *c, arena_t *a, tracker_t *t, err_t *err) {
    if (t->deleting)
        return true;
    err_t e = ERROR_INIT;
    if (!api_delete(c->api, informer_resource(c->trackers), STR_NONE, t->name, NULL, a, &e)) {
        if (e.code != ERR_NOTFOUND) {
            error_move(err, &e);
            return error_wrap(err, "failed to mark resourcetracker " STR_FMT, STR_ARG(t->name));
        }
        error_release(&e);
    }
    t->deleting = true;
    return true;
}

bool tracker_finish(controller_t *c, arena_t *a, tracker_t *t, err_t *err) {
    const jv_t *have = jv_path(t->object, "metadata", "finalizers", NULL);
    jv_t *left = jv_array(a);
    for (size_t i = 0; i < jv_count(have); i++)
        if (!str_eqc(jv_str(jv_at(have, i)), FINALIZER_RESOURCE_TRACKER))
            jv_append(a, left, jv_at(have, i));
    jv_t *patch = jv_object(a);
    jv_set_path(a, patch, jv_count(left) ? left : jv_null(a), "metadata", "finalizers", NULL);
    err_t e = ERROR_INIT;
    if (!api_patch(c->api, informer_resource(c->trackers), STR_NONE, t->name, API_PATCH_MERGE, patch, NULL, a, &e)) {
        if (e.code != ERR_NOTFOUND) {
            error_move(err, &e);
            return error_wrap(err, "failed to finalize resourcetracker " STR_FMT, STR_ARG(t->name));
        }
        error_release(&e);
    }
    return true;
}
