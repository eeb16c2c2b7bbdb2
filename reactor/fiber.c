/* Coroutines, and fibers on them. A coroutine is a stack and the two stack pointers that are exchanged at a switch; the
 * one of whoever resumed it is kept, so that a fiber can itself run a coroutine (the CUE evaluation). A fiber is a
 * coroutine that a task of the loop resumes. */
#include "reactor/fiber.h"

#include "reactor/base/mem.h"

#include <errno.h>
#include <sys/mman.h>
#include <unistd.h>

#if defined(__SANITIZE_ADDRESS__)
#define WITH_ASAN 1
#elif defined(__has_feature)
#if __has_feature(address_sanitizer)
#define WITH_ASAN 1
#endif
#endif
#ifndef WITH_ASAN
#define WITH_ASAN 0
#endif
#if WITH_ASAN
#include <sanitizer/asan_interface.h>
#include <sanitizer/common_interface_defs.h>
#endif
#if __has_include(<valgrind/valgrind.h>)
#include <valgrind/valgrind.h>
#else
#define VALGRIND_STACK_REGISTER(low, high) 0u
#define VALGRIND_STACK_DEREGISTER(id) (void)(id)
#endif

enum {
    STACK_SCALE = WITH_ASAN ? 4 : 1, /* the sanitizer's frames are larger */
    STACK_BYTES = 64 * 1024 * STACK_SCALE,
    POOL_MOST = 16, /* more than work at a time; what a burst needed goes back */
};

/* ---- stacks ---- */

typedef struct stack_mem {
    char *low; /* of the usable part; the guard page lies below */
    size_t size;
    unsigned valgrind_id;
} stack_mem_t;

static size_t page_size(void) {
    static size_t size;
    if (!size)
        size = (size_t)sysconf(_SC_PAGESIZE);
    return size;
}

static bool stack_map(stack_mem_t *s, size_t size) {
    size_t page = page_size();
    size = (size + page - 1) / page * page;
    char *p =
        mmap(NULL, size + page, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE | MAP_STACK, -1, 0);
    if (p == MAP_FAILED)
        return false;
    if (mprotect(p, page, PROT_NONE) < 0) {
        munmap(p, size + page);
        return false;
    }
    *s = (stack_mem_t){.low = p + page, .size = size};
    s->valgrind_id = VALGRIND_STACK_REGISTER(s->low, s->low + size);
    return true;
}

static void stack_unmap(stack_mem_t *s) {
    VALGRIND_STACK_DEREGISTER(s->valgrind_id);
    munmap(s->low - page_size(), s->size + page_size());
}

/* How deep a stack was ever used, in whole pages: what the kernel holds of it. No page is touched to learn it. */
static size_t stack_depth(const stack_mem_t *s) {
    unsigned char held[STACK_BYTES / 4096];
    size_t pages = s->size / page_size();
    if (pages > sizeof held || mincore(s->low, s->size, held) < 0)
        return 0;
    size_t untouched = 0;
    while (untouched < pages && !(held[untouched] & 1))
        untouched++;
    return (pages - untouched) * page_size();
}

/* ---- the switch ----
 * stack_switch(&save, to) pushes what a callee must preserve, leaves the stack pointer in save and goes on where `to`
 * was left. A new stack is laid out as if it had been left just before co_entry. */

void stack_switch(void **save, void *to) __attribute__((visibility("hidden")));

#if defined(__x86_64__)
__asm__(".text\n"
        ".p2align 4\n"
        ".globl stack_switch\n"
        ".hidden stack_switch\n"
        ".type stack_switch, @function\n"
        "stack_switch:\n"
        "  .cfi_startproc\n"
        "  pushq %rbp\n  .cfi_adjust_cfa_offset 8\n  .cfi_rel_offset %rbp, 0\n"
        "  pushq %rbx\n  .cfi_adjust_cfa_offset 8\n  .cfi_rel_offset %rbx, 0\n"
        "  pushq %r12\n  .cfi_adjust_cfa_offset 8\n  .cfi_rel_offset %r12, 0\n"
        "  pushq %r13\n  .cfi_adjust_cfa_offset 8\n  .cfi_rel_offset %r13, 0\n"
        "  pushq %r14\n  .cfi_adjust_cfa_offset 8\n  .cfi_rel_offset %r14, 0\n"
        "  pushq %r15\n  .cfi_adjust_cfa_offset 8\n  .cfi_rel_offset %r15, 0\n"
        "  movq %rsp, (%rdi)\n"
        "  movq %rsi, %rsp\n"
        "  popq %r15\n  .cfi_adjust_cfa_offset -8\n  .cfi_restore %r15\n"
        "  popq %r14\n  .cfi_adjust_cfa_offset -8\n  .cfi_restore %r14\n"
        "  popq %r13\n  .cfi_adjust_cfa_offset -8\n  .cfi_restore %r13\n"
        "  popq %r12\n  .cfi_adjust_cfa_offset -8\n  .cfi_restore %r12\n"
        "  popq %rbx\n  .cfi_adjust_cfa_offset -8\n  .cfi_restore %rbx\n"
        "  popq %rbp\n  .cfi_adjust_cfa_offset -8\n  .cfi_restore %rbp\n"
        "  popq %rcx\n  .cfi_adjust_cfa_offset -8\n  .cfi_register %rip, %rcx\n"
        "  jmpq *%rcx\n" /* ret would be predicted to return to whom it doesn't: 10 ns instead of 2.5 */
        "  .cfi_endproc\n"
        ".size stack_switch, .-stack_switch\n");

static void *stack_prepare(const stack_mem_t *s, void (*entry)(void)) {
    void **sp = (void **)(void *)(s->low + s->size);
    *--sp = NULL; /* the entry's return address: debuggers stop here */
    *--sp = (void *)entry;
    for (int i = 0; i < 6; i++)
        *--sp = NULL;
    return sp;
}
#elif defined(__aarch64__)
__asm__(".text\n"
        ".p2align 4\n"
        ".globl stack_switch\n"
        ".hidden stack_switch\n"
        ".type stack_switch, %function\n"
        "stack_switch:\n"
        "  sub sp, sp, #160\n"
        "  stp x19, x20, [sp, #0]\n"
        "  stp x21, x22, [sp, #16]\n"
        "  stp x23, x24, [sp, #32]\n"
        "  stp x25, x26, [sp, #48]\n"
        "  stp x27, x28, [sp, #64]\n"
        "  stp x29, x30, [sp, #80]\n"
        "  stp d8, d9, [sp, #96]\n"
        "  stp d10, d11, [sp, #112]\n"
        "  stp d12, d13, [sp, #128]\n"
        "  stp d14, d15, [sp, #144]\n"
        "  mov x2, sp\n"
        "  str x2, [x0]\n"
        "  mov sp, x1\n"
        "  ldp x19, x20, [sp, #0]\n"
        "  ldp x21, x22, [sp, #16]\n"
        "  ldp x23, x24, [sp, #32]\n"
        "  ldp x25, x26, [sp, #48]\n"
        "  ldp x27, x28, [sp, #64]\n"
        "  ldp x29, x30, [sp, #80]\n"
        "  ldp d8, d9, [sp, #96]\n"
        "  ldp d10, d11, [sp, #112]\n"
        "  ldp d12, d13, [sp, #128]\n"
        "  ldp d14, d15, [sp, #144]\n"
        "  add sp, sp, #160\n"
        "  ret\n"
        ".size stack_switch, .-stack_switch\n");

static void *stack_prepare(const stack_mem_t *s, void (*entry)(void)) {
    void **sp = (void **)(void *)(s->low + s->size) - 20;
    memset(sp, 0, 20 * sizeof *sp);
    sp[11] = (void *)entry; /* x30; x29 = 0 ends a backtrace */
    return sp;
}
#else
#include <ucontext.h>
/* Elsewhere the C library switches, with a system call for the signal mask. `save` and `to` are ucontexts, which lie on
 * the stack that they leave. */
void stack_switch(void **save, void *to) {
    ucontext_t here;
    *save = &here;
    swapcontext(&here, to);
}

static void *stack_prepare(const stack_mem_t *s, void (*entry)(void)) {
    ucontext_t *u = (ucontext_t *)(void *)(s->low + (s->size - sizeof *u) / 64 * 64);
    getcontext(u);
    u->uc_stack.ss_sp = s->low;
    u->uc_stack.ss_size = (size_t)((char *)u - s->low);
    u->uc_link = NULL;
    makecontext(u, entry, 0);
    return u;
}
#endif

/* ---- coroutines ---- */

struct co {
    void *sp, *back; /* where it was left; where its resumer was */
    stack_mem_t stack;
    fiber_fn fn;
    void *arg;
    bool done;
#if WITH_ASAN
    void *fake, *back_fake;
    const void *back_low;
    size_t back_size;
#endif
};

static co_t *entering; /* told to co_entry, which takes no argument */

/* The sanitizer wants to know of a switch before and after it. */
static void entered(co_t *c) {
#if WITH_ASAN
    __sanitizer_finish_switch_fiber(c->fake, &c->back_low, &c->back_size);
#else
    (void)c;
#endif
}

static void leave(co_t *c) {
#if WITH_ASAN
    __sanitizer_start_switch_fiber(c->done ? NULL : &c->fake, c->back_low, c->back_size);
#endif
    stack_switch(&c->sp, c->back);
}

static void co_entry(void) {
    co_t *c = entering;
    entered(c);
    c->fn(c->arg);
    c->done = true;
    leave(c);
    __builtin_unreachable();
}

static void co_prepare(co_t *c, fiber_fn fn, void *arg) {
    c->fn = fn;
    c->arg = arg;
    c->sp = stack_prepare(&c->stack, co_entry);
}

void co_resume(co_t *c) {
    entering = c;
#if WITH_ASAN
    __sanitizer_start_switch_fiber(&c->back_fake, c->stack.low, c->stack.size);
#endif
    stack_switch(&c->back, c->sp);
#if WITH_ASAN
    __sanitizer_finish_switch_fiber(c->back_fake, NULL, NULL);
#endif
}

void co_yield (co_t *c) {
    leave(c);
    entered(c);
}

bool co_done(const co_t *c) {
    return c->done;
}

co_t *co_create(size_t stack_bytes, fiber_fn fn, void *arg) {
    co_t *c = mem_alloc(sizeof *c);
    if (!c)
        return NULL;
    if (!stack_map(&c->stack, stack_bytes * STACK_SCALE)) {
        mem_free(c);
        return NULL;
    }
    co_prepare(c, fn, arg);
    return c;
}

void co_destroy(co_t *c) {
    if (!c)
        return;
    stack_unmap(&c->stack);
    mem_free(c);
}

/* ---- fibers ---- */

typedef enum { FIBER_READY, FIBER_RUNNING, FIBER_PARKED, FIBER_SLEEPING } fiber_state_t;

struct fiber {
    co_t co;
    link_t link; /* in alive */
    loop_t *loop;
    const char *name;
    loop_task_t task; /* resumes it */
    loop_timer_t *timer;
    int64_t deadline;
    fiber_state_t state;
    bool cancelled, woken;
    loop_fn done;
    void *done_arg;
};

static fiber_t *current;
static link_t alive = {&alive, &alive};
static stack_mem_t pool[POOL_MOST];
static fiber_stats_t stats;

static bool pool_take(stack_mem_t *s) {
    if (stats.pooled == 0)
        return stack_map(s, STACK_BYTES);
    *s = pool[--stats.pooled];
    return true;
}

static void pool_give(stack_mem_t *s) {
    size_t depth = stack_depth(s);
    if (depth > stats.deepest)
        stats.deepest = depth;
#if WITH_ASAN
    __asan_unpoison_memory_region(s->low, s->size); /* what a jump over frames left */
#endif
    if (stats.pooled == POOL_MOST)
        stack_unmap(s);
    else
        pool[stats.pooled++] = *s;
}

static void fiber_free(fiber_t *f) {
    if (f->co.stack.low)
        pool_give(&f->co.stack);
    loop_timer_destroy(f->timer);
    mem_free(f);
}

static void fiber_ready(fiber_t *f) {
    f->state = FIBER_READY;
    loop_post(f->loop, &f->task);
}

static void fiber_resume(void *arg) {
    fiber_t *f = arg;
    f->state = FIBER_RUNNING;
    current = f;
    co_resume(&f->co);
    current = NULL;
    if (!f->co.done)
        return;
    loop_fn done = f->done;
    void *done_arg = f->done_arg;
    list_remove(&f->link);
    stats.alive--;
    fiber_free(f);
    if (done)
        done(done_arg);
}

static void fiber_timeout(void *arg) {
    fiber_ready(arg);
}

fiber_t *fiber_start(loop_t *l, const char *name, fiber_fn fn, void *arg, loop_fn done, void *done_arg) {
    fiber_t *f = mem_alloc(sizeof *f);
    if (!f)
        return NULL;
    f->timer = loop_timer_create(l, LOOP_WORK, fiber_timeout, f);
    if (!f->timer || !pool_take(&f->co.stack)) {
        fiber_free(f);
        return NULL;
    }
    co_prepare(&f->co, fn, arg);
    f->loop = l;
    f->name = name;
    f->done = done;
    f->done_arg = done_arg;
    loop_task_init(&f->task, fiber_resume, f);
    list_append(&alive, &f->link);
    stats.alive++;
    fiber_ready(f);
    return f;
}

fiber_t *fiber_current(void) {
    return current;
}

loop_t *fiber_loop(void) {
    return current->loop;
}

static bool may_go_on(const fiber_t *f, err_t *err) {
    if (f->cancelled)
        return error_set(err, ERR_CANCELLED, "cancelled");
    if (f->deadline && loop_clock() >= f->deadline)
        return error_set(err, ERR_TIMEOUT, "deadline exceeded");
    return true;
}

/* Leaves the stack until fiber_ready, or until `at` (0: no limit) on loop_clock's scale. errno is the fiber's own. */
static void suspend(fiber_t *f, fiber_state_t state, int64_t at) {
    int saved = errno;
    f->state = state;
    if (at)
        loop_timer_start(f->timer, at - loop_clock(), false);
    co_yield (&f->co);
    if (at)
        loop_timer_stop(f->timer);
    errno = saved;
}

static int64_t earlier(int64_t a, int64_t b) {
    return a == 0 || (b != 0 && b < a) ? b : a;
}

bool fiber_park(int64_t ms, err_t *err) {
    fiber_t *f = current;
    if (!may_go_on(f, err))
        return false;
    if (!f->woken && ms != 0)
        suspend(f, FIBER_PARKED, earlier(f->deadline, ms < 0 ? 0 : loop_clock() + ms));
    if (f->cancelled)
        return may_go_on(f, err);
    if (f->woken) {
        f->woken = false;
        return true;
    }
    return may_go_on(f, err) && error_set(err, ERR_TIMEOUT, "timed out after %lld ms", (long long)ms);
}

void fiber_wake(fiber_t *f) {
    f->woken = true;
    if (f->state == FIBER_PARKED)
        fiber_ready(f);
}

bool fiber_sleep(int64_t ms, err_t *err) {
    fiber_t *f = current;
    if (!may_go_on(f, err))
        return false;
    if (ms > 0)
        suspend(f, FIBER_SLEEPING, earlier(f->deadline, loop_clock() + ms));
    return may_go_on(f, err);
}

bool fiber_yield(err_t *err) {
    fiber_t *f = current;
    if (!may_go_on(f, err))
        return false;
    loop_post(f->loop, &f->task);
    suspend(f, FIBER_READY, 0);
    return may_go_on(f, err);
}

void fiber_cancel(fiber_t *f) {
    f->cancelled = true;
    if (f->state == FIBER_PARKED || f->state == FIBER_SLEEPING)
        fiber_ready(f);
}

void fiber_cancel_all(loop_t *l) {
    for (link_t *i = alive.next; i != &alive; i = i->next) {
        fiber_t *f = LIST_OWNER(i, fiber_t, link);
        if (f->loop == l)
            fiber_cancel(f);
    }
}

bool fiber_cancelled(const fiber_t *f) {
    return f->cancelled;
}

int64_t fiber_deadline(int64_t at) {
    int64_t old = current->deadline;
    current->deadline = at;
    return old;
}

fiber_stats_t fiber_stats(void) {
    return stats;
}

void fiber_pool_drain(void) {
    while (stats.pooled)
        stack_unmap(&pool[--stats.pooled]);
}
