/* CUE syntax trees: what the parser gives, the compiler annotates, and Vela's patch edits. A node lives in the arena it
 * was made in. Trees that a program owns are shared and immutable; who edits (a patch) works on trees of its own, from
 * syn_parse or cue_value_syntax.
 *
 * A file and a struct literal are both SYN_STRUCT: items are declarations (SYN_FIELD, SYN_LET, SYN_ELLIPSIS, SYN_ATTR,
 * SYN_COMPREHENSION, and any expression, which is an embedding). */
#ifndef CONFIG_CUE_SYNTAX_H
#define CONFIG_CUE_SYNTAX_H

#include "config/cue/cue.h"
#include "config/cue/num.h"

typedef struct syn syn_t;
typedef struct syn_ref syn_ref_t; /* what an identifier means: compile.h */

typedef enum syn_kind {
    /* expressions */
    SYN_IDENT,         /* str */
    SYN_NULL,          /* literals … */
    SYN_BOOL,          /* truth */
    SYN_NUM,           /* num; str: as written */
    SYN_STRING,        /* str: decoded */
    SYN_BYTES,         /* str: decoded */
    SYN_INTERPOLATION, /* items: SYN_STRING (or SYN_BYTES) and expressions alternating, a string first and last; op: 1
                          for bytes */
    SYN_BOTTOM,        /* _|_ */
    SYN_STRUCT,        /* items */
    SYN_LIST,          /* items: expressions, SYN_COMPREHENSION, SYN_ELLIPSIS last */
    SYN_UNARY,         /* op, x */
    SYN_BINARY,        /* op, x, y */
    SYN_SELECTOR,      /* x, str: the label; label_kind */
    SYN_INDEX,         /* x, y */
    SYN_SLICE,         /* x, y, z; y and z may be NULL */
    SYN_CALL,          /* x, items */
    SYN_PAREN,         /* x */
    /* declarations */
    SYN_FIELD,         /* field; str, label_kind: a static label */
    SYN_LET,           /* str, x */
    SYN_ELLIPSIS,      /* x or NULL */
    SYN_ATTR,          /* str: "@tag(name)" as written */
    SYN_COMPREHENSION, /* items: clauses; x: the struct */
    SYN_PACKAGE,       /* str */
    SYN_IMPORT,        /* x: SYN_STRING of the path; str: the name given, or none */
    SYN_FOR,           /* str: value's name; y: SYN_IDENT of the key or NULL; x: source */
    SYN_IF,            /* x */
    SYN_LETCLAUSE,     /* str, x */
    SYN_ALIAS,         /* NAME=x: str, x */
} syn_kind_t;

typedef enum syn_op {
    OP_NONE,
    OP_ADD,
    OP_SUB,
    OP_MUL,
    OP_QUO, /* / */
    OP_AND, /* & */
    OP_OR,  /* | */
    OP_LAND,
    OP_LOR,
    OP_EQ,
    OP_NE,
    OP_LT,
    OP_LE,
    OP_GT,
    OP_GE,
    OP_MATCH,
    OP_NMATCH,
    OP_NOT,
    OP_DEFAULT, /* *x in a disjunction */
} syn_op_t;
const char *syn_op_text(syn_op_t op);
/* How tightly a binary operator binds: 1 (|) to 7 (*, /). */
int syn_precedence(syn_op_t op);

/* A place in a source; line 0: none. file indexes the program's (or parse's) list of names. */
typedef struct syn_pos {
    uint32_t line;
    uint16_t col;
    uint16_t file;
} syn_pos_t;

typedef enum label_kind {
    LABEL_STRING,     /* foo, "foo" */
    LABEL_DEF,        /* #foo */
    LABEL_HIDDEN,     /* _foo */
    LABEL_HIDDEN_DEF, /* _#foo */
    LABEL_INT,        /* a list's */
    LABEL_LET,
} label_kind_t;

typedef enum field_mark { FIELD_REGULAR, FIELD_REQUIRED, FIELD_OPTIONAL } field_mark_t;

typedef struct syn_comment {
    str_t text;     /* with its slashes, one line */
    bool doc;       /* before the field; else on its line or inside */
    bool new_group; /* a blank line before it */
} syn_comment_t;

/* The label of a field is one of: a static name (label_kind, str); an expression in parentheses or an interpolation
 * (dynamic); a pattern in brackets. */
typedef struct syn_field {
    syn_t *dynamic;    /* the label's expression; NULL: static or pattern */
    syn_t *pattern;    /* NULL: not a pattern */
    str_t alias;       /* X=label: …; in [X=pattern] it is pattern_alias */
    str_t value_alias; /* label: X=… */
    str_t pattern_alias;
    syn_t *value;
    syn_t **attrs; /* SYN_ATTR */
    syn_comment_t *comments;
    uint16_t nattrs, ncomments;
    uint8_t mark; /* field_mark_t */
    bool quoted;  /* a static label written as a string */
    bool chained; /* a: b: c: the value is a struct of one field without braces */
    bool blank;   /* a blank line before it */
} syn_field_t;

struct syn {
    uint8_t kind; /* syn_kind_t */
    uint8_t op;   /* syn_op_t */
    uint8_t label_kind;
    bool truth : 1; /* SYN_BOOL */
    bool grown : 1; /* items has room: syn_append's */
    uint32_t n;     /* items */
    syn_pos_t pos;
    syn_t *x, *y;
    union {
        syn_t **items;
        syn_t *z;
        syn_field_t *field;
        const num_t *num;
    };
    str_t str;
    union {                  /* the compiler's */
        syn_ref_t *ref;      /* SYN_IDENT */
        struct label *label; /* SYN_SELECTOR, a static SYN_FIELD */
        const void *note;
    };
};

/* Parses the declarations of a file into a SYN_STRUCT (with SYN_PACKAGE and SYN_IMPORT first where there are any).
 * Everything is arena memory. NULL with *err: "expected operand, found '}':\n    ./name:1:2". */
syn_t *syn_parse(arena_t *a, str_t name, str_t text, err_t *err);
/* One expression. */
syn_t *syn_parse_expr(arena_t *a, str_t name, str_t text, err_t *err);

/* Appends the text of a tree in cue fmt's style, with comments; a SYN_STRUCT without braces when `file` is true. */
void cue_format(buf_t *out, const syn_t *x, bool file);

/* Making and editing. Strings are borrowed. */
syn_t *syn_new(arena_t *a, syn_kind_t kind);
syn_t *syn_string(arena_t *a, str_t s);
syn_t *syn_struct(arena_t *a);
syn_t *syn_list(arena_t *a);
void syn_append(arena_t *a, syn_t *parent, syn_t *item); /* to items of a struct, list, call */
syn_t *syn_field_new(arena_t *a, str_t label, syn_t *value);
syn_t *syn_copy(arena_t *a, const syn_t *x); /* deep, without the compiler's annotations */
syn_t *syn_from_json(arena_t *a, const jv_t *v);
bool syn_plain_label(str_t s); /* needs no quotes as a label */
/* The static label of a field ("" for dynamic and pattern ones), and the field with that label of a struct, or NULL. */
str_t syn_label(const syn_t *field);
syn_t *syn_get(const syn_t *parent, str_t label);
/* The value without parentheses. */
syn_t *syn_unparen(syn_t *x);
/* The value of a comment `// +key=value` of a field ("patchKey"); false when it has none. */
bool syn_marker(const syn_t *field, str_t key, str_t *value);

/* The evaluated value as syntax, as Go's value.Syntax(cue.Docs(true), cue.ResolveReferences(true)) gives it: concrete
 * parts as literals, fields with their doc comments, what can't be resolved as it was written. Optional fields,
 * definitions and hidden fields are left out. */
syn_t *cue_value_syntax(cue_value_t *v, arena_t *a, err_t *err);

#endif
