/* What the files of config/json share. */
#ifndef CONFIG_JSON_JV_INNER_H
#define CONFIG_JSON_JV_INNER_H

#include "config/json/jv.h"

/* Objects with more members than this have an index. */
enum { JV_INDEX_FROM = 32 };
/* Room in an object for so many members in all. */
void jv_members_reserve(arena_t *a, jv_t *object, size_t want);

/* A finite double as Go's encoding/json writes a float64: the shortest digits that read back, in exponent form below
 * 1e-6 and from 1e21 on. Returns the length; no NUL is added. */
enum { JV_DOUBLE_MAX = 64 };
size_t jv_format_double(char out[JV_DOUBLE_MAX], double d);

/* The character at p (before end), or 0xFFFD with *size 1 where the bytes are no valid UTF-8, as Go's
 * utf8.DecodeRune. */
uint32_t jv_utf8_decode(const char *p, const char *end, int *size);
/* Writes 1 to 4 bytes; returns how many. */
int jv_utf8_encode(char *out, uint32_t c);

#endif
