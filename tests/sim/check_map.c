/*
 * The map of moves, which the agents hold as the hub signed it: a redirect
 * that its owner signed answers, from the instant of the move on.
 *
 * An agent whose map is the hub's leads each old address of its site where
 * the naive oracle says; what was announced in time it has before it takes
 * effect, so that is looked at just then, too. Where nothing goes wrong, no map
 * is older than a poll.
 */
#include <string.h>

#include "contrib/base/err.h"
#include "tests/sim/hub.h"
#include "tests/sim/loop.h"
#include "tests/sim/world.h"

#define LATE 75000		/* ms: a poll's wait, and some */

static struct {
	uint64_t version;	/* of the hub's map … */
	int64_t since;		/* … that it has had so long, ms */
} map;

void
check_map_begin(void)
{
	memset(&map, 0, sizeof(map));
}

static void
on_redirect(void *arg, const struct hub_redirect *r)
{
	const struct actor *a = arg;
	char to[SITE_TEXT];
	bool leads;

	if (r->site != a->part.site)
		return;
	leads = agent_leads(a->agent, r->old, SIM_EPOCH + sim.now, to);
	if (!leads || strcmp(to, r->new) != 0)
		broken("%s: %s is %s since %.3f s, and its map says %s",
		    a->part.name, r->old, r->new,
		    (double)(r->from - SIM_EPOCH) / 1000,
		    leads ? to : "nothing of it");
}

bool
check_is_well(const struct world *w)
{
	return w->faults == 0 && sim.kill.at == 0 && w->hub.up;
}

static void
check_actor(const struct world *w, struct actor *a)
{
	uint64_t has;

	if (a->agent == NULL || a->part.dead || a->gone)
		return;
	has = agent_map(a->agent);
	if (has == map.version)
		hub_redirects(SIM_EPOCH + sim.now, on_redirect, a);
	else if (has != 0 && check_is_well(w) && sim.now > map.since + LATE)
		broken("%s has map %llu, and the hub has had %llu for %lld s",
		    a->part.name, (unsigned long long)has,
		    (unsigned long long)map.version,
		    (long long)(sim.now - map.since) / 1000);
}

void
check_maps(struct world *w)
{
	uint64_t version = hub_map();

	if (version != map.version)
		map.since = sim.now;
	map.version = version;
	if (version == 0 || w->hub.wall != 0 || sim.early ||
	    !is_judged(RULE_MAP))
		return;
	for (unsigned i = 0; i < w->actors; i++)
		check_actor(w, &w->actor[i]);
}

bool
check_has_map(const struct actor *a)
{
	return hub_map() == 0 || agent_map(a->agent) == hub_map();
}
