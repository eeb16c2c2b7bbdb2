/* Package time. */
#include "config/cue/lib_clock.h"

#include <ctype.h>
#include <stdio.h>

/* ---- durations ---- */

static const struct {
    const char *name;
    int64_t nanos;
} units[] = {{"ns", 1},       {"us", 1000},      {"\xc2\xb5s", 1000}, {"\xce\xbcs", 1000},
             {"ms", 1000000}, {"s", 1000000000}, {"m", 60000000000},  {"h", 3600000000000}};

static bool invalid_duration(lib_call_t *c, str_t s) {
    return lib_fail(c, "time: invalid duration " STR_FMT, STR_ARG(go_quoted(c->arena, s)));
}

/* One number with its unit, added to *total (up to 2^63). */
static bool duration_part(lib_call_t *c, str_t whole, str_t *s, uint64_t *total) {
    uint64_t v = 0, f = 0;
    double scale = 1;
    size_t i = 0, digits = 0;
    bool full = false; /* further digits of the fraction don't fit */
    for (; i < s->n && isdigit((unsigned char)s->p[i]); i++, digits++) {
        if (v > ((uint64_t)1 << 63) / 10)
            return invalid_duration(c, whole);
        v = v * 10 + (uint64_t)(s->p[i] - '0');
        if (v > (uint64_t)1 << 63)
            return invalid_duration(c, whole);
    }
    if (i < s->n && s->p[i] == '.')
        for (i++; i < s->n && isdigit((unsigned char)s->p[i]); i++, digits++) {
            full |= f > (((uint64_t)1 << 63) - 1) / 10;
            if (!full) {
                f = f * 10 + (uint64_t)(s->p[i] - '0');
                scale *= 10;
            }
        }
    if (!digits)
        return invalid_duration(c, whole);
    size_t start = i;
    while (i < s->n && s->p[i] != '.' && !isdigit((unsigned char)s->p[i]))
        i++;
    str_t unit = str_sub(*s, start, i - start);
    *s = str_from(*s, i);
    if (!unit.n)
        return lib_fail(c, "time: missing unit in duration " STR_FMT, STR_ARG(go_quoted(c->arena, whole)));
    size_t u = 0;
    while (u < sizeof units / sizeof *units && !str_eqc(unit, units[u].name))
        u++;
    if (u == sizeof units / sizeof *units)
        return lib_fail(c, "time: unknown unit " STR_FMT " in duration " STR_FMT, STR_ARG(go_quoted(c->arena, unit)),
                        STR_ARG(go_quoted(c->arena, whole)));
    if (v > ((uint64_t)1 << 63) / (uint64_t)units[u].nanos)
        return invalid_duration(c, whole);
    v *= (uint64_t)units[u].nanos;
    v += (uint64_t)((double)f * ((double)units[u].nanos / scale));
    *total += v;
    return (v <= (uint64_t)1 << 63 && *total <= (uint64_t)1 << 63) || invalid_duration(c, whole);
}

static bool parse_duration(lib_call_t *c, str_t s, int64_t *out) {
    str_t whole = s;
    bool neg = s.n && s.p[0] == '-';
    uint64_t total = 0;
    s = str_from(s, s.n && (s.p[0] == '-' || s.p[0] == '+'));
    *out = 0;
    if (str_eqc(s, "0"))
        return true;
    if (!s.n)
        return invalid_duration(c, whole);
    while (s.n)
        if (!duration_part(c, whole, &s, &total))
            return false;
    if (total > INT64_MAX && !neg)
        return invalid_duration(c, whole);
    *out = neg ? (int64_t)-total : (int64_t)total;
    return true;
}

LIB_FN(duration) {
    int64_t d;
    return parse_duration(c, LIB_STR(0), &d) && lib_give_bool(c, out, true);
}

LIB_FN(do_parse_duration) {
    int64_t d;
    return parse_duration(c, LIB_STR(0), &d) && lib_give_int(c, out, d);
}

/* v / 10^places without zeros at the end. */
static void write_fixed(buf_t *b, uint64_t v, int places) {
    char digits[40];
    int n = snprintf(digits, sizeof digits, "%0*llu", places + 1, (unsigned long long)v), end = n;
    while (end > n - places && digits[end - 1] == '0')
        end--;
    buf_addn(b, digits, (size_t)(n - places));
    if (end > n - places) {
        buf_char(b, '.');
        buf_addn(b, digits + n - places, (size_t)(end - n + places));
    }
}

LIB_FN(format_duration) {
    int64_t d;
    buf_t b;
    if (!lib_int(c, args, 0, 64, "int64", &d))
        return false;
    buf_init_arena(&b, c->arena);
    uint64_t u = d < 0 ? -(uint64_t)d : (uint64_t)d;
    if (d < 0)
        buf_char(&b, '-');
    if (u == 0) {
        buf_addc(&b, "0s");
    } else if (u < 1000000000) {
        int places = u < 1000 ? 0 : u < 1000000 ? 3 : 6;
        write_fixed(&b, u, places);
        buf_addc(&b, places == 0 ? "ns" : places == 3 ? "\xc2\xb5s" : "ms");
    } else {
        uint64_t minutes = u / 60000000000;
        if (minutes >= 60)
            buf_printf(&b, "%lluh", (unsigned long long)(minutes / 60));
        if (minutes)
            buf_printf(&b, "%llum", (unsigned long long)(minutes % 60));
        write_fixed(&b, u % 60000000000, 9);
        buf_char(&b, 's');
    }
    return lib_give_buf(c, out, &b);
}

/* ---- moments ---- */

static bool fits(lib_call_t *c, str_t layout, str_t value, cdata_t **out) {
    moment_t m;
    if (!clock_parse(c->arena, layout, value, &m, NULL))
        return lib_fail(c, "invalid time " STR_FMT, STR_ARG(go_quoted(c->arena, value)));
    return lib_give_bool(c, out, true);
}

LIB_FN(do_time) {
    return fits(c, str_c(clock_rfc3339_nano), LIB_STR(0), out);
}

LIB_FN(format) {
    return fits(c, LIB_STR(1), LIB_STR(0), out);
}

static bool give_moment(lib_call_t *c, str_t layout, const moment_t *m, cdata_t **out) {
    buf_t b;
    buf_init_arena(&b, c->arena);
    clock_format(&b, layout, m);
    return lib_give_buf(c, out, &b);
}

LIB_FN(format_string) {
    moment_t m;
    return clock_parse(c->arena, str_c(clock_rfc3339_nano), LIB_STR(1), &m, c->err) &&
           give_moment(c, LIB_STR(0), &m, out);
}

LIB_FN(parse) {
    moment_t m;
    if (!clock_parse(c->arena, LIB_STR(0), LIB_STR(1), &m, c->err))
        return false;
    m.offset = 0;
    m.utc = true;
    return give_moment(c, str_c(clock_rfc3339_nano), &m, out);
}

LIB_FN(do_unix) {
    int64_t sec, nsec;
    if (!lib_int(c, args, 0, 64, "int64", &sec) || !lib_int(c, args, 1, 64, "int64", &nsec))
        return false;
    int64_t more = nsec / 1000000000, rest = nsec % 1000000000;
    if (rest < 0) {
        rest += 1000000000;
        more--;
    }
    if (__builtin_add_overflow(sec, more, &sec) || sec > INT64_MAX / 2 || sec < INT64_MIN / 2)
        return lib_fail(c, "time out of range");
    return give_moment(c, str_c(clock_rfc3339_nano), &(moment_t){.seconds = sec, .nanos = (int32_t)rest, .utc = true},
                       out);
}

LIB_FN(split) {
    moment_t m;
    if (!clock_parse(c->arena, str_c(clock_rfc3339_nano), LIB_STR(0), &m, c->err))
        return false;
    civil_t t = clock_civil(&m);
    const struct {
        const char *name;
        int64_t v;
    } parts[] = {{"year", t.year},     {"month", t.month},   {"day", t.day},         {"hour", t.hour},
                 {"minute", t.minute}, {"second", t.second}, {"nanosecond", m.nanos}};
    *out = cdata_struct(c->arena, 7);
    for (size_t i = 0; i < 7; i++)
        (*out)->fields[i] = (cdata_field_t){str_c(parts[i].name), cdata_int(c->arena, parts[i].v)};
    return true;
}

#define ROW(name, result, fn, ...)                                                                                     \
    { "time", name, {__VA_ARGS__}, result, fn, NULL }
const lib_func_t lib_time[] = {
    ROW("Duration", LIB_BOOL, duration, LIB_STRING),
    ROW("FormatDuration", LIB_STRING, format_duration, LIB_INT),
    ROW("ParseDuration", LIB_INT, do_parse_duration, LIB_STRING),
    ROW("Time", LIB_BOOL, do_time, LIB_STRING),
    ROW("Format", LIB_BOOL, format, LIB_STRING, LIB_STRING),
    ROW("FormatString", LIB_STRING, format_string, LIB_STRING, LIB_STRING),
    ROW("Parse", LIB_STRING, parse, LIB_STRING, LIB_STRING),
    ROW("Unix", LIB_STRING, do_unix, LIB_INT, LIB_INT),
    ROW("Split", LIB_ANY, split, LIB_STRING),
    {0},
};
