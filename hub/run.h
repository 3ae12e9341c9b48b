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
#include <stddef.h>
#include <stdint.h>

#include "contrib/base/buf.h"
#include "contrib/base/db.h"
#include "contrib/base/span.h"
#include "hub/table.h"
#include "protocol/change.h"
#include "protocol/limits.h"

#define RUN_LEAST 4		/* links; the last of a page may have fewer */
#define RUN_MOST 32
#define RUN_ROW_MAX (RUN_MOST * (LIMIT_URL + 16) + 128)

/* --- cutting -------------------------------------------------------------- */

struct run_piece {
	struct link link[RUN_MOST];
	size_t n;
};

/* The next piece of a page's link rows; false: there is none left. */
bool run_cut(struct span *links, struct run_piece *p);
void run_key(uint8_t key[TABLE_DIGEST], uint32_t site,
    const struct run_piece *p);
/* Its lines, each as how far it is from the one before; the first is 0. */
void run_steps(int64_t step[RUN_MOST], const struct run_piece *p);

/* Signed numbers as varints: 0, -1, 1, -2 … */
static inline uint64_t
run_fold(int64_t n)
{
	return (uint64_t)n << 1 ^ (n < 0 ? UINT64_MAX : 0);
}

static inline int64_t
run_unfold(uint64_t n)
{
	return (int64_t)(n >> 1 ^ ((n & 1) != 0 ? UINT64_MAX : 0));
}

/* --- rows ----------------------------------------------------------------- */

struct run {
	uint32_t number, site;
	bool shared;		/* more than one page has it, or had */
	uint64_t pages;		/* that have it */
	uint32_t item;		/* the one, unless shared */
	uint32_t steps;		/* a hash of its lines, on the page that had it
				 * first */
	uint8_t key[TABLE_DIGEST];
	struct span links;	/* see run_link_next() */
};

/* The span lives as what a get hands out (db.h). By its number; or of what
 * was cut. */
bool run_get(struct db_txn *t, uint32_t number, struct run *r);
bool run_find(struct db_txn *t, uint32_t site, const struct run_piece *p,
    struct run *r);
void run_write(struct buf *row, const struct run *r);
/* What stands in links. */
void run_links_write(struct buf *b, const struct run_piece *p);
uint32_t run_steps_hash(const int64_t step[RUN_MOST], size_t n);

struct run_link {
	enum link_kind kind;
	int64_t step;		/* lines, from the link before */
	struct span to;		/* until the next one is read */
};

struct run_reader {
	struct span rest;
	char to[LIMIT_URL];	/* each stands as what differs from the one
				 * before */
	size_t n;
};

void run_read(struct run_reader *r, struct span links);
/* False: there is none left, or the row is damaged. */
bool run_link_next(struct run_reader *r, struct run_link *l);

#endif
