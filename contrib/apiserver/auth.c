#include "contrib/apiserver/auth.h"

#include "contrib/apiserver/state.h"

/* Compares in time that doesn't depend on where they differ. */
static bool same_secret(str_t x, str_t y) {
    unsigned char differ = x.n != y.n;
    for (size_t i = 0; i < x.n && i < y.n; i++)
        differ |= (unsigned char)(x.p[i] ^ y.p[i]);
    return !differ;
}

bool auth_identify(call_t *c) {
    const apiserver_request_t *r = c->request;
    str_t head = r->authorization;
    if (head.n) {
        bool bearer = head.n > 7 && str_eq_nocase(str_sub(head, 0, 7), STR("Bearer "));
        str_t token = str_trim(str_from(head, 7));
        if (!bearer || !token.n || !c->server->token[0] || !same_secret(token, str_c(c->server->token)))
            return call_status(c, 401, "Unauthorized", STR("Unauthorized"), NULL);
        c->user = STR("admin");
        c->master = true;
        return true;
    }
    c->user = r->peer_name.n ? r->peer_name : STR("system:anonymous");
    for (size_t i = 0; i < r->npeer_organizations; i++)
        c->master |= r->peer_name.n && str_eqc(r->peer_organizations[i], "system:masters");
    return true;
}

bool auth_allow(call_t *c, const char *verb) {
    const resource_t *r = c->resource;
    arena_t *a = c->arena;
    if (c->master)
        return true;
    bool cluster = !c->ns.n;
    str_t plural = c->sub.n ? arena_printf(a, STR_FMT "/" STR_FMT, STR_ARG(r->plural), STR_ARG(c->sub)) : r->plural;
    str_t where =
        cluster ? STR(" at the cluster scope") : arena_printf(a, " in the namespace \"" STR_FMT "\"", STR_ARG(c->ns));
    str_t name = c->name.n ? arena_printf(a, " \"" STR_FMT "\"", STR_ARG(c->name)) : STR_NONE;
    jv_t *d = jv_object(a);
    if (c->name.n)
        jv_setc(a, d, "name", jv_string(a, c->name));
    if (r->group.n)
        jv_setc(a, d, "group", jv_string(a, r->group));
    jv_setc(a, d, "kind", jv_string(a, r->plural));
    return call_status(c, 403, "Forbidden",
                       arena_printf(a,
                                    STR_FMT STR_FMT " is forbidden: User \"" STR_FMT "\" cannot %s resource \"" STR_FMT
                                                    "\" in API group \"" STR_FMT "\"" STR_FMT,
                                    STR_ARG(r->group_resource), STR_ARG(name), STR_ARG(c->user), verb, STR_ARG(plural),
                                    STR_ARG(r->group), STR_ARG(where)),
                       d);
}

bool auth_allow_path(call_t *c) {
    static const char *const open[] = {"/healthz", "/livez", "/readyz", "/version"};
    str_t path = c->request->path;
    if (c->master)
        return true;
    for (size_t i = 0; i < sizeof open / sizeof *open; i++)
        if (str_starts(path, str_c(open[i])))
            return true;
    /* Whoever has proved who they are may discover. */
    if (c->request->peer_name.n && (str_starts(path, STR("/api")) || str_starts(path, STR("/openapi"))))
        return true;
    return call_status(c, 403, "Forbidden",
                       arena_printf(c->arena, "forbidden: User \"" STR_FMT "\" cannot get path \"" STR_FMT "\"",
                                    STR_ARG(c->user), STR_ARG(path)),
                       jv_object(c->arena));
}
