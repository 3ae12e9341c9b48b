/*
 * The monitor: evidence in, verdicts out. It keeps, of every site that is
 * watched, when its agent was heard and how the last looks at its home page
 * went, and says when that comes to another state.
 *
 * It has no clock, no events and no files: each call brings its time, in ms,
 * and nothing happens between two calls. Times must not run backwards; a hub
 * whose clock is put tells so by monitor_shift().
 *
 * What it promises:
 *	- a state changes by evidence that was confirmed: a page that fails
 *	  has failed in 2 of the last 3 looks, one that is well was so twice in
 *	  a row, an agent is silent after its patience, or when its last
 *	  connection closed and it doesn't come back;
 *	- of a site that goes up and down it says once that it does (flapping)
 *	  and once that it has come to rest;
 *	- if many vanish at once, agents and pages, it is the hub that is cut
 *	  off: that is said once, for site 0, and nobody is judged by what
 *	  didn't come meanwhile. Who is plainly not beyond that cut is judged
 *	  as ever: who speaks, and who doesn't but whose page comes;
 *	- if no page comes of anybody, though agents speak, the hub is blind:
 *	  that is said once, too, and nobody is judged by his page until one
 *	  comes again. Who never saw a page at all can't know that it sees;
 *	- a site that was neither heard nor seen ever is unknown, never bad;
 *	- after a start everything is unknown, and what is too old is unknown
 *	  again: nothing stale is ever good;
 *	- a page that comes and isn't the site's own is never good;
 *	- in a window that was announced a bad state is an outage; past its
 *	  end, and the time to settle, it is an overrun.
 */
#ifndef ZQ_HUB_MONITOR_H
#define ZQ_HUB_MONITOR_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "hub/monitor_settings.h"
#include "hub/monitor_site.h"
#include "hub/monitor_state.h"

struct monitor;

#define MONITOR_SITES 1048576	/* site numbers are below that */

struct monitor_event {
	uint32_t site;		/* 0: the hub; its states are UP, ISOLATED */
	enum monitor_state from, to;
	int64_t at;		/* when it was judged … */
	int64_t since;		/* … and since when it is so, by the evidence:
				 * the last word, the first look that failed */
	enum monitor_cause cause;
	enum monitor_inside inside;
	enum monitor_outside outside;
	bool flapping;		/* from now on; the next event is its end, or,
				 * after a start, what it is first found to
				 * be */
	bool flapped;		/* it has come to rest */
	uint32_t vanished, of;	/* of the hub: so many sites, of how many */
};

struct monitor_hooks {
	void (*emit)(void *arg, const struct monitor_event *e);
	/* Its home page should be looked at, now; and by others (may be NULL).
	 * Asked again at every look that leaves a doubt. */
	void (*want_look)(void *arg, uint32_t site);
	void (*want_others)(void *arg, uint32_t site);
	void *arg;
};

/* Nothing is known of anybody since `now`. */
struct monitor *monitor_new(const struct monitor_settings *s, int64_t now,
    const struct monitor_hooks *hooks);
void monitor_free(struct monitor *m);

/* From now on it is watched by these; 0: not any more, and how it is is not
 * known. A site that isn't watched may be heard and seen: nothing comes of
 * it. */
void monitor_watch(struct monitor *m, uint32_t site, unsigned what,
    int64_t now);
unsigned monitor_watched(const struct monitor *m, uint32_t site);

/* It is watched, and was flapping when the hub stopped: its end is said when
 * it has been at rest since then. False: it isn't watched. */
bool monitor_flapped(struct monitor *m, uint32_t site, int64_t now);

/* How often it went up and down lately, and how it was last, before the hub
 * stopped (monitor_past.h): that goes on. Nothing if it isn't watched. */
void monitor_recall(struct monitor *m, uint32_t site,
    const struct monitor_flap *f);

/* A word of its agent, which is silent after `patience` without another (0:
 * as set). home: how the home page answers on the site's own machine; NONE:
 * it didn't say. */
void monitor_heard(struct monitor *m, uint32_t site, int64_t now,
    int64_t patience, enum monitor_look home);
/* The last connection of its agent was closed. */
void monitor_gone(struct monitor *m, uint32_t site, int64_t now);
/* A look at its home page, from here; from another site. */
void monitor_seen(struct monitor *m, uint32_t site, int64_t now,
    enum monitor_look look);
/* … that will never say anything: whoever looks doesn't see. Until one does
 * that is as if nobody looked. */
void monitor_blind(struct monitor *m, uint32_t site);
/* … that came to nothing, but a server has answered it: somebody's can be
 * asked from here. */
void monitor_lit(struct monitor *m, int64_t now);
/* Its page came once, before this monitor was. */
void monitor_known(struct monitor *m, uint32_t site);
bool monitor_is_known(const struct monitor *m, uint32_t site);
/* … and whose it was: another's, or the site's own. */
void monitor_owned(struct monitor *m, uint32_t site, bool foreign);
void monitor_seen_elsewhere(struct monitor *m, uint32_t site, int64_t now,
    enum monitor_look look);

/* The window that is announced for it now, or the next; until may be
 * CLOCK_NONE (open). from CLOCK_NONE: there is none. What is still bad when
 * its window is taken away before its end (somebody said it is resolved) is
 * judged as it is; if the time ran out it is an overrun, after the time to
 * settle and until it is good again. */
void monitor_announced(struct monitor *m, uint32_t site, int64_t now,
    int64_t from, int64_t until);

/* Time: once a second at least. */
void monitor_tick(struct monitor *m, int64_t now);
/* The clock was put, by so much: what is remembered moves along. */
void monitor_shift(struct monitor *m, int64_t by);
/* Nobody looked for so long, until now: that time counts for nothing. */
void monitor_skip(struct monitor *m, int64_t now, int64_t by);

struct monitor_now {
	struct monitor_verdict verdict;	/* as last emitted */
	enum monitor_inside inside;
	enum monitor_outside outside;
	int64_t since;		/* ms: in this state */
	bool flapping, watched;
};
void monitor_get(const struct monitor *m, uint32_t site,
    struct monitor_now *now);
bool monitor_is_isolated(const struct monitor *m);

#endif
