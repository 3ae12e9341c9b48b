/*
 * A page's turn in the link graph: what it links to now, and that it is, or
 * isn't, where it was. Part of item_turn().
 */
#ifndef ZQ_HUB_LINKS_TURN_H
#define ZQ_HUB_LINKS_TURN_H

#include <stdint.h>

#include "contrib/base/span.h"
#include "hub/group.h"
#include "protocol/change.h"

/* Before the first write: url is where the item is until now (in a row that
 * may be overwritten), or SPAN_NONE if it isn't there. */
void links_was(struct group *g, struct span url);

struct links_turn {
	uint32_t site, item;
	bool there;		/* from now on */
	int64_t at;		/* ms, hub time, of the entry */
	const struct change *said;	/* its address and links */
};
void links_turn(struct group *g, const struct links_turn *t);

#endif
