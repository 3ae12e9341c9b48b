/*
 * The quiet part of push.h: a site that changes all the time has a spool that
 * is never empty, and a proof is of a state that the hub has been told. So
 * when one is overdue the sources wait, for as long as the spool takes to run
 * empty and the proof to be done: seconds. What they would tell meanwhile
 * they tell afterwards. It is given up if that takes too long, or if it isn't
 * for being busy that no proof can begin.
 */
#include "agent/push_private.h"

#include "contrib/base/clock.h"
#include "contrib/base/log.h"

#define OVERDUE 3600000		/* ms past its time … */
#define WANTED 5000		/* … or since the hub wants one */
#define MOST 60000		/* ms that the sources wait for the spool */
#define IN_VAIN 600000		/* ms until it is tried again */

static bool
is_overdue(const struct push *p, int64_t now)
{
	return p->hub_proves && now >= p->earliest && now >= p->loud &&
	    (p->due <= now - OVERDUE ||
	    (p->wanted && now - p->wanted_at >= WANTED));
}

static void
give_up(struct push *p, int64_t now)
{
	p->loud = now + IN_VAIN;
	push_hush_end(p);
}

void
push_hush_look(struct push *p)
{
	int64_t now = clock_mono();

	if (p->hushed == CLOCK_NONE) {
		if (!is_overdue(p, now))
			return;
		log_debug("push proof overdue: the sources wait for it");
		p->hushed = now;
		p->given_up = PUSH_GIVE_UPS;
		p->host.pause(p->host.arg, true);
	}
	if (now - p->hushed >= MOST || !p->host.is_settled(p->host.arg))
		give_up(p, now);
}

void
push_hush_end(struct push *p)
{
	p->hushed = CLOCK_NONE;
	p->host.pause(p->host.arg, false);
}
