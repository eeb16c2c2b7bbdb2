/* Go's time layouts ("2006-01-02T15:04:05Z07:00"): reading and writing by them. */
#ifndef CONFIG_CUE_LIB_CLOCK_H
#define CONFIG_CUE_LIB_CLOCK_H

#include "config/cue/lib_inner.h"

typedef struct moment {
    int64_t seconds; /* since 1970 UTC */
    int32_t nanos;
    int32_t offset; /* of the zone it is shown in, in seconds */
    bool utc;       /* the zone's name is UTC, else it has none */
    str_t zone;     /* a name read by an MST element; "" for none */
} moment_t;

/* Go's time.Parse: names of zones that aren't known mean UTC. On failure *err has Go's text. */
bool clock_parse(arena_t *a, str_t layout, str_t value, moment_t *out, err_t *err);
void clock_format(buf_t *out, str_t layout, const moment_t *m);

typedef struct civil {
    int64_t year;
    int month, day, hour, minute, second, weekday, yearday; /* weekday 0: Sunday; yearday from 1 */
} civil_t;
civil_t clock_civil(const moment_t *m);

extern const char clock_rfc3339_nano[];

#endif
