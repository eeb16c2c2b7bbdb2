#include "contrib/apiserver/gc.h"

#include "contrib/apiserver/agenda.h"
#include "contrib/apiserver/delete.h"
#include "contrib/apiserver/need.h"
#include "reactor/base/mem.h"

/* As long as the real collector's queue takes at its quickest; a reference to an owner that never was is given longer,
 * since its absence has to be looked up. */
enum { COLLECT_MS = 150, ABSENT_MS = 1000 };

/* An object, or an owner that is only known by references to it. */
typedef struct node {
    object_t *object; /* a reference, or NULL */
    struct edge *dependents;
    str_t uid;
} node_t;

typedef struct edge {
    struct edge *next;
    node_t *dependent;
} edge_t;

struct gc {
    table_t *nodes; /* by uid */
};

gc_t *gc_create(void) {
    gc_t *g = need(mem_alloc(sizeof *g));
    g->nodes = need(table_create());
    return g;
}

static void free_node(node_t *n) {
    for (edge_t *e = n->dependents, *next; e; e = next) {
        next = e->next;
        mem_free(e);
    }
    object_release(n->object);
    mem_free(n);
}

void gc_destroy(gc_t *g) {
    size_t i = 0;
    void *v;
    if (!g)
        return;
    while (table_next(g->nodes, &i, NULL, &v))
        free_node(v);
    table_destroy(g->nodes);
    mem_free(g);
}

static node_t *node_of(gc_t *g, str_t uid) {
    node_t *n = table_get(g->nodes, uid);
    if (n)
        return n;
    n = need(mem_alloc(sizeof *n + uid.n));
    if (uid.n)
        memcpy(n + 1, uid.p, uid.n);
    n->uid = str_n((char *)(n + 1), uid.n);
    if (!table_put(g->nodes, n->uid, n, NULL))
        mem_die(sizeof *n);
    return n;
}

static void forget_if_unused(gc_t *g, node_t *n) {
    if (n->object || n->dependents)
        return;
    table_remove(g->nodes, n->uid);
    mem_free(n);
}

static void link_owner(gc_t *g, node_t *n, str_t owner) {
    node_t *o = node_of(g, owner);
    edge_t *e = need(mem_alloc(sizeof *e));
    e->dependent = n;
    e->next = o->dependents;
    o->dependents = e;
}

static void unlink_owner(gc_t *g, node_t *n, str_t owner) {
    node_t *o = table_get(g->nodes, owner);
    for (edge_t **at = o ? &o->dependents : NULL; at && *at; at = &(*at)->next)
        if ((*at)->dependent == n) {
            edge_t *e = *at;
            *at = e->next;
            mem_free(e);
            break;
        }
    if (o && o != n)
        forget_if_unused(g, o);
}

static bool owned_by(const object_t *o, str_t uid) {
    for (size_t i = 0; i < o->nowners; i++)
        if (str_eq(o->owners[i], uid))
            return true;
    return false;
}

/* ---- collecting ---- */

static node_t *find(apiserver_t *s, store_t *store, str_t ns, str_t name) {
    object_t *o = store_find(store, ns, name);
    return o ? table_get(s->gc->nodes, o->uid) : NULL;
}

static bool owner_lives(apiserver_t *s, str_t uid) {
    node_t *n = table_get(s->gc->nodes, uid);
    return n && n->object;
}

/* Does the finalizer of foreground deletion wait for this owner's dependents? */
static bool waits(const object_t *o) {
    return o->deleting && object_has_finalizer(o, "foregroundDeletion");
}

/* A dependent: deleted when no owner is left. */
static void collect(apiserver_t *s, store_t *store, str_t ns, str_t name) {
    object_t *o = store_find(store, ns, name);
    if (!o || o->deleting || !o->nowners)
        return;
    bool foreground = false;
    for (size_t i = 0; i < o->nowners; i++) {
        node_t *owner = table_get(s->gc->nodes, o->owners[i]);
        if (!owner || !owner->object)
            continue;
        if (!waits(owner->object))
            return; /* a living owner keeps it */
        foreground = true;
    }
    delete_internally(s, o, foreground ? "Foreground" : "Background");
}

static bool blocks(const object_t *dependent, str_t owner) {
    arena_t *a = need(arena_create());
    bool found = false;
    jv_t *refs = jv_path(object_value(a, dependent), "metadata", "ownerReferences", NULL);
    for (size_t i = 0; i < jv_count(refs); i++)
        found |= str_eq(jv_path_str(jv_at(refs, i), "uid", NULL), owner) &&
                 jv_true(jv_getc(jv_at(refs, i), "blockOwnerDeletion"));
    arena_destroy(a);
    return found;
}

/* Takes an owner out of a dependent's references. */
static void orphan(object_t *dependent, str_t owner) {
    arena_t *a = need(arena_create());
    jv_t *v = object_value(a, dependent), *meta = jv_getc(v, "metadata"), *refs = jv_getc(meta, "ownerReferences");
    for (size_t i = jv_count(refs); i-- > 0;)
        if (str_eq(jv_path_str(jv_at(refs, i), "uid", NULL), owner))
            jv_remove_at(refs, i);
    if (!jv_count(refs))
        jv_removec(meta, "ownerReferences");
    store_write(dependent->store, a, v);
    arena_destroy(a);
}

/* The dependents of a node as a list of references, so that they can be changed while walking. */
static object_t **dependents_of(const node_t *n, size_t *count) {
    *count = 0;
    for (const edge_t *e = n->dependents; e; e = e->next)
        *count += e->dependent->object != NULL;
    object_t **list = need(mem_alloc((*count + 1) * sizeof *list));
    size_t i = 0;
    for (const edge_t *e = n->dependents; e; e = e->next)
        if (e->dependent->object)
            list[i++] = object_ref(e->dependent->object);
    return list;
}

/* An owner that is being deleted with one of the collector's finalizers. */
static void finish(apiserver_t *s, store_t *store, str_t ns, str_t name) {
    node_t *n = find(s, store, ns, name);
    if (!n || !n->object->deleting)
        return;
    bool orphans = object_has_finalizer(n->object, "orphan"), waiting = waits(n->object);
    size_t count, left = 0;
    if (!orphans && !waiting)
        return;
    object_t **list = dependents_of(n, &count);
    for (size_t i = 0; i < count; i++) {
        if (orphans)
            orphan(list[i], n->uid);
        else if (!list[i]->deleting)
            collect(s, list[i]->store, list[i]->ns, list[i]->name);
        if (waiting && blocks(list[i], n->uid) && store_find(list[i]->store, list[i]->ns, list[i]->name))
            left++;
        object_release(list[i]);
    }
    mem_free(list);
    if (left) {
        agenda_add(s, COLLECT_MS, finish, store, ns, name);
        return;
    }
    object_t *o = store_find(store, ns, name);
    if (o)
        delete_finalizer(s, o, orphans ? "orphan" : "foregroundDeletion");
}

/* ---- events ---- */

static void gone(apiserver_t *s, const object_t *o) {
    node_t *n = table_get(s->gc->nodes, o->uid);
    if (!n)
        return;
    size_t count;
    object_t **list = dependents_of(n, &count);
    for (size_t i = 0; i < count; i++) {
        agenda_add(s, COLLECT_MS, collect, list[i]->store, list[i]->ns, list[i]->name);
        object_release(list[i]);
    }
    mem_free(list);
    object_t *was = n->object;
    n->object = NULL;
    for (size_t i = 0; was && i < was->nowners; i++)
        unlink_owner(s->gc, n, was->owners[i]);
    forget_if_unused(s->gc, n);
    object_release(was);
}

void gc_event(apiserver_t *s, const event_t *e) {
    if (!e->now) {
        gone(s, e->before);
        return;
    }
    gc_t *g = s->gc;
    object_t *o = e->now;
    if (!o->uid.n)
        return;
    node_t *n = node_of(g, o->uid);
    object_t *was = n->object;
    n->object = object_ref(o);
    for (size_t i = 0; i < o->nowners; i++) {
        if (!was || !owned_by(was, o->owners[i]))
            link_owner(g, n, o->owners[i]);
        if (!owner_lives(s, o->owners[i]))
            agenda_add(s, ABSENT_MS, collect, e->store, o->ns, o->name);
    }
    for (size_t i = 0; was && i < was->nowners; i++)
        if (!owned_by(o, was->owners[i]))
            unlink_owner(g, n, was->owners[i]);
    object_release(was);
    if (o->deleting && o->hooked)
        agenda_add(s, COLLECT_MS, finish, e->store, o->ns, o->name);
}
