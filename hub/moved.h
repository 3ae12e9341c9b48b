/*
 * A move has changed, or what moves lead to: what else of the view follows from
 * that.
 *
 * The only place where moves tell others: links (what pointed there is judged
 * again) and telling (who links there gets a letter). Called inside a group,
 * after the row was put and the group's rules were changed; a few writes at
 * most: what takes long is queued, and done by acts with a budget.
 */
#ifndef ZQ_HUB_MOVED_H
#define ZQ_HUB_MOVED_H

#include "hub/group.h"
#include "hub/move.h"

/* before: NULL if it is new. `at`: ms, hub time, of the entry. The same state
 * before and after: its time, its end or its new address may be another. */
void moved(struct group *g, const struct move *before,
    const struct move *now, int64_t at);

/* What leads to a host is another matter: it (with all below it) is about to
 * be given to a site or taken from one; or what a site covers has changed, of
 * all its hosts. What links there is judged again, and what is led there by
 * moves from other hosts. */
void moved_look_host(struct group *g, struct span host);
void moved_look_site(struct group *g, uint32_t site);

#endif
