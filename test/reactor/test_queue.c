#include "test/suite.h"

#include "reactor/base/mem.h"
#include "reactor/queue.h"

#include <string.h>

typedef struct world {
    loop_t *loop;
    queue_t *queue;
    char trace[256]; /* keys as they were handed out, with a blank after each */
    bool finish;     /* done at once */
    bool add_again;
    int64_t at[8]; /* when */
    int n;
} world_t;

static void work(queue_t *q, str_t key, void *arg) {
    world_t *w = arg;
    size_t n = strlen(w->trace);
    snprintf(w->trace + n, sizeof w->trace - n, STR_FMT " ", STR_ARG(key));
    if (w->n < 8)
        w->at[w->n] = loop_clock();
    w->n++;
    if (w->add_again)
        ck_assert(queue_add(q, key));
    if (w->finish)
        queue_done(q, key);
}

static void stop(void *arg) {
    loop_stop(((world_t *)arg)->loop);
}

/* Long enough for what takes ms, with patience for a machine that has other work. */
static void run_for(world_t *w, int64_t ms) {
    loop_timer_t *t = loop_timer_create(w->loop, LOOP_WORK, stop, w);
    loop_timer_start(t, 10 * ms, false);
    loop_run(w->loop);
    loop_timer_destroy(t);
}

static void setup(world_t *w, queue_options_t o) {
    *w = (world_t){.loop = loop_create(NULL)};
    ck_assert_ptr_nonnull(w->loop);
    w->queue = queue_create(w->loop, &o, work, w);
    ck_assert_ptr_nonnull(w->queue);
}

static void release(world_t *w) {
    queue_destroy(w->queue);
    loop_destroy(w->loop);
}

START_TEST(a_key_that_waits_is_not_added_twice) {
    world_t w;
    setup(&w, (queue_options_t){.workers = 4});
    w.finish = true;
    ck_assert(queue_add(w.queue, STR("a")) && queue_add(w.queue, STR("b")) && queue_add(w.queue, STR("a")));
    ck_assert_uint_eq(queue_stats(w.queue).depth, 2);
    ck_assert_str_eq(w.trace, ""); /* never from inside the call */
    run_for(&w, 3);
    ck_assert_str_eq(w.trace, "a b ");
    queue_stats_t s = queue_stats(w.queue);
    ck_assert_uint_eq(s.depth + s.working + s.delayed, 0);
    ck_assert_uint_eq(s.adds, 2);
    release(&w);
}
END_TEST

START_TEST(a_key_added_while_it_is_worked_on_comes_again_after_and_not_beside) {
    world_t w;
    setup(&w, (queue_options_t){.workers = 4});
    queue_add(w.queue, STR("a"));
    run_for(&w, 3);
    queue_add(w.queue, STR("a"));
    queue_add(w.queue, STR("a"));
    run_for(&w, 3);
    ck_assert_str_eq(w.trace, "a ");
    ck_assert_uint_eq(queue_stats(w.queue).working, 1);
    ck_assert_uint_eq(queue_stats(w.queue).depth, 0);
    queue_done(w.queue, STR("a"));
    run_for(&w, 3);
    ck_assert_str_eq(w.trace, "a a ");
    queue_done(w.queue, STR("a"));
    queue_done(w.queue, STR("a")); /* not worked on: nothing */
    run_for(&w, 3);
    ck_assert_str_eq(w.trace, "a a ");
    release(&w);
}
END_TEST

START_TEST(no_more_keys_are_worked_on_than_workers) {
    world_t w;
    setup(&w, (queue_options_t){.workers = 2});
    for (char c = 'a'; c < 'f'; c++)
        queue_add(w.queue, str_n(&c, 1));
    run_for(&w, 3);
    ck_assert_str_eq(w.trace, "a b ");
    queue_done(w.queue, STR("b"));
    run_for(&w, 3);
    ck_assert_str_eq(w.trace, "a b c ");
    ck_assert_uint_eq(queue_stats(w.queue).depth, 2);
    queue_done(w.queue, STR("a"));
    queue_done(w.queue, STR("c"));
    run_for(&w, 3);
    ck_assert_str_eq(w.trace, "a b c d e ");
    queue_done(w.queue, STR("d"));
    queue_done(w.queue, STR("e"));
    release(&w);
}
END_TEST

START_TEST(a_key_that_always_comes_again_lets_the_loop_breathe) {
    world_t w;
    setup(&w, (queue_options_t){0});
    w.finish = w.add_again = true;
    queue_add(w.queue, STR("a"));
    run_for(&w, 5); /* would never end */
    ck_assert_int_gt(w.n, 2);
    release(&w);
}
END_TEST

START_TEST(a_paused_queue_hands_out_nothing) {
    world_t w;
    setup(&w, (queue_options_t){0});
    w.finish = true;
    queue_add(w.queue, STR("a"));
    queue_pause(w.queue, true);
    queue_add_after(w.queue, STR("b"), 1);
    run_for(&w, 5);
    ck_assert_str_eq(w.trace, "");
    ck_assert_uint_eq(queue_stats(w.queue).depth, 2);
    queue_pause(w.queue, false);
    run_for(&w, 3);
    ck_assert_str_eq(w.trace, "a b ");
    release(&w);
}
END_TEST

START_TEST(delayed_keys_come_in_the_order_of_their_time_and_the_earlier_delay_wins) {
    world_t w;
    setup(&w, (queue_options_t){.workers = 10});
    w.finish = true;
    int64_t began = loop_clock();
    queue_add_after(w.queue, STR("c"), 30);
    queue_add_after(w.queue, STR("a"), 10);
    queue_add_after(w.queue, STR("d"), 40);
    queue_add_after(w.queue, STR("b"), 60000);
    queue_add_after(w.queue, STR("b"), 20);
    queue_add_after(w.queue, STR("b"), 50);
    queue_add_after(w.queue, STR("now"), 0);
    ck_assert_uint_eq(queue_stats(w.queue).delayed, 4);
    run_for(&w, 60);
    ck_assert_str_eq(w.trace, "now a b c d ");
    for (int i = 1; i < 5; i++)
        ck_assert_int_ge(w.at[i] - began, 10 * i);
    ck_assert_uint_eq(queue_stats(w.queue).delayed, 0);
    release(&w);
}
END_TEST

/* When each key is due, at least and at most: the clock goes on while it is added. */
static int64_t due_least[300], due_most[300];

static void work_in_order(queue_t *q, str_t key, void *arg) {
    world_t *w = arg;
    int64_t i = 0;
    ck_assert(str_int(key, &i));
    ck_assert_int_ge(due_most[i], w->at[0]);
    if (due_least[i] > w->at[0])
        w->at[0] = due_least[i];
    w->n++;
    queue_done(q, key);
}

START_TEST(the_heap_of_delays_keeps_its_order_with_many_keys) {
    world_t w = {.loop = loop_create(NULL)};
    w.queue = queue_create(w.loop, &(queue_options_t){.workers = 1000}, work_in_order, &w);
    unsigned seed = 7;
    for (int i = 0; i < 300; i++) {
        char key[16];
        seed = seed * 1103515245 + 12345;
        int ms = 1 + (int)((seed >> 16) % 100);
        str_t k = str_n(key, (size_t)snprintf(key, sizeof key, "%d", i));
        due_least[i] = loop_clock() + ms;
        ck_assert(queue_add_after(w.queue, k, ms + i % 200)); /* replaced by the earlier one */
        ck_assert(queue_add_after(w.queue, k, ms));
        due_most[i] = loop_clock() + ms;
    }
    ck_assert_uint_eq(queue_stats(w.queue).delayed, 300);
    while (w.n < 300)
        run_for(&w, 50);
    ck_assert_uint_eq(queue_stats(w.queue).delayed, 0);
    release(&w);
}
END_TEST

static int64_t wait_for_one(world_t *w) {
    int64_t began = loop_clock();
    for (int n = w->n; w->n == n;)
        run_for(w, 1);
    return loop_clock() - began;
}

START_TEST(retries_back_off_exponentially_until_forgotten) {
    world_t w;
    setup(&w, (queue_options_t){.base_ms = 4, .max_ms = 16});
    w.finish = true;
    static const int64_t least[] = {4, 8, 16, 16};
    for (int i = 0; i < 4; i++) {
        ck_assert(queue_retry(w.queue, STR("a")));
        ck_assert_int_ge(wait_for_one(&w), least[i]);
    }
    ck_assert_uint_eq(queue_stats(w.queue).retries, 4);
    release(&w);

    setup(&w, (queue_options_t){.base_ms = 4});
    w.finish = true;
    for (int i = 0; i < 80; i++) /* without waiting: the first delay, the earliest, counts */
        ck_assert(queue_retry(w.queue, STR("a")));
    ck_assert_int_lt(wait_for_one(&w), 2000);
    queue_forget(w.queue, STR("a")); /* the 81st delay would be 1000 s */
    ck_assert(queue_retry(w.queue, STR("a")));
    ck_assert_int_lt(wait_for_one(&w), 2000);
    release(&w);
}
END_TEST

START_TEST(retries_of_all_keys_share_one_bucket) {
    world_t w;
    setup(&w, (queue_options_t){.workers = 10, .base_ms = 1, .qps = 50, .burst = 2});
    w.finish = true;
    int64_t began = loop_clock();
    for (char c = 'a'; c < 'e'; c++)
        queue_retry(w.queue, str_n(&c, 1));
    while (w.n < 4)
        run_for(&w, 5);
    ck_assert_str_eq(w.trace, "a b c d ");
    ck_assert_int_ge(w.at[2] - began, 19);
    ck_assert_int_ge(w.at[3] - began, 39);
    ck_assert_int_lt(w.at[1], w.at[2]);
    release(&w);
}
END_TEST

START_TEST(a_bucket_refills_with_time_and_lends_in_order) {
    bucket_t b;
    bucket_init(&b, 10, 2);
    ck_assert_int_eq(bucket_take(&b, 1000), 0);
    ck_assert_int_eq(bucket_take(&b, 1000), 0);
    ck_assert_int_eq(bucket_take(&b, 1000), 100);
    ck_assert_int_eq(bucket_take(&b, 1000), 200);
    ck_assert_int_eq(bucket_take(&b, 1200), 100);
    ck_assert_int_eq(bucket_take(&b, 1100), 200); /* a clock that steps back gives nothing */
    ck_assert_int_eq(bucket_take(&b, 100000), 0); /* full again, at burst and not above */
    ck_assert_int_eq(bucket_take(&b, 100000), 0);
    ck_assert_int_eq(bucket_take(&b, 100000), 100);
    bucket_init(&b, -1, 0);
    ck_assert_int_eq(bucket_take(&b, 0), 0);
}
END_TEST

START_TEST(no_memory_is_false_and_leaves_the_queue_whole) {
    world_t w;
    setup(&w, (queue_options_t){0});
    w.finish = true;
    for (int i = 0; i < 6; i++) {
        mem_fail_after(i);
        bool added = queue_add_after(w.queue, STR("a"), 1);
        mem_fail_after(-1);
        ck_assert_uint_eq(queue_stats(w.queue).delayed, added ? 1 : 0);
        if (added)
            break;
        ck_assert_int_lt(i, 5);
    }
    mem_fail_after(0);
    ck_assert(!queue_add(w.queue, STR("b")));
    mem_fail_after(-1);
    run_for(&w, 5);
    ck_assert_str_eq(w.trace, "a ");
    release(&w);
}
END_TEST

SUITE(queue, a_key_that_waits_is_not_added_twice, a_key_added_while_it_is_worked_on_comes_again_after_and_not_beside,
      no_more_keys_are_worked_on_than_workers, a_key_that_always_comes_again_lets_the_loop_breathe,
      a_paused_queue_hands_out_nothing, delayed_keys_come_in_the_order_of_their_time_and_the_earlier_delay_wins,
      the_heap_of_delays_keeps_its_order_with_many_keys, retries_back_off_exponentially_until_forgotten,
      retries_of_all_keys_share_one_bucket, a_bucket_refills_with_time_and_lends_in_order,
      no_memory_is_false_and_leaves_the_queue_whole)
