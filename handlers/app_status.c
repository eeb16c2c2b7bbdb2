#include "handlers/app_status.h"

#include <sys/random.h>
#include <time.h>

jv_t *status_now(arena_t *a) {
    time_t now = time(NULL);
    struct tm tm;
    gmtime_r(&now, &tm);
    char text[32];
    size_t n = strftime(text, sizeof text, "%Y-%m-%dT%H:%M:%SZ", &tm);
    return jv_string(a, arena_str(a, str_n(text, n)));
}

/* A list that is a member of the status, made where it is missing. */
static jv_t *list_of(arena_t *a, jv_t *parent, const char *key) {
    jv_t *list = jv_getc(parent, key);
    if (!jv_is(list, JV_ARRAY)) {
        list = jv_array(a);
        jv_setc(a, parent, key, list);
    }
    return list;
}

static size_t index_by(const jv_t *list, const char *key, str_t value) {
    size_t i = 0;
    while (i < jv_count(list) && !str_eq(jv_str(jv_getc(jv_at(list, i), key)), value))
        i++;
    return i;
}

bool status_condition(arena_t *a, jv_t *status, const char *type, bool ok, const char *reason, str_t message) {
    jv_t *list = list_of(a, status, "conditions");
    size_t at = index_by(list, "type", str_c(type));
    const jv_t *old = jv_at(list, at);
    str_t word = ok ? STR("True") : STR("False");
    if (old && str_eq(jv_str(jv_getc(old, "status")), word) && str_eqc(jv_str(jv_getc(old, "reason")), reason) &&
        str_eq(jv_str(jv_getc(old, "message")), message))
        return false;
    jv_t *c = jv_object(a);
    jv_setc(a, c, "lastTransitionTime", status_now(a));
    if (message.n)
        jv_setc(a, c, "message", jv_string(a, arena_str(a, message)));
    jv_setc(a, c, "reason", jv_string(a, str_c(reason)));
    jv_setc(a, c, "status", jv_string(a, word));
    jv_setc(a, c, "type", jv_string(a, str_c(type)));
    if (old)
        list->items[at] = c;
    else
        jv_append(a, list, c);
    return true;
}

void status_restart(arena_t *a, jv_t *status, str_t revision) {
    static const char *const kept[] = {"Parsed", "Revision", "Policy", "Render"};
    jv_removec(status, "services");
    jv_removec(status, "appliedResources");
    const jv_t *old = jv_getc(status, "conditions");
    jv_t *conditions = jv_array(a);
    for (size_t i = 0; i < jv_count(old); i++)
        for (size_t k = 0; k < sizeof kept / sizeof *kept; k++)
            if (str_eqc(jv_str(jv_getc(jv_at(old, i), "type")), kept[k]))
                jv_append(a, conditions, jv_at(old, i));
    jv_setc(a, status, "conditions", conditions);
    jv_t *workflow = jv_object(a);
    jv_setc(a, workflow, "appRevision", jv_string(a, revision));
    static const char *const flags[] = {"finished", "suspend", "terminated"};
    for (size_t i = 0; i < sizeof flags / sizeof *flags; i++)
        jv_setc(a, workflow, flags[i], jv_bool(a, false));
    jv_setc(a, workflow, "startTime", status_now(a));
    jv_setc(a, status, "workflow", workflow);
}

static jv_t *random_id(arena_t *a) {
    static const char digits[] = "abcdefghijklmnopqrstuvwxyz0123456789";
    unsigned char bytes[10];
    if (getrandom(bytes, sizeof bytes, GRND_NONBLOCK) != sizeof bytes)
        memset(bytes, (int)time(NULL), sizeof bytes);
    char *id = arena_bytes(a, sizeof bytes);
    for (size_t i = 0; i < sizeof bytes; i++)
        id[i] = digits[bytes[i] % (sizeof digits - 1)];
    return jv_string(a, str_n(id, sizeof bytes));
}

jv_t *status_step(arena_t *a, jv_t *status, str_t name, const char *type) {
    jv_t *list = list_of(a, jv_getc(status, "workflow"), "steps");
    size_t at = index_by(list, "name", name);
    if (at < jv_count(list))
        return jv_at(list, at);
    jv_t *step = jv_object(a);
    jv_setc(a, step, "id", random_id(a));
    jv_setc(a, step, "name", jv_string(a, name));
    jv_setc(a, step, "type", jv_string(a, str_c(type)));
    jv_append(a, list, step);
    return step;
}

static void set_or_remove(arena_t *a, jv_t *o, const char *key, str_t value) {
    if (value.n)
        jv_setc(a, o, key, jv_string(a, arena_str(a, value)));
    else
        jv_removec(o, key);
}

void status_step_phase(arena_t *a, jv_t *step, const char *phase, const char *reason, str_t message) {
    bool same = str_eqc(jv_str(jv_getc(step, "phase")), phase) && str_eqc(jv_str(jv_getc(step, "reason")), reason) &&
                str_eq(jv_str(jv_getc(step, "message")), message);
    if (same)
        return;
    jv_setc(a, step, "phase", jv_string(a, str_c(phase)));
    set_or_remove(a, step, "reason", str_c(reason));
    set_or_remove(a, step, "message", message);
    if (strcmp(phase, "pending") == 0)
        return;
    if (!jv_getc(step, "firstExecuteTime"))
        jv_setc(a, step, "firstExecuteTime", status_now(a));
    jv_setc(a, step, "lastExecuteTime", status_now(a));
}

void status_service(arena_t *a, jv_t *status, jv_t *service) {
    jv_t *list = list_of(a, status, "services");
    size_t at = index_by(list, "name", jv_str(jv_getc(service, "name")));
    if (at < jv_count(list))
        list->items[at] = service;
    else
        jv_append(a, list, service);
}

void status_applied(arena_t *a, jv_t *status, const jv_t *manifest) {
    jv_t *ref = jv_object(a);
    jv_setc(a, ref, "apiVersion", jv_getc(manifest, "apiVersion"));
    jv_setc(a, ref, "creator", jv_string(a, STR("workflow")));
    jv_setc(a, ref, "kind", jv_getc(manifest, "kind"));
    jv_setc(a, ref, "name", jv_path(manifest, "metadata", "name", NULL));
    jv_t *ns = jv_path(manifest, "metadata", "namespace", NULL);
    if (ns)
        jv_setc(a, ref, "namespace", ns);
    jv_t *list = list_of(a, status, "appliedResources");
    for (size_t i = 0; i < jv_count(list); i++)
        if (jv_equal(jv_at(list, i), ref))
            return;
    jv_append(a, list, ref);
}
