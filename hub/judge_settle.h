/*
 * Judging a site of whose two agents (fork.h) an operator kept one: that one
 * begins a new incarnation and gets a new key, and nothing else is taken for
 * the site until it has. Who speaks as the kept one, but as another process,
 * is its heir (heir.h) or the copy.
 */
#ifndef ZQ_HUB_JUDGE_SETTLE_H
#define ZQ_HUB_JUDGE_SETTLE_H

#include <stdbool.h>

#include "hub/judge_inside.h"

/* Whoever speaks, also in vain: before judge_settle(). */
void judge_hear(struct judge *j);
/* May what it says be taken? False: it was answered. */
bool judge_settle(struct judge *j, struct pending *p);

#endif
