/*
 * What people and sources say besides what became of items: moves, replies
 * to letters, covers; taken out of a change, and judged.
 *
 * change_is_sane() lets much through: rows are for ever, and what is said in
 * them is kept. Whoever says one of these (the agent) and whoever acts on it
 * (the hub) ask here whether it says enough.
 */
#ifndef ZQ_PROTOCOL_STATEMENT_H
#define ZQ_PROTOCOL_STATEMENT_H

#include <stdbool.h>

#include "protocol/change.h"
#include "protocol/rewrite.h"

/* Words of WORD_SCOPE. */
#define STATEMENT_WILL_FIX "will-fix"	/* of a reply */
#define STATEMENT_REFUSED "refused"	/* of a reply; with a reason */
#define STATEMENT_WHOLE "whole"		/* of a cover: a scan was completed,
					 * so what it covers and isn't told
					 * never was */
#define STATEMENT_GONE "gone"		/* of a cover: the source is gone, or
					 * can't promise that any more */

/* All false with a constant sentence in why. Spans are the change's. */

/* CHANGE_MOVE. A move that withdraws one (no successor) gives a rule with an
 * empty `to`, and needs no more than the old address. at is CLOCK_NONE if it
 * says none (from now on), number is 0. */
bool statement_move(struct rewrite_rule *r, const struct change *c,
    const char **why);

struct statement_reply {
	struct span target;	/* what the letter was about */
	uint64_t letter;	/* its number; 0: not said */
	bool refused;		/* or: will fix */
	struct span reason, by;
};
bool statement_reply(struct statement_reply *r, const struct change *c,
    const char **why);

struct statement_cover {
	struct span prefix;	/* ends in a slash */
	bool whole;		/* or: gone */
	struct span include, exclude, index;	/* blank-separated */
};
bool statement_cover(struct statement_cover *k, const struct change *c,
    const char **why);

#endif
