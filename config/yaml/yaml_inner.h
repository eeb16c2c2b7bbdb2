/* What the files of config/yaml share. */
#ifndef CONFIG_YAML_YAML_INNER_H
#define CONFIG_YAML_YAML_INNER_H

#include "config/yaml/yaml.h"

typedef enum { PLAIN_STRING, PLAIN_NULL, PLAIN_BOOL, PLAIN_INT, PLAIN_FLOAT, PLAIN_TIME, PLAIN_MERGE } plain_kind_t;

typedef struct plain {
    plain_kind_t kind;
    bool truth;         /* PLAIN_BOOL */
    bool negative;      /* PLAIN_INT: -number */
    uint64_t number;    /* PLAIN_INT: its size */
    double real;        /* PLAIN_FLOAT: may be infinite or not a number */
    const char *reason; /* why a number it looks like is none (too large), or NULL */
} plain_t;

/* What a scalar without quotes and tag is. `timestamp`: also look for dates. */
plain_t yaml_resolve(str_t text, yaml_rules_t rules, bool timestamp);
/* The text of an explicit tag without "tag:yaml.org,2002:" or "!!", or none where it is another one. */
str_t yaml_core_tag(str_t tag);
/* A double as Go's FormatFloat(d, 'g', -1, bits) writes it. bits is 64 or 32. Returns the length. */
enum { YAML_FLOAT_MAX = 40 };
size_t yaml_format_float(char out[YAML_FLOAT_MAX], double d, int bits);

#endif
