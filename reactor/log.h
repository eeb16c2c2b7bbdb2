/* The logging sink, in klog's lines, so that what reads vela-core's log reads this one:
 *
 *     I1124 23:30:01.123456   12345 manager.go:12] "Starting" controller="application" workers=4
 *
 * A line goes out at once where the descriptor takes it; else it waits in at most 64 KiB for the loop to find the
 * descriptor writable, and past that it is dropped, counted, and the count said. A stopped terminal or a full pipe
 * never blocks the loop, and the descriptor's own mode, which others share, is left alone. Before log_init and after
 * log_release lines go to standard error by the same rule. */
#ifndef REACTOR_LOG_H
#define REACTOR_LOG_H

#include "reactor/loop.h"

/* The message, then keys and values in turn, at most eight pairs: log_info("Started", "port", 8080, "name", name);
 * keys are C strings, values C strings (NULL shows as ""), str_t, bool, integers or doubles. */
#define log_info(...) LOG_LINE('I', __VA_ARGS__)
#define log_warn(...) LOG_LINE('W', __VA_ARGS__)
#define log_error(...) LOG_LINE('E', __VA_ARGS__)
/* Only when the verbosity is at least `level`; the values are not evaluated otherwise. */
#define log_v(level, ...)                                                                                              \
    do {                                                                                                               \
        if ((level) <= log_verbosity)                                                                                  \
            LOG_LINE('I', __VA_ARGS__);                                                                                \
    } while (0)

extern int log_verbosity;

/* fd stays the caller's. False when it is not open. */
bool log_init(loop_t *l, int fd, int verbosity);
/* Writes what waits, for at most half a second: for the end of the program, since it holds the loop up. */
void log_flush(void);
/* Flushes and lets go of the loop; before loop_destroy. */
void log_release(void);

typedef struct log_stats {
    uint64_t lines, dropped;
    size_t waiting; /* bytes */
} log_stats_t;
log_stats_t log_stats(void); /* since log_init */

/* ---- behind the macros ---- */

typedef struct log_value {
    enum { LOG_TEXT, LOG_BOOL, LOG_INT, LOG_UINT, LOG_DOUBLE } kind;
    union {
        str_t s;
        bool b;
        int64_t i;
        uint64_t u;
        double d;
    };
} log_value_t;

/* values[0] is the message. One line of at most 8 KiB, cut beyond. */
void log_line(char severity, const char *file, int line, const log_value_t *values, size_t n);

static inline log_value_t log_of_c(const char *c) {
    return (log_value_t){.kind = LOG_TEXT, .s = str_c(c)};
}
static inline log_value_t log_of_str(str_t s) {
    return (log_value_t){.kind = LOG_TEXT, .s = s};
}
static inline log_value_t log_of_bool(bool b) {
    return (log_value_t){.kind = LOG_BOOL, .b = b};
}
static inline log_value_t log_of_int(int64_t i) {
    return (log_value_t){.kind = LOG_INT, .i = i};
}
static inline log_value_t log_of_uint(uint64_t u) {
    return (log_value_t){.kind = LOG_UINT, .u = u};
}
static inline log_value_t log_of_double(double d) {
    return (log_value_t){.kind = LOG_DOUBLE, .d = d};
}

/* clang-format off */
#define LOG_VALUE(x)                                                                                                   \
    _Generic((x), char *: log_of_c, const char *: log_of_c, str_t: log_of_str, bool: log_of_bool, float: log_of_double, \
             double: log_of_double, unsigned: log_of_uint, unsigned long: log_of_uint,                                  \
             unsigned long long: log_of_uint, default: log_of_int)(x)
#define LOG_1(a) LOG_VALUE(a)
#define LOG_3(a, b, ...) LOG_VALUE(a), LOG_VALUE(b), LOG_1(__VA_ARGS__)
#define LOG_5(a, b, ...) LOG_VALUE(a), LOG_VALUE(b), LOG_3(__VA_ARGS__)
#define LOG_7(a, b, ...) LOG_VALUE(a), LOG_VALUE(b), LOG_5(__VA_ARGS__)
#define LOG_9(a, b, ...) LOG_VALUE(a), LOG_VALUE(b), LOG_7(__VA_ARGS__)
#define LOG_11(a, b, ...) LOG_VALUE(a), LOG_VALUE(b), LOG_9(__VA_ARGS__)
#define LOG_13(a, b, ...) LOG_VALUE(a), LOG_VALUE(b), LOG_11(__VA_ARGS__)
#define LOG_15(a, b, ...) LOG_VALUE(a), LOG_VALUE(b), LOG_13(__VA_ARGS__)
#define LOG_17(a, b, ...) LOG_VALUE(a), LOG_VALUE(b), LOG_15(__VA_ARGS__)
/* A key without its value picks LOG_EVEN, which doesn't exist. */
#define LOG_PICK(_1, _2, _3, _4, _5, _6, _7, _8, _9, _10, _11, _12, _13, _14, _15, _16, _17, name, ...) name
#define LOG_VALUES(...)                                                                                                \
    LOG_PICK(__VA_ARGS__, LOG_17, LOG_EVEN, LOG_15, LOG_EVEN, LOG_13, LOG_EVEN, LOG_11, LOG_EVEN, LOG_9, LOG_EVEN,      \
             LOG_7, LOG_EVEN, LOG_5, LOG_EVEN, LOG_3, LOG_EVEN, LOG_1, )(__VA_ARGS__)
#define LOG_LINE(severity, ...)                                                                                        \
    do {                                                                                                               \
        const log_value_t log_values[] = {LOG_VALUES(__VA_ARGS__)};                                                    \
        log_line(severity, __FILE__, __LINE__, log_values, sizeof log_values / sizeof *log_values);                    \
    } while (0)
/* clang-format on */

#endif
