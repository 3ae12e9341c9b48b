/*
 * Covers: what the sources of this site cover, as the hub was told.
 *
 * An address below a cover that its patterns take would be an item if there
 * were anything; so the hub knows that a link to what is none was never
 * right. It is promised only while all that is there can be looked at, and
 * taken back when that ends, when the source is removed or has another
 * address. The store keeps what was told, so that it is told once.
 */
#ifndef ZQ_AGENT_COVERS_H
#define ZQ_AGENT_COVERS_H

#include <stdbool.h>

#include "agent/store.h"
#include "contrib/base/span.h"

struct covers_one {
	struct span source;		/* its name */
	struct span url;		/* ends in a slash */
	/* Blank-separated patterns; a blank inside of one is %20. */
	struct span include, exclude, index;
	bool whole;			/* else: nothing is promised */
};

/* Tells the hub what is new of it, if that can hear it. False: not now, the
 * spool or the disk is full. *told: so many changes. */
bool covers_tell(struct store *s, const struct covers_one *c, size_t *told);

/* Takes back those of sources that are none any more; see covers_tell(). */
typedef bool covers_live_fn(void *arg, struct span source);
bool covers_tell_gone(struct store *s, covers_live_fn *is_live, void *arg,
    size_t *told);

#endif
