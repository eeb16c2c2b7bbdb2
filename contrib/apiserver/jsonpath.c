#include "contrib/apiserver/jsonpath.h"

static str_t unquote(str_t s) {
    s = str_trim(s);
    if (s.n >= 2 && (s.p[0] == '\'' || s.p[0] == '"') && s.p[s.n - 1] == s.p[0])
        return str_sub(s, 1, s.n - 2);
    return s;
}

static bool filter_holds(const jv_t *item, str_t filter) {
    ptrdiff_t eq = str_find(filter, STR("==")), ne = str_find(filter, STR("!="));
    bool negated = eq < 0;
    ptrdiff_t cut = negated ? ne : eq;
    if (cut < 0)
        return false;
    str_t left = str_trim(str_sub(filter, 0, (size_t)cut)), right = unquote(str_from(filter, (size_t)cut + 2));
    if (str_starts(left, STR("@.")))
        left = str_from(left, 2);
    for (str_t head, tail; left.n; left = tail) {
        str_cut(left, '.', &head, &tail);
        item = jv_get(item, head);
    }
    if (!item)
        return false;
    str_t have = jv_is(item, JV_STRING) || jv_is(item, JV_NUMBER) ? item->s
                 : jv_is(item, JV_BOOL)                           ? (item->truth ? STR("true") : STR("false"))
                                                                  : STR_NONE;
    return str_eq(have, right) != negated;
}

/* What stands in brackets. */
static const jv_t *bracket(const jv_t *v, str_t what) {
    int64_t i;
    what = str_trim(what);
    if (str_starts(what, STR("?("))) {
        str_t filter = str_sub(what, 2, what.n - 3);
        for (size_t k = 0; k < jv_count(v) && jv_is(v, JV_ARRAY); k++)
            if (filter_holds(jv_at(v, k), filter))
                return jv_at(v, k);
        return NULL;
    }
    if (str_eqc(what, "*"))
        return jv_at(v, 0);
    if (str_int(what, &i))
        return i < 0 ? jv_at(v, (size_t)((int64_t)jv_count(v) + i)) : jv_at(v, (size_t)i);
    return jv_get(v, unquote(what));
}

jv_t *jsonpath_first(arena_t *a, const jv_t *v, str_t path) {
    if (str_starts(path, STR("{")) && str_ends(path, STR("}")))
        path = str_sub(path, 1, path.n - 2);
    if (str_starts(path, STR("$")))
        path = str_from(path, 1);
    while (v && path.n) {
        if (path.p[0] == '[') {
            size_t n = 1;
            for (int depth = 1; n < path.n && depth; n++)
                depth += path.p[n] == '[' ? 1 : path.p[n] == ']' ? -1 : 0;
            v = bracket(v, str_sub(path, 1, n - 2));
            path = str_from(path, n);
            continue;
        }
        path = str_from(path, path.p[0] == '.');
        /* A point after a backslash belongs to the name. */
        char *name = arena_bytes(a, path.n + 1);
        size_t n = 0, i = 0;
        for (; i < path.n && path.p[i] != '.' && path.p[i] != '['; i++) {
            i += path.p[i] == '\\' && i + 1 < path.n;
            name[n++] = path.p[i];
        }
        path = str_from(path, i);
        if (n)
            v = n == 1 && name[0] == '*' ? jv_at(v, 0) : jv_get(v, str_n(name, n));
        else if (!i)
            return NULL;
    }
    return (jv_t *)v;
}
