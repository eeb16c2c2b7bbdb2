#include "contrib/apiserver/output.h"

#include "contrib/apiserver/tables.h"

/* ---- negotiation ---- */

static str_t media_param(str_t range, const char *name) {
    str_t part, rest = range, key, value;
    while (rest.n) {
        str_t after;
        str_cut(rest, ';', &part, &after);
        rest = after;
        if (str_cut(str_trim(part), '=', &key, &value) && str_eqc(str_trim(key), name))
            return str_trim(value);
    }
    return STR_NONE;
}

static bool accept_one(call_t *c, str_t range) {
    str_t type, rest;
    str_cut(range, ';', &type, &rest);
    type = str_trim(type);
    bool json = str_eqc(type, "application/json") || str_eqc(type, "*/*") || str_eqc(type, "application/*");
    bool yaml = str_eqc(type, "application/yaml");
    if (!json && !yaml)
        return false;
    str_t as = media_param(range, "as"), version = media_param(range, "v"), group = media_param(range, "g");
    output_t form = OUTPUT_OBJECT;
    if (as.n) {
        if (!str_eqc(group, "meta.k8s.io") || !(str_eqc(version, "v1") || str_eqc(version, "v1beta1")))
            return false;
        if (str_eqc(as, "Table"))
            form = OUTPUT_TABLE;
        else if (str_eqc(as, "PartialObjectMetadata") || str_eqc(as, "PartialObjectMetadataList"))
            form = OUTPUT_METADATA;
        else
            return false;
    }
    c->output = form;
    c->yaml = yaml;
    return true;
}

bool output_prefer(call_t *c) {
    c->yaml = str_starts(str_trim(c->request->accept), STR("application/yaml"));
    return true;
}

/* Is there a range of a type that is served, with parameters that aren't? */
static bool odd_parameters(str_t accept) {
    str_t one, after;
    for (; accept.n; accept = after) {
        str_cut(accept, ',', &one, &after);
        if (str_starts(str_trim(one), STR("application/json")) || str_starts(str_trim(one), STR("application/yaml")))
            return true;
    }
    return false;
}

bool output_negotiate(call_t *c) {
    str_t rest = c->request->accept, one;
    if (!str_trim(rest).n)
        return true;
    while (rest.n) {
        str_t after;
        str_cut(rest, ',', &one, &after);
        rest = after;
        if (accept_one(c, str_trim(one)))
            return true;
    }
    if (odd_parameters(c->request->accept))
        return call_status(c, 406, "NotAcceptable",
                           STR("only the following media types are accepted: application/json, application/yaml, "
                               "application/vnd.kubernetes.protobuf"),
                           NULL);
    return call_generic(c, 406,
                        STR("406: Not Acceptable\n\nAvailable representations: application/json, application/yaml, "
                            "application/vnd.kubernetes.protobuf, application/json;stream=watch, "
                            "application/vnd.kubernetes.protobuf;stream=watch"));
}

/* ---- objects ---- */

jv_t *output_value(arena_t *a, const resource_t *r, jv_t *stored) {
    jv_t *v = r->from_storage ? r->from_storage(a, stored) : stored;
    jv_setc(a, v, "kind", jv_string(a, r->kind));
    jv_setc(a, v, "apiVersion", jv_string(a, r->api_version));
    return v;
}

static void add_head(buf_t *b, str_t kind, str_t api_version) {
    buf_addc(b, "{\"kind\":\"");
    buf_add(b, kind);
    buf_addc(b, "\",\"apiVersion\":\"");
    buf_add(b, api_version);
    buf_addc(b, "\",");
}

/* The common case costs no parsing: the stored text behind the head of this version. */
static void write_whole(arena_t *a, buf_t *b, const resource_t *r, const object_t *o, bool head) {
    if (r->from_storage) {
        jv_t *v = output_value(a, r, object_value(a, o));
        if (!head) {
            jv_removec(v, "kind");
            jv_removec(v, "apiVersion");
        }
        jv_write(b, v);
    } else if (head) {
        add_head(b, r->kind, r->api_version);
        buf_add(b, str_from(o->text, 1));
    } else {
        buf_add(b, o->text);
    }
}

void output_write(arena_t *a, buf_t *b, const resource_t *r, output_t form, const object_t *o, bool include_object) {
    if (form == OUTPUT_OBJECT) {
        write_whole(a, b, r, o, true);
        return;
    }
    jv_t *v = object_value(a, o);
    if (form == OUTPUT_METADATA) {
        jv_write(b, table_metadata(a, v));
        return;
    }
    jv_t *t = table_value(a, r, &v, 1, include_object ? STR("Metadata") : STR("None"));
    jv_set_path(a, t, jv_path(v, "metadata", "resourceVersion", NULL), "metadata", "resourceVersion", NULL);
    jv_write(b, t);
}

static void reply_value(call_t *c, int code, jv_t *v) {
    arena_t *a = c->arena;
    if (c->output == OUTPUT_METADATA) {
        v = table_metadata(a, v);
    } else if (c->output == OUTPUT_TABLE) {
        jv_t *version = jv_path(v, "metadata", "resourceVersion", NULL);
        v = table_value(a, c->resource, &v, 1, call_param(c, "includeObject"));
        jv_set_path(a, v, version ? version : jv_string(a, STR("")), "metadata", "resourceVersion", NULL);
    }
    call_reply(c, code, v);
}

void output_unstored(call_t *c, int code, jv_t *stored) {
    reply_value(c, code, output_value(c->arena, c->resource, stored));
}

void output_object(call_t *c, int code, const object_t *o) {
    arena_t *a = c->arena;
    if (c->output != OUTPUT_OBJECT || c->yaml) {
        jv_t *v = object_value(a, o);
        /* Tables and metadata are made of what is stored; only whole objects are converted. */
        reply_value(c, code, c->output == OUTPUT_OBJECT ? output_value(a, c->resource, v) : v);
        return;
    }
    buf_t b;
    buf_init_arena(&b, a);
    write_whole(a, &b, c->resource, o, true);
    buf_char(&b, '\n');
    c->reply->status = code;
    c->reply->content_type = "application/json";
    c->reply->body = buf_str(&b);
}

/* ---- lists ---- */

static jv_t *list_metadata(call_t *c, const page_t *page, bool always_continue) {
    arena_t *a = c->arena;
    jv_t *m = jv_object(a);
    jv_setc(a, m, "resourceVersion", jv_stringf(a, "%llu", (unsigned long long)page->version));
    if (page->next.n || always_continue)
        jv_setc(a, m, "continue", jv_string(a, page->next));
    if (page->remaining >= 0)
        jv_setc(a, m, "remainingItemCount", jv_int(a, page->remaining));
    return m;
}

static jv_t *form_list(call_t *c, const page_t *page) {
    arena_t *a = c->arena;
    jv_t **values = arena_array(a, jv_t *, page->n + 1), *list;
    for (size_t i = 0; i < page->n; i++)
        values[i] = object_value(a, page->items[i]);
    if (c->output == OUTPUT_TABLE) {
        list = table_value(a, c->resource, values, page->n, call_param(c, "includeObject"));
    } else {
        list = jv_object(a);
        jv_t *items = jv_array(a);
        for (size_t i = 0; i < page->n; i++)
            jv_append(a, items, table_metadata(a, values[i]));
        jv_setc(a, list, "kind", jv_string(a, STR("PartialObjectMetadataList")));
        jv_setc(a, list, "apiVersion", jv_string(a, STR("meta.k8s.io/v1")));
        jv_setc(a, list, "items", items);
    }
    jv_setc(a, list, "metadata", list_metadata(c, page, false));
    return list;
}

void output_list(call_t *c, const page_t *page) {
    arena_t *a = c->arena;
    if (c->output != OUTPUT_OBJECT) {
        call_reply(c, 200, form_list(c, page));
        return;
    }
    const resource_t *r = c->resource;
    buf_t b;
    buf_init_arena(&b, a);
    add_head(&b, r->list_kind, r->api_version);
    buf_addc(&b, "\"metadata\":");
    jv_write(&b, list_metadata(c, page, r->crd != NULL));
    buf_addc(&b, ",\"items\":[");
    for (size_t i = 0; i < page->n; i++) {
        buf_addc(&b, i ? "," : "");
        /* Typed lists leave out what all their items have in common; lists of custom resources don't. */
        write_whole(a, &b, r, page->items[i], r->crd != NULL);
    }
    buf_addc(&b, "]}\n");
    c->reply->status = 200;
    c->reply->content_type = "application/json";
    c->reply->body = buf_str(&b);
    if (c->yaml) {
        jv_t *list = jv_parse(a, str_trim(buf_str(&b)), NULL);
        call_reply(c, 200, list);
    }
}
