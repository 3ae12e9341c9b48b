/*
 * Acts about sites: added, called otherwise, blocked, held because two agents speak with one
 * key and settled, admitted after a late renewal, their domains proven.
 */
#ifndef ZQ_HUB_ACT_SITE_H
#define ZQ_HUB_ACT_SITE_H

#include "hub/act_read.h"

act_read_fn act_site_add, act_site_set, act_site_block, act_site_unblock,
    act_site_admit, act_site_fork, act_site_settle, act_site_begun,
    act_site_settled, act_site_prove;

/* Its row, and whether what it says is held. If that ends, at `at`, what was
 * held for it has its effect. */
void act_site_put(struct group *g, const struct site *s, int64_t at);

#endif
