/*
 * Timers in one list, the next to be due first; equal ones in the order in
 * which they were set.
 */
#include "tests/sim/loop.h"

#include <stdlib.h>
#include <sys/queue.h>

#include "contrib/base/clock.h"
#include "contrib/base/err.h"
#include "contrib/base/mem.h"

struct event_base {
	struct part *part;
};

struct event {
	TAILQ_ENTRY(event) entry;
	struct event_base *base;
	event_callback_fn fn;
	void *arg;
	int64_t due, every;	/* ms; every 0: once */
	bool persists, pending;
	loop_fn *once;		/* of loop_after() */
	void (*drop)(void *arg);
	struct part *part;
};

static TAILQ_HEAD(events, event) events = TAILQ_HEAD_INITIALIZER(events);
static size_t count;

/* --- libevent's names ----------------------------------------------------- */

struct event *
event_new(struct event_base *base, evutil_socket_t fd, short what,
    event_callback_fn fn, void *arg)
{
	struct event *e = mem_new(sizeof(*e));

	(void)fd;
	e->base = base;
	e->fn = fn;
	e->arg = arg;
	e->persists = (what & EV_PERSIST) != 0;
	count++;
	return e;
}

static void
put(struct event *e)
{
	struct event *at = TAILQ_LAST(&events, events);

	while (at != NULL && at->due > e->due)
		at = TAILQ_PREV(at, events, entry);
	if (at == NULL)
		TAILQ_INSERT_HEAD(&events, e, entry);
	else
		TAILQ_INSERT_AFTER(&events, at, e, entry);
	e->pending = true;
}

int
event_del(struct event *e)
{
	if (e->pending)
		TAILQ_REMOVE(&events, e, entry);
	e->pending = false;
	return 0;
}

int
event_add(struct event *e, const struct timeval *tv)
{
	int64_t ms;

	if (tv == NULL)
		return 0;
	ms = (int64_t)tv->tv_sec * 1000 + tv->tv_usec / 1000;
	event_del(e);
	e->due = sim.now + ms;
	e->every = e->persists ? ms : 0;
	put(e);
	return 0;
}

int
event_pending(const struct event *e, short what, struct timeval *tv)
{
	(void)what;
	(void)tv;
	return e->pending;
}

void
event_free(struct event *e)
{
	event_del(e);
	free(e);
	count--;
}

int
event_base_loopbreak(struct event_base *base)
{
	(void)base;
	return 0;
}

/* --- the world's side ----------------------------------------------------- */

struct event_base *
loop_new(struct part *p)
{
	struct event_base *b = mem_new(sizeof(*b));

	b->part = p;
	return b;
}

void
loop_free(struct event_base *b)
{
	free(b);
}

struct part *
loop_part(const struct event_base *b)
{
	return b->part;
}

void
loop_clocks(const struct part *p)
{
	int64_t wall = p != NULL ? p->wall : 0;
	int64_t mono = p != NULL ? p->mono : 0;

	clock_set(SIM_EPOCH + sim.now + wall, sim.now + mono);
}

static void
run_once(struct event *e)
{
	if (e->part == NULL || (e->part->up && !e->part->dead))
		e->once(e->arg);
	else if (e->drop != NULL)
		e->drop(e->arg);
	event_free(e);
}

bool
loop_step(int64_t until)
{
	struct event *e = TAILQ_FIRST(&events);
	struct part *p;

	if (e == NULL || e->due > until) {
		sim.now = until;
		return false;
	}
	if (e->due > sim.now)
		sim.now = e->due;
	sim.step++;
	p = e->base != NULL ? e->base->part : e->part;
	loop_clocks(p);
	event_del(e);
	if (e->once != NULL) {
		run_once(e);
	} else {
		if (e->every > 0) {
			e->due = sim.now + e->every;
			put(e);
		}
		e->fn(-1, EV_TIMEOUT, e->arg);
	}
	if (p != NULL && p->dead)
		p->bury(p);
	return true;
}

size_t
loop_events(void)
{
	return count;
}

void
loop_after(struct part *p, int64_t ms, loop_fn *fn, void *arg,
    void (*drop)(void *arg))
{
	struct event *e = event_new(NULL, -1, 0, NULL, arg);

	must(fn != NULL);
	e->part = p;
	e->once = fn;
	e->drop = drop;
	e->due = sim.now + ms;
	put(e);
}

void
loop_forget(void)
{
	struct event *e, *next;

	for (e = TAILQ_FIRST(&events); e != NULL; e = next) {
		next = TAILQ_NEXT(e, entry);
		if (e->once == NULL)
			continue;
		if (e->drop != NULL)
			e->drop(e->arg);
		event_free(e);
	}
}
