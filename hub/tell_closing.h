/*
 * Telling all that link to a site that it closes: when that is announced, and
 * when it is called off.
 *
 * A pass goes through the sites, one after the other, in steps. Who links to
 * what is there now gets letters: each address, from when on it is gone, and of
 * the home page what the closing named to turn to. What is gone already, or
 * moves until then, has a letter of its own that says more. Said otherwise (its
 * time, its successor) it is told again; called off, to whom it was told. When
 * the site is retired, what it had is withdrawn, and told as that (tell_site.h).
 *
 * What was told stands in referrals of the closing (referral_closing()): for
 * what sites reply, and for calling it off. Nobody is reminded of them before
 * the site is gone.
 */
#ifndef ZQ_HUB_TELL_CLOSING_H
#define ZQ_HUB_TELL_CLOSING_H

#include <stdbool.h>
#include <stdint.h>

#include "hub/group.h"
#include "hub/journal.h"

/* A closing is announced, or is said otherwise, or is over. */
void tell_closing_queue(struct group *g, uint32_t notice);
bool tell_closing_left(struct db_txn *t);
/* One step; how many pages it took, and one for the step; 0: none is left. */
uint64_t tell_closing_step(struct group *g, const struct entry *e,
    uint64_t most);

/* The announced closing of the site that has this address, as a referral has
 * it; 0: there is none. */
uint32_t tell_closing_at(struct group *g, struct span url);

#endif
