/*
 * A walk: through the items that stand in each of some posting lists, newest
 * first, over all shelves.
 *
 * On each shelf the lists leap over each other to the next item that all of
 * them have; blocks that can't have it are never read. Across shelves the
 * newest is next. How much a walk may read is bounded: when its steps are
 * spent it ends, and says so.
 *
 * An item's place in the order is its sort key: the stamp of the lists (32
 * bits), then its number.
 */
#ifndef ZQ_HUB_WALK_H
#define ZQ_HUB_WALK_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "contrib/base/db.h"

#define WALK_NEWEST UINT64_MAX
#define WALK_BLOCK 64		/* steps that reading a block counts for */

static inline uint64_t
walk_key(uint32_t stamp, uint32_t item)
{
	return (uint64_t)stamp << 32 | item;
}

struct walk;

/* From `newest` (a sort key, inclusive) down to `oldest`, over the shelves
 * of items up to number `last`. `steps` is the caller's purse, and is counted down. */
struct walk *walk_new(struct db_txn *t, size_t table, const uint64_t *term,
    size_t terms, uint64_t last, uint64_t newest, uint64_t oldest,
    int64_t *steps);
void walk_free(struct walk *w);

/* False: there is none, or the steps are spent. */
bool walk_next(struct walk *w, uint64_t *key);
/* Nothing newer than this is still to come; 0: nothing at all. */
uint64_t walk_left(const struct walk *w);

/*
 * All items whose lists' terms lie between two, each once, newest first: for
 * one character, which is the first half of many pairs. False if that comes
 * to more than *n, or the steps are spent; keys are the caller's array.
 */
bool walk_range(struct db_txn *t, size_t table, uint64_t from, uint64_t to,
    uint64_t last, uint64_t *keys, size_t *n, int64_t *steps);

/* Sorts them newest first, each once; how many are left. */
size_t walk_merge(uint64_t *keys, size_t n);

#endif
