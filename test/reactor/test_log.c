#include "test/suite.h"

#include "reactor/log.h"

#include <errno.h>
#include <fcntl.h>
#include <regex.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

static char got[1024 * 1024]; /* what was logged */
static size_t got_n;

/* Reads what is there now. */
static void collect(int fd) {
    fcntl(fd, F_SETFL, O_NONBLOCK);
    ssize_t n;
    while ((n = read(fd, got + got_n, sizeof got - 1 - got_n)) > 0)
        got_n += (size_t)n;
    got[got_n] = 0;
}

static bool matches(const char *pattern) {
    regex_t re;
    ck_assert_int_eq(regcomp(&re, pattern, REG_EXTENDED | REG_NOSUB), 0);
    bool yes = regexec(&re, got, 0, NULL, 0) == 0;
    regfree(&re);
    return yes;
}

static unsigned count_lines(const char *what) {
    unsigned n = 0;
    for (const char *p = got; (p = strstr(p, what)); p++)
        n++;
    return n;
}

static loop_t *begin(void) {
    got_n = 0;
    loop_t *l = loop_create(NULL);
    ck_assert_ptr_nonnull(l);
    return l;
}

static void stop(void *arg) {
    loop_stop(arg);
}

static void run_for(loop_t *l, int64_t ms) {
    loop_timer_t *t = loop_timer_create(l, LOOP_WORK, stop, l);
    loop_timer_start(t, ms, false);
    loop_run(l);
    loop_timer_destroy(t);
}

START_TEST(lines_are_those_of_klog) {
    loop_t *l = begin();
    int fd[2];
    ck_assert_int_eq(pipe(fd), 0);
    ck_assert(log_init(l, fd[1], 0));
    errno = 7;
    log_info("Starting", "controller", "application", "workers", 4, "qps", 50.0, "burst", (uint64_t)100, "size",
             sizeof(int), "key", str_n("default/app-x", 11), "dry", (bool)true, "half", 0.5);
    ck_assert_int_eq(errno, 7);
    collect(fd[0]);
    ck_assert_msg(matches("^I[01][0-9][0-3][0-9] [0-9]{2}:[0-9]{2}:[0-9]{2}\\.[0-9]{6} +[0-9]+ test_log\\.c:[0-9]+\\] "
                          "\"Starting\" controller=\"application\" workers=4 qps=50 burst=100 size=4 "
                          "key=\"default/app\" dry=true half=0\\.5\n$"),
                  "%s", got);
    char pid[32];
    snprintf(pid, sizeof pid, " %7d test_log", (int)getpid());
    ck_assert_ptr_nonnull(strstr(got, pid));
    got_n = 0;
    log_error("Failed", "err", (const char *)NULL);
    log_warn("only a message");
    collect(fd[0]);
    ck_assert_msg(matches("^E[0-9]{4} .*\\] \"Failed\" err=\"\"\nW[0-9]{4} .*\\] \"only a message\"\n$"), "%s", got);
    log_release();
    close(fd[0]), close(fd[1]);
    loop_destroy(l);
}
END_TEST

START_TEST(what_could_command_a_terminal_is_escaped) {
    loop_t *l = begin();
    int fd[2];
    ck_assert_int_eq(pipe(fd), 0);
    ck_assert(log_init(l, fd[1], 0));
    log_info("a\"b\\c\nd\te\x1b[31m", "utf", "gr\xc3\xbc\xc3\x9f \xe2\x82\xac \xf0\x9f\x90\x99", "bad",
             "\xff\xc3|\xc2\x9b", "nul", str_n("a\0b", 3));
    collect(fd[0]);
    ck_assert_msg(strstr(got,
                         "\"a\\\"b\\\\c\\nd\\te\\x1b[31m\" utf=\"gr\xc3\xbc\xc3\x9f \xe2\x82\xac \xf0\x9f\x90\x99\" "
                         "bad=\"\\xff\\xc3|\\xc2\\x9b\" nul=\"a\\x00b\"\n"),
                  "%s", got);
    log_release();
    close(fd[0]), close(fd[1]);
    loop_destroy(l);
}
END_TEST

static int evaluations;
static int evaluated(void) {
    return ++evaluations;
}

START_TEST(verbosity_decides_before_values_are_evaluated) {
    loop_t *l = begin();
    int fd[2];
    ck_assert_int_eq(pipe(fd), 0);
    ck_assert(log_init(l, fd[1], 2));
    log_v(3, "too much", "n", evaluated());
    log_v(2, "just so", "n", evaluated());
    collect(fd[0]);
    ck_assert_int_eq(evaluations, 1);
    ck_assert_msg(matches("^I.*\\] \"just so\" n=1\n$"), "%s", got);
    log_release();
    close(fd[0]), close(fd[1]);
    ck_assert(!log_init(l, fd[1], 0));
    loop_destroy(l);
}
END_TEST

/* Nobody reads: lines are kept, then dropped, never waited for; then somebody does. */
static void stalled(int writer, int reader) {
    loop_t *l = begin();
    ck_assert(log_init(l, writer, 0));
    ck_assert_int_eq(fcntl(writer, F_GETFL) & O_NONBLOCK, 0); /* others share it */
    int64_t began = loop_clock();
    enum { LINES = 10000 };
    for (int i = 0; i < LINES; i++)
        log_info("stalled", "i", i, "pad", "0123456789012345678901234567890123456789");
    ck_assert_int_lt(loop_clock() - began, 20000);
    log_stats_t s = log_stats();
    ck_assert_uint_gt(s.dropped, 1000);
    ck_assert_uint_le(s.waiting, 64 * 1024);
    ck_assert_uint_gt(s.waiting, 60 * 1024);
    for (int i = 0; i < 200 && log_stats().waiting; i++) {
        collect(reader);
        run_for(l, 1);
    }
    log_info("after");
    collect(reader);
    ck_assert_uint_eq(count_lines("\"stalled\""), LINES - (unsigned)s.dropped);
    char said[64];
    snprintf(said, sizeof said, "\"Log lines were dropped\" count=%llu\n", (unsigned long long)s.dropped);
    ck_assert_ptr_nonnull(strstr(got, said));
    ck_assert_uint_eq(count_lines("Log lines were dropped"), 1);
    ck_assert_ptr_nonnull(strstr(got, "\"after\"\n"));
    ck_assert_uint_eq(log_stats().waiting, 0);
    log_release();
    loop_destroy(l);
}

START_TEST(a_full_pipe_drops_lines_and_says_how_many) {
    int fd[2];
    ck_assert_int_eq(pipe(fd), 0);
    stalled(fd[1], fd[0]);
    close(fd[0]), close(fd[1]);
}
END_TEST

START_TEST(a_full_pipe_that_cannot_be_reopened_is_asked_first) {
    int fd[2];
    ck_assert_int_eq(pipe(fd), 0);
    /* No descriptor is left for the reopening; the loop's own come first. */
    loop_t *l = begin();
    struct rlimit old, none;
    ck_assert_int_eq(getrlimit(RLIMIT_NOFILE, &old), 0);
    none = (struct rlimit){0, old.rlim_max};
    ck_assert_int_eq(setrlimit(RLIMIT_NOFILE, &none), 0);
    ck_assert(log_init(l, fd[1], 0));
    ck_assert_int_eq(setrlimit(RLIMIT_NOFILE, &old), 0);
    for (int i = 0; i < 5000; i++)
        log_info("stalled", "i", i);
    ck_assert_uint_gt(log_stats().dropped, 1000);
    for (int i = 0; i < 200 && log_stats().waiting; i++) {
        collect(fd[0]);
        run_for(l, 1);
    }
    collect(fd[0]);
    ck_assert_uint_eq(log_stats().waiting, 0);
    ck_assert_uint_eq(count_lines("\"stalled\""), 5000 - (unsigned)log_stats().dropped);
    log_release();
    loop_destroy(l);
    close(fd[0]), close(fd[1]);
}
END_TEST

START_TEST(a_full_socket_drops_lines_and_says_how_many) {
    int fd[2], small = 4096;
    ck_assert_int_eq(socketpair(AF_UNIX, SOCK_STREAM, 0, fd), 0);
    setsockopt(fd[1], SOL_SOCKET, SO_SNDBUF, &small, sizeof small);
    stalled(fd[1], fd[0]);
    close(fd[0]), close(fd[1]);
}
END_TEST

START_TEST(a_terminal_that_is_stopped_does_not_stop_us) {
    int master = posix_openpt(O_RDWR | O_NOCTTY);
    ck_assert_int_ge(master, 0);
    ck_assert(grantpt(master) == 0 && unlockpt(master) == 0);
    int slave = open(ptsname(master), O_RDWR | O_NOCTTY);
    ck_assert_int_ge(slave, 0);
    loop_t *l = begin();
    ck_assert(log_init(l, slave, 0));
    int64_t began = loop_clock();
    for (int i = 0; i < 3000; i++)
        log_info("stalled", "i", i);
    ck_assert_int_lt(loop_clock() - began, 20000);
    ck_assert_uint_gt(log_stats().dropped, 100);
    for (int i = 0; i < 500 && log_stats().waiting; i++) {
        collect(master);
        run_for(l, 1);
    }
    collect(master);
    ck_assert_uint_eq(count_lines("\"stalled\""), 3000 - (unsigned)log_stats().dropped);
    log_release();
    loop_destroy(l);
    close(master), close(slave);
}
END_TEST

START_TEST(flushing_is_bounded_in_time) {
    loop_t *l = begin();
    int fd[2];
    ck_assert_int_eq(pipe(fd), 0);
    ck_assert(log_init(l, fd[1], 0));
    for (int i = 0; i < 1000; i++)
        log_info("a line that nobody reads, long enough to fill a pipe of 64 KiB with a thousand of it", "i", i);
    ck_assert_uint_gt(log_stats().waiting, 0);
    int64_t began = loop_clock();
    log_flush();
    ck_assert_int_ge(loop_clock() - began, 400);
    ck_assert_int_lt(loop_clock() - began, 20000);
    close(fd[0]); /* and a pipe that breaks is flushed at once */
    began = loop_clock();
    log_release();
    ck_assert_int_lt(loop_clock() - began, 400);
    close(fd[1]);
    loop_destroy(l);
}
END_TEST

START_TEST(files_and_devices_and_long_lines_work) {
    loop_t *l = begin();
    char path[] = "/tmp/velella-log-XXXXXX";
    int fd = mkstemp(path), null = open("/dev/null", O_WRONLY);
    static char longer[20000];
    memset(longer, 'x', sizeof longer - 1);
    ck_assert(log_init(l, null, 0));
    log_info(longer);
    ck_assert_uint_eq(log_stats().waiting, 0);
    ck_assert(log_init(l, fd, 0));
    log_info(longer);
    log_info("next");
    lseek(fd, 0, SEEK_SET);
    collect(fd);
    ck_assert(matches("^I.*\\] \"x+\nI.*\\] \"next\"\n$"));
    ck_assert_uint_lt(got_n, 8400);
    ck_assert_uint_eq(log_stats().dropped, 0);
    log_release();
    close(fd), close(null);
    unlink(path);
    loop_destroy(l);
}
END_TEST

SUITE(log, lines_are_those_of_klog, what_could_command_a_terminal_is_escaped,
      verbosity_decides_before_values_are_evaluated, a_full_pipe_drops_lines_and_says_how_many,
      a_full_pipe_that_cannot_be_reopened_is_asked_first, a_full_socket_drops_lines_and_says_how_many,
      a_terminal_that_is_stopped_does_not_stop_us, flushing_is_bounded_in_time, files_and_devices_and_long_lines_work)
