/* How the scanner finds the next byte that matters: 16 at a time where the machine has SSE2. For scan.c and
 * scan_list.c only. */
#ifndef KUBEAPI_SCAN_INNER_H
#define KUBEAPI_SCAN_INNER_H

#include "kubeapi/scan.h"

#ifdef __SSE2__
#include <emmintrin.h>
#endif

/* The first quote, backslash or control character, or end. */
static inline const char *scan_string_end(const char *p, const char *end) {
#ifdef __SSE2__
    const __m128i quote = _mm_set1_epi8('"'), slash = _mm_set1_epi8('\\'), control = _mm_set1_epi8(0x1f);
    for (; end - p >= 16; p += 16) {
        __m128i v = _mm_loadu_si128((const __m128i *)(const void *)p);
        __m128i hit = _mm_or_si128(_mm_or_si128(_mm_cmpeq_epi8(v, quote), _mm_cmpeq_epi8(v, slash)),
                                   _mm_cmpeq_epi8(_mm_min_epu8(v, control), v));
        int mask = _mm_movemask_epi8(hit);
        if (mask)
            return p + __builtin_ctz((unsigned)mask);
    }
#endif
    while (p < end && *p != '"' && *p != '\\' && (unsigned char)*p >= ' ')
        p++;
    return p < end ? p : end;
}

/* The first quote or bracket, or end. [ and { differ in one bit, and so do ] and }: both pairs are compared at once. */
static inline const char *scan_special(const char *p, const char *end) {
#ifdef __SSE2__
    const __m128i quote = _mm_set1_epi8('"'), open = _mm_set1_epi8('{'), shut = _mm_set1_epi8('}'),
                  bit = _mm_set1_epi8(0x20);
    for (; end - p >= 16; p += 16) {
        __m128i v = _mm_loadu_si128((const __m128i *)(const void *)p), low = _mm_or_si128(v, bit);
        __m128i hit =
            _mm_or_si128(_mm_or_si128(_mm_cmpeq_epi8(low, open), _mm_cmpeq_epi8(low, shut)), _mm_cmpeq_epi8(v, quote));
        int mask = _mm_movemask_epi8(hit);
        if (mask)
            return p + __builtin_ctz((unsigned)mask);
    }
#endif
    while (p < end && *p != '"' && *p != '{' && *p != '}' && *p != '[' && *p != ']')
        p++;
    return p < end ? p : end;
}

/* From after an opening bracket to after the one that closes it (scan_skip.c). On failure *what says why ("": nested
 * too deep) and the result is where. */
const char *scan_skip(const char *p, const char *end, bool array, const char **what);

/* Scans one value of "metadata" alone, for a list's. */
bool scan_metadata_value(str_t json, scan_object_t *out, err_t *err);

#endif
