#include "contrib/apiserver/cron.h"

#include <ctype.h>

static const struct {
    const char *name;
    int64_t min, max;
    const char *words; /* of values from `first` on */
    int64_t first;
} parts[] = {
    {"minute", 0, 59, "", 0},
    {"hour", 0, 23, "", 0},
    {"dom", 1, 31, "", 0},
    {"month", 1, 12, "jan feb mar apr may jun jul aug sep oct nov dec", 1},
    {"dow", 0, 6, "sun mon tue wed thu fri sat", 0},
};

static bool number(size_t part, str_t s, int64_t *n) {
    if (s.n == 3) {
        char lower[4] = {(char)tolower((unsigned char)s.p[0]), (char)tolower((unsigned char)s.p[1]),
                         (char)tolower((unsigned char)s.p[2]), 0};
        ptrdiff_t at = *parts[part].words ? str_find(str_c(parts[part].words), str_c(lower)) : -1;
        if (at >= 0 && at % 4 == 0) {
            *n = parts[part].first + at / 4;
            return true;
        }
    }
    return str_int(s, n) && *n >= 0;
}

static bool fail(arena_t *a, str_t *why, const char *what, str_t s) {
    *why = arena_printf(a, "%s: " STR_FMT, what, STR_ARG(s));
    return false;
}

/* One of a list: "*", "1", "1-5", with "/n". */
static bool check_range(arena_t *a, size_t part, str_t s, str_t *why) {
    str_t range, step, low, high;
    int64_t from = parts[part].min, to = parts[part].max, every = 1;
    bool stepped = str_cut(s, '/', &range, &step);
    if (!str_eqc(range, "*") && !str_eqc(range, "?")) {
        bool two = str_cut(range, '-', &low, &high);
        if (!number(part, low, &from))
            return fail(a, why, "failed to parse int from",
                        arena_printf(a, STR_FMT ": strconv.Atoi: parsing \"" STR_FMT "\": invalid syntax", STR_ARG(low),
                                     STR_ARG(low)));
        if (two && !number(part, high, &to))
            return fail(a, why, "failed to parse int from",
                        arena_printf(a, STR_FMT ": strconv.Atoi: parsing \"" STR_FMT "\": invalid syntax",
                                     STR_ARG(high), STR_ARG(high)));
        if (!two && !stepped)
            to = from;
    }
    if (stepped && !number(part, step, &every))
        return fail(a, why, "failed to parse int from",
                    arena_printf(a, STR_FMT ": strconv.Atoi: parsing \"" STR_FMT "\": invalid syntax", STR_ARG(step),
                                 STR_ARG(step)));
    if (from < parts[part].min)
        *why = arena_printf(a, "beginning of range (%lld) below minimum (%lld): " STR_FMT, (long long)from,
                            (long long)parts[part].min, STR_ARG(s));
    else if (to > parts[part].max)
        *why = arena_printf(a, "end of range (%lld) above maximum (%lld): " STR_FMT, (long long)to,
                            (long long)parts[part].max, STR_ARG(s));
    else if (from > to)
        *why = arena_printf(a, "beginning of range (%lld) beyond end of range (%lld): " STR_FMT, (long long)from,
                            (long long)to, STR_ARG(s));
    else if (every == 0)
        *why = arena_printf(a, "step of range should be a positive number: " STR_FMT, STR_ARG(s));
    else
        return true;
    return false;
}

static bool is_word(arena_t *a, str_t s, str_t *why) {
    static const char *const words[] = {"@yearly", "@annually", "@monthly", "@weekly",
                                        "@daily",  "@midnight", "@hourly"};
    for (size_t i = 0; i < sizeof words / sizeof *words; i++)
        if (str_eqc(s, words[i]))
            return true;
    if (str_starts(s, STR("@every ")))
        return true;
    return fail(a, why, "unrecognized descriptor", s);
}

bool cron_check(arena_t *a, str_t schedule, str_t *why) {
    str_t fields[8], rest = str_trim(schedule), zone;
    size_t n = 0;
    if (str_starts(rest, STR("TZ=")) || str_starts(rest, STR("CRON_TZ="))) {
        *why = STR("cannot use TZ or CRON_TZ in schedule, use timeZone field instead");
        return false;
    }
    if (str_starts(rest, STR("@")))
        return is_word(a, rest, why);
    while (rest.n && n < 8) {
        size_t k = 0;
        while (k < rest.n && !isspace((unsigned char)rest.p[k]))
            k++;
        fields[n++] = str_sub(rest, 0, k);
        rest = str_trim(str_from(rest, k));
    }
    (void)zone;
    if (n != 5) {
        *why = arena_printf(a, "expected exactly 5 fields, found %zu: [", n);
        for (size_t i = 0; i < n; i++)
            *why = arena_printf(a, STR_FMT "%s" STR_FMT, STR_ARG(*why), i ? " " : "", STR_ARG(fields[i]));
        *why = arena_concat(a, *why, STR("]"));
        return false;
    }
    for (size_t i = 0; i < 5; i++) {
        str_t list = fields[i], one, more;
        while (list.n) {
            str_cut(list, ',', &one, &more);
            if (!check_range(a, i, one, why))
                return false;
            list = more;
        }
    }
    return true;
}
