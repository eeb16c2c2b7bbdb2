#include "handlers/file.h"
#include "reactor/base/buf.h"
#include <stdio.h>

bool file_read(arena_t *a, const char *path, str_t *out, err_t *err) {
    bool standard = strcmp(path, "-") == 0;
    FILE *f = standard ? stdin : fopen(path, "rb");
    if (!f)
        return error_errno(err, "%s", path);
    buf_t b;
    buf_init(&b);
    bool good = true;
    while (good) {
        char *p = buf_reserve(&b, 65536);
        size_t n = p ? fread(p, 1, 65536, f) : 0;
        if (!p)
            good = error_memory(err);
        else if (n == 0)
            break;
        b.n += n;
        if (b.n > FILE_MAX_BYTES)
            good = error_set(err, ERR_LIMIT, "%s: more than %d MiB", path, FILE_MAX_BYTES >> 20);
    }
    if (good && ferror(f))
        good = error_errno(err, "%s", path);
    if (!standard)
        fclose(f);
    if (good)
        *out = arena_str(a, buf_str(&b));
    buf_release(&b);
    return good;
}
