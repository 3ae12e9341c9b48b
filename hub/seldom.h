/*
 * Seldom: a line of the log that a stranger can bring about as often as he
 * likes. It is said once a minute at most, and says how often it was due.
 */
#ifndef ZQ_HUB_SELDOM_H
#define ZQ_HUB_SELDOM_H

#include <stdint.h>

#include "contrib/base/clock.h"

#define SELDOM_MS 60000

struct seldom {			/* zeros: never yet */
	uint64_t due;		/* times, since it was said */
	int64_t next;		/* ms, mono: not sooner; 0: at once */
};

/* It is due once more. 0: not now; else for so many times. */
static inline uint64_t
seldom_due(struct seldom *s)
{
	int64_t now = clock_mono();
	uint64_t due = ++s->due;

	if (s->next != 0 && now < s->next)
		return 0;
	s->next = now + SELDOM_MS;
	s->due = 0;
	return due;
}

#endif
