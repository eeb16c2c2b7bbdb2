/* The scanner of the watch path: reads what the store needs out of an object's JSON without making a tree, in any
 * order of keys, and without allocating. It checks the nesting and the strings up to the closing brace, so that a
 * stored object is only ever replaced by a whole one; it does not check what a number or a literal looks like inside.
 *
 * Strings in the results borrow the input (or, where the JSON has escapes, the result's own scratch space). */
#ifndef KUBEAPI_SCAN_H
#define KUBEAPI_SCAN_H

#include "reactor/base/buf.h"
#include "reactor/base/error.h"

enum { SCAN_MAX_CUTS = 8, SCAN_MAX_LABELS = 8, SCAN_SCRATCH = 1024 };

/* What to look for beside the fixed fields. */
typedef struct scan_want {
    const str_t *labels; /* keys whose values are wanted, at most SCAN_MAX_LABELS */
    size_t nlabels;
} scan_want_t;

typedef struct scan_cut {
    uint32_t from, to; /* bytes [from, to) of the object are left out, commas included */
} scan_cut_t;

typedef struct scan_object {
    str_t json;     /* the object: '{' to '}' */
    str_t metadata; /* its metadata, likewise */
    str_t api_version, kind;
    str_t name, ns, uid, resource_version;
    int64_t generation;
    bool deleting;                 /* has a deletionTimestamp */
    bool finalizers;               /* has at least one finalizer */
    str_t owner_uid;               /* of the owner reference with controller true, else of the first */
    str_t continue_token;          /* metadata.continue: lists only */
    str_t labels[SCAN_MAX_LABELS]; /* as wanted; p NULL: absent */
    str_t all_labels;              /* the labels object as it stands: '{' to '}', or empty */
    int code;                      /* of a Status: code */
    str_t message, reason;         /* of a Status; raw, escapes undone as far as the scratch space goes */
    /* managedFields, kubectl's last-applied-configuration, and the top level's kind and apiVersion (supplied again by
     * whoever reads the body, so that it is the same bytes whether it came by a list or a watch). In order. */
    scan_cut_t cuts[SCAN_MAX_CUTS];
    size_t ncuts;
    size_t nscratch;
    char scratch[SCAN_SCRATCH];
} scan_object_t;

/* One whole object, blanks allowed around it. False with ERR_INVALID ("byte N: what") or ERR_LIMIT. */
bool scan_object(str_t json, const scan_want_t *want, scan_object_t *out, err_t *err);

typedef enum scan_type { SCAN_ADDED, SCAN_MODIFIED, SCAN_DELETED, SCAN_BOOKMARK, SCAN_ERROR } scan_type_t;
/* One line of a watch: {"type":"…","object":{…}}, in either order. */
bool scan_event(str_t line, const scan_want_t *want, scan_type_t *type, scan_object_t *out, err_t *err);

/* A part of the object (json or metadata) less the cuts: its length, and the copy of it, which returns its end. */
size_t scan_kept(const scan_object_t *o, str_t part);
char *scan_copy_kept(char *to, const scan_object_t *o, str_t part);

/* The value of one key in the text of a labels object; p NULL: absent. `space` is only room to work in. */
str_t scan_label(str_t labels, str_t key, scan_object_t *space);

/* A list's body, fed piece by piece: items are handed out one at a time, wherever the list's own metadata stands. Only
 * an item that is cut by a piece's end is copied (into `carry`). */
typedef struct scan_list { /* private */
    int state;
    bool in_string, escaped, key_is_long;
    uint8_t nkey;
    char key[12];
    uint32_t depth;
    size_t seen; /* bytes of earlier pieces, for messages */
    size_t max_item;
    buf_t carry, meta;
    scan_object_t list; /* its metadata, after scan_list_end */
} scan_list_t;

void scan_list_init(scan_list_t *s, size_t max_item);
void scan_list_release(scan_list_t *s);
/* fn gets each item's bytes (borrowed); false from it, with *err set, stops. */
typedef bool (*scan_item_fn)(void *arg, str_t item, err_t *err);
bool scan_list_feed(scan_list_t *s, const char *p, size_t n, scan_item_fn fn, void *arg, err_t *err);
/* After the last piece: the list's version and continue token (borrowed from s). */
bool scan_list_end(scan_list_t *s, str_t *resource_version, str_t *cont, err_t *err);

/* A stream of lines: hands out each whole line; copies only one that is cut by a piece's end. */
typedef struct scan_lines {
    buf_t carry;
    size_t max_line;
} scan_lines_t;
void scan_lines_init(scan_lines_t *s, size_t max_line);
void scan_lines_release(scan_lines_t *s);
typedef bool (*scan_line_fn)(void *arg, str_t line, err_t *err);
bool scan_lines_feed(scan_lines_t *s, const char *p, size_t n, scan_line_fn fn, void *arg, err_t *err);

#endif
