/*
 * The rules for a change of a site: what of it is shown, held, or kept.
 *
 * Held is what can't be read, what has a critical part that this version
 * doesn't know, and what speaks of an address that isn't its site's: that
 * waits until the site is given the domain. What was taken while the site is
 * silenced (stand.h) waits until it may speak again. Of both the newest word
 * on each item is judged then. A withdrawal may be the gate's (act_gate.h).
 */
#ifndef ZQ_HUB_RULE_H
#define ZQ_HUB_RULE_H

#include <stdint.h>

#include "hub/group.h"
#include "hub/journal.h"
#include "protocol/change.h"

void rule_change(struct group *g, const struct entry *e,
    const struct change *c);
/* The site may speak again: what waited for that has its effect now. */
void rule_unsilence(struct group *g, uint32_t site, int64_t at);
/* The site has more domains: what was held for a foreign host that is its own
 * now has its effect. Of those behind the place `after`, at most so many are
 * looked at; the last of them. */
uint64_t rule_look_again(struct group *g, uint32_t site, int64_t at,
    uint64_t after, uint64_t most);

#endif
