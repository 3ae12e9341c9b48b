/* See moves_waits.h. */
#include "agent/moves_waits.h"

#include <string.h>

#include "agent/ability.h"
#include "agent/redirect_map.h"
#include "agent/spool.h"
#include "contrib/base/clock.h"
#include "protocol/features.h"
#include "protocol/url_place.h"

struct finding {
	struct span old;	/* without its scheme */
	bool found;
};

static void
look_at(void *arg, const struct movemap_rule *r)
{
	struct finding *f = arg;

	f->found = f->found || (r->rule.scope != REWRITE_ADDRESS &&
	    span_is(url_bare(r->rule.from), f->old));
}

/* All of a host, however it was said. */
static bool
is_of_domain(const struct moved *m)
{
	struct span bare = url_bare(m->old);

	return bare.n > 0 && !span_is(m->scope, SPAN("address")) &&
	    memchr(bare.at, '/', bare.n) == bare.at + bare.n - 1;
}

bool
moves_waits(struct store_txn *t, const struct moved *m)
{
	struct finding f = { .old = url_bare(m->old) };
	int64_t now = clock_wall();

	if (m->state != MOVES_SAID || !is_of_domain(m) ||
	    now - m->when < MOVES_WAITS || spool_waiting(&t->meta) > 0 ||
	    (m->until != CLOCK_NONE && m->until <= now) ||
	    !ability_has(t, FEATURE_MOVES))
		return false;
	redirect_map_each(t, look_at, &f);
	return !f.found;
}

struct counting {
	struct store_txn *t;
	uint64_t n;
};

static bool
count_one(void *arg, const struct moved *m)
{
	struct counting *c = arg;

	c->n += moves_waits(c->t, m);
	return true;
}

uint64_t
moves_waiting(struct store_txn *t)
{
	struct counting c = { .t = t };

	moves_each(t, count_one, &c);
	return c.n;
}
