#include "config/kubeconfig.h"

#include <stdio.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <unistd.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
    static int fd = -1;
    static char path[64];
    if (fd < 0) {
        fd = memfd_create("kubeconfig", 0);
        snprintf(path, sizeof path, "/proc/self/fd/%d", fd);
    }
    if (fd < 0 || ftruncate(fd, 0) || pwrite(fd, data, size, 0) != (ssize_t)size)
        return 0;
    arena_t *a = arena_create();
    err_t err = ERROR_INIT;
    kubeconfig_t k;
    if (kubeconfig_load(a, path, NULL, &k, &err)) {
        buf_t b;
        buf_init(&b);
        kubeconfig_write(&b, &k, k.context);
        if (buf_failed(&b))
            abort();
        buf_release(&b);
    } else if (err.code == ERR_NONE) {
        abort();
    }
    error_release(&err);
    arena_destroy(a);
    return 0;
}
