#include "reactor/child.h"

#include "reactor/base/buf.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <spawn.h>
#include <sys/wait.h>
#include <unistd.h>

#ifndef __GLIBC_PREREQ
#define __GLIBC_PREREQ(major, minor) 0
#endif

enum { READ_BYTES = 16 * 1024, MAX_ERRORS = 16 * 1024, MAX_OUTPUT = 1024 * 1024, TIMEOUT_MS = 60000, DYING = 16 };

/* One of the three pipes: our end of it. */
typedef struct stream {
    int fd; /* -1: closed */
    loop_io_t *io;
    struct child *child;
    buf_t data;
    size_t most; /* bytes kept */
    bool over;   /* there were more */
} stream_t;

/* Lives on the stack of the fiber that runs it. */
typedef struct child {
    loop_t *loop;
    fiber_t *fiber;
    loop_signal_t *signal;
    pid_t pid; /* 0: none, or reaped */
    int status;
    stream_t in, out, errors;
    str_t input; /* what is still to be written */
} child_t;

/* Killed, and not dead yet when their fiber had to go. A later child's SIGCHLD reaps them; when there are more than fit
 * they stay zombies until we end. */
static pid_t dying[DYING];

static void reap_dying(void) {
    for (int i = 0; i < DYING; i++)
        if (dying[i] && waitpid(dying[i], NULL, WNOHANG) != 0)
            dying[i] = 0;
}

static void let_die(pid_t pid) {
    kill(-pid, SIGKILL);
    if (waitpid(pid, NULL, WNOHANG) != 0)
        return;
    for (int i = 0; i < DYING; i++) {
        if (!dying[i]) {
            dying[i] = pid;
            return;
        }
    }
}

/* ---- streams ---- */

static void stream_close(stream_t *s) {
    loop_io_destroy(s->io);
    s->io = NULL;
    if (s->fd >= 0)
        close(s->fd);
    s->fd = -1;
}

/* False when there is nothing more to read now. */
static bool stream_read(stream_t *s) {
    char *p = buf_reserve(&s->data, READ_BYTES);
    ssize_t n = p ? read(s->fd, p, READ_BYTES) : 0;
    if (n < 0 && (errno == EAGAIN || errno == EINTR))
        return false;
    if (n <= 0) {
        stream_close(s);
        return false;
    }
    s->data.n += (size_t)n;
    if (s->data.n > s->most) {
        s->data.n = s->most;
        s->over = true;
    }
    return true;
}

static void on_readable(int fd, int events, void *arg) {
    (void)fd, (void)events;
    stream_t *s = arg;
    stream_read(s);
    if (s->over && s == &s->child->out)
        fiber_wake(s->child->fiber);
}

static void on_writable(int fd, int events, void *arg) {
    (void)events;
    stream_t *s = arg;
    str_t *input = &s->child->input;
    ssize_t n = write(fd, input->p, input->n < READ_BYTES ? input->n : READ_BYTES);
    if (n < 0 && (errno == EAGAIN || errno == EINTR))
        return;
    if (n > 0)
        *input = str_from(*input, (size_t)n);
    if (n <= 0 || input->n == 0) /* a child that reads no further is no error */
        stream_close(s);
}

/* A pipe whose end `ours` (0: read, 1: write) is kept in s; the other is *theirs, for the caller to close. */
static bool stream_open(child_t *c, stream_t *s, int ours, int *theirs, err_t *err) {
    int fd[2];
    if (pipe2(fd, O_CLOEXEC) < 0)
        return error_errno(err, "create a pipe");
    s->fd = fd[ours];
    s->child = c;
    *theirs = fd[!ours];
    fcntl(s->fd, F_SETFL, O_NONBLOCK);
    s->io = loop_io_create(c->loop, s->fd, LOOP_IO, ours == 0 ? on_readable : on_writable, s);
    if (!s->io)
        return error_memory(err);
    loop_io_want(s->io, ours == 0 ? LOOP_READ : LOOP_WRITE);
    return true;
}

/* ---- the process ---- */

static void on_child(void *arg) {
    child_t *c = arg;
    reap_dying();
    if (c->pid && waitpid(c->pid, &c->status, WNOHANG) == c->pid) {
        c->pid = 0;
        fiber_wake(c->fiber);
    }
}

static int spawn(child_t *c, const child_options_t *o, const int theirs[3]) {
    posix_spawnattr_t attr;
    posix_spawn_file_actions_t files;
    sigset_t none, all;
    sigemptyset(&none);
    sigfillset(&all);
    if (posix_spawnattr_init(&attr) != 0)
        return ENOMEM;
    if (posix_spawn_file_actions_init(&files) != 0) {
        posix_spawnattr_destroy(&attr);
        return ENOMEM;
    }
    posix_spawnattr_setsigmask(&attr, &none);
    posix_spawnattr_setsigdefault(&attr, &all); /* above all SIGPIPE, which we ignore */
    posix_spawnattr_setpgroup(&attr, 0);
    posix_spawnattr_setflags(&attr, POSIX_SPAWN_SETSIGMASK | POSIX_SPAWN_SETSIGDEF | POSIX_SPAWN_SETPGROUP);
    int error = theirs[0] >= 0 ? posix_spawn_file_actions_adddup2(&files, theirs[0], 0)
                               : posix_spawn_file_actions_addopen(&files, 0, "/dev/null", O_RDONLY, 0);
    for (int i = 1; i < 3 && !error; i++)
        error = posix_spawn_file_actions_adddup2(&files, theirs[i], i);
#if __GLIBC_PREREQ(2, 34)
    if (!error) /* what we inherited without O_CLOEXEC */
        error = posix_spawn_file_actions_addclosefrom_np(&files, 3);
#endif
    if (!error)
        error = posix_spawnp(&c->pid, o->argv[0], &files, &attr, (char *const *)o->argv,
                             o->env ? (char *const *)o->env : environ);
    posix_spawn_file_actions_destroy(&files);
    posix_spawnattr_destroy(&attr);
    if (error)
        c->pid = 0;
    return error;
}

static bool child_start(child_t *c, const child_options_t *o, err_t *err) {
    int theirs[3] = {-1, -1, -1};
    /* Before the child is there, so that its end can't be missed. */
    c->signal = loop_signal_create(c->loop, SIGCHLD, on_child, c);
    bool ok = c->signal ? true : error_memory(err);
    ok = ok && (o->input.n == 0 || stream_open(c, &c->in, 1, &theirs[0], err));
    ok = ok && stream_open(c, &c->out, 0, &theirs[1], err) && stream_open(c, &c->errors, 0, &theirs[2], err);
    if (ok) {
        int error = spawn(c, o, theirs);
        if (error) {
            errno = error;
            ok = error_errno(err, "run %s", o->argv[0]);
            if (err && (error == ENOENT || error == EACCES))
                err->code = error == ENOENT ? ERR_NOTFOUND : ERR_DENIED;
        }
    }
    for (int i = 0; i < 3; i++)
        if (theirs[i] >= 0)
            close(theirs[i]);
    return ok;
}

static bool child_wait(child_t *c, const child_options_t *o, err_t *err) {
    int64_t ms = o->timeout_ms > 0 ? o->timeout_ms : TIMEOUT_MS, until = loop_clock() + ms;
    while (c->pid && !c->out.over) {
        int64_t left = until - loop_clock();
        if (!fiber_park(left > 0 ? left : 0, err))
            return error_wrap(err, "run %s", o->argv[0]);
    }
    /* What it wrote before it ended lies in the pipes. */
    while (c->out.fd >= 0 && !c->out.over && stream_read(&c->out))
        ;
    while (c->errors.fd >= 0 && !c->errors.over && stream_read(&c->errors))
        ;
    if (buf_failed(&c->out.data) || buf_failed(&c->errors.data))
        return error_memory(err);
    if (c->out.over)
        return error_set(err, ERR_LIMIT, "run %s: more than %zu bytes of output", o->argv[0], c->out.most);
    return true;
}

bool child_run(const child_options_t *o, arena_t *a, child_result_t *out, err_t *err) {
    child_t c = {.loop = fiber_loop(), .fiber = fiber_current(), .input = o->input};
    c.in.fd = c.out.fd = c.errors.fd = -1;
    c.out.most = o->max_output ? o->max_output : MAX_OUTPUT;
    c.errors.most = MAX_ERRORS;
    bool ok = child_start(&c, o, err) && child_wait(&c, o, err);
    stream_close(&c.in);
    stream_close(&c.out);
    stream_close(&c.errors);
    loop_signal_destroy(c.signal);
    if (c.pid)
        let_die(c.pid);
    if (ok) {
        out->signal = WIFSIGNALED(c.status) ? WTERMSIG(c.status) : 0;
        out->status = WIFEXITED(c.status) ? WEXITSTATUS(c.status) : -1;
        out->out = arena_str(a, buf_str(&c.out.data));
        out->errors = arena_str(a, buf_str(&c.errors.data));
    }
    buf_release(&c.out.data);
    buf_release(&c.errors.data);
    return ok;
}
