/* Arenas: memory with the life of one request, render, evaluation or reconcile. Allocation is a pointer bump; nothing
 * is freed alone; destroying or resetting the arena frees all.
 *
 * Failure: with a guard set, running out of memory (or past the limit) jumps to the guard, so that code above an arena
 * needs no check after each call; without one the process ends with a clear line. A guard's owner holds nothing but
 * arena memory between setting it and clearing it. */
#ifndef REACTOR_BASE_ARENA_H
#define REACTOR_BASE_ARENA_H

#include "reactor/base/str.h"
#include <setjmp.h>
#include <stdarg.h>

typedef struct arena arena_t;

/* An arena whose first chunk comes with the first allocation. NULL when out of memory. Destroy with arena_destroy. */
arena_t *arena_create(void);
void arena_destroy(arena_t *a); /* NULL is fine */
/* Frees all but one chunk, for reuse. */
void arena_reset(arena_t *a);

/* At most this many bytes may be taken (0: no limit). Past it the guard is jumped to, with arena_over_limit true. */
void arena_limit(arena_t *a, size_t bytes);
bool arena_over_limit(const arena_t *a);
/* Bytes taken by callers so far; bytes held from the system. */
size_t arena_used(const arena_t *a);
size_t arena_held(const arena_t *a);

/* The guard: `jmp_buf env; if (setjmp(env)) { …out of memory… } jmp_buf *old = arena_guard(a, &env); … arena_guard(a,
 * old);` */
jmp_buf *arena_guard(arena_t *a, jmp_buf *env);

/* Zeroed, aligned to 16. Never NULL. */
void *arena_alloc(arena_t *a, size_t n);
#define arena_new(a, type) ((type *)arena_alloc((a), sizeof(type)))
#define arena_array(a, type, n) ((type *)arena_alloc_array((a), sizeof(type), (n)))
void *arena_alloc_array(arena_t *a, size_t size, size_t n); /* checks the product */
/* A larger copy of an array of `have` bytes; grows in place where it was the last thing allocated. */
void *arena_grow(arena_t *a, void *p, size_t have, size_t want);
/* Uninitialised and unaligned, for bytes. */
char *arena_bytes(arena_t *a, size_t n);

str_t arena_str(arena_t *a, str_t s);  /* copy, NUL after the end */
char *arena_cstr(arena_t *a, str_t s); /* copy as a C string */
str_t arena_printf(arena_t *a, const char *fmt, ...) __attribute__((format(printf, 2, 3)));
str_t arena_vprintf(arena_t *a, const char *fmt, va_list ap);
str_t arena_concat(arena_t *a, str_t x, str_t y);

#endif
