/*
 * Acts about moves: announced by an operator, agreed to, withdrawn, looked
 * at; and the tick, with which the hub says that it has become time.
 *
 * Apply knows no clock: a move takes effect with the first tick whose time
 * is not before its own, and the core writes one when the earliest is due.
 */
#ifndef ZQ_HUB_ACT_MOVE_H
#define ZQ_HUB_ACT_MOVE_H

#include "hub/act_read.h"

#define ACT_MOVE_TICK 500	/* moves that one tick turns */
#define ACT_MOVE_WRONG 10	/* a look is bad if one in so many addresses or
				 * more is wrong */

act_read_fn act_move_announce, act_move_agree, act_move_withdraw,
    act_move_looked, act_move_tick;

/* The site has this domain now: its moves there need nobody else. */
void act_move_domain(struct group *g, const struct entry *e, uint32_t site,
    struct span domain);

#endif
