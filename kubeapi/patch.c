/* JSON merge patch: applying, differences of two and of three. Without recursion. */
#include "kubeapi/patch_inner.h"

bool patch_too_deep(err_t *err) {
    return error_set(err, ERR_LIMIT, "patch nested too deep");
}

/* ---- applying ---- */

typedef struct merging {
    jv_t *into;
    const jv_t *patch; /* objects, or arrays that are copied item by item */
    uint32_t i;
} merging_t;

/* The stacks of this file grow in the arena: at full depth they would fill a fiber's. */
typedef struct merging_stack {
    arena_t *a;
    size_t n, cap;
    merging_t *items;
} merging_stack_t;

static void *room(arena_t *a, void *items, size_t n, size_t *cap, size_t size) {
    if (n < *cap)
        return items;
    size_t old = *cap;
    *cap = old ? 2 * old : 16;
    return arena_grow(a, items, old * size, *cap * size);
}

static bool push(merging_stack_t *s, jv_t *into, const jv_t *patch) {
    if (s->n == JV_MAX_DEPTH)
        return false;
    s->items = room(s->a, s->items, s->n, &s->cap, sizeof *s->items);
    s->items[s->n++] = (merging_t){into, patch, 0};
    return true;
}

/* A value of a patch as it comes to stand: nulls in its objects, lists' items included, ask for nothing. */
static bool add(merging_stack_t *s, const jv_t *value, jv_t *existing, jv_t **out) {
    if (jv_is(value, JV_OBJECT)) {
        *out = jv_is(existing, JV_OBJECT) ? existing : jv_object(s->a);
        return push(s, *out, value);
    }
    if (jv_is(value, JV_ARRAY)) {
        *out = jv_array(s->a);
        return push(s, *out, value);
    }
    *out = jv_copy_shape(s->a, value);
    return true;
}

static bool merge_step(merging_stack_t *s) {
    merging_t *top = &s->items[s->n - 1];
    jv_t *into = top->into, *value;
    if (top->i == top->patch->n) {
        s->n--;
        return true;
    }
    uint32_t i = top->i++;
    if (top->patch->kind == JV_ARRAY) {
        if (!add(s, top->patch->items[i], NULL, &value))
            return false;
        jv_append(s->a, into, value);
        return true;
    }
    const jv_member_t *m = &top->patch->members[i];
    if (jv_kind(m->value) == JV_NULL) {
        jv_remove(into, m->key);
        return true;
    }
    jv_t *existing = jv_get(into, m->key);
    if (!add(s, m->value, existing, &value))
        return false;
    if (value != existing)
        jv_set(s->a, into, m->key, value);
    return true;
}

jv_t *patch_merge(arena_t *a, const jv_t *target, const jv_t *patch, err_t *err) {
    merging_stack_t s = {.a = a};
    jv_t *existing = jv_is(target, JV_OBJECT) && jv_is(patch, JV_OBJECT) ? jv_copy_shape(a, target) : NULL, *result;
    bool fine = add(&s, patch, existing, &result);
    while (fine && s.n)
        fine = merge_step(&s);
    if (!fine)
        patch_too_deep(err);
    return fine ? result : NULL;
}

/* ---- differences ---- */

/* What of a difference is wanted. */
typedef enum { DIFF_ALL, DIFF_CHANGES, DIFF_DELETIONS } diff_part_t;

typedef struct differing {
    const jv_t *from, *to;
    jv_t *patch;
    str_t key; /* where the patch goes in the one above, if not empty */
    uint32_t i;
} differing_t;

typedef struct diff {
    arena_t *a;
    diff_part_t part;
    const jv_t *empty;
    size_t n, cap;
    differing_t *stack;
} diff_t;

static bool diff_push(diff_t *d, const jv_t *from, const jv_t *to, str_t key) {
    if (d->n == JV_MAX_DEPTH)
        return false;
    d->stack = room(d->a, d->stack, d->n, &d->cap, sizeof *d->stack);
    d->stack[d->n++] = (differing_t){from, to, jv_object(d->a), key, 0};
    return true;
}

/* A value that is new or another. Of a part, objects are gone through for the nulls in them: null asks for a deletion.
 */
static bool set_value(diff_t *d, jv_t *patch, str_t key, const jv_t *value) {
    bool null = jv_kind(value) == JV_NULL;
    if (d->part != DIFF_ALL && jv_is(value, JV_OBJECT) && value->n)
        return diff_push(d, d->empty, value, key);
    if (d->part == DIFF_ALL || null == (d->part == DIFF_DELETIONS))
        jv_set(d->a, patch, key, jv_copy_shape(d->a, value));
    return true;
}

static void add_deletions(diff_t *d, const differing_t *top) {
    for (uint32_t i = 0; d->part != DIFF_CHANGES && i < top->from->n; i++)
        if (!jv_get(top->to, top->from->members[i].key))
            jv_set(d->a, top->patch, top->from->members[i].key, jv_null(d->a));
}

static bool diff_step(diff_t *d) {
    differing_t *top = &d->stack[d->n - 1];
    if (top->i == top->to->n) {
        add_deletions(d, top);
        d->n--;
        if (d->n && top->patch->n)
            jv_set(d->a, d->stack[d->n - 1].patch, top->key, top->patch);
        return true;
    }
    const jv_member_t *m = &top->to->members[top->i++];
    const jv_t *before = jv_get(top->from, m->key);
    if (before && jv_is(before, JV_OBJECT) && jv_is(m->value, JV_OBJECT))
        return diff_push(d, before, m->value, m->key);
    if (!before || !jv_equal(before, m->value))
        return set_value(d, top->patch, m->key, m->value);
    return true;
}

static jv_t *diff(arena_t *a, const jv_t *from, const jv_t *to, diff_part_t part, err_t *err) {
    diff_t d = {.a = a, .part = part, .empty = jv_object(a)};
    diff_push(&d, jv_is(from, JV_OBJECT) ? from : d.empty, jv_is(to, JV_OBJECT) ? to : d.empty, STR_NONE);
    jv_t *patch = d.stack[0].patch;
    bool fine = true;
    while (fine && d.n)
        fine = diff_step(&d);
    if (!fine)
        patch_too_deep(err);
    return fine ? patch : NULL;
}

jv_t *patch_diff(arena_t *a, const jv_t *from, const jv_t *to, err_t *err) {
    return diff(a, from, to, DIFF_ALL, err);
}

/* ---- three ways ---- */

/* Changes over deletions. Both come from differences with `modified`, so they can't contradict each other. */
typedef struct joining {
    jv_t *into;
    const jv_t *from;
    uint32_t i;
} joining_t;

static bool join(arena_t *a, jv_t *into, const jv_t *from) {
    size_t n = 0, cap = 0;
    joining_t *stack = room(a, NULL, 0, &cap, sizeof *stack);
    stack[n++] = (joining_t){into, from, 0};
    while (n) {
        joining_t *top = &stack[n - 1];
        if (top->i == top->from->n) {
            n--;
            continue;
        }
        const jv_member_t *m = &top->from->members[top->i++];
        jv_t *existing = jv_get(top->into, m->key);
        if (!jv_is(existing, JV_OBJECT) || !jv_is(m->value, JV_OBJECT)) {
            jv_set(a, top->into, m->key, m->value);
            continue;
        }
        if (n == JV_MAX_DEPTH)
            return false;
        stack = room(a, stack, n, &cap, sizeof *stack);
        stack[n++] = (joining_t){existing, m->value, 0};
    }
    return true;
}

jv_t *patch_three_way_merge(arena_t *a, const jv_t *original, const jv_t *modified, const jv_t *current, err_t *err) {
    jv_t *deletions = diff(a, original, modified, DIFF_DELETIONS, err);
    jv_t *found = deletions ? diff(a, current, modified, DIFF_CHANGES, err) : NULL, *changes;
    /* Values that are set whole lose the nulls in them, as on applying. */
    changes = found ? patch_merge(a, NULL, found, err) : NULL;
    if (!changes)
        return NULL;
    if (!join(a, deletions, changes)) {
        patch_too_deep(err);
        return NULL;
    }
    static const char *const fixed[] = {"apiVersion", "kind"};
    for (size_t i = 0; i < 2; i++)
        if (jv_getc(deletions, fixed[i])) {
            error_set(err, ERR_CONFLICT, "the patch would change %s", fixed[i]);
            return NULL;
        }
    if (jv_path(deletions, "metadata", "name", NULL)) {
        error_set(err, ERR_CONFLICT, "the patch would change metadata.name");
        return NULL;
    }
    return deletions;
}
