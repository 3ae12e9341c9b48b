/*
 * Where a site stands in the journal: what was taken of it, up to which
 * number, and who spoke last. One row, kept in the same transaction as the
 * site's entries. Rows that version 0.1 wrote are read.
 */
#ifndef ZQ_HUB_POSITION_H
#define ZQ_HUB_POSITION_H

#include <stdbool.h>
#include <stdint.h>

#include "contrib/base/buf.h"
#include "contrib/base/span.h"
#include "protocol/limits.h"

#define POSITION_AGENT 32	/* "zqagentd/0.1.0", cut to fit, and a NUL */
#define POSITION_FEATURES 192	/* whole words that fit, and a NUL */
#define POSITION_TROUBLE 512	/* a sentence, cut to fit, and a NUL */
#define POSITION_OLDER 15	/* incarnations; one more is `before` */

/* Where a site stands: kept in the same transaction as its entries. */
struct position {
	uint64_t incarnation;	/* 0: nothing was ever taken */
	uint64_t before;	/* the one given up for it; 0: none. Whoever
				 * comes back with that is forked */
	uint64_t last;		/* seq of the last change taken */
	uint64_t head;		/* the last seq the site said it has */
	int64_t heard;		/* ms, hub time of the last batch; coarse, see
				 * JOURNAL_HEARD */
	int64_t skew;		/* ms, site clock minus hub clock */
	uint64_t place;		/* of its last entry */
	char agent[POSITION_AGENT];	/* the version it last named */
	uint8_t recent[LIMIT_RECENT][32];	/* change hashes of the last
				 * few; [seq % LIMIT_RECENT] */

	/* Since version 0.2; of an older row: nothing, 0. */
	uint64_t instance;	/* of the agent's process, in the last batch;
				 * 0: it named none */
	uint64_t instance_before;	/* the other one before that */
	uint64_t held;		/* withdrawals that wait for a person there */
	int64_t withdrew_since;	/* ms, hub time: since when withdrawals are
				 * counted … */
	uint64_t withdrew;	/* … that no person stands for */
	char features[POSITION_FEATURES];	/* that it last named */
	uint64_t older[POSITION_OLDER];	/* given up before `before`, the
				 * newest first; 0: none */
	char trouble[POSITION_TROUBLE];	/* what keeps the agent from being in
				 * step, in its words; "": nothing */
	bool needs_snapshot;	/* its spool overflowed, or it tells all anew,
				 * and no proof has said since that all is
				 * here */
};

/* See position_read() for the other side. */
void position_write(struct buf *b, const struct position *p);
/* p is zeros. Our own file: what doesn't decode is fatal(). */
void position_read(struct position *p, struct span row);

/* The words, and zeros up to the end of the room; only zeros, if they don't
 * fit. */
void position_put_words(char *to, size_t room, struct span words);

/* Another incarnation speaks for the site from now on. */
void position_give_up(struct position *p, uint64_t for_this);
/* Has the site given this one up before? Remembered are the last sixteen:
 * whoever comes back with one of them is an old copy. */
bool position_gave_up(const struct position *p, uint64_t incarnation);

#endif
