/*
 * One site as the monitor knows it: the evidence, the views that it comes to,
 * and the verdict. Nothing in here knows of other sites.
 */
#ifndef ZQ_HUB_MONITOR_SITE_H
#define ZQ_HUB_MONITOR_SITE_H

#include <stdbool.h>
#include <stdint.h>

#include "hub/monitor_flap.h"
#include "hub/monitor_settings.h"
#include "hub/monitor_state.h"
#include "hub/monitor_trend.h"

enum monitor_watch {	/* bits: by what a site is watched */
	MONITOR_AGENT = 1,	/* it has one that should speak */
	MONITOR_HOME = 2,	/* its home page is looked at */
};

struct monitor_views {
	enum monitor_inside inside;
	enum monitor_outside outside;
};

/* Times in ms; CLOCK_NONE: never. */
struct monitor_site {
	unsigned what;		/* enum monitor_watch; 0: not watched */
	int64_t began;		/* to be watched, or anew after a cut */
	/* inside */
	int64_t heard;		/* last … */
	int64_t back;		/* … and since when again, if it was silent */
	int64_t patience;	/* ms without a word: then it is silent */
	int64_t gone;		/* its connection has ended */
	int64_t spared;		/* until then it is not silent: see below */
	bool silent;
	struct monitor_trend home;
	/* outside */
	struct monitor_trend looks, others;
	bool foreign;		/* the last one found another's page */
	bool blind;		/* the last one may not tell: a private
				 * address, a wall against robots */
	bool known;		/* it was seen to come, or heard, ever */
	int64_t wanted, asked;	/* a look; a look by others */
	int64_t budget;		/* of looks: used up to then */
	/* announced */
	int64_t from, until;
	int64_t late;		/* its window ran out then, and it was bad */
	/* the whole */
	bool missing;		/* vanished while the hub is cut off */
	uint32_t mark;		/* see monitor_cut.h */
	struct monitor_flap flap;
	bool bad;		/* as last judged, also while it flaps */
	struct monitor_verdict now;	/* as last said */
	struct monitor_views views;
	int64_t since;
};

void monitor_site_init(struct monitor_site *w, unsigned what, int64_t now);
/* Forgets the evidence; what was said of it stays. */
void monitor_site_anew(struct monitor_site *w, int64_t now);

/* From now on its agent is to be heard: it is given the time of a start. */
void monitor_site_greet(struct monitor_site *w, int64_t now);
void monitor_site_heard(struct monitor_site *w, int64_t now,
    int64_t patience, enum monitor_look home);
void monitor_site_gone(struct monitor_site *w, int64_t now);
void monitor_site_announced(struct monitor_site *w, int64_t now, int64_t from,
    int64_t until);
/* It vanishes, and the hub is cut off. That is not its fault; nor is it that
 * a connection which hung in the cut takes its time to recover: once it is
 * heard again it isn't silent within start_after. */
void monitor_site_excuse(struct monitor_site *w,
    const struct monitor_settings *s, int64_t now);
/* The clock was put by so much. */
void monitor_site_shift(struct monitor_site *w, int64_t by);

/* Time passes: what is old is forgotten, who is late is silent. Then the
 * views, and what both come to, also by what was announced. */
void monitor_site_pass(struct monitor_site *w,
    const struct monitor_settings *s, int64_t now);
struct monitor_views monitor_site_views(const struct monitor_site *w,
    int64_t now);
struct monitor_verdict monitor_site_judge(struct monitor_site *w,
    const struct monitor_settings *s, const struct monitor_views *v,
    int64_t now);
/* Since when it is so: that it is good, since it was first seen to be. */
int64_t monitor_site_since(const struct monitor_site *w,
    enum monitor_state is, const struct monitor_views *v, int64_t now);

/* Is `now` in its announced window? */
bool monitor_site_is_announced(const struct monitor_site *w, int64_t now);
/* It speaks, as far as was said, but a beat is missing or its connection is
 * gone: it may be about to vanish. */
bool monitor_site_wavers(const struct monitor_site *w, int64_t now);
/* It speaks: no beat is missing, and its connection is there. */
bool monitor_site_speaks(const struct monitor_site *w, int64_t now);
/* Its page came when a beat was missing already: there is a line to it. */
bool monitor_site_shows(const struct monitor_site *w);
/* Would a look at its home page say more, now? True: one is asked for. Not
 * more than ten at once and one in five minutes: a page that goes on and off
 * is left in peace. */
bool monitor_site_want(struct monitor_site *w,
    const struct monitor_settings *s, int64_t now);

#endif
