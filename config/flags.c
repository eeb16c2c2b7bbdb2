#include "config/flags.h"

#include "reactor/base/mem.h"

#include <errno.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>

/* ---- durations ---- */

static const struct {
    const char *name;
    int64_t ns;
} units[] = {{"ns", 1},       {"us", 1000},      {"\u00b5s", 1000},  {"\u03bcs", 1000},
             {"ms", 1000000}, {"s", 1000000000}, {"m", 60000000000}, {"h", 3600000000000}};

static bool is_digit(char c) {
    return c >= '0' && c <= '9';
}

/* One number with its unit, cut off at the front; the sum stays within 63 bits, with room for the smallest negative. */
static bool duration_part(str_t *s, str_t text, uint64_t *sum, err_t *err) {
    size_t i = 0;
    uint64_t whole = 0, part;
    double fraction = 0, scale = 1;
    bool digits = false, fits = true;
    for (; i < s->n && is_digit(s->p[i]); i++, digits = true)
        fits =
            fits && !__builtin_mul_overflow(whole, 10, &whole) && !__builtin_add_overflow(whole, s->p[i] - '0', &whole);
    if (i < s->n && s->p[i] == '.')
        for (i++; i < s->n && is_digit(s->p[i]); i++, digits = true)
            if (scale < 1e18) {
                fraction = fraction * 10 + (s->p[i] - '0');
                scale *= 10;
            }
    if (!digits || !fits)
        return error_set(err, ERR_INVALID, "time: invalid duration \"" STR_FMT "\"", STR_ARG(text));
    size_t from = i;
    while (i < s->n && s->p[i] != '.' && !is_digit(s->p[i]))
        i++;
    str_t name = str_sub(*s, from, i - from);
    if (!name.n)
        return error_set(err, ERR_INVALID, "time: missing unit in duration \"" STR_FMT "\"", STR_ARG(text));
    *s = str_from(*s, i);
    for (size_t u = 0; u < sizeof units / sizeof *units; u++) {
        if (!str_eqc(name, units[u].name))
            continue;
        if (__builtin_mul_overflow(whole, (uint64_t)units[u].ns, &part) ||
            __builtin_add_overflow(part, (uint64_t)(fraction * ((double)units[u].ns / scale)), &part) ||
            __builtin_add_overflow(*sum, part, sum) || *sum > (uint64_t)1 << 63)
            return error_set(err, ERR_INVALID, "time: invalid duration \"" STR_FMT "\"", STR_ARG(text));
        return true;
    }
    return error_set(err, ERR_INVALID, "time: unknown unit \"" STR_FMT "\" in duration \"" STR_FMT "\"", STR_ARG(name),
                     STR_ARG(text));
}

bool flag_parse_duration(str_t text, int64_t *ns, err_t *err) {
    str_t s = text;
    uint64_t sum = 0;
    bool negative = s.n && s.p[0] == '-';
    if (s.n && (s.p[0] == '-' || s.p[0] == '+'))
        s = str_from(s, 1);
    if (str_eqc(s, "0")) {
        *ns = 0;
        return true;
    }
    if (!s.n)
        return error_set(err, ERR_INVALID, "time: invalid duration \"" STR_FMT "\"", STR_ARG(text));
    while (s.n)
        if (!duration_part(&s, text, &sum, err))
            return false;
    if (!negative && sum > INT64_MAX)
        return error_set(err, ERR_INVALID, "time: invalid duration \"" STR_FMT "\"", STR_ARG(text));
    *ns = negative ? (int64_t)(0 - sum) : (int64_t)sum;
    return true;
}

/* "12.5" of v / unit, trailing zeros left out. */
static int with_fraction(char *out, uint64_t v, uint64_t unit) {
    int n = sprintf(out, "%llu", (unsigned long long)(v / unit));
    uint64_t rest = v % unit;
    if (!rest)
        return n;
    out[n++] = '.';
    for (unit /= 10; rest; unit /= 10) {
        out[n++] = (char)('0' + rest / unit);
        rest %= unit;
    }
    out[n] = 0;
    return n;
}

size_t flag_format_duration(char out[FLAG_DURATION_MAX], int64_t ns) {
    uint64_t v = ns < 0 ? 0 - (uint64_t)ns : (uint64_t)ns;
    char *to = out;
    if (ns < 0)
        *to++ = '-';
    if (v == 0 || v >= 1000000000) {
        uint64_t second = 1000000000, minutes = v / (60 * second);
        if (minutes >= 60)
            to += sprintf(to, "%lluh", (unsigned long long)(minutes / 60));
        if (minutes)
            to += sprintf(to, "%llum", (unsigned long long)(minutes % 60));
        to += with_fraction(to, v % (60 * second), second);
        to += sprintf(to, "s");
    } else if (v < 1000) {
        to += sprintf(to, "%lluns", (unsigned long long)v);
    } else if (v < 1000000) {
        to += with_fraction(to, v, 1000);
        to += sprintf(to, "\u00b5s");
    } else {
        to += with_fraction(to, v, 1000000);
        to += sprintf(to, "ms");
    }
    return (size_t)(to - out);
}

/* ---- values ---- */

static bool parse_bool(str_t s, bool *out) {
    static const char *const yes[] = {"1", "t", "T", "true", "TRUE", "True"};
    static const char *const no[] = {"0", "f", "F", "false", "FALSE", "False"};
    for (size_t i = 0; i < sizeof yes / sizeof *yes; i++)
        if (str_eqc(s, yes[i]) || str_eqc(s, no[i])) {
            *out = str_eqc(s, yes[i]);
            return true;
        }
    return false;
}

/* Digits with Go's prefixes; underscores only between digits. */
static bool parse_size(str_t s, uint64_t *out, bool *range) {
    unsigned base = 10;
    bool digit = false;
    if (s.n > 1 && s.p[0] == '0') {
        char c = (char)(s.p[1] | 32);
        base = c == 'x' ? 16 : c == 'b' ? 2 : 8;
        s = str_from(s, c == 'x' || c == 'b' || c == 'o' ? 2 : 1);
    }
    uint64_t v = 0;
    *range = false;
    for (size_t i = 0; i < s.n; i++) {
        char c = s.p[i];
        unsigned d = is_digit(c)                          ? (unsigned)(c - '0')
                     : (c | 32) >= 'a' && (c | 32) <= 'f' ? (unsigned)((c | 32) - 'a' + 10)
                                                          : 99;
        if (c == '_' && i && i + 1 < s.n && digit) {
            digit = false;
            continue;
        }
        if (d >= base)
            return false;
        digit = true;
        *range = *range || __builtin_mul_overflow(v, base, &v) || __builtin_add_overflow(v, d, &v);
    }
    *out = v;
    return s.n && digit;
}

static bool parse_int(str_t s, int64_t *out, bool *range) {
    uint64_t v;
    bool negative = s.n && s.p[0] == '-';
    if (s.n && (s.p[0] == '-' || s.p[0] == '+'))
        s = str_from(s, 1);
    if (!parse_size(s, &v, range))
        return false;
    *range = *range || v > (uint64_t)INT64_MAX + negative;
    *out = (int64_t)(negative ? 0 - v : v);
    return true;
}

static bool parse_float(str_t s, double *out, bool *range) {
    char text[64], *end;
    if (!s.n || s.n >= sizeof text || s.p[0] == ' ')
        return false;
    memcpy(text, s.p, s.n);
    text[s.n] = 0;
    *out = strtod(text, &end);
    *range = isinf(*out) && strpbrk(text, "iI") == NULL;
    return end == text + s.n;
}

/* "a=true,b=false", added to what is there. */
static bool add_bools(arena_t *a, flag_bools_t *to, str_t text, err_t *err) {
    str_t item, name, value;
    while (text.n) {
        str_cut(text, ',', &item, &text);
        if (!str_trim(item).n)
            continue;
        bool has_value = str_cut(item, '=', &name, &value);
        name = str_trim(name);
        value = str_trim(value);
        if (!has_value)
            return error_set(err, ERR_INVALID, "missing bool value for " STR_FMT, STR_ARG(name));
        flag_bool_t b = {.name = arena_str(a, name)};
        if (!parse_bool(value, &b.value))
            return error_set(err, ERR_INVALID,
                             "invalid value of " STR_FMT ": " STR_FMT ", err: strconv.ParseBool: parsing \"" STR_FMT
                             "\": invalid syntax",
                             STR_ARG(name), STR_ARG(value), STR_ARG(value));
        to->items = arena_grow(a, to->items, to->n * sizeof b, (to->n + 1) * sizeof b);
        to->items[to->n++] = b;
    }
    return true;
}

static void add_string(arena_t *a, flag_strings_t *to, str_t s) {
    to->items = arena_grow(a, to->items, to->n * sizeof s, (to->n + 1) * sizeof s);
    to->items[to->n++] = arena_str(a, s);
}

static bool set_value(arena_t *a, const flag_t *f, str_t text, err_t *err) {
    bool range = false, fine = true;
    const char *reader = "ParseInt";
    str_t item;
    switch (f->type) {
    case FLAG_BOOL:
        reader = "ParseBool";
        fine = parse_bool(text, f->to);
        break;
    case FLAG_STRING:
        *(str_t *)f->to = text;
        return true;
    case FLAG_INT:
        fine = parse_int(text, f->to, &range);
        break;
    case FLAG_UINT:
        reader = "ParseUint";
        fine = parse_size(text, f->to, &range);
        break;
    case FLAG_FLOAT:
        reader = "ParseFloat";
        fine = parse_float(text, f->to, &range);
        break;
    case FLAG_DURATION:
        return flag_parse_duration(text, f->to, err);
    case FLAG_STRINGS:
        while (text.n) {
            str_cut(text, ',', &item, &text);
            add_string(a, f->to, item);
        }
        return true;
    case FLAG_MAP_STRING_BOOL:
        return add_bools(a, f->to, text, err);
    }
    return (fine && !range) || error_set(err, ERR_INVALID, "strconv.%s: parsing \"" STR_FMT "\": %s", reader,
                                         STR_ARG(text), fine ? "value out of range" : "invalid syntax");
}

bool flag_set(arena_t *a, const flag_t *flag, const char *name, str_t text, err_t *err) {
    return set_value(a, flag, text, err) ||
           error_wrap(err, "invalid argument \"" STR_FMT "\" for \"%s\" flag", STR_ARG(text), name);
}

static bool set_initial(arena_t *a, const flag_t *f, err_t *err) {
    static const size_t sizes[] = {
        [FLAG_BOOL] = sizeof(bool),
        [FLAG_STRING] = sizeof(str_t),
        [FLAG_INT] = sizeof(int64_t),
        [FLAG_UINT] = sizeof(uint64_t),
        [FLAG_FLOAT] = sizeof(double),
        [FLAG_DURATION] = sizeof(int64_t),
        [FLAG_STRINGS] = sizeof(flag_strings_t),
        [FLAG_MAP_STRING_BOOL] = sizeof(flag_bools_t),
    };
    memset(f->to, 0, sizes[f->type]);
    if (f->type == FLAG_STRING)
        *(str_t *)f->to = STR("");
    return !f->initial || set_value(a, f, str_c(f->initial), err) || error_wrap(err, "default of --%s", f->name);
}

/* ---- the command line ---- */

typedef struct line {
    arena_t *a;
    const flag_t *flags;
    size_t n;
    char *const *argv;
    int argc, at;
    bool *given; /* lists: the first time replaces the default */
    err_t *err;
} line_t;

static const flag_t *find(const line_t *l, str_t name) {
    for (size_t i = 0; i < l->n; i++)
        if (str_eqc(name, l->flags[i].name))
            return &l->flags[i];
    return NULL;
}

static const flag_t *find_letter(const line_t *l, char c) {
    for (size_t i = 0; i < l->n; i++)
        if (l->flags[i].letter && l->flags[i].letter == c)
            return &l->flags[i];
    return NULL;
}

/* has_value: from "=value". Otherwise a bool is true, and others take the next argument. */
static bool give(line_t *l, const flag_t *f, const char *shown, bool has_value, str_t value) {
    if (!has_value) {
        if (f->type == FLAG_BOOL)
            value = STR("true");
        else if (l->at + 1 < l->argc)
            value = str_c(l->argv[++l->at]);
        else
            return error_set(l->err, ERR_INVALID, "flag needs an argument: %s", shown);
    }
    size_t i = (size_t)(f - l->flags);
    if (!l->given[i] && (f->type == FLAG_STRINGS || f->type == FLAG_MAP_STRING_BOOL))
        memset(f->to, 0, sizeof(flag_strings_t));
    l->given[i] = true;
    return flag_set(l->a, f, shown, value, l->err);
}

static bool is_help(str_t name) {
    return str_eqc(name, "help") || str_eqc(name, "h");
}

static flags_result_t long_flag(line_t *l, str_t text) {
    str_t name, value;
    bool has_value = str_cut(text, '=', &name, &value);
    const flag_t *f = find(l, name);
    if (!f && str_eqc(name, "help"))
        return FLAGS_HELP;
    if (!name.n || name.p[0] == '-') {
        error_set(l->err, ERR_INVALID, "bad flag syntax: --" STR_FMT, STR_ARG(text));
        return FLAGS_ERROR;
    }
    if (!f) {
        error_set(l->err, ERR_INVALID, "unknown flag: --" STR_FMT, STR_ARG(name));
        return FLAGS_ERROR;
    }
    const char *shown = arena_printf(l->a, "--%s", f->name).p;
    return give(l, f, shown, has_value, value) ? FLAGS_OK : FLAGS_ERROR;
}

/* -v3, -v=3, -v 3 and several one-letter bools in one; a whole name behind one dash is taken too. */
static flags_result_t short_flags(line_t *l, str_t text) {
    str_t name, value;
    str_cut(text, '=', &name, &value);
    if (find(l, name))
        return long_flag(l, text);
    if (is_help(name))
        return FLAGS_HELP;
    str_t rest = text;
    while (rest.n) {
        const flag_t *f = find_letter(l, rest.p[0]);
        if (!f) {
            if (text.n > 1 && rest.n == text.n && name.n > 1)
                error_set(l->err, ERR_INVALID, "unknown flag: -" STR_FMT, STR_ARG(name));
            else
                error_set(l->err, ERR_INVALID, "unknown shorthand flag: '%c' in -" STR_FMT, rest.p[0], STR_ARG(text));
            return FLAGS_ERROR;
        }
        const char *shown = arena_printf(l->a, "-%c, --%s", f->letter, f->name).p;
        rest = str_from(rest, 1);
        bool equals = rest.n && rest.p[0] == '=';
        bool whole = rest.n && (equals || f->type != FLAG_BOOL);
        if (!give(l, f, shown, whole, str_from(rest, equals)))
            return FLAGS_ERROR;
        if (whole)
            break;
    }
    return FLAGS_OK;
}

flags_result_t flags_parse(arena_t *a, const flag_t *flags, size_t n, int argc, char *const *argv, flag_strings_t *rest,
                           err_t *err) {
    line_t l = {.a = a, .flags = flags, .n = n, .argv = argv, .argc = argc, .err = err};
    l.given = arena_array(a, bool, n + 1);
    if (rest)
        *rest = (flag_strings_t){0};
    for (size_t i = 0; i < n; i++)
        if (!set_initial(a, &flags[i], err))
            return FLAGS_ERROR;
    bool ended = false;
    for (l.at = 1; l.at < argc; l.at++) {
        str_t text = str_c(argv[l.at]);
        if (ended || text.n < 2 || text.p[0] != '-') {
            if (!rest) {
                error_set(err, ERR_INVALID, "unexpected argument: " STR_FMT, STR_ARG(text));
                return FLAGS_ERROR;
            }
            add_string(a, rest, text);
            continue;
        }
        ended = str_eqc(text, "--");
        if (ended)
            continue;
        bool two = text.p[1] == '-';
        flags_result_t r = two ? long_flag(&l, str_from(text, 2)) : short_flags(&l, str_from(text, 1));
        if (r != FLAGS_OK)
            return r;
    }
    return FLAGS_OK;
}

/* ---- usage ---- */

enum { USAGE_WIDTH = 80, USAGE_INDENT = 8 };

static const char *type_name(flag_type_t type) {
    static const char *const names[] = {"",      "string",   "int",     "uint",
                                        "float", "duration", "strings", "name=true|false,..."};
    return names[type];
}

/* The words of a text on lines of their own, each behind USAGE_INDENT blanks. */
static void wrap(buf_t *out, str_t text) {
    size_t column = 0;
    str_t word;
    while (text.n) {
        str_cut(text, ' ', &word, &text);
        if (!word.n)
            continue;
        if (column && column + 1 + word.n > USAGE_WIDTH) {
            buf_char(out, '\n');
            column = 0;
        }
        if (column)
            buf_char(out, ' ');
        else
            buf_printf(out, "%*s", USAGE_INDENT, "");
        buf_add(out, word);
        column = (column ? column + 1 : USAGE_INDENT) + word.n;
    }
    buf_char(out, '\n');
}

static bool shows_default(const flag_t *f) {
    return f->initial && *f->initial && strcmp(f->initial, "false") && strcmp(f->initial, "0") &&
           strcmp(f->initial, "0s");
}

void flags_usage(buf_t *out, const flag_t *flags, size_t n) {
    for (size_t i = 0; i < n; i++) {
        const flag_t *f = &flags[i];
        if (!f->help)
            continue;
        buf_printf(out, "  ");
        if (f->letter)
            buf_printf(out, "-%c, ", f->letter);
        buf_printf(out, "--%s%s%s\n", f->name, f->type == FLAG_BOOL ? "" : " ", type_name(f->type));
        buf_t text = {.arena = out->arena};
        buf_addc(&text, f->help);
        if (shows_default(f))
            buf_printf(&text, f->type == FLAG_STRING ? " (default \"%s\")" : " (default %s)", f->initial);
        if (buf_failed(&text))
            out->failed = true;
        else
            wrap(out, buf_str(&text));
        buf_release(&text);
    }
}
