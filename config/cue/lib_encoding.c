/* Packages encoding/base64, encoding/hex and encoding/csv. */
#include "config/cue/lib_inner.h"
#include "reactor/base/base64.h"

#include <ctype.h>

/* ---- base64: standard encoding only, chosen by null ---- */

static bool standard(lib_call_t *c, cdata_t **args) {
    if (args[0]->kind == LIB_NULL)
        return true;
    static const char *const kinds[] = {"null", "bool", "int", "float", "string", "bytes", "struct", "list"};
    return lib_fail(c, "base64: unsupported encoding: cannot use value " STR_FMT " (type %s) as null",
                    STR_ARG(cdata_text(c->arena, args[0])), kinds[__builtin_ctz(args[0]->kind)]);
}

LIB_FN(base64_encoded_len) {
    int64_t n;
    return standard(c, args) && lib_int(c, args, 1, 64, "int64", &n) &&
           lib_give_int(c, out, (int64_t)((uint64_t)(n + 2) / 3 * 4));
}

LIB_FN(base64_decoded_len) {
    int64_t n;
    return standard(c, args) && lib_int(c, args, 1, 64, "int64", &n) && lib_give_int(c, out, n / 4 * 3);
}

LIB_FN(do_base64_encode) {
    buf_t b;
    if (!standard(c, args) || !lib_room(c, LIB_STR(1).n / 3 * 4))
        return false;
    buf_init_arena(&b, c->arena);
    base64_encode(&b, LIB_STR(1), BASE64_STD);
    return lib_give_buf(c, out, &b);
}

LIB_FN(do_base64_decode) {
    buf_t b;
    size_t at = 0;
    if (!standard(c, args))
        return false;
    buf_init_arena(&b, c->arena);
    if (!base64_decode(&b, LIB_STR(1), BASE64_STD, &at)) {
        /* For a text that ends too early Go names the place where its last group of four began. */
        size_t group = 0;
        for (size_t i = 0; at == LIB_STR(1).n && i < at; i++)
            group += LIB_STR(1).p[i] != '\n' && LIB_STR(1).p[i] != '\r';
        at -= group % 4;
        return lib_fail(c, "illegal base64 data at input byte %zu", at);
    }
    return lib_give_bytes(c, out, buf_str(&b));
}

/* ---- hex ---- */

LIB_FN(hex_encoded_len) {
    int64_t n;
    return lib_int(c, args, 0, 64, "int64", &n) && lib_give_int(c, out, (int64_t)((uint64_t)n * 2));
}

LIB_FN(hex_decoded_len) {
    int64_t n;
    return lib_int(c, args, 0, 64, "int64", &n) && lib_give_int(c, out, n / 2);
}

LIB_FN(hex_encode) {
    buf_t b;
    if (!lib_room(c, LIB_STR(0).n * 2))
        return false;
    buf_init_arena(&b, c->arena);
    for (size_t i = 0; i < LIB_STR(0).n; i++)
        buf_printf(&b, "%02x", (unsigned char)LIB_STR(0).p[i]);
    return lib_give_buf(c, out, &b);
}

static int hex_digit(char c) {
    return isdigit((unsigned char)c) ? c - '0' : isxdigit((unsigned char)c) ? tolower((unsigned char)c) - 'a' + 10 : -1;
}

LIB_FN(hex_decode) {
    str_t s = LIB_STR(0);
    buf_t b;
    buf_init_arena(&b, c->arena);
    for (size_t i = 0; i < s.n; i++) {
        if (hex_digit(s.p[i]) < 0) {
            int32_t r = (unsigned char)s.p[i];
            buf_t q, one;
            buf_init_arena(&q, c->arena);
            buf_init_arena(&one, c->arena);
            rune_write(&one, r);
            go_quote(&q, buf_str(&one), '\'', 0);
            return lib_fail(c, "encoding/hex: invalid byte: U+%04X " STR_FMT, (unsigned)r, STR_ARG(buf_str(&q)));
        }
        if (i % 2)
            buf_char(&b, (char)(hex_digit(s.p[i - 1]) * 16 + hex_digit(s.p[i])));
    }
    if (s.n % 2)
        return lib_fail(c, "encoding/hex: odd length hex string");
    return lib_give_bytes(c, out, buf_str(&b));
}

/* As hexdump -C. */
LIB_FN(hex_dump) {
    str_t s = LIB_STR(0);
    buf_t b;
    if (!lib_room(c, s.n / 16 * 79))
        return false;
    buf_init_arena(&b, c->arena);
    for (size_t at = 0; at < s.n; at += 16) {
        buf_printf(&b, "%08zx ", at);
        for (size_t i = 0; i < 16; i++) {
            if (at + i < s.n)
                buf_printf(&b, " %02x", (unsigned char)s.p[at + i]);
            else
                buf_addc(&b, "   ");
            if (i == 7)
                buf_char(&b, ' ');
        }
        buf_addc(&b, "  |");
        for (size_t i = 0; i < 16 && at + i < s.n; i++)
            buf_char(&b, s.p[at + i] < 32 || s.p[at + i] > 126 ? '.' : s.p[at + i]);
        buf_addc(&b, "|\n");
    }
    return lib_give_buf(c, out, &b);
}

/* ---- csv ---- */

static bool needs_quotes(str_t s) {
    size_t size;
    if (!s.n)
        return false;
    if (str_eqc(s, "\\."))
        return true;
    for (size_t i = 0; i < s.n; i++)
        if (s.p[i] == ',' || s.p[i] == '"' || s.p[i] == '\n' || s.p[i] == '\r')
            return true;
    return rune_is_space(rune_at(s, 0, &size));
}

static void csv_field(buf_t *b, str_t s) {
    if (!needs_quotes(s)) {
        buf_add(b, s);
        return;
    }
    buf_char(b, '"');
    for (size_t i = 0; i < s.n; i++) {
        if (s.p[i] == '"')
            buf_char(b, '"');
        buf_char(b, s.p[i]);
    }
    buf_char(b, '"');
}

LIB_FN(csv_encode) {
    buf_t b, cell;
    if (!lib_is_list(c, args, 0))
        return false;
    buf_init_arena(&b, c->arena);
    for (size_t i = 0; i < args[0]->n; i++) {
        if (!lib_is_list(c, args[0]->items, i))
            return false;
        const cdata_t *row = args[0]->items[i];
        for (size_t k = 0; k < row->n; k++) {
            buf_init_arena(&cell, c->arena);
            if (k)
                buf_char(&b, ',');
            if (row->items[k]->kind != LIB_STRING && !cdata_write_json(&cell, row->items[k], c->err))
                return false;
            csv_field(&b, row->items[k]->kind == LIB_STRING ? row->items[k]->s : buf_str(&cell));
        }
        buf_char(&b, '\n');
        if (!lib_room(c, b.n))
            return false;
    }
    return lib_give_buf(c, out, &b);
}

typedef struct csv {
    lib_call_t *call;
    str_t s;
    size_t i, line, line_start;
} csv_t;

/* Positions count bytes from 1, as Go's reader does. */
static bool csv_error(csv_t *r, size_t record_line, const char *what) {
    size_t column = r->i - r->line_start + 1;
    if (record_line != r->line)
        return lib_fail(r->call, "record on line %zu; parse error on line %zu, column %zu: %s", record_line, r->line,
                        column, what);
    return lib_fail(r->call, "parse error on line %zu, column %zu: %s", r->line, column, what);
}

static bool at_end_of_line(const csv_t *r) {
    return r->i == r->s.n || r->s.p[r->i] == '\n' ||
           (r->s.p[r->i] == '\r' && r->i + 1 < r->s.n && r->s.p[r->i + 1] == '\n');
}

static bool csv_quoted(csv_t *r, size_t record_line, buf_t *b) {
    for (r->i++;; r->i++) {
        if (r->i == r->s.n)
            return csv_error(r, record_line, "extraneous or missing \" in quoted-field");
        if (r->s.p[r->i] == '"') {
            r->i++;
            if (r->i == r->s.n || r->s.p[r->i] != '"')
                break;
        }
        if (r->s.p[r->i] == '\r' && r->i + 1 < r->s.n && r->s.p[r->i + 1] == '\n')
            r->i++; /* \r\n is \n, in quotes too */
        buf_char(b, r->s.p[r->i]);
        if (r->s.p[r->i] == '\n') {
            r->line++;
            r->line_start = r->i + 1;
        }
    }
    if (r->i < r->s.n && r->s.p[r->i] != ',' && !at_end_of_line(r)) {
        r->i--;
        return csv_error(r, record_line, "extraneous or missing \" in quoted-field");
    }
    return true;
}

static bool csv_record(csv_t *r, str_t **fields, size_t *n) {
    size_t record_line = r->line;
    *n = 0;
    *fields = NULL;
    for (;;) {
        buf_t b;
        buf_init_arena(&b, r->call->arena);
        if (r->i < r->s.n && r->s.p[r->i] == '"') {
            if (!csv_quoted(r, record_line, &b))
                return false;
        } else {
            for (; !at_end_of_line(r) && r->s.p[r->i] != ','; r->i++) {
                if (r->s.p[r->i] == '"')
                    return csv_error(r, record_line, "bare \" in non-quoted-field");
                buf_char(&b, r->s.p[r->i]);
            }
        }
        *fields = arena_grow(r->call->arena, *fields, *n * sizeof(str_t), (*n + 1) * sizeof(str_t));
        (*fields)[(*n)++] = buf_str(&b);
        if (at_end_of_line(r))
            break;
        r->i++;
    }
    return true;
}

static void csv_next_line(csv_t *r) {
    if (r->i < r->s.n)
        r->i += r->s.p[r->i] == '\r' ? 2 : 1;
    r->line++;
    r->line_start = r->i;
}

LIB_FN(csv_decode) {
    csv_t r = {.call = c, .s = LIB_STR(0), .line = 1};
    cdata_t **rows = NULL;
    size_t n = 0, width = 0;
    while (r.i < r.s.n) {
        str_t *fields;
        size_t count, line = r.line;
        if (at_end_of_line(&r)) { /* empty lines don't count */
            csv_next_line(&r);
            continue;
        }
        if (!csv_record(&r, &fields, &count))
            return false;
        if (n && count != width)
            return lib_fail(c, "record on line %zu: wrong number of fields", line);
        width = count;
        rows = arena_grow(c->arena, rows, n * sizeof *rows, (n + 1) * sizeof *rows);
        rows[n++] = lib_strings_of(c, fields, count);
        csv_next_line(&r);
    }
    *out = cdata_list(c->arena, n);
    if (n)
        memcpy((*out)->items, rows, n * sizeof *rows);
    return true;
}

#define ROW(package, name, result, fn, ...)                                                                            \
    { "encoding/" package, name, {__VA_ARGS__}, result, fn, NULL }
const lib_func_t lib_encoding[] = {
    ROW("base64", "EncodedLen", LIB_INT, base64_encoded_len, LIB_ANY, LIB_INT),
    ROW("base64", "DecodedLen", LIB_INT, base64_decoded_len, LIB_ANY, LIB_INT),
    ROW("base64", "Encode", LIB_STRING, do_base64_encode, LIB_ANY, LIB_TEXT),
    ROW("base64", "Decode", LIB_TEXT, do_base64_decode, LIB_ANY, LIB_STRING),
    ROW("hex", "EncodedLen", LIB_INT, hex_encoded_len, LIB_INT),
    ROW("hex", "DecodedLen", LIB_INT, hex_decoded_len, LIB_INT),
    ROW("hex", "Decode", LIB_TEXT, hex_decode, LIB_STRING),
    ROW("hex", "Dump", LIB_STRING, hex_dump, LIB_TEXT),
    ROW("hex", "Encode", LIB_STRING, hex_encode, LIB_TEXT),
    ROW("csv", "Encode", LIB_STRING, csv_encode, LIB_ANY),
    ROW("csv", "Decode", LIB_LIST, csv_decode, LIB_TEXT),
    {0},
};
