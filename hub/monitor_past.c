/*
 * The history, read backwards; see monitor_past.h.
 */
#include "hub/monitor_past.h"

#include "contrib/base/clock.h"
#include "hub/history.h"

struct past {
	int64_t from, to;
	int64_t at[MONITOR_FLAPS];	/* of changes, newest first */
	unsigned count;
	bool bad;			/* by the newest row */
	int64_t later;			/* ms: the row before … */
	bool then;			/* … and was it bad by that? */
};

/* Times in between in which the hub didn't know are passed over. */
static bool
on_state(void *arg, const struct history *h)
{
	struct past *p = arg;
	bool bad = monitor_is_bad(h->state);

	if (h->flapping || h->cause == MONITOR_CAUSE_UNWATCHED)
		return false;
	if (h->state == MONITOR_UNKNOWN)
		return true;
	if (p->later == CLOCK_NONE)
		p->bad = bad;
	else if (bad != p->then && p->later <= p->to)
		p->at[p->count++] = p->later;
	p->later = h->at;
	p->then = bad;
	return h->at >= p->from && p->count < MONITOR_FLAPS;
}

void
monitor_past_read(struct monitor_flap *f, struct db_txn *t, uint32_t site,
    int64_t from, int64_t to)
{
	struct past p = { .from = from, .to = to, .later = CLOCK_NONE };

	history_each(t, site, CLOCK_NONE, on_state, &p);
	*f = (struct monitor_flap){ .count = p.count, .bad = p.bad };
	for (unsigned i = 0; i < p.count; i++)
		f->at[i] = p.at[p.count - 1 - i];
}
