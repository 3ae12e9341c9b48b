/*
 * Hits on former domains, kept: which old addresses people still come to, how
 * often, and from where. The web part counts them (former.h) and tells the
 * core once a minute; they are an act, so that a restart loses none. What no
 * report had when the web part ends waits in a file (web_hits.c).
 *
 *	{"do":"former","rows":[{"url":U,"to":U,"from":U,"count":N,
 *	 "status":308, "never":false}, …]}	so many more of each
 *
 * There are HITS_MOST rows; a new one takes the place of the least hit.
 * Addresses of which nothing is known (never) have HITS_NEVER_MOST of their
 * own: whoever tries many of them displaces only others of that kind.
 */
#ifndef ZQ_HUB_HITS_H
#define ZQ_HUB_HITS_H

#include <event2/event.h>
#include <jansson.h>
#include <stdbool.h>
#include <stdint.h>

#include "contrib/base/db.h"
#include "contrib/base/span.h"
#include "hub/act_read.h"

#define HITS_MOST 1000
#define HITS_NEVER_MOST 200
#define HITS_ALL (HITS_MOST + HITS_NEVER_MOST)
#define HITS_ROWS 200		/* of one act */

struct hits_row {
	struct span url, to;	/* to: where it led; or empty */
	struct span from;	/* the newest page that had the link; or empty */
	uint64_t count;
	int64_t last;		/* ms */
	int status;		/* 308, 410 or 404 */
	bool never;		/* nothing that is known of was ever there */
};

/* One of "rows", all but `last`; spans live as long as o. False: it makes no
 * sense. */
bool hits_read(struct hits_row *h, const json_t *o);

/* Which row makes room for a new one: each is shown, and `least` set to it
 * whenever that is answered with true: it is of the new one's kind. */
struct hits_room {
	bool never;		/* of the new one */
	uint64_t count;		/* of the least so far */
	size_t seen, nevers;
	size_t least;		/* the caller's */
};
bool hits_room_see(struct hits_room *r, bool never, uint64_t count);
bool hits_room_is_full(const struct hits_room *r, size_t rows);

/* In no order. Spans live as a get's; false: stop. */
typedef bool hits_fn(void *arg, const struct hits_row *r);
void hits_each(struct db_txn *t, hits_fn *each, void *arg);

act_read_fn hits_act;

#endif
