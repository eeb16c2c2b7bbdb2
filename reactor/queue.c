/* The work queue. A key has one entry, in the table, while it waits, is worked on, is delayed, or has failed before; it
 * can be several of these at once: a key that is worked on may be marked to be worked on again and delayed as well. The
 * semantics are those of client-go's workqueue (a queue, its dirty and processing sets, the delaying and the rate
 * limiting queue on top), in one struct. */
#include "reactor/queue.h"

#include "reactor/base/mem.h"
#include "reactor/base/table.h"

#include <math.h>

typedef struct entry {
    link_t link;     /* in ready */
    bool dirty;      /* is to be worked on (again) */
    bool working;    /* handed out */
    size_t place;    /* in the heap of delays, from 1; 0: not delayed */
    int64_t due;     /* of the delay, on loop_clock's scale */
    uint32_t failed; /* retries since the last forget */
    str_t key;       /* the bytes follow */
} entry_t;

struct queue {
    loop_t *loop;
    queue_options_t o;
    queue_work_fn fn;
    void *arg;
    table_t *entries;
    link_t ready;
    entry_t **delays; /* a heap from index 1, the earliest first */
    size_t delays_cap;
    loop_timer_t *timer; /* of the earliest */
    loop_task_t pump;
    bucket_t bucket;
    bool paused;
    queue_stats_t stats;
};

/* ---- entries ---- */

static entry_t *entry_get(queue_t *q, str_t key) {
    entry_t *e = table_get(q->entries, key);
    if (e)
        return e;
    e = mem_alloc(sizeof *e + key.n + 1);
    if (!e)
        return NULL;
    char *bytes = (char *)(e + 1);
    if (key.n)
        memcpy(bytes, key.p, key.n);
    e->key = str_n(bytes, key.n);
    list_init(&e->link);
    if (!table_put(q->entries, e->key, e, NULL)) {
        mem_free(e);
        return NULL;
    }
    return e;
}

static void entry_drop_if_idle(queue_t *q, entry_t *e) {
    if (e->dirty || e->working || e->place || e->failed)
        return;
    table_remove(q->entries, e->key);
    mem_free(e);
}

/* ---- the heap of delays ---- */

static void heap_set(queue_t *q, size_t i, entry_t *e) {
    q->delays[i] = e;
    e->place = i;
}

static void heap_up(queue_t *q, entry_t *e) {
    size_t i = e->place;
    for (; i > 1 && q->delays[i / 2]->due > e->due; i /= 2)
        heap_set(q, i, q->delays[i / 2]);
    heap_set(q, i, e);
}

static void heap_down(queue_t *q, entry_t *e) {
    size_t i = e->place, n = q->stats.delayed;
    for (size_t child; (child = 2 * i) <= n; i = child) {
        if (child < n && q->delays[child + 1]->due < q->delays[child]->due)
            child++;
        if (q->delays[child]->due >= e->due)
            break;
        heap_set(q, i, q->delays[child]);
    }
    heap_set(q, i, e);
}

static bool heap_add(queue_t *q, entry_t *e) {
    if (q->stats.delayed + 2 > q->delays_cap) {
        size_t cap = q->delays_cap ? q->delays_cap * 2 : 16;
        entry_t **p = mem_realloc(q->delays, cap * sizeof(entry_t *));
        if (!p)
            return false;
        q->delays = p;
        q->delays_cap = cap;
    }
    e->place = ++q->stats.delayed;
    heap_up(q, e);
    return true;
}

static entry_t *heap_pop(queue_t *q) {
    entry_t *first = q->delays[1], *last = q->delays[q->stats.delayed--];
    if (last != first) {
        last->place = 1;
        heap_down(q, last);
    }
    first->place = 0;
    return first;
}

static void timer_set(queue_t *q) {
    if (q->stats.delayed)
        loop_timer_start(q->timer, q->delays[1]->due - loop_clock(), false);
}

/* ---- handing out ---- */

static void pump_soon(queue_t *q) {
    if (!q->paused && q->stats.working < q->o.workers && !list_empty(&q->ready))
        loop_post(q->loop, &q->pump);
}

static void pump(void *arg) {
    queue_t *q = arg;
    /* A key that is done and added again by fn itself waits for the next slice. */
    for (size_t n = q->stats.depth; n > 0 && !q->paused && q->stats.working < q->o.workers && !list_empty(&q->ready);
         n--) {
        entry_t *e = LIST_OWNER(q->ready.next, entry_t, link);
        list_remove(&e->link);
        q->stats.depth--;
        q->stats.working++;
        e->dirty = false;
        e->working = true;
        q->fn(q, e->key, q->arg);
    }
    pump_soon(q);
}

static void make_ready(queue_t *q, entry_t *e) {
    list_append(&q->ready, &e->link);
    q->stats.depth++;
    pump_soon(q);
}

static void add_entry(queue_t *q, entry_t *e) {
    if (e->dirty)
        return;
    e->dirty = true;
    q->stats.adds++;
    if (!e->working)
        make_ready(q, e);
}

static void on_due(void *arg) {
    queue_t *q = arg;
    int64_t now = loop_clock();
    while (q->stats.delayed && q->delays[1]->due <= now)
        add_entry(q, heap_pop(q));
    timer_set(q);
}

/* ---- the interface ---- */

queue_t *queue_create(loop_t *l, const queue_options_t *o, queue_work_fn fn, void *arg) {
    queue_t *q = mem_alloc(sizeof *q);
    if (!q)
        return NULL;
    q->loop = l;
    q->o = *o;
    q->o.workers = o->workers ? o->workers : 1;
    q->o.base_ms = o->base_ms ? o->base_ms : 5;
    q->o.max_ms = o->max_ms ? o->max_ms : 1000 * 1000;
    q->fn = fn;
    q->arg = arg;
    list_init(&q->ready);
    loop_task_init(&q->pump, pump, q);
    bucket_init(&q->bucket, o->qps != 0 ? o->qps : 10, o->burst != 0 ? o->burst : 100);
    q->entries = table_create();
    q->timer = loop_timer_create(l, LOOP_WORK, on_due, q);
    if (!q->entries || !q->timer) {
        queue_destroy(q);
        return NULL;
    }
    return q;
}

void queue_destroy(queue_t *q) {
    if (!q)
        return;
    loop_task_cancel(&q->pump);
    loop_timer_destroy(q->timer);
    if (q->entries) {
        size_t i = 0;
        str_t key;
        void *e;
        while (table_next(q->entries, &i, &key, &e)) {
            table_remove(q->entries, key);
            mem_free(e);
        }
        table_destroy(q->entries);
    }
    mem_free(q->delays);
    mem_free(q);
}

bool queue_add(queue_t *q, str_t key) {
    entry_t *e = entry_get(q, key);
    if (!e)
        return false;
    add_entry(q, e);
    return true;
}

bool queue_add_after(queue_t *q, str_t key, int64_t ms) {
    if (ms <= 0)
        return queue_add(q, key);
    entry_t *e = entry_get(q, key);
    if (!e)
        return false;
    int64_t due = loop_clock() + ms;
    if (e->place) {
        if (due >= e->due)
            return true;
        e->due = due;
        heap_up(q, e);
    } else {
        e->due = due;
        if (!heap_add(q, e)) {
            entry_drop_if_idle(q, e);
            return false;
        }
    }
    if (e->place == 1)
        timer_set(q);
    return true;
}

bool queue_retry(queue_t *q, str_t key) {
    entry_t *e = entry_get(q, key);
    if (!e)
        return false;
    int64_t ms = q->o.max_ms;
    if (e->failed < 62 && q->o.base_ms <= q->o.max_ms >> e->failed)
        ms = q->o.base_ms << e->failed;
    int64_t wait = bucket_take(&q->bucket, loop_clock());
    if (e->failed < UINT32_MAX)
        e->failed++;
    q->stats.retries++;
    return queue_add_after(q, key, wait > ms ? wait : ms);
}

void queue_forget(queue_t *q, str_t key) {
    entry_t *e = table_get(q->entries, key);
    if (!e)
        return;
    e->failed = 0;
    entry_drop_if_idle(q, e);
}

void queue_done(queue_t *q, str_t key) {
    entry_t *e = table_get(q->entries, key);
    if (!e || !e->working)
        return;
    e->working = false;
    q->stats.working--;
    if (e->dirty)
        make_ready(q, e);
    else
        entry_drop_if_idle(q, e);
    pump_soon(q);
}

void queue_pause(queue_t *q, bool paused) {
    q->paused = paused;
    pump_soon(q);
}

queue_stats_t queue_stats(const queue_t *q) {
    return q->stats;
}

/* ---- the token bucket ---- */

void bucket_init(bucket_t *b, double qps, double burst) {
    *b = (bucket_t){.qps = qps, .burst = burst, .tokens = burst};
}

int64_t bucket_take(bucket_t *b, int64_t now_ms) {
    if (b->qps <= 0)
        return 0;
    if (now_ms > b->at) {
        b->tokens = fmin(b->burst, b->tokens + (double)(now_ms - b->at) * b->qps / 1000);
        b->at = now_ms;
    }
    b->tokens -= 1;
    return b->tokens >= 0 ? 0 : (int64_t)ceil(-b->tokens * 1000 / b->qps);
}
