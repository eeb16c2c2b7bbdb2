/* One pass over the pattern writes PCRE2's form of each piece as it is read. PCRE2's own escapes with another meaning
 * (\v, \h, \R, …), its back references, lookarounds and possessive repeats never come out, since RE2 has none. */
#include "config/cue/regex_syntax.h"

#include <ctype.h>

enum { FOLD = 1, MULTI_LINE = 2, DOT_NL = 4, NON_GREEDY = 8 };
enum { RUNE_MAX = 0x10ffff, LONG_S = 0x17f, KELVIN = 0x212a };

typedef enum { ATOM_NONE, ATOM_PLAIN, ATOM_ASSERTION, ATOM_REPEATED } atom_kind_t;

typedef struct group {
    unsigned flags;   /* before the group, to be restored */
    bool fold_now;    /* likewise */
    size_t out_start; /* of its '(' */
    uint32_t weight;  /* the most copies that repeats inside make of something */
} group_t;

typedef struct translator {
    arena_t *arena;
    str_t src;
    size_t i;
    err_t *err;
    buf_t out;
    unsigned flags;
    bool fold_now; /* what PCRE2's own case flag is at this place */
    group_t groups[REGEX_MAX_NESTING + 1];
    size_t depth;
    /* What a repeat would apply to. */
    atom_kind_t atom;
    size_t atom_start;
    uint32_t atom_weight;
    /* Where the repeat just read began; src.n: none. */
    size_t last_repeat;
    str_t *names;
    size_t captures;
} translator_t;

static bool fail(translator_t *t, const char *what, size_t from, size_t to) {
    str_t part = str_sub(t->src, from, to - from);
    return error_set(t->err, ERR_INVALID, "error parsing regexp: %s: `" STR_FMT "`", what, STR_ARG(part));
}

/* Every error but a few shows the part from `from` to where reading stands. */
static bool fail_from(translator_t *t, const char *what, size_t from) {
    return fail(t, what, from, t->i);
}

static int peek_at(const translator_t *t, size_t ahead) {
    return t->i + ahead < t->src.n ? (unsigned char)t->src.p[t->i + ahead] : -1;
}

/* The next character, decoded; -1 with the error set where it isn't UTF-8. */
static int32_t next_rune(translator_t *t) {
    const unsigned char *p = (const unsigned char *)t->src.p + t->i;
    size_t left = t->src.n - t->i;
    if (left && p[0] < 0x80) {
        t->i++;
        return p[0];
    }
    size_t n = !left                         ? 0
               : p[0] >= 0xf0 && p[0] < 0xf5 ? 4
               : p[0] >= 0xe0 && p[0] < 0xf0 ? 3
               : p[0] >= 0xc2 && p[0] < 0xe0 ? 2
                                             : 0;
    int32_t c = n == 4 ? p[0] & 7 : n == 3 ? p[0] & 15 : n ? p[0] & 31 : 0;
    for (size_t k = 1; n && k < n; k++) {
        if (k >= left || (p[k] & 0xc0) != 0x80)
            n = 0;
        else
            c = c << 6 | (p[k] & 63);
    }
    if (!n || (n == 3 && (c < 0x800 || (c >= 0xd800 && c < 0xe000))) || (n == 4 && (c < 0x10000 || c > RUNE_MAX))) {
        fail(t, "invalid UTF-8", t->i, t->src.n);
        return -1;
    }
    t->i += n;
    return c;
}

/* ---- writing atoms ---- */

static void begin_atom(translator_t *t, atom_kind_t kind, bool cased) {
    bool fold = t->flags & FOLD;
    if (cased && fold != t->fold_now) {
        buf_addc(&t->out, fold ? "(?i)" : "(?-i)");
        t->fold_now = fold;
    }
    t->atom = kind;
    t->atom_start = t->out.n;
    t->atom_weight = 1;
}

static void write_literal(translator_t *t, int32_t c) {
    begin_atom(t, ATOM_PLAIN, c >= 0x80 || isalpha(c));
    if (c < 0x80 && isalnum(c))
        buf_char(&t->out, (char)c);
    else
        buf_printf(&t->out, "\\x{%x}", (unsigned)c);
}

static void write_atom(translator_t *t, atom_kind_t kind, const char *pcre) {
    begin_atom(t, kind, false);
    buf_addc(&t->out, pcre);
}

static void write_range(buf_t *out, int32_t lo, int32_t hi) {
    if (lo > hi)
        return;
    buf_printf(out, "\\x{%x}", (unsigned)lo);
    if (lo != hi)
        buf_printf(out, "-\\x{%x}", (unsigned)hi);
}

/* ---- classes ---- */

/* \d, \s, \w and the classes of [[:name:]], which are ASCII sets: as ctype has them in the C locale. */
static bool in_named(const char *name, int c) {
    static const struct {
        const char *name;
        int (*is)(int);
    } table[] = {{"alnum", isalnum}, {"alpha", isalpha}, {"blank", isblank}, {"cntrl", iscntrl},
                 {"digit", isdigit}, {"graph", isgraph}, {"lower", islower}, {"print", isprint},
                 {"punct", ispunct}, {"space", isspace}, {"upper", isupper}, {"xdigit", isxdigit}};
    if (strcmp(name, "word") == 0)
        return isalnum(c) || c == '_';
    if (strcmp(name, "perl space") == 0)
        return c != '\v' && isspace(c);
    if (strcmp(name, "ascii") == 0)
        return true;
    for (size_t i = 0; i < sizeof table / sizeof *table; i++)
        if (strcmp(name, table[i].name) == 0)
            return table[i].is(c);
    return false;
}

static void write_named(translator_t *t, const char *name, bool negated) {
    bool set[128], fold = t->flags & FOLD;
    for (int c = 0; c < 128; c++)
        set[c] = in_named(name, c) || (fold && (in_named(name, tolower(c)) || in_named(name, toupper(c))));
    for (int c = 0, from = -1; c <= 128; c++) {
        bool in = c < 128 && set[c] != negated;
        if (in && from < 0)
            from = c;
        if (!in && from >= 0) {
            write_range(&t->out, from, c - 1);
            from = -1;
        }
    }
    /* ſ and K (Kelvin) fold to s and k, and so belong to a class with those. */
    bool long_s = fold && set['s'], kelvin = fold && set['k'];
    if (!negated) {
        if (long_s)
            write_range(&t->out, LONG_S, LONG_S);
        if (kelvin)
            write_range(&t->out, KELVIN, KELVIN);
        return;
    }
    write_range(&t->out, 0x80, LONG_S - 1);
    if (!long_s)
        write_range(&t->out, LONG_S, LONG_S);
    write_range(&t->out, LONG_S + 1, KELVIN - 1);
    if (!kelvin)
        write_range(&t->out, KELVIN, KELVIN);
    write_range(&t->out, KELVIN + 1, RUNE_MAX);
}

/* The name of the set of \d \D \s \S \w \W at this place, or NULL. */
static const char *perl_class(const translator_t *t) {
    if (peek_at(t, 0) != '\\')
        return NULL;
    switch (peek_at(t, 1)) {
    case 'd':
    case 'D':
        return "digit";
    case 's':
    case 'S':
        return "perl space";
    case 'w':
    case 'W':
        return "word";
    default:
        return NULL;
    }
}

static void write_perl_class(translator_t *t, const char *name) {
    write_named(t, name, isupper(peek_at(t, 1)));
    t->i += 2;
}

/* [:alpha:] inside brackets: *done tells whether there was one. */
static bool posix_class(translator_t *t, bool *done) {
    static const char names[] = " alnum alpha ascii blank cntrl digit graph lower print punct space upper word xdigit ";
    *done = false;
    str_t rest = str_from(t->src, t->i + 2);
    ptrdiff_t end = str_find(rest, STR(":]"));
    if (end < 0)
        return true;
    size_t start = t->i;
    str_t name = str_sub(rest, 0, (size_t)end);
    bool negated = name.n && name.p[0] == '^';
    name = str_from(name, negated);
    t->i += 2 + (size_t)end + 2;
    char padded[10] = " ";
    if (name.n && name.n < 8 && !memchr(name.p, ' ', name.n)) {
        memcpy(padded + 1, name.p, name.n);
        padded[name.n + 1] = ' ';
        if (strstr(names, padded)) {
            padded[name.n + 1] = '\0';
            write_named(t, padded + 1, negated);
            *done = true;
            return true;
        }
    }
    return fail_from(t, "invalid character class range", start);
}

static bool check_utf8(translator_t *t, size_t from, size_t to) {
    size_t keep = t->i;
    for (t->i = from; t->i < to;)
        if (next_rune(t) < 0)
            return false;
    t->i = keep;
    return true;
}

/* \pN or \p{Name}, with \P and '^' for the negation. */
static bool unicode_class(translator_t *t) {
    size_t start = t->i;
    bool negated = peek_at(t, 1) == 'P';
    t->i += 2;
    str_t name;
    if (peek_at(t, 0) == '{') {
        ptrdiff_t end = str_chr(str_from(t->src, t->i), '}');
        if (end < 0)
            return check_utf8(t, start, t->src.n) && fail(t, "invalid character class range", start, t->src.n);
        name = str_sub(t->src, t->i + 1, (size_t)end - 1);
        if (!check_utf8(t, t->i + 1, t->i + (size_t)end))
            return false;
        t->i += (size_t)end + 1;
    } else {
        size_t from = t->i;
        if (from < t->src.n && next_rune(t) < 0)
            return false;
        name = str_sub(t->src, from, t->i - from);
    }
    if (name.n && name.p[0] == '^') {
        negated = !negated;
        name = str_from(name, 1);
    }
    char items[64];
    const char *pcre = regex_unicode_class(name, negated, t->flags & FOLD, items);
    if (!pcre)
        return fail_from(t, "invalid character class range", start);
    buf_addc(&t->out, pcre);
    return true;
}

static int hex_value(int32_t c) {
    return c >= '0' && c <= '9'   ? c - '0'
           : c >= 'a' && c <= 'f' ? c - 'a' + 10
           : c >= 'A' && c <= 'F' ? c - 'A' + 10
                                  : -1;
}

/* After \x: -2 when the escape is not one, -1 when an error is set. */
static int32_t hex_escape(translator_t *t) {
    if (t->i == t->src.n)
        return -2;
    int32_t c = next_rune(t);
    if (c < 0)
        return -1;
    if (c != '{') {
        int32_t d = t->i < t->src.n ? next_rune(t) : 0;
        if (d < 0)
            return -1;
        return hex_value(c) < 0 || hex_value(d) < 0 ? -2 : hex_value(c) * 16 + hex_value(d);
    }
    int32_t r = 0;
    for (size_t n = 0;; n++) {
        if (t->i == t->src.n)
            return -2;
        if ((c = next_rune(t)) < 0)
            return -1;
        if (c == '}')
            return n ? r : -2;
        if (hex_value(c) < 0 || (r = r * 16 + hex_value(c)) > RUNE_MAX)
            return -2;
    }
}

/* An escape that stands for one character; -1 with the error set. */
static int32_t escape(translator_t *t) {
    static const char letters[] = "a\af\fn\nr\rt\tv\v";
    size_t start = t->i++;
    if (t->i == t->src.n) {
        fail(t, "trailing backslash at end of expression", t->i, t->i);
        return -1;
    }
    int32_t c = next_rune(t);
    if (c < 0)
        return -1;
    if (c < 0x80 && !isalnum(c))
        return c;
    if (c == '0' || (c >= '1' && c <= '7' && peek_at(t, 0) >= '0' && peek_at(t, 0) <= '7')) {
        int32_t r = c - '0';
        for (int k = 1; k < 3 && peek_at(t, 0) >= '0' && peek_at(t, 0) <= '7'; k++)
            r = r * 8 + t->src.p[t->i++] - '0';
        return r;
    }
    if (c == 'x') {
        int32_t r = hex_escape(t);
        if (r != -2)
            return r;
    }
    for (size_t k = 0; c < 0x80 && letters[k]; k += 2)
        if (letters[k] == (char)c)
            return letters[k + 1];
    fail_from(t, "invalid escape sequence", start);
    return -1;
}

static int32_t class_char(translator_t *t, size_t class_start) {
    if (t->i == t->src.n) {
        fail(t, "missing closing ]", class_start, t->src.n);
        return -1;
    }
    return peek_at(t, 0) == '\\' ? escape(t) : next_rune(t);
}

static bool class_range(translator_t *t, size_t class_start) {
    size_t start = t->i;
    int32_t lo = class_char(t, class_start), hi = lo;
    if (lo < 0)
        return false;
    if (peek_at(t, 0) == '-' && peek_at(t, 1) != ']' && peek_at(t, 1) != -1) {
        t->i++;
        hi = class_char(t, class_start);
        if (hi < 0)
            return false;
        if (hi < lo)
            return fail_from(t, "invalid character class range", start);
    }
    write_range(&t->out, lo, hi);
    return true;
}

static bool bracket_class(translator_t *t) {
    size_t start = t->i++;
    begin_atom(t, ATOM_PLAIN, true);
    buf_char(&t->out, '[');
    bool negated = peek_at(t, 0) == '^';
    if (negated)
        t->i++;
    size_t sign_at = t->out.n;
    for (bool first = true; peek_at(t, 0) != ']' || first; first = false) {
        if (peek_at(t, 0) == '[' && peek_at(t, 1) == ':' && peek_at(t, 2) != -1) {
            bool done;
            if (!posix_class(t, &done))
                return false;
            if (done)
                continue;
        }
        const char *perl = perl_class(t);
        bool unicode = peek_at(t, 0) == '\\' && (peek_at(t, 1) == 'p' || peek_at(t, 1) == 'P');
        if (perl)
            write_perl_class(t, perl);
        else if (!(unicode ? unicode_class(t) : class_range(t, start)))
            return false;
    }
    t->i++;
    /* Nothing inside happens with \P{Any} only: PCRE2 would take the ']' for a member. */
    str_t items = arena_str(t->arena, str_from(buf_str(&t->out), sign_at));
    t->out.n = sign_at;
    if (items.n == 0)
        buf_addc(&t->out, negated ? "\\x{0}-\\x{10ffff}" : "^\\x{0}-\\x{10ffff}");
    else if (negated)
        buf_char(&t->out, '^');
    buf_add(&t->out, items);
    buf_char(&t->out, ']');
    return true;
}

/* ---- groups and flags ---- */

static bool open_group(translator_t *t, bool capture, str_t name) {
    if (t->depth == REGEX_MAX_NESTING)
        return fail(t, "expression nests too deeply", 0, t->src.n);
    t->groups[++t->depth] = (group_t){.flags = t->flags, .fold_now = t->fold_now, .out_start = t->out.n, .weight = 1};
    buf_addc(&t->out, capture ? "(" : "(?:");
    t->atom = ATOM_NONE;
    if (capture) {
        size_t have = (t->captures + 1) * sizeof(str_t);
        t->names = arena_grow(t->arena, t->names, have, have + sizeof(str_t));
        t->names[++t->captures] = name;
    }
    return true;
}

static bool close_group(translator_t *t) {
    if (t->depth == 0)
        return fail(t, "unexpected )", 0, t->src.n);
    group_t g = t->groups[t->depth--];
    t->i++;
    buf_char(&t->out, ')');
    t->flags = g.flags;
    t->fold_now = g.fold_now;
    t->atom = ATOM_PLAIN;
    t->atom_start = g.out_start;
    t->atom_weight = g.weight;
    if (g.weight > t->groups[t->depth].weight)
        t->groups[t->depth].weight = g.weight;
    return true;
}

static bool named_group(translator_t *t, size_t prefix) {
    size_t start = t->i;
    ptrdiff_t end = str_chr(str_from(t->src, t->i), '>');
    if (end < 0)
        return check_utf8(t, start, t->src.n) && fail(t, "invalid named capture", start, t->src.n);
    str_t name = str_sub(t->src, t->i + prefix, (size_t)end - prefix);
    if (!check_utf8(t, t->i + prefix, t->i + (size_t)end))
        return false;
    t->i += (size_t)end + 1;
    bool valid = name.n > 0;
    for (size_t k = 0; k < name.n; k++)
        valid &= isalnum((unsigned char)name.p[k]) || name.p[k] == '_';
    if (!valid)
        return fail_from(t, "invalid named capture", start);
    return open_group(t, true, arena_str(t->arena, name));
}

/* (?flags) or (?flags:…: the flags are kept here; PCRE2 is told about case only, and only where it matters. */
static bool flag_group(translator_t *t) {
    size_t start = t->i;
    unsigned set = 0, clear = 0;
    bool negative = false, seen = false;
    for (t->i += 2; t->i < t->src.n;) {
        int32_t c = next_rune(t);
        if (c < 0)
            return false;
        const char *flag = c < 0x80 && c ? strchr("imsU", c) : NULL;
        if (flag) {
            unsigned bit = *flag == 'i' ? FOLD : *flag == 'm' ? MULTI_LINE : *flag == 's' ? DOT_NL : NON_GREEDY;
            *(negative ? &clear : &set) |= bit;
            seen = true;
        } else if (c == '-' && !negative) {
            negative = true;
            seen = false;
        } else if ((c == ':' || c == ')') && (!negative || seen)) {
            if (c == ':' && !open_group(t, false, STR("")))
                return false;
            t->flags = (t->flags | set) & ~clear;
            return true;
        } else {
            break;
        }
    }
    return fail_from(t, "invalid or unsupported Perl syntax", start);
}

static bool left_paren(translator_t *t) {
    if (peek_at(t, 1) != '?') {
        t->i++;
        return open_group(t, true, STR(""));
    }
    if (peek_at(t, 2) == 'P' && peek_at(t, 3) == '<' && peek_at(t, 4) != -1)
        return named_group(t, 4);
    if (peek_at(t, 2) == '<' && peek_at(t, 3) != -1)
        return named_group(t, 3);
    return flag_group(t);
}

/* ---- repeats ---- */

/* -1 where no number stands, -2 for one beyond all bounds. */
static int repeat_number(const translator_t *t, size_t *i) {
    size_t from = *i;
    int n = 0;
    while (*i < t->src.n && isdigit((unsigned char)t->src.p[*i])) {
        n = n >= 100000000 ? -2 : n < 0 ? n : n * 10 + (t->src.p[*i] - '0');
        ++*i;
    }
    if (*i == from || (*i - from > 1 && t->src.p[from] == '0'))
        return -1;
    return n;
}

/* {min}, {min,} (max -1) or {min,max} at this place; false when it is no repeat and so a literal brace. */
static bool read_repeat(const translator_t *t, int *min, int *max, size_t *end) {
    size_t i = t->i + 1;
    *min = *max = repeat_number(t, &i);
    if (*min == -1 || i >= t->src.n)
        return false;
    if (t->src.p[i] == ',') {
        i++;
        *max = -1;
        if (i < t->src.n && t->src.p[i] != '}') {
            *max = repeat_number(t, &i);
            if (*max == -1)
                return false;
            if (*max == -2)
                *min = -2;
        }
    }
    if (i >= t->src.n || t->src.p[i] != '}')
        return false;
    *end = i + 1;
    return true;
}

/* Applies a repeat read up to t->i to the last atom. counted: {…}. */
static bool apply_repeat(translator_t *t, size_t start, const char *op, size_t op_n, bool counted, int min, int max) {
    bool lazy = t->flags & NON_GREEDY;
    if (peek_at(t, 0) == '?') {
        t->i++;
        lazy = !lazy;
    }
    if (t->last_repeat < t->src.n)
        return fail_from(t, "invalid nested repetition operator", t->last_repeat);
    if (t->atom == ATOM_NONE)
        return fail_from(t, "missing argument to repetition operator", start);
    if (t->atom != ATOM_PLAIN) { /* PCRE2 repeats no assertion, and reads a second repeat as something else */
        str_t atom = arena_str(t->arena, str_from(buf_str(&t->out), t->atom_start));
        t->out.n = t->atom_start;
        buf_addc(&t->out, "(?:");
        buf_add(&t->out, atom);
        buf_char(&t->out, ')');
    }
    if (counted) {
        int copies = max < 0 ? min : max;
        uint32_t weight = max == 0 ? 1 : t->atom_weight * (uint32_t)(copies ? copies : 1);
        if ((min >= 2 || max >= 2) && weight > 1000)
            return fail_from(t, "invalid repeat count", start);
        t->atom_weight = weight;
        if (weight > t->groups[t->depth].weight)
            t->groups[t->depth].weight = weight;
    }
    buf_addn(&t->out, op, op_n);
    if (lazy)
        buf_char(&t->out, '?');
    t->atom = ATOM_REPEATED;
    t->last_repeat = start;
    return true;
}

static bool brace(translator_t *t) {
    int min, max;
    size_t end, start = t->i;
    if (!read_repeat(t, &min, &max, &end)) {
        t->i++;
        write_literal(t, '{');
        return true;
    }
    t->i = end;
    if (min < 0 || min > 1000 || max > 1000 || (max >= 0 && min > max))
        return fail_from(t, "invalid repeat count", start);
    return apply_repeat(t, start, t->src.p + start, end - start, true, min, max);
}

/* ---- the whole ---- */

static bool quoted(translator_t *t) {
    t->i += 2;
    ptrdiff_t end = str_find(str_from(t->src, t->i), STR("\\E"));
    size_t stop = end < 0 ? t->src.n : t->i + (size_t)end;
    while (t->i < stop) {
        int32_t c = next_rune(t);
        if (c < 0)
            return false;
        write_literal(t, c);
    }
    if (end >= 0)
        t->i += 2;
    return true;
}

static bool backslash(translator_t *t) {
    switch (peek_at(t, 1)) {
    case 'A':
    case 'b':
    case 'B':
    case 'z':
        write_atom(t, ATOM_ASSERTION, (const char[]){'\\', t->src.p[t->i + 1], '\0'});
        t->i += 2;
        return true;
    case 'C':
        return fail(t, "invalid escape sequence", t->i, t->i + 2);
    case 'Q':
        return quoted(t);
    default:
        break;
    }
    const char *perl = perl_class(t);
    bool unicode = peek_at(t, 1) == 'p' || peek_at(t, 1) == 'P';
    if (perl || unicode) {
        begin_atom(t, ATOM_PLAIN, true);
        buf_char(&t->out, '[');
        size_t before = t->out.n;
        if (perl)
            write_perl_class(t, perl);
        else if (!unicode_class(t))
            return false;
        if (t->out.n == before) /* \P{Any} */
            buf_addc(&t->out, "^\\x{0}-\\x{10ffff}");
        buf_char(&t->out, ']');
        return true;
    }
    int32_t c = escape(t);
    if (c < 0)
        return false;
    write_literal(t, c);
    return true;
}

static bool piece(translator_t *t) {
    size_t start = t->i;
    char c = t->src.p[t->i];
    switch (c) {
    case '(':
        return left_paren(t);
    case ')':
        return close_group(t);
    case '[':
        return bracket_class(t);
    case '\\':
        return backslash(t);
    case '{':
        return brace(t);
    case '*':
    case '+':
    case '?':
        t->i++;
        return apply_repeat(t, start, t->src.p + start, 1, false, 0, 0);
    case '|':
        t->i++;
        buf_char(&t->out, '|');
        t->atom = ATOM_NONE;
        return true;
    case '^': /* (?m): PCRE2's own ^ would not match after a newline that ends the text */
        t->i++;
        write_atom(t, ATOM_ASSERTION, t->flags & MULTI_LINE ? "(?<!\\N)" : "\\A");
        return true;
    case '$':
        t->i++;
        write_atom(t, ATOM_ASSERTION, t->flags & MULTI_LINE ? "(?!\\N)" : "\\z");
        return true;
    case '.':
        t->i++;
        write_atom(t, ATOM_PLAIN, t->flags & DOT_NL ? "." : "\\N");
        return true;
    default: {
        int32_t r = next_rune(t);
        if (r >= 0)
            write_literal(t, r);
        return r >= 0;
    }
    }
}

bool regex_translate(arena_t *a, str_t pattern, regex_syntax_t *out, err_t *err) {
    translator_t *t = arena_new(a, translator_t);
    *t = (translator_t){.arena = a, .src = pattern, .err = err, .last_repeat = pattern.n};
    t->names = arena_new(a, str_t);
    t->groups[0].weight = 1;
    buf_init_arena(&t->out, a);
    while (t->i < pattern.n) {
        size_t repeat = t->last_repeat;
        if (!piece(t))
            return false;
        if (t->last_repeat == repeat)
            t->last_repeat = pattern.n;
    }
    if (t->depth)
        return fail(t, "missing closing )", 0, pattern.n);
    out->pcre = buf_str(&t->out);
    out->groups = t->captures;
    out->names = t->names;
    return true;
}
