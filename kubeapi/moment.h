/* Times as the API writes them: RFC 3339 in UTC, whole seconds (metav1.Time) or six digits (metav1.MicroTime). */
#ifndef KUBEAPI_MOMENT_H
#define KUBEAPI_MOMENT_H

#include "reactor/base/str.h"

enum { MOMENT_MAX = 32 };

int64_t moment_now(void); /* microseconds since 1970, wall clock */
/* With zone Z or ±HH:MM and any number of digits of a second. */
bool moment_parse(str_t text, int64_t *us);
/* Into to[MOMENT_MAX]; returns it as a string. */
str_t moment_time(int64_t us, char *to);
str_t moment_micro(int64_t us, char *to);

#endif
