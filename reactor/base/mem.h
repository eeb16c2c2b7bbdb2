/* The one gate for heap memory, so that a test can make the nth allocation fail (mem_fail_after). Functions return NULL
 * on failure and the caller reports ERR_MEMORY; what lives in an arena goes through arena.h, which unwinds to a guard.
 */
#ifndef REACTOR_BASE_MEM_H
#define REACTOR_BASE_MEM_H

#include <stddef.h>
#include <stdint.h>

void *mem_alloc(size_t n);            /* zeroed */
void *mem_realloc(void *p, size_t n); /* NULL leaves p as it was */
void mem_free(void *p);
char *mem_strndup(const char *p, size_t n); /* NUL-terminated copy */

/* Test aid: the allocation after `n` more succeed fails, and every one after it, until mem_fail_after(-1). */
void mem_fail_after(int64_t n);
/* Number of allocations made so far (mem_alloc, and mem_realloc that grew). */
uint64_t mem_count(void);

/* Out of memory with nobody to tell: one line on stderr, then abort(). */
_Noreturn void mem_die(size_t wanted);

#endif
