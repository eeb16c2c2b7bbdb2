#include "config/cue/compile.h"

void labels_init(labels_t *l, arena_t *a, const labels_t *base) {
    *l = (labels_t){.arena = a, .base = base};
}

static label_t *find(const labels_t *l, label_kind_t kind, str_t s, uint32_t hash) {
    if (!l->nbuckets)
        return NULL;
    for (label_t *x = l->buckets[hash & (l->nbuckets - 1)]; x; x = x->next) {
        if (x->hash == hash && x->kind == kind && str_eq(x->s, s))
            return x;
    }
    return NULL;
}

static void grow(labels_t *l) {
    size_t n = l->nbuckets ? l->nbuckets * 4 : 64;
    label_t **buckets = arena_array(l->arena, label_t *, n);
    for (size_t i = 0; i < l->nbuckets; i++) {
        for (label_t *x = l->buckets[i], *next; x; x = next) {
            next = x->next;
            x->next = buckets[x->hash & (n - 1)];
            buckets[x->hash & (n - 1)] = x;
        }
    }
    l->buckets = buckets;
    l->nbuckets = n;
}

label_t *label_intern(labels_t *l, label_kind_t kind, str_t s) {
    uint32_t hash = (uint32_t)str_hash(s) + (uint32_t)kind;
    label_t *x;
    for (const labels_t *b = l->base; b; b = b->base) {
        if ((x = find(b, kind, s, hash)))
            return x;
    }
    if ((x = find(l, kind, s, hash)))
        return x;
    if (l->count >= l->nbuckets)
        grow(l);
    x = arena_new(l->arena, label_t);
    x->s = arena_str(l->arena, s);
    x->hash = hash;
    x->kind = (uint8_t)kind;
    x->next = l->buckets[hash & (l->nbuckets - 1)];
    l->buckets[hash & (l->nbuckets - 1)] = x;
    l->count++;
    return x;
}

label_t *label_int(labels_t *l, size_t index) {
    if (index >= l->nints) {
        size_t n = l->nints ? l->nints : 16;
        while (n <= index)
            n *= 2;
        l->ints = arena_grow(l->arena, l->ints, l->nints * sizeof *l->ints, n * sizeof *l->ints);
        l->nints = n;
    }
    if (!l->ints[index]) {
        l->ints[index] = arena_new(l->arena, label_t);
        l->ints[index]->kind = LABEL_INT;
        l->ints[index]->index = (uint32_t)index;
    }
    return l->ints[index];
}
