#include "contrib/apiserver/delete.h"

#include "contrib/apiserver/body.h"
#include "contrib/apiserver/meta.h"
#include "contrib/apiserver/namespaces.h"
#include "contrib/apiserver/output.h"
#include "contrib/apiserver/read.h"
#include "contrib/apiserver/state.h"
#include "contrib/apiserver/write.h"
#include "contrib/apiserver/need.h"
#include "reactor/base/mem.h"

typedef struct options {
    str_t policy; /* empty: the kind's default */
    bool orphan_given, orphan;
    int64_t grace;      /* -1: not given */
    str_t uid, version; /* preconditions */
} options_t;

/* ---- options ---- */

static void read_query(call_t *c, options_t *o) {
    int64_t grace;
    o->policy = call_param(c, "propagationPolicy");
    if (str_int(call_param(c, "gracePeriodSeconds"), &grace))
        o->grace = grace;
    if (call_has_param(c, "orphanDependents")) {
        o->orphan_given = true;
        o->orphan = call_flag(c, "orphanDependents");
    }
}

/* Options that can't be read are no bad request to DELETE but an internal error. */
static bool unreadable(call_t *c) {
    err_t err = ERROR_INIT;
    if (!jv_parse(c->arena, c->request->body, &err))
        call_internal(c, arena_concat(c->arena, STR("couldn't get version/kind; json parse error: "),
                                      body_json_error(c->arena, c->request->body, &err)));
    error_release(&err);
    return false;
}

static bool read_body(call_t *c, options_t *o, jv_t **dry_run) {
    err_t err = ERROR_INIT;
    jv_t *body = body_parse(c);
    if (!body)
        return c->reply->status == 400 ? unreadable(c) : false;
    str_t kind = jv_str(jv_getc(body, "kind"));
    if (kind.n && !str_eqc(kind, "DeleteOptions"))
        return call_internal(c, arena_printf(c->arena,
                                             "no kind \"" STR_FMT "\" is registered for version \"" STR_FMT
                                             "\" in scheme \"pkg/api/legacyscheme/scheme.go:30\"",
                                             STR_ARG(kind), STR_ARG(jv_path_str(body, "apiVersion", NULL))));
    jv_t *v = wire_decode(c->arena, types_get(c->server->types, STR("DeleteOptions")), body, NULL, &err);
    if (!v) {
        call_bad_request(c, arena_printf(c->arena,
                                         "DeleteOptions in version \"v1\" cannot be handled as a DeleteOptions: %s",
                                         error_text(&err)));
        error_release(&err);
        return false;
    }
    o->policy = jv_str(jv_getc(v, "propagationPolicy"));
    if (!jv_as_int(jv_getc(v, "gracePeriodSeconds"), &o->grace))
        o->grace = -1;
    o->orphan_given = jv_is(jv_getc(v, "orphanDependents"), JV_BOOL);
    o->orphan = jv_true(jv_getc(v, "orphanDependents"));
    o->uid = jv_path_str(v, "preconditions", "uid", NULL);
    o->version = jv_path_str(v, "preconditions", "resourceVersion", NULL);
    *dry_run = jv_getc(v, "dryRun");
    return true;
}

static bool read_options(call_t *c, options_t *o) {
    fields_t f = {.arena = c->arena};
    jv_t *dry_run = NULL;
    *o = (options_t){.grace = -1};
    if (str_trim(c->request->body).n) {
        if (!read_body(c, o, &dry_run))
            return false;
    } else {
        read_query(c, o);
    }
    if (o->orphan_given && o->policy.n)
        fields_invalid_str(&f, STR("propagationPolicy"), o->policy,
                           "orphanDependents and deletionPropagation cannot be both set");
    if (o->policy.n && !str_eqc(o->policy, "Foreground") && !str_eqc(o->policy, "Background") &&
        !str_eqc(o->policy, "Orphan"))
        fields_not_supported(&f, STR("propagationPolicy"), jv_string(c->arena, o->policy),
                             "Foreground Background Orphan nil");
    if (!dry_run)
        dry_run = jv_getc(c->query, "dryRun");
    for (size_t i = 0; i < jv_count(dry_run); i++) {
        if (str_eqc(jv_str(jv_at(dry_run, i)), "All"))
            c->dry_run = true;
        else
            fields_not_supported(&f, STR("dryRun"), dry_run, "All");
    }
    if (o->orphan_given)
        o->policy = o->orphan ? STR("Orphan") : STR("Background");
    return !f.n || call_invalid(c, STR("meta.k8s.io"), STR("DeleteOptions"), STR_NONE, &f);
}

static bool check_preconditions(call_t *c, const object_t *o, const options_t *opt) {
    arena_t *a = c->arena;
    if (opt->uid.n && !str_eq(opt->uid, o->uid))
        return call_conflict(c, c->resource->kind,
                             arena_printf(a,
                                          "the UID in the precondition (" STR_FMT
                                          ") does not match the UID in record (" STR_FMT
                                          "). The object might have been deleted and then recreated",
                                          STR_ARG(opt->uid), STR_ARG(o->uid)));
    str_t version = arena_printf(a, "%llu", (unsigned long long)o->version);
    if (opt->version.n && !str_eq(opt->version, version))
        return call_conflict(c, c->resource->kind,
                             arena_printf(a,
                                          "the ResourceVersion in the precondition (" STR_FMT
                                          ") does not match the ResourceVersion in record (" STR_FMT
                                          "). The object might have been modified",
                                          STR_ARG(opt->version), STR_ARG(version)));
    return true;
}

/* ---- the deletion itself ---- */

static bool has_string(const jv_t *list, const char *s) {
    for (size_t i = 0; i < jv_count(list); i++)
        if (str_eqc(jv_str(jv_at(list, i)), s))
            return true;
    return false;
}

static void drop_string(jv_t *list, const char *s) {
    for (size_t i = jv_count(list); i-- > 0;)
        if (str_eqc(jv_str(jv_at(list, i)), s))
            jv_remove_at(list, i);
}

/* The finalizers of the garbage collector as the policy wants them. */
static void set_gc_finalizers(arena_t *a, const resource_t *r, jv_t *meta, str_t policy) {
    jv_t *list = jv_getc(meta, "finalizers");
    bool events = str_eqc(r->plural, "events") && !r->crd;
    if (events)
        return;
    bool default_orphan = !policy.n && (r->flags & RESOURCE_ORPHAN) && !has_string(list, "foregroundDeletion");
    if (!policy.n && !default_orphan)
        return;
    if (!jv_is(list, JV_ARRAY))
        list = jv_array(a);
    bool orphan = default_orphan || str_eqc(policy, "Orphan"), foreground = str_eqc(policy, "Foreground");
    if (!orphan)
        drop_string(list, "orphan");
    else if (!has_string(list, "orphan"))
        jv_append(a, list, jv_string(a, STR("orphan")));
    if (!foreground)
        drop_string(list, "foregroundDeletion");
    else if (!has_string(list, "foregroundDeletion"))
        jv_append(a, list, jv_string(a, STR("foregroundDeletion")));
    if (jv_count(list))
        jv_setc(a, meta, "finalizers", list);
    else
        jv_removec(meta, "finalizers");
}

static void add_finalizer(arena_t *a, jv_t *meta, const char *finalizer) {
    jv_t *list = jv_getc(meta, "finalizers");
    if (!jv_is(list, JV_ARRAY)) {
        list = jv_array(a);
        jv_setc(a, meta, "finalizers", list);
    }
    if (!has_string(list, finalizer))
        jv_append(a, list, jv_string(a, str_c(finalizer)));
}

static void mark(arena_t *a, jv_t *meta, int64_t grace) {
    int64_t generation = 0;
    if (jv_getc(meta, "deletionTimestamp"))
        return;
    str_t now = wire_now(a, false);
    int64_t seconds = 0;
    wire_seconds(now, &seconds);
    jv_setc(a, meta, "deletionTimestamp", jv_string(a, wire_at(a, seconds + (grace > 0 ? grace : 0))));
    if (grace >= 0)
        jv_setc(a, meta, "deletionGracePeriodSeconds", jv_int(a, grace));
    if (jv_as_int(jv_getc(meta, "generation"), &generation) && generation > 0)
        jv_setc(a, meta, "generation", jv_int(a, generation + 1));
}

/* Pods on a node get their grace; everything else goes at once. */
static int64_t grace_of(const resource_t *r, const jv_t *v, int64_t asked) {
    if (!str_eqc(r->group_resource, "pods") || !jv_path_str(v, "spec", "nodeName", NULL).n)
        return 0;
    str_t phase = jv_path_str(v, "status", "phase", NULL);
    if (str_eqc(phase, "Succeeded") || str_eqc(phase, "Failed"))
        return 0;
    int64_t grace = asked;
    if (grace < 0 && !jv_as_int(jv_path(v, "spec", "terminationGracePeriodSeconds", NULL), &grace))
        grace = 30;
    return grace;
}

/* True: it is gone, *v its last state. False: it stays, marked; *left is what is stored, or NULL in a dry run. */
static bool carry_out(apiserver_t *s, arena_t *a, object_t *o, jv_t *v, const options_t *opt, bool dry_run,
                      object_t **left) {
    store_t *store = o->store;
    const resource_t *r = store->resource;
    jv_t *meta = meta_of(a, v);
    jv_t *before = jv_copy(a, v);
    *left = o;
    set_gc_finalizers(a, r, meta, opt->policy);
    if (!o->deleting && str_eqc(r->group_resource, "customresourcedefinitions.apiextensions.k8s.io"))
        add_finalizer(a, meta, "customresourcecleanup.apiextensions.k8s.io");
    bool namespace = namespace_holds(r, v);
    int64_t grace = o->deleting ? 0 : grace_of(r, v, opt->grace);
    bool lingers = o->deleting && pod_lingers(r, v) && opt->grace != 0;
    if (jv_count(jv_getc(meta, "finalizers")) || namespace || grace > 0 || lingers) {
        mark(a, meta, namespace ? -1 : grace); /* a namespace has no grace period at all */
        if (namespace)
            namespace_mark(a, v);
        if (!dry_run && !jv_equal(before, v))
            *left = store_write(store, a, v);
        (void)s;
        return false;
    }
    if (str_eqc(r->group_resource, "pods")) {
        mark(a, meta, 0);
        jv_setc(a, meta, "deletionGracePeriodSeconds", jv_int(a, 0));
    }
    if (!dry_run)
        store_remove(store, a, v);
    return true;
}

void delete_one(call_t *c) {
    arena_t *a = c->arena;
    options_t opt;
    const resource_t *r = c->resource;
    if (!read_options(c, &opt))
        return;
    object_t *o = store_find(r->store, c->ns, c->name);
    if (!o) {
        call_not_found(c);
        return;
    }
    if (!namespace_may_go(c) || !check_preconditions(c, o, &opt))
        return;
    if (str_eqc(r->group_resource, "jobs.batch") && !opt.policy.n)
        call_warn(c,
                  STR("child pods are preserved by default when jobs are deleted; set propagationPolicy=Background to "
                      "remove them or set propagationPolicy=Orphan to suppress this warning"));
    str_t uid = arena_str(a, o->uid);
    jv_t *v = object_value(a, o);
    object_t *left;
    if (!carry_out(c->server, a, o, v, &opt, c->dry_run, &left)) {
        if (c->dry_run)
            output_unstored(c, 200, v);
        else
            output_object(c, opt.orphan_given && !opt.orphan ? 202 : 200, left);
        return;
    }
    if (r->flags & RESOURCE_RETURNS) {
        output_unstored(c, 200, v);
        return;
    }
    jv_t *d = jv_object(a);
    jv_setc(a, d, "name", jv_string(a, c->name));
    if (r->group.n)
        jv_setc(a, d, "group", jv_string(a, r->group));
    jv_setc(a, d, "kind", jv_string(a, r->plural));
    jv_setc(a, d, "uid", jv_string(a, uid));
    call_status(c, 200, "", STR_NONE, d);
}

void delete_collection(call_t *c) {
    arena_t *a = c->arena;
    options_t opt;
    selection_t sel;
    if (!read_options(c, &opt) || !read_selection(c, &sel))
        return;
    store_t *store = c->resource->store;
    page_t page = {.remaining = -1};
    page.items = arena_array(a, object_t *, store->n + 1);
    for (size_t i = store_lower(store, c->ns, STR_NONE); i < store->n; i++) {
        if (c->ns.n && !str_eq(store->items[i]->ns, c->ns))
            break;
        if (selection_matches(&sel, store->items[i]))
            page.items[page.n++] = object_ref(store->items[i]);
    }
    for (size_t i = 0; i < page.n; i++) {
        object_t *o = page.items[i], *left;
        jv_t *v = object_value(a, o);
        if (!carry_out(c->server, a, o, v, &opt, c->dry_run, &left) && !c->dry_run) {
            page.items[i] = object_ref(left);
            object_release(o);
        }
    }
    page.version = storage_version(c->server->storage);
    output_list(c, &page);
    for (size_t i = 0; i < page.n; i++)
        object_release(page.items[i]);
}

void delete_internally(apiserver_t *s, object_t *o, const char *propagation) {
    arena_t *a = need(arena_create());
    options_t opt = {.policy = str_c(propagation), .grace = -1};
    object_t *left;
    object_ref(o);
    if (o->store->resource)
        carry_out(s, a, o, object_value(a, o), &opt, false, &left);
    object_release(o);
    arena_destroy(a);
}

void delete_finalizer(apiserver_t *s, object_t *o, const char *finalizer) {
    arena_t *a = need(arena_create());
    (void)s;
    jv_t *v = object_value(a, o), *list = jv_path(v, "metadata", "finalizers", NULL);
    drop_string(list, finalizer);
    if (!jv_count(list))
        jv_removec(jv_getc(v, "metadata"), "finalizers");
    const resource_t *r = o->store->resource;
    if (o->deleting && !jv_count(list) && !namespace_holds(r, v) && !pod_lingers(r, v))
        store_remove(o->store, a, v);
    else
        store_write(o->store, a, v);
    arena_destroy(a);
}
