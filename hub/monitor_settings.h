/*
 * What the monitor goes by: how long, how often, how many. And what a single
 * look at a home page may come to.
 */
#ifndef ZQ_HUB_MONITOR_SETTINGS_H
#define ZQ_HUB_MONITOR_SETTINGS_H

#include <stdint.h>

enum monitor_look {	/* what one look came to */
	MONITOR_LOOK_NONE,	/* nothing: it says nothing of the site */
	MONITOR_LOOK_WELL,
	MONITOR_LOOK_SLOW,
	MONITOR_LOOK_FAILED,
};

#define MONITOR_FLAPS 8		/* the most that flap_count may be */

/* All ms, but for shares and counts. */
struct monitor_settings {
	int64_t start_after;	/* an agent that wasn't heard since the hub
				 * started, or was cut off, is silent */
	int64_t silent_after;	/* … without another word, unless it is known
				 * to beat more seldom */
	int64_t gone_after;	/* … since its last connection closed */
	int64_t stale_after;	/* a look at a home page says nothing more */
	int64_t look_again;	/* when in doubt */
	int64_t settle;		/* after an announced window, before it is an
				 * overrun */
	unsigned isolated_share;	/* percent that vanish: it is the hub … */
	unsigned isolated_least;	/* … and so many at least */
	int64_t isolated_most;	/* then those that are still missing are
				 * judged, if as many others are there */
	unsigned flap_count;	/* changes between good and bad … */
	int64_t flap_window;	/* … within this: it is flapping … */
	int64_t flap_quiet;	/* … until none was for so long */
};
extern const struct monitor_settings monitor_settings_preset;

#endif
