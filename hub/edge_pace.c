#include "hub/edge_pace.h"

#include <string.h>

#include "contrib/base/backoff.h"
#include "contrib/base/clock.h"

void
edge_pace_init(struct edge_pace *p)
{
	memset(p, 0, sizeof(*p));
	p->salt = (uint64_t)backoff_random(UINT32_MAX) << 32 |
	    backoff_random(UINT32_MAX);
}

/* The bucket as a point in time: each token taken moves it on by the time it
 * takes to grow back; it is empty when that is a whole burst ahead. */
bool
edge_pace_may(struct edge_pace *p, uint64_t who, int64_t *wait)
{
	uint64_t mixed = (who ^ p->salt) * 0x9e3779b97f4a7c15u;
	int64_t *full = &p->full[(mixed >> 32) % EDGE_PACE_SLOTS];
	int64_t now = clock_mono();

	if (*full < now)
		*full = now;
	*wait = *full + EDGE_PACE_EVERY - now -
	    (int64_t)EDGE_PACE_BURST * EDGE_PACE_EVERY;
	if (*wait > 0)
		return false;
	*full += EDGE_PACE_EVERY;
	return true;
}
