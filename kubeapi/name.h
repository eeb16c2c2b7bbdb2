/* Interned names: one copy of each namespace, name and label value for all stores of the process, compared by pointer
 * and counted by references. */
#ifndef KUBEAPI_NAME_H
#define KUBEAPI_NAME_H

#include "reactor/base/str.h"

typedef struct name name_t;

name_t *name_take(str_t s); /* a reference; NULL when out of memory */
name_t *name_find(str_t s); /* borrowed; NULL: nobody has it, so no entry can */
name_t *name_ref(name_t *n);
void name_release(name_t *n);    /* NULL is fine */
str_t name_str(const name_t *n); /* "" for NULL */
size_t name_count(void);

#endif
