/* The scanner: CUE text to tokens, with the commas that a line's end stands for. Comments are collected for the parser
 * to attach. */
#ifndef CONFIG_CUE_SCAN_H
#define CONFIG_CUE_SCAN_H

#include "config/cue/syntax.h"

typedef enum token_kind {
    TOK_EOF,
    TOK_IDENT, /* also #x, _x, _#x, _, # */
    TOK_NUMBER,
    TOK_STRING, /* a whole string or bytes literal without interpolation */
    TOK_INTERP, /* the text up to and with `\(`: the parser goes on with scan_interpolation */
    TOK_ATTR,   /* @name(…) */
    TOK_BOTTOM, /* _|_ */
    TOK_COMMA,  /* written, or the end of a line */
    TOK_OP,     /* an operator: op */
    TOK_COLON,
    TOK_LPAREN,
    TOK_RPAREN,
    TOK_LBRACK,
    TOK_RBRACK,
    TOK_LBRACE,
    TOK_RBRACE,
    TOK_DOT,
    TOK_ELLIPSIS,
    TOK_ASSIGN, /* = */
    TOK_OPTION, /* ? */
    TOK_NOT,    /* ! */
} token_kind_t;

/* The quotes of a string literal: how it began decides how it ends and what an escape is. */
typedef struct quote {
    char c;       /* '"' or '\'' */
    bool multi;   /* """ */
    uint32_t n;   /* number of # */
    str_t indent; /* of a multi-line literal's closing line */
} quote_t;

typedef struct token {
    token_kind_t kind;
    syn_op_t op;
    syn_pos_t pos;
    str_t text;      /* as written; a comma of a line's end: "\n" */
    str_t value;     /* TOK_STRING, TOK_INTERP: decoded */
    quote_t quote;   /* TOK_STRING, TOK_INTERP */
    bool blank_line; /* an empty line lies before */
    bool new_line;   /* first on its line */
} token_t;

typedef struct scan {
    arena_t *arena;
    str_t src;
    str_t name;
    size_t at;
    uint32_t line;
    size_t line_start;
    uint16_t file;
    bool insert_comma;
    /* Comments met since the parser took them. */
    syn_comment_t *comments;
    uint32_t *comment_lines;
    size_t ncomments, cap;
    err_t *err; /* set by the first error */
    bool failed;
} scan_t;

void scan_init(scan_t *s, arena_t *a, str_t name, str_t text, err_t *err);
/* False with the error set. */
bool scan_next(scan_t *s, token_t *t);
/* After the `)` that closes an interpolated expression: the rest of the literal up to the next `\(` (TOK_INTERP) or its
 * end (TOK_STRING). */
bool scan_interpolation(scan_t *s, const quote_t *q, token_t *t);
bool scan_fail(scan_t *s, syn_pos_t pos, const char *fmt, ...) __attribute__((format(printf, 3, 4)));

#endif
