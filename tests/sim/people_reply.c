/*
 * What people say to letters about links: that they will fix them, or that
 * they refuse to. While it is calm nothing of that is lost, so the hub must
 * have the newest of it.
 */
#include <string.h>

#include "protocol/letter.h"
#include "tests/sim/hub.h"
#include "tests/sim/world.h"

#define REPLIES 3		/* while it is calm */

struct choice {
	uint64_t number;	/* of the letter; 0: none */
	unsigned seen;
};

/* Any of them; the newest as often as all others. */
static void
choose(void *arg, const struct agent_letter *l)
{
	struct choice *c = arg;

	if (span_is(l->kind, SPAN(LETTER_LINKS)) &&
	    (++c->seen == 1 || chance(500)))
		c->number = l->number;
}

void
people_reply(struct actor *a)
{
	struct choice c = { .number = 0 };
	bool refused = chance(400);

	if (a->agent == NULL || (sim.calm && a->reply.calm == REPLIES))
		return;
	agent_letters(a->agent, 0, choose, &c);
	if (c.number == 0)
		return;
	if (!agent_reply(a->agent, c.number, refused)) {
		if (a->agent == NULL)
			a->reply.letter = 0;	/* killed: who knows */
		return;
	}
	a->reply.letter = c.number;
	a->reply.refused = refused;
	a->reply.calm += sim.calm;
}

void
people_check_replies(const struct world *w)
{
	for (unsigned i = 0; i < w->actors; i++) {
		const struct actor *a = &w->actor[i];

		if (a->reply.calm > 0 && a->reply.letter != 0 && !w->amnesia && w->actors == w->sites)
			hub_check_reply(a->part.site, a->reply.letter,
			    a->reply.refused);
	}
}
