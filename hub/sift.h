/*
 * Sifting a batch: which of its changes can be read, what their rows and
 * hashes are, and what there is to complain of.
 *
 * Every change keeps its number: one that can't be read becomes a row that
 * says so. Only a batch that makes no sense as a whole is refused.
 */
#ifndef ZQ_HUB_SIFT_H
#define ZQ_HUB_SIFT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "contrib/base/buf.h"
#include "contrib/base/span.h"
#include "hub/frame.h"
#include "hub/view.h"
#include "protocol/limits.h"

struct sift {
	/* what came of it: until the next batch, and while its frame lives */
	struct span row[LIMIT_BATCH];
	uint8_t hash[LIMIT_BATCH][32];
	size_t count;			/* of both */
	size_t refused, held;		/* not readable; not to be shown */
	bool goes[LIMIT_BATCH];		/* it is withdrawn, and no person
					 * stands for it … */
	size_t withdrawn;		/* … and how many are */
	struct buf complaints;		/* as answer_complain() writes them */
	size_t untold;			/* those that found no room there */
	struct buf why;			/* why the whole makes no sense */

	/* at work */
	struct view *view;
	uint32_t site;
	struct batch head;
	struct buf made;		/* rows of what could not be read */
	size_t made_at[LIMIT_BATCH];	/* … if a row has no address yet */
	struct span host;		/* the last one looked up … */
	struct buf host_why;		/* … and what is wrong with it */
};

void sift_init(struct sift *s);
void sift_clear(struct sift *s);

/* f is at its first change. False: why. */
bool sift_batch(struct sift *s, struct view *v, uint32_t site,
    struct frame_batch *f);

/* A site's clock may say anything: brought within 1970 and 9999, ms. */
int64_t sift_time(int64_t now);
/* … what it shows by now: it isn't slow by what the batch has waited here. */
int64_t sift_clock(const struct frame_batch *f);

#endif
