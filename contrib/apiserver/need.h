/* Memory that has to be there: this server ends with a clear line where there is none, as its objects live in no arena
 * that a guard could unwind. */
#ifndef CONTRIB_APISERVER_NEED_H
#define CONTRIB_APISERVER_NEED_H

#include "reactor/base/mem.h"

static inline void *need(void *p) {
    if (!p)
        mem_die(0);
    return p;
}

#endif
