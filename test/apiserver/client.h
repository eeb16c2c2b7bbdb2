/* A client without a transport: requests go straight into apiserver_handle. */
#ifndef TEST_APISERVER_CLIENT_H
#define TEST_APISERVER_CLIENT_H

#include "contrib/apiserver/server.h"
#include "test/suite.h"

typedef struct client {
    apiserver_t *server;
    arena_t *arena;
    int64_t now;
    apiserver_reply_t reply;
} client_t;

static inline client_t client_open(bool kubelet, size_t window) {
    apiserver_options_t o = {.token = STR("secret"), .kubelet = kubelet, .window = window};
    client_t c = {.arena = arena_create(), .now = 1000};
    c.server = apiserver_create(&o, NULL);
    ck_assert_ptr_nonnull(c.server);
    apiserver_tick(c.server, c.now);
    return c;
}

static inline void client_close(client_t *c) {
    apiserver_destroy(c->server);
    arena_destroy(c->arena);
}

/* Lets time pass, in steps, so that what one task causes is done too. */
static inline void client_wait(client_t *c, int64_t ms) {
    for (int64_t end = c->now + ms; c->now < end;) {
        c->now += 10;
        apiserver_tick(c->server, c->now);
    }
}

/* The answer as a value (NULL where it isn't JSON, or is a watch); its code in c->reply.status. */
static inline jv_t *client_send_as(client_t *c, const char *method, const char *path, const char *body,
                                   const char *type, const char *accept) {
    str_t before, query;
    if (!str_cut(str_c(path), '?', &before, &query))
        query = STR_NONE;
    apiserver_request_t r = {.method = str_c(method),
                             .path = before,
                             .query = query,
                             .body = str_c(body),
                             .content_type = str_c(type),
                             .accept = str_c(accept),
                             .authorization = STR("Bearer secret"),
                             .user_agent = STR("tester/1")};
    apiserver_clock(c->server, c->now);
    apiserver_handle(c->server, &r, c->arena, &c->reply);
    return c->reply.watch ? NULL : jv_parse(c->arena, str_trim(c->reply.body), NULL);
}

static inline jv_t *client_send(client_t *c, const char *method, const char *path, const char *body) {
    const char *type = !body ? "" : strcmp(method, "PATCH") == 0 ? "application/merge-patch+json" : "application/json";
    return client_send_as(c, method, path, body ? body : "", type, "application/json");
}

static inline jv_t *client_apply(client_t *c, const char *path, const char *body) {
    return client_send_as(c, "PATCH", path, body, "application/apply-patch+yaml", "application/json");
}

#define EXPECT(c, code)                                                                                                \
    ck_assert_msg((c).reply.status == (code), "want %d, got %d: %.*s", code, (c).reply.status, (int)(c).reply.body.n,  \
                  (c).reply.body.p)
#define EXPECT_STR(v, want)                                                                                            \
    do {                                                                                                               \
        str_t have_ = (v);                                                                                             \
        ck_assert_msg(str_eqc(have_, want), "want %s, got %.*s", want, (int)have_.n, have_.p ? have_.p : "");          \
    } while (0)
#define EXPECT_INT(v, want)                                                                                            \
    do {                                                                                                               \
        int64_t have_ = -1;                                                                                            \
        ck_assert(jv_as_int(v, &have_));                                                                               \
        ck_assert_int_eq(have_, want);                                                                                 \
    } while (0)

/* A watch's lines, one after another. */
typedef struct lines {
    buf_t text;
    bool closed;
} lines_t;

static inline void lines_add(void *arg, str_t line) {
    buf_add(&((lines_t *)arg)->text, line);
}

static inline void lines_close(void *arg) {
    ((lines_t *)arg)->closed = true;
}

static inline apiserver_watch_t *client_watch(client_t *c, const char *path, lines_t *l) {
    static const apiserver_watch_events_t events = {lines_add, lines_close};
    client_send(c, "GET", path, NULL);
    ck_assert_msg(c->reply.watch != NULL, "no watch: %.*s", (int)c->reply.body.n, c->reply.body.p);
    apiserver_watch_t *w = c->reply.watch;
    *l = (lines_t){{0}, false};
    buf_init(&l->text);
    apiserver_watch_attach(w, &events, l);
    return w;
}

/* Event i: its type in *type, its object. */
static inline jv_t *lines_event(client_t *c, const lines_t *l, size_t i, str_t *type) {
    str_t rest = buf_str(&l->text), line;
    for (;; i--) {
        ck_assert_msg(rest.n > 0, "no such event");
        str_cut(rest, '\n', &line, &rest);
        if (i == 0)
            break;
    }
    jv_t *v = jv_parse(c->arena, arena_str(c->arena, line), NULL);
    *type = jv_path_str(v, "type", NULL);
    return jv_getc(v, "object");
}

static inline size_t lines_count(const lines_t *l) {
    size_t n = 0;
    for (size_t i = 0; i < l->text.n; i++)
        n += l->text.p[i] == '\n';
    return n;
}

#endif
