/* Command-line flags as Go's pflag reads them: `--flag=value`, `--flag value`, `-flag` too, `--bool`, `--bool=false`,
 * one-letter `-v=3`, `-v 3`, `-v3`; `--` ends them. A program says its flags in one table of data; parsing sets the
 * defaults and then what the command line says, straight into the program's options. */
#ifndef CONFIG_FLAGS_H
#define CONFIG_FLAGS_H

#include "reactor/base/arena.h"
#include "reactor/base/buf.h"
#include "reactor/base/error.h"

/* The type of a flag, and of what `to` points to. */
typedef enum flag_type {
    FLAG_BOOL,            /* bool */
    FLAG_STRING,          /* str_t, NUL after its end; borrowed from argv or the table */
    FLAG_INT,             /* int64_t; 0x, 0o, 0b and a leading 0 as in Go */
    FLAG_UINT,            /* uint64_t */
    FLAG_FLOAT,           /* double */
    FLAG_DURATION,        /* int64_t, nanoseconds */
    FLAG_STRINGS,         /* flag_strings_t; a,b,c and repeated flags add up */
    FLAG_MAP_STRING_BOOL, /* flag_bools_t; a=true,b=false and repeated flags add up */
} flag_type_t;

typedef struct flag_strings {
    str_t *items;
    size_t n;
} flag_strings_t;

typedef struct flag_bool {
    str_t name;
    bool value;
} flag_bool_t;

typedef struct flag_bools {
    flag_bool_t *items; /* in the order given; of equal names the last one counts */
    size_t n;
} flag_bools_t;

typedef struct flag {
    const char *name;
    char letter; /* -v, or 0 */
    flag_type_t type;
    const char *initial; /* the default as text; NULL: zero, empty or false */
    void *to;
    const char *help; /* NULL: accepted but not listed */
} flag_t;

typedef enum flags_result { FLAGS_OK, FLAGS_HELP, FLAGS_ERROR } flags_result_t;

/* Parses argv[1..]; `rest` (may be NULL) gets what is no flag, NULL: such arguments are errors. FLAGS_HELP for --help
 * and -h, unless the table has them. On FLAGS_ERROR err has pflag's words. Lists and maps come from the arena. */
flags_result_t flags_parse(arena_t *a, const flag_t *flags, size_t n, int argc, char *const *argv, flag_strings_t *rest,
                           err_t *err);
/* The list of flags with types, defaults and helps, at most 80 columns wide. */
void flags_usage(buf_t *out, const flag_t *flags, size_t n);

/* Sets one flag from text, as the command line does. `name` is for the message. */
bool flag_set(arena_t *a, const flag_t *flag, const char *name, str_t text, err_t *err);

/* Go durations: "1h2m3.5s". Errors as time.ParseDuration words them. */
bool flag_parse_duration(str_t text, int64_t *ns, err_t *err);
/* As Go's Duration.String writes it: "5m0s", "1.5s", "0s". Returns the length; out gets a NUL. */
enum { FLAG_DURATION_MAX = 40 };
size_t flag_format_duration(char out[FLAG_DURATION_MAX], int64_t ns);

#endif
