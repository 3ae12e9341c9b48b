/*
 * The link graph inside a group: what a page's turn does to runs, targets and
 * posting lists.
 *
 * How many pages have a run is kept in memory until graph_flush(), for the
 * runs of a navigation change with every page. All else is written at once.
 * When a run dies, and its targets with it, is a function of the order of
 * the journal, never of where groups end.
 */
#ifndef ZQ_HUB_GRAPH_H
#define ZQ_HUB_GRAPH_H

#include <stdbool.h>
#include <stdint.h>

#include "hub/group.h"
#include "hub/run.h"
#include "hub/target_row.h"

struct graph {
	struct post post;	/* into TABLE_LINK */
	struct map by_key, by_number;	/* struct graph_run */
	struct buf row, old, room, url;	/* to work in */
	struct buf was;		/* an item's address before its turn … */
	bool was_there;		/* … and whether it was there */
	struct buf out;		/* the row of a page's runs */
	struct graph_list {
		uint32_t *at;
		size_t n, room;
	} has, had;		/* runs of a page, after and before */
	uint64_t edges;		/* that were made or ended, so far */
};

/* Runs in memory, up to which a group goes on without writing them. */
#define GRAPH_RUNS 32768
#define GRAPH_STAMP 1		/* of an item's postings: their order is that
				 * of items */

struct graph *graph_new(void);
void graph_free(struct graph *graph);
void graph_forget(struct graph *graph);	/* what the group had */
/* Writes what is in memory; may be done at any time. */
void graph_flush(struct group *g);

/* Puts a row and keeps the sum over all rows of the graph (meta.h). old: the
 * row that is there, or SPAN_NONE; now: SPAN_NONE to take it away. */
void graph_put(struct group *g, enum table table, struct span key,
    struct span old, struct span now);

/* --- runs (graph_run.c) ------------------------------------------------------------ */

struct graph_run {
	struct run run;		/* without links */
	bool dirty;
	bool fresh;		/* made for a page that is not counted yet */
};

/* The run of this piece; it is made, if it is not there, for this page. */
struct graph_run *graph_run_of(struct group *g, uint32_t site,
    const struct run_piece *p, uint32_t item, int64_t at);
struct graph_run *graph_run_get(struct group *g, uint32_t number);
/* A page has it, or has it no more: which may be its end. */
void graph_run_join(struct group *g, uint32_t number, uint32_t item);
void graph_run_leave(struct group *g, uint32_t number, uint32_t item);
void graph_runs_flush(struct group *g);
void graph_runs_forget(struct graph *graph);

/* --- targets (graph_target.c) -------------------------------------------------------- */

/* The targets of a run, each once. */
struct graph_targets {
	struct target_key key[RUN_MOST];
	uint8_t link[RUN_MOST];		/* the first that leads there */
	size_t n;
};
void graph_targets_add(struct graph_targets *t, size_t link,
    struct span url);

/* A run has these targets, from now on or no more. */
void graph_targets_join(struct group *g, const struct graph_targets *t,
    const struct run_piece *p, const struct run *run, int64_t at);
void graph_targets_leave(struct group *g, const struct graph_targets *t,
    const struct run *run);
/* Judges it again, if anybody links to it; it is of this key. */
void graph_target_look(struct group *g, const struct target_key *k,
    int64_t at);

#endif
