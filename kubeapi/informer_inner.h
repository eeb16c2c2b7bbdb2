/* The informers' inside, for informer*.c. */
#ifndef KUBEAPI_INFORMER_INNER_H
#define KUBEAPI_INFORMER_INNER_H

#include "kubeapi/gate.h"
#include "kubeapi/informer.h"

struct informers {
    api_t *api;
    link_t all;
    gate_t gate;    /* opens whenever an informer has synced, or is no longer suspect */
    uint64_t epoch; /* how often an informer has found another server */
    loop_timer_t *timer;
};

struct informer {
    informers_t *set;
    link_t link;
    unsigned users;
    bool dead; /* stopped: freed by `free_task`, since it may have been from one of its own callbacks */
    loop_task_t free_task;
    arena_t *mem;
    informer_spec_t spec; /* strings in mem */
    store_t *store;
    link_t handlers;
    bool synced;
    /* the list or watch in progress */
    api_stream_t *stream;
    bool listing;   /* in progress: a list (or the check), else a watch */
    bool checking;  /* in progress: the check before a watch resumes elsewhere */
    bool must_list; /* what comes next */
    bool must_check;
    int64_t suspect_at; /* since when it isn't known whether the store is still about this server; 0: it is */
    bool known;         /* what the check has shown: the first object is one that we know */
    uint64_t connects;  /* of the watches' client when the list or watch began */
    scan_list_t list;
    scan_lines_t lines;
    char *version, *cont;
    int64_t opened_at;
    unsigned failures;
    err_t refused; /* why the server won't list it; ERR_NONE: it hasn't refused since the last success */
    loop_timer_t *timer;
    informer_stats_t stats;
};

/* informer_watch.c: list and watch. */
void informer_run(informer_t *i);  /* opens what comes next */
void informer_quit(informer_t *i); /* closes what is open */
/* informer.c */
void informer_ready(informer_t *i);   /* the first list is complete */
void informer_suspect(informer_t *i); /* the connection was lost, or another is used */
void informer_trust(informer_t *i);   /* the server is the same, or was listed anew */

#endif
