/* A growing byte buffer, on the heap or in an arena. On the heap a failed growth is remembered (buf_failed) and further
 * additions are ignored, so that a writer checks once, at its end; in an arena a failure goes to the arena's guard. */
#ifndef REACTOR_BASE_BUF_H
#define REACTOR_BASE_BUF_H

#include "reactor/base/arena.h"

typedef struct buf {
    char *p;
    size_t n, cap;
    arena_t *arena; /* NULL: heap */
    bool failed;
} buf_t;

void buf_init(buf_t *b);
void buf_init_arena(buf_t *b, arena_t *a);
void buf_release(buf_t *b); /* frees heap memory; the buffer is empty and usable again */
static inline void buf_clear(buf_t *b) {
    b->n = 0;
}
static inline bool buf_failed(const buf_t *b) {
    return b->failed;
}
static inline str_t buf_str(const buf_t *b) {
    return (str_t){b->p, b->n};
}
/* Room for n more bytes after the end: a pointer to it, or NULL when out of memory. Set b->n after filling. */
char *buf_reserve(buf_t *b, size_t n);
void buf_add(buf_t *b, str_t s);
void buf_addn(buf_t *b, const void *p, size_t n);
void buf_addc(buf_t *b, const char *c); /* a C string */
void buf_char(buf_t *b, char c);
void buf_printf(buf_t *b, const char *fmt, ...) __attribute__((format(printf, 2, 3)));
/* Drops n bytes at the front. */
void buf_drop(buf_t *b, size_t n);
/* The bytes with a NUL after them, owned by the caller (mem_free); the buffer is empty. NULL when failed. Heap only. */
char *buf_take(buf_t *b);

#endif
