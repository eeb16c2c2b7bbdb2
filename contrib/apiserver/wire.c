#include "contrib/apiserver/wire.h"

#include "contrib/apiserver/quantity.h"
#include "reactor/base/base64.h"

#include <stdio.h>
#include <stdlib.h>
#include <time.h>

enum { STRICT_MAX = 100 }; /* as sigs.k8s.io/json has it */

typedef struct decoder {
    arena_t *arena;
    strict_t *strict;
    err_t *err;   /* the first of what could be saved and passed over */
    bool failed;  /* an error is set */
    bool stopped; /* … and it ends the decoding, as an Unmarshaler's does */
    int depth;
} decoder_t;

/* Where the decoder stands: Go names the innermost struct and the fields on the way, without indexes; strict errors
 * have the indexes. Linked on the stack. */
typedef struct place {
    const struct place *up;
    str_t key;
    int64_t index;           /* ≥ 0: an element of a list */
    const schema_t *struct_; /* the innermost struct whose field this is */
    bool mapped;             /* a key of a map: Go's own path leaves it out */
} place_t;

void strict_add(arena_t *a, strict_t *s, str_t text) {
    if (s->n >= STRICT_MAX)
        return;
    for (size_t i = 0; i < s->n; i++)
        if (str_eq(s->items[i], text))
            return;
    if (s->n == s->cap) {
        s->items = arena_grow(a, s->items, s->cap * sizeof(str_t), (s->cap * 2 + 4) * sizeof(str_t));
        s->cap = s->cap * 2 + 4;
    }
    s->items[s->n++] = text;
}

str_t strict_text(arena_t *a, const strict_t *s) {
    buf_t b;
    buf_init_arena(&b, a);
    for (size_t i = 0; i < s->n; i++) {
        if (i)
            buf_addc(&b, ", ");
        buf_add(&b, s->items[i]);
    }
    return buf_str(&b);
}

static void add_path(buf_t *b, const place_t *p, bool indexes) {
    if (!p)
        return;
    add_path(b, p->up, indexes);
    if (p->index >= 0) {
        if (indexes)
            buf_printf(b, "[%lld]", (long long)p->index);
        return;
    }
    if (p->mapped && !indexes)
        return;
    if (b->n)
        buf_char(b, '.');
    buf_add(b, p->key);
}

static void unknown_field(decoder_t *d, const place_t *p, str_t key) {
    if (!d->strict)
        return;
    buf_t b, all;
    buf_init_arena(&b, d->arena);
    add_path(&b, p, true);
    if (b.n)
        buf_char(&b, '.');
    buf_add(&b, key);
    buf_init_arena(&all, d->arena);
    buf_addc(&all, "unknown field \"");
    buf_add(&all, buf_str(&b));
    buf_char(&all, '"');
    strict_add(d->arena, d->strict, buf_str(&all));
}

static const char *kind_word(const jv_t *v) {
    static const char *const words[] = {"null", "bool", "number", "string", "array", "object"};
    return words[jv_kind(v)];
}

static void add_go_type(buf_t *b, const schema_t *s) {
    switch (s->kind) {
    case SCHEMA_LIST:
        buf_addc(b, "[]");
        add_go_type(b, s->element);
        break;
    case SCHEMA_MAP:
        buf_addc(b, "map[string]");
        add_go_type(b, s->element);
        break;
    case SCHEMA_STRUCT:
        buf_addc(b, "v1.");
        buf_add(b, s->name);
        break;
    case SCHEMA_BYTES:
        buf_addc(b, "[]uint8");
        break;
    case SCHEMA_INT32:
    case SCHEMA_INTSTR:
        buf_addc(b, "int32");
        break;
    case SCHEMA_INT64:
        buf_addc(b, "int64");
        break;
    case SCHEMA_FLOAT:
        buf_addc(b, "float64");
        break;
    case SCHEMA_BOOL:
        buf_addc(b, "bool");
        break;
    default:
        buf_addc(b, "string");
    }
}

static void mismatch(decoder_t *d, const schema_t *s, const jv_t *v, const place_t *p, bool number) {
    if (d->failed)
        return;
    d->failed = true;
    buf_t b, path;
    buf_init_arena(&b, d->arena);
    buf_init_arena(&path, d->arena);
    buf_printf(&b, "json: cannot unmarshal %s", kind_word(v));
    if (number)
        buf_printf(&b, " " STR_FMT, STR_ARG(v->s));
    const schema_t *in = NULL;
    for (const place_t *q = p; q && !in; q = q->up)
        in = q->struct_;
    add_path(&path, p, false);
    if (in) {
        buf_addc(&b, " into Go struct field ");
        buf_add(&b, in->name);
        buf_char(&b, '.');
        buf_add(&b, buf_str(&path));
    } else {
        buf_addc(&b, " into Go value");
    }
    buf_addc(&b, " of type ");
    add_go_type(&b, s);
    error_set(d->err, ERR_INVALID, STR_FMT, STR_ARG(buf_str(&b)));
}

static void stop(decoder_t *d) {
    d->failed = d->stopped = true;
}

/* ---- times ---- */

static int64_t days_from_civil(int64_t y, int64_t m, int64_t d) {
    y -= m <= 2;
    int64_t era = (y >= 0 ? y : y - 399) / 400, yoe = y - era * 400;
    int64_t doy = (153 * (m + (m > 2 ? -3 : 9)) + 2) / 5 + d - 1, doe = yoe * 365 + yoe / 4 - yoe / 100 + doy;
    return era * 146097 + doe - 719468;
}

static str_t print_time(arena_t *a, int64_t seconds, int64_t micros, bool micro) {
    int64_t days = seconds / 86400, rest = seconds % 86400;
    if (rest < 0) {
        rest += 86400;
        days--;
    }
    int64_t z = days + 719468, era = (z >= 0 ? z : z - 146096) / 146097, doe = z - era * 146097;
    int64_t yoe = (doe - doe / 1460 + doe / 36524 - doe / 146096) / 365, doy = doe - (365 * yoe + yoe / 4 - yoe / 100);
    int64_t mp = (5 * doy + 2) / 153, day = doy - (153 * mp + 2) / 5 + 1, month = mp < 10 ? mp + 3 : mp - 9;
    int64_t year = yoe + era * 400 + (month <= 2);
    str_t s = arena_printf(a, "%04d-%02d-%02dT%02d:%02d:%02d", (int)year, (int)month, (int)day, (int)(rest / 3600),
                           (int)(rest / 60 % 60), (int)(rest % 60));
    return micro ? arena_printf(a, STR_FMT ".%06dZ", STR_ARG(s), (int)micros)
                 : arena_printf(a, STR_FMT "Z", STR_ARG(s));
}

static bool digits(str_t *s, size_t n, int64_t *out) {
    *out = 0;
    if (s->n < n)
        return false;
    for (size_t i = 0; i < n; i++) {
        if (s->p[i] < '0' || s->p[i] > '9')
            return false;
        *out = *out * 10 + (s->p[i] - '0');
    }
    *s = str_from(*s, n);
    return true;
}

static bool sign(str_t *s, char c) {
    if (s->n == 0 || s->p[0] != c)
        return false;
    *s = str_from(*s, 1);
    return true;
}

static bool read_time(str_t s, int64_t *seconds, int64_t *micros) {
    int64_t y, mo, d, h, mi, sec, oh = 0, om = 0;
    if (!(digits(&s, 4, &y) && sign(&s, '-') && digits(&s, 2, &mo) && sign(&s, '-') && digits(&s, 2, &d) &&
          sign(&s, 'T') && digits(&s, 2, &h) && sign(&s, ':') && digits(&s, 2, &mi) && sign(&s, ':') &&
          digits(&s, 2, &sec)))
        return false;
    *micros = 0;
    if (sign(&s, '.')) {
        int64_t unit = 100000, digit;
        size_t n = 0;
        while (digits(&s, 1, &digit)) {
            *micros += digit * unit;
            unit /= 10;
            n++;
        }
        if (!n)
            return false;
    }
    int64_t east = 0;
    if (!sign(&s, 'Z')) {
        east = s.n && s.p[0] == '-' ? -1 : 1;
        if (!(sign(&s, '+') || sign(&s, '-')) || !digits(&s, 2, &oh) || !sign(&s, ':') || !digits(&s, 2, &om))
            return false;
    }
    if (s.n || mo < 1 || mo > 12 || d < 1 || d > 31 || h > 23 || mi > 59 || sec > 59 || oh > 24 || om > 60)
        return false;
    *seconds = days_from_civil(y, mo, d) * 86400 + h * 3600 + mi * 60 + sec - east * (oh * 3600 + om * 60);
    return true;
}

bool wire_time(arena_t *a, str_t in, bool micro, str_t *out, err_t *err) {
    int64_t seconds, micros;
    /* A MicroTime has six digits of its second. */
    if (micro && read_time(in, &seconds, &micros) &&
        !(in.n > 26 && in.p[19] == '.' && !(in.p[26] >= '0' && in.p[26] <= '9')))
        return error_set(err, ERR_INVALID,
                         "parsing time \"" STR_FMT "\" as \"2006-01-02T15:04:05.000000Z07:00\": cannot parse \"" STR_FMT
                         "\" as \".000000\"",
                         STR_ARG(in), STR_ARG(str_from(in, 19)));
    if (!read_time(in, &seconds, &micros)) {
        const char *layout = micro ? "2006-01-02T15:04:05.000000Z07:00" : "2006-01-02T15:04:05Z07:00";
        return error_set(err, ERR_INVALID,
                         "parsing time \"" STR_FMT "\" as \"%s\": cannot parse \"" STR_FMT "\" as \"2006\"",
                         STR_ARG(in), layout, STR_ARG(in));
    }
    *out = print_time(a, seconds, micros, micro);
    return true;
}

bool wire_seconds(str_t time, int64_t *out) {
    int64_t micros;
    return read_time(time, out, &micros);
}

str_t wire_now(arena_t *a, bool micro) {
    struct timespec t;
    clock_gettime(CLOCK_REALTIME, &t);
    return print_time(a, t.tv_sec, t.tv_nsec / 1000, micro);
}

str_t wire_at(arena_t *a, int64_t seconds) {
    return print_time(a, seconds, 0, false);
}

/* ---- decoding ---- */

static jv_t *decode(decoder_t *d, const schema_t *s, const jv_t *v, const place_t *p);

/* The value that Go prints for a zero T that is not left out. */
static jv_t *zero(decoder_t *d, const schema_t *s) {
    arena_t *a = d->arena;
    switch (s->kind) {
    case SCHEMA_STRING:
        return jv_string(a, STR(""));
    case SCHEMA_BOOL:
        return jv_bool(a, false);
    case SCHEMA_INT32:
    case SCHEMA_INT64:
    case SCHEMA_FLOAT:
    case SCHEMA_INTSTR:
        return jv_int(a, 0);
    case SCHEMA_QUANTITY:
        return jv_string(a, STR("0"));
    case SCHEMA_DURATION:
        return jv_string(a, STR("0s"));
    case SCHEMA_STRUCT:
        return decode(d, s, NULL, NULL);
    default:
        return jv_null(a);
    }
}

/* Does omitempty leave it out? Structs, and the types that print themselves, never. */
static bool is_empty(const schema_t *s, const jv_t *v) {
    int64_t i;
    switch (s->kind) {
    case SCHEMA_STRING:
        return jv_str(v).n == 0;
    case SCHEMA_BOOL:
        return !jv_true(v);
    case SCHEMA_INT32:
    case SCHEMA_INT64:
        return !jv_as_int(v, &i) || i == 0;
    case SCHEMA_FLOAT: {
        double f;
        return !jv_as_double(v, &f) || f == 0;
    }
    case SCHEMA_BYTES:
        return jv_str(v).n == 0;
    case SCHEMA_MAP:
    case SCHEMA_LIST:
        return jv_count(v) == 0;
    default:
        return false;
    }
}

static bool is_type_meta(str_t key) {
    return str_eqc(key, "kind") || str_eqc(key, "apiVersion");
}

static jv_t *decode_struct(decoder_t *d, const schema_t *s, const jv_t *v, const place_t *p) {
    if (v && v->kind != JV_NULL && v->kind != JV_OBJECT) {
        mismatch(d, s, v, p, false);
        v = NULL;
    }
    jv_t **values = s->nfields ? arena_array(d->arena, jv_t *, s->nfields) : NULL;
    bool *given = s->nfields ? arena_array(d->arena, bool, s->nfields) : NULL;
    bool root = !p, outer_first = d->strict && d->strict->outer_first;
    for (size_t i = 0; outer_first && i < jv_count(v); i++)
        if (!schema_field(s, v->members[i].key) && !(root && is_type_meta(v->members[i].key)))
            unknown_field(d, p, v->members[i].key);
    for (size_t i = 0; i < jv_count(v) && !d->stopped; i++) {
        str_t key = v->members[i].key;
        const schema_field_t *f = schema_field(s, key);
        if (!f) {
            if (!(root && is_type_meta(key)) && !outer_first)
                unknown_field(d, p, key);
            continue;
        }
        const jv_t *in = v->members[i].value;
        given[f - s->fields] = !jv_is(in, JV_NULL);
        place_t here = {p, key, -1, s, false};
        if (given[f - s->fields] || f->type->kind == SCHEMA_STRUCT)
            values[f - s->fields] = given[f - s->fields] || !f->pointer ? decode(d, f->type, in, &here) : NULL;
    }
    jv_t *out = jv_object(d->arena);
    if (root && v) {
        jv_t *kind = jv_getc(v, "kind"), *version = jv_getc(v, "apiVersion");
        if (kind)
            jv_setc(d->arena, out, "kind", kind);
        if (version)
            jv_setc(d->arena, out, "apiVersion", version);
    }
    for (size_t i = 0; i < s->nfields; i++) {
        const schema_field_t *f = &s->fields[i];
        jv_t *x = values[i];
        if (f->pointer) {
            if (!x && f->omit)
                continue;
            jv_set(d->arena, out, f->name, x ? x : jv_null(d->arena));
        } else if (!(f->omit && is_empty(f->type, x))) {
            if (x || f->type->kind != SCHEMA_ANY || !f->omit)
                jv_set(d->arena, out, f->name, x ? x : zero(d, f->type));
        }
    }
    return out;
}

static jv_t *decode_map(decoder_t *d, const schema_t *s, const jv_t *v, const place_t *p) {
    if (v->kind != JV_OBJECT) {
        mismatch(d, s, v, p, false);
        return NULL;
    }
    jv_t *out = jv_object(d->arena);
    for (size_t i = 0; i < v->n && !d->stopped; i++) {
        place_t here = {p, v->members[i].key, -1, NULL, true};
        jv_t *x = jv_is(v->members[i].value, JV_NULL) ? NULL : decode(d, s->element, v->members[i].value, &here);
        jv_set(d->arena, out, v->members[i].key, x ? x : zero(d, s->element));
    }
    return out;
}

static jv_t *decode_list(decoder_t *d, const schema_t *s, const jv_t *v, const place_t *p) {
    if (v->kind != JV_ARRAY) {
        mismatch(d, s, v, p, false);
        return NULL;
    }
    jv_t *out = jv_array(d->arena);
    for (size_t i = 0; i < v->n && !d->stopped; i++) {
        place_t here = {p, STR_NONE, (int64_t)i, NULL, false};
        jv_t *x = jv_is(v->items[i], JV_NULL) ? NULL : decode(d, s->element, v->items[i], &here);
        jv_append(d->arena, out, x ? x : zero(d, s->element));
    }
    return out;
}

static jv_t *decode_integer(decoder_t *d, const schema_t *s, const jv_t *v, const place_t *p) {
    int64_t i;
    if (v->kind != JV_NUMBER)
        return mismatch(d, s, v, p, false), NULL;
    if (!jv_is_integer(v) || !jv_as_int(v, &i) || (s->kind != SCHEMA_INT64 && (i > INT32_MAX || i < INT32_MIN)))
        return mismatch(d, s, v, p, true), NULL;
    return jv_int(d->arena, i);
}

static jv_t *decode_bytes(decoder_t *d, const schema_t *s, const jv_t *v, const place_t *p) {
    if (v->kind != JV_STRING)
        return mismatch(d, s, v, p, false), NULL;
    buf_t raw, text;
    size_t at;
    buf_init_arena(&raw, d->arena);
    buf_init_arena(&text, d->arena);
    if (!base64_decode(&raw, v->s, BASE64_STD, &at)) {
        if (!d->failed)
            error_set(d->err, ERR_INVALID, "illegal base64 data at input byte %zu", at);
        d->failed = true;
        return NULL;
    }
    base64_encode(&text, buf_str(&raw), BASE64_STD);
    return jv_string(d->arena, buf_str(&text));
}

static jv_t *decode_time(decoder_t *d, const schema_t *s, const jv_t *v, const place_t *p) {
    str_t out;
    if (v->kind != JV_STRING) {
        mismatch(d, s, v, p, false);
        return stop(d), NULL;
    }
    if (!wire_time(d->arena, v->s, s->kind == SCHEMA_MICROTIME, &out, d->failed ? NULL : d->err))
        return stop(d), NULL;
    return jv_string(d->arena, out);
}

static jv_t *decode_quantity(decoder_t *d, const jv_t *v) {
    quantity_t q;
    str_t text = v->kind == JV_STRING || v->kind == JV_NUMBER ? str_trim(v->s) : STR("{}");
    if (!quantity_parse(text, &q, d->failed ? NULL : d->err))
        return stop(d), NULL;
    return jv_string(d->arena, quantity_text(d->arena, q));
}

static jv_t *decode(decoder_t *d, const schema_t *s, const jv_t *v, const place_t *p) {
    if (d->stopped)
        return NULL;
    if (d->depth > JV_MAX_DEPTH) {
        error_set(d->err, ERR_LIMIT, "nested too deeply");
        return stop(d), NULL;
    }
    jv_t *out = NULL;
    d->depth++;
    switch (s->kind) {
    case SCHEMA_STRUCT:
        out = decode_struct(d, s, v, p);
        break;
    case SCHEMA_MAP:
        out = decode_map(d, s, v, p);
        break;
    case SCHEMA_LIST:
        out = decode_list(d, s, v, p);
        break;
    case SCHEMA_INT32:
    case SCHEMA_INT64:
        out = decode_integer(d, s, v, p);
        break;
    case SCHEMA_INTSTR:
        if (v->kind == JV_STRING)
            out = (jv_t *)v;
        else if (!(out = decode_integer(d, s, v, p)))
            stop(d);
        break;
    case SCHEMA_STRING:
    case SCHEMA_DURATION:
    case SCHEMA_BOOL:
    case SCHEMA_FLOAT:
        if (v->kind == (s->kind == SCHEMA_BOOL ? JV_BOOL : s->kind == SCHEMA_FLOAT ? JV_NUMBER : JV_STRING))
            out = (jv_t *)v;
        else
            mismatch(d, s, v, p, false);
        break;
    case SCHEMA_BYTES:
        out = decode_bytes(d, s, v, p);
        break;
    case SCHEMA_TIME:
    case SCHEMA_MICROTIME:
        out = decode_time(d, s, v, p);
        break;
    case SCHEMA_QUANTITY:
        out = decode_quantity(d, v);
        break;
    case SCHEMA_ANY:
        out = (jv_t *)v;
        break;
    }
    d->depth--;
    return out;
}

jv_t *wire_decode_at(arena_t *a, const schema_t *type, const jv_t *in, const char *path, strict_t *strict, err_t *err) {
    decoder_t d = {.arena = a, .strict = strict, .err = err};
    place_t here = {NULL, str_c(path), -1, NULL, true}; /* Go's own path begins below it */
    jv_t *out = decode(&d, type, in ? in : jv_null(a), path ? &here : NULL);
    return d.failed ? NULL : out;
}

jv_t *wire_decode(arena_t *a, const schema_t *type, const jv_t *in, strict_t *strict, err_t *err) {
    return wire_decode_at(a, type, in, NULL, strict, err);
}

/* ---- duplicates ---- */

typedef struct level {
    bool object, wants_key;
    str_t *keys;
    size_t n, cap;
    int64_t index;
    str_t key;
} level_t;

static void duplicate(arena_t *a, const level_t *levels, size_t n, str_t key, strict_t *strict) {
    buf_t b;
    buf_init_arena(&b, a);
    buf_addc(&b, "duplicate field \"");
    for (size_t i = 0; i + 1 < n; i++) {
        if (!levels[i].object)
            buf_printf(&b, "[%lld]", (long long)levels[i].index);
        else
            buf_printf(&b, "%s" STR_FMT, i ? "." : "", STR_ARG(levels[i].key));
    }
    buf_printf(&b, "%s" STR_FMT "\"", n > 1 ? "." : "", STR_ARG(key));
    strict_add(a, strict, buf_str(&b));
}

static void note_key(arena_t *a, level_t *levels, size_t n, str_t key, strict_t *strict) {
    level_t *l = &levels[n - 1];
    l->key = key;
    for (size_t i = 0; i < l->n && i < 256; i++) /* bounded: a large map is data, not fields */
        if (str_eq(l->keys[i], key)) {
            duplicate(a, levels, n, key, strict);
            return;
        }
    if (l->n == l->cap) {
        l->keys = arena_grow(a, l->keys, l->cap * sizeof(str_t), (l->cap * 2 + 8) * sizeof(str_t));
        l->cap = l->cap * 2 + 8;
    }
    l->keys[l->n++] = key;
}

/* The text has been parsed already, so it is well formed and not too deep. */
void wire_duplicates(arena_t *a, str_t text, strict_t *strict) {
    level_t *levels = arena_array(a, level_t, JV_MAX_DEPTH + 2);
    size_t n = 0;
    for (size_t i = 0; i < text.n; i++) {
        char c = text.p[i];
        if (c == '"') {
            size_t start = ++i;
            while (i < text.n && text.p[i] != '"')
                i += text.p[i] == '\\' ? 2 : 1;
            if (n && levels[n - 1].object && levels[n - 1].wants_key && i <= text.n) {
                note_key(a, levels, n, str_sub(text, start, i - start), strict);
                levels[n - 1].wants_key = false;
            }
        } else if (c == '{' || c == '[') {
            if (n > JV_MAX_DEPTH)
                return;
            levels[n++] = (level_t){.object = c == '{', .wants_key = true};
        } else if (c == '}' || c == ']') {
            n -= n > 0;
        } else if (c == ',' && n) {
            levels[n - 1].wants_key = true;
            levels[n - 1].index++;
        }
    }
}
