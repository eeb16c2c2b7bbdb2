#include "kubeapi/store.h"

#include "kubeapi/store_inner.h"
#include "reactor/base/mem.h"

/* ---- blobs ---- */

blob_t *blob_ref(blob_t *b) {
    if (b)
        b->refs++;
    return b;
}

void blob_release(blob_t *b) {
    if (b && --b->refs == 0)
        mem_free(b);
}

static char *add_text(char *to, str_t s) {
    memcpy(to, s.p, s.n);
    return to + s.n;
}

/* The bytes to keep of an object. A body of metadata alone has the form {"metadata":{…}}, whichever way it came. */
static bool blob_of(const store_t *s, const scan_object_t *o, blob_t **out, err_t *err) {
    const str_t before = s->form == STORE_METADATA ? STR("{\"metadata\":") : STR("");
    const str_t after = s->form == STORE_METADATA ? STR("}") : STR("");
    str_t part = s->form == STORE_METADATA ? o->metadata : o->json;
    *out = NULL;
    if (s->form == STORE_KEYS)
        return true;
    size_t n = before.n + scan_kept(o, part) + after.n;
    blob_t *b = mem_realloc(NULL, sizeof *b + n);
    if (!b)
        return error_memory(err);
    b->refs = 1;
    b->n = (uint32_t)n;
    add_text(scan_copy_kept(add_text(b->p, before), o, part), after);
    *out = b;
    return true;
}

/* ---- keys ---- */

str_t entry_key(arena_t *a, const store_entry_t *e) {
    str_t ns = entry_ns(e), name = entry_name(e);
    if (ns.n == 0)
        return arena_str(a, name);
    return arena_printf(a, STR_FMT "/" STR_FMT, STR_ARG(ns), STR_ARG(name));
}

void key_cut(str_t key, str_t *ns, str_t *name) {
    if (!str_cut(key, '/', ns, name)) {
        *name = key;
        *ns = STR_NONE;
    }
}

static int hex(char c) {
    return c >= '0' && c <= '9' ? c - '0' : c >= 'a' && c <= 'f' ? c - 'a' + 10 : -1;
}

store_uid_t store_uid(str_t text) {
    uint64_t part[2] = {0, 0};
    size_t digits = 0, i = 0;
    for (; i < text.n; i++) {
        bool dash = i == 8 || i == 13 || i == 18 || i == 23;
        int d = hex(text.p[i]);
        if (dash ? text.p[i] != '-' : d < 0)
            break;
        if (!dash) {
            part[digits / 16 & 1] = part[digits / 16 & 1] << 4 | (uint64_t)d;
            digits++;
        }
    }
    if (i == 36 && text.n == 36)
        return (store_uid_t){part[0], part[1]};
    if (text.n == 0)
        return (store_uid_t){0, 0};
    return (store_uid_t){str_hash(text), text.n};
}

static uint64_t version_of(str_t text) {
    int64_t v;
    return str_int(text, &v) && v > 0 ? (uint64_t)v : 0;
}

/* ---- the table: open addressing over entries, by the addresses of the interned names ---- */

static size_t mix(const name_t *ns, const name_t *name) {
    uint64_t h = ((uint64_t)(uintptr_t)ns * 0x9e3779b97f4a7c15u) ^ (uint64_t)(uintptr_t)name;
    h *= 0xff51afd7ed558ccdu;
    return (size_t)(h ^ h >> 32);
}

static size_t slot_of(const store_t *s, const name_t *ns, const name_t *name) {
    size_t i = mix(ns, name) & (s->cap - 1);
    while (s->slots[i] && (s->slots[i]->ns != ns || s->slots[i]->name != name))
        i = (i + 1) & (s->cap - 1);
    return i;
}

static bool resize(store_t *s, size_t cap) {
    store_entry_t **old = s->slots, **slots = mem_alloc(cap * sizeof *slots);
    size_t had = s->cap;
    if (!slots)
        return false;
    s->slots = slots;
    s->cap = cap;
    for (size_t i = 0; i < had; i++)
        if (old[i])
            slots[slot_of(s, old[i]->ns, old[i]->name)] = old[i];
    mem_free(old);
    return true;
}

static void table_drop(store_t *s, store_entry_t *e) {
    size_t mask = s->cap - 1, hole = slot_of(s, e->ns, e->name);
    for (size_t i = (hole + 1) & mask; s->slots[i]; i = (i + 1) & mask) {
        size_t home = mix(s->slots[i]->ns, s->slots[i]->name) & mask;
        if (((i - home) & mask) >= ((i - hole) & mask)) {
            s->slots[hole] = s->slots[i];
            hole = i;
        }
    }
    s->slots[hole] = NULL;
    s->used--;
}

static void table_shrink(store_t *s) {
    while (s->cap > 64 && s->used * 8 < s->cap && resize(s, s->cap / 2))
        ; /* failing leaves it as it was */
}

static store_entry_t *lookup(const store_t *s, str_t ns, str_t name) {
    const name_t *n = name_find(name), *in = ns.n ? name_find(ns) : NULL;
    if (!s->cap || !n || (ns.n && !in))
        return NULL;
    return s->slots[slot_of(s, in, n)];
}

/* ---- indexes: chains of entries by the address of the label's interned value ---- */

static struct store_entry **chain(const struct index_table *t, const name_t *value) {
    return &t->heads[mix(value, NULL) & (t->cap - 1)];
}

static void index_link(struct index_table *t, size_t i, store_entry_t *e) {
    struct store_index *x = &e->index[i];
    if (!x->value)
        return;
    struct store_entry **head = chain(t, x->value);
    x->next = *head;
    x->at = head;
    if (*head)
        (*head)->index[i].at = &x->next;
    *head = e;
    t->count++;
}

static void index_unlink(struct index_table *t, size_t i, store_entry_t *e) {
    struct store_index *x = &e->index[i];
    if (!x->value || !x->at)
        return;
    *x->at = x->next;
    if (x->next)
        x->next->index[i].at = x->at;
    x->next = NULL;
    x->at = NULL;
    t->count--;
}

/* Room for one more; relinks all when the heads grow. */
static bool index_room(store_t *s, size_t i) {
    struct index_table *t = &s->indexes[i];
    if (t->cap && t->count < t->cap)
        return true;
    size_t cap = t->cap ? t->cap * 2 : 32;
    struct store_entry **heads = mem_alloc(cap * sizeof *heads), **old = t->heads;
    if (!heads)
        return t->cap != 0;
    for (size_t k = 0; k < s->cap; k++)
        if (s->slots[k] && s->slots[k]->index[i].at)
            s->slots[k]->index[i].at = NULL;
    t->heads = heads;
    t->cap = cap;
    t->count = 0;
    for (size_t k = 0; k < s->cap; k++)
        if (s->slots[k] && !s->slots[k]->gone)
            index_link(t, i, s->slots[k]);
    mem_free(old);
    return true;
}

/* ---- entries ---- */

static void entry_unlink(store_t *s, store_entry_t *e) {
    for (size_t i = 0; i < s->nindexes; i++)
        index_unlink(&s->indexes[i], i, e);
}

static void entry_clear(store_t *s, store_entry_t *e) {
    for (size_t i = 0; i < s->nindexes; i++) {
        name_release(e->index[i].value);
        e->index[i].value = NULL;
    }
    if (e->body)
        s->body_bytes -= e->body->n;
    blob_release(e->body);
    e->body = NULL;
}

static void ahead_clear(store_t *s, store_entry_t *e) {
    if (!e->ahead)
        return;
    list_remove(&e->ahead->link);
    mem_free(e->ahead);
    e->ahead = NULL;
    s->nahead--;
}

static bool ahead_set(store_t *s, store_entry_t *e, err_t *err) {
    if (!e->ahead && !(e->ahead = mem_alloc(sizeof *e->ahead)))
        return error_memory(err);
    else if (e->ahead->link.next)
        list_remove(&e->ahead->link);
    else
        s->nahead++;
    e->ahead->at = s->clock();
    e->ahead->relist = s->relisting ? s->relist : 0;
    list_append(&s->ahead, &e->ahead->link);
    return true;
}

static void entry_free(store_t *s, store_entry_t *e) {
    ahead_clear(s, e);
    entry_clear(s, e);
    name_release(e->ns);
    name_release(e->name);
    mem_free(e);
}

/* A new, empty entry in the table. */
static store_entry_t *entry_new(store_t *s, str_t ns, str_t name, err_t *err) {
    store_entry_t *e = mem_alloc(sizeof *e + s->nindexes * sizeof e->index[0]);
    if (!e) {
        error_memory(err);
        return NULL;
    }
    e->store = s;
    e->gone = true; /* until it is filled */
    e->ns = ns.n ? name_take(ns) : NULL;
    e->name = name_take(name);
    if ((ns.n && !e->ns) || !e->name || (s->used * 4 >= s->cap * 3 && !resize(s, s->cap ? s->cap * 2 : 32))) {
        name_release(e->ns);
        name_release(e->name);
        mem_free(e);
        error_memory(err);
        return NULL;
    }
    s->slots[slot_of(s, e->ns, e->name)] = e;
    s->used++;
    return e;
}

/* ---- what changes tell ---- */

/* The copy of an entry that handlers see as `before`, with room for its indexes. */
typedef struct past {
    _Alignas(store_entry_t) char bytes[sizeof(store_entry_t) + STORE_MAX_INDEXES * sizeof(struct store_index)];
} past_t;

static store_entry_t *past_of(past_t *p, const store_t *s, const store_entry_t *e) {
    store_entry_t *past = (void *)p->bytes; // cppcheck-suppress ctuuninitvar ; the memcpy below fills it
    memcpy(p->bytes, e, sizeof *e + s->nindexes * sizeof e->index[0]);
    past->ahead = NULL;
    return past;
}

static void tell(store_t *s, const store_entry_t *before, const store_entry_t *after) {
    if (!before)
        s->added++;
    else if (!after)
        s->deleted++;
    else
        s->updated++;
    if (s->fn)
        s->fn(s->arg, before, after);
}

/* The entry shows the object from now on. The names and body of what was there live until the handlers have seen it. */
static bool entry_fill(store_t *s, store_entry_t *e, const scan_object_t *o, err_t *err) {
    past_t past;
    name_t *values[STORE_MAX_INDEXES] = {NULL};
    blob_t *body;
    bool was = !e->gone, ok = true;
    for (size_t i = 0; i < s->nindexes && ok; i++)
        ok = index_room(s, i) && (!o->labels[i].p || (values[i] = name_take(o->labels[i])));
    if (!ok) {
        for (size_t i = 0; i < s->nindexes; i++)
            name_release(values[i]);
        return error_memory(err);
    }
    if (!blob_of(s, o, &body, err)) {
        for (size_t i = 0; i < s->nindexes; i++)
            name_release(values[i]);
        return false;
    }
    store_entry_t *before = past_of(&past, s, e);
    if (was)
        entry_unlink(s, e);
    e->uid = store_uid(o->uid);
    e->owner = store_uid(o->owner_uid);
    e->version = version_of(o->resource_version);
    e->generation = o->generation;
    e->deleting = o->deleting;
    e->finalizers = o->finalizers;
    e->gone = false;
    e->body = body;
    s->body_bytes += body ? body->n : 0;
    s->objects += !was;
    for (size_t i = 0; i < s->nindexes; i++) {
        e->index[i].value = values[i];
        index_link(&s->indexes[i], i, e);
    }
    tell(s, was ? before : NULL, e);
    entry_clear(s, before);
    return true;
}

/* The object is gone. With `tomb` the entry stays, invisible, until the watch has come so far. */
static bool entry_gone(store_t *s, store_entry_t *e, bool tomb, err_t *err) {
    if (tomb && !ahead_set(s, e, err))
        return false;
    if (!e->gone) {
        past_t past;
        entry_unlink(s, e);
        store_entry_t *before = past_of(&past, s, e);
        e->gone = true;
        e->body = NULL;
        for (size_t i = 0; i < s->nindexes; i++)
            e->index[i].value = NULL;
        s->objects--;
        if (!tomb)
            table_drop(s, e);
        tell(s, before, NULL);
        entry_clear(s, before);
    } else if (!tomb) {
        table_drop(s, e);
    }
    if (!tomb)
        entry_free(s, e);
    return true;
}

/* ---- the store ---- */

store_t *store_create(const store_options_t *o, store_change_fn fn, void *arg) {
    store_t *s = mem_alloc(sizeof *s);
    if (!s)
        return NULL;
    s->form = o->form;
    s->nindexes = o->nindexes < STORE_MAX_INDEXES ? o->nindexes : STORE_MAX_INDEXES;
    s->api_version = name_take(o->api_version);
    s->kind = name_take(o->kind);
    s->fn = fn;
    s->arg = arg;
    s->clock = o->clock;
    list_init(&s->ahead);
    bool ok = s->api_version && s->kind;
    for (size_t i = 0; i < s->nindexes; i++)
        ok &= (s->labels[i] = name_take(o->indexes[i])) != NULL;
    for (size_t i = 0; i < s->nindexes && ok; i++)
        s->want_labels[i] = name_str(s->labels[i]);
    if (!ok) {
        store_destroy(s);
        return NULL;
    }
    s->want = (scan_want_t){s->want_labels, s->nindexes};
    return s;
}

void store_destroy(store_t *s) {
    if (!s)
        return;
    for (size_t i = 0; i < s->cap; i++)
        if (s->slots[i])
            entry_free(s, s->slots[i]);
    mem_free(s->slots);
    for (size_t i = 0; i < s->nindexes; i++) {
        mem_free(s->indexes[i].heads);
        name_release(s->labels[i]);
    }
    name_release(s->api_version);
    name_release(s->kind);
    mem_free(s);
}

const scan_want_t *store_want(const store_t *s) {
    return &s->want;
}

const store_entry_t *store_find(const store_t *s, str_t ns, str_t name) {
    const store_entry_t *e = lookup(s, ns, name);
    return e && !e->gone ? e : NULL;
}

size_t store_count(const store_t *s) {
    return s->objects;
}

const store_entry_t *store_next(const store_t *s, size_t *i) {
    while (*i < s->cap) {
        const store_entry_t *e = s->slots[(*i)++];
        if (e && !e->gone)
            return e;
    }
    return NULL;
}

const store_entry_t *store_first(const store_t *s, size_t index, str_t value) {
    const name_t *v = index < s->nindexes ? name_find(value) : NULL;
    const struct index_table *t = &s->indexes[index < s->nindexes ? index : 0];
    if (!v || !t->cap)
        return NULL;
    const store_entry_t *e = *chain(t, v);
    while (e && e->index[index].value != v)
        e = e->index[index].next;
    return e;
}

const store_entry_t *store_next_same(const store_entry_t *e, size_t index) {
    const name_t *v = e->index[index].value;
    do
        e = e->index[index].next;
    while (e && e->index[index].value != v);
    return e;
}

jv_t *store_body(const store_entry_t *e, arena_t *a, err_t *err) {
    if (!e->body) {
        error_set(err, ERR_UNSUPPORTED, "the bodies of " STR_FMT " objects are not kept",
                  STR_ARG(name_str(e->store->kind)));
        return NULL;
    }
    jv_t *v = jv_parse(a, str_n(e->body->p, e->body->n), err);
    if (!v) {
        error_wrap(err, STR_FMT " " STR_FMT "/" STR_FMT, STR_ARG(name_str(e->store->kind)), STR_ARG(entry_ns(e)),
                   STR_ARG(entry_name(e)));
        return NULL;
    }
    jv_setc(a, v, "apiVersion", jv_string(a, arena_str(a, name_str(e->store->api_version))));
    jv_setc(a, v, "kind", jv_string(a, arena_str(a, name_str(e->store->kind))));
    return v;
}

str_t store_text(const store_entry_t *e, arena_t *a) {
    if (!e->body)
        return STR_NONE;
    str_t rest = str_trim(str_from(str_n(e->body->p, e->body->n), 1));
    str_t head = arena_printf(a, "{\"apiVersion\":\"" STR_FMT "\",\"kind\":\"" STR_FMT "\"%s",
                              STR_ARG(name_str(e->store->api_version)), STR_ARG(name_str(e->store->kind)),
                              rest.n > 1 ? "," : "");
    return arena_concat(a, head, rest);
}

/* ---- changes ---- */

static void seen_version(store_t *s, uint64_t version) {
    if (version > s->watched)
        s->watched = version;
}

/* Whether an event about an entry that one of our own writes is ahead of says what we know already. */
static bool is_stale(const store_entry_t *e, scan_type_t type, const scan_object_t *o) {
    if (!store_uid_eq(e->uid, store_uid(o->uid)))
        return true; /* about a predecessor: what follows our write begins with our own object */
    if (e->gone)
        return type != SCAN_DELETED;
    return type != SCAN_DELETED && version_of(o->resource_version) < e->version;
}

bool store_apply(store_t *s, scan_type_t type, const scan_object_t *o, err_t *err) {
    store_entry_t *e = lookup(s, o->ns, o->name);
    uint64_t version = version_of(o->resource_version);
    seen_version(s, version);
    if (e && e->ahead) {
        if (is_stale(e, type, o)) {
            s->stale++;
            return true;
        }
        ahead_clear(s, e);
    }
    if (type == SCAN_DELETED) {
        if (e)
            entry_gone(s, e, false, NULL);
        table_shrink(s);
        return true;
    }
    bool known = e && !e->gone && version && store_uid_eq(e->uid, store_uid(o->uid));
    if (known && version <= e->version) { /* our own write's event, or a replay */
        s->stale++;
        return true;
    }
    if (!e && !(e = entry_new(s, o->ns, o->name, err)))
        return false;
    if (entry_fill(s, e, o, err))
        return true;
    if (e->gone)
        entry_gone(s, e, false, NULL);
    return false;
}

bool store_observe(store_t *s, const scan_object_t *o, err_t *err) {
    store_entry_t *e = lookup(s, o->ns, o->name);
    uint64_t version = version_of(o->resource_version);
    if (e && store_uid_eq(e->uid, store_uid(o->uid)) && (e->gone || version <= e->version))
        return true; /* a deletion of ours, or something newer, is known already */
    if (!version || version <= s->watched || (e && !e->gone && version <= e->version))
        return true; /* the watch is past it */
    bool fresh = !e;
    if (!e && !(e = entry_new(s, o->ns, o->name, err)))
        return false;
    if (ahead_set(s, e, err) && entry_fill(s, e, o, err))
        return true;
    if (fresh)
        entry_gone(s, e, false, NULL);
    return false;
}

bool store_observe_deleted(store_t *s, str_t ns, str_t name, str_t uid, err_t *err) {
    store_entry_t *e = lookup(s, ns, name);
    store_uid_t id = store_uid(uid);
    if (!e)
        return true; /* the watch has shown its end, or never its beginning: then it shows both */
    if (uid.n && !store_uid_eq(e->uid, id))
        return true;
    return e->gone || entry_gone(s, e, true, err);
}

void store_relist_begin(store_t *s) {
    s->relisting = true;
    s->watched = 0;
    if (++s->relist == 0)
        s->relist = 1;
}

bool store_relist_item(store_t *s, const scan_object_t *o, err_t *err) {
    store_entry_t *e = lookup(s, o->ns, o->name);
    bool fresh = !e;
    if (e && e->ahead && e->ahead->relist == s->relist) {
        bool same = store_uid_eq(e->uid, store_uid(o->uid));
        if (e->gone ? same : version_of(o->resource_version) < e->version) {
            e->seen = s->relist; /* the list's snapshot is older than our write */
            return true;
        }
    }
    if (!e && !(e = entry_new(s, o->ns, o->name, err)))
        return false;
    ahead_clear(s, e);
    e->seen = s->relist;
    if (!e->gone && e->version == version_of(o->resource_version) && store_uid_eq(e->uid, store_uid(o->uid)) &&
        store_same_body(s, e, o))
        return true;
    if (entry_fill(s, e, o, err))
        return true;
    if (fresh)
        entry_gone(s, e, false, NULL);
    return false;
}

void store_relist_end(store_t *s, str_t version) {
    uint64_t v = version_of(version);
    s->relisting = false;
    for (size_t i = 0; i < s->cap;) {
        store_entry_t *e = s->slots[i];
        bool ours = e && e->ahead && e->ahead->relist == s->relist;
        if (!e || e->seen == s->relist || (ours && e->version > v)) {
            i++;
            continue;
        }
        entry_gone(s, e, false, NULL); /* another entry may have moved into the slot: it is looked at again */
    }
    table_shrink(s);
    s->watched = v;
}

/* Whether the body kept is what the object would leave, byte for byte. */
bool store_same_body(const store_t *s, const store_entry_t *e, const scan_object_t *o) {
    blob_t *b;
    err_t err = ERROR_INIT;
    bool same = blob_of(s, o, &b, &err) && (!b || (e->body && b->n == e->body->n && !memcmp(b->p, e->body->p, b->n)));
    blob_release(b);
    error_release(&err);
    return same;
}

void store_progress(store_t *s, str_t version) {
    seen_version(s, version_of(version));
}

int64_t store_oldest_ahead(const store_t *s) {
    return list_empty(&s->ahead) ? 0 : LIST_OWNER(s->ahead.next, struct store_ahead, link)->at;
}

store_stats_t store_stats(const store_t *s) {
    store_stats_t out = {.objects = s->objects,
                         .tombstones = s->used - s->objects,
                         .ahead = s->nahead,
                         .body_bytes = s->body_bytes,
                         .added = s->added,
                         .updated = s->updated,
                         .deleted = s->deleted,
                         .stale = s->stale};
    out.bytes = sizeof *s + s->cap * sizeof *s->slots + s->body_bytes +
                s->used * (sizeof(store_entry_t) + s->nindexes * sizeof(struct store_index) + sizeof(blob_t)) +
                s->nahead * sizeof(struct store_ahead);
    for (size_t i = 0; i < s->nindexes; i++)
        out.bytes += s->indexes[i].cap * sizeof *s->indexes[i].heads;
    return out;
}
