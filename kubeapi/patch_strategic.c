/* Strategic merge patch: applying one, and joining two into one. Lists of built-in kinds merge item by item, told apart
 * by a key; directives in a patch ($patch, $retainKeys, $deleteFromPrimitiveList/…, $setElementOrder/…) say what plain
 * values can't. The behaviour, oddities included, is that of apimachinery's strategicpatch. */
#include "kubeapi/patch_inner.h"

#define DIRECTIVE "$patch"
#define RETAIN_KEYS "$retainKeys"
static const str_t delete_prefix = {"$deleteFromPrimitiveList", 24};
static const str_t order_prefix = {"$setElementOrder", 16};

static jv_t *fail(const patch_run_t *r, const char *fmt, ...) __attribute__((format(printf, 2, 3)));
static jv_t *fail(const patch_run_t *r, const char *fmt, ...) {
    va_list ap;
    va_start(ap, fmt);
    str_t text = arena_vprintf(r->a, fmt, ap);
    va_end(ap);
    error_set(r->err, ERR_INVALID, STR_FMT, STR_ARG(text));
    return NULL;
}

/* ---- lists ---- */

bool patch_is_delete(const jv_t *item) {
    return str_eqc(jv_path_str(item, DIRECTIVE, NULL), "delete");
}

str_t patch_identity(arena_t *a, const jv_t *item, const char *key) {
    const jv_t *v = key ? jv_getc(item, key) : item;
    return v ? jv_text(a, v) : STR_NONE;
}

jv_t *patch_ranks(arena_t *a, const jv_t *list, const char *key) {
    jv_t *ranks = jv_object(a);
    for (size_t i = 0; i < jv_count(list); i++) {
        str_t id = patch_identity(a, list->items[i], key);
        if (id.n && jv_find(ranks, id) < 0)
            jv_set(a, ranks, id, list->items[i]);
    }
    return ranks;
}

typedef struct ranked {
    jv_t *item;
    size_t rank;
} ranked_t;

/* Merge sort, so that equal ranks keep their order. */
static void sort_ranked(ranked_t *x, ranked_t *spare, size_t n) {
    for (size_t width = 1; width < n; width *= 2) {
        for (size_t from = 0; from < n; from += 2 * width) {
            size_t middle = from + width < n ? from + width : n, end = from + 2 * width < n ? from + 2 * width : n;
            for (size_t i = from, j = middle, k = from; k < end; k++)
                spare[k] = i < middle && (j == end || x[i].rank <= x[j].rank) ? x[i++] : x[j++];
        }
        memcpy(x, spare, n * sizeof *x);
    }
}

jv_t *patch_in_order(arena_t *a, const jv_t *items, const jv_t *order, const char *key) {
    jv_t *ranks = patch_ranks(a, order, key), *out = jv_array(a);
    size_t n = jv_count(items);
    ranked_t *x = arena_array(a, ranked_t, n), *spare = arena_array(a, ranked_t, n);
    for (size_t i = 0; i < n; i++) {
        ptrdiff_t rank = jv_find(ranks, patch_identity(a, items->items[i], key));
        bool last = rank < 0 || (key && patch_is_delete(items->items[i]));
        x[i] = (ranked_t){items->items[i], last ? SIZE_MAX : (size_t)rank};
    }
    sort_ranked(x, spare, n);
    for (size_t i = 0; i < n; i++)
        jv_append(a, out, x[i].item);
    return out;
}

bool patch_check_items(const patch_run_t *r, const jv_t *list, const jv_t *other, const char *key, bool *maps) {
    const jv_t *first = jv_count(list) ? list->items[0] : jv_at(other, 0), *lists[] = {list, other};
    *maps = jv_is(first, JV_OBJECT);
    for (size_t l = 0; l < 2; l++)
        for (size_t i = 0; i < jv_count(lists[l]); i++) {
            const jv_t *item = lists[l]->items[i];
            if (jv_is(item, JV_ARRAY))
                return fail(r, "lists of lists are not supported");
            if (jv_kind(item) != jv_kind(first))
                return fail(r, "list element types are not identical");
            if (*maps && key && !jv_getc(item, key))
                return fail(r, "map: " STR_FMT " does not contain declared merge key: %s", STR_ARG(jv_text(r->a, item)),
                            key);
        }
    return true;
}

/* ---- values that are set whole ---- */

/* Drops what carries $patch, and `nulls` too. False: the value itself is dropped. */
static bool strip(jv_t *v, bool nulls, int depth, bool *too_deep) {
    if (depth > PATCH_STRATEGIC_DEPTH) {
        *too_deep = true;
        return true;
    }
    if (jv_is(v, JV_OBJECT)) {
        if (jv_getc(v, DIRECTIVE))
            return false;
        for (size_t i = 0; i < v->n;) {
            const jv_t *value = v->members[i].value;
            bool drop = nulls && jv_kind(value) == JV_NULL;
            if (drop || !strip(v->members[i].value, nulls, depth + 1, too_deep))
                jv_remove(v, v->members[i].key);
            else
                i++;
        }
    } else if (jv_is(v, JV_ARRAY)) {
        uint32_t n = 0;
        for (uint32_t i = 0; i < v->n; i++)
            if (strip(v->items[i], nulls, depth + 1, too_deep))
                v->items[n++] = v->items[i];
        v->n = n;
    }
    return true;
}

static bool set_whole(const patch_run_t *r, jv_t *original, str_t key, jv_t *value, int depth) {
    bool too_deep = false;
    if (strip(value, r->applying, depth, &too_deep))
        jv_set(r->a, original, key, value);
    else
        jv_remove(original, key);
    return !too_deep || patch_too_deep(r->err);
}

/* ---- merging lists ---- */

/* Scalars: the originals, then the new ones, each once. */
static jv_t *merge_scalars(const patch_run_t *r, const jv_t *original, const jv_t *patch) {
    const jv_t *lists[] = {original, patch};
    jv_t *seen = jv_object(r->a), *out = jv_array(r->a);
    for (size_t l = 0; l < 2; l++)
        for (size_t i = 0; i < jv_count(lists[l]); i++) {
            str_t id = patch_identity(r->a, lists[l]->items[i], NULL);
            if (jv_get(seen, id))
                continue;
            jv_set(r->a, seen, id, lists[l]->items[i]);
            jv_append(r->a, out, lists[l]->items[i]);
        }
    return out;
}

static jv_t *without(const patch_run_t *r, const jv_t *list, const jv_t *gone, const char *key) {
    jv_t *ranks = patch_ranks(r->a, gone, key), *out = jv_array(r->a);
    for (size_t i = 0; i < jv_count(list); i++)
        if (jv_find(ranks, patch_identity(r->a, list->items[i], key)) < 0)
            jv_append(r->a, out, list->items[i]);
    return out;
}

/* Items with $patch act on the original list and go; *original and *patch are what remains to merge. */
static bool special_items(const patch_run_t *r, jv_t **original, jv_t **patch, const char *key) {
    jv_t *gone = jv_array(r->a), *plain = jv_array(r->a);
    bool replace = false;
    for (size_t i = 0; i < (*patch)->n; i++) {
        jv_t *item = (*patch)->items[i];
        const jv_t *directive = jv_getc(item, DIRECTIVE);
        str_t what = jv_str(directive);
        if (!directive) {
            jv_append(r->a, plain, item);
        } else if (str_eqc(what, "delete")) {
            if (!jv_getc(item, key))
                return fail(r, "map: " STR_FMT " does not contain declared merge key: %s", STR_ARG(jv_text(r->a, item)),
                            key);
            jv_append(r->a, gone, item);
        } else if (str_eqc(what, "replace")) {
            replace = true;
        } else if (str_eqc(what, "merge")) {
            return fail(r, "merging lists cannot yet be specified in the patch");
        } else {
            return fail(r, "unknown patch type: " STR_FMT " in map: " STR_FMT, STR_ARG(jv_text(r->a, directive)),
                        STR_ARG(jv_text(r->a, item)));
        }
    }
    *original = replace ? plain : without(r, *original, gone, key);
    *patch = replace ? jv_array(r->a) : plain;
    return true;
}

static jv_t *merge_objects(const patch_run_t *r, jv_t *original, const jv_t *patch, const patch_schema_t *field,
                           int depth) {
    jv_t *ranks = patch_ranks(r->a, original, field->key);
    uint32_t *at = arena_array(r->a, uint32_t, original->n + patch->n + 1); /* position of each rank */
    for (uint32_t i = 0; i < original->n; i++) {
        ptrdiff_t rank = jv_find(ranks, patch_identity(r->a, original->items[i], field->key));
        if (rank >= 0 && !at[rank])
            at[rank] = i + 1;
    }
    for (uint32_t i = 0; i < patch->n; i++) {
        jv_t *item = patch->items[i];
        str_t id = patch_identity(r->a, item, field->key);
        if (!id.n)
            return fail(r, "map: " STR_FMT " does not contain declared merge key: %s", STR_ARG(jv_text(r->a, item)),
                        field->key);
        ptrdiff_t rank = jv_find(ranks, id);
        if (rank < 0) {
            jv_append(r->a, original, item);
            jv_set(r->a, ranks, id, item);
            at[ranks->n - 1] = original->n;
            continue;
        }
        jv_t *merged = patch_merge_maps(r, original->items[at[rank] - 1], item, field->below, depth);
        if (!merged)
            return NULL;
        original->items[at[rank] - 1] = merged;
    }
    return original;
}

/* Those of `merged` that `order` names, in its order, woven into the others, which keep the server's order. */
static jv_t *weave(const patch_run_t *r, const jv_t *merged, const jv_t *order, const jv_t *server, const char *key) {
    jv_t *named = patch_ranks(r->a, order, key), *place = patch_ranks(r->a, server, key);
    jv_t *left = jv_array(r->a), *right = jv_array(r->a), *out = jv_array(r->a);
    for (size_t i = 0; i < merged->n; i++) {
        bool in = jv_find(named, patch_identity(r->a, merged->items[i], key)) >= 0;
        jv_append(r->a, in ? right : left, merged->items[i]);
    }
    right = patch_in_order(r->a, right, order, key);
    left = patch_in_order(r->a, left, server, key);
    size_t i = 0, j = 0;
    while (i < left->n || j < right->n) {
        bool first = i < left->n;
        if (first && j < right->n) {
            ptrdiff_t x = jv_find(place, patch_identity(r->a, left->items[i], key));
            ptrdiff_t y = jv_find(place, patch_identity(r->a, right->items[j], key));
            first = x >= 0 && y >= 0 && x < y;
        }
        jv_append(r->a, out, first ? left->items[i++] : right->items[j++]);
    }
    return out;
}

static jv_t *merge_lists(const patch_run_t *r, jv_t *original, jv_t *patch, const patch_schema_t *field, bool deletes,
                         int depth) {
    bool maps;
    if (!(field->strategy & PATCH_MERGE) && !deletes)
        return patch;
    if (!original->n && !patch->n)
        return original;
    if (!patch_check_items(r, original, patch, NULL, &maps))
        return NULL;
    const char *key = maps ? field->key : NULL;
    if (maps && !key)
        return fail(r, "cannot merge lists without merge key for %s", field->name ? field->name : "this field");
    jv_t *merged, *server = original;
    if (!maps && deletes && r->applying)
        return without(r, original, patch, NULL);
    if (maps) {
        if (!special_items(r, &server, &patch, key))
            return NULL;
        jv_t *base = jv_array(r->a);
        for (size_t i = 0; i < server->n; i++)
            jv_append(r->a, base, server->items[i]);
        merged = merge_objects(r, base, patch, field, depth);
    } else {
        merged = merge_scalars(r, original, patch);
    }
    if (!merged || !patch_check_items(r, merged, patch, key, &maps))
        return NULL;
    return weave(r, merged, patch, server, key);
}

/* ---- directives of an object ---- */

static bool retain_keys(const patch_run_t *r, jv_t *original, jv_t *patch) {
    jv_t *keys = jv_getc(patch, RETAIN_KEYS);
    if (!keys)
        return true;
    jv_removec(patch, RETAIN_KEYS);
    if (!r->applying) {
        const jv_t *there = jv_getc(original, RETAIN_KEYS);
        if (there && !jv_equal(there, keys))
            return fail(r, "two different lists of " RETAIN_KEYS);
        jv_setc(r->a, original, RETAIN_KEYS, keys);
        return true;
    }
    if (!jv_is(keys, JV_ARRAY))
        return fail(r, "invalid patch format of retainKeys: no list");
    jv_t *kept = jv_object(r->a);
    for (size_t i = 0; i < keys->n; i++)
        jv_set(r->a, kept, jv_str(keys->items[i]), keys->items[i]);
    for (size_t i = 0; i < patch->n; i++) {
        const jv_member_t *m = &patch->members[i];
        bool directive = str_starts(m->key, delete_prefix) || str_starts(m->key, order_prefix);
        if (jv_kind(m->value) != JV_NULL && !directive && !jv_get(kept, m->key))
            return fail(r, "invalid patch format of retainKeys: \"" STR_FMT "\" is set, but not retained",
                        STR_ARG(m->key));
    }
    for (size_t i = original->n; i-- > 0;)
        if (!jv_get(kept, original->members[i].key))
            jv_remove(original, original->members[i].key);
    return true;
}

/* The items of the patch must come in the order that $setElementOrder gives. */
static bool check_order(const patch_run_t *r, const jv_t *patch, const jv_t *order, const char *key) {
    size_t i = 0, j = 0;
    if (!jv_count(patch) || !order->n)
        return true;
    for (; i < patch->n && j < order->n;) {
        if (key && jv_getc(patch->items[i], DIRECTIVE)) {
            i++;
            continue;
        }
        if (str_eq(patch_identity(r->a, patch->items[i], key), patch_identity(r->a, order->items[j], key)))
            i++;
        j++;
    }
    while (key && i < patch->n && jv_getc(patch->items[i], DIRECTIVE))
        i++;
    return i == patch->n ||
           fail(r, "The order in patch list:\n" STR_FMT "\n doesn't match $setElementOrder list:\n" STR_FMT "\n",
                STR_ARG(jv_text(r->a, patch)), STR_ARG(jv_text(r->a, order)));
}

static bool set_order(const patch_run_t *r, jv_t *original, jv_t *patch, const patch_schema_t *schema, str_t name,
                      jv_t *order, int depth) {
    const patch_schema_t *field = patch_schema_field(schema, name);
    jv_t *there = jv_get(original, name), *given = jv_get(patch, name), *merged;
    bool maps;
    if (!jv_is(order, JV_ARRAY) || (there && !jv_is(there, JV_ARRAY)) || (given && !jv_is(given, JV_ARRAY)))
        return fail(r, "invalid patch format of setElementOrder list for " STR_FMT, STR_ARG(name));
    if (!patch_check_items(r, order, NULL, field->key, &maps) || !check_order(r, given, order, field->key))
        return false;
    if (!there && !given)
        return true;
    if (there && given) {
        merged = merge_lists(r, there, given, field, false, depth + 1);
        if (!merged)
            return false;
    } else if (there) {
        merged = there;
    } else {
        bool too_deep = false;
        strip(given, false, depth + 1, &too_deep);
        if (too_deep)
            return patch_too_deep(r->err);
        merged = given;
    }
    if (!patch_check_items(r, merged, NULL, field->key, &maps))
        return false;
    jv_set(r->a, original, name, weave(r, merged, order, there, field->key));
    jv_remove(patch, name);
    return true;
}

static bool set_orders(const patch_run_t *r, jv_t *original, jv_t *patch, const patch_schema_t *schema, int depth) {
    for (size_t i = 0; i < patch->n;) {
        str_t key = patch->members[i].key, name, prefix;
        jv_t *order = patch->members[i].value;
        if (!str_starts(key, order_prefix)) {
            i++;
            continue;
        }
        str_cut(key, '/', &prefix, &name);
        if (!name.n || !str_eq(prefix, order_prefix))
            return fail(r, "invalid patch format of setElementOrder list: " STR_FMT, STR_ARG(key));
        if (!r->applying) {
            const jv_t *there = jv_get(original, key);
            if (there && !jv_equal(there, order))
                return fail(r, "two different lists of " STR_FMT, STR_ARG(key));
            jv_set(r->a, original, key, order);
        }
        jv_remove(patch, key);
        if (!set_order(r, original, patch, schema, name, order, depth))
            return false;
        i = 0; /* the field of the list went too */
    }
    return true;
}

/* ---- objects ---- */

static bool merge_member(const patch_run_t *r, jv_t *original, str_t key, jv_t *value, const patch_schema_t *schema,
                         int depth) {
    bool deletes = str_starts(key, delete_prefix);
    str_t prefix;
    if (deletes) {
        if (!r->applying) {
            jv_set(r->a, original, key, value);
            return true;
        }
        str_t whole = key;
        if (!str_cut(whole, '/', &prefix, &key) || !str_eq(prefix, delete_prefix))
            return fail(r, "invalid patch format of primitive list: " STR_FMT, STR_ARG(whole));
    }
    if (jv_kind(value) == JV_NULL) {
        jv_remove(original, key);
        if (!r->applying)
            jv_set(r->a, original, key, value);
        return true;
    }
    jv_t *there = jv_get(original, key), *merged;
    if (!there || jv_kind(there) != jv_kind(value))
        return deletes || set_whole(r, original, key, value, depth + 1);
    const patch_schema_t *field = patch_schema_field(schema, key);
    if (value->kind == JV_OBJECT) {
        merged = value;
        if (!(field->strategy & PATCH_REPLACE))
            merged = patch_merge_maps(r, there, value, field->below, depth + 1);
    } else if (value->kind == JV_ARRAY) {
        merged = merge_lists(r, there, value, field, deletes, depth + 1);
    } else {
        merged = value;
    }
    if (merged)
        jv_set(r->a, original, key, merged);
    return merged;
}

jv_t *patch_merge_maps(const patch_run_t *r, jv_t *original, jv_t *patch, const patch_schema_t *schema, int depth) {
    const jv_t *directive = jv_getc(patch, DIRECTIVE);
    if (directive) {
        if (str_eqc(jv_str(directive), "delete"))
            return jv_object(r->a);
        if (!str_eqc(jv_str(directive), "replace"))
            return fail(r, "unknown patch type: " STR_FMT " in map: " STR_FMT, STR_ARG(jv_text(r->a, directive)),
                        STR_ARG(jv_text(r->a, patch)));
        jv_removec(patch, DIRECTIVE);
        return patch;
    }
    if (depth > PATCH_STRATEGIC_DEPTH) {
        patch_too_deep(r->err);
        return NULL;
    }
    if (!retain_keys(r, original, patch) || !set_orders(r, original, patch, schema, depth))
        return NULL;
    for (size_t i = 0; i < patch->n; i++)
        if (!merge_member(r, original, patch->members[i].key, patch->members[i].value, schema, depth))
            return NULL;
    return original;
}

jv_t *patch_strategic(arena_t *a, const jv_t *target, const jv_t *patch, const patch_schema_t *schema, err_t *err) {
    patch_run_t r = {.a = a, .err = err, .applying = true};
    if (!jv_is(target, JV_OBJECT) || !jv_is(patch, JV_OBJECT))
        return fail(&r, "a strategic merge patch is an object");
    return patch_merge_maps(&r, jv_copy_shape(a, target), jv_copy_shape(a, patch), schema, 0);
}
