#include "contrib/demo/tree.h"

#include "reactor/base/mem.h"
#include "reactor/loop.h"

#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

struct tree {
    informer_t *apps, *kinds[TREE_MAX_KINDS];
    size_t nkinds;
    str_t ns, name;
    bool terminal;
    size_t lines;  /* of the picture on the screen */
    char *shown;   /* its text, to see changes */
    int64_t began; /* loop_clock */
};

tree_t *tree_create(informer_t *apps, informer_t *const *kinds, size_t nkinds, str_t ns, str_t name) {
    tree_t *t = mem_alloc(sizeof *t);
    if (!t)
        return NULL;
    *t = (tree_t){.apps = apps, .nkinds = nkinds, .ns = ns, .name = name, .began = loop_clock()};
    for (size_t i = 0; i < nkinds && i < TREE_MAX_KINDS; i++)
        t->kinds[i] = kinds[i];
    const char *term = getenv("TERM");
    t->terminal = isatty(STDOUT_FILENO) && term && strcmp(term, "dumb") != 0;
    return t;
}

void tree_destroy(tree_t *t) {
    if (!t)
        return;
    mem_free(t->shown);
    mem_free(t);
}

static const char *paint(const tree_t *t, bool good) {
    return !t->terminal ? "" : good ? "\033[32m" : "\033[33m";
}

static const char *plain(const tree_t *t) {
    return t->terminal ? "\033[0m" : "";
}

static int64_t number(const jv_t *v) {
    int64_t n = 0;
    jv_as_int(v, &n);
    return n;
}

/* One object in a line: kind, name, and what a person wants to know of it. */
static void draw_object(tree_t *t, buf_t *out, const jv_t *o, bool last) {
    str_t kind = jv_str(jv_getc(o, "kind")), name = jv_path_str(o, "metadata", "name", NULL);
    const jv_t *wanted = jv_path(o, "spec", "replicas", NULL);
    int64_t ready = number(jv_path(o, "status", "readyReplicas", NULL));
    buf_printf(out, "   |   %s %-10.*s %-12.*s", last ? "`-" : "|-", STR_ARG(kind), STR_ARG(name));
    if (wanted) {
        bool good = ready == number(wanted) && number(jv_path(o, "status", "observedGeneration", NULL)) ==
                                                   number(jv_path(o, "metadata", "generation", NULL));
        const jv_t *containers = jv_path(o, "spec", "template", "spec", "containers", NULL);
        buf_printf(out, "%s%lld/%lld ready%s   " STR_FMT, paint(t, good), (long long)ready, (long long)number(wanted),
                   plain(t), STR_ARG(jv_str(jv_getc(jv_at(containers, 0), "image"))));
    }
    buf_addc(out, "\n");
}

static void draw_objects(tree_t *t, arena_t *a, buf_t *out, str_t component) {
    jv_t *found[32];
    size_t n = 0;
    for (size_t k = 0; k < t->nkinds; k++) {
        size_t at = 0;
        const store_entry_t *e;
        while ((e = informer_next(t->kinds[k], &at)) && n < 32) {
            jv_t *o = informer_body(e, a, NULL);
            const jv_t *labels = jv_path(o, "metadata", "labels", NULL);
            if (str_eq(jv_str(jv_getc(labels, "app.oam.dev/component")), component) &&
                str_eq(jv_str(jv_getc(labels, "app.oam.dev/name")), t->name))
                found[n++] = o;
        }
    }
    for (size_t i = 0; i < n; i++)
        draw_object(t, out, found[i], i + 1 == n);
}

static void draw_component(tree_t *t, arena_t *a, buf_t *out, const jv_t *app, const jv_t *component) {
    str_t name = jv_str(jv_getc(component, "name")), type = jv_str(jv_getc(component, "type"));
    const jv_t *services = jv_path(app, "status", "services", NULL), *service = NULL;
    for (size_t i = 0; i < jv_count(services); i++)
        if (str_eq(jv_str(jv_getc(jv_at(services, i), "name")), name))
            service = jv_at(services, i);
    bool healthy = jv_true(jv_getc(service, "healthy"));
    buf_printf(out, "   |- " STR_FMT " (" STR_FMT ")  %s%s%s  " STR_FMT "\n", STR_ARG(name), STR_ARG(type),
               paint(t, healthy),
               !service  ? "not there yet"
               : healthy ? "healthy"
                         : "getting ready",
               plain(t), STR_ARG(jv_str(jv_getc(service, "message"))));
    draw_objects(t, a, out, name);
}

static void compose(tree_t *t, arena_t *a, buf_t *out) {
    const store_entry_t *e = informer_find(t->apps, t->ns, t->name);
    if (!e) {
        buf_printf(out, "   Application " STR_FMT "  gone\n", STR_ARG(t->name));
        for (size_t k = 0; k < t->nkinds; k++)
            if (informer_count(t->kinds[k]))
                buf_printf(out, "   %zu " STR_FMT " left\n", informer_count(t->kinds[k]),
                           STR_ARG(informer_resource(t->kinds[k])->plural));
        return;
    }
    jv_t *app = informer_body(e, a, NULL);
    str_t phase = jv_path_str(app, "status", "status", NULL);
    str_t revision = jv_path_str(app, "status", "latestRevision", "name", NULL);
    buf_printf(out, "   Application " STR_FMT "  %s" STR_FMT "%s  " STR_FMT "\n", STR_ARG(t->name),
               paint(t, str_eqc(phase, "running")), STR_ARG(phase.n ? phase : STR("created")), plain(t),
               STR_ARG(revision));
    const jv_t *components = jv_path(app, "spec", "components", NULL);
    for (size_t i = 0; i < jv_count(components); i++)
        draw_component(t, a, out, app, jv_at(components, i));
}

static size_t count_lines(str_t s) {
    size_t n = 0;
    for (size_t i = 0; i < s.n; i++)
        n += s.p[i] == '\n';
    return n;
}

/* Not a terminal: only the lines that are new. */
static void print_changes(tree_t *t, str_t text) {
    str_t old = str_c(t->shown);
    while (text.n) {
        str_t line, rest;
        str_cut(text, '\n', &line, &rest);
        bool known = false;
        for (str_t o = old, l, r; o.n && !known; o = r) {
            str_cut(o, '\n', &l, &r);
            known = str_eq(l, line);
        }
        if (!known)
            printf("%6.2f s " STR_FMT "\n", (double)(loop_clock() - t->began) / 1000, STR_ARG(line));
        text = rest;
    }
}

void tree_draw(tree_t *t) {
    arena_t *a = arena_create();
    if (!a)
        return;
    buf_t out;
    buf_init(&out);
    compose(t, a, &out);
    str_t text = buf_str(&out);
    if (!t->shown || !str_eqc(text, t->shown)) {
        if (t->terminal) {
            if (t->lines)
                printf("\033[%zuA\033[J", t->lines);
            fwrite(text.p, 1, text.n, stdout);
            t->lines = count_lines(text);
        } else {
            print_changes(t, text);
        }
        fflush(stdout);
        mem_free(t->shown);
        t->shown = mem_strndup(text.p, text.n);
    }
    buf_release(&out);
    arena_destroy(a);
}

void tree_leave(tree_t *t) {
    t->lines = 0;
    t->began = loop_clock();
}
