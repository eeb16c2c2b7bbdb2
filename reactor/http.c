#include "reactor/http.h"

str_t http_header(const http_header_t *headers, size_t n, str_t name) {
    for (size_t i = 0; i < n; i++)
        if (str_eq(headers[i].name, name))
            return headers[i].value;
    return STR_NONE;
}
