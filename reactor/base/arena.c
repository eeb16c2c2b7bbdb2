#include "reactor/base/arena.h"

#include "reactor/base/mem.h"

#include <stdio.h>

#if defined(__has_feature)
#if __has_feature(address_sanitizer)
#define ARENA_ASAN 1
#endif
#elif defined(__SANITIZE_ADDRESS__)
#define ARENA_ASAN 1
#endif
#ifdef ARENA_ASAN
#include <sanitizer/asan_interface.h>
#else
#define ASAN_POISON_MEMORY_REGION(p, n) ((void)(p), (void)(n))
#define ASAN_UNPOISON_MEMORY_REGION(p, n) ((void)(p), (void)(n))
#endif

/* Chunks double up to CHUNK_MAX, so that a small reconcile holds little and a large render asks the system seldom. */
enum { CHUNK_MIN = 4096, CHUNK_MAX = 256 * 1024, ALIGN = 16 };

typedef struct chunk {
    struct chunk *next;
    size_t size, used; /* of data */
    _Alignas(16) char data[];
} chunk_t;

struct arena {
    chunk_t *chunk; /* newest first */
    size_t used, held, limit, next_size;
    bool over;
    jmp_buf *guard;
};

arena_t *arena_create(void) {
    arena_t *a = mem_alloc(sizeof *a);
    if (a)
        a->next_size = CHUNK_MIN;
    return a;
}

static void chunk_free(chunk_t *c) {
    ASAN_UNPOISON_MEMORY_REGION(c->data, c->size);
    mem_free(c);
}

void arena_destroy(arena_t *a) {
    if (!a)
        return;
    for (chunk_t *c = a->chunk, *next; c; c = next) {
        next = c->next;
        chunk_free(c);
    }
    mem_free(a);
}

void arena_reset(arena_t *a) {
    chunk_t *keep = a->chunk;
    if (!keep)
        return;
    for (chunk_t *c = keep->next, *next; c; c = next) {
        next = c->next;
        chunk_free(c);
    }
    keep->next = NULL;
    keep->used = 0;
    ASAN_POISON_MEMORY_REGION(keep->data, keep->size);
    a->used = 0;
    a->held = keep->size;
    a->over = false;
}

void arena_limit(arena_t *a, size_t bytes) {
    a->limit = bytes;
}

bool arena_over_limit(const arena_t *a) {
    return a->over;
}

size_t arena_used(const arena_t *a) {
    return a->used;
}

size_t arena_held(const arena_t *a) {
    return a->held;
}

jmp_buf *arena_guard(arena_t *a, jmp_buf *env) {
    jmp_buf *old = a->guard;
    a->guard = env;
    return old;
}

/* The attribute, since cppcheck overlooks a static _Noreturn. */
__attribute__((noreturn)) static void fail(arena_t *a, size_t n) {
    if (a->guard)
        longjmp(*a->guard, 1);
    mem_die(n);
}

static void add_chunk(arena_t *a, size_t n) {
    size_t size = a->next_size;
    if (size < n)
        size = n;
    chunk_t *c = size > SIZE_MAX / 2 ? NULL : mem_alloc(sizeof *c + size);
    if (!c)
        fail(a, n);
    c->size = size;
    c->next = a->chunk;
    a->chunk = c;
    a->held += size;
    if (a->next_size < CHUNK_MAX)
        a->next_size *= 2;
    ASAN_POISON_MEMORY_REGION(c->data, c->size);
}

static void *take(arena_t *a, size_t n, size_t align) {
    if (a->limit && (n > a->limit || a->used > a->limit - n)) {
        a->over = true;
        fail(a, n);
    }
    size_t at = a->chunk ? (a->chunk->used + align - 1) & ~(align - 1) : 0;
    if (!a->chunk || at > a->chunk->size || n > a->chunk->size - at) {
        add_chunk(a, n);
        at = 0;
    }
    chunk_t *c = a->chunk;
    void *p = c->data + at;
    c->used = at + n;
    a->used += n;
    ASAN_UNPOISON_MEMORY_REGION(p, n);
    return p;
}

void *arena_alloc(arena_t *a, size_t n) {
    void *p = take(a, n ? n : 1, ALIGN);
    memset(p, 0, n);
    return p;
}

void *arena_alloc_array(arena_t *a, size_t size, size_t n) {
    size_t bytes;
    if (__builtin_mul_overflow(size, n, &bytes))
        fail(a, SIZE_MAX);
    return arena_alloc(a, bytes);
}

void *arena_grow(arena_t *a, void *p, size_t have, size_t want) {
    chunk_t *c = a->chunk;
    if (p && c && (char *)p + have == c->data + c->used && want >= have && want - have <= c->size - c->used &&
        (!a->limit || a->used + (want - have) <= a->limit)) {
        ASAN_UNPOISON_MEMORY_REGION((char *)p + have, want - have);
        memset((char *)p + have, 0, want - have);
        c->used += want - have;
        a->used += want - have;
        return p;
    }
    void *q = arena_alloc(a, want);
    if (p && have)
        memcpy(q, p, have < want ? have : want);
    return q;
}

char *arena_bytes(arena_t *a, size_t n) {
    return take(a, n ? n : 1, 1);
}

str_t arena_str(arena_t *a, str_t s) {
    return (str_t){arena_cstr(a, s), s.n};
}

char *arena_cstr(arena_t *a, str_t s) {
    char *p = arena_bytes(a, s.n + 1);
    if (s.n)
        memcpy(p, s.p, s.n);
    p[s.n] = 0;
    return p;
}

str_t arena_vprintf(arena_t *a, const char *fmt, va_list ap) {
    va_list again;
    va_copy(again, ap);
    int n = vsnprintf(NULL, 0, fmt, again);
    va_end(again);
    if (n < 0)
        return STR_NONE;
    char *p = arena_bytes(a, (size_t)n + 1);
    vsnprintf(p, (size_t)n + 1, fmt, ap);
    return (str_t){p, (size_t)n};
}

str_t arena_printf(arena_t *a, const char *fmt, ...) {
    va_list ap;
    va_start(ap, fmt);
    str_t s = arena_vprintf(a, fmt, ap);
    va_end(ap);
    return s;
}

str_t arena_concat(arena_t *a, str_t x, str_t y) {
    char *p = arena_bytes(a, x.n + y.n + 1);
    if (x.n)
        memcpy(p, x.p, x.n);
    if (y.n)
        memcpy(p + x.n, y.p, y.n);
    p[x.n + y.n] = 0;
    return (str_t){p, x.n + y.n};
}
