/* Errors: a function that can fail returns bool or a pointer and takes `err_t *err` last. On failure it has filled err
 * (unless NULL was passed) with a code, for the program, and a text, for the person; callers add context on the way up:
 *
 *     if (!kubeconfig_load(path, &k, err))
 *         return error_wrap(err, "while reading the kubeconfig");
 *
 * (The type is err_t, since glibc's errno.h has an error_t.) An err_t starts as ERROR_INIT and is released by whoever
 * declared it. Setting an error that is set already replaces it. */
#ifndef REACTOR_BASE_ERROR_H
#define REACTOR_BASE_ERROR_H

#include "reactor/base/str.h"

typedef enum error_code {
    ERR_NONE = 0,
    ERR_INVALID,     /* bad input: syntax, type, value */
    ERR_MEMORY,      /* allocation failed */
    ERR_LIMIT,       /* a budget, depth or size was exceeded */
    ERR_IO,          /* files, sockets, TLS, protocol */
    ERR_TIMEOUT,     /* a deadline passed */
    ERR_CANCELLED,   /* the fiber was cancelled, or the loop stops */
    ERR_NOTFOUND,    /* 404, or no such thing */
    ERR_EXISTS,      /* 409 AlreadyExists */
    ERR_CONFLICT,    /* 409 Conflict */
    ERR_GONE,        /* 410 Expired */
    ERR_DENIED,      /* 401, 403 */
    ERR_THROTTLED,   /* 429 */
    ERR_SERVER,      /* 5xx */
    ERR_REFUSED,     /* any other 4xx */
    ERR_UNSUPPORTED, /* exists elsewhere, not here; the text names it */
    ERR_INCOMPLETE,  /* CUE: not concrete yet */
} error_code_t;

typedef struct error {
    error_code_t code;
    char *text; /* heap; NULL with a code means that there was no memory for the text */
} err_t;

#define ERROR_INIT ((err_t){ERR_NONE, NULL})

/* All return false, so that `return error_set(…)` reads well. */
bool error_set(err_t *err, error_code_t code, const char *fmt, ...) __attribute__((format(printf, 3, 4)));
/* "fmt: what was there"; the code stays. */
bool error_wrap(err_t *err, const char *fmt, ...) __attribute__((format(printf, 2, 3)));
/* The text of errno is added: "fmt: No such file or directory"; code ERR_IO. */
bool error_errno(err_t *err, const char *fmt, ...) __attribute__((format(printf, 2, 3)));
bool error_memory(err_t *err);
const char *error_text(const err_t *err); /* never NULL */
/* Moves from → to (to's old content is released). */
void error_move(err_t *to, err_t *from);
void error_release(err_t *err); /* back to ERROR_INIT */

#endif
