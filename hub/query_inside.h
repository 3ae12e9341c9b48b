/*
 * What the files of the query share, and no one else needs.
 */
#ifndef ZQ_HUB_QUERY_INSIDE_H
#define ZQ_HUB_QUERY_INSIDE_H

#include <stdbool.h>
#include <stdint.h>
#include <sys/types.h>

#include "contrib/base/buf.h"
#include "contrib/base/db.h"
#include "hub/item.h"
#include "hub/journal.h"
#include "hub/meta.h"
#include "hub/query.h"

struct store {
	char *dir;		/* of the view */
	struct journal *journal;
	bool keeps_journal;	/* it is somebody else's */
	struct db *view;
	dev_t dev;		/* of the file that is open … */
	ino_t ino;		/* … in case another takes its place */
	uint64_t silent;	/* ms */
	int64_t closing;	/* ms that a closing is announced ahead */
	uint64_t moved_looks;	/* a 301 counts, seen so often … */
	int64_t moved_after;	/* … over so many ms */
	bool unheard;		/* see store_unheard() */
};

struct kept {			/* text that lives until the query ends */
	struct kept *next;
	char at[];
};

struct query {
	struct store *store;
	struct db_txn *txn;	/* of the view */
	struct meta meta;
	int64_t now;
	struct kept *kept;
};

/* For tests: over any journal, which stays the caller's. dir is the view's. */
struct store *store_over(struct journal *j, const char *dir,
    struct buf *why);

/* A copy that lives until the query ends. */
struct span query_keep(struct query *q, struct span s);

/* Hands out one entry of the journal; false if there is none. */
bool query_entry(struct query *q, uint64_t place, journal_entry_fn *each,
    void *arg);

/* When the group with this place was shown; CLOCK_NONE: not yet. */
int64_t query_shown(struct query *q, uint64_t place);

/* What the row says, spans in the view. */
void query_fill(struct item_info *i, const struct item *row);

#endif
