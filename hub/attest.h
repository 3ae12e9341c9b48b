/*
 * Attest: what a comparison came to becomes an act of the journal, a line of
 * the log, a count; and, when it is durable and shown, is told to operators
 * who asked for it.
 *
 * Agents reconcile as often as they like, but don't fill the journal with
 * it: that all is the same still is written once a minute at most, unless an
 * operator asked.
 */
#ifndef ZQ_HUB_ATTEST_H
#define ZQ_HUB_ATTEST_H

#include <stdbool.h>
#include <stdint.h>

#include "hub/guests.h"
#include "hub/pending.h"
#include "hub/show.h"
#include "hub/tally.h"

#define ATTEST_PAUSE 60000	/* ms */
#define ATTEST_BEGINS 5		/* comparisons that may come to no end before
				 * a pause: few can go on at a time, and nobody
				 * keeps the others from it */

struct attest {
	uint32_t site;
	char code[24];
	uint64_t incarnation, seq;	/* of this state … */
	uint64_t items;			/* … which the index shows as so many … */
	uint64_t kept;			/* … with these, which the site doesn't
					 * have: an operator refused to
					 * withdraw them */
	bool same;
	bool written;			/* the disk wasn't full */
	struct tally tally;
};

struct attests;
typedef void attest_told_fn(void *arg, const struct attest *a);

/* Keeps the first three. There is new work in `pending` when on_work is
 * called. told is called for sites of which GUEST_PROVE is wanted. */
struct attests *attests_new(struct guests *g, struct pending_queue *pending,
    struct show *show, void (*on_work)(void *arg), void *work_arg,
    attest_told_fn *told, void *arg);
void attests_free(struct attests *a);		/* nobody is told */

/* Takes what is in the tally. GUEST_PROVE is not wanted any more, unless
 * something differs and the items were not listed: it was wanted too late. */
void attest_put(struct attests *a, struct attest *what);

/* ms until this site may be compared item by item again, if last time
 * something differed and no operator asks, or if it begins and doesn't end;
 * 0: now. */
uint32_t attest_pause(const struct guest *g);

#endif
