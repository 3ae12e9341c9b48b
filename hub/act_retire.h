/*
 * Retiring a site for good: it is not let in any more, its domains are free,
 * and all it had is withdrawn.
 *
 * A large site has too much for one transaction, so this is one act that
 * closes the door (retire), and as many as it takes to withdraw (clear).
 * What a site still had under way when the door closed is held.
 *
 * A clear withdraws what the site may not speak of: of a retired one, that is
 * all; of another, what is at a domain that it had to give away.
 */
#ifndef ZQ_HUB_ACT_RETIRE_H
#define ZQ_HUB_ACT_RETIRE_H

#include "hub/act_read.h"

#define ACT_RETIRE_SOME 500	/* items that one clear withdraws … */
#define ACT_RETIRE_LOOK 20000	/* … among so many of all sites … */
#define ACT_RETIRE_LINKS 20000	/* … with about so many links */

act_read_fn act_retire_begin, act_retire_clear;

/* Was a clear not the last that its site needs? Then another, which names no
 * site, goes on. row: for act_retire.c. */
bool act_retire_left(struct db_txn *t, uint32_t *site, struct span *row);

#endif
