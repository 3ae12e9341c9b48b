/*
 * Danger: targets that no agent judges (seen.h), most of them outside of the
 * cluster, and that a reader must not be sent to, as the check has seen them:
 * another owner, for sale, what no public body links to. All that link there
 * are told, at once, and again when it is over.
 *
 * What is the matter with a host is so for all of its addresses, until the
 * one it was seen at is seen to be well.
 */
#ifndef ZQ_HUB_DANGER_H
#define ZQ_HUB_DANGER_H

#include <stdbool.h>

#include "contrib/base/db.h"
#include "contrib/base/span.h"
#include "hub/outcome.h"
#include "hub/target.h"

#define DANGER_TOLD 2000	/* addresses of one host that are told of at
				 * once; the others as they are looked at */

struct danger {			/* spans live as a get's (db.h) */
	enum cause cause;
	struct span url;	/* where it was seen */
	struct span detail;	/* a stranger's words */
};

/* False: nothing is known against it. d may be NULL. */
bool danger_of(struct db_txn *t, const struct target_key *k,
    struct danger *d);
/* What a look at this address, a normal form, has come to. Puts news of what
 * has turned. */
void danger_set(struct db_txn *t, const struct danger *d);
void danger_clear(struct db_txn *t, struct span url);

#endif
