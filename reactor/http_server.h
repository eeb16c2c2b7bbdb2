/* The HTTP server: HTTP/2 and HTTP/1.1 (by ALPN over TLS; plain text speaks HTTP/1.1,
 * or HTTP/2 when the client begins with its preface). For the webhooks, probes,
 * metrics and the embedded API server. Limits are part of the contract: deadlines for handshake, headers and body,
 * sizes, streams. */
#ifndef REACTOR_HTTP_SERVER_H
#define REACTOR_HTTP_SERVER_H

#include "reactor/http.h"
#include "reactor/loop.h"
#include "reactor/tls.h"

typedef struct http_server http_server_t;
typedef struct http_exchange http_exchange_t;
/* Called on the loop when a request is whole. The handler may reply at once, later (from a fiber), or stream. */
typedef void (*http_handler_fn)(http_exchange_t *x, void *arg);

typedef struct http_server_options {
    str_t address;                                      /* "127.0.0.1:8080", ":9440", "[::1]:0"; port 0 picks one */
    tls_t *tls;                                         /* NULL: plain text */
    size_t max_body;                                    /* 0: 3 MiB, 413 past it */
    size_t max_header_bytes;                            /* 0: 64 KiB, 431 past it */
    size_t max_connections;                             /* 0: 1000 */
    uint32_t max_streams;                               /* per HTTP/2 connection; 0: 250 */
    int64_t handshake_ms, headers_ms, body_ms, idle_ms; /* 0: 10 s, 10 s, 30 s, 90 s */
} http_server_options_t;

/* Listens at once. NULL with *err ("listen on 127.0.0.1:80: Permission denied"). */
http_server_t *http_server_create(loop_t *l, const http_server_options_t *o, http_handler_fn fn, void *arg, err_t *err);
uint16_t http_server_port(const http_server_t *s);
void http_server_set_tls(http_server_t *s, tls_t *tls); /* for connections from now on */
/* Stops accepting, sends GOAWAY, closes idle connections; the rest as they finish. `drained` (may be NULL) is called
 * then. */
void http_server_drain(http_server_t *s, loop_fn drained, void *arg);
/* Closes everything at once: streams get their `closed` callback. */
void http_server_destroy(http_server_t *s);

/* The request. Strings live as long as the exchange. */
str_t http_method(const http_exchange_t *x);
str_t http_path(const http_exchange_t *x);  /* before '?', as sent (escaped) */
str_t http_query(const http_exchange_t *x); /* after '?', as sent */
str_t http_request_header(const http_exchange_t *x, str_t name);
str_t http_body(const http_exchange_t *x);
/* Of the verified client certificate: CN, and the O's one after another (i from 0); STR_NONE when there is none. */
str_t http_peer_name(const http_exchange_t *x);
str_t http_peer_organization(const http_exchange_t *x, size_t i);
arena_t *http_arena(http_exchange_t *x); /* dies with the exchange */
/* fn(arg) when the exchange ends before the reply was complete (client gone, server destroyed); then x is gone. Not
 * called after a complete reply. */
void http_on_close(http_exchange_t *x, loop_fn fn, void *arg);

/* A whole reply. The exchange is over: x must not be used after. Body and headers are copied. content-length is added.
 */
void http_reply(http_exchange_t *x, int status, const http_header_t *headers, size_t n, str_t body);
/* A streamed reply: start, write any number of times (copied), end (x is gone). Chunked on HTTP/1.1. */
void http_reply_start(http_exchange_t *x, int status, const http_header_t *headers, size_t n);
void http_reply_write(http_exchange_t *x, str_t data);
void http_reply_end(http_exchange_t *x);
void http_reply_reset(http_exchange_t *x); /* breaks the stream off: RST_STREAM, or the connection on HTTP/1.1 */
size_t http_reply_pending(const http_exchange_t *x);           /* bytes written but not yet taken by the socket */
void http_on_drain(http_exchange_t *x, loop_fn fn, void *arg); /* fn each time pending falls to 0 */

#endif
