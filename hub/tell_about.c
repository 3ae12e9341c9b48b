/* See tell_about.h. */
#include "hub/tell_about.h"

#include "hub/site.h"

static enum mending_state
state_of(const struct move *m)
{
	if (!move_counts(m))
		return MENDING_OFF;
	return move_is_effective(m->state) ? MENDING_EFFECTIVE :
	    MENDING_ANNOUNCED;
}

bool
tell_about_read(struct tell_about *a, struct group *g, uint32_t number)
{
	struct move *m = &a->move;
	struct move found;

	if (!move_get(g->txn, number, &found))
		return false;
	buf_init(&a->row, MOVE_ROW_MAX);
	tell_who_init(&a->who);
	move_write(&a->row, &found);
	move_read(m, number, buf_look(&a->row));
	a->link = (struct mending_link){
		.old = m->old, .new = m->new, .state = state_of(m),
		.scope = (enum rewrite_scope)m->scope, .move = number,
		.from = m->from, .until = m->until, .reason = m->reason,
	};
	if (a->link.state != MENDING_OFF)
		tell_who_of_move(&a->who, g->txn, m, &a->link);
	return true;
}

void
tell_about_clear(struct tell_about *a)
{
	buf_clear(&a->row);
	tell_who_clear(&a->who);
}

bool
tell_about_is_told(struct group *g, uint32_t site)
{
	struct site s;

	return site_get(g->txn, site, &s) && !s.retired;
}
