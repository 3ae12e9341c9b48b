/*
 * What a site says besides what became of its items: its moves, what its
 * sources cover, what its people say to a letter, what they announce. What
 * can't be followed is held, and the site is told why.
 */
#ifndef ZQ_HUB_HEAR_H
#define ZQ_HUB_HEAR_H

#include <stdbool.h>

#include "hub/group.h"
#include "hub/journal.h"
#include "protocol/change.h"

/* Is it one of these? */
bool hear_is(const struct change *c);
/* foreign: its address isn't its site's, and g->why says so. */
void hear(struct group *g, const struct entry *e, const struct change *c,
    bool foreign);

#endif
