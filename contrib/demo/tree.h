/* The picture of the demo: an Application with its components and what they became, drawn anew in place on a terminal,
 * and as one line for each change elsewhere. */
#ifndef CONTRIB_DEMO_TREE_H
#define CONTRIB_DEMO_TREE_H

#include "kubeapi/informer.h"

typedef struct tree tree_t;

enum { TREE_MAX_KINDS = 8 };

/* Draws from these stores; `apps` holds Applications, the others what they dispatch. */
tree_t *tree_create(informer_t *apps, informer_t *const *kinds, size_t nkinds, str_t ns, str_t name);
void tree_destroy(tree_t *t);
/* Draws if anything changed since the last time. */
void tree_draw(tree_t *t);
/* What is on the screen stays; the next drawing begins below. */
void tree_leave(tree_t *t);

#endif
