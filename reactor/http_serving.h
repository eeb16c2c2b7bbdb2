/* The inside of the HTTP server: what its files share.
 *
 * http_server.c has the listener, the connections and their deadlines; http_exchange.c the request and the reply as
 * handlers see them; h1_server.c and h2_server.c the two protocols. Handlers run from the loop, never inside a
 * protocol's callback; but a handler's on_close may run there and destroy anything, so that a connection is freed only
 * when nothing of it is running (`busy`). */
#ifndef REACTOR_HTTP_SERVING_H
#define REACTOR_HTTP_SERVING_H

#include "reactor/base/buf.h"
#include "reactor/conn.h"
#include "reactor/http_server.h"

typedef struct server_conn server_conn_t;

typedef struct protocol {
    bool (*begin)(server_conn_t *sc); /* false: out of memory */
    void (*input)(server_conn_t *sc, const char *p, size_t n);
    void (*fill)(server_conn_t *sc, buf_t *out);
    void (*start)(http_exchange_t *x, const http_header_t *headers, size_t n); /* the reply's head */
    void (*more)(http_exchange_t *x); /* there is more in x->out, or the reply has ended */
    void (*reset)(http_exchange_t *x);
    void (*drain)(server_conn_t *sc);
    bool (*half_closed)(server_conn_t *sc); /* true: goes on with what is to be sent; NULL: false */
    /* Looks at deadlines. False: close the connection. */
    bool (*tick)(server_conn_t *sc, int64_t now);
    void (*release)(server_conn_t *sc);
} protocol_t;
extern const protocol_t HTTP1_SERVER, HTTP2_SERVER;

struct http_server {
    loop_t *loop;
    int fd;
    loop_io_t *io;
    uint16_t port;
    tls_t *tls;
    http_handler_fn fn;
    void *arg;
    size_t max_body, max_header_bytes, max_connections;
    uint32_t max_streams;
    int64_t handshake_ms, headers_ms, body_ms, idle_ms;
    link_t conns;
    size_t nconns;
    size_t held, max_held; /* bytes of requests in memory, over all connections */
    loop_timer_t *tick;
    int64_t tick_ms;
    bool full; /* not accepting, at the limit or out of descriptors */
    bool draining;
    loop_fn drained;
    void *drained_arg;
    loop_task_t drained_task;
};

struct server_conn {
    link_t link;
    http_server_t *server; /* NULL: closed, waiting for `busy` to end */
    conn_t *conn;
    const protocol_t *proto; /* NULL until the handshake is done */
    void *state;             /* the protocol's own */
    buf_t peer;              /* tls_peer_names */
    link_t exchanges;
    size_t nexchanges;
    int64_t began, last_in, finish_at; /* finish_at: closes then, whatever the other side does; 0: not finishing */
    int busy;
    bool draining;
};

struct http_exchange {
    link_t link;
    server_conn_t *sc;
    arena_t *arena;
    loop_task_t run;
    str_t method, path, query;
    http_header_t *headers;
    size_t nheaders, header_room, header_bytes;
    buf_t body;
    size_t held;             /* what it counts for in the server's */
    int64_t began, progress; /* progress: when the reply last moved */
    int32_t id;              /* of the HTTP/2 stream */
    int status;
    bool whole;    /* the request is there and the handler was or will be called */
    bool started;  /* the reply's head was given */
    bool ended;    /* the reply is complete: the handler no longer has x */
    bool bodyless; /* HEAD, 204, 304: what is written is dropped */
    bool too_large;
    bool end_sent;            /* HTTP/2: the reply's last frame went out */
    bool undrained, deferred; /* written since the last drain; HTTP/2 waits for more to be written */
    buf_t out;
    size_t sent; /* of out */
    loop_fn on_close, on_drain;
    void *on_close_arg, *on_drain_arg;
    loop_task_t drain;
};

/* ---- http_server.c ---- */
/* A connection on a non-blocking socket, which is the server's from now on. */
void server_accept(http_server_t *s, int fd);
/* Closes at once: exchanges that are not complete get their on_close. */
void server_conn_close(server_conn_t *sc);
void server_conn_enter(server_conn_t *sc);
void server_conn_leave(server_conn_t *sc);
/* Sends what there is, tells the end and closes soon. */
void server_conn_finish(server_conn_t *sc);

/* ---- http_exchange.c ---- */
http_exchange_t *exchange_create(server_conn_t *sc);
void exchange_add_header(http_exchange_t *x, str_t name, str_t value); /* copied */
/* Counts n more bytes of the request. False when the server holds too many. */
bool exchange_hold(http_exchange_t *x, size_t n);
/* Keeps a piece of the request's body. 0, or the status to refuse it with. */
int exchange_add_body(http_exchange_t *x, str_t piece);
void exchange_whole(http_exchange_t *x); /* the handler is called soon */
/* The server's own answer to what it can't take. */
void exchange_refuse(http_exchange_t *x, int status, const char *why);
/* It is over; on_close is called if the reply was not complete. */
void exchange_free(http_exchange_t *x);
void exchange_drained(http_exchange_t *x); /* calls on_drain soon */

#endif
