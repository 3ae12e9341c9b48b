/*
 * From a target to its runs, from a run to its pages: for the questions to
 * the link graph.
 */
#ifndef ZQ_HUB_LINKS_WALK_H
#define ZQ_HUB_LINKS_WALK_H

#include <stdbool.h>
#include <stdint.h>

#include "contrib/base/buf.h"
#include "contrib/base/db.h"
#include "hub/meta.h"
#include "hub/run.h"
#include "hub/target_row.h"

/* Steps that it costs to look at a target, a run, a page, a shelf. */
enum { STEP_TARGET = 16, STEP_RUN = 32, STEP_PAGE = 16, STEP_SHELF = 8 };

struct links_walk {
	struct db_txn *txn;
	struct meta meta;
	uint32_t site;		/* only what links from there; 0: all */
	int64_t *steps;
	const struct target_key *key;	/* of the target in hand */
	const struct target *target;
	struct buf place;		/* its place; as far as all addresses
					 * that have it begin alike */
};

void links_walk_begin(struct links_walk *w, struct db_txn *t, uint32_t site,
    int64_t *steps);
void links_walk_end(struct links_walk *w);
static inline bool
links_walk_goes_on(const struct links_walk *w)
{
	return *w->steps >= 0;
}

/* Takes a target in hand; both are kept. */
void links_walk_target(struct links_walk *w, const struct target_key *k,
    const struct target *t);
/* Does this address lead to it? */
bool links_walk_is_it(const struct links_walk *w, struct span to);

/* Runs that have it, of w->site or of all, newest site first. False: stopped,
 * by the callback or by the purse. */
typedef bool links_run_fn(void *arg, const struct run *r);
bool links_walk_runs(struct links_walk *w, links_run_fn *each, void *arg);
/* Pages that have the run, highest number first, at most so many. */
typedef bool links_page_fn(void *arg, uint32_t item);
bool links_walk_pages(struct links_walk *w, const struct run *r,
    uint64_t most, links_page_fn *each, void *arg);

#endif
