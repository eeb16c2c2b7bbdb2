#include "contrib/apiserver/schema.h"

#include "contrib/apiserver/names.h"
#include "reactor/base/base64.h"

#include <math.h>
#define PCRE2_CODE_UNIT_WIDTH 8
#include <pcre2.h>

static str_t shown(str_t path) {
    return path.n ? path : STR("<nil>");
}

static void add_type(fields_t *f, str_t path, const char *wanted, const jv_t *v) {
    arena_t *a = f->arena;
    static const char *const words[] = {"null", "boolean", "number", "string", "array", "object"};
    const char *have = jv_is(v, JV_NUMBER) && jv_is_integer(v) ? "integer" : words[jv_kind(v)];
    fields_add(f, FIELD_TYPE_INVALID, shown(path),
               arena_printf(a, "Invalid value: \"%s\": " STR_FMT " in body must be of type %s: \"%s\"", have,
                            STR_ARG(path), wanted, have));
}

static void add_body(fields_t *f, str_t path, const jv_t *v, const char *rule, str_t limit) {
    fields_invalid(f, shown(path), v, STR_FMT " in body %s" STR_FMT, STR_ARG(path), rule, STR_ARG(limit));
}

static bool is_type(str_t type, const jv_t *v) {
    double d;
    switch (jv_kind(v)) {
    case JV_NULL:
        return false;
    case JV_BOOL:
        return str_eqc(type, "boolean");
    case JV_NUMBER:
        return str_eqc(type, "number") || (str_eqc(type, "integer") && jv_as_double(v, &d) && d == floor(d));
    case JV_STRING:
        return str_eqc(type, "string");
    case JV_ARRAY:
        return str_eqc(type, "array");
    case JV_OBJECT:
        return str_eqc(type, "object");
    }
    return false;
}

static str_t number(arena_t *a, const jv_t *v) {
    return jv_text(a, v);
}

static void check_number(const jv_t *raw, const jv_t *v, str_t path, fields_t *f) {
    double d, limit;
    const jv_t *max = jv_getc(raw, "maximum"), *min = jv_getc(raw, "minimum"), *of = jv_getc(raw, "multipleOf");
    if (!jv_as_double(v, &d))
        return;
    /* An integer is divided by the factor's whole part. */
    if (jv_as_double(of, &limit) && limit > 0 && limit < 1 && jv_is_integer(v))
        fields_add(f, FIELD_INVALID, shown(path),
                   arena_printf(f->arena,
                                "Invalid value: 0: factor MultipleOf declared for " STR_FMT " must be positive: 0",
                                STR_ARG(path)));
    else if (jv_as_double(of, &limit) && limit != 0 && fmod(d, limit) != 0)
        add_body(f, path, v, "should be a multiple of ", number(f->arena, of));
    if (jv_as_double(max, &limit)) {
        bool exclusive = jv_true(jv_getc(raw, "exclusiveMaximum"));
        if (exclusive ? d >= limit : d > limit)
            add_body(f, path, v, exclusive ? "should be less than " : "should be less than or equal to ",
                     number(f->arena, max));
    }
    if (jv_as_double(min, &limit)) {
        bool exclusive = jv_true(jv_getc(raw, "exclusiveMinimum"));
        if (exclusive ? d <= limit : d < limit)
            add_body(f, path, v, exclusive ? "should be greater than " : "should be greater than or equal to ",
                     number(f->arena, min));
    }
}

/* Patterns are RE2's; what PCRE2 doesn't compile is taken as matched. */
static bool matches(str_t pattern, str_t s) {
    int code;
    PCRE2_SIZE at;
    pcre2_code *re =
        pcre2_compile((PCRE2_SPTR)pattern.p, pattern.n, PCRE2_UTF | PCRE2_DOLLAR_ENDONLY, &code, &at, NULL);
    if (!re)
        return true;
    pcre2_match_data *data = pcre2_match_data_create_from_pattern(re, NULL);
    pcre2_match_context *limits = pcre2_match_context_create(NULL);
    int found = 0;
    if (data && limits) {
        pcre2_set_match_limit(limits, 100000);
        found = pcre2_match(re, (PCRE2_SPTR)(s.p ? s.p : ""), s.n, 0, 0, data, limits);
    }
    pcre2_match_context_free(limits);
    pcre2_match_data_free(data);
    pcre2_code_free(re);
    return found >= 0 || found == PCRE2_ERROR_MATCHLIMIT;
}

static size_t characters(str_t s) {
    size_t n = 0;
    for (size_t i = 0; i < s.n; i++)
        n += ((unsigned char)s.p[i] & 0xc0) != 0x80;
    return n;
}

static bool has_format(arena_t *a, str_t format, str_t s) {
    str_t out;
    if (str_eqc(format, "date-time"))
        return wire_time(a, s, false, &out, NULL);
    if (str_eqc(format, "ipv4"))
        return name_ipv4(s);
    if (str_eqc(format, "ipv6"))
        return name_ip(s) && !name_ipv4(s);
    if (str_eqc(format, "cidr"))
        return name_cidr(s);
    if (str_eqc(format, "byte")) {
        buf_t b;
        buf_init_arena(&b, a);
        return base64_decode(&b, s, BASE64_STD, NULL);
    }
    if (str_eqc(format, "uuid"))
        return matches(STR("^(?i)[0-9A-F]{8}-?[0-9A-F]{4}-?[0-9A-F]{4}-?[0-9A-F]{4}-?[0-9A-F]{12}$"), s);
    return true;
}

static void check_string(const jv_t *raw, const jv_t *v, str_t path, fields_t *f) {
    int64_t n;
    str_t pattern = jv_str(jv_getc(raw, "pattern")), format = jv_str(jv_getc(raw, "format"));
    size_t length = characters(v->s);
    if (jv_as_int(jv_getc(raw, "maxLength"), &n) && (int64_t)length > n)
        fields_too_long(f, shown(path), (size_t)n);
    if (jv_as_int(jv_getc(raw, "minLength"), &n) && (int64_t)length < n)
        add_body(f, path, v, "should be at least ", arena_printf(f->arena, "%lld chars long", (long long)n));
    if (pattern.n && !matches(pattern, v->s))
        add_body(f, path, v, "should match '", arena_concat(f->arena, pattern, STR("'")));
    if (format.n && !has_format(f->arena, format, v->s))
        fields_add(f, FIELD_TYPE_INVALID, shown(path),
                   arena_printf(f->arena,
                                "Invalid value: " STR_FMT ": " STR_FMT " in body must be of type " STR_FMT ": " STR_FMT,
                                STR_ARG(fields_quote(f->arena, v->s)), STR_ARG(path), STR_ARG(format),
                                STR_ARG(fields_quote(f->arena, v->s))));
}

static bool same_key(const jv_t *x, const jv_t *y, const jv_t *keys) {
    for (size_t i = 0; i < jv_count(keys); i++) {
        const jv_t *a = jv_get(x, jv_str(jv_at(keys, i))), *b = jv_get(y, jv_str(jv_at(keys, i)));
        if ((a || b) && !(a && b && jv_equal(a, b)))
            return false;
    }
    return true;
}

static void check_list_type(const jv_t *raw, const jv_t *v, str_t path, fields_t *f) {
    str_t type = jv_str(jv_getc(raw, "x-kubernetes-list-type"));
    const jv_t *keys = jv_getc(raw, "x-kubernetes-list-map-keys");
    bool map = str_eqc(type, "map"), set = str_eqc(type, "set");
    if (!map && !set)
        return;
    for (size_t i = 1; i < v->n; i++)
        for (size_t k = 0; k < i; k++) {
            if (!(map ? same_key(v->items[i], v->items[k], keys) : jv_equal(v->items[i], v->items[k])))
                continue;
            jv_t *shown_key = v->items[i];
            if (map) {
                shown_key = jv_object(f->arena);
                for (size_t j = 0; j < jv_count(keys); j++)
                    if (jv_get(v->items[i], jv_str(jv_at(keys, j))))
                        jv_set(f->arena, shown_key, jv_str(jv_at(keys, j)),
                               jv_get(v->items[i], jv_str(jv_at(keys, j))));
            }
            fields_add(f, FIELD_DUPLICATE, at_index(f->arena, path, i),
                       arena_concat(f->arena, STR("Duplicate value: "), fields_go(f->arena, shown_key)));
            break;
        }
}

static void check_array(const jv_t *raw, const jv_t *v, str_t path, fields_t *f) {
    int64_t n;
    const jv_t *items = jv_getc(raw, "items");
    for (size_t i = 0; items && i < v->n; i++)
        schema_validate(items, v->items[i], at_index(f->arena, path, i), f);
    if (jv_as_int(jv_getc(raw, "maxItems"), &n) && v->n > n)
        fields_too_many(f, shown(path), v->n, (size_t)n);
    if (jv_as_int(jv_getc(raw, "minItems"), &n) && v->n < n)
        add_body(f, path, jv_int(f->arena, v->n), "should have at least ",
                 arena_printf(f->arena, "%lld items", (long long)n));
    if (jv_true(jv_getc(raw, "uniqueItems")))
        for (size_t i = 1; i < v->n; i++)
            for (size_t k = 0; k < i; k++)
                if (jv_equal(v->items[i], v->items[k])) {
                    add_body(f, path, v, "shouldn't contain duplicates", STR_NONE);
                    i = v->n;
                    break;
                }
    check_list_type(raw, v, path, f);
}

static void check_object(const jv_t *raw, const jv_t *v, str_t path, fields_t *f) {
    int64_t n;
    const jv_t *required = jv_getc(raw, "required"), *props = jv_getc(raw, "properties");
    const jv_t *more = jv_getc(raw, "additionalProperties");
    if (jv_as_int(jv_getc(raw, "maxProperties"), &n) && v->n > n)
        fields_too_many(f, shown(path), v->n, (size_t)n);
    if (jv_as_int(jv_getc(raw, "minProperties"), &n) && v->n < n)
        add_body(f, path, jv_int(f->arena, v->n), "should have at least ",
                 arena_printf(f->arena, "%lld properties", (long long)n));
    for (size_t i = 0; i < jv_count(required); i++) {
        str_t key = jv_str(jv_at(required, i));
        if (!jv_get(v, key))
            fields_required(f, at_str(f->arena, path, key), "");
    }
    for (size_t i = 0; i < v->n; i++) {
        const jv_t *child = jv_get(props, v->members[i].key);
        str_t below = at_str(f->arena, path, v->members[i].key);
        if (child)
            schema_validate(child, v->members[i].value, below, f);
        else if (jv_is(more, JV_OBJECT))
            schema_validate(more, v->members[i].value, below, f);
    }
}

static size_t count_valid(const jv_t *schemas, const jv_t *v, str_t path, fields_t *f, fields_t *first) {
    size_t good = 0;
    for (size_t i = 0; i < jv_count(schemas); i++) {
        fields_t own = {.arena = f->arena};
        schema_validate(jv_at(schemas, i), v, path, &own);
        good += own.n == 0;
        if (own.n && !first->n)
            *first = own;
    }
    return good;
}

static void add_logic(fields_t *f, str_t path, const char *what) {
    fields_add(f, FIELD_INVALID, STR("<nil>"),
               arena_printf(f->arena, "Invalid value: \"\": " STR_FMT " must %s", STR_ARG(fields_quote(f->arena, path)),
                            what));
}

static void add_all(fields_t *f, const fields_t *more) {
    for (size_t i = 0; i < more->n; i++)
        fields_add(f, more->items[i].reason, more->items[i].field, more->items[i].message);
}

static void check_logic(const jv_t *raw, const jv_t *v, str_t path, fields_t *f) {
    const jv_t *one = jv_getc(raw, "oneOf"), *any = jv_getc(raw, "anyOf"), *all = jv_getc(raw, "allOf");
    const jv_t *not = jv_getc(raw, "not");
    arena_t *a = f->arena;
    fields_t inner = {.arena = a}, first = {.arena = a};
    if (any && !count_valid(any, v, path, f, &inner)) {
        add_logic(f, path, "validate at least one schema (anyOf)");
        add_all(f, &inner);
    }
    size_t good = one ? count_valid(one, v, path, f, &first) : 1;
    if (good != 1) {
        str_t how = arena_printf(a, "validate one and only one schema (oneOf). Found %zu valid alternatives", good);
        add_logic(f, path, good ? arena_cstr(a, how) : "validate one and only one schema (oneOf). Found none valid");
        if (!good)
            add_all(f, &first);
    }
    for (size_t i = 0; i < jv_count(all); i++)
        schema_validate(jv_at(all, i), v, path, f);
    if (not ) {
        fields_t own = {.arena = a};
        schema_validate(not, v, path, &own);
        if (!own.n)
            add_logic(f, path, "not validate the schema (not)");
    }
}

static void check_enum(const jv_t *raw, const jv_t *v, str_t path, fields_t *f) {
    const jv_t *values = jv_getc(raw, "enum");
    if (!values)
        return;
    buf_t b;
    buf_init_arena(&b, f->arena);
    buf_addc(&b, "Unsupported value: ");
    buf_add(&b, fields_value(f->arena, v));
    buf_addc(&b, ": supported values: ");
    for (size_t i = 0; i < jv_count(values); i++) {
        const jv_t *one = jv_at(values, i);
        if (jv_equal(one, v))
            return;
        buf_addc(&b, i ? ", " : "");
        buf_add(&b, fields_quote(f->arena, jv_is(one, JV_STRING) ? one->s : jv_text(f->arena, one)));
    }
    fields_add(f, FIELD_NOT_SUPPORTED, shown(path), buf_str(&b));
}

void schema_validate(const jv_t *raw, const jv_t *v, str_t path, fields_t *f) {
    str_t type = jv_str(jv_getc(raw, "type"));
    if (jv_is(v, JV_NULL) && jv_true(jv_getc(raw, "nullable")))
        return;
    if (jv_true(jv_getc(raw, "x-kubernetes-int-or-string"))) {
        if (!jv_is(v, JV_STRING) && !is_type(STR("integer"), v)) {
            add_type(f, path, "integer,string", v);
            return;
        }
    } else if (type.n && !is_type(type, v)) {
        add_type(f, path, arena_cstr(f->arena, type), v);
        return;
    }
    check_logic(raw, v, path, f);
    if (jv_is(v, JV_STRING))
        check_string(raw, v, path, f);
    if (jv_is(v, JV_NUMBER))
        check_number(raw, v, path, f);
    if (jv_is(v, JV_ARRAY))
        check_array(raw, v, path, f);
    check_enum(raw, v, path, f);
    if (jv_is(v, JV_OBJECT))
        check_object(raw, v, path, f);
    if (jv_is(v, JV_OBJECT) && jv_true(jv_getc(raw, "x-kubernetes-embedded-resource"))) {
        if (!jv_str(jv_getc(v, "apiVersion")).n)
            fields_required(f, at(f->arena, path, "apiVersion"), "must not be empty");
        if (!jv_str(jv_getc(v, "kind")).n)
            fields_required(f, at(f->arena, path, "kind"), "must not be empty");
    }
}
