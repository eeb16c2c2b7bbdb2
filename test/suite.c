#include "test/suite.h"

#include <unistd.h>

int suite_run(const char *name, const TTest *const *tests) {
    Suite *suite = suite_create(name);
    TCase *tcase = tcase_create(name);
    for (size_t i = 0; tests[i]; i++)
        tcase_add_test(tcase, tests[i]);
    suite_add_tcase(suite, tcase);
    SRunner *runner = srunner_create(suite);
    srunner_run_all(runner, CK_NORMAL);
    int failed = srunner_ntests_failed(runner);
    srunner_free(runner);
    return failed ? EXIT_FAILURE : EXIT_SUCCESS;
}

const char *suite_program(const char *program) {
    static char path[512];
    const char *build = getenv("VELELLA_BUILD");
    snprintf(path, sizeof path, "%s/%s", build ? build : "build", program);
    return path;
}

const char *suite_shared(const char *name) {
    static char path[512];
    snprintf(path, sizeof path, "../shared/%s", name);
    if (access(path, R_OK) == 0)
        return path;
    printf("skipped: %s is not there\n", path);
    return NULL;
}
