/*
 * Letters to a site about what is held of it (held.h).
 *
 * All items of a source may be held for one reason, as an address in the
 * settings that is mistyped: that is one letter, and one more when there are
 * 10, 100, 1,000 … of them.
 */
#ifndef ZQ_HUB_HELD_LETTER_H
#define ZQ_HUB_HELD_LETTER_H

#include <stdint.h>

#include "contrib/base/span.h"
#include "hub/group.h"
#include "hub/journal.h"
#include "protocol/change.h"

/* c may be NULL. all: what was held last was held for the same reason, and so
 * many wait by now; 0: it was not. */
void held_letter_put(struct group *g, const struct entry *e,
    const struct change *c, uint64_t all, struct span why);
/* It had no effect. */
void held_letter_idle(struct group *g, const struct entry *e,
    const struct change *c, struct span why);

#endif
