#include "contrib/apiserver/types.h"

#include "reactor/base/mem.h"

#include <stdio.h>
#include <stdlib.h>

struct types {
    arena_t *arena;
    table_t *by_name;
    schema_t **all;
    size_t count;
};

static const struct {
    const char *name;
    schema_kind_t kind;
} scalars[] = {
    {"string", SCHEMA_STRING},     {"bool", SCHEMA_BOOL},           {"int32", SCHEMA_INT32},
    {"int64", SCHEMA_INT64},       {"float64", SCHEMA_FLOAT},       {"bytes", SCHEMA_BYTES},
    {"time", SCHEMA_TIME},         {"microtime", SCHEMA_MICROTIME}, {"duration", SCHEMA_DURATION},
    {"quantity", SCHEMA_QUANTITY}, {"intstr", SCHEMA_INTSTR},       {"any", SCHEMA_ANY},
};

static _Noreturn void broken(str_t text) {
    fprintf(stderr, "velella-apiserver: broken type text: " STR_FMT "\n", STR_ARG(text));
    abort();
}

static void *named(types_t *t, str_t name) {
    schema_t *s = table_get(t->by_name, name);
    if (!s) {
        s = arena_new(t->arena, schema_t);
        s->kind = SCHEMA_STRUCT;
        s->name = name;
        if (!table_put(t->by_name, name, s, NULL))
            mem_die(sizeof *s);
    }
    return s;
}

static str_t word(str_t *rest, char until) {
    str_t before, after;
    if (!str_cut(*rest, until, &before, &after))
        after = STR_NONE;
    *rest = after;
    return before;
}

static void read_marks(types_t *t, schema_t *s, str_t marks) {
    while (marks.n) {
        char what = marks.p[0];
        marks = str_from(marks, 1);
        size_t n = 0;
        while (n < marks.n && marks.p[n] != '@' && marks.p[n] != '~')
            n++;
        str_t value = str_sub(marks, 0, n);
        marks = str_from(marks, n);
        if (what == '~') {
            if (str_eqc(value, "!"))
                s->retain_keys = true;
            else if (!str_eqc(value, "-"))
                s->merge_key = value;
        } else if (str_eqc(value, "set")) {
            s->set = true;
        } else if (str_eqc(value, "atomic")) {
            s->atomic = true;
        } else {
            str_t *keys = arena_array(t->arena, str_t, 4);
            while (value.n && s->nkeys < 4)
                keys[s->nkeys++] = word(&value, ',');
            s->keys = keys;
        }
    }
}

static schema_t *read_type(types_t *t, str_t text, bool *pointer) {
    size_t end = 0;
    while (end < text.n && text.p[end] != '@' && text.p[end] != '~')
        end++;
    str_t marks = str_from(text, end);
    text = str_sub(text, 0, end);
    *pointer = str_starts(text, STR("*"));
    if (*pointer)
        text = str_from(text, 1);
    schema_t *s;
    if (str_starts(text, STR("[]")) || str_starts(text, STR("{}"))) {
        s = arena_new(t->arena, schema_t);
        s->kind = text.p[0] == '[' ? SCHEMA_LIST : SCHEMA_MAP;
        s->element = read_type(t, str_from(text, 2), &s->pointers);
        read_marks(t, s, marks);
        return s;
    }
    for (size_t i = 0; i < sizeof scalars / sizeof *scalars; i++)
        if (str_eqc(text, scalars[i].name)) {
            s = arena_new(t->arena, schema_t);
            s->kind = scalars[i].kind;
            s->name = text;
            return s;
        }
    return named(t, text);
}

/* Takes the number off a field's name; without one it follows the last. */
static str_t read_number(str_t name, schema_field_t *f, int64_t *last) {
    str_t number, outer, inner;
    int64_t n = *last + 1, m = 0;
    if (str_cut(name, '#', &name, &number)) {
        if (!str_cut(number, '.', &outer, &inner)) {
            str_int(number, &n);
        } else if (str_int(outer, &m) && str_int(inner, &n)) {
            *last = m;
            f->outer = (uint8_t)m;
            f->number = (uint8_t)n;
            return name;
        }
    }
    *last = n;
    f->number = (uint8_t)n;
    return name;
}

static void read_struct(types_t *t, str_t line) {
    int64_t number = 0;
    str_t rest = line;
    schema_t *s = named(t, word(&rest, ' '));
    if (s->fields)
        broken(line);
    size_t most = 1;
    for (size_t i = 0; i < rest.n; i++)
        most += rest.p[i] == ' ';
    s->fields = arena_array(t->arena, schema_field_t, most);
    while (rest.n) {
        str_t f = word(&rest, ' '), name, type;
        if (str_eqc(f, "%atomic")) {
            s->atomic = true;
            continue;
        }
        if (!str_cut(f, ':', &name, &type))
            broken(line);
        schema_field_t *field = &s->fields[s->nfields++];
        field->omit = str_ends(name, STR("?"));
        field->name = read_number(str_sub(name, 0, name.n - field->omit), field, &number);
        field->type = read_type(t, type, &field->pointer);
        /* The one mark that sits on a struct's use: retainKeys and atomic of the struct itself. */
        if (field->type->kind == SCHEMA_STRUCT && str_ends(type, STR("~!")))
            field->type->retain_keys = true;
    }
    if (s->nfields > 12) {
        s->index = table_create();
        for (size_t i = 0; s->index && i < s->nfields; i++)
            if (!table_put(s->index, s->fields[i].name, &s->fields[i], NULL))
                mem_die(64);
    }
}

static int by_name(const void *a, const void *b) {
    return str_cmp((*(schema_t *const *)a)->name, (*(schema_t *const *)b)->name);
}

types_t *types_create(arena_t *a) {
    types_t *t = arena_new(a, types_t);
    t->arena = a;
    t->by_name = table_create();
    if (!t->by_name)
        mem_die(64);
    const char *const *const files[] = {types_core, types_other};
    for (size_t f = 0; f < 2; f++)
        for (const char *const *line = files[f]; *line; line++)
            read_struct(t, str_c(*line));
    t->all = arena_array(a, schema_t *, table_count(t->by_name));
    size_t i = 0;
    void *value;
    while (table_next(t->by_name, &i, NULL, &value)) {
        schema_t *s = value;
        if (!s->fields)
            broken(s->name);
        t->all[t->count++] = s;
    }
    qsort(t->all, t->count, sizeof *t->all, by_name);
    return t;
}

void types_release(types_t *t) {
    if (!t)
        return;
    for (size_t i = 0; i < t->count; i++)
        table_destroy(t->all[i]->index);
    table_destroy(t->by_name);
}

schema_t *types_get(const types_t *t, str_t name) {
    return table_get(t->by_name, name);
}

schema_t *types_at(const types_t *t, size_t i) {
    return i < t->count ? t->all[i] : NULL;
}

size_t types_count(const types_t *t) {
    return t->count;
}

const schema_field_t *schema_field(const schema_t *s, str_t name) {
    if (!s || s->kind != SCHEMA_STRUCT)
        return NULL;
    if (s->index)
        return table_get(s->index, name);
    for (size_t i = 0; i < s->nfields; i++)
        if (str_eq(s->fields[i].name, name))
            return &s->fields[i];
    return NULL;
}

const schema_t *schema_child(const schema_t *s, str_t key) {
    if (!s)
        return NULL;
    const schema_field_t *f = schema_field(s, key);
    if (f)
        return f->type;
    return s->kind == SCHEMA_MAP || s->kind == SCHEMA_STRUCT ? s->element : NULL;
}
