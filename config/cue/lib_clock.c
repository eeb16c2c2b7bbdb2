#include "config/cue/lib_clock.h"

#include <ctype.h>
#include <stdio.h>

const char clock_rfc3339_nano[] = "2006-01-02T15:04:05.999999999Z07:00";

static const char *const month_names[] = {"January", "February", "March",     "April",   "May",      "June",
                                          "July",    "August",   "September", "October", "November", "December"};
static const char *const day_names[] = {"Sunday", "Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday"};

/* ---- the calendar ---- */

static int64_t days_from_civil(int64_t y, int m, int d) {
    y -= m <= 2;
    int64_t era = (y >= 0 ? y : y - 399) / 400, yoe = y - era * 400;
    int64_t doy = (153 * (m + (m > 2 ? -3 : 9)) + 2) / 5 + d - 1, doe = yoe * 365 + yoe / 4 - yoe / 100 + doy;
    return era * 146097 + doe - 719468;
}

static bool is_leap(int64_t y) {
    return y % 4 == 0 && (y % 100 != 0 || y % 400 == 0);
}

static int days_in(int month, int64_t year) {
    static const int days[] = {31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31};
    return days[month - 1] + (month == 2 && is_leap(year));
}

static int64_t floor_div(int64_t x, int64_t y) {
    return x / y - (x % y < 0);
}

civil_t clock_civil(const moment_t *m) {
    int64_t local = m->seconds + m->offset, days = floor_div(local, 86400), rest = local - days * 86400;
    int64_t z = days + 719468, era = floor_div(z, 146097), doe = z - era * 146097;
    int64_t yoe = (doe - doe / 1460 + doe / 36524 - doe / 146096) / 365, doy = doe - (365 * yoe + yoe / 4 - yoe / 100);
    int64_t mp = (5 * doy + 2) / 153;
    civil_t c = {.day = (int)(doy - (153 * mp + 2) / 5 + 1), .month = (int)(mp < 10 ? mp + 3 : mp - 9)};
    c.year = yoe + era * 400 + (c.month <= 2);
    c.hour = (int)(rest / 3600);
    c.minute = (int)(rest / 60 % 60);
    c.second = (int)(rest % 60);
    c.weekday = (int)(((days + 4) % 7 + 7) % 7);
    c.yearday = (int)(days - days_from_civil(c.year, 1, 1) + 1);
    return c;
}

/* ---- the elements of a layout ---- */

typedef enum {
    TEXT,
    LONG_MONTH,
    MONTH,
    NUM_MONTH,
    ZERO_MONTH,
    LONG_DAY,
    DAY_NAME,
    DAY,
    UNDER_DAY,
    ZERO_DAY,
    UNDER_YEARDAY,
    ZERO_YEARDAY,
    HOUR,
    HOUR12,
    ZERO_HOUR12,
    MINUTE,
    ZERO_MINUTE,
    SECOND,
    ZERO_SECOND,
    LONG_YEAR,
    YEAR,
    PM,
    LOWER_PM,
    ZONE,
    Z_ZONE,
    FRACTION,
    END
} element_t;

typedef struct piece {
    element_t kind;
    str_t text;   /* as it stands in the layout */
    int digits;   /* of a fraction */
    bool trimmed; /* .999 */
} piece_t;

/* Longer ones before their prefixes. Numeric zones are told apart by their text. */
static const struct {
    const char *text;
    element_t kind;
} elements[] = {
    {"January", LONG_MONTH},
    {"Jan", MONTH},
    {"Monday", LONG_DAY},
    {"Mon", DAY_NAME},
    {"MST", ZONE},
    {"01", ZERO_MONTH},
    {"002", ZERO_YEARDAY},
    {"02", ZERO_DAY},
    {"03", ZERO_HOUR12},
    {"04", ZERO_MINUTE},
    {"05", ZERO_SECOND},
    {"06", YEAR},
    {"15", HOUR},
    {"1", NUM_MONTH},
    {"2006", LONG_YEAR},
    {"2", DAY},
    {"__2", UNDER_YEARDAY},
    {"_2", UNDER_DAY},
    {"3", HOUR12},
    {"4", MINUTE},
    {"5", SECOND},
    {"PM", PM},
    {"pm", LOWER_PM},
    {"-070000", Z_ZONE},
    {"-07:00:00", Z_ZONE},
    {"-0700", Z_ZONE},
    {"-07:00", Z_ZONE},
    {"-07", Z_ZONE},
    {"Z070000", Z_ZONE},
    {"Z07:00:00", Z_ZONE},
    {"Z0700", Z_ZONE},
    {"Z07:00", Z_ZONE},
    {"Z07", Z_ZONE},
};

static bool element_at(str_t s, piece_t *p) {
    if ((s.p[0] == '.' || s.p[0] == ',') && s.n > 1 && (s.p[1] == '0' || s.p[1] == '9')) {
        size_t n = 1;
        while (n < s.n && s.p[n] == s.p[1])
            n++;
        if (n == s.n || !isdigit((unsigned char)s.p[n])) {
            *p = (piece_t){FRACTION, str_sub(s, 0, n), (int)(n - 1 > 9 ? 9 : n - 1), s.p[1] == '9'};
            return true;
        }
    }
    if (str_starts(s, STR("_2006"))) /* an underscore, then the year */
        return false;
    for (size_t i = 0; i < sizeof elements / sizeof *elements; i++) {
        str_t text = str_c(elements[i].text);
        if (!str_starts(s, text))
            continue;
        /* "Jan" and "Mon" must not be the start of a word. */
        if ((elements[i].kind == MONTH || elements[i].kind == DAY_NAME) && s.n > 3 && islower((unsigned char)s.p[3]))
            continue;
        *p = (piece_t){.kind = elements[i].kind, .text = text};
        return true;
    }
    return false;
}

/* The next element of the layout; the plain text before it goes to *before. */
static piece_t next_piece(str_t *layout, str_t *before) {
    piece_t p = {.kind = END};
    size_t i = 0;
    while (i < layout->n && !element_at(str_from(*layout, i), &p))
        i++;
    *before = str_sub(*layout, 0, i);
    *layout = str_from(*layout, i + p.text.n);
    return p;
}

/* ---- writing ---- */

static void write_zone(buf_t *out, str_t text, int offset) {
    if (text.p[0] == 'Z' && offset == 0) {
        buf_char(out, 'Z');
        return;
    }
    int minutes = offset / 60, seconds = offset % 60;
    bool neg = offset < 0, colon = str_chr(text, ':') >= 0;
    minutes = neg ? -minutes : minutes;
    seconds = neg ? -seconds : seconds;
    buf_printf(out, "%c%02d", neg ? '-' : '+', minutes / 60);
    if (text.n > 3)
        buf_printf(out, "%s%02d", colon ? ":" : "", minutes % 60);
    if (text.n > 6)
        buf_printf(out, "%s%02d", colon ? ":" : "", seconds);
}

static void write_fraction(buf_t *out, const piece_t *p, int32_t nanos) {
    char digits[12];
    snprintf(digits, sizeof digits, "%09d", (int)nanos);
    int n = p->digits;
    while (p->trimmed && n && digits[n - 1] == '0')
        n--;
    if (!n)
        return;
    buf_char(out, p->text.p[0]);
    buf_addn(out, digits, (size_t)n);
}

static void write_element(buf_t *out, const piece_t *p, const civil_t *c, const moment_t *m) {
    int hour12 = c->hour % 12 ? c->hour % 12 : 12;
    switch (p->kind) {
    case LONG_MONTH:
        buf_addc(out, month_names[c->month - 1]);
        return;
    case MONTH:
        buf_printf(out, "%.3s", month_names[c->month - 1]);
        return;
    case LONG_DAY:
        buf_addc(out, day_names[c->weekday]);
        return;
    case DAY_NAME:
        buf_printf(out, "%.3s", day_names[c->weekday]);
        return;
    case LONG_YEAR:
        buf_printf(out, c->year < 0 ? "-%04lld" : "%04lld", (long long)(c->year < 0 ? -c->year : c->year));
        return;
    case YEAR:
        buf_printf(out, "%02d", (int)((c->year % 100 + 100) % 100));
        return;
    case PM:
        buf_addc(out, c->hour >= 12 ? "PM" : "AM");
        return;
    case LOWER_PM:
        buf_addc(out, c->hour >= 12 ? "pm" : "am");
        return;
    case ZONE:
        if (m->zone.n)
            buf_add(out, m->zone);
        else if (m->utc)
            buf_addc(out, "UTC");
        else
            write_zone(out, STR("-0700"), m->offset);
        return;
    case Z_ZONE:
        write_zone(out, p->text, m->offset);
        return;
    case FRACTION:
        write_fraction(out, p, m->nanos);
        return;
    default:
        break;
    }
    static const char *const formats[] = {[NUM_MONTH] = "%d",      [ZERO_MONTH] = "%02d", [DAY] = "%d",
                                          [UNDER_DAY] = "%2d",     [ZERO_DAY] = "%02d",   [UNDER_YEARDAY] = "%3d",
                                          [ZERO_YEARDAY] = "%03d", [HOUR] = "%02d",       [HOUR12] = "%d",
                                          [ZERO_HOUR12] = "%02d",  [MINUTE] = "%d",       [ZERO_MINUTE] = "%02d",
                                          [SECOND] = "%d",         [ZERO_SECOND] = "%02d"};
    int v = p->kind == NUM_MONTH || p->kind == ZERO_MONTH                   ? c->month
            : p->kind == DAY || p->kind == UNDER_DAY || p->kind == ZERO_DAY ? c->day
            : p->kind == UNDER_YEARDAY || p->kind == ZERO_YEARDAY           ? c->yearday
            : p->kind == HOUR                                               ? c->hour
            : p->kind == HOUR12 || p->kind == ZERO_HOUR12                   ? hour12
            : p->kind == MINUTE || p->kind == ZERO_MINUTE                   ? c->minute
                                                                            : c->second;
    char text[16];
#pragma GCC diagnostic push
#pragma GCC diagnostic ignored "-Wformat-nonliteral"
    snprintf(text, sizeof text, formats[p->kind], v);
#pragma GCC diagnostic pop
    buf_addc(out, text);
}

void clock_format(buf_t *out, str_t layout, const moment_t *m) {
    civil_t c = clock_civil(m);
    for (;;) {
        str_t before;
        piece_t p = next_piece(&layout, &before);
        buf_add(out, before);
        if (p.kind == END)
            return;
        write_element(out, &p, &c, m);
    }
}

/* ---- reading ---- */

typedef struct reader {
    arena_t *arena;
    err_t *err;
    str_t layout, value; /* whole, for errors */
    str_t rest;          /* of the value */
    int64_t year;
    int month, day, yearday, hour, minute, second;
    int32_t nanos;
    bool pm, pm_seen;
    int offset; /* -1: none read; in seconds otherwise */
    bool utc;
    str_t zone;
} reader_t;

static bool fail_at(reader_t *r, str_t element, str_t at) {
    arena_t *a = r->arena;
    return error_set(r->err, ERR_INVALID,
                     "parsing time " STR_FMT " as " STR_FMT ": cannot parse " STR_FMT " as " STR_FMT,
                     STR_ARG(go_quoted(a, r->value)), STR_ARG(go_quoted(a, r->layout)), STR_ARG(go_quoted(a, at)),
                     STR_ARG(go_quoted(a, element)));
}

static bool fail_range(reader_t *r, const char *what) {
    return error_set(r->err, ERR_INVALID, "parsing time " STR_FMT ": %s out of range",
                     STR_ARG(go_quoted(r->arena, r->value)), what);
}

/* A number of one or two digits (exactly two when fixed). */
static bool read_number(reader_t *r, bool fixed, int *out) {
    str_t s = r->rest;
    if (!s.n || !isdigit((unsigned char)s.p[0]))
        return false;
    bool two = s.n > 1 && isdigit((unsigned char)s.p[1]);
    if (fixed && !two)
        return false;
    *out = two ? (s.p[0] - '0') * 10 + s.p[1] - '0' : s.p[0] - '0';
    r->rest = str_from(s, two ? 2 : 1);
    return true;
}

static bool read_digits(reader_t *r, size_t n, int64_t *out) {
    if (r->rest.n < n)
        return false;
    for (size_t i = 0; i < n; i++)
        if (!isdigit((unsigned char)r->rest.p[i]))
            return false;
    bool ok = str_int(str_sub(r->rest, 0, n), out);
    r->rest = str_from(r->rest, n);
    return ok;
}

static bool read_name(reader_t *r, const char *const *names, int n, size_t length, int *out) {
    for (int i = 0; i < n; i++) {
        str_t name = str_sub(str_c(names[i]), 0, length);
        if (str_eq_nocase(str_sub(r->rest, 0, name.n), name)) {
            *out = i;
            r->rest = str_from(r->rest, name.n);
            return true;
        }
    }
    return false;
}

/* Spaces in the layout match any number of spaces. */
static bool read_text(reader_t *r, str_t text) {
    str_t s = r->rest;
    for (size_t i = 0; i < text.n; i++) {
        if (text.p[i] == ' ') {
            if (s.n && s.p[0] != ' ')
                return false;
            while (i + 1 < text.n && text.p[i + 1] == ' ')
                i++;
            while (s.n && s.p[0] == ' ')
                s = str_from(s, 1);
            continue;
        }
        if (!s.n || s.p[0] != text.p[i])
            return false;
        s = str_from(s, 1);
    }
    r->rest = s;
    return true;
}

static bool read_fraction(reader_t *r, size_t n) { /* of '.' and digits */
    int64_t v = 0;
    for (size_t i = 1; i < 10; i++)
        v = v * 10 + (i < n ? r->rest.p[i] - '0' : 0);
    r->nanos = (int32_t)v;
    r->rest = str_from(r->rest, n);
    return true;
}

static size_t fraction_length(str_t s) {
    size_t n = 1;
    if (s.n < 2 || (s.p[0] != '.' && s.p[0] != ',') || !isdigit((unsigned char)s.p[1]))
        return 0;
    while (n < s.n && isdigit((unsigned char)s.p[n]))
        n++;
    return n;
}

static bool read_offset(reader_t *r, str_t text) {
    str_t s = r->rest;
    if (text.p[0] == 'Z' && s.n && s.p[0] == 'Z') {
        r->rest = str_from(s, 1);
        r->utc = true;
        return true;
    }
    bool colon = str_chr(text, ':') >= 0;
    int parts = text.n > 6 ? 3 : text.n > 3 ? 2 : 1, values[3] = {0};
    if (!s.n || (s.p[0] != '+' && s.p[0] != '-'))
        return false;
    bool neg = s.p[0] == '-';
    r->rest = str_from(s, 1);
    for (int i = 0; i < parts; i++) {
        if (i && colon) {
            if (!r->rest.n || r->rest.p[0] != ':')
                return false;
            r->rest = str_from(r->rest, 1);
        }
        if (!read_number(r, true, &values[i]))
            return false;
    }
    if (values[0] > 24 || values[1] >= 60 || values[2] >= 60)
        return fail_range(r, values[0] > 24    ? "time zone offset hour"
                             : values[1] >= 60 ? "time zone offset minute"
                                               : "time zone offset second");
    r->offset = values[0] * 3600 + values[1] * 60 + values[2];
    r->offset = neg ? -r->offset : r->offset;
    r->zone.p = ""; /* an offset was read */
    return true;
}

/* Three to five capitals, or GMT with an offset, or +07. */
static bool read_zone_name(reader_t *r) {
    str_t s = r->rest;
    size_t n = 0;
    if (str_starts(s, STR("UTC"))) {
        r->utc = true;
        r->rest = str_from(s, 3);
        return true;
    }
    if (s.n >= 3 && (s.p[0] == '+' || s.p[0] == '-')) {
        n = 1;
        while (n < s.n && n < 3 && isdigit((unsigned char)s.p[n]))
            n++;
        n = n == 3 ? 3 : 0;
    } else if (str_starts(s, STR("ChST")) || str_starts(s, STR("MeST"))) {
        n = 4;
    } else if (str_starts(s, STR("GMT"))) {
        n = 3;
        if (n < s.n && (s.p[n] == '+' || s.p[n] == '-')) {
            size_t k = n + 1;
            while (k < s.n && isdigit((unsigned char)s.p[k]))
                k++;
            n = k > n + 1 ? k : n;
        }
    } else {
        while (n < s.n && n < 6 && isupper((unsigned char)s.p[n]))
            n++;
        bool ok = n == 3 || (n == 5 && s.p[4] == 'T') || (n == 4 && (s.p[3] == 'T' || str_starts(s, STR("WITA"))));
        n = ok ? n : 0;
    }
    if (!n)
        return false;
    r->zone = str_sub(s, 0, n);
    r->rest = str_from(s, n);
    return true;
}

static bool read_element(reader_t *r, const piece_t *p, const piece_t *next, str_t next_before) {
    int v = 0;
    int64_t wide;
    switch (p->kind) {
    case LONG_MONTH:
    case MONTH:
        if (!read_name(r, month_names, 12, p->kind == MONTH ? 3 : 20, &v))
            return false;
        r->month = v + 1;
        return true;
    case LONG_DAY:
    case DAY_NAME:
        return read_name(r, day_names, 7, p->kind == DAY_NAME ? 3 : 20, &v);
    case NUM_MONTH:
    case ZERO_MONTH:
        if (!read_number(r, p->kind == ZERO_MONTH, &r->month))
            return false;
        return (r->month >= 1 && r->month <= 12) || fail_range(r, "month");
    case UNDER_DAY:
        if (r->rest.n && r->rest.p[0] == ' ')
            r->rest = str_from(r->rest, 1);
        return read_number(r, false, &r->day);
    case DAY:
    case ZERO_DAY:
        return read_number(r, p->kind == ZERO_DAY, &r->day);
    case UNDER_YEARDAY:
    case ZERO_YEARDAY:
        for (int i = 0; i < 2 && p->kind == UNDER_YEARDAY && r->rest.n && r->rest.p[0] == ' '; i++)
            r->rest = str_from(r->rest, 1);
        if (!read_digits(r, p->kind == ZERO_YEARDAY ? 3 : r->rest.n < 3 ? r->rest.n : 3, &wide))
            return false;
        r->yearday = (int)wide;
        return true;
    case HOUR:
        if (!read_number(r, false, &r->hour))
            return false;
        return r->hour < 24 || fail_range(r, "hour");
    case HOUR12:
    case ZERO_HOUR12:
        if (!read_number(r, p->kind == ZERO_HOUR12, &r->hour))
            return false;
        return r->hour <= 12 || fail_range(r, "hour");
    case MINUTE:
    case ZERO_MINUTE:
        if (!read_number(r, p->kind == ZERO_MINUTE, &r->minute))
            return false;
        return r->minute < 60 || fail_range(r, "minute");
    case SECOND:
    case ZERO_SECOND: {
        if (!read_number(r, p->kind == ZERO_SECOND, &r->second))
            return false;
        if (r->second >= 60)
            return fail_range(r, "second");
        /* A fraction may follow that the layout doesn't have. */
        size_t n = fraction_length(r->rest);
        return !n || (next->kind == FRACTION && !next_before.n) || read_fraction(r, n);
    }
    case LONG_YEAR:
        return read_digits(r, 4, &r->year);
    case YEAR:
        if (!read_digits(r, 2, &wide))
            return false;
        r->year = wide + (wide >= 69 ? 1900 : 2000);
        return true;
    case PM:
    case LOWER_PM: {
        str_t two = str_sub(r->rest, 0, 2);
        bool upper = p->kind == PM;
        r->pm_seen = true;
        r->pm = str_eq(two, upper ? STR("PM") : STR("pm"));
        r->rest = str_from(r->rest, 2);
        return r->pm || str_eq(two, upper ? STR("AM") : STR("am"));
    }
    case ZONE:
        return read_zone_name(r);
    case Z_ZONE:
        return read_offset(r, p->text);
    case FRACTION: {
        size_t n = fraction_length(r->rest);
        if (p->trimmed)
            return !n || read_fraction(r, n);
        return n >= p->text.n && read_fraction(r, p->text.n);
    }
    default:
        return false;
    }
}

static bool check_date(reader_t *r) {
    if (r->yearday >= 0) {
        if (r->yearday < 1 || r->yearday > 365 + is_leap(r->year))
            return fail_range(r, "day-of-year");
        int month = 1, day = r->yearday;
        for (; day > days_in(month, r->year); month++)
            day -= days_in(month, r->year);
        if ((r->month >= 0 && r->month != month) || (r->day >= 0 && r->day != day))
            return error_set(r->err, ERR_INVALID, "parsing time " STR_FMT ": day-of-year does not match %s",
                             STR_ARG(go_quoted(r->arena, r->value)),
                             r->month >= 0 && r->month != month ? "month" : "day");
        r->month = month;
        r->day = day;
    }
    r->month = r->month < 0 ? 1 : r->month;
    r->day = r->day < 0 ? 1 : r->day;
    return (r->day >= 1 && r->day <= days_in(r->month, r->year)) || fail_range(r, "day");
}

static void finish(const reader_t *r, moment_t *out) {
    int hour = r->pm_seen && r->pm && r->hour < 12 ? r->hour + 12 : r->pm_seen && !r->pm && r->hour == 12 ? 0 : r->hour;
    bool offset_read = r->zone.p && !r->zone.n;
    *out = (moment_t){.nanos = r->nanos, .zone = r->zone, .utc = r->utc || !r->zone.p};
    out->seconds = days_from_civil(r->year, r->month, r->day) * 86400 + hour * 3600 + r->minute * 60 + r->second;
    if (offset_read && !r->utc) {
        out->seconds -= r->offset;
        out->offset = r->offset;
        out->utc = r->offset == 0;
    } else if (!r->utc && str_starts(r->zone, STR("GMT")) && r->zone.n > 3) {
        int64_t hours = 0;
        str_int(str_from(r->zone, r->zone.p[3] == '+' ? 4 : 3), &hours);
        out->offset = (int32_t)hours * 3600;
    }
    if (r->utc)
        out->zone = STR("");
}

static bool parse_all(arena_t *a, str_t layout, str_t value, moment_t *out, err_t *err) {
    reader_t r = {
        .arena = a, .err = err, .layout = layout, .value = value, .rest = value, .month = -1, .day = -1, .yearday = -1};
    str_t before, next_before, left = layout;
    piece_t p = next_piece(&left, &before);
    for (;;) {
        str_t at = r.rest;
        if (!read_text(&r, before))
            return fail_at(&r, before, at);
        if (p.kind == END)
            break;
        piece_t next = next_piece(&left, &next_before);
        at = r.rest;
        if (!read_element(&r, &p, &next, next_before))
            return r.err->code == ERR_NONE ? fail_at(&r, p.text, at) : false; /* else something is out of range */
        p = next;
        before = next_before;
    }
    bool ok = !r.rest.n || error_set(r.err, ERR_INVALID, "parsing time " STR_FMT ": extra text: " STR_FMT,
                                     STR_ARG(go_quoted(a, value)), STR_ARG(go_quoted(a, r.rest)));
    ok = ok && check_date(&r);
    if (ok)
        finish(&r, out);
    return ok;
}

bool clock_parse(arena_t *a, str_t layout, str_t value, moment_t *out, err_t *err) {
    err_t own = ERROR_INIT;
    bool ok = parse_all(a, layout, value, out, &own);
    if (!ok && err)
        error_move(err, &own);
    error_release(&own);
    return ok;
}
