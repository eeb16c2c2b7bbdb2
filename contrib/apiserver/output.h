/* Objects on their way out: in the version asked for, whole, as a Table or as metadata only, JSON or YAML. */
#ifndef CONTRIB_APISERVER_OUTPUT_H
#define CONTRIB_APISERVER_OUTPUT_H

#include "contrib/apiserver/call.h"
#include "contrib/apiserver/storage.h"

/* Reads Accept into c->output and c->yaml; replies 406 where nothing fits. A watch allows no YAML. */
bool output_negotiate(call_t *c);
/* The same where JSON is answered to whatever is asked for that isn't YAML. Always true. */
bool output_prefer(call_t *c);

/* The object of a stored (or just made: kind and apiVersion don't matter) value in this version, with both set. */
jv_t *output_value(arena_t *a, const resource_t *r, jv_t *stored);
/* Appends one object as JSON in the form asked for. */
void output_write(arena_t *a, buf_t *b, const resource_t *r, output_t form, const object_t *o, bool include_object);

void output_object(call_t *c, int code, const object_t *o);
/* Of a value that is not stored (dry run). */
void output_unstored(call_t *c, int code, jv_t *stored);
typedef struct page {
    object_t **items; /* borrowed */
    size_t n;
    uint64_t version;
    str_t next;        /* continue token, or empty */
    int64_t remaining; /* -1: not told */
} page_t;
void output_list(call_t *c, const page_t *page);

#endif
