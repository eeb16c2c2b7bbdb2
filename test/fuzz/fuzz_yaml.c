#include "config/yaml/yaml.h"

#include <stdlib.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

/* What parses is written; the text parses again, and is written the same. (Not so the key "<<": it is written without
 * quotes, as sigs.k8s.io/yaml does, and then merges.) */
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
    for (int rules = 0; rules < 2; rules++) {
        arena_t *a = arena_create();
        err_t err = ERROR_INIT;
        jv_t *docs = NULL;
        bool fine = yaml_parse_all(a, str_n((const char *)data, size), (yaml_rules_t)rules, &docs, &err);
        if (!fine && err.code == ERR_NONE)
            abort();
        for (size_t i = 0; fine && i < jv_count(docs); i++) {
            buf_t b, c;
            buf_init(&b);
            buf_init(&c);
            yaml_write(&b, docs->items[i]);
            jv_t *again = buf_failed(&b) ? NULL : yaml_parse(a, buf_str(&b), YAML_KUBERNETES, &err);
            if (again) {
                yaml_write(&c, again);
                if (!str_eq(buf_str(&b), buf_str(&c)) && str_find(buf_str(&b), STR("<<")) < 0)
                    abort();
            }
            buf_release(&b);
            buf_release(&c);
        }
        error_release(&err);
        arena_destroy(a);
    }
    return 0;
}
