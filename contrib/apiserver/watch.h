/* Watches: who waits for events of a resource, and what each gets to see. */
#ifndef CONTRIB_APISERVER_WATCH_H
#define CONTRIB_APISERVER_WATCH_H

#include "contrib/apiserver/call.h"
#include "contrib/apiserver/storage.h"

/* Answers a list request that asks to watch. */
void watch_start(call_t *c);
/* An event happened: told to every watch that it concerns. */
void watch_notify(apiserver_t *s, const event_t *e);
/* Bookmarks and time-outs that are due. */
void watch_tick(apiserver_t *s);
/* Ends the watches of a resource that is no longer served (NULL: all). */
void watch_end(apiserver_t *s, const resource_t *r);

#endif
