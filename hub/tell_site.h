/*
 * Telling a site single news: of targets that its pages link to, or that are
 * its own. They are owed to it, and told together TELL_SITE_PAUSE after the
 * first of them, as things stand then: what is well again isn't told.
 */
#ifndef ZQ_HUB_TELL_SITE_H
#define ZQ_HUB_TELL_SITE_H

#include <stdbool.h>
#include <stdint.h>

#include "hub/group.h"
#include "hub/journal.h"
#include "hub/target.h"

#define TELL_SITE_PAUSE 10000	/* ms that news wait, for more, and for all to
				 * be well again */

/* Takes news off the link graph's list (links_news()), at most so many, and
 * owes them to their sites. */
uint64_t tell_site_news(struct group *g, int64_t at, uint64_t most);

bool tell_site_is_due(struct db_txn *t, int64_t now);
/* Tells one that is due; how many pages and targets it took. */
uint64_t tell_site_step(struct group *g, const struct entry *e,
    uint64_t most);

#endif
