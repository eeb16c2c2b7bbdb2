/* A pattern and a text with a NUL between them: whatever our parser lets through PCRE2 must take, and any match lies in
 * the text. */
#include "config/cue/regex.h"

#include <stdio.h>
#include <stdlib.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
    str_t all = str_n((const char *)data, size), pattern, text;
    if (size > 4096)
        return 0;
    if (!str_cut(all, '\0', &pattern, &text))
        text = pattern;
    arena_t *a = arena_create();
    err_t err = ERROR_INIT;
    regex_t *r = a ? regex_compile(a, pattern, &err) : NULL;
    if (r) {
        regex_cursor_t at = {0};
        regex_span_t *spans = arena_array(a, regex_span_t, regex_groups(r) + 1);
        bool found = true;
        for (int i = 0; i < 20 && found && regex_find(r, text, &at, spans, &found, &err); i++)
            if (found && (spans[0].from < 0 || spans[0].to < spans[0].from || (size_t)spans[0].to > text.n))
                abort();
        buf_t out;
        buf_init_arena(&out, a);
        regex_replace_all(r, &out, text, STR("$1${x}"), false, 1 << 16, &err);
    } else if (a && err.code == ERR_LIMIT && !strstr(error_text(&err), "too large") &&
               !strstr(error_text(&err), "too deeply")) {
        abort();
    }
    error_release(&err);
    arena_destroy(a);
    return 0;
}
