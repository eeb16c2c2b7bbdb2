#include "contrib/apiserver/storage.h"

#include "contrib/apiserver/need.h"

#include "reactor/base/mem.h"

#include <string.h>

struct storage {
    uint64_t version;
    uint64_t compacted; /* version of the last event that left the window */
    event_t *ring;
    size_t window, first, n;
    store_t **stores;
    size_t nstores;
    storage_listener_fn listen;
    void *arg;
};

storage_t *storage_create(size_t window, storage_listener_fn fn, void *arg) {
    storage_t *s = need(mem_alloc(sizeof *s));
    s->window = window;
    s->ring = need(mem_alloc(window * sizeof *s->ring));
    s->listen = fn;
    s->arg = arg;
    /* etcd's first revision is 1; a fresh cluster is never at 0, which means "any version". */
    s->version = 1;
    return s;
}

object_t *object_ref(object_t *o) {
    if (o)
        o->refs++;
    return o;
}

void object_release(object_t *o) {
    if (o && --o->refs == 0)
        mem_free(o);
}

void storage_destroy(storage_t *s) {
    if (!s)
        return;
    for (size_t i = 0; i < s->n; i++) {
        event_t *e = &s->ring[(s->first + i) % s->window];
        object_release(e->before);
        object_release(e->now);
    }
    for (size_t i = 0; i < s->nstores; i++) {
        for (size_t k = 0; k < s->stores[i]->n; k++)
            object_release(s->stores[i]->items[k]);
        mem_free(s->stores[i]->items);
        mem_free((char *)s->stores[i]->group.p);
        mem_free(s->stores[i]);
    }
    mem_free(s->stores);
    mem_free(s->ring);
    mem_free(s);
}

uint64_t storage_version(const storage_t *s) {
    return s->version;
}

store_t *storage_at(storage_t *s, size_t i) {
    return i < s->nstores ? s->stores[i] : NULL;
}

store_t *storage_store(storage_t *s, str_t group, str_t plural) {
    for (size_t i = 0; i < s->nstores; i++)
        if (str_eq(s->stores[i]->plural, plural) && str_eq(s->stores[i]->group, group))
            return s->stores[i];
    s->stores = need(mem_realloc(s->stores, (s->nstores + 1) * sizeof(store_t *)));
    store_t *t = s->stores[s->nstores++] = need(mem_alloc(sizeof *t));
    char *names = need(mem_alloc(group.n + plural.n + 1));
    memcpy(names, group.p ? group.p : "", group.n);
    memcpy(names + group.n, plural.p, plural.n);
    t->storage = s;
    t->group = str_n(names, group.n);
    t->plural = str_n(names + group.n, plural.n);
    return t;
}

/* ---- objects ---- */

typedef struct packer {
    char *p;
} packer_t;

static str_t pack(packer_t *k, str_t s) {
    char *at = k->p;
    if (s.n)
        memcpy(at, s.p, s.n);
    k->p += s.n;
    return str_n(at, s.n);
}

static size_t labels_size(const jv_t *labels) {
    size_t n = 0;
    for (size_t i = 0; i < jv_count(labels); i++)
        n += labels->members[i].key.n + jv_str(labels->members[i].value).n;
    return n;
}

static object_t *object_create(store_t *store, arena_t *a, const jv_t *value) {
    const jv_t *meta = jv_getc(value, "metadata"), *labels = jv_getc(meta, "labels");
    const jv_t *owners = jv_getc(meta, "ownerReferences");
    jv_t bare = *value;
    bare.members = arena_array(a, jv_member_t, value->n + 1);
    bare.n = 0;
    for (size_t i = 0; i < value->n; i++)
        if (!str_eqc(value->members[i].key, "kind") && !str_eqc(value->members[i].key, "apiVersion"))
            bare.members[bare.n++] = value->members[i];
    str_t text = jv_text(a, &bare), ns = jv_str(jv_getc(meta, "namespace")), name = jv_str(jv_getc(meta, "name"));
    str_t uid = jv_str(jv_getc(meta, "uid"));
    size_t nlabels = jv_is(labels, JV_OBJECT) ? jv_count(labels) : 0;
    size_t nowners = jv_is(owners, JV_ARRAY) ? jv_count(owners) : 0, bytes = 0;
    for (size_t i = 0; i < nowners; i++)
        bytes += jv_path_str(jv_at(owners, i), "uid", NULL).n;
    bytes += text.n + ns.n + name.n + uid.n + labels_size(labels);
    object_t *o = need(mem_alloc(sizeof *o + nlabels * sizeof(label_t) + nowners * sizeof(str_t) + bytes));
    label_t *l = (label_t *)(o + 1);
    str_t *w = (str_t *)(l + nlabels);
    packer_t k = {(char *)(w + nowners)};
    o->refs = 1;
    o->store = store;
    o->text = pack(&k, text);
    o->ns = pack(&k, ns);
    o->name = pack(&k, name);
    o->uid = pack(&k, uid);
    o->labels = l;
    o->owners = w;
    o->nlabels = nlabels;
    o->nowners = nowners;
    for (size_t i = 0; i < nlabels; i++)
        l[i] = (label_t){pack(&k, labels->members[i].key), pack(&k, jv_str(labels->members[i].value))};
    for (size_t i = 0; i < nowners; i++)
        w[i] = pack(&k, jv_path_str(jv_at(owners, i), "uid", NULL));
    o->deleting = jv_is(jv_getc(meta, "deletionTimestamp"), JV_STRING);
    o->hooked = jv_count(jv_getc(meta, "finalizers")) > 0;
    return o;
}

jv_t *object_value(arena_t *a, const object_t *o) {
    return need(jv_parse(a, o->text, NULL));
}

str_t object_label(const object_t *o, str_t key, bool *has) {
    for (size_t i = 0; i < o->nlabels; i++)
        if (str_eq(o->labels[i].key, key)) {
            *has = true;
            return o->labels[i].value;
        }
    *has = false;
    return STR_NONE;
}

bool object_has_finalizer(const object_t *o, const char *finalizer) {
    /* The text tells quickly of most that they haven't; the list is read of the others. */
    if (!o->hooked || str_find(o->text, str_c(finalizer)) < 0)
        return false;
    arena_t *a = need(arena_create());
    const jv_t *list = jv_path(object_value(a, o), "metadata", "finalizers", NULL);
    bool found = false;
    for (size_t i = 0; i < jv_count(list); i++)
        found |= str_eqc(jv_str(jv_at(list, i)), finalizer);
    arena_destroy(a);
    return found;
}

/* ---- stores ---- */

size_t store_lower(const store_t *s, str_t ns, str_t name) {
    size_t low = 0, high = s->n;
    while (low < high) {
        size_t mid = (low + high) / 2;
        int c = str_cmp(s->items[mid]->ns, ns);
        if (c == 0)
            c = str_cmp(s->items[mid]->name, name);
        if (c < 0)
            low = mid + 1;
        else
            high = mid;
    }
    return low;
}

static bool is_at(const store_t *s, size_t i, str_t ns, str_t name) {
    return i < s->n && str_eq(s->items[i]->name, name) && str_eq(s->items[i]->ns, ns);
}

object_t *store_find(const store_t *s, str_t ns, str_t name) {
    size_t i = store_lower(s, ns, name);
    return is_at(s, i, ns, name) ? s->items[i] : NULL;
}

static void announce(store_t *store, object_t *before, object_t *now) {
    storage_t *s = store->storage;
    event_t e = {s->version, store, object_ref(before), object_ref(now)};
    if (s->n == s->window) {
        event_t *old = &s->ring[s->first];
        s->compacted = old->version;
        object_release(old->before);
        object_release(old->now);
        s->first = (s->first + 1) % s->window;
        s->n--;
    }
    s->ring[(s->first + s->n++) % s->window] = e;
    if (s->listen)
        s->listen(s->arg, &e);
}

static uint64_t stamp(store_t *s, arena_t *a, jv_t *value) {
    uint64_t v = ++s->storage->version;
    jv_set_path(a, value, jv_stringf(a, "%llu", (unsigned long long)v), "metadata", "resourceVersion", NULL);
    return v;
}

object_t *store_write(store_t *s, arena_t *a, jv_t *value) {
    uint64_t v = stamp(s, a, value);
    object_t *o = object_create(s, a, value);
    o->version = v;
    size_t i = store_lower(s, o->ns, o->name);
    if (is_at(s, i, o->ns, o->name)) {
        object_t *old = s->items[i];
        s->items[i] = o;
        announce(s, old, o);
        object_release(old);
        return o;
    }
    if (s->n == s->cap) {
        s->cap = s->cap ? s->cap * 2 : 16;
        s->items = need(mem_realloc(s->items, s->cap * sizeof *s->items));
    }
    memmove(s->items + i + 1, s->items + i, (s->n - i) * sizeof *s->items);
    s->items[i] = o;
    s->n++;
    announce(s, NULL, o);
    return o;
}

void store_remove(store_t *s, arena_t *a, jv_t *value) {
    uint64_t v = stamp(s, a, value);
    object_t *last = object_create(s, a, value);
    last->version = v;
    size_t i = store_lower(s, last->ns, last->name);
    if (is_at(s, i, last->ns, last->name)) {
        object_t *old = s->items[i];
        memmove(s->items + i, s->items + i + 1, (s->n - i - 1) * sizeof *s->items);
        s->n--;
        announce(s, last, NULL);
        object_release(old);
    }
    object_release(last);
}

/* ---- the past ---- */

bool storage_since(const storage_t *s, uint64_t version, size_t *i) {
    if (version < s->compacted)
        return false;
    size_t low = 0, high = s->n;
    while (low < high) {
        size_t mid = (low + high) / 2;
        if (s->ring[(s->first + mid) % s->window].version <= version)
            low = mid + 1;
        else
            high = mid;
    }
    *i = low;
    return true;
}

const event_t *storage_event(const storage_t *s, size_t i) {
    return i < s->n ? &s->ring[(s->first + i) % s->window] : NULL;
}
