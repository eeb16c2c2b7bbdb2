#include "reactor/base/table.h"

#include "reactor/base/mem.h"

/* Entries lie in insertion order in one array; an index of slots (powers of two, linear probing) points into it. A
 * removed entry stays as a hole until the array is rebuilt, which keeps iteration safe under removal. */
typedef struct entry {
    str_t key;
    uint64_t hash;
    void *value;
    bool live;
} entry_t;

struct table {
    entry_t *entries;
    size_t n, cap, live;
    uint32_t *slots; /* index + 1; 0: free */
    size_t nslots;
};

table_t *table_create(void) {
    return mem_alloc(sizeof(table_t));
}

void table_destroy(table_t *t) {
    if (!t)
        return;
    mem_free(t->entries);
    mem_free(t->slots);
    mem_free(t);
}

size_t table_count(const table_t *t) {
    return t->live;
}

static entry_t *find(const table_t *t, str_t key, uint64_t hash) {
    if (!t->nslots)
        return NULL;
    for (size_t i = hash & (t->nslots - 1); t->slots[i]; i = (i + 1) & (t->nslots - 1)) {
        entry_t *e = &t->entries[t->slots[i] - 1];
        if (e->live && e->hash == hash && str_eq(e->key, key))
            return e;
    }
    return NULL;
}

void *table_get(const table_t *t, str_t key) {
    entry_t *e = find(t, key, str_hash(key));
    return e ? e->value : NULL;
}

static void index_entry(table_t *t, size_t at) {
    size_t i = t->entries[at].hash & (t->nslots - 1);
    while (t->slots[i])
        i = (i + 1) & (t->nslots - 1);
    t->slots[i] = (uint32_t)at + 1;
}

/* Room for one more: squeezes the holes out or grows, and indexes anew. */
static bool rebuild(table_t *t) {
    size_t cap = t->live * 2 < 8 ? 8 : t->live * 2;
    size_t nslots = 16;
    while (nslots < cap * 2)
        nslots *= 2;
    entry_t *entries = mem_alloc(cap * sizeof *entries);
    uint32_t *slots = mem_alloc(nslots * sizeof *slots);
    if (!entries || !slots || cap > UINT32_MAX / 2) {
        mem_free(entries);
        mem_free(slots);
        return false;
    }
    size_t n = 0;
    for (size_t i = 0; i < t->n; i++)
        if (t->entries[i].live)
            entries[n++] = t->entries[i];
    mem_free(t->entries);
    mem_free(t->slots);
    *t = (table_t){.entries = entries, .n = n, .cap = cap, .live = n, .slots = slots, .nslots = nslots};
    for (size_t i = 0; i < n; i++)
        index_entry(t, i);
    return true;
}

bool table_put(table_t *t, str_t key, void *value, void **old) {
    uint64_t hash = str_hash(key);
    entry_t *e = find(t, key, hash);
    if (old)
        *old = e ? e->value : NULL;
    if (e) {
        e->key = key;
        e->value = value;
        return true;
    }
    if (t->n == t->cap && !rebuild(t))
        return false;
    t->entries[t->n] = (entry_t){key, hash, value, true};
    index_entry(t, t->n++);
    t->live++;
    return true;
}

void *table_remove(table_t *t, str_t key) {
    entry_t *e = find(t, key, str_hash(key));
    if (!e)
        return NULL;
    e->live = false;
    e->key = STR_NONE;
    t->live--;
    return e->value;
}

void table_clear(table_t *t) {
    t->n = t->live = 0;
    if (t->nslots)
        memset(t->slots, 0, t->nslots * sizeof *t->slots);
}

bool table_next(const table_t *t, size_t *i, str_t *key, void **value) {
    while (*i < t->n) {
        const entry_t *e = &t->entries[(*i)++];
        if (!e->live)
            continue;
        if (key)
            *key = e->key;
        if (value)
            *value = e->value;
        return true;
    }
    return false;
}
