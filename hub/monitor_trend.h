/*
 * The trend of looks at one page: failed when two in a row did, or 2 of 3
 * within a minute; not failed any more when two in a row didn't. Slow by
 * the same rule. One look alone changes nothing, but for the very first, if
 * that was good: then the page is there, and that is all there is to know.
 */
#ifndef ZQ_HUB_MONITOR_TREND_H
#define ZQ_HUB_MONITOR_TREND_H

#include <stdbool.h>
#include <stdint.h>

#include "hub/monitor_settings.h"

#define MONITOR_TREND_LOOKS 3

struct monitor_trend {		/* zeros: no look yet */
	enum monitor_look look[MONITOR_TREND_LOOKS];	/* newest first */
	int64_t at[MONITOR_TREND_LOOKS];		/* ms */
	int64_t since;		/* ms: if any of them failed, when the first
				 * did of all that have since they began to */
	int64_t good;		/* ms: when they came to something else than
				 * failed, last */
	enum monitor_look is;	/* what they come to; NONE: not known */
};

void monitor_trend_put(struct monitor_trend *t, enum monitor_look look,
    int64_t now);
/* Nothing is known any more. */
void monitor_trend_clear(struct monitor_trend *t);
/* Did the newest say anything else than what they come to? */
bool monitor_trend_is_odd(const struct monitor_trend *t);
/* Did the newest fail? */
bool monitor_trend_fails(const struct monitor_trend *t);
/* Since when it fails, or has failed until lately; now if none of them did.
 * Two in a row that didn't end it. */
int64_t monitor_trend_since(const struct monitor_trend *t, int64_t now);
/* Since when none has failed; or, if the newest did, or there is none: never. */
int64_t monitor_trend_well(const struct monitor_trend *t, int64_t never);

#endif
