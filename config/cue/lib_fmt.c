/* Go's fmt for the values that data decodes to: nil, bool, int, float64, string, []byte, []interface{}, map. */
#include "config/cue/lib_template.h"

#include <ctype.h>
#include <math.h>
#include <stdlib.h>

static int by_label(const void *x, const void *y) {
    return str_cmp(((const cdata_field_t *)x)->label, ((const cdata_field_t *)y)->label);
}

static void print_bytes(buf_t *out, str_t s) {
    buf_char(out, '[');
    for (size_t i = 0; i < s.n; i++)
        buf_printf(out, "%s%u", i ? " " : "", (unsigned char)s.p[i]);
    buf_char(out, ']');
}

void go_print_value(buf_t *out, const cdata_t *v, int depth) {
    if (!v || v->kind == LIB_NULL || depth > LIB_MAX_DEPTH) {
        buf_addc(out, "<nil>");
        return;
    }
    switch (v->kind) {
    case LIB_BOOL:
        buf_addc(out, v->b ? "true" : "false");
        return;
    case LIB_STRING:
        buf_add(out, v->s);
        return;
    case LIB_BYTES:
        print_bytes(out, v->s);
        return;
    case LIB_INT:
        num_write(out, v->num);
        return;
    case LIB_FLOAT:
        go_format_float(out, num_to_double(v->num), 'g', -1, 64);
        return;
    default:
        break;
    }
    bool list = v->kind == LIB_LIST;
    cdata_field_t *fields = NULL;
    if (!list) {
        fields = arena_array(out->arena, cdata_field_t, v->n + 1);
        memcpy(fields, v->fields, v->n * sizeof *fields);
        qsort(fields, v->n, sizeof *fields, by_label);
    }
    buf_addc(out, list ? "[" : "map[");
    for (size_t i = 0; i < v->n; i++) {
        if (i)
            buf_char(out, ' ');
        if (!list) {
            buf_add(out, fields[i].label);
            buf_char(out, ':');
        }
        go_print_value(out, list ? v->items[i] : fields[i].value, depth + 1);
    }
    buf_char(out, ']');
}

void go_sprint(buf_t *out, cdata_t **args, size_t n, bool line) {
    bool was_string = false;
    for (size_t i = 0; i < n; i++) {
        bool is_string = args[i] && args[i]->kind == LIB_STRING;
        if (i && (line || (!is_string && !was_string)))
            buf_char(out, ' ');
        go_print_value(out, args[i], 0);
        was_string = is_string;
    }
    if (line)
        buf_char(out, '\n');
}

/* ---- Sprintf ---- */

typedef struct verb {
    bool minus, plus, space, zero, sharp, has_width, has_precision;
    int width, precision;
    char c;
} verb_t;

static const char *type_name(const cdata_t *v) {
    return !v || v->kind == LIB_NULL ? "<nil>"
           : v->kind == LIB_BOOL     ? "bool"
           : v->kind == LIB_INT      ? "int"
           : v->kind == LIB_FLOAT    ? "float64"
           : v->kind == LIB_STRING   ? "string"
           : v->kind == LIB_BYTES    ? "[]uint8"
           : v->kind == LIB_LIST     ? "[]interface {}"
                                     : "map[string]interface {}";
}

static void pad(buf_t *out, const verb_t *f, str_t s, bool number) {
    size_t n = rune_count(s), width = f->has_width ? (size_t)f->width : 0;
    bool zero = f->zero && !f->minus && number;
    if (zero && n < width && s.n && (s.p[0] == '-' || s.p[0] == '+' || s.p[0] == ' ')) {
        buf_char(out, s.p[0]);
        s = str_from(s, 1);
    }
    for (size_t i = n; !f->minus && i < width; i++)
        buf_char(out, zero ? '0' : ' ');
    buf_add(out, s);
    for (size_t i = n; f->minus && i < width; i++)
        buf_char(out, ' ');
}

static bool format_int(buf_t *b, const verb_t *f, const cdata_t *v) {
    int64_t i;
    bool neg = num_sign(v->num) < 0;
    if (!num_to_int64(v->num, &i))
        return false;
    uint64_t u = neg ? -(uint64_t)i : (uint64_t)i;
    if (neg || f->plus || f->space)
        buf_char(b, neg ? '-' : f->plus ? '+' : ' ');
    char digits[70];
    size_t n = sizeof digits;
    unsigned base = f->c == 'b' ? 2 : f->c == 'o' || f->c == 'O' ? 8 : f->c == 'x' || f->c == 'X' ? 16 : 10;
    do
        digits[--n] = (f->c == 'X' ? "0123456789ABCDEF" : "0123456789abcdef")[u % base];
    while (u /= base);
    if (f->sharp || f->c == 'O')
        buf_addc(b, base == 16    ? (f->c == 'X' ? "0X" : "0x")
                    : f->c == 'O' ? "0o"
                    : base == 8   ? "0"
                    : base == 2   ? "0b"
                                  : "");
    for (size_t k = sizeof digits - n; f->has_precision && k < (size_t)f->precision; k++)
        buf_char(b, '0');
    buf_addn(b, digits + n, sizeof digits - n);
    return true;
}

static void format_hex_string(buf_t *b, const verb_t *f, str_t s) {
    for (size_t i = 0; i < s.n; i++)
        buf_printf(b, f->c == 'x' ? "%02x" : "%02X", (unsigned char)s.p[i]);
}

static str_t cut_runes(const verb_t *f, str_t s) {
    size_t size, i = 0;
    for (int k = 0; f->has_precision && k < f->precision && i < s.n; k++, i += size)
        rune_at(s, i, &size);
    return f->has_precision ? str_sub(s, 0, i) : s;
}

/* The value by the verb, without padding; false when the verb doesn't fit the value. */
static bool format_value(buf_t *b, const verb_t *f, const cdata_t *v) {
    unsigned kind = v ? v->kind : LIB_NULL;
    if (f->c == 'v') {
        go_print_value(b, v, 0);
    } else if (f->c == 'T') {
        buf_addc(b, type_name(v));
    } else if (kind == LIB_BOOL && f->c == 't') {
        buf_addc(b, v->b ? "true" : "false");
    } else if (kind == LIB_INT && strchr("bdoOxX", f->c)) {
        return format_int(b, f, v);
    } else if (kind == LIB_INT && (f->c == 'c' || f->c == 'q' || f->c == 'U')) {
        int64_t r;
        buf_t one = {.arena = b->arena};
        if (!num_to_int64(v->num, &r))
            return false;
        rune_write(&one, r < 0 || r > 0x10ffff ? 0xfffd : (int32_t)r);
        if (f->c == 'U')
            buf_printf(b, "U+%04llX", (long long)r);
        else if (f->c == 'c')
            buf_add(b, buf_str(&one));
        else
            go_quote(b, buf_str(&one), '\'', 0);
    } else if (kind == LIB_FLOAT && strchr("eEfFgGbxX", f->c)) {
        double d = num_to_double(v->num);
        int precision = f->has_precision ? f->precision : strchr("gGxXb", f->c) ? -1 : 6;
        if ((f->plus || f->space) && !signbit(d))
            buf_char(b, f->plus ? '+' : ' ');
        go_format_float(b, d, f->c, precision, 64);
    } else if ((kind & LIB_TEXT) && strchr("sqxX", f->c)) {
        str_t s = cut_runes(f, v->s);
        if (f->c == 's')
            buf_add(b, s);
        else if (f->c == 'q')
            go_quote(b, s, '"', f->plus ? 1 : 0);
        else
            format_hex_string(b, f, s);
    } else {
        return false;
    }
    return true;
}

static void bad_verb(buf_t *out, char c, const cdata_t *v) {
    buf_printf(out, "%%!%c(", c);
    if (v && v->kind != LIB_NULL) {
        buf_addc(out, type_name(v));
        buf_char(out, '=');
    }
    go_print_value(out, v, 0);
    buf_char(out, ')');
}

/* Each part of a list, as Go does it for %d of a slice. */
static void format_arg(buf_t *out, const verb_t *f, const cdata_t *v) {
    buf_t b = {.arena = out->arena};
    if (v && v->kind == LIB_LIST && f->c != 'v' && f->c != 'T') {
        buf_char(out, '[');
        for (size_t i = 0; i < v->n; i++) {
            if (i)
                buf_char(out, ' ');
            format_arg(out, f, v->items[i]);
        }
        buf_char(out, ']');
        return;
    }
    bool number = v && (v->kind & LIB_NUMBER) && f->c != 'T' && f->c != 'c' && f->c != 'q';
    if (format_value(&b, f, v))
        pad(out, f, buf_str(&b), number);
    else
        bad_verb(out, f->c, v);
}

static bool star_or_number(str_t s, size_t *i, cdata_t **args, size_t n, size_t *used, int *out) {
    if (*i < s.n && s.p[*i] == '*') {
        int64_t v = 0;
        ++*i;
        if (*used < n && args[*used] && args[*used]->kind == LIB_INT)
            num_to_int64(args[*used]->num, &v);
        ++*used;
        *out = v > 1000 || v < -1000 ? 0 : (int)v;
        return true;
    }
    bool any = false;
    for (*out = 0; *i < s.n && isdigit((unsigned char)s.p[*i]); ++*i, any = true)
        *out = *out > 1000 ? 1000 : *out * 10 + s.p[*i] - '0';
    return any;
}

static void read_verb(str_t s, size_t *i, verb_t *f, cdata_t **args, size_t n, size_t *used) {
    for (; *i < s.n && strchr("-+ 0#", s.p[*i]); ++*i) {
        f->minus |= s.p[*i] == '-';
        f->plus |= s.p[*i] == '+';
        f->space |= s.p[*i] == ' ';
        f->zero |= s.p[*i] == '0';
        f->sharp |= s.p[*i] == '#';
    }
    f->has_width = star_or_number(s, i, args, n, used, &f->width);
    if (f->width < 0) {
        f->minus = true;
        f->width = -f->width;
    }
    if (*i < s.n && s.p[*i] == '.') {
        ++*i;
        star_or_number(s, i, args, n, used, &f->precision);
        f->has_precision = f->precision >= 0;
    }
}

void go_sprintf(buf_t *out, str_t s, cdata_t **args, size_t n) {
    size_t used = 0;
    for (size_t i = 0; i < s.n;) {
        if (s.p[i] != '%') {
            buf_char(out, s.p[i++]);
            continue;
        }
        verb_t f = {0};
        i++;
        read_verb(s, &i, &f, args, n, &used);
        if (i == s.n) {
            buf_addc(out, "%!(NOVERB)");
            break;
        }
        f.c = s.p[i++];
        if (f.c == '%')
            buf_char(out, '%');
        else if (used >= n)
            buf_printf(out, "%%!%c(MISSING)", f.c);
        else
            format_arg(out, &f, args[used++]);
    }
    if (used >= n)
        return;
    buf_addc(out, "%!(EXTRA ");
    for (size_t i = used; i < n; i++) {
        if (i > used)
            buf_addc(out, ", ");
        buf_addc(out, type_name(args[i]));
        if (args[i] && args[i]->kind != LIB_NULL) {
            buf_char(out, '=');
            go_print_value(out, args[i], 0);
        }
    }
    buf_char(out, ')');
}
