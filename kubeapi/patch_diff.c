/* Differences as strategic merge patches, of two objects and three ways, as apimachinery's strategicpatch makes them.
 */
#include "kubeapi/patch_inner.h"

typedef struct diff_options {
    bool changes, deletions; /* what is wanted */
    bool retain;             /* tell all keys of the new object ($retainKeys) */
} diff_options_t;

static jv_t *diff_maps(const patch_run_t *r, const jv_t *from, const jv_t *to, const patch_schema_t *schema,
                       diff_options_t o, int depth);

static void set_copy(const patch_run_t *r, jv_t *patch, str_t key, const jv_t *value) {
    jv_set(r->a, patch, key, jv_copy_shape(r->a, value));
}

static void set_directive(const patch_run_t *r, jv_t *patch, const char *directive, str_t key, jv_t *list) {
    if (list->n)
        jv_set(r->a, patch, arena_printf(r->a, "%s/" STR_FMT, directive, STR_ARG(key)), list);
}

/* ---- lists sorted by what their items print as ---- */

typedef struct named {
    str_t name;
    jv_t *item;
} named_t;

static str_t printed(arena_t *a, const jv_t *v) {
    return jv_is(v, JV_STRING) ? v->s : jv_kind(v) == JV_NULL ? STR("<nil>") : jv_text(a, v);
}

/* Short lists by insertion, equal names turned around: so does Go's sort with the comparison used there, and with two
 * ports of one number it shows. */
static void sort_named(named_t *x, named_t *spare, size_t n) {
    enum { SHORT = 12 };
    if (n <= SHORT) {
        for (size_t i = 1; i < n; i++)
            for (size_t j = i; j > 0 && str_cmp(x[j].name, x[j - 1].name) <= 0; j--) {
                named_t t = x[j];
                x[j] = x[j - 1];
                x[j - 1] = t;
            }
        return;
    }
    for (size_t width = 1; width < n; width *= 2) {
        for (size_t from = 0; from < n; from += 2 * width) {
            size_t middle = from + width < n ? from + width : n, end = from + 2 * width < n ? from + 2 * width : n;
            for (size_t i = from, j = middle, k = from; k < end; k++)
                spare[k] = i < middle && (j == end || str_cmp(x[i].name, x[j].name) <= 0) ? x[i++] : x[j++];
        }
        memcpy(x, spare, n * sizeof *x);
    }
}

static named_t *sorted(arena_t *a, const jv_t *list, const char *key) {
    size_t n = jv_count(list);
    named_t *x = arena_array(a, named_t, n + 1), *spare = arena_array(a, named_t, n + 1);
    for (size_t i = 0; i < n; i++)
        x[i] = (named_t){printed(a, key ? jv_getc(list->items[i], key) : list->items[i]), list->items[i]};
    sort_named(x, spare, n);
    return x;
}

static bool same_order(arena_t *a, const jv_t *x, const jv_t *y, const char *key) {
    if (x->n != y->n)
        return false;
    for (size_t i = 0; i < x->n; i++)
        if (!str_eq(patch_identity(a, x->items[i], key), patch_identity(a, y->items[i], key)))
            return false;
    return true;
}

/* What the lists of one field come to: items to add or change (deletions of objects at the end), scalars to delete. */
typedef struct list_diff {
    jv_t *items, *deletions, *order;
} list_diff_t;

static bool diff_objects(const patch_run_t *r, const jv_t *from, const jv_t *to, const patch_schema_t *field,
                         diff_options_t o, list_diff_t *out, int depth) {
    named_t *x = sorted(r->a, from, field->key), *y = sorted(r->a, to, field->key);
    jv_t *gone = jv_array(r->a), *items = jv_array(r->a);
    for (size_t i = 0, j = 0; i < from->n || j < to->n;) {
        int c = i == from->n ? 1 : j == to->n ? -1 : str_cmp(x[i].name, y[j].name);
        if (c == 0) {
            jv_t *patch = diff_maps(r, x[i].item, y[j].item, field->below, o, depth);
            if (!patch)
                return false;
            if (patch->n) {
                jv_setc(r->a, patch, field->key, jv_getc(y[j].item, field->key));
                jv_append(r->a, items, patch);
            }
            i++, j++;
        } else if (c > 0) {
            if (o.changes)
                jv_append(r->a, items, jv_copy_shape(r->a, y[j].item));
            j++;
        } else {
            if (o.deletions) {
                jv_t *item = jv_object(r->a);
                jv_setc(r->a, item, field->key, jv_getc(x[i].item, field->key));
                jv_setc(r->a, item, "$patch", jv_string(r->a, STR("delete")));
                jv_append(r->a, gone, item);
            }
            i++;
        }
    }
    bool same = same_order(r->a, from, to, field->key);
    out->items = patch_in_order(r->a, items, to, field->key);
    for (size_t i = 0; i < gone->n; i++)
        jv_append(r->a, out->items, gone->items[i]);
    if ((o.changes && (out->items->n || !same)) || (o.deletions && out->items->n))
        for (size_t i = 0; i < to->n; i++) {
            jv_t *item = jv_object(r->a);
            jv_setc(r->a, item, field->key, jv_getc(to->items[i], field->key));
            jv_append(r->a, out->order, item);
        }
    return true;
}

static void diff_scalars(const patch_run_t *r, const jv_t *from, const jv_t *to, diff_options_t o, list_diff_t *out) {
    named_t *x = sorted(r->a, from, NULL), *y = sorted(r->a, to, NULL);
    jv_t *added = jv_array(r->a), *gone = jv_object(r->a);
    for (size_t i = 0, j = 0; i < from->n || j < to->n;) {
        int c = i == from->n ? 1 : j == to->n ? -1 : str_cmp(x[i].name, y[j].name);
        if (c > 0 && o.changes)
            jv_append(r->a, added, y[j].item);
        if (c < 0 && o.deletions && !jv_get(gone, x[i].name)) {
            jv_set(r->a, gone, x[i].name, x[i].item);
            jv_append(r->a, out->deletions, x[i].item);
        }
        i += c <= 0;
        j += c >= 0;
    }
    out->items = patch_in_order(r->a, added, to, NULL);
    /* The old list counts as sorted here: an order that isn't is told each time. */
    bool same = from->n == to->n;
    for (size_t i = 0; same && i < from->n; i++)
        same = jv_equal(x[i].item, to->items[i]);
    if ((o.deletions && out->deletions->n) || (o.changes && !same))
        out->order = jv_copy_shape(r->a, to);
}

static bool diff_lists(const patch_run_t *r, const jv_t *from, const jv_t *to, const patch_schema_t *field,
                       diff_options_t o, jv_t *patch, str_t key, int depth) {
    bool maps;
    list_diff_t d = {jv_array(r->a), jv_array(r->a), jv_array(r->a)};
    if (!from->n) {
        if (to->n && o.changes)
            set_copy(r, patch, key, to);
        return true;
    }
    if (!patch_check_items(r, from, to, field->key, &maps))
        return false;
    o.retain = field->strategy & PATCH_RETAIN_KEYS;
    if (!maps)
        diff_scalars(r, from, to, o, &d);
    else if (!field->key)
        return error_set(r->err, ERR_INVALID, "cannot merge lists without merge key for " STR_FMT, STR_ARG(key));
    else if (!diff_objects(r, from, to, field, o, &d, depth))
        return false;
    if (d.items->n)
        jv_set(r->a, patch, key, d.items);
    set_directive(r, patch, "$deleteFromPrimitiveList", key, d.deletions);
    set_directive(r, patch, "$setElementOrder", key, d.order);
    return true;
}

/* ---- objects ---- */

static bool diff_member(const patch_run_t *r, const jv_t *from, const jv_t *to, const patch_schema_t *schema,
                        diff_options_t o, jv_t *patch, str_t key, int depth) {
    const patch_schema_t *field = patch_schema_field(schema, key);
    bool same_kind = jv_kind(from) == jv_kind(to);
    if (same_kind && jv_is(to, JV_OBJECT) && !(field->strategy & PATCH_REPLACE)) {
        o.retain = field->strategy & PATCH_RETAIN_KEYS;
        jv_t *below = diff_maps(r, from, to, field->below, o, depth + 1);
        if (below && below->n)
            jv_set(r->a, patch, key, below);
        return below;
    }
    if (same_kind && jv_is(to, JV_ARRAY) && (field->strategy & PATCH_MERGE))
        return diff_lists(r, from, to, field, o, patch, key, depth + 1);
    /* An object that is replaced is always sent, changed or not. */
    if (o.changes && (!same_kind || jv_is(to, JV_OBJECT) || !jv_equal(from, to)))
        set_copy(r, patch, key, to);
    return true;
}

static void add_retained(const patch_run_t *r, const jv_t *from, const jv_t *to, jv_t *patch) {
    jv_t *keys = jv_array(r->a);
    bool lost = false;
    for (size_t i = 0; i < to->n; i++)
        if (jv_kind(to->members[i].value) != JV_NULL)
            jv_append(r->a, keys, jv_string(r->a, to->members[i].key));
    for (size_t i = 0; i < from->n; i++)
        lost = lost || (jv_kind(from->members[i].value) != JV_NULL && !jv_get(to, from->members[i].key));
    if (!keys->n || (!patch->n && !lost))
        return;
    named_t *x = sorted(r->a, keys, NULL);
    jv_t *list = jv_array(r->a);
    for (size_t i = 0; i < keys->n; i++)
        jv_append(r->a, list, x[i].item);
    jv_setc(r->a, patch, "$retainKeys", list);
}

static jv_t *diff_maps(const patch_run_t *r, const jv_t *from, const jv_t *to, const patch_schema_t *schema,
                       diff_options_t o, int depth) {
    jv_t *patch = jv_object(r->a);
    if (depth > PATCH_STRATEGIC_DEPTH) {
        patch_too_deep(r->err);
        return NULL;
    }
    for (size_t i = 0; i < to->n; i++) {
        const jv_member_t *m = &to->members[i];
        const jv_t *before = jv_get(from, m->key);
        if (!before) {
            if (o.changes)
                set_copy(r, patch, m->key, m->value);
        } else if (!diff_member(r, before, m->value, schema, o, patch, m->key, depth)) {
            return NULL;
        }
    }
    for (size_t i = 0; o.deletions && i < from->n; i++)
        if (!jv_get(to, from->members[i].key))
            jv_set(r->a, patch, from->members[i].key, jv_null(r->a));
    if (o.retain)
        add_retained(r, from, to, patch);
    return patch;
}

static const jv_t *or_empty(arena_t *a, const jv_t *v) {
    return jv_is(v, JV_OBJECT) ? v : jv_object(a);
}

jv_t *patch_diff_strategic(arena_t *a, const jv_t *from, const jv_t *to, const patch_schema_t *schema, err_t *err) {
    patch_run_t r = {.a = a, .err = err};
    return diff_maps(&r, or_empty(a, from), or_empty(a, to), schema, (diff_options_t){true, true, false}, 0);
}

jv_t *patch_three_way_strategic(arena_t *a, const jv_t *original, const jv_t *modified, const jv_t *current,
                                const patch_schema_t *schema, err_t *err) {
    patch_run_t r = {.a = a, .err = err};
    diff_options_t changes = {.changes = true}, deletions = {.deletions = true};
    modified = or_empty(a, modified);
    jv_t *delta = diff_maps(&r, or_empty(a, current), modified, schema, changes, 0);
    jv_t *gone = delta ? diff_maps(&r, or_empty(a, original), modified, schema, deletions, 0) : NULL;
    return gone ? patch_merge_maps(&r, gone, delta, schema, 0) : NULL;
}
