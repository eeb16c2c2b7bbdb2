/* One non-blocking byte stream, plain TCP or TLS, for what speaks HTTP over it. For reactor/ only.
 *
 * Bytes in come by `input`, out of one buffer that all connections share, at most 256 KiB or 1 ms at a time. Bytes out
 * are gathered in one buffer: whoever has something to send says conn_kick, and the loop asks for it with `fill` when
 * the socket takes it, so that all that was written in one round goes out together. A connection may be destroyed from
 * inside any of its callbacks. */
#ifndef REACTOR_CONN_H
#define REACTOR_CONN_H

#include "reactor/base/buf.h"
#include "reactor/loop.h"
#include "reactor/tls.h"

typedef struct conn conn_t;
struct ssl_st;

typedef struct conn_events {
    void (*open)(void *arg); /* the handshake is done; for plain text the first call */
    void (*input)(void *arg, const char *p, size_t n);
    /* The output buffer is empty: add to it what there is, some 128 KiB at most; it is called again as that is sent. */
    void (*fill)(void *arg, buf_t *out);
    /* Once, last. ERR_NONE: the other side ended in order. The owner destroys the connection, now or later. */
    void (*closed)(void *arg, const err_t *err);
    /* The other side says no more: true keeps the connection for what we still have to say. May be NULL. */
    bool (*half_closed)(void *arg);
} conn_events_t;

/* How much a fill should add at most. */
enum { CONN_FILL = 128 * 1024 };

typedef struct conn_options {
    loop_priority_t priority;
    tls_t *tls;       /* NULL: plain text; a reference is not needed after the call */
    str_t host;       /* a client's: whom to verify */
    const char *peer; /* for error texts, "10.0.0.1:6443"; copied */
} conn_options_t;

/* Over a connected socket, which the connection owns from now on (also when it fails). */
conn_t *conn_create(loop_t *l, int fd, const conn_options_t *o, const conn_events_t *ev, void *arg, err_t *err);
/* No further callback. NULL is fine. */
void conn_destroy(conn_t *c);
/* Something is to be sent: fill is called soon, never from inside. */
void conn_kick(conn_t *c);
/* After what fill gives has been sent: the end is told to the other side, and input is thrown away until it ends too
 * (`closed` with ERR_NONE). */
void conn_finish(conn_t *c);
/* Reads no further until told otherwise. */
void conn_pause(conn_t *c, bool paused);
struct ssl_st *conn_ssl(const conn_t *c); /* NULL: plain text */
bool conn_is_open(const conn_t *c);
/* Bytes in the output buffer that the socket has not taken, and when (loop_now) it last took some or it became empty.
 */
size_t conn_pending(const conn_t *c);
int64_t conn_progress(const conn_t *c);
uint64_t conn_bytes_in(const conn_t *c);
uint64_t conn_bytes_out(const conn_t *c);

#endif
