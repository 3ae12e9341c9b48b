/*
 * Crowds: sorted by when it began, then by address; see alert_crowd.h.
 */
#include "hub/alert_crowd.h"

#include <stdlib.h>
#include <string.h>

#include "contrib/base/mem.h"

struct alert_crowd_one {
	enum alert_what cause;
	size_t crowd;		/* 0: of none */
	struct alert_fact *fact;
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

void
alert_crowd_add(struct alert_crowd *c, struct alert_fact *f)
{
	enum alert_what cause = alert_crowd_cause(f->what);

	f->crowd = f->beside = 0;
	if (f->unknown || (cause != ALERT_UNREACHABLE && cause != ALERT_DOWN))
		return;
	if (c->count == c->room) {
		c->room = c->room == 0 ? 64 : c->room * 2;
		c->one = mem_grow(c->one, c->room, sizeof(*c->one));
	}
	c->one[c->count++] = (struct alert_crowd_one){ .cause = cause,
		.fact = f };
}

/* --- who fell ill together --------------------------------------------------- */

static int
by_time(const void *a, const void *b)
{
	const struct alert_crowd_one *x = a, *y = b;
	int64_t one = x->fact->since, two = y->fact->since;

	if (x->cause != y->cause)
		return x->cause < y->cause ? -1 : 1;
	return (one > two) - (one < two);
}

/* The first one that is another's cause, or began too late. */
static size_t
end_of_time(const struct alert_crowd *c, size_t first, size_t end,
    int64_t time)
{
	const struct alert_crowd_one *one = &c->one[first];

	while (end < c->count && c->one[end].cause == one->cause &&
	    c->one[end].fact->since <= one->fact->since + time)
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

static int
by_address(const void *a, const void *b)
{
	const struct alert_crowd_one *x = a, *y = b;
	struct span one = x->fact->group, two = y->fact->group;

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
		struct span group = c->one[i].fact->group;
		size_t from = i;

		while (same < end && span_is(c->one[same].fact->group, group))
			same++;
		for (; i < same; i++) {
			c->one[i].fact->crowd = (uint32_t)(end - first);
			c->one[i].fact->beside = group.n > 0 ?
			    (uint32_t)(same - from) : 0;
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
