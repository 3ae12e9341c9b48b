/*
 * Heard: up to which letter each of those has come who hear of letters
 * besides the site's people at their terminals.
 */
#ifndef ZQ_AGENT_HEARD_H
#define ZQ_AGENT_HEARD_H

#include <stdint.h>

#include "agent/store.h"

enum heard { HEARD_HOOK, HEARD_MAIL, HEARD_COUNT };

/* The number of the last letter it heard of. Who was never set begins with
 * what comes next: years of old letters are no news. */
uint64_t heard_get(struct store_txn *t, enum heard who);
void heard_set(struct store_txn *t, enum heard who, uint64_t letter);

/* The letter after this one is another than it was: nobody heard of it. */
void heard_rewind(struct store_txn *t, uint64_t letter);

#endif
