/*
 * The rules of a set, kept so that those which cover an address are found in
 * one walk along it; for rewrite.c.
 *
 * Tables of chains over the same entries: by the old address, by the new one
 * (also without its query), by the old host, by number. The hash of what was passed is the key of a
 * prefix wherever a slash stands, and the place at the end, with its query and
 * without, is the key of an address.
 */
#ifndef ZQ_PROTOCOL_REWRITE_SET_H
#define ZQ_PROTOCOL_REWRITE_SET_H

#include <stddef.h>
#include <stdint.h>

#include "contrib/base/span.h"
#include "protocol/rewrite_rule.h"

enum rewrite_way {
	REWRITE_BY_FROM, REWRITE_BY_TO,
	REWRITE_BY_TO_PLACE,	/* the new address without its query */
	REWRITE_BY_HOST,	/* of the old address, with its port */
	REWRITE_BY_NUMBER, REWRITE_WAYS
};

struct rewrite_entry {
	struct rewrite_rule rule;	/* its spans point into text */
	uint64_t hash[REWRITE_WAYS];
	struct rewrite_entry *next[REWRITE_WAYS];
	size_t index;		/* in all */
	char text[];
};

struct rewrite_set {		/* to be looked at: all, count */
	struct rewrite_entry **all, **slot[REWRITE_WAYS];
	size_t count, room, slots;
};

void rewrite_set_init(struct rewrite_set *s);
void rewrite_set_clear(struct rewrite_set *s);

/* Copies r, whatever it says. */
struct rewrite_entry *rewrite_set_put(struct rewrite_set *s,
    const struct rewrite_rule *r);
void rewrite_set_del(struct rewrite_set *s, struct rewrite_entry *e);
struct rewrite_entry *rewrite_set_get(const struct rewrite_set *s,
    uint32_t number);		/* NULL: none */

/* Those of this address's host, and maybe others: next[REWRITE_BY_HOST] is
 * the next one. */
const struct rewrite_entry *rewrite_set_host(const struct rewrite_set *s,
    struct span url);

struct rewrite_look {		/* one walk along an address */
	const struct rewrite_set *set;
	enum rewrite_way way;	/* covered by their old or new addresses */
	struct span url;
	void (*each)(void *arg, const struct rewrite_entry *e);
	void *arg;
};
/* Hands out what covers the address: the domain's rules, prefixes from the
 * shortest on, those of the address without its query, the address's own. */
void rewrite_set_look(const struct rewrite_look *l);
/* The rules of addresses that lead to this place with some query; whatever
 * the way. */
void rewrite_set_look_queried(const struct rewrite_look *l);

#endif
