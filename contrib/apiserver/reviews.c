#include "contrib/apiserver/reviews.h"

#include "contrib/apiserver/body.h"
#include "contrib/apiserver/delete.h"
#include "contrib/apiserver/state.h"
#include "contrib/apiserver/write.h"

static const struct {
    const char *group_resource, *sub;
} subs[] = {{"pods", "eviction"}, {"pods", "binding"}, {"serviceaccounts", "token"}, {"namespaces", "finalize"}};

bool reviews_has_sub(const resource_t *r, str_t sub) {
    for (size_t i = 0; i < sizeof subs / sizeof *subs; i++)
        if (str_eqc(r->group_resource, subs[i].group_resource) && str_eqc(sub, subs[i].sub))
            return true;
    return false;
}

static void set_group(arena_t *a, jv_t *user, const call_t *c) {
    jv_t *groups = jv_array(a);
    if (c->master)
        jv_append(a, groups, jv_string(a, STR("system:masters")));
    jv_append(a, groups, jv_string(a, STR("system:authenticated")));
    jv_setc(a, user, "username", jv_string(a, c->user));
    jv_setc(a, user, "groups", groups);
}

/* Authorization here is all or nothing, and only those with all get this far. */
static void review(call_t *c) {
    arena_t *a = c->arena;
    jv_t *v = body_parse(c), *status = jv_object(a);
    str_t kind = c->resource->kind;
    if (!v)
        return;
    if (str_eqc(kind, "SelfSubjectReview")) {
        set_group(a, status, c);
        jv_t *user = status;
        status = jv_object(a);
        jv_setc(a, status, "userInfo", user);
    } else if (str_eqc(kind, "TokenReview")) {
        str_t token = jv_path_str(v, "spec", "token", NULL);
        bool good = token.n && str_eqc(token, c->server->token);
        jv_t *user = jv_object(a);
        if (good) {
            set_group(a, user, c);
            jv_setc(a, status, "authenticated", jv_bool(a, true));
        }
        jv_setc(a, status, "user", user);
    } else if (str_eqc(kind, "SelfSubjectRulesReview")) {
        static const char *const empty[] = {"nonResourceRules"};
        jv_t *rule = jv_object(a), *rules = jv_array(a), *star = jv_array(a);
        jv_append(a, star, jv_string(a, STR("*")));
        jv_setc(a, rule, "verbs", star);
        jv_setc(a, rule, "apiGroups", star);
        jv_setc(a, rule, "resources", star);
        jv_append(a, rules, rule);
        jv_setc(a, status, "resourceRules", rules);
        jv_setc(a, status, empty[0], jv_array(a));
        jv_setc(a, status, "incomplete", jv_bool(a, false));
    } else {
        jv_setc(a, status, "allowed", jv_bool(a, true));
    }
    jv_setc(a, v, "status", status);
    v = wire_decode(a, c->resource->type, v, NULL, NULL);
    if (!v) {
        call_bad_request(c, STR("the object provided is unrecognized"));
        return;
    }
    jv_setc(a, v, "kind", jv_string(a, kind));
    jv_setc(a, v, "apiVersion", jv_string(a, c->resource->api_version));
    call_reply(c, 201, v);
}

static void success(call_t *c) {
    call_status(c, 201, "", STR_NONE, NULL);
}

static void bind(call_t *c, object_t *o) {
    arena_t *a = c->arena;
    jv_t *v = body_parse(c), *pod = object_value(a, o);
    if (!v)
        return;
    jv_set_path(a, pod, jv_path(v, "target", "name", NULL), "spec", "nodeName", NULL);
    jv_t *list = jv_path(pod, "status", "conditions", NULL), *scheduled = jv_object(a);
    if (!jv_is(list, JV_ARRAY)) {
        list = jv_array(a);
        jv_set_path(a, pod, list, "status", "conditions", NULL);
    }
    jv_setc(a, scheduled, "type", jv_string(a, STR("PodScheduled")));
    jv_setc(a, scheduled, "status", jv_string(a, STR("True")));
    jv_setc(a, scheduled, "lastProbeTime", jv_null(a));
    jv_setc(a, scheduled, "lastTransitionTime", jv_string(a, wire_now(a, false)));
    jv_append(a, list, scheduled);
    store_write(o->store, a, pod);
    success(c);
}

static void token(call_t *c) {
    arena_t *a = c->arena;
    jv_t *v = body_parse(c);
    if (!v)
        return;
    /* There is one token, and it may do everything; nothing less can be handed out. */
    jv_set_path(a, v, jv_string(a, str_c(c->server->token)), "status", "token", NULL);
    jv_set_path(a, v, jv_string(a, wire_now(a, false)), "status", "expirationTimestamp", NULL);
    jv_setc(a, v, "kind", jv_string(a, STR("TokenRequest")));
    jv_setc(a, v, "apiVersion", jv_string(a, STR("authentication.k8s.io/v1")));
    call_reply(c, 201, v);
}

bool reviews_serve(call_t *c) {
    bool post = str_eqc(c->request->method, "POST");
    if (c->resource->flags & RESOURCE_VIRTUAL) {
        if (!post || c->name.n)
            call_generic(c, 405, STR_NONE);
        else if (str_eqc(c->resource->kind, "Binding"))
            call_generic(c, 404, STR_NONE);
        else
            review(c);
        return true;
    }
    if (!c->sub.n || str_eqc(c->sub, "finalize") || !reviews_has_sub(c->resource, c->sub))
        return false;
    object_t *o = store_find(c->resource->store, c->ns, c->name);
    if (!post)
        call_generic(c, 405, STR_NONE);
    else if (!o)
        call_not_found(c);
    else if (str_eqc(c->sub, "binding"))
        bind(c, o);
    else if (str_eqc(c->sub, "token"))
        token(c);
    else {
        delete_internally(c->server, o, "Background");
        success(c);
    }
    return true;
}
