/*
 * What follows from a change of a move; see moved.h.
 */
#include "hub/moved.h"

#include "contrib/base/clock.h"
#include "hub/chart.h"
#include "hub/links.h"
#include "hub/telling.h"
#include "protocol/rewrite.h"
#include "protocol/wire.h"

#define INNER_MAX (4u << 20)

struct looking {
	struct group *g;
	const struct move *move;
	struct buf inner;	/* scope u8, old address; one after the other */
};

static enum rewrite_scope
scope_of(const struct move *m)
{
	return m->scope == REWRITE_ADDRESS ? REWRITE_ADDRESS :
	    REWRITE_PREFIX;
}

static bool
look_former(void *arg, struct span former, uint32_t number)
{
	const struct looking *l = arg;

	(void)number;
	links_look(l->g, scope_of(l->move), former);
	return true;
}

/* A move that leads to below what has moved, or to where it is now: that may
 * be missing as long as this one settles. */
static bool
gather_inner(void *arg, const struct move *m)
{
	struct looking *l = arg;
	struct rewrite_rule old, new;

	move_rule(l->move, &old);
	new = old;
	new.from = old.to;
	if (!move_is_effective(m->state) || m->number == l->move->number ||
	    (!rewrite_rule_covers(&old, m->new) &&
	    !rewrite_rule_covers(&new, m->new)))
		return true;
	write_u8(&l->inner, (uint8_t)scope_of(m));
	write_span(&l->inner, m->old);
	return !l->inner.bad;
}

static void
look_inner(struct looking *l)
{
	struct reader r;

	buf_init(&l->inner, INNER_MAX);
	move_each(l->g->txn, 0, gather_inner, l);
	r = reader_of(buf_look(&l->inner));
	while (reader_left(&r) > 0 && !r.bad) {
		enum rewrite_scope scope = (enum rewrite_scope)read_u8(&r);

		links_look(l->g, scope, read_span(&r));
	}
	buf_clear(&l->inner);
}

/* Where its old addresses lead now is another matter than before; and so is
 * where those lead that were moved there. */
static void
look(struct group *g, const struct move *m)
{
	struct looking l = { .g = g, .move = m };
	const struct rewrite *rules = group_effective(g);

	links_look(g, scope_of(m), m->old);
	links_look(g, scope_of(m), m->new);
	rewrite_former(rules, m->old, INT64_MAX, look_former, &l);
	rewrite_former(rules, m->new, INT64_MAX, look_former, &l);
	if (m->scope != REWRITE_ADDRESS)
		look_inner(&l);
}

static bool
leads(const struct move *m)
{
	return m != NULL && move_counts(m) && move_is_effective(m->state);
}

static bool
settles(const struct move *m)
{
	return m != NULL && m->settle != CLOCK_NONE;
}

void
moved(struct group *g, const struct move *before, const struct move *now,
    int64_t at)
{
	if (leads(before) != leads(now) || (leads(now) && before != NULL &&
	    before->until != now->until) || settles(before) != settles(now))
		look(g, now);
	chart_move(g, before, now, at);
	telling_move(g, before, now);
}
