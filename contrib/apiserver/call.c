#include "contrib/apiserver/call.h"

#include "contrib/apiserver/state.h"

str_t call_param(const call_t *c, const char *name) {
    return jv_str(jv_at(jv_getc(c->query, name), 0));
}

bool call_has_param(const call_t *c, const char *name) {
    return jv_getc(c->query, name) != NULL;
}

bool call_flag(const call_t *c, const char *name) {
    if (!call_has_param(c, name))
        return false;
    str_t v = call_param(c, name);
    return !str_eqc(v, "0") && !str_eq_nocase(v, STR("false"));
}

void call_reply(call_t *c, int code, const jv_t *body) {
    buf_t b;
    buf_init_arena(&b, c->arena);
    if (c->yaml)
        yaml_write(&b, body);
    else
        jv_write(&b, body);
    if (!c->yaml)
        buf_char(&b, '\n');
    c->reply->status = code;
    c->reply->content_type = c->yaml ? "application/yaml" : "application/json";
    c->reply->body = buf_str(&b);
}

jv_t *status_value(arena_t *a, int code, const char *reason, str_t message, jv_t *details) {
    jv_t *s = jv_object(a);
    jv_setc(a, s, "kind", jv_string(a, STR("Status")));
    jv_setc(a, s, "apiVersion", jv_string(a, STR("v1")));
    jv_setc(a, s, "metadata", jv_object(a));
    jv_setc(a, s, "status", jv_string(a, code < 400 ? STR("Success") : STR("Failure")));
    if (message.n)
        jv_setc(a, s, "message", jv_string(a, message));
    if (*reason)
        jv_setc(a, s, "reason", jv_string(a, str_c(reason)));
    if (details)
        jv_setc(a, s, "details", details);
    if (code >= 400)
        jv_setc(a, s, "code", jv_int(a, code));
    return s;
}

bool call_status(call_t *c, int code, const char *reason, str_t message, jv_t *details) {
    call_reply(c, code, status_value(c->arena, code, reason, message, details));
    return false;
}

static jv_t *details(call_t *c, str_t group, str_t kind, str_t name) {
    jv_t *d = jv_object(c->arena);
    if (name.n)
        jv_setc(c->arena, d, "name", jv_string(c->arena, name));
    if (group.n)
        jv_setc(c->arena, d, "group", jv_string(c->arena, group));
    if (kind.n)
        jv_setc(c->arena, d, "kind", jv_string(c->arena, kind));
    return d;
}

bool call_not_found(call_t *c) {
    const resource_t *r = c->resource;
    str_t kind = r->plural, shown = r->group_resource;
    /* The scale of a built-in workload is a registry of its own, named so. */
    if (str_eqc(c->sub, "scale") && !r->crd) {
        kind = arena_concat(c->arena, r->plural, STR("/scale"));
        shown = r->group.n ? arena_printf(c->arena, STR_FMT "." STR_FMT, STR_ARG(kind), STR_ARG(r->group)) : kind;
    }
    return call_status(c, 404, "NotFound",
                       arena_printf(c->arena, STR_FMT " " STR_FMT " not found", STR_ARG(shown),
                                    STR_ARG(fields_quote(c->arena, c->name))),
                       details(c, r->group, kind, c->name));
}

bool call_bad_request(call_t *c, str_t message) {
    return call_status(c, 400, "BadRequest", message, NULL);
}

bool call_generic(call_t *c, int code, str_t text) {
    const char *reason = "";
    str_t message = text;
    switch (code) {
    case 404:
        reason = "NotFound";
        message = STR("the server could not find the requested resource");
        break;
    case 405:
        reason = "MethodNotAllowed";
        message = STR("the server does not allow this method on the requested resource");
        break;
    case 406:
        reason = "NotAcceptable";
        break;
    case 415:
        reason = "UnsupportedMediaType";
        break;
    case 422:
        reason = "Invalid";
        message = STR("the server rejected our request due to an error in our request");
        break;
    default:
        break;
    }
    return call_status(c, code, reason, message, jv_object(c->arena));
}

bool call_plain_404(call_t *c) {
    c->reply->status = 404;
    c->reply->content_type = "text/plain; charset=utf-8";
    c->reply->body = STR("404 page not found\n");
    return false;
}

bool call_internal(call_t *c, str_t message) {
    return call_status(c, 500, "", message, NULL);
}

bool call_conflict(call_t *c, str_t kind, str_t message) {
    const resource_t *r = c->resource;
    str_t shown = r->group.n && str_eq(kind, r->plural) ? r->group_resource : kind;
    return call_status(c, 409, "Conflict",
                       arena_printf(c->arena, "Operation cannot be fulfilled on " STR_FMT " " STR_FMT ": " STR_FMT,
                                    STR_ARG(shown), STR_ARG(fields_quote(c->arena, c->name)), STR_ARG(message)),
                       details(c, str_eq(kind, r->plural) ? r->group : STR_NONE, kind, c->name));
}

/* The errors as one text; equal ones once, in brackets when there are several. */
str_t fields_text(arena_t *a, const fields_t *errors) {
    buf_t b;
    buf_init_arena(&b, a);
    size_t shown = 0;
    for (size_t i = 0; i < errors->n; i++) {
        const field_error_t *e = &errors->items[i];
        bool before = false;
        for (size_t k = 0; k < i && !before; k++)
            before = str_eq(errors->items[k].field, e->field) && str_eq(errors->items[k].message, e->message);
        if (before)
            continue;
        buf_addc(&b, shown++ ? ", " : "");
        buf_add(&b, e->field);
        buf_addc(&b, e->field.n ? ": " : "");
        buf_add(&b, e->message);
    }
    if (shown > 1)
        return arena_printf(a, "[" STR_FMT "]", STR_ARG(buf_str(&b)));
    return buf_str(&b);
}

bool call_invalid(call_t *c, str_t group, str_t kind, str_t name, const fields_t *errors) {
    arena_t *a = c->arena;
    jv_t *causes = jv_array(a);
    for (size_t i = 0; i < errors->n; i++) {
        const field_error_t *e = &errors->items[i];
        jv_t *cause = jv_object(a);
        jv_setc(a, cause, "reason", jv_string(a, str_c(fields_reason(e->reason))));
        jv_setc(a, cause, "message", jv_string(a, e->message));
        if (e->field.n)
            jv_setc(a, cause, "field", jv_string(a, e->field));
        jv_append(a, causes, cause);
    }
    jv_t *d = details(c, group, kind, name);
    if (errors->n)
        jv_setc(a, d, "causes", causes);
    str_t shown = group.n ? arena_printf(a, STR_FMT "." STR_FMT, STR_ARG(kind), STR_ARG(group)) : kind;
    str_t message = arena_printf(a, STR_FMT " " STR_FMT " is invalid", STR_ARG(shown), STR_ARG(fields_quote(a, name)));
    if (errors->n)
        message = arena_concat(a, message, arena_concat(a, STR(": "), fields_text(a, errors)));
    return call_status(c, 422, "Invalid", message, d);
}

void call_warn(call_t *c, str_t text) {
    strict_add(c->arena, &c->warnings, text);
}
