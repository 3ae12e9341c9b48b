/*
 * Hits on former domains, kept: which old addresses people still come to, how
 * often, and from where. The web part counts them (former.h) and tells the
 * core once a minute; they are an act, so that a restart loses none.
 *
 *	{"do":"former","rows":[{"url":U,"to":U,"from":U,"count":N,
 *	 "status":308}, …]}	so many more of each
 *
 * There are HITS_MOST rows; a new one takes the place of the least hit.
 */
#ifndef ZQ_HUB_HITS_H
#define ZQ_HUB_HITS_H

#include <event2/event.h>
#include <stdbool.h>
#include <stdint.h>

#include "contrib/base/db.h"
#include "contrib/base/span.h"
#include "hub/act_read.h"

#define HITS_MOST 1000
#define HITS_ROWS 200		/* of one act */

struct hits_row {
	struct span url, to;	/* to: where it led; or empty */
	struct span from;	/* the newest page that had the link; or empty */
	uint64_t count;
	int64_t last;		/* ms */
	int status;		/* 308 or 410 */
};
/* In no order. Spans live as a get's; false: stop. */
typedef bool hits_fn(void *arg, const struct hits_row *r);
void hits_each(struct db_txn *t, hits_fn *each, void *arg);

act_read_fn hits_act;

#endif
