/* What an object may hold: one tree of schema nodes for built-in types (made from the texts in types_*.c) and for
 * custom resources (made from a CRD's openAPIV3Schema). Decoding, defaulting of the wire form, strategic merge,
 * server-side apply and OpenAPI all read it.
 *
 * The notation of types_*.c, one line a type: `Name field:type …`. After a field's name `#n` is its number in protobuf
 * (`#m.n`: within the message m), where that isn't one more than the field's before; `?` says that Go's struct tag
 * has omitempty. A type is a scalar (string bool int32 int64 float64 bytes time microtime duration quantity intstr
 * any), a type's name, `*T` (may be absent), `[]T`, `{}T` (map of strings to T). After it `@a,b` makes a list a map by
 * these keys for server-side apply, `@set` a set, `@atomic` one value; `~key` makes a list merge by key in strategic
 * merge patches,
 * `~.` merge scalars, `~!` adds retainKeys, `~-` replaces. `%atomic` after a type's name: the struct is one value. */
#ifndef CONTRIB_APISERVER_TYPES_H
#define CONTRIB_APISERVER_TYPES_H

#include "config/json/jv.h"
#include "reactor/base/table.h"

typedef enum schema_kind {
    SCHEMA_ANY, /* whatever it is, kept as it is */
    SCHEMA_STRING,
    SCHEMA_BOOL,
    SCHEMA_INT32,
    SCHEMA_INT64,
    SCHEMA_FLOAT,
    SCHEMA_BYTES,
    SCHEMA_TIME,
    SCHEMA_MICROTIME,
    SCHEMA_DURATION,
    SCHEMA_QUANTITY,
    SCHEMA_INTSTR,
    SCHEMA_STRUCT,
    SCHEMA_MAP,
    SCHEMA_LIST,
} schema_kind_t;

typedef struct schema schema_t;
typedef struct schema_field {
    str_t name;
    schema_t *type;
    bool omit, pointer;
    uint8_t outer, number; /* in protobuf; outer: of the message that embeds it, or 0 */
} schema_field_t;

struct schema {
    schema_kind_t kind;
    str_t name; /* of a struct: Go's */
    schema_field_t *fields;
    size_t nfields;
    table_t *index;    /* of larger structs: name → field */
    schema_t *element; /* of a list or map */
    bool atomic, set;  /* for server-side apply */
    bool pointers;     /* elements may be null */
    const str_t *keys; /* a list that is a map */
    size_t nkeys;
    const jv_t **key_defaults; /* of CRDs: the keys' defaults, or NULL */
    str_t merge_key;           /* strategic merge; "." for lists of scalars */
    bool retain_keys;
    bool preserve;   /* a CRD's x-kubernetes-preserve-unknown-fields */
    bool embedded;   /* a CRD's x-kubernetes-embedded-resource */
    const jv_t *raw; /* a CRD's schema node */
};

typedef struct types types_t;
extern const char *const types_core[];
extern const char *const types_other[];

/* Builds all; aborts on a broken text (they are constants). Lives in the arena; types_release frees the indexes. */
types_t *types_create(arena_t *a);
void types_release(types_t *t);
schema_t *types_get(const types_t *t, str_t name); /* NULL if there is none */
/* All, in order of their names. */
schema_t *types_at(const types_t *t, size_t i);
size_t types_count(const types_t *t);

/* The field of a struct, or NULL. */
const schema_field_t *schema_field(const schema_t *s, str_t name);
/* The schema below a key of a struct or map; NULL where nothing is known. */
const schema_t *schema_child(const schema_t *s, str_t key);

#endif
