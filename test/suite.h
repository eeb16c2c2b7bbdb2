/* A Check suite in one line at the end of a file: SUITE(name, test, test, …) makes main(). */
#ifndef TEST_SUITE_H
#define TEST_SUITE_H

#include <check.h>
#include <stdio.h>
#include <stdlib.h>

int suite_run(const char *name, const TTest *const *tests);

/* The programs under test: $VELELLA_BUILD/PROGRAM. Borrowed until the next call. */
const char *suite_program(const char *program);
/* ../shared/NAME, or NULL after saying "skipped: …" where it is not there. Borrowed until the next call. */
const char *suite_shared(const char *name);

#define SUITE(name, ...)                                                                                               \
    int main(void) {                                                                                                   \
        const TTest *const tests[] = {__VA_ARGS__, NULL};                                                              \
        return suite_run(#name, tests);                                                                                \
    }

#endif
