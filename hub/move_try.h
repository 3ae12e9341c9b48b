/*
 * Trying a move: one of its addresses is asked for over the network, as a
 * reader would, and this is what came of it.
 *
 * Before its time it is the new address that has to answer; after that the
 * old one, which has to lead there for good. What is there has to be what has
 * moved, as far as that is known (move_known.h): a home page or another
 * article is alive, and the wrong end of a link.
 */
#ifndef ZQ_HUB_MOVE_TRY_H
#define ZQ_HUB_MOVE_TRY_H

#include <stdbool.h>
#include <stdint.h>

#include "contrib/base/buf.h"
#include "contrib/base/span.h"
#include "hub/move_known.h"
#include "hub/trail.h"

#define MOVE_TRY_SAID 512

struct move_try {
	bool blind;		/* it could not be looked at: that says
				 * nothing of the move */
	bool answered;		/* something did … */
	uint32_t status;	/* … with this in the end */
	bool led;		/* for good, to what was wanted */
	bool other;		/* but what is there says that it is missing,
				 * for sale, or the like … */
	bool unlike;		/* … or that it is another page than before */
	char said[MOVE_TRY_SAID];	/* in a few words, English: it goes
					 * into the journal */
};

/* wanted: where it has to lead. */
void move_try_judge(struct move_try *m, const struct trail *t,
    struct span wanted, const struct move_known *known);
/* ahead: it was the new address that was asked, before the time, or because
 * the old one is another's new one. Of what is blind neither this … */
bool move_try_is_good(const struct move_try *m, bool ahead);
/* … nor this is true: whoever followed it would find nothing. */
bool move_try_is_dead(const struct move_try *m);

/* Frames between the core and the check part: TRY and TRIED. What was read
 * lives as long as the body. */
struct move_try_ask {
	struct span asked, wanted;
	struct move_known known;
};
void move_try_ask_write(struct buf *b, const struct move_try_ask *a);
bool move_try_ask_read(struct move_try_ask *a, struct span body);
void move_try_write(struct buf *b, const struct move_try *m);
bool move_try_read(struct move_try *m, struct span body);

#endif
