/*
 * See restless.h.
 *
 * A table by hash in which the later one has the place, unless the one before
 * it waits. How often is a bucket that leaks: each change adds one, each
 * minute takes `often` away.
 */
#include "agent/restless.h"

#include <stdlib.h>
#include <string.h>

#include "contrib/base/clock.h"
#include "contrib/base/err.h"
#include "contrib/base/mem.h"

#define PLACES 1024		/* fewer than a delay takes */
#define TICK 1000		/* ms between looks whether it is time */
#define MINUTE 60000		/* ms */

struct place {
	uint32_t hash;
	struct job *job;	/* waits; or NULL */
	double level;		/* changes, at … */
	int64_t last;		/* … the last one; mono ms */
	int64_t until;		/* … and it waits so long at most */
};

struct restless {
	double often;
	struct delay *delay;
	delay_over_fn *over;
	void *arg;
	struct place at[PLACES];
};

static struct place *
place_of(struct restless *r, const struct job *j)
{
	return &r->at[j->hash % PLACES];
}

/* Its place, if it can have it. */
static struct place *
take_place(struct restless *r, const struct job *j)
{
	struct place *p = place_of(r, j);

	if (p->job != NULL)
		return strcmp(p->job->path, j->path) == 0 ? p : NULL;
	if (p->hash != j->hash)
		*p = (struct place){ .hash = j->hash };
	return p;
}

static void
count(struct place *p, double often)
{
	int64_t now = clock_mono();

	p->level -= (double)(now - p->last) * often / MINUTE;
	if (p->level < 0)
		p->level = 0;
	p->level += 1;
	if (p->level > 2 * often)
		p->level = 2 * often;	/* calm again within a minute */
	p->last = now;
}

/* Where one waits already that is enough; the later one may be known to be
 * finished. */
static void
keep(struct restless *r, struct place *p, struct job *j)
{
	if (p->job != NULL) {
		if (j->why == INTAKE_READY)
			p->job->why = INTAKE_READY;
		job_free(j);
		return;
	}
	p->job = j;
	p->until = clock_mono() + RESTLESS_LONGEST;
	delay_put(r->delay, j);
}

bool
restless_changed(struct restless *r, struct job *j)
{
	struct place *p;

	if (r->often <= 0 || j->counted || j->why != INTAKE_READY)
		return false;
	j->counted = true;
	p = take_place(r, j);
	if (p == NULL)
		return false;
	count(p, r->often);
	if (p->level <= r->often)
		return false;
	keep(r, p, j);
	return true;
}

bool
restless_written(struct restless *r, struct job *j)
{
	struct place *p = take_place(r, j);

	if (j->since == 0)
		j->since = clock_mono();
	if (p == NULL || (p->job == NULL &&
	    clock_mono() - j->since < RESTLESS_LONGEST))
		return false;
	p->last = clock_mono();
	keep(r, p, j);
	return true;
}

static void
on_tick(void *arg, struct job *j)
{
	struct restless *r = arg;
	struct place *p = place_of(r, j);
	int64_t now = clock_mono();

	must(p->job == j);
	if (now < p->until && now - p->last < RESTLESS_QUIET) {
		delay_put(r->delay, j);
		return;
	}
	p->job = NULL;
	r->over(r->arg, j);
}

struct restless *
restless_new(struct event_base *base, uint64_t often, delay_over_fn *over,
    delay_crowd_fn *crowd, void *arg)
{
	struct restless *r = mem_new(sizeof(*r));

	r->often = (double)often;
	r->over = over;
	r->arg = arg;
	r->delay = delay_new(base, TICK, on_tick, crowd, r);
	return r;
}

void
restless_free(struct restless *r)
{
	delay_free(r->delay);
	free(r);
}

void
restless_drop(struct restless *r)
{
	delay_empty(r->delay);
	for (size_t i = 0; i < PLACES; i++)
		r->at[i].job = NULL;
}

size_t
restless_count(const struct restless *r)
{
	return delay_count(r->delay);
}

const char *
restless_first(const struct restless *r)
{
	return delay_first(r->delay);
}
