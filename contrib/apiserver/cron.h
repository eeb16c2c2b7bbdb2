/* Schedules of CronJobs, as robfig/cron reads them. */
#ifndef CONTRIB_APISERVER_CRON_H
#define CONTRIB_APISERVER_CRON_H

#include "config/json/jv.h"

/* False with *why in the library's words. */
bool cron_check(arena_t *a, str_t schedule, str_t *why);

#endif
