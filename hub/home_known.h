/*
 * What a home page's name was seen to lead to lately, and whether another
 * answer of the resolver is a reason to look at the page now. Pure: no clock,
 * no net.
 *
 * It is one if none of the addresses was seen in the last answer, or in those
 * of the hour before; so a name that goes round over many of them (a CDN, a
 * list of machines) soon gives none.
 * It is one if there is no address any more, or is one again. That a name
 * can't be found is believed the second time, and only if another name was
 * found in between: else it is the hub's own resolver.
 *
 * Reasons that come one after the other are worth less and less: after a
 * visit the next waits 3 minutes, then 6, up to an hour. A look at the page
 * that came for whatever reason is the answer to one that waits.
 */
#ifndef ZQ_HUB_HOME_KNOWN_H
#define ZQ_HUB_HOME_KNOWN_H

#include <netinet/in.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define HOME_KNOWN_MOST 32	/* addresses that are remembered … */
#define HOME_KNOWN_LIFE 3600000	/* … for so many ms of answers */
#define HOME_KNOWN_APART 180000	/* ms between two visits … */
#define HOME_KNOWN_APART_MOST 3600000	/* … at the most */

struct home_known {		/* zeroed: nothing is known */
	struct {
		uint64_t hash;
		int64_t at;	/* ms, mono: seen last */
	} address[HOME_KNOWN_MOST];	/* who was seen last stands first */
	size_t count;
	bool away;		/* it has no address */
	int64_t failed;		/* ms, mono: not found then; 0: it was */
	bool others;		/* others were found since, before it was asked
				 * for once more */
	bool waits;		/* a reason, until its time comes */
	int64_t visit;		/* ms, mono: the last for a reason; 0: none */
	int64_t apart;		/* ms until the next may be */
};

/* Before it is asked for. found: when another name was found last, ms, mono;
 * 0: never. */
void home_known_ask(struct home_known *k, int64_t found);
/* The resolver's answer; count 0: none. True: the page is to be looked at
 * now, and that is counted. */
bool home_known_answer(struct home_known *k,
    char (*address)[INET6_ADDRSTRLEN], size_t count, int64_t now);
/* It was not found once, and that is to be made sure of soon. */
bool home_known_doubts(const struct home_known *k);
/* The page was looked at, and its name had these addresses. */
void home_known_visited(struct home_known *k,
    char (*address)[INET6_ADDRSTRLEN], size_t count, int64_t now);

#endif
