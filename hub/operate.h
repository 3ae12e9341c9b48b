/*
 * Operators' acts: add a site, import many, give a ticket, block, unblock, take
 * out of what is held, keep what a look for a domain's proof came to; and those
 * of govern.h.
 *
 * The same functions serve the core (asked over the control socket) and
 * zqhub itself when no daemon runs. What an act is made of stands in ask.h.
 */
#ifndef ZQ_HUB_OPERATE_H
#define ZQ_HUB_OPERATE_H

#include <stdbool.h>

#include "hub/ask.h"

/* Is there such an act? */
bool operate_knows(const char *act);

/* False: a->error (a sentence) and maybe hint. True: acts and result; acts
 * may be none (nothing to do), and then nothing need be written. */
bool operate_run(struct ask *a);

#endif
