/* The evaluator: one coroutine on one large stack, on which every CUE evaluation runs. A fiber gives it a function and
 * parks until that is done; one evaluation owns the stack at a time, the rest queue in order. An evaluation goes back
 * to the loop after a millisecond (evaluator_yield is the `yield` of its CUE budget), so that no render holds up a
 * lease. */
#ifndef HANDLERS_EVALUATOR_H
#define HANDLERS_EVALUATOR_H

#include "reactor/fiber.h"

typedef struct evaluator evaluator_t;

evaluator_t *evaluator_create(void);    /* NULL when out of memory */
void evaluator_destroy(evaluator_t *e); /* with nothing running */

/* Runs fn(arg) on the large stack. The function must not park; what it allocates is its own affair. False with
 * ERR_CANCELLED or ERR_TIMEOUT where the fiber was cancelled while it waited for its turn: then fn never ran. */
bool evaluator_run(evaluator_t *e, fiber_fn fn, void *arg, err_t *err);

/* For cue_budget_t.yield, with the evaluator as its argument: false once the running fiber was cancelled. */
bool evaluator_yield(void *evaluator);

#endif
