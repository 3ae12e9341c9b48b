/*
 * Atom feeds of the cluster, of a site, a column, a search.
 *
 * RFC 4287 entries, newest taken first (a search: newest published first).
 * RFC 5005 paging by link rel="next", until there is none. RFC 6721
 * tombstones for what was withdrawn lately, on the first page; if they are too
 * many for it, the others on pages of their own behind the last entries.
 *
 * An entry's id is made of its site's code and the item's id there, so it
 * is the same after a rebuild, in another feed, and in another hub's.
 */
#ifndef ZQ_HUB_FEED_H
#define ZQ_HUB_FEED_H

#include "hub/visit.h"

#define FEED_TYPE "application/atom+xml; charset=utf-8"
#define FEED_GRAVES 1000	/* tombstones of a page, at most */
#define FEED_GRAVE_DAYS 30	/* and no older ones */

void feed_make(struct visit *v);

#endif
