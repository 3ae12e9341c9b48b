/*
 * Links that were found, kept in memory: a question to the link graph must
 * be over before anything is written.
 */
#ifndef ZQ_HUB_TELL_HITS_H
#define ZQ_HUB_TELL_HITS_H

#include <stdbool.h>
#include <stdint.h>

#include "contrib/base/buf.h"
#include "hub/links.h"
#include "protocol/mending.h"

#define TELL_HITS_MOST 2000	/* pages of one site and address that are
				 * named; the others are told of when these
				 * are mended */

struct tell_hit {
	uint32_t site, item;
	uint64_t more;
	uint32_t line;
	enum link_kind kind;
	struct span to;
};

/* A link of a target with this verdict: does it mean what stands there now?
 * Of what has moved, and whose place went to something else: if the page was
 * pushed since then, and was not last changed long before (an agent that has
 * lost all says all again). Nobody is told of such a link. Pages that are alike
 * mean the same: that only if all of them were. */
bool tell_hits_is_meant(struct db_txn *t, const struct target_verdict *v,
    const struct link_hit *h);

void tell_hits_put(struct buf *rows, const struct link_hit *h);
void tell_hits_write(struct buf *row, const struct tell_hit *h);
/* The next one; false: no more. The span lives as long as the rows. */
bool tell_hits_next(struct span *rows, struct tell_hit *h);

/* How many pages these are: one that has several of the links counts once. */
uint64_t tell_hits_pages(struct span rows);
/* How many pages of a site link there, each once, as move show counts them;
 * if that is too much to count, at least those of these rows. */
uint64_t tell_hits_count(struct db_txn *t, enum rewrite_scope scope,
    struct span url, uint32_t site, struct span rows);

/* The page as a letter names it; its address is put into room. False: there
 * is no such page any more. */
bool tell_hits_page(struct db_txn *t, const struct tell_hit *h,
    struct buf *room, struct mending_page *page);

#endif
