/* A hash table from strings to pointers: open addressing, insertion order kept for iteration. Keys are borrowed: their
 * bytes must live as long as the entry (usually they lie in the value or in an arena). */
#ifndef REACTOR_BASE_TABLE_H
#define REACTOR_BASE_TABLE_H

#include "reactor/base/str.h"

typedef struct table table_t;

table_t *table_create(void); /* NULL when out of memory */
void table_destroy(table_t *t);
size_t table_count(const table_t *t);
void *table_get(const table_t *t, str_t key); /* NULL if absent */
/* Sets; *old (may be NULL) gets the value that was there. False when out of memory. */
bool table_put(table_t *t, str_t key, void *value, void **old);
/* The value removed, or NULL. */
void *table_remove(table_t *t, str_t key);
void table_clear(table_t *t);
/* Iteration in insertion order: size_t i = 0; while (table_next(t, &i, &key, &value)) … Removing the current entry is
 * allowed, adding is not. */
bool table_next(const table_t *t, size_t *i, str_t *key, void **value);

#endif
