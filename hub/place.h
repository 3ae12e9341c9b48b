/*
 * Places: how many items are at one (protocol/url_place.h), and which was the
 * last. Servers answer several addresses alike, so a link is good if an item
 * is at its place, under whatever address that was told.
 *
 * An item may say which of a directory's index pages it is: by its address, or
 * by its id, if that ends in the name of one (the id of what a source of files
 * tells ends in the file's path). Those are counted by their names, too.
 */
#ifndef ZQ_HUB_PLACE_H
#define ZQ_HUB_PLACE_H

#include <stdbool.h>
#include <stdint.h>

#include "contrib/base/db.h"
#include "contrib/base/span.h"
#include "hub/group.h"

struct place {
	uint64_t here;		/* items that are there now */
	uint64_t vague;		/* of which so many don't say which page */
	uint32_t item;		/* that came there last */
};

/* Of an address in normal form; false: no item ever was there. */
bool place_get(struct db_txn *t, struct span url, struct place *p);

/* Of the index page that the address names; false: it names none, or none of
 * this name was ever there. */
bool place_get_page(struct db_txn *t, struct span url, struct place *p);

/* The name of the index page that an item is; empty: it doesn't say. */
struct span place_page(struct span url, struct span id);

struct place_turn {
	struct span url, page;	/* page: place_page() */
	uint32_t item;
};
/* An item is there now (by 1), or isn't any more (by -1). */
void place_count(struct group *g, const struct place_turn *t, int by);

/* Are they at one place? */
bool place_same(struct span a, struct span b);

#endif
