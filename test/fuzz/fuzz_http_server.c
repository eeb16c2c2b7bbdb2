/* The server over a socket pair: bytes as they are (HTTP/1.1), or as frames after HTTP/2's preface when the first byte
 * is odd. Whatever comes, the connection ends and nothing is left of it. */
#include "reactor/http_serving.h"

#include <fcntl.h>
#include <stdlib.h>
#include <sys/socket.h>
#include <unistd.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static loop_t *loop;
static http_server_t *server;
static loop_task_t round_task;
static int rounds;

/* Requests that are answered after their client has gone, unless the server noticed before. */
typedef struct late {
    link_t link;
    http_exchange_t *x;
} late_t;
static link_t late_ones;

static void on_close(void *arg) {
    list_remove(&((late_t *)arg)->link);
}

static void answer_late(void) {
    while (!list_empty(&late_ones)) {
        late_t *l = LIST_OWNER(late_ones.next, late_t, link);
        list_remove(&l->link);
        http_reply(l->x, 200, NULL, 0, STR("late"));
    }
}

static void put_off(http_exchange_t *x) {
    late_t *l = arena_new(http_arena(x), late_t);
    l->x = x;
    list_append(&late_ones, &l->link);
    http_on_close(x, on_close, l);
}

static void handler(http_exchange_t *x, void *arg) {
    (void)arg;
    http_header_t h = {STR("x-query"), http_query(x)};
    switch (http_path(x).n % 5) {
    case 0:
        http_reply_start(x, 200, &h, 1);
        http_reply_write(x, http_body(x));
        http_reply_write(x, http_request_header(x, STR("host")));
        http_reply_end(x);
        break;
    case 1:
        http_reply_start(x, 200, &h, 1);
        http_reply_reset(x);
        break;
    case 2:
        put_off(x);
        break;
    default:
        http_reply(x, 200, &h, 1, http_body(x));
    }
}

static void on_round(void *arg) {
    (void)arg;
    if (--rounds > 0)
        loop_post(loop, &round_task);
    else
        loop_stop(loop);
}

static void run_rounds(int n) {
    rounds = n;
    loop_post(loop, &round_task);
    loop_run(loop);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
    if (!loop) {
        loop = loop_create(NULL);
        http_server_options_t o = {.address = STR("127.0.0.1:0"), .max_body = 4096, .max_header_bytes = 2048};
        server = http_server_create(loop, &o, handler, NULL, NULL);
        if (!server)
            abort();
        loop_task_init(&round_task, on_round, NULL);
        list_init(&late_ones);
    }
    int fd[2];
    if (size < 1 || socketpair(AF_UNIX, SOCK_STREAM | SOCK_NONBLOCK, 0, fd))
        return 0;
    server_accept(server, fd[0]);
    static const char preface[] = "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n\0\0\0\4\0\0\0\0\0";
    bool ok = !(data[0] & 1) || write(fd[1], preface, sizeof preface - 1) > 0;
    ok = ok && write(fd[1], data + 1, size - 1) >= 0;
    run_rounds(6);
    close(fd[1]);
    run_rounds(3);
    answer_late();
    for (int i = 0; server->nconns && i < 20; i++)
        run_rounds(3);
    if (!ok || server->nconns || server->held)
        abort();
    return 0;
}
