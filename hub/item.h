/*
 * Items: what the sites have, each with a number for ever.
 *
 * An item is (site, id); its id is what the site calls it, or else its
 * address. The row has the last thing said of it, without its links (those
 * are in the journal, at `place`). A withdrawn item stays, with what was
 * said when it went, and with the title and column it had.
 *
 * An address leads to the item that was last said to be there.
 */
#ifndef ZQ_HUB_ITEM_H
#define ZQ_HUB_ITEM_H

#include <stdbool.h>
#include <stdint.h>

#include "contrib/base/buf.h"
#include "contrib/base/db.h"
#include "contrib/base/span.h"
#include "hub/table.h"
#include "protocol/change.h"

#define ITEM_ROW_MAX (128u << 10)

struct item {
	uint32_t number, site;
	bool withdrawn;
	bool ahead;		/* its date lay in the future when taken */
	int64_t date;		/* ms; never after it was taken */
	int64_t created, updated;	/* ms, hub time */
	uint64_t place;		/* of the last change */
	uint64_t changes;
	uint8_t hash[32];	/* as in its site's digest */
	struct span said;	/* a change row */
};

static inline uint32_t
item_stamp(const struct item *i)	/* minutes: listings by date */
{
	return (uint32_t)(i->date / 60000);
}

static inline uint32_t
item_stamp_taken(const struct item *i)	/* seconds: listings by taking */
{
	return (uint32_t)(i->updated / 1000);
}

/* False: there is none. The span lives as what a get hands out (db.h). */
bool item_get(struct db_txn *t, uint32_t number, struct item *i);
void item_write(struct buf *row, const struct item *i);

/* What it is called: site and id. */
void item_name(uint8_t name[TABLE_DIGEST], uint32_t site, struct span id);
bool item_by_name(struct db_txn *t, const uint8_t name[TABLE_DIGEST],
    uint32_t *number);
bool item_by_url(struct db_txn *t, struct span url, uint32_t *number);

static inline struct span
item_id(const struct change *c)
{
	return c->id.n > 0 ? c->id : c->url;
}

#endif
