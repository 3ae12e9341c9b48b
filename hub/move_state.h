/*
 * The states of a move, and the one table of what leads from which to which.
 *
 *	announced → checked → effective → verified → closed
 *
 * A move is announced; it is checked when what it leads to was seen to be
 * there; it takes effect at its time; it is verified when the old address was
 * seen to lead to the new; and it is closed when its redirect ends. Beside
 * that road: withdrawn, by whoever announced it or by an operator; overdue,
 * when its time came and it could not take effect; failed, when it took
 * effect and the old or the new address was seen not to answer; contested,
 * when it contradicts what another says of the same address, until an
 * operator decides.
 */
#ifndef ZQ_HUB_MOVE_STATE_H
#define ZQ_HUB_MOVE_STATE_H

#include <stdbool.h>

#include "contrib/base/span.h"

enum move_state {	/* numbers are in rows for ever */
	MOVE_NONE = 0,		/* no such state: the event has no effect */
	MOVE_ANNOUNCED = 1,
	MOVE_CHECKED = 2,
	MOVE_EFFECTIVE = 3,
	MOVE_VERIFIED = 4,
	MOVE_CLOSED = 5,
	MOVE_WITHDRAWN = 6,
	MOVE_OVERDUE = 7,
	MOVE_FAILED = 8,
	MOVE_CONTESTED = 9,
	MOVE_STATES
};

enum move_event {
	MOVE_AGAIN,	/* its owner says it anew: another time or end */
	MOVE_GOOD,	/* a look has found all as it should be … */
	MOVE_BAD,	/* … or not */
	MOVE_TIME,	/* its time has come … */
	MOVE_LATE,	/* … and it can't take effect */
	MOVE_AGREE,	/* the other end, or an operator, stands for it */
	MOVE_END,	/* its redirect's time is over */
	MOVE_WITHDRAW,
	MOVE_EVENTS
};

/* MOVE_NONE: this can't happen to it. */
enum move_state move_next(enum move_state from, enum move_event event);

/* Is it still to come, and might it? Has it taken effect, and does its
 * redirect go on? Is there nothing more to come of it? */
bool move_is_ahead(enum move_state s);
bool move_is_effective(enum move_state s);
bool move_is_over(enum move_state s);

const char *move_state_name(enum move_state s);		/* "announced" … */
enum move_state move_state_of(struct span name);	/* or MOVE_NONE */

#endif
