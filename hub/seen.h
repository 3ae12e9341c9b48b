/*
 * Seen: what the check has found at addresses inside of the cluster that no
 * agent can judge: of a site that has none, or of what its sources don't
 * cover. Such an address is looked at as a stranger's is (checked.h). From the
 * moment an agent covers it that agent's word alone counts, whatever was seen.
 *
 * The link graph knows nothing of it, its row stays TARGET_UNKNOWN. Who links
 * to what was seen to be gone is told, and whose it is; later than it is
 * listed, for a letter is more than a line in a list: a page that is an error
 * page by its looks alone must have looked so as long as one that is gone.
 */
#ifndef ZQ_HUB_SEEN_H
#define ZQ_HUB_SEEN_H

#include <stdbool.h>

#include "contrib/base/db.h"
#include "contrib/base/span.h"
#include "hub/checked.h"
#include "hub/target.h"

/* Is it the check's to judge, and no agent's? */
bool seen_is_asked(enum target_state s);
/* Does what was seen here still count? False: an agent has its word. */
bool seen_counts(struct db_txn *t, const struct checked *c);

/* Is this worth a letter? By the row alone, as it was at its last look. */
bool seen_is_grave(const struct checked *c);
/* Has the check found that it is broken, gravely, where no agent can say? c
 * (may be NULL) lives as a get's (db.h). */
bool seen_gone(struct db_txn *t, enum target_state s, struct span url,
    struct checked *c);
/* What was seen here is grave now, or isn't any more: puts that as news. */
void seen_turned(struct db_txn *t, struct span url);

#endif
