/* Definitions in the form of `vela def`: one CUE file with imports, a field named like the definition that says what it
 * is, and the template. */
#include "config/cue/syntax.h"
#include "handlers/definition.h"

typedef struct parts {
    syn_t *imports; /* a SYN_STRUCT of the import declarations */
    syn_t *header;  /* a SYN_FIELD */
    syn_t *body;    /* the template's struct */
} parts_t;

static bool split_file(arena_t *a, syn_t *file, parts_t *out, err_t *err) {
    *out = (parts_t){.imports = syn_struct(a)};
    for (size_t i = 0; i < file->n; i++) {
        syn_t *d = file->items[i];
        if (d->kind == SYN_IMPORT) {
            syn_append(a, out->imports, d);
        } else if (d->kind == SYN_FIELD && str_eqc(syn_label(d), "template")) {
            if (d->field->value->kind != SYN_STRUCT)
                return error_set(err, ERR_INVALID, "template is no struct");
            out->body = d->field->value;
        } else if (d->kind == SYN_FIELD) {
            if (out->header)
                return error_set(err, ERR_INVALID, "duplicated definition name found, " STR_FMT " and " STR_FMT,
                                 STR_ARG(syn_label(out->header)), STR_ARG(syn_label(d)));
            out->header = d;
        }
    }
    if (!out->header)
        return error_set(err, ERR_INVALID, "no metadata found, invalid");
    if (!out->body)
        return error_set(err, ERR_INVALID, "no template found, invalid");
    return true;
}

static str_t format(arena_t *a, const syn_t *x) {
    buf_t b;
    buf_init_arena(&b, a);
    cue_format(&b, x, true);
    return buf_str(&b);
}

/* The three templates of attributes.status may be written as CUE or as the text of it; a manifest holds the text. */
static void status_to_text(arena_t *a, syn_t *header) {
    static const char *const names[] = {"healthPolicy", "customStatus", "details"};
    syn_t *f = header;
    const char *const way[] = {"attributes", "status"};
    for (size_t i = 0; i < 2 && f; i++)
        f = f->field->value->kind == SYN_STRUCT ? syn_get(f->field->value, str_c(way[i])) : NULL;
    for (size_t i = 0; f && f->field->value->kind == SYN_STRUCT && i < 3; i++) {
        syn_t *t = syn_get(f->field->value, str_c(names[i]));
        if (t && t->field->value->kind == SYN_STRUCT)
            t->field->value = syn_string(a, format(a, t->field->value));
    }
}

static jv_t *evaluate_header(arena_t *a, str_t file, syn_t *header, err_t *err) {
    syn_t *top = syn_struct(a);
    syn_append(a, top, header);
    cue_source_t source = {file, format(a, top)};
    cue_program_t *p = cue_compile(&source, 1, NULL, err);
    cue_eval_t *e = p ? cue_eval_start(p, NULL, err) : NULL;
    cue_program_release(p);
    jv_t *out = e ? cue_export_json(cue_root(e), a, err) : NULL;
    cue_eval_end(e);
    return out ? jv_get(out, syn_label(header)) : NULL;
}

/* Keys of the author's own get a prefix in the manifest; those with oam.dev in them stay as they are. */
static void copy_strings(arena_t *a, jv_t *manifest, const char *map, const jv_t *from) {
    for (size_t i = 0; i < jv_count(from) && jv_is(from, JV_OBJECT); i++) {
        str_t key = from->members[i].key;
        if (str_find(key, STR("oam.dev")) < 0)
            key = arena_concat(a, STR("custom.definition.oam.dev/"), key);
        jv_t *to = jv_path(manifest, "metadata", map, NULL);
        if (!to) {
            to = jv_object(a);
            jv_set_path(a, manifest, to, "metadata", map, NULL);
        }
        jv_set(a, to, key, from->members[i].value);
    }
}

static bool kind_of(str_t brief, const char **kind) {
    for (int i = 0; i < DEFINITION_KINDS; i++)
        if (str_eqc(brief, definition_kind_short((definition_kind_t)i))) {
            *kind = definition_kind_name((definition_kind_t)i);
            return true;
        }
    return false;
}

static jv_t *make_manifest(arena_t *a, str_t name, const jv_t *header, str_t template, err_t *err) {
    const char *kind;
    str_t type = jv_str(jv_getc(header, "type"));
    if (!kind_of(type, &kind))
        return error_set(err, ERR_INVALID, "invalid type \"" STR_FMT "\"", STR_ARG(type)), NULL;
    jv_t *m = jv_object(a);
    jv_setc(a, m, "apiVersion", jv_string(a, STR("core.oam.dev/v1beta1")));
    jv_setc(a, m, "kind", jv_string(a, str_c(kind)));
    jv_set_path(a, m, jv_string(a, name), "metadata", "name", NULL);
    const struct {
        const char *key, *annotation;
    } texts[] = {{"alias", "definition.oam.dev/alias"}, {"description", "definition.oam.dev/description"}};
    for (size_t i = 0; i < 2; i++)
        if (jv_is(jv_getc(header, texts[i].key), JV_STRING))
            jv_set_path(a, m, jv_getc(header, texts[i].key), "metadata", "annotations", texts[i].annotation, NULL);
    copy_strings(a, m, "annotations", jv_getc(header, "annotations"));
    copy_strings(a, m, "labels", jv_getc(header, "labels"));
    jv_t *spec = jv_getc(header, "attributes");
    jv_setc(a, m, "spec", jv_is(spec, JV_OBJECT) ? spec : jv_object(a));
    if (!jv_set_path(a, m, jv_string(a, template), "spec", "schematic", "cue", "template", NULL))
        return error_set(err, ERR_INVALID, "attributes.schematic is no struct"), NULL;
    return m;
}

jv_t *definition_from_cue(arena_t *a, str_t file, str_t text, err_t *err) {
    parts_t parts;
    syn_t *tree = syn_parse(a, file, text, err);
    if (!tree)
        return NULL;
    if (!split_file(a, tree, &parts, err))
        return error_wrap(err, STR_FMT, STR_ARG(file)), NULL;
    status_to_text(a, parts.header);
    jv_t *header = evaluate_header(a, file, parts.header, err);
    if (!header)
        return error_wrap(err, STR_FMT ": metadata", STR_ARG(file)), NULL;
    for (size_t i = 0; i < parts.body->n; i++)
        syn_append(a, parts.imports, parts.body->items[i]);
    jv_t *m = make_manifest(a, syn_label(parts.header), header, format(a, parts.imports), err);
    if (!m)
        error_wrap(err, STR_FMT, STR_ARG(file));
    return m;
}
