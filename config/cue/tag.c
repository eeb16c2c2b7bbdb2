/* @tag attributes: values from the command line become conjuncts of the fields that ask for them. */
#include "config/cue/compile.h"

typedef struct tag {
    cue_program_t *p;
    str_t key, value;
    bool has_value;
    bool found;
    err_t *err;
} tag_t;

static str_t option(str_t body, const char *name) {
    str_t part, rest = body, k, v;
    while (rest.n) {
        str_cut(rest, ',', &part, &rest);
        if (str_cut(str_trim(part), '=', &k, &v) && str_eqc(k, name))
            return v;
    }
    return STR_NONE;
}

static syn_t *tag_value(tag_t *t, str_t body) {
    arena_t *a = t->p->arena;
    str_t type = option(body, "type");
    syn_t *x;
    if (!t->has_value) { /* a short form: field: … @tag(name,short=a|b) */
        return syn_string(a, t->key);
    }
    if (!type.n || str_eqc(type, "string"))
        return syn_string(a, t->value);
    if (str_eqc(type, "bool")) {
        x = syn_new(a, SYN_BOOL);
        x->truth = str_eqc(t->value, "true");
        if (x->truth || str_eqc(t->value, "false"))
            return x;
    } else {
        num_t *n = arena_new(a, num_t);
        if (num_parse(a, t->value, n, NULL)) {
            x = syn_new(a, SYN_NUM);
            x->num = n;
            x->str = t->value;
            return x;
        }
    }
    error_set(t->err, ERR_INVALID, "invalid value \"" STR_FMT "\" of type " STR_FMT " for tag \"" STR_FMT "\"",
              STR_ARG(t->value), STR_ARG(type), STR_ARG(t->key));
    return NULL;
}

static bool is_short(str_t body, str_t key) {
    str_t rest = option(body, "short"), one;
    while (rest.n) {
        str_cut(rest, '|', &one, &rest);
        if (str_eq(one, key))
            return true;
    }
    return false;
}

static bool set_field(tag_t *t, syn_field_t *f) {
    for (uint32_t i = 0; i < f->nattrs; i++) {
        str_t s = f->attrs[i]->str, body, name;
        if (!str_starts(s, STR("@tag(")))
            continue;
        body = str_sub(s, 5, s.n - 6);
        str_cut(body, ',', &name, &(str_t){0});
        if (t->has_value ? !str_eq(str_trim(name), t->key) : !is_short(body, t->key))
            continue;
        syn_t *both = syn_new(t->p->arena, SYN_BINARY), *v = tag_value(t, body);
        if (!v)
            return false;
        both->op = OP_AND;
        both->x = f->value;
        both->y = v;
        f->value = both;
        t->found = true;
    }
    return true;
}

static bool visit(tag_t *t, syn_t *x, int depth) {
    for (uint32_t i = 0; x && x->kind == SYN_STRUCT && i < x->n && depth < 100; i++) {
        syn_t *d = x->items[i];
        if (d->kind == SYN_FIELD && (!visit(t, d->field->value, depth + 1) || !set_field(t, d->field)))
            return false;
    }
    return true;
}

bool tags_inject(cue_program_t *p, str_t tag, err_t *err) {
    tag_t t = {.p = p, .err = err};
    t.has_value = str_cut(tag, '=', &t.key, &t.value);
    for (size_t i = 0; i < p->nfiles; i++) {
        if (!visit(&t, p->files[i], 0))
            return false;
    }
    if (!t.found)
        return error_set(err, ERR_INVALID, "no tag for \"" STR_FMT "\"", STR_ARG(t.key));
    return true;
}
