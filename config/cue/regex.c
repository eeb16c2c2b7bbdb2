#include "config/cue/regex.h"
#include "config/cue/regex_syntax.h"

#define PCRE2_CODE_UNIT_WIDTH 8
#include <ctype.h>
#include <pcre2.h>
#include <time.h>

/* How long a match may take. PCRE2 counts its steps for one starting point at a time, so a search goes over the text in
 * windows of as many starting points as WINDOW_STEPS allow, and looks at the clock after each. It begins with few steps
 * for a starting point, and gives more to a window that needs them. A run over [a-z]* is one step however long it is,
 * hence the bound on bytes, which widens while windows take no time. */
enum {
    FIRST_STEPS = 1000,
    MORE = 16,
    MAX_STEPS = 20000,
    STEPS_PER_BYTE = 8,
    WINDOW_STEPS = 5000000,
    WINDOW_BYTES = 200 << 20
};
enum { WIDEST = 16, SEARCH_MS = 250, HEAP_KIB = 16 << 10 };

struct regex {
    arena_t *arena;
    str_t pattern;
    pcre2_code *code;
    pcre2_match_data *data;
    pcre2_match_context *context;
    size_t groups;
    str_t *names;
    bool anchored;
};

/* PCRE2's memory is the arena's: a jump out of PCRE2 by the arena's guard loses nothing. */
static void *take(PCRE2_SIZE n, void *arena) {
    return arena_alloc(arena, n);
}

static void drop(void *p, void *arena) {
    (void)p;
    (void)arena;
}

static bool compile_failed(regex_t *r, int code, err_t *err) {
    if (code == PCRE2_ERROR_HEAP_FAILED)
        return error_memory(err);
    PCRE2_UCHAR text[160];
    pcre2_get_error_message(code, text, sizeof text);
    return error_set(err, ERR_LIMIT, "error parsing regexp: expression too large: `" STR_FMT "` (%s)",
                     STR_ARG(r->pattern), (const char *)text);
}

regex_t *regex_compile(arena_t *a, str_t pattern, err_t *err) {
    regex_syntax_t syntax;
    if (!regex_translate(a, pattern, &syntax, err))
        return NULL;
    regex_t *r = arena_new(a, regex_t);
    *r = (regex_t){.arena = a, .pattern = arena_str(a, pattern), .groups = syntax.groups, .names = syntax.names};
    pcre2_general_context *memory = pcre2_general_context_create(take, drop, a);
    pcre2_compile_context *how = pcre2_compile_context_create(memory);
    pcre2_set_newline(how, PCRE2_NEWLINE_LF);
    pcre2_set_parens_nest_limit(how, 2 * REGEX_MAX_NESTING + 2);
    pcre2_set_compile_extra_options(how, PCRE2_EXTRA_ALLOW_SURROGATE_ESCAPES);
    uint32_t options = PCRE2_UTF | PCRE2_DOTALL | PCRE2_MATCH_INVALID_UTF | PCRE2_USE_OFFSET_LIMIT |
                       PCRE2_NEVER_BACKSLASH_C | PCRE2_NO_UTF_CHECK;
    int code;
    PCRE2_SIZE at;
    r->code = pcre2_compile((PCRE2_SPTR)(syntax.pcre.p ? syntax.pcre.p : ""), syntax.pcre.n, options, &code, &at, how);
    if (!r->code) {
        compile_failed(r, code, err);
        return NULL;
    }
    uint32_t all = 0;
    pcre2_pattern_info(r->code, PCRE2_INFO_ALLOPTIONS, &all);
    r->anchored = all & PCRE2_ANCHORED;
    r->context = pcre2_match_context_create(memory);
    r->data = pcre2_match_data_create_from_pattern(r->code, memory);
    pcre2_set_heap_limit(r->context, HEAP_KIB);
    return r;
}

size_t regex_groups(const regex_t *r) {
    return r->groups;
}

str_t regex_group_name(const regex_t *r, size_t i) {
    return i > 0 && i <= r->groups ? r->names[i] : STR("");
}

/* ---- matching ---- */

static bool is_continuation(str_t s, size_t i) {
    return i < s.n && ((unsigned char)s.p[i] & 0xc0) == 0x80;
}

/* The next place where a character may begin. */
static size_t step(str_t s, size_t i) {
    for (i++; is_continuation(s, i); i++)
        ;
    return i;
}

static bool valid_utf8(str_t s) {
    for (size_t i = 0; i < s.n;) {
        unsigned char c = (unsigned char)s.p[i];
        size_t n = c < 0x80 ? 1 : c >= 0xc2 && c < 0xe0 ? 2 : c >= 0xe0 && c < 0xf0 ? 3 : c >= 0xf0 && c < 0xf5 ? 4 : 0;
        if (!n || n > s.n - i)
            return false;
        for (size_t k = 1; k < n; k++)
            if (!is_continuation(s, i + k))
                return false;
        unsigned char d = n > 1 ? (unsigned char)s.p[i + 1] : 0;
        if ((c == 0xe0 && d < 0xa0) || (c == 0xed && d >= 0xa0) || (c == 0xf0 && d < 0x90) || (c == 0xf4 && d >= 0x90))
            return false;
        i += n;
    }
    return true;
}

static int64_t now_ms(void) {
    struct timespec t;
    clock_gettime(CLOCK_MONOTONIC, &t);
    return t.tv_sec * 1000 + t.tv_nsec / 1000000;
}

static bool too_much(regex_t *r, err_t *err) {
    return error_set(err, ERR_LIMIT, "regular expression takes too many steps: `" STR_FMT "`", STR_ARG(r->pattern));
}

/* Looks for a match that begins in [from, last] with so many steps for each starting point; PCRE2's return code. */
static int try_window(regex_t *r, str_t text, size_t from, size_t last, uint32_t steps, uint32_t options) {
    pcre2_set_match_limit(r->context, steps);
    pcre2_set_depth_limit(r->context, steps);
    pcre2_set_offset_limit(r->context, last);
    return pcre2_match(r->code, (PCRE2_SPTR)(text.p ? text.p : ""), text.n, from, options, r->data, r->context);
}

static size_t first_window(str_t text, uint32_t steps) {
    size_t by_steps = WINDOW_STEPS / (steps | 1), by_bytes = WINDOW_BYTES / (text.n ? text.n : 1);
    return (by_steps < by_bytes ? by_steps : by_bytes) + 1;
}

/* The first match at or after at; its place is in r->data. */
static bool search(regex_t *r, str_t text, size_t at, uint32_t options, bool *found, err_t *err) {
    uint32_t most = MAX_STEPS + (uint32_t)(text.n < 1u << 24 ? text.n : 1u << 24) * STEPS_PER_BYTE;
    uint32_t steps = r->anchored || text.n < 64 ? most : FIRST_STEPS;
    size_t window = first_window(text, steps);
    int64_t began = 0, now = 0;
    for (size_t from = at; from <= text.n;) {
        size_t last = r->anchored || text.n - from <= window ? text.n : from + window;
        int rc = try_window(r, text, from, last, steps, options);
        *found = rc >= 0;
        if (*found || (rc == PCRE2_ERROR_NOMATCH && last == text.n))
            return true;
        if (rc == PCRE2_ERROR_NOMEMORY)
            return error_memory(err);
        bool more = rc == PCRE2_ERROR_MATCHLIMIT || rc == PCRE2_ERROR_DEPTHLIMIT;
        if (rc != PCRE2_ERROR_NOMATCH && (!more || steps == most))
            return too_much(r, err);
        int64_t before = now;
        now = now_ms();
        began = began ? began : now;
        if (now - began > SEARCH_MS)
            return too_much(r, err);
        if (more) {
            steps = most / MORE > steps ? steps * MORE : most;
            window = first_window(text, steps);
        } else {
            from = step(text, last);
            if (now - before <= 1 && window < WIDEST * (WINDOW_STEPS / steps + 1))
                window *= 2;
        }
    }
    *found = false;
    return true;
}

bool regex_match(regex_t *r, str_t text, bool *matched, err_t *err) {
    return search(r, text, 0, valid_utf8(text) ? PCRE2_NO_UTF_CHECK : 0, matched, err);
}

static regex_span_t span(const PCRE2_SIZE *ends, uint32_t count, size_t i) {
    if (i >= count || ends[2 * i] == PCRE2_UNSET)
        return (regex_span_t){-1, -1};
    return (regex_span_t){(ptrdiff_t)ends[2 * i], (ptrdiff_t)ends[2 * i + 1]};
}

bool regex_find(regex_t *r, str_t text, regex_cursor_t *at, regex_span_t *spans, bool *found, err_t *err) {
    at->checked = at->checked || valid_utf8(text);
    while (at->at <= text.n) {
        if (!search(r, text, at->at, at->checked ? PCRE2_NO_UTF_CHECK : 0, found, err))
            return false;
        if (!*found) {
            at->at = text.n + 1;
            return true;
        }
        const PCRE2_SIZE *ends = pcre2_get_ovector_pointer(r->data);
        size_t from = ends[0], to = ends[1], last = at->last;
        at->last = to + 1;
        bool empty = to == at->at;
        at->at = empty ? step(text, to) : to;
        if (empty && last && from == last - 1)
            continue;
        for (size_t i = 0; spans && i <= r->groups; i++)
            spans[i] = span(ends, pcre2_get_ovector_count(r->data), i);
        return true;
    }
    *found = false;
    return true;
}

/* ---- templates ---- */

static void add_group(const regex_t *r, buf_t *out, str_t text, const regex_span_t *spans, size_t i) {
    if (i <= r->groups && spans[i].from >= 0)
        buf_add(out, str_sub(text, (size_t)spans[i].from, (size_t)(spans[i].to - spans[i].from)));
}

static void add_named(const regex_t *r, buf_t *out, str_t text, const regex_span_t *spans, str_t name) {
    size_t number = 0;
    bool numeric = name.n > 0 && !(name.n > 1 && name.p[0] == '0');
    for (size_t i = 0; numeric && i < name.n; i++) {
        numeric = isdigit((unsigned char)name.p[i]) && number < 100000000;
        number = number * 10 + (size_t)(name.p[i] - '0');
    }
    if (numeric) {
        add_group(r, out, text, spans, number);
        return;
    }
    for (size_t i = 1; i <= r->groups; i++)
        if (str_eq(r->names[i], name) && spans[i].from >= 0) {
            add_group(r, out, text, spans, i);
            return;
        }
}

static size_t name_length(str_t s) {
    size_t n = 0;
    while (n < s.n && (isalnum((unsigned char)s.p[n]) || s.p[n] == '_' || (unsigned char)s.p[n] >= 0x80))
        n++;
    return n;
}

void regex_expand(const regex_t *r, buf_t *out, str_t template, str_t text, const regex_span_t *spans) {
    str_t before, rest;
    while (str_cut(template, '$', &before, &rest)) {
        buf_add(out, before);
        bool brace = rest.n && rest.p[0] == '{';
        size_t n = name_length(str_from(rest, brace));
        if (rest.n && rest.p[0] == '$') {
            buf_char(out, '$');
            n = 1;
        } else if (n == 0 || (brace && (n + 1 >= rest.n || rest.p[n + 1] != '}'))) {
            buf_char(out, '$'); /* malformed: stays as it is */
            n = 0;
        } else {
            add_named(r, out, text, spans, str_sub(rest, brace, n));
            n += brace ? 2 : 0;
        }
        template = str_from(rest, n);
    }
    buf_add(out, template);
}

bool regex_replace_all(regex_t *r, buf_t *out, str_t text, str_t template, bool literal, size_t max, err_t *err) {
    regex_span_t *spans = arena_array(r->arena, regex_span_t, r->groups + 1);
    uint32_t options = valid_utf8(text) ? PCRE2_NO_UTF_CHECK : 0;
    size_t start = out->n, last = 0;
    for (size_t at = 0; at <= text.n;) {
        bool found;
        if (!search(r, text, at, options, &found, err))
            return false;
        if (!found)
            break;
        const PCRE2_SIZE *ends = pcre2_get_ovector_pointer(r->data);
        for (size_t i = 0; i <= r->groups; i++)
            spans[i] = span(ends, pcre2_get_ovector_count(r->data), i);
        size_t from = (size_t)spans[0].from, to = (size_t)spans[0].to;
        buf_add(out, str_sub(text, last, from - last));
        if (to > last || from == 0) { /* not for an empty match right after another */
            if (literal)
                buf_add(out, template);
            else
                regex_expand(r, out, template, text, spans);
        }
        if (max && out->n - start > max)
            return error_set(err, ERR_LIMIT, "result of more than %zu bytes", max);
        last = to;
        size_t next = step(text, at);
        at = next > to ? next : to;
    }
    buf_add(out, str_from(text, last));
    return true;
}
