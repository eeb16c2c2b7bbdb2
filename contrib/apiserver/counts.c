#include "contrib/apiserver/counts.h"

#include "contrib/apiserver/state.h"
#include "contrib/apiserver/need.h"
#include "reactor/base/mem.h"

typedef struct count {
    uint64_t n;
    size_t nverb, nresource, nsub; /* parts of the key, which lies behind */
    str_t key;
} count_t;

enum { KINDS_MAX = 4096 };

table_t *counts_create(void) {
    table_t *t = need(table_create());
    return t;
}

static void clear(table_t *t) {
    size_t i = 0;
    void *v;
    while (table_next(t, &i, NULL, &v))
        mem_free(v);
    table_clear(t);
}

void counts_destroy(table_t *t) {
    if (!t)
        return;
    clear(t);
    table_destroy(t);
}

void counts_add(call_t *c, const char *verb) {
    table_t *t = c->server->counts;
    str_t agent, rest, resource = c->resource->group_resource;
    str_cut(c->request->user_agent, '/', &agent, &rest);
    agent = str_sub(agent, 0, 64);
    str_t key = arena_printf(c->arena, "%s|" STR_FMT "|" STR_FMT "|" STR_FMT, verb, STR_ARG(resource), STR_ARG(c->sub),
                             STR_ARG(agent));
    count_t *n = table_get(t, key);
    if (!n) {
        if (table_count(t) >= KINDS_MAX || !(n = mem_alloc(sizeof *n + key.n)))
            return;
        memcpy(n + 1, key.p, key.n);
        n->key = str_n((char *)(n + 1), key.n);
        n->nverb = strlen(verb);
        n->nresource = resource.n;
        n->nsub = c->sub.n;
        if (!table_put(t, n->key, n, NULL)) {
            mem_free(n);
            return;
        }
    }
    n->n++;
}

void counts_serve(call_t *c) {
    arena_t *a = c->arena;
    jv_t *out = jv_object(a), *list = jv_array(a);
    uint64_t total = 0;
    size_t i = 0;
    void *v;
    while (table_next(c->server->counts, &i, NULL, &v)) {
        const count_t *n = v;
        jv_t *row = jv_object(a);
        str_t k = n->key;
        jv_setc(a, row, "verb", jv_string(a, arena_str(a, str_sub(k, 0, n->nverb))));
        jv_setc(a, row, "resource", jv_string(a, arena_str(a, str_sub(k, n->nverb + 1, n->nresource))));
        jv_setc(a, row, "subresource", jv_string(a, arena_str(a, str_sub(k, n->nverb + n->nresource + 2, n->nsub))));
        jv_setc(a, row, "agent", jv_string(a, arena_str(a, str_from(k, n->nverb + n->nresource + n->nsub + 3))));
        jv_setc(a, row, "count", jv_int(a, (int64_t)n->n));
        jv_append(a, list, row);
        total += n->n;
    }
    jv_setc(a, out, "requests", list);
    jv_setc(a, out, "total", jv_int(a, (int64_t)total));
    if (call_flag(c, "reset"))
        clear(c->server->counts);
    call_reply(c, 200, out);
}
