/*
 * Proven: what the store remembers of reconciliations. When the hub's index
 * was last proven to be what the site has, and what the last one found.
 */
#ifndef ZQ_AGENT_PROVEN_H
#define ZQ_AGENT_PROVEN_H

#include <jansson.h>
#include <stdbool.h>
#include <stdint.h>

#include "agent/store.h"

struct proven {
	int64_t at;		/* ms; CLOCK_NONE: never */
	uint64_t incarnation, seq, items;	/* of then */
	int64_t tried;		/* ms, the last one that ended; CLOCK_NONE */
	bool same;		/* … its outcome */
	uint64_t missing, extra, held;	/* … what it found */
	uint64_t count;		/* that ended, ever */
	uint64_t missed;	/* items that were mended, ever */
};

void proven_get(struct store_txn *t, struct proven *p);
void proven_put(struct store_txn *t, const struct proven *p);
json_t *proven_status(struct store_txn *t);	/* the caller's */

#endif
