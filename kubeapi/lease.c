#include "kubeapi/lease.h"

#include "kubeapi/moment.h"
#include "reactor/base/mem.h"
#include "reactor/fiber.h"
#include "reactor/log.h"

#include <stdio.h>
#include <stdlib.h>
#include <sys/random.h>
#include <unistd.h>

static const api_resource_t leases = {.group = STR("coordination.k8s.io"),
                                      .version = STR("v1"),
                                      .plural = STR("leases"),
                                      .kind = STR("Lease"),
                                      .namespaced = true};

struct lease {
    api_t *api;
    arena_t *mem; /* configuration */
    str_t ns, name, identity;
    int64_t duration_ms, renew_ms, retry_ms;
    lease_events_t ev;
    void *arg;
    fiber_t *fiber;
    bool leading, stopping, destroyed;
    int64_t renewed_at; /* loop_clock before the last renewal that succeeded was sent */
    char *record;       /* the spec last seen, as text: whether somebody renews shows in its changing */
    int64_t record_at;  /* when it was first seen so */
    char *holder;       /* the last one seen */
    arena_t *object_mem;
    jv_t *object; /* the Lease as the server last gave it; NULL: to be read */
    loop_fn done;
    void *done_arg;
};

bool lease_held(void *lease) {
    const lease_t *l = lease;
    return l->leading && loop_clock() < l->renewed_at + l->renew_ms;
}

str_t lease_holder(const lease_t *l) {
    return str_c(l->holder);
}

str_t lease_identity(const lease_t *l) {
    return l->identity;
}

/* ---- the object ---- */

/* Takes over what the server gave: the holder, and since when the record stands as it does. */
static bool remember(lease_t *l, const jv_t *object, err_t *err) {
    arena_reset(l->object_mem);
    l->object = jv_copy(l->object_mem, object);
    const jv_t *spec = jv_getc(l->object, "spec");
    str_t text = jv_text(l->object_mem, spec);
    if (!l->record || !str_eq(str_c(l->record), text)) {
        mem_free(l->record);
        l->record = mem_strndup(text.p, text.n);
        l->record_at = loop_clock();
        if (!l->record)
            return error_memory(err);
    }
    str_t holder = jv_str(jv_getc(spec, "holderIdentity"));
    if (l->holder && str_eq(holder, str_c(l->holder)))
        return true;
    mem_free(l->holder);
    l->holder = mem_strndup(holder.p, holder.n);
    if (holder.n && l->holder && l->ev.observed && !l->stopping)
        l->ev.observed(l->arg, str_c(l->holder));
    return l->holder || error_memory(err);
}

static jv_t *time_value(arena_t *a) {
    char text[MOMENT_MAX];
    return jv_string(a, arena_str(a, moment_micro(moment_now(), text)));
}

/* The spec with us as the holder. Who takes it over from another counts one transition, and begins its time anew. */
static jv_t *our_spec(const lease_t *l, arena_t *a, const jv_t *old) {
    jv_t *spec = old ? jv_copy(a, old) : jv_object(a);
    int64_t transitions = 0;
    bool ours = str_eq(jv_str(jv_getc(old, "holderIdentity")), l->identity);
    jv_as_int(jv_getc(old, "leaseTransitions"), &transitions);
    jv_setc(a, spec, "holderIdentity", jv_string(a, l->identity));
    jv_setc(a, spec, "leaseDurationSeconds", jv_int(a, l->duration_ms / 1000));
    if (!ours)
        jv_setc(a, spec, "acquireTime", time_value(a));
    jv_setc(a, spec, "renewTime", time_value(a));
    jv_setc(a, spec, "leaseTransitions", jv_int(a, old && !ours ? transitions + 1 : transitions));
    return spec;
}

static api_options_t options(const lease_t *l) {
    int64_t left = l->leading ? l->renewed_at + l->renew_ms - loop_clock() : l->renew_ms;
    int64_t ms = left < 5000 ? left : 5000; /* a second try must fit in */
    return (api_options_t){.lease = true, .timeout_ms = ms > 100 ? ms : 100};
}

static bool write_spec(lease_t *l, arena_t *a, jv_t *spec, err_t *err) {
    api_options_t o = options(l);
    jv_t *answer, *object = l->object ? jv_copy(a, l->object) : jv_object(a);
    jv_setc(a, object, "spec", spec);
    if (l->object) {
        answer = api_update(l->api, &leases, l->ns, l->name, object, &o, a, err);
    } else {
        jv_set_path(a, object, jv_string(a, l->name), "metadata", "name", NULL);
        jv_set_path(a, object, jv_string(a, l->ns), "metadata", "namespace", NULL);
        answer = api_create_object(l->api, &leases, l->ns, object, &o, a, err);
    }
    if (!answer)
        l->object = NULL; /* whatever it was, what we know of it may be old */
    return answer && remember(l, answer, err);
}

/* Somebody else holds it and has renewed it within its duration, by our own clock since we saw it. */
static bool is_taken(const lease_t *l) {
    str_t holder = str_c(l->holder);
    int64_t seconds = 0;
    jv_as_int(jv_path(l->object, "spec", "leaseDurationSeconds", NULL), &seconds);
    return holder.n && !str_eq(holder, l->identity) && loop_clock() < l->record_at + seconds * 1000;
}

/* One try: true when the lease is ours for another while. A lease that another holds is no error (err stays clear). */
static bool try_once(lease_t *l, err_t *err) {
    int64_t sent = loop_clock();
    arena_t *a = arena_create();
    if (!a)
        return error_memory(err);
    bool ok = true;
    if (!l->object || !l->leading) {
        api_options_t o = options(l);
        jv_t *object = api_get(l->api, &leases, l->ns, l->name, &o, a, err);
        if (object) {
            ok = remember(l, object, err);
        } else if (err->code == ERR_NOTFOUND) {
            error_release(err);
            l->object = NULL;
        } else {
            ok = false;
        }
    }
    bool taken = ok && l->object && is_taken(l);
    ok = ok && !taken && write_spec(l, a, our_spec(l, a, jv_getc(l->object, "spec")), err);
    if (ok)
        l->renewed_at = sent;
    arena_destroy(a);
    return ok;
}

/* ---- the fiber ---- */

/* A pause that lease_stop ends. */
static void pause_for(const lease_t *l, int64_t ms) {
    if (!l->stopping && !l->destroyed)
        fiber_park(ms, NULL);
}

static bool acquire(lease_t *l) {
    while (!l->stopping && !l->destroyed) {
        err_t err = ERROR_INIT;
        if (try_once(l, &err))
            return true;
        if (err.code && err.code != ERR_CANCELLED && !l->destroyed)
            log_error("Failed to acquire the lease", "lease", l->name, "namespace", l->ns, "err", error_text(&err));
        error_release(&err);
        pause_for(l, l->retry_ms + (int64_t)arc4random_uniform((uint32_t)(l->retry_ms / 5 * 6 + 1))); /* client-go's */
    }
    return false;
}

/* Renews until it is lost; *why says how. */
static void hold(lease_t *l, err_t *why) {
    for (;;) {
        err_t err = ERROR_INIT;
        pause_for(l, l->retry_ms);
        if (l->stopping || l->destroyed)
            return;
        if (!lease_held(l)) { /* also a process that was stopped meanwhile */
            if (!why->code)
                error_set(why, ERR_TIMEOUT, "not renewed within %lld ms", (long long)l->renew_ms);
            return;
        }
        bool ok = try_once(l, &err);
        error_release(why);
        if (!ok && !err.code) {
            error_set(why, ERR_CONFLICT, "%s holds it", l->holder);
            return;
        }
        if (!ok) {
            log_warn("Failed to renew the lease", "lease", l->name, "namespace", l->ns, "err", error_text(&err));
            error_move(why, &err);
        }
    }
}

/* So that the next one need not wait (client-go's release: a duration of one second, and no holder). */
static void give_up(lease_t *l) {
    err_t err = ERROR_INIT;
    arena_t *a = arena_create();
    if (a && l->object) {
        jv_t *spec = jv_copy(a, jv_getc(l->object, "spec"));
        jv_setc(a, spec, "holderIdentity", jv_string(a, STR("")));
        jv_setc(a, spec, "leaseDurationSeconds", jv_int(a, 1));
        jv_setc(a, spec, "acquireTime", time_value(a));
        jv_setc(a, spec, "renewTime", time_value(a));
        if (!write_spec(l, a, spec, &err))
            log_warn("Failed to give the lease up", "lease", l->name, "err", error_text(&err));
    }
    arena_destroy(a);
    error_release(&err);
}

static void elect(void *arg) {
    lease_t *l = arg;
    err_t why = ERROR_INIT;
    if (acquire(l)) {
        l->leading = true;
        if (!l->stopping && !l->destroyed && l->ev.started)
            l->ev.started(l->arg);
        hold(l, &why);
        bool held = lease_held(l);
        l->leading = false;
        if (l->stopping && held && !l->destroyed)
            give_up(l);
        else if (!l->stopping && !l->destroyed && l->ev.stopped)
            l->ev.stopped(l->arg, &why);
    }
    error_release(&why);
}

static void release(lease_t *l) {
    mem_free(l->record);
    mem_free(l->holder);
    arena_destroy(l->object_mem);
    arena_destroy(l->mem);
    mem_free(l);
}

static void ended(void *arg) {
    lease_t *l = arg;
    l->fiber = NULL;
    if (l->destroyed)
        release(l);
    else if (l->done)
        l->done(l->done_arg);
}

/* ---- the outside ---- */

static str_t make_identity(arena_t *a) {
    char host[256] = "";
    unsigned char r[16];
    gethostname(host, sizeof host - 1);
    if (getrandom(r, sizeof r, 0) != sizeof r)
        memset(r, (int)getpid(), sizeof r);
    r[6] = (unsigned char)((r[6] & 0x0f) | 0x40);
    r[8] = (unsigned char)((r[8] & 0x3f) | 0x80);
    return arena_printf(a, "%s_%02x%02x%02x%02x-%02x%02x-%02x%02x-%02x%02x-%02x%02x%02x%02x%02x%02x", host, r[0], r[1],
                        r[2], r[3], r[4], r[5], r[6], r[7], r[8], r[9], r[10], r[11], r[12], r[13], r[14], r[15]);
}

lease_t *lease_start(api_t *api, const lease_options_t *o, const lease_events_t *ev, void *arg, err_t *err) {
    lease_t *l = mem_alloc(sizeof *l);
    if (!l) {
        error_memory(err);
        return NULL;
    }
    l->mem = arena_create();
    l->object_mem = arena_create();
    if (!l->mem || !l->object_mem) {
        release(l);
        error_memory(err);
        return NULL;
    }
    l->api = api;
    l->ns = arena_str(l->mem, o->ns);
    l->name = arena_str(l->mem, o->name);
    l->identity = o->identity.n ? arena_str(l->mem, o->identity) : make_identity(l->mem);
    l->duration_ms = o->duration_ms ? o->duration_ms : 15000;
    l->renew_ms = o->renew_ms ? o->renew_ms : 10000;
    l->retry_ms = o->retry_ms ? o->retry_ms : 2000;
    l->ev = *ev;
    l->arg = arg;
    if (l->duration_ms <= l->renew_ms || l->renew_ms <= l->retry_ms) {
        error_set(err, ERR_INVALID,
                  "a lease's duration must be greater than the renew deadline, that than the retry "
                  "period");
        release(l);
        return NULL;
    }
    l->fiber = fiber_start(api_loop(api), "lease", elect, l, ended, l);
    if (!l->fiber) {
        error_memory(err);
        release(l);
        return NULL;
    }
    return l;
}

void lease_stop(lease_t *l, loop_fn done, void *arg) {
    l->stopping = true;
    l->done = done;
    l->done_arg = arg;
    if (l->fiber)
        fiber_wake(l->fiber);
    else if (done)
        done(arg);
}

void lease_destroy(lease_t *l) {
    if (!l)
        return;
    if (!l->fiber) {
        release(l);
        return;
    }
    l->destroyed = true; /* freed when the fiber has ended */
    fiber_cancel(l->fiber);
}
