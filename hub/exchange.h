/*
 * An exchange: one comparison of a site's index with what its agent says it
 * has, from the buckets that differ to the names of what is missing
 * (protocol/reconcile.h has the rounds).
 *
 * Begins when two digests were found to differ. A document of hashes is
 * taken whole and compared in steps, none of which keeps the core from its
 * work for long; what is answered stands in `xml` then. Everything is forgotten
 * with it: an exchange that is lost is begun again by the agent, at no other
 * cost than its time.
 */
#ifndef ZQ_HUB_EXCHANGE_H
#define ZQ_HUB_EXCHANGE_H

#include <stdbool.h>
#include <stdint.h>
#include <sys/queue.h>

#include "contrib/base/buf.h"
#include "hub/frame.h"
#include "hub/scan.h"
#include "hub/stand.h"
#include "hub/tally.h"
#include "hub/view.h"

struct exchange {
	LIST_ENTRY(exchange) entry;	/* the owner's */
	uint32_t site;
	uint64_t incarnation, seq;
	uint8_t sum[32];	/* of the agent's digest … */
	uint8_t shown[32];	/* … and of the index's, as it began */
	uint64_t items;		/* of the index */
	int64_t touched;	/* ms, mono: when its agent last said something */
	struct buckets differ, done;
	unsigned due;		/* no bucket below this is taken any more */
	struct scan scan;
	struct tally tally;
	struct buf xml;		/* the answer */

	/* the document in hand */
	bool busy;
	uint64_t number;	/* of its frame; 0: whoever asked has left */
	struct buf body;
	struct frame_reconcile doc;
	bool full;		/* the answer has no room for more */
	unsigned bucket;
	const struct scan_list *ours;	/* its items; NULL: the next bucket's
					 * turn … */
	const uint8_t *theirs;		/* … and its hashes, so many */
	size_t count, i, j;		/* seen of theirs, of ours */
};

/* Of what round two says, against how the site stands; listed: an operator
 * wants the names. */
struct exchange *exchange_new(const struct frame_reconcile *f,
    const struct stand *s, const struct buckets *differ, bool listed);
void exchange_free(struct exchange *e);

/* Is it of the same state as the one that is under way? */
bool exchange_fits(const struct exchange *e, const struct reconcile *r);

/* A FRAME_RECONCILE of hashes, which is copied. False: it has buckets that
 * were not asked for, or not in their order. */
bool exchange_take(struct exchange *e, uint64_t number, struct span body);

enum exchange_step {
	EXCHANGE_MORE,		/* to do */
	EXCHANGE_ANSWERED,	/* xml is whole */
	EXCHANGE_MOVED,		/* the index is another one meanwhile */
};
/* For about so many ms. */
enum exchange_step exchange_step(struct exchange *e, struct view *v,
    int64_t ms);

/* Of the last document of hashes: were all buckets told? */
bool exchange_is_whole(const struct exchange *e);

/* The names of what is missing: xml is whole. */
void exchange_names(struct exchange *e, struct view *v,
    struct frame_reconcile *f);

#endif
