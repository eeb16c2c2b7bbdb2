/* The inside of the HTTP/2 client: what its files share.
 *
 * A stream waits in the client's `waiting` list until a connection has room, then lives in that connection's list. A
 * stream that has failed without a connection's doing waits in `doomed` for its last callback, which comes from the
 * loop. User callbacks run inside nghttp2's; whatever they destroy stays allocated until the call that is under way
 * returns (the `busy` counts). */
#ifndef REACTOR_H2_CLIENT_H
#define REACTOR_H2_CLIENT_H

#include "reactor/base/buf.h"
#include "reactor/http_client.h"

#include <nghttp2/nghttp2.h>

typedef struct h2_conn h2_conn_t;

struct http_client {
    loop_t *loop;
    char *host, *peer; /* peer: "host:port", for :authority and for error texts */
    uint16_t port;
    tls_t *tls;
    size_t max_connections;
    int64_t connect_timeout, ping_idle, ping_timeout;
    bool urgent;
    link_t conns, waiting, doomed;
    size_t nconns;
    unsigned failures; /* connections in a row that served nothing */
    int64_t connect_at;
    loop_timer_t *reconnect;
    loop_task_t bury;
    http_client_stats_t stats;
    int busy;
    bool destroyed;
};

struct http_stream {
    link_t link;
    http_client_t *client;
    h2_conn_t *conn; /* NULL while waiting */
    int32_t id;
    http_stream_events_t ev;
    void *arg;
    bool consume; /* gives the window back by itself: http_do */
    bool retried, ended;
    nghttp2_nv *nv;
    size_t nnv;
    str_t body;
    size_t body_sent;
    loop_timer_t *timer; /* until the headers */
    int64_t timeout;
    int status;
    bool has_headers;
    buf_t header_text, header_list; /* http_header_t's whose pointers are offsets until delivered */
    err_t err;                      /* why we broke it off */
};

/* ---- http_client.c ---- */
/* Sends what waits, on connections with room, and opens connections as needed. */
void client_pump(http_client_t *c);
void client_release(http_client_t *c);
/* A connection is over; it had served nothing when `useless`. What waits gets err when no other connection is there. */
void client_lost(http_client_t *c, bool useless, const err_t *err);
http_stream_t *client_open(http_client_t *c, const http_request_t *r, const http_stream_events_t *ev, void *arg,
                           bool consume, err_t *err);
/* The last callback, then frees. */
void stream_end(http_stream_t *s, const err_t *err);
/* Ends it soon, from the loop; s is in no connection. */
void stream_doom(http_stream_t *s, const err_t *err);
bool stream_add_header(http_stream_t *s, str_t name, str_t value);
void stream_deliver_headers(http_stream_t *s);

/* ---- h2_client.c ---- */
/* Dials. NULL when out of memory. */
h2_conn_t *h2_open(http_client_t *c);
/* Its streams, if it has any, wait again. */
void h2_close(h2_conn_t *h);
/* Takes no more streams and closes after the last; possibly at once. */
void h2_drain(h2_conn_t *h);
bool h2_usable(const h2_conn_t *h); /* connected or about to be, and not draining */
bool h2_is_connecting(const h2_conn_t *h);
bool h2_has_room(const h2_conn_t *h);
/* False when the connection can't take it. */
bool h2_submit(h2_conn_t *h, http_stream_t *s);
/* The stream is forgotten here and reset there. */
void h2_forget(http_stream_t *s);
void h2_consumed(http_stream_t *s, size_t n);
h2_conn_t *h2_from_link(link_t *l);
size_t h2_streams(const h2_conn_t *h);
uint64_t h2_bytes(const h2_conn_t *h, bool in);

#endif
