/*
 * Errands: what letters of the hub ask the agent to do, and what came of it.
 *
 * The inbox sees to it that each is done once (inbox.h); the last one is kept
 * in the store for status.
 */
#ifndef ZQ_AGENT_ERRAND_H
#define ZQ_AGENT_ERRAND_H

#include <jansson.h>
#include <stdbool.h>

#include "agent/renew.h"
#include "agent/sources.h"
#include "agent/store.h"
#include "protocol/letter.h"

struct errand_host {
	struct store *store;
	struct sources *sources;
	struct renew *renew;
	const char *dir;
	void *arg;
	/* Other authorities of the hub are trusted from now on; may be NULL. */
	void (*trusted)(void *arg);
};

/* True: it is done, or it was none of ours. False: not now. */
bool errand_do(const struct errand_host *host, const struct letter *l);

json_t *errand_status(struct store_txn *t);	/* the caller's; or NULL */

#endif
