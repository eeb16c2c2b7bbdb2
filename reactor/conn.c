#include "reactor/conn.h"

#include "reactor/base/mem.h"
#include "reactor/tls_ssl.h"

#include <errno.h>
#include <limits.h>
#include <openssl/err.h>
#include <openssl/ssl.h>
#include <sys/socket.h>
#include <unistd.h>

enum { SLICE_BYTES = 256 * 1024, SLICE_MS = 1, KEEP_BYTES = 32 * 1024 };

struct conn {
    loop_t *loop;
    loop_io_t *io;
    SSL *ssl;
    int fd;
    conn_events_t ev;
    void *arg;
    char *host, *peer;
    buf_t out;
    size_t sent; /* of out */
    int64_t progress;
    uint64_t bytes_in, bytes_out;
    int busy; /* depth of our own calls: a destroyed connection is freed when the last returns */
    int want;
    bool open, closed, destroyed, paused;
    bool in_ended; /* the other side says no more, and we do */
    bool kicked;
    bool finish, finished; /* conn_finish was called; the end was told */
    bool write_blocked;    /* until the socket is writable, or readable when write_wants_read */
    bool read_wants_write, write_wants_read, shake_wants_write;
};

/* One record of TLS at a time; what is in it is used up before the next read, by whichever connection. */
static char input[17 * 1024];

static void release(conn_t *c) {
    loop_io_destroy(c->io); /* before its descriptor is closed */
    SSL_free(c->ssl);
    close(c->fd);
    buf_release(&c->out);
    mem_free(c->host);
    mem_free(c->peer);
    mem_free(c);
}

static void fail(conn_t *c, const err_t *err) {
    if (c->closed || c->destroyed)
        return;
    c->closed = true;
    loop_io_want(c->io, 0);
    c->want = 0;
    c->ev.closed(c->arg, err);
}

static void fail_errno(conn_t *c, const char *what) {
    err_t err = ERROR_INIT;
    error_errno(&err, "%s %s", what, c->peer);
    fail(c, &err);
    error_release(&err);
}

/* The TLS call that returned rc failed for good. */
static void fail_tls(conn_t *c, int rc, int saved) {
    err_t err = ERROR_INIT;
    const char *what = c->open ? "TLS connection with" : "TLS handshake with";
    if (rc == SSL_ERROR_ZERO_RETURN || (rc == SSL_ERROR_SYSCALL && saved == 0)) {
        if (!c->open)
            error_set(&err, ERR_IO, "%s %s: connection closed by the other side", what, c->peer);
    } else if (rc == SSL_ERROR_SYSCALL) {
        errno = saved;
        error_errno(&err, "%s %s", what, c->peer);
    } else {
        buf_t why = {0};
        tls_explain(c->ssl, str_c(c->host), &why);
        error_set(&err, ERR_IO, "%s %s: " STR_FMT, what, c->peer, STR_ARG(buf_str(&why)));
        buf_release(&why);
    }
    ERR_clear_error();
    fail(c, &err);
    error_release(&err);
}

static bool alive(const conn_t *c) {
    return !c->closed && !c->destroyed;
}

static void at_end(conn_t *c) {
    if (!c->finish && c->ev.half_closed && c->ev.half_closed(c->arg))
        c->in_ended = true;
    else
        fail(c, &ERROR_INIT);
}

/* ---- handshake ---- */

static bool shake(conn_t *c) {
    if (c->open)
        return true;
    if (c->ssl) {
        ERR_clear_error();
        errno = 0;
        int rc = SSL_do_handshake(c->ssl);
        if (rc != 1) {
            int saved = errno, e = SSL_get_error(c->ssl, rc);
            c->shake_wants_write = e == SSL_ERROR_WANT_WRITE;
            if (e != SSL_ERROR_WANT_READ && e != SSL_ERROR_WANT_WRITE)
                fail_tls(c, e, saved);
            return false;
        }
    }
    c->shake_wants_write = false;
    c->open = true;
    c->progress = loop_now(c->loop);
    c->ev.open(c->arg);
    return alive(c);
}

/* ---- reading ---- */

/* Bytes read; 0: none now, or the connection has ended. */
static size_t read_some(conn_t *c) {
    if (!c->ssl) {
        ssize_t n = recv(c->fd, input, sizeof input, 0);
        if (n > 0)
            return (size_t)n;
        if (n == 0)
            at_end(c);
        else if (errno != EAGAIN && errno != EINTR)
            fail_errno(c, "connection with");
        return 0;
    }
    ERR_clear_error();
    errno = 0;
    int n = SSL_read(c->ssl, input, sizeof input);
    c->read_wants_write = false;
    if (n > 0)
        return (size_t)n;
    int saved = errno, e = SSL_get_error(c->ssl, n);
    if (e == SSL_ERROR_WANT_WRITE)
        c->read_wants_write = true;
    else if (e == SSL_ERROR_ZERO_RETURN)
        at_end(c);
    else if (e != SSL_ERROR_WANT_READ)
        fail_tls(c, e, saved);
    return 0;
}

static void read_slice(conn_t *c) {
    size_t total = 0;
    int64_t began = loop_clock();
    while (alive(c) && !c->paused && !c->in_ended) {
        size_t n = read_some(c);
        if (!n)
            return;
        c->bytes_in += n;
        total += n;
        if (!c->finish)
            c->ev.input(c->arg, input, n);
        if (total < SLICE_BYTES && loop_clock() - began <= SLICE_MS)
            continue;
        /* The poller knows nothing of bytes that OpenSSL has read ahead. */
        if (alive(c) && c->ssl && SSL_has_pending(c->ssl))
            loop_io_again(c->io, LOOP_READ);
        return;
    }
}

/* ---- writing ---- */

/* Writes what the buffer holds; false when the socket takes no more or the connection has ended. */
static bool write_out(conn_t *c) {
    while (c->sent < c->out.n) {
        const char *p = c->out.p + c->sent;
        size_t n = c->out.n - c->sent;
        ssize_t done;
        if (c->ssl) {
            ERR_clear_error();
            errno = 0;
            int rc = SSL_write(c->ssl, p, n > INT_MAX ? INT_MAX : (int)n);
            c->write_wants_read = false;
            if (rc <= 0) {
                int saved = errno, e = SSL_get_error(c->ssl, rc);
                c->write_blocked = true;
                c->write_wants_read = e == SSL_ERROR_WANT_READ;
                if (e != SSL_ERROR_WANT_READ && e != SSL_ERROR_WANT_WRITE)
                    fail_tls(c, e, saved);
                return false;
            }
            done = rc;
        } else {
            done = send(c->fd, p, n, MSG_NOSIGNAL);
            if (done < 0) {
                c->write_blocked = true;
                if (errno != EAGAIN && errno != EINTR)
                    fail_errno(c, "connection with");
                return false;
            }
        }
        c->sent += (size_t)done;
        c->bytes_out += (uint64_t)done;
        c->progress = loop_now(c->loop);
    }
    c->out.n = c->sent = 0;
    return true;
}

static void tell_end(conn_t *c) {
    c->finished = true;
    if (c->ssl) {
        ERR_clear_error();
        SSL_shutdown(c->ssl);
        ERR_clear_error();
    }
    shutdown(c->fd, SHUT_WR);
}

static void write_slice(conn_t *c) {
    size_t total = 0;
    while (alive(c) && !c->finished && !c->write_blocked) {
        if (!c->out.n) {
            c->kicked = false;
            c->ev.fill(c->arg, &c->out);
            if (!alive(c))
                return;
            if (buf_failed(&c->out)) {
                err_t err = ERROR_INIT;
                error_memory(&err);
                fail(c, &err);
                error_release(&err);
                return;
            }
            if (!c->out.n) {
                if (c->finish)
                    tell_end(c);
                break;
            }
            c->progress = loop_now(c->loop);
        }
        total += c->out.n - c->sent;
        if (!write_out(c))
            break;
        if (total >= SLICE_BYTES) {
            loop_io_again(c->io, LOOP_WRITE);
            break;
        }
    }
    if (!c->out.n && c->out.cap > KEEP_BYTES)
        buf_release(&c->out);
}

/* ---- events ---- */

static void update_want(conn_t *c) {
    int want = c->paused || c->in_ended ? 0 : LOOP_READ;
    if ((c->write_blocked && !c->write_wants_read) || c->read_wants_write || c->shake_wants_write)
        want |= LOOP_WRITE;
    if (c->write_blocked && c->write_wants_read)
        want |= LOOP_READ;
    if (want != c->want)
        loop_io_want(c->io, want);
    c->want = want;
}

static void leave(conn_t *c) {
    if (--c->busy)
        return;
    if (c->destroyed) {
        release(c);
    } else if (!c->closed) {
        update_want(c);
        if (c->kicked)
            conn_kick(c);
    }
}

static void on_io(int fd, int events, void *arg) {
    (void)fd;
    conn_t *c = arg;
    if (!alive(c))
        return;
    bool was_open = c->open;
    c->busy++;
    if (shake(c)) {
        if (events & (c->write_wants_read ? LOOP_READ : LOOP_WRITE))
            c->write_blocked = false;
        /* A handshake that ends here may have read ahead what the poller then never tells of. */
        if ((events & LOOP_READ) || c->read_wants_write || !was_open)
            read_slice(c);
        write_slice(c); /* what came in mostly asks for something to go out */
    }
    leave(c);
}

conn_t *conn_create(loop_t *l, int fd, const conn_options_t *o, const conn_events_t *ev, void *arg, err_t *err) {
    conn_t *c = mem_alloc(sizeof *c);
    if (!c) {
        close(fd);
        error_memory(err);
        return NULL;
    }
    *c = (conn_t){.loop = l, .fd = fd, .ev = *ev, .arg = arg, .progress = loop_now(l)};
    c->host = mem_strndup(o->host.p, o->host.n);
    c->peer = mem_strndup(o->peer, strlen(o->peer));
    c->io = loop_io_create(l, fd, o->priority, on_io, c);
    bool ok = (c->host && c->peer && c->io) || error_memory(err);
    if (ok && o->tls) {
        c->ssl = tls_session_create(o->tls, o->host, err);
        ok = c->ssl && (SSL_set_fd(c->ssl, fd) == 1 || error_memory(err));
    }
    if (!ok) {
        release(c);
        return NULL;
    }
    update_want(c);
    loop_io_again(c->io, LOOP_WRITE);
    return c;
}

void conn_destroy(conn_t *c) {
    if (!c || c->destroyed)
        return;
    c->destroyed = true;
    if (c->open && !c->closed && !c->finished && c->ssl) {
        ERR_clear_error();
        SSL_shutdown(c->ssl);
        ERR_clear_error();
    }
    if (c->busy) {
        loop_io_want(c->io, 0);
        return;
    }
    release(c);
}

void conn_kick(conn_t *c) {
    if (c->busy)
        c->kicked = true; /* the call that is under way mostly asks for output at its end */
    else if (alive(c) && c->open && !c->write_blocked)
        loop_io_again(c->io, LOOP_WRITE);
}

void conn_finish(conn_t *c) {
    c->finish = true;
    c->paused = false;
    if (!c->busy && alive(c))
        update_want(c);
    conn_kick(c);
}

void conn_pause(conn_t *c, bool paused) {
    if (c->paused == paused || c->finish)
        return;
    c->paused = paused;
    if (!alive(c))
        return;
    if (!c->busy)
        update_want(c);
    if (!paused && c->ssl && SSL_has_pending(c->ssl))
        loop_io_again(c->io, LOOP_READ);
}

struct ssl_st *conn_ssl(const conn_t *c) {
    return c->ssl;
}

bool conn_is_open(const conn_t *c) {
    return c->open;
}

size_t conn_pending(const conn_t *c) {
    return c->out.n - c->sent;
}

int64_t conn_progress(const conn_t *c) {
    return c->progress;
}

uint64_t conn_bytes_in(const conn_t *c) {
    return c->bytes_in;
}

uint64_t conn_bytes_out(const conn_t *c) {
    return c->bytes_out;
}
