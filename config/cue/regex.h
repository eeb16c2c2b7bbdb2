/* Regular expressions in RE2's language, as Go's regexp has it, on PCRE2. Our parser accepts what Go's regexp/syntax
 * accepts and refuses the rest in its words; the translation makes PCRE2 mean the same (leftmost-first, `$` at the very
 * end only, UTF-8, ASCII \d \w \s \b). A match works under limits: a pattern that backtracks without end gives an
 * error, never a hang.
 *
 * A regex_t lies in the arena it was compiled in, PCRE2's memory too: nothing is freed alone. Keeping compiled ones for
 * reuse is the caller's affair. A regex_t is used by one match at a time. */
#ifndef CONFIG_CUE_REGEX_H
#define CONFIG_CUE_REGEX_H

#include "reactor/base/arena.h"
#include "reactor/base/buf.h"
#include "reactor/base/error.h"

typedef struct regex regex_t;

/* NULL with Go's words on failure: "error parsing regexp: missing closing ]: `[a`". The pattern is copied. */
regex_t *regex_compile(arena_t *a, str_t pattern, err_t *err);

/* Groups, without the whole match; group i's name, "" when it has none (i from 1). */
size_t regex_groups(const regex_t *r);
str_t regex_group_name(const regex_t *r, size_t i);

/* *matched tells whether the text has a match anywhere. False only when a limit was passed (ERR_LIMIT). */
bool regex_match(regex_t *r, str_t text, bool *matched, err_t *err);

/* One group's place in the text; from is -1 when the group took no part. */
typedef struct regex_span {
    ptrdiff_t from, to;
} regex_span_t;

/* Where a search over all matches stands: {0} at its start. */
typedef struct regex_cursor {
    size_t at;
    size_t last;  /* where the previous match ended, plus 1; 0: none yet */
    bool checked; /* the text is known to be UTF-8 */
} regex_cursor_t;

/* The next match at or after the cursor, which moves past it, so that a loop sees the matches that Go's FindAll sees:
 * an empty one right after a previous match is left out. spans has room for regex_groups + 1 and may be NULL. False
 * only when a limit was passed (ERR_LIMIT). */
bool regex_find(regex_t *r, str_t text, regex_cursor_t *at, regex_span_t *spans, bool *found, err_t *err);

/* Go's Expand: $1, ${1}, $name, ${name}, $$ in the template are replaced by the groups. */
void regex_expand(const regex_t *r, buf_t *out, str_t template, str_t text, const regex_span_t *spans);
/* Every match replaced by the template (expanded unless literal), appended to out, at most max bytes (0: no limit). */
bool regex_replace_all(regex_t *r, buf_t *out, str_t text, str_t template, bool literal, size_t max, err_t *err);

#endif
