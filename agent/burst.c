/* See burst.h. */
#include "agent/burst.h"

#include <stdlib.h>

#include "contrib/base/clock.h"
#include "contrib/base/err.h"
#include "contrib/base/mem.h"
#include "contrib/base/timer.h"

#define QUIET 500		/* ms without another: it is over */
#define LONGEST 3000		/* ms after its first it is over anyway … */
#define MOST 100000		/* … and with so many */
#define AGAIN 100		/* ms until it is over once more */

struct burst {
	struct paths paths;
	int64_t first, last;	/* mono ms */
	struct event *timer;
	burst_fn *over;
	void *arg;
};

static void
on_timer(evutil_socket_t fd, short what, void *arg)
{
	struct burst *b = arg;
	int64_t now = clock_mono();
	int64_t due = b->last + QUIET;

	(void)fd;
	(void)what;
	if (due > b->first + LONGEST)
		due = b->first + LONGEST;
	if (now < due && b->paths.count < MOST)
		timer_after(b->timer, due - now);
	else
		b->over(b->arg);
}

void
burst_add(struct burst *b, const char *path)
{
	b->last = clock_mono();
	if (b->paths.count == 0) {
		b->first = b->last;
		timer_after(b->timer, QUIET);
	}
	paths_add(&b->paths, path);
	if (b->paths.count == MOST)
		timer_after(b->timer, 0);
}

void
burst_wait(struct burst *b)
{
	timer_after(b->timer, AGAIN);
}

struct paths
burst_take(struct burst *b)
{
	struct paths p = b->paths;

	b->paths = (struct paths){ 0 };
	event_del(b->timer);
	paths_sort(&p);
	return p;
}

const struct paths *
burst_paths(const struct burst *b)
{
	return &b->paths;
}

bool
burst_is_empty(const struct burst *b)
{
	return b->paths.count == 0;
}

bool
burst_times(const struct burst *b, int64_t *first, int64_t *last)
{
	*first = b->first;
	*last = b->last;
	return b->paths.count > 0;
}

void
burst_drop(struct burst *b)
{
	paths_clear(&b->paths);
	event_del(b->timer);
}

struct burst *
burst_new(struct event_base *base, burst_fn *over, void *arg)
{
	struct burst *b = mem_new(sizeof(*b));

	b->over = over;
	b->arg = arg;
	b->timer = event_new(base, -1, 0, on_timer, b);
	must(b->timer != NULL);
	return b;
}

void
burst_free(struct burst *b)
{
	if (b == NULL)
		return;
	burst_drop(b);
	event_free(b->timer);
	free(b);
}
