/*
 * Pace: how the core's time is shared between taking and showing.
 *
 * Showing has all the time that nobody needs for taking. While taking is
 * busy (it fills half of the time that showing leaves) the view lags by
 * design: larger groups are cheaper, and sites wait for answers. Then a slice
 * comes when the oldest that isn't shown is older than PACE_LAG, out of a
 * third of the time.
 */
#ifndef ZQ_HUB_PACE_H
#define ZQ_HUB_PACE_H

#include <stdbool.h>
#include <stdint.h>

#define PACE_LAG 200		/* ms */

struct pace {
	bool busy;		/* with taking */
	int64_t measured;	/* ms, mono: since when taking and showing … */
	int64_t taking, showing;	/* … took so many ms */
	int64_t earned;		/* ms of showing while busy */
};

void pace_look(struct pace *p, int64_t now);	/* is it busy? */
void pace_took(struct pace *p, int64_t ms);
void pace_showed(struct pace *p, int64_t ms);

/* While busy: has showing earned a slice, with things this old (ms)? */
bool pace_earned(const struct pace *p, int64_t lag);
uint32_t pace_slice(const struct pace *p);	/* ms, of the next slice */

#endif
