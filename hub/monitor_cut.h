/*
 * Is it they, or is it us? If many agents fall silent at once, or no home
 * page at all answers any more, it is the hub that is cut off. If agents
 * speak while no page answers, it is blind: its way out (names, a firewall)
 * is broken. Then it can't say anything of pages, and all else it can.
 *
 * Looked at only when somebody is about to be judged, and then for all: who
 * has been quiet for half of his patience counts as quiet, so that the first
 * one whose time is up isn't judged before the others can be seen to be
 * missing, too.
 *
 * That is a guess, and what is seen afterwards goes before it: while anybody
 * is heard, whose agent is quiet and whose page comes isn't cut off from the
 * hub, and isn't counted (see monitor_site_shows()); and a page that doesn't
 * come counts, if its agent speaks and other pages come. For that to be known,
 * nobody is judged by a page before another one was seen to come since it
 * doesn't, or for so long that none of all does.
 */
#ifndef ZQ_HUB_MONITOR_CUT_H
#define ZQ_HUB_MONITOR_CUT_H

#include <stdbool.h>
#include <stdint.h>

#include "hub/monitor_settings.h"

struct monitor_cut {		/* zeros: not cut off */
	bool on;
	bool blind;		/* … and it is its eyes alone */
	bool ever;		/* any page was ever seen to come */
	int64_t since, ended;	/* ms */
	/* Of agents that spoke when it began: so many are missing, of how
	 * many. */
	uint32_t missing, of;
	uint32_t pages;		/* that say whether one comes, as last counted */
	/* Home pages in a row that didn't answer, each another site's … */
	uint32_t dark;
	uint32_t epoch;		/* of that row … */
	int64_t lit;		/* … since one did, ms */
};

struct monitor_count {		/* of one moment */
	uint32_t speak;		/* agents that spoke, as far as was said … */
	uint32_t waver;		/* … and of those, who may be vanishing */
	uint32_t missing;	/* … who vanished in the cut */
	uint32_t pages;		/* that are looked at, and not known to fail */
	bool falls;		/* somebody is about to be judged bad */
};

/* A look: it failed, or not. mark: of the site. */
void monitor_cut_look(struct monitor_cut *c, bool failed, uint32_t *mark,
    int64_t now);
/* Some server answered, be it with an error: there is a way out. */
void monitor_cut_light(struct monitor_cut *c, int64_t now);
/* No page was seen to answer for some seconds: it is time to look at others. */
bool monitor_cut_is_dim(const struct monitor_cut *c, int64_t now);
/* … for so long that it says something. */
bool monitor_cut_is_dark(const struct monitor_cut *c, int64_t now);
/* A page doesn't come since then: it can't be said yet whether it is us. */
bool monitor_cut_doubts(const struct monitor_cut *c,
    const struct monitor_settings *s, int64_t since, int64_t now);
/* Does a page that doesn't come say nothing of its site? So in a cut, and of
 * looks that were begun in it. */
bool monitor_cut_excuses(const struct monitor_cut *c, int64_t now);
/* True: it begins, it ends. */
bool monitor_cut_begins(struct monitor_cut *c,
    const struct monitor_settings *s, const struct monitor_count *n,
    int64_t now);
bool monitor_cut_ends(struct monitor_cut *c,
    const struct monitor_settings *s, const struct monitor_count *n,
    int64_t now);
/* It goes on: from what is counted now. */
void monitor_cut_goes_on(struct monitor_cut *c,
    const struct monitor_settings *s, const struct monitor_count *n);

#endif
