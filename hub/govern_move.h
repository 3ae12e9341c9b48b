/*
 * Governing: the operator's acts about moves. Each is asked as in operate.h,
 * and tried on the view before it is written (govern_trial.h), so that a
 * refusal says what apply would.
 */
#ifndef ZQ_HUB_GOVERN_MOVE_H
#define ZQ_HUB_GOVERN_MOVE_H

#include <stdbool.h>

#include "hub/ask.h"

/*
 *	move-announce	"code", "old", "new", "scope", "from" and "until" (ms;
 *		may be missing), "reason", "dry". Or a list, all of it or nothing:
 *		"moves": [{"line", "old", "new", "scope", "at", "until",
 *		"reason"}, …], of which the last four may be missing, and
 *		dates are text, without a zone "zone" minutes east of UTC; the
 *		result is {"moves": […], "errors": [{"line", "error"}, …],
 *		"wrong": N}
 *	move-agree	"move", "reason"; a new domain that is nobody's becomes
 *		the site's
 *	move-withdraw	"move", "reason"
 *	move-looked	"move", "looked", "wrong", "why"
 */
bool govern_move_announce(struct ask *a);
bool govern_move_agree(struct ask *a);
bool govern_move_withdraw(struct ask *a);
bool govern_move_looked(struct ask *a);

#endif
