/*
 * Announcing a move, withdrawing it, agreeing to it: what its owner, the
 * other end or an operator says, and how that goes with what was said before.
 *
 * Said anew by the same one, a move has another time, end or reason; with
 * another new address it takes the place of the one before, if that has not
 * taken effect. What an operator announces goes before what the site said.
 * Anything else that says otherwise of the same address is contested, and
 * counts only when an operator agrees to it. A move that would lead in a
 * circle is refused.
 *
 * A whole domain (or all below its root) moves only with both ends: the new
 * host is the same site's, or its site says the same move, or an operator
 * stands for it.
 */
#ifndef ZQ_HUB_MOVE_SAY_H
#define ZQ_HUB_MOVE_SAY_H

#include "hub/group.h"
#include "hub/journal.h"
#include "hub/move.h"
#include "protocol/rewrite.h"

struct move_said {
	uint32_t site;		/* whose the old address is */
	bool operated;		/* an operator says so */
	struct rewrite_rule rule;	/* at CLOCK_NONE: from now on */
	struct span reason, by;
};

/* Each NULL, or why not (a constant, or in g->why), and then nothing was
 * changed. Of e: when, and the place. */
const char *move_say(struct group *g, const struct entry *e,
    const struct move_said *s);
/* By its owner: the one of this old address. Only from and scope count. */
const char *move_unsay(struct group *g, const struct entry *e,
    const struct move_said *s);
/* By whoever the new address is: the same rule, said from there. */
const char *move_say_too(struct group *g, const struct entry *e,
    const struct move_said *s);

/* By number. */
/* why: for the one that loses a contest by it; or empty. */
const char *move_agree(struct group *g, const struct entry *e,
    uint32_t number, struct span why);
const char *move_withdraw(struct group *g, const struct entry *e,
    uint32_t number, struct span why);

#endif
