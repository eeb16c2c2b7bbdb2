#include "handlers/labels.h"
#include <stdio.h>
#include <stdlib.h>

/* A map of strings under metadata, made where there is none. NULL where metadata is no object: vela-core's setters then
 * silently do nothing. A map with any other value than strings reads as absent there and so is replaced. */
static jv_t *strings(arena_t *a, jv_t *object, const char *map) {
    jv_t *metadata = jv_getc(object, "metadata");
    if (!metadata) {
        metadata = jv_object(a);
        jv_setc(a, object, "metadata", metadata);
    }
    if (!jv_is(metadata, JV_OBJECT))
        return NULL;
    jv_t *m = jv_getc(metadata, map);
    bool good = jv_is(m, JV_OBJECT);
    for (size_t i = 0; good && i < jv_count(m); i++)
        good = jv_is(m->members[i].value, JV_STRING);
    if (!good) {
        m = jv_object(a);
        jv_setc(a, metadata, map, m);
    }
    return m;
}

void labels_set(arena_t *a, jv_t *object, const char *map, str_t key, str_t value) {
    jv_t *m = strings(a, object, map);
    if (m)
        jv_set(a, m, key, jv_string(a, value));
}

static void label(arena_t *a, jv_t *object, const char *key, str_t value) {
    labels_set(a, object, "labels", str_c(key), value);
}

static void common(arena_t *a, jv_t *object, const appfile_t *af, str_t component) {
    label(a, object, "app.oam.dev/name", af->name);
    label(a, object, "app.oam.dev/component", component);
    label(a, object, "app.oam.dev/appRevision", af->revision_name);
}

void labels_of_workload(arena_t *a, jv_t *object, const appfile_t *af, str_t component, str_t type) {
    common(a, object, af, component);
    label(a, object, "workload.oam.dev/type", type);
}

void labels_of_output(arena_t *a, jv_t *object, const appfile_t *af, str_t component, str_t trait, str_t resource) {
    common(a, object, af, component);
    label(a, object, "trait.oam.dev/type", trait);
    if (resource.n)
        label(a, object, "trait.oam.dev/resource", resource);
}

void labels_of_policy(arena_t *a, jv_t *object, const appfile_t *af, str_t policy) {
    common(a, object, af, policy);
}

/* ---- the hash in generated names ---- */

static int by_key(const void *x, const void *y) {
    const jv_member_t *const *l = x, *const *r = y;
    return str_cmp((*l)->key, (*r)->key);
}

/* Go's %g: the fewest digits that give the same float64, an exponent from 1e6 and below 1e-4. */
static void spew_double(buf_t *out, const jv_t *v) {
    char text[64];
    double d = 0;
    int digits = 1;
    jv_as_double(v, &d);
    do
        snprintf(text, sizeof text, "%.*e", digits - 1, d);
    while (strtod(text, NULL) != d && digits++ < 17);
    int exponent = atoi(strchr(text, 'e') ? strchr(text, 'e') + 1 : "0");
    if (exponent >= -4 && exponent < 6)
        snprintf(text, sizeof text, "%.*f", digits - 1 > exponent ? digits - 1 - exponent : 0, d);
    buf_printf(out, "(float64)%s", text);
}

/* The object as Go's spew prints it with types and sorted keys: the bytes that vela-core hashes. */
static void spew(buf_t *out, arena_t *a, const jv_t *v, int depth) {
    switch (jv_kind(v)) {
    case JV_NULL:
        buf_addc(out, "(interface {})<nil>");
        break;
    case JV_BOOL:
        buf_addc(out, jv_true(v) ? "(bool)true" : "(bool)false");
        break;
    case JV_NUMBER: {
        int64_t i;
        if (jv_is_integer(v) && jv_as_int(v, &i)) {
            buf_printf(out, "(int64)%lld", (long long)i);
        } else {
            spew_double(out, v);
        }
        break;
    }
    case JV_STRING:
        buf_addc(out, "(string)");
        buf_add(out, jv_str(v));
        break;
    case JV_ARRAY:
        buf_addc(out, "([]interface {})[");
        for (size_t i = 0; i < jv_count(v) && depth < JV_MAX_DEPTH; i++) {
            if (i)
                buf_char(out, ' ');
            spew(out, a, jv_at(v, i), depth + 1);
        }
        buf_char(out, ']');
        break;
    case JV_OBJECT: {
        buf_addc(out, "(map[string]interface {})map[");
        size_t n = jv_count(v);
        const jv_member_t **sorted = arena_array(a, const jv_member_t *, n);
        for (size_t i = 0; i < n; i++)
            sorted[i] = &v->members[i];
        qsort(sorted, n, sizeof *sorted, by_key);
        for (size_t i = 0; i < n && depth < JV_MAX_DEPTH; i++) {
            if (i)
                buf_char(out, ' ');
            buf_add(out, sorted[i]->key);
            buf_char(out, ':');
            spew(out, a, sorted[i]->value, depth + 1);
        }
        buf_char(out, ']');
        break;
    }
    }
}

static uint32_t fnv32a(str_t s) {
    uint32_t h = 2166136261u;
    for (size_t i = 0; i < s.n; i++)
        h = (h ^ (uint8_t)s.p[i]) * 16777619u;
    return h;
}

str_t labels_trait_name(arena_t *a, str_t component, str_t type, const jv_t *object) {
    static const char alphabet[] = "bcdfghjklmnpqrstvwxz2456789"; /* apimachinery's SafeEncodeString */
    jv_t *hashed = jv_copy(a, object);
    jv_t *labels = jv_path(hashed, "metadata", "labels", NULL);
    if (jv_is(labels, JV_OBJECT))
        jv_removec(labels, "app.oam.dev/appRevision");
    buf_t text;
    buf_init_arena(&text, a);
    buf_addc(&text, "(unstructured.Unstructured){Object:");
    spew(&text, a, hashed, 0);
    buf_char(&text, '}');
    str_t digits = arena_printf(a, "%u", fnv32a(buf_str(&text)));
    buf_t name;
    buf_init_arena(&name, a);
    buf_add(&name, component);
    buf_char(&name, '-');
    if (type.n == 0 || str_eqc(type, "dummy"))
        type = STR("trait");
    for (size_t i = 0; i < type.n; i++)
        buf_char(&name, type.p[i] >= 'A' && type.p[i] <= 'Z' ? (char)(type.p[i] + 32) : type.p[i]);
    buf_char(&name, '-');
    for (size_t i = 0; i < digits.n; i++)
        buf_char(&name, alphabet[(uint8_t)digits.p[i] % (sizeof alphabet - 1)]);
    return arena_str(a, buf_str(&name));
}

/* ---- the contract ---- */

static str_t name_of(const jv_t *object) {
    return jv_path_str(object, "metadata", "name", NULL);
}

static void set_metadata(arena_t *a, jv_t *object, const char *key, str_t value) {
    jv_set_path(a, object, jv_string(a, value), "metadata", key, NULL);
}

static void set_namespace(arena_t *a, const appfile_t *af, jv_t *object) {
    bool is_namespace =
        str_eqc(jv_str(jv_getc(object, "kind")), "Namespace") && str_eqc(jv_str(jv_getc(object, "apiVersion")), "v1");
    if (!is_namespace && jv_path_str(object, "metadata", "namespace", NULL).n == 0)
        set_metadata(a, object, "namespace", af->ns);
}

/* Whether a comma list holds the key, blanks trimmed. */
static bool in_list(str_t list, str_t key) {
    str_t part;
    while (str_cut(list, ',', &part, &list))
        if (str_eq(str_trim(part), key))
            return true;
    return str_eq(str_trim(part), key);
}

static str_t annotation(const appfile_t *af, const char *key) {
    return jv_str(jv_getc(af->annotations, key));
}

static void app_labels(arena_t *a, const appfile_t *af, jv_t *object, str_t component) {
    const struct {
        const char *key;
        str_t value;
    } own[] = {{"app.oam.dev/name", af->name},
               {"app.oam.dev/namespace", af->ns},
               {"app.oam.dev/appRevision", af->revision_name},
               {"app.oam.dev/component", component}};
    str_t filter = annotation(af, "filter.oam.dev/label-keys");
    for (size_t i = 0; i < jv_count(af->labels); i++) {
        const jv_member_t *m = &af->labels->members[i];
        if (!jv_is(m->value, JV_STRING) || in_list(filter, m->key))
            continue;
        labels_set(a, object, "labels", m->key, jv_str(m->value));
    }
    for (size_t i = 0; i < sizeof own / sizeof *own; i++)
        if (!in_list(filter, str_c(own[i].key)))
            label(a, object, own[i].key, own[i].value);
}

/* Annotations that concern the Application alone. */
static const char *const kept_back[] = {"app.oam.dev/inplace-upgrade", "filter.oam.dev/label-keys",
                                        "filter.oam.dev/annotation-keys",
                                        "kubectl.kubernetes.io/last-applied-configuration"};

static void app_annotations(arena_t *a, const appfile_t *af, jv_t *object) {
    jv_t *map = strings(a, object, "annotations");
    if (!map)
        return;
    for (size_t i = 0; i < jv_count(af->annotations); i++)
        if (jv_is(af->annotations->members[i].value, JV_STRING))
            jv_set(a, map, af->annotations->members[i].key, af->annotations->members[i].value);
    for (size_t i = 0; i < sizeof kept_back / sizeof *kept_back; i++)
        jv_removec(map, kept_back[i]);
    str_t filter = annotation(af, "filter.oam.dev/annotation-keys"), key;
    while (filter.n) {
        str_cut(filter, ',', &key, &filter);
        jv_remove(map, key);
    }
}

static const definition_t *trait_definition(const appfile_t *af, str_t type, definition_t *out) {
    const jv_t *known = af->definitions[DEFINITION_TRAIT];
    ptrdiff_t dash = str_rchr(type, '-');
    const jv_t *d = dash >= 0 ? jv_get(known, str_sub(type, 0, (size_t)dash)) : NULL;
    if (!d)
        d = jv_get(known, type);
    return d && definition_read(d, out, NULL) ? out : NULL;
}

/* A path like spec.workloadRef, also with [0] and ['a.b'], set to value; objects on the way are made. */
static bool set_field_path(arena_t *a, jv_t *v, str_t path, jv_t *value, err_t *err) {
    str_t rest = path;
    while (rest.n) {
        bool bracket = rest.p[0] == '[';
        str_t key;
        if (bracket) {
            ptrdiff_t end = str_chr(rest, ']');
            if (end < 0)
                return error_set(err, ERR_INVALID, "unterminated '[' in path " STR_FMT, STR_ARG(path));
            key = str_sub(rest, 1, (size_t)end - 1);
            rest = str_from(rest, (size_t)end + 1);
        } else {
            size_t n = 0;
            while (n < rest.n && rest.p[n] != '.' && rest.p[n] != '[')
                n++;
            key = str_sub(rest, 0, n);
            rest = str_from(rest, n);
        }
        if (rest.n && rest.p[0] == '.')
            rest = str_from(rest, 1);
        int64_t index;
        if (bracket && str_int(key, &index)) {
            if (!jv_is(v, JV_ARRAY) || index < 0 || (size_t)index >= jv_count(v) || !rest.n)
                return error_set(err, ERR_INVALID, "no item %lld in path " STR_FMT, (long long)index, STR_ARG(path));
            v = jv_at(v, (size_t)index);
            continue;
        }
        if (bracket && key.n >= 2 && (key.p[0] == '\'' || key.p[0] == '"'))
            key = str_sub(key, 1, key.n - 2);
        if (!jv_is(v, JV_OBJECT))
            return error_set(err, ERR_INVALID, "\"" STR_FMT "\" in path " STR_FMT " is in no object", STR_ARG(key),
                             STR_ARG(path));
        if (!rest.n) {
            jv_set(a, v, key, value);
            return true;
        }
        jv_t *next = jv_get(v, key);
        if (!next) {
            next = jv_object(a);
            jv_set(a, v, key, next);
        }
        v = next;
    }
    return error_set(err, ERR_INVALID, "an empty path");
}

static bool set_workload_reference(arena_t *a, const appfile_t *af, const jv_t *workload, jv_t *object, str_t type,
                                   err_t *err) {
    definition_t d;
    if (str_eqc(type, "AuxiliaryWorkload") || !trait_definition(af, type, &d) || d.workload_ref_path.n == 0)
        return true;
    jv_t *reference = jv_object(a);
    const char *const keys[] = {"kind", "name", "apiVersion"};
    for (size_t i = 0; i < 3; i++) {
        str_t s = i == 1 ? name_of(workload) : jv_str(jv_getc(workload, keys[i]));
        if (s.n)
            jv_setc(a, reference, keys[i], jv_string(a, s));
    }
    return set_field_path(a, object, d.workload_ref_path, reference, err) ||
           error_wrap(err, "cannot set workload reference to trait \"" STR_FMT "\"", STR_ARG(name_of(object)));
}

bool labels_contract(arena_t *a, const appfile_t *af, rendered_t *r, err_t *err) {
    jv_t *w = r->workload;
    if (name_of(w).n == 0)
        set_metadata(a, w, "name", r->component);
    set_namespace(a, af, w);
    label(a, w, "app.oam.dev/resourceType", STR("WORKLOAD"));
    app_labels(a, af, w, r->component);
    app_annotations(a, af, w);
    for (size_t i = 0; i < r->noutputs; i++) {
        render_output_t *o = &r->outputs[i];
        if (name_of(o->object).n == 0)
            set_metadata(a, o->object, "name", labels_trait_name(a, r->component, o->type, o->object));
        label(a, o->object, "app.oam.dev/resourceType", STR("TRAIT"));
        app_labels(a, af, o->object, r->component);
        app_annotations(a, af, o->object);
        set_namespace(a, af, o->object);
        if (!set_workload_reference(a, af, w, o->object, o->type, err))
            return false;
    }
    return true;
}
