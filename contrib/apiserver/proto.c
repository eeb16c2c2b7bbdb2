#include "contrib/apiserver/proto.h"

#include "contrib/apiserver/wire.h"
#include "reactor/base/base64.h"

typedef struct field {
    uint64_t number, varint; /* varint: also of fixed32 and fixed64 */
    str_t bytes;
    unsigned wire;
} field_t;

static bool varint(str_t *in, uint64_t *out) {
    *out = 0;
    for (size_t i = 0; i < 10 && i < in->n; i++) {
        *out |= (uint64_t)((unsigned char)in->p[i] & 0x7f) << (7 * i);
        if (!((unsigned char)in->p[i] & 0x80)) {
            *in = str_from(*in, i + 1);
            return true;
        }
    }
    return false;
}

static bool fixed(str_t *in, size_t n, uint64_t *out) {
    *out = 0;
    if (in->n < n)
        return false;
    for (size_t i = n; i-- > 0;)
        *out = *out << 8 | (unsigned char)in->p[i];
    *in = str_from(*in, n);
    return true;
}

static bool next(str_t *in, field_t *f) {
    uint64_t tag, n;
    if (!varint(in, &tag))
        return false;
    *f = (field_t){.number = tag >> 3, .wire = tag & 7};
    switch (f->wire) {
    case 0:
        return varint(in, &f->varint);
    case 1:
        return fixed(in, 8, &f->varint);
    case 5:
        return fixed(in, 4, &f->varint);
    case 2:
        if (!varint(in, &n) || n > in->n)
            return false;
        f->bytes = str_sub(*in, 0, n);
        *in = str_from(*in, n);
        return true;
    default:
        return false;
    }
}

static bool malformed(err_t *err) {
    return error_set(err, ERR_INVALID, "proto: malformed message");
}

bool proto_envelope(arena_t *a, str_t body, str_t *api_version, str_t *kind, str_t *raw, err_t *err) {
    field_t f, t;
    (void)a;
    *api_version = *kind = *raw = STR("");
    if (!str_starts(body, str_n("k8s\0", 4)))
        return error_set(err, ERR_INVALID,
                         "provided data does not appear to be a protobuf message, expected prefix [107 56 115 0]");
    body = str_from(body, 4);
    while (body.n) {
        if (!next(&body, &f))
            return malformed(err);
        if (f.number == 2)
            *raw = f.bytes;
        str_t meta = f.number == 1 ? f.bytes : STR_NONE;
        while (meta.n) {
            if (!next(&meta, &t))
                return malformed(err);
            if (t.number == 1)
                *api_version = t.bytes;
            else if (t.number == 2)
                *kind = t.bytes;
        }
    }
    return true;
}

/* ---- values ---- */

typedef struct reader {
    arena_t *arena;
    int depth;
} reader_t;

static jv_t *message(reader_t *r, const schema_t *s, str_t in);

/* The string or number in field `n` of a small message. */
static bool member(str_t in, uint64_t n, field_t *out) {
    field_t f;
    bool found = false;
    while (in.n && next(&in, &f))
        if (f.number == n) {
            *out = f;
            found = true;
        }
    return found;
}

static jv_t *time_value(arena_t *a, str_t in, bool micro) {
    field_t seconds = {0}, nanos = {0};
    bool given = member(in, 1, &seconds);
    given |= member(in, 2, &nanos);
    if (!given)
        return jv_null(a);
    str_t s = wire_at(a, (int64_t)seconds.varint);
    if (micro)
        s = arena_printf(a, STR_FMT ".%06dZ", STR_ARG(str_sub(s, 0, s.n - 1)), (int)(nanos.varint / 1000 % 1000000));
    return jv_string(a, s);
}

static jv_t *value(reader_t *r, const schema_t *s, const field_t *f) {
    arena_t *a = r->arena;
    field_t x = {0}, type = {0};
    switch (s->kind) {
    case SCHEMA_STRING:
        return jv_string(a, arena_str(a, f->bytes));
    case SCHEMA_BOOL:
        return jv_bool(a, f->varint != 0);
    case SCHEMA_INT32:
        return jv_int(a, (int32_t)f->varint);
    case SCHEMA_INT64:
        return jv_int(a, (int64_t)f->varint);
    case SCHEMA_FLOAT: {
        double d;
        memcpy(&d, &f->varint, sizeof d);
        return jv_double(a, d);
    }
    case SCHEMA_BYTES: {
        buf_t b;
        buf_init_arena(&b, a);
        base64_encode(&b, f->bytes, BASE64_STD);
        return jv_string(a, buf_str(&b));
    }
    case SCHEMA_TIME:
    case SCHEMA_MICROTIME:
        return time_value(a, f->bytes, s->kind == SCHEMA_MICROTIME);
    case SCHEMA_DURATION:
        member(f->bytes, 1, &x);
        return jv_stringf(a, "%llds", (long long)((int64_t)x.varint / 1000000000));
    case SCHEMA_QUANTITY:
        member(f->bytes, 1, &x);
        return jv_string(a, arena_str(a, x.bytes.n ? x.bytes : STR("0")));
    case SCHEMA_INTSTR:
        member(f->bytes, 1, &type);
        member(f->bytes, type.varint ? 3 : 2, &x);
        return type.varint ? jv_string(a, arena_str(a, x.bytes)) : jv_int(a, (int32_t)x.varint);
    case SCHEMA_STRUCT:
        return message(r, s, f->bytes);
    case SCHEMA_ANY: /* RawExtension, FieldsV1: JSON in their first field */
        member(f->bytes, 1, &x);
        return jv_parse(a, x.bytes, NULL);
    default:
        return NULL;
    }
}

static bool set_field(reader_t *r, jv_t *out, const schema_field_t *field, const field_t *f) {
    arena_t *a = r->arena;
    const schema_t *s = field->type;
    if (s->kind == SCHEMA_LIST) {
        jv_t *list = jv_get(out, field->name);
        if (!list) {
            list = jv_array(a);
            jv_set(a, out, field->name, list);
        }
        jv_t *v = value(r, s->element, f);
        if (v)
            jv_append(a, list, v);
        return v != NULL;
    }
    if (s->kind == SCHEMA_MAP) {
        field_t key = {0}, x = {.number = 2, .wire = 2};
        jv_t *map = jv_get(out, field->name);
        if (!map) {
            map = jv_object(a);
            jv_set(a, out, field->name, map);
        }
        member(f->bytes, 1, &key);
        member(f->bytes, 2, &x);
        jv_t *v = s->element->kind == SCHEMA_LIST ? NULL : value(r, s->element, &x);
        if (v)
            jv_set(a, map, arena_str(a, key.bytes), v);
        return v != NULL;
    }
    jv_t *v = value(r, s, f);
    if (v)
        jv_set(a, out, field->name, v);
    return v != NULL;
}

static bool read_into(reader_t *r, const schema_t *s, unsigned outer, str_t in, jv_t *out) {
    field_t f;
    while (in.n) {
        bool nested = false;
        if (!next(&in, &f))
            return false;
        for (size_t i = 0; i < s->nfields; i++) {
            const schema_field_t *field = &s->fields[i];
            if (field->outer == outer && field->number == f.number) {
                if (!set_field(r, out, field, &f))
                    return false;
                break;
            }
            nested |= !outer && field->outer == f.number;
        }
        if (nested && f.wire == 2 && !read_into(r, s, (unsigned)f.number, f.bytes, out))
            return false;
    }
    return true;
}

static jv_t *message(reader_t *r, const schema_t *s, str_t in) {
    if (r->depth > JV_MAX_DEPTH)
        return NULL;
    r->depth++;
    jv_t *out = jv_object(r->arena);
    if (!read_into(r, s, 0, in, out))
        out = NULL;
    r->depth--;
    return out;
}

jv_t *proto_decode(arena_t *a, const schema_t *type, str_t raw, err_t *err) {
    reader_t r = {a, 0};
    jv_t *v = message(&r, type, raw);
    if (!v)
        malformed(err);
    return v;
}
