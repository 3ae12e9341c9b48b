/*
 * Telling all that refer to a move: a pass, in steps.
 *
 *	clear	what a pass before this one left
 *	gather	the links to its old addresses, target by target
 *	write	the letters, site by site
 *	end	who was told before and has no such link any more is done; and
 *		the site that moves learns how many refer to it (tell_done.h)
 *	off	instead of all that: it was called off, or has ended
 *
 * A new pass takes the place of one that is under way.
 */
#ifndef ZQ_HUB_TELL_MOVE_H
#define ZQ_HUB_TELL_MOVE_H

#include <stdbool.h>
#include <stdint.h>

#include "hub/group.h"
#include "hub/journal.h"

void tell_move_queue(struct group *g, uint32_t move);
bool tell_move_left(struct db_txn *t);
/* Is there to be one of this move, that has told nobody yet? */
bool tell_move_is_to_come(struct db_txn *t, uint32_t move);
/* One step; how many pages it took, and one for the step; 0: none is left. */
uint64_t tell_move_step(struct group *g, const struct entry *e,
    uint64_t most);

#endif
