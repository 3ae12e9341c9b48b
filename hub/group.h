/*
 * A group: the entries that are applied to the view in one transaction, and
 * what is kept in memory until it ends: totals, standings, counts of
 * columns, and changes to posting lists.
 *
 * Nothing of a group is anywhere but here before group_commit() returns
 * DB_OK; after anything else it has never been.
 */
#ifndef ZQ_HUB_GROUP_H
#define ZQ_HUB_GROUP_H

#include <stdbool.h>
#include <stdint.h>

#include "contrib/base/buf.h"
#include "contrib/base/db.h"
#include "contrib/base/span.h"
#include "hub/map.h"
#include "hub/meta.h"
#include "hub/post.h"
#include "hub/stand.h"
#include "hub/word.h"

struct graph;
struct rewrite;

struct group {
	struct db_txn *txn;	/* NULL outside of one */
	struct meta meta;
	size_t work;		/* that acts caused: items that they changed */
	struct stands stands;
	struct map columns;	/* by their term */
	struct post post;
	struct terms was, is;	/* of an item, before and after */
	struct graph *graph;	/* of links (graph.h) */
	struct buf row, said, why;	/* to work in */
	char host[256];		/* the last one looked up … */
	size_t host_n;		/* 0: none */
	uint32_t host_site;	/* … and whose it is; 0: nobody's */
	struct rewrite *rules;	/* of the moves; NULL: not asked for yet … */
	struct rewrite *effective;	/* … and of those in effect */
};

void group_init(struct group *g);
void group_clear(struct group *g);
void group_begin(struct group *g, struct db *db);
enum db_result group_commit(struct group *g);
void group_abort(struct group *g);

struct stand *group_stand(struct group *g, uint32_t site);

/* One more (or less) item of this column. */
void group_column(struct group *g, uint32_t site, struct span name, int by);

/* Whose is this host? Remembers the last answer. */
uint32_t group_host(struct group *g, struct span host);
void group_forget_host(struct group *g);

/* The moves that count (move_counts()), as rules: also those whose time is to
 * come. Kept from group to group, until a move changes. */
const struct rewrite *group_rules(struct group *g);
/* Those that have taken effect, for ever: ask it with INT64_MAX. It is the
 * state that says whether one has, and not a clock, which may be put back. */
const struct rewrite *group_effective(struct group *g);
void group_forget_rules(struct group *g);

/* Adds to the record: what kind of thing, and its bytes. */
void group_record(struct group *g, const char *what, struct span bytes);
/* An item's row was put, or went: keeps the sum. */
void group_sum(struct group *g, uint32_t item, struct span row, bool there);

#endif
