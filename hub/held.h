/*
 * What is held: entries that are in the journal and have no effect, each
 * with the reason. The site is told by a letter.
 *
 * It is settled, and gone from here, when the site says something newer of
 * the same item that has an effect; or when an operator dismisses it: what
 * can't be read may never be said better. What is only kept (a notice, a move, an
 * unknown part that is not critical: this version does not act on them) is
 * listed too, and waits for nobody.
 */
#ifndef ZQ_HUB_HELD_H
#define ZQ_HUB_HELD_H

#include <stdbool.h>
#include <stdint.h>

#include "contrib/base/db.h"
#include "contrib/base/span.h"
#include "hub/group.h"
#include "hub/journal.h"
#include "hub/table.h"
#include "protocol/change.h"

#define HELD_WHY_MAX 1024	/* bytes of a reason that are kept */

struct held_row {
	uint32_t site;
	bool kept;		/* only */
	uint8_t name[TABLE_DIGEST];	/* of the item, or zeros */
	struct span why;
};

bool held_get(struct db_txn *t, uint64_t place, struct held_row *h);

/* c may be NULL: it didn't decode, or is an act. */
void held_put(struct group *g, const struct entry *e, const struct change *c,
    struct span why);
void held_keep(struct group *g, const struct entry *e,
    const struct change *c, struct span why);
void held_settle(struct group *g, uint32_t site,
    const uint8_t name[TABLE_DIGEST]);

/* An operator's word; the entry stays in the journal. False: nothing of this
 * site (0: no act of the hub) is listed at this place. */
bool held_dismiss(struct group *g, uint32_t site, uint64_t place);
void held_dismiss_all(struct group *g, uint32_t site);

/* How many are listed of a site, up to `most`; what is only kept is counted
 * too. */
uint64_t held_count(struct db_txn *t, uint32_t site, uint64_t most);

#endif
