/*
 * Timers: an event that comes by itself after a while.
 */
#ifndef ZQ_BASE_TIMER_H
#define ZQ_BASE_TIMER_H

#include <event2/event.h>
#include <stdint.h>

/* In so many ms, at once if there are none left; in the place of what was set
 * before. */
void timer_after(struct event *e, int64_t ms);

#endif
