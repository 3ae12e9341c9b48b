/*
 * Runs: pieces of a page's list of links.
 *
 * A list is cut where what stands in it says so (a hash of the link), into
 * runs of 4 to 32 links. So the navigation that stands on 59,000 pages is cut
 * alike on all of them, wherever it begins, and is kept once: a run with
 * 59,000 pages. What a page has for itself is a run or two of its own.
 *
 * A run is (site, addresses, kinds); a page has, of each, its number and the
 * lines. Numbers are given again when a run's last page goes.
 */
#ifndef ZQ_HUB_RUN_H
#define ZQ_HUB_RUN_H

#include <stdbool.h>
#include <stdint.h>

#include "contrib/base/buf.h"
#include "contrib/base/db.h"
#include "contrib/base/span.h"
#include "hub/table.h"
#include "protocol/change.h"

#define RUN_LEAST 4		/* links; the last of a page may have fewer */
#define RUN_MOST 32

struct run {
	uint32_t number, site;
	bool shared;		/* more than one page has it, or had */
	uint64_t pages;		/* that have it */
	uint32_t item;		/* the one, unless shared */
	uint8_t key[TABLE_DIGEST];
	struct span links;	/* see run_link_next() */
};

bool run_get(struct db_txn *t, uint32_t number, struct run *r);
void run_write(struct buf *row, const struct run *r);

struct run_link {
	enum link_kind kind;
	uint32_t after;		/* lines after the run's first link, as on the
				 * page that had the run first */
	struct span to;		/* into the reader's own room */
};

struct run_reader {
	struct span rest;
	char to[4096];		/* addresses stand as what differs from the
				 * one before */
	size_t n;
	bool begun;
};

void run_read(struct run_reader *r, struct span links);
bool run_link_next(struct run_reader *r, struct run_link *l);

#endif
