/*
 * Say that addresses move: one or many at once, by a person's word.
 *
 * All of them are judged before any is said, also against those that were
 * announced before: a circle, or an address with two ends, is refused with
 * the line it stands in. What is said is in the store, too (moves.h).
 */
#ifndef ZQ_AGENT_SAY_MOVE_H
#define ZQ_AGENT_SAY_MOVE_H

#include <jansson.h>

#include "agent/store.h"
#include "contrib/base/buf.h"

#define SAY_MOVES_MOST 10000	/* at a time */

/*
 * {"kind": "move", "by": …, "reason": …, "dry": true|false, "moves":
 * [{"old": …, "new": …, "scope": "address", "at": …, "until": …,
 * "reason": …, "where": "FILE:LINE"}, …]}; "new" missing: the announcement
 * is taken back. zone: minutes east of UTC for dates without one.
 *
 * NULL: why says what is wrong, a line each; nothing was said. Else {"said":
 * N, "same": N, "hub": true if it deals with moves, "moves": [{"old", "new",
 * "scope", "from", "until", "same", "items", "here"}, …]}: those that were
 * announced just so before are the same, and no news. items are the site's own
 * that move; here: something is at the new address, or below it. Both are of a
 * dry run only (and of what is one), because that takes a look at everything.
 */
json_t *say_move(struct store *s, json_t *ask, int zone, struct buf *why);

#endif
