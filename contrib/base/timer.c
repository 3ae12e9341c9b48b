/* See timer.h. */
#include "contrib/base/timer.h"

#include "contrib/base/err.h"

void
timer_after(struct event *e, int64_t ms)
{
	int64_t left = ms > 0 ? ms : 0;
	struct timeval tv = { .tv_sec = (time_t)(left / 1000),
	    .tv_usec = (suseconds_t)(left % 1000 * 1000) };

	must(event_add(e, &tv) == 0);
}
