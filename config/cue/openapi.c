/* OpenAPI schemas of CUE values, as encoding/openapi of CUE 0.9.2 makes them with references expanded, and then as
 * kin-openapi and vela-core pass them on.
 *
 * A schema has a core (type, properties, items, description: what holds for every disjunct), and constraints, which may
 * lie in the disjuncts of a oneOf; these repeat nothing of the core. A builder makes one schema; that of a disjunct
 * has `core` set. */
#include "config/cue/openapi.h"
#include "config/cue/value.h"

#include <stdlib.h>

enum { MAX_NESTING = 100 };

typedef struct builder builder_t;
typedef struct maker {
    eval_t *e;
    arena_t *a;
    err_t *err;
    bool failed;
    bool conditional; /* within a comprehension */
    unsigned depth;
} maker_t;

typedef struct property {
    str_t name;
    builder_t *of;
} property_t;

struct builder {
    maker_t *m;
    const char *type;
    const char *format;
    jv_t *single;  /* keys of which there is one */
    jv_t *current; /* the last of all_of */
    jv_t *all_of;
    jv_t *made;
    /* of a core */
    builder_t *core;
    vertex_t **values;
    size_t nvalues;
    property_t *properties;
    size_t nproperties;
    builder_t *items;
    jv_t *outside; /* required fields that are declared beside the disjunction */
    bool disjoint; /* a disjunction of structs */
    bool conditional;
};

static jv_t *schema_of(maker_t *m, builder_t *core, vertex_t *v);
static void add_value(builder_t *b, value_t *v);
static void build_core(builder_t *b, vertex_t *v, bool deep);

static void fail(maker_t *m, const vertex_t *at, const char *what, const char *of) {
    if (m->failed)
        return;
    m->failed = true;
    str_t path = at ? vertex_path(m->e, at) : STR("parameter");
    error_set(m->err, ERR_INVALID, STR_FMT ": %s%s", STR_ARG(path), what, of);
}

/* ---- values ---- */

/* A vertex that is a struct, list or disjunction; or the value that the vertex is. */
static value_t *settle(maker_t *m, value_t *v) {
    if (v->tag != VAL_VERTEX)
        return v;
    vertex_t *t = value_vertex(v);
    vertex_finalize(m->e, t);
    t = vertex_deref(t);
    vertex_finalize(m->e, t);
    if (t->disj || vertex_is_struct(t) || vertex_is_list(t))
        return &t->head;
    if (t->base)
        return t->base->tag == VAL_VERTEX ? settle(m, t->base) : t->base;
    if (t->incomplete)
        return value_of_bottom(m->e, t->incomplete);
    return value_type(m->e, KIND_TOP, (syn_pos_t){0});
}

static disj_t *disjunction_of(value_t *v) {
    return v->tag == VAL_VERTEX ? value_vertex(v)->disj : NULL;
}

/* The kinds of a settled value. */
static unsigned kind_of(maker_t *m, value_t *v) {
    disj_t *d = disjunction_of(v);
    unsigned kind = 0;
    if (v->tag == VAL_BOTTOM)
        return 0;
    if (!d)
        return v->tag == VAL_VERTEX ? (vertex_is_list(value_vertex(v)) ? LIB_LIST : LIB_STRUCT) : v->kind;
    for (size_t i = 0; i < d->n; i++)
        kind |= kind_of(m, settle(m, &d->items[i]->head));
    return kind;
}

static vertex_t *with_conj(maker_t *m, vertex_t *parent, vertex_t *to, const syn_t *x, env_t *env, const conj_t *from) {
    eval_t *e = m->e;
    if (!to) {
        to = vertex_new(e, parent, NULL);
        to->computed = true;
    }
    conj_t c = {.x = x, .env = env};
    if (from) {
        c = *from;
        c.info = (info_t){0};
    }
    vertex_add_conj(e, to, c);
    return to;
}

static bool has_ellipsis(const vertex_t *v) {
    for (uint32_t i = 0; i < v->nliterals; i++) {
        const syn_t *x = v->literals[i];
        for (uint32_t k = 0; k < x->n; k++) {
            if (x->items[k]->kind == SYN_ELLIPSIS)
                return true;
        }
    }
    return false;
}

static vertex_t *anything(maker_t *m, vertex_t *parent) {
    vertex_t *t = vertex_new(m->e, parent, NULL);
    t->computed = true;
    vertex_add_conj(m->e, t, (conj_t){.value = value_type(m->e, KIND_TOP, (syn_pos_t){0})});
    return t;
}

/* What any further field of a struct or item of a list is; NULL when nothing is said of them. */
static vertex_t *element_of(maker_t *m, vertex_t *v) {
    eval_t *e = m->e;
    vertex_t *out = NULL;
    if (vertex_is_list(v)) {
        for (size_t i = 0; v->list_open && i < v->nelems; i++)
            out = with_conj(m, v, out, NULL, NULL, &v->elems[i]);
        return out || !v->list_open ? out : anything(m, v);
    }
    for (size_t i = 0; i < v->npatterns; i++) {
        const pattern_t *p = &v->patterns[i];
        const syn_field_t *f = p->x->field;
        value_t *of = eval_expr(e, f->pattern, p->env);
        env_t *env = p->env;
        if (of->tag != VAL_TYPE || !(of->kind & LIB_STRING))
            continue;
        if (f->pattern_alias.n) {
            env = env_new(e, env, NULL);
            env->label = label_intern(&e->labels, LABEL_STRING, STR(""));
        }
        out = with_conj(m, v, out, f->value, env, NULL);
        out->conjs[out->nconjs - 1].field = p->x;
        out->conjs[out->nconjs - 1].aliases = (f->alias.n != 0) + (f->value_alias.n != 0);
    }
    return out || !has_ellipsis(v) ? out : anything(m, v);
}

static bool subsumes(maker_t *m, value_t *a, value_t *b);

static bool list_subsumes(maker_t *m, vertex_t *a, vertex_t *b) {
    if (b->narcs < a->narcs || (!a->list_open && (b->list_open || b->narcs != a->narcs)))
        return false;
    vertex_t *elem = element_of(m, a), *more = element_of(m, b);
    for (uint32_t i = 0; i < b->narcs; i++) {
        value_t *x = i < a->narcs ? &a->arcs[i]->head : &elem->head;
        if (!subsumes(m, x, &b->arcs[i]->head))
            return false;
    }
    return !more || subsumes(m, &elem->head, &more->head);
}

static bool struct_subsumes(maker_t *m, vertex_t *a, vertex_t *b) {
    for (uint32_t i = 0; i < a->narcs; i++) {
        vertex_t *x = a->arcs[i], *y = vertex_find(b, x->label);
        if (!label_exported(x->label))
            continue;
        if (x->mark != FIELD_OPTIONAL && (!y || y->mark == FIELD_OPTIONAL))
            return false;
        if (y && !subsumes(m, &x->head, &y->head))
            return false;
    }
    vertex_t *elem = element_of(m, a);
    for (uint32_t i = 0; i < b->narcs; i++) {
        vertex_t *y = b->arcs[i];
        if (!label_exported(y->label) || vertex_find(a, y->label))
            continue;
        if (elem ? !subsumes(m, &elem->head, &y->head) : a->complete)
            return false;
    }
    return !a->complete || b->complete;
}

static bool atom_subsumes(maker_t *m, value_t *a, value_t *b) {
    switch ((value_tag_t)a->tag) {
    case VAL_TYPE:
        return b->tag != VAL_BOTTOM && !(kind_of(m, b) & ~(unsigned)a->kind);
    case VAL_BOUND:
    case VAL_VALIDATOR:
        if (value_is_scalar(b))
            return (b->kind & a->kind) && !eval_check(m->e, a, b);
        if (b->tag == VAL_BOUND && a->tag == VAL_BOUND)
            return a->op == b->op && value_is_scalar(a->x) && value_is_scalar(b->x) && value_scalar_eq(a->x, b->x);
        return a == b;
    case VAL_CONJ:
        for (size_t i = 0; i < a->n; i++) {
            if (!subsumes(m, a->items[i], b))
                return false;
        }
        return true;
    default:
        return value_is_scalar(a) && value_is_scalar(b) && a->tag == b->tag && value_scalar_eq(a, b);
    }
}

/* Every instance of b is one of a. May miss what only deduction shows, as CUE's does. */
static bool subsumes(maker_t *m, value_t *a, value_t *b) {
    bool yes = true;
    eval_enter(m->e);
    a = settle(m, a);
    b = settle(m, b);
    disj_t *da = disjunction_of(a), *db = disjunction_of(b);
    if (db) {
        for (size_t i = 0; yes && i < db->n; i++)
            yes = subsumes(m, a, &db->items[i]->head);
    } else if (da) {
        yes = false;
        for (size_t i = 0; !yes && i < da->n; i++)
            yes = subsumes(m, &da->items[i]->head, b);
    } else if (b->tag == VAL_CONJ && a->tag != VAL_CONJ) {
        yes = a->tag == VAL_TYPE && !((unsigned)b->kind & ~(unsigned)a->kind);
        for (size_t i = 0; !yes && i < b->n; i++)
            yes = subsumes(m, a, b->items[i]);
    } else if (a->tag != VAL_VERTEX) {
        yes = atom_subsumes(m, a, b);
    } else {
        vertex_t *x = value_vertex(a), *y = value_vertex(b);
        yes = b->tag == VAL_VERTEX && vertex_is_list(x) == vertex_is_list(y) &&
              (vertex_is_list(x) ? list_subsumes(m, x, y) : struct_subsumes(m, x, y));
    }
    eval_leave(m->e);
    return yes;
}

typedef struct values {
    value_t **p;
    size_t n;
} values_t;

static int by_choice(const void *x, const void *y) {
    const vertex_t *a = value_vertex(*(value_t *const *)x), *b = value_vertex(*(value_t *const *)y);
    for (uint32_t i = 0; i < a->nchoices && i < b->nchoices; i++) {
        if (a->choices[i] != b->choices[i])
            return a->choices[i] < b->choices[i] ? -1 : 1;
    }
    return 0;
}

/* The disjuncts without the defaults that another one includes: structs in the order written. */
static values_t disjuncts_of(maker_t *m, disj_t *d, bool written) {
    values_t out = {arena_array(m->e->arena, value_t *, d->n * 2), 0};
    for (size_t i = 0; i < d->n; i++) {
        bool included = false;
        for (size_t k = d->ndefaults; i < d->ndefaults && k < d->n && !included; k++)
            included = subsumes(m, &d->items[k]->head, &d->items[i]->head);
        if (!included)
            out.p[out.n++] = &d->items[i]->head;
    }
    if (written)
        qsort(out.p, out.n, sizeof *out.p, by_choice);
    /* CUE 0.9.2 evaluates a field of a comprehension twice and keeps what isn't default of both. */
    for (size_t i = d->ndefaults; !written && m->conditional && d->ndefaults && out.n > 1 && i < d->n; i++)
        out.p[out.n++] = &d->items[i]->head;
    for (size_t i = 0; i < out.n; i++)
        out.p[i] = settle(m, out.p[i]);
    return out;
}

/* ---- JSON ---- */

static jv_t *json_of_data(arena_t *a, const cdata_t *d) {
    jv_t *v;
    switch (d->kind) {
    case LIB_NULL:
        return jv_null(a);
    case LIB_BOOL:
        return jv_bool(a, d->b);
    case LIB_INT:
    case LIB_FLOAT:
        return jv_double(a, num_to_double(d->num));
    case LIB_STRING:
    case LIB_BYTES:
        return jv_string(a, arena_str(a, d->s));
    default:
        v = d->kind == LIB_LIST ? jv_array(a) : jv_object(a);
    }
    for (size_t i = 0; i < d->n; i++) {
        if (d->kind == LIB_LIST)
            jv_append(a, v, json_of_data(a, d->items[i]));
        else
            jv_set(a, v, arena_str(a, d->fields[i].label), json_of_data(a, d->fields[i].value));
    }
    return v;
}

static jv_t *json_of(maker_t *m, value_t *v) {
    bottom_t *error = NULL;
    cdata_t *d = data_of_value(m->e, v, &error);
    if (d)
        return json_of_data(m->a, d);
    if (!m->failed && error)
        bottom_report(m->e, error, m->err);
    m->failed = true;
    return jv_null(m->a);
}

/* Scalars, and lists of them: what an enum may name. */
static bool is_concrete(maker_t *m, value_t *v) {
    v = settle(m, v);
    if (value_is_scalar(v))
        return true;
    if (v->tag != VAL_VERTEX || disjunction_of(v) || !vertex_is_list(value_vertex(v)))
        return false;
    vertex_t *t = value_vertex(v);
    for (uint32_t i = 0; i < t->narcs; i++) {
        if (!is_concrete(m, &t->arcs[i]->head))
            return false;
    }
    return !t->list_open;
}

/* ---- builders ---- */

static builder_t *builder_new(maker_t *m) {
    builder_t *b = arena_new(m->e->arena, builder_t);
    b->m = m;
    b->all_of = jv_array(m->a);
    b->conditional = m->conditional;
    return b;
}

static builder_t *disjunct_builder(builder_t *parent) {
    builder_t *b = builder_new(parent->m);
    b->core = parent->core ? parent->core : parent;
    b->type = parent->type;
    b->format = parent->format;
    return b;
}

static void set_type(builder_t *b, const char *type) {
    if (!b->type)
        b->type = type;
}

static void set_single(builder_t *b, const char *key, jv_t *v) {
    if (!b->single)
        b->single = jv_object(b->m->a);
    jv_setc(b->m->a, b->single, key, v);
}

/* A key that is there already makes a further conjunct. */
static void set(builder_t *b, const char *key, jv_t *v) {
    if (!b->current || jv_getc(b->current, key)) {
        b->current = jv_object(b->m->a);
        jv_append(b->m->a, b->all_of, b->current);
    }
    jv_setc(b->m->a, b->current, key, v);
}

static jv_t *pair(maker_t *m, const char *key, jv_t *v) {
    jv_t *o = jv_object(m->a);
    jv_setc(m->a, o, key, v);
    return o;
}

static void set_not(builder_t *b, const char *key, jv_t *v) {
    jv_append(b->m->a, b->all_of, pair(b->m, "not", pair(b->m, key, v)));
}

static jv_t *finish(builder_t *b) {
    arena_t *a = b->m->a;
    jv_t *t;
    if (b->made)
        return b->made;
    t = b->all_of->n == 1 ? b->all_of->items[0] : jv_object(a);
    if (b->all_of->n > 1)
        jv_setc(a, t, "allOf", b->all_of);
    for (size_t i = 0; i < jv_count(b->single); i++)
        jv_set(a, t, b->single->members[i].key, b->single->members[i].value);
    if (b->type && !b->core && !jv_getc(t, "type"))
        jv_setc(a, t, "type", jv_string(a, str_c(b->type)));
    if (b->format && (!b->core || b->core->format != b->format))
        jv_setc(a, t, "format", jv_string(a, str_c(b->format)));
    return t;
}

/* ---- comments ---- */

/* The text of the group of comments right before a field, as Go's ast.CommentGroup has it. */
static str_t doc_text(arena_t *a, const syn_field_t *f) {
    buf_t out;
    bool blank = false;
    uint16_t from = 0;
    buf_init_arena(&out, a);
    for (uint16_t i = 0; i < f->ncomments; i++) {
        if (f->comments[i].doc && f->comments[i].new_group)
            from = i;
    }
    for (uint16_t i = from; i < f->ncomments; i++) {
        str_t s = f->comments[i].text;
        if (!f->comments[i].doc)
            continue;
        s = str_from(s, str_starts(s, STR("//")) ? 2 : 0);
        s = str_from(s, str_starts(s, STR(" ")) ? 1 : 0);
        while (s.n && (s.p[s.n - 1] == ' ' || s.p[s.n - 1] == '\t' || s.p[s.n - 1] == '\r'))
            s.n--;
        if (s.n && blank && out.n)
            buf_char(&out, '\n');
        blank = !s.n;
        if (!s.n)
            continue;
        buf_add(&out, s);
        buf_char(&out, '\n');
    }
    return buf_str(&out);
}

typedef struct docs {
    arena_t *a;
    buf_t text;
    str_t *seen;
    size_t n;
} docs_t;

static void add_doc(docs_t *d, const syn_field_t *f) {
    str_t s = doc_text(d->a, f);
    for (size_t i = 0; i < d->n; i++) {
        if (str_eq(d->seen[i], s))
            return;
    }
    if (!s.n)
        return;
    d->seen = arena_grow(d->a, d->seen, d->n * sizeof s, (d->n + 1) * sizeof s);
    d->seen[d->n++] = s;
    if (d->text.n)
        buf_addc(&d->text, "\n\n");
    buf_add(&d->text, s);
}

/* a: b: c: whose comments belong to c; of a: [string]: c they are a's own. */
static bool is_chain(const syn_field_t *f) {
    const syn_t *in = f->chained && f->value && f->value->n == 1 ? f->value->items[0] : NULL;
    return in && in->kind == SYN_FIELD && !in->field->pattern && !in->field->dynamic;
}

/* Of a chain a: b: c: the comments before it belong to c. */
static void add_chain_docs(docs_t *d, const vertex_t *parent, const syn_t *field) {
    for (const vertex_t *p = parent; p && field; p = p->parent) {
        const syn_t *outer = NULL;
        for (uint32_t i = 0; i < p->nconjs; i++) {
            const syn_t *f = p->conjs[i].field;
            if (!f || !is_chain(f->field) || f->field->value->items[0] != field)
                continue;
            outer = f;
            add_doc(d, f->field);
        }
        field = outer;
    }
}

static void describe(builder_t *b, const vertex_t *v) {
    docs_t d = {.a = b->m->a};
    buf_init_arena(&d.text, d.a);
    for (uint32_t i = 0; i < v->nconjs; i++) {
        const syn_t *f = v->conjs[i].field;
        if (!f || is_chain(f->field))
            continue;
        add_doc(&d, f->field);
        add_chain_docs(&d, v->parent, f);
    }
    if (d.text.n)
        set_single(b, "description", jv_string(d.a, str_trim(buf_str(&d.text))));
}

/* ---- what the kinds of values say ---- */

static void unsupported(builder_t *b, const value_t *v, const char *type) {
    maker_t *m = b->m;
    str_t text = value_text(m->e, (value_t *)(uintptr_t)v);
    if (!m->failed)
        error_set(m->err, ERR_INVALID, "parameter: unsupported op in " STR_FMT " for %s type", STR_ARG(text), type);
    m->failed = true;
}

/* A validator with one integer for argument. */
static bool count_of(const value_t *v, const char *name, int64_t *n) {
    const validator_t *f = v->validator;
    return v->tag == VAL_VALIDATOR && str_eqc(f->name, name) && f->nargs == 1 && f->args[0]->tag == VAL_NUM &&
           num_to_int64(f->args[0]->num, n);
}

static void count(builder_t *b, const value_t *v, const char *name, const char *key) {
    int64_t n;
    if (v->tag == VAL_VALIDATOR && count_of(v, name, &n))
        set(b, key, jv_int(b->m->a, n));
}

static void number(builder_t *b, value_t *v) {
    maker_t *m = b->m;
    count(b, v, "math.MultipleOf", "multipleOf");
    if (v->tag == VAL_CONJ)
        unsupported(b, v, "number");
    if (v->tag != VAL_BOUND)
        return;
    jv_t *n = json_of(m, v->x), *both;
    switch ((syn_op_t)v->op) {
    case OP_LT:
    case OP_LE:
        if (v->op == OP_LT)
            set(b, "exclusiveMaximum", jv_bool(m->a, true));
        set(b, "maximum", n);
        break;
    case OP_GT:
    case OP_GE:
        if (v->op == OP_GT)
            set(b, "exclusiveMinimum", jv_bool(m->a, true));
        set(b, "minimum", n);
        break;
    case OP_NE: /* the misspelling is upstream's */
        both = jv_array(m->a);
        jv_append(m->a, both, pair(m, "minimum", n));
        jv_append(m->a, both, pair(m, "maximum", n));
        set_not(b, "allOff", both);
        break;
    default:
        unsupported(b, v, "number");
    }
}

static void text(builder_t *b, value_t *v, const char *type) {
    count(b, v, "strings.MinRunes", "minLength");
    count(b, v, "strings.MaxRunes", "maxLength");
    if (v->tag == VAL_CONJ)
        unsupported(b, v, type);
    if (v->tag != VAL_BOUND)
        return;
    if (v->op == OP_MATCH)
        set(b, "pattern", json_of(b->m, v->x));
    else if (v->op == OP_NMATCH)
        set_not(b, "pattern", json_of(b->m, v->x));
    else
        unsupported(b, v, type);
}

/* A list without items of its own, which OpenAPI can't say, has one schema for all. */
static void array(builder_t *b, value_t *v) {
    maker_t *m = b->m;
    if (v->tag != VAL_VERTEX) {
        count(b, v, "list.MinItems", "minItems");
        count(b, v, "list.MaxItems", "maxItems");
        return;
    }
    vertex_t *t = value_vertex(v), *elem = element_of(m, t);
    if (t->narcs) {
        fail(m, vertex_original(t), "a list of given items has no OpenAPI v3 schema", "");
        return;
    }
    if (!elem)
        return;
    jv_t *s = schema_of(m, b->core ? b->core->items : NULL, elem);
    if (!b->core || s->n)
        set_single(b, "items", s);
}

/* The field was brought by a comprehension of the struct. */
static bool brought(const syn_t *literal, const vertex_t *arc, bool within, int depth) {
    for (uint32_t i = 0; i < literal->n && depth < MAX_NESTING; i++) {
        const syn_t *x = literal->items[i];
        if (x->kind == SYN_COMPREHENSION && x->x && x->x->kind == SYN_STRUCT && brought(x->x, arc, true, depth + 1))
            return true;
        for (uint32_t k = 0; within && k < arc->nconjs; k++) {
            if (arc->conjs[k].field == x)
                return true;
        }
    }
    return false;
}

static bool is_conditional(maker_t *m, const vertex_t *v, const vertex_t *arc) {
    bool yes = m->conditional;
    for (uint32_t i = 0; !yes && i < v->nliterals; i++)
        yes = brought(v->literals[i], arc, false, 0);
    return yes;
}

static builder_t *property_of(builder_t *b, str_t name) {
    for (size_t i = 0; b && i < b->nproperties; i++) {
        if (str_eq(b->properties[i].name, name))
            return b->properties[i].of;
    }
    return NULL;
}

static bool is_outside(const builder_t *b, str_t name) {
    const jv_t *names = b->core ? b->core->outside : NULL;
    for (size_t i = 0; i < jv_count(names); i++) {
        if (str_eq(names->items[i]->s, name))
            return true;
    }
    return false;
}

static void object(builder_t *b, value_t *value) {
    maker_t *m = b->m;
    if (value->tag != VAL_VERTEX) {
        count(b, value, "struct.MinFields", "minProperties");
        count(b, value, "struct.MaxFields", "maxProperties");
        return;
    }
    vertex_t *v = value_vertex(value), **arcs = order_export(m->e, v), *elem;
    jv_t *required = jv_array(m->a), *properties = jv_getc(b->single, "properties");
    if (!properties)
        properties = jv_object(m->a);
    for (uint32_t i = 0; i < v->narcs && !m->failed; i++) {
        vertex_t *arc = arcs[i];
        if (arc->label->kind != LABEL_STRING)
            continue;
        str_t name = arena_str(m->a, arc->label->s);
        if (arc->mark != FIELD_OPTIONAL && !is_outside(b, name))
            jv_append(m->a, required, jv_string(m->a, name));
        bool before = m->conditional;
        m->conditional = is_conditional(m, v, arc);
        jv_t *s = schema_of(m, property_of(b->core, name), arc);
        m->conditional = before;
        if (!b->core || s->n)
            jv_set(m->a, properties, name, s);
    }
    if (required->n)
        set(b, "required", required);
    if (properties->n)
        set_single(b, "properties", properties);
    if ((!b->core || !b->core->items) && (elem = element_of(m, v))) {
        jv_t *s = schema_of(m, NULL, elem);
        if (s->n || !b->core)
            set_single(b, "additionalProperties", s);
    }
}

static void dispatch(builder_t *b, value_t *v) {
    maker_t *m = b->m;
    switch (kind_of(m, v)) {
    case LIB_NULL:
        set_single(b, "nullable", jv_bool(m->a, true));
        break;
    case LIB_BOOL:
        set_type(b, "boolean");
        break;
    case LIB_FLOAT:
    case LIB_NUMBER:
        set_type(b, "number");
        number(b, v);
        break;
    case LIB_INT:
        set_type(b, "integer");
        number(b, v);
        break;
    case LIB_BYTES:
        if (!b->type)
            b->format = "byte";
        set_type(b, "string");
        text(b, v, "bytes");
        break;
    case LIB_STRING:
        set_type(b, "string");
        text(b, v, "string");
        break;
    case LIB_STRUCT:
        set_type(b, "object");
        object(b, v);
        break;
    case LIB_LIST:
        set_type(b, "array");
        array(b, v);
        break;
    default:
        break;
    }
}

/* ---- disjunctions ---- */

static void one_of(builder_t *b, values_t d, jv_t *enums) {
    maker_t *m = b->m;
    jv_t *out = jv_array(m->a), **schemas = arena_array(m->e->arena, jv_t *, d.n);
    if (enums->n)
        jv_append(m->a, out, pair(m, "enum", enums));
    for (size_t i = 0; i < d.n; i++) {
        builder_t *c = disjunct_builder(b);
        add_value(c, d.p[i]);
        schemas[i] = finish(c);
        if (!schemas[i]->n && !c->type)
            return;
    }
    for (size_t i = 0; i < d.n; i++) {
        jv_t *included = jv_array(m->a), *s = schemas[i];
        for (size_t k = 0; k < d.n; k++) {
            if (k != i && subsumes(m, d.p[i], d.p[k]))
                jv_append(m->a, included, schemas[k]);
        }
        if (included->n) {
            jv_t *not = pair(m, "not", pair(m, "anyOf", included)), *both = jv_array(m->a);
            jv_append(m->a, both, s);
            jv_append(m->a, both, not );
            s = s->n ? pair(m, "allOf", both) : not ;
        }
        jv_append(m->a, out, s);
    }
    set(b, "oneOf", out);
}

static void disjunction(builder_t *b, values_t all) {
    maker_t *m = b->m;
    values_t rest = {arena_array(m->e->arena, value_t *, all.n), 0};
    jv_t *enums = jv_array(m->a);
    bool nullable = false;
    for (size_t i = 0; i < all.n; i++) {
        if (all.p[i]->tag == VAL_NULL)
            nullable = true;
        else if (is_concrete(m, all.p[i]))
            jv_append(m->a, enums, json_of(m, all.p[i]));
        else
            rest.p[rest.n++] = all.p[i];
    }
    if (nullable)
        set_single(b, "nullable", jv_bool(m->a, true));
    if (rest.n > 1 || (rest.n == 1 && enums->n)) {
        one_of(b, rest, enums);
        return;
    }
    if (rest.n)
        add_value(b, rest.p[0]);
    if (enums->n && !b->core)
        set(b, "enum", enums);
}

/* Of {a: int, {b: int} | {c: int}}: a, which the disjuncts don't repeat. */
static void require_outside(builder_t *b, const vertex_t *v) {
    arena_t *a = b->m->a;
    const syn_t *x = v->nconjs == 1 ? v->conjs[0].x : NULL;
    b->outside = jv_array(a);
    for (uint32_t i = 0; x && x->kind == SYN_STRUCT && i < x->n; i++) {
        const syn_t *f = x->items[i];
        if (f->kind == SYN_FIELD && f->field->mark != FIELD_OPTIONAL && !f->field->pattern && !f->field->dynamic &&
            f->label_kind == LABEL_STRING)
            jv_append(a, b->outside, jv_string(a, arena_str(a, f->str)));
    }
    if (b->outside->n)
        set(b, "required", b->outside);
}

static void conjunct(builder_t *b, value_t *v) {
    maker_t *m = b->m;
    disj_t *d = disjunction_of(v);
    bottom_t *error = v->tag == VAL_BOTTOM ? v->bottom : v->tag == VAL_VERTEX ? value_vertex(v)->incomplete : NULL;
    if (error) {
        if (!m->failed)
            bottom_report(m->e, error, m->err);
        m->failed = true;
    } else if (is_concrete(m, v)) {
        dispatch(b, v);
        if (!b->core) {
            jv_t *only = jv_array(m->a);
            jv_append(m->a, only, json_of(m, v));
            set(b, "enum", only);
        }
    } else if (d) {
        values_t all = disjuncts_of(m, d, kind_of(m, v) == LIB_STRUCT);
        if (!b->core && kind_of(m, v) == LIB_STRUCT && all.n > 1)
            require_outside(b, value_vertex(v));
        if (all.n == 1)
            dispatch(b, all.p[0]);
        else
            disjunction(b, all);
    } else {
        dispatch(b, v);
    }
}

static void add_default(builder_t *b, value_t *v) {
    maker_t *m = b->m;
    if (v->tag != VAL_VERTEX || b->core)
        return;
    vertex_t *t = vertex_default(value_vertex(v));
    bool list = vertex_is_list(t);
    if (t->disj || (!value_vertex(v)->disj && !(list && t->list_open)) || (list && !t->narcs))
        return;
    set(b, "default", json_of(m, &t->head));
}

static void add_value(builder_t *b, value_t *given) {
    value_t *v = settle(b->m, given);
    if (v->tag == VAL_CONJ) {
        for (size_t i = 0; i < v->n; i++)
            conjunct(b, v->items[i]);
    } else {
        conjunct(b, v);
    }
    add_default(b, v);
}

/* ---- schemas ---- */

static const char *type_of(unsigned kind) {
    switch (kind & ~(unsigned)LIB_NULL) {
    case LIB_BOOL:
        return "boolean";
    case LIB_FLOAT:
    case LIB_NUMBER:
        return "number";
    case LIB_INT:
        return "integer";
    case LIB_BYTES:
    case LIB_STRING:
        return "string";
    case LIB_STRUCT:
        return "object";
    case LIB_LIST:
        return "array";
    default:
        return NULL;
    }
}

static const char *format_of(maker_t *m, value_t *v) {
    static const struct {
        const char *text, *format;
    } known[] = {
        {"bytes", "binary"},
        {"time.Time()", "date-time"},
        {"time.Time", "date-time"},
        {"time.Format(\"2006-01-02\")", "date"},
        {"time.Format(\"2006-01-02T15:04:05.999999999Z07:00\")", "date-time"},
        {">=-2147483648 & <=2147483647 & int", "int32"},
        {">=-9223372036854775808 & <=9223372036854775807 & int", "int64"},
        {">=-340282346638528859811704183484516925440 & <=340282346638528859811704183484516925440", "float"},
        {">=-1.797693134862315708145274237317043567981E+308 & <=1.797693134862315708145274237317043567981E+308",
         "double"},
    };
    if (v->tag != VAL_TYPE && v->tag != VAL_CONJ && v->tag != VAL_VALIDATOR)
        return NULL;
    str_t s = value_text(m->e, v);
    for (size_t i = 0; i < sizeof known / sizeof *known; i++) {
        if (str_eqc(s, known[i].text))
            return known[i].format;
    }
    return NULL;
}

static jv_t *fill(builder_t *b, vertex_t *given) {
    maker_t *m = b->m;
    if (b->made)
        return b->made;
    value_t *v = settle(m, &given->head);
    if (!b->core)
        b->type = type_of(kind_of(m, v));
    b->format = format_of(m, v);
    if (!b->core || b->core->nvalues > 1)
        add_value(b, v);
    jv_t *s = finish(b);
    if (b->format && kind_of(m, v) & LIB_NUMBER) { /* the format says so */
        jv_removec(s, "minimum");
        jv_removec(s, "maximum");
    }
    b->made = s;
    return s;
}

static builder_t *core_property(builder_t *b, str_t name) {
    builder_t *sub = property_of(b, name);
    size_t n = b->nproperties;
    if (sub)
        return sub;
    sub = builder_new(b->m);
    b->properties = arena_grow(b->m->e->arena, b->properties, n * sizeof(property_t), (n + 1) * sizeof(property_t));
    b->properties[b->nproperties++] = (property_t){name, sub};
    return sub;
}

static void core_struct(builder_t *b, vertex_t *v, bool deep) {
    maker_t *m = b->m;
    if (v->disj) {
        values_t all = disjuncts_of(m, v->disj, false);
        for (size_t i = 0; all.n > 1 && i < all.n; i++) {
            b->disjoint = true;
            build_core(b, value_vertex(all.p[i]), true);
        }
        v = vertex_default(v);
        if (v->disj)
            return;
    }
    if (!deep && !b->disjoint)
        return;
    vertex_t *elem = element_of(m, v);
    if (elem) {
        if (!b->items)
            b->items = builder_new(m);
        build_core(b->items, elem, true);
    }
    for (uint32_t i = 0; i < v->narcs; i++) {
        if (v->arcs[i]->label->kind != LABEL_STRING)
            continue;
        bool before = m->conditional;
        m->conditional = is_conditional(m, v, v->arcs[i]);
        build_core(core_property(b, arena_str(m->a, v->arcs[i]->label->s)), v->arcs[i], true);
        m->conditional = before;
    }
}

/* Collects what all disjuncts have to say of each field. Of a value that is no disjunction the schemas of its fields
 * come with its constraints; they are only gathered here (deep) where there are other disjuncts. */
static void build_core(builder_t *b, vertex_t *given, bool deep) {
    maker_t *m = b->m;
    value_t *s = settle(m, &given->head);
    vertex_t *v = s->tag == VAL_VERTEX ? value_vertex(s) : given;
    eval_enter(m->e);
    eval_step(m->e);
    if (++m->depth > MAX_NESTING)
        fail(m, given, "cyclic structures have no OpenAPI v3 schema", "");
    if (!m->failed) {
        if (!given->origin)
            describe(b, given);
        if (kind_of(m, s) == LIB_STRUCT && s->tag == VAL_VERTEX)
            core_struct(b, v, deep);
        else if (s->tag == VAL_VERTEX && !v->disj && deep && element_of(m, v)) {
            if (!b->items)
                b->items = builder_new(m);
            build_core(b->items, element_of(m, v), true);
        }
    }
    m->depth--;
    eval_leave(m->e);
    for (size_t i = 0; i < b->nvalues; i++) {
        if (vertex_equal(m->e, b->values[i], given))
            return;
    }
    b->values = arena_grow(m->e->arena, b->values, b->nvalues * sizeof v, (b->nvalues + 1) * sizeof v);
    b->values[b->nvalues++] = given;
}

static jv_t *core_schema(builder_t *b) {
    maker_t *m = b->m;
    bool before = m->conditional;
    jv_t *out;
    m->conditional = b->conditional;
    if (b->nvalues == 1) {
        out = fill(b, b->values[0]);
    } else {
        jv_t *properties = jv_object(m->a);
        for (size_t i = 0; i < b->nproperties; i++)
            jv_set(m->a, properties, b->properties[i].name, core_schema(b->properties[i].of));
        if (properties->n || b->items)
            set_type(b, "object");
        if (properties->n)
            set_single(b, "properties", properties);
        if (b->items)
            set_single(b, "additionalProperties", core_schema(b->items));
        out = finish(b);
    }
    m->conditional = before;
    return out;
}

static jv_t *schema_of(maker_t *m, builder_t *core, vertex_t *v) {
    builder_t *b = builder_new(m);
    jv_t *s = jv_object(m->a);
    eval_enter(m->e);
    if (++m->depth > MAX_NESTING)
        fail(m, v, "cyclic structures have no OpenAPI v3 schema", "");
    if (core) {
        b->core = core;
    } else if (!m->failed) {
        build_core(b, v, false);
        core_schema(b);
    }
    if (!m->failed)
        s = fill(b, v);
    m->depth--;
    eval_leave(m->e);
    return s;
}

/* ---- as kin-openapi and vela-core pass it on ---- */

static void usage(arena_t *a, jv_t *s) {
    jv_t *d = jv_getc(s, "description");
    if (!d)
        return;
    str_t t = d->s;
    ptrdiff_t at = str_find(t, STR("+usage="));
    if (at >= 0) {
        t = str_from(t, (size_t)at + 7);
        at = str_find(t, STR("+usage="));
        if (at >= 0)
            t = str_sub(t, 0, (size_t)at);
    }
    at = str_find(t, STR("+short"));
    if (at >= 0)
        t = str_trim(str_sub(t, 0, (size_t)at));
    if (t.n)
        jv_setc(a, s, "description", jv_string(a, t));
    else
        jv_removec(s, "description");
}

/* Titles and descriptions, down properties and items only. */
static void title(arena_t *a, str_t name, jv_t *s) {
    jv_t *properties = jv_getc(s, "properties"), *items = jv_getc(s, "items");
    str_t type = jv_path_str(s, "type", NULL);
    for (size_t i = 0; str_eqc(type, "object") && i < jv_count(properties); i++)
        title(a, properties->members[i].key, properties->members[i].value);
    if (str_eqc(type, "array") && items)
        title(a, STR(""), items);
    if (name.n)
        jv_setc(a, s, "title", jv_string(a, name));
    usage(a, s);
}

/* What Go's omitempty leaves out. */
static void drop_empty(jv_t *s) {
    jv_t *properties = jv_getc(s, "properties");
    static const char *const counts[] = {"minLength", "minItems", "minProperties"};
    static const char *const below[] = {"items", "additionalProperties", "not"};
    static const char *const lists[] = {"allOf", "anyOf", "oneOf"};
    if (!jv_is(s, JV_OBJECT))
        return;
    if (jv_is(jv_getc(s, "default"), JV_NULL))
        jv_removec(s, "default");
    for (size_t i = 0; i < 3; i++) {
        int64_t n;
        jv_t *list = jv_getc(s, lists[i]);
        if (jv_as_int(jv_getc(s, counts[i]), &n) && n == 0)
            jv_removec(s, counts[i]);
        drop_empty(jv_getc(s, below[i]));
        for (size_t k = 0; k < jv_count(list); k++)
            drop_empty(list->items[k]);
    }
    for (size_t i = 0; i < jv_count(properties); i++)
        drop_empty(properties->members[i].value);
}

static const char base_template[] =
    "context: {\n\tname: string\n\tconfig?: [...{\n\t\tname: string\n\t\tvalue: string\n\t}]\n\t...\n}\n";

static jv_t *make(maker_t *m) {
    eval_t *e = m->e;
    vertex_finalize(e, e->root);
    bottom_t *error = vertex_error(e->root);
    vertex_t *p = vertex_find(vertex_deref(e->root), label_intern(&e->labels, LABEL_STRING, STR("parameter")));
    value_t *v = p && p->mark == FIELD_REGULAR ? settle(m, &p->head) : NULL;
    if (error) {
        bottom_report(e, error, m->err);
        return NULL;
    }
    if (!v || v->tag == VAL_BOTTOM)
        return pair(m, "type", jv_string(m->a, STR("object")));
    jv_t *s = schema_of(m, NULL, p);
    if (m->failed)
        return NULL;
    drop_empty(s);
    title(m->a, STR(""), s);
    return s;
}

static void gave_up(eval_t *e, err_t *err) {
    if (e->gave_up == ERR_MEMORY || (!e->gave_up && !arena_over_limit(e->arena)))
        error_memory(err);
    else if (e->gave_up == ERR_CANCELLED)
        error_set(err, ERR_CANCELLED, "the evaluation was cancelled");
    else
        error_set(err, ERR_LIMIT, "the schema takes more %s than allowed", e->gave_up_for ? e->gave_up_for : "memory");
}

jv_t *cue_openapi_schema(cue_program_t *p, arena_t *a, err_t *err) {
    eval_t *e = cue_eval_start(p, NULL, err);
    jmp_buf env;
    char here;
    jv_t *out = NULL;
    if (!e)
        return NULL;
    if (cue_fill_source(e, "", str_c(base_template), err) && cue_root(e)) {
        jmp_buf *old = arena_guard(e->arena, &env);
        if (setjmp(env)) {
            arena_guard(e->arena, NULL);
            gave_up(e, err);
        } else {
            maker_t m = {.e = e, .a = e->arena, .err = err};
            e->jump = &env;
            e->stack = &here;
            e->depth = 0;
            jv_t *s = make(&m);
            arena_guard(e->arena, old);
            out = s ? jv_copy(a, s) : NULL;
        }
    }
    cue_eval_end(e);
    return out;
}
