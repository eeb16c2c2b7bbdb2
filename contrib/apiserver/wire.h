/* Objects as Go's typed structs read and write them: what encoding/json would accept, complain of and print again. */
#ifndef CONTRIB_APISERVER_WIRE_H
#define CONTRIB_APISERVER_WIRE_H

#include "contrib/apiserver/types.h"

/* What was read but not understood: `unknown field "spec.x"`, in order of occurrence. */
typedef struct strict {
    str_t *items;
    size_t n, cap;
    bool outer_first; /* a struct's own unknown fields come before those within its fields */
} strict_t;
void strict_add(arena_t *a, strict_t *s, str_t text);
/* The texts joined by ", ". */
str_t strict_text(arena_t *a, const strict_t *s);

/* A new value in the canonical form of this type: fields in the struct's order, unknown ones dropped (and noted in
 * *strict, which may be NULL), empty ones left out or supplied as Go would print them, quantities, times and base64
 * canonical. kind and apiVersion of the root are kept. Leaves are shared with `in`. NULL with *err in Go's words where
 * a value can't be read at all. */
jv_t *wire_decode(arena_t *a, const schema_t *type, const jv_t *in, strict_t *strict, err_t *err);
/* The same of a value that lies at a path ("metadata"). */
jv_t *wire_decode_at(arena_t *a, const schema_t *type, const jv_t *in, const char *path, strict_t *strict, err_t *err);

/* Times: the canonical text of an RFC 3339 time in UTC; now. */
bool wire_time(arena_t *a, str_t in, bool micro, str_t *out, err_t *err);
str_t wire_now(arena_t *a, bool micro);
str_t wire_at(arena_t *a, int64_t seconds);
/* Seconds since 1970 of a canonical time; false if it isn't one. */
bool wire_seconds(str_t time, int64_t *out);

/* Members given twice in a JSON text: `duplicate field "spec.x"` for each (the tree keeps the last one only). */
void wire_duplicates(arena_t *a, str_t text, strict_t *strict);

#endif
