#include "reactor/base/mem.h"

#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static int64_t fail_after = -1;
static uint64_t count;

static bool refused(void) {
    count++;
    if (fail_after < 0)
        return false;
    if (fail_after == 0)
        return true;
    fail_after--;
    return false;
}

void *mem_alloc(size_t n) {
    return refused() ? NULL : calloc(1, n ? n : 1);
}

void *mem_realloc(void *p, size_t n) {
    return refused() ? NULL : realloc(p, n ? n : 1);
}

void mem_free(void *p) {
    free(p);
}

char *mem_strndup(const char *p, size_t n) {
    char *copy = mem_alloc(n + 1);
    if (copy && n)
        memcpy(copy, p, n);
    return copy;
}

void mem_fail_after(int64_t n) {
    fail_after = n;
}

uint64_t mem_count(void) {
    return count;
}

_Noreturn void mem_die(size_t wanted) {
    fprintf(stderr, "velella: out of memory: %zu bytes wanted\n", wanted);
    abort();
}
