/* The embedded API server: what kube-apiserver 1.32 answers, from memory, for tests, demos and single machines. This
 * header is the whole of it without a transport: a request goes in, a reply or a watch comes out; http.h puts HTTP
 * around it. Time is told from outside (apiserver_tick), so that tests need not wait. One thread, nothing blocks. */
#ifndef CONTRIB_APISERVER_SERVER_H
#define CONTRIB_APISERVER_SERVER_H

#include "config/json/jv.h"

typedef struct apiserver apiserver_t;
typedef struct apiserver_watch apiserver_watch_t;

typedef struct apiserver_options {
    str_t token;   /* the bearer token of the user admin of group system:masters */
    bool kubelet;  /* report workloads ready */
    size_t window; /* watch events kept for resumption; 0: 10,000 */
} apiserver_options_t;

/* NULL with *err when out of memory. */
apiserver_t *apiserver_create(const apiserver_options_t *o, err_t *err);
/* Ends every watch (their `closed` is called). */
void apiserver_destroy(apiserver_t *s);

/* Strings are borrowed during the call. */
typedef struct apiserver_request {
    str_t method, path, query; /* as sent: escaped */
    str_t accept, content_type, authorization, user_agent;
    str_t body;
    str_t peer_name;                 /* CN of a verified client certificate, or empty */
    const str_t *peer_organizations; /* its O's */
    size_t npeer_organizations;
} apiserver_request_t;

typedef struct apiserver_reply {
    int status;
    const char *content_type;
    str_t body;            /* arena memory */
    const str_t *warnings; /* values of Warning headers */
    size_t nwarnings;
    apiserver_watch_t *watch; /* instead of a body: attach to it, or close it */
} apiserver_reply_t;

/* Answers; the reply lives in the arena. Never fails: what is wrong becomes a Status. */
void apiserver_handle(apiserver_t *s, const apiserver_request_t *r, arena_t *a, apiserver_reply_t *out);

/* A watch delivers whole lines through `line`, first what has happened already. `closed` is the last call: the server
 * ended the watch (time-out, resource gone, server destroyed). */
typedef struct apiserver_watch_events {
    void (*line)(void *arg, str_t line);
    void (*closed)(void *arg);
} apiserver_watch_events_t;
void apiserver_watch_attach(apiserver_watch_t *w, const apiserver_watch_events_t *ev, void *arg);
/* The client went away: no further call. */
void apiserver_watch_close(apiserver_watch_t *w);

/* Tells the time, so that what a request schedules is due in good time. */
void apiserver_clock(apiserver_t *s, int64_t now_ms);
/* Does what is due at now_ms (any clock that only goes forward): garbage collection, namespaces, the kubelet,
 * bookmarks, time-outs. Returns when it wants to be called next, on the same clock; -1: nothing waits. */
int64_t apiserver_tick(apiserver_t *s, int64_t now_ms);
/* Called when something became due earlier than what apiserver_tick said. */
void apiserver_on_due(apiserver_t *s, void (*fn)(void *arg), void *arg);

/* Creates an object as a client would, from a manifest (for --crds). */
bool apiserver_apply(apiserver_t *s, const jv_t *object, err_t *err);

#endif
