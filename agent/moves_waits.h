/*
 * A move of a domain that waits for its other end: this site has announced it,
 * the hub has heard that, and the map of moves hasn't it.
 */
#ifndef ZQ_AGENT_MOVES_WAITS_H
#define ZQ_AGENT_MOVES_WAITS_H

#include <stdbool.h>
#include <stdint.h>

#include "agent/moves.h"
#include "agent/store.h"

#define MOVES_WAITS 10000	/* ms that a new map may take to come here */

/* False as well: nothing can be known, because the hub is behind. */
bool moves_waits(struct store_txn *t, const struct moved *m);
uint64_t moves_waiting(struct store_txn *t);	/* how many do */

#endif
