#include "test/suite.h"

#include "reactor/base/mem.h"
#include "reactor/child.h"

#include <fcntl.h>
#include <signal.h>
#include <string.h>
#include <unistd.h>

typedef struct world {
    loop_t *loop;
    arena_t *arena;
    fiber_t *fiber;
    child_options_t o;
    child_result_t result;
    bool ok;
    err_t err;
    int64_t took;
    int ticks; /* of the loop while the child ran */
} world_t;

static void run_child(void *arg) {
    world_t *w = arg;
    int64_t began = loop_clock();
    w->ok = child_run(&w->o, w->arena, &w->result, &w->err);
    w->took = loop_clock() - began;
}

static void stop(void *arg) {
    loop_stop(((world_t *)arg)->loop);
}

static void tick(void *arg) {
    ((world_t *)arg)->ticks++;
}

static void setup(world_t *w) {
    *w = (world_t){.loop = loop_create(NULL), .arena = arena_create(), .err = ERROR_INIT};
    ck_assert(w->loop && w->arena);
}

static void release(world_t *w) {
    error_release(&w->err);
    arena_destroy(w->arena);
    loop_destroy(w->loop);
    fiber_pool_drain();
}

static void run_argv(world_t *w, const char *const *argv) {
    error_release(&w->err);
    w->o.argv = argv;
    w->fiber = fiber_start(w->loop, "child", run_child, w, stop, w);
    ck_assert_ptr_nonnull(w->fiber);
    loop_timer_t *t = loop_timer_create(w->loop, LOOP_WORK, tick, w);
    loop_timer_start(t, 1, true);
    loop_run(w->loop);
    loop_timer_destroy(t);
}

static void shell(world_t *w, const char *script) {
    run_argv(w, (const char *const[]){"sh", "-c", script, NULL});
}

START_TEST(output_errors_and_status_come_back) {
    world_t w;
    setup(&w);
    shell(&w, "echo out; echo err >&2; exit 3");
    ck_assert_msg(w.ok, "%s", error_text(&w.err));
    ck_assert(str_eqc(w.result.out, "out\n"));
    ck_assert(str_eqc(w.result.errors, "err\n"));
    ck_assert_int_eq(w.result.status, 3);
    ck_assert_int_eq(w.result.signal, 0);
    release(&w);
}
END_TEST

START_TEST(the_loop_runs_on_while_the_child_works) {
    world_t w;
    setup(&w);
    shell(&w, "sleep 0.05");
    ck_assert(w.ok && w.result.status == 0);
    ck_assert_int_gt(w.ticks, 3);
    release(&w);
}
END_TEST

START_TEST(the_environment_given_is_all_there_is) {
    world_t w;
    setup(&w);
    w.o.env = (const char *const[]){"GREETING=hello", NULL};
    run_argv(&w, (const char *const[]){"/usr/bin/env", NULL});
    ck_assert(w.ok && str_eqc(w.result.out, "GREETING=hello\n"));
    w.o.env = NULL;
    setenv("VELELLA_TEST", "ours", 1);
    shell(&w, "echo $VELELLA_TEST");
    ck_assert(w.ok && str_eqc(w.result.out, "ours\n"));
    release(&w);
}
END_TEST

START_TEST(more_than_a_pipe_holds_goes_through_both_ways) {
    world_t w;
    setup(&w);
    size_t n = 300 * 1024;
    char *input = mem_alloc(n);
    for (size_t i = 0; i < n; i++)
        input[i] = (char)('a' + i % 23);
    w.o.input = str_n(input, n);
    run_argv(&w, (const char *const[]){"cat", NULL});
    ck_assert_msg(w.ok, "%s", error_text(&w.err));
    ck_assert(str_eq(w.result.out, w.o.input));
    shell(&w, "exec <&-; echo not read"); /* a child that doesn't read */
    ck_assert(w.ok && str_eqc(w.result.out, "not read\n"));
    w.o.input = STR_NONE;
    run_argv(&w, (const char *const[]){"cat", NULL}); /* /dev/null, not our standard input */
    ck_assert(w.ok && w.result.out.n == 0);
    mem_free(input);
    release(&w);
}
END_TEST

START_TEST(what_cannot_be_run_says_why) {
    if (getenv("VELELLA_VALGRIND"))
        return; /* whose vfork is a fork: the C library can't tell that the exec failed */
    world_t w;
    setup(&w);
    run_argv(&w, (const char *const[]){"no-such-plugin-here", NULL});
    ck_assert(!w.ok);
    ck_assert_int_eq(w.err.code, ERR_NOTFOUND);
    ck_assert_str_eq(error_text(&w.err), "run no-such-plugin-here: No such file or directory");
    char path[] = "/tmp/velella-child-XXXXXX";
    close(mkstemp(path)); /* not executable */
    run_argv(&w, (const char *const[]){path, NULL});
    unlink(path);
    ck_assert(!w.ok);
    ck_assert_ptr_nonnull(strstr(error_text(&w.err), ": Permission denied"));
    ck_assert_int_eq(w.err.code, ERR_DENIED);
    release(&w);
}
END_TEST

START_TEST(output_has_a_bound_and_errors_are_cut) {
    world_t w;
    setup(&w);
    w.o.max_output = 1000;
    run_argv(&w, (const char *const[]){"yes", NULL});
    ck_assert(!w.ok);
    ck_assert_int_eq(w.err.code, ERR_LIMIT);
    ck_assert_str_eq(error_text(&w.err), "run yes: more than 1000 bytes of output");
    shell(&w, "yes | head -c 1000");
    ck_assert(w.ok && w.result.out.n == 1000);
    shell(&w, "yes | head -c 100000 >&2; echo end");
    ck_assert(w.ok && str_eqc(w.result.out, "end\n"));
    ck_assert_uint_eq(w.result.errors.n, 16 * 1024);
    release(&w);
}
END_TEST

static bool gone_soon(pid_t pid) {
    for (int i = 0; i < 500; i++) {
        char path[64], state = 0;
        snprintf(path, sizeof path, "/proc/%d/stat", (int)pid);
        FILE *f = fopen(path, "r");
        if (!f)
            return true;
        int n = fscanf(f, "%*d %*s %c", &state);
        fclose(f);
        if (n != 1 || state == 'Z') /* whoever it was left to may not reap it */
            return true;
        usleep(2000);
    }
    return false;
}

START_TEST(when_the_time_is_up_it_is_killed_with_its_children) {
    world_t w;
    setup(&w);
    char path[] = "/tmp/velella-child-XXXXXX", script[128];
    int fd = mkstemp(path);
    w.o.timeout_ms = 100;
    snprintf(script, sizeof script, "sleep 100 & echo $! >%s; wait", path);
    shell(&w, script);
    ck_assert(!w.ok);
    ck_assert_int_eq(w.err.code, ERR_TIMEOUT);
    ck_assert_str_eq(error_text(&w.err), "run sh: timed out after 100 ms");
    ck_assert_int_lt(w.took, 20000);
    char text[16] = "";
    ck_assert_int_gt(read(fd, text, sizeof text - 1), 0);
    ck_assert(gone_soon(atoi(text)));
    close(fd);
    unlink(path);
    shell(&w, "exit 0"); /* reaps the one that was killed */
    ck_assert(w.ok);
    release(&w);
}
END_TEST

static void cancel(void *arg) {
    fiber_cancel(((world_t *)arg)->fiber);
}

START_TEST(a_cancelled_fiber_leaves_no_child_behind) {
    world_t w;
    setup(&w);
    loop_timer_t *t = loop_timer_create(w.loop, LOOP_WORK, cancel, &w);
    loop_timer_start(t, 20, false);
    shell(&w, "exec sleep 100");
    ck_assert(!w.ok);
    ck_assert_int_eq(w.err.code, ERR_CANCELLED);
    ck_assert_int_lt(w.took, 20000);
    loop_timer_destroy(t);
    release(&w);
}
END_TEST

START_TEST(the_child_has_three_descriptors_and_default_signals) {
    world_t w;
    setup(&w);
    int fd = open("/dev/null", O_RDONLY);
    run_argv(&w, (const char *const[]){"ls", "/proc/self/fd", NULL});
    ck_assert_msg(w.ok, "%s", error_text(&w.err));
    ck_assert_msg(str_eqc(w.result.out, "0\n1\n2\n3\n"), STR_FMT, STR_ARG(w.result.out)); /* 3 is the folder */
    shell(&w, "kill -PIPE $$; echo alive");
    ck_assert_int_eq(w.result.signal, SIGPIPE);
    ck_assert_int_eq(w.result.status, -1);
    close(fd);
    release(&w);
}
END_TEST

SUITE(child, output_errors_and_status_come_back, the_loop_runs_on_while_the_child_works,
      the_environment_given_is_all_there_is, more_than_a_pipe_holds_goes_through_both_ways, what_cannot_be_run_says_why,
      output_has_a_bound_and_errors_are_cut, when_the_time_is_up_it_is_killed_with_its_children,
      a_cancelled_fiber_leaves_no_child_behind, the_child_has_three_descriptors_and_default_signals)
