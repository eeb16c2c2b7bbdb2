/* GET: one object, lists. */
#ifndef CONTRIB_APISERVER_READ_H
#define CONTRIB_APISERVER_READ_H

#include "contrib/apiserver/call.h"
#include "contrib/apiserver/selectors.h"

/* What a list, watch or deletecollection selects. */
typedef struct selection {
    selector_t labels;
    field_selector_t fields;
    str_t name; /* from fieldSelector metadata.name=…, or empty */
} selection_t;
bool read_selection(call_t *c, selection_t *out);
bool selection_matches(const selection_t *s, const object_t *o);

void read_get(call_t *c);
void read_list(call_t *c);

#endif
