/* The HTTP/2 client: one origin, many streams on few connections, over TLS with ALPN h2. A server that speaks only
 * HTTP/1.1 is an error that says so. Connections are opened as needed, kept alive by PING, drained on GOAWAY, reopened
 * with jittered backoff; a new one opens when the server's stream limit is reached (up to max_connections). */
#ifndef REACTOR_HTTP_CLIENT_H
#define REACTOR_HTTP_CLIENT_H

#include "reactor/http.h"
#include "reactor/loop.h"
#include "reactor/tls.h"

typedef struct http_client http_client_t;

typedef struct http_client_options {
    str_t host; /* name or address, without brackets */
    uint16_t port;
    tls_t *tls;                 /* a reference is taken */
    size_t max_connections;     /* 0: 4 */
    int64_t connect_timeout_ms; /* TCP + TLS; 0: 10 s */
    int64_t ping_idle_ms;       /* silence before a PING; 0: 30 s */
    int64_t ping_timeout_ms;    /* 0: 15 s */
    bool urgent;                /* its sockets are served at LOOP_URGENT: for leases */
} http_client_options_t;

http_client_t *http_client_create(loop_t *l, const http_client_options_t *o, err_t *err);
/* Cancels every stream (their callbacks get ERR_CANCELLED) and closes. */
void http_client_destroy(http_client_t *c);
/* New connections use these credentials; old ones are drained. */
void http_client_set_tls(http_client_t *c, tls_t *tls);

typedef struct http_request {
    str_t method, path; /* path with query, already escaped */
    const http_header_t *headers;
    size_t nheaders;
    str_t body;         /* borrowed until the response or close */
    int64_t timeout_ms; /* whole exchange, or for streams until the headers; 0: 30 s */
} http_request_t;

typedef struct http_response {
    int status;
    http_header_t *headers; /* in the arena given */
    size_t nheaders;
    str_t body;
} http_response_t;

/* One exchange, for a fiber: parks until the response is whole. max_body bounds it (ERR_LIMIT); a failed transport is
 * ERR_IO, ERR_TIMEOUT or ERR_CANCELLED. A request that the server certainly did not process (GOAWAY, REFUSED_STREAM) is
 * sent once more by itself. Any status is success here. gzip bodies are decoded when the request asked for them. */
bool http_do(http_client_t *c, const http_request_t *r, arena_t *a, size_t max_body, http_response_t *out, err_t *err);

/* A streamed response, by callbacks on the loop (no fiber): for watches and logs. */
typedef struct http_stream http_stream_t;
typedef struct http_stream_events {
    void (*headers)(void *arg, int status, const http_header_t *headers, size_t n); /* headers die after the call */
    void (*data)(void *arg, const char *p, size_t n); /* borrowed; call http_stream_consumed as it is worked off */
    /* Last call: err->code is ERR_NONE at a clean end. The stream handle is gone after it. */
    void (*closed)(void *arg, const err_t *err);
} http_stream_events_t;
/* NULL with *err only for what fails at once; everything later comes by `closed`, never from inside this call. */
http_stream_t *http_stream_open(http_client_t *c, const http_request_t *r, const http_stream_events_t *ev, void *arg,
                                err_t *err);
/* Gives n bytes of window back to the server: a slow consumer holds back its own stream only. */
void http_stream_consumed(http_stream_t *s, size_t n);
/* Closes without a further callback. */
void http_stream_cancel(http_stream_t *s);

typedef struct http_client_stats {
    uint64_t connects, requests, bytes_in, bytes_out, pings, goaways, resets;
    size_t connections, streams;
} http_client_stats_t;
http_client_stats_t http_client_stats(const http_client_t *c);

#endif
