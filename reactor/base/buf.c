#include "reactor/base/buf.h"

#include "reactor/base/mem.h"

#include <stdarg.h>
#include <stdio.h>

void buf_init(buf_t *b) {
    *b = (buf_t){0};
}

void buf_init_arena(buf_t *b, arena_t *a) {
    *b = (buf_t){.arena = a};
}

void buf_release(buf_t *b) {
    if (!b->arena)
        mem_free(b->p);
    *b = (buf_t){.arena = b->arena};
}

char *buf_reserve(buf_t *b, size_t n) {
    if (b->failed)
        return NULL;
    if (n <= b->cap - b->n)
        return b->p ? b->p + b->n : buf_reserve(b, 1);
    size_t want = b->cap ? b->cap * 2 : 64;
    if (n > SIZE_MAX / 2 - b->n) {
        b->failed = true;
        return NULL;
    }
    if (want < b->n + n)
        want = b->n + n;
    char *p = b->arena ? arena_grow(b->arena, b->p, b->cap, want) : mem_realloc(b->p, want);
    if (!p) {
        b->failed = true;
        return NULL;
    }
    b->p = p;
    b->cap = want;
    return b->p + b->n;
}

void buf_addn(buf_t *b, const void *p, size_t n) {
    if (!n)
        return;
    char *to = buf_reserve(b, n);
    if (!to)
        return;
    memcpy(to, p, n);
    b->n += n;
}

void buf_add(buf_t *b, str_t s) {
    buf_addn(b, s.p, s.n);
}

void buf_addc(buf_t *b, const char *c) {
    buf_addn(b, c, strlen(c));
}

void buf_char(buf_t *b, char c) {
    buf_addn(b, &c, 1);
}

void buf_printf(buf_t *b, const char *fmt, ...) {
    va_list ap, again;
    va_start(ap, fmt);
    va_copy(again, ap);
    int n = vsnprintf(NULL, 0, fmt, again);
    va_end(again);
    char *to = n < 0 ? NULL : buf_reserve(b, (size_t)n + 1);
    if (to) {
        vsnprintf(to, (size_t)n + 1, fmt, ap);
        b->n += (size_t)n;
    }
    va_end(ap);
}

void buf_drop(buf_t *b, size_t n) {
    if (n >= b->n) {
        b->n = 0;
        return;
    }
    memmove(b->p, b->p + n, b->n - n);
    b->n -= n;
}

char *buf_take(buf_t *b) {
    buf_char(b, 0);
    if (b->failed) {
        buf_release(b);
        return NULL;
    }
    char *p = b->p;
    *b = (buf_t){0};
    return p;
}
