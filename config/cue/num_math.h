/* Transcendental functions to 34 digits. */
#ifndef CONFIG_CUE_NUM_MATH_H
#define CONFIG_CUE_NUM_MATH_H

#include "config/cue/num.h"

/* Results are floats with 34 digits, or exact ones where apd's are (exp 0, ln 1, integer powers). Errors are apd's:
 * "invalid operation", "overflow". */
bool num_exp(arena_t *a, num_t x, num_t *out, err_t *err);
bool num_ln(arena_t *a, num_t x, num_t *out, err_t *err);
bool num_log10(arena_t *a, num_t x, num_t *out, err_t *err);
bool num_pow(arena_t *a, num_t x, num_t y, num_t *out, err_t *err);
bool num_cbrt(arena_t *a, num_t x, num_t *out, err_t *err);

#endif
