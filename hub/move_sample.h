/*
 * A sample of what a move concerns: a few of its addresses, to look at
 * whether it works.
 */
#ifndef ZQ_HUB_MOVE_SAMPLE_H
#define ZQ_HUB_MOVE_SAMPLE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "contrib/base/db.h"
#include "contrib/base/span.h"
#include "hub/move.h"
#include "protocol/rewrite.h"

#define MOVE_SAMPLE 20		/* are enough */

/* Up to `most` addresses that it moves, and where all moves together lead them
 * from its time on: first those that are linked to, unless they were dead
 * before, else items, else the old address itself. Not those that another move
 * takes elsewhere. Normal forms. kept: another move leads to url itself (they
 * changed places), so no redirect answers there. rules: those that count
 * (move_rules()), with this one. */
typedef void move_sample_fn(void *arg, struct span url, struct span to,
    bool kept);
void move_sample(struct db_txn *t, const struct rewrite *rules,
    const struct move *m, int64_t now, size_t most, move_sample_fn *each,
    void *arg);

#endif
