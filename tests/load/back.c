/*
 * Back: all agents after the hub was away, for some seconds and for so long
 * that their waits have grown to the longest. How long until each has been
 * answered, and holds its poll?
 */
#include "tests/load/cost.h"
#include "tests/load/load.h"

#define LONGEST 180.0		/* s until it is given up */

struct run {
	struct crowd crowd;
	struct take_hub hub;
	char program[512];
};

static size_t
count_back(const struct run *r)
{
	size_t n = 0;

	for (size_t i = 0; i < r->crowd.count; i++)
		n += r->crowd.agent[i].back != 0;
	return n;
}

/* As far as they know: asking the hub would stop them all meanwhile. */
static size_t
count_polls(const struct run *r)
{
	size_t n = 0;

	for (size_t i = 0; i < r->crowd.count; i++)
		n += r->crowd.agent[i].poll.asking &&
		    r->crowd.agent[i].poll.open;
	return n;
}

/* Until all were answered, and (nearly) all hold a poll; s. */
static double
wait_for_all(struct run *r, double *all_polls)
{
	double started = crowd_now(), look = started + 1;

	*all_polls = 0;
	while (crowd_now() - started < LONGEST) {
		load_turn(r->crowd.end.base, 0.01);
		if (crowd_now() < look)
			continue;
		look = crowd_now() + 0.5;
		if (*all_polls == 0 &&
		    count_polls(r) * 1000 >= r->crowd.count * 999)
			*all_polls = crowd_now() - started;
		if (*all_polls > 0 && count_back(r) == r->crowd.count)
			break;
	}
	return crowd_now() - started;
}

/* As after many failures in a row: the bound is the last. */
static void
grow_waits(struct run *r)
{
	for (size_t i = 0; i < r->crowd.count; i++) {
		struct agent *a = &r->crowd.agent[i];

		crowd_stop(a);
		a->push_backoff.now = a->poll_backoff.now = CROWD_LAST;
		crowd_start(a, backoff_random(CROWD_LAST),
		    backoff_random(CROWD_LAST));
	}
}

static void
go_away(struct run *r, unsigned seconds, bool long_ago)
{
	double until = crowd_now() + seconds;

	take_hub_kill(&r->hub);
	while (crowd_now() < until)
		load_turn(r->crowd.end.base, 0.01);
	if (long_ago)
		grow_waits(r);
	for (size_t i = 0; i < r->crowd.count; i++)
		r->crowd.agent[i].back = 0;
	r->crowd.busy = 0;
	r->crowd.end.opened = r->crowd.end.resumed = 0;
	r->crowd.end.failed = 0;
}

static void
report(struct run *r, double started, double all, double all_polls,
    const struct cost *cost)
{
	double *took = mem_new(r->crowd.count * sizeof(took[0]));
	size_t n = 0;

	for (size_t i = 0; i < r->crowd.count; i++)
		if (r->crowd.agent[i].back != 0)
			took[n++] = r->crowd.agent[i].back - started;
	if (n < r->crowd.count)
		printf("    NOT BACK within %.0f s: %zu\n", all,
		    r->crowd.count - n);
	table_row("answered again, p50", "", "%.1f s",
	    table_percentile(took, n, 50));
	table_row("p99", "goal: at most 60 s", "%.1f s",
	    table_percentile(took, n, 99));
	table_row("the last", "goal: at most 120 s", "%.1f s",
	    n > 0 ? took[n - 1] : 0);
	table_row("all hold a poll again", "", "%.0f s", all_polls);
	cost_row("CPU of the hub meanwhile", cost);
	table_row("connections, of them resumed", "", "%zu, %zu",
	    r->crowd.end.opened, r->crowd.end.resumed);
	table_row("turned away, or too long in coming", "", "%zu",
	    r->crowd.end.failed);
	free(took);
}

/* How many did not come back. */
static size_t
measure(struct run *r, unsigned seconds, bool long_ago)
{
	double started, all, all_polls;
	struct cost cost;
	char title[128];

	snprintf(title, sizeof(title), "%zu agents after the hub was away "
	    "%s", r->crowd.count, long_ago ? "for long" : "for seconds");
	table_head(title);
	go_away(r, seconds, long_ago);
	take_hub_start(&r->hub, r->program);
	r->crowd.end.failed = 0;	/* those that came while it was away */
	started = crowd_now();
	cost = cost_of(&r->hub);
	all = wait_for_all(r, &all_polls);
	cost = cost_since(&r->hub, &cost);
	report(r, started, all, all_polls, &cost);
	return r->crowd.count - count_back(r);
}

int
load_back(const struct load_options *o)
{
	static struct run r;
	struct event_base *base = event_base_new();
	double all, all_polls;
	size_t missing;

	load_files(2 * o->agents + 200);
	take_hub_make(&r.hub);
	crowd_make(&r.crowd, base, r.hub.dir, o->agents);
	r.crowd.end.port = r.hub.port;
	snprintf(r.program, sizeof(r.program), "%s/zqhubd", o->build);
	take_hub_start(&r.hub, r.program);
	for (size_t i = 0; i < o->agents; i++)
		crowd_start(&r.crowd.agent[i],
		    backoff_random((uint32_t)o->agents * 4),
		    backoff_random((uint32_t)o->agents * 4) + 1000);
	all = wait_for_all(&r, &all_polls);
	printf("  %zu agents connected in %.0f s\n", count_back(&r), all);
	missing = measure(&r, o->down, false);
	missing += measure(&r, o->down, true);
	for (size_t i = 0; i < o->agents; i++)
		crowd_stop(&r.crowd.agent[i]);
	take_hub_stop(&r.hub);
	crowd_free(&r.crowd);
	event_base_free(base);
	return missing > 0;
}
