/*
 * An item's turn: a change makes it what it now is, in its row, in the counts
 * and the digest of its site, and in every list that it stands in.
 *
 * Whether the change may do so is for others to say (apply.c, act_gate.c,
 * act_retire.c).
 */
#ifndef ZQ_HUB_ITEM_TURN_H
#define ZQ_HUB_ITEM_TURN_H

#include "hub/group.h"
#include "hub/journal.h"
#include "protocol/change.h"

/* Created, updated or deleted. Of e are taken the site, when the hub took it,
 * and the place that the item's history names. A deletion of what is not
 * there is counted and changes nothing. */
void item_turn(struct group *g, const struct entry *e,
    const struct change *c);

#endif
