/*
 * What core and check say to each other (check_schedule.h, inspect.h): bodies
 * of frames. The check part stands in the weather: what comes from it is read
 * as a stranger's.
 */
#ifndef ZQ_HUB_LOOK_FRAME_H
#define ZQ_HUB_LOOK_FRAME_H

#include <stdbool.h>

#include "contrib/base/buf.h"
#include "contrib/base/span.h"
#include "hub/baseline.h"
#include "hub/outcome.h"

#define LOOK_FRAME_MAX 16384	/* bytes */

struct look_frame_ask {		/* LOOK */
	struct span url, etag, modified;
	bool has_before;	/* the host's home page, when it was well */
	struct baseline before;
};
void look_frame_ask_write(struct buf *b, const struct look_frame_ask *f);
bool look_frame_ask_read(struct look_frame_ask *f, struct span body);

struct look_frame_seen {	/* LOOKED */
	struct span url;
	enum cause cause;
	struct span detail, etag, modified;
};
void look_frame_seen_write(struct buf *b, const struct look_frame_seen *f);
bool look_frame_seen_read(struct look_frame_seen *f, struct span body);

/* HOST */
void look_frame_host_write(struct buf *b, struct span host,
    const struct baseline *now);
bool look_frame_host_read(struct span *host, struct baseline *now,
    struct span body);

#endif
