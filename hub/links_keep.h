/*
 * A page whose list of links is cut (change.h) may still have links that it
 * doesn't tell any more. Of these, the ones of which its site was told by a
 * letter stay in the graph, without a line, until the page is told with all of
 * its links, or goes: nobody calls fixed what only fell behind the cut.
 */
#ifndef ZQ_HUB_LINKS_KEEP_H
#define ZQ_HUB_LINKS_KEEP_H

#include <stdint.h>

#include "contrib/base/buf.h"
#include "contrib/base/span.h"
#include "hub/group.h"

/* Into rows (of change.h), at most OUT_KEPT_MOST links: what the page's row of
 * TABLE_OUT has and its list doesn't, and is to stay. */
void links_keep(struct group *g, uint32_t site, struct span told,
    struct span had, struct buf *rows);

#endif
