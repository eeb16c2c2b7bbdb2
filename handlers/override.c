/* The override policy: patches of components, their traits added, changed or disabled, a selection (vela-core's
 * pkg/policy/envbinding). */
#include "config/cue/regex.h"
#include "handlers/appfile.h"

/* Merges src into a copy of dst: objects member by member, anything else replaces (mergo with override). */
static jv_t *merge(arena_t *a, const jv_t *dst, const jv_t *src, int depth) {
    if (!jv_is(dst, JV_OBJECT) || !jv_is(src, JV_OBJECT) || depth > JV_MAX_DEPTH)
        return (jv_t *)src;
    jv_t *out = jv_object(a);
    for (size_t i = 0; i < jv_count(dst); i++)
        jv_set(a, out, dst->members[i].key, dst->members[i].value);
    for (size_t i = 0; i < jv_count(src); i++) {
        jv_t *old = jv_get(out, src->members[i].key);
        jv_set(a, out, src->members[i].key, merge(a, old, src->members[i].value, depth + 1));
    }
    return out;
}

static bool merge_properties(arena_t *a, jv_t *out, const jv_t *base, const jv_t *patch, err_t *err) {
    const jv_t *b = jv_getc(base, "properties"), *p = jv_getc(patch, "properties");
    if ((b && !jv_is(b, JV_OBJECT) && !jv_is(b, JV_NULL)) || (p && !jv_is(p, JV_OBJECT) && !jv_is(p, JV_NULL)))
        return error_set(err, ERR_INVALID, "properties is no object");
    jv_t *empty = jv_object(a);
    jv_setc(a, out, "properties", merge(a, jv_is(b, JV_OBJECT) ? b : empty, jv_is(p, JV_OBJECT) ? p : empty, 0));
    return true;
}

static jv_t *shallow(arena_t *a, const jv_t *object) {
    jv_t *out = jv_object(a);
    for (size_t i = 0; i < jv_count(object); i++)
        jv_set(a, out, object->members[i].key, object->members[i].value);
    return out;
}

static ptrdiff_t find_by(const jv_t *list, const char *key, str_t value) {
    for (size_t i = 0; i < jv_count(list); i++)
        if (str_eq(jv_str(jv_getc(jv_at(list, i), key)), value))
            return (ptrdiff_t)i;
    return -1;
}

static jv_t *plain_trait(arena_t *a, const jv_t *patch) {
    jv_t *t = jv_object(a);
    jv_setc(a, t, "type", jv_getc(patch, "type"));
    if (jv_getc(patch, "properties"))
        jv_setc(a, t, "properties", jv_getc(patch, "properties"));
    return t;
}

static bool merge_traits(arena_t *a, jv_t *traits, const jv_t *patches, err_t *err) {
    for (size_t i = 0; i < jv_count(patches); i++) {
        const jv_t *patch = jv_at(patches, i);
        str_t type = jv_str(jv_getc(patch, "type"));
        ptrdiff_t at = find_by(traits, "type", type);
        if (jv_true(jv_getc(patch, "disable"))) {
            if (at >= 0)
                jv_remove_at(traits, (size_t)at);
        } else if (at < 0) {
            jv_append(a, traits, plain_trait(a, patch));
        } else {
            jv_t *merged = shallow(a, jv_at(traits, (size_t)at));
            if (!merge_properties(a, merged, jv_at(traits, (size_t)at), patch, err))
                return error_wrap(err, "failed to merge trait " STR_FMT, STR_ARG(type));
            traits->items[at] = merged;
        }
    }
    return true;
}

static jv_t *merge_component(arena_t *a, const jv_t *base, const jv_t *patch, err_t *err) {
    jv_t *out = shallow(a, base), *traits = jv_array(a);
    if (!merge_properties(a, out, base, patch, err))
        return error_wrap(err, "failed to merge component properties"), NULL;
    str_t revision = jv_str(jv_getc(patch, "externalRevision"));
    if (revision.n)
        jv_setc(a, out, "externalRevision", jv_string(a, revision));
    const jv_t *old = jv_getc(base, "traits");
    for (size_t i = 0; i < jv_count(old); i++)
        jv_append(a, traits, jv_at(old, i));
    if (!merge_traits(a, traits, jv_getc(patch, "traits"), err))
        return error_wrap(err, "failed to merge component traits"), NULL;
    jv_setc(a, out, "traits", traits);
    return out;
}

static jv_t *new_component(arena_t *a, const jv_t *patch) {
    jv_t *out = jv_object(a), *traits = jv_array(a);
    const char *const kept[] = {"name", "type", "properties"};
    for (size_t i = 0; i < sizeof kept / sizeof *kept; i++)
        if (jv_getc(patch, kept[i]))
            jv_setc(a, out, kept[i], jv_getc(patch, kept[i]));
    const jv_t *given = jv_getc(patch, "traits");
    for (size_t i = 0; i < jv_count(given); i++)
        if (!jv_true(jv_getc(jv_at(given, i), "disable")))
            jv_append(a, traits, plain_trait(a, jv_at(given, i)));
    if (jv_count(traits))
        jv_setc(a, out, "traits", traits);
    return out;
}

/* The components that a patch without a name changes: all, or those of its type. */
static bool patch_by_type(arena_t *a, jv_t *components, const jv_t *patch, err_t *err) {
    str_t type = jv_str(jv_getc(patch, "type"));
    for (size_t i = 0; i < jv_count(components); i++) {
        const jv_t *c = jv_at(components, i);
        if (type.n && !str_eq(type, jv_str(jv_getc(c, "type"))))
            continue;
        jv_t *merged = merge_component(a, c, patch, err);
        if (!merged)
            return error_wrap(err, "failed to merge component " STR_FMT, STR_ARG(jv_str(jv_getc(c, "name"))));
        components->items[i] = merged;
    }
    return true;
}

static regex_t *name_pattern(arena_t *a, str_t name) {
    buf_t b;
    buf_init_arena(&b, a);
    for (size_t i = 0; i < name.n; i++)
        if (name.p[i] == '*')
            buf_addc(&b, ".*");
        else
            buf_char(&b, name.p[i]);
    return regex_compile(a, buf_str(&b), NULL);
}

static bool has_letter(str_t s) {
    for (size_t i = 0; i < s.n; i++)
        if (s.p[i] >= 'a' && s.p[i] <= 'z')
            return true;
    return false;
}

/* The name is a pattern, found anywhere in a component's name as vela-core does; where it finds none and could be a
 * name, the patch is a new component. One of another type replaces what it finds. */
static bool patch_by_name(arena_t *a, jv_t *components, const jv_t *patch, err_t *err) {
    str_t name = jv_str(jv_getc(patch, "name")), type = jv_str(jv_getc(patch, "type"));
    bool add = has_letter(name);
    regex_t *pattern = name_pattern(a, name);
    for (size_t i = 0; pattern && i < jv_count(components); i++) {
        const jv_t *c = jv_at(components, i);
        bool matched;
        if (!regex_match(pattern, jv_str(jv_getc(c, "name")), &matched, err))
            return false;
        if (!matched)
            continue;
        add = false;
        jv_t *changed;
        if (type.n && !str_eq(type, jv_str(jv_getc(c, "type"))))
            changed = new_component(a, patch);
        else
            changed = merge_component(a, c, patch, err);
        if (!changed)
            return error_wrap(err, "failed to merge component " STR_FMT, STR_ARG(name));
        components->items[i] = changed;
    }
    if (add)
        jv_append(a, components, new_component(a, patch));
    return true;
}

static bool only(const jv_t *v, const char *const *known, size_t n, err_t *err) {
    if (!jv_is(v, JV_OBJECT))
        return error_set(err, ERR_INVALID, "an object is wanted");
    for (size_t i = 0; i < jv_count(v); i++) {
        bool found = false;
        for (size_t k = 0; k < n; k++)
            found |= str_eqc(v->members[i].key, known[k]);
        if (!found)
            return error_set(err, ERR_INVALID, "json: unknown field \"" STR_FMT "\"", STR_ARG(v->members[i].key));
    }
    return true;
}

static bool is_list(const jv_t *v) {
    return !v || jv_is(v, JV_NULL) || jv_is(v, JV_ARRAY);
}

/* vela-core decodes the properties strictly: an unknown field is an error. */
static bool check(const jv_t *properties, err_t *err) {
    static const char *const top[] = {"components", "selector"};
    static const char *const component[] = {"name", "type", "properties", "traits", "externalRevision"};
    static const char *const trait[] = {"type", "properties", "disable"};
    if (!only(properties, top, 2, err))
        return false;
    const jv_t *list = jv_getc(properties, "components"), *selector = jv_getc(properties, "selector");
    if (!is_list(list) || !is_list(selector))
        return error_set(err, ERR_INVALID, "components and selector are lists");
    for (size_t i = 0; i < jv_count(list); i++) {
        const jv_t *c = jv_at(list, i), *traits = jv_getc(c, "traits");
        if (!only(c, component, 5, err))
            return false;
        if (!is_list(traits))
            return error_set(err, ERR_INVALID, "traits is a list");
        for (size_t k = 0; k < jv_count(traits); k++)
            if (!only(jv_at(traits, k), trait, 3, err))
                return false;
    }
    return true;
}

static jv_t *select_components(arena_t *a, jv_t *components, const jv_t *selector) {
    if (!jv_is(selector, JV_ARRAY))
        return components;
    jv_t *out = jv_array(a);
    for (size_t i = 0; i < jv_count(components); i++) {
        str_t name = jv_str(jv_getc(jv_at(components, i), "name"));
        for (size_t k = 0; k < jv_count(selector); k++)
            if (str_eq(jv_str(jv_at(selector, k)), name)) {
                jv_append(a, out, jv_at(components, i));
                break;
            }
    }
    return out;
}

jv_t *policy_override(arena_t *a, const jv_t *components, const jv_t *policy, err_t *err) {
    str_t policy_name = jv_str(jv_getc(policy, "name"));
    const jv_t *properties = jv_getc(policy, "properties");
    if (!properties || jv_is(properties, JV_NULL)) {
        error_set(err, ERR_INVALID, "override policy " STR_FMT " must not have empty properties", STR_ARG(policy_name));
        return NULL;
    }
    if (!check(properties, err))
        return error_wrap(err, "failed to parse override policy " STR_FMT, STR_ARG(policy_name)), NULL;
    jv_t *out = jv_array(a);
    for (size_t i = 0; i < jv_count(components); i++)
        jv_append(a, out, jv_at(components, i));
    const jv_t *patches = jv_getc(properties, "components");
    for (size_t i = 0; i < jv_count(patches); i++) {
        const jv_t *patch = jv_at(patches, i);
        bool named = jv_str(jv_getc(patch, "name")).n > 0;
        if (!(named ? patch_by_name(a, out, patch, err) : patch_by_type(a, out, patch, err)))
            return error_wrap(err, "failed to apply override policy " STR_FMT, STR_ARG(policy_name)), NULL;
    }
    return select_components(a, out, jv_getc(properties, "selector"));
}

/* ---- merging the properties of several policies of one type (vela-core's ParsePolicy) ---- */

enum { MAX_JOIN_DEPTH = 200 }; /* runs on a fiber's stack */

static jv_t *join(arena_t *a, jv_t *base, const jv_t *patch, int depth) {
    jv_t *out = shallow(a, base);
    for (size_t i = 0; i < jv_count(patch); i++) {
        str_t key = patch->members[i].key;
        jv_t *old = jv_get(out, key), *new = patch->members[i].value;
        if (!old) {
            jv_set(a, out, key, new);
        } else if (jv_is(old, JV_ARRAY) && jv_is(new, JV_ARRAY)) {
            jv_t *both = jv_array(a);
            for (size_t k = 0; k < jv_count(old); k++)
                jv_append(a, both, jv_at(old, k));
            for (size_t k = 0; k < jv_count(new); k++)
                jv_append(a, both, jv_at(new, k));
            jv_set(a, out, key, both);
        } else if (jv_is(old, JV_OBJECT) && jv_is(new, JV_OBJECT) && depth < MAX_JOIN_DEPTH) {
            jv_set(a, out, key, join(a, old, new, depth + 1));
        } else if (jv_is(old, JV_BOOL) && !jv_true(old) && jv_true(new)) {
            jv_set(a, out, key, new);
        }
    }
    return out;
}

jv_t *appfile_merged_policy(const appfile_t *af, const char *type) {
    jv_t *out = NULL;
    const jv_t *policies = jv_path(af->app, "spec", "policies", NULL); /* external ones don't count */
    for (size_t i = 0; i < jv_count(policies); i++) {
        const jv_t *p = jv_at(policies, i);
        jv_t *properties = jv_getc(p, "properties");
        if (!str_eqc(jv_str(jv_getc(p, "type")), type) || !jv_is(properties, JV_OBJECT))
            continue;
        out = out ? join(af->arena, out, properties, 0) : properties;
    }
    return out;
}
