/* The yardstick of the watch path: an informer of Pods in the namespace `bench`, whole or metadata alone, until the
 * event whose object is labelled bench/last=yes has been handled. Prints one JSON line with the keys that the peers in
 * shared/bench/watch print, and a digest of the store: SHA-256 over "key version body\n" of each object, by key. */
#include "kubeapi/connect.h"
#include "kubeapi/informer.h"
#include "reactor/base/mem.h"
#include "reactor/fiber.h"

#include <malloc.h>
#include <openssl/evp.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/resource.h>

static const api_resource_t pods = {.version = STR("v1"),
                                    .plural = STR("pods"),
                                    .kind = STR("Pod"),
                                    .namespaced = true};

typedef struct bench {
    loop_t *loop;
    const char *form;
    informer_t *informer;
    uint64_t events;
    int64_t start_us, first_us, synced_us;
    double cpu_first;
    bool over;
} bench_t;

static int64_t now_us(void) {
    struct timespec t;
    clock_gettime(CLOCK_MONOTONIC, &t);
    return (int64_t)t.tv_sec * 1000000 + t.tv_nsec / 1000;
}

static double cpu_seconds(void) {
    struct rusage u;
    getrusage(RUSAGE_SELF, &u);
    return (double)u.ru_utime.tv_sec + (double)u.ru_utime.tv_usec / 1e6 + (double)u.ru_stime.tv_sec +
           (double)u.ru_stime.tv_usec / 1e6;
}

static int rss_kib(const char *field) {
    char line[256];
    int kib = 0;
    FILE *f = fopen("/proc/self/status", "r");
    while (f && fgets(line, sizeof line, f))
        if (strncmp(line, field, strlen(field)) == 0)
            sscanf(line + strlen(field), "%d", &kib);
    if (f)
        fclose(f);
    return kib;
}

static int by_key(const void *a, const void *b) {
    const store_entry_t *x = *(store_entry_t *const *)a, *y = *(store_entry_t *const *)b;
    int c = str_cmp(entry_ns(x), entry_ns(y));
    return c ? c : str_cmp(entry_name(x), entry_name(y));
}

/* Into hex[65]. */
static void digest(const informer_t *i, char *hex) {
    size_t n = 0, at = 0;
    const store_entry_t *e, **all = mem_alloc((informer_count(i) + 1) * sizeof *all);
    unsigned char sum[EVP_MAX_MD_SIZE];
    unsigned len = 0;
    EVP_MD_CTX *md = EVP_MD_CTX_new();
    arena_t *a = arena_create();
    if (!all || !md || !a)
        mem_die(0);
    while ((e = informer_next(i, &at)))
        all[n++] = e;
    qsort(all, n, sizeof *all, by_key);
    EVP_DigestInit_ex(md, EVP_sha256(), NULL);
    for (size_t k = 0; k < n; k++) {
        arena_reset(a);
        str_t line = arena_printf(a, STR_FMT " %llu " STR_FMT "\n", STR_ARG(entry_key(a, all[k])),
                                  (unsigned long long)all[k]->version, STR_ARG(store_text(all[k], a)));
        EVP_DigestUpdate(md, line.p, line.n);
    }
    EVP_DigestFinal_ex(md, sum, &len);
    for (unsigned k = 0; k < len && k < 32; k++)
        sprintf(hex + 2 * k, "%02x", sum[k]);
    EVP_MD_CTX_free(md);
    arena_destroy(a);
    mem_free(all);
}

static void print(bench_t *b) {
    double wall = (double)(now_us() - b->first_us) / 1e6, cpu = cpu_seconds() - b->cpu_first;
    int peak = rss_kib("VmHWM:"), rss = rss_kib("VmRSS:");
    size_t live = mallinfo2().uordblks + mallinfo2().hblkhd;
    store_stats_t s = informer_stats(b->informer).store;
    char hex[65] = "";
    digest(b->informer, hex);
    printf("{\"client\":\"velella %s\",\"events\":%llu,\"objects\":%zu,\"sync_s\":%.6f,\"wall_s\":%.6f,\"cpu_s\":%.6f,"
           "\"events_per_s\":%.1f,\"events_per_cpu_s\":%.1f,\"peak_rss_kib\":%d,\"rss_kib\":%d,\"heap_live_kib\":%zu,"
           "\"store_bytes\":%zu,\"body_bytes\":%zu,\"digest\":\"%s\"}\n",
           b->form, (unsigned long long)b->events, s.objects, (double)(b->synced_us - b->start_us) / 1e6, wall, cpu,
           (double)b->events / wall, (double)b->events / cpu, peak, rss, live / 1024, s.bytes, s.body_bytes, hex);
}

static void changed(void *arg, informer_t *i, const store_entry_t *before, const store_entry_t *after) {
    bench_t *b = arg;
    if (!before || !after || !informer_synced(i))
        return;
    if (b->events++ == 0) {
        b->first_us = now_us();
        b->cpu_first = cpu_seconds();
    }
    if (str_eqc(entry_label(after, 0), "yes")) {
        b->over = true;
        print(b);
        loop_stop(b->loop);
    }
}

static void synced(void *arg, informer_t *i) {
    (void)i;
    ((bench_t *)arg)->synced_us = now_us();
}

static bool measure(bench_t *b, const char *kubeconfig, err_t *err) {
    static const informer_events_t events = {changed, synced};
    const str_t labels[] = {STR("bench/last")};
    informer_spec_t spec = {.resource = &pods, .ns = STR("bench"), .indexes = labels, .nindexes = 1};
    spec.form = strcmp(b->form, "whole") == 0 ? STORE_WHOLE : STORE_METADATA;
    b->loop = loop_create(err);
    api_t *api = b->loop ? connect_api(b->loop, kubeconfig, STR("watchbench"), -1, 0, err) : NULL;
    informers_t *set = api ? informers_create(api) : NULL;
    b->start_us = now_us();
    b->informer = set ? informer_start(set, &spec, err) : NULL;
    bool ok = b->informer && informer_on(b->informer, &events, b);
    if (ok)
        loop_run(b->loop);
    informers_destroy(set);
    api_destroy(api);
    if (b->loop)
        loop_destroy(b->loop);
    fiber_pool_drain();
    return ok;
}

int main(int argc, char **argv) {
    err_t err = ERROR_INIT;
    if (argc != 3 || (strcmp(argv[2], "whole") != 0 && strcmp(argv[2], "metadata") != 0)) {
        fprintf(stderr, "usage: watchbench KUBECONFIG whole|metadata\n");
        return 2;
    }
    bench_t b = {.form = argv[2]};
    if (!measure(&b, argv[1], &err)) {
        fprintf(stderr, "watchbench: %s\n", error_text(&err));
        error_release(&err);
        return 1;
    }
    return b.over ? 0 : 1;
}
