#include "handlers/program.h"
#include "reactor/base/list.h"
#include "reactor/base/mem.h"
#include "reactor/base/table.h"

enum { DEFAULT_LIMIT = 256 };

typedef struct entry {
    link_t recent; /* in programs_t.recent, the latest used first */
    char *key;
    cue_program_t *program;
} entry_t;

struct programs {
    table_t *by_key;
    link_t recent;
    size_t limit;
};

programs_t *programs_create(size_t limit) {
    programs_t *p = mem_alloc(sizeof *p);
    if (!p)
        return NULL;
    p->by_key = table_create();
    if (!p->by_key) {
        mem_free(p);
        return NULL;
    }
    list_init(&p->recent);
    p->limit = limit ? limit : DEFAULT_LIMIT;
    return p;
}

static void drop(programs_t *p, entry_t *e) {
    table_remove(p->by_key, str_c(e->key));
    list_remove(&e->recent);
    cue_program_release(e->program);
    mem_free(e->key);
    mem_free(e);
}

void programs_destroy(programs_t *p) {
    if (!p)
        return;
    while (!list_empty(&p->recent))
        drop(p, LIST_OWNER(p->recent.next, entry_t, recent));
    table_destroy(p->by_key);
    mem_free(p);
}

size_t programs_count(const programs_t *p) {
    return table_count(p->by_key);
}

/* Keeps a program under a key that it takes over; where there is no memory for it, it is merely not kept. */
static void keep(programs_t *p, char *key, cue_program_t *program) {
    entry_t *e = mem_alloc(sizeof *e);
    if (!e || !table_put(p->by_key, str_c(key), e, NULL)) {
        mem_free(e);
        mem_free(key);
        return;
    }
    e->key = key;
    e->program = cue_program_ref(program);
    list_prepend(&p->recent, &e->recent);
    if (table_count(p->by_key) > p->limit)
        drop(p, LIST_OWNER(p->recent.prev, entry_t, recent));
}

cue_program_t *programs_get(programs_t *p, str_t name, str_t text, const char *externs, err_t *err) {
    cue_source_t source = {name, text};
    cue_options_t options = {.externs = externs};
    if (!p)
        return cue_compile(&source, 1, &options, err);
    buf_t key;
    buf_init(&key);
    buf_printf(&key, STR_FMT "\n%s\n%zu\n%016llx", STR_ARG(name), externs ? externs : "", text.n,
               (unsigned long long)str_hash(text));
    char *k = buf_take(&key);
    if (!k) {
        error_memory(err);
        return NULL;
    }
    entry_t *e = table_get(p->by_key, str_c(k));
    if (e) {
        mem_free(k);
        list_remove(&e->recent);
        list_prepend(&p->recent, &e->recent);
        return cue_program_ref(e->program);
    }
    cue_program_t *program = cue_compile(&source, 1, &options, err);
    if (program)
        keep(p, k, program);
    else
        mem_free(k);
    return program;
}
