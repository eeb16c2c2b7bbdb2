#include "reactor/log.h"

#include "reactor/base/buf.h"

#include <errno.h>
#include <event2/event.h>
#include <fcntl.h>
#include <limits.h>
#include <poll.h>
#include <stdarg.h>
#include <stdio.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

enum { LINE_MOST = 8192, WAITING_MOST = 64 * 1024, FLUSH_MS = 500, TERMINAL_BYTES = 256 };

/* How a descriptor is written to without blocking and without touching its mode. */
typedef enum {
    ASK_FIRST,   /* poll, then no more than what must then fit */
    NONBLOCKING, /* our own open file description of the same pipe or terminal */
    SOCKET,      /* MSG_DONTWAIT */
    FILE_DIRECT, /* files are always writable */
} how_t;

static struct {
    int fd;
    how_t how;
    bool ours; /* fd is to be closed */
    loop_t *loop;
    loop_io_t *io; /* while something waits */
    buf_t waiting;
    uint64_t dropped_before; /* of stats.dropped, what was said already */
    log_stats_t stats;
} sink = {.fd = STDERR_FILENO};

int log_verbosity;

/* ---- the descriptor ---- */

static bool choose_how(int fd) {
    struct stat st;
    if (fstat(fd, &st) < 0)
        return false;
    sink.fd = fd;
    if (S_ISSOCK(st.st_mode)) {
        sink.how = SOCKET;
    } else if (S_ISREG(st.st_mode) || S_ISBLK(st.st_mode)) {
        sink.how = FILE_DIRECT;
    } else if (S_ISFIFO(st.st_mode) || isatty(fd)) {
        char path[64];
        snprintf(path, sizeof path, "/proc/self/fd/%d", fd);
        int own = open(path, O_WRONLY | O_NONBLOCK | O_CLOEXEC | O_NOCTTY);
        if (own < 0)
            return true; /* the terminal of another user, no /proc, … */
        sink.fd = own;
        sink.how = NONBLOCKING;
        sink.ours = true;
    }
    return true;
}

/* Bytes taken; 0: it would block; -1: it is broken. */
static ssize_t write_some(const char *p, size_t n) {
    ssize_t done;
    if (sink.how == SOCKET) {
        done = send(sink.fd, p, n, MSG_DONTWAIT | MSG_NOSIGNAL);
    } else {
        if (sink.how == ASK_FIRST) {
            struct pollfd ready = {.fd = sink.fd, .events = POLLOUT};
            if (poll(&ready, 1, 0) == 0)
                return 0;
            size_t most = isatty(sink.fd) ? TERMINAL_BYTES : PIPE_BUF;
            n = n < most ? n : most;
        }
        done = write(sink.fd, p, n);
    }
    if (done < 0 && (errno == EAGAIN || errno == EINTR))
        return 0;
    return done;
}

static void drop(str_t lines) {
    for (size_t i = 0; i < lines.n; i++)
        sink.stats.dropped += lines.p[i] == '\n';
}

/* What is left of s after writing as much as goes. A broken descriptor takes all of it: it is dropped. */
static str_t write_most(str_t s) {
    while (s.n > 0) {
        ssize_t n = write_some(s.p, s.n);
        if (n == 0)
            break;
        if (n < 0) {
            drop(s);
            return STR_NONE;
        }
        s = str_from(s, (size_t)n);
    }
    return s;
}

static void drain(void) {
    if (sink.waiting.n == 0)
        return;
    buf_drop(&sink.waiting, sink.waiting.n - write_most(buf_str(&sink.waiting)).n);
    if (sink.waiting.n == 0)
        buf_release(&sink.waiting);
}

static void say_dropped(void);

static void on_writable(int fd, int events, void *arg) {
    (void)fd, (void)events, (void)arg;
    drain();
    say_dropped();
    if (sink.waiting.n == 0) {
        loop_io_destroy(sink.io);
        sink.io = NULL;
    }
}

static void put(str_t text) {
    sink.stats.lines++;
    drain();
    if (sink.waiting.n == 0)
        text = write_most(text);
    if (sink.waiting.n + text.n > WAITING_MOST) {
        drop(text);
        return;
    }
    buf_add(&sink.waiting, text);
    if (buf_failed(&sink.waiting)) {
        drop(text);
        drop(buf_str(&sink.waiting));
        buf_release(&sink.waiting);
    }
    if (sink.waiting.n && sink.loop && !sink.io && sink.how != FILE_DIRECT) {
        sink.io = loop_io_create(sink.loop, sink.fd, LOOP_WORK, on_writable, NULL);
        if (sink.io)
            loop_io_want(sink.io, LOOP_WRITE);
    }
}

static void say_dropped(void) {
    uint64_t n = sink.stats.dropped - sink.dropped_before;
    if (n == 0 || sink.waiting.n > 0)
        return;
    sink.dropped_before = sink.stats.dropped;
    log_warn("Log lines were dropped", "count", n);
}

/* ---- the line ---- */

/* Built in place, by one function at a time: nothing here parks. */
static char line[LINE_MOST];
static size_t line_n;

static void add(const char *p, size_t n) {
    size_t room = LINE_MOST - 1 - line_n; /* the newline has its place always */
    n = n < room ? n : room;
    memcpy(line + line_n, p, n);
    line_n += n;
}

static void __attribute__((format(printf, 1, 2))) addf(const char *fmt, ...) {
    char text[128];
    va_list ap;
    va_start(ap, fmt);
    int n = vsnprintf(text, sizeof text, fmt, ap);
    va_end(ap);
    add(text, n < (int)sizeof text ? (size_t)n : sizeof text - 1);
}

/* Length of the printable UTF-8 character at p, or 0: what a terminal could take for a command is escaped. */
static size_t printable(const char *p, size_t n) {
    const unsigned char *u = (const unsigned char *)p;
    if (u[0] < 0x80)
        return u[0] >= 0x20 && u[0] != 0x7f;
    size_t len = u[0] >= 0xf0 && u[0] < 0xf5 ? 4 : u[0] >= 0xe0 ? 3 : u[0] >= 0xc2 ? 2 : 0;
    if (len == 0 || u[0] >= 0xf5 || len > n || (u[0] == 0xc2 && u[1] < 0xa0))
        return 0;
    for (size_t i = 1; i < len; i++)
        if ((u[i] & 0xc0) != 0x80)
            return 0;
    return len;
}

/* As Go's strconv.Quote, but for rare characters that it finds unprintable. */
static void add_quoted(str_t s) {
    static const char named[] = "\a\b\f\n\r\t\v", letters[] = "abfnrtv";
    add("\"", 1);
    for (size_t i = 0; i < s.n;) {
        char c = s.p[i];
        const char *name = c ? strchr(named, c) : NULL;
        size_t len = printable(s.p + i, s.n - i);
        if (c == '"' || c == '\\')
            addf("\\%c", c);
        else if (name)
            addf("\\%c", letters[name - named]);
        else if (len == 0)
            addf("\\x%02x", (unsigned char)c);
        else
            add(s.p + i, len);
        i += len ? len : 1;
    }
    add("\"", 1);
}

static void add_value(const log_value_t *v) {
    switch (v->kind) {
    case LOG_TEXT:
        add_quoted(v->s);
        break;
    case LOG_BOOL:
        addf("%s", v->b ? "true" : "false");
        break;
    case LOG_INT:
        addf("%lld", (long long)v->i);
        break;
    case LOG_UINT:
        addf("%llu", (unsigned long long)v->u);
        break;
    case LOG_DOUBLE:
        addf("%.15g", v->d);
        break;
    }
}

static void add_header(char severity, const char *file, int at) {
    struct timespec now;
    struct tm tm;
    clock_gettime(CLOCK_REALTIME, &now);
    localtime_r(&now.tv_sec, &tm);
    const char *slash = strrchr(file, '/');
    addf("%c%02d%02d %02d:%02d:%02d.%06ld %7d ", severity, tm.tm_mon + 1, tm.tm_mday, tm.tm_hour, tm.tm_min, tm.tm_sec,
         now.tv_nsec / 1000, (int)getpid());
    addf("%s:%d] ", slash ? slash + 1 : file, at);
}

void log_line(char severity, const char *file, int at, const log_value_t *values, size_t n) {
    int saved = errno;
    say_dropped();
    line_n = 0;
    add_header(severity, file, at);
    add_quoted(values[0].s);
    for (size_t i = 1; i + 1 < n; i += 2) {
        add(" ", 1);
        add(values[i].s.p, values[i].s.n);
        add("=", 1);
        add_value(&values[i + 1]);
    }
    line[line_n++] = '\n';
    put(str_n(line, line_n));
    errno = saved;
}

/* ---- its life ---- */

static void on_libevent(int severity, const char *text) {
    if (severity >= EVENT_LOG_WARN)
        log_warn("libevent", "message", text);
}

bool log_init(loop_t *l, int fd, int verbosity) {
    log_release();
    if (!choose_how(fd))
        return false;
    sink.loop = l;
    sink.stats = (log_stats_t){0};
    sink.dropped_before = 0;
    log_verbosity = verbosity;
    tzset(); /* reads its file now */
    event_set_log_callback(on_libevent);
    return true;
}

void log_flush(void) {
    int64_t until = loop_clock() + FLUSH_MS;
    for (;;) {
        drain();
        say_dropped();
        int64_t left = until - loop_clock();
        if (sink.waiting.n == 0 || left <= 0)
            return;
        poll(&(struct pollfd){.fd = sink.fd, .events = POLLOUT}, 1, (int)left);
    }
}

void log_release(void) {
    log_flush();
    buf_release(&sink.waiting);
    loop_io_destroy(sink.io);
    if (sink.ours)
        close(sink.fd);
    sink.io = NULL;
    sink.loop = NULL;
    sink.fd = STDERR_FILENO;
    sink.how = ASK_FIRST;
    sink.ours = false;
    sink.dropped_before = sink.stats.dropped;
    event_set_log_callback(NULL);
}

log_stats_t log_stats(void) {
    log_stats_t s = sink.stats;
    s.waiting = sink.waiting.n;
    return s;
}
