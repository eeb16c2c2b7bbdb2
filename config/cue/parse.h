/* The parser, with the number that positions name the file by. Strings of the tree lie in the arena, those of literals
 * may lie in the text, so it must live as long. */
#ifndef CONFIG_CUE_PARSE_H
#define CONFIG_CUE_PARSE_H

#include "config/cue/syntax.h"

syn_t *parse_source(arena_t *a, str_t name, str_t text, uint16_t file, err_t *err);
syn_t *parse_expression(arena_t *a, str_t name, str_t text, uint16_t file, err_t *err);

#endif
