/* Package path: file paths of three kinds of systems, named by the last argument. */
#include "config/cue/lib_inner.h"

#include <ctype.h>

typedef struct system {
    char sep, list_sep;
    bool windows, plan9;
} system_t;

static const system_t unix_paths = {'/', ':', false, false};
static const system_t plan9_paths = {'/', '\0', false, true};
static const system_t windows_paths = {'\\', ';', true, false};

/* The system that argument i names. */
static const system_t *system_of(lib_call_t *c, cdata_t **args, size_t i) {
    static const char names[] =
        " unix aix android darwin dragonfly freebsd hurd illumos ios js linux nacl netbsd openbsd "
        "solaris zos ";
    str_t s = args[i]->s;
    if (str_eqc(s, "windows"))
        return &windows_paths;
    if (str_eqc(s, "plan9"))
        return &plan9_paths;
    const char *at = s.n ? strstr(names, arena_cstr(c->arena, s)) : NULL;
    if (at && at[-1] == ' ' && at[s.n] == ' ')
        return &unix_paths;
    lib_fail_bare(c,
                  "cannot use " STR_FMT
                  " as *\"unix\" | \"windows\" | \"plan9\" | \"aix\" | \"android\" | \"darwin\" | "
                  "\"dragonfly\" | \"freebsd\" | \"hurd\" | \"illumos\" | \"ios\" | \"js\" | \"linux\" | \"nacl\" | "
                  "\"netbsd\" | \"openbsd\" | \"solaris\" | \"zos\" in argument %zu to path.%s",
                  STR_ARG(go_quoted(c->arena, s)), i + 1, c->func->name);
    return NULL;
}

static bool is_sep(const system_t *o, char ch) {
    return ch == '/' || (o->windows && ch == '\\');
}

/* C: or \\server\share on Windows; 0 elsewhere. */
static size_t volume_length(const system_t *o, str_t p) {
    if (!o->windows || p.n < 2)
        return 0;
    if (p.p[1] == ':' && isalpha((unsigned char)p.p[0]))
        return 2;
    if (p.n < 5 || !is_sep(o, p.p[0]) || !is_sep(o, p.p[1]) || is_sep(o, p.p[2]) || p.p[2] == '.')
        return 0;
    size_t n = 3;
    while (n < p.n - 1 && !is_sep(o, p.p[n]))
        n++;
    if (n >= p.n - 1 || is_sep(o, p.p[n + 1]) || p.p[n + 1] == '.')
        return 0;
    for (n++; n < p.n && !is_sep(o, p.p[n]); n++)
        ;
    return n;
}

static str_t replace_char(lib_call_t *c, str_t s, char from, char to) {
    char *p = arena_bytes(c->arena, s.n + 1);
    for (size_t i = 0; i < s.n; i++)
        p[i] = s.p[i] == from ? to : s.p[i];
    return str_n(p, s.n);
}

static str_t from_slash(lib_call_t *c, const system_t *o, str_t s) {
    return o->windows ? replace_char(c, s, '/', '\\') : s;
}

/* The shortest path that means the same, as Go's Clean. */
static str_t clean(lib_call_t *c, const system_t *o, str_t path) {
    size_t vol = volume_length(o, path);
    str_t p = str_from(path, vol);
    if (!p.n) {
        if (vol > 1 && path.p[1] != ':')
            return from_slash(c, o, path);
        return arena_concat(c->arena, path, STR("."));
    }
    bool rooted = is_sep(o, p.p[0]);
    char *out = arena_bytes(c->arena, path.n + 2);
    size_t start = vol, w = vol, floor = vol; /* floor: where ".." can't go behind */
    memcpy(out, path.p, vol);
    if (rooted)
        out[w++] = o->sep;
    start = floor = w;
    for (size_t r = rooted; r < p.n;) {
        size_t end = r;
        while (end < p.n && !is_sep(o, p.p[end]))
            end++;
        str_t part = str_sub(p, r, end - r);
        r = end + 1;
        if (!part.n || str_eqc(part, "."))
            continue;
        if (str_eqc(part, "..") && w > floor) {
            for (w--; w > floor && !is_sep(o, out[w]); w--)
                ;
            continue;
        }
        if (str_eqc(part, "..") && rooted)
            continue;
        if (w > start)
            out[w++] = o->sep;
        memcpy(out + w, part.p, part.n);
        w += part.n;
        if (str_eqc(part, ".."))
            floor = w;
    }
    if (w == vol)
        out[w++] = '.';
    return from_slash(c, o, str_n(out, w));
}

static str_t join_with(lib_call_t *c, cdata_t *const *items, size_t n, char sep) {
    buf_t b;
    buf_init_arena(&b, c->arena);
    for (size_t i = 0; i < n; i++) {
        if (i)
            buf_char(&b, sep);
        buf_add(&b, items[i]->s);
    }
    return buf_str(&b);
}

static str_t join_windows(lib_call_t *c, const system_t *o, cdata_t *const *items, size_t n) {
    str_t first = items[0]->s;
    if (first.n == 2 && first.p[1] == ':') { /* a drive alone: stays relative to its directory */
        size_t i = 1;
        while (i < n && !items[i]->s.n)
            i++;
        return clean(c, o, arena_concat(c->arena, first, join_with(c, items + i, n - i, o->sep)));
    }
    str_t p = clean(c, o, join_with(c, items, n, o->sep));
    str_t head = clean(c, o, first);
    if (volume_length(o, p) <= 2 || volume_length(o, head) > 2)
        return p;
    /* Two parts that are no UNC path must not become one. */
    str_t tail = clean(c, o, join_with(c, items + 1, n - 1, o->sep));
    if (head.p[head.n - 1] != o->sep)
        head = arena_concat(c->arena, head, STR("\\"));
    return arena_concat(c->arena, head, tail);
}

static str_t join(lib_call_t *c, const system_t *o, cdata_t *const *items, size_t n) {
    while (n && !items[0]->s.n) {
        items++;
        n--;
    }
    if (!n)
        return STR("");
    return o->windows ? join_windows(c, o, items, n) : clean(c, o, join_with(c, items, n, o->sep));
}

static bool reserved_name(str_t s) {
    static const char *const names[] = {"CON", "PRN", "AUX", "NUL"};
    for (size_t i = 0; i < 4; i++)
        if (str_eq_nocase(s, str_c(names[i])))
            return true;
    str_t three = str_sub(s, 0, 3);
    return s.n == 4 && s.p[3] >= '1' && s.p[3] <= '9' &&
           (str_eq_nocase(three, STR("COM")) || str_eq_nocase(three, STR("LPT")));
}

static bool is_abs(const system_t *o, str_t p) {
    if (!o->windows)
        return p.n && (p.p[0] == '/' || (o->plan9 && p.p[0] == '#'));
    size_t vol = volume_length(o, p);
    return reserved_name(p) || (vol && vol < p.n && is_sep(o, p.p[vol]));
}

static bool same_word(const system_t *o, str_t a, str_t b) {
    return o->windows ? str_eq_nocase(a, b) : str_eq(a, b);
}

/* Where the last element begins, not before `from`. */
static size_t last_element(const system_t *o, str_t p, size_t from) {
    size_t i = p.n;
    while (i > from && !is_sep(o, p.p[i - 1]))
        i--;
    return i;
}

LIB_FN(split) {
    const system_t *o = system_of(c, args, 1);
    if (!o)
        return false;
    str_t p = LIB_STR(0);
    size_t i = last_element(o, p, volume_length(o, p));
    *out = lib_strings_of(c, (str_t[]){str_sub(p, 0, i), str_from(p, i)}, 2);
    return true;
}

LIB_FN(split_list) {
    const system_t *o = system_of(c, args, 1);
    if (!o)
        return false;
    str_t p = LIB_STR(0), *parts = arena_array(c->arena, str_t, p.n + 1);
    size_t n = 0;
    buf_t b;
    bool quoted = false;
    buf_init_arena(&b, c->arena);
    for (size_t i = 0; p.n && i <= p.n; i++) {
        if (i == p.n || (p.p[i] == o->list_sep && !quoted)) {
            parts[n++] = buf_str(&b);
            buf_init_arena(&b, c->arena);
        } else if (o->windows && p.p[i] == '"') {
            quoted = !quoted;
        } else {
            buf_char(&b, p.p[i]);
        }
    }
    *out = lib_strings_of(c, parts, n);
    return true;
}

LIB_FN(do_join) {
    const system_t *o = system_of(c, args, 1);
    return o && lib_string_list(c, args, 0) && lib_give_str(c, out, join(c, o, args[0]->items, args[0]->n));
}

LIB_FN(do_clean) {
    const system_t *o = system_of(c, args, 1);
    return o && lib_give_str(c, out, clean(c, o, LIB_STR(0)));
}

LIB_FN(to_slash) {
    const system_t *o = system_of(c, args, 1);
    return o && lib_give_str(c, out, o->windows ? replace_char(c, LIB_STR(0), '\\', '/') : LIB_STR(0));
}

LIB_FN(do_from_slash) {
    const system_t *o = system_of(c, args, 1);
    return o && lib_give_str(c, out, from_slash(c, o, LIB_STR(0)));
}

LIB_FN(ext) {
    const system_t *o = system_of(c, args, 1);
    if (!o)
        return false;
    str_t last = str_from(LIB_STR(0), last_element(o, LIB_STR(0), 0));
    ptrdiff_t dot = str_rchr(last, '.');
    return lib_give_str(c, out, dot < 0 ? STR("") : str_from(last, (size_t)dot));
}

LIB_FN(resolve) {
    const system_t *o = system_of(c, args, 2);
    if (!o)
        return false;
    if (is_abs(o, LIB_STR(1)))
        return lib_give_str(c, out, clean(c, o, LIB_STR(1)));
    cdata_t *parts[] = {cdata_string(c->arena, clean(c, o, LIB_STR(0))), args[1]};
    return lib_give_str(c, out, join(c, o, parts, 2));
}

/* The parts of p (from *at), one after the other. */
static str_t next_word(const system_t *o, str_t p, size_t at) {
    size_t end = at;
    while (end < p.n && p.p[end] != o->sep)
        end++;
    return str_sub(p, at, end - at);
}

LIB_FN(rel) {
    const system_t *o = system_of(c, args, 2);
    if (!o)
        return false;
    str_t base = clean(c, o, LIB_STR(0)), target = clean(c, o, LIB_STR(1));
    size_t bv = volume_length(o, LIB_STR(0)), tv = volume_length(o, LIB_STR(1));
    if (same_word(o, base, target))
        return lib_give_str(c, out, STR("."));
    base = str_from(base, bv);
    target = str_from(target, tv);
    if (str_eqc(base, "."))
        base = STR("");
    bool rooted = base.n && base.p[0] == o->sep, target_rooted = target.n && target.p[0] == o->sep;
    bool possible = rooted == target_rooted && same_word(o, str_sub(LIB_STR(0), 0, bv), str_sub(LIB_STR(1), 0, tv));
    size_t b = 0, t = 0;
    while (possible && (b < base.n || t < target.n)) {
        str_t x = next_word(o, base, b), y = next_word(o, target, t);
        if (!same_word(o, x, y))
            break;
        b += x.n + (b + x.n < base.n);
        t += y.n + (t + y.n < target.n);
    }
    if (!possible || str_eqc(next_word(o, base, b), ".."))
        return lib_fail(c, "Rel: can't make " STR_FMT " relative to " STR_FMT, STR_ARG(LIB_STR(1)),
                        STR_ARG(LIB_STR(0)));
    buf_t up;
    buf_init_arena(&up, c->arena);
    for (size_t i = b; b < base.n && i <= base.n; i++)
        if (i == b || (i < base.n && base.p[i] == o->sep)) {
            if (up.n)
                buf_char(&up, o->sep);
            buf_addc(&up, "..");
        }
    if (up.n && t < target.n)
        buf_char(&up, o->sep);
    buf_add(&up, str_from(target, t));
    return lib_give_buf(c, out, &up);
}

LIB_FN(base) {
    const system_t *o = system_of(c, args, 1);
    str_t p = LIB_STR(0);
    if (!o)
        return false;
    if (!p.n)
        return lib_give_str(c, out, STR("."));
    while (p.n && is_sep(o, p.p[p.n - 1]))
        p.n--;
    p = str_from(p, volume_length(o, p));
    p = str_from(p, last_element(o, p, 0));
    return lib_give_str(c, out, p.n ? p : o->windows ? STR("\\") : STR("/"));
}

LIB_FN(dir) {
    const system_t *o = system_of(c, args, 1);
    if (!o)
        return false;
    str_t p = LIB_STR(0), vol = str_sub(p, 0, volume_length(o, p));
    str_t d = clean(c, o, str_sub(p, vol.n, last_element(o, p, vol.n) - vol.n));
    if (str_eqc(d, ".") && vol.n > 2)
        return lib_give_str(c, out, vol);
    return lib_give_str(c, out, arena_concat(c->arena, vol, d));
}

LIB_FN(do_is_abs) {
    const system_t *o = system_of(c, args, 1);
    return o && lib_give_bool(c, out, is_abs(o, LIB_STR(0)));
}

LIB_FN(volume_name) {
    const system_t *o = system_of(c, args, 1);
    return o && lib_give_str(c, out, str_sub(LIB_STR(0), 0, volume_length(o, LIB_STR(0))));
}

/* ---- Match: * ? [a-z] [^a] and, but on Windows, \ ---- */

typedef enum { GLOB_NO, GLOB_YES, GLOB_BAD } glob_t;

/* One character of a class; false when the pattern ends or has '-' or ']' there. */
static bool class_char(const system_t *o, str_t *p, int32_t *r) {
    size_t size;
    if (!p->n || p->p[0] == '-' || p->p[0] == ']')
        return false;
    if (p->p[0] == '\\' && !o->windows) {
        *p = str_from(*p, 1);
        if (!p->n)
            return false;
    }
    *r = rune_at(*p, 0, &size);
    bool bad = *r == 0xfffd && size == 1;
    *p = str_from(*p, size);
    return !bad && p->n;
}

static glob_t match_class(const system_t *o, str_t *p, int32_t r) {
    bool negated = p->n && p->p[0] == '^', in = false;
    *p = str_from(*p, negated);
    for (bool first = true; first || !p->n || p->p[0] != ']'; first = false) {
        int32_t lo, hi;
        if (!class_char(o, p, &lo))
            return GLOB_BAD;
        hi = lo;
        if (p->p[0] == '-') {
            *p = str_from(*p, 1);
            if (!class_char(o, p, &hi))
                return GLOB_BAD;
        }
        in |= lo <= r && r <= hi;
    }
    *p = str_from(*p, 1);
    return in != negated ? GLOB_YES : GLOB_NO;
}

/* A part of the pattern without '*' against the start of *s. The whole part is checked for errors even when it fails.
 */
static glob_t match_chunk(const system_t *o, str_t p, str_t *s) {
    bool ok = true;
    size_t size = 1;
    while (p.n) {
        ok = ok && s->n;
        int32_t r = ok ? rune_at(*s, 0, &size) : 0;
        char ch = p.p[0];
        p = str_from(p, 1);
        if (ch == '[') {
            glob_t g = match_class(o, &p, r);
            if (g == GLOB_BAD)
                return g;
            ok = ok && g == GLOB_YES;
        } else if (ch == '?') {
            ok = ok && s->p[0] != o->sep;
        } else {
            if (ch == '\\' && !o->windows) {
                if (!p.n)
                    return GLOB_BAD;
                ch = p.p[0];
                p = str_from(p, 1);
            }
            ok = ok && s->p[0] == ch;
            size = 1;
        }
        if (ok)
            *s = str_from(*s, size);
    }
    return ok ? GLOB_YES : GLOB_NO;
}

static size_t chunk_length(const system_t *o, str_t p) {
    bool in_class = false;
    size_t i = 0;
    for (; i < p.n && (p.p[i] != '*' || in_class); i++) {
        if (p.p[i] == '\\' && !o->windows && i + 1 < p.n)
            i++;
        else if (p.p[i] == '[')
            in_class = true;
        else if (p.p[i] == ']')
            in_class = false;
    }
    return i;
}

static glob_t glob(const system_t *o, str_t p, str_t s) {
    while (p.n) {
        bool star = p.p[0] == '*';
        while (p.n && p.p[0] == '*')
            p = str_from(p, 1);
        size_t n = chunk_length(o, p);
        str_t chunk = str_sub(p, 0, n), t = s;
        p = str_from(p, n);
        if (star && !chunk.n)
            return str_chr(s, o->sep) < 0 ? GLOB_YES : GLOB_NO;
        glob_t g = match_chunk(o, chunk, &t);
        if (g == GLOB_BAD)
            return g;
        bool done = g == GLOB_YES && (!t.n || p.n);
        for (size_t i = 0; star && !done && i < s.n && s.p[i] != o->sep; i++) {
            t = str_from(s, i + 1);
            done = match_chunk(o, chunk, &t) == GLOB_YES && (p.n || !t.n);
        }
        if (!done)
            return GLOB_NO;
        s = t;
    }
    return s.n ? GLOB_NO : GLOB_YES;
}

LIB_FN(match) {
    const system_t *o = system_of(c, args, 2);
    if (!o)
        return false;
    glob_t g = glob(o, LIB_STR(0), LIB_STR(1));
    return g == GLOB_BAD ? lib_fail(c, "syntax error in pattern") : lib_give_bool(c, out, g == GLOB_YES);
}

#define ROW(name, result, fallback, fn, ...)                                                                           \
    { "path", name, {__VA_ARGS__}, result, fn, fallback }
const lib_func_t lib_path[] = {
    ROW("Split", LIB_LIST, "unix", split, LIB_STRING, LIB_STRING),
    ROW("SplitList", LIB_LIST, NULL, split_list, LIB_STRING, LIB_STRING),
    ROW("Join", LIB_STRING, "unix", do_join, LIB_LIST, LIB_STRING),
    ROW("Match", LIB_BOOL, "unix", match, LIB_STRING, LIB_STRING, LIB_STRING),
    ROW("Clean", LIB_STRING, "unix", do_clean, LIB_STRING, LIB_STRING),
    ROW("ToSlash", LIB_STRING, NULL, to_slash, LIB_STRING, LIB_STRING),
    ROW("FromSlash", LIB_STRING, NULL, do_from_slash, LIB_STRING, LIB_STRING),
    ROW("Ext", LIB_STRING, "unix", ext, LIB_STRING, LIB_STRING),
    ROW("Resolve", LIB_STRING, "unix", resolve, LIB_STRING, LIB_STRING, LIB_STRING),
    ROW("Rel", LIB_STRING, "unix", rel, LIB_STRING, LIB_STRING, LIB_STRING),
    ROW("Base", LIB_STRING, "unix", base, LIB_STRING, LIB_STRING),
    ROW("Dir", LIB_STRING, "unix", dir, LIB_STRING, LIB_STRING),
    ROW("IsAbs", LIB_BOOL, "unix", do_is_abs, LIB_STRING, LIB_STRING),
    ROW("VolumeName", LIB_STRING, "windows", volume_name, LIB_STRING, LIB_STRING),
    {0},
};
