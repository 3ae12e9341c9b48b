/*
 * Covers: what the sources of a site's agent cover, as it says (CHANGE_COVER),
 * so that the hub can tell what never was from what it wasn't told.
 *
 * A cover is a prefix of addresses and the patterns of the source's filter.
 * An address below it that the patterns take would be an item, if it were
 * there: so if the cover is whole and there is no item, nothing is there. An
 * address that no cover takes is unknown, and not broken. A site that is retired
 * keeps its covers: its hosts may be answered for (former.h).
 */
#ifndef ZQ_HUB_COVER_H
#define ZQ_HUB_COVER_H

#include <stdbool.h>
#include <stdint.h>

#include "contrib/base/db.h"
#include "contrib/base/span.h"
#include "hub/group.h"
#include "hub/journal.h"
#include "protocol/change.h"

#define COVER_MOST 256		/* of one site */

struct cover {
	uint32_t site;
	int64_t since;		/* ms, hub time */
	struct span url;	/* ends in "/" */
	struct span include, exclude, index;	/* patterns, as said */
};

/* A whole cover, or none of this prefix any more. False: the site has too
 * many. Put *changed to whether it says anything new. */
bool cover_put(struct group *g, const struct entry *e,
    const struct change *c, bool *changed);

/* Would this address (normal form) be an item if it were there? */
bool cover_takes(struct db_txn *t, uint32_t site, struct span url);

typedef bool cover_fn(void *arg, const struct cover *c);
void cover_each(struct db_txn *t, uint32_t site, cover_fn *each, void *arg);

#endif
