/* Label and field selectors, as apimachinery parses and matches them. */
#ifndef CONTRIB_APISERVER_SELECTORS_H
#define CONTRIB_APISERVER_SELECTORS_H

#include "contrib/apiserver/storage.h"

typedef struct requirement {
    str_t key;
    enum { SELECT_IN, SELECT_NOT_IN, SELECT_EXISTS, SELECT_NOT_EXISTS, SELECT_GREATER, SELECT_LESS } op;
    str_t *values;
    size_t n;
} requirement_t;

typedef struct selector {
    requirement_t *items;
    size_t n;
} selector_t;

/* A list of requirements in an arena; errors in Go's words. */
bool selector_parse(arena_t *a, str_t text, selector_t *out, err_t *err);
bool selector_matches(const selector_t *s, const object_t *o);
/* A metav1.LabelSelector value against labels (an object of strings); nothing matches an absent one. */
bool selector_value_matches(const jv_t *selector, const jv_t *labels);
/* A LabelSelector as text ("a=b,c in (d,e)"), for scale and tables. */
str_t selector_text(arena_t *a, const jv_t *selector);

/* Field selectors: terms of key, value and whether equal. */
typedef struct field_term {
    str_t key, value;
    bool equal;
} field_term_t;
typedef struct field_selector {
    field_term_t *items;
    size_t n;
} field_selector_t;
/* Also checks that the resource knows each field ("field label not supported: x"). */
bool field_selector_parse(arena_t *a, const resource_t *r, str_t text, field_selector_t *out, err_t *err);
/* The object's own text is parsed only for fields that aren't its name or namespace. */
bool field_selector_matches(const field_selector_t *f, const object_t *o);

#endif
