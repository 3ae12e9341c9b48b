/*
 * What follows from a change of a move; see moved.h.
 */
#include "hub/moved.h"

#include "hub/chart.h"
#include "hub/links.h"
#include "hub/telling.h"
#include "protocol/rewrite.h"

/* Where its old addresses lead now is another matter than before. */
static void
look(struct group *g, const struct move *m)
{
	links_look(g, m->scope == REWRITE_ADDRESS ? REWRITE_ADDRESS :
	    REWRITE_PREFIX, m->old);
}

static bool
leads(const struct move *m)
{
	return m != NULL && move_counts(m) && move_is_effective(m->state);
}

void
moved(struct group *g, const struct move *before, const struct move *now,
    int64_t at)
{
	(void)at;
	if (leads(before) != leads(now) || (leads(now) && before != NULL &&
	    before->until != now->until))
		look(g, now);
	chart_move(g, before, now);
	telling_move(g, before, now);
}
