#include "handlers/strategy.h"

typedef struct walk {
    arena_t *arena;
    syn_t *base;
    str_t *path; /* labels and indexes from the root to where the walk is */
    size_t depth;
    bool too_deep;
} walk_t;

/* The argument of close(x). */
static syn_t *peel(syn_t *x) {
    if (x && x->kind == SYN_CALL && x->n == 1 && x->x && x->x->kind == SYN_IDENT && str_eqc(x->x->str, "close"))
        return x->items[0];
    return x;
}

static syn_t *follow(syn_t *x, const str_t *path, size_t n) {
    for (size_t i = 0; i < n && x; i++) {
        int64_t index;
        x = peel(x);
        if (x->kind == SYN_STRUCT) {
            syn_t *f = syn_get(x, path[i]);
            x = f ? f->field->value : NULL;
        } else if ((x->kind == SYN_LIST || x->kind == SYN_CALL) && str_int(path[i], &index)) {
            x = index >= 0 && index < (int64_t)x->n ? x->items[index] : NULL;
        } else {
            return NULL;
        }
    }
    return x ? peel(x) : NULL;
}

static bool is_literal(const syn_t *x) {
    return x->kind >= SYN_NULL && x->kind <= SYN_BYTES;
}

static bool same_literal(const syn_t *x, const syn_t *y) {
    if (x->kind != y->kind)
        return false;
    if (x->kind == SYN_BOOL)
        return x->truth == y->truth;
    return str_eq(x->str, y->str);
}

/* Splits at a separator into arena memory; returns how many parts. */
static size_t split(arena_t *a, str_t s, char at, str_t **parts) {
    size_t n = 1;
    for (size_t i = 0; i < s.n; i++)
        n += s.p[i] == at;
    *parts = arena_array(a, str_t, n);
    for (size_t i = 0; i < n; i++)
        str_cut(s, at, &(*parts)[i], &s);
    return n;
}

/* Items of the patch that have been lined up with one key, by their literal. */
typedef struct keyed {
    str_t key;
    const syn_t *literal;
    syn_t *item; /* NULL once it has found its place */
} keyed_t;

static keyed_t *find_keyed(keyed_t *items, size_t n, str_t key, const syn_t *literal) {
    for (size_t i = n; i-- > 0;)
        if (items[i].item && str_eq(items[i].key, key) && same_literal(items[i].literal, literal))
            return &items[i];
    return NULL;
}

typedef struct merge {
    arena_t *arena;
    syn_t *base, *patch;
    bool retain_keys;
    keyed_t *items;
    size_t nitems;
    syn_t *out;
} merge_t;

/* Notes the patch's items by this key. False where one has no literal there: the lists are then left alone. */
static bool collect(merge_t *m, str_t key, const str_t *path, size_t npath, bool *found) {
    for (size_t i = 0; i < m->patch->n; i++) {
        syn_t *item = m->patch->items[i], *value;
        if (item->kind == SYN_ELLIPSIS || !(value = follow(item, path, npath)))
            continue;
        *found = true;
        if (!is_literal(value))
            return false;
        keyed_t *old = find_keyed(m->items, m->nitems, key, value);
        if (old)
            old->item = item;
        else
            m->items[m->nitems++] = (keyed_t){key, value, item};
    }
    return true;
}

/* For each item of the base, the patch's item of the same key, or {} where it has none. */
static bool line_up(merge_t *m, str_t key, const str_t *path, size_t npath) {
    for (size_t i = 0; i < m->base->n; i++) {
        syn_t *item = m->base->items[i], *value;
        if (item->kind == SYN_ELLIPSIS || !(value = follow(item, path, npath)))
            continue;
        if (!is_literal(value))
            return false;
        keyed_t *k = find_keyed(m->items, m->nitems, key, value);
        if (k && m->retain_keys)
            m->base->items[i] = syn_struct(m->arena);
        syn_append(m->arena, m->out, k ? k->item : syn_struct(m->arena));
        if (k)
            k->item = NULL;
    }
    return true;
}

static void merge_lists(arena_t *a, const syn_t *field, str_t keys, syn_t *base, syn_t *patch) {
    str_t *each, strategy = STR_NONE;
    size_t nkeys = split(a, keys, ',', &each);
    merge_t m = {.arena = a, .base = base, .patch = patch, .out = syn_list(a)};
    m.items = arena_array(a, keyed_t, patch->n * nkeys + 1);
    m.retain_keys = syn_marker(field, STR("patchStrategy"), &strategy) && str_eqc(strategy, "retainKeys");
    for (size_t k = 0; k < nkeys; k++) {
        str_t *path;
        size_t npath = split(a, each[k], '.', &path);
        bool found = false;
        if (!collect(&m, each[k], path, npath, &found))
            return;
        if (!found && patch->n == 0)
            continue;
        if (!found || !line_up(&m, each[k], path, npath))
            return;
    }
    for (size_t i = 0; i < patch->n; i++)
        for (size_t k = 0; k < m.nitems; k++)
            if (m.items[k].item == patch->items[i]) {
                syn_append(a, m.out, patch->items[i]);
                break;
            }
    syn_append(a, m.out, syn_new(a, SYN_ELLIPSIS));
    patch->items = m.out->items;
    patch->n = m.out->n;
}

static void patch_list(walk_t *w, const syn_t *field, str_t inherited, syn_t *patch) {
    str_t key = inherited, strategy = STR_NONE;
    syn_marker(field, STR("patchKey"), &key);
    syn_marker(field, STR("patchStrategy"), &strategy);
    w->path[w->depth] = syn_label(field);
    syn_t *base = follow(w->base, w->path, w->depth + 1);
    if (!base || base->kind != SYN_LIST)
        return;
    if (str_eqc(strategy, "replace")) {
        base->items = patch->items;
        base->n = patch->n;
    } else if (key.n) {
        merge_lists(w->arena, field, key, base, patch);
    }
}

static void patch_field(walk_t *w, syn_t *field, str_t inherited) {
    syn_t *value = peel(field->field->value);
    str_t strategy;
    if (value->kind == SYN_LIST) {
        patch_list(w, field, inherited, value);
        return;
    }
    if (!syn_marker(field, STR("patchStrategy"), &strategy) || !str_eqc(strategy, "retainKeys"))
        return;
    syn_t *parent = follow(w->base, w->path, w->depth);
    if (!parent || parent->kind != SYN_STRUCT)
        return;
    syn_t *there = syn_get(parent, syn_label(field));
    if (there)
        there->field->value = field->field->value;
}

static void walk(walk_t *w, syn_t *x, str_t key);

static void walk_items(walk_t *w, syn_t *x, str_t key) {
    for (size_t i = 0; i < x->n; i++) {
        w->path[w->depth++] = arena_printf(w->arena, "%zu", i);
        walk(w, x->items[i], key);
        w->depth--;
    }
}

static void walk_field(walk_t *w, syn_t *x, str_t key) {
    if (!x->field->value)
        return;
    patch_field(w, x, key);
    str_t label = syn_label(x);
    if (label.n == 0 || x->label_kind == LABEL_DEF)
        return;
    syn_marker(x, STR("patchKey"), &key);
    w->path[w->depth++] = label;
    walk(w, x->field->value, key);
    w->depth--;
}

static void walk(walk_t *w, syn_t *x, str_t key) {
    if (w->depth + 2 > JV_MAX_DEPTH)
        w->too_deep = true;
    if (!x || w->too_deep)
        return;
    switch (x->kind) {
    case SYN_FIELD:
        walk_field(w, x, key);
        break;
    case SYN_STRUCT:
        for (size_t i = 0; i < x->n; i++)
            walk(w, x->items[i], key);
        break;
    case SYN_LIST:
        walk_items(w, x, key);
        break;
    case SYN_BINARY:
        walk(w, x->x, key);
        walk(w, x->y, key);
        break;
    case SYN_UNARY:
    case SYN_COMPREHENSION:
        walk(w, x->x, key);
        break;
    case SYN_CALL:
        if (peel(x) != x)
            walk(w, peel(x), key);
        else
            walk_items(w, x, key);
        break;
    default:
        break;
    }
}

/* Lists that are a field's value may grow. */
static void open_lists(arena_t *a, syn_t *x, int depth) {
    if (!x || depth > JV_MAX_DEPTH)
        return;
    switch (x->kind) {
    case SYN_FIELD: {
        syn_t *v = x->field->value;
        open_lists(a, v, depth + 1);
        if (v && v->kind == SYN_LIST && (v->n == 0 || v->items[v->n - 1]->kind != SYN_ELLIPSIS))
            syn_append(a, v, syn_new(a, SYN_ELLIPSIS));
        break;
    }
    case SYN_STRUCT:
    case SYN_LIST:
    case SYN_CALL:
        for (size_t i = 0; i < x->n; i++)
            open_lists(a, x->items[i], depth + 1);
        break;
    case SYN_BINARY:
        open_lists(a, x->y, depth + 1);
        open_lists(a, x->x, depth + 1);
        break;
    case SYN_UNARY:
    case SYN_PAREN:
    case SYN_COMPREHENSION:
        open_lists(a, x->x, depth + 1);
        break;
    default:
        break;
    }
}

bool strategy_prepare(arena_t *a, syn_t *base, syn_t *patch, err_t *err) {
    walk_t w = {.arena = a, .base = base, .path = arena_array(a, str_t, JV_MAX_DEPTH + 2)};
    open_lists(a, base, 0);
    walk(&w, patch, STR_NONE);
    return !w.too_deep || error_set(err, ERR_LIMIT, "a patch nested more than %d deep", JV_MAX_DEPTH);
}

/* The declarations of a struct at the top level, where `...` has no place; anything else as an embedding. */
static str_t file_text(arena_t *a, syn_t *x) {
    buf_t b;
    buf_init_arena(&b, a);
    x = peel(x);
    if (x->kind == SYN_STRUCT && x->n && x->items[x->n - 1]->kind == SYN_ELLIPSIS)
        x->n--;
    cue_format(&b, x, x->kind == SYN_STRUCT);
    return buf_str(&b);
}

cue_eval_t *strategy_unify(arena_t *a, syn_t *base, syn_t *patch, const cue_budget_t *budget, err_t *err) {
    if (!strategy_prepare(a, base, patch, err))
        return NULL;
    cue_source_t sources[] = {{STR("workload"), file_text(a, base)}, {STR("patch"), file_text(a, patch)}};
    cue_program_t *program = cue_compile(sources, 2, NULL, err);
    if (!program) {
        error_wrap(err, "result check err");
        return NULL;
    }
    cue_eval_t *e = cue_eval_start(program, budget, err);
    cue_program_release(program);
    if (e && !cue_validate(e, false, err)) {
        cue_eval_end(e);
        error_wrap(err, "result check err");
        return NULL;
    }
    return e;
}
