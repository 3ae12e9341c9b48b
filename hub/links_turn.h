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

/* Before the first write: what the item's row says until now (and may be
 * overwritten), or NULL if it is new, and whether it is there. */
void links_was(struct group *g, const struct change *said, bool there);

struct links_turn {
	uint32_t site, item;
	bool there;		/* from now on */
	const struct change *said;	/* its address and links */
};
void links_turn(struct group *g, const struct links_turn *t);

#endif
