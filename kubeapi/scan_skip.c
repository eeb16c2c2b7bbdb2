/* Skipping a container: nearly all of an object is skipped, so this is where the watch path spends its time. Bytes are
 * taken 64 at a time and turned into bit masks (as simdjson's authors have shown): where quotes are that no backslash
 * escapes, from those by a running xor what lies inside of strings, and what brackets lie outside. Only those are
 * looked at one by one. */
#include "kubeapi/scan_inner.h"

#include "config/json/jv.h"

typedef struct masks {
    uint64_t quotes, slashes, brackets, controls;
} masks_t;

#ifdef __SSE2__
#include <immintrin.h>

/* [ and { differ in one bit, and so do ] and }: both pairs are compared at once. */
static inline masks_t masks_sse2(const char *p) {
    const __m128i quote = _mm_set1_epi8('"'), slash = _mm_set1_epi8('\\'), open = _mm_set1_epi8('{'),
                  shut = _mm_set1_epi8('}'), bit = _mm_set1_epi8(0x20), control = _mm_set1_epi8(0x1f);
    masks_t m = {0};
    for (int i = 0; i < 4; i++) {
        __m128i v = _mm_loadu_si128((const __m128i *)(const void *)(p + 16 * i)), low = _mm_or_si128(v, bit);
        __m128i brackets = _mm_or_si128(_mm_cmpeq_epi8(low, open), _mm_cmpeq_epi8(low, shut));
        m.quotes |= (uint64_t)(uint32_t)_mm_movemask_epi8(_mm_cmpeq_epi8(v, quote)) << (16 * i);
        m.slashes |= (uint64_t)(uint32_t)_mm_movemask_epi8(_mm_cmpeq_epi8(v, slash)) << (16 * i);
        m.brackets |= (uint64_t)(uint32_t)_mm_movemask_epi8(brackets) << (16 * i);
        m.controls |= (uint64_t)(uint32_t)_mm_movemask_epi8(_mm_cmpeq_epi8(_mm_min_epu8(v, control), v)) << (16 * i);
    }
    return m;
}

__attribute__((target("avx2"))) static inline masks_t masks_avx2(const char *p) {
    const __m256i quote = _mm256_set1_epi8('"'), slash = _mm256_set1_epi8('\\'), open = _mm256_set1_epi8('{'),
                  shut = _mm256_set1_epi8('}'), bit = _mm256_set1_epi8(0x20), control = _mm256_set1_epi8(0x1f);
    masks_t m = {0};
    for (int i = 0; i < 2; i++) {
        __m256i v = _mm256_loadu_si256((const __m256i *)(const void *)(p + 32 * i)), low = _mm256_or_si256(v, bit);
        __m256i brackets = _mm256_or_si256(_mm256_cmpeq_epi8(low, open), _mm256_cmpeq_epi8(low, shut));
        m.quotes |= (uint64_t)(uint32_t)_mm256_movemask_epi8(_mm256_cmpeq_epi8(v, quote)) << (32 * i);
        m.slashes |= (uint64_t)(uint32_t)_mm256_movemask_epi8(_mm256_cmpeq_epi8(v, slash)) << (32 * i);
        m.brackets |= (uint64_t)(uint32_t)_mm256_movemask_epi8(brackets) << (32 * i);
        m.controls |= (uint64_t)(uint32_t)_mm256_movemask_epi8(_mm256_cmpeq_epi8(_mm256_min_epu8(v, control), v))
                      << (32 * i);
    }
    return m;
}
#else
static inline masks_t masks_sse2(const char *p) {
    masks_t m = {0};
    for (int i = 0; i < 64; i++) {
        uint64_t bit = (uint64_t)1 << i;
        unsigned char c = (unsigned char)p[i];
        m.quotes |= c == '"' ? bit : 0;
        m.slashes |= c == '\\' ? bit : 0;
        m.brackets |= (c | 0x20) == '{' || (c | 0x20) == '}' ? bit : 0;
        m.controls |= c < ' ' ? bit : 0;
    }
    return m;
}
#endif

/* Which bytes a backslash before them escapes: those after an odd number of backslashes in a row. *carry: the first
 * byte of the block is. The addition lets runs that begin at an odd place overflow to their ends. */
static inline uint64_t escaped_of(uint64_t slashes, uint64_t *carry) {
    const uint64_t even = 0x5555555555555555u;
    if (!slashes) {
        uint64_t first = *carry;
        *carry = 0;
        return first;
    }
    slashes &= ~*carry;
    uint64_t follows = slashes << 1 | *carry, odd = slashes & ~even & ~follows, runs;
    *carry = __builtin_add_overflow(odd, slashes, &runs);
    return (even ^ (runs << 1)) & follows;
}

/* Each bit: the xor of it and all below it. */
static inline uint64_t running_xor(uint64_t x) {
    x ^= x << 1;
    x ^= x << 2;
    x ^= x << 4;
    x ^= x << 8;
    x ^= x << 16;
    x ^= x << 32;
    return x;
}

typedef struct walk {
    uint64_t kinds[JV_MAX_DEPTH / 64 + 1]; /* of each level one bit: an array */
    unsigned depth;
    uint64_t in_string, escape; /* all ones inside of a string at the block's begin; its first byte is escaped */
} walk_t;

/* One bracket: false when it ends the walk, as the container's end (depth 0) or by a failure (*what is set). */
static inline bool bracket(walk_t *w, char c, const char **what) {
    if (c == '{' || c == '[') {
        if (++w->depth >= JV_MAX_DEPTH) {
            *what = "";
            return false;
        }
        uint64_t bit = (uint64_t)1 << (w->depth % 64), *kinds = &w->kinds[w->depth / 64];
        *kinds = c == '[' ? *kinds | bit : *kinds & ~bit;
        return true;
    }
    bool array = w->kinds[w->depth / 64] >> (w->depth % 64) & 1;
    if ((c == ']') != array) {
        *what = c == ']' ? "a ] where a } belongs" : "a } where a ] belongs";
        return false;
    }
    return --w->depth > 0;
}

/* One block: where the walk ended in it, or -1. */
__attribute__((always_inline)) static inline int block(walk_t *w, const char *p, masks_t m, const char **what) {
    uint64_t quotes = m.quotes & ~escaped_of(m.slashes, &w->escape);
    uint64_t strings = running_xor(quotes) ^ w->in_string; /* from each opening quote to before the closing one */
    uint64_t bad = m.controls & strings, todo = m.brackets & ~strings;
    w->in_string = -(strings >> 63);
    for (; todo; todo &= todo - 1) {
        int at = __builtin_ctzll(todo);
        if (bad && __builtin_ctzll(bad) < at)
            break;
        if (!bracket(w, p[at], what))
            return at;
    }
    if (!bad)
        return -1;
    *what = "a control character in a string";
    return __builtin_ctzll(bad);
}

#define WALK(MASKS)                                                                                                    \
    for (; end - p >= 64; p += 64) {                                                                                   \
        int at = block(w, p, MASKS(p), what);                                                                          \
        if (at >= 0)                                                                                                   \
            return p + at;                                                                                             \
    }                                                                                                                  \
    return p

static const char *blocks_sse2(walk_t *w, const char *p, const char *end, const char **what) {
    WALK(masks_sse2);
}

#ifdef __SSE2__
__attribute__((target("avx2"))) static const char *blocks_avx2(walk_t *w, const char *p, const char *end,
                                                               const char **what) {
    WALK(masks_avx2);
}

static bool has_avx2(void) {
    static int has = -1;
    if (has < 0)
        has = __builtin_cpu_supports("avx2") != 0;
    return has;
}
#endif

const char *scan_skip(const char *p, const char *end, bool array, const char **what) {
    walk_t w = {.kinds = {(uint64_t)array << 1}, .depth = 1};
    *what = NULL;
#ifdef __SSE2__
    if (has_avx2())
        p = blocks_avx2(&w, p, end, what);
    else
#endif
        p = blocks_sse2(&w, p, end, what);
    if (w.depth == 0)
        return p + 1;
    if (*what)
        return p;
    char last[64]; /* what is left, and blanks, which mean nothing */
    memset(last, ' ', sizeof last);
    memcpy(last, p, (size_t)(end - p));
    int at = block(&w, last, masks_sse2(last), what);
    if (at >= 0)
        return *what ? p + at : p + at + 1;
    *what = w.in_string ? "a string does not end" : "a bracket is not closed";
    return end;
}
