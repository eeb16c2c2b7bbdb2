/* Data as text: the way CUE prints a value in an error, and JSON. */
#include "config/cue/lib_inner.h"
#include "reactor/base/base64.h"

#include <ctype.h>

/* ---- as CUE ---- */

static bool is_identifier(str_t s) {
    for (size_t i = 0; i < s.n; i++) {
        unsigned char c = (unsigned char)s.p[i];
        if (!isalnum(c) && c != '_' && c != '$' && c < 0x80)
            return false;
    }
    return s.n && !isdigit((unsigned char)s.p[0]);
}

static void write_text(buf_t *out, const cdata_t *v, int depth) {
    if (depth > LIB_MAX_DEPTH) {
        buf_addc(out, "...");
        return;
    }
    switch (v->kind) {
    case LIB_NULL:
        buf_addc(out, "null");
        return;
    case LIB_BOOL:
        buf_addc(out, v->b ? "true" : "false");
        return;
    case LIB_STRING:
    case LIB_BYTES:
        go_quote(out, v->s, v->kind == LIB_STRING ? '"' : '\'', 0);
        return;
    case LIB_LIST:
    case LIB_STRUCT:
        break;
    default:
        buf_add(out, num_syntax(out->arena, v->num));
        return;
    }
    bool list = v->kind == LIB_LIST;
    buf_char(out, list ? '[' : '{');
    for (size_t i = 0; i < v->n; i++) {
        if (i)
            buf_char(out, ',');
        if (!list) {
            if (is_identifier(v->fields[i].label))
                buf_add(out, v->fields[i].label);
            else
                go_quote(out, v->fields[i].label, '"', 0);
            buf_char(out, ':');
        }
        write_text(out, list ? v->items[i] : v->fields[i].value, depth + 1);
    }
    buf_char(out, list ? ']' : '}');
}

str_t cdata_text(arena_t *a, const cdata_t *v) {
    buf_t b;
    buf_init_arena(&b, a);
    write_text(&b, v, 0);
    return buf_str(&b);
}

/* ---- JSON ---- */

static bool write_json(buf_t *out, const cdata_t *v, int depth, err_t *err) {
    if (depth > LIB_MAX_DEPTH)
        return error_set(err, ERR_LIMIT, "nested more than %d deep", LIB_MAX_DEPTH);
    switch (v->kind) {
    case LIB_NULL:
        buf_addc(out, "null");
        return true;
    case LIB_BOOL:
        buf_addc(out, v->b ? "true" : "false");
        return true;
    case LIB_STRING:
        jv_write_string(out, v->s, false);
        return true;
    case LIB_BYTES:
        buf_char(out, '"');
        base64_encode(out, v->s, BASE64_STD);
        buf_char(out, '"');
        return true;
    case LIB_LIST:
    case LIB_STRUCT:
        break;
    default:
        num_write(out, v->num);
        return true;
    }
    bool list = v->kind == LIB_LIST;
    buf_char(out, list ? '[' : '{');
    for (size_t i = 0; i < v->n; i++) {
        if (i)
            buf_char(out, ',');
        if (!list) {
            jv_write_string(out, v->fields[i].label, false);
            buf_char(out, ':');
        }
        if (!write_json(out, list ? v->items[i] : v->fields[i].value, depth + 1, err))
            return false;
    }
    buf_char(out, list ? ']' : '}');
    return true;
}

bool cdata_write_json(buf_t *out, const cdata_t *v, err_t *err) {
    return write_json(out, v, 0, err);
}

static bool from_json(arena_t *a, const jv_t *v, int depth, cdata_t **out, err_t *err) {
    num_t n;
    if (depth > LIB_MAX_DEPTH)
        return error_set(err, ERR_LIMIT, "nested more than %d deep", LIB_MAX_DEPTH);
    switch (jv_kind(v)) {
    case JV_NULL:
        *out = cdata_null(a);
        return true;
    case JV_BOOL:
        *out = cdata_bool(a, v->truth);
        return true;
    case JV_STRING:
        *out = cdata_string(a, v->s);
        return true;
    case JV_NUMBER:
        if (!num_parse(a, v->s, &n, err))
            return false;
        *out = cdata_num(a, n);
        return true;
    default:
        break;
    }
    bool list = jv_is(v, JV_ARRAY);
    *out = list ? cdata_list(a, v->n) : cdata_struct(a, v->n);
    for (size_t i = 0; i < v->n; i++) {
        cdata_t **to = list ? &(*out)->items[i] : &(*out)->fields[i].value;
        if (!list)
            (*out)->fields[i].label = v->members[i].key;
        if (!from_json(a, list ? v->items[i] : v->members[i].value, depth + 1, to, err))
            return false;
    }
    return true;
}

bool cdata_from_json(arena_t *a, const jv_t *v, cdata_t **out, err_t *err) {
    return from_json(a, v, 0, out, err);
}

bool cdata_parse_json(arena_t *a, str_t text, cdata_t **out, err_t *err) {
    jv_t *v = jv_parse(a, text, err);
    return v && cdata_from_json(a, v, out, err);
}
