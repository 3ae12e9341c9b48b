/*
 * Ranges of targets: what a question about an address, a prefix or a domain
 * is about, as keys of TABLE_TARGET.
 */
#ifndef ZQ_HUB_LINKS_RANGE_H
#define ZQ_HUB_LINKS_RANGE_H

#include <stdbool.h>
#include <stddef.h>

#include "contrib/base/db.h"
#include "hub/target_row.h"
#include "protocol/rewrite.h"

struct links_range {
	struct target_key key;	/* the one, or what they begin with */
	bool one;
	struct span page;	/* only of this with a query; empty: of all */
};

struct links_ranges {		/* in the order of keys */
	struct links_range range[4];
	size_t n;
};

/* False: it is no address of this scope. A prefix is also the place that it
 * is itself, with any query; a domain also what is below it. */
bool links_ranges(struct links_ranges *r, enum rewrite_scope scope,
    struct span url);

/* To the first key of the range that is at or behind *k (if `behind`: only
 * behind). False: there is none. */
bool links_range_next(struct db_txn *t, const struct links_range *r,
    bool behind, struct target_key *k);

#endif
