/*
 * Held there: what of this site's words the hub didn't act on lately, by its
 * letters. Whether it is settled by now only the hub knows.
 */
#ifndef ZQ_AGENT_HELD_THERE_H
#define ZQ_AGENT_HELD_THERE_H

#include <jansson.h>
#include <stddef.h>

#include "agent/store.h"

/* The newest `most` letters of this week that say so, oldest first:
 * [{"number", "when", "about", "text"}]. The caller's. */
json_t *held_there(struct store_txn *t, size_t most);

#endif
