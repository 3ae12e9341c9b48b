/*
 * Apply: one entry, and where the view stands after it; see apply.h. The
 * rules are in rule.c for what sites say, in act.c for what the hub does.
 */
#include "hub/apply.h"

#include <string.h>

#include "contrib/base/err.h"
#include "hub/act.h"
#include "hub/held.h"
#include "hub/rule.h"
#include "protocol/change.h"

static void
apply_change(struct group *g, const struct entry *e)
{
	struct stand *s = group_stand(g, e->site);
	struct change c;

	s->incarnation = e->incarnation;
	s->seq = e->seq;
	s->place = e->place;
	s->changes++;
	if (!change_read(&c, e->body))
		held_put(g, e, NULL, SPAN("it is no change that this version "
		    "can read"));
	else
		rule_change(g, e, &c);
}

void
apply_entry(struct group *g, const struct entry *e)
{
	must(e->place == g->meta.place + 1);
	if (e->site == 0)
		act_apply(g, e);
	else
		apply_change(g, e);
	g->meta.place = e->place;
	memcpy(g->meta.chain, e->chain, sizeof(g->meta.chain));
}
