/*
 * Proposals: moves that a source has seen, out of what was at one address and
 * is at another now.
 *
 * Pages that went the same way are one move of what they have in common, if
 * there are at least three and nothing is left at the old place; all others
 * are moves of single addresses. What was announced, proposed or refused
 * before is not proposed again, nor what was at a host of which the hub says
 * that it isn't this site's (an address that was mistyped in the settings);
 * and a proposal is forgotten when a page is back where it was.
 */
#ifndef ZQ_AGENT_PROPOSAL_H
#define ZQ_AGENT_PROPOSAL_H

#include <stdbool.h>
#include <stddef.h>

#include "agent/paths.h"
#include "agent/store.h"
#include "contrib/base/span.h"

#define PROPOSAL_LEAST 3	/* pages that make a prefix */
#define PROPOSAL_ADDRESSES 200	/* single ones out of one list; the rest is
				 * counted in the log */

struct proposal_ask {
	struct span source;		/* whose they are */
	const struct paths *moved;	/* addresses: from, to, from, to … */
	bool announce;			/* at once, and don't ask */
	void *arg;
	/* Is something at this path of the source? What is held isn't. NULL:
	 * at every one that was told. */
	bool (*is_there)(void *arg, struct span source, struct span path);
};

/* A page was told at url: it is what a proposal would lead away from. A new
 * page in a column that moved (a note where that is now) isn't. */
bool proposal_is_back(struct store_txn *t, struct span url);

/* How many were proposed, or announced, in *count. False: there is no room
 * now. */
bool proposal_make(struct store *s, const struct proposal_ask *ask,
    size_t *count);

#endif
