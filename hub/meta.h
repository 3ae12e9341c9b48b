/*
 * The whole view in one row, and in one line: where it stands, how much it
 * has, and its digest.
 */
#ifndef ZQ_HUB_META_H
#define ZQ_HUB_META_H

#include <stdbool.h>
#include <stdint.h>

#include "contrib/base/buf.h"
#include "contrib/base/db.h"

struct meta {
	uint64_t place;		/* stands at this entry … */
	uint8_t chain[32];	/* … which was this one */
	uint64_t numbers;	/* of items: 1 … this are given out */
	uint64_t items, withdrawn, held;
	uint64_t sum_high, sum_low;	/* of the hashes of all item rows */
	uint64_t runs;		/* the highest number of a run (run.h) */
	uint64_t graph_sum;	/* of all rows of the link graph (graph.h) */
	uint8_t record[32];	/* a hash over all that is not an item, in
				 * the order it happened */
};

bool meta_read(struct db_txn *t, struct meta *m);	/* zeros if none */
void meta_write(struct db_txn *t, const struct meta *m, struct buf *row);

/* SHA-256 over the row above and the rows of sites, standings, tickets and
 * columns. Rows of items and of the link graph are in it by their sums, so it
 * costs the same however many there are. */
void meta_digest(struct db_txn *t, uint8_t out[32]);

#endif
