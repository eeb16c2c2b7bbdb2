/* Sets of field paths, as managedFields has them (structured-merge-diff): what an object consists of, what differs
 * between two, and what is left of one without another. */
#ifndef CONTRIB_APISERVER_FIELDSET_H
#define CONTRIB_APISERVER_FIELDSET_H

#include "contrib/apiserver/types.h"

typedef struct fieldset {
    bool member;       /* the path that leads here is in the set */
    const jv_t *value; /* of a leaf, where the set was made of an object */
    str_t *keys;       /* path elements: f:name, k:{…}, v:…, in order of insertion */
    struct fieldset **kids;
    size_t n, cap;
} fieldset_t;

/* All leaves of a value; list items and map keys are members themselves. */
fieldset_t *fieldset_of(arena_t *a, const schema_t *s, const jv_t *v);
fieldset_t *fieldset_read(arena_t *a, const jv_t *fields_v1);
jv_t *fieldset_write(arena_t *a, const fieldset_t *s);
bool fieldset_empty(const fieldset_t *s);

fieldset_t *fieldset_union(arena_t *a, const fieldset_t *x, const fieldset_t *y);
fieldset_t *fieldset_minus(arena_t *a, const fieldset_t *x, const fieldset_t *y);
fieldset_t *fieldset_common(arena_t *a, const fieldset_t *x, const fieldset_t *y);
/* Of two sets made of objects: what the second has that the first lacks or has otherwise. */
fieldset_t *fieldset_changed(arena_t *a, const fieldset_t *before, const fieldset_t *after);
/* Makes every named field on the way to a member a member. */
void fieldset_ensure_parents(fieldset_t *s);
/* Takes a direct child out. */
void fieldset_drop(fieldset_t *s, const char *key);
fieldset_t *fieldset_child(const fieldset_t *s, str_t key);

/* The members as texts like .spec.containers[name="a"].image. */
typedef void (*fieldset_fn)(void *arg, str_t path);
void fieldset_each(arena_t *a, const fieldset_t *s, fieldset_fn fn, void *arg);

/* An element as text: .name, [k="v"]. */
str_t fieldset_element(arena_t *a, str_t key);
/* The element that names an item of a list that is a map or set; empty for one that has none. */
str_t fieldset_item_key(arena_t *a, const schema_t *list, const jv_t *item);
/* What the members of the set are in a value goes, in place. */
void fieldset_remove_from(arena_t *a, const fieldset_t *s, const schema_t *schema, jv_t *v);

#endif
