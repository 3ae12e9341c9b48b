/*
 * Apply: what one journal entry does to the view.
 *
 * It reads the entry, the view and the code, and nothing else: no clock, no
 * file, no setting, no chance. It is total: whatever stands in an entry has
 * an effect, if only a row saying why it is held. Raise VIEW_VERSION when a
 * rule in here changes.
 */
#ifndef ZQ_HUB_APPLY_H
#define ZQ_HUB_APPLY_H

#include "hub/group.h"
#include "hub/journal.h"

/* The next entry, in a group. */
void apply_entry(struct group *g, const struct entry *e);

#endif
