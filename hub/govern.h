/*
 * Governing: the operator's acts about a site that is not as it should be.
 * Which of two agents to keep, what the gate holds, who may come back, who
 * goes for good, who gets a new ticket. Each is asked as in operate.h.
 */
#ifndef ZQ_HUB_GOVERN_H
#define ZQ_HUB_GOVERN_H

#include <stdbool.h>

#include "hub/ask.h"

/*
 *	settle	"code", "keep": an address with or without its port, an
 *		instance of 16 hex digits, or 1 (was there before) or 2
 *	admit	"code", "reason"
 *	retire	"code", "reason"
 *	reissue	"code", or "all": a ticket each; "reason"
 *	domain-add, domain-remove	"code", "domain", "reason"
 *	domain-expires	"code", "domain", "expires" (ms; 0: not known)
 *	release	"code", "reason"
 *	refuse	"code", "reason"
 */
bool govern_settle(struct ask *a);
bool govern_admit(struct ask *a);
bool govern_retire(struct ask *a);
bool govern_reissue(struct ask *a);
bool govern_domain_add(struct ask *a);
bool govern_domain_remove(struct ask *a);
bool govern_domain_expires(struct ask *a);
bool govern_release(struct ask *a);
bool govern_refuse(struct ask *a);

#endif
