/*
 * Atom feeds of the cluster, of a site, a column, a search.
 *
 * RFC 4287 entries, newest taken first (a search: newest published first),
 * RFC 6721 tombstones for what was withdrawn, RFC 5005 paging by link
 * rel="next". A feed's id is its own address without paging.
 */
#ifndef ZQ_HUB_FEED_H
#define ZQ_HUB_FEED_H

#include "hub/visit.h"

#define FEED_TYPE "application/atom+xml; charset=utf-8"

void feed_make(struct visit *v);

#endif
