/* Lists of field errors (apimachinery's field.ErrorList): what is wrong, where, in the real server's words. Paths are
 * texts in an arena, made by at(), at_index() and at_key(). */
#ifndef CONTRIB_APISERVER_FIELDS_H
#define CONTRIB_APISERVER_FIELDS_H

#include "config/json/jv.h"

typedef enum field_reason {
    FIELD_REQUIRED,
    FIELD_INVALID,
    FIELD_TYPE_INVALID,
    FIELD_NOT_SUPPORTED,
    FIELD_FORBIDDEN,
    FIELD_DUPLICATE,
    FIELD_TOO_LONG,
    FIELD_TOO_MANY,
    FIELD_NOT_FOUND,
    FIELD_CONFLICT, /* a field manager's */
} field_reason_t;

typedef struct field_error {
    field_reason_t reason;
    str_t field, message; /* message without the field */
} field_error_t;

typedef struct fields {
    arena_t *arena;
    field_error_t *items;
    size_t n, cap;
} fields_t;

str_t at(arena_t *a, str_t path, const char *name);
str_t at_str(arena_t *a, str_t path, str_t name);
str_t at_index(arena_t *a, str_t path, size_t i);
str_t at_key(arena_t *a, str_t path, str_t key);

void fields_add(fields_t *f, field_reason_t reason, str_t path, str_t message);
void fields_required(fields_t *f, str_t path, const char *detail); /* detail "": none */
void fields_forbidden(fields_t *f, str_t path, const char *detail);
/* "Invalid value: V: detail"; v NULL prints null. */
void fields_invalid(fields_t *f, str_t path, const jv_t *v, const char *fmt, ...) __attribute__((format(printf, 4, 5)));
void fields_invalid_str(fields_t *f, str_t path, str_t v, const char *fmt, ...) __attribute__((format(printf, 4, 5)));
/* supported: names divided by blanks. */
void fields_not_supported(fields_t *f, str_t path, const jv_t *v, const char *supported);
/* Of an IntOrString, which Go prints as the struct that it is. */
void fields_intstr(fields_t *f, str_t path, const jv_t *v, const char *detail);
void fields_duplicate(fields_t *f, str_t path, const jv_t *v);
void fields_not_found(fields_t *f, str_t path, str_t v);
void fields_too_long(fields_t *f, str_t path, size_t max);
void fields_too_many(fields_t *f, str_t path, size_t have, size_t max);

/* Go's %q of a string; Go's print of a value inside an error. */
str_t fields_quote(arena_t *a, str_t s);
str_t fields_value(arena_t *a, const jv_t *v);
/* As %#v prints an untyped value: map[string]interface {}{"k":"a"}. */
str_t fields_go(arena_t *a, const jv_t *v);
/* As %#v prints a map[string]string. */
str_t fields_labels(arena_t *a, const jv_t *labels);
/* As %#v prints a LabelSelector without expressions; others as JSON. */
str_t fields_selector(arena_t *a, const jv_t *selector);
const char *fields_reason(field_reason_t r); /* FieldValueRequired … */

#endif
