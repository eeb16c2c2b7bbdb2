#include "kubeapi/name.h"

#include "reactor/base/mem.h"

struct name {
    uint32_t refs, n;
    uint32_t hash;
    char p[];
};

/* Open addressing with linear probing; removal shifts back what follows, so there are no tombstones. */
static struct {
    name_t **slots;
    size_t cap, count;
} names;

static size_t home(const name_t *n) {
    return n->hash & (names.cap - 1);
}

/* The slot where the name is or would go. */
static size_t slot_of(str_t s, uint32_t hash) {
    size_t i = hash & (names.cap - 1);
    while (names.slots[i]) {
        const name_t *n = names.slots[i];
        if (n->hash == hash && n->n == s.n && memcmp(n->p, s.p, s.n) == 0)
            break;
        i = (i + 1) & (names.cap - 1);
    }
    return i;
}

static bool resize(size_t cap) {
    name_t **old = names.slots, **slots = mem_alloc(cap * sizeof *slots);
    size_t had = names.cap;
    if (!slots)
        return false;
    names.slots = slots;
    names.cap = cap;
    for (size_t i = 0; i < had; i++)
        if (old[i])
            slots[slot_of(str_n(old[i]->p, old[i]->n), old[i]->hash)] = old[i];
    mem_free(old);
    return true;
}

name_t *name_find(str_t s) {
    return names.cap ? names.slots[slot_of(s, (uint32_t)str_hash(s))] : NULL;
}

name_t *name_take(str_t s) {
    uint32_t hash = (uint32_t)str_hash(s);
    if (names.count * 4 >= names.cap * 3 && !resize(names.cap ? names.cap * 2 : 64))
        return NULL;
    size_t at = slot_of(s, hash);
    name_t *n = names.slots[at];
    if (n)
        return name_ref(n);
    n = mem_alloc(sizeof *n + s.n + 1);
    if (!n)
        return NULL;
    n->refs = 1;
    n->n = (uint32_t)s.n;
    n->hash = hash;
    memcpy(n->p, s.p ? s.p : "", s.n);
    names.slots[at] = n;
    names.count++;
    return n;
}

name_t *name_ref(name_t *n) {
    if (n)
        n->refs++;
    return n;
}

static void unlink_name(name_t *n) {
    size_t mask = names.cap - 1, hole = slot_of(str_n(n->p, n->n), n->hash);
    for (size_t i = (hole + 1) & mask; names.slots[i]; i = (i + 1) & mask) {
        /* what lies at or before the hole on its own way from home may move into it */
        if (((i - home(names.slots[i])) & mask) >= ((i - hole) & mask)) {
            names.slots[hole] = names.slots[i];
            hole = i;
        }
    }
    names.slots[hole] = NULL;
    if (--names.count == 0) {
        mem_free(names.slots);
        names.slots = NULL;
        names.cap = 0;
    } else if (names.cap > 64 && names.count * 8 < names.cap) {
        resize(names.cap / 2); /* failing leaves it as it was */
    }
}

void name_release(name_t *n) {
    if (!n || --n->refs)
        return;
    unlink_name(n);
    mem_free(n);
}

str_t name_str(const name_t *n) {
    return n ? str_n(n->p, n->n) : STR("");
}

size_t name_count(void) {
    return names.count;
}
