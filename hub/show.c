/*
 * Show: slices, marks, and who waits.
 */
#include "hub/show.h"

#include <inttypes.h>
#include <stdlib.h>

#include "contrib/base/clock.h"
#include "contrib/base/err.h"
#include "contrib/base/log.h"
#include "contrib/base/mem.h"
#include "hub/counters.h"

/* Entries in a slice, if there are so many: small groups cost several times
 * as much for each entry, and going by that cost would make them smaller yet.
 * These take some 100 ms, and change pages that LMDB keeps in memory until it
 * commits: with a million items in the view, some 60 MiB of them. */
#define SLICE_LEAST 3000
#define COST_FIRST 25.0		/* µs an entry, before the first is seen */

/* Marks are a ring; when it is full the newest mark stands for more. */
#define MARKS 4096

struct mark {
	uint64_t place;
	int64_t at;
	size_t batches;
};

struct waiter {
	struct waiter *next;
	uint64_t place;
	show_fn *fn;
	void *arg;
};

struct show {
	struct writer *writer;
	struct mark mark[MARKS];
	size_t first, marks;
	struct waiter *waiters;
	double cost;		/* µs of CPU an entry, a moving mean */
	double wall;		/* … and on the clock: others work here, too */
	bool full;
};

struct show *
show_new(struct writer *w)
{
	struct show *s = mem_new(sizeof(*s));

	s->writer = w;
	s->cost = s->wall = COST_FIRST;
	return s;
}

void
show_free(struct show *s)
{
	struct waiter *w;

	if (s == NULL)
		return;
	while ((w = s->waiters) != NULL) {
		s->waiters = w->next;
		free(w);
	}
	free(s);
}

void
show_mark(struct show *s, uint64_t place, int64_t at, size_t batches)
{
	struct mark *m;

	/* Beats alone: there is nothing to be shown, and so nothing late. */
	if (place <= view_place(s->writer->view))
		return;
	if (s->marks == MARKS) {
		m = &s->mark[(s->first + s->marks - 1) % MARKS];
		m->place = place;
		m->batches += batches;
		return;
	}
	m = &s->mark[(s->first + s->marks++) % MARKS];
	*m = (struct mark){ .place = place, .at = at, .batches = batches };
}

bool
show_is_behind(struct show *s)
{
	return writer_backlog(s->writer) > 0;
}

bool
show_is_full(const struct show *s)
{
	return s->full;
}

int64_t
show_lag(const struct show *s)
{
	return s->marks == 0 ? 0 : clock_mono() - s->mark[s->first].at;
}

int64_t
show_behind(const struct show *s)
{
	double left = (double)writer_backlog(s->writer) * s->wall / 1000;
	int64_t lag = show_lag(s);

	return left > (double)lag ? (int64_t)left : lag;
}

static void
pass_marks(struct show *s, uint64_t place)
{
	int64_t now = clock_mono();

	while (s->marks > 0 && s->mark[s->first].place <= place) {
		struct mark *m = &s->mark[s->first];
		int64_t lag = now > m->at ? now - m->at : 0;

		for (size_t i = 0; i < m->batches; i++)
			stats_observe(COUNTER_SHOW_LAG, (uint64_t)lag);
		s->first = (s->first + 1) % MARKS;
		s->marks--;
	}
}

/* Each is taken out before it is called: it may wait for something else. */
static void
call_waiters(struct show *s, uint64_t place)
{
	struct waiter **at = &s->waiters, *w;

	while ((w = *at) != NULL) {
		if (w->place > place) {
			at = &w->next;
			continue;
		}
		*at = w->next;
		w->fn(w->arg);
		free(w);
		at = &s->waiters;
	}
}

void
show_wait(struct show *s, uint64_t place, show_fn *fn, void *arg)
{
	struct waiter *w, **at = &s->waiters;

	if (view_place(s->writer->view) >= place) {
		fn(arg);
		return;
	}
	w = mem_new(sizeof(*w));
	*w = (struct waiter){ .place = place, .fn = fn, .arg = arg };
	while (*at != NULL)
		at = &(*at)->next;
	*at = w;
}

static size_t
slice(const struct show *s, uint32_t ms)
{
	double n = ms * 1000.0 / s->cost;

	if (n < SLICE_LEAST)
		n = SLICE_LEAST;
	if (n > (double)s->writer->config->group)
		n = (double)s->writer->config->group;
	return (size_t)n;
}

static double
mean(double before, uint64_t us, size_t entries)
{
	double now = (double)us / (double)entries;

	return before * 0.75 + (now < 1 ? 1 : now) * 0.25;
}

static void
learn_cost(struct show *s, uint64_t us, int64_t ms, size_t entries)
{
	if (entries < SLICE_LEAST)
		return;		/* mostly the transaction's own cost */
	s->cost = mean(s->cost, us, entries);
	s->wall = mean(s->wall, (uint64_t)ms * 1000, entries);
}

static void
note_full(struct show *s, bool full)
{
	if (full && !s->full)
		log_error("view: disk full: what is taken now is safe in the "
		    "journal, and shown when there is space below %s",
		    s->writer->config->dir);
	else if (!full && s->full)
		log_info("view: there is space again");
	s->full = full;
}

enum show_result
show_step(struct show *s, uint32_t ms)
{
	uint64_t cpu = clock_cpu(), place;
	int64_t began = clock_mono();
	size_t applied;
	bool good;

	if (!show_is_behind(s))
		return SHOW_ALL;
	good = writer_apply(s->writer, slice(s, ms), &applied);
	note_full(s, !good);
	if (!good)
		return SHOW_FULL;
	cpu = clock_cpu() - cpu;
	if (applied > 0)
		learn_cost(s, cpu, clock_mono() - began, applied);
	place = view_place(s->writer->view);
	stats_add(COUNTER_CORE_APPLY_CPU, cpu);
	stats_add(COUNTER_APPLIED_ENTRIES, applied);
	stats_add(COUNTER_APPLIED_GROUPS, 1);
	stats_set(COUNTER_VIEW_PLACE, place);
	pass_marks(s, place);
	call_waiters(s, place);
	return show_is_behind(s) ? SHOW_MORE : SHOW_ALL;
}
