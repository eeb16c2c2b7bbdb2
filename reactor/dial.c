#include "reactor/dial.h"

#include "reactor/base/buf.h"
#include "reactor/base/mem.h"
#include "reactor/dns.h"

#include <errno.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <stdio.h>
#include <unistd.h>

enum { MAX_ADDRESSES = 8 };

struct dial {
    loop_t *loop;
    dial_fn fn;
    void *arg;
    char *peer; /* "host:port" */
    dns_lookup_t *lookup;
    dns_address_t address[MAX_ADDRESSES];
    size_t n, at;
    int64_t deadline, ms;
    int fd;
    loop_io_t *io;
    loop_timer_t *timer;
    loop_task_t next;
    err_t err; /* of the last address tried */
};

void dial_cancel(dial_t *d) {
    if (!d)
        return;
    loop_task_cancel(&d->next);
    dns_cancel(d->lookup);
    loop_timer_destroy(d->timer);
    loop_io_destroy(d->io);
    if (d->fd >= 0)
        close(d->fd);
    error_release(&d->err);
    mem_free(d->peer);
    mem_free(d);
}

static void end(dial_t *d, int fd) {
    dial_fn fn = d->fn;
    void *arg = d->arg;
    err_t err = ERROR_INIT;
    if (fd < 0)
        error_move(&err, &d->err);
    dial_cancel(d);
    fn(arg, fd, &err);
    error_release(&err);
}

static void close_socket(dial_t *d) {
    loop_io_destroy(d->io);
    d->io = NULL;
    if (d->fd >= 0)
        close(d->fd);
    d->fd = -1;
}

static void connected(dial_t *d) {
    int fd = d->fd, on = 1;
    setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
    loop_io_destroy(d->io);
    d->io = NULL;
    d->fd = -1;
    end(d, fd);
}

static void failed(dial_t *d, int error) {
    errno = error;
    error_errno(&d->err, "connect to %s", d->peer);
    close_socket(d);
    loop_post(d->loop, &d->next);
}

static void on_socket(int fd, int events, void *arg) {
    (void)events;
    dial_t *d = arg;
    int error = 0;
    socklen_t n = sizeof error;
    if (getsockopt(fd, SOL_SOCKET, SO_ERROR, &error, &n) < 0)
        error = errno;
    if (error)
        failed(d, error);
    else
        connected(d);
}

static void try_address(dial_t *d, const dns_address_t *a) {
    d->fd = socket(a->addr.ss_family, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
    if (d->fd < 0) {
        failed(d, errno);
        return;
    }
    if (connect(d->fd, (const struct sockaddr *)&a->addr, a->len) < 0 && errno != EINPROGRESS) {
        failed(d, errno);
        return;
    }
    d->io = loop_io_create(d->loop, d->fd, LOOP_IO, on_socket, d);
    if (!d->io) {
        failed(d, ENOMEM);
        return;
    }
    loop_io_want(d->io, LOOP_WRITE);
    int64_t left = d->deadline - loop_clock();
    loop_timer_start(d->timer, left / (int64_t)(d->n - d->at + 1), false);
}

static void on_next(void *arg) {
    dial_t *d = arg;
    if (d->at < d->n && loop_clock() < d->deadline)
        try_address(d, &d->address[d->at++]);
    else
        end(d, -1);
}

static void on_timeout(void *arg) {
    dial_t *d = arg;
    error_set(&d->err, ERR_TIMEOUT, "connect to %s: timed out after %lld ms", d->peer, (long long)d->ms);
    close_socket(d);
    on_next(d);
}

static void on_addresses(void *arg, const dns_address_t *addresses, size_t n, const err_t *err) {
    dial_t *d = arg;
    d->lookup = NULL;
    d->n = n < MAX_ADDRESSES ? n : MAX_ADDRESSES;
    if (d->n)
        memcpy(d->address, addresses, d->n * sizeof *addresses);
    else
        error_set(&d->err, err->code, "connect to %s: %s", d->peer, error_text(err));
    on_next(d);
}

dial_t *dial_start(loop_t *l, const char *host, uint16_t port, int64_t ms, dial_fn fn, void *arg) {
    dial_t *d = mem_alloc(sizeof *d);
    if (!d)
        return NULL;
    *d = (dial_t){.loop = l, .fn = fn, .arg = arg, .fd = -1, .deadline = loop_clock() + ms, .ms = ms};
    loop_task_init(&d->next, on_next, d);
    d->timer = loop_timer_create(l, LOOP_IO, on_timeout, d);
    buf_t peer = {0};
    buf_printf(&peer, strchr(host, ':') ? "[%s]:%u" : "%s:%u", host, port);
    d->peer = buf_take(&peer);
    if (!d->timer || !d->peer) {
        dial_cancel(d);
        return NULL;
    }
    d->lookup = dns_lookup(l, str_c(host), port, ms, on_addresses, d, &d->err);
    if (!d->lookup) {
        error_wrap(&d->err, "connect to %s", d->peer);
        loop_post(l, &d->next);
    }
    return d;
}
