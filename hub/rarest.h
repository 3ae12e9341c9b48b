/*
 * The links of a page, the rarest of its site first: what it has for itself,
 * then what a few pages have in the same place, then what stands in a
 * template. A navigation of hundreds hides nothing so.
 */
#ifndef ZQ_HUB_RAREST_H
#define ZQ_HUB_RAREST_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "contrib/base/db.h"
#include "contrib/base/span.h"
#include "protocol/change.h"

struct rarest {
	struct span links;	/* rows of the page (change.h) */
	uint32_t site;		/* it is of */
	uint64_t skip;		/* links of parts before */
	uint64_t limit;
};

/* pages: of the site that have this link in the same place, with this one. */
typedef void rarest_fn(void *arg, const struct link *l, uint64_t pages);
/* Hands out a part of them; how many links the page has. */
uint64_t rarest_each(struct db_txn *t, const struct rarest *r,
    rarest_fn *each, void *arg);

#endif
