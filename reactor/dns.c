/* evdns does the work. Two habits of it shape this file: it may answer from inside the call, so the answer goes out by
 * a task; and a request that it cancelled (on our word, or one of A and AAAA when the other was enough) still calls
 * back within it, a round later, so what it works on is freed by a timer of 0 ms, which comes after all that is ready
 * now. */
#include "reactor/dns.h"

#include "reactor/base/mem.h"

#include <arpa/inet.h>
#include <event2/dns.h>
#include <event2/util.h>
#include <net/if.h>
#include <stdio.h>

enum { HOST_MOST = 253, ADDRESSES_MOST = 16, DEFAULT_TIMEOUT_MS = 10000 };

struct dns_lookup {
    loop_t *loop;
    struct evdns_base *evdns; /* its own; NULL for a number */
    struct evdns_getaddrinfo_request *request;
    loop_timer_t *timer;
    loop_task_t answer;
    dns_fn fn; /* NULL: cancelled */
    void *arg;
    err_t err;
    dns_address_t addresses[ADDRESSES_MOST];
    size_t n;
    bool answered;  /* evdns has called back */
    bool lingering; /* nobody has the handle any more */
    char host[HOST_MOST + 1];
};

static const char *resolv_conf = "/etc/resolv.conf", *hosts = "/etc/hosts";

void dns_files(const char *resolv, const char *hosts_file) {
    resolv_conf = resolv ? resolv : "/etc/resolv.conf";
    hosts = hosts_file ? hosts_file : "/etc/hosts";
}

static void lookup_free(dns_lookup_t *d) {
    if (d->evdns)
        evdns_base_free(d->evdns, 0);
    if (d->lingering)
        loop_linger(d->loop, -1);
    loop_timer_destroy(d->timer);
    loop_task_cancel(&d->answer);
    error_release(&d->err);
    mem_free(d);
}

/* Nobody waits any more: frees the lookup as soon as evdns has called back. */
static void let_go(dns_lookup_t *d) {
    d->fn = NULL;
    loop_task_cancel(&d->answer);
    if (!d->lingering)
        loop_linger(d->loop, 1);
    d->lingering = true;
    if (d->answered)
        loop_timer_start(d->timer, 0, false);
}

static void give_answer(void *arg) {
    dns_lookup_t *d = arg;
    dns_fn fn = d->fn;
    let_go(d);
    fn(d->arg, d->addresses, d->n, &d->err);
}

static void add_address(dns_lookup_t *d, const struct sockaddr *addr, size_t len) {
    if (d->n == ADDRESSES_MOST || len > sizeof d->addresses->addr)
        return;
    memcpy(&d->addresses[d->n].addr, addr, len);
    d->addresses[d->n++].len = (socklen_t)len;
}

static void set_error(dns_lookup_t *d, int result) {
    if (result == EVUTIL_EAI_NONAME || result == EVUTIL_EAI_NODATA)
        error_set(&d->err, ERR_NOTFOUND, "lookup %s: no such host", d->host);
    else
        error_set(&d->err, ERR_IO, "lookup %s: %s", d->host, evutil_gai_strerror(result));
}

static void on_evdns(int result, struct evutil_addrinfo *list, void *arg) {
    dns_lookup_t *d = arg;
    d->answered = true;
    loop_timer_stop(d->timer);
    if (d->fn && d->err.code == ERR_NONE) {
        for (struct evutil_addrinfo *i = list; i; i = i->ai_next)
            add_address(d, i->ai_addr, i->ai_addrlen);
        if (d->n == 0)
            set_error(d, result ? result : EVUTIL_EAI_NODATA);
    }
    if (list)
        evutil_freeaddrinfo(list);
    if (d->fn)
        loop_post(d->loop, &d->answer);
    else
        let_go(d);
}

static void on_timer(void *arg) {
    dns_lookup_t *d = arg;
    if (d->answered) {
        lookup_free(d);
        return;
    }
    error_set(&d->err, ERR_TIMEOUT, "lookup %s: no answer in time", d->host);
    loop_post(d->loop, &d->answer);
    evdns_getaddrinfo_cancel(d->request);
}

void dns_cancel(dns_lookup_t *d) {
    if (!d || !d->fn)
        return;
    bool asked = !d->answered && d->err.code == ERR_NONE;
    loop_timer_stop(d->timer);
    let_go(d);
    if (asked)
        evdns_getaddrinfo_cancel(d->request);
}

/* An IPv6 address may have a zone, fe80::1%eth0 or fe80::1%2. */
static bool from_ipv6(dns_lookup_t *d, uint16_t port) {
    struct sockaddr_in6 v6 = {.sin6_family = AF_INET6, .sin6_port = htons(port)};
    char text[HOST_MOST + 1];
    memcpy(text, d->host, sizeof text);
    char *zone = strchr(text, '%');
    if (zone) {
        *zone++ = 0;
        int64_t index = 0;
        v6.sin6_scope_id = str_int(str_c(zone), &index) ? (uint32_t)index : if_nametoindex(zone);
    }
    if (inet_pton(AF_INET6, text, &v6.sin6_addr) != 1 || (zone && v6.sin6_scope_id == 0))
        return false;
    add_address(d, (const struct sockaddr *)&v6, sizeof v6);
    return true;
}

static bool from_number(dns_lookup_t *d, uint16_t port) {
    struct sockaddr_in v4 = {.sin_family = AF_INET, .sin_port = htons(port)};
    if (inet_pton(AF_INET, d->host, &v4.sin_addr) == 1) {
        add_address(d, (const struct sockaddr *)&v4, sizeof v4);
        return true;
    }
    if (!strchr(d->host, ':'))
        return false;
    if (!from_ipv6(d, port))
        error_set(&d->err, ERR_NOTFOUND, "lookup %s: no such address", d->host);
    return true;
}

static void no_log(int warning, const char *text) {
    (void)warning, (void)text; /* what matters comes back as the lookup's error */
}

static bool ask_evdns(dns_lookup_t *d, uint16_t port) {
    evdns_set_log_fn(no_log);
    d->evdns = evdns_base_new(loop_base(d->loop), 0);
    if (!d->evdns)
        return false;
    evdns_base_load_hosts(d->evdns, hosts);
    /* Without the file, or with nothing in it, the name server is on this machine, as for the C library. */
    evdns_base_resolv_conf_parse(d->evdns, DNS_OPTIONS_ALL & ~DNS_OPTION_HOSTSFILE, resolv_conf);
    /* Small resolvers in routers answer in lower case only, which looks forged to evdns. */
    evdns_base_set_option(d->evdns, "randomize-case:", "0");
    evdns_base_set_option(d->evdns, "getaddrinfo-allow-skew:", "1");
    char service[8];
    snprintf(service, sizeof service, "%u", port);
    struct evutil_addrinfo hints = {.ai_family = AF_UNSPEC, .ai_socktype = SOCK_STREAM, .ai_protocol = IPPROTO_TCP};
    hints.ai_flags = EVUTIL_AI_NUMERICSERV;
    d->request = evdns_getaddrinfo(d->evdns, d->host, service, &hints, on_evdns, d);
    return true;
}

dns_lookup_t *dns_lookup(loop_t *l, str_t host, uint16_t port, int64_t timeout_ms, dns_fn fn, void *arg, err_t *err) {
    if (host.n == 0 || host.n > HOST_MOST || memchr(host.p, 0, host.n)) {
        error_set(err, ERR_INVALID, "lookup \"" STR_FMT "\": not a host name", STR_ARG(str_sub(host, 0, 80)));
        return NULL;
    }
    dns_lookup_t *d = mem_alloc(sizeof *d);
    if (!d) {
        error_memory(err);
        return NULL;
    }
    d->loop = l;
    d->fn = fn;
    d->arg = arg;
    memcpy(d->host, host.p, host.n);
    loop_task_init(&d->answer, give_answer, d);
    d->timer = loop_timer_create(l, LOOP_IO, on_timer, d);
    if (!d->timer)
        goto no_memory;
    if (from_number(d, port)) {
        d->answered = true;
        loop_post(l, &d->answer);
        return d;
    }
    loop_timer_start(d->timer, timeout_ms > 0 ? timeout_ms : DEFAULT_TIMEOUT_MS, false);
    if (ask_evdns(d, port))
        return d;
no_memory:
    lookup_free(d);
    error_memory(err);
    return NULL;
}
