/* RE2's syntax to PCRE2's: the half of regex.h that parses. */
#ifndef CONFIG_CUE_REGEX_SYNTAX_H
#define CONFIG_CUE_REGEX_SYNTAX_H

#include "reactor/base/arena.h"
#include "reactor/base/buf.h"
#include "reactor/base/error.h"

typedef struct regex_syntax {
    str_t pcre;    /* to be compiled with UTF, DOTALL, newline LF, surrogate escapes allowed */
    size_t groups; /* capturing ones */
    str_t *names;  /* of the groups, from index 1; "" for none */
} regex_syntax_t;

/* Groups inside one another; Go allows 1000 levels of its tree. */
enum { REGEX_MAX_NESTING = 250 };

/* All in the arena. False with "error parsing regexp: …" in Go's words. */
bool regex_translate(arena_t *a, str_t pattern, regex_syntax_t *out, err_t *err);

/* The PCRE2 class items for a Unicode class by its name in \p{…} (without '^'), as Go looks it up: blanks, '_', '-' and
 * case don't matter. fold: under (?i). NULL when Go has no such class. */
const char *regex_unicode_class(str_t name, bool negated, bool fold, char out[64]);

#endif
