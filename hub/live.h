/*
 * Live: what changes on the overview, told to open pages as it does
 * (server-sent events, https://html.spec.whatwg.org/multipage/
 * server-sent-events.html).
 *
 *	event: cells	data: [["4101000001","down",1763780000000], …]
 *	event: sums	data: {"up":9999,"down":1,…,"taken":120,"lag":0}
 *	event: news	something else changed that pages show: alerts, notices
 *	event: sites	the set of sites did: read the page anew
 *	event: beat	every 10 s, so that a page knows that it is live
 *
 * Each event of the first two has as its id a mark (live_mark.h), and so has a
 * page: who comes, or comes back, with it is told what he missed, also that
 * there are other sites now. A stream ends after some minutes: the browser
 * comes again, and is who it is then. It ends before that when it is no longer
 * for him: nothing is told then any more.
 */
#ifndef ZQ_HUB_LIVE_H
#define ZQ_HUB_LIVE_H

#include <event2/event.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "contrib/base/span.h"
#include "hub/http.h"
#include "hub/live_mark.h"
#include "hub/overview.h"

struct live;

struct live_calls {
	/* Brings the overview up to date, and returns what stands for all
	 * that is news but no cell. */
	uint64_t (*look)(void *arg);
	/* May who asked this still be told? */
	bool (*may)(void *arg, const struct http_request *r);
};

/* Of `most` streams an address may have as many as are still free
 * (share.h). */
struct live *live_new(struct event_base *base, struct overview *o,
    size_t most, const struct live_calls *calls, void *arg);
void live_free(struct live *l);

/* Answers r, of a reader at this address, with a stream of what is newer than
 * this mark; or refuses: too many are open. */
void live_open(struct live *l, struct http_request *r, struct span address,
    const struct live_mark *after);
void live_end(struct live *l, struct http_request *r);	/* it is gone */

/* Changes taken within the last minute, of all sites. */
uint64_t live_taken(const struct live *l);

#endif
