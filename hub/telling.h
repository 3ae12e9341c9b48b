/*
 * Telling: who links to what was moved, or is gone, gets letters.
 *
 * Three ways lead here. A move that is announced, takes effect, or is called
 * off has to be told to all that refer to it: first their links are
 * gathered, target by target, then each site gets its letters, and the one
 * whose move it is is told how many they were. And single news (links.h): a
 * target that is broken now, a page that links to one, a link that is gone:
 * these are owed to their sites, gathered for TELL_OWED_PAUSE, and told
 * together.
 *
 * Moves that follow on one another (A to B, later B to C) are one matter for
 * whoever links to A: the referral of the first one, which leads from there.
 * When the second takes effect, or is taken back, what A moved to has moved on:
 * that is news of A (links.h), and each site that links there gets one more
 * letter, of just these links, with where A is now. Before that the first
 * letter is true. The second move's referrals are of links to B.
 *
 * Of two that change places each old address is a living page. Who links there
 * is told as ever; but a page that is pushed after that means what is there
 * then: nothing is asked of it, and a referral is done with when all its links
 * are on such pages (tell_links.h, tell_hits.h). If what came there is gone
 * later, it is gone like anything else: no redirect answers in its place.
 *
 * The third: the closing of a site is told ahead, or called off, to all that link to
 * what it has (tell_closing.h).
 *
 * Besides that, a move that waits for a word (its other end's, or an
 * operator's) is told to who can give it (tell_ends.h).
 *
 * Only a few rows are written where it happens. All else is done by acts
 * {"do":"tell","most":N}, N pages each, so that what sites say goes on in
 * between; background.h has the hub write them. What was told stands in
 * referrals (referral.h).
 */
#ifndef ZQ_HUB_TELLING_H
#define ZQ_HUB_TELLING_H

#include <stdbool.h>
#include <stdint.h>

#include "hub/act_read.h"
#include "hub/move.h"
#include "protocol/statement.h"

#define TELLING_SOME 1000	/* pages that one act tells of */

/* A move has changed (moved.h). */
void telling_move(struct group *g, const struct move *before,
    const struct move *now);

/* Is anything to be told by now? */
bool telling_is_due(struct db_txn *t, int64_t now);
act_read_fn telling_act;

/* What a site's people say to a letter. NULL, or why it can't be followed. */
const char *telling_reply(struct group *g, const struct entry *e,
    const struct statement_reply *r);

#endif
