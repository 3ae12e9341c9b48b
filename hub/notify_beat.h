/*
 * The beat outward: a hub that is well says so, to an address and in a file,
 * so that somebody else notices when it doesn't.
 */
#ifndef ZQ_HUB_NOTIFY_BEAT_H
#define ZQ_HUB_NOTIFY_BEAT_H

#include "contrib/base/fetch.h"
#include "hub/config.h"

struct notify_beat {
	const struct config *config;
	struct fetch *fetch;
	struct fetch_request *request;	/* under way, or NULL */
	bool bad;		/* the last one, of which the log knows */
};

void notify_beat_init(struct notify_beat *b, const struct config *c,
    struct fetch *f);
void notify_beat_clear(struct notify_beat *b);
void notify_beat(struct notify_beat *b);

#endif
