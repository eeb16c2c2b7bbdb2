#include "config/cue/lib_inner.h"

#include <math.h>

static const lib_func_t *const tables[] = {lib_strings, lib_strconv, lib_list,     lib_math,      lib_bits, lib_regexp,
                                           lib_json,    lib_yaml,    lib_encoding, lib_crypto,    lib_path, lib_net,
                                           lib_time,    lib_uuid,    lib_template, lib_tabwriter, lib_html};

const lib_func_t *lib_find(str_t package, str_t name) {
    for (size_t t = 0; t < sizeof tables / sizeof *tables; t++)
        for (const lib_func_t *f = tables[t]; f->name; f++) {
            if (!str_eqc(package, f->package) && tables[t] != lib_crypto && tables[t] != lib_encoding)
                break;
            if (str_eqc(name, f->name) && str_eqc(package, f->package))
                return f;
        }
    return NULL;
}

bool lib_package_known(str_t path) {
    if (str_eqc(path, "struct"))
        return true;
    for (size_t t = 0; t < sizeof tables / sizeof *tables; t++)
        for (const lib_func_t *f = tables[t]; f->name; f++)
            if (str_eqc(path, f->package))
                return true;
    return false;
}

size_t lib_params(const lib_func_t *f) {
    size_t n = 0;
    while (n < LIB_MAX_PARAMS && f->params[n])
        n++;
    return n;
}

size_t lib_least_params(const lib_func_t *f) {
    return lib_params(f) - (f->fallback != NULL);
}

static cdata_t *literal(arena_t *a, const char *text) {
    num_t n;
    if (text[0] == '"')
        return cdata_string(a, str_sub(str_c(text), 1, strlen(text) - 2));
    return num_parse(a, str_c(text), &n, NULL) ? cdata_num(a, n) : NULL;
}

/* "ns" where the table has ns.DNS, ns.URL, …: a struct of them. */
static cdata_t *struct_const(arena_t *a, str_t package, str_t name) {
    cdata_t *v = cdata_struct(a, 8);
    v->n = 0;
    for (const lib_constant_t *k = lib_constants; k->name; k++) {
        str_t whole = str_c(k->name);
        if (str_eqc(package, k->package) && str_starts(whole, name) && whole.n > name.n && whole.p[name.n] == '.' &&
            v->n < 8)
            v->fields[v->n++] = (cdata_field_t){str_from(whole, name.n + 1), literal(a, k->literal)};
    }
    return v->n ? v : NULL;
}

cdata_t *lib_const(arena_t *a, str_t package, str_t name) {
    for (const lib_constant_t *k = lib_constants; k->name; k++)
        if (str_eqc(name, k->name) && str_eqc(package, k->package))
            return literal(a, k->literal);
    return struct_const(a, package, name);
}

bool lib_invoke(const lib_func_t *f, lib_call_t *call, cdata_t **args, cdata_t **out) {
    cdata_t *given[LIB_MAX_PARAMS] = {NULL};
    size_t n = lib_params(f);
    for (size_t i = 0; i < n; i++)
        given[i] = args[i];
    if (n && !given[n - 1] && f->fallback)
        given[n - 1] = cdata_string(call->arena, str_c(f->fallback));
    err_t own = ERROR_INIT, *err = call->err;
    if (!err)
        call->err = &own;
    call->func = f;
    call->bare = false;
    bool ok = f->fn(call, given, n, out);
    if (!ok && !call->bare)
        error_wrap(call->err, "error in call to %s.%s", f->package, f->name);
    call->err = err;
    error_release(&own);
    return ok;
}

/* ---- errors and limits ---- */

static bool fail_with(lib_call_t *c, bool bare, const char *fmt, va_list ap) {
    str_t text = arena_vprintf(c->arena, fmt, ap);
    c->bare = bare;
    return error_set(c->err, ERR_INVALID, STR_FMT, STR_ARG(text));
}

bool lib_fail(lib_call_t *c, const char *fmt, ...) {
    va_list ap;
    va_start(ap, fmt);
    fail_with(c, false, fmt, ap);
    va_end(ap);
    return false;
}

bool lib_fail_bare(lib_call_t *c, const char *fmt, ...) {
    va_list ap;
    va_start(ap, fmt);
    fail_with(c, true, fmt, ap);
    va_end(ap);
    return false;
}

size_t lib_max(const lib_call_t *c) {
    return c->max_bytes ? c->max_bytes : LIB_MAX_BYTES;
}

bool lib_too_large(lib_call_t *c) {
    return error_set(c->err, ERR_LIMIT, "result of more than %zu bytes", lib_max(c));
}

bool lib_room(lib_call_t *c, size_t n) {
    return n <= lib_max(c) || lib_too_large(c);
}

/* ---- arguments ---- */

static const char *kind_name(unsigned kind) {
    return kind == LIB_NULL     ? "null"
           : kind == LIB_BOOL   ? "bool"
           : kind == LIB_INT    ? "int"
           : kind == LIB_FLOAT  ? "float"
           : kind == LIB_STRING ? "string"
           : kind == LIB_BYTES  ? "bytes"
           : kind == LIB_STRUCT ? "struct"
                                : "list";
}

static bool wrong_type(lib_call_t *c, const cdata_t *v, size_t i, const char *type) {
    str_t text = cdata_text(c->arena, v);
    return lib_fail_bare(c, "cannot use " STR_FMT " (type %s) as %s in argument %zu to %s.%s", STR_ARG(text),
                         kind_name(v->kind), type, i, c->func->package, c->func->name);
}

static bool overflow(lib_call_t *c, const cdata_t *v, size_t i, const char *type) {
    str_t text = num_text(c->arena, v->num);
    return lib_fail_bare(c, "int " STR_FMT " overflows %s in argument %zu in call to %s.%s", STR_ARG(text), type, i,
                         c->func->package, c->func->name);
}

/* The magnitude must have no more than `bits` bits; between that and the type's range Go wraps around, as here. */
static bool magnitude(lib_call_t *c, const cdata_t *v, size_t i, int bits, const char *type, uint64_t *out) {
    if (v->num.exp != 0)
        return lib_fail(c, "cue: exponent should always be nil for integer types");
    if (v->num.is_big || (bits < 64 && v->num.small >> bits))
        return overflow(c, v, i, type);
    *out = v->num.small;
    return true;
}

bool lib_int(lib_call_t *c, cdata_t **args, size_t i, int bits, const char *type, int64_t *out) {
    uint64_t m = 0;
    if (!magnitude(c, args[i], i, bits, type, &m))
        return false;
    bool neg = args[i]->num.neg;
    uint64_t most = (uint64_t)INT64_MAX + neg; /* past int64, CUE's Int64 clips */
    int64_t v = m > most ? (neg ? INT64_MIN : INT64_MAX) : neg ? (int64_t)-m : (int64_t)m;
    *out = bits == 32 ? (int32_t)v : v;
    return true;
}

bool lib_uint(lib_call_t *c, cdata_t **args, size_t i, int bits, const char *type, uint64_t *out) {
    if (num_sign(args[i]->num) < 0)
        return wrong_type(c, args[i], i, type);
    return magnitude(c, args[i], i, bits, type, out);
}

bool lib_double(lib_call_t *c, cdata_t **args, size_t i, double *out) {
    *out = num_to_double(args[i]->num);
    if (args[i]->num.form == NUM_FINITE && isinf(*out))
        return lib_fail_bare(c,
                             "cannot use " STR_FMT
                             " (type %s) as float64 in argument %zu to %s.%s: value was rounded %s",
                             STR_ARG(cdata_text(c->arena, args[i])), kind_name(args[i]->kind), i, c->func->package,
                             c->func->name, *out > 0 ? "up" : "down");
    return true;
}

static bool list_of(lib_call_t *c, cdata_t **args, size_t i, unsigned kinds, const char *as) {
    for (size_t j = 0; j < args[i]->n; j++) {
        const cdata_t *v = args[i]->items[j];
        if (!(v->kind & kinds))
            return lib_fail_bare(c,
                                 "invalid list element %zu in argument %zu to call: cannot use value " STR_FMT
                                 " (%s) as %s",
                                 j, i, STR_ARG(cdata_text(c->arena, v)), kind_name(v->kind), as);
    }
    return true;
}

bool lib_string_list(lib_call_t *c, cdata_t **args, size_t i) {
    return list_of(c, args, i, LIB_STRING, "string");
}

bool lib_number_list(lib_call_t *c, cdata_t **args, size_t i) {
    return list_of(c, args, i, LIB_NUMBER, "number");
}

bool lib_is_list(lib_call_t *c, cdata_t **args, size_t i) {
    if (args[i]->kind == LIB_LIST)
        return true;
    return lib_fail(c, "cannot use value " STR_FMT " (type %s) as list", STR_ARG(cdata_text(c->arena, args[i])),
                    kind_name(args[i]->kind));
}

regex_t *lib_regex(lib_call_t *c, str_t pattern) {
    return c->regex ? c->regex(c->regex_arg, pattern, c->err) : regex_compile(c->arena, pattern, c->err);
}

/* ---- answers ---- */

bool lib_give_str(lib_call_t *c, cdata_t **out, str_t s) {
    *out = cdata_string(c->arena, s);
    return true;
}

bool lib_give_bytes(lib_call_t *c, cdata_t **out, str_t s) {
    *out = cdata_bytes(c->arena, s);
    return true;
}

bool lib_give_int(lib_call_t *c, cdata_t **out, int64_t i) {
    *out = cdata_int(c->arena, i);
    return true;
}

bool lib_give_bool(lib_call_t *c, cdata_t **out, bool b) {
    *out = cdata_bool(c->arena, b);
    return true;
}

bool lib_give_num(lib_call_t *c, cdata_t **out, num_t n) {
    *out = cdata_num(c->arena, n);
    return true;
}

cdata_t *lib_decimal(lib_call_t *c, num_t n) {
    num_t whole;
    if (num_integral(n) && num_op(c->arena, NUM_QUO, num_as(n, NUM_INT), num_int(1), &whole, NULL))
        return cdata_num(c->arena, whole);
    return cdata_num(c->arena, num_as(n, NUM_FLOAT));
}

bool lib_give_decimal(lib_call_t *c, cdata_t **out, num_t n) {
    *out = lib_decimal(c, n);
    return true;
}

bool lib_give_double(lib_call_t *c, cdata_t **out, double d) {
    *out = cdata_num(c->arena, num_double(c->arena, d));
    return true;
}

bool lib_give_buf(lib_call_t *c, cdata_t **out, const buf_t *b) {
    return lib_room(c, b->n) && lib_give_str(c, out, buf_str(b));
}

cdata_t *lib_strings_of(lib_call_t *c, const str_t *items, size_t n) {
    cdata_t *l = cdata_list(c->arena, n);
    for (size_t i = 0; i < n; i++)
        l->items[i] = cdata_string(c->arena, items[i]);
    return l;
}

/* ---- data ---- */

static cdata_t *make(arena_t *a, lib_kind_t kind) {
    cdata_t *v = arena_new(a, cdata_t);
    v->kind = (uint8_t)kind;
    return v;
}

cdata_t *cdata_null(arena_t *a) {
    return make(a, LIB_NULL);
}

cdata_t *cdata_bool(arena_t *a, bool b) {
    cdata_t *v = make(a, LIB_BOOL);
    v->b = b;
    return v;
}

cdata_t *cdata_num(arena_t *a, num_t n) {
    cdata_t *v = make(a, n.kind == NUM_INT ? LIB_INT : LIB_FLOAT);
    v->num = n;
    return v;
}

cdata_t *cdata_int(arena_t *a, int64_t i) {
    return cdata_num(a, num_int(i));
}

cdata_t *cdata_string(arena_t *a, str_t s) {
    cdata_t *v = make(a, LIB_STRING);
    v->s = s;
    return v;
}

cdata_t *cdata_bytes(arena_t *a, str_t s) {
    cdata_t *v = make(a, LIB_BYTES);
    v->s = s;
    return v;
}

cdata_t *cdata_list(arena_t *a, size_t n) {
    cdata_t *v = make(a, LIB_LIST);
    v->n = n;
    v->items = arena_array(a, cdata_t *, n ? n : 1);
    return v;
}

cdata_t *cdata_struct(arena_t *a, size_t n) {
    cdata_t *v = make(a, LIB_STRUCT);
    v->n = n;
    v->fields = arena_array(a, cdata_field_t, n ? n : 1);
    return v;
}

cdata_t *cdata_get(const cdata_t *v, str_t label) {
    for (size_t i = 0; v && v->kind == LIB_STRUCT && i < v->n; i++)
        if (str_eq(v->fields[i].label, label))
            return v->fields[i].value;
    return NULL;
}
