/*
 * An announcement: what a notice says, taken out of a change and judged. An
 * outage, maintenance, the closing of the site; or that it is over.
 *
 * Whoever says one (the agent) and whoever acts on it (the hub) ask here
 * whether it says enough; see statement.h for moves and replies.
 */
#ifndef ZQ_PROTOCOL_ANNOUNCEMENT_H
#define ZQ_PROTOCOL_ANNOUNCEMENT_H

#include <stdbool.h>

#include "protocol/change.h"

/* Words of WORD_SCOPE, of a notice. */
#define ANNOUNCEMENT_OUTAGE "outage"
#define ANNOUNCEMENT_MAINTENANCE "maintenance"
#define ANNOUNCEMENT_CLOSING "closing"
#define ANNOUNCEMENT_RESOLVED "resolved"

#define ANNOUNCEMENT_TEXT 512	/* bytes that hubs keep of a service, a
				 * reason, a name */

enum announcement_kind {	/* numbers are in rows of the hub for ever */
	ANNOUNCE_OUTAGE = 1,
	ANNOUNCE_MAINTENANCE = 2,
	ANNOUNCE_CLOSING = 3,
	ANNOUNCE_RESOLVED = 4,
};

struct announcement {
	enum announcement_kind kind;
	bool withdrawn;		/* maintenance or closing that will not be:
				 * without a time (of maintenance, all of its
				 * service); or maintenance which ends when it
				 * begins, the one that begins then or recurs
				 * like this */
	int64_t from, until;	/* ms; CLOCK_NONE: from now on; open */
	struct span service;	/* empty: the whole site */
	struct span recurs, zone;
	struct span see;	/* where to turn to; of a closing: what takes
				 * its place */
	struct span reason, by;
};

/* CHANGE_NOTICE. False with a constant sentence in why. Spans are the
 * change's. */
bool announcement_read(struct announcement *a, const struct change *c,
    const char **why);
/* The other way: of a change that was initialised. */
void announcement_write(struct change *c, const struct announcement *a);

/* Does the later one (b) speak of what a announced, so that it takes its
 * place, or ends it? Of maintenance there may be several of one service beside
 * each other: what recurs is known by when it recurs, what is once by its
 * beginning. b may be withdrawn. */
bool announcement_is_same(const struct announcement *a,
    const struct announcement *b);

/* A service is a name, an address, or a name and behind a blank its address:
 * "网上办事大厅 https://www.example.gov.cn/bmfw/". What is at the address and below
 * it is the service then. Appends it in normal form; false: there is none. */
bool announcement_address(struct buf *url, struct span service);
/* The name; of an address alone, or a name alone, all of it. */
struct span announcement_service(struct span service);
/* Is it one service, by its name, whether its address is said or not? */
bool announcement_is_of(struct span a, struct span b);

const char *announcement_name(enum announcement_kind k);
/* Or 0. */
enum announcement_kind announcement_named(struct span name);

#endif
