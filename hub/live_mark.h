/*
 * A mark: how far somebody has heard of what is live (live.h), which is what
 * his page was made with, or what was told since: "1763780000000.4711".
 */
#ifndef ZQ_HUB_LIVE_MARK_H
#define ZQ_HUB_LIVE_MARK_H

#include <stdbool.h>
#include <stdint.h>

#include "contrib/base/buf.h"
#include "contrib/base/span.h"

struct live_mark {
	uint64_t version;	/* of the overview; 0: tell all cells */
	uint64_t news;		/* query_now_news(); 0: not known */
};

/* False, and zeros: it isn't one. A version alone is. */
bool live_mark_parse(struct live_mark *m, struct span text);
void live_mark_put(struct buf *b, const struct live_mark *m);

#endif
