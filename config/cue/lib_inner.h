/* What the files of builtin packages share. */
#ifndef CONFIG_CUE_LIB_INNER_H
#define CONFIG_CUE_LIB_INNER_H

#include "config/cue/lib.h"

/* A package's rows end with one without a name. */
extern const lib_func_t lib_strings[], lib_strconv[], lib_list[], lib_math[], lib_bits[], lib_regexp[], lib_json[],
    lib_yaml[], lib_encoding[], lib_crypto[], lib_path[], lib_net[], lib_time[], lib_uuid[], lib_template[],
    lib_tabwriter[], lib_html[];

/* Written as in CUE: "\"text\"" or a number. */
typedef struct lib_constant {
    const char *package, *name, *literal;
} lib_constant_t;
extern const lib_constant_t lib_constants[];

/* All return false. lib_fail's text gets "error in call to F: " before it, lib_fail_bare's does not. */
bool lib_fail(lib_call_t *c, const char *fmt, ...) __attribute__((format(printf, 2, 3)));
bool lib_fail_bare(lib_call_t *c, const char *fmt, ...) __attribute__((format(printf, 2, 3)));
bool lib_too_large(lib_call_t *c);

/* True when a result of n bytes (for lists: of n items of 16 bytes) is allowed. */
bool lib_room(lib_call_t *c, size_t n);
size_t lib_max(const lib_call_t *c);

/* The integer argument i, with CUE's errors for one that doesn't fit Go's type of so many bits. */
bool lib_int(lib_call_t *c, cdata_t **args, size_t i, int bits, const char *type, int64_t *out);
bool lib_uint(lib_call_t *c, cdata_t **args, size_t i, int bits, const char *type, uint64_t *out);
bool lib_double(lib_call_t *c, cdata_t **args, size_t i, double *out);
static inline str_t lib_str(cdata_t **args, size_t i) {
    return args[i]->s;
}
/* Checks that list argument i holds strings (numbers) only. */
bool lib_string_list(lib_call_t *c, cdata_t **args, size_t i);
bool lib_number_list(lib_call_t *c, cdata_t **args, size_t i);
/* Checks that argument i is a list where CUE's API takes any value. */
bool lib_is_list(lib_call_t *c, cdata_t **args, size_t i);

/* Answers; all return true. */
bool lib_give_str(lib_call_t *c, cdata_t **out, str_t s);
bool lib_give_bytes(lib_call_t *c, cdata_t **out, str_t s);
bool lib_give_int(lib_call_t *c, cdata_t **out, int64_t i);
bool lib_give_bool(lib_call_t *c, cdata_t **out, bool b);
bool lib_give_num(lib_call_t *c, cdata_t **out, num_t n);
/* A decimal result of Go's API: an int when it has no fraction, else a float. */
bool lib_give_decimal(lib_call_t *c, cdata_t **out, num_t n);
bool lib_give_double(lib_call_t *c, cdata_t **out, double d);
cdata_t *lib_decimal(lib_call_t *c, num_t n);
/* A buffer in the call's arena; gives its content unless it grew too large. */
bool lib_give_buf(lib_call_t *c, cdata_t **out, const buf_t *b);
cdata_t *lib_strings_of(lib_call_t *c, const str_t *items, size_t n);

/* The compiled pattern, from the caller's cache. Go's error on failure. */
regex_t *lib_regex(lib_call_t *c, str_t pattern);

/* Go's strconv.Quote, in an error text and elsewhere. mode: 0 Quote, 1 ASCII, 2 graphic. */
void go_quote(buf_t *out, str_t s, char quote, int mode);
str_t go_quoted(arena_t *a, str_t s);
/* Go's strconv.Unquote; false when s is no Go literal. */
bool go_unquote(arena_t *a, str_t s, str_t *out);
/* Go's FormatFloat: fmt of "beEfgGxX", prec -1 for the shortest. */
void go_format_float(buf_t *out, double d, char fmt, int prec, int bits);

/* The head of a lib_fn, and the string argument i. */
#define LIB_FN(name)                                                                                                   \
    static bool name(lib_call_t *c, cdata_t **args, __attribute__((unused)) size_t nargs, cdata_t **out)
#define LIB_STR(i) lib_str(args, i)

/* ---- UTF-8, as Go reads it: what isn't UTF-8 is U+FFFD, one byte long ---- */
int32_t rune_at(str_t s, size_t i, size_t *size);
size_t rune_count(str_t s);
void rune_write(buf_t *out, int32_t r);
bool utf8_ok(str_t s);
int32_t rune_upper(int32_t r);
int32_t rune_lower(int32_t r);
int32_t rune_title(int32_t r);
bool rune_is_space(int32_t r);

/* Whether Go's strconv.IsPrint (graphic: IsGraphic) holds, by a pattern compiled at the first character past ASCII. */
typedef struct printable {
    arena_t *arena;
    bool graphic;
    regex_t *regex;
} printable_t;
bool rune_is_print(printable_t *p, int32_t r);

#endif
