/* Kinds that several versions or groups show: Events (stored as core/v1) and HorizontalPodAutoscalers (stored as
 * autoscaling/v2). */
#ifndef CONTRIB_APISERVER_CONVERT_H
#define CONTRIB_APISERVER_CONVERT_H

#include "contrib/apiserver/resources.h"

/* Gives a resource the store and the conversions that it has in common with another, if it is one of these. */
void convert_bind(apiserver_t *s, resource_t *r);

#endif
