/*
 * Abilities: what the hub can do, by the features that its last answer named
 * (protocol/features.h). Kept in the store, because what is told depends on
 * them also while the hub is away.
 */
#ifndef ZQ_AGENT_ABILITY_H
#define ZQ_AGENT_ABILITY_H

#include <stdbool.h>

#include "agent/store.h"
#include "contrib/base/span.h"

/* False: no hub has answered yet, or it can't. */
bool ability_has(struct store_txn *t, const char *feature);

/* Keeps what an answer said. True: it is news. */
bool ability_keep(struct store *s, struct span features);

#endif
