/* resource.Quantity: parsing, canonical form, comparison. */
#ifndef CONTRIB_APISERVER_QUANTITY_H
#define CONTRIB_APISERVER_QUANTITY_H

#include "config/json/jv.h"

typedef struct quantity {
    __int128 nano; /* value × 10⁹, rounded up; saturated */
    char format;   /* 'd' decimal SI, 'b' binary SI, 'e' decimal exponent */
} quantity_t;

/* False with Go's message. */
bool quantity_parse(str_t text, quantity_t *q, err_t *err);
str_t quantity_text(arena_t *a, quantity_t q);
/* Of a JSON string or number; zero where it isn't one. */
quantity_t quantity_of(const jv_t *v);
int quantity_cmp(quantity_t x, quantity_t y);

#endif
