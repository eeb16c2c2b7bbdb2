/* The client of one API server: requests without types, for fibers, and streams for informers.
 *
 * What it is given is an api_config_t (from a kubeconfig or the pod's own service account). It keeps three HTTP clients
 * (requests, watches, leases), so that a lease never waits behind a watch; authenticates each request; holds to the QPS
 * and burst limits (leases exempt); waits and repeats where the server says 429 or Retry-After; and counts every
 * request by verb, resource and code.
 *
 * Every call that takes an arena parks the fiber, and gives its answer in that arena. A refusal by the server is an
 * err_t whose code says what kind (ERR_NOTFOUND, ERR_EXISTS, ERR_CONFLICT, ERR_GONE, ERR_DENIED, ERR_INVALID for 400
 * and 422, ERR_THROTTLED, ERR_SERVER, ERR_REFUSED) and whose text is the server's own message, as Go's client has it;
 * who needs the code or reason passes api_options_t.status. */
#ifndef KUBEAPI_API_H
#define KUBEAPI_API_H

#include "config/json/jv.h"
#include "reactor/http_client.h"
#include "reactor/loop.h"

typedef struct api api_t;

/* A resource of the API: what mapping.h finds, or a constant of the caller's. All strings outlive their users. */
typedef struct api_resource {
    str_t group, version; /* group empty: core */
    str_t plural, kind;
    bool namespaced;
    bool status, scale; /* has these subresources (when it came from discovery) */
} api_resource_t;

/* "apps/v1", or "v1" for the core group. */
str_t api_version_of(arena_t *a, const api_resource_t *r);
/* Cuts an apiVersion. "v1" has an empty group. */
void api_version_cut(str_t api_version, str_t *group, str_t *version);

typedef struct api_exec { /* a credential plugin: client.authentication.k8s.io */
    str_t command;        /* empty: none */
    const str_t *args;
    size_t nargs;
    const str_t *env; /* NAME=VALUE, added to ours */
    size_t nenv;
    str_t api_version;  /* client.authentication.k8s.io/v1 or v1beta1 */
    str_t install_hint; /* shown when the command isn't found */
    bool provide_cluster_info;
} api_exec_t;

typedef struct api_config { /* everything is copied by api_create */
    str_t server;           /* https://HOST[:PORT][/PREFIX] */
    str_t server_name;      /* tls-server-name */
    str_t ca, cert, key;    /* PEM */
    bool insecure;
    str_t token, token_file; /* the file wins; re-read at most once a minute, and at once after a 401 */
    str_t username, password;
    api_exec_t exec;
    str_t user_agent;
    double qps, burst;  /* 0: 20 and 30; negative qps: no limit */
    int64_t timeout_ms; /* of one request; 0: 30 s */
} api_config_t;

/* NULL with *err for what is wrong with the configuration itself; nothing is connected yet. */
api_t *api_create(loop_t *l, const api_config_t *c, err_t *err);
/* Every request in progress fails with ERR_CANCELLED; no fiber may still be inside a call afterwards. */
void api_destroy(api_t *api);
loop_t *api_loop(const api_t *api);

/* Where the configuration came from, asked again (at most once a second) when the server can't be reached or refuses
 * us: certificates and tokens that changed are taken over. `arg` is given to `release` by api_destroy. */
typedef bool (*api_reload_fn)(void *arg, arena_t *a, api_config_t *out, err_t *err);
void api_set_reload(api_t *api, api_reload_fn fn, void *arg, loop_fn release);

/* Asked before each send of a mutating request other than a lease's: false fails it with ERR_CANCELLED, so that a
 * process without the lease (or resumed after it ran out) writes nothing. */
void api_set_write_guard(api_t *api, bool (*may_write)(void *arg), void *arg);

/* Waited at, on the fiber, before each mutating request other than a lease's; false fails the request. The informers
 * use it: while it is not known whether the server that came back is the one that was lost, nothing is written. */
typedef bool (*api_barrier_fn)(void *arg, int64_t ms, err_t *err);
void api_set_barrier(api_t *api, api_barrier_fn fn, void *arg);

/* The answer to each of our own writes (not dry runs), before the fiber that made it goes on: for the informers, so
 * that nobody sees the cluster older than its own last write. `body` is the server's JSON; for a deletion that
 * happened at once it is a metav1.Status. */
typedef enum api_verb {
    API_GET,
    API_LIST,
    API_WATCH,
    API_CREATE,
    API_UPDATE,
    API_PATCH,
    API_DELETE,
    API_DELETE_COLLECTION
} api_verb_t;
const char *api_verb_name(api_verb_t v);
typedef void (*api_observer_fn)(void *arg, api_verb_t verb, const api_resource_t *r, str_t ns, str_t name, str_t body);
void api_set_observer(api_t *api, api_observer_fn fn, void *arg);

typedef struct api_status { /* metav1.Status of a refusal, in the call's arena; code 0: no answer came */
    int code;
    str_t reason, message;
    jv_t *details;         /* may be NULL */
    int64_t retry_after_s; /* 0: none */
} api_status_t;

typedef struct api_options { /* all zero is fine, and so is a NULL pointer to it */
    str_t subresource;       /* "status", "scale", … */
    str_t resource_version;  /* of GET, LIST and WATCH */
    str_t label_selector, field_selector;
    int64_t limit;   /* of LIST: items of a page */
    str_t cont;      /* of LIST: the page's continue token */
    bool dry_run;    /* dryRun=All */
    bool force;      /* apply: take over conflicting fields */
    bool metadata;   /* answers as PartialObjectMetadata(List) */
    bool lease;      /* on the leases' connection, without QPS limit or write guard */
    bool background; /* QPS and burst of its own, so that it slows nobody down: events */
    bool no_observe; /* the answer isn't shown to the observer */
    str_t field_manager;
    str_t field_validation;                       /* Ignore, Warn, Strict */
    str_t propagation;                            /* of DELETE: Background, Foreground, Orphan */
    str_t precondition_uid, precondition_version; /* of DELETE */
    bool has_grace;                               /* of DELETE */
    int64_t grace_seconds;                        /* of DELETE, when has_grace */
    int64_t timeout_ms;                           /* 0: the client's */
    size_t max_body;                              /* 0: 64 MiB */
    api_status_t *status;                         /* filled when the server refused */
} api_options_t;

/* ns is empty for cluster-scoped resources (and for a LIST over all namespaces). NULL with *err on failure. */
jv_t *api_get(api_t *api, const api_resource_t *r, str_t ns, str_t name, const api_options_t *o, arena_t *a,
              err_t *err);
/* One page: the whole List object. */
jv_t *api_list(api_t *api, const api_resource_t *r, str_t ns, const api_options_t *o, arena_t *a, err_t *err);
/* All pages, called back item by item, in an arena that is reset after each page; false from fn stops early (and is
 * success). kind and apiVersion are supplied where the server leaves them out. */
bool api_list_each(api_t *api, const api_resource_t *r, str_t ns, const api_options_t *o,
                   bool (*fn)(void *arg, jv_t *item), void *arg, err_t *err);
/* apiVersion and kind of the body are added when absent. */
jv_t *api_create_object(api_t *api, const api_resource_t *r, str_t ns, const jv_t *body, const api_options_t *o,
                        arena_t *a, err_t *err);
jv_t *api_update(api_t *api, const api_resource_t *r, str_t ns, str_t name, const jv_t *body, const api_options_t *o,
                 arena_t *a, err_t *err);
typedef enum api_patch_kind { API_PATCH_JSON, API_PATCH_MERGE, API_PATCH_STRATEGIC, API_PATCH_APPLY } api_patch_kind_t;
jv_t *api_patch(api_t *api, const api_resource_t *r, str_t ns, str_t name, api_patch_kind_t kind, const jv_t *body,
                const api_options_t *o, arena_t *a, err_t *err);
/* The object as it is being deleted, or the server's Status when it is gone at once. */
jv_t *api_delete(api_t *api, const api_resource_t *r, str_t ns, str_t name, const api_options_t *o, arena_t *a,
                 err_t *err);
jv_t *api_delete_collection(api_t *api, const api_resource_t *r, str_t ns, const api_options_t *o, arena_t *a,
                            err_t *err);

/* Anything else: a method and a path below the server ("/version", "/apis/…?…", escaped). The answer is the body as
 * it came (any status but 2xx is an error). content_type may be empty; accept empty: application/json. */
typedef struct api_call {
    str_t method, path, body, content_type, accept;
    str_t resource; /* for the count; may be empty */
    api_verb_t verb;
    const api_resource_t *target; /* for the observer; may be NULL */
    str_t ns, name;
} api_call_t;
bool api_request(api_t *api, const api_call_t *call, const api_options_t *o, arena_t *a, str_t *body, err_t *err);

/* The path of a request, with query: "/apis/apps/v1/namespaces/x/deployments/y/status?dryRun=All". */
str_t api_path(arena_t *a, api_verb_t verb, const api_resource_t *r, str_t ns, str_t name, const api_options_t *o);
/* Percent-encoding of one path segment or query value. */
void api_escape(buf_t *out, str_t s);

/* A streamed GET for informers (watch, or a list that is read as it comes), on the watches' client. Called from the
 * loop; authentication that must wait (a plugin, a token file) delays the stream, nothing else. Of a status other than
 * 200 `failed` gets the refusal; `data` borrows; `closed` is the last call, err->code ERR_NONE at a clean end. */
typedef struct api_stream api_stream_t;
typedef struct api_stream_events {
    void (*opened)(void *arg); /* status 200 came */
    void (*data)(void *arg, const char *p, size_t n);
    void (*closed)(void *arg, const api_status_t *refusal, const err_t *err); /* refusal NULL: none */
} api_stream_events_t;
/* The path is copied. NULL: out of memory. `verb` and `resource` are for the count. */
api_stream_t *api_stream_open(api_t *api, api_verb_t verb, str_t resource, str_t path, str_t accept,
                              const api_stream_events_t *ev, void *arg, err_t *err);
void api_stream_consumed(api_stream_t *s, size_t n);
void api_stream_cancel(api_stream_t *s); /* no further callback */

/* Counts of every request that was sent, in the order of first appearance. code 0: no answer. */
typedef struct api_count {
    api_verb_t verb;
    str_t resource;
    int code;
    uint64_t n;
} api_count_t;
bool api_count_next(const api_t *api, size_t *i, api_count_t *out);
typedef struct api_stats {
    uint64_t requests, throttled, retries;
    int64_t throttled_ms;
    http_client_stats_t request_http, watch_http, lease_http;
} api_stats_t;
api_stats_t api_stats(const api_t *api);
str_t api_host(const api_t *api); /* HOST:PORT, for metrics and messages */

#endif
