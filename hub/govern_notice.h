/*
 * Governing: the operator's acts about notices. Each is asked as in
 * operate.h, and tried on the view before it is written, so that a refusal
 * says what apply would.
 */
#ifndef ZQ_HUB_GOVERN_NOTICE_H
#define ZQ_HUB_GOVERN_NOTICE_H

#include <stdbool.h>

#include "hub/ask.h"

/*
 *	notice-announce	"code", "kind": "outage", "maintenance" or "closing",
 *		"service", "from" and "until" (ms), "recurs" and "zone", "see",
 *		"reason"; what a kind doesn't need may be missing or ""
 *	notice-end	"notice": its number, "reason"
 */
bool govern_notice_announce(struct ask *a);
bool govern_notice_end(struct ask *a);

#endif
