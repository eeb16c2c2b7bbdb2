#include "contrib/apiserver/namespaces.h"

#include "contrib/apiserver/agenda.h"
#include "contrib/apiserver/body.h"
#include "contrib/apiserver/delete.h"
#include "contrib/apiserver/meta.h"
#include "contrib/apiserver/output.h"
#include "contrib/apiserver/write.h"
#include "contrib/apiserver/need.h"
#include "reactor/base/mem.h"

/* The controllers of a real cluster act a moment later, too. */
enum { EMPTYING_MS = 200, AGAIN_MS = 200 };

static bool is_namespace(const resource_t *r) {
    return r && str_eqc(r->group_resource, "namespaces");
}

bool namespace_holds(const resource_t *r, const jv_t *v) {
    return is_namespace(r) && jv_count(jv_path(v, "spec", "finalizers", NULL)) > 0;
}

bool pod_lingers(const resource_t *r, const jv_t *v) {
    int64_t grace;
    return r && str_eqc(r->group_resource, "pods") && jv_path(v, "metadata", "deletionTimestamp", NULL) &&
           jv_as_int(jv_path(v, "metadata", "deletionGracePeriodSeconds", NULL), &grace) && grace > 0;
}

void namespace_mark(arena_t *a, jv_t *v) {
    jv_set_path(a, v, jv_string(a, STR("Terminating")), "status", "phase", NULL);
}

bool namespace_may_go(call_t *c) {
    static const char *const lasting[] = {"default", "kube-system", "kube-public"};
    if (!is_namespace(c->resource))
        return true;
    for (size_t i = 0; i < sizeof lasting / sizeof *lasting; i++) {
        if (!str_eqc(c->name, lasting[i]))
            continue;
        jv_t *d = jv_object(c->arena);
        jv_setc(c->arena, d, "name", jv_string(c->arena, c->name));
        jv_setc(c->arena, d, "kind", jv_string(c->arena, STR("namespaces")));
        return call_status(c, 403, "Forbidden",
                           arena_printf(c->arena, "namespaces \"%s\" is forbidden: this namespace may not be deleted",
                                        lasting[i]),
                           d);
    }
    return true;
}

/* Deletes what is in the namespace; true when nothing is left. */
static bool empty(apiserver_t *s, str_t ns) {
    bool left = false;
    store_t *store;
    for (size_t k = 0; (store = storage_at(s->storage, k)); k++) {
        if (!store->resource || (store->resource->flags & RESOURCE_CLUSTER))
            continue;
        size_t n = 0, from = store_lower(store, ns, STR_NONE);
        while (from + n < store->n && str_eq(store->items[from + n]->ns, ns))
            n++;
        if (!n)
            continue;
        object_t **items = need(mem_alloc(n * sizeof *items));
        for (size_t i = 0; i < n; i++)
            items[i] = object_ref(store->items[from + i]);
        for (size_t i = 0; i < n; i++) {
            if (store_find(store, ns, items[i]->name) && !items[i]->deleting)
                delete_internally(s, items[i], "Background");
            left |= store_find(store, ns, items[i]->name) != NULL;
            object_release(items[i]);
        }
        mem_free(items);
    }
    return !left;
}

static void go_on(apiserver_t *s, store_t *store, str_t ns, str_t name) {
    object_t *o = store_find(store, ns, name);
    if (!o || !o->deleting)
        return;
    if (!empty(s, name)) {
        agenda_add(s, AGAIN_MS, go_on, store, ns, name);
        return;
    }
    arena_t *a = need(arena_create());
    o = store_find(store, ns, name);
    jv_t *v = object_value(a, o), *list = jv_path(v, "spec", "finalizers", NULL);
    for (size_t i = jv_count(list); i-- > 0;)
        if (str_eqc(jv_str(jv_at(list, i)), "kubernetes"))
            jv_remove_at(list, i);
    if (!jv_count(list) && !o->hooked)
        store_remove(store, a, v);
    else if (jv_count(list) != jv_count(jv_path(object_value(a, o), "spec", "finalizers", NULL)))
        store_write(store, a, v);
    arena_destroy(a);
}

void namespace_event(apiserver_t *s, const event_t *e) {
    if (is_namespace(e->store->resource) && e->now && e->now->deleting)
        agenda_add(s, EMPTYING_MS, go_on, e->store, STR_NONE, e->now->name);
}

void namespace_finalize(call_t *c) {
    arena_t *a = c->arena;
    if (!write_options(c, "UpdateOptions"))
        return;
    jv_t *given = body_object(c);
    object_t *o = store_find(c->resource->store, STR_NONE, c->name);
    if (!given)
        return;
    if (!o) {
        call_not_found(c);
        return;
    }
    jv_t *v = object_value(a, o), *list = jv_path(given, "spec", "finalizers", NULL);
    if (list)
        jv_set_path(a, v, list, "spec", "finalizers", NULL);
    else
        jv_removec(jv_getc(v, "spec"), "finalizers");
    if (o->deleting && !jv_count(list) && !o->hooked) {
        store_remove(c->resource->store, a, v);
        output_unstored(c, 200, v);
    } else {
        output_object(c, 200, store_write(c->resource->store, a, v));
    }
}

void namespaces_create(apiserver_t *s) {
    static const char *const names[] = {"default", "kube-node-lease", "kube-public", "kube-system"};
    arena_t *a = need(arena_create());
    for (size_t i = 0; i < sizeof names / sizeof *names; i++) {
        jv_t *v = jv_object(a);
        jv_setc(a, v, "kind", jv_string(a, STR("Namespace")));
        jv_setc(a, v, "apiVersion", jv_string(a, STR("v1")));
        jv_set_path(a, v, jv_string(a, str_c(names[i])), "metadata", "name", NULL);
        apiserver_apply(s, v, NULL);
    }
    arena_destroy(a);
}
