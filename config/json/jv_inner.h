/* What the files of config/json share. */
#ifndef CONFIG_JSON_JV_INNER_H
#define CONFIG_JSON_JV_INNER_H

#include "config/json/jv.h"

/* Objects with more members than this have an index. */
enum { JV_INDEX_FROM = 32 };
/* Room in an object for so many members in all. */
void jv_members_reserve(arena_t *a, jv_t *object, size_t want);

/* The shortest digits of a finite double that read back as it (its size, without the sign), the first before the point
 * and times ten to the *exponent. Returns how many. */
enum { JV_DIGITS = 17 };
int jv_shortest(char digits[JV_DIGITS], double d, int *exponent);
/* A finite double as Go's encoding/json writes a float64: the shortest digits that read back, in exponent form below
 * 1e-6 and from 1e21 on. Returns the length; no NUL is added. */
enum { JV_DOUBLE_MAX = 64 };
size_t jv_format_double(char out[JV_DOUBLE_MAX], double d);

/* The order in which a writer goes through the members of the objects it is in, on one scratch stack on the heap (p, to
 * be freed by the writer). */
typedef struct jv_order {
    uint32_t *p;
    size_t n, cap;
} jv_order_t;
/* Sorts an object's members by compare; nothing is taken where they lie sorted already. False: no memory. */
bool jv_order_push(jv_order_t *o, const jv_t *object, int (*compare)(str_t, str_t), uint32_t *handle);
void jv_order_pop(jv_order_t *o, uint32_t handle); /* the last one pushed */
const jv_member_t *jv_order_member(const jv_order_t *o, const jv_t *object, uint32_t handle, uint32_t i);

/* The character at p (before end), or 0xFFFD with *size 1 where the bytes are no valid UTF-8, as Go's
 * utf8.DecodeRune. */
uint32_t jv_utf8_decode(const char *p, const char *end, int *size);
/* Writes 1 to 4 bytes; returns how many. */
int jv_utf8_encode(char *out, uint32_t c);
/* s itself where it is valid UTF-8, else a copy with U+FFFD for each bad byte. */
str_t jv_utf8_repair(arena_t *a, str_t s);

#endif
