/*
 * Acts: what the hub says to itself (site 0), and what it does to the view.
 * The forms stand in view.h.
 *
 * An act that isn't well-formed, or that can't be followed (a code that is
 * taken, a site that isn't there), is held and changes nothing. One that
 * this version has no rule for stands in the journal for the record.
 */
#ifndef ZQ_HUB_ACT_H
#define ZQ_HUB_ACT_H

#include "hub/group.h"
#include "hub/journal.h"

void act_apply(struct group *g, const struct entry *e);
/* The same without a trace if it can't be followed: NULL, or why. For whoever
 * takes back what it did. */
const char *act_try(struct group *g, const struct entry *e);

#endif
