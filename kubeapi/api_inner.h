/* The API client's inside, for the api*.c files. */
#ifndef KUBEAPI_API_INNER_H
#define KUBEAPI_API_INNER_H

#include "kubeapi/api.h"
#include "reactor/queue.h"

/* Who we are (api_auth.c). What comes from a file or a plugin changes; the rest is fixed. */
typedef struct auth {
    str_t fixed;       /* authorization header, or empty */
    char *file;        /* token file; NULL: none */
    char *token;       /* what was read or given last, as a header value; heap */
    int64_t read_at;   /* loop_clock; 0: never */
    struct exec *exec; /* NULL: none */
} auth_t;

struct api {
    loop_t *loop;
    arena_t *mem; /* the configuration's strings */
    str_t host, prefix, user_agent, authority;
    tls_t *tls;
    str_t ca, cert, key, server_name, server;
    bool insecure;
    http_client_t *requests, *watches, *leases;
    auth_t auth;
    bucket_t bucket, background;
    bool limited;
    int64_t timeout_ms;
    api_reload_fn reload;
    void *reload_arg;
    loop_fn reload_release;
    int64_t reloaded_at;
    bool (*may_write)(void *arg);
    void *may_write_arg;
    api_barrier_fn barrier;
    void *barrier_arg;
    api_observer_fn observer;
    void *observer_arg;
    api_count_t *counts;
    size_t ncounts, counts_cap;
    uint64_t nrequests, throttled, retries;
    int64_t throttled_ms;
};

bool auth_init(api_t *api, const api_config_t *c, err_t *err);
void auth_release(api_t *api);
/* Nothing need be waited for before a request. */
bool auth_ready(const api_t *api);
/* For a fiber: waits for the plugin. */
bool auth_wait(api_t *api, err_t *err);
/* The authorization header's value, in the arena; empty: none. Reads a token file when it is due. */
bool auth_header(api_t *api, arena_t *a, str_t *value, err_t *err);
/* A 401 came: true when other credentials may be had by auth_wait and auth_header. */
bool auth_renew(api_t *api);

/* The token, or name and password, of a configuration; true when they are others than before. */
bool auth_configure(api_t *api, const api_config_t *c);
/* Asks where the configuration came from: true when it has other credentials, which are in use from now on. */
bool api_reload(api_t *api);

/* New TLS credentials (a plugin's certificate) for all three clients. */
bool api_set_certificate(api_t *api, str_t cert, str_t key, err_t *err);
void api_count(api_t *api, api_verb_t verb, str_t resource, int code);

/* From an answer that is a refusal to *err, and to *status where it is wanted (in the arena). */
bool api_refuse(arena_t *a, str_t method, str_t path, const http_response_t *r, api_status_t *status, err_t *err);

/* The headers of a request; returns their number, at most API_MAX_HEADERS. */
enum { API_MAX_HEADERS = 4 };
size_t api_headers(const api_t *api, str_t accept, str_t authorization, str_t content_type, http_header_t *to);

#endif
