/* Standard and URL-safe base64 (RFC 4648). */
#ifndef REACTOR_BASE_BASE64_H
#define REACTOR_BASE_BASE64_H

#include "reactor/base/buf.h"

typedef enum { BASE64_STD, BASE64_URL, BASE64_RAW_STD, BASE64_RAW_URL } base64_kind_t;

void base64_encode(buf_t *out, str_t in, base64_kind_t kind);
/* False at the first byte that doesn't fit, its index in *at (may be NULL); CR and LF are skipped, as Go does. */
bool base64_decode(buf_t *out, str_t in, base64_kind_t kind, size_t *at);

#endif
