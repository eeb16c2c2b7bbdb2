/* HTTP/1.1 as text: requests in, without I/O. For reactor/ only. Strict where laxness lets two readers see two
 * different requests: a length and chunks together, two lengths, blanks before a colon, folded lines, control bytes are
 * all refused. */
#ifndef REACTOR_HTTP1_H
#define REACTOR_HTTP1_H

#include "reactor/http.h"

/* The length of the head at the start of `in`, its blank line included; 0 when it is not whole yet. *scanned (at first
 * 0) remembers how far it looked. */
size_t http1_head_size(str_t in, size_t *scanned);

typedef struct http1_head {
    str_t method, path, query;
    int minor; /* HTTP/1.minor */
    http_header_t *headers;
    size_t nheaders;
    int64_t length; /* of the body; -1: none told */
    bool chunked, keep_alive, expects_continue;
} http1_head_t;

/* Parses the head in p, which it changes (names become lower case) and which `out` borrows; the array comes from the
 * arena. 0, or the status to refuse it with and a reason. */
int http1_parse_head(char *p, size_t n, arena_t *a, http1_head_t *out, const char **why);

/* The body, piece by piece. */
typedef struct http1_body {
    uint64_t left; /* of the body, or of the chunk */
    int state;
    size_t line; /* bytes of the line being read: sizes with extensions, trailers */
    bool chunked, digits;
} http1_body_t;
typedef enum { HTTP1_MORE, HTTP1_DATA, HTTP1_END, HTTP1_BAD } http1_result_t;

void http1_body_init(http1_body_t *b, const http1_head_t *head);
/* Takes bytes off the front of *in. HTTP1_DATA: *data is a piece of the body, within what *in was. HTTP1_MORE: all of
 * *in is used up. After HTTP1_END, *in is what follows the request. */
http1_result_t http1_body_next(http1_body_t *b, str_t *in, str_t *data);

/* "Not Found"; never NULL. */
const char *http_status_text(int status);

#endif
