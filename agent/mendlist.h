/*
 * The mending list: what the hub's letters say about links of this site, put
 * together.
 *
 * Each old address has what the newest letter says of it: where it is, or will
 * be, from when; or that the matter is settled. Addresses of one page
 * (url_place.h) are one; and a move of a directory is one of its index pages.
 * A repair that leads to what another repair moves later leads there at once.
 */
#ifndef ZQ_AGENT_MENDLIST_H
#define ZQ_AGENT_MENDLIST_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "agent/store.h"
#include "protocol/mending.h"

struct mendlist_entry {
	struct mending_link link;	/* spans are the list's own */
	uint64_t letter;		/* its number */
	int64_t when;			/* it was written, by our clock, ms */
};

struct mendlist;

/* Of all letters that are kept. */
struct mendlist *mendlist_read(struct store_txn *t);
void mendlist_free(struct mendlist *r);
uint64_t mendlist_newest(const struct mendlist *r);	/* letter; 0: none */
size_t mendlist_count(const struct mendlist *r);

enum mendlist_found {
	MENDLIST_NONE,		/* nothing to repair, or nobody knows how */
	MENDLIST_NOW,
	MENDLIST_LATER,		/* the move takes effect in the future */
};

/* When the next announced move takes effect, ms; or INT64_MAX. */
int64_t mendlist_next(const struct mendlist *r, int64_t now);

/* target: a normal form. *to and *by live as long as the list. *by is set if
 * any letter speaks of it, also with MENDLIST_NONE. */
enum mendlist_found mendlist_find(const struct mendlist *r, struct span target,
    int64_t now, struct span *to, const struct mendlist_entry **by);

/* Did it change places with another: has what is there now come from elsewhere
 * at the same time? *since: when, by our clock, ms. */
bool mendlist_is_reused(const struct mendlist *r,
    const struct mendlist_entry *e, int64_t *since);

#endif
