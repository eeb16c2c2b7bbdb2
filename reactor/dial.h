/* From a name and a port to a connected socket. For reactor/ only. */
#ifndef REACTOR_DIAL_H
#define REACTOR_DIAL_H

#include "reactor/loop.h"

typedef struct dial dial_t;
/* fd is the caller's, non-blocking, without Nagle's delay; or -1 with err: "connect to 127.0.0.1:6443: Connection
 * refused". The dial is over and gone. */
typedef void (*dial_fn)(void *arg, int fd, const err_t *err);

/* Tries the host's addresses one after another, all within `ms`, each within its share. Everything, failure too, comes
 * by fn, never from inside this call; NULL only when out of memory. */
dial_t *dial_start(loop_t *l, const char *host, uint16_t port, int64_t ms, dial_fn fn, void *arg);
/* Gives up without a call. NULL is fine. */
void dial_cancel(dial_t *d);

#endif
