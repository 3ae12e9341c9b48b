/*
 * A world for the monitor: sites with an agent and a web server each, a line
 * that loses packets, and a hub that looks. Time goes in steps; chance comes
 * from a seed.
 */
#ifndef ZQ_TESTS_MODEL_MONITORKIT_H
#define ZQ_TESTS_MODEL_MONITORKIT_H

#include <check.h>
#include <stdio.h>
#include <stdlib.h>

#include "contrib/base/clock.h"
#include "contrib/base/mem.h"
#include "hub/monitor.h"

#define STEP INT64_C(250)
#define SECOND INT64_C(1000)
#define MINUTE (60 * SECOND)
#define HOUR (60 * MINUTE)
#define NEVER INT64_MAX

#define BEAT (5 * SECOND)
#define HOME_EVERY (15 * MINUTE)	/* from outside … */
#define HOME_INSIDE (30 * SECOND)	/* … and inside */
#define HOME_NEWS (10 * SECOND)	/* … if it is otherwise */
#define LOOK_LIMIT (15 * SECOND)

enum fault {	/* what is wrong with a site */
	FAULT_NONE,
	FAULT_AGENT,	/* its agent was stopped */
	FAULT_HOST,	/* its machine is gone: nothing answers, nothing
			 * closes */
	FAULT_WEB,	/* its web server was stopped */
	FAULT_HANG,	/* … takes requests and says nothing */
	FAULT_WALL,	/* nobody gets in from outside; it gets out */
	FAULT_WAY,	/* only the hub can't reach its page */
	FAULT_SLOW,
	FAULT_HIJACK,	/* another's page stands in its place */
	FAULTS
};

struct place {			/* one site of the world */
	enum fault fault;
	int64_t beat;		/* the next is sent then */
	int64_t word;		/* one is under way and arrives then */
	int64_t heard;		/* the last one arrived then */
	int64_t back;		/* its connection is closed, until then */
	int64_t look;		/* the next look is begun then … */
	int64_t seen;		/* … and ends then … */
	enum monitor_look outcome;	/* … like this … */
	bool foreign;		/* … with another's page */
	bool calm;		/* its web server is never reloaded */
	int64_t late;		/* one was late by chance, last */
	int64_t other;		/* a look by others ends then */
	int64_t home;		/* the next look inside */
	enum monitor_look inside;
	bool ill;		/* as that saw it */
	int64_t reload;		/* its web server is away until then */
	unsigned starts, ends;	/* good to bad, bad to good; … */
	int64_t started, ended;	/* … the last of each */
	bool bad;
	struct monitor_event last;
};

struct world {
	struct monitor *monitor;
	int64_t now;
	uint64_t chance;
	struct place *at;
	uint32_t count;		/* sites are 1 … count-1 */
	bool noise;		/* ordinary trouble */
	bool cut;		/* the hub's line: nothing at all passes */
	bool blind;		/* the hub can't look, but is heard … */
	bool hasty;		/* … and what doesn't come fails at once */
	unsigned events, cuts, uncuts, flaps;
	/* Who else is told of every event; or NULL. */
	void (*also)(const struct world *w, const struct monitor_event *e);
	/* … of every page that came; or NULL. */
	void (*page)(const struct world *w, uint32_t site);
};

static uint64_t
draw(struct world *w, uint64_t most)
{
	w->chance ^= w->chance << 13;
	w->chance ^= w->chance >> 7;
	w->chance ^= w->chance << 17;
	return w->chance % most;
}

static bool
one_in(struct world *w, uint64_t n)
{
	return draw(w, n) == 0;
}

/* --- the hooks ----------------------------------------------------------- */

static void
on_event(void *arg, const struct monitor_event *e)
{
	struct world *w = arg;
	struct place *p;

	w->events++;
	if (w->also != NULL)
		w->also(w, e);
	if (e->site == 0) {
		w->cuts += e->to == MONITOR_ISOLATED;
		w->uncuts += e->to == MONITOR_UP;
		return;
	}
	p = &w->at[e->site];
	ck_assert_int_eq(e->from, p->last.to);
	ck_assert_int_le(e->since, e->at);
	w->flaps += e->flapping;
	p->last = *e;
	if (getenv("TALK") != NULL)
		printf("%lld site %u %s → %s, %s, %d/%d\n",
		    (long long)(w->now % HOUR), e->site,
		    monitor_state_name(e->from), monitor_state_name(e->to),
		    monitor_cause_name(e->cause), (int)e->inside,
		    (int)e->outside);
	if (monitor_is_bad(e->to) && !p->bad) {
		p->starts++;
		p->started = w->now;
		p->bad = true;
	} else if (monitor_is_good(e->to) && p->bad) {
		p->ends++;
		p->ended = w->now;
		p->bad = false;
	}
}

static void
on_want(void *arg, uint32_t site)
{
	struct world *w = arg;
	struct place *p = &w->at[site];

	if (p->seen == NEVER && p->look > w->now)
		p->look = w->now;
}

static void
on_want_others(void *arg, uint32_t site)
{
	struct world *w = arg;

	if (w->at[site].other == NEVER)
		w->at[site].other = w->now + 5 * SECOND;
}

/* --- its life ------------------------------------------------------------ */

static void
world_start(struct world *w)
{
	const struct monitor_hooks hooks = { .emit = on_event,
		.want_look = on_want, .want_others = on_want_others,
		.arg = w };

	monitor_free(w->monitor);
	w->monitor = monitor_new(&monitor_settings_preset, w->now, &hooks);
	for (uint32_t i = 1; i < w->count; i++) {
		monitor_watch(w->monitor, i, MONITOR_AGENT | MONITOR_HOME,
		    w->now);
		w->at[i].last = (struct monitor_event){ .to =
		    MONITOR_UNKNOWN };
		w->at[i].bad = false;
	}
}

static struct world *
world_new(uint32_t sites, uint64_t seed)
{
	struct world *w = mem_new(sizeof(*w));

	w->chance = seed * UINT64_C(0x9e3779b97f4a7c15) + 1;
	w->now = INT64_C(1795000000000);
	w->count = sites + 1;
	w->at = mem_new(w->count * sizeof(*w->at));
	for (uint32_t i = 1; i < w->count; i++) {
		struct place *p = &w->at[i];

		p->beat = w->now + (int64_t)draw(w, BEAT);
		p->look = w->now + (int64_t)draw(w, HOME_EVERY);
		p->home = w->now + (int64_t)draw(w, HOME_INSIDE);
		p->word = p->seen = p->other = NEVER;
	}
	world_start(w);
	return w;
}

static void
world_free(struct world *w)
{
	monitor_free(w->monitor);
	free(w->at);
	free(w);
}

/* --- one step of a site -------------------------------------------------- */

/* ms until a packet is there: lost ones are sent again, later and later. */
static int64_t
passage(struct world *w)
{
	int64_t ms = 20 + (int64_t)draw(w, 60), again = 250;

	for (int i = 0; w->noise && i < 6 && one_in(w, 20); i++) {
		ms += again;
		again *= 2;
	}
	return ms;
}

static bool
speaks(const struct world *w, const struct place *p)
{
	return !w->cut && p->fault != FAULT_AGENT && p->fault != FAULT_HOST;
}

static void
step_agent(struct world *w, uint32_t site)
{
	struct place *p = &w->at[site];

	if (p->word <= w->now) {
		p->word = NEVER;
		if (speaks(w, p)) {
			monitor_heard(w->monitor, site, w->now, 3 * BEAT,
			    p->inside);
			p->heard = w->now;
			p->inside = MONITOR_LOOK_NONE;
		}
	}
	if (p->beat > w->now || p->back > w->now)
		return;
	p->beat = w->now + BEAT;
	if (speaks(w, p))
		p->word = w->now + passage(w);
	/* A restart, or a box on the way that cuts idle lines: what is under
	 * way is lost. Twice in a row, without a word, is more than that. */
	if (w->noise && speaks(w, p) && p->back + BEAT <= w->now &&
	    one_in(w, 400)) {
		p->word = NEVER;
		p->back = w->now + 500 + (int64_t)draw(w, 5000);
		p->beat = p->back;
		monitor_gone(w->monitor, site, w->now);
	}
}

static void
step_inside(struct world *w, uint32_t site)
{
	struct place *p = &w->at[site];
	bool ill = p->fault == FAULT_WEB || p->fault == FAULT_HANG ||
	    p->reload > w->now;

	/* Not while it is another's fault: the two would be one of its own. */
	if (w->noise && !p->calm && p->fault != FAULT_WAY &&
	    p->reload + MINUTE <= w->now && one_in(w, 4 * 1800))
		p->reload = w->now + (int64_t)draw(w, 3000);
	if (p->home > w->now)
		return;
	p->home = w->now + (ill != p->ill ? HOME_NEWS : HOME_INSIDE);
	p->ill = ill;
	p->inside = ill ? MONITOR_LOOK_FAILED : MONITOR_LOOK_WELL;
}

/* By chance, and again when it is looked at once more; still at the next of
 * its turns is more than that. */
static bool
comes_late(struct world *w, struct place *p)
{
	int64_t ago = w->now - p->late;

	if (!w->noise || (ago > MINUTE && ago < HOUR / 2) || !one_in(w, 50))
		return false;
	p->late = w->now;
	return true;
}

static void
begin_look(struct world *w, struct place *p)
{
	bool refused = p->fault == FAULT_WEB || p->reload > w->now;
	bool lost = w->cut || w->blind || p->fault == FAULT_HOST ||
	    p->fault == FAULT_HANG || p->fault == FAULT_WALL ||
	    p->fault == FAULT_WAY;
	bool slow = p->fault == FAULT_SLOW || comes_late(w, p);

	p->outcome = lost || refused ? MONITOR_LOOK_FAILED :
	    slow ? MONITOR_LOOK_SLOW : MONITOR_LOOK_WELL;
	p->foreign = p->fault == FAULT_HIJACK && !lost && !refused;
	p->seen = w->now + (lost && !w->hasty ? LOOK_LIMIT : slow ? 6 * SECOND :
	    3 * passage(w));
	p->look = NEVER;
}

/* A page that doesn't come, or is another's, is looked at again soon. */
static void
end_look(struct world *w, uint32_t site)
{
	struct place *p = &w->at[site];
	bool came = p->outcome != MONITOR_LOOK_FAILED;

	p->seen = NEVER;
	p->look = w->now + (!came || p->foreign ? 20 * SECOND :
	    HOME_EVERY - (int64_t)draw(w, MINUTE));
	monitor_seen(w->monitor, site, w->now, p->outcome);
	if (came)
		monitor_owned(w->monitor, site, p->foreign);
	if (came && w->page != NULL)
		w->page(w, site);
}

static void
step_look(struct world *w, uint32_t site)
{
	struct place *p = &w->at[site];

	if (p->look <= w->now)
		begin_look(w, p);
	if (p->seen <= w->now)
		end_look(w, site);
	if (p->other <= w->now) {
		p->other = NEVER;
		monitor_seen_elsewhere(w->monitor, site, w->now,
		    p->fault == FAULT_NONE || p->fault == FAULT_WAY ||
		    p->fault == FAULT_AGENT || p->fault == FAULT_HIJACK ?
		    MONITOR_LOOK_WELL :
		    MONITOR_LOOK_FAILED);
	}
}

static void
world_step(struct world *w)
{
	w->now += STEP;
	for (uint32_t i = 1; i < w->count; i++) {
		step_inside(w, i);
		step_agent(w, i);
		step_look(w, i);
	}
	monitor_tick(w->monitor, w->now);
}

static inline void
world_run(struct world *w, int64_t ms)
{
	for (int64_t end = w->now + ms; w->now < end; )
		world_step(w);
}

/* A fault begins; or ends. What the agent has said already is not lost with
 * its web server: with a restart that would be two words in a row. */
static void
world_break(struct world *w, uint32_t site, enum fault fault)
{
	struct place *p = &w->at[site];

	if (fault == FAULT_AGENT)
		monitor_gone(w->monitor, site, w->now);
	p->fault = fault;
	if (!speaks(w, p))
		p->word = NEVER;
	if (fault == FAULT_NONE)
		p->beat = w->now + SECOND;
}

/* A fault that there will be. */
struct injected {
	uint32_t site;
	enum fault fault;
	int64_t begins, ends;
};

/* How many are in this state? */
static inline unsigned
world_count(const struct world *w, enum monitor_state s)
{
	unsigned n = 0;

	for (uint32_t i = 1; i < w->count; i++)
		n += w->at[i].last.to == s;
	return n;
}

static inline unsigned
world_starts(const struct world *w)
{
	unsigned n = 0;

	for (uint32_t i = 1; i < w->count; i++)
		n += w->at[i].starts;
	return n;
}

#endif
