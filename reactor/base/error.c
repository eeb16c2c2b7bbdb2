#include "reactor/base/error.h"

#include "reactor/base/mem.h"

#include <errno.h>
#include <stdarg.h>
#include <stdio.h>

static char *format(const char *fmt, va_list ap) {
    va_list again;
    va_copy(again, ap);
    int n = vsnprintf(NULL, 0, fmt, again);
    va_end(again);
    char *p = n < 0 ? NULL : mem_alloc((size_t)n + 1);
    if (p)
        vsnprintf(p, (size_t)n + 1, fmt, ap);
    return p;
}

bool error_set(err_t *err, error_code_t code, const char *fmt, ...) {
    if (!err)
        return false;
    va_list ap;
    va_start(ap, fmt);
    char *text = format(fmt, ap); /* the arguments may point into the old text */
    va_end(ap);
    error_release(err);
    err->code = code;
    err->text = text;
    return false;
}

/* Puts "before: " in front, or ": after" behind. Takes both. */
static void join(err_t *err, char *first, const char *second) {
    if (!first) {
        return;
    }
    size_t a = strlen(first), b = strlen(second);
    char *text = mem_realloc(first, a + b + 3);
    if (!text) {
        mem_free(first);
        return;
    }
    memcpy(text + a, ": ", 2);
    memcpy(text + a + 2, second, b + 1);
    mem_free(err->text);
    err->text = text;
}

bool error_wrap(err_t *err, const char *fmt, ...) {
    if (!err)
        return false;
    va_list ap;
    va_start(ap, fmt);
    char *text = format(fmt, ap);
    va_end(ap);
    join(err, text, error_text(err));
    return false;
}

bool error_errno(err_t *err, const char *fmt, ...) {
    int saved = errno;
    if (!err)
        return false;
    va_list ap;
    va_start(ap, fmt);
    char *text = format(fmt, ap);
    va_end(ap);
    error_release(err);
    err->code = ERR_IO;
    join(err, text, strerror(saved));
    return false;
}

bool error_memory(err_t *err) {
    if (err) {
        error_release(err);
        err->code = ERR_MEMORY;
    }
    return false;
}

const char *error_text(const err_t *err) {
    if (!err || err->code == ERR_NONE)
        return "no error";
    return err->text ? err->text : "out of memory";
}

void error_move(err_t *to, err_t *from) {
    if (to) {
        error_release(to);
        *to = *from;
    } else {
        error_release(from);
    }
    *from = ERROR_INIT;
}

void error_release(err_t *err) {
    mem_free(err->text);
    *err = ERROR_INIT;
}
