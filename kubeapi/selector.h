/* Label selectors in the API's syntax, matched against an object's labels as the scanner found them: for our own
 * writes, which no server has selected. */
#ifndef KUBEAPI_SELECTOR_H
#define KUBEAPI_SELECTOR_H

#include "kubeapi/scan.h"

/* key, !key, key=v, key==v, key!=v, key in (v,w), key notin (v,w), joined by commas; empty matches all. `labels` is
 * scan_object_t.all_labels. */
bool selector_matches(str_t selector, str_t labels);
/* metadata.name=v and metadata.namespace=v, and != of them; any other field is not known to match: false. */
bool selector_fields_match(str_t selector, str_t ns, str_t name);

#endif
