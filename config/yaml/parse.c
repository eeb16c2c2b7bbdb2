/* libyaml's events to JSON values, without recursion. */
#include "config/yaml/yaml_inner.h"

#include "config/json/jv_inner.h"
#include "reactor/base/base64.h"
#include "reactor/base/mem.h"
#include "reactor/base/table.h"

#include <math.h>
#include <stdio.h>
#include <yaml.h>

/* What aliases may add to a text's values before it counts as an attack. */
enum { ALIAS_NODES_MAX = 200000, ALIAS_BYTES_MAX = 16 << 20 };

typedef struct anchor {
    jv_t *value; /* NULL: not complete yet */
    size_t nodes, bytes, height;
} anchor_t;

typedef struct frame {
    jv_t *v;
    anchor_t *anchor; /* of v, or NULL */
    str_t key;
    bool has_key, merge;
    size_t nodes, bytes; /* the counts when it began */
    size_t height;       /* of the highest value in it so far */
} frame_t;

typedef struct reader {
    yaml_parser_t yaml;
    yaml_event_t event;
    bool has_event;
    arena_t *a;
    yaml_rules_t rules;
    err_t *err;
    table_t *anchors;
    size_t nodes, bytes; /* of all values made, aliases expanded */
    size_t alias_nodes, alias_bytes;
    size_t depth;
    frame_t frames[JV_MAX_DEPTH];
} reader_t;

static bool fail_at(reader_t *r, yaml_mark_t at, error_code_t code, const char *fmt, ...)
    __attribute__((format(printf, 4, 5)));
static bool fail_at(reader_t *r, yaml_mark_t at, error_code_t code, const char *fmt, ...) {
    char what[256];
    va_list ap;
    va_start(ap, fmt);
    vsnprintf(what, sizeof what, fmt, ap);
    va_end(ap);
    return error_set(r->err, code, "line %zu, column %zu: %s", at.line + 1, at.column + 1, what);
}
#define fail(r, ...) fail_at((r), (r)->event.start_mark, ERR_INVALID, __VA_ARGS__)

static bool next_event(reader_t *r) {
    if (r->has_event)
        yaml_event_delete(&r->event);
    r->has_event = false;
    if (yaml_parser_parse(&r->yaml, &r->event)) {
        r->has_event = true;
        return true;
    }
    if (r->yaml.error == YAML_MEMORY_ERROR)
        return error_memory(r->err);
    const char *problem = r->yaml.problem ? r->yaml.problem : "invalid YAML";
    if (r->yaml.error == YAML_READER_ERROR)
        return fail_at(r, r->yaml.mark, ERR_INVALID, "%s", problem);
    if (r->yaml.context)
        return fail_at(r, r->yaml.problem_mark, ERR_INVALID, "%s, %s", r->yaml.context, problem);
    return fail_at(r, r->yaml.problem_mark, ERR_INVALID, "%s", problem);
}

static str_t text_of(const yaml_char_t *p) {
    return str_c((const char *)p);
}

/* ---- scalars ---- */

typedef struct scalar {
    plain_t plain;
    str_t text; /* PLAIN_STRING and others: the text, in the arena */
} scalar_t;

static const char *kind_name(plain_kind_t kind) {
    static const char *const names[] = {"!!str", "!!null", "!!bool", "!!int", "!!float", "!!timestamp", "!!merge"};
    return names[kind];
}

static bool tagged(reader_t *r, str_t tag, scalar_t *s) {
    static const struct {
        const char *tag;
        plain_kind_t kind;
    } tags[] = {{"null", PLAIN_NULL},   {"bool", PLAIN_BOOL},      {"int", PLAIN_INT},
                {"float", PLAIN_FLOAT}, {"timestamp", PLAIN_TIME}, {"merge", PLAIN_MERGE}};
    str_t core = yaml_core_tag(tag);
    if (str_eqc(core, "str") || (!core.n && r->rules == YAML_KUBERNETES))
        return true;
    if (str_eqc(core, "binary")) {
        buf_t b;
        buf_init_arena(&b, r->a);
        if (!base64_decode(&b, s->text, BASE64_STD, NULL))
            return fail(r, "!!binary value contains invalid base64 data");
        s->text = jv_utf8_repair(r->a, buf_str(&b)); /* JSON has no other bytes */
        return true;
    }
    for (size_t i = 0; i < sizeof tags / sizeof *tags; i++) {
        if (!str_eqc(core, tags[i].tag))
            continue;
        s->plain = yaml_resolve(s->text, r->rules, tags[i].kind == PLAIN_TIME);
        if (tags[i].kind == PLAIN_FLOAT && s->plain.kind == PLAIN_INT) {
            s->plain.kind = PLAIN_FLOAT;
            s->plain.real = s->plain.negative ? -(double)s->plain.number : (double)s->plain.number;
        }
        return s->plain.kind == tags[i].kind ||
               fail(r, "cannot decode %s `%.*s` as a !!" STR_FMT, kind_name(s->plain.kind),
                    (int)(s->text.n < 80 ? s->text.n : 80), s->text.p, STR_ARG(core));
    }
    if (r->rules == YAML_CUE)
        return fail(r, "cannot unmarshal tag \"" STR_FMT "\"", STR_ARG(tag));
    return true; /* any other tag: the text as it is */
}

static bool read_scalar(reader_t *r, scalar_t *s) {
    str_t value = str_n((const char *)r->event.data.scalar.value, r->event.data.scalar.length);
    str_t tag = text_of(r->event.data.scalar.tag);
    s->text = arena_str(r->a, value);
    s->plain = (plain_t){.kind = PLAIN_STRING};
    r->nodes++;
    r->bytes += value.n;
    if (tag.n && !(r->rules == YAML_CUE && str_eqc(tag, "!")))
        return tagged(r, tag, s);
    if (!tag.n && r->event.data.scalar.plain_implicit)
        s->plain = yaml_resolve(s->text, r->rules, true);
    return true;
}

/* The text of a float for CUE, where 1.0 and 1 differ: what YAML allows and JSON doesn't is put right. */
static str_t cue_float(arena_t *a, str_t s) {
    buf_t b;
    buf_init_arena(&b, a);
    if (s.p[0] == '+' || s.p[0] == '-') {
        if (s.p[0] == '-')
            buf_char(&b, '-');
        s = str_from(s, 1);
    }
    bool leading = false; /* nothing but zeros so far: the last one goes when a digit follows */
    char before = 0;      /* of what was written, without the sign */
    for (size_t i = 0; i < s.n; i++) {
        if (s.p[i] == '_')
            continue;
        if (before == '0' && s.p[i] >= '0' && s.p[i] <= '9' && leading)
            b.n--;
        if (!before && s.p[i] == '.')
            buf_char(&b, '0');
        leading = (!before || leading) && s.p[i] == '0';
        before = s.p[i];
        buf_char(&b, s.p[i]);
        if (s.p[i] == '.' && (i + 1 == s.n || s.p[i + 1] < '0' || s.p[i + 1] > '9'))
            buf_char(&b, '0');
    }
    return buf_str(&b);
}

static str_t integer_text(arena_t *a, const plain_t *p) {
    return arena_printf(a, "%s%llu", p->negative && p->number ? "-" : "", (unsigned long long)p->number);
}

static jv_t *scalar_value(reader_t *r, const scalar_t *s) {
    switch (s->plain.kind) {
    case PLAIN_NULL:
        return jv_null(r->a);
    case PLAIN_BOOL:
        return jv_bool(r->a, s->plain.truth);
    case PLAIN_INT:
        return jv_number(r->a, integer_text(r->a, &s->plain));
    case PLAIN_FLOAT:
        if (!isfinite(s->plain.real)) {
            fail(r, "the value " STR_FMT " has no JSON form", STR_ARG(s->text));
            return NULL;
        }
        return r->rules == YAML_CUE ? jv_number(r->a, cue_float(r->a, s->text)) : jv_double(r->a, s->plain.real);
    default:
        return jv_string(r->a, s->text);
    }
}

/* ---- keys ---- */

static bool scalar_key(reader_t *r, const scalar_t *s, str_t *key) {
    char text[YAML_FLOAT_MAX];
    switch (s->plain.kind) {
    case PLAIN_NULL:
        *key = STR("null");
        return r->rules == YAML_CUE || fail(r, "null as a key");
    case PLAIN_BOOL:
        *key = s->plain.truth ? STR("true") : STR("false");
        return true;
    case PLAIN_INT:
        if (!s->plain.negative && s->plain.number > INT64_MAX)
            return fail(r, "the integer " STR_FMT " is too large for a key", STR_ARG(s->text));
        *key = integer_text(r->a, &s->plain);
        return true;
    case PLAIN_FLOAT:
        *key =
            r->rules == YAML_CUE ? s->text : arena_str(r->a, str_n(text, yaml_format_float(text, s->plain.real, 32)));
        return true;
    default:
        *key = s->text;
        return true;
    }
}

static bool value_key(reader_t *r, const jv_t *v, str_t *key) {
    char text[YAML_FLOAT_MAX];
    double d;
    switch (jv_kind(v)) {
    case JV_STRING:
        *key = v->s;
        return true;
    case JV_BOOL:
        *key = v->truth ? STR("true") : STR("false");
        return true;
    case JV_NUMBER:
        *key = v->s;
        if (r->rules == YAML_KUBERNETES && !jv_is_integer(v) && jv_as_double(v, &d))
            *key = arena_str(r->a, str_n(text, yaml_format_float(text, d, 32)));
        return true;
    default:
        return fail(r, "a key that is no scalar");
    }
}

/* ---- containers ---- */

static bool merge(reader_t *r, jv_t *into, const jv_t *from) {
    size_t n = jv_is(from, JV_ARRAY) ? from->n : 1;
    for (size_t i = n; i-- > 0;) { /* backwards: the earlier ones take precedence */
        const jv_t *map = jv_is(from, JV_ARRAY) ? from->items[i] : from;
        if (!jv_is(map, JV_OBJECT))
            return fail(r, "map merge requires map or sequence of maps as the value");
        for (size_t k = 0; k < map->n; k++)
            jv_set(r->a, into, map->members[k].key, map->members[k].value);
    }
    return true;
}

/* Puts a complete value (of the given height) where it belongs; at depth 0 it is the document's. */
static bool put(reader_t *r, jv_t *v, size_t height, jv_t **document) {
    if (!r->depth) {
        *document = v;
        return true;
    }
    frame_t *f = &r->frames[r->depth - 1];
    if (f->height < height + 1)
        f->height = height + 1;
    if (f->v->kind == JV_ARRAY) {
        jv_append(r->a, f->v, v);
        return true;
    }
    if (!f->has_key)
        return fail(r, "a key that is no scalar");
    f->has_key = false;
    if (f->merge) {
        f->merge = false;
        return merge(r, f->v, v);
    }
    const jv_t *before = r->rules == YAML_CUE ? jv_get(f->v, f->key) : NULL;
    if (before && !jv_equal(before, v))
        return fail(r, "key \"" STR_FMT "\" twice with different values", STR_ARG(f->key));
    jv_set(r->a, f->v, f->key, v);
    return true;
}

static bool expects_key(const reader_t *r) {
    return r->depth && r->frames[r->depth - 1].v->kind == JV_OBJECT && !r->frames[r->depth - 1].has_key;
}

static bool new_anchor(reader_t *r, const yaml_char_t *name, anchor_t **out) {
    *out = NULL;
    if (!name)
        return true;
    *out = arena_new(r->a, anchor_t);
    return table_put(r->anchors, arena_str(r->a, text_of(name)), *out, NULL) || error_memory(r->err);
}

static bool open(reader_t *r, jv_t *v, const yaml_char_t *name) {
    anchor_t *anchor;
    if (expects_key(r))
        return fail(r, "a key that is no scalar");
    if (r->depth == JV_MAX_DEPTH)
        return fail_at(r, r->event.start_mark, ERR_LIMIT, "nested deeper than 500 levels");
    if (!new_anchor(r, name, &anchor))
        return false;
    r->frames[r->depth++] = (frame_t){.v = v, .anchor = anchor, .nodes = r->nodes, .bytes = r->bytes};
    r->nodes++;
    return true;
}

static bool close(reader_t *r, jv_t **document) {
    frame_t *f = &r->frames[--r->depth];
    if (f->anchor)
        *f->anchor = (anchor_t){f->v, r->nodes - f->nodes, r->bytes - f->bytes, f->height};
    return put(r, f->v, f->height, document);
}

static bool scalar(reader_t *r, jv_t **document) {
    scalar_t s;
    anchor_t *anchor;
    if (!read_scalar(r, &s) || !new_anchor(r, r->event.data.scalar.anchor, &anchor))
        return false;
    bool key = expects_key(r);
    jv_t *v = NULL;
    if (!key || anchor) {
        v = scalar_value(r, &s);
        if (!v)
            return false;
    }
    if (anchor)
        *anchor = (anchor_t){v, 1, s.text.n, 0};
    if (!key)
        return put(r, v, 0, document);
    frame_t *f = &r->frames[r->depth - 1];
    f->has_key = true;
    f->merge = s.plain.kind == PLAIN_MERGE;
    return f->merge || scalar_key(r, &s, &f->key);
}

static bool alias(reader_t *r, jv_t **document) {
    str_t name = text_of(r->event.data.alias.anchor);
    anchor_t *anchor = table_get(r->anchors, name);
    if (!anchor)
        return fail(r, "unknown anchor '" STR_FMT "' referenced", STR_ARG(name));
    if (!anchor->value)
        return fail(r, "anchor '" STR_FMT "' value contains itself", STR_ARG(name));
    if (expects_key(r)) {
        frame_t *f = &r->frames[r->depth - 1];
        f->has_key = true;
        return value_key(r, anchor->value, &f->key);
    }
    r->nodes += anchor->nodes;
    r->bytes += anchor->bytes;
    r->alias_nodes += anchor->nodes;
    r->alias_bytes += anchor->bytes;
    if (r->alias_nodes > ALIAS_NODES_MAX || r->alias_bytes > ALIAS_BYTES_MAX)
        return fail_at(r, r->event.start_mark, ERR_LIMIT, "aliases expand to too much");
    if (r->depth + anchor->height > JV_MAX_DEPTH)
        return fail_at(r, r->event.start_mark, ERR_LIMIT, "nested deeper than 500 levels");
    return put(r, jv_copy_shape(r->a, anchor->value), anchor->height, document);
}

static bool handle(reader_t *r, jv_t *docs, jv_t **document) {
    switch (r->event.type) {
    case YAML_DOCUMENT_START_EVENT:
        table_clear(r->anchors);
        *document = NULL;
        return true;
    case YAML_DOCUMENT_END_EVENT:
        if (*document && jv_kind(*document) != JV_NULL)
            jv_append(r->a, docs, *document);
        return true;
    case YAML_SCALAR_EVENT:
        return scalar(r, document);
    case YAML_ALIAS_EVENT:
        return alias(r, document);
    case YAML_SEQUENCE_START_EVENT:
        return open(r, jv_array(r->a), r->event.data.sequence_start.anchor);
    case YAML_MAPPING_START_EVENT:
        return open(r, jv_object(r->a), r->event.data.mapping_start.anchor);
    case YAML_SEQUENCE_END_EVENT:
    case YAML_MAPPING_END_EVENT:
        return close(r, document);
    default:
        return true;
    }
}

static bool read_all(reader_t *r, jv_t *docs) {
    jv_t *document = NULL;
    do
        if (!next_event(r) || !handle(r, docs, &document))
            return false;
    while (r->event.type != YAML_STREAM_END_EVENT);
    return true;
}

static void reader_destroy(reader_t *r) {
    if (r->has_event)
        yaml_event_delete(&r->event);
    yaml_parser_delete(&r->yaml);
    table_destroy(r->anchors);
    mem_free(r);
}

/* libyaml compares each %TAG line with all before it. */
static bool has_too_many_tags(str_t text) {
    enum { TAG_LINES_MAX = 100 };
    int n = 0;
    for (ptrdiff_t at; (at = str_find(text, STR("\n%TAG"))) >= 0; text = str_from(text, (size_t)at + 5))
        if (++n > TAG_LINES_MAX)
            return true;
    return false;
}

static bool parse_events(arena_t *a, str_t text, yaml_rules_t rules, jv_t *docs, err_t *err) {
    if (has_too_many_tags(text))
        return error_set(err, ERR_LIMIT, "more than 100 %%TAG directives");
    reader_t *r = mem_alloc(sizeof *r);
    if (!r)
        return error_memory(err);
    r->a = a;
    r->rules = rules;
    r->err = err;
    r->anchors = table_create();
    if (!r->anchors || !yaml_parser_initialize(&r->yaml)) {
        table_destroy(r->anchors);
        mem_free(r);
        return error_memory(err);
    }
    yaml_parser_set_input_string(&r->yaml, (const unsigned char *)(text.n ? text.p : ""), text.n);
    jmp_buf env, *old = arena_guard(a, &env);
    if (setjmp(env)) {
        arena_guard(a, old);
        reader_destroy(r);
        return arena_over_limit(a) ? error_set(err, ERR_LIMIT, "YAML takes more memory than its limit")
                                   : error_memory(err);
    }
    bool fine = read_all(r, docs);
    arena_guard(a, old);
    reader_destroy(r);
    return fine;
}

/* Manifests made by programs are often JSON: the faster parser takes them, and anything else goes the long way. */
static jv_t *parse_json(arena_t *a, str_t text) {
    str_t start = str_trim(text);
    return start.n && start.p[0] == '{' ? jv_parse(a, text, NULL) : NULL;
}

bool yaml_parse_all(arena_t *a, str_t text, yaml_rules_t rules, jv_t **docs, err_t *err) {
    jmp_buf env, *old = arena_guard(a, &env);
    if (setjmp(env)) {
        arena_guard(a, old);
        return error_memory(err);
    }
    if (!*docs)
        *docs = jv_array(a);
    jv_t *v = parse_json(a, text);
    if (v)
        jv_append(a, *docs, v);
    arena_guard(a, old);
    return v || parse_events(a, text, rules, *docs, err);
}

jv_t *yaml_parse(arena_t *a, str_t text, yaml_rules_t rules, err_t *err) {
    jv_t *docs = NULL;
    if (!yaml_parse_all(a, text, rules, &docs, err))
        return NULL;
    if (docs->n > 1) {
        error_set(err, ERR_INVALID, "%u documents where one is expected", docs->n);
        return NULL;
    }
    return docs->n ? docs->items[0] : jv_null(a);
}
