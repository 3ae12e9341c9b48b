/*
 * Moves as people look at them: what is announced and what is proposed, and
 * their word on the latter.
 */
#ifndef ZQ_AGENT_MOVES_ASK_H
#define ZQ_AGENT_MOVES_ASK_H

#include <jansson.h>

#include "agent/store.h"
#include "contrib/base/buf.h"

#define MOVES_SHOWN 1000	/* of each state */

/* {"announced": [{"scope", "old", "new", "from", "until", "when", "by",
 * "reason", "source", "items"}, …], "proposed": […], "refused": […], "heard":
 * […]}, each at most MOVES_SHOWN long; the caller's. */
json_t *moves_list(struct store_txn *t);

/*
 * {"word": "announce" | "refuse", "old": ADDRESS or "" for all proposals, "by",
 * "reason", "at", "until"}. The answer is that of say_move.h, or {"refused":
 * N}. NULL: why says what is wrong.
 */
json_t *moves_decide(struct store *s, json_t *ask, int zone, struct buf *why);

#endif
