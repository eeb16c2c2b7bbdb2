/* Files read whole at start-up or by a command, never on the loop. */
#ifndef HANDLERS_FILE_H
#define HANDLERS_FILE_H

#include "reactor/base/arena.h"
#include "reactor/base/error.h"

enum { FILE_MAX_BYTES = 64 << 20 };

/* The whole file in arena memory, NUL after its end. "-" is standard input. */
bool file_read(arena_t *a, const char *path, str_t *out, err_t *err);

#endif
