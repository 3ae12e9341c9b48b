/*
 * The link graph while a group changes it: what is in memory until the group
 * ends, and the sum over all rows of the graph.
 *
 * How many pages have a run is kept in memory until graph_flush(), for the
 * runs of a navigation change with every page. All else is written at once.
 * When a run dies, and its targets with it, is a function of the order of
 * the journal, never of where groups end.
 */
#ifndef ZQ_HUB_GRAPH_H
#define ZQ_HUB_GRAPH_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "contrib/base/buf.h"
#include "contrib/base/db.h"
#include "hub/map.h"
#include "hub/post.h"
#include "hub/run.h"
#include "hub/table.h"

/* Runs in memory, up to which a group goes on without writing them. */
#define GRAPH_RUNS 32768
#define GRAPH_STAMP 1		/* of an item's postings: their order is that
				 * of items */

struct graph_list {		/* of runs */
	uint32_t *at;
	size_t n, room;
};

struct graph_run {
	struct run run;		/* without links */
	bool dirty;
	bool fresh;		/* made for a page that is not counted yet */
};

struct graph {
	struct db_txn *txn;	/* of the group */
	uint64_t sum;		/* of what the group put, less what it took */
	uint64_t edges;		/* that were made or ended, so far */
	struct post post;	/* into TABLE_LINK */
	struct map by_key, by_number;	/* struct graph_run */
	struct buf row, old, room, url;	/* to work in */
	struct buf was;		/* an item's address before its turn … */
	struct buf was_page;	/* … the index page that it was … */
	bool was_there;		/* … and whether it was there */
	struct buf out;		/* the row of a page's runs */
	struct graph_list has, had;	/* runs of a page, after and before */
};

struct graph *graph_new(void);
void graph_free(struct graph *g);
void graph_begin(struct graph *g, struct db_txn *t);
void graph_forget(struct graph *g);	/* what the group had */
/* Writes what is in memory; may be done at any time. What the sum has changed
 * by since it was last flushed. */
uint64_t graph_flush(struct graph *g);

/* Puts a row and keeps the sum. old: the row that is there, or SPAN_NONE;
 * now: SPAN_NONE to take it away. */
void graph_put(struct graph *g, enum table table, struct span key,
    struct span old, struct span now);

/* A run of the table, in memory from now on; or as it is there. */
struct graph_run *graph_get(struct graph *g, uint32_t number);
void graph_runs_flush(struct graph *g);

#endif
