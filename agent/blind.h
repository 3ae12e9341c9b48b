/*
 * Blind spots: paths below a source's root that are there and can't be
 * looked at, or can't be told: a link that leaves the root, a directory
 * without permission, a file too deep. Links to what may be behind them can't
 * be judged, so a cover (covers.h) leaves just these out.
 *
 * There are few of them, or the site is better off with an `exclude`: over
 * BLIND_MOST only that there are more is known.
 */
#ifndef ZQ_AGENT_BLIND_H
#define ZQ_AGENT_BLIND_H

#include <stdbool.h>
#include <stddef.h>

#include "contrib/base/buf.h"

#define BLIND_MOST 64

struct blind {			/* all 0: sees everything */
	char *path[BLIND_MOST];	/* in their order, each once */
	size_t count;
	bool more;		/* others, or one that no pattern can name */
};

void blind_add(struct blind *b, const char *path);
void blind_join(struct blind *b, const struct blind *other);
void blind_clear(struct blind *b);	/* sees everything */

/* As patterns of a source's filter, in the form of a cover: blanks between
 * them, %20 for a blank. */
void blind_put(struct buf *patterns, const struct blind *b);

#endif
