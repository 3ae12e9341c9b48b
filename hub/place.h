/*
 * Places: how many items are at one (protocol/url_place.h), and which was the
 * last. Servers answer several addresses alike, so a link is good if an item
 * is at its place, under whatever address that was told.
 */
#ifndef ZQ_HUB_PLACE_H
#define ZQ_HUB_PLACE_H

#include <stdbool.h>
#include <stdint.h>

#include "contrib/base/db.h"
#include "contrib/base/span.h"
#include "hub/group.h"

struct place {
	uint64_t here;		/* items that are there now */
	uint32_t item;		/* that came there last */
};

/* Of an address in normal form; false: no item ever was there. */
bool place_get(struct db_txn *t, struct span url, struct place *p);

/* An item is there now (by 1), or isn't any more (by -1). */
void place_count(struct group *g, struct span url, uint32_t item, int by);

/* Are they at one place? */
bool place_same(struct span a, struct span b);

#endif
