/*
 * A move that leads back along another one: A to B, and then B to A. Said one
 * after the other they lead in a circle; said at one time they change places,
 * and that is said as a table.
 */
#ifndef ZQ_HUB_MOVE_BACK_H
#define ZQ_HUB_MOVE_BACK_H

#include "hub/ask.h"
#include "protocol/rewrite_rule.h"

/* r was refused. If it leads back along one that counts, the hint becomes what
 * to type to have the two change places. code: the site's. */
void move_back_advise(struct ask *a, const char *code,
    const struct rewrite_rule *r);

#endif
