/*
 * The table of the states of a move; see move_state.h.
 */
#include "hub/move_state.h"

#include "contrib/base/err.h"
#include "contrib/base/lang.h"

static const struct {
	const char *name;
	enum move_state to[MOVE_EVENTS];
} table[MOVE_STATES] = {
	[MOVE_NONE] = { .name = "none" },
	[MOVE_ANNOUNCED] = { .name = N_("announced"), .to = {
		[MOVE_AGAIN] = MOVE_ANNOUNCED,
		[MOVE_GOOD] = MOVE_CHECKED,
		[MOVE_BAD] = MOVE_ANNOUNCED,
		[MOVE_TIME] = MOVE_EFFECTIVE,
		[MOVE_LATE] = MOVE_OVERDUE,
		[MOVE_AGREE] = MOVE_ANNOUNCED,
		[MOVE_WITHDRAW] = MOVE_WITHDRAWN,
	} },
	[MOVE_CHECKED] = { .name = N_("checked"), .to = {
		[MOVE_AGAIN] = MOVE_ANNOUNCED,
		[MOVE_GOOD] = MOVE_CHECKED,
		[MOVE_BAD] = MOVE_ANNOUNCED,
		[MOVE_TIME] = MOVE_EFFECTIVE,
		[MOVE_LATE] = MOVE_OVERDUE,
		[MOVE_AGREE] = MOVE_CHECKED,
		[MOVE_WITHDRAW] = MOVE_WITHDRAWN,
	} },
	[MOVE_EFFECTIVE] = { .name = N_("effective"), .to = {
		[MOVE_AGAIN] = MOVE_EFFECTIVE,
		[MOVE_GOOD] = MOVE_VERIFIED,
		[MOVE_BAD] = MOVE_FAILED,
		[MOVE_END] = MOVE_CLOSED,
		[MOVE_WITHDRAW] = MOVE_WITHDRAWN,
	} },
	[MOVE_VERIFIED] = { .name = N_("verified"), .to = {
		[MOVE_AGAIN] = MOVE_VERIFIED,
		[MOVE_GOOD] = MOVE_VERIFIED,
		[MOVE_BAD] = MOVE_FAILED,
		[MOVE_END] = MOVE_CLOSED,
		[MOVE_WITHDRAW] = MOVE_WITHDRAWN,
	} },
	[MOVE_CLOSED] = { .name = N_("closed") },
	[MOVE_WITHDRAWN] = { .name = N_("withdrawn") },
	[MOVE_OVERDUE] = { .name = N_("overdue"), .to = {
		[MOVE_AGAIN] = MOVE_ANNOUNCED,
		[MOVE_GOOD] = MOVE_OVERDUE,
		[MOVE_BAD] = MOVE_OVERDUE,
		[MOVE_TIME] = MOVE_EFFECTIVE,
		[MOVE_LATE] = MOVE_OVERDUE,
		[MOVE_AGREE] = MOVE_OVERDUE,
		[MOVE_END] = MOVE_CLOSED,
		[MOVE_WITHDRAW] = MOVE_WITHDRAWN,
	} },
	[MOVE_FAILED] = { .name = N_("failed"), .to = {
		[MOVE_AGAIN] = MOVE_FAILED,
		[MOVE_GOOD] = MOVE_VERIFIED,
		[MOVE_BAD] = MOVE_FAILED,
		[MOVE_END] = MOVE_CLOSED,
		[MOVE_WITHDRAW] = MOVE_WITHDRAWN,
	} },
	[MOVE_CONTESTED] = { .name = N_("contested"), .to = {
		[MOVE_AGAIN] = MOVE_CONTESTED,
		[MOVE_AGREE] = MOVE_ANNOUNCED,
		[MOVE_END] = MOVE_CLOSED,
		[MOVE_WITHDRAW] = MOVE_WITHDRAWN,
	} },
};

enum move_state
move_next(enum move_state from, enum move_event event)
{
	must(from < MOVE_STATES && event < MOVE_EVENTS);
	return table[from].to[event];
}

bool
move_is_ahead(enum move_state s)
{
	return s == MOVE_ANNOUNCED || s == MOVE_CHECKED ||
	    s == MOVE_OVERDUE || s == MOVE_CONTESTED;
}

bool
move_is_effective(enum move_state s)
{
	return s == MOVE_EFFECTIVE || s == MOVE_VERIFIED || s == MOVE_FAILED;
}

bool
move_is_over(enum move_state s)
{
	return s == MOVE_CLOSED || s == MOVE_WITHDRAWN;
}

const char *
move_state_name(enum move_state s)
{
	must(s < MOVE_STATES);
	return table[s].name;
}

enum move_state
move_state_of(struct span name)
{
	for (int s = MOVE_NONE + 1; s < MOVE_STATES; s++)
		if (span_is(name, span_of(table[s].name)))
			return (enum move_state)s;
	return MOVE_NONE;
}
