/* The built-in definitions: the files of contrib/definitions, compiled into the binary (contrib/embed.sh makes the
 * table). */
#ifndef HANDLERS_BUILTIN_H
#define HANDLERS_BUILTIN_H

typedef struct builtin_file {
    const char *name, *text;
} builtin_file_t;

extern const builtin_file_t builtin_files[]; /* ends with a NULL name */

#endif
