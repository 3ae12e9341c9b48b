/*
 * Refusals, in a proof: what an operator refused to withdraw stays in the
 * index, and its site doesn't have it. That is settled, on both sides; so the
 * two are the same but for that, and a proof doesn't ask the site for it again.
 */
#ifndef ZQ_HUB_REFUSAL_H
#define ZQ_HUB_REFUSAL_H

#include <stdbool.h>
#include <stdint.h>

#include "contrib/base/db.h"
#include "hub/stand.h"

#define REFUSAL_LOOKED 200000	/* rows of a site that are looked at: a tenth
				 * of a second, and less if none is refused */

/* Is this the sum of what the index shows of a site, without what is there
 * only because an operator refused to withdraw it, dismissed or not? *kept
 * becomes how many that are. */
bool refusal_explains(struct db_txn *t, const struct stand *s,
    const uint8_t sum[32], uint64_t *kept);

#endif
