/*
 * The inbox: letters from the hub, each once, in order.
 *
 * A long poll that asks for letters after N; asking confirms N, so a letter
 * is on the disk before the next ask. The last thousand are kept. On some
 * kinds the agent acts, each letter once: how far it has come is in the store,
 * too, and written when the act is done. What is said in passing isn't kept.
 */
#ifndef ZQ_AGENT_INBOX_H
#define ZQ_AGENT_INBOX_H

#include <event2/event.h>
#include <jansson.h>
#include <stdint.h>

#include "agent/line.h"
#include "agent/store.h"
#include "contrib/base/fetch.h"
#include "protocol/letter.h"
#include "protocol/vantage.h"

#define INBOX_KEEP 1000		/* letters */

struct inbox_host {
	struct event_base *base;
	struct store *store;
	struct fetch *fetch;
	const struct line *line;
	uint64_t instance;	/* of this process: random, not 0 */
	void *arg;
	/* Words of what the hub wants now (answer.h). */
	void (*want)(void *arg, struct span words);
	/* Does what the letter asks for, if it asks for anything. False: that
	 * wasn't possible now; it is tried again, but not for ever. */
	bool (*act)(void *arg, const struct letter *l);
	/* There are new letters; the hub has this version of the map. Either
	 * may be NULL. */
	void (*letters)(void *arg);
	void (*map)(void *arg, uint64_t version);
	/* The hub asks for a look at a page; now: by its clock. NULL: none is
	 * taken. */
	void (*look)(void *arg, const struct vantage_task *t, int64_t now);
	/* How long the hub had better not be asked, ms; 0: it may be. */
	int64_t (*rest)(void *arg);
};

struct inbox;

struct inbox *inbox_new(const struct inbox_host *host);
void inbox_free(struct inbox *i);	/* before the fetch */

/* Takes one letter into the store; false if it is no news. */
bool inbox_put(struct store_txn *t, const struct letter *l);

/* Number of the last letter that was acted on, or needed no act. */
uint64_t inbox_acted(struct store_txn *t);

/* The newest `most` of them, oldest first, unless they are very long; the
 * caller's. With what was replied to each, and an id: the same letter always
 * has the same one, and no other has it. */
json_t *inbox_list(struct store_txn *t, size_t most);
json_t *inbox_one(struct store_txn *t, uint64_t number);	/* or NULL */

#endif
