/* Compiled CUE programs, shared by everything that renders: a template compiles once, however many Applications use it.
 * The key is the name of the definition and a hash of the text, so that an edited definition is another program. */
#ifndef HANDLERS_PROGRAM_H
#define HANDLERS_PROGRAM_H

#include "config/cue/cue.h"

typedef struct programs programs_t;

/* Keeps at most `limit` programs (0: 256), dropping the one unused for longest. NULL when out of memory. */
programs_t *programs_create(size_t limit);
void programs_destroy(programs_t *p);
/* The program of a template, compiled now or taken from the cache (p may be NULL: always compiled). The caller releases
 * it with cue_program_release. `externs`: see cue_options_t; a literal. */
cue_program_t *programs_get(programs_t *p, str_t name, str_t text, const char *externs, err_t *err);
size_t programs_count(const programs_t *p);

#endif
