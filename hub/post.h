/*
 * Posting lists: for each term, the items it stands for, newest first.
 *
 * Items are put on shelves of 65,536, in the order the hub first met them. A
 * list is kept per shelf: its blocks are the rows
 *
 *	shelf u16, term u48, ~low u48 → a block (block.h)
 *
 * where low is the oldest posting that belongs into the block (0 in the last
 * one). So a search goes newest first through each shelf and merges, and a
 * new item only ever changes the blocks of its own shelf: what it costs does
 * not grow with the number of items, in whatever order their dates come.
 *
 * Changes are gathered for a whole group, sorted, and merged block by block,
 * so larger groups are cheaper.
 */
#ifndef ZQ_HUB_POST_H
#define ZQ_HUB_POST_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "contrib/base/db.h"
#include "hub/block.h"

#define POST_SHELF 16		/* bits of an item's number */
#define POST_KEY (8 + 6)

struct post_record {
	uint64_t list;		/* shelf u16, term u48 */
	uint64_t change;	/* ~posting u48, then 1 if it goes away */
};

struct post {
	struct post_record *at, *spare;
	size_t n, room, spare_room;
	uint64_t *keys;		/* of the block being made */
	size_t keys_room;
};

void post_init(struct post *p);
void post_clear(struct post *p);
void post_reset(struct post *p);	/* forgets what was gathered */

/* The last word on a posting counts: put after drop is put. */
void post_put(struct post *p, uint64_t term, uint32_t stamp, uint32_t item);
void post_drop(struct post *p, uint64_t term, uint32_t stamp, uint32_t item);

/* Merges what was gathered into `table` and forgets it. */
void post_flush(struct post *p, struct db_txn *t, size_t table);

/* --- for whoever reads -------------------------------------------------------- */

static inline uint64_t
post_list(uint64_t shelf, uint64_t term)
{
	return shelf << 48 | term;
}

static inline uint64_t
post_posting(uint32_t stamp, uint32_t item)
{
	return (uint64_t)stamp << 16 | (item & 0xffff);
}

/* The key of the block that a posting belongs into: the first one at or
 * after this. */
struct span post_key(uint8_t key[POST_KEY], uint64_t list, uint64_t posting);
/* Takes a key apart; false if it is none, or another list's. */
bool post_low(struct span key, uint64_t list, uint64_t *low);

#endif
