#include "hub/pace.h"

#define SLICE_IDLE 50		/* ms */
#define SLICE_BUSY 50
#define SLICE_LEAST 10
#define SHARE 2			/* ms of taking that earn one of showing */
#define MEASURE 50		/* ms of that time, to judge if it is busy */

void
pace_look(struct pace *p, int64_t now)
{
	int64_t rest = now - p->measured - p->showing;

	if (rest < MEASURE)
		return;
	p->busy = p->taking * 2 > rest;
	p->measured = now;
	p->taking = p->showing = 0;
}

void
pace_took(struct pace *p, int64_t ms)
{
	p->taking += ms;
	p->earned += ms;
	if (p->earned > SHARE * SLICE_BUSY)
		p->earned = SHARE * SLICE_BUSY;
}

void
pace_showed(struct pace *p, int64_t ms)
{
	p->showing += ms;
	if (p->busy)
		p->earned -= p->earned < SHARE * ms ? p->earned : SHARE * ms;
}

bool
pace_earned(const struct pace *p, int64_t lag)
{
	return p->earned >= SHARE * SLICE_LEAST && lag > PACE_LAG;
}

uint32_t
pace_slice(const struct pace *p)
{
	return p->busy && p->earned >= SHARE * SLICE_LEAST ?
	    (uint32_t)p->earned / SHARE : SLICE_IDLE;
}
