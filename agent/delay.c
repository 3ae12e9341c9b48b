/* See delay.h. */
#include "agent/delay.h"

#include <stdlib.h>

#include "contrib/base/clock.h"
#include "contrib/base/err.h"
#include "contrib/base/mem.h"

#define SHORTEST 10		/* ms: many that are due together are one */

struct delay {
	struct jobs jobs;
	size_t count;
	int64_t ms;
	struct event *timer;
	delay_over_fn *over;
	delay_crowd_fn *crowd;
	void *arg;
};

static void
arm(struct delay *r)
{
	struct job *first = TAILQ_FIRST(&r->jobs);
	struct timeval tv;
	int64_t wait;

	if (first == NULL)
		return;
	wait = first->due - clock_mono();
	if (wait < SHORTEST)
		wait = SHORTEST;
	tv = (struct timeval){ .tv_sec = wait / 1000,
	    .tv_usec = wait % 1000 * 1000 };
	must(event_add(r->timer, &tv) == 0);
}

void
delay_put(struct delay *r, struct job *j)
{
	if (r->count >= DELAY_MOST) {
		job_free(j);
		r->crowd(r->arg);
		return;
	}
	buf_clear(&j->row);
	j->due = clock_mono() + r->ms;
	TAILQ_INSERT_TAIL(&r->jobs, j, entry);
	r->count++;
	if (r->count == 1)
		arm(r);
}

static void
on_timer(evutil_socket_t fd, short what, void *arg)
{
	struct delay *r = arg;
	struct job *j;

	(void)fd;
	(void)what;
	while ((j = TAILQ_FIRST(&r->jobs)) != NULL &&
	    j->due <= clock_mono()) {
		TAILQ_REMOVE(&r->jobs, j, entry);
		r->count--;
		r->over(r->arg, j);
	}
	arm(r);
}

struct delay *
delay_new(struct event_base *base, int64_t ms, delay_over_fn *over,
    delay_crowd_fn *crowd, void *arg)
{
	struct delay *r = mem_new(sizeof(*r));

	TAILQ_INIT(&r->jobs);
	r->ms = ms;
	r->over = over;
	r->crowd = crowd;
	r->arg = arg;
	r->timer = event_new(base, -1, 0, on_timer, r);
	must(r->timer != NULL);
	return r;
}

void
delay_empty(struct delay *r)
{
	job_empty(&r->jobs, &r->count);
}

void
delay_free(struct delay *r)
{
	delay_empty(r);
	event_free(r->timer);
	free(r);
}

size_t
delay_count(const struct delay *r)
{
	return r->count;
}

const char *
delay_first(const struct delay *r)
{
	const struct job *j = TAILQ_FIRST(&r->jobs);

	return j != NULL ? j->path : NULL;
}
