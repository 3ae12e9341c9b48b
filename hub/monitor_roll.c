/*
 * Sites and notices of the view; see monitor_roll.h.
 */
#include "hub/monitor_roll.h"

#include <stdlib.h>

#include "contrib/base/clock.h"
#include "contrib/base/mem.h"
#include "hub/notice.h"
#include "hub/site.h"

void
monitor_roll_init(struct monitor_roll *r)
{
	*r = (struct monitor_roll){ .count = 0 };
}

void
monitor_roll_clear(struct monitor_roll *r)
{
	free(r->announced);
	monitor_roll_init(r);
}

/* --- who ----------------------------------------------------------------- */

/* Who was barred isn't waited for: it can't speak. */
static unsigned
watch_of(const struct site *s, bool homes)
{
	unsigned what = 0;

	if (s->retired)
		return 0;
	if (s->has_key && !s->blocked && !s->forked && !s->quarantined)
		what |= MONITOR_AGENT;
	if (homes && s->domains.n > 0)
		what |= MONITOR_HOME;
	return what;
}

void
monitor_roll_one(struct monitor_roll *r, struct db_txn *t, struct monitor *m,
    bool homes, uint32_t site, int64_t now)
{
	struct site s;

	if (site == 0 || site >= MONITOR_SITES || !site_get(t, site, &s))
		return;
	monitor_watch(m, site, watch_of(&s, homes), now);
	if (site > r->last)
		r->last = site;
}

static void
call_sites(struct monitor_roll *r, struct db_txn *t, struct monitor *m,
    bool homes, int64_t now)
{
	uint32_t last = site_last(t);
	struct site s;

	for (uint32_t i = 1; i <= last && i < MONITOR_SITES; i++)
		monitor_watch(m, i, site_get(t, i, &s) ?
		    watch_of(&s, homes) : 0, now);
	for (uint32_t i = last + 1; i <= r->last; i++)
		monitor_watch(m, i, 0, now);	/* the view is made anew */
	r->last = last < MONITOR_SITES ? last : MONITOR_SITES - 1;
}

/* --- what was announced -------------------------------------------------- */

struct calling {
	struct monitor_roll now;
	int64_t at;
	bool due;
};

static void
put(struct monitor_roll *r, uint32_t site)
{
	if (r->count > 0 && r->announced[r->count - 1] == site)
		return;
	if (r->count == r->room) {
		r->room = r->room == 0 ? 16 : r->room * 2;
		r->announced = mem_grow(r->announced, r->room,
		    sizeof(*r->announced));
	}
	r->announced[r->count++] = site;
}

static bool
take(void *arg, const struct notice *n)
{
	struct calling *c = arg;

	c->due |= notice_is_due(n, c->at);
	if (n->service.n == 0)
		put(&c->now, n->site);
	return true;
}

static bool
has(const struct monitor_roll *r, uint32_t site)
{
	for (uint32_t i = 0; i < r->count; i++)
		if (r->announced[i] == site)
			return true;
	return false;
}

static void
tell(struct monitor *m, struct db_txn *t, uint32_t site, int64_t now)
{
	struct notice_window w = { CLOCK_NONE, CLOCK_NONE };

	(void)notice_window(t, site, now, &w);
	monitor_announced(m, site, now, w.from, w.until);
}

bool
monitor_roll_call(struct monitor_roll *r, struct db_txn *t,
    struct monitor *m, bool homes, int64_t now)
{
	struct calling c = { .at = now };

	call_sites(r, t, m, homes, now);
	monitor_roll_init(&c.now);
	notice_each_open(t, 0, take, &c);
	for (uint32_t i = 0; i < c.now.count; i++)
		tell(m, t, c.now.announced[i], now);
	for (uint32_t i = 0; i < r->count; i++)
		if (!has(&c.now, r->announced[i]))
			tell(m, t, r->announced[i], now);
	c.now.last = r->last;
	monitor_roll_clear(r);
	*r = c.now;
	return c.due;
}
