/* What HTTP client and server share. */
#ifndef REACTOR_HTTP_H
#define REACTOR_HTTP_H

#include "reactor/base/arena.h"
#include "reactor/base/error.h"

typedef struct http_header {
    str_t name; /* lower case */
    str_t value;
} http_header_t;

/* The value of a header (name in lower case), or STR_NONE. */
str_t http_header(const http_header_t *headers, size_t n, str_t name);

#endif
