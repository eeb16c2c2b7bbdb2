/* velella: the commands by their first word. */
#include "config/cue/cue.h"
#include "handlers/render_command.h"
#include "reactor/base/mem.h"
#include <stdio.h>

static int with_buffers(int (*command)(int, char **, buf_t *, buf_t *), int argc, char **argv) {
    buf_t out, errors;
    buf_init(&out);
    buf_init(&errors);
    int status = command(argc, argv, &out, &errors);
    if (buf_failed(&out) || buf_failed(&errors))
        mem_die(0);
    fwrite(out.p, 1, out.n, stdout);
    fwrite(errors.p, 1, errors.n, stderr);
    if (fflush(stdout) == EOF && status == 0) {
        fprintf(stderr, "velella: standard output can't be written\n");
        status = 1;
    }
    buf_release(&out);
    buf_release(&errors);
    return status;
}

int main(int argc, char **argv) {
    const char *word = argc > 1 ? argv[1] : "";
    if (!strcmp(word, "render"))
        return with_buffers(render_command, argc - 1, argv + 1);
    if (!strcmp(word, "cue"))
        return with_buffers(cue_command, argc - 1, argv + 1);
    if (!strcmp(word, "version")) {
        puts("velella 0.1.0 (stands in for vela-core v1.10.8)");
        return 0;
    }
    fprintf(stderr, "velella: the commands are render, cue and version\n");
    return 2;
}
