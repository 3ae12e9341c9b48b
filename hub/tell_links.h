/*
 * Of the links to what a move is about, those that it concerns: that are moved
 * by it, and not by another rule, for this address alone or a longer prefix;
 * and that mean what has moved. Where two addresses have changed places, what
 * links there since then means it as it stands (tell_hits.h).
 *
 * For a walk through links target by target, as links_to() goes.
 */
#ifndef ZQ_HUB_TELL_LINKS_H
#define ZQ_HUB_TELL_LINKS_H

#include <stdbool.h>
#include <stdint.h>

#include "contrib/base/buf.h"
#include "hub/group.h"
#include "hub/links.h"
#include "hub/move.h"

struct tell_links {
	struct db_txn *txn;
	const struct rewrite *rules;	/* that count … */
	int64_t when;			/* … at this time */
	uint32_t move;
	struct buf url;			/* the target that it is at; empty:
					 * none yet */
	struct target_verdict to;	/* what has become of it */
};

/* Keeps g, whose rules must stay as they are. at: ms, now. What leads where
 * goes by the move's state, and not by the clock, which may have been put back
 * since it took effect. */
void tell_links_begin(struct tell_links *l, struct group *g,
    const struct move *m, int64_t at);
void tell_links_end(struct tell_links *l);
bool tell_links_is_at(const struct tell_links *l, struct span url);
/* At another target. */
void tell_links_turn(struct tell_links *l, struct span url);
/* Of a link to this target: does it wait to be changed; and is there
 * something to be told of it: does it move now, and wasn't gone before? */
bool tell_links_waits(const struct tell_links *l, const struct link_hit *h);
bool tell_links_is_told(const struct tell_links *l,
    const struct link_hit *h);

/* Does any link of this site wait for the move? Yes, if there are too many to
 * be looked through. */
bool tell_links_left(struct group *g, const struct move *m, uint32_t site,
    int64_t at);

/* Of what links to it moves. */
enum rewrite_scope tell_links_scope(const struct move *m);

#endif
