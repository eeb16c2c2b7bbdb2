/* Go's text/template: parsed to a tree (lib_template_parse.c), executed on data (lib_template.c), with its printing of
 * values (lib_fmt.c). */
#ifndef CONFIG_CUE_LIB_TEMPLATE_H
#define CONFIG_CUE_LIB_TEMPLATE_H

#include "config/cue/lib_inner.h"

typedef enum {
    TPL_TEXT,   /* str */
    TPL_ACTION, /* pipe */
    TPL_IF,     /* pipe, body, otherwise */
    TPL_WITH,
    TPL_RANGE,
    TPL_TEMPLATE, /* str: name; pipe or NULL */
    TPL_BREAK,
    TPL_CONTINUE,
} tpl_kind_t;

typedef enum {
    ARG_DOT,
    ARG_FIELD,    /* .a.b: names */
    ARG_VARIABLE, /* $x.a.b: str, names */
    ARG_LITERAL,  /* value; NULL: nil */
    ARG_PIPE,     /* (pipe).a.b */
    ARG_FUNC,     /* str */
} tpl_arg_kind_t;

struct tpl_pipe;
typedef struct tpl_arg {
    tpl_arg_kind_t kind;
    str_t str, text; /* text: as it stands in the template */
    uint32_t line, column;
    str_t *names;
    size_t nnames;
    cdata_t *value;
    struct tpl_pipe *pipe;
} tpl_arg_t;

typedef struct tpl_command {
    tpl_arg_t *args;
    size_t n;
    str_t text;
} tpl_command_t;

typedef struct tpl_pipe {
    str_t decl[2]; /* variables that it declares or, assign, sets */
    size_t ndecl;
    bool assign;
    tpl_command_t *commands;
    size_t n;
} tpl_pipe_t;

typedef struct tpl_list tpl_list_t;
typedef struct tpl_node {
    tpl_kind_t kind;
    str_t str;
    uint32_t line, column;
    tpl_pipe_t *pipe;
    tpl_list_t *body, *otherwise;
} tpl_node_t;

struct tpl_list {
    tpl_node_t *nodes;
    size_t n, cap;
};

typedef struct tpl_define {
    str_t name;
    tpl_list_t *body;
} tpl_define_t;

typedef struct tpl {
    tpl_list_t *body;
    tpl_define_t *defines;
    size_t ndefines;
} tpl_t;

enum { TPL_MAX_DEPTH = 100 };

/* NULL with "template: :LINE: …" in *err. */
tpl_t *tpl_parse(arena_t *a, str_t text, err_t *err);
bool tpl_is_function(str_t name);

/* Go's fmt: %v of a value (NULL: <nil>), Sprint, Sprintf. */
void go_print_value(buf_t *out, const cdata_t *v, int depth);
void go_sprint(buf_t *out, cdata_t **args, size_t n, bool line);
void go_sprintf(buf_t *out, str_t format, cdata_t **args, size_t n);

#endif
