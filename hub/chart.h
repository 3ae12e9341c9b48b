/*
 * The map of moves, as the hub hands it out: its version, which rises with
 * every change of a rule, and the document from a version on (movemap.h).
 *
 * A version is the time of that change, in ms, or one more than the one before
 * if that is not earlier. Numbers that are counted would come again, and mean
 * another map, when an old backup of the hub goes on in its own way.
 */
#ifndef ZQ_HUB_CHART_H
#define ZQ_HUB_CHART_H

#include <stdbool.h>
#include <stdint.h>

#include "contrib/base/buf.h"
#include "contrib/base/db.h"
#include "hub/group.h"
#include "hub/move.h"

/* A move has changed (moved.h) at `at` (ms): is its rule another one? */
void chart_move(struct group *g, const struct move *before,
    const struct move *now, int64_t at);

uint64_t chart_version(struct db_txn *t);	/* 0: there never was a rule */

#define CHART_CHANGES 1000	/* versions; who is further behind gets all */

/* What changed after version `after`; all there is if that is 0, too long
 * ago, or none of this hub's versions (it was restored). now: ms. False:
 * it would be longer than LIMIT_MAP. */
bool chart_write(struct db_txn *t, uint64_t after, int64_t now,
    struct buf *xml);

#endif
