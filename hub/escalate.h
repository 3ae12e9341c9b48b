/*
 * Letters about links that nobody answers go on: from the pages, which the
 * first one named, to their columns, to the site as a whole, and to the site
 * that it belongs to.
 *
 * Nobody answers: the letter was not fetched; or it was, its time has come,
 * and neither was anything mended nor did anybody say that it will be, or
 * refuse. How long each step waits is the hub's setting. Which referrals have
 * waited for so long is found by escalate_next(); the step is an act
 * {"do":"escalate"}, for one site, with the times it is judged by.
 */
#ifndef ZQ_HUB_ESCALATE_H
#define ZQ_HUB_ESCALATE_H

#include <jansson.h>
#include <stdbool.h>
#include <stdint.h>

#include "contrib/base/db.h"
#include "hub/act_read.h"
#include "hub/referral.h"

struct escalate_times {		/* ms since it was told; 0: not this step */
	int64_t wait[REFERRAL_LEVELS];
};

/* The first site from *site on (then it is that one) of which something is to
 * go on; *site is counted on by `most` at most, and false: none of these.
 * The act is the caller's. */
bool escalate_next(struct db_txn *t, const struct escalate_times *times,
    int64_t now, uint32_t most, uint32_t *site, json_t **act);

act_read_fn escalate_act;

#endif
