/* Package strings. Indexes are byte indexes, as in Go. */
#include "config/cue/lib_inner.h"

/* ---- bytes and runes ---- */

LIB_FN(byte_at) {
    int64_t i;
    if (!lib_int(c, args, 1, 64, "int64", &i))
        return false;
    if (i < 0 || (uint64_t)i >= LIB_STR(0).n)
        return lib_fail(c, "index out of range");
    return lib_give_int(c, out, (unsigned char)LIB_STR(0).p[i]);
}

/* The two indexes after the string; false with *ok untouched when they don't fit an int. */
static bool range(lib_call_t *c, cdata_t **args, size_t n, int64_t *from, int64_t *to) {
    if (!lib_int(c, args, 1, 64, "int64", from) || !lib_int(c, args, 2, 64, "int64", to))
        return false;
    return (*from >= 0 && *from <= *to && (uint64_t)*to <= n) || lib_fail(c, "index out of range");
}

LIB_FN(byte_slice) {
    int64_t from, to;
    return range(c, args, LIB_STR(0).n, &from, &to) &&
           lib_give_bytes(c, out, str_sub(LIB_STR(0), (size_t)from, (size_t)(to - from)));
}

LIB_FN(runes) {
    size_t n = rune_count(LIB_STR(0)), size;
    if (!lib_room(c, n * 16))
        return false;
    *out = cdata_list(c->arena, n);
    for (size_t i = 0, k = 0; i < LIB_STR(0).n; i += size)
        (*out)->items[k++] = cdata_int(c->arena, rune_at(LIB_STR(0), i, &size));
    return true;
}

LIB_FN(min_runes) {
    int64_t n;
    return lib_int(c, args, 1, 64, "int64", &n) && lib_give_bool(c, out, (int64_t)rune_count(LIB_STR(0)) >= n);
}

LIB_FN(max_runes) {
    int64_t n;
    return lib_int(c, args, 1, 64, "int64", &n) && lib_give_bool(c, out, (int64_t)rune_count(LIB_STR(0)) <= n);
}

LIB_FN(slice_runes) {
    int64_t from, to;
    if (!range(c, args, rune_count(LIB_STR(0)), &from, &to))
        return false;
    size_t start = 0, end, size, k = 0, i = 0;
    for (; k < (size_t)from; k++, i += size)
        rune_at(LIB_STR(0), i, &size);
    for (start = i; k < (size_t)to; k++, i += size)
        rune_at(LIB_STR(0), i, &size);
    end = i;
    return lib_give_str(c, out, str_sub(LIB_STR(0), start, end - start));
}

/* ---- case ---- */

static bool map_runes(lib_call_t *c, str_t s, int32_t (*map)(int32_t), bool words, cdata_t **out) {
    buf_t b;
    buf_init_arena(&b, c->arena);
    size_t size;
    int32_t before = ' ';
    for (size_t i = 0; i < s.n; i += size) {
        int32_t r = rune_at(s, i, &size);
        rune_write(&b, !words || rune_is_space(before) ? map(r) : r);
        before = r;
    }
    return lib_give_buf(c, out, &b);
}

LIB_FN(to_upper) {
    return map_runes(c, LIB_STR(0), rune_upper, false, out);
}

LIB_FN(to_lower) {
    return map_runes(c, LIB_STR(0), rune_lower, false, out);
}

/* CUE's own ToTitle and ToCamel change the first letter of each word. */
LIB_FN(to_title) {
    return map_runes(c, LIB_STR(0), rune_title, true, out);
}

LIB_FN(to_camel) {
    return map_runes(c, LIB_STR(0), rune_lower, true, out);
}

/* ---- search ---- */

static ptrdiff_t last_index(str_t s, str_t what) {
    for (size_t i = s.n + 1; what.n <= s.n && i-- > 0;)
        if (i + what.n <= s.n && memcmp(s.p + i, what.p ? what.p : "", what.n) == 0)
            return (ptrdiff_t)i;
    return -1;
}

static bool has_rune(str_t set, int32_t r) {
    size_t size;
    for (size_t i = 0; i < set.n; i += size)
        if (rune_at(set, i, &size) == r)
            return true;
    return false;
}

static ptrdiff_t index_any(str_t s, str_t set, bool last) {
    ptrdiff_t found = -1;
    size_t size;
    for (size_t i = 0; i < s.n && (last || found < 0); i += size)
        if (has_rune(set, rune_at(s, i, &size)))
            found = (ptrdiff_t)i;
    return found;
}

LIB_FN(compare) {
    int r = str_cmp(LIB_STR(0), LIB_STR(1));
    return lib_give_int(c, out, (r > 0) - (r < 0));
}

static size_t count_of(str_t s, str_t what) {
    if (!what.n)
        return rune_count(s) + 1;
    size_t n = 0;
    for (ptrdiff_t i; (i = str_find(s, what)) >= 0; n++)
        s = str_from(s, (size_t)i + what.n);
    return n;
}

LIB_FN(count) {
    return lib_give_int(c, out, (int64_t)count_of(LIB_STR(0), LIB_STR(1)));
}

LIB_FN(contains) {
    return lib_give_bool(c, out, str_find(LIB_STR(0), LIB_STR(1)) >= 0);
}

LIB_FN(contains_any) {
    return lib_give_bool(c, out, index_any(LIB_STR(0), LIB_STR(1), false) >= 0);
}

LIB_FN(find_first) {
    return lib_give_int(c, out, str_find(LIB_STR(0), LIB_STR(1)));
}

LIB_FN(find_last) {
    return lib_give_int(c, out, last_index(LIB_STR(0), LIB_STR(1)));
}

LIB_FN(find_any) {
    return lib_give_int(c, out, index_any(LIB_STR(0), LIB_STR(1), false));
}

LIB_FN(find_last_any) {
    return lib_give_int(c, out, index_any(LIB_STR(0), LIB_STR(1), true));
}

LIB_FN(has_prefix) {
    return lib_give_bool(c, out, str_starts(LIB_STR(0), LIB_STR(1)));
}

LIB_FN(has_suffix) {
    return lib_give_bool(c, out, str_ends(LIB_STR(0), LIB_STR(1)));
}

/* ---- taking apart and putting together ---- */

/* Go's genSplit: at most n parts (n < 0: all), each with `keep` bytes of the separator. */
static bool split(lib_call_t *c, str_t s, str_t sep, size_t keep, int64_t n, cdata_t **out) {
    size_t most = sep.n ? count_of(s, sep) + 1 : rune_count(s), parts = 0, size;
    if (n >= 0 && (uint64_t)n < most)
        most = (size_t)n;
    if (!lib_room(c, most * 16))
        return false;
    *out = cdata_list(c->arena, most);
    while (parts < most) {
        size_t end = s.n, next = end;
        if (parts + 1 < most && sep.n) {
            end = (size_t)str_find(s, sep);
            next = end + sep.n;
            end += keep;
        } else if (parts + 1 < most) {
            rune_at(s, 0, &size);
            end = next = size;
        }
        (*out)->items[parts++] = cdata_string(c->arena, str_sub(s, 0, end));
        s = str_from(s, next);
    }
    return true;
}

LIB_FN(do_split) {
    return split(c, LIB_STR(0), LIB_STR(1), 0, -1, out);
}

LIB_FN(split_after) {
    return split(c, LIB_STR(0), LIB_STR(1), LIB_STR(1).n, -1, out);
}

LIB_FN(split_n) {
    int64_t n;
    return lib_int(c, args, 2, 64, "int64", &n) && split(c, LIB_STR(0), LIB_STR(1), 0, n, out);
}

LIB_FN(split_after_n) {
    int64_t n;
    return lib_int(c, args, 2, 64, "int64", &n) && split(c, LIB_STR(0), LIB_STR(1), LIB_STR(1).n, n, out);
}

LIB_FN(fields) {
    size_t n = 0, size, start = 0;
    *out = NULL;
    for (int pass = 0; pass < 2; pass++) {
        bool in = false;
        n = 0;
        for (size_t i = 0; i <= LIB_STR(0).n; i += size) {
            size = 1;
            bool space = i == LIB_STR(0).n || rune_is_space(rune_at(LIB_STR(0), i, &size));
            if (space && in) {
                if (*out)
                    (*out)->items[n] = cdata_string(c->arena, str_sub(LIB_STR(0), start, i - start));
                n++;
            } else if (!space && !in) {
                start = i;
            }
            in = !space;
        }
        if (!*out && !lib_room(c, n * 16))
            return false;
        *out = *out ? *out : cdata_list(c->arena, n);
    }
    return true;
}

LIB_FN(join) {
    if (!lib_string_list(c, args, 0))
        return false;
    size_t total = 0;
    for (size_t i = 0; i < args[0]->n; i++)
        total += args[0]->items[i]->s.n + LIB_STR(1).n;
    if (!lib_room(c, total))
        return false;
    buf_t b;
    buf_init_arena(&b, c->arena);
    for (size_t i = 0; i < args[0]->n; i++) {
        if (i)
            buf_add(&b, LIB_STR(1));
        buf_add(&b, args[0]->items[i]->s);
    }
    return lib_give_buf(c, out, &b);
}

LIB_FN(repeat) {
    int64_t n;
    if (!lib_int(c, args, 1, 64, "int64", &n))
        return false;
    if (n < 0)
        return lib_fail(c, "strings: negative Repeat count");
    if (LIB_STR(0).n && (uint64_t)n > lib_max(c) / LIB_STR(0).n)
        return lib_too_large(c);
    buf_t b;
    buf_init_arena(&b, c->arena);
    for (int64_t i = 0; LIB_STR(0).n && i < n; i++)
        buf_add(&b, LIB_STR(0));
    return lib_give_buf(c, out, &b);
}

LIB_FN(replace) {
    int64_t n;
    if (!lib_int(c, args, 3, 64, "int64", &n))
        return false;
    str_t s = LIB_STR(0), old = LIB_STR(1), new = LIB_STR(2);
    buf_t b;
    buf_init_arena(&b, c->arena);
    size_t found = count_of(s, old), size;
    if (n < 0 || (uint64_t)n > found)
        n = (int64_t)found;
    if (new.n && (uint64_t)n > lib_max(c) / new.n)
        return lib_too_large(c);
    for (int64_t i = 0; i < n; i++) {
        size_t at = old.n ? (size_t)str_find(s, old) : 0;
        if (!old.n && i) { /* an empty old stands before each character */
            rune_at(s, 0, &size);
            at = size;
        }
        buf_add(&b, str_sub(s, 0, at));
        buf_add(&b, new);
        s = str_from(s, at + old.n);
    }
    buf_add(&b, s);
    return lib_give_buf(c, out, &b);
}

/* ---- trimming ---- */

static str_t trim_left(str_t s, str_t set, bool space) {
    size_t size;
    while (s.n) {
        int32_t r = rune_at(s, 0, &size);
        if (space ? !rune_is_space(r) : !has_rune(set, r))
            break;
        s = str_from(s, size);
    }
    return s;
}

static str_t trim_right(str_t s, str_t set, bool space) {
    size_t size, keep = 0;
    for (size_t i = 0; i < s.n; i += size) {
        int32_t r = rune_at(s, i, &size);
        if (space ? !rune_is_space(r) : !has_rune(set, r))
            keep = i + size;
    }
    return str_sub(s, 0, keep);
}

LIB_FN(trim) {
    return lib_give_str(c, out, trim_right(trim_left(LIB_STR(0), LIB_STR(1), false), LIB_STR(1), false));
}

LIB_FN(do_trim_left) {
    return lib_give_str(c, out, trim_left(LIB_STR(0), LIB_STR(1), false));
}

LIB_FN(do_trim_right) {
    return lib_give_str(c, out, trim_right(LIB_STR(0), LIB_STR(1), false));
}

LIB_FN(trim_space) {
    return lib_give_str(c, out, trim_right(trim_left(LIB_STR(0), STR(""), true), STR(""), true));
}

LIB_FN(trim_prefix) {
    return lib_give_str(c, out, str_starts(LIB_STR(0), LIB_STR(1)) ? str_from(LIB_STR(0), LIB_STR(1).n) : LIB_STR(0));
}

LIB_FN(trim_suffix) {
    return lib_give_str(c, out,
                        str_ends(LIB_STR(0), LIB_STR(1)) ? str_sub(LIB_STR(0), 0, LIB_STR(0).n - LIB_STR(1).n)
                                                         : LIB_STR(0));
}

#define ROW(name, result, fn, ...)                                                                                     \
    { "strings", name, {__VA_ARGS__}, result, fn, NULL }
const lib_func_t lib_strings[] = {
    ROW("ByteAt", LIB_INT, byte_at, LIB_TEXT, LIB_INT),
    ROW("ByteSlice", LIB_TEXT, byte_slice, LIB_TEXT, LIB_INT, LIB_INT),
    ROW("Runes", LIB_LIST, runes, LIB_STRING),
    ROW("MinRunes", LIB_BOOL, min_runes, LIB_STRING, LIB_INT),
    ROW("MaxRunes", LIB_BOOL, max_runes, LIB_STRING, LIB_INT),
    ROW("ToTitle", LIB_STRING, to_title, LIB_STRING),
    ROW("ToCamel", LIB_STRING, to_camel, LIB_STRING),
    ROW("SliceRunes", LIB_STRING, slice_runes, LIB_STRING, LIB_INT, LIB_INT),
    ROW("Compare", LIB_INT, compare, LIB_STRING, LIB_STRING),
    ROW("Count", LIB_INT, count, LIB_STRING, LIB_STRING),
    ROW("Contains", LIB_BOOL, contains, LIB_STRING, LIB_STRING),
    ROW("ContainsAny", LIB_BOOL, contains_any, LIB_STRING, LIB_STRING),
    ROW("Index", LIB_INT, find_first, LIB_STRING, LIB_STRING),
    ROW("LastIndex", LIB_INT, find_last, LIB_STRING, LIB_STRING),
    ROW("IndexAny", LIB_INT, find_any, LIB_STRING, LIB_STRING),
    ROW("LastIndexAny", LIB_INT, find_last_any, LIB_STRING, LIB_STRING),
    ROW("SplitN", LIB_LIST, split_n, LIB_STRING, LIB_STRING, LIB_INT),
    ROW("SplitAfterN", LIB_LIST, split_after_n, LIB_STRING, LIB_STRING, LIB_INT),
    ROW("Split", LIB_LIST, do_split, LIB_STRING, LIB_STRING),
    ROW("SplitAfter", LIB_LIST, split_after, LIB_STRING, LIB_STRING),
    ROW("Fields", LIB_LIST, fields, LIB_STRING),
    ROW("Join", LIB_STRING, join, LIB_LIST, LIB_STRING),
    ROW("HasPrefix", LIB_BOOL, has_prefix, LIB_STRING, LIB_STRING),
    ROW("HasSuffix", LIB_BOOL, has_suffix, LIB_STRING, LIB_STRING),
    ROW("Repeat", LIB_STRING, repeat, LIB_STRING, LIB_INT),
    ROW("ToUpper", LIB_STRING, to_upper, LIB_STRING),
    ROW("ToLower", LIB_STRING, to_lower, LIB_STRING),
    ROW("Trim", LIB_STRING, trim, LIB_STRING, LIB_STRING),
    ROW("TrimLeft", LIB_STRING, do_trim_left, LIB_STRING, LIB_STRING),
    ROW("TrimRight", LIB_STRING, do_trim_right, LIB_STRING, LIB_STRING),
    ROW("TrimSpace", LIB_STRING, trim_space, LIB_STRING),
    ROW("TrimPrefix", LIB_STRING, trim_prefix, LIB_STRING, LIB_STRING),
    ROW("TrimSuffix", LIB_STRING, trim_suffix, LIB_STRING, LIB_STRING),
    ROW("Replace", LIB_STRING, replace, LIB_STRING, LIB_STRING, LIB_STRING, LIB_INT),
    {0},
};
