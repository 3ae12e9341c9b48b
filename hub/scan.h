/*
 * A scan: which hashes a site's items have, in some of the 256 buckets of
 * its digest. For when two digests differ, and nowhere else: as long as they
 * are equal nobody looks at items.
 *
 * It goes in slices, each in a short transaction of its own. The view may
 * move on between two of them: whoever asks sees to it that the site's
 * digest is the same in the end, or the scan is for nothing. 20 bytes of
 * memory for each item that is wanted.
 */
#ifndef ZQ_HUB_SCAN_H
#define ZQ_HUB_SCAN_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "hub/view.h"
#include "protocol/digest.h"
#include "protocol/reconcile.h"

struct buckets {		/* a set of them */
	uint8_t bits[DIGEST_BUCKETS / 8];
};

static inline bool
buckets_has(const struct buckets *b, unsigned bucket)
{
	return b->bits[bucket / 8] >> bucket % 8 & 1;
}

static inline void
buckets_add(struct buckets *b, unsigned bucket)
{
	b->bits[bucket / 8] |= (uint8_t)(1u << bucket % 8);
}

struct scan_item {
	uint8_t hash[RECONCILE_HASH];
	uint32_t item;
};

struct scan_list {		/* one bucket's */
	struct scan_item *at;
	size_t n, room;
};

struct scan {
	uint32_t site;
	struct buckets wanted;
	uint64_t left;		/* sort key of the next item; see walk.h */
	bool done;
	struct scan_list list[DIGEST_BUCKETS];
};

void scan_init(struct scan *s);
void scan_clear(struct scan *s);	/* and ready for another */
void scan_begin(struct scan *s, uint32_t site, const struct buckets *wanted);
/* Goes on for about so many ms; true: it is done. */
bool scan_step(struct scan *s, struct view *v, int64_t ms);
/* Of a bucket that was wanted, when it is done: sorted by hash. */
const struct scan_list *scan_bucket(struct scan *s, unsigned bucket);

#endif
