/*
 * For tests with an event loop: it turns for a while, or until something has
 * happened; and logs nothing.
 */
#ifndef ZQ_TEST_AGENT_LOOPKIT_H
#define ZQ_TEST_AGENT_LOOPKIT_H

#include <check.h>
#include <event2/event.h>

#include "contrib/base/clock.h"
#include "contrib/base/log.h"

#define PATIENCE 30000		/* ms for anything to happen */

static struct event_base *base;

static inline void
turn_loop(int ms)
{
	struct timeval tv = { .tv_sec = ms / 1000,
	    .tv_usec = ms % 1000 * 1000 };

	event_base_loopexit(base, &tv);
	event_base_dispatch(base);
}

#define WAIT_FOR(cond) do {						\
	int64_t wait_start = clock_mono();				\
	while (!(cond)) {						\
		ck_assert_msg(clock_mono() - wait_start < PATIENCE,	\
		    "waited in vain for %s", #cond);			\
		turn_loop(5);						\
	}								\
} while (0)

static inline void
no_log(enum log_level level, const char *text)
{
	(void)level;
	(void)text;
}

#endif
