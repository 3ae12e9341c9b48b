/*
 * What core and check say to each other about home pages: bodies of the
 * frames HOME and HOMED, whose number is the site's. The check part stands in
 * the weather: what comes from it is read as a stranger's.
 */
#ifndef ZQ_HUB_HOME_FRAME_H
#define ZQ_HUB_HOME_FRAME_H

#include <stdbool.h>

#include "contrib/base/buf.h"
#include "contrib/base/span.h"
#include "hub/home.h"

#define HOME_FRAME_MAX 16384	/* bytes */

struct home_frame_ask {		/* HOME; spans live as long as the body */
	struct span host;	/* the first of its domains, in normal form */
	struct span etag, modified;	/* of the last look; or empty */
	enum home_ways {	/* that are tried */
		HOME_BOTH,	/* https, and http if that gives nothing */
		HOME_SECURE,	/* it has answered by https */
		HOME_PLAIN,	/* it has not, an hour ago or less */
	} ways;
	bool missing;		/* ask for a path that can't exist as well */
};
void home_frame_ask_write(struct buf *b, const struct home_frame_ask *f);
bool home_frame_ask_read(struct home_frame_ask *f, struct span body);

struct home_frame_seen {	/* HOMED */
	struct span etag, modified;
	struct home_look *look;
};
void home_frame_seen_write(struct buf *b, const struct home_frame_seen *f);
/* Into f->look, which is the caller's. */
bool home_frame_seen_read(struct home_frame_seen *f, struct span body);

#endif
