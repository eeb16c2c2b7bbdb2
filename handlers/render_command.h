/* velella render: what an Application becomes, from files alone. */
#ifndef HANDLERS_RENDER_COMMAND_H
#define HANDLERS_RENDER_COMMAND_H

#include "reactor/base/buf.h"

/* The whole command (argv[0] is "render"); objects go to `out`, one line of error to `errout`. Returns the exit status:
 * 0, 1 when the Application can't be rendered, 2 for wrong usage. */
int render_command(int argc, char **argv, buf_t *out, buf_t *errout);

#endif
