/*
 * The loop: libevent's place in the simulator.
 *
 * The programs call event_new(), event_add() and so on as always; here these
 * are a list of timers on the world's clock. Each event belongs to a part,
 * and runs with that part's clocks set. Descriptors never become ready.
 */
#ifndef ZQ_SIM_LOOP_H
#define ZQ_SIM_LOOP_H

#include <event2/event.h>

#include "tests/sim/sim.h"

/* The loop of a part; NULL: the world's own. */
struct event_base *loop_new(struct part *p);
void loop_free(struct event_base *b);	/* events of it must be gone */

struct part *loop_part(const struct event_base *b);

/* Takes the clock to the next event and runs it. False: there is none up to
 * `until`, and the clock stands there. */
bool loop_step(int64_t until);

/* Sets the clocks that a part sees, for what is done to it from outside. */
void loop_clocks(const struct part *p);

size_t loop_events(void);	/* that exist; 0 after a run */

/* fn(arg) once, after ms, with the clocks of p (may be NULL: the world's); or
 * drop(arg), if p is down then. */
typedef void loop_fn(void *arg);
void loop_after(struct part *p, int64_t ms, loop_fn *fn, void *arg,
    void (*drop)(void *arg));
void loop_forget(void);		/* drops all of these */

#endif
