/*
 * Repair: what a reconciliation found is mended by ordinary changes.
 *
 * What the index lacks is told again: a file by forgetting that it was told
 * and looking at it, what a person said by saying it again. What the index
 * has too much becomes a known row that is `adopted`, and is looked at: what
 * is there is told, and what isn't is missing like any other file that is
 * missing, so that it is withdrawn by the same judgement, through the same
 * gate. Nothing here withdraws by itself, but for what a person has withdrawn
 * before.
 *
 * It is done in turns, each short, each in a transaction of its own; to be
 * stopped between any two of them loses nothing, because the next
 * reconciliation finds what is left.
 */
#ifndef ZQ_AGENT_REPAIR_H
#define ZQ_AGENT_REPAIR_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "agent/store.h"
#include "contrib/base/buf.h"
#include "protocol/reconcile.h"

#define REPAIR_MISSING_MOST 200000	/* hashes of one reconciliation; what
					 * is over waits for the next */
#define REPAIR_LOOKS 1000	/* paths looked at one by one; for more there
				 * is a scan */

struct repair_host {
	struct store *store;
	void *arg;
	/* Something may be other than the hub has it: look. */
	void (*look)(void *arg, struct span source, struct span path);
	void (*rescan)(void *arg);	/* the same of everything */
};

struct repair;

struct repair *repair_new(const struct repair_host *host);
void repair_free(struct repair *r);

/* What the hub says, while its answer is read. */
void repair_missing(struct repair *r, const uint8_t hash[RECONCILE_HASH]);
void repair_extra(struct repair *r, const uint8_t hash[32], struct span id,
    struct span url);		/* zeros: it didn't say the hash */
/* The hub holds something of this one: it isn't missing after all. False: it
 * was not. */
bool repair_held(struct repair *r, struct span id, struct span url);
/* … as far as they could be remembered; false: that was not all. */
bool repair_is_whole(const struct repair *r);
/* How many items are mended, each counted once. */
size_t repair_count(const struct repair *r);

/* One turn of each. True: there is more, call again; a full disk or spool
 * ends it early. The names are those of what is missing, at most
 * RECONCILE_NAMES, put into xml. */
bool repair_adopt(struct repair *r);		/* after each answer */
bool repair_name(struct repair *r, struct buf *xml);
bool repair_has_named(const struct repair *r);
bool repair_tell(struct repair *r);
/* At the end: has looked at what has to be looked at. */
void repair_look(struct repair *r);

#endif
