/* Child processes (exec credential plugins): spawned, fed, listened to and reaped on the loop; a fiber parks meanwhile.
 * The child gets a process group of its own, default signals, and no descriptor but its three standard ones. */
#ifndef REACTOR_CHILD_H
#define REACTOR_CHILD_H

#include "reactor/base/arena.h"
#include "reactor/fiber.h"

typedef struct child_options {
    const char *const *argv; /* ends in NULL; argv[0] without a slash is searched for in PATH */
    const char *const *env;  /* "NAME=value" …, ends in NULL; NULL: ours */
    str_t input;             /* for its standard input; empty: that is /dev/null */
    size_t max_output;       /* of standard output, ERR_LIMIT past it; 0: 1 MiB */
    int64_t timeout_ms;      /* then it is killed; 0: 60 s */
} child_options_t;

typedef struct child_result {
    int status; /* of exit; -1 when a signal ended it */
    int signal; /* which, or 0 */
    str_t out;
    str_t errors; /* standard error, its first 16 KiB */
} child_result_t;

/* Runs it to its end, on a fiber. True whatever its status; output is in the arena. False: it couldn't be started
 * (ERR_NOTFOUND, ERR_DENIED, ERR_IO), wrote too much (ERR_LIMIT), or was killed with its process group because the time
 * was up or the fiber cancelled. What its own children still write after it ended is not waited for. */
bool child_run(const child_options_t *o, arena_t *a, child_result_t *out, err_t *err);

#endif
