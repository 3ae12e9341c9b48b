/*
 * Crowds: sorted by when it began, then by address; see alert_crowd.h.
 */
#include "hub/alert_crowd.h"

#include <stdlib.h>
#include <string.h>

#include "contrib/base/mem.h"
#include "hub/monitor_state.h"
#include "hub/pulse.h"

#define LATE 2000	/* ms that who is silent may not be known to be so yet */
#define RESTART 3000	/* ms that an agent which restarts takes, mostly */

struct alert_crowd_one {
	enum alert_what cause;
	int64_t since;		/* ms, hub time */
	size_t crowd;		/* 0: of none */
	struct alert_fact *fact;	/* or NULL: it wavers, at … */
	char host[PULSE_ADDRESS];
};

void
alert_crowd_clear(struct alert_crowd *c)
{
	free(c->one);
	*c = (struct alert_crowd){ .count = 0 };
}

/* A machine that goes is silent first, and then unreachable: one cause. A page
 * that doesn't come at the same address is another's trouble. */
enum alert_what
alert_crowd_cause(enum alert_what w)
{
	return w == ALERT_SILENT ? ALERT_UNREACHABLE : w;
}

static struct alert_crowd_one *
add(struct alert_crowd *c, enum alert_what cause, int64_t since)
{
	if (c->count == c->room) {
		c->room = c->room == 0 ? 64 : c->room * 2;
		c->one = mem_grow(c->one, c->room, sizeof(*c->one));
	}
	c->one[c->count] = (struct alert_crowd_one){ .cause = cause,
		.since = since };
	return &c->one[c->count++];
}

static void
on_fact(void *arg, struct alert_fact *f)
{
	struct alert_crowd *c = arg;
	enum alert_what cause = alert_crowd_cause(f->what);

	f->crowd = f->beside = 0;
	if (f->unknown || (cause != ALERT_UNREACHABLE && cause != ALERT_DOWN))
		return;
	add(c, cause, f->since)->fact = f;
	c->waits |= f->alert == 0 && f->what == ALERT_SILENT;
}

void
alert_crowd_read(struct alert_crowd *c, struct alert_facts *facts)
{
	alert_facts_each(facts, on_fact, c);
}

/* --- who wavers -------------------------------------------------------------- */

struct wavering {
	struct alert_crowd *crowd;
	int64_t now, least;
};

static bool
on_row(void *arg, uint32_t site, const struct pulse_row *row)
{
	const struct wavering *w = arg;
	int64_t patience = pulse_patience(row, w->least);
	int64_t quiet = w->now - row->heard;
	bool left = row->gone != 0 && w->now - row->gone >= RESTART;
	struct alert_crowd_one *one;

	(void)site;
	if (row->heard == 0 || quiet > patience + LATE ||
	    (!left && quiet < patience / 2) ||
	    row->state == MONITOR_SILENT || row->state == MONITOR_UNREACHABLE)
		return true;
	one = add(w->crowd, ALERT_UNREACHABLE, row->heard);
	memcpy(one->host, row->address, sizeof(one->host));
	return true;
}

void
alert_crowd_expect(struct alert_crowd *c, int64_t now, int64_t least)
{
	struct wavering w = { .crowd = c, .now = now, .least = least };

	if (c->waits)
		(void)pulse_each_since(0, on_row, &w);
}

/* --- who fell ill together --------------------------------------------------- */

static int
by_time(const void *a, const void *b)
{
	const struct alert_crowd_one *x = a, *y = b;

	if (x->cause != y->cause)
		return x->cause < y->cause ? -1 : 1;
	return (x->since > y->since) - (x->since < y->since);
}

/* The first one that is another's cause, or began too late. */
static size_t
end_of_time(const struct alert_crowd *c, size_t first, size_t end,
    int64_t time)
{
	const struct alert_crowd_one *one = &c->one[first];

	while (end < c->count && c->one[end].cause == one->cause &&
	    c->one[end].since <= one->since + time)
		end++;
	return end;
}

/* Times that are many's and have some in common are one crowd's. */
static void
number(struct alert_crowd *c, uint64_t many, int64_t time)
{
	size_t end = 0, done = 0, crowd = 0;

	for (size_t i = 0; i < c->count; i++) {
		end = end_of_time(c, i, end, time);
		if (end - i < many)
			continue;
		crowd += done <= i;
		for (done = done > i ? done : i; done < end; done++)
			c->one[done].crowd = crowd;
	}
}

/* --- at one address ---------------------------------------------------------- */

static struct span
group_of(const struct alert_crowd_one *o)
{
	return o->fact != NULL ? o->fact->group : pulse_host(o->host);
}

static int
by_address(const void *a, const void *b)
{
	const struct alert_crowd_one *x = a, *y = b;
	struct span one = group_of(x), two = group_of(y);

	if (x->crowd != y->crowd)
		return x->crowd < y->crowd ? -1 : 1;
	if (one.n != two.n)
		return one.n < two.n ? -1 : 1;
	return one.n > 0 ? memcmp(one.at, two.at, one.n) : 0;
}

static void
say(struct alert_crowd *c, size_t first, size_t end)
{
	for (size_t i = first, same = first; i < end; ) {
		struct span group = group_of(&c->one[i]);
		size_t from = i;

		while (same < end && span_is(group_of(&c->one[same]), group))
			same++;
		for (; i < same; i++) {
			struct alert_fact *f = c->one[i].fact;

			if (f == NULL)
				continue;
			f->crowd = (uint32_t)(end - first);
			f->beside = group.n > 0 ? (uint32_t)(same - from) : 0;
		}
	}
}

void
alert_crowd_judge(struct alert_crowd *c, uint64_t many, int64_t time)
{
	size_t end;

	if (c->count == 0 || c->count < many)
		return;
	qsort(c->one, c->count, sizeof(*c->one), by_time);
	number(c, many, time);
	qsort(c->one, c->count, sizeof(*c->one), by_address);
	for (size_t i = 0; i < c->count; i = end) {
		end = i + 1;
		while (end < c->count && c->one[end].crowd == c->one[i].crowd)
			end++;
		if (c->one[i].crowd > 0)
			say(c, i, end);
	}
}
