/* YAML to JSON values and back, on libyaml's parser. Two resolvers decide what a plain scalar is: sigs.k8s.io/yaml's
 * for manifests (YAML 1.1: yes/no/on/off are booleans, 0777 and 0o777 are octals, `<<` merges) and CUE's for
 * encoding/yaml. */
#ifndef CONFIG_YAML_YAML_H
#define CONFIG_YAML_YAML_H

#include "config/json/jv.h"

typedef enum { YAML_KUBERNETES, YAML_CUE } yaml_rules_t;

/* Each document of the text, empty ones left out (a document that is only `null` or comments is empty), is appended to
 * the JV_ARRAY *docs. Aliases are expanded under a bound (ERR_LIMIT past it), nesting too. Errors say "line L, column
 * C: what". A JSON text is YAML; pass it all the same. */
bool yaml_parse_all(arena_t *a, str_t text, yaml_rules_t rules, jv_t **docs, err_t *err);
/* One document; an empty text is JV_NULL; more than one is an error. */
jv_t *yaml_parse(arena_t *a, str_t text, yaml_rules_t rules, err_t *err);

/* Appends one document in block style as sigs.k8s.io/yaml writes it: keys sorted, two spaces, lists not indented under
 * their key, strings quoted where a reader would take them for something else, `|-` and `|` for several lines. No
 * `---`. */
void yaml_write(buf_t *out, const jv_t *v);

#endif
