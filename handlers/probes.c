#include "handlers/probes.h"

#include "reactor/base/mem.h"
#include "reactor/http_server.h"

#include <stdio.h>
#include <time.h>
#include <unistd.h>

struct probes {
    controller_t *c;
    loop_t *loop;
    http_server_t *health, *metrics;
    bool ready;
};

static bool is_off(str_t addr) {
    return !addr.n || str_eqc(addr, "0");
}

static void plain(http_exchange_t *x, int status, str_t body) {
    const http_header_t type = {STR("content-type"), STR("text/plain; charset=utf-8")};
    http_reply(x, status, &type, 1, body);
}

static void answer_health(http_exchange_t *x, void *arg) {
    probes_t *p = arg;
    str_t path = http_path(x);
    bool health = str_eqc(path, "/healthz") || str_starts(path, STR("/healthz/"));
    bool ready = str_eqc(path, "/readyz") || str_starts(path, STR("/readyz/"));
    if (health || (ready && p->ready))
        plain(x, 200, STR("ok"));
    else if (ready)
        plain(x, 500, STR("caches are not synced\n"));
    else
        plain(x, 404, STR("404 page not found\n"));
}

/* rest_client_requests_total is client-go's; its code is "<error>" where no answer came. */
static void write_requests(buf_t *b, const controller_t *c) {
    buf_addc(b, "# TYPE rest_client_requests_total counter\n");
    size_t i = 0;
    api_count_t n;
    str_t host = api_host(c->api);
    while (api_count_next(c->api, &i, &n)) {
        char code[16];
        snprintf(code, sizeof code, n.code ? "%d" : "<error>", n.code);
        buf_printf(b,
                   "rest_client_requests_total{code=\"%s\",host=\"" STR_FMT "\",method=\"%s\",resource=\"" STR_FMT
                   "\"} %llu\n",
                   code, STR_ARG(host), api_verb_name(n.verb), STR_ARG(n.resource), (unsigned long long)n.n);
    }
}

static void gauge(buf_t *b, const char *name, const char *kind, double value) {
    buf_printf(b, "# TYPE %s %s\n%s %.17g\n", name, kind, name, value);
}

static void answer_metrics(http_exchange_t *x, void *arg) {
    probes_t *p = arg;
    controller_t *c = p->c;
    if (!str_eqc(http_path(x), "/metrics")) {
        plain(x, 404, STR("404 page not found\n"));
        return;
    }
    buf_t b;
    buf_init_arena(&b, http_arena(x));
    write_requests(&b, c);
    loop_stats_t l = loop_stats(p->loop);
    fiber_stats_t f = fiber_stats();
    gauge(&b, "velella_loop_longest_slice_seconds", "gauge", (double)l.longest_slice_us / 1e6);
    gauge(&b, "velella_loop_max_lag_seconds", "gauge", (double)l.max_lag_us / 1e6);
    gauge(&b, "velella_loop_iterations_total", "counter", (double)l.iterations);
    gauge(&b, "velella_fibers", "gauge", (double)f.alive);
    gauge(&b, "velella_fiber_stack_deepest_bytes", "gauge", (double)f.deepest);
    gauge(&b, "velella_reconciles_total", "counter", (double)c->reconciles);
    gauge(&b, "velella_reconcile_errors_total", "counter", (double)c->failures);
    if (c->queue)
        gauge(&b, "workqueue_depth", "gauge", (double)queue_stats(c->queue).depth);
    plain(x, 200, buf_str(&b));
}

probes_t *probes_create(loop_t *l, controller_t *c, str_t health_addr, str_t metrics_addr, err_t *err) {
    probes_t *p = mem_alloc(sizeof *p);
    if (!p) {
        error_memory(err);
        return NULL;
    }
    p->c = c;
    p->loop = l;
    const http_server_options_t health = {.address = health_addr}, metrics = {.address = metrics_addr};
    bool ok = (is_off(health_addr) || (p->health = http_server_create(l, &health, answer_health, p, err))) &&
              (is_off(metrics_addr) || (p->metrics = http_server_create(l, &metrics, answer_metrics, p, err)));
    if (ok)
        return p;
    probes_destroy(p);
    return NULL;
}

void probes_destroy(probes_t *p) {
    if (!p)
        return;
    if (p->health)
        http_server_destroy(p->health);
    if (p->metrics)
        http_server_destroy(p->metrics);
    mem_free(p);
}

void probes_ready(probes_t *p) {
    p->ready = true;
}

int64_t probes_uptime_ms(void) {
    /* Field 22 of /proc/self/stat: the start, in clock ticks after boot; the name before it may hold blanks. */
    char text[1024];
    FILE *f = fopen("/proc/self/stat", "r");
    size_t n = f ? fread(text, 1, sizeof text - 1, f) : 0;
    if (f)
        fclose(f);
    text[n] = 0;
    char *at = strrchr(text, ')');
    unsigned long long started = 0;
    for (int field = 2; at && field < 22; field++)
        at = strchr(at + 1, ' ');
    if (!at || sscanf(at, "%llu", &started) != 1)
        return -1;
    struct timespec now;
    clock_gettime(CLOCK_BOOTTIME, &now);
    return (int64_t)now.tv_sec * 1000 + now.tv_nsec / 1000000 -
           (int64_t)(started * 1000 / (unsigned long long)sysconf(_SC_CLK_TCK));
}
