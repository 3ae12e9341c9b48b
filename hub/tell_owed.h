/*
 * What is owed to sites: targets that their pages link to, or that are their
 * own, and that have turned. It waits for TELL_OWED_PAUSE from the first of
 * them on, and is told together (tell_site.h).
 */
#ifndef ZQ_HUB_TELL_OWED_H
#define ZQ_HUB_TELL_OWED_H

#include <stdbool.h>
#include <stdint.h>

#include "contrib/base/buf.h"
#include "hub/group.h"
#include "hub/target.h"

#define TELL_OWED_PAUSE 10000	/* ms that news wait, for more, and for all to
				 * be well again */
#define TELL_OWED_AGAIN INT64_C(604800000)	/* ms, 7 days: whose page is
				 * gone isn't told sooner that somebody links
				 * to it anew */

/* Takes news off the link graph's list (links_news()), at most so many, and
 * owes them to their sites. */
uint64_t tell_owed_news(struct group *g, int64_t at, uint64_t most);

/* Each site that has an open word about the move gets a turn, by which it is
 * found out whether any of its links are left to that move. */
void tell_owed_turns(struct group *g, uint32_t move, int64_t at);

bool tell_owed_is_due(struct db_txn *t, int64_t now);
/* A site that is due by now, and since when. */
bool tell_owed_first(struct db_txn *t, int64_t now, int64_t *when,
    uint32_t *site);
/* The next target that is owed to the site; it is owed no more. */
bool tell_owed_next(struct db_txn *t, uint32_t site, struct target_key *k);
/* It was told what was due `was`; more: there is more, which is due at once. */
void tell_owed_end(struct db_txn *t, uint32_t site, int64_t was, int64_t at,
    bool more);

/* The site was told by now that others link to this page of its, which is
 * gone; or it isn't any more. */
void tell_owed_note_own(struct db_txn *t, uint32_t site,
    const struct target_key *k, int64_t when);
void tell_owed_forget_own(struct db_txn *t, uint32_t site,
    const struct target_key *k);

/* As the graph does: by the moves that have taken effect, whatever the clock
 * says, which may have been put back since. */
void tell_owed_judge(struct group *g, struct span url,
    struct target_verdict *v, struct buf *now);

#endif
