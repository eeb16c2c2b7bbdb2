#include "contrib/apiserver/selectors.h"

#include "contrib/apiserver/names.h"

#include <stdlib.h>

/* ---- label selectors: a lexer and a parser over its tokens ---- */

typedef struct lexer {
    arena_t *arena;
    str_t rest;
    str_t token; /* a word, or one of , ( ) ! = == != < >; empty at the end */
    bool word;
} lexer_t;

static bool special(char c) {
    return c && strchr("=!(),<>", c);
}

static void next(lexer_t *l) {
    l->rest = str_trim(l->rest);
    size_t n = 0;
    l->word = false;
    if (l->rest.n && special(l->rest.p[0])) {
        n = 1;
        char c = l->rest.p[0];
        if ((c == '=' || c == '!') && l->rest.n > 1 && l->rest.p[1] == '=')
            n = 2;
    } else {
        while (n < l->rest.n && !special(l->rest.p[n]) && !strchr(" \t\r\n", l->rest.p[n]))
            n++;
        l->word = n > 0;
    }
    l->token = str_sub(l->rest, 0, n);
    l->rest = str_from(l->rest, n);
}

static bool unexpected(const lexer_t *l, const char *what, err_t *err) {
    return error_set(err, ERR_INVALID, "found '" STR_FMT "', expected: %s", STR_ARG(l->token), what);
}

static void add_value(arena_t *a, requirement_t *r, str_t v) {
    r->values = arena_grow(a, r->values, r->n * sizeof(str_t), (r->n + 1) * sizeof(str_t));
    r->values[r->n++] = v;
}

static bool parse_set(lexer_t *l, requirement_t *r, err_t *err) {
    next(l);
    if (!str_eqc(l->token, "("))
        return error_set(err, ERR_INVALID, "found '" STR_FMT "' expected: '('", STR_ARG(l->token));
    for (;;) {
        next(l);
        if (l->word) {
            add_value(l->arena, r, l->token);
            next(l);
        } else if (str_eqc(l->token, ",") || str_eqc(l->token, ")")) {
            add_value(l->arena, r, STR(""));
        } else {
            return unexpected(l, "',', ')' or identifier", err);
        }
        if (str_eqc(l->token, ")"))
            return true;
        if (!str_eqc(l->token, ","))
            return unexpected(l, "',' or ')'", err);
    }
}

static bool check(arena_t *a, const requirement_t *r, err_t *err) {
    name_faults_t f = name_check(a, NAME_QUALIFIED, r->key);
    if (f.n)
        return error_set(err, ERR_INVALID, "<nil>: Invalid value: " STR_FMT ": " STR_FMT,
                         STR_ARG(fields_quote(a, r->key)), STR_ARG(name_join(a, &f, "; ")));
    for (size_t i = 0; i < r->n; i++) {
        int64_t number;
        if ((r->op == SELECT_GREATER || r->op == SELECT_LESS) && !str_int(r->values[i], &number))
            return error_set(err, ERR_INVALID,
                             "values[%zu]: Invalid value: " STR_FMT
                             ": for 'Gt', 'Lt' operators, the value must be an integer",
                             i, STR_ARG(fields_quote(a, r->values[i])));
        f = name_check(a, NAME_LABEL_VALUE, r->values[i]);
        if (f.n)
            return error_set(err, ERR_INVALID, "values[%zu][" STR_FMT "]: Invalid value: " STR_FMT ": " STR_FMT, i,
                             STR_ARG(r->key), STR_ARG(fields_quote(a, r->values[i])), STR_ARG(name_join(a, &f, "; ")));
    }
    return true;
}

static bool parse_operator(lexer_t *l, requirement_t *r, err_t *err) {
    if (!l->token.n || str_eqc(l->token, ",")) {
        r->op = SELECT_EXISTS;
        return true;
    }
    bool in = l->word && str_eqc(l->token, "in"), notin = l->word && str_eqc(l->token, "notin");
    if (in || notin) {
        r->op = in ? SELECT_IN : SELECT_NOT_IN;
        if (!parse_set(l, r, err))
            return false;
        next(l);
        return true;
    }
    if (str_eqc(l->token, "=") || str_eqc(l->token, "=="))
        r->op = SELECT_IN;
    else if (str_eqc(l->token, "!="))
        r->op = SELECT_NOT_IN;
    else if (str_eqc(l->token, ">"))
        r->op = SELECT_GREATER;
    else if (str_eqc(l->token, "<"))
        r->op = SELECT_LESS;
    else
        return unexpected(l, "in, notin, =, ==, !=, gt, lt", err);
    next(l);
    str_t value = STR("");
    if (l->word) {
        value = l->token;
        next(l);
    } else if (l->token.n && !str_eqc(l->token, ",")) {
        return unexpected(l, "identifier", err);
    }
    add_value(l->arena, r, value);
    return true;
}

static bool parse_requirement(lexer_t *l, requirement_t *r, err_t *err) {
    bool not = str_eqc(l->token, "!");
    if (not )
        next(l);
    if (!l->word)
        return unexpected(l, "identifier", err);
    r->key = l->token;
    next(l);
    if (not ) {
        r->op = SELECT_NOT_EXISTS;
        return check(l->arena, r, err);
    }
    return parse_operator(l, r, err) && check(l->arena, r, err);
}

bool selector_parse(arena_t *a, str_t text, selector_t *out, err_t *err) {
    lexer_t l = {.arena = a, .rest = text};
    *out = (selector_t){0};
    next(&l);
    while (l.token.n) {
        if (!l.word && !str_eqc(l.token, "!"))
            return unexpected(&l, "!, identifier, or 'end of string'", err);
        out->items = arena_grow(a, out->items, out->n * sizeof *out->items, (out->n + 1) * sizeof *out->items);
        out->items[out->n] = (requirement_t){0};
        if (!parse_requirement(&l, &out->items[out->n++], err))
            return error_wrap(err, "unable to parse requirement");
        if (!l.token.n)
            break;
        if (!str_eqc(l.token, ","))
            return unexpected(&l, "',' or 'end of string'", err);
        next(&l);
        if (!l.word && !str_eqc(l.token, "!"))
            return error_set(err, ERR_INVALID, "found '" STR_FMT "', expected: identifier after ','", STR_ARG(l.token));
    }
    return true;
}

static bool meets(const requirement_t *r, bool has, str_t value) {
    int64_t have, want;
    switch (r->op) {
    case SELECT_EXISTS:
        return has;
    case SELECT_NOT_EXISTS:
        return !has;
    case SELECT_GREATER:
    case SELECT_LESS:
        if (!has || !str_int(value, &have) || !r->n || !str_int(r->values[0], &want))
            return false;
        return r->op == SELECT_GREATER ? have > want : have < want;
    case SELECT_IN:
    case SELECT_NOT_IN:
        break;
    }
    bool in = false;
    for (size_t i = 0; has && i < r->n && !in; i++)
        in = str_eq(r->values[i], value);
    return in == (r->op == SELECT_IN);
}

bool selector_matches(const selector_t *s, const object_t *o) {
    for (size_t i = 0; i < s->n; i++) {
        bool has;
        str_t value = object_label(o, s->items[i].key, &has);
        if (!meets(&s->items[i], has, value))
            return false;
    }
    return true;
}

bool selector_value_matches(const jv_t *selector, const jv_t *labels) {
    if (!jv_is(selector, JV_OBJECT))
        return false;
    const jv_t *equal = jv_getc(selector, "matchLabels"), *terms = jv_getc(selector, "matchExpressions");
    for (size_t i = 0; i < jv_count(equal); i++) {
        const jv_t *v = jv_get(labels, equal->members[i].key);
        if (!jv_is(v, JV_STRING) || !str_eq(v->s, jv_str(equal->members[i].value)))
            return false;
    }
    for (size_t i = 0; i < jv_count(terms); i++) {
        const jv_t *t = jv_at(terms, i), *v = jv_get(labels, jv_str(jv_getc(t, "key"))), *values = jv_getc(t, "values");
        str_t op = jv_str(jv_getc(t, "operator"));
        bool in = false;
        for (size_t k = 0; v && k < jv_count(values) && !in; k++)
            in = str_eq(jv_str(jv_at(values, k)), jv_str(v));
        if (str_eqc(op, "In") ? !in : str_eqc(op, "NotIn") ? in : str_eqc(op, "Exists") ? !v : v != NULL)
            return false;
    }
    return true;
}

static int member_order(const void *a, const void *b) {
    return str_cmp(((const jv_member_t *)a)->key, ((const jv_member_t *)b)->key);
}

str_t selector_text(arena_t *a, const jv_t *selector) {
    buf_t b;
    buf_init_arena(&b, a);
    const jv_t *equal = jv_getc(selector, "matchLabels"), *terms = jv_getc(selector, "matchExpressions");
    size_t n = jv_count(equal);
    jv_member_t *sorted = arena_array(a, jv_member_t, n + 1);
    if (n)
        memcpy(sorted, equal->members, n * sizeof *sorted);
    qsort(sorted, n, sizeof *sorted, member_order);
    for (size_t i = 0; i < n; i++) {
        buf_addc(&b, b.n ? "," : "");
        buf_add(&b, sorted[i].key);
        buf_char(&b, '=');
        buf_add(&b, jv_str(sorted[i].value));
    }
    for (size_t i = 0; i < jv_count(terms); i++) {
        const jv_t *t = jv_at(terms, i), *values = jv_getc(t, "values");
        str_t op = jv_str(jv_getc(t, "operator"));
        buf_addc(&b, b.n ? "," : "");
        buf_addc(&b, str_eqc(op, "DoesNotExist") ? "!" : "");
        buf_add(&b, jv_str(jv_getc(t, "key")));
        if (!str_eqc(op, "In") && !str_eqc(op, "NotIn"))
            continue;
        buf_addc(&b, str_eqc(op, "In") ? " in (" : " notin (");
        for (size_t k = 0; k < jv_count(values); k++) {
            buf_addc(&b, k ? "," : "");
            buf_add(&b, jv_str(jv_at(values, k)));
        }
        buf_char(&b, ')');
    }
    return buf_str(&b);
}

/* ---- field selectors ---- */

static const struct {
    const char *resource, *fields; /* beyond metadata.name and metadata.namespace */
} known_fields[] = {
    {"pods",
     "spec.nodeName spec.restartPolicy spec.schedulerName spec.serviceAccountName spec.hostNetwork status.phase "
     "status.podIP status.podIPs status.nominatedNodeName"},
    {"nodes", "spec.unschedulable"},
    {"replicationcontrollers", "status.replicas"},
    {"events", "involvedObject.kind involvedObject.namespace involvedObject.name involvedObject.uid "
               "involvedObject.apiVersion involvedObject.resourceVersion involvedObject.fieldPath reason "
               "reportingComponent source type"},
    {"events.events.k8s.io", "regarding.kind regarding.namespace regarding.name regarding.uid regarding.apiVersion "
                             "regarding.resourceVersion regarding.fieldPath reason reportingController type"},
    {"namespaces", "status.phase"},
    {"secrets", "type"},
    {"services", "spec.clusterIP spec.type"},
    {"jobs.batch", "status.successful"},
    {"certificatesigningrequests.certificates.k8s.io", "spec.signerName"},
};

static bool in_words(const char *words, str_t w) {
    str_t rest = str_c(words), one, after;
    while (rest.n) {
        str_cut(rest, ' ', &one, &after);
        if (str_eq(one, w))
            return true;
        rest = after;
    }
    return false;
}

static bool known(const resource_t *r, str_t key, err_t *err) {
    if (str_eqc(key, "metadata.name") || (str_eqc(key, "metadata.namespace") && !(r->flags & RESOURCE_CLUSTER)))
        return true;
    for (size_t i = 0; i < sizeof known_fields / sizeof *known_fields; i++)
        if (str_eqc(r->group_resource, known_fields[i].resource)) {
            if (in_words(known_fields[i].fields, key))
                return true;
            return error_set(err, ERR_INVALID, "field label not supported: " STR_FMT, STR_ARG(key));
        }
    if (r->crd) {
        if (in_words(resource_selectable(r), key))
            return true;
        return error_set(err, ERR_INVALID, "field label not supported: " STR_FMT, STR_ARG(key));
    }
    return error_set(err, ERR_INVALID,
                     "\"" STR_FMT "\" is not a known field selector: only \"metadata.name\", \"metadata.namespace\"",
                     STR_ARG(key));
}

bool field_selector_parse(arena_t *a, const resource_t *r, str_t text, field_selector_t *out, err_t *err) {
    *out = (field_selector_t){0};
    str_t rest = text;
    while (rest.n) {
        size_t n = 0;
        while (n < rest.n && rest.p[n] != ',')
            n += rest.p[n] == '\\' && n + 1 < rest.n ? 2 : 1;
        str_t term = str_sub(rest, 0, n);
        rest = str_from(rest, n + 1);
        if (!term.n)
            continue;
        ptrdiff_t eq = str_chr(term, '=');
        if (eq < 0)
            return error_set(err, ERR_INVALID, "invalid selector: '" STR_FMT "'; can't understand '" STR_FMT "'",
                             STR_ARG(text), STR_ARG(term));
        bool unequal = eq > 0 && term.p[eq - 1] == '!';
        str_t key = str_sub(term, 0, (size_t)eq - unequal), value = str_from(term, (size_t)eq + 1);
        if (str_starts(value, STR("=")))
            value = str_from(value, 1);
        if (str_find(value, STR("\\")) >= 0) {
            buf_t b;
            buf_init_arena(&b, a);
            for (size_t i = 0; i < value.n; i++) {
                i += value.p[i] == '\\' && i + 1 < value.n;
                buf_char(&b, value.p[i]);
            }
            value = buf_str(&b);
        }
        if (!known(r, key, err))
            return false;
        out->items = arena_grow(a, out->items, out->n * sizeof *out->items, (out->n + 1) * sizeof *out->items);
        out->items[out->n++] = (field_term_t){key, value, !unequal};
    }
    return true;
}

static const struct {
    const char *field, *path;
} renamed[] = {
    {"source", "source.component"},
    {"reportingController", "reportingComponent"},
    {"status.successful", "status.succeeded"},
    {"regarding", "involvedObject"},
};

static str_t field_text(arena_t *a, const jv_t *value, str_t key) {
    str_t head, tail;
    for (size_t i = 0; i < sizeof renamed / sizeof *renamed; i++) {
        if (str_eqc(key, renamed[i].field))
            key = str_c(renamed[i].path);
        else if (str_cut(key, '.', &head, &tail) && str_eqc(head, renamed[i].field))
            key = arena_printf(a, "%s." STR_FMT, renamed[i].path, STR_ARG(tail));
    }
    for (str_t rest = key; rest.n; rest = tail) {
        str_cut(rest, '.', &head, &tail);
        value = jv_get(value, head);
    }
    if (jv_is(value, JV_BOOL))
        return value->truth ? STR("true") : STR("false");
    if (jv_is(value, JV_NUMBER))
        return value->s;
    if (!value && (str_ends(key, STR("hostNetwork")) || str_ends(key, STR("unschedulable"))))
        return STR("false");
    if (!value && (str_ends(key, STR("status.succeeded")) || str_ends(key, STR("status.replicas"))))
        return STR("0");
    return jv_str(value);
}

bool field_selector_matches(const field_selector_t *f, const object_t *o) {
    arena_t *a = NULL;
    jv_t *value = NULL;
    bool ok = true;
    for (size_t i = 0; ok && i < f->n; i++) {
        const field_term_t *t = &f->items[i];
        str_t have;
        if (str_eqc(t->key, "metadata.name")) {
            have = o->name;
        } else if (str_eqc(t->key, "metadata.namespace")) {
            have = o->ns;
        } else {
            if (!a) {
                a = arena_create();
                if (!a)
                    return false;
                value = object_value(a, o);
            }
            have = field_text(a, value, t->key);
        }
        ok = str_eq(have, t->value) == t->equal;
    }
    arena_destroy(a);
    return ok;
}
